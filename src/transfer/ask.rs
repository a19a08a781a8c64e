//! Asking the platform what became of a batch.

use std::time::Duration;

use super::{
    answer,
    client::{Answer, Class, Client, classify},
    retry::asked_for,
};
use crate::{
    config::Queue,
    store::outcome::{Asking, Outcome},
};

/// What asking came to.
pub enum Asked {
    /// The platform is done with it.
    Final(Outcome),
    /// Ask again after this time.
    Later(Duration),
    /// There was no answer: ask again after this time, and the others too.
    Silence(Duration),
}

/// The longest time between two questions.
const LIMIT: Duration = Duration::from_secs(60);

/// Asks once.
pub fn ask(client: &Client, asking: &Asking, settings: &Queue) -> Asked {
    match client.get(&format!("/v1/batches/{}", asking.name)) {
        Ok(answer) => judge(asking, settings, &answer),
        Err(_) => Asked::Silence(pause(asking, settings)),
    }
}

fn judge(asking: &Asking, settings: &Queue, answer: &Answer) -> Asked {
    match (classify(answer.status), answer::outcome(answer, &asking.name)) {
        (Class::Done, Some(outcome)) if outcome.consolidated.is_some() => Asked::Final(outcome),
        _ => Asked::Later(pause(asking, settings).max(asked_for(answer.retry_after))),
    }
}

/// Short at first, because the platform is usually done at once; then ever
/// longer, because a missing stream may take days. Never longer than between
/// two attempts to send.
pub fn pause(asking: &Asking, settings: &Queue) -> Duration {
    let doublings = asking.asked.clamp(0, 12) as u32;
    let limit = LIMIT.min(Duration::from_millis(settings.backoff_limit_milliseconds));
    Duration::from_millis(25 << doublings).min(limit)
}
