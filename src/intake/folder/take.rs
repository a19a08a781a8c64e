//! Taking a file: into the sealed spool, into the store, and only then out of
//! the way. Each of the three may be the last one before a kill.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

use aws_lc_rs::digest;

use super::{
    look::{Found, Seen},
    names,
    root::is_inside,
    watch::Watch,
};
use crate::{
    clock,
    definition::Summary,
    domain::{organisation::OrganisationId, upload::UploadId},
    error::Error,
    intake::upload::{Came, note},
    language::Language,
    store::{
        Purpose, Store, audit, definition,
        dropped::{self, Dropped, NewDropped},
        key::Hash,
        sealed_file::Sealed,
    },
};

const BUFFER: usize = 1 << 18;

/// Why something could not be done: the reason of an alert.
pub struct Trouble(pub &'static str);

/// A failure of the store is logged where it is turned into the reason that
/// people are told.
impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        if error.id == "upload-no-room" {
            return Self("drop-no-room");
        }
        tracing::error!(
            id = error.id,
            cause = error.cause.as_ref().map(tracing::field::display),
            "a file of the drop folder failed"
        );
        Self("drop-failed")
    }
}

/// What became of an attempt to take a file.
pub enum Taken {
    /// It is an upload now.
    Upload(UploadId),
    /// It changed meanwhile, or the program ends: another time.
    Later,
}

/// Takes files.
pub struct Taker<'a> {
    pub store: &'a Store,
    pub watch: &'a Watch,
    /// The author of rows that name none.
    pub author: &'a str,
    /// The language of texts that are put beside files.
    pub language: Language,
    /// The address of the portal, which they name.
    pub portal: &'a str,
}

/// Where a file belongs.
pub struct Target<'a> {
    pub organisation: OrganisationId,
    /// Below the drop folder, with `/` between names.
    pub folder: &'a str,
    pub definition: &'a Summary,
}

