//! Roles, and the one table that says what each of them permits.

use serde::Serialize;

/// What a person is, in one organisation or (`Manager`) in the installation.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// User Manager: organisations, accounts and settings of the whole
    /// installation.
    Manager,
    /// Members and enrolments of an organisation.
    DpManager,
    /// Certificates of an organisation.
    CertificateEditor,
    /// Uploads CSV files and exports the organisation's data.
    CsvUploadManager,
    /// Reads the NIPPIN reports.
    NippinManager,
    /// Sees and edits all registrations of the projects given.
    StudyLead,
    /// Sees and edits the registrations of the projects given that name the
    /// person as author or co-author.
    StudyAssociate,
    /// Enters and uploads data of the projects given.
    StudySupport,
    /// Reads everything administrative and changes nothing.
    Auditor,
}

/// One thing a person may do.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See every organisation, and add, change and deactivate them.
    Organisations,
    /// See every account, cancel accounts, lift lock-outs.
    Accounts,
    /// Change settings: the portal's certificate, definitions, requirements.
    Settings,
    /// See an organisation's page and its counts.
    Overview,
    /// See an organisation's members and their roles.
    MembersRead,
    /// Add and remove members and change their roles.
    MembersEdit,
    /// See an organisation's certificates and their logs.
    CertificatesRead,
    /// Add certificates, publish an earlier one, test the connection.
    CertificatesEdit,
    /// Upload files, see their findings, get the rows to mend.
    Upload,
    /// See how many registrations there are in which state.
    RegistrationCounts,
    /// See registrations with their values.
    RegistrationsRead,
    /// Correct, continue and withdraw registrations.
    RegistrationsEdit,
    /// Enter registrations by form.
    RegistrationsEnter,
    /// See the queue and the reconciliation of imports.
    QueueRead,
    /// Retry, park and resume deliveries.
    QueueEdit,
    /// See who is enrolled; patients who object are masked.
    EnrolmentsRead,
    /// Enrol physicians, note and end objections.
    EnrolmentsEdit,
    /// See and export patient identifiers in clear; each time is audited.
    IdentifiersShow,
    /// Export the organisation's data.
    Export,
    /// See and export NIPPIN reports.
    Nippin,
    /// Read the audit.
    AuditRead,
    /// See the API keys of an organisation's systems; never their secrets.
    ApiKeysRead,
    /// Give systems of an organisation access to its API, and take it back.
    ApiKeysEdit,
}

impl Role {
    /// All roles, in the order in which they are shown.
    pub const ALL: [Self; 9] = [
        Self::Manager,
        Self::DpManager,
        Self::CertificateEditor,
        Self::CsvUploadManager,
        Self::NippinManager,
        Self::StudyLead,
        Self::StudyAssociate,
        Self::StudySupport,
        Self::Auditor,
    ];

    /// The name by which the role is stored and known to scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manager => "manager",
            Self::DpManager => "dp_manager",
            Self::CertificateEditor => "certificate_editor",
            Self::CsvUploadManager => "csv_upload_manager",
            Self::NippinManager => "nippin_manager",
            Self::StudyLead => "study_lead",
            Self::StudyAssociate => "study_associate",
            Self::StudySupport => "study_support",
            Self::Auditor => "auditor",
        }
    }

    /// The role of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether the role is held in the whole installation, not in one
    /// organisation.
    pub fn is_of_installation(self) -> bool {
        self == Self::Manager
    }

    /// Whether the role is given for chosen projects.
    pub fn has_projects(self) -> bool {
        matches!(self, Self::StudyLead | Self::StudyAssociate | Self::StudySupport)
    }

    /// What the role permits. This is the only place that says so.
    pub fn permissions(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Manager => &[
                P::Organisations,
                P::Accounts,
                P::Settings,
                P::Overview,
                P::MembersRead,
                P::MembersEdit,
                P::RegistrationCounts,
                P::QueueRead,
                P::QueueEdit,
                P::AuditRead,
                P::ApiKeysRead,
                P::ApiKeysEdit,
            ],
            Self::DpManager => &[
                P::Overview,
                P::MembersRead,
                P::MembersEdit,
                P::RegistrationCounts,
                P::QueueRead,
                P::QueueEdit,
                P::EnrolmentsRead,
                P::EnrolmentsEdit,
                P::ApiKeysRead,
                P::ApiKeysEdit,
            ],
            Self::CertificateEditor => &[P::Overview, P::CertificatesRead, P::CertificatesEdit],
            Self::CsvUploadManager => {
                &[P::Overview, P::Upload, P::RegistrationCounts, P::QueueRead, P::QueueEdit, P::Export]
            }
            Self::NippinManager => &[P::Overview, P::Nippin],
            Self::StudyLead => &[
                P::Overview,
                P::Upload,
                P::RegistrationCounts,
                P::RegistrationsRead,
                P::RegistrationsEdit,
                P::RegistrationsEnter,
                P::QueueRead,
                P::EnrolmentsRead,
                P::EnrolmentsEdit,
                P::IdentifiersShow,
                P::ApiKeysRead,
                P::ApiKeysEdit,
            ],
            Self::StudyAssociate => &[
                P::Overview,
                P::RegistrationCounts,
                P::RegistrationsRead,
                P::RegistrationsEdit,
                P::RegistrationsEnter,
            ],
            Self::StudySupport => &[P::Overview, P::Upload, P::RegistrationCounts, P::RegistrationsEnter],
            Self::Auditor => &[
                P::Overview,
                P::MembersRead,
                P::CertificatesRead,
                P::RegistrationCounts,
                P::QueueRead,
                P::EnrolmentsRead,
                P::AuditRead,
                P::ApiKeysRead,
            ],
        }
    }

    /// Whether the role permits `permission`.
    pub fn permits(self, permission: Permission) -> bool {
        self.permissions().contains(&permission)
    }
}

