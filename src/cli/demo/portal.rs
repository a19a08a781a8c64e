//! The demo's portal, and the people who may look around in it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
    thread,
};

use zeroize::Zeroizing;

use super::super::{Context, note, say};
use crate::{
    app::App,
    clock,
    domain::{
        account::{Actor, Temporary},
        member::Grant,
        organisation::Organisation,
        role::Role,
    },
    error::Result,
    front,
    portal::password::{self, Hasher},
    store::{account, manager, member, password as stored},
};

/// Where the portal listens if that is free.
const PORT: u16 = 8443;

/// Who there is: what stands before the `@`, and what they are.
const PEOPLE: [(&str, &[Role]); 6] = [
    ("manager", &[Role::Manager]),
    ("dp-manager", &[Role::DpManager]),
    ("certificates", &[Role::CertificateEditor]),
    ("data", &[Role::CsvUploadManager, Role::StudySupport]),
    ("lead", &[Role::StudyLead]),
    ("auditor", &[Role::Auditor]),
];

const HOST: &str = "fictitious-hospital.example";

/// Serves the portal until the process is ended: where somebody wants it, or
/// else where it is free.
pub(super) fn serve(
    context: &Context,
    own: &Context,
    group: &Organisation,
    sandbox: &Path,
    wanted: Option<SocketAddr>,
) -> Result<()> {
    let people = people(own, group)?;
    let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let listen = wanted.unwrap_or_else(|| if front::listen(usual).is_ok() { usual } else { free });
    App::new(Arc::clone(own.store()?), own.config.clone()).run(listen, |running| {
        let told = tell(context, running.address, &people, group, sandbox);
        told.map(|()| {
            loop {
                thread::park();
            }
        })
    })?
}

/// The people with a new temporary password each; those who were made by an
/// earlier run keep their roles.
fn people(own: &Context, group: &Organisation) -> Result<Vec<(String, Zeroizing<String>)>> {
    let store = own.store()?;
    let hasher = Hasher::new(store.keys());
    let by = Actor::System(own.actor());
    let mut people = Vec::new();
    for (name, roles) in PEOPLE {
        let email = format!("{name}@{HOST}");
        let secret = password::temporary()?;
        let temporary = Temporary::new(hasher.hash(&secret)?, clock::now().as_millisecond());
        store.write(|tx| match account::by_email(tx, &email)? {
            Some(known) => stored::reset(tx, &by, known.id, &temporary),
            None if roles.contains(&Role::Manager) => manager::add(tx, &by, &email, &temporary).map(drop),
            None => member::add_new(tx, &by, group.id, &email, &temporary, &grants(roles)).map(drop),
        })?;
        people.push((email, secret));
    }
    Ok(people)
}

fn grants(roles: &[Role]) -> Vec<Grant> {
    let grant = |role: &Role| match role.has_projects() {
        true => Grant::of_projects(*role, &[super::setup::PROJECT]),
        false => Grant::new(*role),
    };
    roles.iter().map(grant).collect()
}

fn tell(
    context: &Context,
    listens: SocketAddr,
    people: &[(String, Zeroizing<String>)],
    group: &Organisation,
    sandbox: &Path,
) -> Result<()> {
    let here = listens.ip().is_loopback() || listens.ip().is_unspecified();
    let host = if here { format!("localhost:{}", listens.port()) } else { listens.to_string() };
    let address = format!("https://{host}/ssp");
    say("")?;
    say(context.text("demo-portal", &[("address", address.into())]))?;
    for (email, secret) in people {
        say(format!("  {email:<42} {}", secret.as_str()))?;
    }
    let store = sandbox.join(format!("{}.p12", group.nihdi.as_str()));
    let files = [
        ("store", store),
        ("password", sandbox.join("password")),
        ("input", sandbox.with_file_name("input")),
    ];
    let files: Vec<_> = files.iter().map(|(name, path)| (*name, path.display().to_string().into())).collect();
    say(context.text("demo-portal-files", &files))?;
    note(context.text("demo-portal-end", &[]));
    Ok(())
}
