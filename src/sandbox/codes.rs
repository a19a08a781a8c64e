//! Codes as the platform gets them with the pseudonyms: opened with the
//! batch's key, and paired with the registrations.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::{
    pack,
    problem::Problem,
    wire::{Lines, PseudonymLine, hex16, sealed_code},
};

/// Bytes of a code with its pseudonym.
pub(super) const PAIR: usize = 32;

/// Opens the code of each line: pairs of code and pseudonym, in the order of
/// the lines.
pub(super) fn open(lines: Lines<'_>, key: &[u8], batch: &str) -> Result<Vec<u8>, Problem> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| Problem::unprocessable("code-key"))?;
    let key = LessSafeKey::new(key);
    let mut pairs = Vec::with_capacity(PAIR * 1024);
    for (line, text) in (1..).zip(lines) {
        let wrong = |code| Problem::line(code, line);
        let read: PseudonymLine<'_> = serde_json::from_str(text).map_err(|_| wrong("line"))?;
        let pseudonym = hex16(read.pseudonym).ok_or_else(|| wrong("line"))?;
        let mut sealed = sealed_code(read.code).ok_or_else(|| wrong("code"))?;
        let (nonce, code) = sealed.split_at_mut(12);
        let code = Nonce::try_assume_unique_for_key(nonce)
            .and_then(|nonce| key.open_in_place(nonce, Aad::from(batch.as_bytes()), code))
            .map_err(|_| wrong("code"))?;
        pairs.extend_from_slice(code);
        pairs.extend_from_slice(&pseudonym);
    }
    let mut codes: Vec<u128> = pairs.as_chunks::<PAIR>().0.iter().map(code_of).collect();
    codes.sort_unstable();
    if codes.windows(2).any(|two| two[0] == two[1]) {
        return Err(Problem::unprocessable("code-twice"));
    }
    Ok(pairs)
}

/// Registrations with their pseudonyms.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Joined {
    /// The pseudonym of each key that has one, 16 bytes each, in the order of
    /// the keys.
    pub(super) pseudonyms: Vec<u8>,
    /// The lines of keys that have none.
    pub(super) alone: Vec<u32>,
    /// Whether the identities came in the order of the registrations, which
    /// would let somebody who sees both streams pair them without the codes.
    pub(super) ordered: bool,
}

/// Joins the packed `keys` of a batch with `pairs` of code and pseudonym.
/// `codes` holds the code of every line of the batch, whether it has a key or
/// was refused.
pub(super) fn join(codes: &[u8], keys: &[u8], pairs: &[u8]) -> Joined {
    let codes = codes.as_chunks::<16>().0;
    let pairs = pairs.as_chunks::<PAIR>().0;
    let ordered = codes.len() >= FEWEST_FOR_ORDER
        && codes.len() == pairs.len()
        && codes.iter().zip(pairs).all(|(code, pair)| code[..] == pair[..16]);
    let mut by_code: Vec<(u128, &[u8; PAIR])> = pairs.iter().map(|pair| (code_of(pair), pair)).collect();
    by_code.sort_unstable_by_key(|(code, _)| *code);
    let mut joined = Joined { pseudonyms: Vec::with_capacity(16 * codes.len()), alone: Vec::new(), ordered };
    for key in pack::keys(keys) {
        let code = codes.get((key.line as usize).wrapping_sub(1));
        let code = code.map(|code| u128::from_ne_bytes(*code));
        let found = code.and_then(|code| by_code.binary_search_by_key(&code, |(code, _)| *code).ok());
        match found {
            Some(at) => joined.pseudonyms.extend_from_slice(&by_code[at].1[16..]),
            None => joined.alone.push(key.line),
        }
    }
    joined
}

/// The code of a pair as a number, which is compared faster than bytes.
fn code_of(pair: &[u8; PAIR]) -> u128 {
    pair.first_chunk().map_or(0, |code| u128::from_ne_bytes(*code))
}

/// Below this, a random order may be the same by chance.
const FEWEST_FOR_ORDER: usize = 32;

#[cfg(test)]
mod tests {
    use super::{
        super::{pack::Key, wire::Action},
        *,
    };

    fn pair(code: u8) -> Vec<u8> {
        [[code; 16], [code + 100; 16]].concat()
    }

    fn keys(lines: &[u32]) -> Vec<u8> {
        let mut packed = Vec::new();
        for line in lines {
            Key { line: *line, record: [0; 16], revision: 1, action: Action::Submit }.pack(&mut packed);
        }
        packed
    }

    #[test]
    fn each_line_gets_the_pseudonym_of_its_code() {
        let codes = [[1; 16], [2; 16], [3; 16]].concat();
        let pairs = [pair(3), pair(1), pair(9)].concat();
        let joined = join(&codes, &keys(&[1, 2, 3]), &pairs);
        assert_eq!(joined.pseudonyms, [[101; 16], [103; 16]].concat());
        assert_eq!(joined.alone, [2]);
    }

    #[test]
    fn a_refused_line_needs_no_pseudonym() {
        let codes = [[1; 16], [2; 16]].concat();
        let joined = join(&codes, &keys(&[2]), &pair(2));
        assert_eq!((joined.pseudonyms.len(), joined.alone.len()), (16, 0));
    }

    #[test]
    fn an_order_that_follows_the_registrations_is_noticed() {
        let codes: Vec<u8> = (0..40).flat_map(|code| [code; 16]).collect();
        let mut pairs: Vec<Vec<u8>> = (0..40).map(pair).collect();
        let lines: Vec<u32> = (1..=40).collect();
        assert!(join(&codes, &keys(&lines), &pairs.concat()).ordered);
        pairs.swap(0, 1);
        assert!(!join(&codes, &keys(&lines), &pairs.concat()).ordered);
    }
}
