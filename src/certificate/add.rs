//! Taking a store that a person hands in into use, and putting an earlier one
//! back.

use serde_json::json;

use super::{Anchors, Log, Verdict, check};
use crate::{
    clock,
    config::Certificates,
    domain::{certificate::CertificateId, organisation::Organisation, registration::HoldReasons},
    error::Result,
    store::{Tx, alert, audit, certificate, delivery, enrolment},
};

/// Checks a store by the authorities of the configuration. Nothing is changed,
/// and neither the store nor its password is kept.
///
/// # Errors
///
/// A file that the configuration names for authorities cannot be read.
pub fn judge(
    settings: &Certificates,
    store: &[u8],
    password: &str,
    organisation: Option<&Organisation>,
) -> Result<Verdict> {
    let anchors = Anchors::read(&settings.anchors)?;
    Ok(check(store, password, &anchors, organisation, !settings.acceptance, clock::now()))
}

/// Publishes what was accepted and releases what waited for it; of what was
/// refused it keeps the log. Either way the audit has it.
pub fn add(
    tx: &Tx<'_>,
    actor: &str,
    organisation: &Organisation,
    verdict: &Verdict,
) -> Result<CertificateId> {
    let log = Log::of(verdict).to_json()?;
    let findings: Vec<_> = verdict.findings.iter().map(|finding| finding.code).collect();
    let mut details = json!({ "accepted": verdict.accepted(), "findings": findings });
    let id = match verdict.credential.as_ref().filter(|_| verdict.accepted()) {
        Some(credential) => {
            let identity = &credential.identity;
            details["thumbprint"] = credential.thumbprint.as_str().into();
            let new = certificate::NewVersion {
                thumbprint: &credential.thumbprint,
                identity: &format!("{}={}", identity.kind, identity.shown_number()),
                validity: (credential.not_before.as_millisecond(), credential.not_after.as_millisecond()),
                credential: &credential.to_bytes()?,
                log: &log,
            };
            let id = certificate::publish(tx, actor, organisation.id, &new)?;
            release(tx, organisation)?;
            id
        }
        None => certificate::refuse(tx, actor, organisation.id, &log)?,
    };
    audit::record(tx, actor, "certificate.add", Some(organisation.id), &details)?;
    Ok(id)
}

/// Puts an earlier version back into use, and releases what waited.
///
/// # Errors
///
/// It does not exist, was refused, is not valid now, or is in use.
pub fn publish_again(tx: &Tx<'_>, actor: &str, organisation: &Organisation, id: CertificateId) -> Result<()> {
    let thumbprint = certificate::publish_again(tx, actor, organisation.id, id)?;
    release(tx, organisation)?;
    audit::record(
        tx,
        actor,
        "certificate.publish",
        Some(organisation.id),
        &json!({ "certificate": id.0, "thumbprint": thumbprint }),
    )
}

/// What was held or waited for want of a certificate goes on.
fn release(tx: &Tx<'_>, organisation: &Organisation) -> Result<()> {
    enrolment::lift_everywhere(tx, organisation.id, HoldReasons::NO_CERTIFICATE)?;
    delivery::hurry(tx, organisation.id)?;
    // The notice of the one before; that of this one comes with the next look.
    alert::clear(tx, &alert::expiry(organisation.nihdi.as_str()))?;
    Ok(())
}
