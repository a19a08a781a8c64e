//! Which files are whole, and which must wait for another one. A later extract
//! corrects an earlier one, so those of a folder are taken in the order in which
//! they were written.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::look::{Found, Place, Seen};

/// How long a file whose last line has no end must be unchanged before it is
/// taken: whoever writes it may have paused in the middle of that line.
const UNENDED: Duration = Duration::from_secs(60);

/// How long a file that cannot be taken holds back the later ones of its
/// folder. A large one may be copied for as long, and one that is never whole
/// or never readable must not hold up the others for good.
const HOLDS: Duration = Duration::from_secs(60 * 60);

/// Nothing that correctness needs is in here: the times since when files are
/// unchanged begin anew after a kill.
pub struct Settling {
    /// How long a file is left to settle.
    time: Duration,
    /// How long a file whose last line has no end is.
    pub unended: Duration,
    /// How long a file may hold back later ones.
    pub holds: Duration,
    files: HashMap<PathBuf, File>,
    /// The folders of which a file holds back the later ones in this look.
    held: HashSet<PathBuf>,
}

/// A file that waits to be taken.
#[derive(Clone, Copy)]
struct File {
    seen: Seen,
    /// Since when it is as it is.
    since: Instant,
    /// Since when it is there.
    found: Instant,
    /// Whether its last line is known to have no end.
    is_unended: bool,
}

impl Settling {
    /// Files are left to settle for `time`.
    pub fn new(time: Duration) -> Self {
        Self { time, unended: UNENDED, holds: HOLDS, files: HashMap::new(), held: HashSet::new() }
    }

    /// Notes what a look found, and puts it into the order in which it is to be
    /// taken: by the time of the last change, then by name.
    pub fn note(&mut self, files: &mut [Found]) {
        let now = Instant::now();
        let note = |found: &Found| {
            let path = found.path();
            let new = File { seen: found.seen, since: now, found: now, is_unended: false };
            let file = match self.files.get(&path) {
                Some(before) if before.seen == found.seen => *before,
                Some(before) => File { found: before.found, ..new },
                None => new,
            };
            (path, file)
        };
        self.files = files.iter().map(note).collect();
        self.held.clear();
        files.sort_by(|a, b| {
            let order = |found: &Found| found.seen.modified;
            order(a).cmp(&order(b)).then_with(|| a.name.cmp(&b.name)).then_with(|| a.folder.cmp(&b.folder))
        });
    }

    /// Whether a file is to be taken now: it is not empty, did not change for
    /// long enough, and no earlier one holds it back. One that does change may
    /// hold back the later ones from here on.
    pub fn is_due(&mut self, found: &Found) -> bool {
        if is_upload(found) && self.held.contains(&found.folder) {
            return false;
        }
        let Some(file) = self.files.get(&found.path()) else { return false };
        let time = if file.is_unended { self.time.max(self.unended) } else { self.time };
        if file.since.elapsed() < time {
            self.hold(found);
            return false;
        }
        found.seen.size > 0
    }

    /// A file was due and could not be taken: it holds back the later ones of
    /// its folder for the rest of this look, unless it did so for too long.
    pub fn hold(&mut self, found: &Found) {
        let may_hold = |file: &File| file.found.elapsed() < self.holds;
        if is_upload(found) && self.files.get(&found.path()).is_some_and(may_hold) {
            self.held.insert(found.folder.clone());
        }
    }

    /// A file was taken: another one of its name is a new one.
    pub fn forget(&mut self, path: &Path) {
        self.files.remove(path);
    }

    /// Whether a file that settled may still be left longer, if its last line
    /// has no end.
    pub fn may_be_unended(&self, path: &Path) -> bool {
        self.files.get(path).is_none_or(|file| file.since.elapsed() < self.unended)
    }

    /// The last line of a file has no end.
    pub fn is_unended(&mut self, path: &Path) {
        if let Some(file) = self.files.get_mut(path) {
            file.is_unended = true;
        }
    }
}

/// Only the order of uploads matters, not that of files that lie wrong.
fn is_upload(found: &Found) -> bool {
    matches!(found.place, Place::Upload { .. })
}
