//! `deliver --until-empty`. Beside a process that delivers already, it watches
//! that one until nothing can move.

use std::time::{Duration, Instant};

use super::{Context, Done, peak, say, say_json, table};
use crate::{
    domain::summary::Summary,
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
        let store = context.store()?;
        let services = Services::new(&context.config)?;
        let started = Instant::now();
        let workers = Workers::new(store, &services, &context.config.queue);
        let patience = Duration::from_secs(context.config.queue.outcome_patience_seconds);
        if let Watched::Free(_lock) = watch(store, patience, || {})? {
            workers.run(|workers| until_empty(workers, patience, || {}))?;
        }
        let mut summary = summary(store, true)?;
        summary.seconds.total = started.elapsed().as_secs_f64();
        summary.seconds.seal = workers.sealing_seconds();
        summary.seconds.deliver = summary.seconds.total;
        if self.json {
            say_json(&summary)?
        } else {
            print(context, &summary)?
        }
        Ok(judge(&summary))
    }
}

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
