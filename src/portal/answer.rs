//! What a page answers, and the header fields that every answer has.

use minijinja::Value;

use crate::{
    error::{Error, Result},
    front::Response,
};

/// Who may load what: this host, and nothing inline.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// What kind it is.
    pub kind: Kind,
    /// Its status.
    pub status: u16,
    /// Cookies to set, as whole fields.
    pub cookies: Vec<String>,
}

/// What an answer is made of.
#[derive(Debug)]
pub enum Kind {
    /// A template and what it shows.
    Page {
        /// The template's file name.
        template: &'static str,
        /// What it shows.
        content: Value,
    },
    /// Another page is to be asked for, with `GET`.
    Redirect(String),
    /// A file to keep.
    Download {
        /// The name it is offered under: ASCII letters, digits, `-`, `_`, `.`.
        name: String,
        /// Its media type.
        media: &'static str,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// For machines and scripts.
    Json(Vec<u8>),
    /// A file that never changes under its address.
    Asset {
        /// Its media type.
        media: &'static str,
        /// Its content.
        bytes: Vec<u8>,
    },
}

impl Answer {
    /// A page.
    pub fn page(template: &'static str, content: Value) -> Self {
        Self::of(Kind::Page { template, content })
    }

    /// Sends the browser to another page.
    pub fn redirect(path: impl Into<String>) -> Self {
        Self { status: 303, ..Self::of(Kind::Redirect(path.into())) }
    }

    /// A file to keep.
    pub fn download(name: impl Into<String>, media: &'static str, bytes: Vec<u8>) -> Self {
        Self::of(Kind::Download { name: name.into(), media, bytes })
    }

    /// A JSON document.
    pub fn json(document: &impl serde::Serialize) -> Result<Self> {
        let bytes = serde_json::to_vec(document).map_err(Error::internal)?;
        Ok(Self::of(Kind::Json(bytes)))
    }

    /// A file that never changes under its address.
    pub fn asset(media: &'static str, bytes: Vec<u8>) -> Self {
        Self::of(Kind::Asset { media, bytes })
    }

    /// The same with another status.
    #[must_use]
    pub fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// The same with one more cookie.
    #[must_use]
    pub fn cookie(mut self, field: String) -> Self {
        self.cookies.push(field);
        self
    }

    fn of(kind: Kind) -> Self {
        Self { kind, status: 200, cookies: Vec::new() }
    }
}

/// Makes the response. `html` renders a page; `secure` says that the host gets
/// HSTS.
pub(super) fn respond(
    answer: Answer,
    secure: bool,
    html: impl FnOnce(&'static str, Value) -> Result<Vec<u8>>,
) -> Result<Response> {
    let lasting = matches!(answer.kind, Kind::Asset { .. });
    let mut response = match answer.kind {
        Kind::Page { template, content } => {
            Response::with_body(answer.status, "text/html; charset=utf-8", html(template, content)?)
        }
        Kind::Redirect(path) => Response::new(answer.status).header("Location", path)?,
        Kind::Download { name, media, bytes } => Response::with_body(answer.status, media, bytes)
            .header("Content-Disposition", format!("attachment; filename=\"{name}\""))?,
        Kind::Json(bytes) => Response::with_body(answer.status, "application/json", bytes),
        Kind::Asset { media, bytes } => Response::with_body(answer.status, media, bytes),
    };
    for field in answer.cookies {
        response = response.header("Set-Cookie", field)?;
    }
    if secure {
        response = response.header("Strict-Transport-Security", "max-age=31536000")?;
    }
    response
        .header("Content-Security-Policy", POLICY)?
        .header("X-Content-Type-Options", "nosniff")?
        .header("X-Frame-Options", "DENY")?
        .header("Referrer-Policy", "same-origin")?
        .header("Cross-Origin-Opener-Policy", "same-origin")?
        .header("Cross-Origin-Resource-Policy", "same-origin")?
        .header("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")?
        .header("Cache-Control", if lasting { "public, max-age=31536000, immutable" } else { "no-store" })
}