impl Taker<'_> {
    /// Copies a file into the sealed spool and notes the upload.
    pub fn take(&self, found: &Found, target: &Target<'_>) -> Result<Taken, Trouble> {
        let Some((sealed, content)) = self.copy(found)? else { return Ok(Taken::Later) };
        let safe = names::safe(names::unstamped(&found.name.to_string_lossy()).as_ref());
        let noted = self.store.write(|tx| {
            let came = Came { name: &safe, sealed: &sealed, content: &content, author: self.author };
            let Summary { name, version, .. } = target.definition;
            let definition = definition::find(tx, &format!("{name}@{version}"))?;
            let id = note(tx, target.organisation, None, &definition, &came)?;
            let new = NewDropped {
                folder: target.folder,
                place: place(self.store, target.folder, found),
                size: found.seen.size,
                modified: found.seen.modified,
                archive: &stamped(&format!("-{}", id.0), &safe),
                sealed: &sealed,
            };
            dropped::add(tx, target.organisation, id, &new)?;
            Ok(id)
        });
        match noted {
            Ok(id) => Ok(Taken::Upload(id)),
            Err(error) => {
                self.store.remove_spooled(&sealed)?;
                Err(error.into())
            }
        }
    }

    /// Whether the last line of a file has its end. One that has none may be
    /// half of one.
    pub fn ends_a_line(&self, found: &Found) -> Result<bool, Trouble> {
        let Some(mut file) = open(&found.path(), found.seen)? else { return Ok(false) };
        let mut ends = [[0; 2]; 2];
        let size = found.seen.size;
        for (bytes, from) in ends.iter_mut().zip([0, size.saturating_sub(2)]) {
            let wanted = usize::try_from(size).unwrap_or(2).min(2);
            let read =
                file.seek(SeekFrom::Start(from)).and_then(|_| file.read_exact(&mut bytes[2 - wanted..]));
            read.map_err(unreadable)?;
        }
        Ok(is_line_end(ends[0], ends[1], size))
    }

    fn copy(&self, found: &Found) -> Result<Option<(String, Sealed)>, Trouble> {
        let path = found.path();
        let Some(mut file) = open(&path, found.seen)? else { return Ok(None) };
        let (name, mut writer) = self.store.spool(found.seen.size)?;
        let mut buffer = vec![0; BUFFER];
        let mut copied = 0;
        loop {
            let read = file.read(&mut buffer).map_err(unreadable)?;
            copied += read as u64;
            // One that grows faster than it is read would never end.
            if self.watch.is_stopped() || copied > found.seen.size {
                return Ok(None);
            }
            if read == 0 {
                break;
            }
            writer.write(&buffer[..read])?;
            self.watch.is_alive();
        }
        let is_same = file.metadata().is_ok_and(|now| Seen::of(&now) == found.seen);
        if !is_same || copied != found.seen.size {
            return Ok(None);
        }
        Ok(Some((name, writer.finish()?)))
    }

    /// Whether the file at `path`, as it is `seen` now, holds what was taken.
    pub fn is_same(&self, path: &Path, seen: Seen, taken: &Dropped) -> Result<bool, Trouble> {
        if seen.size != taken.size {
            return Ok(false);
        }
        let Some(mut file) = open(path, seen)? else { return Ok(false) };
        let mut context = digest::Context::new(&digest::SHA256);
        let mut buffer = vec![0; BUFFER];
        loop {
            let read = file.read(&mut buffer).map_err(unreadable)?;
            if read == 0 {
                return Ok(context.finish().as_ref() == taken.digest);
            }
            context.update(&buffer[..read]);
            self.watch.is_alive();
        }
    }

    /// Moves a taken file into the folder's `ARCHIVE`.
    pub fn archive(&self, found: &Found, taken: &Dropped) -> Result<(), Trouble> {
        let archive = found.folder.join(names::ARCHIVE);
        let moved = make(&archive).and_then(|()| rename(&found.path(), &archive.join(&taken.archive)));
        if let Err(error) = moved {
            tracing::warn!(upload = taken.upload.0, %error, "a taken file cannot be archived");
            return Err(Trouble("drop-stuck"));
        }
        // Somebody may have put another file in its place at the last moment.
        self.look_after(&found.folder, taken, found.seen)?;
        Ok(self.archived(taken)?)
    }

    /// Notes that a taken file is out of the way.
    pub fn archived(&self, taken: &Dropped) -> Result<(), Error> {
        self.store.write(|tx| dropped::archived(tx, taken.organisation, taken.upload))
    }

    /// Moves a file that cannot be an upload into `ERROR` beside it, with a
    /// text that says why.
    pub fn set_aside(
        &self,
        found: &Found,
        organisation: Option<OrganisationId>,
        reason: &'static str,
        text: &str,
    ) -> Result<(), Trouble> {
        let stuck = |error: io::Error| {
            tracing::warn!(%error, reason, "a file cannot be moved to ERROR");
            Trouble("drop-stuck")
        };
        let errors = found.folder.join(names::ERROR);
        make(&errors).map_err(stuck)?;
        let mut name = stamped("", &names::safe(&found.name));
        for number in 2.. {
            if fs::symlink_metadata(errors.join(&name)).is_err() {
                break;
            }
            name = stamped(&format!("-{number}"), &names::safe(&found.name));
        }
        write_whole(&errors, &explanation(&name), |file| io::Write::write_all(file, text.as_bytes()))
            .map_err(stuck)?;
        if Seen::at(&found.path()).ok() == Some(found.seen) {
            rename(&found.path(), &errors.join(&name)).map_err(stuck)?;
        }
        let details = serde_json::json!({ "reason": reason, "size": found.seen.size });
        self.store.write(|tx| audit::record(tx, "system", "upload.misplaced", organisation, &details))?;
        tracing::info!(reason, "a file of the drop folder was moved to ERROR");
        Ok(())
    }
}

/// By what the very file at this place is known again.
pub fn place(store: &Store, folder: &str, found: &Found) -> Hash {
    let bytes = [b"dropped\0", folder.as_bytes(), b"/", found.name.as_encoded_bytes()].concat();
    store.keys().hash(Purpose::Upload, &bytes)
}

/// The name of the text that explains why the file called `name` is in
/// `ERROR`.
pub fn explanation(name: &str) -> String {
    format!("{}_error.txt", names::without_csv(name))
}

