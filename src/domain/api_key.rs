//! API keys: what a system of an organisation proves itself with.

use serde::Serialize;

use crate::domain::{account::AccountId, organisation::OrganisationId};

/// The key of an API key in the store; it may be shown.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ApiKeyId(pub i64);

/// The longest name of an API key, in letters.
pub const NAME_LETTERS: usize = 100;

/// The most days that an API key can be good for.
pub const MOST_DAYS: i64 = 730;

/// An API key as everything but its secret. All times are milliseconds since
/// 1970.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ApiKey {
    /// Its key.
    pub id: ApiKeyId,
    /// Whose system it is.
    pub organisation: OrganisationId,
    /// What people call the system.
    pub name: String,
    /// The names of the definitions that it may send registrations of.
    pub definitions: Vec<String>,
    /// Whether it may also read what was submitted.
    pub may_read: bool,
    /// Who made it; none if the machine's operator did.
    pub made_by: Option<AccountId>,
    /// When it was made.
    pub created_at: i64,
    /// Until when it is good.
    pub expires_at: i64,
    /// Since when it is good for nothing any more.
    pub revoked_at: Option<i64>,
}

/// Whether an API key is good.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It is.
    Good,
    /// Its time is over.
    Expired,
    /// Somebody revoked it.
    Revoked,
}

impl ApiKeyId {
    /// The user name that goes with the secret in HTTP Basic.
    pub fn user(self) -> String {
        format!("key-{}", self.0)
    }

    /// The key that this user name is of.
    pub fn of_user(user: &str) -> Option<Self> {
        user.strip_prefix("key-")?.parse().ok().map(Self)
    }

    /// As the audit names the system that holds it.
    pub fn actor(self) -> String {
        format!("api-key:{}", self.0)
    }

    /// The key that the audit names so.
    pub fn of_actor(actor: &str) -> Option<Self> {
        actor.strip_prefix("api-key:")?.parse().ok().map(Self)
    }
}

impl ApiKey {
    /// Whether it is for the definition of this name.
    pub fn is_for(&self, definition: &str) -> bool {
        self.definitions.iter().any(|known| known.eq_ignore_ascii_case(definition))
    }

    /// Whether it is good at `now` (milliseconds since 1970).
    pub fn standing(&self, now: i64) -> Standing {
        match self.revoked_at {
            Some(_) => Standing::Revoked,
            None if self.expires_at <= now => Standing::Expired,
            None => Standing::Good,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_user_name_and_by_its_name_in_the_audit() {
        let id = ApiKeyId(17);
        assert_eq!(ApiKeyId::of_user(&id.user()), Some(id));
        assert_eq!(ApiKeyId::of_actor(&id.actor()), Some(id));
        for other in ["17", "key-", "key-x", "nurse@fictief.example"] {
            assert_eq!(ApiKeyId::of_user(other), None, "{other}");
        }
    }
}
