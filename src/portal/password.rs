//! Passwords: how they are hashed, judged and made.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version};
use aws_lc_rs::rand;
use zeroize::Zeroizing;
use zxcvbn::{
    Score,
    feedback::{Feedback, Warning},
    zxcvbn,
};

use crate::{
    error::{Error, Result},
    store::{Keys, Purpose},
};

/// The fewest letters of a password.
pub const FEWEST_LETTERS: usize = 12;

/// The fewest letters and digits beside what others know about the person.
const FEWEST_OF_ONES_OWN: usize = 8;

/// The most bytes of a password.
pub const MOST_BYTES: usize = 256;

/// Memory in KiB, passes and lanes of one hash: what OWASP recommends, and one
/// pass more, which costs about 60 ms on a slow core.
const COST: (u32, u32, u32) = (19 * 1024, 3, 1);

/// Hashes that run at a time. Each takes 19 MiB and a processor, and whoever
/// knocks at the door may ask for one.
const AT_ONCE: usize = 2;

/// Letters and digits that nobody mistakes for one another.
const READABLE: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// Hashes and checks passwords with Argon2id, mixed with a secret that lies
/// outside the database, so that a stolen database alone cannot be tried out.
pub struct Hasher {
    secret: Zeroizing<[u8; 32]>,
    running: Mutex<usize>,
    freed: Condvar,
}

/// What checking a password says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is right.
    Right,
    /// It is right, and should be hashed anew: the parameters have changed.
    Outdated,
    /// It is wrong, or there is none.
    Wrong,
}

/// Why a password is not strong enough: a message for people.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Weakness(pub &'static str);

impl Hasher {
    /// A hasher for the installation of these keys. There should be one.
    pub fn new(keys: &Keys) -> Self {
        let secret = Zeroizing::new(keys.mac(Purpose::Account, &[b"password"]));
        Self { secret, running: Mutex::new(0), freed: Condvar::new() }
    }

    /// Hashes a password: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. Waits while
    /// two others are hashed.
    pub fn hash(&self, password: &str) -> Result<String> {
        let mut salt = [0; 16];
        rand::fill(&mut salt).map_err(Error::internal)?;
        let argon = self.argon(COST)?;
        let hash = self.alone(|| argon.hash_password_with_salt(password.as_bytes(), &salt));
        Ok(hash.map_err(Error::internal)?.to_string())
    }

    /// Checks a password against a hash. Without one, which is how an unknown
    /// account is asked about, it takes the same time and is wrong. Waits while
    /// two others are hashed.
    pub fn check(&self, password: &str, hash: Option<&str>) -> Result<Verdict> {
        let hash = hash.filter(|_| password.len() <= MOST_BYTES);
        let Some(hash) = hash.and_then(|hash| PasswordHash::new(hash).ok()) else {
            self.hash("")?;
            return Ok(Verdict::Wrong);
        };
        let argon = self.argon(COST)?;
        let is_right = self.alone(|| argon.verify_password(password.as_bytes(), &hash)).is_ok();
        let params = Params::try_from(&hash).map_err(Error::internal)?;
        let (memory, passes, lanes) = COST;
        let is_current = (params.m_cost(), params.t_cost(), params.p_cost()) == (memory, passes, lanes)
            && hash.algorithm == Algorithm::Argon2id.ident();
        Ok(match () {
            () if !is_right => Verdict::Wrong,
            () if is_current => Verdict::Right,
            () => Verdict::Outdated,
        })
    }

    fn argon(&self, (memory, passes, lanes): (u32, u32, u32)) -> Result<Argon2<'_>> {
        let params = Params::new(memory, passes, lanes, None).map_err(Error::internal)?;
        Argon2::new_with_secret(&*self.secret, Algorithm::Argon2id, Version::V0x13, params)
            .map_err(Error::internal)
    }

    fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let mut running = self
            .freed
            .wait_while(running, |running| *running >= AT_ONCE)
            .unwrap_or_else(PoisonError::into_inner);
        *running += 1;
        drop(running);
        let _place = Place(self);
        work()
    }
}

