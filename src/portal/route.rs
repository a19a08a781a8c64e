//! What a line of the route table says, and finding the line for a request.

use std::collections::{HashMap, HashSet};

use super::{answer::Answer, visit::Visit};
use crate::{domain::role::Permission, error::Result};

/// One line of the table: a method and a path, who may, and what answers.
pub struct Route {
    /// How it is asked for.
    pub method: Method,
    /// The path; a part in braces takes any one part, by that name.
    pub path: &'static str,
    /// Who may.
    pub need: Need,
    /// What body it takes.
    pub body: Body,
    /// The part of the manual that explains it.
    pub help: &'static str,
    /// What answers.
    pub page: fn(&Visit<'_>) -> Result<Answer>,
}

/// The methods of pages and forms. `HEAD` asks as `GET` does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// Reads, and changes nothing.
    Get,
    /// Changes something; always with a CSRF token.
    Post,
}

/// Who may use a route.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Need {
    /// Anybody, logged in or not.
    Anyone,
    /// Whoever has begun to log in: with a temporary password, or without the
    /// second factor yet.
    Arriving,
    /// Whoever is logged in.
    SignedIn,
    /// Whoever has the permission in the whole installation.
    Installation(Permission),
    /// Whoever has the permission in at least one organisation, or in the
    /// whole installation; the page shows those organisations only.
    Somewhere(Permission),
    /// Whoever has the permission in the organisation that `{group}` names.
    /// To whom that organisation is closed, it does not exist.
    Group(Permission),
}

/// What body a request may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Body {
    /// None.
    None,
    /// The fields of a form.
    Form,
    /// The fields of a form that is long work: what was typed is kept if the
    /// session ended meanwhile.
    KeptForm,
    /// A form with a small file.
    File,
    /// A form with a file of any allowed size, which goes to the disk as it
    /// comes.
    Upload,
}

/// The values of the parts in braces.
#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(&'static str, String)>);

impl Params {
    /// The value of the part called `name`; empty if the path has none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

impl Route {
    /// The values of the parts in braces, if `path` is this route's.
    pub fn matches(&self, path: &str) -> Option<Params> {
        let mut params = Vec::new();
        let (mut wanted, mut given) = (self.path.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return Some(Params(params)),
                (Some(want), Some(part)) => {
                    match want.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                        Some(name) if is_plain(part) => params.push((name, part.to_owned())),
                        None if want == part => {}
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }
}

/// Parts are numbers, codes and random names, so nothing needs decoding, and
/// what would is no address of ours.
fn is_plain(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= 128
        && !part.starts_with('.')
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The lines by how many parts their paths have and what the last one is, so
/// that few are compared with each request.
pub struct Table {
    routes: HashMap<(usize, &'static str), Vec<&'static Route>>,
    parts: HashSet<&'static str>,
}

impl Table {
    /// The table of these lines.
    pub fn new(lines: &'static [Route]) -> Self {
        let mut routes: HashMap<_, Vec<_>> = HashMap::new();
        for route in lines {
            let (parts, last) = end(route.path);
            let last = if last.starts_with('{') { ANY } else { last };
            routes.entry((parts, last)).or_default().push(route);
        }
        Self { routes, parts: lines.iter().flat_map(|route| route.path.split('/')).collect() }
    }

    /// The line for a request, or the methods that the path knows if this is
    /// none of them.
    pub fn find(&self, method: Method, path: &str) -> Result<(&'static Route, Params), Vec<Method>> {
        let (parts, last) = end(path);
        let mut others = Vec::new();
        for route in [last, ANY].into_iter().filter_map(|last| self.routes.get(&(parts, last))).flatten() {
            let Some(params) = route.matches(path) else { continue };
            if route.method == method {
                return Ok((route, params));
            }
            others.push(route.method);
        }
        Err(others)
    }

    /// Whether some path has this very part.
    pub fn knows(&self, part: &str) -> bool {
        self.parts.contains(part)
    }
}

/// Stands for a last part in braces; no path's last part has a brace.
const ANY: &str = "{}";

/// How many parts a path has, and the last one.
fn end(path: &str) -> (usize, &str) {
    let parts = path.bytes().filter(|byte| *byte == b'/').count();
    (parts, path.rsplit_once('/').map_or(path, |(_, last)| last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(path: &'static str) -> Route {
        let page = |_: &Visit<'_>| Ok(Answer::redirect("/ssp"));
        Route { method: Method::Get, path, need: Need::Anyone, body: Body::None, help: "", page }
    }

    #[test]
    fn a_part_in_braces_takes_one_plain_part() {
        let route = route("/ssp/groups/{group}/members");
        assert_eq!(route.matches("/ssp/groups/71099911/members").unwrap().get("group"), "71099911");
        for path in [
            "/ssp/groups/71099911",
            "/ssp/groups/71099911/members/",
            "/ssp/groups//members",
            "/ssp/groups/../members",
            "/ssp/groups/%2e%2e/members",
            "/ssp/groups/a/b/members",
        ] {
            assert!(route.matches(path).is_none(), "{path}");
        }
    }

    #[test]
    fn a_known_path_with_another_method_says_which_it_knows() {
        let lines = vec![route("/ssp"), route("/ssp/login"), route("/ssp/groups/{group}")];
        let table = Table::new(Box::leak(lines.into_boxed_slice()));
        let find = |method, path| table.find(method, path).map(|(route, _)| route.path);
        assert_eq!(find(Method::Get, "/ssp/login"), Ok("/ssp/login"));
        assert_eq!(find(Method::Get, "/ssp/groups/7"), Ok("/ssp/groups/{group}"));
        assert_eq!(find(Method::Post, "/ssp/login"), Err(vec![Method::Get]));
        for none in ["/ssp/other", "/ssp/groups/{}", "/", ""] {
            assert_eq!(find(Method::Get, none), Err(vec![]));
        }
    }
}
