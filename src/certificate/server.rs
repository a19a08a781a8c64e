//! What this installation's own server shows: a certificate of its own
//! authority, which exists from the first start on, or one that the hospital
//! brought or had signed for a key made here.

use jiff::Timestamp;
use serde_json::json;
use zeroize::Zeroizing;

pub use super::given::Upload;
use super::{given, issue, x509::Certificate};
pub use crate::store::server_certificate::Kind;
use crate::{
    clock,
    error::{Error, Result},
    store::{
        Store, Tx, audit,
        server_certificate::{self as stored, Row},
    },
};

/// A certificate that a server can show.
pub struct ServerCertificate {
    /// [`Kind::Given`] or [`Kind::Issued`].
    pub kind: Kind,
    /// Certificates in DER: the leaf, its issuer, and so on, without the root.
    pub chain: Vec<Vec<u8>>,
    /// The private key in DER.
    pub key: Zeroizing<Vec<u8>>,
    /// Those of the installation's names and addresses that it covers.
    pub names: Vec<String>,
    /// The first moment it is valid.
    pub not_before: Timestamp,
    /// The last moment it is valid.
    pub not_after: Timestamp,
    /// SHA-256 of the leaf in lower-case hexadecimal digits.
    pub thumbprint: String,
}

/// A certificate request that waits for its answer.
pub struct Pending {
    /// The names it asks for.
    pub names: Vec<String>,
    /// The request, PKCS#10 in PEM.
    pub pem: String,
    /// When it was made.
    pub made: Timestamp,
}

/// The certificate to show now: the hospital's own if there is one, also when
/// it has expired, since going back is the hospital's decision; else one of
/// the installation's authority for exactly `names`. That one is made when it
/// is missing, when the names changed, and when a third of its life is left;
/// it costs a write transaction then and is otherwise only read.
pub fn in_use(store: &Store, names: &[String]) -> Result<ServerCertificate> {
    if let Some(found) = store.read(|tx| usable(tx, names))? {
        return Ok(found);
    }
    store.write(|tx| {
        // Another process may have been faster.
        if let Some(found) = usable(tx, names)? {
            return Ok(found);
        }
        let authority = match stored::get(tx, Kind::Authority)? {
            Some(authority) if same(&authority.names, names) && outlives(&authority, tx.now) => authority,
            before => new_authority(tx, names, before.is_some())?,
        };
        let row = issue::server(&authority, tx.now)?;
        stored::put(tx, Kind::Issued, &row)?;
        let issued = ServerCertificate::of(Kind::Issued, row)?;
        tell(tx, "system", "server_certificate.issue", &issued)?;
        Ok(issued)
    })
}

/// The certificate that is stored for showing, which [`in_use`] may be about
/// to replace. Reads only.
pub fn present(store: &Store) -> Result<Option<ServerCertificate>> {
    store.read(|tx| {
        for kind in [Kind::Given, Kind::Issued] {
            if let Some(row) = stored::get(tx, kind)? {
                return ServerCertificate::of(kind, row).map(Some);
            }
        }
        Ok(None)
    })
}

/// The certificate of the installation's own authority in PEM, for the
/// browsers and machines that are to trust it. None if none was needed yet.
pub fn authority(store: &Store) -> Result<Option<String>> {
    Ok(store.read(|tx| stored::get(tx, Kind::Authority))?.map(|row| row.chain))
}

/// Takes a certificate that the hospital brings into use, in the place of the
/// one before. `names` are the installation's; those of them that it does not
/// cover are missing from its own names.
///
/// # Errors
///
/// Of code `Invalid`, each with what to do: it does not read, the key is not
/// its key or is encrypted, a certificate does not belong to the chain, is not
/// valid now, is not for a server, or covers none of `names`.
pub fn give(store: &Store, names: &[String], actor: &str, upload: &Upload<'_>) -> Result<ServerCertificate> {
    let (key, certificates) = upload.open()?;
    let row = given::check(key, certificates, names, clock::now())?;
    store.write(|tx| put(tx, row, actor))
}

/// Makes a key and the request to certify it for `names`, in the place of a
/// request before. The key never leaves the store.
pub fn request(store: &Store, names: &[String], actor: &str) -> Result<String> {
    let row = issue::request(names)?;
    store.write(|tx| {
        stored::put(tx, Kind::Request, &row)?;
        audit::record(tx, actor, "server_certificate.request", None, &json!({ "names": row.names }))
    })?;
    Ok(row.chain)
}

