//! Proof that a form came from a page of ours.
//!
//! A form carries what `Token::csrf` makes of the token that ties the browser
//! to us: its session's, or before log-in one of no session. What the browser
//! says about where the form came from is checked as well.

use aws_lc_rs::constant_time::verify_slices_are_equal;

use crate::{
    error::{Code, Error, Result},
    front::Head,
};

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
