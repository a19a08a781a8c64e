//! The architecture's one-way imports and other invariants that the source
//! itself must keep.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// What each folder of `src` may import beside `domain`, `config`, `error`,
/// `clock` and `language`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("definition", &[]),
    ("validate", &["definition"]),
    ("store", &["definition"]),
    ("certificate", &["store"]),
    ("intake", &["validate", "definition", "store"]),
    ("transfer", &["store", "certificate"]),
    ("front", &["certificate"]),
    // The front door's request and answer are what the portal and the API speak in.
    ("api", &["intake", "validate", "store", "definition", "front"]),
    // The portal shows the API's reference, which only the API's own table can tell.
    ("portal", &["intake", "validate", "store", "definition", "certificate", "front", "api"]),
    ("sandbox", &["front", "certificate"]),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

fn all() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    sources(&root).into_iter().map(read).collect()
}

/// The folders of this crate that a file names, tests included.
fn imports(text: &str) -> Vec<String> {
    let text: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for part in text.split("crate::").skip(1) {
        if let Some(group) = part.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for letter in group.chars() {
                match letter {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => found.push(std::mem::take(&mut word)),
                    letter if depth == 0 && !letter.is_whitespace() => word.push(letter),
                    _ => {}
                }
            }
            found.push(word);
        } else {
            found.push(part.to_owned());
        }
    }
    let first = |path: String| {
        path.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().map(str::to_owned)
    };
    found.into_iter().filter_map(first).filter(|word| !word.is_empty()).collect()
}

#[test]
fn imports_go_one_way() {
    let allowed: BTreeMap<_, _> = MAY_IMPORT.iter().copied().collect();
    let everywhere = ["domain", "config", "error", "clock", "language"];
    let mut wrong = Vec::new();
    for (file, text) in all() {
        let Some((folder, _)) = file.split_once('/') else { continue };
        let Some(allowed) = allowed.get(folder) else { continue };
        let stranger = |import: &String| {
            import != folder && !everywhere.contains(&import.as_str()) && !allowed.contains(&import.as_str())
        };
        wrong.extend(
            imports(&text).into_iter().filter(stranger).map(|import| format!("{file} imports {import}")),
        );
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_import_reader_sees_what_it_must() {
    let text = "use crate::{\n    clock,\n    store::{Tx, block::Block},\n    error::Error,\n};\nlet x = crate::transfer::seal();";
    assert_eq!(imports(text), ["clock", "store", "error", "transfer"]);
}

#[test]
fn each_library_is_named_only_where_it_belongs() {
    let places: &[(&str, &[&str])] = &[
        ("rusqlite::", &["store/", "sandbox/database.rs"]),
        ("rustls::", &["front/", "certificate/", "transfer/", "sandbox/"]),
        ("tiny_http::", &["front/inner.rs"]),
        // The front door connects to itself: to wake its accept loop for the
        // end, to pass a request on, to see whether it answers.
        (
            "TcpStream::connect",
            &["transfer/", "sandbox/client.rs", "front/accept.rs", "front/inside.rs", "front/probe.rs"],
        ),
    ];
    let mut wrong = Vec::new();
    for (file, text) in all() {
        for (name, allowed) in places {
            if text.contains(name) && !allowed.iter().any(|place| file.starts_with(place)) {
                wrong.push(format!("{file} names {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_file_is_over_500_lines() {
    let long: Vec<_> =
        all().into_iter().filter(|(_, text)| text.lines().count() > 500).map(|(file, _)| file).collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn no_text_for_people_is_missing_in_a_language() {
    let english = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/language/en");
    let known: String = fs::read_dir(english)
        .unwrap()
        .map(|file| fs::read_to_string(file.unwrap().path()).unwrap())
        .collect();
    let mut missing = Vec::new();
    for (file, text) in all() {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for call in
            ["Error::new(", "Error::invalid(", "Finding::error(", "Finding::warning(", "context.text("]
        {
            for rest in code.split(call).skip(1) {
                let Some((_, quoted)) = rest.split_once('"') else { continue };
                let (id, _) = quoted.split_once('"').unwrap();
                let literal = rest.split_once('"').unwrap().0;
                let is_id = literal.trim().is_empty() || literal.contains("Code::");
                if is_id && !literal.contains([';', ')']) && !known.contains(&format!("{id} =")) {
                    missing.push(format!("{file}: {id}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn the_dependency_tree_has_nothing_that_was_ruled_out() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    assert!(lock.contains("name = \"aws-lc-rs\""), "the question itself works");
    for package in ["rsa", "webpki-roots", "openssl", "tokio", "rustls-pemfile", "p12", "multipart"] {
        assert!(!lock.contains(&format!("name = \"{package}\"")), "{package}");
    }
    // The lock file names ring because rustls-webpki could use it; nothing does.
    let tree = |package: &str| {
        let output = std::process::Command::new(env!("CARGO"))
            .args(["tree", "--offline", "--edges", "normal,build", "--invert", package])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    assert!(tree("aws-lc-rs").contains("hd4dp"), "the question itself works");
    assert_eq!(tree("ring"), "");
}

#[test]
fn each_act_of_the_audit_has_words() {
    let is_act = |word: &str| {
        let Some((noun, verb)) = word.split_once('.') else { return false };
        let is_word = |part: &str, signs: &str| {
            part.starts_with(|letter: char| letter.is_ascii_lowercase())
                && part.chars().all(|letter| letter.is_ascii_lowercase() || signs.contains(letter))
        };
        is_word(noun, "-_") && is_word(verb, "-")
    };
    // What else is written so: files and hosts.
    let ends = [
        "be", "csv", "db", "example", "html", "ini", "invalid", "json", "key", "lock", "log", "new", "pem",
        "rs", "toml", "xml",
    ];
    let fields = ["database.", "organisations."];
    let mut unknown = Vec::new();
    for (file, text) in all() {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in code.split('"').filter(|word| is_act(word)) {
            let is_other = ends.iter().any(|end| word.ends_with(&format!(".{end}")))
                || fields.iter().any(|noun| word.starts_with(noun));
            if !is_other && !hd4dp::domain::act::ACTS.contains(&word) {
                unknown.push(format!("{file}: {word}"));
            }
        }
    }
    assert!(unknown.is_empty(), "domain/act.rs and audit.ftl lack {unknown:#?}");
}
