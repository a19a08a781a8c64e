//! The certificate of the installation's own authority, and how a browser or
//! a whole hospital comes to trust it. Before the log-in too: that is where the
//! browser warns.

use crate::{
    certificate::{Anchors, Certificate, server},
    error::Result,
    portal::{answer::Answer, content::content, visit::Visit},
};

/// How to trust it.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let leaf = authority(visit)?.and_then(|(_, der)| Certificate::from_der(&der).ok());
    let is_own = server::present(visit.store())?.is_some_and(|own| own.kind == server::Kind::Given);
    let content = content! {
        is_own,
        name => leaf.as_ref().map(|leaf| leaf.subject().to_string()),
        until => leaf.as_ref().map(|leaf| leaf.not_after().as_millisecond()),
        thumbprint => leaf.as_ref().map(|leaf| grouped(&leaf.thumbprint())),
    };
    Ok(visit.page("trust.html", content))
}

/// The certificate in PEM, for Linux and other machines.
pub fn pem(visit: &Visit<'_>) -> Result<Answer> {
    let found = authority(visit)?;
    Ok(found.map_or_else(nothing, |(pem, _)| {
        Answer::download("hd4dp-ca.pem", "application/x-pem-file", pem.into_bytes())
    }))
}

/// The certificate in DER, for Windows and browsers.
pub fn der(visit: &Visit<'_>) -> Result<Answer> {
    let found = authority(visit)?;
    Ok(found
        .map_or_else(nothing, |(_, der)| Answer::download("hd4dp-ca.crt", "application/x-x509-ca-cert", der)))
}

/// The page says that there is none.
fn nothing() -> Answer {
    Answer::redirect("/ssp/trust")
}

fn authority(visit: &Visit<'_>) -> Result<Option<(String, Vec<u8>)>> {
    let Some(pem) = server::authority(visit.store())? else { return Ok(None) };
    let der = Anchors::from_pem(pem.as_bytes()).and_then(|found| found.ders().next().map(<[u8]>::to_vec));
    Ok(der.map(|der| (pem, der)))
}

/// As browsers show it: pairs of digits in capitals.
fn grouped(thumbprint: &str) -> String {
    let pairs = thumbprint.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).to_uppercase());
    pairs.collect::<Vec<_>>().join(":")
}
