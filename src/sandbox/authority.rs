//! The sandbox's own certification authority: a root, an issuing authority
//! below it as eHealth has, and certificates for the two servers.

use jiff::{ToSpan, civil::Date};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, DnValue, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PublicKeyData,
};
use rustls::pki_types::PrivatePkcs8KeyDer;

use super::folder::{Bundle, Folder};
use crate::{
    clock,
    error::{Error, Result},
};

/// The root and the issuing authority, both ECDSA P-384 as eHealth's present
/// generation ("CA 002").
pub(super) struct Authority {
    root: Level,
    issuing: Level,
}

struct Level {
    params: CertificateParams,
    key: KeyPair,
    certificate: Vec<u8>,
}

/// What a server shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    /// A good certificate for `localhost`.
    Good,
    /// One that has elapsed.
    Expired,
    /// One for another name.
    WrongName,
}

impl Authority {
    /// The folder's authority, made now if there is none yet.
    pub(super) fn open(folder: &Folder) -> Result<Self> {
        let root = folder.bundle("root.pem", || {
            let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).map_err(Error::internal)?;
            let certificate = params(ROOT)?.self_signed(&key).map_err(Error::internal)?;
            Ok(Bundle { certificates: vec![certificate.der().to_vec()], key: key.serialize_der() })
        })?;
        let root = Level::new(ROOT, &root)?;
        let issuing = folder.bundle("issuing.pem", || {
            let key = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).map_err(Error::internal)?;
            let certificate = params(ISSUING)?.signed_by(&key, &root.issuer()).map_err(Error::internal)?;
            Ok(Bundle { certificates: vec![certificate.der().to_vec()], key: key.serialize_der() })
        })?;
        Ok(Self { issuing: Level::new(ISSUING, &issuing)?, root })
    }

    /// The root's certificate, the anchor of everything here.
    pub(super) fn root(&self) -> &[u8] {
        &self.root.certificate
    }

    /// The issuing authority's certificate.
    pub(super) fn issuing(&self) -> &[u8] {
        &self.issuing.certificate
    }

    /// The issuing authority's key.
    pub(super) fn issuing_key(&self) -> &KeyPair {
        &self.issuing.key
    }

    /// The identifier of the issuing authority's key, for those it issues to.
    pub(super) fn issuing_key_identifier(&self) -> Vec<u8> {
        self.issuing.params.key_identifier(&self.issuing.key)
    }

    /// A new certificate and key for a server.
    pub(super) fn server(&self, kind: Kind) -> Result<Bundle> {
        let names = match kind {
            Kind::WrongName => vec!["elsewhere.invalid".to_owned()],
            _ => vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()],
        };
        let mut params = CertificateParams::new(names).map_err(Error::internal)?;
        params.distinguished_name = name("HD4DP sandbox");
        let today = clock::today();
        let (from, to) = match kind {
            Kind::Expired => (day(today, -400)?, day(today, -35)?),
            _ => (day(today, -1)?, day(today, 730)?),
        };
        set_validity(&mut params, from, to);
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map_err(Error::internal)?;
        let certificate = params.signed_by(&key, &self.root.issuer()).map_err(Error::internal)?;
        Ok(Bundle { certificates: vec![certificate.der().to_vec()], key: key.serialize_der() })
    }
}

impl Level {
    fn new(kind: Rank, bundle: &Bundle) -> Result<Self> {
        let key = KeyPair::from_pkcs8_der_and_sign_algo(
            &PrivatePkcs8KeyDer::from(bundle.key.as_slice()),
            &PKCS_ECDSA_P384_SHA384,
        )
        .map_err(Error::internal)?;
        Ok(Self { params: params(kind)?, key, certificate: bundle.leaf().to_vec() })
    }

    fn issuer(&self) -> Issuer<'_, &KeyPair> {
        Issuer::from_params(&self.params, &self.key)
    }
}

/// A name and the years it is valid, as eHealth's authorities have them.
type Rank = (&'static str, i32, BasicConstraints);

const ROOT: Rank = ("Fictief Private Trust PKI - root CA 001", 25, BasicConstraints::Unconstrained);
const ISSUING: Rank =
    ("Fictief Private Trust PKI - eHealth issuing CA 001", 10, BasicConstraints::Constrained(0));

fn params((common_name, years, constraints): Rank) -> Result<CertificateParams> {
    let mut params = CertificateParams::default();
    params.distinguished_name = name(common_name);
    params.is_ca = IsCa::Ca(constraints);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.use_authority_key_identifier_extension = true;
    let today = clock::today();
    set_validity(&mut params, day(today, -1)?, day(today, years * 365)?);
    Ok(params)
}

fn name(common_name: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    if let Ok(country) = "BE".try_into() {
        name.push(DnType::CountryName, DnValue::PrintableString(country));
    }
    name.push(DnType::OrganizationName, "FICTIEF TRUST SA");
    name.push(DnType::CommonName, common_name);
    name
}

fn day(today: Date, days: i32) -> Result<Date> {
    today.checked_add(days.days()).map_err(Error::internal)
}

fn set_validity(params: &mut CertificateParams, from: Date, to: Date) {
    let parts = |date: Date| (i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs());
    let moment = |(year, month, day)| rcgen::date_time_ymd(year, month, day);
    (params.not_before, params.not_after) = (moment(parts(from)), moment(parts(to)));
}

/// The SubjectPublicKeyInfo of a key.
pub(super) fn public_key_info(key: &KeyPair) -> Vec<u8> {
    key.subject_public_key_info()
}