/// The request that waits for its answer, if there is one.
pub fn pending(store: &Store) -> Result<Option<Pending>> {
    let Some(row) = store.read(|tx| stored::get(tx, Kind::Request))? else { return Ok(None) };
    Ok(Some(Pending { names: row.names, pem: row.chain, made: moment(row.added_at)? }))
}

/// Takes the answer to the pending request into use: the signed certificate
/// and its issuers in PEM.
///
/// # Errors
///
/// As [`give`]; also that no request waits.
pub fn answer(store: &Store, names: &[String], actor: &str, chain: &[u8]) -> Result<ServerCertificate> {
    let certificates = given::certificates(chain)?;
    store.write(|tx| {
        let request = stored::get(tx, Kind::Request)?;
        let request = request.ok_or_else(|| Error::invalid("server-certificate-no-request"))?;
        let row = given::check(request.key, certificates, names, tx.now)?;
        stored::remove(tx, Kind::Request)?;
        put(tx, row, actor)
    })
}

/// Forgets the hospital's own certificate and its key; [`in_use`] then goes
/// back to one of the installation's authority. False if there was none.
pub fn forget(store: &Store, actor: &str) -> Result<bool> {
    store.write(|tx| {
        let removed = stored::remove(tx, Kind::Given)?;
        if removed {
            audit::record(tx, actor, "server_certificate.forget", None, &json!({}))?;
        }
        Ok(removed)
    })
}

impl ServerCertificate {
    fn of(kind: Kind, row: Row) -> Result<Self> {
        let certificates = Certificate::from_pem(row.chain.as_bytes()).unwrap_or_default();
        let leaf =
            certificates.first().ok_or_else(|| Error::internal("a stored certificate does not read"))?;
        Ok(Self {
            kind,
            thumbprint: leaf.thumbprint(),
            chain: certificates.iter().map(|found| found.der().to_vec()).collect(),
            key: row.key,
            names: row.names,
            not_before: moment(row.not_before)?,
            not_after: moment(row.not_after)?,
        })
    }

    /// Whether a third of its life or less is left.
    pub fn is_ending(&self, now: Timestamp) -> bool {
        let [from, to, now] = [self.not_before, self.not_after, now].map(Timestamp::as_millisecond);
        3 * (to - now) <= to - from
    }
}

/// What is stored and needs no renewal.
fn usable(tx: &Tx<'_>, names: &[String]) -> Result<Option<ServerCertificate>> {
    if let Some(row) = stored::get(tx, Kind::Given)? {
        return ServerCertificate::of(Kind::Given, row).map(Some);
    }
    let Some(row) = stored::get(tx, Kind::Issued)? else { return Ok(None) };
    let found = ServerCertificate::of(Kind::Issued, row)?;
    Ok(Some(found).filter(|found| same(&found.names, names) && !found.is_ending(tx.now)))
}

fn new_authority(tx: &Tx<'_>, names: &[String], replaces: bool) -> Result<Row> {
    let authority = issue::authority(names, tx.now)?;
    stored::put(tx, Kind::Authority, &authority)?;
    audit::record(tx, "system", "server_authority.make", None, &json!({ "names": names }))?;
    if replaces {
        tracing::warn!(
            names = names.join(", "),
            "the server's names changed or its authority was ending: there is a new authority, \
             which browsers that trusted the one before must be given"
        );
    }
    Ok(authority)
}

fn put(tx: &Tx<'_>, row: Row, actor: &str) -> Result<ServerCertificate> {
    stored::put(tx, Kind::Given, &row)?;
    let given = ServerCertificate::of(Kind::Given, row)?;
    tell(tx, actor, "server_certificate.give", &given)?;
    Ok(given)
}

fn tell(tx: &Tx<'_>, actor: &str, act: &str, certificate: &ServerCertificate) -> Result<()> {
    let details = json!({
        "names": certificate.names,
        "thumbprint": certificate.thumbprint,
        "not_after": certificate.not_after.to_string(),
    });
    audit::record(tx, actor, act, None, &details)
}

/// Whether the authority is valid as long as what it issues now.
fn outlives(authority: &Row, now: Timestamp) -> bool {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    authority.not_after - now.as_millisecond() >= issue::SERVER_DAYS * DAY
}

fn same(one: &[String], other: &[String]) -> bool {
    one.len() == other.len() && one.iter().all(|name| other.contains(name))
}

fn moment(milliseconds: i64) -> Result<Timestamp> {
    Timestamp::from_millisecond(milliseconds).map_err(Error::internal)
}
