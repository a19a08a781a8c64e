//! The demo's organisation: its certificate, its physicians but one, and
//! patients who object.

use std::{io, path::Path};

use serde_json::json;

use super::input::{SEED, Shipped};
use crate::{
    cli::{
        Context,
        certificate::{self, Given},
    },
    clock,
    definition::{Definition, PHYSICIANS, Role, find_bundled, sample, sample_physician},
    domain::{identifier::Ssin, organisation::Organisation},
    error::{Error, Result},
    store::{audit, enrolment, organisation},
};

/// The organisation that the sandbox has a certificate for.
const NIHDI: &str = "71099911";

/// The project that the demo is about.
pub(super) const PROJECT: &str = "HDBP0147";

/// The demo's organisation, set up now if it is not there. All of it is one
/// transaction, so that a run that was killed left everything or nothing.
pub(super) fn organisation(context: &Context, sandbox: &Path) -> Result<Organisation> {
    let store = context.store()?;
    let nihdi = context.nihdi(NIHDI)?;
    if let Ok(known) = store.read(|tx| organisation::by_nihdi(tx, &nihdi)) {
        return Ok(known);
    }
    let given = Given {
        file: sandbox.join(format!("{NIHDI}.p12")),
        password_file: sandbox.join("password"),
        anchors: Vec::new(),
        json: false,
    };
    let people = People::find()?;
    let year = clock::today().year();
    let objecting = people.objecting.iter().map(|ssin| {
        Ssin::parse(ssin, year).map_err(|_| Error::internal("a fictitious patient has no good number"))
    });
    let objecting = objecting.collect::<Result<Vec<_>>>()?;
    let enrolled = people.enrolled.iter().map(|nihdi| context.nihdi(nihdi)).collect::<Result<Vec<_>>>()?;
    let actor = context.actor();
    let title = context.text("demo-organisation", &[]);
    store.write(|tx| {
        let added = organisation::add(tx, &nihdi, &title, &[], &[])?;
        let details = json!({ "nihdi": NIHDI, "title": title });
        audit::record(tx, &actor, "organisation.add", Some(added.id), &details)?;
        let verdict = certificate::judge(context, &given, Some(&added))?;
        if !verdict.accepted() {
            return Err(Error::invalid("demo-certificate-refused"));
        }
        crate::certificate::add(tx, &actor, &added, &verdict)?;
        for physician in &enrolled {
            enrolment::add(tx, added.id, PROJECT, physician, clock::today())?;
        }
        let details = json!({ "project": PROJECT, "count": enrolled.len() });
        audit::record(tx, &actor, "enrolment.add", Some(added.id), &details)?;
        for patient in &objecting {
            enrolment::object(tx, added.id, Some(PROJECT), patient)?;
        }
        let details = json!({ "project": PROJECT, "count": objecting.len() });
        audit::record(tx, &actor, "objection.add", Some(added.id), &details)?;
        Ok(added)
    })
}

/// Who takes part and who objects, in the extract and in the generated rows.
struct People {
    enrolled: Vec<String>,
    objecting: Vec<String>,
}

/// So many rows hold at least two patients.
const SOME_ROWS: u64 = 200;

impl People {
    /// Of the generated rows the first patient objects, and the physician of
    /// the next one does not take part: both do occur, however few rows there
    /// are.
    fn find() -> Result<Self> {
        let rows = find_bundled("INTEGO-LAB").map_or(Ok(Vec::new()), |definition| seen(&definition));
        let rows = rows.map_err(Error::internal)?;
        let first = rows.first().ok_or_else(|| Error::internal("no fictitious patient"))?;
        let left_out = rows.iter().map(|(_, physician)| physician).find(|physician| **physician != first.1);
        let physicians = (0..PHYSICIANS).map(sample_physician);
        let mut enrolled = listed("enrolled-physicians.csv");
        enrolled.extend(physicians.filter(|physician| Some(physician) != left_out));
        let mut objecting = listed("objecting-patients.csv");
        objecting.push(first.0.clone());
        Ok(Self { enrolled, objecting })
    }
}

/// Patient and physician of the first generated rows, without mistakes.
fn seen(definition: &Definition) -> io::Result<Vec<(String, String)>> {
    let mut text = Vec::new();
    sample(definition, SOME_ROWS, SEED, 0.0, &mut text)?;
    let place = |role| definition.with_role(role).unwrap_or_default();
    let (patient, physician) = (place(Role::Patient), place(Role::Physician));
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_slice());
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row?;
        let cell = |at| row.get(at).unwrap_or_default().to_owned();
        rows.push((cell(patient), cell(physician)));
    }
    Ok(rows)
}

/// The values of a shipped list, which has one column.
fn listed(name: &str) -> Vec<String> {
    let file = Shipped::get(name).map(|file| file.data.into_owned()).unwrap_or_default();
    let text = String::from_utf8_lossy(&file).into_owned();
    text.lines().skip(1).map(str::to_owned).collect()
}
