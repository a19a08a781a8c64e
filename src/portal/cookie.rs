//! Cookies: whose name begins with `__Host-`, no other site, port or path can
//! set or shadow them (RFC 6265bis, section 4.1.3.2).

use crate::front::Head;

/// The session's token.
pub const SESSION: &str = "__Host-hd4dp-session";

/// What ties the log-in form to this browser.
pub const ARRIVAL: &str = "__Host-hd4dp-arrival";

/// The language chosen by somebody who is not logged in.
pub const LANGUAGE: &str = "__Host-hd4dp-language";

/// The value of a cookie, if it has the shape of one of ours.
pub fn read<'a>(head: &'a Head, name: &str) -> Option<&'a str> {
    head.headers
        .iter()
        .filter(|(field, _)| field == "cookie")
        .flat_map(|(_, value)| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
        .filter(|value| value.len() <= 64 && value.bytes().all(is_ours))
}

/// A field that sets a cookie for as long as the browser is open, or for
/// `seconds`.
pub fn set(name: &str, value: &str, seconds: Option<u32>) -> String {
    let lasting = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{lasting}")
}

/// A field that removes a cookie.
pub fn remove(name: &str) -> String {
    set(name, "", Some(0))
}

fn is_ours(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}
