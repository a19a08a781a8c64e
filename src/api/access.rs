//! Who asks: by HTTP Basic with a key's user name and secret, or with the
//! secret alone as a bearer token. A cookie is never looked at, so a form that
//! somebody else's page sends with a browser's cookies proves nothing.

use std::sync::Arc;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Api, answer::Answer, problem};
use crate::{
    domain::api_key::ApiKey,
    error::{Code, Error, Result},
    front::Head,
    language::Language,
    store::api_key::{self, Presented, Proof, Secret},
};

/// What a request proves.
pub enum Access {
    /// It comes with this key.
    Of(Arc<ApiKey>),
    /// It comes without any.
    Nobody,
    /// It is refused like this.
    Refused(Answer),
}

/// Looks who asks. What is wrong is counted, and slows the next down.
pub fn of(api: &Api, head: &Head, language: Language) -> Result<Access> {
    let Some(field) = head.header("authorization") else { return Ok(Access::Nobody) };
    let request = head.id.to_string();
    let Some(presented) = presented(field) else {
        return Ok(Access::Refused(needed(&request, language, "api-key-unreadable")));
    };
    let address = head.peer.ip();
    match api.store.read(|tx| api_key::prove(tx, &presented, address))? {
        Proof::Of(key) => Ok(Access::Of(Arc::new(key))),
        Proof::Wrong => {
            api.store.write(|tx| api_key::fail(tx, &presented, address))?;
            Ok(Access::Refused(needed(&request, language, "api-key-wrong")))
        }
        Proof::Waits(until) => {
            let seconds = (until - crate::clock::now().as_millisecond()).max(0) / 1_000 + 1;
            let text = language.text("api-key-waits", &[("seconds", (seconds as u64).into())]);
            let answer = problem::of(429, "api-key-waits", &text, &request, &[]);
            Ok(Access::Refused(answer.header("Retry-After", seconds.to_string())))
        }
    }
}

/// The answer to who has to prove who they are.
pub fn needed(request: &str, language: Language, id: &'static str) -> Answer {
    problem::of_error(&Error::new(Code::Unauthorized, id), request, language)
        .header("WWW-Authenticate", "Basic realm=\"hd4dp\", charset=\"UTF-8\"")
        .header("WWW-Authenticate", "Bearer realm=\"hd4dp\"")
}

fn presented(field: &str) -> Option<Presented> {
    let (scheme, rest) = field.split_once(' ')?;
    let rest = rest.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(Presented { user: None, secret: Secret::received(rest) }),
        "basic" => {
            let text = String::from_utf8(BASE64_STANDARD.decode(rest).ok()?).ok()?;
            let (user, secret) = text.split_once(':')?;
            Some(Presented { user: Some(user.to_owned()), secret: Secret::received(secret) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_schemes_are_read_and_nothing_else() {
        let basic = presented("Basic a2V5LTE6aGQ0ZHBfYTpi").unwrap();
        assert_eq!((basic.user.as_deref(), basic.secret.text()), (Some("key-1"), "hd4dp_a:b"));
        let bearer = presented("bearer hd4dp_a").unwrap();
        assert_eq!((bearer.user, bearer.secret.text()), (None, "hd4dp_a"));
        for other in ["Basic", "Basic !", "Digest x", "", "Basic a2V5"] {
            assert!(presented(other).is_none(), "{other}");
        }
    }
}
