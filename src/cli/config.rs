//! `config`: the configuration in force, or what each key is for.

use super::{Context, Done, say};
use crate::error::Result;

#[derive(clap::Args)]
pub struct Verb {
    /// Explains every key and its default
    #[arg(long)]
    explain: bool,
}

/// Every key with its default; the explanation is the Fluent message
/// `config-<section>-<key>`.
pub(crate) const KEYS: &[(&str, &str, &str)] = &[
    ("", "language", "\"en\""),
    ("platform", "url", "\"\""),
    ("platform", "anchors", "[]"),
    ("platform", "encryption_certificate", "\"\""),
    ("ttp", "url", "\"\""),
    ("ttp", "anchors", "[]"),
    ("proxy", "url", "\"\""),
    ("certificates", "anchors", "[]"),
    ("certificates", "acceptance", "false"),
    ("validation", "nihdi_moduli", "[97, 89, 83, 79]"),
    ("validation", "default_author", "\"\""),
    ("queue", "attempts", "60"),
    ("queue", "backoff_milliseconds", "1000"),
    ("queue", "backoff_limit_milliseconds", "300000"),
    ("queue", "timeout_seconds", "60"),
    ("queue", "outcome_patience_seconds", "120"),
    ("portal", "listen", "\"\""),
    ("portal", "names", "[\"localhost\"]"),
    ("portal", "redirect", "\"\""),
    ("portal", "connections_per_address", "64"),
    ("portal", "exempt_addresses", "[]"),
    ("portal", "idle_minutes", "30"),
    ("portal", "absolute_hours", "12"),
    ("portal", "upload_limit_mebibytes", "2048"),
    ("drop_folder", "path", "\"\""),
    ("drop_folder", "settle_seconds", "5"),
    ("organisations", "nihdi", "\"71099911\""),
    ("organisations", "title", "\"Fictief Ziekenhuis\""),
];

impl Verb {
    pub fn run(self, context: &Context) -> Result<Done> {
        if self.explain { explain(context) } else { show(context) }
    }
}

fn explain(context: &Context) -> Result<Done> {
    let mut section = "";
    for (in_section, key, default) in KEYS {
        if *in_section != section {
            section = in_section;
            say(if is_list(section) { format!("\n# [[{section}]]") } else { format!("\n[{section}]") })?;
        }
        let prefix = if section.is_empty() { String::new() } else { format!("{section}-") };
        say(format!("# {}", context.text(&format!("config-{prefix}{key}"), &[])))?;
        // What stands in a list is an example, not a default.
        let example = if is_list(section) { "# " } else { "" };
        say(format!("{example}{key} = {default}"))?;
    }
    Ok(Done::Well)
}

fn is_list(section: &str) -> bool {
    section == "organisations"
}

/// What is in force, without the proxy's password.
fn show(context: &Context) -> Result<Done> {
    let config = &context.config;
    let proxy = config.proxy.url.rsplit('@').next().unwrap_or_default();
    let paths = |paths: &[std::path::PathBuf]| format!("{paths:?}");
    say(format!("data_dir = {:?}", context.directory.display().to_string()))?;
    say(format!(
        "[platform]\nurl = {:?}\nanchors = {}",
        config.platform.url,
        paths(&config.platform.anchors)
    ))?;
    say(format!("encryption_certificate = {:?}", config.platform.encryption_certificate))?;
    say(format!("[ttp]\nurl = {:?}\nanchors = {}", config.ttp.url, paths(&config.ttp.anchors)))?;
    say(format!("[proxy]\nurl = {proxy:?}"))?;
    say(format!("[certificates]\nanchors = {}", paths(&config.certificates.anchors)))?;
    let address =
        |address: Option<std::net::SocketAddr>| address.map(|it| it.to_string()).unwrap_or_default();
    say(format!("[portal]\nlisten = {:?}", address(config.portal.listen)))?;
    say(format!("names = {:?}\nredirect = {:?}", config.portal.names, address(config.portal.redirect)))?;
    let drop_folder = &config.drop_folder;
    say(format!("[drop_folder]\npath = {:?}", drop_folder.path.display().to_string()))?;
    say(format!("settle_seconds = {}", drop_folder.settle_seconds))?;
    Ok(Done::Well)
}
