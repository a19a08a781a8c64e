//! API keys: made in the portal for the systems of an organisation.
//!
//! The secret is 256 random bits, so that guessing is hopeless and its SHA-256
//! gives nothing away. Wrong ones are slowed down all the same: by the key that
//! they claim to be of, from each network address for itself, so that nobody
//! can shut a system out that sits elsewhere.

use std::net::IpAddr;

use aws_lc_rs::{constant_time::verify_slices_are_equal, digest, rand};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use rusqlite::{OptionalExtension, Row, params};
use serde_json::json;
use zeroize::Zeroizing;

use super::{Purpose, Tx, audit, limit, login, member, organisation};
use crate::{
    clock,
    domain::{
        account::{AccountId, Actor},
        api_key::{ApiKey, ApiKeyId, MOST_DAYS, NAME_LETTERS, Standing},
        login::{party, wait_of_account, wait_of_address},
        member::{Reach, forbidden, not_found},
        organisation::OrganisationId,
        role::Permission,
    },
    error::{Error, Result},
};

/// What a system proves itself with. It has no `Debug` and no `Display`.
pub struct Secret(Zeroizing<String>);

/// What a new API key is for.
#[derive(Clone, Debug)]
pub struct NewApiKey<'a> {
    /// What people call the system.
    pub name: &'a str,
    /// The definitions, each with its name and project; at least one.
    pub definitions: &'a [(String, String)],
    /// Whether it may also read what was submitted.
    pub may_read: bool,
    /// Until when it is good, in milliseconds since 1970.
    pub expires_at: i64,
}

/// What a request proves.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Proof {
    /// It is this key's.
    Of(ApiKey),
    /// Nothing.
    Wrong,
    /// Nothing is looked at before this moment, in milliseconds since 1970.
    Waits(i64),
}

/// What a request carries.
pub struct Presented {
    /// The key that it claims to be of: HTTP Basic has a user name.
    pub user: Option<String>,
    /// The secret.
    pub secret: Secret,
}

/// Before each secret, so that scanners for leaked secrets know it.
const PREFIX: &str = "hd4dp_";

impl Secret {
    /// A secret as a system sends it. It need not be of any key.
    pub fn received(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// The text for the one who made the key, and for nobody else.
    pub fn text(&self) -> &str {
        &self.0
    }

    fn new() -> Result<Self> {
        let mut bytes = Zeroizing::new([0; 32]);
        rand::fill(&mut *bytes).map_err(Error::internal)?;
        let letters = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(bytes.as_slice()));
        Ok(Self(Zeroizing::new([PREFIX, &letters].concat())))
    }

    fn hash(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref().to_vec()
    }
}

/// Makes a key. Its secret can never be had again.
///
/// # Errors
///
/// `NotFound` or `Forbidden` to who may not give systems access to the projects
/// of these definitions, or who may not read all their registrations and wants
/// the key to; `Forbidden` also for a definition that the organisation is not to
/// use; `Invalid` for a name, a list or a time that cannot be.
pub fn make(
    tx: &Tx<'_>,
    by: &Actor,
    organisation: OrganisationId,
    new: &NewApiKey<'_>,
) -> Result<(ApiKey, Secret)> {
    may_make(tx, by, organisation, new)?;
    organisation::must_be_active(tx, organisation)?;
    new.definitions.iter().try_for_each(|(name, _)| limit::must_use(tx, organisation, name))?;
    let name = new.name.trim();
    let now = tx.now.as_millisecond();
    let most = now + MOST_DAYS * 86_400_000;
    match () {
        () if name.is_empty()
            || name.chars().count() > NAME_LETTERS
            || name.chars().any(char::is_control) =>
        {
            return Err(Error::invalid("api-key-name-wrong").with("limit", NAME_LETTERS as u64));
        }
        () if new.definitions.is_empty() => return Err(Error::invalid("api-key-definitions-none")),
        () if new.expires_at <= now || new.expires_at > most => {
            return Err(Error::invalid("api-key-until-wrong").with("limit", MOST_DAYS as u64));
        }
        () => {}
    }
    let secret = Secret::new()?;
    let mut definitions: Vec<&str> = new.definitions.iter().map(|(name, _)| name.as_str()).collect();
    definitions.sort_unstable();
    definitions.dedup();
    tx.sql.execute(
        "INSERT INTO api_key (organisation, name, hash, definitions, may_read, made_by, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            organisation.0,
            name,
            secret.hash(),
            json!(definitions).to_string(),
            new.may_read,
            by.account().map(|id| id.0),
            now,
            new.expires_at
        ],
    )?;
    let key = get(tx, organisation, ApiKeyId(tx.sql.last_insert_rowid()))?;
    let details = json!({
        "api_key": key.id.0, "definitions": key.definitions, "may_read": key.may_read,
        "until": day(key.expires_at)?
    });
    audit::record(tx, &by.to_string(), "api-key.make", Some(organisation), &details)?;
    Ok((key, secret))
}

