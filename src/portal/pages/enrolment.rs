//! Physicians who take part in a project: the list, add, end.

use jiff::civil::Date;
use serde_json::json;

use super::{list_file::fault_name, project};
use crate::{
    clock,
    domain::{identifier::Nihdi, role::Permission},
    error::{Error, Result},
    portal::{answer::Answer, content::content, errors::Errors, form::encode, visit::Visit},
    store::{Tx, definition, enrolment, enrolment_list, session},
};

/// How many physicians a page lists.
const ROWS: usize = 50;

/// How many physicians are shown who are not enrolled and hold most back.
const STRANGERS: usize = 10;

/// The list of a project.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    page(visit, visit.query.get("project"), &Fields::default(), &Errors::default())
}

/// Looks a physician up. The number is kept with the session, because a
/// patient's could be typed there by mistake.
pub fn search(visit: &Visit<'_>) -> Result<Answer> {
    let project = visit.form.get("project");
    let session = visit.who()?.session.id;
    let kept = visit.write(|tx| {
        project::named(visit, tx, Permission::EnrolmentsRead, project)?;
        session::keep(tx, session, visit.form.get("search"))
    })?;
    let path = format!("/enrolments?project={}&find={kept}", encode(project));
    Ok(Answer::redirect(visit.group_path(&path)))
}

/// Enrols a physician.
pub fn add(visit: &Visit<'_>) -> Result<Answer> {
    let fields =
        Fields { nihdi: visit.form.get("nihdi").to_owned(), since: visit.form.get("since").to_owned() };
    let project = visit.form.get("project");
    let mut errors = Errors::default();
    let nihdi = match Nihdi::parse(&fields.nihdi, &visit.portal.config.validation.nihdi_moduli) {
        _ if fields.nihdi.is_empty() => {
            errors.need("nihdi", "enrolment-nihdi", visit.language);
            None
        }
        Ok(nihdi) => Some(nihdi),
        Err(fault) => {
            errors.add("nihdi", visit.text(&format!("enrolment-wrong-{}", fault_name(fault)), &[]));
            None
        }
    };
    let since = day(visit, &mut errors, "since", &fields.since);
    let (Some(nihdi), Some(since), true) = (nihdi, since, errors.is_empty()) else {
        return page(visit, project, &fields, &errors);
    };
    let released = visit.write(|tx| {
        let group = visit.group()?.id;
        let project = project::named(visit, tx, Permission::EnrolmentsEdit, project)?;
        let released = enrolment::add(tx, group, &project, &nihdi, since)?;
        if let Some(released) = released {
            visit.audit(
                tx,
                "enrolment.add",
                &json!({ "project": project, "count": 1, "released": released }),
            )?;
        }
        Ok(released)
    })?;
    let Some(released) = released else {
        errors.add("nihdi", visit.text("enrolment-known", &[]));
        return page(visit, project, &fields, &errors);
    };
    let path = format!("/enrolments?project={}&done=enrolment-added&released={released}", encode(project));
    Ok(Answer::redirect(visit.group_path(&path)))
}

/// Asks for the last day.
pub fn ask_end(visit: &Visit<'_>) -> Result<Answer> {
    end_form(visit, &clock::today().to_string(), &Errors::default())
}

/// Ends a physician's taking part.
pub fn end(visit: &Visit<'_>) -> Result<Answer> {
    let typed = visit.form.get("until");
    let mut errors = Errors::default();
    let Some(until) = day(visit, &mut errors, "until", typed) else {
        return end_form(visit, typed, &errors);
    };
    let known = visit.read(|tx| target(visit, tx))?;
    if until.to_string() < known.since {
        errors.add("until", visit.text("enrolment-until-early", &[]));
        return end_form(visit, typed, &errors);
    }
    let nihdi = Nihdi::stored(known.nihdi).ok_or_else(|| Error::internal("a stored number is damaged"))?;
    let ended = visit.write(|tx| {
        let ended = enrolment::end(tx, visit.group()?.id, &known.project, &nihdi, until)?;
        if ended {
            visit.audit(tx, "enrolment.end", &json!({ "project": known.project, "ended": true }))?;
        }
        Ok(ended)
    })?;
    if !ended {
        errors.add("until", visit.text("enrolment-ended-before", &[]));
        return end_form(visit, typed, &errors);
    }
    let path = format!("/enrolments?project={}&done=enrolment-ended", encode(&known.project));
    Ok(Answer::redirect(visit.group_path(&path)))
}