/// Makes a folder of ours, if it is not there; one that is a link is refused.
pub fn make(folder: &Path) -> io::Result<()> {
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    if is_inside(folder) { Ok(()) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

/// Moves a file within the drop folder and puts that on the disk for good.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    if ![from, to].iter().all(|path| path.parent().is_some_and(is_inside)) {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    fs::rename(from, to)?;
    for folder in [to.parent(), from.parent()].into_iter().flatten() {
        sync(folder);
    }
    Ok(())
}

/// Writes a file under a name that nobody takes for a whole one, and renames
/// it once it is.
pub fn write_whole(
    folder: &Path,
    name: &str,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let half = folder.join(format!(".{name}.part"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let written = options.open(&half).and_then(|mut file| {
        write(&mut file)?;
        file.sync_all()
    });
    let written = written.and_then(|()| rename(&half, &folder.join(name)));
    if written.is_err() {
        let _gone_or_stays = fs::remove_file(&half);
    }
    written
}

/// Not every share can do that, and none must.
fn sync(folder: &Path) {
    #[cfg(unix)]
    let _as_far_as_it_can = File::open(folder).and_then(|folder| folder.sync_all());
    #[cfg(not(unix))]
    let _ = folder;
}

/// Opens a file if it is still as it was `seen`, and where it was.
fn open(path: &Path, seen: Seen) -> Result<Option<File>, Trouble> {
    if !is_inside(path) || Seen::at(path).ok() != Some(seen) {
        return Ok(None);
    }
    let mut options = OpenOptions::new();
    options.read(true);
    // Nobody may be writing to it.
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 1);
    let file = options.open(path).map_err(unreadable)?;
    let is_same = file.metadata().is_ok_and(|now| now.is_file() && Seen::of(&now) == seen);
    Ok((is_same && is_inside(path)).then_some(file))
}

/// Whether a file of `size` bytes that begins with `first` and ends with `last`
/// ends a line. UTF-16 shows by its mark, or by a zero in its first letter.
fn is_line_end(first: [u8; 2], last: [u8; 2], size: u64) -> bool {
    let is_end = |byte| byte == b'\n' || byte == b'\r';
    let is_even = size.is_multiple_of(2);
    match (first, last) {
        ([0xFF, 0xFE] | [_, 0], [low, high]) => is_even && high == 0 && is_end(low),
        ([0xFE, 0xFF] | [0, _], [high, low]) if size > 1 => is_even && high == 0 && is_end(low),
        (_, [_, byte]) => is_end(byte),
    }
}

fn unreadable(error: io::Error) -> Trouble {
    tracing::debug!(%error, "a file of the drop folder cannot be read");
    Trouble("drop-unreadable")
}

fn stamped(mark: &str, name: &str) -> String {
    format!("{}{mark}_{name}", clock::local(clock::now()).strftime("%Y%m%d-%H%M%S"))
}

#[cfg(test)]
mod tests {
    use super::is_line_end;

    #[test]
    fn a_line_end_is_recognised_in_each_encoding() {
        let ends = |bytes: &[u8]| {
            let last = [bytes.len().checked_sub(2).map_or(0, |at| bytes[at]), bytes[bytes.len() - 1]];
            is_line_end([bytes[0], *bytes.get(1).unwrap_or(&0)], last, bytes.len() as u64)
        };
        let wide = |text: &str, to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<_>>();
        for text in ["a;b\n", "a;b\r\n", "a;\u{E9}\r"] {
            assert!(ends(text.as_bytes()), "{text:?}");
            for mark in ["", "\u{FEFF}"] {
                assert!(ends(&wide(&format!("{mark}{text}"), u16::to_le_bytes)), "{mark}{text:?}");
                assert!(ends(&wide(&format!("{mark}{text}"), u16::to_be_bytes)), "{mark}{text:?}");
            }
        }
        // Letters of which one byte is that of a line end.
        for text in ["a;b", "a;\u{10A}", "a;\u{A00}", "a;\u{A0A}"] {
            assert!(!ends(text.as_bytes()), "{text:?}");
            assert!(!ends(&wide(text, u16::to_le_bytes)) && !ends(&wide(text, u16::to_be_bytes)), "{text:?}");
        }
        assert!(!ends(&wide("a;b\n", u16::to_le_bytes)[..7]), "half a letter");
    }
}
