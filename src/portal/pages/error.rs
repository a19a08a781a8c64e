//! Pages that say what went wrong, who can mend it and how.

use minijinja::context;

use crate::portal::{answer::Answer, log, visit::Visit};
use crate::{error::{Code, Error}, front::Response};

/// The page for an error.
pub fn page(visit: &Visit<'_>, error: &Error) -> Answer {
    if error.code == Code::Internal {
        log(error, &visit.head.id.to_string());
    }
    let status = error.code.http_status();
    let title = visit.text(&format!("error-{status}"), &[]);
    visit.page("error.html", context! { title, text => error.text(visit.language) }).status(status)
}

/// An answer where not even a page can be made: the front door refused, or
/// the store cannot be read.
pub fn bare(status: u16) -> Response {
    Response::problem(status)
}
