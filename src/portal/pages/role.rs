//! Roles and permissions: the matrix, from the one table in `domain/role.rs`.

use crate::{
    domain::role::{Permission, Role},
    error::Result,
    portal::{answer::Answer, content::content, visit::Visit},
};

/// The matrix.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let roles = Role::ALL.map(Role::name);
    let rows: Vec<_> = Permission::ALL
        .into_iter()
        .map(|permission| (permission.name(), Role::ALL.map(|role| role.permits(permission))))
        .collect();
    Ok(visit.page("role.html", content! { roles, rows }))
}
