//! Patients who object: the list without their numbers, add, end, look up.

use serde_json::json;

use super::{list_file::fault_name, project};
use crate::{
    clock,
    domain::{
        identifier::{Fault, Ssin},
        member::forbidden,
        role::Permission,
    },
    error::Result,
    portal::{answer::Answer, content::content, errors::Errors, form::encode, visit::Visit},
    store::{Tx, enrolment, objection, session},
};

/// How many objections a page lists.
pub const ROWS: usize = 50;

/// The list of a project.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    masked(visit, visit.query.get("project"), "", &Errors::default())
}

/// Looks a patient up, whose number is kept with the session.
pub fn search(visit: &Visit<'_>) -> Result<Answer> {
    let project = visit.form.get("project");
    let typed = visit.form.get("search");
    if let Err(fault) = parse(typed) {
        let text = visit.text(&format!("objection-wrong-{}", fault_name(fault)), &[]);
        let mut errors = Errors::default();
        errors.add("search", text);
        return masked(visit, project, "", &errors);
    }
    let session = visit.who()?.session.id;
    let kept = visit.write(|tx| {
        project::named(visit, tx, Permission::EnrolmentsEdit, project)?;
        session::keep(tx, session, typed)
    })?;
    let path = format!("/objections?project={}&find={kept}", encode(project));
    Ok(Answer::redirect(visit.group_path(&path)))
}

/// Notes that a patient objects, to this project or to all.
pub fn add(visit: &Visit<'_>) -> Result<Answer> {
    let (asked, typed) = (visit.form.get("project"), visit.form.get("ssin"));
    let mut errors = Errors::default();
    let patient = match parse(typed) {
        Ok(patient) => patient,
        Err(fault) => {
            match typed {
                "" => errors.need("ssin", "objection-ssin", visit.language),
                _ => errors.add("ssin", visit.text(&format!("objection-wrong-{}", fault_name(fault)), &[])),
            }
            return masked(visit, asked, typed, &errors);
        }
    };
    let is_new = visit.write(|tx| {
        let scope = scope(visit, tx)?;
        let is_new = enrolment::object(tx, visit.group()?.id, scope.as_deref(), &patient)?;
        if is_new {
            visit.audit(tx, "objection.add", &json!({ "project": scope, "count": 1 }))?;
        }
        Ok(is_new)
    })?;
    if !is_new {
        errors.add("ssin", visit.text("objection-known", &[]));
        return masked(visit, asked, typed, &errors);
    }
    let path = format!("/objections?project={}&done=objection-added", encode(asked));
    Ok(Answer::redirect(visit.group_path(&path)))
}

/// Asks before an objection is ended.
pub fn ask_end(visit: &Visit<'_>) -> Result<Answer> {
    let known = visit.read(|tx| target(visit, tx))?;
    let project = visit.query.get("project");
    Ok(visit.page("objection_end.html", content! { known, project }))
}

/// Ends an objection and releases what waited for that.
pub fn end(visit: &Visit<'_>) -> Result<Answer> {
    let released = visit.write(|tx| {
        let known = target(visit, tx)?;
        let released = objection::end(tx, visit.group()?.id, known.id)?;
        let details = json!({ "project": known.project, "ended": released.is_some(), "released": released });
        visit.audit(tx, "objection.end", &details)?;
        Ok(released.unwrap_or(0))
    })?;
    let project = encode(visit.form.get("project"));
    let path = format!("/objections?project={project}&done=objection-ended&released={released}");
    Ok(Answer::redirect(visit.group_path(&path)))
}

fn masked(visit: &Visit<'_>, asked: &str, typed: &str, errors: &Errors) -> Result<Answer> {
    Ok(visit.read(|tx| page(visit, tx, asked, typed, errors, false))?.0)
}

