//! Works through uploads: dry runs and imports, one at a time for each
//! organisation, those that a kill interrupted first of all.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{
    desk::Desk,
    step::{Steps, reason_json},
    upload::{end, remove},
};
use crate::{
    clock,
    config::Config,
    domain::{finding::Finding, organisation::OrganisationId, upload::UploadId},
    error::{Code, Error, Result},
    store::{
        Store, audit,
        upload::{self, Waiting},
    },
};

/// How often waiting uploads are looked for if nobody rings.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// How often uploads are looked for that nobody decided about.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(3600);

/// What failed in passing is tried again after this time.
const AGAIN: Duration = Duration::from_secs(15);

/// How long an upload that fails in passing holds back later ones out of the
/// same folder of the drop folder.
const HOLDS: Duration = Duration::from_secs(60 * 60);

/// Days after which an upload that nobody decided about is ended.
pub const DAYS_KEPT: i64 = 7;

/// Works through uploads until `stop` is set (and `desk` rung, if it should be
/// at once): an import that is under way then leaves off after the part it is
/// at and is gone on with at the next start.
///
/// Only one process may do so on a data directory.
pub fn run(store: &Store, config: &Config, desk: &Desk, stop: &AtomicBool) {
    let steps = Steps::new(store, config, desk, stop);
    let mut swept: Option<Instant> = None;
    thread::scope(|scope| {
        while !stop.load(Ordering::Relaxed) {
            if swept.is_none_or(|at| at.elapsed() >= BETWEEN_SWEEPS) {
                swept = Some(Instant::now());
                let before = clock::now().as_millisecond() - DAYS_KEPT * 24 * 3_600_000;
                if let Err(error) = expire(store, before) {
                    log("uploads that nobody decided about could not be ended", &error);
                }
            }
            match store.read(upload::waiting) {
                Ok(waiting) => {
                    for (organisation, id) in next(waiting, desk) {
                        if desk.take_up(organisation, id) {
                            let steps = &steps;
                            scope.spawn(move || work(steps, organisation, id));
                        }
                    }
                }
                Err(error) => log("waiting uploads could not be looked for", &error),
            }
            desk.wait(BETWEEN_LOOKS);
        }
    });
}

/// The uploads that may be taken up. Of those out of one folder of the drop
/// folder it is the first alone, even while that one is put off: a later one
/// would be corrected by it.
fn next(waiting: Vec<Waiting>, desk: &Desk) -> Vec<(OrganisationId, UploadId)> {
    let mut folders = HashSet::new();
    let is_next = |waiting: &Waiting| match &waiting.folder {
        Some(folder) => desk.fails_for(waiting.id, HOLDS) || folders.insert(folder.clone()),
        None => true,
    };
    waiting.into_iter().filter(is_next).map(|waiting| (waiting.organisation, waiting.id)).collect()
}

/// Does one step of an upload, whatever happens in it.
fn work(steps: &Steps<'_>, organisation: OrganisationId, id: UploadId) {
    let stepped = catch_unwind(AssertUnwindSafe(|| steps.step(organisation, id)));
    let again = match stepped {
        Ok(Ok(())) => None,
        Ok(Err(error)) if matches!(error.code, Code::Unavailable | Code::Conflict) => {
            log("an upload is tried again", &error);
            Some(AGAIN)
        }
        Ok(Err(error)) => {
            log("an upload failed", &error);
            fail(steps.store, organisation, id)
        }
        // What a panic says may quote a value, so it is not logged.
        Err(_) => {
            log("an upload failed", &Error::internal("a panic"));
            fail(steps.store, organisation, id)
        }
    };
    steps.desk.lay_down(organisation, id, again);
}

/// Parks an upload for a person to decide about; if even that fails it is
/// tried again.
fn fail(store: &Store, organisation: OrganisationId, id: UploadId) -> Option<Duration> {
    let reason = reason_json(&Finding::error("upload-failed"));
    let parked = store.write(|tx| {
        audit::record(tx, "worker", "upload.fail", Some(organisation), &json!({ "upload": id.0 }))?;
        upload::fail(tx, organisation, id, &reason)
    });
    parked.inspect_err(|error| log("an upload could not be parked", error)).err().map(|_| AGAIN)
}

/// Removes files whose upload was never noted, or whose end was: for a start,
/// before anybody can send one.
pub fn sweep(store: &Store) -> Result<()> {
    let known = store.read(upload::files)?;
    let removed = store.sweep_spool(&known)?;
    if removed > 0 {
        tracing::info!(removed, "files of uploads that did not come whole were removed");
    }
    Ok(())
}

/// Ends the uploads that nobody decided about since `before` (milliseconds
/// since 1970).
pub(super) fn expire(store: &Store, before: i64) -> Result<()> {
    let reason = reason_json(&Finding::error("upload-expired").with("days", DAYS_KEPT as u64));
    for (organisation, id) in store.read(|tx| upload::undecided(tx, before))? {
        let file = store.write(|tx| {
            audit::record(tx, "worker", "upload.expire", Some(organisation), &json!({ "upload": id.0 }))?;
            end(store, tx, organisation, id, Some(&reason))
        })?;
        remove(store, file.flatten())?;
    }
    Ok(())
}

fn log(what: &'static str, error: &Error) {
    tracing::error!(id = error.id, cause = error.cause.as_ref().map(tracing::field::display), "{what}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uploads_out_of_one_folder_are_taken_up_one_after_the_other_even_if_the_first_is_put_off() {
        let desk = Desk::default();
        let waiting = || {
            let folders = [Some("a"), Some("a"), Some("b"), None, None];
            let upload = |(id, folder): (i64, Option<&str>)| Waiting {
                organisation: OrganisationId(1),
                id: UploadId(id),
                folder: folder.map(str::to_owned),
            };
            (1..).zip(folders).map(upload).collect()
        };
        let ids = |desk: &Desk| next(waiting(), desk).into_iter().map(|(_, id)| id.0).collect::<Vec<_>>();
        assert_eq!(ids(&desk), [1, 3, 4, 5]);
        assert!(desk.take_up(OrganisationId(1), UploadId(1)));
        desk.lay_down(OrganisationId(1), UploadId(1), Some(AGAIN));
        assert_eq!(ids(&desk), [1, 3, 4, 5]);
    }
}
