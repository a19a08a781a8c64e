//! The page that tells people every address.

#![allow(clippy::unwrap_used)]

use std::process::Command;

use super::system::{System, diagnosis, json_of};
use crate::portal::client::Portal;

/// The text of a page, its escapes undone.
fn plain(text: &str) -> String {
    let known = [("&#x2f;", "/"), ("&#x27;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&amp;", "&")];
    known.iter().fold(text.to_owned(), |text, (escape, sign)| text.replace(escape, sign))
}

#[test]
fn each_address_of_the_description_is_on_the_page_with_all_that_it_takes() {
    let portal = Portal::start();
    let mut stranger = portal.stranger();
    let page = stranger.get("/ssp/help/api/reference");
    assert_eq!(page.status, 200);
    let page = plain(&page.text());
    let always = page.split("id=\"problems\"").nth(1).unwrap();
    let described = json_of(&stranger.get("/proxy/openapi.json"));
    for (path, methods) in described["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            let begin = format!("<section class=\"card stack\" id=\"{name}\"");
            let section = page.split(&begin).nth(1).unwrap_or_else(|| panic!("{name} is not on the page"));
            let section = section.split("</section>").next().unwrap();
            assert!(section.contains(&format!("{} {path}", method.to_uppercase())), "{name}");
            for parameter in operation["parameters"].as_array().unwrap() {
                let parameter = parameter["name"].as_str().unwrap();
                assert!(section.contains(&format!(">{parameter}</th>")), "{name}: {parameter}");
            }
            for media in operation["requestBody"]["content"].as_object().into_iter().flatten() {
                assert!(section.contains(media.0), "{name}: {}", media.0);
            }
            for status in operation["responses"].as_object().unwrap().keys() {
                let told = [format!("<summary>{status} "), format!("\">{status}</td>")];
                assert!(
                    told.iter().any(|told| section.contains(told) || always.contains(told)),
                    "{name}: {status}"
                );
            }
        }
    }
    assert!(page.contains("id=\"page\"") && page.contains("api-payload-refused"));
    assert!(stranger.get("/ssp/help/api").text().contains("/ssp/help/api/reference"));
    let french = stranger.send("GET", "/ssp/help/api/reference", &[("Accept-Language", "fr")], b"").text();
    assert!(french.contains("Les adresses de l’API") && french.contains("Il faut une clé d’API."));
}

#[test]
fn the_keys_lead_to_it_and_every_example_of_it_works() {
    let portal = Portal::start();
    portal.app.enrol();
    let keys = portal.manager("an@fictief.example").get("/ssp/groups/71099911/api").text();
    assert!(keys.contains("/ssp/help/api/reference"), "{keys}");
    let mut system = System::with(&portal, &["INTEGO-DIAG"], true);
    assert_eq!(system.submit(&diagnosis("D1")).status, 202);
    let page = plain(&portal.stranger().get("/ssp/help/api/reference").text());
    let authority = portal
        .app
        .file("authority.pem", hd4dp::certificate::server::authority(&portal.store).unwrap().unwrap());
    let examples: Vec<&str> = page
        .split("<pre class=\"curl\"")
        .skip(1)
        .map(|part| part.split_once('>').unwrap().1.split("</pre>").next().unwrap())
        .collect();
    assert!(examples.len() > 12, "{examples:?}");
    for example in examples {
        let line = example
            .replace("KEY:SECRET", &format!("{}:{}", system.key.id.user(), system.secret))
            .replace("https://localhost/", &format!("https://localhost:{}/", portal.address.port()))
            .replacen("curl", "curl --silent --output /dev/null --write-out '%{http_code}'", 1);
        let output =
            Command::new("sh").args(["-c", &line]).env("CURL_CA_BUNDLE", &authority).output().unwrap();
        let status = String::from_utf8(output.stdout).unwrap();
        let expected = match example {
            example if example.contains("sadmi") => "404",
            example if example.ends_with("/proxy'") => "303",
            example if example.contains("--data") => "202",
            _ => "200",
        };
        assert_eq!(status, expected, "{example}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
