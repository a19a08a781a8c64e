//! Where a service and a forward proxy are, from the configuration.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// The address of a service: `https://host[:port][/path]`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ServiceUrl {
    pub(super) endpoint: Endpoint,
    /// What comes before every path; no slash at its end.
    pub(super) base: String,
}

impl ServiceUrl {
    /// Reads the address of a service.
    ///
    /// # Errors
    ///
    /// `transfer-service-url` if it is not an `https` address, or has more in it
    /// than host, port and path.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = || Error::invalid("transfer-service-url").with("url", text);
        let rest = text.strip_prefix("https://").ok_or_else(refused)?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_path = path.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\\"<>".contains(&byte));
        let endpoint = Endpoint::parse(authority, 443).filter(|_| is_path).ok_or_else(refused)?;
        Ok(Self { endpoint, base: path.trim_end_matches('/').to_owned() })
    }

    /// The host, for logs and messages.
    pub fn host(&self) -> &str {
        &self.endpoint.host
    }

    /// The host and the port, for people.
    pub fn authority(&self) -> String {
        self.endpoint.authority()
    }

    /// The value of the `Host` header.
    pub(super) fn host_header(&self) -> String {
        if self.endpoint.port == 443 { self.endpoint.bracketed() } else { self.endpoint.authority() }
    }
}

/// An HTTP forward proxy: `http://[user[:password]@]host[:port]`, the user and
/// password percent-encoded. It is asked for a tunnel with `CONNECT`.
#[derive(Clone, Eq, PartialEq)]
pub struct ProxyUrl {
    pub(super) endpoint: Endpoint,
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<Zeroizing<String>>,
}

impl ProxyUrl {
    /// Reads the address of a proxy.
    ///
    /// # Errors
    ///
    /// `transfer-proxy-url` if it has another form; the address is not
    /// repeated, since it may hold a password.
    pub fn parse(text: &str) -> Result<Self> {
        Self::read(text).ok_or_else(|| Error::invalid("transfer-proxy-url"))
    }

    fn read(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("http://")?;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (user, authority) = match rest.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, rest),
        };
        let authorization = match user {
            Some(user) => {
                let (user, password) = user.split_once(':').unwrap_or((user, ""));
                let clear = [percent_decoded(user)?, vec![b':'], percent_decoded(password)?].concat();
                Some(Zeroizing::new(format!("Basic {}", STANDARD.encode(Zeroizing::new(clear)))))
            }
            None => None,
        };
        Some(Self { endpoint: Endpoint::parse(authority, 80)?, authorization })
    }
}

impl fmt::Debug for ProxyUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.authorization.is_some() { "…@" } else { "" };
        write!(f, "ProxyUrl(http://{user}{})", self.endpoint.authority())
    }
}

/// A host and a port.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Endpoint {
    /// A name or an address, an IPv6 address without brackets.
    pub host: String,
    pub port: u16,
}

impl Endpoint {
    fn parse(authority: &str, default_port: u16) -> Option<Self> {
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => rest.split_once(']').filter(|(host, _)| host.contains(':'))?,
            None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
        };
        let is_host = !host.is_empty()
            && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
        let port = match port {
            "" => default_port,
            port => port.strip_prefix(':')?.parse().ok().filter(|port| *port != 0)?,
        };
        is_host.then(|| Self { host: host.to_owned(), port })
    }

    fn bracketed(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }

    /// `host:port`.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.bracketed(), self.port)
    }
}

fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut parts = text.split('%');
    let mut bytes = parts.next()?.as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    Some(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_service_has_a_host_a_port_and_a_base() {
        let url = |text| ServiceUrl::parse(text).unwrap();
        assert_eq!(url("https://platform.example").host_header(), "platform.example");
        assert_eq!(url("https://platform.example:8443/hd/").base, "/hd");
        assert_eq!(url("https://platform.example:8443").host_header(), "platform.example:8443");
        assert_eq!(url("https://[::1]:9000/").host_header(), "[::1]:9000");
        assert_eq!(url("https://[::1]").host(), "::1");
    }

    #[test]
    fn anything_else_is_not_a_service() {
        for text in [
            "http://platform.example",
            "platform.example",
            "https://",
            "https://user@platform.example",
            "https://platform.example:0",
            "https://platform.example:http",
            "https://platform.example/a b",
            "https://platform.example/?a",
            "https://platform.example\r\nX: y",
            "https://[platform]",
        ] {
            assert_eq!(ServiceUrl::parse(text).unwrap_err().id, "transfer-service-url", "{text}");
        }
    }

    #[test]
    fn a_proxy_may_have_a_user_and_a_password_and_never_shows_them() {
        let proxy = ProxyUrl::parse("http://jan:p%40ss%C3%A9@proxy.example:3128/").unwrap();
        assert_eq!(proxy.endpoint, Endpoint { host: "proxy.example".into(), port: 3128 });
        let expected = format!("Basic {}", STANDARD.encode("jan:p@ssé"));
        assert_eq!(proxy.authorization.as_ref().unwrap().as_str(), expected);
        assert_eq!(format!("{proxy:?}"), "ProxyUrl(http://…@proxy.example:3128)");
        assert_eq!(ProxyUrl::parse("http://proxy.example").unwrap().endpoint.port, 80);
        for text in ["https://proxy.example", "proxy:3128", "http://a%zz@proxy.example", "http://a%4@b"] {
            let error = ProxyUrl::parse(text).unwrap_err();
            assert_eq!(error.id, "transfer-proxy-url", "{text}");
            assert!(error.args.is_empty());
        }
    }
}
