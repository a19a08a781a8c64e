//! One request on its way through the portal: who asks, for which
//! organisation, with what.

use minijinja::Value;

use super::{
    Portal,
    answer::Answer,
    content::Framed,
    form::Form,
    frame,
    receive::Spooled,
    route::{Params, Route},
    upload::File,
};
use crate::{
    domain::{
        account::{Account, Actor},
        member::Standing,
        organisation::Organisation,
        role::Permission,
    },
    error::{Code, Error, Result},
    front::Head,
    language::{Arg, Language},
    store::{
        Store, Tx, audit,
        session::{Session, Token},
    },
};

/// One request.
pub struct Visit<'a> {
    /// What all visits share.
    pub portal: &'a Portal,
    /// The head of the request.
    pub head: &'a Head,
    /// Its line in the route table.
    pub route: &'a Route,
    /// The parts of its path.
    pub params: Params,
    /// What stood behind the `?`.
    pub query: Form,
    /// The fields of its body.
    pub form: Form,
    /// The small file that came with the form.
    pub file: Option<File>,
    /// The file of any size that came with the form.
    pub spooled: Option<Spooled>,
    /// The language of the answer.
    pub language: Language,
    /// Who asks, if somebody has logged in or begun to.
    pub who: Option<Who>,
    /// The organisation that the path names; not yet known to be open to them.
    pub(super) named: Option<Organisation>,
    /// The organisation that the path names, once it is.
    pub group: Option<Organisation>,
    /// What a form of this page has to carry.
    pub csrf: String,
    /// What the browser is to be tied to its forms with, if nothing does yet.
    pub(super) arrival: Option<Token>,
    /// Whether the form was kept because its session had ended.
    pub(super) is_kept: bool,
}

/// Somebody who has logged in, or begun to.
#[derive(Clone)]
pub struct Who {
    /// The session.
    pub session: Session,
    /// Whose it is.
    pub account: Account,
    /// What they may do.
    pub standing: Standing,
    /// Whether they need a second factor and have none.
    pub lacks_factor: bool,
}

impl Who {
    /// Whether the log-in is complete.
    pub fn has_arrived(&self) -> bool {
        self.next_step().is_none()
    }

    /// The page of the log-in that comes next, if it is not complete.
    pub fn next_step(&self) -> Option<&'static str> {
        if !self.session.is_complete {
            Some("/ssp/login/code")
        } else if self.account.temporary_until.is_some() {
            Some("/ssp/welcome")
        } else if self.lacks_factor {
            Some("/ssp/me/second-factor")
        } else {
            None
        }
    }
}

impl Visit<'_> {
    /// The store.
    pub fn store(&self) -> &Store {
        &self.portal.store
    }

    /// Runs `act` on one consistent view of the store.
    pub fn read<T>(&self, act: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        self.portal.store.read(act)
    }

    /// Runs `act` in a transaction.
    pub fn write<T>(&self, act: impl FnOnce(&Tx<'_>) -> Result<T>) -> Result<T> {
        self.portal.store.write(act)
    }

    /// Who asks.
    ///
    /// # Errors
    ///
    /// Nobody is logged in, which the route's need rules out.
    pub fn who(&self) -> Result<&Who> {
        self.who.as_ref().ok_or_else(|| Error::new(Code::Unauthorized, "login-needed"))
    }

    /// The organisation that the path names.
    ///
    /// # Errors
    ///
    /// The path names none, which the route's need rules out.
    pub fn group(&self) -> Result<&Organisation> {
        self.group.as_ref().ok_or_else(|| Error::new(Code::NotFound, "page-not-found"))
    }

    /// Whether they may, in the organisation of the path if there is one, else
    /// in the installation.
    pub fn permits(&self, permission: Permission) -> bool {
        let Some(who) = &self.who else { return false };
        match &self.group {
            Some(group) => who.standing.permits(permission, group.id),
            None => who.standing.permits_everywhere(permission),
        }
    }

    /// A part of the path.
    pub fn param(&self, name: &str) -> &str {
        self.params.get(name)
    }

    /// A part of the path that is a number.
    ///
    /// # Errors
    ///
    /// It is none, so there is no such page.
    pub fn number(&self, name: &str) -> Result<i64> {
        self.param(name).parse().map_err(|_| Error::new(Code::NotFound, "page-not-found"))
    }

    /// Who acts.
    pub fn actor(&self) -> Actor {
        match &self.who {
            Some(who) => Actor::Account(who.account.id),
            None => Actor::System("portal".to_owned()),
        }
    }

    /// Writes an event of this person down.
    pub fn audit(&self, tx: &Tx<'_>, act: &str, details: &serde_json::Value) -> Result<()> {
        audit::record(tx, &self.actor().to_string(), act, self.group.as_ref().map(|group| group.id), details)
    }

    /// A text in the language of the answer.
    pub fn text(&self, id: &str, args: &[(&str, Arg)]) -> String {
        self.language.text(id, args)
    }

    /// A page: what `content` says, in the frame that all pages have.
    pub fn page(&self, template: &'static str, content: Value) -> Answer {
        let frame = frame::of(self);
        Answer::page(template, Value::from_object(Framed { content, frame }))
    }

    /// The path of the group's page called `rest`.
    pub fn group_path(&self, rest: &str) -> String {
        let group = self.group.as_ref().map_or("", |group| group.nihdi.as_str());
        format!("/ssp/groups/{group}{rest}")
    }
}