/// The page, and how many objections it lists. With `shown` the patients'
/// numbers stand on it in clear, which the caller writes down in the audit.
pub fn page(
    visit: &Visit<'_>,
    tx: &Tx<'_>,
    asked: &str,
    typed: &str,
    errors: &Errors,
    shown: bool,
) -> Result<(Answer, usize)> {
    let group = visit.group()?.id;
    let choice = project::choose(visit, tx, Permission::EnrolmentsRead, "/objections", asked)?;
    let project = choice.chosen.as_deref().unwrap_or_default();
    let place = Place::of(visit);
    let (found, is_search) = found(visit, tx, project, &place, ROWS + 1)?;
    let next = found.get(ROWS).and(found.get(ROWS - 1)).map(|last| last.id);
    let base =
        visit.group_path(&format!("/objections?project={}&find={}", encode(project), encode(&place.find)));
    let rows = found.into_iter().take(ROWS).map(|row| {
        let number = shown.then(|| objection::digits(tx, group, row.id)).transpose()?;
        Ok(content! { number => number.as_ref().map(|number| spelt(number)), objection => row })
    });
    let rows = rows.collect::<Result<Vec<_>>>()?;
    let count = rows.len();
    let content = content! {
        projects => choice.items, project, rows, is_search, shown, typed, errors,
        next => next.map(|last| format!("{base}&after={last}")), first => place.after.map(|_| base.as_str()),
        find => place.find, after => place.after, may_edit => visit.permits(Permission::EnrolmentsEdit),
        may_show => visit.permits(Permission::IdentifiersShow),
        may_all => project::reaches_all(visit, Permission::EnrolmentsEdit)?,
        released => visit.query.get("released").parse::<u64>().unwrap_or(0),
    };
    Ok((visit.page("objections.html", content).status(errors.status()), count))
}

/// Where in the list a page is.
struct Place {
    find: String,
    after: Option<i64>,
}

impl Place {
    /// What the address says, or for a form its fields.
    fn of(visit: &Visit<'_>) -> Self {
        let given = |name: &str| match visit.form.get(name) {
            "" => visit.query.get(name).to_owned(),
            field => field.to_owned(),
        };
        Self { find: given("find"), after: given("after").parse().ok() }
    }
}

/// The objections of a page, and whether they are those of one patient.
fn found(
    visit: &Visit<'_>,
    tx: &Tx<'_>,
    project: &str,
    place: &Place,
    limit: usize,
) -> Result<(Vec<objection::Objection>, bool)> {
    let kept = session::kept(tx, visit.who()?.session.id, &place.find)?;
    let patient = kept.as_ref().and_then(|kept| parse(kept).ok());
    let rows = objection::page(tx, visit.group()?.id, project, patient.as_ref(), place.after, limit)?;
    Ok((rows, patient.is_some()))
}

/// Reads a patient's number.
pub fn parse(text: &str) -> Result<Ssin, Fault> {
    Ssin::parse(text, clock::today().year())
}

/// The project that the form's objections are against; none for all, which
/// only those may say who may for all.
pub fn scope(visit: &Visit<'_>, tx: &Tx<'_>) -> Result<Option<String>> {
    if visit.form.has("all") {
        if !project::reaches_all(visit, Permission::EnrolmentsEdit)? {
            return Err(forbidden(Permission::EnrolmentsEdit));
        }
        return Ok(None);
    }
    project::named(visit, tx, Permission::EnrolmentsEdit, visit.form.get("project")).map(Some)
}

fn target(visit: &Visit<'_>, tx: &Tx<'_>) -> Result<objection::Objection> {
    let known = objection::get(tx, visit.group()?.id, visit.number("objection")?)?;
    match &known.project {
        Some(project) => project::named(visit, tx, Permission::EnrolmentsEdit, project).map(drop)?,
        None if project::reaches_all(visit, Permission::EnrolmentsEdit)? => {}
        None => return Err(forbidden(Permission::EnrolmentsEdit)),
    }
    Ok(known)
}

/// Eleven digits as people write them.
fn spelt(digits: &str) -> String {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}.{}.{}-{}.{}", part(0, 2), part(2, 4), part(4, 6), part(6, 9), part(9, 11))
}
