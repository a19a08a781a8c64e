//! Proof that a form came from a page of ours.
//!
//! The token is an HMAC of what ties the browser to us: the session's token,
//! or before log-in a random cookie. Nothing is stored. What the browser says
//! about where the form came from is checked as well.

use aws_lc_rs::{constant_time::verify_slices_are_equal, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::{
    error::{Code, Error, Result},
    front::Head,
    store::{Keys, Purpose},
};

/// The token for forms of the browser that holds `secret`.
pub fn token(keys: &Keys, secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(keys.mac(Purpose::Session, &[b"csrf", secret.as_bytes()]))
}

/// A new random value for the cookie that ties a browser to its forms.
pub fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).map_err(Error::internal)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Refuses a form that another site sent, or that carries another token.
///
/// # Errors
///
/// `form-not-ours`, of code `Forbidden`.
pub fn check(head: &Head, expected: &str, given: &str) -> Result<()> {
    let site = head.header("sec-fetch-site").unwrap_or("same-origin");
    let is_same_site = matches!(site, "same-origin" | "none") && is_same_origin(head);
    match is_same_site && is_token(expected, given) {
        true => Ok(()),
        false => Err(Error::new(Code::Forbidden, "form-not-ours")),
    }
}

/// Whether the token that was given is the one that was expected.
pub fn is_token(expected: &str, given: &str) -> bool {
    !expected.is_empty() && verify_slices_are_equal(expected.as_bytes(), given.as_bytes()).is_ok()
}

fn is_same_origin(head: &Head) -> bool {
    match (head.header("origin"), head.header("host")) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.strip_prefix("https://").is_some_and(|from| from.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
    }
}
