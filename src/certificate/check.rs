//! The checks on a store that a hospital hands in. Each failure has its own
//! code, which is also its Fluent message.
//!
//! The checks that build on each other stop at the first failure; those that
//! do not all run, so that a person learns everything at once.

use jiff::Timestamp;

use super::anchors::{Anchors, Broken, Chain};
use super::credential::Credential;
use super::entry::{Entries, Entry, Fit, Role};
use super::identity::Identity;
use super::key::DecryptionKey;
use super::pkcs12::{self, Sealed};
use super::x509::{COMMON_NAME, COUNTRY, Certificate};
use crate::clock;
use crate::domain::finding::{Finding, Severity, shape};
use crate::domain::organisation::Organisation;

/// Warn when a certificate ends within so many days. eHealth lets a holder
/// renew during the last three months.
const RENEWAL_DAYS: i64 = 90;

/// What the checks found in a store.
#[derive(Debug)]
pub struct Verdict {
    /// Everything found, in the order of the checks.
    pub findings: Vec<Finding>,
    /// Every check and how it ended, for the log of the upload.
    pub steps: Vec<Step>,
    /// What to use; only if the store was accepted.
    pub credential: Option<Credential>,
}

impl Verdict {
    /// Whether nothing was found that refuses the store.
    pub fn accepted(&self) -> bool {
        self.errors().next().is_none()
    }

    /// What refuses the store.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Error)
    }

    /// Every check with what it found.
    pub fn told(&self) -> impl Iterator<Item = (Step, &[Finding])> {
        let mut rest = self.findings.as_slice();
        self.steps.iter().map(move |step| {
            let (own, others) = rest.split_at(step.findings.min(rest.len()));
            rest = others;
            (*step, own)
        })
    }

    /// What is only worth knowing.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.severity == Severity::Warning)
    }
}

/// One check of the list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Step {
    /// Its name; the Fluent message is `certificate-step-` and the name.
    pub id: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// How many of the verdict's findings are its own; they have its place.
    pub findings: usize,
}

/// How a check ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// It refuses the store.
    Failed,
    /// Nothing was found.
    Passed,
    /// It was not reached, or there was nothing to compare with.
    Skipped,
    /// Something worth knowing was found.
    Warned,
}

impl Outcome {
    /// The word that logs keep.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Warned => "warned",
        }
    }
}

/// Checks a PKCS#12 `store` as eHealth issues them.
///
/// `organisation` is the one that the certificate must belong to, if known.
/// `production` refuses certificates of eHealth's acceptance environment.
pub fn check(
    store: &[u8],
    password: &str,
    anchors: &Anchors,
    organisation: Option<&Organisation>,
    production: bool,
    now: Timestamp,
) -> Verdict {
    let context = Context { anchors, organisation, production, now };
    let mut log = Log::default();
    let credential = context.run(store, password, &mut log);
    log.verdict(credential)
}

struct Context<'a> {
    anchors: &'a Anchors,
    organisation: Option<&'a Organisation>,
    production: bool,
    now: Timestamp,
}

impl Context<'_> {
    fn run(&self, store: &[u8], password: &str, log: &mut Log) -> Option<Credential> {
        let sealed = log.step("read", read(store))?;
        let entries = log.step("open", open(&sealed, password))?;
        let (authentication, encryption) = log.step("keys", keys(&entries))?;
        let decryption = log.step("holder", holder(authentication, &encryption));
        let chain = log.step("chain", self.chain(&authentication.certificate, &entries.certificates));
        log.step("validity", self.validity(&authentication.certificate));
        log.step("organisation", self.organisation(&authentication.certificate));

        let chain = chain?.certificates.iter().map(|part| part.der().to_vec()).collect();
        let decryption = decryption?;
        if log.failed() {
            return None;
        }
        match Credential::new(&authentication.key, chain, decryption) {
            Ok(credential) => Some(credential),
            Err(_) => log.step("keys", Found::error(Finding::error("certificate-damaged"))),
        }
    }

    fn chain(&self, leaf: &Certificate, found: &[Certificate]) -> Found<Chain> {
        if self.anchors.is_empty() {
            return Found::error(Finding::error("certificate-no-anchors"));
        }
        match self.anchors.chain(leaf, found, self.now) {
            Ok(chain) if chain.acceptance && self.production => {
                Found::error(Finding::error("certificate-acceptance"))
            }
            Ok(chain) => Found::value(chain),
            Err(broken) => Found::error(
                Finding::error(match broken {
                    Broken::Expired => "certificate-issuer-expired",
                    Broken::Untrusted => "certificate-untrusted",
                })
                .with("issuer", shown(&leaf.issuer_values(COMMON_NAME).join(", "))),
            ),
        }
    }

    fn validity(&self, leaf: &Certificate) -> Found<()> {
        let (from, until) = (leaf.not_before(), leaf.not_after());
        if self.now < from {
            return Found::error(Finding::error("certificate-not-yet-valid").with("date", date(from)));
        }
        if self.now > until {
            return Found::error(Finding::error("certificate-expired").with("date", date(until)));
        }
        let days = until.duration_since(self.now).as_hours() / 24;
        let mut found = Found::value(());
        if days < RENEWAL_DAYS {
            let days = u64::try_from(days).unwrap_or(0);
            found
                .findings
                .push(Finding::warning("certificate-expiring").with("date", date(until)).with("days", days));
        }
        found
    }

    fn organisation(&self, leaf: &Certificate) -> Found<()> {
        let Some(identity) = Identity::of(leaf) else {
            return Found::error(Finding::error("certificate-no-holder"));
        };
        let mut found = Found::value(());
        if !identity.fits_check_digits() {
            found.findings.push(
                Finding::warning("certificate-check-digits")
                    .with("kind", identity.kind.as_str())
                    .with("number", identity.shown_number()),
            );
        }
        match self.organisation {
            None => found.compared = false,
            Some(organisation) if !organisation.has_number(&identity.kind, &identity.number) => {
                found.findings.push(
                    Finding::error("certificate-other-organisation")
                        .with("kind", identity.kind.as_str())
                        .with("number", identity.shown_number())
                        .with("organisation", organisation.title.as_str())
                        .with("nihdi", organisation.nihdi.as_str()),
                );
            }
            Some(_) => {}
        }
        found
    }
}

