//! `queue list|show|retry|park`.

use serde_json::json;

use super::{Context, Done, say, say_json, table};
use crate::{
    clock,
    domain::delivery::DeliveryId,
    error::{Error, Result},
    store::{alert, delivery},
};

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Lists what waits, with its reason and next try
    List {
        /// Only this organisation's (its NIHDI number)
        #[arg(long)]
        organisation: Option<String>,
        /// Receipted deliveries too
        #[arg(long)]
        all: bool,
        #[arg(long)]
        json: bool,
    },
    /// Shows one delivery with every attempt
    Show {
        delivery: i64,
        #[arg(long)]
        json: bool,
    },
    /// Tries waiting or parked deliveries now
    Retry {
        #[arg(required_unless_present = "parked")]
        deliveries: Vec<i64>,
        /// All that are parked
        #[arg(long, conflicts_with = "deliveries")]
        parked: bool,
    },
    /// Keeps waiting deliveries back until somebody retries them
    Park {
        #[arg(required = true)]
        deliveries: Vec<i64>,
    },
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::List { organisation, all, json } => list(context, organisation.as_deref(), all, json),
            Self::Show { delivery, json } => show(context, DeliveryId(delivery), json),
            Self::Retry { deliveries, parked } => retry(context, deliveries, parked),
            Self::Park { deliveries } => {
                context.store()?.write(|tx| {
                    deliveries.iter().try_for_each(|id| delivery::park(tx, DeliveryId(*id), &context.actor()))
                })?;
                Ok(Done::Well)
            }
        }
    }
}

fn list(context: &Context, organisation: Option<&str>, all: bool, as_json: bool) -> Result<Done> {
    let organisation = organisation.map(|nihdi| context.organisation(nihdi)).transpose()?;
    let (deliveries, alerts) = context.store()?.read(|tx| {
        Ok((delivery::list(tx, organisation.as_ref().map(|known| known.id), all)?, alert::list(tx)?))
    })?;
    let parked = deliveries.iter().any(|listed| listed.state == "parked");
    if as_json {
        say_json(&json!({ "deliveries": deliveries, "alerts": alerts }))?;
    } else if deliveries.is_empty() {
        say(context.text("queue-empty", &[]))?;
    } else {
        let mut rows = Vec::new();
        for listed in deliveries {
            let next = listed.next_at.map(moment).transpose()?.unwrap_or_default();
            rows.push(vec![
                listed.id.to_string(),
                listed.state,
                listed.service,
                listed.organisation,
                listed.count.to_string(),
                listed.attempts.to_string(),
                next,
                listed.reason.map(|reason| why(context, &reason)).unwrap_or_default(),
            ]);
        }
        table::lines(&rows).iter().try_for_each(say)?;
    }
    Ok(if parked { Done::Attention } else { Done::Well })
}

fn show(context: &Context, id: DeliveryId, as_json: bool) -> Result<Done> {
    let (listed, attempts) = context.store()?.read(|tx| delivery::show(tx, id))?;
    if as_json {
        say_json(&json!({ "delivery": listed, "attempts": attempts }))?;
        return Ok(Done::Well);
    }
    say(format!("{} {} {} {}", listed.id, listed.state, listed.service, listed.batch))?;
    if let Some(reason) = &listed.reason {
        say(why(context, reason))?;
    }
    let mut rows = Vec::new();
    for attempt in attempts {
        rows.push(vec![moment(attempt.at)?, attempt.outcome, attempt.detail]);
    }
    table::lines(&rows).iter().try_for_each(say)?;
    Ok(Done::Well)
}

fn retry(context: &Context, mut deliveries: Vec<i64>, parked: bool) -> Result<Done> {
    let store = context.store()?;
    store.write(|tx| {
        if parked {
            let all = delivery::list(tx, None, false)?;
            deliveries =
                all.into_iter().filter(|listed| listed.state == "parked").map(|listed| listed.id).collect();
        }
        deliveries.iter().try_for_each(|id| delivery::retry(tx, DeliveryId(*id), &context.actor()))
    })?;
    say(context.text("queue-retried", &[("count", (deliveries.len() as u64).into())]))?;
    Ok(Done::Well)
}

/// The sentence of a reason. An answer's status has one for all its kind.
fn why(context: &Context, reason: &str) -> String {
    match reason.strip_prefix("status-") {
        Some(status) => {
            let passing = status.starts_with('5') || ["408", "425", "429"].contains(&status);
            let id = if passing { "delivery-reason-status-passing" } else { "delivery-reason-status-final" };
            context.text(id, &[("status", status.into())])
        }
        None => context.text(&format!("delivery-reason-{reason}"), &[]),
    }
}

fn moment(milliseconds: i64) -> Result<String> {
    let at = jiff::Timestamp::from_millisecond(milliseconds).map_err(Error::internal)?;
    Ok(clock::local(at).strftime("%Y-%m-%d %H:%M:%S").to_string())
}