/// One of the two places, given back however the work ends.
struct Place<'a>(&'a Hasher);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *self.0.running.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.freed.notify_one();
    }
}

impl From<Weakness> for Error {
    fn from(weakness: Weakness) -> Self {
        Error::invalid(weakness.0).with("fewest", FEWEST_LETTERS as u64).with("most", MOST_BYTES as u64)
    }
}

/// Judges a password that a person chose. `known` is what others know about the
/// person: the e-mail address, the titles of organisations.
pub fn strength(password: &str, known: &[&str]) -> Result<(), Weakness> {
    if password.chars().count() < FEWEST_LETTERS {
        return Err(Weakness("password-short"));
    }
    if password.len() > MOST_BYTES {
        return Err(Weakness("password-long"));
    }
    let mut words = vec!["hd4dp", "healthdata"];
    for known in known {
        words.push(known);
        words.extend(known.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 2));
    }
    // Zxcvbn counts each known word as a gain.
    if without(password, &words) < FEWEST_OF_ONES_OWN {
        return Err(Weakness("password-weak"));
    }
    let judged = zxcvbn(password, &words);
    if judged.score() >= Score::Three {
        return Ok(());
    }
    Err(Weakness(match judged.feedback().and_then(Feedback::warning) {
        Some(Warning::StraightRowsOfKeysAreEasyToGuess | Warning::ShortKeyboardPatternsAreEasyToGuess) => {
            "password-weak-keyboard"
        }
        Some(
            Warning::RepeatsLikeAaaAreEasyToGuess | Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess,
        ) => "password-weak-repeat",
        Some(
            Warning::ThisIsATop10Password
            | Warning::ThisIsATop100Password
            | Warning::ThisIsACommonPassword
            | Warning::ThisIsSimilarToACommonlyUsedPassword,
        ) => "password-weak-common",
        Some(Warning::SequencesLikeAbcAreEasyToGuess) => "password-weak-sequence",
        Some(Warning::RecentYearsAreEasyToGuess | Warning::DatesAreOftenEasyToGuess) => "password-weak-date",
        Some(
            Warning::NamesAndSurnamesByThemselvesAreEasyToGuess
            | Warning::CommonNamesAndSurnamesAreEasyToGuess,
        ) => "password-weak-name",
        Some(Warning::AWordByItselfIsEasyToGuess) | None => "password-weak",
    }))
}

/// How many letters and digits are left without these words.
fn without(password: &str, words: &[&str]) -> usize {
    let mut words: Vec<_> =
        words.iter().map(|word| word.to_lowercase()).filter(|word| !word.is_empty()).collect();
    words.sort_unstable_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words.iter().fold(password.to_lowercase(), |rest, word| rest.replace(word, " "));
    rest.chars().filter(|letter| letter.is_alphanumeric()).count()
}

/// A password to hand over, 99 random bits in five groups of four.
pub fn temporary() -> Result<Zeroizing<String>> {
    readable(5)
}

