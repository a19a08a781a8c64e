//! What a browser says it is, in words that people know it by.

/// By what a browser is known, and its name. Most of them name those whose
/// pages they want as well, so the order counts.
const BROWSERS: [(&str, &str); 10] = [
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// The same of systems: a telephone names the one that it is related to.
const SYSTEMS: [(&str, &str); 6] = [
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
];

/// The names of the browser and its system, such as `Chrome, Windows`; what it
/// says itself if it is none of those known.
pub fn words(said: &str) -> String {
    let named = |known: &[(&str, &'static str)]| {
        known.iter().find(|(sign, _)| said.contains(sign)).map(|(_, name)| *name)
    };
    match (named(&BROWSERS), named(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_what_their_users_call_them() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        let mozilla = |system: &str, rest: &str| words(&format!("Mozilla/5.0 ({system}) {rest}"));
        let windows = "Windows NT 10.0; Win64; x64";
        let chrome = format!("{webkit} Chrome/130.0.0.0 Safari/537.36");
        assert_eq!(mozilla(windows, &chrome), "Chrome, Windows");
        assert_eq!(mozilla(windows, &format!("{chrome} Edg/130.0.0.0")), "Edge, Windows");
        assert_eq!(mozilla("X11; Linux x86_64; rv:132.0", "Gecko/20100101 Firefox/132.0"), "Firefox, Linux");
        let safari = "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15";
        assert_eq!(mozilla("Macintosh; Intel Mac OS X 10_15_7", safari), "Safari, macOS");
        assert_eq!(mozilla("iPhone; CPU iPhone OS 18_0 like Mac OS X", safari), "Safari, iOS");
        assert_eq!(mozilla("Linux; Android 10; K", &chrome), "Chrome, Android");
        assert_eq!(words("curl/8.5.0"), "curl/8.5.0");
    }
}
