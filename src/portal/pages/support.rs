//! Support: where to ask, and a text about this installation to send along
//! that names nobody.

use std::{collections::BTreeMap, fmt::Write};

use crate::{
    clock,
    domain::{health::worst, organisation::Organisation, role::Permission},
    error::{Error, Result},
    portal::{answer::Answer, content::content, health::checks, visit::Visit},
    store::{Tx, alert, count, health, organisation},
};

/// The page.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let diagnostics = diagnostics(visit)?;
    let may_see_health = visit.who()?.standing.permits_somewhere(Permission::AuditRead);
    Ok(visit.page("support.html", content! { diagnostics, may_see_health }))
}

/// Versions, counts, states and the identifiers of what is wrong. Never a
/// name, a number of an organisation or a person, or a path. It is in English
/// for the service desk, and holds counts only of what the reader may count.
fn diagnostics(visit: &Visit<'_>) -> Result<String> {
    let portal = visit.portal;
    let checks = checks(portal);
    let mut text = String::new();
    let mut line = |name: &str, value: &str| writeln!(text, "{name}: {value}").map_err(Error::internal);
    line("hd4dp", env!("CARGO_PKG_VERSION"))?;
    line("target", &format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS))?;
    line("time", &clock::now().to_string())?;
    line("request", &visit.head.id.to_string())?;
    line("language", visit.language.code())?;
    line("proxy", if portal.config.proxy.url.is_empty() { "no" } else { "yes" })?;
    line("acceptance", if portal.config.certificates.acceptance { "yes" } else { "no" })?;
    line("health", worst(&checks).name())?;
    for check in &checks {
        let figure = check.figure.map(|(unit, number)| format!(" {unit}={number}")).unwrap_or_default();
        line(&format!("health.{}", check.id), &format!("{}{figure}", check.state.name()))?;
    }
    for (name, value) in visit.read(|tx| stored(tx, visit))? {
        line(&name, &value)?;
    }
    Ok(text)
}

fn stored(tx: &Tx<'_>, visit: &Visit<'_>) -> Result<Vec<(String, String)>> {
    let standing = &visit.who()?.standing;
    let (schema, bytes) = health::database(tx)?;
    let mut lines =
        vec![("schema".to_owned(), schema.to_string()), ("mebibytes".to_owned(), (bytes >> 20).to_string())];
    let groups = organisation::all(tx)?;
    let counted = |group: &&Organisation| standing.permits(Permission::RegistrationCounts, group.id);
    let mut states: BTreeMap<String, u64> = BTreeMap::new();
    for group in groups.iter().filter(counted) {
        for (state, number) in count::of(tx, group.id)? {
            *states.entry(format!("{state:?}").to_lowercase()).or_default() += number;
        }
    }
    lines.push(("organisations".to_owned(), groups.iter().filter(counted).count().to_string()));
    lines.extend(states.iter().map(|(state, number)| (format!("registrations.{state}"), number.to_string())));
    if standing.permits_somewhere(Permission::AuditRead) {
        let parked = health::parked_reasons(tx)?.into_iter();
        lines.extend(
            parked.map(|(reason, number)| (format!("parked.{}", plain(&reason)), number.to_string())),
        );
        for alert in alert::list(tx)? {
            let kind = alert.subject.split(':').next().unwrap_or_default();
            let since = clock::now().as_millisecond() - alert.since;
            let value = format!("{} for {} h", plain(&alert.reason), since / 3_600_000);
            lines.push((format!("alert.{}", plain(kind)), value));
        }
    }
    Ok(lines)
}

/// A reason as it may leave: the identifiers of ours are words in lower case.
/// Of what the other side wrote only the kind is told.
fn plain(reason: &str) -> &str {
    let is_ours =
        reason.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    let has_number = reason.bytes().filter(u8::is_ascii_digit).count() > 3;
    if is_ours && !has_number { reason } else { "other" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_words_leave() {
        for (reason, told) in [
            ("status-409", "status-409"),
            ("certificate-none", "certificate-none"),
            ("No batch of 71099911", "other"),
            ("71099911", "other"),
            ("a@b.example", "other"),
        ] {
            assert_eq!(plain(reason), told);
        }
    }
}
