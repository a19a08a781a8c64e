//! Hostile input in every form and at every address.

mod address;
mod form;
mod house;
mod walk;

/// Stands in all that is sent, and may never stand in the log.
const MARK: &str = "kwaad7";

/// What is typed into fields and put into addresses.
fn payloads() -> Vec<String> {
    let texts = [
        "\"><script>alert(1)</script>MARK",
        "' onfocus=alert(1) \" onfocus=alert(1) MARK",
        "MARK<script>alert(1)</script>@fictief.example",
        "MARK{{ 700007 * 7 }}{% raw %}{{7*7}}",
        "MARK'; DROP TABLE account; --",
        "../../etc/passwd\0MARK",
        "MARK\r\nX-Injected: 1\r\nSet-Cookie: x=MARK\r\n\r\n<script>alert(1)</script>",
        "MARK\0\u{1}\u{8}\u{1b}[31m\u{7f}\u{85}",
        "\u{202e}MARK\u{2066}fdp.exe\u{feff}",
        "MARK\u{1f469}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{1d4b3}e\u{301}\u{301}\u{301}",
        "=HYPERLINK(\"https://evil.example\";\"MARK\")",
        "//evil.example/MARK",
        "/\\evil.example/MARK",
        "javascript:alert(1)//MARK",
        "-9223372036854775809",
        "99999999999999999999999999",
        "9999999-99-99",
    ];
    let texts = texts.iter().map(|text| text.replace("MARK", MARK));
    texts.chain([MARK.repeat(100 * 1024 / MARK.len()), String::new()]).collect()
}
