//! What stands around every page: who is logged in, where they may go, the
//! group's own pages, the manual's part.

use serde::Serialize;

use super::visit::Visit;
use crate::domain::role::Permission;

/// The frame of a page.
#[derive(Serialize)]
pub(super) struct Frame<'a> {
    account: Option<&'a str>,
    csrf: &'a str,
    path: &'a str,
    request: String,
    help: String,
    done: Option<&'a str>,
    nav: Vec<Item>,
    group: Option<Group<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    title: &'a str,
    nihdi: &'a str,
    tabs: Vec<Item>,
}

/// A link; `here` is what `aria-current` says of it.
#[derive(Serialize)]
struct Item {
    name: &'static str,
    href: String,
    here: Option<&'static str>,
}

/// The pages of the installation, and who gets a link to them.
const NAV: &[(&str, &str, Option<Permission>)] = &[
    ("home", "/ssp", None),
    ("groups", "/ssp/groups", None),
    ("certificates", "/ssp/certificates", Some(Permission::CertificatesRead)),
    ("definitions", "/ssp/definitions", None),
    ("accounts", "/ssp/accounts", Some(Permission::Accounts)),
    ("audit", "/ssp/audit", Some(Permission::AuditRead)),
    ("settings", "/ssp/settings", Some(Permission::Settings)),
];

/// The pages of a group, and who gets a link to them.
const TABS: &[(&str, &str, Permission)] = &[
    ("overview", "", Permission::Overview),
    ("members", "/members", Permission::MembersRead),
    ("certificates", "/certificates", Permission::CertificatesRead),
    ("uploads", "/uploads", Permission::Upload),
    ("registrations", "/registrations", Permission::RegistrationCounts),
    ("queue", "/queue", Permission::QueueRead),
    ("enrolments", "/enrolments", Permission::EnrolmentsRead),
    ("objections", "/objections", Permission::EnrolmentsRead),
    ("api", "/api", Permission::ApiKeysRead),
];

/// The frame of the page that `visit` gets.
pub(super) fn of<'a>(visit: &'a Visit<'_>) -> Frame<'a> {
    let arrived = visit.who.as_ref().filter(|who| who.has_arrived());
    let path = visit.head.path.as_str();
    let nav = arrived.map_or_else(Vec::new, |who| {
        let may = |permission: &Option<Permission>| {
            permission.is_none_or(|permission| who.standing.permits_somewhere(permission))
        };
        let items = NAV.iter().filter(|(_, _, permission)| may(permission));
        items.map(|(name, href, _)| item(name, (*href).to_owned(), path, *name == "home")).collect()
    });
    let group = visit.group.as_ref().map(|group| {
        let tabs = TABS.iter().filter(|(_, _, permission)| visit.permits(*permission));
        let tabs = tabs.map(|(name, rest, _)| item(name, visit.group_path(rest), path, rest.is_empty()));
        Group { title: &group.title, nihdi: group.nihdi.as_str(), tabs: tabs.collect() }
    });
    Frame {
        account: arrived.map(|who| who.account.email.as_str()),
        csrf: &visit.csrf,
        path,
        request: visit.head.id.to_string(),
        help: match visit.route.help {
            "" => "/ssp/help".to_owned(),
            part => format!("/ssp/help/{part}"),
        },
        done: Some(visit.query.get("done")).filter(|done| visit.language.has(&format!("done-{done}"))),
        nav,
        group,
    }
}

/// `exact` items are current on their own page only, others on all below.
fn item(name: &'static str, href: String, path: &str, exact: bool) -> Item {
    let below = || !exact && path.strip_prefix(href.as_str()).is_some_and(|rest| rest.starts_with('/'));
    let here = match path {
        _ if path == href => Some("page"),
        _ if below() => Some("true"),
        _ => None,
    };
    Item { name, href, here }
}
