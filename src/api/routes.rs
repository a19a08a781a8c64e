//! The table of the API: every address, who may use it, what it takes and what
//! it answers.

use super::{
    definition, fhir, openapi, organisation,
    route::{Kind, Need, Param, Route},
    sadmi, submit, submitted,
};

const fn optional(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: false }
}

const fn needed(name: &'static str, kind: Kind) -> Param {
    Param { name, kind, required: true }
}

const ORGANISATION: Param = optional("organization-id", Kind::Name);
const DCD: Param = optional("dcd-id", Kind::Name);
const VERSION: Param = optional("dcd-version-id", Kind::Name);
const LANGUAGE: Param = optional("language-id", Kind::Word(&["en", "fr", "nl"]));

// Problems by what a route does.

/// It finds a definition among those that there are.
const FINDS: &[(u16, &str)] = &[(400, "api-dcd-needed")];

/// It is about one definition.
const ONE: &[(u16, &str)] = &[
    (403, "api-dcd-forbidden"),
    (403, "organisation-limited"),
    (404, "api-dcd-unknown"),
    (409, "organisation-deactivated"),
];

/// It takes registrations in.
const TAKES: &[(u16, &str)] = &[
    (400, "api-idempotency-wrong"),
    (409, "api-idempotency-under-way"),
    (409, "definition-version-known"),
    (415, "api-body-encoding"),
    (422, "api-idempotency-other"),
    (422, "api-payload-refused"),
    (422, "version-closed"),
];

/// It takes one payload or many.
const MANY: &[(u16, &str)] = &[
    (400, "api-batch-empty"),
    (400, "api-body-not-json"),
    (400, "api-body-not-object"),
    (413, "api-batch-too-many"),
    (415, "api-media"),
];

/// It takes what FHIR calls a response.
const RESPONSE: &[(u16, &str)] = &[
    (400, "api-fhir-questionnaire"),
    (400, "api-fhir-status"),
    (400, "api-fhir-unreadable"),
    (413, "api-fhir-too-large"),
];

/// It tells what was submitted.
const READS: &[(u16, &str)] =
    &[(403, "api-key-reads-no-more"), (403, "api-key-reads-not"), (404, "api-dcd-unknown")];

/// All routes.
pub const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        path: "/proxy/api/organizations",
        name: "organizations",
        need: Need::Anyone,
        params: &[LANGUAGE],
        body: &[],
        answers: &[(200, "Organizations")],
        problems: &[],
        example: "",
        act: organisation::list,
    },
    Route {
        method: "GET",
        path: "/proxy/api/installation/organizations",
        name: "installation-organizations",
        need: Need::Anyone,
        params: &[LANGUAGE],
        body: &[],
        answers: &[(200, "Organizations")],
        problems: &[],
        example: "",
        act: organisation::list,
    },
    Route {
        method: "GET",
        path: "/proxy/api/dcd/menu/structure",
        name: "menu",
        need: Need::Anyone,
        params: &[ORGANISATION, LANGUAGE],
        body: &[],
        answers: &[(200, "Menu")],
        problems: &[],
        example: "?language-id=fr",
        act: organisation::menu,
    },
    Route {
        method: "GET",
        path: "/proxy/api/dcd/payload/definition",
        name: "definition",
        need: Need::Key,
        params: &[DCD, optional("version", Kind::Name), LANGUAGE],
        body: &[],
        answers: &[(200, "Definition")],
        problems: &[FINDS, ONE],
        example: "?dcd-id=INTEGO-DIAG",
        act: definition::payload,
    },
    Route {
        method: "GET",
        path: "/proxy/api/dcd/field",
        name: "field",
        need: Need::Key,
        params: &[needed("field-id", Kind::Name), LANGUAGE],
        body: &[],
        answers: &[(200, "Field")],
        problems: &[&[(404, "api-nothing")]],
        example: "?field-id=CD_DIAG_STAT",
        act: definition::field,
    },
    Route {
        method: "GET",
        path: "/proxy/api/dcd/codelist",
        name: "codelist",
        need: Need::Key,
        params: &[needed("codelist-id", Kind::Name), LANGUAGE],
        body: &[],
        answers: &[(200, "CodeList")],
        problems: &[&[(404, "api-nothing")]],
        example: "?codelist-id=DIAG_STATUS",
        act: definition::code_list,
    },
    Route {
        method: "POST",
        path: "/proxy/api/dcd/payload/submit",
        name: "submit",
        need: Need::Key,
        params: &[
            ORGANISATION,
            DCD,
            VERSION,
            optional("data-src-type", Kind::Word(&["API", "CSV", "HD4DP"])),
            LANGUAGE,
        ],
        body: &[("application/json", "Payloads"), ("application/x-ndjson", "Lines")],
        answers: &[(202, "Submitted")],
        problems: &[FINDS, ONE, MANY, TAKES],
        example: "?dcd-id=INTEGO-DIAG",
        act: submit::post,
    },
    Route {
        method: "GET",
        path: "/proxy/api/dcd/submit",
        name: "submitted",
        need: Need::Reader,
        params: &[
            ORGANISATION,
            DCD,
            VERSION,
            optional("incl-submit-data", Kind::Flag),
            optional("incl-submit-results", Kind::Flag),
            optional("limit", Kind::Count(submitted::MOST)),
            optional("before", Kind::Count(i64::MAX as u64)),
            LANGUAGE,
        ],
        body: &[],
        answers: &[(200, "Registrations")],
        problems: &[READS],
        example: "?incl-submit-results=true&limit=10",
        act: submitted::get,
    },
    Route {
        method: "GET",
        path: "/proxy/api/externalreference/sadmi",
        name: "sadmi",
        need: Need::Key,
        params: &[
            optional("notificationCode", Kind::Text),
            optional("name", Kind::Text),
            optional("reference", Kind::Text),
            optional("distributorName", Kind::Text),
            optional("manufacturerName", Kind::Text),
            optional("classificationCode", Kind::Text),
            LANGUAGE,
        ],
        body: &[],
        answers: &[],
        problems: &[&[(404, "api-sadmi")]],
        example: "?notificationCode=1",
        act: sadmi::get,
    },
    Route {
        method: "GET",
        path: "/proxy/fhir/Questionnaire/{dcd}",
        name: "fhir-questionnaire",
        need: Need::Key,
        params: &[LANGUAGE],
        body: &[],
        answers: &[(200, "FhirQuestionnaire")],
        problems: &[ONE],
        example: "",
        act: fhir::questionnaire,
    },
    Route {
        method: "POST",
        path: "/proxy/fhir/QuestionnaireResponse",
        name: "fhir-response",
        need: Need::Key,
        params: &[LANGUAGE],
        body: &[("application/fhir+json", "FhirQuestionnaireResponse")],
        answers: &[(202, "Registration")],
        problems: &[RESPONSE, ONE, TAKES],
        example: "",
        act: fhir::response,
    },
    Route {
        method: "GET",
        path: "/proxy/openapi.json",
        name: "openapi",
        need: Need::Anyone,
        params: &[LANGUAGE],
        body: &[],
        answers: &[(200, "OpenApi")],
        problems: &[],
        example: "?language-id=nl",
        act: openapi::get,
    },
    // For people who look what is here.
    Route {
        method: "GET",
        path: "/proxy",
        name: "page",
        need: Need::Anyone,
        params: &[],
        body: &[],
        answers: &[],
        problems: &[],
        example: "",
        act: openapi::page,
    },
];
