//! Home: for each organisation what needs attention, and where to go on.

use serde::Serialize;

use crate::{
    domain::{organisation::Organisation, role::Permission},
    error::Result,
    portal::{answer::Answer, content::content, visit::Visit},
    store::{Tx, attention, organisation},
};

/// An organisation on the page.
#[derive(Serialize)]
struct Card {
    title: String,
    nihdi: String,
    roles: Vec<&'static str>,
    actions: Vec<Action>,
    attention: Vec<Concern>,
}

/// A link to what somebody with this role does most.
#[derive(Serialize)]
struct Action {
    name: &'static str,
    href: String,
}

/// Something that needs a person.
#[derive(Serialize)]
struct Concern {
    kind: &'static str,
    severity: &'static str,
    count: u64,
    definition: String,
    href: String,
}

/// The most organisations that are shown with what needs attention.
const SHOWN: usize = 50;

/// Sends whoever opens the host's own address to the portal.
pub fn front(_visit: &Visit<'_>) -> Result<Answer> {
    Ok(Answer::redirect("/ssp"))
}

/// The page.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let standing = &visit.who()?.standing;
    let (cards, more) = visit.read(|tx| {
        let seen: Vec<_> =
            organisation::all(tx)?.into_iter().filter(|group| standing.sees(group.id)).collect();
        let more = seen.len().saturating_sub(SHOWN);
        let cards = seen.into_iter().take(SHOWN).map(|group| card(visit, tx, group));
        Ok((cards.collect::<Result<Vec<_>>>()?, more))
    })?;
    Ok(visit.page(
        "home.html",
        content! { cards, more, may_add => standing.permits_everywhere(Permission::Organisations) },
    ))
}

fn card(visit: &Visit<'_>, tx: &Tx<'_>, group: Organisation) -> Result<Card> {
    let standing = &visit.who()?.standing;
    let may = |permission| standing.permits(permission, group.id);
    let base = format!("/ssp/groups/{}", group.nihdi.as_str());
    let facts = attention::of(tx, group.id, &visit.portal.figures.of(tx, group.id)?.total)?;
    let concern = |permission, kind, severity, count, page: &str| {
        (count > 0 && may(permission)).then(|| Concern {
            kind,
            severity,
            count,
            definition: String::new(),
            href: format!("{base}{page}"),
        })
    };
    let open = standing.projects(Permission::Upload, group.id);
    let rejected =
        facts.rejected.into_iter().filter(|file| open.reach(&file.project).is_some()).map(|file| Concern {
            kind: "rejected",
            severity: "warn",
            count: file.rejected,
            definition: format!("{} {}", file.project, file.definition),
            href: match file.upload {
                Some(upload) => format!("{base}/uploads/{upload}"),
                None => format!("{base}/uploads/imports/{}", file.import),
            },
        });
    let urgent = [
        concern(
            Permission::Overview,
            "certificate-none",
            "bad",
            u64::from(facts.has_no_certificate),
            "/certificates",
        ),
        concern(
            Permission::Overview,
            "certificate-expiring",
            "warn",
            facts.certificate_days.unwrap_or(0),
            "/certificates",
        ),
        concern(Permission::QueueRead, "parked", "bad", facts.parked, "/queue"),
    ];
    let others = [
        concern(Permission::Upload, "drop-folder", "warn", u64::from(facts.drop_folder), "/uploads"),
        concern(Permission::RegistrationCounts, "held", "calm", facts.held, "/registrations?state=held"),
        concern(
            Permission::RegistrationCounts,
            "refused",
            "bad",
            facts.refused,
            "/registrations?state=refused",
        ),
    ];
    let actions = [
        (Permission::RegistrationsEnter, "entry", "/registrations/new"),
        (Permission::Upload, "upload", "/uploads/new"),
        (Permission::CertificatesEdit, "certificate", "/certificates/add"),
        (Permission::MembersEdit, "member", "/members/add"),
        (Permission::EnrolmentsEdit, "enrolment", "/enrolments"),
    ];
    let actions = actions.into_iter().filter(|(permission, ..)| may(*permission));
    Ok(Card {
        roles: standing.grants(group.id).iter().map(|grant| grant.role.name()).collect(),
        actions: actions.map(|(_, name, page)| Action { name, href: format!("{base}{page}") }).collect(),
        attention: urgent.into_iter().flatten().chain(rejected).chain(others.into_iter().flatten()).collect(),
        title: group.title,
        nihdi: group.nihdi.as_str().to_owned(),
    })
}
