//! API keys of a group's systems: the list, a new one, the end of one.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use serde::Serialize;

use crate::{
    clock,
    domain::{
        api_key::{ApiKey, ApiKeyId, Standing},
        member::Reach,
        role::Permission,
    },
    error::{Error, Result},
    portal::{
        answer::Answer,
        content::content,
        errors::{Errors, mendable},
        pages::group::person,
        visit::Visit,
    },
    store::{
        api_key::{self, NewApiKey},
        definition,
    },
};

/// A key in the list.
#[derive(Serialize)]
struct Row {
    id: i64,
    name: String,
    user: String,
    definitions: Vec<String>,
    /// Those of them that the group is not to use.
    limited: Vec<String>,
    may_read: bool,
    standing: Standing,
    created_at: i64,
    maker: Option<String>,
    expires_at: i64,
}

/// A definition to tick.
#[derive(Serialize)]
struct Choice {
    name: String,
    project: String,
    is_chosen: bool,
}

/// The form as it was filled in.
#[derive(Default, Serialize)]
struct Fields {
    name: String,
    until: String,
    may_read: bool,
}

/// The list.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?;
    let now = clock::now().as_millisecond();
    let rows = visit.read(|tx| {
        let row = |key: ApiKey| {
            let maker = key.made_by.map(|id| format!("account:{}", id.0));
            Ok(Row {
                id: key.id.0,
                user: key.id.user(),
                standing: key.standing(now),
                maker: maker.map(|maker| person(tx, visit.language, &maker)).transpose()?,
                name: key.name,
                limited: key.definitions.iter().filter(|name| !group.takes(name)).cloned().collect(),
                definitions: key.definitions,
                may_read: key.may_read,
                created_at: key.created_at,
                expires_at: key.expires_at,
            })
        };
        api_key::list(tx, group.id)?.into_iter().map(row).collect::<Result<Vec<_>>>()
    })?;
    let may_edit = visit.permits(Permission::ApiKeysEdit);
    Ok(visit.page("api_keys.html", content! { rows, may_edit }))
}

/// The empty form: good for a year.
pub fn add(visit: &Visit<'_>) -> Result<Answer> {
    let until = clock::today().checked_add(1.year()).map_err(Error::internal)?.to_string();
    form(visit, Fields { until, ..Fields::default() }, &[], &Errors::default())
}

/// Makes a key; its secret is shown once.
pub fn post_add(visit: &Visit<'_>) -> Result<Answer> {
    let (by, group) = (visit.actor(), visit.group()?.id);
    let fields = Fields {
        name: visit.form.get("name").to_owned(),
        until: visit.form.get("until").to_owned(),
        may_read: visit.form.has("read"),
    };
    let chosen: Vec<&str> = visit.form.all("definition").collect();
    let mut definitions = open_to(visit, Permission::ApiKeysEdit)?;
    definitions.retain(|name, _| chosen.contains(&name.as_str()));
    let definitions: Vec<_> = definitions.into_iter().collect();
    let new = NewApiKey {
        name: &fields.name,
        definitions: &definitions,
        may_read: fields.may_read,
        expires_at: end_of(&fields.until),
    };
    let field = |error: &Error| match error.id {
        "api-key-name-wrong" => "name",
        "api-key-until-wrong" => "until",
        _ => "",
    };
    match mendable(visit.write(|tx| api_key::make(tx, &by, group, &new)), visit.language, field)? {
        Ok((key, secret)) => {
            let host = visit.head.header("host").unwrap_or("localhost");
            let content = content! {
                name => key.name, user => key.id.user(), secret => secret.text(), until => key.expires_at,
                address => format!("https://{host}/proxy"),
            };
            Ok(visit.page("api_key_shown.html", content))
        }
        Err(errors) => form(visit, fields, &chosen, &errors),
    }
}

/// Asks before a key is revoked.
pub fn ask_revoke(visit: &Visit<'_>) -> Result<Answer> {
    let (group, id) = (visit.group()?.id, ApiKeyId(visit.number("key")?));
    let key = visit.read(|tx| api_key::get(tx, group, id))?;
    Ok(visit.page("api_key_revoke.html", content! { name => key.name, id => key.id.0 }))
}

/// Makes a key good for nothing.
pub fn revoke(visit: &Visit<'_>) -> Result<Answer> {
    let (by, group, id) = (visit.actor(), visit.group()?.id, ApiKeyId(visit.number("key")?));
    visit.write(|tx| api_key::revoke(tx, &by, group, id))?;
    Ok(Answer::redirect(visit.group_path("/api?done=api-key-revoked")))
}

fn form(visit: &Visit<'_>, fields: Fields, chosen: &[&str], errors: &Errors) -> Result<Answer> {
    let choice = |(name, project): (String, String)| Choice {
        is_chosen: chosen.contains(&name.as_str()),
        name,
        project,
    };
    let definitions: Vec<_> = open_to(visit, Permission::ApiKeysEdit)?.into_iter().map(choice).collect();
    let may_read = !open_to(visit, Permission::RegistrationsRead)?.is_empty();
    Ok(visit
        .page("api_key_add.html", content! { fields, definitions, may_read, errors })
        .status(errors.status()))
}

/// The definitions that the group may use and in whose projects the person has
/// `permission` over all registrations, with their projects.
fn open_to(visit: &Visit<'_>, permission: Permission) -> Result<BTreeMap<String, String>> {
    let projects = visit.who()?.standing.projects(permission, visit.group()?.id);
    let all = visit.read(definition::all)?;
    let group = visit.group()?;
    let open = all
        .iter()
        .filter(|known| projects.reach(&known.project) == Some(Reach::All) && group.takes(&known.name));
    Ok(open.map(|known| (known.name.clone(), known.project.clone())).collect())
}

/// The end of a day in milliseconds since 1970; 0 for what is no day.
fn end_of(day: &str) -> i64 {
    let next = day.parse::<Date>().ok().and_then(|day| day.tomorrow().ok());
    let end = next.and_then(|day| day.to_zoned(clock::belgium()).ok());
    end.map_or(0, |end| end.timestamp().as_millisecond() - 1)
}
