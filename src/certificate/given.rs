//! A server certificate that the hospital brings: whether it and its key can
//! be used here.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use jiff::Timestamp;
use rustls::{
    client::verify_server_name,
    crypto::aws_lc_rs::sign::any_supported_type,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    server::ParsedCertificate,
};
use zeroize::Zeroizing;

use super::{
    entry::Entries,
    pkcs12::{Fault, MAX_SIZE, Sealed},
    x509::Certificate,
};
use crate::{
    error::{Error, Result},
    store::server_certificate::Row,
};

/// A certificate and its key as a person hands them in.
pub enum Upload<'a> {
    /// A private key and certificates in PEM, in any order and also all in one
    /// file, given as both.
    Pem {
        /// PEM with the key, not encrypted.
        key: &'a [u8],
        /// PEM with the certificate and its issuers.
        chain: &'a [u8],
    },
    /// A PKCS#12 file.
    Pkcs12 {
        /// The file.
        file: &'a [u8],
        /// Its password.
        password: &'a str,
    },
}

impl Upload<'_> {
    /// The key in DER and the certificates, whatever they are.
    pub(super) fn open(&self) -> Result<(Zeroizing<Vec<u8>>, Vec<Certificate>)> {
        match self {
            Self::Pem { key, chain } => Ok((private_key(key)?, certificates(chain)?)),
            Self::Pkcs12 { file, password } => {
                let archive =
                    Sealed::read(file).and_then(|sealed| sealed.open(password)).map_err(unopened)?;
                let entries =
                    Entries::of(&archive).ok_or_else(|| Error::invalid("server-certificate-unreadable"))?;
                let key = archive.keys.first().ok_or_else(|| Error::invalid("server-certificate-no-key"))?;
                Ok((Zeroizing::new(key.key.as_der().to_vec()), entries.certificates))
            }
        }
    }
}

/// Certificates in PEM, at least one.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<Certificate>> {
    if pem.len() > MAX_SIZE {
        return Err(Error::invalid("server-certificate-unreadable"));
    }
    Certificate::from_pem(pem)
        .filter(|found| !found.is_empty())
        .ok_or_else(|| Error::invalid("server-certificate-unreadable"))
}

/// Puts a key and its certificates together: the leaf is the one that fits the
/// key, then each one's issuer; a root is left out, since who trusts it has it.
///
/// # Errors
///
/// Of code `Invalid`, each with what to do: the key is of a kind that TLS does
/// not use, no certificate is for it, one is not valid now or not for a
/// server, one does not belong to the chain, or none of `hosts` is covered.
pub(super) fn check(
    key: Zeroizing<Vec<u8>>,
    mut certificates: Vec<Certificate>,
    hosts: &[String],
    now: Timestamp,
) -> Result<Row> {
    let unsupported = || Error::invalid("server-certificate-key-kind");
    let parsed = PrivateKeyDer::try_from(key.as_slice()).map_err(|_| unsupported())?;
    let signer = any_supported_type(&parsed).map_err(|_| unsupported())?;
    let public = signer.public_key().ok_or_else(unsupported)?;
    let place = certificates
        .iter()
        .position(|found| found.public_key_info().is_ok_and(|info| info == public.as_ref()))
        .ok_or_else(|| Error::invalid("server-certificate-key-differs"))?;
    let mut chain = vec![certificates.swap_remove(place)];
    while let Some(place) = certificates.iter().position(|found| issued(found, &chain[chain.len() - 1])) {
        chain.push(certificates.swap_remove(place));
    }
    if let Some(stranger) = certificates.first() {
        return Err(Error::invalid("server-certificate-chain").with("name", stranger.subject().to_string()));
    }
    for found in &chain {
        let id = match () {
            () if found.not_after() < now => "server-certificate-expired",
            () if found.not_before() > now => "server-certificate-not-yet-valid",
            () => continue,
        };
        let date = if id.ends_with("expired") { found.not_after() } else { found.not_before() };
        return Err(Error::invalid(id)
            .with("name", found.subject().to_string())
            .with("date", crate::clock::local(date).date().to_string()));
    }
    if !chain[0].may_authenticate_servers() {
        return Err(Error::invalid("server-certificate-purpose"));
    }
    let names: Vec<String> = hosts.iter().filter(|host| covers(&chain[0], host)).cloned().collect();
    if names.is_empty() {
        return Err(Error::invalid("server-certificate-names").with("names", hosts.join(", ")));
    }
    let (not_before, not_after) = (chain[0].not_before(), chain[0].not_after());
    if chain.len() > 1 && chain[chain.len() - 1].is_self_issued() {
        chain.pop();
    }
    Ok(Row {
        names,
        chain: chain.iter().map(|found| pem(found.der())).collect(),
        key,
        not_before: not_before.as_millisecond(),
        not_after: not_after.as_millisecond(),
        added_at: 0,
    })
}

/// Whether a browser that asks for `host` takes the certificate.
fn covers(certificate: &Certificate, host: &str) -> bool {
    let der = CertificateDer::from(certificate.der());
    let (Ok(parsed), Ok(name)) = (ParsedCertificate::try_from(&der), ServerName::try_from(host)) else {
        return false;
    };
    verify_server_name(&parsed, &name).is_ok()
}

fn issued(issuer: &Certificate, below: &Certificate) -> bool {
    !below.is_self_issued() && below.issuer() == issuer.subject() && below.is_signed_by(issuer)
}

fn private_key(pem: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
    if pem.len() > MAX_SIZE {
        return Err(Error::invalid("server-certificate-no-key"));
    }
    if String::from_utf8_lossy(pem).contains("ENCRYPTED") {
        return Err(Error::invalid("server-certificate-key-encrypted"));
    }
    let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| Error::invalid("server-certificate-no-key"))?;
    Ok(Zeroizing::new(key.secret_der().to_vec()))
}

fn unopened(fault: Fault) -> Error {
    Error::invalid(match fault {
        Fault::Password | Fault::NoMac => "server-certificate-password",
        _ => "server-certificate-unreadable",
    })
}

/// One certificate in PEM.
pub(super) fn pem(der: &[u8]) -> String {
    let text = BASE64.encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| str::from_utf8(line).expect("Base64 is ASCII")).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}
