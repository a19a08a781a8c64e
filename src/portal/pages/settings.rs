//! Settings: what is configured, never a secret, and where the rest is set.

use serde::Serialize;

use crate::{
    certificate::server,
    domain::organisation::Organisation,
    error::Result,
    portal::{answer::Answer, content::content, visit::Visit},
    store::organisation,
};

/// A group and whether its members need a second factor.
#[derive(Serialize)]
struct Group {
    title: String,
    nihdi: String,
    requires: bool,
}

/// A service as configured.
#[derive(Serialize)]
struct Service<'a> {
    name: &'static str,
    url: &'a str,
    anchors: usize,
}

/// The page.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let config = &visit.portal.config;
    let groups = visit.read(organisation::all)?.into_iter().filter(|group| group.is_active);
    let group = |group: Organisation| Group {
        nihdi: group.nihdi.as_str().to_owned(),
        requires: group.requires_second_factor,
        title: group.title,
    };
    let own = server::present(visit.store())?;
    let content = content! {
        services => [
            Service { name: "ttp", url: &config.ttp.url, anchors: config.ttp.anchors.len() },
            Service { name: "platform", url: &config.platform.url, anchors: config.platform.anchors.len() },
        ],
        proxy => proxy_host(&config.proxy.url),
        names => config.portal.hosts(),
        idle => config.portal.idle_minutes,
        absolute => config.portal.absolute_hours,
        upload_limit => config.portal.upload_limit_mebibytes,
        drop_folder => config.drop_folder.path.display().to_string(),
        authorities => config.certificates.anchors.len(),
        acceptance => config.certificates.acceptance,
        kind => own.as_ref().map(|own| own.kind),
        until => own.as_ref().map(|own| own.not_after.as_millisecond()),
        groups => groups.map(group).collect::<Vec<_>>(),
    };
    Ok(visit.page("settings.html", content))
}

/// A proxy's host and port: its address may hold a password.
fn proxy_host(url: &str) -> &str {
    let rest = url
        .rsplit_once('@')
        .map_or_else(|| url.split_once("://").map_or(url, |(_, rest)| rest), |(_, host)| host);
    rest.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_proxy_only_the_host_is_shown() {
        for (url, shown) in [
            ("", ""),
            ("http://proxy.example:3128/", "proxy.example:3128"),
            ("http://jan:p%40ss@proxy.example:3128", "proxy.example:3128"),
            ("http://jan:p@ss@proxy.example", "proxy.example"),
        ] {
            assert_eq!(proxy_host(url), shown);
        }
    }
}
