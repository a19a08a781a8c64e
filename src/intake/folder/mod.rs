//! The drop folder: files that are put there become uploads by themselves.
//!
//! Below it there is a folder for each organisation, in it one for each
//! project, in it one for each definition, all made here and known in a few
//! spellings ([`names`]). A file is taken when two looks found it unchanged
//! ([`settle`]; much longer if its last line has no end) and no earlier one of
//! its folder is still to be taken, is copied into the
//! sealed spool and noted in the store, and only then moved to `ARCHIVE`
//! ([`take`]). Until it is there the store remembers it, so that after a kill it
//! is archived and not taken again. Once its upload is over, `RESULT` gets a
//! file that tells of each row ([`result`]); what cannot be processed at all
//! goes to `ERROR`. For some minutes it is looked after in `ARCHIVE`: one that
//! is written on there was not whole, and is taken again ([`after`]).
//!
//! There is no notification of changes: a network share gives none for what
//! others write to it, and looking costs a few listings. The time between two
//! looks follows from `settle_seconds`, and grows if looking takes long.

mod after;
mod layout;
mod look;
mod names;
mod result;
mod root;
mod settle;
mod take;
mod watch;
mod worker;

#[cfg(test)]
mod tests;

pub use watch::Watch;
pub use worker::run;
