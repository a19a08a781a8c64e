//! A new upload: project, definition and version, and the file.

use std::collections::BTreeMap;

use serde::Serialize;

use super::upload::{person, projects};
use crate::{
    definition::Summary,
    domain::upload::UploadId,
    error::Result,
    intake::upload::{Came, hand_in},
    portal::{answer::Answer, content::content, errors::Errors, visit::Visit},
    store::{definition, version},
};

/// The empty form.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    form(visit, visit.query.get("definition"), &Errors::default())
}

/// Takes the file that came, whose dry run then begins by itself.
pub fn post(visit: &Visit<'_>) -> Result<Answer> {
    let chosen = visit.form.get("definition");
    let mut errors = Errors::default();
    let open = open(visit)?;
    let as_a = open.iter().find(|known| name(known) == chosen);
    if as_a.is_none() {
        errors.need("definition", "upload-definition", visit.language);
    }
    let spooled = visit.spooled.as_ref().filter(|spooled| !spooled.name.is_empty());
    if spooled.is_none() {
        errors.need("file", "upload-file", visit.language);
    }
    let (Some(as_a), Some(spooled)) = (as_a, spooled) else { return form(visit, chosen, &errors) };
    let came = Came {
        name: &spooled.name,
        sealed: &spooled.sealed,
        content: &spooled.content,
        author: &visit.who()?.account.email,
    };
    let as_a = visit.read(|tx| definition::find(tx, &name(as_a)))?;
    let UploadId(id) = hand_in(visit.store(), person(visit)?, &as_a, &came)?;
    spooled.keep();
    visit.portal.desk().ring();
    Ok(Answer::redirect(visit.group_path(&format!("/uploads/{id}"))))
}

/// A definition to choose.
#[derive(Serialize)]
struct Choice {
    value: String,
    label: String,
    is_chosen: bool,
}

fn form(visit: &Visit<'_>, chosen: &str, errors: &Errors) -> Result<Answer> {
    let mut groups: BTreeMap<String, Vec<Choice>> = BTreeMap::new();
    for known in open(visit)? {
        let value = name(&known);
        let title = known.titles.get(visit.language);
        groups.entry(format!("{} · {}", known.project, known.abbreviation)).or_default().push(Choice {
            is_chosen: value == chosen || known.name == chosen,
            label: format!("{} {} – {title}", known.name, known.version),
            value,
        });
    }
    let limit = visit.portal.config.portal.upload_limit_mebibytes;
    Ok(visit.page("upload_new.html", content! { errors, groups, limit }).status(errors.status()))
}

/// The definitions that this person may upload for.
fn open(visit: &Visit<'_>) -> Result<Vec<Summary>> {
    let projects = projects(visit)?;
    let (all, closed) = visit.read(|tx| Ok((definition::all(tx)?, version::closed(tx)?)))?;
    let group = visit.group()?;
    let is_open = |known: &Summary| {
        projects.as_ref().is_none_or(|projects| projects.contains(&known.project))
            && group.takes(&known.name)
            && !closed.has(&known.name, known.version)
    };
    Ok(all.into_iter().filter(is_open).collect())
}

fn name(known: &Summary) -> String {
    format!("{}@{}", known.name, known.version)
}
