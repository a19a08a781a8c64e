//! The names that an installation has, as HTTP writes them.

use std::net::{IpAddr, Ipv6Addr};

/// A name or address as it stands in `Host` and in a URL: in lower case, an
/// IPv6 address in brackets.
pub fn host(name: &str) -> String {
    match name.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => name.to_ascii_lowercase(),
    }
}

/// The host of a `Host` field, without its port.
pub(super) fn without_port(host: &str) -> &str {
    if host.starts_with('[') {
        return host.find(']').map_or(host, |end| &host[..=end]);
    }
    host.split_once(':').map_or(host, |(name, _)| name)
}

/// Whether answers for this `Host` tell browsers to use HTTPS alone from now
/// on (`Strict-Transport-Security`): one of the installation's `names` does.
/// `localhost` and addresses do not: a browser would take it for every program
/// on the reader's own machine, or not at all.
pub fn is_strict(host: &str, names: &[String]) -> bool {
    let host = without_port(host);
    let local = host.eq_ignore_ascii_case("localhost") || host.to_ascii_lowercase().ends_with(".localhost");
    let address = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
    !local && !address && names.iter().any(|name| name.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_configured_name_gets_strict_transport_security() {
        let names = ["hd4dp.hospital.example", "localhost", "192.0.2.1", "::1"].map(str::to_owned);
        assert!(is_strict("HD4DP.hospital.example:8443", &names));
        for other in ["localhost", "localhost:8443", "192.0.2.1", "[::1]:443", "hospital.example", ""] {
            assert!(!is_strict(other, &names), "{other}");
        }
    }

    #[test]
    fn an_address_of_version_6_stands_in_brackets() {
        assert_eq!(host("::1"), "[::1]");
        assert_eq!(host("HD4DP.example"), "hd4dp.example");
        assert_eq!(without_port("[::1]:443"), "[::1]");
    }
}
