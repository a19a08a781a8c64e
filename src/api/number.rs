//! The numbers by which clients of the API name things.
//!
//! They follow from the names of the things, so that they are the same on each
//! installation and after each restore: a client that learned them once can go
//! on using them.

use aws_lc_rs::digest::{SHA256, digest};

use crate::definition::{Definition, List};

/// A number that clients in any language hold exactly: 52 bits.
pub type Number = u64;

/// The number of a project.
pub fn project(project: &str) -> Number {
    number(&["project", project])
}

/// The number of a definition, whatever its version.
pub fn definition(name: &str) -> Number {
    number(&["dcd", name])
}

/// The number of one version of a definition.
pub fn version(name: &str, version: &str) -> Number {
    number(&["dcd version", name, version])
}

/// The number of a variable.
pub fn field(of: &Definition, name: &str) -> Number {
    number(&["field", &of.name, name])
}

/// The number of a code list.
pub fn list(of: &Definition, list: &List) -> Number {
    number(&["code list", &of.name, &list.name])
}

/// The number of a value of a code list.
pub fn choice(of: &Definition, list: &List, code: &str) -> Number {
    number(&["code list value", &of.name, &list.name, code])
}

fn number(parts: &[&str]) -> Number {
    let hash = digest(&SHA256, parts.join("\u{1f}").as_bytes());
    let first = hash.as_ref().first_chunk::<8>().copied().unwrap_or_default();
    u64::from_be_bytes(first) >> 12
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_always_the_same_and_any_client_can_hold_it() {
        assert_eq!(definition("INTEGO-LAB"), definition("INTEGO-LAB"));
        assert_ne!(definition("INTEGO-LAB"), definition("INTEGO-DIAG"));
        assert!(definition("INTEGO-LAB") < 1 << 52);
    }
}
