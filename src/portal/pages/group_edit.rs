//! Groups: add, edit, deactivate.

use crate::{
    domain::{
        identifier::{Nihdi, cbe, ehp},
        organisation::{Details, Organisation},
    },
    error::{Code, Error, Result},
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        visit::Visit,
    },
    store::revision,
};

/// The empty form.
pub fn add(visit: &Visit<'_>) -> Result<Answer> {
    Ok(form(visit, Fields::default(), &Errors::default()))
}

/// Create Data Provider.
pub fn post_add(visit: &Visit<'_>) -> Result<Answer> {
    let by = visit.actor();
    save(visit, |details, message| visit.write(|tx| revision::create(tx, &by, details, message)))
}

/// The form with what is there.
pub fn edit(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?;
    let fields = Fields {
        title: group.title.clone(),
        nihdi: group.nihdi.as_str().to_owned(),
        cbe: group.cbe.join(" "),
        ehp: group.ehp.join(" "),
        message: String::new(),
    };
    Ok(form(visit, fields, &Errors::default()))
}

/// Saves what was edited.
pub fn post_edit(visit: &Visit<'_>) -> Result<Answer> {
    let (by, id) = (visit.actor(), visit.group()?.id);
    save(visit, |details, message| visit.write(|tx| revision::edit(tx, &by, id, details, message)))
}

/// Deactivates or reactivates, or says whether members need a second factor.
pub fn post_state(visit: &Visit<'_>) -> Result<Answer> {
    let (by, id) = (visit.actor(), visit.group()?.id);
    let message = visit.form.get("message");
    let done = match visit.form.get("act") {
        "deactivate" => {
            visit.write(|tx| revision::deactivate(tx, &by, id, message)).map(|_| "group-deactivated")
        }
        "reactivate" => {
            visit.write(|tx| revision::reactivate(tx, &by, id, message)).map(|_| "group-reactivated")
        }
        "require" | "release" => {
            let required = visit.form.get("act") == "require";
            visit
                .write(|tx| revision::require_second_factor(tx, &by, id, required, message))
                .map(|_| "group-saved")
        }
        _ => Err(Error::new(Code::Usage, "form-unreadable")),
    }?;
    Ok(Answer::redirect(visit.group_path(&format!("?done={done}"))))
}

/// The fields as they were typed.
#[derive(Default, serde::Serialize)]
struct Fields {
    title: String,
    nihdi: String,
    cbe: String,
    ehp: String,
    message: String,
}

fn save(visit: &Visit<'_>, act: impl FnOnce(&Details, &str) -> Result<Organisation>) -> Result<Answer> {
    let field = |name: &str| visit.form.get(name).to_owned();
    let fields = Fields {
        title: field("title"),
        nihdi: field("nihdi"),
        cbe: field("cbe"),
        ehp: field("ehp"),
        message: field("message"),
    };
    let details = match read(visit, &fields) {
        Ok(details) => details,
        Err(errors) => return Ok(form(visit, fields, &errors)),
    };
    let wrong = |error: &Error| if error.id == "organisation-known" { "nihdi" } else { "" };
    match mendable(act(&details, &fields.message), visit.language, wrong)? {
        Ok(saved) => Ok(Answer::redirect(format!("/ssp/groups/{}?done=group-saved", saved.nihdi.as_str()))),
        Err(errors) => Ok(form(visit, fields, &errors)),
    }
}

fn read(visit: &Visit<'_>, fields: &Fields) -> Result<Details, Errors> {
    let mut errors = Errors::default();
    let moduli = &visit.portal.config.validation.nihdi_moduli;
    if fields.title.is_empty() {
        errors.need("title", "group-title", visit.language);
    }
    let nihdi = Nihdi::parse(&fields.nihdi, moduli);
    match &nihdi {
        _ if fields.nihdi.is_empty() => errors.need("nihdi", "group-nihdi", visit.language),
        Err(_) => errors.add("nihdi", visit.text("group-nihdi-wrong", &[])),
        Ok(_) => {}
    }
    let mut numbers = |name, text: &str, read: &dyn Fn(&str) -> Option<String>| {
        let parts = text.split([' ', ',', ';']).filter(|part| !part.is_empty());
        let read: Option<Vec<_>> = parts.map(read).collect();
        if read.is_none() {
            errors.add(name, visit.text("group-number-wrong", &[]));
        }
        read.unwrap_or_default()
    };
    let cbe = numbers("cbe", &fields.cbe, &|part| cbe(part).ok());
    let ehp = numbers("ehp", &fields.ehp, &|part| ehp(part).ok());
    match nihdi {
        Ok(nihdi) if errors.is_empty() => Ok(Details { nihdi, title: fields.title.clone(), cbe, ehp }),
        _ => Err(errors),
    }
}

fn form(visit: &Visit<'_>, fields: Fields, errors: &Errors) -> Answer {
    let is_new = visit.group.is_none();
    visit.page("group_edit.html", content! { fields, errors, is_new }).status(errors.status())
}
