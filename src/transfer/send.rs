//! One delivery: sent, or asked after, and judged.

use super::{
    answer,
    client::{Answer, Class, Client, classify},
    failure::Failure,
    retry::{FailureClass, next_try},
};
use crate::{
    clock,
    config::Queue,
    store::delivery::{Claim, Settled},
};

/// Tries a delivery once. After an attempt that may have arrived the receipt
/// is asked for before anything is sent again.
pub fn attempt(client: &Client, claim: &Claim, settings: &Queue) -> Settled {
    let batch = &claim.batch.1;
    let stream = claim.service.stream();
    if claim.unsure {
        match client.get(&format!("/v1/batches/{batch}/{stream}/receipt")) {
            Ok(answer) if answer.status == 404 => {}
            Ok(answer) => return judge(claim, settings, &answer),
            Err(failure) => return failed(claim, settings, &failure),
        }
    }
    let path = format!("/v1/batches/{batch}/{stream}");
    match client.put(&path, claim.service.content_type(), &claim.digest, &claim.body) {
        Ok(answer) => judge(claim, settings, &answer),
        Err(failure) => failed(claim, settings, &failure),
    }
}

/// A delivery that could not even be tried.
pub fn not_tried(claim: &Claim, settings: &Queue, reason: &'static str) -> Settled {
    again(claim, settings, FailureClass::Network, reason.to_owned(), None, false)
}

fn judge(claim: &Claim, settings: &Queue, answer: &Answer) -> Settled {
    match classify(answer.status) {
        Class::Done => match answer::receipt(answer, claim) {
            Some(receipt) => Settled::Receipted { receipt },
            None => again(claim, settings, FailureClass::Answer, "receipt-wrong".to_owned(), None, true),
        },
        Class::Passing => {
            let reason = format!("status-{}", answer.status);
            again(claim, settings, FailureClass::Service, reason, answer.retry_after, true)
        }
        Class::Final => Settled::Parked { reason: format!("status-{}", answer.status) },
    }
}

fn failed(claim: &Claim, settings: &Queue, failure: &Failure) -> Settled {
    let unsure = failure.may_have_arrived();
    again(claim, settings, FailureClass::Network, failure.code().to_owned(), None, unsure)
}

fn again(
    claim: &Claim,
    settings: &Queue,
    class: FailureClass,
    reason: String,
    asked: Option<std::time::Duration>,
    unsure: bool,
) -> Settled {
    match next_try(settings, class, claim.attempts + 1, asked) {
        Some(wait) => {
            let next = clock::now().as_millisecond() + wait.as_millis() as i64;
            Settled::Again { reason, next, unsure }
        }
        None => Settled::Parked { reason },
    }
}
