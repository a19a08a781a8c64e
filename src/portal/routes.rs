//! The route table: every address of the portal, who may use it, what body it
//! takes, the part of the manual that explains it, and what answers.

use std::sync::LazyLock;

use super::{
    pages::{
        account, api_key, api_reference, audit, certificate, certificate_add, connection, definition,
        definition_compare, definition_drafts, enrolment, enrolment_file, entry, entry_list, error, group,
        group_edit, group_limit, health, help, home, language, login, me, member, member_edit, objection,
        objection_file, queue, reconciliation, registration, registration_list, registration_search,
        registration_withdraw, role, second_factor, settings, settings_certificate, setup, static_file,
        support, trust, upload, upload_act, upload_findings, upload_new, welcome,
    },
    route::{
        Body::{self, File, Form, KeptForm, None},
        Method::{Get, Post},
        Need::{self, Anyone, Arriving, Group, Installation, SignedIn, Somewhere},
        Route, Table,
    },
    visit::Visit,
};
use crate::{
    domain::role::Permission::{
        Accounts, ApiKeysEdit, ApiKeysRead, AuditRead, CertificatesEdit, CertificatesRead, EnrolmentsEdit,
        EnrolmentsRead, IdentifiersShow, MembersEdit, MembersRead, Organisations, Overview, QueueEdit,
        QueueRead, RegistrationCounts, RegistrationsEdit, RegistrationsEnter, RegistrationsRead, Settings,
        Upload,
    },
    error::Result,
    portal::answer::Answer,
};

