//! Lists of physicians as CSV files, in and out.

use std::collections::HashSet;

use serde_json::json;

use super::{
    list_file::{self, Told, fault_name},
    project,
};
use crate::{
    clock,
    domain::{identifier::Nihdi, role::Permission},
    error::Result,
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        sheet::Sheet,
        visit::Visit,
    },
    store::{enrolment, enrolment_list},
};

/// Enrols the physicians of the column `CD_HPIN`, from today on.
pub fn import(visit: &Visit<'_>) -> Result<Answer> {
    let (group, asked) = (visit.group()?.id, visit.form.get("project"));
    let lines = match mendable(list_file::read(visit, "CD_HPIN"), visit.language, |_| "file")? {
        Ok(lines) => lines,
        Err(errors) => {
            let content =
                content! { errors, page => "enrolments", project => asked, told => (), released => 0 };
            return Ok(visit.page("list_result.html", content).status(422));
        }
    };
    let moduli = &visit.portal.config.validation.nihdi_moduli;
    let mut told = Told::default();
    let mut seen = HashSet::new();
    let mut physicians = Vec::new();
    for (line, value) in lines {
        match Nihdi::parse(&value, moduli) {
            Ok(nihdi) if !seen.insert(nihdi.key().to_owned()) => told.note("repeated", line),
            Ok(nihdi) => physicians.push((line, nihdi)),
            Err(fault) => told.note(fault_name(fault), line),
        }
    }
    let (project, released) = visit.write(|tx| {
        let project = project::named(visit, tx, Permission::EnrolmentsEdit, asked)?;
        let mut released = 0;
        for (line, nihdi) in &physicians {
            match enrolment::add(tx, group, &project, nihdi, clock::today())? {
                Some(number) => {
                    released += number;
                    told.note("added", *line);
                }
                None => told.note("known", *line),
            }
        }
        let details = json!({ "project": project, "count": told.count("added"), "released": released });
        visit.audit(tx, "enrolment.add", &details)?;
        Ok((project, released))
    })?;
    let content = content! { errors => Errors::default(), page => "enrolments", project, told => told.rows(), released };
    Ok(visit.page("list_result.html", content))
}

/// All enrolments of a project as a file.
pub fn export(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?;
    visit.read(|tx| {
        let project = project::named(visit, tx, Permission::EnrolmentsRead, visit.query.get("project"))?;
        let mut sheet = Sheet::new(&["CD_HPIN", "PROJECT", "SINCE", "UNTIL"])?;
        let mut after: Option<(String, i64)> = None;
        loop {
            let place = after.as_ref().map(|(physician, id)| (physician.as_str(), *id));
            let rows = enrolment_list::page(tx, group.id, &project, "", place, 1000)?;
            for row in &rows {
                let until = row.until.as_deref().unwrap_or_default();
                sheet.row(&[&row.nihdi, &row.project, &row.since, until])?;
            }
            match rows.into_iter().next_back() {
                Some(last) => after = Some((last.physician, last.id)),
                None => break,
            }
        }
        let name = format!("enrolments-{}.csv", group.nihdi.as_str());
        Ok(Answer::download(name, "text/csv; charset=utf-8", sheet.bytes()?))
    })
}
