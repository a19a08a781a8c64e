//! `GET /proxy/api/organizations` and the menu of what an organisation can
//! send.

use serde_json::{Value, json};

use super::{answer::Answer, call::Call, known::Listed, number};
use crate::{domain::organisation::Organisation, error::Result, store::organisation};

/// The organisations: the key's own, or all.
pub fn list(call: &Call<'_>) -> Result<Answer> {
    let mut known = call.api.store.read(organisation::all)?;
    known.retain(|known| known.is_active);
    if let Some(key) = &call.key {
        known.retain(|known| known.id == key.organisation);
    }
    let told = |known: Organisation| json!({ "organizationId": known.id.0, "name": known.title, "nihdi": known.nihdi.as_str() });
    Answer::json(200, &known.into_iter().map(told).collect::<Vec<_>>())
}

/// Projects, their definitions and the versions of those.
pub fn menu(call: &Call<'_>) -> Result<Answer> {
    let all = call.open_definitions()?;
    let mut projects: Vec<&str> = all.iter().map(|listed| listed.project.as_str()).collect();
    projects.sort_unstable();
    projects.dedup();
    let told = projects.into_iter().map(|project| told(call, project, &all)).collect::<Result<Vec<_>>>()?;
    Answer::json(200, &told)
}

fn told(call: &Call<'_>, project: &str, all: &[Listed]) -> Result<Value> {
    let of_project: Vec<&Listed> = all.iter().filter(|listed| listed.project == project).collect();
    let mut name = String::new();
    let mut dcds = Vec::new();
    for versions in of_project.chunk_by(|a, b| a.name == b.name) {
        let known = call.api.store.read(|tx| call.api.shelf.summary(tx, versions[0]))?;
        name.clone_from(&known.abbreviation);
        let version = |listed: &&Listed| {
            let version = listed.version.to_string();
            json!({ "dcdVersionId": number::version(&listed.name, &version), "version": version })
        };
        dcds.push(json!({
            "dcdId": number::definition(&versions[0].name),
            "name": versions[0].name,
            "title": known.titles.get(call.language),
            "dcdVersions": versions.iter().map(version).collect::<Vec<_>>(),
        }));
    }
    Ok(json!({ "projectId": number::project(project), "code": project, "name": name, "dcds": dcds }))
}
