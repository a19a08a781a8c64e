//! Pages that say what went wrong, who can mend it and how.

use crate::portal::{answer::Answer, content::content, log, visit::Visit};
use crate::{
    error::{Code, Error, Result},
    front::Response,
};

/// The page for an error.
pub fn page(visit: &Visit<'_>, error: &Error) -> Answer {
    if error.code == Code::Internal {
        log(error, &visit.head.id.to_string());
    }
    let status = error.code.http_status();
    let title = visit.text(&format!("error-{status}"), &[]);
    visit.page("error.html", content! { title, text => error.text(visit.language) }).status(status)
}

/// An answer where no page can be made, because the front door refused or the
/// store cannot be read.
pub fn bare(status: u16) -> Response {
    Response::problem(status)
}

/// What answers where there is no page.
pub fn nowhere(_visit: &Visit<'_>) -> Result<Answer> {
    Err(Error::new(Code::NotFound, "page-not-found"))
}
