//! What both services have in common: routes, who may call, digests, receipts
//! on the wire, faults, the log.

use std::{collections::HashMap, sync::Arc};

use super::{
    fault::{FaultKind, Faults, Side, name},
    holder::Identity,
    journal::{Journal, Step},
    problem::Problem,
    receipts::Stored,
    signer::identity_of,
    wire::{Receipt, content_digest, is_batch_name},
};
use crate::{
    domain::identifier::Nihdi,
    front::{BodyLimit, Ending, Handler, Head, Request, Response},
};

/// A service as the front door's handler.
pub(super) struct Service<R> {
    pub(super) receiver: R,
    pub(super) side: Side,
    pub(super) registry: Arc<Registry>,
    pub(super) faults: Arc<Faults>,
    pub(super) journal: Arc<Journal>,
}

/// What is particular to a service.
pub(super) trait Receiver: Send + Sync {
    /// The media type of a stream it takes from this caller.
    fn media_type(&self, stream: &str, caller: &Caller) -> Result<&'static str, Problem>;

    /// Takes in a stream.
    fn put(&self, put: &Put<'_>) -> Result<Stored, Problem>;

    /// The receipt it gave this caller.
    fn receipt(&self, caller: &Caller, batch: &str, stream: &str) -> Result<Receipt, Problem>;

    /// The outcome of a batch of this caller's, in JSON.
    fn outcome(&self, caller: &Caller, batch: &str) -> Result<Vec<u8>, Problem>;
}

/// A delivery whose digest is right.
pub(super) struct Put<'a> {
    pub(super) caller: &'a Caller,
    pub(super) batch: &'a str,
    pub(super) stream: &'a str,
    pub(super) digest: String,
    pub(super) body: &'a [u8],
}

/// A client with a certificate that is registered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Caller {
    pub(super) identity: Identity,
    pub(super) role: Role,
}

/// What a client may do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// Deliver for the organisation with this NIHDI key.
    Sender(String),
    /// Deliver pseudonyms.
    Ttp,
}

impl Caller {
    /// The organisation it delivers for, if it is a sender.
    pub(super) fn sender(&self) -> Option<&str> {
        match &self.role {
            Role::Sender(key) => Some(key),
            Role::Ttp => None,
        }
    }
}

/// The certificates' identities that are registered.
pub(super) struct Registry(HashMap<Identity, Caller>);

impl Registry {
    /// Registers these organisations and the TTP.
    pub(super) fn new(organisations: &[Nihdi]) -> Self {
        let senders = organisations
            .iter()
            .map(|organisation| (Identity::of(organisation), Role::Sender(organisation.key().to_owned())));
        let all = senders.chain([(Identity::ttp(), Role::Ttp)]);
        Self(all.map(|(identity, role)| (identity.clone(), Caller { identity, role })).collect())
    }

    /// Who has this identity.
    pub(super) fn caller(&self, identity: &Identity) -> Option<&Caller> {
        self.0.get(identity)
    }

    /// The identity that is registered for an organisation.
    pub(super) fn identity_for(&self, organisation: &Nihdi) -> Result<&Identity, Problem> {
        self.0
            .values()
            .find(|caller| caller.sender() == Some(organisation.key()))
            .map(|caller| &caller.identity)
            .ok_or_else(|| Problem::forbidden("not-registered"))
    }
}

/// What a request is about.
enum Route<'a> {
    Put(&'a str, &'a str),
    Receipt(&'a str, &'a str),
    Outcome(&'a str),
}

impl<'a> Route<'a> {
    fn of(method: &str, path: &'a str) -> Result<Self, Problem> {
        let mut parts = path.strip_prefix("/v1/batches/").ok_or_else(Problem::not_found)?.split('/');
        let parts = [parts.next(), parts.next(), parts.next(), parts.next()];
        let route = match (method, parts) {
            ("PUT", [Some(batch), Some(stream), None, None]) => Self::Put(batch, stream),
            ("GET", [Some(batch), None, None, None]) => Self::Outcome(batch),
            ("GET", [Some(batch), Some(stream), Some("receipt"), None]) => Self::Receipt(batch, stream),
            _ => return Err(Problem::not_found()),
        };
        match route {
            Self::Put(batch, _) if !is_batch_name(batch) => Err(Problem::unprocessable("batch-name")),
            route => Ok(route),
        }
    }
}