type Page = fn(&Visit<'_>) -> Result<Answer>;

const fn get(path: &'static str, need: Need, help: &'static str, page: Page) -> Route {
    Route { method: Get, path, need, body: None, help, page }
}

const fn post(path: &'static str, need: Need, body: Body, help: &'static str, page: Page) -> Route {
    Route { method: Post, path, need, body, help, page }
}

/// What answers where there is nothing.
pub(super) const NOWHERE: Route =
    Route { method: Get, path: "", need: Anyone, body: None, help: "", page: error::nowhere };

/// All routes, to be found by.
pub(super) static TABLE: LazyLock<Table> = LazyLock::new(|| Table::new(ROUTES));

/// All routes.
pub(super) const ROUTES: &[Route] = &[
    get("/", Anyone, "", home::front),
    get("/ssp/static/{stamp}/{file}", Anyone, "", static_file::show),
    // Log in
    get("/ssp/setup", Anyone, "login", setup::show),
    post("/ssp/setup", Anyone, Form, "login", setup::post),
    get("/ssp/login", Anyone, "login", login::show),
    post("/ssp/login", Anyone, Form, "login", login::post),
    get("/ssp/login/code", Arriving, "login", login::show_code),
    post("/ssp/login/code", Arriving, Form, "login", login::post_code),
    get("/ssp/welcome", Arriving, "login", welcome::show),
    post("/ssp/welcome", Arriving, Form, "login", welcome::post),
    post("/ssp/logout", Arriving, Form, "login", login::leave),
    post("/ssp/language", Anyone, Form, "", language::post),
    // The manual
    get("/ssp/help", Anyone, "", help::list),
    get("/ssp/help/{part}", Anyone, "", help::show),
    get("/ssp/help/api/reference", Anyone, "api", api_reference::show),
    // One's own account
    get("/ssp", SignedIn, "home", home::show),
    get("/ssp/me", SignedIn, "account", me::show),
    post("/ssp/me/password", SignedIn, Form, "account", me::post_password),
    post("/ssp/me/sessions", SignedIn, Form, "account", me::end_session),
    get("/ssp/me/second-factor", Arriving, "account", second_factor::show),
    post("/ssp/me/second-factor", Arriving, Form, "account", second_factor::post),
    post("/ssp/me/second-factor/remove", SignedIn, Form, "account", second_factor::give_up),
    get("/ssp/roles", SignedIn, "roles", role::show),
    // The installation
    get("/ssp/accounts", Installation(Accounts), "accounts", account::list),
    post("/ssp/accounts/managers", Installation(Accounts), Form, "accounts", account::add_manager),
    get("/ssp/accounts/{account}/cancel", Installation(Accounts), "accounts", account::ask_cancel),
    post("/ssp/accounts/{account}/cancel", Installation(Accounts), Form, "accounts", account::cancel),
    post("/ssp/accounts/{account}/unlock", Installation(Accounts), Form, "accounts", account::unlock),
    post(
        "/ssp/accounts/{account}/password",
        Installation(Accounts),
        Form,
        "accounts",
        account::reset_password,
    ),
    // Definitions
    get("/ssp/definitions", SignedIn, "definitions", definition::list),
    post("/ssp/definitions", Installation(Settings), File, "definitions", definition::add),
    get("/ssp/definitions/{name}/{version}", SignedIn, "definitions", definition::show),
    get(
        "/ssp/definitions/{name}/{version}/drafts",
        Installation(Settings),
        "definitions",
        definition_drafts::show,
    ),
    post(
        "/ssp/definitions/{name}/{version}/drafts",
        Installation(Settings),
        Form,
        "definitions",
        definition_drafts::post,
    ),
    get(
        "/ssp/definitions/{name}/{version}/since/{other}",
        SignedIn,
        "definitions",
        definition_compare::compare,
    ),
    // Groups
    get("/ssp/groups", SignedIn, "groups", group::list),
    get("/ssp/groups/add", Installation(Organisations), "groups", group_edit::add),
    post("/ssp/groups/add", Installation(Organisations), Form, "groups", group_edit::post_add),
    get("/ssp/groups/{group}", Group(Overview), "groups", group::show),
    get("/ssp/groups/{group}/edit", Group(Organisations), "groups", group_edit::edit),
    post("/ssp/groups/{group}/edit", Group(Organisations), Form, "groups", group_edit::post_edit),
    get("/ssp/groups/{group}/definitions", Group(Organisations), "groups", group_limit::show),
    post("/ssp/groups/{group}/definitions", Group(Organisations), Form, "groups", group_limit::post),
    post("/ssp/groups/{group}/state", Group(Organisations), Form, "groups", group_edit::post_state),
    get("/ssp/groups/{group}/revisions", Group(Overview), "groups", group::revisions),
    // Members
    get("/ssp/groups/{group}/members", Group(MembersRead), "members", member::list),
    get("/ssp/groups/{group}/members/add", Group(MembersEdit), "members", member_edit::add),
    post("/ssp/groups/{group}/members/add", Group(MembersEdit), Form, "members", member_edit::post_email),
    post("/ssp/groups/{group}/members/add/roles", Group(MembersEdit), Form, "members", member_edit::post_add),
    get("/ssp/groups/{group}/members/{account}/edit", Group(MembersEdit), "members", member_edit::edit),
    post(
        "/ssp/groups/{group}/members/{account}/edit",
        Group(MembersEdit),
        Form,
        "members",
        member_edit::post_edit,
    ),
    get("/ssp/groups/{group}/members/{account}/remove", Group(MembersEdit), "members", member::ask_remove),
    post("/ssp/groups/{group}/members/{account}/remove", Group(MembersEdit), Form, "members", member::remove),
    post(
        "/ssp/groups/{group}/members/{account}/password",
        Group(MembersEdit),
        Form,
        "members",
        member::reset_password,
    ),
    post(
        "/ssp/groups/{group}/members/{account}/factor",
        Group(MembersEdit),
        Form,
        "members",
        member::reset_factor,
    ),
    // API keys
    get("/ssp/groups/{group}/api", Group(ApiKeysRead), "api", api_key::list),
    get("/ssp/groups/{group}/api/add", Group(ApiKeysEdit), "api", api_key::add),
    post("/ssp/groups/{group}/api/add", Group(ApiKeysEdit), Form, "api", api_key::post_add),
    get("/ssp/groups/{group}/api/{key}/revoke", Group(ApiKeysEdit), "api", api_key::ask_revoke),
    post("/ssp/groups/{group}/api/{key}/revoke", Group(ApiKeysEdit), Form, "api", api_key::revoke),
    // Uploads
    get("/ssp/groups/{group}/uploads", Group(Upload), "uploads", upload::list),
    get("/ssp/groups/{group}/uploads/new", Group(Upload), "uploads", upload_new::show),
    post("/ssp/groups/{group}/uploads/new", Group(Upload), Body::Upload, "uploads", upload_new::post),
    get("/ssp/groups/{group}/uploads/{upload}", Group(Upload), "uploads", upload::show),
    post("/ssp/groups/{group}/uploads/{upload}/import", Group(Upload), Form, "uploads", upload_act::import),
    get("/ssp/groups/{group}/uploads/{upload}/cancel", Group(Upload), "uploads", upload_act::ask_cancel),
    post("/ssp/groups/{group}/uploads/{upload}/cancel", Group(Upload), Form, "uploads", upload_act::cancel),
    get("/ssp/groups/{group}/uploads/{upload}/findings", Group(Upload), "uploads", upload_findings::show),
    get(
        "/ssp/groups/{group}/uploads/{upload}/findings.csv",
        Group(Upload),
        "uploads",
        upload_findings::download,
    ),
    post(
        "/ssp/groups/{group}/uploads/{upload}/mend.csv",
        Group(Upload),
        Form,
        "uploads",
        upload_findings::mend,
    ),
    get("/ssp/groups/{group}/uploads/imports/{import}", Group(Upload), "uploads", upload_findings::show),
    get(
        "/ssp/groups/{group}/uploads/imports/{import}/findings.csv",
        Group(Upload),
        "uploads",
        upload_findings::download,
    ),
    post(
        "/ssp/groups/{group}/uploads/imports/{import}/mend.csv",
        Group(Upload),
        Form,
        "uploads",
        upload_findings::mend,
    ),
    // The queue
    get("/ssp/groups/{group}/queue", Group(QueueRead), "queue", queue::list),
    post("/ssp/groups/{group}/queue/retry", Group(QueueEdit), Form, "queue", queue::retry_parked),
    get("/ssp/groups/{group}/queue/imports", Group(QueueRead), "queue", reconciliation::list),
    get("/ssp/groups/{group}/queue/imports/{import}", Group(QueueRead), "queue", reconciliation::show),
    get("/ssp/groups/{group}/queue/{delivery}", Group(QueueRead), "queue", queue::show),
    post("/ssp/groups/{group}/queue/{delivery}/retry", Group(QueueEdit), Form, "queue", queue::retry),
    post("/ssp/groups/{group}/queue/{delivery}/park", Group(QueueEdit), Form, "queue", queue::park),
    // Enrolments
    get("/ssp/groups/{group}/enrolments", Group(EnrolmentsRead), "enrolments", enrolment::list),
    get("/ssp/groups/{group}/enrolments/export", Group(EnrolmentsRead), "enrolments", enrolment_file::export),
    post(
        "/ssp/groups/{group}/enrolments/search",
        Group(EnrolmentsRead),
        Form,
        "enrolments",
        enrolment::search,
    ),
    post("/ssp/groups/{group}/enrolments/add", Group(EnrolmentsEdit), Form, "enrolments", enrolment::add),
    post(
        "/ssp/groups/{group}/enrolments/import",
        Group(EnrolmentsEdit),
        File,
        "enrolments",
        enrolment_file::import,
    ),
    get(
        "/ssp/groups/{group}/enrolments/{enrolment}/end",
        Group(EnrolmentsEdit),
        "enrolments",
        enrolment::ask_end,
    ),
    post(
        "/ssp/groups/{group}/enrolments/{enrolment}/end",
        Group(EnrolmentsEdit),
        Form,
        "enrolments",
        enrolment::end,
    ),
    // Objections
    get("/ssp/groups/{group}/objections", Group(EnrolmentsRead), "objections", objection::list),
    post(
        "/ssp/groups/{group}/objections/search",
        Group(EnrolmentsEdit),
        Form,
        "objections",
        objection::search,
    ),
    post("/ssp/groups/{group}/objections/add", Group(EnrolmentsEdit), Form, "objections", objection::add),
    post(
        "/ssp/groups/{group}/objections/import",
        Group(EnrolmentsEdit),
        File,
        "objections",
        objection_file::import,
    ),
    post(
        "/ssp/groups/{group}/objections/show",
        Group(IdentifiersShow),
        Form,
        "objections",
        objection_file::show,
    ),
    post(
        "/ssp/groups/{group}/objections/export",
        Group(IdentifiersShow),
        Form,
        "objections",
        objection_file::export,
    ),
    get(
        "/ssp/groups/{group}/objections/{objection}/end",
        Group(EnrolmentsEdit),
        "objections",
        objection::ask_end,
    ),
    post(
        "/ssp/groups/{group}/objections/{objection}/end",
        Group(EnrolmentsEdit),
        Form,
        "objections",
        objection::end,
    ),
    // The audit
    get("/ssp/audit", Somewhere(AuditRead), "audit", audit::list),
    post("/ssp/audit/search", Somewhere(AuditRead), Form, "audit", audit::search),
    post("/ssp/audit/export", Somewhere(AuditRead), Form, "audit", audit::export),
    post("/ssp/audit/verify", Somewhere(AuditRead), Form, "audit", audit::verify),
    // Registrations
    get(
        "/ssp/groups/{group}/registrations",
        Group(RegistrationCounts),
        "registrations",
        registration_list::show,
    ),
    get(
        "/ssp/groups/{group}/registrations/search",
        Group(RegistrationsRead),
        "registrations",
        registration_search::show,
    ),
    post(
        "/ssp/groups/{group}/registrations/search",
        Group(RegistrationsRead),
        Form,
        "registrations",
        registration_search::post,
    ),
    get(
        "/ssp/groups/{group}/registrations/{registration}",
        Group(RegistrationsRead),
        "registrations",
        registration::show,
    ),
    post(
        "/ssp/groups/{group}/registrations/{registration}/identifiers",
        Group(IdentifiersShow),
        Form,
        "registrations",
        registration::identify,
    ),
    get(
        "/ssp/groups/{group}/registrations/{registration}/withdraw",
        Group(RegistrationsEdit),
        "registrations",
        registration_withdraw::ask,
    ),
    post(
        "/ssp/groups/{group}/registrations/{registration}/withdraw",
        Group(RegistrationsEdit),
        Form,
        "registrations",
        registration_withdraw::withdraw,
    ),
    // Forms
    get("/ssp/groups/{group}/registrations/new", Group(RegistrationsEnter), "forms", entry_list::list),
    get("/ssp/groups/{group}/registrations/new/{definition}", Group(RegistrationsEnter), "forms", entry::new),
    post(
        "/ssp/groups/{group}/registrations/new/{definition}",
        Group(RegistrationsEnter),
        KeptForm,
        "forms",
        entry::post_new,
    ),
    get(
        "/ssp/groups/{group}/registrations/new/{definition}/{form}",
        Group(RegistrationsEnter),
        "forms",
        entry::new,
    ),
    post(
        "/ssp/groups/{group}/registrations/new/{definition}/{form}",
        Group(RegistrationsEnter),
        KeptForm,
        "forms",
        entry::post_new,
    ),
    get(
        "/ssp/groups/{group}/registrations/{registration}/edit",
        Group(RegistrationsEnter),
        "forms",
        entry::edit,
    ),
    post(
        "/ssp/groups/{group}/registrations/{registration}/edit",
        Group(RegistrationsEnter),
        KeptForm,
        "forms",
        entry::post_edit,
    ),
    // Certificates
    get("/ssp/certificates", Somewhere(CertificatesRead), "certificates", certificate::overview),
    get("/ssp/groups/{group}/certificates", Group(CertificatesRead), "certificates", certificate::list),
    get(
        "/ssp/groups/{group}/certificates/add",
        Group(CertificatesEdit),
        "certificates",
        certificate_add::show,
    ),
    post(
        "/ssp/groups/{group}/certificates/add",
        Group(CertificatesEdit),
        File,
        "certificates",
        certificate_add::post,
    ),
    post(
        "/ssp/groups/{group}/certificates/test",
        Group(CertificatesEdit),
        Form,
        "certificates",
        connection::test,
    ),
    get(
        "/ssp/groups/{group}/certificates/{version}",
        Group(CertificatesRead),
        "certificates",
        certificate::show,
    ),
    post(
        "/ssp/groups/{group}/certificates/{version}/publish",
        Group(CertificatesEdit),
        Form,
        "certificates",
        certificate::publish,
    ),
    // The installation's own settings, its certificate, its health
    get("/ssp/settings", Installation(Settings), "settings", settings::show),
    get("/ssp/settings/certificate", Installation(Settings), "settings", settings_certificate::show),
    post("/ssp/settings/certificate", Installation(Settings), File, "settings", settings_certificate::give),
    post(
        "/ssp/settings/certificate/request",
        Installation(Settings),
        Form,
        "settings",
        settings_certificate::request,
    ),
    get(
        "/ssp/settings/certificate/request.csr",
        Installation(Settings),
        "settings",
        settings_certificate::pending,
    ),
    post(
        "/ssp/settings/certificate/answer",
        Installation(Settings),
        File,
        "settings",
        settings_certificate::answer,
    ),
    post(
        "/ssp/settings/certificate/forget",
        Installation(Settings),
        Form,
        "settings",
        settings_certificate::forget,
    ),
    get("/ssp/settings/ca.crt", Installation(Settings), "settings", trust::der),
    get("/ssp/settings/ca.pem", Installation(Settings), "settings", trust::pem),
    get("/ssp/settings/health", Somewhere(AuditRead), "health", health::show),
    get("/ssp/health", Anyone, "", health::machine),
    get("/ssp/trust", Anyone, "trust", trust::show),
    get("/ssp/ca.crt", Anyone, "", trust::der),
    get("/ssp/ca.pem", Anyone, "", trust::pem),
    get("/ssp/support", SignedIn, "support", support::show),
];

/// A line of the table, for tests and the manual.
pub struct Line {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The path, with names in braces.
    pub path: &'static str,
}

/// All lines.
pub fn lines() -> impl Iterator<Item = Line> {
    ROUTES.iter().map(|route| Line {
        method: match route.method {
            Get => "GET",
            Post => "POST",
        },
        path: route.path,
    })
}
