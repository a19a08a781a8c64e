//! What an endpoint answers.

use serde::Serialize;

use crate::{
    error::{Error, Result},
    front::Response,
};

/// An answer.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its media type.
    pub media: &'static str,
    /// Its content.
    pub body: Vec<u8>,
    /// Header fields beside those that all answers have.
    pub headers: Vec<(&'static str, String)>,
}

/// The media types of answers, of which a kept answer notes its place.
const MEDIA: [&str; 3] = ["application/json", super::problem::MEDIA, "application/fhir+json"];

impl Answer {
    /// An answer.
    pub fn new(status: u16, media: &'static str, body: Vec<u8>) -> Self {
        Self { status, media, body, headers: Vec::new() }
    }

    /// A JSON document with a status.
    pub fn json(status: u16, document: &impl Serialize) -> Result<Self> {
        Ok(Self::new(status, MEDIA[0], serde_json::to_vec(document).map_err(Error::internal)?))
    }

    /// The same with a header field.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// As it is kept for a repetition of its request.
    pub fn to_bytes(&self) -> Vec<u8> {
        let media = MEDIA.iter().position(|media| *media == self.media).unwrap_or_default();
        let mut bytes = self.status.to_be_bytes().to_vec();
        bytes.push(media as u8);
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// What [`to_bytes`](Self::to_bytes) wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let damaged = || Error::internal("a kept answer is damaged");
        let (head, body) = bytes.split_first_chunk::<3>().ok_or_else(damaged)?;
        let media = MEDIA.get(usize::from(head[2])).ok_or_else(damaged)?;
        Ok(Self::new(u16::from_be_bytes([head[0], head[1]]), media, body.to_vec()))
    }

    /// The response, which nobody else may keep or take for a page.
    pub fn respond(self) -> Result<Response> {
        let mut response = match self.media {
            "" => Response::new(self.status),
            media => Response::with_body(self.status, media, self.body),
        };
        for (name, value) in self.headers {
            response = response.header(name, value)?;
        }
        response
            .header("Cache-Control", "no-store")?
            .header("X-Content-Type-Options", "nosniff")?
            .header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")?
            .header("Cross-Origin-Resource-Policy", "same-origin")
    }
}