/// Random groups of four readable letters, joined by hyphens; each group has
/// 19.8 bits.
pub(super) fn readable(groups: usize) -> Result<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(groups * 5));
    let mut letters = 0;
    while letters < groups * 4 {
        let mut byte = Zeroizing::new([0; 1]);
        rand::fill(&mut *byte).map_err(Error::internal)?;
        // Five bits, drawn again where they name no letter, so that all letters
        // are equally likely.
        let Some(letter) = READABLE.get(usize::from(byte[0] & 31)) else { continue };
        if letters > 0 && letters % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(*letter));
        letters += 1;
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        thread,
        time::{Duration, Instant},
    };

    use super::*;
    use crate::store::Store;

    fn hasher() -> Hasher {
        Hasher { secret: Zeroizing::new([7; 32]), running: Mutex::new(0), freed: Condvar::new() }
    }

    #[test]
    fn a_password_is_right_for_its_own_hash_only() {
        let hasher = hasher();
        let hash = hasher.hash("juist paard batterij nietje").unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=3,p=1$"), "{hash}");
        assert_ne!(hash, hasher.hash("juist paard batterij nietje").unwrap(), "the salt is random");
        assert_eq!(hasher.check("juist paard batterij nietje", Some(&hash)).unwrap(), Verdict::Right);
        assert_eq!(hasher.check("juist paard batterij", Some(&hash)).unwrap(), Verdict::Wrong);
        assert_eq!(hasher.check("", None).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_hash_is_of_no_use_without_the_installations_key() {
        let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let hasher = |directory: &tempfile::TempDir| {
            Hasher::new(Store::open(&directory.path().join("data")).unwrap().keys())
        };
        let hash = hasher(&here).hash("juist paard").unwrap();
        assert_eq!(hasher(&here).check("juist paard", Some(&hash)).unwrap(), Verdict::Right);
        assert_eq!(hasher(&there).check("juist paard", Some(&hash)).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_hash_of_other_parameters_is_right_and_outdated() {
        let hasher = hasher();
        let weak = hasher.argon((8 * 1024, 1, 1)).unwrap();
        let hash = weak.hash_password_with_salt(b"juist paard", &[1; 16]).unwrap().to_string();
        assert_eq!(hasher.check("juist paard", Some(&hash)).unwrap(), Verdict::Outdated);
        assert_eq!(hasher.check("fout paard", Some(&hash)).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn at_most_two_hashes_run_at_a_time() {
        let hasher = hasher();
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::sleep(Duration::from_millis(20));
            now.fetch_sub(1, Ordering::SeqCst);
        };
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| hasher.alone(work));
            }
        });
        assert_eq!(most.load(Ordering::SeqCst), AT_ONCE);
    }

    #[test]
    fn an_unknown_account_costs_the_time_of_a_known_one() {
        let hasher = hasher();
        let hash = hasher.hash("juist paard").unwrap();
        let long = "lang".repeat(100);
        let fastest = |password: &str, hash: Option<&str>| {
            let time = |_| {
                let since = Instant::now();
                hasher.check(password, hash).unwrap();
                since.elapsed()
            };
            (0..5).map(time).min().unwrap()
        };
        let known = fastest("fout paard", Some(&hash));
        // Without a hash it would be a thousand times less.
        assert!(fastest("fout paard", None) > known / 8);
        assert!(fastest(&long, Some(&hash)) > known / 8);
    }

    #[test]
    fn weak_passwords_are_told_why() {
        let known = ["an.peeters@fictief-ziekenhuis.example", "Fictief Ziekenhuis"];
        for (password, why) in [
            ("kort", "password-short"),
            (&"lang".repeat(65), "password-long"),
            ("aaaaaaaaaaaaaaaa", "password-weak-repeat"),
            ("password1234", "password-weak-common"),
            ("qwertyuiopasdf", "password-weak"),
            ("fictief-ziekenhuis", "password-weak"),
            ("an.peeters2026", "password-weak"),
        ] {
            let weakness = strength(password, &known).err().unwrap_or_else(|| panic!("{password} passes"));
            assert!(weakness.0.starts_with(why), "{password}: {weakness:?}");
            let text = Error::from(weakness).to_string();
            assert!(text.ends_with('.'), "{text}");
        }
        strength("juist paard batterij nietje", &known).unwrap();
        strength(&temporary().unwrap(), &known).unwrap();
    }

    #[test]
    fn a_temporary_password_can_be_read_out_and_never_comes_twice() {
        let one = temporary().unwrap();
        assert_eq!(one.len(), 24);
        assert!(one.split('-').all(|group| group.len() == 4));
        assert!(!one.contains(['0', 'o', '1', 'l', 'i']), "look-alikes");
        assert_ne!(one, temporary().unwrap());
    }
}
