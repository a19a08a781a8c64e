//! An import that only tells. It reads one view of the store and writes
//! nothing, so that it holds nobody up however long it takes.

use super::{
    file_name,
    input::Input,
    job::{Job, Outcome, Progress, about_rest, changed, doubled, late_draft, withdrawn},
    opened::Opened,
};
use crate::{
    domain::import::{ImportId, ImportState},
    error::Result,
    store::{fate::RowFate, finding::RowFinding, preview::Preview},
};

/// Takes what a dry run tells of the rows, chunk by chunk: what would become
/// of those that passed, and what was found.
pub type Tell<'a> = &'a mut dyn FnMut(&[RowFate], &[RowFinding]);

/// No stored import, so that no row of an earlier one counts as this file's.
const NONE: ImportId = ImportId(0);

impl Job<'_> {
    /// Tells what importing `input` would do, and stores nothing. If it left
    /// off because it was asked to, the outcome's state is `Running`.
    pub fn dry_run<'i>(
        &self,
        input: impl Into<Input<'i>>,
        progress: &mut dyn FnMut(Progress),
        tell: Tell<'_>,
    ) -> Result<Outcome> {
        let input = input.into();
        let opened = match Opened::read(input, &self.definition) {
            Ok(opened) => opened,
            Err(findings) => return Ok(Outcome { findings, ..Outcome::default() }),
        };
        let findings = file_name::judge(input.path(), &self.definition);
        let mut outcome = Outcome { findings, state: Some(ImportState::Done), ..Outcome::default() };
        let mut preview = Preview::new()?;
        self.store.read(|tx| {
            if let Some(finding) = self.barred(tx, None)? {
                outcome = Outcome { findings: vec![finding], ..Outcome::default() };
                return Ok(());
            }
            self.pass(&opened, opened.first, progress, |mut chunk, parts| {
                if !opened.source.is_unchanged() {
                    chunk.replace_by(changed(chunk.from));
                }
                let mut counts = chunk.counts;
                let mut findings = chunk.findings;
                let taken = preview.take_in(tx, self.target(NONE), &chunk.blocks)?;
                counts.add(&taken.counts);
                counts.warnings += (taken.doubled.len() + taken.withdrawn.len()) as u64;
                findings.extend(taken.doubled.iter().map(doubled));
                findings.extend(taken.late_drafts.iter().map(late_draft));
                findings.extend(taken.withdrawn.iter().map(withdrawn));
                if let Some(stop) = chunk.stop {
                    findings.push(about_rest(&stop, chunk.to));
                    if chunk.rest_follows {
                        parts.rest(|part| {
                            counts.add(&part.counts);
                            Ok(())
                        })?;
                    }
                    outcome.state = Some(ImportState::Stopped);
                    outcome.findings.push(stop);
                }
                tell(&taken.fates, &findings);
                outcome.counts.add(&counts);
                let leaves = !chunk.last && (self.leave)();
                if leaves {
                    outcome.state = Some(ImportState::Running);
                }
                Ok((!leaves, outcome.counts.read()))
            })
        })?;
        Ok(outcome)
    }
}
