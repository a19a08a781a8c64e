//! Files of any size: they go sealed to the disk as they come, before any page
//! is asked.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    csrf,
    form::Form,
    multipart::{Multipart, Parts},
    upload::{FIELD, base_name},
};
use crate::{
    error::{Code, Error, Result},
    front::Sink,
    store::{
        Store,
        sealed_file::{Sealed, SealedWriter},
    },
};

/// The most fields beside the file.
const FIELDS: usize = 20;

/// A form that came with a file.
pub struct Received {
    /// Its fields.
    pub fields: Result<Form>,
    /// The file, unless its form was not one of ours.
    pub file: Option<Spooled>,
}

/// A file that lies sealed on the disk. Dropped before somebody
/// [keeps](Spooled::keep) it, it is removed.
pub struct Spooled {
    /// The name that the browser gave, without folders.
    pub name: String,
    /// The name of the sealed file.
    pub sealed: String,
    /// What was written.
    pub content: Sealed,
    store: Arc<Store>,
    is_kept: AtomicBool,
}

impl Spooled {
    /// The file is somebody's now.
    pub fn keep(&self) {
        self.is_kept.store(true, Ordering::Relaxed);
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        if !self.is_kept.load(Ordering::Relaxed)
            && let Err(error) = self.store.remove_spooled(&self.sealed)
        {
            tracing::error!(id = error.id, "a file that nobody keeps could not be removed");
        }
    }
}

/// Forms that came whole and were not answered yet, by name.
#[derive(Default)]
pub struct Shelf(Mutex<HashMap<String, Received>>);

impl Shelf {
    fn put(&self, name: String, received: Received) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, received);
    }

    /// Takes a form off the shelf.
    pub fn take(&self, name: &str) -> Option<Received> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name)
    }
}

/// Takes a form with a file as it comes.
pub struct Receiver {
    reader: Multipart,
    taker: Taker,
    broken: Option<Error>,
    shelf: Arc<Shelf>,
    store: Arc<Store>,
}

impl Receiver {
    /// Takes a form of the `Content-Type` `kind`, of `announced` bytes (0 if
    /// nobody knows); `csrf` is the token that has to come before the file.
    ///
    /// # Errors
    ///
    /// It is no such form; there is no room on the disk.
    pub fn new(
        store: &Arc<Store>,
        shelf: &Arc<Shelf>,
        kind: &str,
        announced: u64,
        csrf: &str,
    ) -> Result<Self> {
        let reader = Multipart::new(kind).ok_or_else(|| Error::new(Code::Usage, "form-unreadable"))?;
        let (sealed, writer) = store.spool(announced)?;
        let taker = Taker {
            csrf: csrf.to_owned(),
            fields: Vec::new(),
            field: None,
            sealed,
            writer: Some(writer),
            file: None,
        };
        Ok(Self { reader, taker, broken: None, shelf: Arc::clone(shelf), store: Arc::clone(store) })
    }
}

impl Sink for Receiver {
    /// What is wrong with the form is told by the page that answers it; only a
    /// disk that takes no more breaks the sending off.
    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        if self.broken.is_some() {
            return Ok(());
        }
        match self.reader.push(bytes, &mut self.taker) {
            Err(error) if matches!(error.code, Code::Usage | Code::Forbidden) => {
                self.taker.writer = None;
                self.broken = Some(error);
                Ok(())
            }
            pushed => pushed,
        }
    }

    fn finish(mut self: Box<Self>) -> Result<String> {
        let Taker { fields, sealed, writer, file, .. } = self.taker;
        let broken = self.broken.take().or_else(|| self.reader.finish().err());
        let file = match (writer, file) {
            (Some(writer), Some(name)) if broken.is_none() => Some(Spooled {
                name,
                sealed: sealed.clone(),
                content: writer.finish()?,
                store: self.store,
                is_kept: AtomicBool::new(false),
            }),
            _ => None,
        };
        let fields = broken.map_or_else(|| Ok(Form::from_fields(fields)), Err);
        self.shelf.put(sealed.clone(), Received { fields, file });
        Ok(sealed)
    }
}

/// Takes the parts of the form.
struct Taker {
    csrf: String,
    fields: Vec<(String, String)>,
    /// The field that is being read, and its bytes.
    field: Option<(String, Vec<u8>)>,
    sealed: String,
    writer: Option<SealedWriter>,
    /// The file's name, once it has begun.
    file: Option<String>,
}

