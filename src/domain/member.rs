//! Members of organisations, and what an account may do with all its roles.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    domain::{
        account::AccountId,
        organisation::OrganisationId,
        role::{Permission, Role},
    },
    error::{Code, Error, Result},
    language::Arg,
};

/// One role of a member.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Grant {
    /// The role; never [`Role::Manager`], which is not held in an organisation.
    pub role: Role,
    /// For a study role the projects it is given for; empty for the others.
    pub projects: Vec<String>,
}

/// The roles of an account in one organisation.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Membership {
    /// The organisation.
    pub organisation: OrganisationId,
    /// At least one.
    pub roles: Vec<Grant>,
}

/// Which registrations of a project a person reaches.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Reach {
    /// Those that name the person as author or co-author.
    Own,
    /// All.
    All,
}

/// The projects of an organisation in which a person may do something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Projects {
    /// All of them, with all their registrations.
    All,
    /// These; none if it is empty.
    Some(BTreeMap<String, Reach>),
}

/// All that an account may do now. Organisations that are deactivated are left
/// out, since only managers still reach those.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Standing {
    /// Whose.
    pub account: AccountId,
    /// Whether it is a User Manager.
    pub is_manager: bool,
    /// Its roles in active organisations, by organisation.
    pub memberships: Vec<Membership>,
}

impl Grant {
    /// The role, for no projects.
    pub fn new(role: Role) -> Self {
        Self { role, projects: Vec::new() }
    }

    /// The role for these projects.
    pub fn of_projects(role: Role, projects: &[&str]) -> Self {
        Self { role, projects: projects.iter().map(|project| (*project).to_owned()).collect() }
    }

    /// Whether it permits `permission` at all. A study role without projects
    /// shows its organisation and nothing else.
    pub fn permits(&self, permission: Permission) -> bool {
        let is_idle = self.role.has_projects() && self.projects.is_empty();
        self.role.permits(permission) && (!is_idle || permission == Permission::Overview)
    }

    fn reach(&self) -> Reach {
        if self.role == Role::StudyAssociate { Reach::Own } else { Reach::All }
    }
}

impl Projects {
    /// Which registrations of `project` are reached, if any.
    pub fn reach(&self, project: &str) -> Option<Reach> {
        match self {
            Self::All => Some(Reach::All),
            Self::Some(projects) => projects.get(project).copied(),
        }
    }
}

impl Standing {
    /// Whether `permission` is given in the whole installation.
    pub fn permits_everywhere(&self, permission: Permission) -> bool {
        self.is_manager && Role::Manager.permits(permission)
    }

    /// Whether `permission` is given in `organisation`.
    pub fn permits(&self, permission: Permission, organisation: OrganisationId) -> bool {
        self.permits_everywhere(permission)
            || self.grants(organisation).iter().any(|grant| grant.permits(permission))
    }

    /// Whether `permission` is given in any organisation, for what a menu shows.
    pub fn permits_somewhere(&self, permission: Permission) -> bool {
        let somewhere = |membership: &Membership| self.permits(permission, membership.organisation);
        self.permits_everywhere(permission) || self.memberships.iter().any(somewhere)
    }

    /// Whether the organisation exists for this person.
    pub fn sees(&self, organisation: OrganisationId) -> bool {
        self.permits(Permission::Overview, organisation)
    }

    /// The roles held in `organisation`; none for a manager who is no member.
    pub fn grants(&self, organisation: OrganisationId) -> &[Grant] {
        let membership = self.memberships.iter().find(|membership| membership.organisation == organisation);
        membership.map_or(&[], |membership| &membership.roles)
    }

    /// The projects of `organisation` in which `permission` is given, and which
    /// of their registrations are reached.
    pub fn projects(&self, permission: Permission, organisation: OrganisationId) -> Projects {
        if self.permits_everywhere(permission) {
            return Projects::All;
        }
        let mut projects = BTreeMap::new();
        for grant in self.grants(organisation).iter().filter(|grant| grant.permits(permission)) {
            if !grant.role.has_projects() {
                return Projects::All;
            }
            for project in &grant.projects {
                let reach = projects.entry(project.clone()).or_insert(grant.reach());
                *reach = grant.reach().max(*reach);
            }
        }
        Projects::Some(projects)
    }

    /// Refuses what is not permitted in `organisation` (or, without one, in the
    /// installation).
    ///
    /// # Errors
    ///
    /// `NotFound` for an organisation that the person does not see, else
    /// `Forbidden` with who can.
    pub fn require(&self, permission: Permission, organisation: Option<OrganisationId>) -> Result<()> {
        let is_permitted = match organisation {
            Some(organisation) => self.permits(permission, organisation),
            None => self.permits_everywhere(permission),
        };
        match organisation {
            _ if is_permitted => Ok(()),
            Some(organisation) if !self.sees(organisation) => Err(not_found()),
            _ => Err(forbidden(permission)),
        }
    }
}

/// The answer for everything that does not exist, or not for this person.
pub fn not_found() -> Error {
    Error::new(Code::NotFound, "account-nothing-here")
}

/// The answer to a person who may see something but not do this with it: says
/// who can.
pub fn forbidden(permission: Permission) -> Error {
    let roles = permission.roles().map(|role| format!("role-{}", role.name())).collect();
    Error::new(Code::Forbidden, "account-forbidden").with("who", Arg::Messages(roles))
}
