//! The portal's own certificate: what it is, bringing another, having one
//! signed for a key made here, and going back. After each change new
//! connections show it at once.

use zeroize::Zeroizing;

use crate::{
    certificate::{
        Certificate,
        server::{self, Kind, ServerCertificate, Upload},
    },
    error::Result,
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        visit::Visit,
    },
};

const PAGE: &str = "/ssp/settings/certificate";

/// The page.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    form(visit, &Errors::default())
}

/// Takes a key and certificates that the hospital brings into use.
pub fn give(visit: &Visit<'_>) -> Result<Answer> {
    let Some(file) = visit.file.as_ref().filter(|file| !file.bytes.is_empty()) else {
        return missing(visit, "file", "server-file");
    };
    let password = Zeroizing::new(visit.form.raw("password").to_owned());
    // The file may hold the key too.
    let chain = Zeroizing::new([&file.bytes[..], b"\n", visit.form.get("chain").as_bytes()].concat());
    let upload = match is_pem(&file.bytes) {
        true => Upload::Pem { key: &file.bytes, chain: &chain },
        false => Upload::Pkcs12 { file: &file.bytes, password: &password },
    };
    let names = visit.portal.config.portal.hosts();
    let given = server::give(visit.store(), &names, &visit.actor().to_string(), &upload);
    taken(visit, given, |id| if id == "server-certificate-password" { "password" } else { "file" })
}

/// Makes a key and a request to certify it.
pub fn request(visit: &Visit<'_>) -> Result<Answer> {
    let names = visit.portal.config.portal.names.clone();
    server::request(visit.store(), &names, &visit.actor().to_string())?;
    Ok(Answer::redirect(format!("{PAGE}?done=server-request#request")))
}

/// The request that waits, as a file.
pub fn pending(visit: &Visit<'_>) -> Result<Answer> {
    Ok(match server::pending(visit.store())? {
        Some(pending) => Answer::download("hd4dp.csr", "application/pkcs10", pending.pem.into_bytes()),
        None => Answer::redirect(PAGE),
    })
}

/// Takes the answer to the request into use.
pub fn answer(visit: &Visit<'_>) -> Result<Answer> {
    let Some(file) = visit.file.as_ref().filter(|file| !file.bytes.is_empty()) else {
        return missing(visit, "answer", "server-answer");
    };
    let names = visit.portal.config.portal.hosts();
    let answered = server::answer(visit.store(), &names, &visit.actor().to_string(), &file.bytes);
    taken(visit, answered, |_| "answer")
}

/// Forgets the hospital's own certificate and goes back to one made here.
pub fn forget(visit: &Visit<'_>) -> Result<Answer> {
    server::forget(visit.store(), &visit.actor().to_string())?;
    (visit.portal.renew)()?;
    Ok(Answer::redirect(format!("{PAGE}?done=server-forgotten")))
}

fn taken(
    visit: &Visit<'_>,
    done: Result<ServerCertificate>,
    field: impl Fn(&str) -> &'static str,
) -> Result<Answer> {
    match mendable(done, visit.language, |error| field(error.id))? {
        Ok(_) => {
            (visit.portal.renew)()?;
            Ok(Answer::redirect(format!("{PAGE}?done=server-taken")))
        }
        Err(errors) => form(visit, &errors),
    }
}

fn missing(visit: &Visit<'_>, field: &'static str, label: &str) -> Result<Answer> {
    let mut errors = Errors::default();
    errors.need(field, label, visit.language);
    form(visit, &errors)
}

fn form(visit: &Visit<'_>, errors: &Errors) -> Result<Answer> {
    let own = server::present(visit.store())?;
    let leaf = own.as_ref().and_then(|own| Certificate::from_der(own.chain.first()?).ok());
    let pending = server::pending(visit.store())?;
    let content = content! {
        errors,
        kind => own.as_ref().map(|own| own.kind),
        is_own => own.as_ref().is_some_and(|own| own.kind == Kind::Given),
        names => own.as_ref().map(|own| own.names.clone()).unwrap_or_default(),
        missing => own.as_ref().map(|own| uncovered(visit, own)).unwrap_or_default(),
        subject => leaf.as_ref().map(|leaf| leaf.subject().to_string()).unwrap_or_default(),
        issuer => leaf.as_ref().map(|leaf| leaf.issuer().to_string()).unwrap_or_default(),
        from => own.as_ref().map(|own| own.not_before.as_millisecond()),
        until => own.as_ref().map(|own| own.not_after.as_millisecond()),
        thumbprint => own.as_ref().map(|own| own.thumbprint.clone()).unwrap_or_default(),
        asked => pending.as_ref().map(|pending| pending.names.join(", ")),
        asked_at => pending.as_ref().map(|pending| pending.made.as_millisecond()),
    };
    Ok(visit.page("settings_certificate.html", content).status(errors.status()))
}

/// The names that were set and that the certificate is not for.
fn uncovered(visit: &Visit<'_>, own: &ServerCertificate) -> Vec<String> {
    let set = visit.portal.config.portal.names.iter().map(|name| name.to_ascii_lowercase());
    set.filter(|name| !own.names.contains(name)).collect()
}

fn is_pem(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"-----BEGIN ").is_some()
}
