//! `demo`: the whole way on this machine, with fictitious data.

mod input;
mod place;
mod portal;
mod setup;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use self::{input::Input, place::Place};
use super::{Context, Done, deliver, import, note, progress, say, say_json};
use crate::{
    config::{self, Config},
    domain::{
        import::ImportState,
        organisation::Organisation,
        summary::{Seconds, Summary},
    },
    error::{Error, Result},
    intake::job::{CHUNK_ROWS, Job, never},
    sandbox::{Definitions, Options, Sandbox, Totals},
    store::{Store, definition, import as imports},
};

#[derive(clap::Args)]
pub struct Verb {
    /// Ends after the summary, without serving the portal
    #[arg(long)]
    once: bool,
    /// How many rows to make, beside the extract that is shipped
    #[arg(long, default_value_t = 5_000)]
    rows: u64,
    /// The port of the sandbox's TTP; the platform listens on the next one.
    /// Free ones if not given
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where the portal listens; by default 127.0.0.1:8443, or another port if
    /// that one is taken
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<SocketAddr>,
    /// Keeps everything in this folder; a run that was killed goes on there
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    #[arg(long)]
    json: bool,
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        let started = Instant::now();
        let place = Place::open(self.keep.as_deref())?;
        let Worked { summary, totals, own, sandbox, organisation } = self.work(context, &place)?;
        let summary = Summary {
            seconds: Seconds { total: started.elapsed().as_secs_f64(), ..summary.seconds },
            ..summary
        };
        if self.json {
            let mut document = serde_json::to_value(&summary).map_err(Error::internal)?;
            document["platform"] = json!({
                "batches": totals.batches, "consolidated": totals.consolidated, "records": totals.records,
                "active": totals.active, "patients": totals.pseudonyms, "codes": totals.codes,
            });
            say_json(&document)?;
        } else {
            deliver::print(context, &summary)?;
            say(context.text(
                "demo-platform",
                &[
                    ("records", totals.active.into()),
                    ("patients", totals.pseudonyms.into()),
                    ("codes", totals.codes.into()),
                ],
            ))?;
        }
        if !self.once {
            let wanted = self.listen.or(context.config.portal.listen);
            portal::serve(context, &own, &organisation, sandbox.dir(), wanted)?;
        }
        sandbox.stop();
        Ok(deliver::judge(&summary))
    }

    fn work(&self, context: &Context, place: &Place) -> Result<Worked> {
        stage(context, "demo-stage-input");
        let inputs = input::prepare(place, self.rows)?;
        stage(context, "demo-stage-services");
        // Known once the services are there, and before anything is delivered.
        let store: Arc<OnceLock<Arc<Store>>> = Arc::default();
        let sandbox = Sandbox::start(Options {
            dir: place.sandbox(),
            port: self.port,
            without_identity: Definitions::told_by({
                let store = Arc::clone(&store);
                move |name| store.get().is_some_and(|store| is_without_patient(store, name))
            }),
            ..Options::default()
        })?;
        // The demo's appliance has a configuration and data of its own,
        // whatever else runs on this machine.
        let configuration = sandbox.dir().join(config::FILE);
        let own =
            Context::new(Config::read(Some(&configuration), &place.data())?, context.language, place.data());
        let organisation = setup::organisation(&own, sandbox.dir())?;
        let own_store = Arc::clone(own.store()?);
        store.get_or_init(|| own_store);
        let mut seconds = Seconds::default();
        let (corrections, inputs): (Vec<_>, Vec<_>) =
            inputs.into_iter().partition(|input| input.is_correction);
        for (part, inputs) in [("demo-stage-import", inputs), ("demo-stage-corrections", corrections)] {
            if inputs.is_empty() {
                continue;
            }
            stage(context, part);
            let started = Instant::now();
            for input in &inputs {
                take_in(&own, &organisation, input)?;
            }
            seconds.validate_store += started.elapsed().as_secs_f64();
            stage(context, "demo-stage-deliver");
            let delivered = deliver::deliver(&own)?;
            seconds.seal += delivered.seal;
            seconds.deliver += delivered.deliver;
        }
        let mut summary = deliver::summary(own.store()?, true)?;
        summary.seconds = seconds;
        let totals = settled(sandbox.dir())?;
        summary.reconciles &= agree(&summary, &totals);
        Ok(Worked { summary, totals, own, sandbox, organisation })
    }
}

