//! The audit: what was done, when and by whom; search, export, and whether the
//! chain is whole.

use minijinja::Value;

use super::audit_text::Teller;
use crate::{
    clock,
    domain::{
        act::{ACTS, sentence},
        identifier::Nihdi,
        member::not_found,
        organisation::Organisation,
        role::Permission,
    },
    error::Result,
    portal::{
        answer::Answer,
        content::content,
        errors::Errors,
        form::{Form, encode},
        format,
        sheet::Sheet,
        visit::Visit,
    },
    store::{
        Tx,
        audit::Verification,
        audit_search::{self, Filter},
        organisation, session,
    },
};

/// How many events a page lists.
const ROWS: usize = 50;

/// The most events of one file.
const EXPORTED: usize = 50_000;

/// The fields of the search, as they stand in the address; `who` is the name
/// under which the session keeps what was typed.
const FIELDS: [&str; 5] = ["from", "until", "act", "group", "who"];

/// The list.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    let before = visit.query.get("before").parse().ok();
    let (content, status) = visit.read(|tx| {
        let seen = seen(visit, tx)?;
        let mut errors = Errors::default();
        let asked = asked(visit, tx, &visit.query, &seen, &mut errors)?;
        let mut found = audit_search::search(tx, &asked.filter, before, ROWS + 1)?;
        let is_more = found.len() > ROWS;
        found.truncate(ROWS);
        let base = address(&visit.query);
        let next = found.last().filter(|_| is_more).map(|last| format!("{base}before={}", last.seq));
        let mut teller = Teller::new(visit.language, &seen);
        let rows = found.into_iter().map(|event| {
            let told = teller.tell(tx, &event)?;
            Ok(content! { seq => event.seq, at => event.at, told })
        });
        let content = content! {
            rows => rows.collect::<Result<Vec<_>>>()?, next, first => before.map(|_: i64| base.as_str()), errors,
            acts => acts(visit), groups => groups(&seen), fields => fields(visit), typed => asked.typed,
            is_search => FIELDS.iter().any(|name| !visit.query.get(name).is_empty()), most => EXPORTED,
            verification => verification(visit),
        };
        Ok((content, errors.status()))
    })?;
    Ok(visit.page("audit.html", content).status(status))
}

/// Begins a search. The person looked for is kept with the session, so that no
/// e-mail address stands in an address.
pub fn search(visit: &Visit<'_>) -> Result<Answer> {
    let session = visit.who()?.session.id;
    let mut fields: Vec<(String, String)> = Vec::new();
    for name in ["from", "until", "act", "group"] {
        fields.push((name.to_owned(), visit.form.get(name).to_owned()));
    }
    let typed = visit.form.get("person");
    if !typed.is_empty() {
        fields.push(("who".to_owned(), visit.write(|tx| session::keep(tx, session, typed))?));
    }
    Ok(Answer::redirect(address(&Form::from_fields(fields)).trim_end_matches(['?', '&'])))
}

/// What was found as a file, the newest events first.
pub fn export(visit: &Visit<'_>) -> Result<Answer> {
    let bytes = visit.write(|tx| {
        let seen = seen(visit, tx)?;
        let filter = asked(visit, tx, &visit.form, &seen, &mut Errors::default())?.filter;
        let mut teller = Teller::new(visit.language, &seen);
        let header =
            ["number", "time", "actor", "person", "act", "sentence", "group_nihdi", "group_title", "details"];
        let mut sheet = Sheet::new(&header)?;
        let (mut before, mut count) = (None, 0);
        while count < EXPORTED {
            let events = audit_search::search(tx, &filter, before, (EXPORTED - count).min(1000))?;
            for event in &events {
                let told = teller.tell(tx, event)?;
                let at = format::iso(event.at);
                sheet.row(&[
                    &event.seq.to_string(),
                    &at,
                    &event.actor,
                    &told.person,
                    &event.act,
                    &told.sentence,
                    &told.nihdi,
                    &told.group,
                    &event.details,
                ])?;
            }
            count += events.len();
            match events.last() {
                Some(last) => before = Some(last.seq),
                None => break,
            }
        }
        visit.audit(tx, "audit.export", &serde_json::json!({ "events": count }))?;
        sheet.bytes()
    })?;
    Ok(Answer::download("audit.csv", "text/csv; charset=utf-8", bytes))
}

/// Begins to check the chain; the page tells what was found.
pub fn verify(visit: &Visit<'_>) -> Result<Answer> {
    visit.write(|tx| visit.audit(tx, "audit.verify", &serde_json::json!({})))?;
    visit.portal.verifier.start(&visit.portal.store)?;
    Ok(Answer::redirect("/ssp/audit?done=audit-verifying"))
}

