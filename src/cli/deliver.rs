//! `deliver --until-empty`. Beside a process that delivers already, it watches
//! that one until nothing can move.

use std::time::{Duration, Instant};

use super::{Context, Done, peak, progress, say, say_json, table};
use crate::{
    domain::summary::{Seconds, Summary},
    error::Result,
    store::{Store, batch, delivery, import, registration},
    transfer::{
        drain::{Watched, until_empty, watch},
        services::Services,
        worker::Workers,
    },
};

#[derive(clap::Args)]
pub struct Verb {
    /// Ends when nothing can move any more
    #[arg(long, required = true)]
    until_empty: bool,
    #[arg(long)]
    json: bool,
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        let seconds = deliver(context)?;
        let mut summary = summary(context.store()?, true)?;
        summary.seconds = seconds;
        if self.json {
            say_json(&summary)?
        } else {
            print(context, &summary)?
        }
        Ok(judge(&summary))
    }
}

/// Delivers until nothing can move any more, and tells how long that took.
/// Beside a process that delivers already it watches that one.
pub(super) fn deliver(context: &Context) -> Result<Seconds> {
    let store = context.store()?;
    let services = Services::new(&context.config)?;
    let started = Instant::now();
    let workers = Workers::new(store, &services, &context.config.queue);
    let patience = Duration::from_secs(context.config.queue.outcome_patience_seconds);
    let bar = progress::bar();
    let mut looked = started;
    let mut draw = || {
        if !bar.is_hidden() && looked.elapsed() > BETWEEN_LOOKS {
            looked = Instant::now();
            // A bar that misses one step is no reason to stop.
            if let Ok((done, all)) = store.read(batch::progress) {
                progress::count(&bar, done, all);
            }
        }
    };
    if let Watched::Free(_lock) = watch(store, patience, &mut draw)? {
        workers.run(|workers| until_empty(workers, patience, &mut draw))?;
    }
    bar.finish_and_clear();
    let total = started.elapsed().as_secs_f64();
    Ok(Seconds { seal: workers.sealing_seconds(), deliver: total, total, ..Seconds::default() })
}

/// How often the bar is drawn anew.
const BETWEEN_LOOKS: Duration = Duration::from_millis(200);

/// The summary over everything stored; `settled` asks that nothing moves any
/// more.
pub(super) fn summary(store: &Store, settled: bool) -> Result<Summary> {
    store.read(|tx| {
        let mut summary = Summary::default();
        summary.rows(&import::count_rows(tx)?);
        registration::count_all(tx, &mut summary)?;
        (summary.batches, summary.codes_deleted) = batch::count(tx)?;
        summary.deliveries = delivery::count(tx)?;
        summary.peak_rss_bytes = peak::resident_bytes();
        summary.reconcile(settled);
        Ok(summary)
    })
}

/// Rejected rows, refused registrations, parked deliveries and whatever does
/// not add up need attention; held registrations alone do not.
pub(super) fn judge(summary: &Summary) -> Done {
    let well =
        summary.rejected == 0 && summary.refused == 0 && summary.deliveries.parked == 0 && summary.reconciles;
    if well { Done::Well } else { Done::Attention }
}

/// The table that accounts for every row.
pub(super) fn print(context: &Context, summary: &Summary) -> Result<()> {
    let rows = [
        ("rows_read", summary.rows_read),
        ("accepted", summary.accepted),
        ("unchanged", summary.unchanged),
        ("rejected", summary.rejected),
        ("drafts", summary.drafts),
        ("held", summary.held),
        ("superseded", summary.superseded),
        ("withdrawn", summary.withdrawn),
        ("queued", summary.queued),
        ("sent", summary.sent),
        ("consolidated", summary.consolidated),
        ("refused", summary.refused),
    ];
    let rows: Vec<_> = rows
        .iter()
        .map(|(name, count)| vec![context.text(&format!("summary-{name}"), &[]), format!("{count:>12}")])
        .collect();
    table::lines(&rows).iter().try_for_each(say)?;
    let id = if summary.reconciles { "summary-reconciles" } else { "summary-does-not-reconcile" };
    say(context.text(
        id,
        &[
            ("batches", summary.batches.into()),
            ("deleted", summary.codes_deleted.into()),
            ("sent", summary.deliveries.sent.into()),
            ("parked", summary.deliveries.parked.into()),
        ],
    ))
}