fn read(store: &[u8]) -> Found<Sealed> {
    Sealed::read(store).map_or_else(Found::fault, Found::value)
}

fn open(sealed: &Sealed, password: &str) -> Found<Entries> {
    let archive = match sealed.open(password) {
        Ok(archive) => archive,
        Err(fault) => return Found::fault(fault),
    };
    let Some(entries) = Entries::of(&archive) else { return Found::fault(pkcs12::Fault::Damaged) };
    let mut found = Found::value(entries);
    if password.is_empty() {
        found.findings.push(Finding::warning("certificate-password-empty"));
    }
    found
}

/// Exactly one authentication key and at least one encryption key, each with
/// its own certificate.
fn keys(entries: &Entries) -> Found<(&Entry, Vec<&Entry>)> {
    // Until the authority has answered, a stand-in certificate fills the place.
    let pending = |certificate: &Certificate| certificate.subject_values(COUNTRY) == ["Dummy"];
    if entries.certificates.iter().any(pending) {
        return Found::error(Finding::error("certificate-request-pending"));
    }
    let with_role = |role| entries.keys.iter().filter(move |entry| entry.role() == role).collect::<Vec<_>>();
    let (authentication, encryption) = (with_role(Role::Authentication), with_role(Role::Encryption));
    let mut findings = Vec::new();
    if entries.bare_keys > 0 {
        findings.push(Finding::error("certificate-key-without-certificate"));
    }
    match (entries.keys.len() + entries.bare_keys, authentication.len(), encryption.len()) {
        (0 | 1, ..) => findings.push(Finding::error("certificate-two-keys-expected")),
        (_, 0, _) => findings.push(Finding::error("certificate-authentication-missing")),
        (_, 2.., _) => findings.push(Finding::error("certificate-authentication-several")),
        (.., 0) => findings.push(Finding::error("certificate-encryption-missing")),
        _ => {}
    }
    for entry in &entries.keys {
        findings.extend(key_findings(entry));
    }
    let value = authentication.first().map(|first| (*first, encryption));
    Found { value, findings, compared: true }
}

fn key_findings(entry: &Entry) -> Vec<Finding> {
    let mut findings = Vec::new();
    let serial = entry.certificate.serial();
    match (entry.fit, entry.role()) {
        (Fit::Same, _) => {}
        (Fit::Different, _) => {
            findings.push(Finding::error("certificate-key-mismatch").with("serial", serial))
        }
        // An old encryption key may be of any kind; the present one is looked at with the holder.
        (Fit::Unsupported, Role::Encryption) => {}
        (Fit::Unsupported, _) => findings.push(Finding::error("certificate-key-kind").with("serial", serial)),
    }
    match entry.role() {
        Role::Authentication => {
            if entry.certificate.key_usage().is_none_or(|usage| !usage.key_encipherment()) {
                findings.push(Finding::warning("certificate-key-encipherment"));
            }
            if !entry.certificate.may_authenticate_clients() {
                findings.push(Finding::warning("certificate-client-authentication"));
            }
        }
        Role::Encryption if entry.alias != entry.certificate.serial() => {
            let serial = entry.certificate.serial();
            findings.push(Finding::warning("certificate-alias").with("serial", serial));
        }
        Role::Encryption => {}
        Role::Other => findings.push(Finding::warning("certificate-key-unused")),
    }
    findings
}

