//! Accounts: people who may log in, known by their e-mail address.

use std::fmt;

use serde::Serialize;

use crate::language::Language;

/// The key of an account in the store.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct AccountId(pub i64);

/// An account as everything but its secrets. All times are milliseconds since
/// 1970.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Account {
    /// Its key.
    pub id: AccountId,
    /// The e-mail address as it was given. Two that differ in upper and lower
    /// case only are the same ([`email_key`]).
    pub email: String,
    /// The language its person chose, if any.
    pub language: Option<Language>,
    /// Whether it is a User Manager of the installation.
    pub is_manager: bool,
    /// Whether a second factor is set up.
    pub has_second_factor: bool,
    /// Set while the password is a temporary one, which must be changed at the
    /// first log-in: until when it is good.
    pub temporary_until: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// When it was cancelled. It can never be used again, and its e-mail address
    /// is free for a new account.
    pub cancelled_at: Option<i64>,
}

/// How long a temporary password is good, in hours: it travels by hand.
pub const TEMPORARY_HOURS: i64 = 7 * 24;

/// A temporary password as it is stored.
#[derive(Clone, Debug)]
pub struct Temporary {
    /// The Argon2id hash of the password, with its parameters.
    pub hash: String,
    /// Until when it is good, in milliseconds since 1970.
    pub until: i64,
}

impl Temporary {
    /// A temporary password that is good for [`TEMPORARY_HOURS`] from `now`
    /// (milliseconds since 1970) on.
    pub fn new(hash: String, now: i64) -> Self {
        Self { hash, until: now + TEMPORARY_HOURS * 3_600_000 }
    }
}

/// Who acts. What a person does is checked against the person's roles; the
/// machine's operator may do everything.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Actor {
    /// A person who is logged in.
    Account(AccountId),
    /// Whoever rules the machine: `cli:<user>`, `configuration`, `setup`.
    System(String),
}

impl Actor {
    /// The account, if it is one.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Account(id) => Some(*id),
            Self::System(_) => None,
        }
    }
}

impl fmt::Display for Actor {
    /// As the audit names it: `account:7` rather than an e-mail address, so that
    /// the chain, which is kept for good, names nobody.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(AccountId(id)) => write!(f, "account:{id}"),
            Self::System(name) => f.write_str(name),
        }
    }
}

/// What e-mail addresses are compared by.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}
