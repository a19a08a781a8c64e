//! One request on its way through the API.

use std::sync::Arc;

use super::{
    Api,
    known::{Known, Listed, choose, list},
    route::Route,
    routes::ROUTES,
};
use crate::{
    domain::{api_key::ApiKey, form::Form, identifier::Nihdi, organisation::Organisation},
    error::{Code, Error, Result},
    front::Head,
    intake::header::quoted,
    language::Language,
    store::{limit, organisation, version},
};

/// The parameter that names the organisation.
const ORGANISATION: &str = "organization-id";

/// One request.
pub struct Call<'a> {
    /// What all requests share.
    pub api: &'a Api,
    /// Its head.
    pub head: &'a Head,
    /// Its line in the table.
    pub route: &'static Route,
    /// The part of its path that stands in braces in the table.
    pub part: &'a str,
    /// What stood behind the `?`.
    pub query: Form,
    /// The key that it came with.
    pub key: Option<Arc<ApiKey>>,
    /// The language of the answer.
    pub language: Language,
    /// Its body.
    pub body: &'a [u8],
}

impl Call<'_> {
    /// The value of a parameter that the table names; none if it is missing or
    /// empty.
    pub fn param(&self, name: &str) -> Option<&str> {
        debug_assert!(self.route.takes(name), "{name} is not in the table");
        Some(self.query.get(name)).filter(|value| !value.is_empty())
    }

    /// Whether a parameter says yes; `usual` if it says nothing.
    pub fn flag(&self, name: &str, usual: bool) -> bool {
        self.param(name).map_or(usual, |value| value == "true")
    }

    /// The key that the request came with.
    ///
    /// # Errors
    ///
    /// There is none, which the route's need rules out.
    pub fn key(&self) -> Result<&Arc<ApiKey>> {
        self.key.as_ref().ok_or_else(|| Error::new(Code::Unauthorized, "api-key-needed"))
    }

    /// Checks the parameters against the table, and that the organisation they
    /// name is the key's. What only other addresses take is passed over: systems
    /// send the same parameters everywhere.
    ///
    /// # Errors
    ///
    /// `Usage` for what is missing, unknown, given twice or no such value;
    /// `NotFound` as [`organisation`](Self::organisation).
    pub fn check(&self) -> Result<()> {
        let is_unknown = |name: &&str| {
            !self.route.takes(name)
                && (self.route.must_take(name) || !ROUTES.iter().any(|route| route.takes(name)))
        };
        if let Some(name) = self.query.names().find(is_unknown) {
            return Err(Error::new(Code::Usage, "api-param-unknown").with("name", quoted(name)));
        }
        for param in self.route.params {
            let wrong = |id| Err(Error::new(Code::Usage, id).with("name", param.name));
            let mut given = self.query.all(param.name);
            match (given.next(), given.next()) {
                (None, _) if param.required => return wrong("api-param-missing"),
                (Some(_), Some(_)) => return wrong("api-param-twice"),
                (Some(value), None) if !param.kind.takes(value) => return wrong("api-param-wrong"),
                _ => {}
            }
        }
        // A key never acts where another organisation was meant.
        if self.route.takes(ORGANISATION) || (self.key.is_some() && self.query.has(ORGANISATION)) {
            self.organisation()?;
        }
        Ok(())
    }

    /// The organisation that the request is about, by its number here or its
    /// NIHDI number; the key's own if none is named.
    ///
    /// # Errors
    ///
    /// `NotFound` for one that is not there, or not the key's.
    pub fn organisation(&self) -> Result<Option<Organisation>> {
        let unknown = || Error::new(Code::NotFound, "api-organisation-unknown");
        let wanted = self.query.get(ORGANISATION);
        if wanted.is_empty() {
            let Some(key) = &self.key else { return Ok(None) };
            return self.api.store.read(|tx| organisation::get(tx, key.organisation)).map(Some);
        }
        let all = self.api.store.read(organisation::all)?;
        let nihdi = Nihdi::stored(wanted.to_owned());
        let is_it = |known: &Organisation| {
            known.id.0.to_string() == wanted
                || nihdi.as_ref().is_some_and(|nihdi| nihdi.key() == known.nihdi.key())
        };
        let is_open = |known: &Organisation| {
            known.is_active && self.key.as_ref().is_none_or(|key| key.organisation == known.id)
        };
        all.into_iter().find(|known| is_it(known) && is_open(known)).map(Some).ok_or_else(unknown)
    }

    /// The definitions that this request may know of.
    pub fn definitions(&self) -> Result<Vec<Listed>> {
        let mut all = self.api.store.read(list)?;
        if let Some(key) = &self.key {
            all.retain(|listed| key.is_for(&listed.name));
        }
        Ok(all)
    }

    /// Those of them, in the versions, that something can be sent under.
    pub fn open_definitions(&self) -> Result<Vec<Listed>> {
        let mut all = self.definitions()?;
        let organisation = match &self.key {
            Some(key) => Some(self.api.store.read(|tx| organisation::get(tx, key.organisation))?),
            None => self.organisation()?,
        };
        let closed = self.api.store.read(version::closed)?;
        all.retain(|listed| {
            organisation.as_ref().is_none_or(|known| known.takes(&listed.name))
                && !closed.has(&listed.name, listed.version)
        });
        Ok(all)
    }

    /// The definition that `wanted` and `named`, a version, name.
    ///
    /// # Errors
    ///
    /// `NotFound`, `Forbidden` for one that the key is not for or its
    /// organisation not to use, `Usage` if none is named and there is more than
    /// one.
    pub fn definition(&self, wanted: Option<&str>, named: Option<&str>) -> Result<Arc<Known>> {
        let all = match (wanted, named) {
            (None, None) => self.open_definitions()?,
            _ => self.api.store.read(list)?,
        };
        let listed = choose(all, wanted, named)?;
        if self.key.as_ref().is_some_and(|key| !key.is_for(&listed.name)) {
            return Err(Error::new(Code::Forbidden, "api-dcd-forbidden").with("name", listed.name));
        }
        self.api.store.read(|tx| {
            if let Some(key) = &self.key {
                limit::must_use(tx, key.organisation, &listed.name)?;
            }
            self.api.shelf.get(tx, &listed)
        })
    }
}

/// The language that the request asks for: by its parameter, else by what its
/// program prefers, else the installation's.
pub fn language(head: &Head, query: &Form, usual: Option<Language>) -> Language {
    let known = |code: &str| {
        let code = code.trim().get(..2)?.to_ascii_lowercase();
        Language::ALL.into_iter().find(|language| language.code() == code)
    };
    let preferred = || head.header("accept-language")?.split(',').find_map(known);
    known(query.get("language-id")).or_else(preferred).or(usual).unwrap_or_default()
}