impl Permission {
    /// All permissions, in the order in which they are shown.
    pub const ALL: [Self; 23] = [
        Self::Organisations,
        Self::Accounts,
        Self::Settings,
        Self::Overview,
        Self::MembersRead,
        Self::MembersEdit,
        Self::CertificatesRead,
        Self::CertificatesEdit,
        Self::Upload,
        Self::RegistrationCounts,
        Self::RegistrationsRead,
        Self::RegistrationsEdit,
        Self::RegistrationsEnter,
        Self::QueueRead,
        Self::QueueEdit,
        Self::EnrolmentsRead,
        Self::EnrolmentsEdit,
        Self::IdentifiersShow,
        Self::Export,
        Self::Nippin,
        Self::AuditRead,
        Self::ApiKeysRead,
        Self::ApiKeysEdit,
    ];

    /// Its name, as in the identifiers of its texts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Organisations => "organisations",
            Self::Accounts => "accounts",
            Self::Settings => "settings",
            Self::Overview => "overview",
            Self::MembersRead => "members-read",
            Self::MembersEdit => "members-edit",
            Self::CertificatesRead => "certificates-read",
            Self::CertificatesEdit => "certificates-edit",
            Self::Upload => "upload",
            Self::RegistrationCounts => "registration-counts",
            Self::RegistrationsRead => "registrations-read",
            Self::RegistrationsEdit => "registrations-edit",
            Self::RegistrationsEnter => "registrations-enter",
            Self::QueueRead => "queue-read",
            Self::QueueEdit => "queue-edit",
            Self::EnrolmentsRead => "enrolments-read",
            Self::EnrolmentsEdit => "enrolments-edit",
            Self::IdentifiersShow => "identifiers-show",
            Self::Export => "export",
            Self::Nippin => "nippin",
            Self::AuditRead => "audit-read",
            Self::ApiKeysRead => "api-keys-read",
            Self::ApiKeysEdit => "api-keys-edit",
        }
    }

    /// The roles that permit it.
    pub fn roles(self) -> impl Iterator<Item = Role> {
        Role::ALL.into_iter().filter(move |role| role.permits(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn managing_people_gives_no_certificates_exports_or_patient_data() {
        use Permission as P;
        for role in [Role::Manager, Role::DpManager] {
            for withheld in
                [P::CertificatesEdit, P::Export, P::RegistrationsRead, P::IdentifiersShow, P::Upload]
            {
                assert!(!role.permits(withheld), "{role:?} {withheld:?}");
            }
        }
    }

    #[test]
    fn an_auditor_changes_nothing() {
        for permission in Role::Auditor.permissions() {
            let name = permission.name();
            assert!(name.ends_with("read") || name.ends_with("counts") || name == "overview", "{name}");
        }
    }

    #[test]
    fn each_permission_is_given_by_a_role_and_each_name_is_its_own() {
        let mut names: Vec<_> = Permission::ALL.map(Permission::name).to_vec();
        names.extend(Role::ALL.map(Role::name));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Permission::ALL.len() + Role::ALL.len());
        for permission in Permission::ALL {
            assert!(permission.roles().next().is_some(), "{permission:?}");
        }
        for role in Role::ALL {
            assert_eq!(Role::named(role.name()), Some(role));
        }
    }

    #[test]
    fn each_role_and_permission_is_explained_in_each_language() {
        let roles = Role::ALL.map(|role| format!("role-{}", role.name()));
        let permissions = Permission::ALL.map(|permission| format!("permission-{}", permission.name()));
        for id in roles.iter().chain(&permissions) {
            for language in crate::language::Language::ALL {
                assert!(language.has(id) && language.has(&format!("{id}-about")), "{id} {language:?}");
            }
        }
    }
}
