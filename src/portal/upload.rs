//! Files that come with a form.

use zeroize::Zeroizing;

use super::{
    form::Form,
    multipart::{Multipart, Parts},
};
use crate::{
    error::{Code, Error, Result},
    front::Head,
};

/// The most bytes of a file that is kept in memory: a certificate store, a
/// workbook, a list.
pub const FILE: u64 = 16 * 1024 * 1024;

/// The most bytes of a field beside a file.
pub const FIELD: usize = 64 * 1024;

/// A small file, in memory; wiped when it is dropped, since it may hold keys.
#[derive(Debug, Default)]
pub struct File {
    /// The name that the browser gave, without folders.
    pub name: String,
    /// Its content.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Reads a form with at most one small file; one that was sent without any is
/// told what it lacks by its page.
pub fn read(head: &Head, body: &[u8]) -> Result<(Form, Option<File>)> {
    let kind = head.header("content-type").unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() == "application/x-www-form-urlencoded" {
        return Ok((Form::read(body), None));
    }
    let mut reader = Multipart::new(kind).ok_or_else(|| Error::new(Code::Usage, "form-unreadable"))?;
    let mut small = Small::default();
    reader.push(body, &mut small)?;
    reader.finish()?;
    Ok((Form::from_fields(small.fields), small.file.filter(|file| !file.name.is_empty())))
}

/// A file's name without the folders that some browsers put before it.
pub fn base_name(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}

#[derive(Default)]
struct Small {
    fields: Vec<(String, String)>,
    file: Option<File>,
    part: Vec<u8>,
    place: Option<(String, Option<String>)>,
}

impl Parts for Small {
    fn begin(&mut self, name: &str, file: Option<&str>) -> Result<()> {
        self.place = Some((name.to_owned(), file.map(|file| base_name(file).to_owned())));
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> Result<()> {
        let is_file = matches!(self.place, Some((_, Some(_))));
        if !is_file && self.part.len() + bytes.len() > FIELD {
            return Err(Error::new(Code::TooLarge, "form-too-large"));
        }
        self.part.extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let part = std::mem::take(&mut self.part);
        match self.place.take() {
            Some((_, Some(name))) => self.file = Some(File { name, bytes: Zeroizing::new(part) }),
            Some((name, None)) => self.fields.push((name, String::from_utf8_lossy(&part).into_owned())),
            None => {}
        }
        Ok(())
    }
}
