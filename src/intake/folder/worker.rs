//! Whoever looks into the drop folder, again and again.

use std::{
    collections::{HashMap, HashSet},
    fs,
    io::{self, BufWriter, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use super::{
    after::{After, LOOKED_AFTER, is_over},
    layout::{Layout, version_for},
    look::{Found, Look, Place, Seen, Troubles},
    names,
    result::{self, Told, WRITTEN_ON},
    root::enter,
    settle::Settling,
    take::{self, Taken, Taker, Target, Trouble, write_whole},
    watch::Watch,
};
use crate::{
    config::Config,
    domain::{
        organisation::OrganisationId,
        upload::{UploadId, UploadState},
    },
    error::Result,
    intake::desk::Desk,
    language::Language,
    store::{
        Store, alert,
        dropped::{self, Dropped},
        version,
    },
};

/// The most time between two looks.
const MINUTE: Duration = Duration::from_secs(60);

/// Looks into the drop folder until the desk's watch is stopped. `portal` is
/// the address of the portal, which result files name. Without a drop folder
/// it only tidies up after an earlier one.
///
/// Only one process may do so on a data directory.
pub fn run(store: &Store, config: &Config, desk: &Desk, portal: &str) {
    if !config.drop_folder.is_set() {
        if let Err(error) = tidy(store) {
            tracing::error!(id = error.id, "what is left of a drop folder could not be tidied up");
        }
        return;
    }
    let mut worker = Worker::new(store, config, desk, portal);
    let mut failed = None;
    loop {
        // What a panic says may quote a value, so it is not logged.
        let failure = match catch_unwind(AssertUnwindSafe(|| worker.look())) {
            Ok(looked) => looked.err().map(|error| (error.id, error.cause.map(|cause| cause.to_string()))),
            Err(_) => Some(("panic", None)),
        };
        if let Some((id, cause)) = &failure
            && failed != failure
        {
            let cause = cause.as_deref();
            tracing::error!(id, cause, "a look into the drop folder failed; it is tried again");
        }
        failed = failure;
        let settle = Duration::from_secs(config.drop_folder.settle_seconds);
        if !desk.watch().rest(settle.max(worker.listing * 10).min(MINUTE)) {
            return;
        }
    }
}

/// No drop folder is configured: nothing waits for one any more.
fn tidy(store: &Store) -> Result<()> {
    let files = store.write(|tx| {
        for alert in alert::list(tx)?.iter().filter(|alert| alert::is_about_drops(&alert.subject)) {
            alert::clear(tx, &alert.subject)?;
        }
        dropped::tell_no_more(tx)
    })?;
    files.iter().try_for_each(|file| store.remove_spooled(file))
}

/// Nothing that correctness needs is in here.
pub(super) struct Worker<'a> {
    taker: Taker<'a>,
    config: &'a Config,
    desk: &'a Desk,
    portal: &'a str,
    language: Language,
    layout: Layout,
    /// How long the last listing of all folders took.
    listing: Duration,
    /// How long files are looked after in `ARCHIVE`.
    pub looked_after: Duration,
    pub settling: Settling,
    /// What failed, and when to try it again.
    put_off: HashMap<PathBuf, (Instant, &'static str)>,
    /// What the log was told to need attention, and still does.
    told: Troubles,
    /// Uploads whose files were found again and held the very same, as they
    /// were then.
    same: HashMap<UploadId, Seen>,
}

impl<'a> Worker<'a> {
    pub fn new(store: &'a Store, config: &'a Config, desk: &'a Desk, portal: &'a str) -> Self {
        let author = &config.validation.default_author;
        let language = config.language.unwrap_or_default();
        Self {
            taker: Taker { store, watch: desk.watch(), author, language, portal },
            config,
            desk,
            portal,
            language,
            layout: Layout::default(),
            listing: Duration::ZERO,
            looked_after: LOOKED_AFTER,
            settling: Settling::new(Duration::from_secs(config.drop_folder.settle_seconds)),
            put_off: HashMap::new(),
            told: Troubles::new(),
            same: HashMap::new(),
        }
    }

    /// Does once all that there is to do.
    pub fn look(&mut self) -> Result<()> {
        self.watch().is_alive();
        let mut troubles = Troubles::new();
        match enter(self.taker.store, &self.config.drop_folder.path)? {
            Err(reason) => {
                troubles.insert(alert::DROP_FOLDER.to_owned(), reason);
            }
            Ok(root) => {
                self.layout.renew(self.taker.store)?;
                let began = Instant::now();
                let look = Look::at(&root, &self.config.drop_folder.path, &self.layout, self.watch());
                self.listing = began.elapsed();
                troubles.extend(look.troubles);
                let files = self.archive(look.files, &look.listed, &root, &mut troubles)?;
                let began = Instant::now();
                self.look_after(&root, &mut troubles)?;
                self.listing += began.elapsed();
                self.take(files, &mut troubles);
                self.tell(&root, &mut troubles)?;
            }
        }
        self.put_off.retain(|_, (until, _)| *until > Instant::now());
        self.watch().is_alive();
        self.raise(troubles)
    }

    /// Archives what was taken before, and returns the files that were not.
    fn archive(
        &mut self,
        mut files: Vec<Found>,
        listed: &HashSet<String>,
        root: &Path,
        troubles: &mut Troubles,
    ) -> Result<Vec<Found>> {
        let store = self.taker.store;
        for taken in store.read(dropped::open)?.into_iter().filter(|taken| !taken.archived) {
            let is_it = |found: &Found| {
                matches!(&found.place, Place::Upload { folder, .. } if *folder == taken.folder)
                    && found.seen.size == taken.size
                    && take::place(store, &taken.folder, found) == taken.place
            };
            match files.iter().position(is_it) {
                Some(at) => {
                    let found = files.swap_remove(at);
                    let mut other = false;
                    self.attempt(&found.path(), &found.place.subject(), troubles, |worker| {
                        let is_known = worker.same.get(&taken.upload) == Some(&found.seen);
                        if is_known || worker.taker.is_same(&found.path(), found.seen, &taken)? {
                            worker.same.insert(taken.upload, found.seen);
                            return worker.taker.archive(&found, &taken);
                        }
                        other = true;
                        Ok(worker.taker.archived(&taken)?)
                    });
                    if other {
                        files.push(found);
                    }
                }
                // In a folder that cannot be listed nothing is known to be gone.
                None if listed.contains(&taken.folder) || !root.join(&taken.folder).exists() => {
                    let archive = root.join(&taken.folder).join(names::ARCHIVE).join(&taken.archive);
                    if Seen::at(&archive).is_err() {
                        tracing::warn!(
                            upload = taken.upload.0,
                            "a taken file is gone before it was archived"
                        );
                    }
                    self.taker.archived(&taken)?;
                }
                None => {}
            }
        }
        Ok(files)
    }

    /// Looks after the files in `ARCHIVE`, for as long as they are.
    fn look_after(&mut self, root: &Path, troubles: &mut Troubles) -> Result<()> {
        let store = self.taker.store;
        for taken in store.read(dropped::open)?.into_iter().filter(|taken| taken.archived) {
            if self.watch().is_stopped() {
                return Ok(());
            }
            let whose = self.layout.organisations.iter().find(|known| known.id == taken.organisation);
            let subject = whose.map_or_else(
                || alert::DROP_FOLDER.to_owned(),
                |organisation| alert::dropped(organisation.nihdi.as_str()),
            );
            let folder = root.join(&taken.folder);
            let mut was_looked_after = false;
            self.attempt(&folder.join(&taken.archive), &subject, troubles, |worker| {
                worker.look_after_one(&folder, &taken)?;
                was_looked_after = true;
                Ok(())
            });
            if taken.written_on {
                troubles.entry(subject).or_insert(WRITTEN_ON);
            }
            if was_looked_after && is_over(&taken, self.looked_after) {
                store.write(|tx| dropped::forget(tx, taken.organisation, taken.upload))?;
                self.same.remove(&taken.upload);
            }
            self.watch().is_alive();
        }
        Ok(())
    }

    /// Returns whether the file was written on after it was taken.
    fn look_after_one(&mut self, folder: &Path, taken: &Dropped) -> Result<bool, Trouble> {
        let at_first = Seen { size: taken.size, modified: taken.modified };
        let known = self.same.get(&taken.upload).copied().unwrap_or(at_first);
        match self.taker.look_after(folder, taken, known)? {
            After::Same(now) => _ = self.same.insert(taken.upload, now),
            After::WrittenOn => return Ok(true),
            After::Gone => {}
        }
        Ok(taken.written_on)
    }

    /// Takes the files that are whole, and sets aside those that lie wrong.
    fn take(&mut self, mut files: Vec<Found>, troubles: &mut Troubles) {
        self.settling.note(&mut files);
        for found in files {
            if self.watch().is_stopped() {
                return;
            }
            if !self.settling.is_due(&found) {
                continue;
            }
            let path = found.path();
            let mut is_gone = false;
            self.attempt(&path, &found.place.subject(), troubles, |worker| {
                is_gone = worker.take_one(&found)?;
                Ok(())
            });
            if is_gone {
                self.settling.forget(&path);
            } else {
                self.settling.hold(&found);
            }
        }
    }

    /// Whether a file that settled is to be left longer, because its last line
    /// has no end.
    fn may_go_on(&mut self, found: &Found) -> Result<bool, Trouble> {
        let path = found.path();
        if !self.settling.may_be_unended(&path) || self.taker.ends_a_line(found)? {
            return Ok(false);
        }
        self.settling.is_unended(&path);
        Ok(true)
    }

    /// Returns whether the file was taken or set aside, so that later ones need
    /// not wait for it.
    fn take_one(&mut self, found: &Found) -> Result<bool, Trouble> {
        let (organisation, folder, versions) = match &found.place {
            Place::Upload { organisation, folder, versions, .. } => (*organisation, folder, versions),
            Place::Misplaced { organisation, reason } => {
                return self.set_aside(found, organisation.as_ref().map(|(id, _)| *id), reason);
            }
        };
        let limit = self.config.portal.upload_limit_mebibytes;
        if found.seen.size > limit << 20 {
            return self.set_aside(found, Some(organisation), "drop-too-large");
        }
        let named = found.name.to_string_lossy();
        let Some(definition) = version_for(names::unstamped(&named), versions) else { return Ok(false) };
        if self.taker.store.read(version::closed)?.has(&definition.name, definition.version) {
            return self.set_aside(found, Some(organisation), "drop-version-closed");
        }
        if self.may_go_on(found)? {
            return Ok(false);
        }
        let target = Target { organisation, folder, definition: &definition };
        let Taken::Upload(id) = self.taker.take(found, &target)? else { return Ok(false) };
        self.desk.ring();
        tracing::info!(upload = id.0, "a file of the drop folder was taken");
        self.same.insert(id, found.seen);
        let open = self.taker.store.read(dropped::open)?;
        if let Some(taken) = open.iter().find(|taken| taken.upload == id) {
            self.taker.archive(found, taken)?;
        }
        Ok(true)
    }

    fn set_aside(
        &self,
        found: &Found,
        organisation: Option<OrganisationId>,
        reason: &'static str,
    ) -> Result<bool, Trouble> {
        self.taker.set_aside(found, organisation, reason, &self.explain(reason)).map(|()| true)
    }

    /// Writes the results of uploads that are over.
    fn tell(&mut self, root: &Path, troubles: &mut Troubles) -> Result<()> {
        for taken in self.taker.store.read(dropped::open)? {
            let Some(sealed) = taken.sealed.clone() else { continue };
            if self.watch().is_stopped() {
                return Ok(());
            }
            let (upload, organisation) = result::of(self.taker.store, &taken)?;
            let subject = alert::dropped(organisation.nihdi.as_str());
            if upload.state == UploadState::Failed {
                troubles.insert(subject, "drop-upload-failed");
                continue;
            }
            if !upload.state.is_final() {
                continue;
            }
            let mut told = match Told::read(self.taker.store, self.language, upload, organisation) {
                Ok(told) => told,
                Err(error) => {
                    tracing::error!(
                        upload = taken.upload.0,
                        code = error.id,
                        "no result of an upload can be written"
                    );
                    troubles.insert(subject, "drop-failed");
                    continue;
                }
            };
            let folder = root.join(&taken.folder);
            self.attempt(&folder.join(&taken.archive), &subject, troubles, |worker| {
                worker.tell_one(&folder, &taken, &mut told, &sealed)
            });
        }
        Ok(())
    }

    fn tell_one(
        &mut self,
        folder: &Path,
        taken: &Dropped,
        told: &mut Told<'_>,
        sealed: &str,
    ) -> Result<(), Trouble> {
        let unwritable = |error: io::Error| {
            tracing::warn!(upload = taken.upload.0, %error, "a result cannot be written");
            Trouble("drop-result")
        };
        if taken.archived {
            told.written_on = self.look_after_one(folder, taken)?;
        }
        fs::create_dir_all(folder).map_err(unwritable)?;
        if told.upload.state == UploadState::Refused {
            let (archive, errors) = (folder.join(names::ARCHIVE), folder.join(names::ERROR));
            let text = told.refusal(self.portal);
            take::make(&errors)
                .and_then(|()| {
                    let name = take::explanation(&taken.archive);
                    write_whole(&errors, &name, |file| file.write_all(text.as_bytes()))
                })
                .map_err(unwritable)?;
            let moved = take::rename(&archive.join(&taken.archive), &errors.join(&taken.archive));
            moved.or_else(gone_is_well).map_err(unwritable)?;
        } else {
            let results = folder.join(names::RESULT);
            let name = format!("{}_result.csv", names::without_csv(&taken.archive));
            take::make(&results).map_err(unwritable)?;
            write_whole(&results, &name, |file| {
                let mut out = BufWriter::with_capacity(1 << 18, Alive { out: file, watch: self.watch() });
                told.write(&mut out, sealed, self.portal)?;
                out.flush()
            })
            .map_err(unwritable)?;
        }
        let store = self.taker.store;
        store.write(|tx| dropped::told(tx, taken.organisation, taken.upload))?;
        Ok(store.remove_spooled(sealed)?)
    }

    /// Does something unless it failed within the last minute. A failure is
    /// told until it is over.
    fn attempt(
        &mut self,
        path: &Path,
        subject: &str,
        troubles: &mut Troubles,
        act: impl FnOnce(&mut Self) -> Result<(), Trouble>,
    ) {
        if let Some((until, reason)) = self.put_off.get(path)
            && *until > Instant::now()
        {
            troubles.insert(subject.to_owned(), reason);
            return;
        }
        self.put_off.remove(path);
        if let Err(Trouble(reason)) = act(self) {
            troubles.insert(subject.to_owned(), reason);
            self.put_off.insert(path.to_owned(), (Instant::now() + MINUTE, reason));
        }
    }

    /// Raises alerts for `troubles` and clears the others, if anything changed.
    /// The log is told of each once, even if the alert cannot be stored: a disk
    /// that is full must not be filled further at each look.
    fn raise(&mut self, troubles: Troubles) -> Result<()> {
        let store = self.taker.store;
        let mut known = store.read(alert::list)?;
        known.retain(|alert| alert::is_about_drops(&alert.subject));
        let is_known = |subject: &str, reason: &str| {
            known.iter().any(|alert| alert.subject == subject && alert.reason == reason)
        };
        for (subject, reason) in &troubles {
            if !is_known(subject, reason) && self.told.get(subject) != Some(reason) {
                tracing::warn!(subject, reason, "needs attention");
            }
        }
        self.told.clone_from(&troubles);
        if known.len() == troubles.len() && troubles.iter().all(|(subject, reason)| is_known(subject, reason))
        {
            return Ok(());
        }
        let cleared: Vec<_> = known.iter().filter(|alert| !troubles.contains_key(&alert.subject)).collect();
        store.write(|tx| {
            for alert in &cleared {
                alert::clear(tx, &alert.subject)?;
            }
            for (subject, reason) in &troubles {
                alert::raise(tx, subject, reason)?;
            }
            Ok(())
        })?;
        for alert in cleared {
            tracing::info!(subject = alert.subject, "well again");
        }
        Ok(())
    }

    /// The text beside a file in `ERROR`.
    fn explain(&self, reason: &str) -> String {
        let lines = [self.language.text("drop-error", &[]), String::new(), self.language.text(reason, &[])];
        format!("{}\r\n", lines.join("\r\n"))
    }

    fn watch(&self) -> &'a Watch {
        self.desk.watch()
    }
}

fn gone_is_well(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// Tells the watch that the work goes on, as long as something is written.
struct Alive<'a, W> {
    out: W,
    watch: &'a Watch,
}

impl<W: Write> Write for Alive<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.watch.is_alive();
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
