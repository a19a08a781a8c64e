//! Add certificate: a PKCS#12 store and its password, judged while one waits.

use zeroize::Zeroizing;

use super::certificate::steps;
use crate::{
    certificate::{self, Log},
    error::Result,
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        visit::Visit,
    },
};

/// The form.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    Ok(form(visit, &Errors::default(), None))
}

/// Judges the store and takes it into use. Neither it nor its password is kept.
pub fn post(visit: &Visit<'_>) -> Result<Answer> {
    let (group, actor) = (visit.group()?, visit.actor().to_string());
    let Some(file) = visit.file.as_ref().filter(|file| !file.bytes.is_empty()) else {
        let mut errors = Errors::default();
        errors.need("file", "certificate-file", visit.language);
        return Ok(form(visit, &errors, None));
    };
    let password = Zeroizing::new(visit.form.raw("password").to_owned());
    let settings = &visit.portal.config.certificates;
    let judged = certificate::judge(settings, &file.bytes, &password, Some(group));
    let verdict = match mendable(judged, visit.language, |_| "")? {
        Ok(verdict) => verdict,
        Err(errors) => return Ok(form(visit, &errors, None)),
    };
    let id = visit.write(|tx| certificate::add(tx, &actor, group, &verdict))?;
    if verdict.accepted() {
        let path = format!("/certificates/{}?done=certificate-published", id.0);
        return Ok(Answer::redirect(visit.group_path(&path)));
    }
    Ok(form(visit, &Errors::default(), Some(&Log::of(&verdict))))
}

/// The form, with what the checks said of the last store if it was refused.
fn form(visit: &Visit<'_>, errors: &Errors, refused: Option<&Log>) -> Answer {
    let status = if refused.is_some() { 422 } else { errors.status() };
    let steps = refused.map(|log| steps(visit, log)).unwrap_or_default();
    let limit = certificate::MAX_SIZE / 1024;
    let name = visit.file.as_ref().map(|file| file.name.as_str()).unwrap_or_default();
    visit.page("certificate_add.html", content! { errors, steps, name, limit }).status(status)
}