/// Makes a key good for nothing.
///
/// # Errors
///
/// `NotFound` or `Forbidden` to who may not give systems access; `NotFound` for
/// a key of another organisation. One that is revoked already stays so.
pub fn revoke(tx: &Tx<'_>, by: &Actor, organisation: OrganisationId, id: ApiKeyId) -> Result<()> {
    member::require(tx, by, Permission::ApiKeysEdit, Some(organisation))?;
    if get(tx, organisation, id)?.revoked_at.is_some() {
        return Ok(());
    }
    tx.sql.execute("UPDATE api_key SET revoked_at = ?2 WHERE id = ?1", [id.0, tx.now.as_millisecond()])?;
    let details = json!({ "api_key": id.0 });
    audit::record(tx, &by.to_string(), "api-key.revoke", Some(organisation), &details)
}

/// The organisation's keys, the newest first.
pub fn list(tx: &Tx<'_>, organisation: OrganisationId) -> Result<Vec<ApiKey>> {
    let mut statement =
        tx.sql.prepare_cached("SELECT * FROM api_key WHERE organisation = ?1 ORDER BY id DESC")?;
    let rows = statement.query_map([organisation.0], api_key)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// One key of the organisation.
pub fn get(tx: &Tx<'_>, organisation: OrganisationId, id: ApiKeyId) -> Result<ApiKey> {
    let mut statement = tx.sql.prepare_cached("SELECT * FROM api_key WHERE organisation = ?1 AND id = ?2")?;
    statement.query_row([organisation.0, id.0], api_key).optional()?.ok_or_else(not_found)
}

/// The name of a key, whosever it is, for who may read the audit.
pub fn name(tx: &Tx<'_>, id: ApiKeyId) -> Result<Option<String>> {
    let mut statement = tx.sql.prepare_cached("SELECT name FROM api_key WHERE id = ?1")?;
    Ok(statement.query_row([id.0], |row| row.get(0)).optional()?)
}

/// Whether what is presented proves a good key. Writes nothing: what is wrong
/// is to be counted with [`fail`].
pub fn prove(tx: &Tx<'_>, presented: &Presented, address: IpAddr) -> Result<Proof> {
    let now = tx.now.as_millisecond();
    let hash = presented.secret.hash();
    let known = match &presented.user {
        Some(user) => {
            let until = login::counted(tx, &claimed(tx, user, address))?.wait_until;
            if until > now {
                return Ok(Proof::Waits(until));
            }
            let found = ApiKeyId::of_user(user).map(|id| with_hash(tx, "id", &id.0)).transpose()?;
            found.flatten()
        }
        None => with_hash(tx, "hash", &hash)?,
    };
    // A key that does not exist costs the same comparison.
    let (key, expected) = known.map_or((None, vec![0; 32]), |(key, hash)| (Some(key), hash));
    let is_right = verify_slices_are_equal(&hash, &expected).is_ok();
    match key.filter(|key| is_right && key.standing(now) == Standing::Good) {
        Some(key) if organisation::get(tx, key.organisation)?.is_active => Ok(Proof::Of(key)),
        _ => {
            let until = login::counted(tx, &anybody(tx, address))?.wait_until;
            Ok(if until > now { Proof::Waits(until) } else { Proof::Wrong })
        }
    }
}

/// Counts what was wrong. What was presented is not stored.
pub fn fail(tx: &Tx<'_>, presented: &Presented, address: IpAddr) -> Result<()> {
    let shown = party(address).to_string();
    let user = presented.user.as_deref();
    let failures = match user {
        Some(user) => login::count(tx, &claimed(tx, user, address), None, &shown, wait_of_account)?,
        None => 0,
    };
    login::count(tx, &anybody(tx, address), None, &shown, wait_of_address)?;
    let key = user.and_then(ApiKeyId::of_user);
    let key = key.map(|id| with_hash(tx, "id", &id.0)).transpose()?.flatten().map(|(key, _)| key);
    let details =
        json!({ "api_key": key.as_ref().map(|key| key.id.0), "address": shown, "failures": failures });
    audit::record(tx, "visitor", "api-key.fail", key.map(|key| key.organisation), &details)
}

/// Whether the one who let this key read may still read all registrations of
/// `project`.
pub fn may_read(tx: &Tx<'_>, key: &ApiKey, project: &str) -> Result<bool> {
    let Some(maker) = key.made_by.filter(|_| key.may_read) else { return Ok(key.may_read) };
    let projects = member::standing(tx, maker)?.projects(Permission::RegistrationsRead, key.organisation);
    Ok(projects.reach(project) == Some(Reach::All))
}

fn may_make(tx: &Tx<'_>, by: &Actor, organisation: OrganisationId, new: &NewApiKey<'_>) -> Result<()> {
    let Actor::Account(id) = by else { return Ok(()) };
    let standing = member::standing(tx, *id)?;
    let mut needed = vec![Permission::ApiKeysEdit];
    needed.extend(new.may_read.then_some(Permission::RegistrationsRead));
    for permission in needed {
        standing.require(permission, Some(organisation))?;
        let projects = standing.projects(permission, organisation);
        if new.definitions.iter().any(|(_, project)| projects.reach(project) != Some(Reach::All)) {
            return Err(forbidden(permission));
        }
    }
    Ok(())
}

fn day(at: i64) -> Result<String> {
    let at = jiff::Timestamp::from_millisecond(at).map_err(Error::internal)?;
    Ok(clock::local(at).date().to_string())
}

fn with_hash(tx: &Tx<'_>, column: &str, value: &dyn rusqlite::ToSql) -> Result<Option<(ApiKey, Vec<u8>)>> {
    let mut statement = tx.sql.prepare_cached(&format!("SELECT * FROM api_key WHERE {column} = ?1"))?;
    Ok(statement.query_row([value], |row| Ok((api_key(row)?, row.get("hash")?))).optional()?)
}

fn claimed(tx: &Tx<'_>, user: &str, address: IpAddr) -> [u8; 32] {
    tx.keys
        .mac(Purpose::Account, &[b"api key", user.as_bytes(), b"\0", party(address).to_string().as_bytes()])
}

fn anybody(tx: &Tx<'_>, address: IpAddr) -> [u8; 32] {
    tx.keys.mac(Purpose::Account, &[b"api address", party(address).to_string().as_bytes()])
}

fn api_key(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    let definitions: String = row.get("definitions")?;
    Ok(ApiKey {
        id: ApiKeyId(row.get("id")?),
        organisation: OrganisationId(row.get("organisation")?),
        name: row.get("name")?,
        definitions: serde_json::from_str(&definitions).map_err(|_| rusqlite::Error::InvalidQuery)?,
        may_read: row.get("may_read")?,
        made_by: row.get::<_, Option<i64>>("made_by")?.map(AccountId),
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}
