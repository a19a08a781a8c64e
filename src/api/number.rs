//! The numbers by which clients of the API name things.
//!
//! They follow from the names of the things, so that they are the same on each
//! installation and after each restore: a client that learned them once can go
//! on using them.

use std::borrow::Cow;

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
    number(&["code list", &of.name, &list_name(of, list)])
}

/// The number of a value of a code list.
pub fn choice(of: &Definition, list: &List, code: &str) -> Number {
    number(&["code list value", &of.name, &list_name(of, list), code])
}

/// The name of a code list, with its number where a definition has several of
/// one name: a list with and without another answer, or several columns of a
/// file.
pub fn list_name<'a>(of: &Definition, list: &'a List) -> Cow<'a, str> {
    let before = of.lists.iter().take_while(|other| !std::ptr::eq(*other, list));
    match before.filter(|other| other.name == list.name).count() {
        0 => Cow::Borrowed(&list.name),
        earlier => Cow::Owned(format!("{}/{}", list.name, earlier + 1)),
    }
}

fn number(parts: &[&str]) -> Number {
    let hash = digest(&SHA256, parts.join("\u{1f}").as_bytes());
    let first = hash.as_ref().first_chunk::<8>().copied().unwrap_or_default();
    u64::from_be_bytes(first) >> 12
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_always_the_same_and_any_client_can_hold_it() {
        assert_eq!(definition("INTEGO-LAB"), definition("INTEGO-LAB"));
        assert_ne!(definition("INTEGO-LAB"), definition("INTEGO-DIAG"));
        assert!(definition("INTEGO-LAB") < 1 << 52);
    }

    #[test]
    fn each_list_of_a_definition_has_its_own_number() {
        let files = [
            ("settings.csv", "form_title,form_id,version\nTrial,TRIAL,1.0.0\n"),
            ("hd.csv", "key,value\nproject,HDBP0001\nenrolment_required,no\n"),
            ("choices.csv", "list_name,name\nCOL,red\nCOL,blue\n"),
            ("places.csv", "name,label,code\nA,Aalst,1\nB,Brugge,2\n"),
            (
                "survey.csv",
                "type,name,hd::key,parameters\ntext,K,yes,\nselect_one COL,A,,\nselect_one COL or_other,B,,\n\
                 select_one_from_file places.csv,C,,\nselect_one_from_file places.csv,D,,value=code\n",
            ),
        ];
        let file = |name: &str| files.iter().find(|(file, _)| *file == name);
        let read = Definition::from_folder(|name| file(name).map(|(_, text)| text.as_bytes().to_vec()));
        let read = read.unwrap();
        let numbers: std::collections::HashSet<_> = read.lists.iter().map(|it| list(&read, it)).collect();
        assert_eq!((numbers.len(), read.lists.len()), (4, 4));
        let first = read.list_of(&read.variables[1]).unwrap();
        assert_eq!(list(&read, first), number(&["code list", "TRIAL", "COL"]), "as it always was");
    }
}
