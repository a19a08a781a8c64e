//! Groups: the list, one group's page, its revisions.

use serde::Serialize;

use crate::{
    domain::{account::AccountId, api_key::ApiKeyId, organisation::Organisation, role::Permission},
    error::Result,
    language::Language,
    portal::{answer::Answer, content::content, visit::Visit},
    store::{Tx, account, api_key, attention, organisation, revision},
};

/// A group in the list.
#[derive(Serialize)]
struct Row {
    title: String,
    nihdi: String,
    is_active: bool,
    roles: Vec<&'static str>,
}

/// The list, with a search by title and number.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    let standing = &visit.who()?.standing;
    let search = visit.query.get("search");
    let found = visit.read(|tx| organisation::search(tx, search))?;
    let row = |group: Organisation| Row {
        roles: standing.grants(group.id).iter().map(|grant| grant.role.name()).collect(),
        is_active: group.is_active,
        nihdi: group.nihdi.as_str().to_owned(),
        title: group.title,
    };
    let rows: Vec<_> = found.into_iter().filter(|group| standing.sees(group.id)).map(row).collect();
    let may_add = standing.permits_everywhere(Permission::Organisations);
    Ok(visit.page("groups.html", content! { rows, search, may_add }))
}

/// One group's page: its numbers, its certificate, its counts.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?;
    let may_count = visit.permits(Permission::RegistrationCounts);
    let (attention, counts) = visit.read(|tx| {
        let counts = visit.portal.figures.of(tx, group.id)?.total.clone();
        Ok((attention::of(tx, group.id, &counts)?, may_count.then_some(counts)))
    })?;
    let content = content! {
        cbe => group.cbe,
        definitions => group.definitions,
        ehp => group.ehp,
        is_active => group.is_active,
        requires_second_factor => group.requires_second_factor,
        may_edit => visit.permits(Permission::Organisations),
        has_certificate => !attention.has_no_certificate,
        certificate_days => attention.certificate_days,
        counts,
    };
    Ok(visit.page("group.html", content))
}

/// What was changed about the group, by whom and why.
pub fn revisions(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?;
    let rows = visit.read(|tx| {
        let revisions = revision::list(tx, group.id)?;
        let row = |revision: revision::Revision| {
            let actor = person(tx, visit.language, &revision.actor)?;
            Ok(content! { number => revision.number, at => revision.at, actor, message => revision.message,
            title => revision.after.get("title").and_then(|it| it.as_str()),
            nihdi => revision.after.get("nihdi").and_then(|it| it.as_str()),
            definitions => revision.after.get("definitions") })
        };
        revisions.into_iter().map(row).collect::<Result<Vec<_>>>()
    })?;
    Ok(visit.page("group_revisions.html", content! { rows }))
}

/// The e-mail address of an actor that is an account, the name of a system's API
/// key, what the machine calls itself; else the actor itself.
pub fn person(tx: &Tx<'_>, language: Language, actor: &str) -> Result<String> {
    if let Some(key) = ApiKeyId::of_actor(actor) {
        return Ok(api_key::name(tx, key)?.unwrap_or_else(|| actor.to_owned()));
    }
    match actor.strip_prefix("account:").and_then(|id| id.parse().ok()) {
        Some(id) => Ok(account::get(tx, AccountId(id))?.email),
        None => Ok(match actor.strip_prefix("cli:") {
            Some("unknown") => language.text("actor-cli-unknown", &[]),
            Some(user) => language.text("actor-cli", &[("user", user.into())]),
            None => {
                let id = format!("actor-{actor}");
                if language.has(&id) { language.text(&id, &[]) } else { actor.to_owned() }
            }
        }),
    }
}
