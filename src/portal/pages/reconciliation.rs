//! How the imports of a group add up, from the rows of each file to what the
//! platform took in.

use crate::{
    domain::{import::ImportId, role::Permission},
    error::Result,
    portal::{
        answer::Answer,
        content::content,
        pages::{group::person, queue::projects},
        visit::Visit,
    },
    store::{Tx, import, reconciliation},
};

/// How many imports a page lists.
const ROWS: usize = 20;

/// The most rows that are followed to their present state for one list. What
/// is beyond is followed on the import's own page.
const FOLLOWED: u64 = 300_000;

/// The list.
pub fn list(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let projects = projects(visit, Permission::QueueRead)?;
    let after = visit.query.get("after").parse().ok();
    let (rows, next) = visit.read(|tx| {
        let mut found = reconciliation::page(tx, group, &projects, after, ROWS + 1)?;
        let is_more = found.len() > ROWS;
        found.truncate(ROWS);
        let next = found.last().filter(|_| is_more).map(|last| last.import);
        let mut followed = 0;
        let rows = found.into_iter().map(|line| {
            followed += line.counts.accepted;
            let summary = (followed <= FOLLOWED)
                .then(|| reconciliation::follow(tx, group, &line))
                .transpose()?;
            Ok(content! { read => line.counts.read(), actor => named(visit, tx, line.actor.as_deref())?, summary, line })
        });
        Ok((rows.collect::<Result<Vec<_>>>()?, next))
    })?;
    let next = next.map(|last| visit.group_path(&format!("/queue/imports?after={last}")));
    let first = after.map(|_| visit.group_path("/queue/imports"));
    Ok(visit.page("reconciliations.html", content! { rows, next, first }))
}

/// One import: where each of its rows is now, and what became of the codes.
pub fn show(visit: &Visit<'_>) -> Result<Answer> {
    let group = visit.group()?.id;
    let id = ImportId(visit.number("import")?);
    let projects = projects(visit, Permission::QueueRead)?;
    let open = visit.who()?.standing.projects(Permission::Upload, group);
    let content = visit.read(|tx| {
        let line = reconciliation::get(tx, group, &projects, id)?;
        let summary = reconciliation::follow(tx, group, &line)?;
        let codes = reconciliation::codes(tx, group, id)?;
        let found = line.counts.rejected + line.counts.warnings > 0;
        // What systems send by the API is not kept if it is refused.
        let is_kept = !import::refused_parts(tx, group, id, u64::MAX)?.is_empty();
        let may_mend = open.reach(&line.project).is_some();
        Ok(content! { found, is_kept, may_mend, read => line.counts.read(), actor => named(visit, tx, line.actor.as_deref())?, summary, codes, line })
    })?;
    Ok(visit.page("reconciliation.html", content))
}

fn named(visit: &Visit<'_>, tx: &Tx<'_>, actor: Option<&str>) -> Result<Option<String>> {
    actor.map(|actor| person(tx, visit.language, actor)).transpose()
}
