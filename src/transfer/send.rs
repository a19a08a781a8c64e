//! One delivery: sent, or asked after, and judged.

use std::time::Duration;

use jiff::SignedDuration;

use super::{
    answer,
    client::{Answer, Class, Client, classify},
    retry::{FailureClass, next_try},
};
use crate::{
    clock,
    config::Queue,
    store::delivery::{Claim, NO_CERTIFICATE, Settled},
};

/// How an attempt ended, and what was learned on the way.
pub struct Attempted {
    /// What becomes of the delivery.
    pub settled: Settled,
    /// How far the service's clock is ahead of ours, if it answered.
    pub clock_skew: Option<SignedDuration>,
}

/// How long until a delivery that waits for a certificate is looked at again,
/// if nobody adds one: the clock may have been wrong.
const CERTIFICATE_AGAIN: i64 = 60 * 60 * 1000;

/// Tries a delivery once. After an attempt that may have arrived the receipt
/// is asked for before anything is sent again.
pub fn attempt(client: &Client, claim: &Claim, settings: &Queue) -> Attempted {
    let batch = &claim.batch.1;
    let stream = claim.service.stream();
    let mut answer = None;
    if claim.unsure {
        let receipt = client.get(&format!("/v1/batches/{batch}/{stream}/receipt"));
        answer = Some(receipt).filter(|receipt| !receipt.as_ref().is_ok_and(|answer| answer.status == 404));
    }
    let path = format!("/v1/batches/{batch}/{stream}");
    let put = || client.put(&path, claim.service.content_type(), &claim.digest, &claim.body);
    match answer.unwrap_or_else(put) {
        Ok(answer) => Attempted { settled: judge(claim, settings, &answer), clock_skew: answer.clock_skew },
        Err(failure) => {
            let (reason, unsure) = (failure.code(), failure.may_have_arrived());
            let settled = again(claim, settings, FailureClass::Network, reason.to_owned(), None, unsure);
            Attempted { settled, clock_skew: None }
        }
    }
}

/// A delivery whose organisation has no valid certificate.
pub fn uncertified() -> Attempted {
    let next = clock::now().as_millisecond() + CERTIFICATE_AGAIN;
    Attempted { settled: Settled::Waits { reason: NO_CERTIFICATE, next }, clock_skew: None }
}

/// A delivery whose organisation's certificate cannot be used.
pub fn not_tried(claim: &Claim, settings: &Queue) -> Attempted {
    let reason = "certificate-unusable".to_owned();
    let settled = again(claim, settings, FailureClass::Answer, reason, None, false);
    Attempted { settled, clock_skew: None }
}

fn judge(claim: &Claim, settings: &Queue, answer: &Answer) -> Settled {
    let status = format!("status-{}", answer.status);
    match classify(answer.status) {
        Class::Done => match answer::receipt(answer, claim) {
            Some(receipt) => Settled::Receipted { receipt },
            None => again(claim, settings, FailureClass::Answer, "receipt-wrong".to_owned(), None, true),
        },
        Class::Passing => again(claim, settings, FailureClass::Service, status, answer.retry_after, true),
        Class::Final => Settled::Parked { reason: status, unsure: true },
    }
}

fn again(
    claim: &Claim,
    settings: &Queue,
    class: FailureClass,
    reason: String,
    asked: Option<Duration>,
    unsure: bool,
) -> Settled {
    match next_try(settings, class, claim.attempts + 1, asked) {
        Some(wait) => {
            let next = clock::now().as_millisecond() + wait.as_millis() as i64;
            Settled::Again { reason, next, unsure }
        }
        None => Settled::Parked { reason, unsure },
    }
}
