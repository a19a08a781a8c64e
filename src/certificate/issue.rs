//! The installation's own authority and what it issues: server certificates
//! for the installation's names and for nothing else. Whoever installs the
//! authority in a browser gives it no power over any other name, because the
//! authority's certificate itself forbids it (critical name constraints).

use std::net::IpAddr;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use zeroize::Zeroizing;

use super::x509::{COMMON_NAME, Certificate};
use crate::{
    error::{Error, Result},
    store::server_certificate::Row,
};

/// Days that an authority is valid: longer than any machine it runs on.
const AUTHORITY_DAYS: i64 = 3_650;

/// Days that a server certificate is valid; browsers take no more than 398.
pub const SERVER_DAYS: i64 = 365;

/// A new authority for exactly these names and addresses.
pub fn authority(names: &[String], now: Timestamp) -> Result<Row> {
    let key = generate()?;
    let mut params = authority_params(names, now)?;
    params.distinguished_name = common_name(&authority_name(names, now));
    let certificate = params.self_signed(&key).map_err(Error::internal)?;
    row(names, certificate.pem(), &key, &params)
}

/// A new server certificate for all names of the authority.
pub fn server(authority: &Row, now: Timestamp) -> Result<Row> {
    let names = &authority.names;
    let key = generate()?;
    let mut params = CertificateParams::new(names.clone()).map_err(Error::internal)?;
    params.distinguished_name = common_name("HD4DP");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    set_validity(&mut params, now, SERVER_DAYS)?;
    let authority_key = KeyPair::from_pkcs8_der_and_sign_algo(
        &PrivatePkcs8KeyDer::from(&**authority.key),
        &PKCS_ECDSA_P256_SHA256,
    )
    .map_err(Error::internal)?;
    let name = Certificate::from_pem(authority.chain.as_bytes()).unwrap_or_default();
    let name = name.first().map(|own| own.subject_values(COMMON_NAME)).unwrap_or_default();
    let mut issuer = authority_params(names, now)?;
    issuer.distinguished_name = common_name(name.first().map_or("", String::as_str));
    let issuer = Issuer::new(issuer, authority_key);
    let certificate = params.signed_by(&key, &issuer).map_err(Error::internal)?;
    row(names, certificate.pem(), &key, &params)
}

/// A new key and the request (PKCS#10, PEM) to certify it for these names.
pub fn request(names: &[String]) -> Result<Row> {
    let key = generate()?;
    let mut params = CertificateParams::new(names.to_vec()).map_err(Error::internal)?;
    params.distinguished_name = common_name(names.first().map_or("localhost", String::as_str));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let request =
        params.serialize_request(&key).and_then(|request| request.pem()).map_err(Error::internal)?;
    let mut row = row(names, request, &key, &params)?;
    (row.not_before, row.not_after) = (0, 0);
    Ok(row)
}

fn authority_params(names: &[String], now: Timestamp) -> Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let permitted_subtrees = names.iter().map(|name| match name.parse::<IpAddr>() {
        Ok(address) => GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(address, 128)),
        Err(_) => GeneralSubtree::DnsName(name.clone()),
    });
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: permitted_subtrees.collect(),
        excluded_subtrees: Vec::new(),
    });
    set_validity(&mut params, now, AUTHORITY_DAYS)?;
    Ok(params)
}

/// The authority's name, by which a person tells one installation's from
/// another's, and an older one from a newer.
fn authority_name(names: &[String], now: Timestamp) -> String {
    let name = names.first().map_or("localhost", String::as_str);
    let moment = now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S").to_string();
    // A common name has at most 64 characters.
    format!("HD4DP {} {moment}", name.chars().take(38).collect::<String>())
}

fn common_name(text: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, text);
    name
}

fn generate() -> Result<KeyPair> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(Error::internal)
}

/// From a day ago, because clocks differ, for `days` in all.
fn set_validity(params: &mut CertificateParams, now: Timestamp, days: i64) -> Result<()> {
    let from = now.checked_sub(24.hours()).map_err(Error::internal)?;
    let to = from.checked_add((24 * days).hours()).map_err(Error::internal)?;
    let moment = |at: Timestamp| {
        rcgen::date_time_ymd(1970, 1, 1) + std::time::Duration::from_secs(at.as_second().unsigned_abs())
    };
    (params.not_before, params.not_after) = (moment(from), moment(to));
    Ok(())
}

fn row(names: &[String], chain: String, key: &KeyPair, params: &CertificateParams) -> Result<Row> {
    let milliseconds = |seconds: i64| seconds * 1_000;
    Ok(Row {
        names: names.to_vec(),
        chain,
        key: Zeroizing::new(key.serialize_der()),
        not_before: milliseconds(params.not_before.unix_timestamp()),
        not_after: milliseconds(params.not_after.unix_timestamp()),
        added_at: 0,
    })
}