impl Parts for Taker {
    fn begin(&mut self, name: &str, file: Option<&str>) -> Result<()> {
        let Some(file) = file else {
            self.field = Some((name.to_owned(), Vec::new()));
            return if self.fields.len() < FIELDS { Ok(()) } else { Err(unreadable()) };
        };
        if self.file.is_some() {
            return Err(unreadable());
        }
        let token = self.fields.iter().find(|(name, _)| name == "csrf");
        if !token.is_some_and(|(_, token)| csrf::is_token(&self.csrf, token)) {
            return Err(Error::new(Code::Forbidden, "form-not-ours"));
        }
        self.file = Some(base_name(file).to_owned());
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> Result<()> {
        match (&mut self.field, &mut self.writer) {
            (Some((_, field)), _) if field.len() + bytes.len() <= FIELD => field.extend_from_slice(bytes),
            (Some(_), _) => return Err(unreadable()),
            (None, Some(writer)) => writer.write(bytes)?,
            (None, None) => {}
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        if let Some((name, value)) = self.field.take() {
            self.fields.push((name, String::from_utf8_lossy(&value).into_owned()));
        }
        Ok(())
    }
}

fn unreadable() -> Error {
    Error::new(Code::Usage, "form-unreadable")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::store::spool::UPLOADS;

    struct Place {
        _directory: TempDir,
        store: Arc<Store>,
        shelf: Arc<Shelf>,
    }

    impl Place {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let store = Arc::new(Store::open(&directory.path().join("data")).unwrap());
            Self { _directory: directory, store, shelf: Arc::default() }
        }

        fn send(&self, body: &str, step: usize) -> Received {
            let (kind, length) = ("multipart/form-data; boundary=x", body.len() as u64);
            let sink = Receiver::new(&self.store, &self.shelf, kind, length, "token");
            let mut sink = Box::new(sink.unwrap());
            body.as_bytes().chunks(step).for_each(|bytes| sink.write(bytes).unwrap());
            let name = sink.finish().unwrap();
            let received = self.shelf.take(&name).unwrap();
            assert!(self.shelf.take(&name).is_none());
            received
        }

        fn files(&self) -> usize {
            fs::read_dir(self.store.directory().join(UPLOADS)).unwrap().count()
        }
    }

    fn field(name: &str, value: &str) -> String {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    fn file(content: &str) -> String {
        format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\x\\a.csv\"\r\n\r\n{content}\r\n"
        )
    }

    #[test]
    fn a_form_with_a_file_comes_whole_and_its_file_lies_sealed_until_it_is_kept() {
        let place = Place::new();
        let content = "85010112345;canary\r\n".repeat(10_000);
        let body =
            [field("csrf", "token"), field("definition", "A@1"), file(&content), "--x--".into()].concat();
        let received = place.send(&body, 777);
        assert_eq!(received.fields.unwrap().get("definition"), "A@1");
        let spooled = received.file.unwrap();
        assert_eq!((spooled.name.as_str(), spooled.content.size), ("a.csv", content.len() as u64));
        let raw = fs::read(place.store.directory().join(UPLOADS).join(&spooled.sealed)).unwrap();
        assert!(memchr::memmem::find(&raw, b"canary").is_none());
        drop(spooled);
        assert_eq!(place.files(), 0, "nobody kept it");
        let spooled = place.send(&body, 20_000).file.unwrap();
        spooled.keep();
        drop(spooled);
        assert_eq!(place.files(), 1);
    }

    #[test]
    fn a_file_without_the_token_before_it_is_not_kept() {
        let place = Place::new();
        for body in [
            [field("csrf", "other"), file("1"), "--x--".into()].concat(),
            [file("1"), field("csrf", "token"), "--x--".into()].concat(),
            [file("1"), "--x--".into()].concat(),
        ] {
            let received = place.send(&body, 9);
            assert_eq!(received.fields.unwrap_err().id, "form-not-ours");
            assert!(received.file.is_none());
        }
        let cut = [field("csrf", "token"), file("1")].concat();
        assert_eq!(place.send(&cut, 9).fields.unwrap_err().id, "form-unreadable");
        let two = [field("csrf", "token"), file("1"), file("2"), "--x--".into()].concat();
        assert_eq!(place.send(&two, 9).fields.unwrap_err().id, "form-unreadable");
        assert_eq!(place.files(), 0);
    }
}
