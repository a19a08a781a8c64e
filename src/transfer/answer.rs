//! What the services answer: receipts and outcomes.

use serde::Deserialize;

use super::client::Answer;
use crate::store::{delivery::Claim, outcome::Outcome};

/// A receipt (`wire.md` section 4).
#[derive(Deserialize)]
struct Receipt {
    batch: String,
    stream: String,
    count: u64,
    digest: String,
}

/// The receipt in an answer, as it is kept, if it is one for what was sent.
pub fn receipt(answer: &Answer, claim: &Claim) -> Option<String> {
    let receipt: Receipt = serde_json::from_slice(&answer.body).ok()?;
    let fits = receipt.batch == claim.batch.1
        && receipt.stream == claim.service.stream()
        && receipt.count == claim.count
        && receipt.digest == claim.digest;
    fits.then(|| String::from_utf8_lossy(&answer.body).into_owned())
}

/// The platform's words on a batch (`wire.md` section 5).
#[derive(Deserialize)]
struct Words {
    batch: String,
    state: String,
    #[serde(default)]
    refused: Vec<RefusedLine>,
    #[serde(default)]
    codes_deleted: bool,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct RefusedLine {
    line: usize,
    #[serde(default)]
    reason: String,
}

/// The longest reason that is kept.
const REASON: usize = 200;

/// The outcome in an answer, if it is one for `batch`.
pub fn outcome(answer: &Answer, batch: &str) -> Option<Outcome> {
    let words: Words = serde_json::from_slice(&answer.body).ok()?;
    let consolidated = match words.state.as_str() {
        "waiting" => None,
        "consolidated" => Some(true),
        "refused" => Some(false),
        _ => return None,
    };
    let cut = |reason: String| reason.chars().take(REASON).collect();
    (words.batch == batch).then(|| Outcome {
        consolidated,
        refused: words.refused.into_iter().map(|refused| (refused.line, cut(refused.reason))).collect(),
        codes_deleted: words.codes_deleted,
        reason: words.reason.map(cut),
    })
}
