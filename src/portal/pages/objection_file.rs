//! Patients' numbers in clear, for those who may: shown, and as CSV files in
//! and out. Each time is an event of the audit.

use std::collections::HashSet;

use serde_json::json;

use super::{
    list_file::{self, Told, fault_name},
    objection::{page, parse, scope},
    project,
};
use crate::{
    domain::role::Permission,
    error::Result,
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        format,
        sheet::Sheet,
        visit::Visit,
    },
    store::{enrolment, objection},
};

/// Shows the numbers of the objections on one page of the list.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    visit.write(|tx| {
        let asked = visit.form.get("project");
        let project = project::named(visit, tx, Permission::IdentifiersShow, asked)?;
        let (answer, count) = page(visit, tx, &project, "", &Errors::default(), true)?;
        visit.audit(tx, "objection.show", &json!({ "project": project, "count": count }))?;
        Ok(answer)
    })
}

/// The numbers of all who object to a project now, as a file.
pub fn export(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?;
    visit.write(|tx| {
        let asked = visit.form.get("project");
        let project = project::named(visit, tx, Permission::IdentifiersShow, asked)?;
        let mut sheet = Sheet::new(&["IDC_PAT", "PROJECT", "SINCE"])?;
        let (mut after, mut count) = (None, 0_u64);
        loop {
            let rows = objection::page(tx, group.id, &project, None, after, 1000)?;
            for row in rows.iter().filter(|row| row.ended_at.is_none()) {
                let digits = objection::digits(tx, group.id, row.id)?;
                let since = format::iso(row.since);
                sheet.row(&[digits.as_str(), row.project.as_deref().unwrap_or_default(), &since])?;
                count += 1;
            }
            match rows.last() {
                Some(last) => after = Some(last.id),
                None => break,
            }
        }
        visit.audit(tx, "objection.export", &json!({ "project": project, "count": count }))?;
        let name = format!("objections-{}.csv", group.nihdi.as_str());
        Ok(Answer::download(name, "text/csv; charset=utf-8", sheet.bytes()?))
    })
}

/// Notes the patients of the column `IDC_PAT`.
pub fn import(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let asked = visit.form.get("project");
    let lines = match mendable(list_file::read(visit, "IDC_PAT"), visit.language, |_| "file")? {
        Ok(lines) => lines,
        Err(errors) => {
            let content =
                content! { errors, page => "objections", project => asked, told => (), released => 0 };
            return Ok(visit.page("list_result.html", content).status(422));
        }
    };
    let mut told = Told::default();
    let mut seen = HashSet::new();
    let mut patients = Vec::new();
    for (line, value) in lines {
        match parse(&value) {
            Ok(patient) if !seen.insert(patient) => told.note("repeated", line),
            Ok(patient) => patients.push((line, patient)),
            Err(fault) => told.note(fault_name(fault), line),
        }
    }
    visit.write(|tx| {
        let scope = scope(visit, tx)?;
        for (line, patient) in &patients {
            let is_new = enrolment::object(tx, group, scope.as_deref(), patient)?;
            told.note(if is_new { "added" } else { "known" }, *line);
        }
        visit.audit(tx, "objection.add", &json!({ "project": scope, "count": told.count("added") }))
    })?;
    let content = content! {
        errors => Errors::default(), page => "objections", project => asked, told => told.rows(), released => 0,
    };
    Ok(visit.page("list_result.html", content))
}
