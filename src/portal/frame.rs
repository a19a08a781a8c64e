//! What stands around every page: who is logged in, where they may go, the
//! group's own pages, the manual's part.

use minijinja::Value;

use super::{content::content, visit::Visit};
use crate::domain::role::Permission;

/// The pages of the installation: what they are called, and who gets a link to them.
const NAV: &[(&str, &str, Option<Permission>)] = &[
    ("nav-home", "/ssp", None),
    ("nav-groups", "/ssp/groups", None),
    ("nav-certificates", "/ssp/certificates", Some(Permission::CertificatesRead)),
    ("nav-definitions", "/ssp/definitions", None),
    ("nav-accounts", "/ssp/accounts", Some(Permission::Accounts)),
    ("nav-audit", "/ssp/audit", Some(Permission::AuditRead)),
    ("nav-settings", "/ssp/settings", Some(Permission::Settings)),
];

/// The pages of a group: what they are called, and who gets a link to them.
const TABS: &[(&str, &str, Permission)] = &[
    ("tab-overview", "", Permission::Overview),
    ("tab-members", "/members", Permission::MembersRead),
    ("tab-certificates", "/certificates", Permission::CertificatesRead),
    ("tab-uploads", "/uploads", Permission::Upload),
    ("tab-registrations", "/registrations", Permission::RegistrationCounts),
    ("tab-queue", "/queue", Permission::QueueRead),
    ("tab-enrolments", "/enrolments", Permission::EnrolmentsRead),
    ("tab-objections", "/objections", Permission::EnrolmentsRead),
    ("tab-api", "/api", Permission::ApiKeysRead),
];

/// The frame of the page that `visit` gets.
pub(super) fn of(visit: &Visit<'_>) -> Value {
    let arrived = visit.who.as_ref().filter(|who| who.has_arrived());
    let path = visit.head.path.as_str();
    let item = |id, href, is_exact| item(visit.language.plain(id), href, path, is_exact);
    let nav: Vec<Value> = arrived.map_or_else(Vec::new, |who| {
        let may = |permission: &Option<Permission>| {
            permission.is_none_or(|permission| who.standing.permits_somewhere(permission))
        };
        let items = NAV.iter().filter(|(_, _, permission)| may(permission));
        items.map(|(id, href, _)| item(id, (*href).to_owned(), *href == "/ssp")).collect()
    });
    let group = visit.group.as_ref().map(|group| {
        let tabs = TABS.iter().filter(|(_, _, permission)| visit.permits(*permission));
        let tabs: Vec<_> =
            tabs.map(|(id, rest, _)| item(id, visit.group_path(rest), rest.is_empty())).collect();
        content! { title = &group.title, nihdi = group.nihdi.as_str(), tabs = tabs }
    });
    let help = match visit.route.help {
        "" => "/ssp/help".to_owned(),
        part => format!("/ssp/help/{part}"),
    };
    let done = Some(visit.query.get("done")).filter(|done| visit.language.has(&format!("done-{done}")));
    content! {
        account = arrived.map(|who| who.account.email.as_str()),
        csrf = visit.csrf.as_str(),
        path = path,
        request = visit.head.id.to_string(),
        help = help,
        done = done,
        nav = nav,
        group = group,
    }
}

/// A link; `here` is what `aria-current` says of it. `exact` items are current
/// on their own page only, others on all below.
fn item(text: Option<&str>, href: String, path: &str, exact: bool) -> Value {
    let below = || !exact && path.strip_prefix(href.as_str()).is_some_and(|rest| rest.starts_with('/'));
    let here = match path {
        _ if path == href => Some("page"),
        _ if below() => Some("true"),
        _ => None,
    };
    content! { text = text, href = href, here = here }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn every_link_has_a_text_in_every_language() {
        let ids = NAV.iter().map(|(id, ..)| id).chain(TABS.iter().map(|(id, ..)| id));
        for (id, language) in ids.flat_map(|id| Language::ALL.map(|language| (id, language))) {
            assert!(language.plain(id).is_some(), "{id} in {language:?}");
        }
    }
}
