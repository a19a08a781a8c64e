//! `audit list` and `audit verify`.

use serde_json::json;

use super::{Context, Done, say, say_json, table};
use crate::{
    clock,
    error::{Code, Error, Result},
    store::audit::{self, Verification},
};

#[derive(clap::Subcommand)]
pub enum Verb {
    /// Lists the newest events
    List {
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u64,
        #[arg(long)]
        json: bool,
    },
    /// Checks that no event was changed, removed, moved or cut off
    Verify {
        /// A head noted earlier, which must be in the chain
        #[arg(long, value_name = "HEX")]
        head: Option<String>,
        #[arg(long)]
        json: bool,
    },
}

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        match self {
            Self::List { limit, json } => list(context, limit, json),
            Self::Verify { head, json } => verify(context, head.as_deref(), json),
        }
    }
}

fn list(context: &Context, limit: u64, json: bool) -> Result<Done> {
    let events = context.store()?.read(|tx| audit::list(tx, limit))?;
    if json {
        say_json(&events)?;
        return Ok(Done::Well);
    }
    let mut rows = Vec::new();
    for event in events {
        let at = jiff::Timestamp::from_millisecond(event.at).map_err(Error::internal)?;
        let at = clock::local(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
        rows.push(vec![event.seq.to_string(), at, event.actor, event.act, event.details]);
    }
    table::lines(&rows).iter().try_for_each(say)?;
    Ok(Done::Well)
}

fn verify(context: &Context, head: Option<&str>, as_json: bool) -> Result<Done> {
    let head = head.map(str::trim).map(str::to_ascii_lowercase);
    // A script whose variable is empty must not get a yes for that.
    if let Some(head) = &head
        && (head.len() != 64 || !head.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        return Err(Error::new(Code::Usage, "audit-head-invalid"));
    }
    let found = context.store()?.read(|tx| audit::verify(tx, head.as_deref()))?;
    let (done, document, text) = match &found {
        Verification::Whole { events, head } => (
            Done::Well,
            json!({ "verdict": "whole", "events": events, "head": head }),
            context
                .text("audit-whole", &[("events", (*events as u64).into()), ("head", head.as_str().into())]),
        ),
        Verification::BrokenAt(seq) => (
            Done::Refused,
            json!({ "verdict": "broken", "at": seq }),
            context.text("audit-broken", &[("seq", seq.to_string().into())]),
        ),
        Verification::Cut { last, expected } => (
            Done::Refused,
            json!({ "verdict": "cut", "last": last, "expected": expected }),
            context.text(
                "audit-cut",
                &[("last", last.to_string().into()), ("expected", expected.to_string().into())],
            ),
        ),
        Verification::HeadUnknown => {
            (Done::Refused, json!({ "verdict": "head-unknown" }), context.text("audit-head-unknown", &[]))
        }
    };
    if as_json {
        say_json(&document)?
    } else {
        say(text)?
    }
    Ok(done)
}
