//! The stylesheet, the script and the pictures. Their address holds a digest
//! of the content, so a browser may keep them for ever.

use std::sync::LazyLock;

use rust_embed::RustEmbed;

use super::answer::Answer;
use crate::error::{Code, Error, Result};

#[derive(RustEmbed)]
#[folder = "assets/static"]
struct Files;

static STAMP: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let digests = names.iter().filter_map(|name| Files::get(name)).map(|file| file.metadata.sha256_hash());
    let all: Vec<u8> = digests.flatten().collect();
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &all).as_ref()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
});

/// Changes whenever one of the files does.
pub fn stamp() -> &'static str {
    &STAMP
}

/// The file called `name`, if `stamp` is the present one.
pub fn get(stamp: &str, name: &str) -> Result<Answer> {
    let file = Files::get(name).filter(|_| stamp == self::stamp());
    let file = file.ok_or_else(|| Error::new(Code::NotFound, "page-not-found"))?;
    let media = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    Ok(Answer::asset(media, file.data.into_owned()))
}
