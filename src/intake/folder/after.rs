//! Looking after archived files. Whoever writes a file may pause so long that
//! it seems whole, and write on in what is in `ARCHIVE` by then. Such a file
//! is put back, so that the rest of it comes in too, and people are told.

use std::{
    io::{self, Write},
    path::Path,
    time::Duration,
};

use super::{
    look::Seen,
    names, result,
    take::{self, Taker, Trouble, rename, write_whole},
};
use crate::{
    clock,
    store::dropped::{self, Dropped},
};

/// How long a file is looked after once it is archived. Whoever pauses longer
/// than this is told nothing.
pub const LOOKED_AFTER: Duration = Duration::from_secs(10 * 60);

/// How long the alert about a file that was written on stays: somebody should
/// see it the next working morning.
const TOLD: Duration = Duration::from_secs(24 * 60 * 60);

/// What became of a file in `ARCHIVE`.
pub enum After {
    /// It is the one that was taken, and looks like this now.
    Same(Seen),
    /// It was written on, or is another one, and was put back.
    WrittenOn,
    /// It is not there any more.
    Gone,
}

impl Taker<'_> {
    /// Puts a file back from `ARCHIVE` if it is not the one that was taken:
    /// it is another one, or was written on meanwhile. `known` is how it was
    /// when it was the one.
    pub fn look_after(&self, folder: &Path, taken: &Dropped, known: Seen) -> Result<After, Trouble> {
        let path = folder.join(names::ARCHIVE).join(&taken.archive);
        let Ok(now) = Seen::at(&path) else { return Ok(After::Gone) };
        // Some shares tell another time after a while.
        if now == known || self.is_same(&path, now, taken)? {
            return Ok(After::Same(now));
        }
        tracing::warn!(
            upload = taken.upload.0,
            "a file was written on after it was taken; it is taken again"
        );
        if let Err(error) = self.explain_written_on(folder, taken) {
            tracing::warn!(upload = taken.upload.0, %error, "the text about it cannot be written");
        }
        self.store.write(|tx| dropped::written_on(tx, taken.organisation, taken.upload))?;
        rename(&path, &folder.join(&taken.archive)).map_err(|_| Trouble("drop-stuck"))?;
        Ok(After::WrittenOn)
    }

    fn explain_written_on(&self, folder: &Path, taken: &Dropped) -> io::Result<()> {
        let (upload, organisation) = result::of(self.store, taken).map_err(io::Error::other)?;
        let address = result::address(self.portal, &organisation, upload.id);
        let text = format!("{}\r\n", result::written_on(self.language, &address));
        let errors = folder.join(names::ERROR);
        take::make(&errors)?;
        write_whole(&errors, &take::explanation(&taken.archive), |file| file.write_all(text.as_bytes()))
    }
}

/// Whether a file that is looked after for `time` need be no more.
pub fn is_over(taken: &Dropped, time: Duration) -> bool {
    let time = if taken.written_on { TOLD.max(time) } else { time };
    let passed = clock::now().as_millisecond() - taken.archived_at.unwrap_or_default();
    taken.sealed.is_none() && u128::try_from(passed).is_ok_and(|passed| passed >= time.as_millis())
}
