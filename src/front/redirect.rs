//! Plain HTTP: nothing but a pointer to HTTPS.

use std::net::TcpListener;

use super::{BodyLimit, Handler, Head, Limits, Request, Response, Rules, Server, host::without_port};
use crate::error::Result;

/// Answers plain HTTP on `listeners` with a permanent redirection to the same
/// host and path by HTTPS on `port`. Only the hosts of `names` are answered,
/// another is refused (421), so nobody can be sent elsewhere; what is sent by
/// another method than GET and HEAD is refused as well and not read.
///
/// # Errors
///
/// As [`Server::start`].
pub fn redirect(
    listeners: Vec<TcpListener>,
    names: Vec<String>,
    port: u16,
    limits: Limits,
) -> Result<Server> {
    let rules = Rules { methods: &["GET", "HEAD"], names, limits, log: false };
    Server::plain(listeners, std::sync::Arc::new(Redirect { port }), rules)
}

struct Redirect {
    port: u16,
}

impl Handler for Redirect {
    fn limit(&self, _: &Head) -> BodyLimit {
        BodyLimit::Bytes(0)
    }

    fn answer(&self, request: Request) -> Response {
        let Head { path, query, .. } = &request.head;
        let host = without_port(request.head.header("host").unwrap_or_default());
        let port = if self.port == 443 { String::new() } else { format!(":{}", self.port) };
        let query = query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
        // A browser that trusts its own memory could not be told otherwise later.
        Response::new(308)
            .ending(super::Ending::Close)
            .header("Cache-Control", "no-store")
            .and_then(|response| response.header("Location", format!("https://{host}{port}{path}{query}")))
            .unwrap_or_else(|_| Response::problem(400))
    }
}
