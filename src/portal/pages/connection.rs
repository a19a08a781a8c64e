//! Test connection: a real handshake with each service, and what it saw.

use serde::Serialize;
use serde_json::json;

use crate::{
    domain::{
        certificate::{CertificateId, Event},
        connection::{Phase, Shown, Sighting},
    },
    error::Result,
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        visit::Visit,
    },
    store::certificate,
};

/// What a try saw of one service.
#[derive(Serialize)]
struct Seen {
    service: &'static str,
    host: String,
    /// `well`, `unknown` (the service does not know the certificate), `status`
    /// (another answer) or `failed`.
    outcome: &'static str,
    phases: Vec<(Phase, &'static str)>,
    why: Option<String>,
    status: Option<u16>,
    certificate: Option<Shown>,
    tls: Option<&'static str>,
    /// Seconds; the sign is told apart, because texts count.
    skew: Option<u64>,
    is_ahead: bool,
    is_skewed: bool,
    milliseconds: u64,
}

/// The seconds that a clock may be off before deliveries suffer.
const CLOCK_SECONDS: u64 = 60;

/// Tries, and shows the result. It is not kept, but for the audit.
pub fn test(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?;
    let tried = mendable(visit.portal.try_connection(group.id), visit.language, |_| "")?;
    let sightings = match tried {
        Ok(sightings) => sightings,
        Err(errors) => return Ok(page(visit, &errors, Vec::new())),
    };
    let is_well = sightings.iter().all(Sighting::is_well);
    let actor = visit.actor().to_string();
    visit.write(|tx| {
        if let Some(version) = certificate::in_use(tx, group.id)? {
            let event = if is_well { Event::Tested } else { Event::TestFailed };
            certificate::note(tx, group.id, CertificateId(version), &actor, event)?;
        }
        let outcomes: Vec<_> = sightings
            .iter()
            .map(|seen| json!({ "service": seen.service.as_str(), "outcome": outcome(seen) }))
            .collect();
        visit.audit(tx, "certificate.test", &json!({ "services": outcomes }))
    })?;
    let seen = sightings.into_iter().map(|sighting| seen(visit, sighting)).collect();
    Ok(page(visit, &Errors::default(), seen))
}

fn page(visit: &Visit<'_>, errors: &Errors, rows: Vec<Seen>) -> Answer {
    visit.page("connection.html", content! { errors, rows }).status(errors.status())
}

fn outcome(sighting: &Sighting) -> &'static str {
    match () {
        () if sighting.failed.is_some() => "failed",
        () if sighting.is_well() => "well",
        () if sighting.is_unknown() => "unknown",
        () => "status",
    }
}

fn seen(visit: &Visit<'_>, sighting: Sighting) -> Seen {
    let failed_at = sighting.failed.map(|(phase, _)| phase);
    let phases = Phase::ALL.into_iter().filter(|phase| {
        // Through a proxy, the proxy looks the name up and connects.
        match phase {
            Phase::Proxy => sighting.is_proxied,
            Phase::Name | Phase::Connect => !sighting.is_proxied,
            Phase::Handshake | Phase::Answer => true,
        }
    });
    let phases = phases.map(|phase| {
        let outcome = match failed_at {
            Some(at) if at == phase => "failed",
            Some(at) if at < phase => "skipped",
            _ => "passed",
        };
        (phase, outcome)
    });
    let skew = sighting.clock_skew.map(i64::unsigned_abs);
    Seen {
        service: sighting.service.as_str(),
        outcome: outcome(&sighting),
        phases: phases.collect(),
        why: sighting.failed.map(|(_, why)| visit.text(why, &[])),
        status: sighting.status,
        certificate: sighting.certificate,
        tls: sighting.tls,
        skew,
        is_ahead: sighting.clock_skew.is_some_and(|skew| skew > 0),
        is_skewed: skew.is_some_and(|skew| skew > CLOCK_SECONDS),
        milliseconds: sighting.milliseconds,
        host: sighting.host,
    }
}
