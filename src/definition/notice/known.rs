//! The columns that mean something: read here, or known to XLSForm and passed
//! over on purpose.

use crate::definition::tidy;

/// What is known of a sheet's columns, in small letters with underscores.
pub(super) struct Known {
    /// The sheet's name.
    pub(super) sheet: &'static str,
    /// Those that are read.
    names: &'static [&'static str],
    /// Those that are read once for each language.
    pub(super) texts: &'static [&'static str],
    /// Other names of those that are read, and the usual ones.
    others: &'static [(&'static str, &'static str)],
    /// Those that have a meaning, but none for a file of whole rows.
    idle: &'static [&'static str],
    /// What may be followed by anything: `media::image::French`.
    pub(super) open: &'static [&'static str],
    /// Whether columns of the author's own are usual here, so that only those
    /// are told that resemble one that is read.
    pub(super) only_near: bool,
}

impl Known {
    /// Whether a column is read, or passed over on purpose.
    pub(super) fn has(&self, name: &str) -> bool {
        self.idle.contains(&name) || self.texts.contains(&name) || self.read().any(|(known, _)| known == name)
    }

    /// The names of what is read, each with the usual one.
    pub(super) fn read(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let own = self.names.iter().chain(self.texts).map(|name| (*name, *name));
        own.chain(self.others.iter().copied())
    }
}

pub(super) const SURVEY: Known = Known {
    sheet: "survey",
    names: &[
        "type",
        "name",
        "appearance",
        "calculation",
        "choice_filter",
        "constraint",
        "default",
        "disabled",
        "parameters",
        "read_only",
        "readonly",
        "relevant",
        "repeat_count",
        "required",
        "trigger",
        "name::technical",
        "destination::hd",
        "destination::hd_client",
        "destination::ima",
        "destination::nippin",
        "destination::nippin_relevant",
        "destination::nippin_xml_name",
        "hd::code_system",
        "hd::identifying",
        "hd::key",
        "hd::number_format",
        "hd::role",
    ],
    texts: &["label", "hint", "guidance_hint", "constraint_message", "required_message"],
    others: &tidy::SURVEY,
    idle: &[
        "autoplay",
        "compact_tag",
        "flat",
        "intent",
        "itemset",
        "list_name",
        "order",
        "query",
        "rows",
        "save_to",
        "sms_allow_media",
        "sms_date_format",
        "sms_datetime_format",
        "sms_field",
        "sms_option",
        "sms_response",
        "sms_separator",
    ],
    open: &[
        "audio",
        "authentic_source",
        "big-image",
        "bind",
        "body",
        "control",
        "image",
        "instance",
        "media",
        "no_app_error_string",
        "noapperrorstring",
        "video",
    ],
    only_near: false,
};

pub(super) const CHOICES: Known = Known {
    sheet: "choices",
    names: &["list_name", "name"],
    texts: &["label"],
    others: &tidy::CHOICES,
    idle: &[],
    open: &[],
    only_near: true,
};

pub(super) const SETTINGS: Known = Known {
    sheet: "settings",
    names: &["default_language", "form_id", "form_title", "version"],
    texts: &[],
    others: &tidy::SETTINGS,
    idle: &[
        "add_none_option",
        "allow_choice_duplicates",
        "auto_delete",
        "auto_send",
        "clean_text_values",
        "client_editable",
        "delimiter",
        "entity_version",
        "flat",
        "instance_id",
        "instance_name",
        "instance_xmlns",
        "name",
        "namespaces",
        "omit_instanceid",
        "prefix",
        "public_key",
        "sms_allow_media",
        "sms_date_format",
        "sms_datetime_format",
        "sms_field",
        "sms_keyword",
        "sms_response",
        "sms_separator",
        "style",
        "submission_url",
    ],
    open: &["attribute"],
    only_near: false,
};

/// What healthdata.be writes there is not published in full.
pub(super) const HD: Known = Known {
    sheet: "hd",
    names: &["dcd", "enrolment_required", "project", "project_abbreviation"],
    texts: &["source_note", "title"],
    others: &[],
    idle: &[],
    open: &[],
    only_near: true,
};
