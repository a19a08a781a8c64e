//! Why a request got no answer. Each reason has a text that says who can mend
//! it, and all of them are passing: the delivery is tried again later.

use std::fmt;
use std::io::{self, ErrorKind};

use rustls::{AlertDescription, CertificateError};

/// Why a request got no answer.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Failure {
    /// Nothing listens there, or a firewall says no.
    Connect,
    /// The host's name is not known.
    Dns,
    /// What came back is not HTTP/1.1.
    Protocol,
    /// The proxy cannot be reached.
    Proxy,
    /// The proxy wants other credentials, or some.
    ProxyLogin,
    /// The proxy does not pass the connection on.
    ProxyRefused,
    /// The connection was cut.
    Reset,
    /// No answer in time after the request was sent.
    TimeoutAnswer,
    /// No connection in time.
    TimeoutConnect,
    /// The request could not be sent in time.
    TimeoutSend,
    /// TLS was not agreed on in time.
    TimeoutTls,
    /// TLS failed in another way.
    Tls,
    /// The service refused the organisation's certificate.
    TlsClientRefused,
    /// The service's certificate is not valid now.
    TlsExpired,
    /// The service's certificate is for another name.
    TlsName,
    /// The service's certificate comes from an authority that is not configured.
    TlsUntrusted,
    /// The answer is larger than any answer of the protocol.
    TooLarge,
}

/// What a request was doing when its time ran out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    Handshake,
    Send,
    Answer,
}

impl Failure {
    /// All reasons.
    pub const ALL: [Self; 17] = [
        Self::Connect,
        Self::Dns,
        Self::Protocol,
        Self::Proxy,
        Self::ProxyLogin,
        Self::ProxyRefused,
        Self::Reset,
        Self::TimeoutAnswer,
        Self::TimeoutConnect,
        Self::TimeoutSend,
        Self::TimeoutTls,
        Self::Tls,
        Self::TlsClientRefused,
        Self::TlsExpired,
        Self::TlsName,
        Self::TlsUntrusted,
        Self::TooLarge,
    ];

    /// Whether the service may have got the whole request all the same, so
    /// that it must be asked before anything is sent again.
    pub fn may_have_arrived(self) -> bool {
        matches!(
            self,
            Self::Protocol | Self::Reset | Self::TimeoutAnswer | Self::TimeoutSend | Self::TooLarge
        )
    }

    /// The stable code that is stored with an attempt.
    pub fn code(self) -> &'static str {
        &self.id()["delivery-reason-".len()..]
    }

    /// The Fluent message that explains it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Connect => "delivery-reason-connect",
            Self::Dns => "delivery-reason-dns",
            Self::Protocol => "delivery-reason-protocol",
            Self::Proxy => "delivery-reason-proxy",
            Self::ProxyLogin => "delivery-reason-proxy-login",
            Self::ProxyRefused => "delivery-reason-proxy-refused",
            Self::Reset => "delivery-reason-reset",
            Self::TimeoutAnswer => "delivery-reason-timeout-answer",
            Self::TimeoutConnect => "delivery-reason-timeout-connect",
            Self::TimeoutSend => "delivery-reason-timeout-send",
            Self::TimeoutTls => "delivery-reason-timeout-tls",
            Self::Tls => "delivery-reason-tls",
            Self::TlsClientRefused => "delivery-reason-tls-client-refused",
            Self::TlsExpired => "delivery-reason-tls-expired",
            Self::TlsName => "delivery-reason-tls-name",
            Self::TlsUntrusted => "delivery-reason-tls-untrusted",
            Self::TooLarge => "delivery-reason-too-large",
        }
    }

    /// What an input or output error under TLS means in a phase.
    pub(super) fn of_io(error: &io::Error, phase: Phase) -> Self {
        let below = error.get_ref().and_then(|below| below.downcast_ref::<rustls::Error>());
        let failure = match (below, error.kind(), phase) {
            (Some(error), ..) => Self::of_tls(error),
            (_, ErrorKind::TimedOut | ErrorKind::WouldBlock, Phase::Handshake) => Self::TimeoutTls,
            (_, ErrorKind::TimedOut | ErrorKind::WouldBlock, Phase::Send) => Self::TimeoutSend,
            (_, ErrorKind::TimedOut | ErrorKind::WouldBlock, Phase::Answer) => Self::TimeoutAnswer,
            _ => Self::Reset,
        };
        tracing::debug!(reason = failure.code(), cause = %error, "a request failed");
        failure
    }

    /// What an error of TLS itself means.
    pub(super) fn of_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => Self::TlsName,
            rustls::Error::InvalidCertificate(
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. },
            ) => Self::TlsExpired,
            rustls::Error::InvalidCertificate(_) => Self::TlsUntrusted,
            rustls::Error::AlertReceived(
                AlertDescription::AccessDenied
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateExpired
                | AlertDescription::CertificateRequired
                | AlertDescription::CertificateRevoked
                | AlertDescription::CertificateUnknown
                | AlertDescription::UnknownCA
                | AlertDescription::UnsupportedCertificate,
            ) => Self::TlsClientRefused,
            _ => Self::Tls,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn each_reason_says_in_each_language_what_to_do() {
        for failure in Failure::ALL {
            for language in Language::ALL {
                assert!(language.has(failure.id()), "{failure} has no text in {}", language.code());
            }
            assert!(!failure.code().is_empty());
        }
    }
}
