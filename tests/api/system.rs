//! A system with an API key, and what it sends.

#![allow(clippy::unwrap_used)]

use base64::{Engine, prelude::BASE64_STANDARD};
use hd4dp::{
    domain::{account::Actor, api_key::ApiKey},
    store::api_key::{self, NewApiKey},
};
use serde_json::{Value, json};

use crate::{
    common::NIHDI,
    portal::client::{Answer, Person, Portal},
};

/// Where registrations go.
pub const SUBMIT: &str = "/proxy/api/dcd/payload/submit";

/// A system that has a key.
pub struct System {
    pub key: ApiKey,
    pub secret: String,
    pub connection: Person,
}

impl System {
    /// A system of the first organisation that may send diagnoses.
    pub fn of(portal: &Portal) -> Self {
        Self::with(portal, &["INTEGO-DIAG"], false)
    }

    /// A system of the first organisation with a key for these definitions.
    pub fn with(portal: &Portal, definitions: &[&str], may_read: bool) -> Self {
        Self::at(portal, NIHDI, definitions, may_read)
    }

    /// A system of this organisation.
    pub fn at(portal: &Portal, nihdi: &str, definitions: &[&str], may_read: bool) -> Self {
        let definitions: Vec<_> =
            definitions.iter().map(|name| ((*name).to_owned(), "HDBP0147".to_owned())).collect();
        let new = NewApiKey {
            name: "Laboratory",
            definitions: &definitions,
            may_read,
            expires_at: hd4dp::clock::now().as_millisecond() + 3_600_000,
        };
        let by = Actor::System("test".into());
        let group = portal.group(nihdi).id;
        let (key, secret) = portal.store.write(|tx| api_key::make(tx, &by, group, &new)).unwrap();
        Self { key, secret: secret.text().to_owned(), connection: portal.stranger() }
    }

    /// The field that proves who it is, by HTTP Basic.
    pub fn basic(&self) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{}:{}", self.key.id.user(), self.secret)))
    }

    /// Asks.
    pub fn get(&mut self, path: &str) -> Answer {
        let proof = self.basic();
        self.connection.send("GET", path, &[("Authorization", &proof)], b"")
    }

    /// Sends a body of this media type to this address.
    pub fn post(&mut self, path: &str, kind: &str, more: &[(&str, &str)], body: &[u8]) -> Answer {
        let proof = self.basic();
        let headers = [&[("Authorization", proof.as_str()), ("Content-Type", kind)], more].concat();
        self.connection.send("POST", path, &headers, body)
    }

    /// Submits one registration or an array of them.
    pub fn submit(&mut self, payload: &Value) -> Answer {
        self.post(SUBMIT, "application/json", &[], payload.to_string().as_bytes())
    }
}

/// Adds a version of the definition `VISITS`, which has a survey and code lists
/// as CSV.
pub fn define(portal: &Portal, version: &str, survey: &str, choices: &str) {
    let folder = portal.app.path(version);
    std::fs::create_dir_all(&folder).unwrap();
    let settings =
        format!("form_title,form_id,version,default_language\nVisits,VISITS,{version},English (en)\n");
    for (name, text) in [
        ("settings.csv", settings.as_str()),
        ("hd.csv", "key,value\nproject,HDBP0147\nproject_abbreviation,INTEGO\nenrolment_required,no\n"),
        ("survey.csv", survey),
        ("choices.csv", choices),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    portal.app.ok(["definition", "add", folder.to_str().unwrap()]);
}

/// The body of an answer as JSON.
pub fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{answer:?}"))
}

/// A good diagnosis with the number `id`.
pub fn diagnosis(id: &str) -> Value {
    json!({
        "IDC_PAT": "14100635354", "D_PAT_DOB": "2014-10-06", "CD_PAT_SEX": "M", "CD_CNTRY_RES": "BE",
        "CD_PAT_PLC_RESDC": "2060", "CD_HPIN": "17529086004", "TX_PRACTICE": "P03", "TX_DIAG_ID": id,
        "DT_DIAG": "2023-01-27", "CD_DIAG_SYST": "ICPC2", "CD_DIAG": "R74", "TX_DIAG": "text",
        "CD_DIAG_STAT": "RESOLVED", "DT_DIAG_END": "09/02/2023"
    })
}