/// Whether the definition of this name, also one that somebody added in the
/// demo's portal, has no patient identifier.
fn is_without_patient(store: &Store, name: &str) -> bool {
    let stored = store.read(definition::stored).unwrap_or_default();
    stored.iter().rev().find(|(_, known)| known.name == name).is_some_and(|(_, known)| !known.has_patient)
}

/// What the work came to, and where it was done.
struct Worked {
    summary: Summary,
    totals: Totals,
    own: Context,
    sandbox: Sandbox,
    organisation: Organisation,
}

fn stage(context: &Context, id: &str) {
    note(context.text(id, &[]));
}

/// Imports a file, unless an earlier run did.
fn take_in(context: &Context, organisation: &Organisation, input: &Input) -> Result<()> {
    let store = context.store()?;
    let name = input.path.file_name().unwrap_or_default().to_string_lossy();
    let known = store.read(|tx| imports::all(tx, organisation.id))?;
    if known.iter().any(|import| import.file == name && import.state == ImportState::Done) {
        return Ok(());
    }
    let (definition_id, definition) = definition::resolve(store, input.dcd)?;
    let job = Job {
        store,
        organisation,
        definition,
        definition_id,
        actor: &context.actor(),
        default_author: &context.config.validation.default_author,
        nihdi_moduli: &context.config.validation.nihdi_moduli,
        chunk_rows: CHUNK_ROWS,
        upload: None,
        leave: &never,
    };
    let bar = progress::bar();
    let outcome = job.run(&input.path, &mut |at| progress::advance(&bar, at))?;
    bar.finish_and_clear();
    import::tell_findings(context, &input.path, &outcome);
    if outcome.state != Some(ImportState::Done) {
        return Err(Error::invalid("demo-input-changed").with("file", input.path.display().to_string()));
    }
    Ok(())
}

/// What the services hold once they are done with what they have. A service
/// that was killed may have to confirm a batch to the other once more after
/// its outcome is known.
fn settled(sandbox: &Path) -> Result<Totals> {
    let started = Instant::now();
    loop {
        let totals = Totals::read(sandbox)?;
        if totals.codes + totals.waiting == 0 || started.elapsed() > PATIENCE {
            return Ok(totals);
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// How long the services may take to be done.
const PATIENCE: Duration = Duration::from_secs(30);

/// Whether both sides tell the same: each registration that counts as
/// consolidated here is the newest version of a record there, and no code is
/// left anywhere.
fn agree(summary: &Summary, totals: &Totals) -> bool {
    totals.active == summary.consolidated
        && totals.records == totals.active
        && totals.refused == summary.refused
        && totals.batches == summary.batches
        && summary.codes_deleted == summary.batches
        && (totals.waiting, totals.refused_batches, totals.codes) == (0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_agree_only_when_every_count_fits_and_no_code_is_left() {
        let summary = Summary { consolidated: 5, batches: 2, codes_deleted: 2, ..Summary::default() };
        let totals = Totals { active: 5, records: 5, consolidated: 6, batches: 2, ..Totals::default() };
        assert!(agree(&summary, &totals));
        for wrong in [
            Totals { active: 4, records: 4, ..totals },
            Totals { records: 6, ..totals },
            Totals { refused: 1, ..totals },
            Totals { batches: 3, ..totals },
            Totals { waiting: 1, ..totals },
            Totals { codes: 1, ..totals },
        ] {
            assert!(!agree(&summary, &wrong), "{wrong:?}");
        }
        assert!(!agree(&Summary { codes_deleted: 1, ..summary }, &totals));
    }
}
