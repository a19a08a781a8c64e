//! `queue list|show|retry|park`.

use serde_json::json;

use super::{Context, Done, say, say_json, table};
use crate::{
    clock,
    domain::delivery::{DeliveryId, reason_text},
    error::{Error, Result},
    store::{alert, delivery, queue},
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
                    deliveries.iter().map(|id| DeliveryId(*id)).try_for_each(|id| {
                        delivery::park(tx, queue::organisation_of(tx, id)?, id, &context.actor())
                    })
                })?;
                say(context.text("queue-parked", &[("count", (deliveries.len() as u64).into())]))?;
                Ok(Done::Well)
            }
        }
    }
}

fn list(context: &Context, organisation: Option<&str>, all: bool, as_json: bool) -> Result<Done> {
    let organisation = organisation.map(|nihdi| context.organisation(nihdi)).transpose()?;
    let (deliveries, alerts) = context.store()?.read(|tx| {
        Ok((queue::list(tx, organisation.as_ref().map(|known| known.id), all)?, alert::list(tx)?))
    })?;
    let parked = deliveries.iter().any(|listed| listed.state == "parked");
    if as_json {
        say_json(&json!({ "deliveries": deliveries, "alerts": alerts }))?;
    } else {
        tell_alerts(context, &alerts)?;
        tell_deliveries(context, deliveries)?;
    }
    Ok(if parked { Done::Attention } else { Done::Well })
}

fn tell_alerts(context: &Context, alerts: &[alert::Alert]) -> Result<()> {
    for alert in alerts {
        let since = moment(alert.since)?;
        let reason = reason_text(context.language, &alert.reason);
        let text =
            [("subject", alert.subject.as_str().into()), ("since", since.into()), ("reason", reason.into())];
        say(context.text("queue-alert", &text))?;
    }
    Ok(())
}

fn tell_deliveries(context: &Context, deliveries: Vec<queue::Listed>) -> Result<()> {
    if deliveries.is_empty() {
        return say(context.text("queue-empty", &[]));
    }
    let columns =
        ["delivery", "state", "service", "organisation", "count", "attempts", "since", "next", "reason"];
    let mut rows = vec![columns.map(|name| context.text(&format!("queue-column-{name}"), &[])).to_vec()];
    for listed in deliveries {
        rows.push(vec![
            listed.id.to_string(),
            context.text(&format!("delivery-state-{}", listed.state), &[]),
            listed.service,
            listed.organisation,
            listed.count.to_string(),
            listed.attempts.to_string(),
            moment(listed.changed_at)?,
            listed.next_at.map(moment).transpose()?.unwrap_or_default(),
            listed.reason.map(|reason| reason_text(context.language, &reason)).unwrap_or_default(),
        ]);
    }
    table::lines(&rows).iter().try_for_each(say)
}

fn show(context: &Context, id: DeliveryId, as_json: bool) -> Result<Done> {
    let (listed, attempts) =
        context.store()?.read(|tx| queue::show(tx, queue::organisation_of(tx, id)?, id))?;
    if as_json {
        say_json(&json!({ "delivery": listed, "attempts": attempts }))?;
        return Ok(Done::Well);
    }
    let state = context.text(&format!("delivery-state-{}", listed.state), &[]);
    say(format!("{} {state} {} {} {}", listed.id, listed.service, listed.organisation, listed.batch))?;
    let mut rows = Vec::new();
    for attempt in attempts {
        let outcome = context.text(&format!("attempt-outcome-{}", attempt.outcome), &[]);
        let detail = match attempt.outcome.as_str() {
            "again" | "parked" | "waits" => reason_text(context.language, &attempt.detail),
            _ => attempt.detail,
        };
        rows.push(vec![moment(attempt.at)?, outcome, detail]);
    }
    table::lines(&rows).iter().try_for_each(say)?;
    if let Some(next) = listed.next_at {
        say(context.text("queue-next", &[("at", moment(next)?.into())]))?;
    }
    Ok(Done::Well)
}

fn retry(context: &Context, mut deliveries: Vec<i64>, parked: bool) -> Result<Done> {
    let store = context.store()?;
    store.write(|tx| {
        if parked {
            let all = queue::list(tx, None, false)?;
            deliveries =
                all.into_iter().filter(|listed| listed.state == "parked").map(|listed| listed.id).collect();
        }
        deliveries
            .iter()
            .map(|id| DeliveryId(*id))
            .try_for_each(|id| delivery::retry(tx, queue::organisation_of(tx, id)?, id, &context.actor()))
    })?;
    say(context.text("queue-retried", &[("count", (deliveries.len() as u64).into())]))?;
    Ok(Done::Well)
}

fn moment(milliseconds: i64) -> Result<String> {
    let at = jiff::Timestamp::from_millisecond(milliseconds).map_err(Error::internal)?;
    Ok(clock::local(at).strftime("%Y-%m-%d %H:%M:%S").to_string())
}