/// The present encryption certificate must be the holder's own and signed with
/// the authentication key. Older ones were signed with the key before the
/// renewal: they are kept. Dates alone do not tell which is the present one.
fn holder(authentication: &Entry, encryption: &[&Entry]) -> Found<Vec<DecryptionKey>> {
    let same_holder = |entry: &Entry| entry.certificate.subject() == authentication.certificate.subject();
    let signed = |entry: &Entry| entry.certificate.is_signed_by(&authentication.certificate);
    let mut newest_first = encryption.to_vec();
    newest_first
        .sort_by_cached_key(|entry| (same_holder(entry) && signed(entry), entry.certificate.not_before()));
    newest_first.reverse();
    let Some(present) = newest_first.first() else { return Found::value(Vec::new()) };
    let mut findings = Vec::new();
    if !same_holder(present) {
        findings.push(Finding::error("certificate-encryption-other-holder"));
    } else if !signed(present) {
        findings.push(Finding::error("certificate-encryption-not-signed"));
    }
    let mut keys = Vec::new();
    for (place, entry) in newest_first.iter().enumerate() {
        let serial = entry.certificate.serial();
        match DecryptionKey::new(&entry.key, entry.certificate.der()) {
            Some(key) => keys.push(key),
            None if place == 0 => {
                findings.push(Finding::error("certificate-key-kind").with("serial", serial))
            }
            None => findings.push(Finding::warning("certificate-old-key-kind").with("serial", serial)),
        }
    }
    Found { value: Some(keys), findings, compared: true }
}

/// What one check came to.
struct Found<T> {
    value: Option<T>,
    findings: Vec<Finding>,
    /// Whether there was something to compare with.
    compared: bool,
}

impl<T> Found<T> {
    fn value(value: T) -> Self {
        Self { value: Some(value), findings: Vec::new(), compared: true }
    }

    fn error(finding: Finding) -> Self {
        Self { value: None, findings: vec![finding], compared: true }
    }

    fn fault(fault: pkcs12::Fault) -> Self {
        let limit = (pkcs12::MAX_SIZE / 1024) as u64;
        Self::error(match fault {
            pkcs12::Fault::Damaged => Finding::error("certificate-damaged"),
            pkcs12::Fault::Iterations => Finding::error("certificate-iterations"),
            pkcs12::Fault::NoMac => Finding::error("certificate-no-mac"),
            pkcs12::Fault::NotPkcs12 => Finding::error("certificate-not-pkcs12"),
            pkcs12::Fault::Password => Finding::error("certificate-password"),
            pkcs12::Fault::TooLarge => Finding::error("certificate-too-large").with("limit", limit),
            pkcs12::Fault::Truncated => Finding::error("certificate-truncated"),
            pkcs12::Fault::Unsupported => Finding::error("certificate-unsupported"),
        })
    }
}

#[derive(Default)]
struct Log {
    findings: Vec<Finding>,
    steps: Vec<Step>,
}

impl Log {
    /// The checks in their order, so that the log also names those that were
    /// not reached.
    const STEPS: [&'static str; 7] = ["read", "open", "keys", "holder", "chain", "validity", "organisation"];

    /// Notes what a check found. The value is there unless the check failed.
    fn step<T>(&mut self, id: &'static str, found: Found<T>) -> Option<T> {
        let worst = found.findings.iter().map(|finding| finding.severity).max();
        let outcome = match worst {
            Some(Severity::Error) => Outcome::Failed,
            Some(Severity::Warning) => Outcome::Warned,
            None if found.compared => Outcome::Passed,
            None => Outcome::Skipped,
        };
        self.steps.push(Step { id, outcome, findings: found.findings.len() });
        self.findings.extend(found.findings);
        found.value.filter(|_| outcome != Outcome::Failed)
    }

    fn failed(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    fn verdict(mut self, credential: Option<Credential>) -> Verdict {
        for id in &Self::STEPS[self.steps.len().min(Self::STEPS.len())..] {
            self.steps.push(Step { id, outcome: Outcome::Skipped, findings: 0 });
        }
        Verdict { findings: self.findings, steps: self.steps, credential }
    }
}

/// A name as it may be shown: its shape if it could hold a person's number.
fn shown(name: &str) -> String {
    let mut run = 0;
    let has_number = name.chars().any(|letter| {
        run = if letter.is_ascii_digit() { run + 1 } else { 0 };
        run == 6
    });
    if has_number { shape(name) } else { name.chars().take(100).collect() }
}

fn date(moment: Timestamp) -> String {
    clock::local(moment).date().to_string()
}
