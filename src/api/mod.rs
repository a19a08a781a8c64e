//! The API under `/proxy`, by which systems send registrations and ask about
//! them.
//!
//! One table (`routes.rs`) names every address, who may, and what it takes and
//! answers; the description that clients get (`openapi.rs`) is made of it. A
//! request goes through [`Handler::limit`], which refuses before a byte of the
//! body is read, then to the one function that its line names. What a payload
//! must fulfil is said in `validate`, what becomes of it in `intake`: the same
//! as for a file.

use std::sync::Arc;

use uuid::Uuid;

use crate::{
    config::Config,
    domain::form::Form,
    error::{Code, Error, Result},
    front::{BodyLimit, Handler, Head, Request, Response},
    intake::convoy::Convoy,
    language::Language,
    store::{Store, submission},
};
use access::Access;
use answer::Answer;
use call::Call;
use route::{Need, Route};
use routes::ROUTES;

mod access;
mod answer;
mod batch;
mod call;
mod course;
mod definition;
mod fhir;
mod known;
mod number;
mod openapi;
mod organisation;
mod payload;
mod problem;
pub mod reference;
mod route;
mod routes;
mod sadmi;
mod submit;
mod submitted;

/// The API as what answers the front door.
pub struct Api {
    store: Arc<Store>,
    config: Config,
    shelf: known::Shelf,
    convoy: Convoy,
    left: course::Left,
}

/// Whether a path is the API's.
pub fn is_path(path: &str) -> bool {
    path.strip_prefix("/proxy").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The most bytes of a body, of who has a key.
const BODY: u64 = 16 << 20;

impl Api {
    /// The API on `store`. Batches that an earlier process left undone are
    /// ended.
    ///
    /// # Errors
    ///
    /// The system gives no thread, or what the store says.
    pub fn new(store: Arc<Store>, config: Config) -> Result<Self> {
        if store.write(submission::end_interrupted)? > 0 {
            tracing::warn!("batches were under way when the appliance ended; nobody got an answer");
        }
        Ok(Self {
            convoy: Convoy::start(Arc::clone(&store))?,
            left: course::Left::default(),
            shelf: known::Shelf::default(),
            store,
            config,
        })
    }

    fn language(&self, head: &Head, query: &Form) -> Language {
        call::language(head, query, self.config.language)
    }

    /// The line of a request and who asks, or the answer that refuses it.
    fn enter<'a>(&'a self, head: &'a Head, body: &'a [u8]) -> Result<Call<'a>, Answer> {
        let query = Form::read(head.query.as_deref().unwrap_or_default().as_bytes());
        let language = self.language(head, &query);
        let request = head.id.to_string();
        let (route, part): (&'static Route, _) =
            route::find(ROUTES, &head.method, &head.path).map_err(|methods| {
                if methods.is_empty() {
                    return problem::of_error(&Error::new(Code::NotFound, "api-nowhere"), &request, language);
                }
                let title = language.text("api-method", &[]);
                problem::of(405, "api-method", &title, &request, &[]).header("Allow", allowed(&methods))
            })?;
        let key = match access::of(self, head, language) {
            Ok(Access::Of(key)) => Some(key),
            Ok(Access::Nobody) if route.need == Need::Anyone => None,
            Ok(Access::Nobody) => return Err(access::needed(&request, language, "api-key-needed")),
            Ok(Access::Refused(answer)) => return Err(answer),
            Err(error) => return Err(failed(&error, &request, language)),
        };
        if route.need == Need::Reader && key.as_ref().is_some_and(|key| !key.may_read) {
            let error = Error::new(Code::Forbidden, "api-key-reads-not");
            return Err(problem::of_error(&error, &request, language));
        }
        if !route.body.is_empty() && !is_plain(head) {
            let title = language.text("api-body-encoding", &[]);
            let refused = problem::of(415, "api-body-encoding", &title, &request, &[]);
            return Err(refused.header("Accept-Encoding", "identity"));
        }
        Ok(Call { api: self, head, route, part, query, key, language, body })
    }

    fn act(&self, head: &Head, body: &[u8]) -> Answer {
        let call = match self.enter(head, body) {
            Ok(call) => call,
            Err(refused) => return guarded(head, refused),
        };
        let done = call.check().and_then(|()| (call.route.act)(&call));
        guarded(head, done.unwrap_or_else(|error| failed(&error, &head.id.to_string(), call.language)))
    }
}

