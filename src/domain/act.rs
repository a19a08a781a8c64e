//! The acts that the audit records, each of which people read as a sentence.

/// All acts, as `noun.verb`. The test of the audit's words finds what is
/// recorded and missing here.
pub const ACTS: &[&str] = &[
    "account.add",
    "account.cancel",
    "account.reset-seen",
    "api-key.fail",
    "api-key.make",
    "api-key.read",
    "api-key.revoke",
    "api-key.submit",
    "audit.export",
    "audit.verify",
    "batch.dissolve",
    "batch.outcome",
    "batch.seal",
    "certificate.add",
    "certificate.publish",
    "certificate.test",
    "definition.add",
    "definition.drafts",
    "delivery.park",
    "delivery.retry",
    "delivery.retry-parked",
    "enrolment.add",
    "enrolment.end",
    "identifiers.show",
    "import.cancel",
    "import.end",
    "import.refused",
    "import.refused-rows",
    "login.fail",
    "login.lift",
    "login.lock",
    "manager.appoint",
    "manager.dismiss",
    "member.add",
    "member.change",
    "member.remove",
    "objection.add",
    "objection.end",
    "objection.export",
    "objection.show",
    "organisation.add",
    "organisation.deactivate",
    "organisation.edit",
    "organisation.limit",
    "organisation.reactivate",
    "organisation.second-factor",
    "password.change",
    "password.reset",
    "registration.draft",
    "registration.enter",
    "registration.hold",
    "registration.withdraw",
    "second-factor.code-used",
    "second-factor.codes",
    "second-factor.give-up",
    "second-factor.reset",
    "second-factor.set",
    "server_authority.make",
    "server_certificate.forget",
    "server_certificate.give",
    "server_certificate.issue",
    "server_certificate.request",
    "session.end",
    "session.open",
    "upload.cancel",
    "upload.check",
    "upload.end",
    "upload.expire",
    "upload.fail",
    "upload.import",
    "upload.misplaced",
    "upload.receive",
];

/// The identifier of the sentence that tells of an act.
pub fn sentence(act: &str) -> String {
    format!("act-{}", act.replace('.', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn each_act_has_a_sentence_in_each_language() {
        for act in ACTS {
            for language in Language::ALL {
                assert!(language.has(&sentence(act)), "{act} in {}", language.code());
            }
        }
    }
}
