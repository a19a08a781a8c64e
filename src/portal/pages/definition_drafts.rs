//! What becomes of open drafts when a definition gets a new major version: asked
//! before it is added, and changed later.

use zeroize::Zeroizing;

use super::definition::{named, notices};
use crate::{
    definition::{Definition, Version},
    domain::{member::not_found, older_drafts::OlderDrafts},
    error::Result,
    portal::{answer::Answer, content::content, errors::Errors, visit::Visit},
    store::{session, version},
};

/// The field, and the parameter of the address, that names the definition that
/// waits for the answer.
const WAITING: &str = "waiting";

/// Sends on to the question. Until it is answered the definition waits with the
/// session, and is not added.
pub fn begin(visit: &Visit<'_>, definition: &Definition) -> Result<Answer> {
    let session = visit.who()?.session.id;
    let waiting = visit.write(|tx| session::keep(tx, session, &definition.to_source()))?;
    let (name, version) = (&definition.name, definition.version);
    Ok(Answer::redirect(format!("/ssp/definitions/{name}/{version}/drafts?{WAITING}={waiting}")))
}

/// The page of a definition that was added.
pub fn added(definition: &Definition, is_new: bool) -> Answer {
    let done = if is_new { "definition-added" } else { "definition-known" };
    Answer::redirect(format!("/ssp/definitions/{}/{}?done={done}", definition.name, definition.version))
}

/// The question.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    form(visit, visit.query.get(WAITING), &Errors::default())
}

/// The answer: the definition that waits for it is added.
pub fn post(visit: &Visit<'_>) -> Result<Answer> {
    let waiting = visit.form.get(WAITING);
    let Some(drafts) = OlderDrafts::from_word(visit.form.get("drafts")) else {
        let mut errors = Errors::default();
        errors.need("drafts", "definition-drafts", visit.language);
        return form(visit, waiting, &errors);
    };
    let (by, name) = (visit.actor(), visit.param("name"));
    if waiting.is_empty() {
        let version = version_of(visit)?;
        visit.write(|tx| version::choose(tx, &by, name, version, drafts))?;
        return Ok(Answer::redirect(format!("/ssp/definitions/{name}/{version}?done=definition-drafts")));
    }
    let definition = kept(visit, waiting)?;
    let session = visit.who()?.session.id;
    let is_new = visit.write(|tx| {
        session::drop_kept(tx, session, waiting)?;
        version::introduce(tx, &by, &definition, Some(drafts))
    })?;
    Ok(added(&definition, is_new))
}

fn form(visit: &Visit<'_>, waiting: &str, errors: &Errors) -> Result<Answer> {
    let (name, version) = (visit.param("name"), version_of(visit)?);
    let language = visit.language;
    let (title, notices) = match waiting {
        "" => {
            let known = visit.read(|tx| named(tx, name, visit.param("version")))?;
            (known.titles.get(language).to_owned(), Vec::new())
        }
        waiting => {
            let definition = kept(visit, waiting)?;
            (definition.titles.get(language).to_owned(), notices(&definition, language))
        }
    };
    let (drafts, chosen, onward_before) = visit.read(|tx| {
        let chosen = version::choice(tx, name, version.major())?.unwrap_or_default();
        let onward_before = version::onward_before(tx, name, version)?;
        Ok((version::drafts_before(tx, name, version)?, chosen, onward_before))
    })?;
    let content = content! {
        errors, name, version => version.to_string(), title, drafts, waiting, chosen => chosen.as_str(),
        major => version.major(), onward_before, notices, choices => OlderDrafts::ALL.map(OlderDrafts::as_str),
    };
    Ok(visit.page("definition_drafts.html", content).status(errors.status()))
}

/// The definition that waits under this name.
fn kept(visit: &Visit<'_>, waiting: &str) -> Result<Definition> {
    let session = visit.who()?.session.id;
    let source: Option<Zeroizing<String>> = visit.read(|tx| session::kept(tx, session, waiting))?;
    let definition = Definition::from_source(&source.ok_or_else(not_found)?)?;
    let is_it = definition.name == visit.param("name") && definition.version == version_of(visit)?;
    if is_it { Ok(definition) } else { Err(not_found()) }
}

fn version_of(visit: &Visit<'_>) -> Result<Version> {
    visit.param("version").parse().map_err(|()| not_found())
}