impl Handler for Api {
    fn limit(&self, head: &Head) -> BodyLimit {
        match self.enter(head, b"") {
            Ok(call) if call.route.body.is_empty() => BodyLimit::Bytes(0),
            Ok(_) => BodyLimit::Chunked(BODY),
            Err(refused) => BodyLimit::Refused(respond(guarded(head, refused))),
        }
    }

    fn answer(&self, request: Request) -> Response {
        respond(self.act(&request.head, &request.body))
    }

    fn knows(&self, part: &str) -> bool {
        ROUTES.iter().flat_map(|route| route.path.split('/')).any(|known| known == part)
    }

    fn refuse(&self, status: u16, id: Uuid, head: Option<&Head>) -> Response {
        if let (405, Some(head)) = (status, head)
            && let Err(refused) = self.enter(head, b"")
        {
            return respond(guarded(head, refused));
        }
        let language = head.map_or_else(Language::default, |head| self.language(head, &Form::default()));
        let code = if status == 413 { "api-body-too-large" } else { "api-refused" };
        let title = language.text(code, &[("limit", (BODY >> 20).into())]);
        let refused = problem::of(status, code, &title, &id.to_string(), &[]);
        respond(match head {
            Some(head) => guarded(head, refused),
            None => refused,
        })
    }
}

/// Whether the body is to be read as it comes: not packed, and in UTF-8, as JSON
/// is.
fn is_plain(head: &Head) -> bool {
    let coding = head.header("content-encoding").unwrap_or_default().trim();
    let kind = head.header("content-type").unwrap_or_default();
    let mut charsets = kind.split(';').skip(1).filter_map(|param| {
        let (name, value) = param.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"'))
    });
    let is_known =
        |charset: &str| ["utf-8", "utf8", "us-ascii"].iter().any(|it| it.eq_ignore_ascii_case(charset));
    (coding.is_empty() || coding.eq_ignore_ascii_case("identity")) && charsets.all(is_known)
}

/// What a path takes, as the field `Allow` says it.
fn allowed(methods: &[&'static str]) -> String {
    let each = methods.iter().map(|method| if *method == "GET" { "GET, HEAD" } else { method });
    each.collect::<Vec<_>>().join(", ")
}

/// The answer to what failed; the log is told what the reader is not.
fn failed(error: &Error, request: &str, language: Language) -> Answer {
    if matches!(error.code, Code::Internal | Code::Unavailable) {
        let cause = error.cause.as_ref().map(tracing::field::display);
        tracing::error!(id = error.id, request, cause, "a request of the API failed");
    }
    let answer = problem::of_error(error, request, language);
    match (error.code, error.id) {
        (Code::Unauthorized, id) => access::needed(request, language, id),
        (Code::Unavailable, _) | (_, "api-idempotency-under-way") => answer.header("Retry-After", "1"),
        _ => answer,
    }
}

/// The same answer; where the program checks itself, only one that the table
/// tells of.
fn guarded(head: &Head, answer: Answer) -> Answer {
    debug_assert!(
        problem::is_told(&head.method, &head.path, &answer),
        "the table does not tell of {} at {} {}: {}",
        answer.status,
        head.method,
        head.path,
        String::from_utf8_lossy(&answer.body)
    );
    answer
}

fn respond(answer: Answer) -> Response {
    answer.respond().unwrap_or_else(|_| Response::problem(500))
}