/// The organisations whose events the person sees; those of none, and of the
/// whole installation, only if all are seen.
struct Seen {
    groups: Vec<Organisation>,
    is_everything: bool,
}

impl std::ops::Deref for Seen {
    type Target = [Organisation];

    fn deref(&self) -> &[Organisation] {
        &self.groups
    }
}

fn seen(visit: &Visit<'_>, tx: &Tx<'_>) -> Result<Seen> {
    let standing = &visit.who()?.standing;
    let mut groups = organisation::all(tx)?;
    groups.retain(|group| standing.permits(Permission::AuditRead, group.id));
    Ok(Seen { groups, is_everything: standing.permits_everywhere(Permission::AuditRead) })
}

/// What is looked for, and the person as typed.
struct Asked {
    filter: Filter,
    typed: String,
}

fn asked(visit: &Visit<'_>, tx: &Tx<'_>, given: &Form, seen: &Seen, errors: &mut Errors) -> Result<Asked> {
    let mut day = |name: &'static str, more: i64| {
        let typed = given.get(name);
        if typed.is_empty() {
            return None;
        }
        let start = typed.parse().ok().and_then(|day: jiff::civil::Date| {
            let day = day.checked_add(jiff::Span::new().days(more)).ok()?;
            Some(day.to_zoned(clock::belgium()).ok()?.timestamp().as_millisecond())
        });
        if start.is_none() {
            errors.add(name, visit.text("enrolment-day-wrong", &[]));
        }
        start
    };
    let (from, until) = (day("from", 0), day("until", 1));
    let all = || (!seen.is_everything).then(|| seen.iter().map(|group| group.id).collect());
    let organisations = match given.get("group") {
        "" => all(),
        nihdi => {
            let nihdi = Nihdi::stored(nihdi.to_owned()).ok_or_else(not_found)?;
            let group = seen.iter().find(|group| group.nihdi.key() == nihdi.key()).ok_or_else(not_found)?;
            Some(vec![group.id])
        }
    };
    let kept = session::kept(tx, visit.who()?.session.id, given.get("who"))?;
    let typed = kept.map_or_else(String::new, |kept| kept.as_str().to_owned());
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let filter = Filter { organisations, from, until, act: some(given.get("act")), actor: some(&typed) };
    Ok(Asked { filter, typed })
}

/// The list's address with what is looked for, ready for one more field.
fn address(given: &Form) -> String {
    let mut address = "/ssp/audit?".to_owned();
    for name in FIELDS {
        let value = given.get(name);
        if !value.is_empty() {
            address.push_str(&format!("{name}={}&", encode(value)));
        }
    }
    address
}

fn fields(visit: &Visit<'_>) -> Value {
    Value::from_pairs(FIELDS.map(|name| (name, visit.query.get(name).to_owned())))
}

fn groups(seen: &Seen) -> Vec<Value> {
    seen.iter().map(|group| content! { title => group.title, nihdi => group.nihdi.as_str() }).collect()
}

/// The acts by their sentences.
fn acts(visit: &Visit<'_>) -> Vec<Value> {
    let mut acts: Vec<_> = ACTS.iter().map(|act| (visit.text(&sentence(act), &[]), act)).collect();
    acts.sort();
    acts.into_iter().map(|(sentence, act)| content! { act, sentence }).collect()
}

fn verification(visit: &Visit<'_>) -> Value {
    let state = visit.portal.verifier.state();
    let (at, kind, text) = match &state.last {
        None => (None, "", visit.text("audit-never", &[])),
        Some((at, None)) => (Some(*at), "bad", visit.text("audit-unverified", &[])),
        Some((at, Some(Verification::Whole { events, head }))) => {
            let args = [("events", (*events as u64).into()), ("head", head.as_str().into())];
            (Some(*at), "good", visit.text("audit-whole", &args))
        }
        Some((at, Some(Verification::BrokenAt(seq)))) => {
            (Some(*at), "bad", visit.text("audit-broken", &[("seq", seq.to_string().into())]))
        }
        Some((at, Some(Verification::Cut { last, expected }))) => {
            let args = [("last", last.to_string().into()), ("expected", expected.to_string().into())];
            (Some(*at), "bad", visit.text("audit-cut", &args))
        }
        Some((at, Some(Verification::HeadUnknown))) => {
            (Some(*at), "bad", visit.text("audit-head-unknown", &[]))
        }
    };
    content! { at, kind, text, is_running => state.is_running }
}