impl<R: Receiver> Handler for Service<R> {
    fn limit(&self, head: &Head) -> BodyLimit {
        match self.check(head) {
            Ok(limit) => BodyLimit::Bytes(limit),
            Err(problem) => {
                self.log_problem(head, &problem);
                BodyLimit::Refused(problem.response())
            }
        }
    }

    fn answer(&self, request: Request) -> Response {
        let head = &request.head;
        if let Some((fault, response)) = self.faults.instead_of_work(self.side) {
            self.log_fault(fault);
            return response;
        }
        let response = self.work(head, &request.body).unwrap_or_else(|problem| {
            self.log_problem(head, &problem);
            problem.response()
        });
        if self.faults.strikes(self.side, FaultKind::LostAnswer) {
            self.log_fault(name(FaultKind::LostAnswer));
            return response.ending(Ending::Drop);
        }
        response
    }
}

impl<R: Receiver> Service<R> {
    /// What can be said before the body comes.
    fn check(&self, head: &Head) -> Result<u64, Problem> {
        let caller = self.caller(head)?;
        match Route::of(&head.method, &head.path)? {
            Route::Put(_, stream) => {
                let expected = self.receiver.media_type(stream, caller)?;
                let given = head.header("content-type").unwrap_or_default();
                if !given.eq_ignore_ascii_case(expected) {
                    return Err(Problem::unsupported());
                }
                digest_in(head)?;
                Ok(LARGEST)
            }
            Route::Receipt(..) | Route::Outcome(_) => Ok(0),
        }
    }

    fn work(&self, head: &Head, body: &[u8]) -> Result<Response, Problem> {
        let caller = self.caller(head)?;
        match Route::of(&head.method, &head.path)? {
            Route::Put(batch, stream) => {
                let digest = content_digest(body);
                if digest_in(head)? != digest {
                    return Err(Problem::unprocessable("digest-differs"));
                }
                let put = Put { caller, batch, stream, digest, body };
                let stored = self.receiver.put(&put)?;
                self.journal.step(&Step {
                    step: if stored.first { "received" } else { "received-again" },
                    sender: caller.sender(),
                    batch: Some(batch),
                    stream: Some(stream),
                    count: Some(stored.receipt.count.into()),
                    ..Step::default()
                });
                Ok(self.receipt(if stored.first { 202 } else { 200 }, stored.receipt))
            }
            Route::Receipt(batch, stream) => {
                Ok(self.receipt(200, self.receiver.receipt(caller, batch, stream)?))
            }
            Route::Outcome(batch) => {
                let outcome = self.receiver.outcome(caller, batch)?;
                Ok(Response::with_body(200, "application/json", outcome))
            }
        }
    }

    fn caller(&self, head: &Head) -> Result<&Caller, Problem> {
        let identity = head.client_certificate.as_deref().and_then(identity_of);
        identity
            .and_then(|identity| self.registry.caller(&identity))
            .ok_or_else(|| Problem::forbidden("not-registered"))
    }

    fn receipt(&self, status: u16, mut receipt: Receipt) -> Response {
        if self.faults.strikes(self.side, FaultKind::WrongDigest) {
            self.log_fault(name(FaultKind::WrongDigest));
            receipt.digest = content_digest(receipt.digest.as_bytes());
        }
        Response::with_body(status, "application/json", serde_json::to_vec(&receipt).unwrap_or_default())
    }

    fn log_fault(&self, name: &str) {
        self.journal.step(&Step { step: "fault", reason: Some(name), ..Step::default() });
    }

    fn log_problem(&self, head: &Head, problem: &Problem) {
        let batch = match Route::of(&head.method, &head.path) {
            Ok(Route::Put(batch, _) | Route::Receipt(batch, _) | Route::Outcome(batch)) => Some(batch),
            Err(_) => None,
        };
        self.journal.step(&Step {
            step: "answered",
            // Only what looks like a batch's name; a path may hold anything.
            batch: batch.filter(|batch| is_batch_name(batch)),
            status: Some(problem.status),
            reason: Some(problem.code),
            ..Step::default()
        });
    }
}

/// Bytes of a body at the most: a thousand registrations of 64 KiB.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The SHA-256 in `Content-Digest`, as receipts write it. Other algorithms
/// beside it are allowed and not looked at.
fn digest_in(head: &Head) -> Result<String, Problem> {
    let given = head.header("content-digest").ok_or_else(|| Problem::bad_request("digest"))?;
    let ours = given.split(',').map(str::trim).find(|digest| digest.starts_with("sha-256=:"));
    ours.map(str::to_owned).ok_or_else(|| Problem::bad_request("digest"))
}
