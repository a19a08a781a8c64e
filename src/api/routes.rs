//! The table of the API: every address, who may use it, what it takes and what
//! it answers.

use super::{
    definition, organisation,
    route::{Kind, Need, Param, Route},
    submit,
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
        problems: &[404],
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
        problems: &[403, 404],
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
        problems: &[404],
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
        problems: &[404],
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
        problems: &[403, 404, 409, 413, 415, 422],
        act: submit::post,
    },
];