/// The fields as they were typed.
#[derive(Default, serde::Serialize)]
struct Fields {
    nihdi: String,
    since: String,
}

fn page(visit: &Visit<'_>, asked: &str, fields: &Fields, errors: &Errors) -> Result<Answer> {
    let group = visit.group()?.id;
    let session = visit.who()?.session.id;
    let find = visit.query.get("find");
    let after = visit
        .query
        .get("after")
        .split_once('.')
        .and_then(|(physician, id)| Some((physician.to_owned(), id.parse::<i64>().ok()?)));
    let content = visit.read(|tx| {
        let choice = project::choose(visit, tx, Permission::EnrolmentsRead, "/enrolments", asked)?;
        let project = choice.chosen.as_deref().unwrap_or_default();
        let asks = definition::all(tx)?
            .iter()
            .any(|known| known.project == project && known.enrolment_required);
        let search = session::kept(tx, session, find)?;
        let searched = search.as_ref().map_or("", |search| search.as_str());
        let digits: String = searched.chars().filter(char::is_ascii_digit).collect();
        let after = after.as_ref().map(|(physician, id)| (physician.as_str(), *id));
        let mut rows = enrolment_list::page(tx, group, project, &digits, after, ROWS + 1)?;
        let is_more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let base = visit.group_path(&format!("/enrolments?project={}&find={}", encode(project), encode(find)));
        let next = rows.last().filter(|_| is_more).map(|last| format!("{base}&after={}.{}", last.physician, last.id));
        let (mut strangers, nameless) = match asks {
            true => enrolment_list::strangers(tx, group, project)?,
            false => Default::default(),
        };
        let waiting: u64 = strangers.iter().map(|stranger| stranger.held).sum::<u64>() + nameless;
        let others = strangers.len().saturating_sub(STRANGERS);
        strangers.truncate(STRANGERS);
        Ok(content! {
            projects => choice.items, project, asks, rows, next, first => after.map(|_| base.as_str()),
            is_search => search.is_some(), search => searched, strangers, others, nameless, waiting,
            may_edit => visit.permits(Permission::EnrolmentsEdit), fields, errors,
            today => clock::today().to_string(), released => visit.query.get("released").parse::<u64>().unwrap_or(0),
        })
    })?;
    Ok(visit.page("enrolments.html", content).status(errors.status()))
}

fn end_form(visit: &Visit<'_>, until: &str, errors: &Errors) -> Result<Answer> {
    let known = visit.read(|tx| target(visit, tx))?;
    let content = content! { known, until, errors };
    Ok(visit.page("enrolment_end.html", content).status(errors.status()))
}

/// The enrolment that the path names, of a project that the person may change.
fn target(visit: &Visit<'_>, tx: &Tx<'_>) -> Result<enrolment_list::Listed> {
    let known = enrolment_list::get(tx, visit.group()?.id, visit.number("enrolment")?)?;
    project::named(visit, tx, Permission::EnrolmentsEdit, &known.project)?;
    Ok(known)
}

/// The day that was typed into the field `name`; today if nothing was.
fn day(visit: &Visit<'_>, errors: &mut Errors, name: &'static str, typed: &str) -> Option<Date> {
    if typed.is_empty() {
        return Some(clock::today());
    }
    let day = typed.parse().ok();
    if day.is_none() {
        errors.add(name, visit.text("enrolment-day-wrong", &[]));
    }
    day
}
