//! Forms: a definition as a page that is filled in.
//!
//! [`desk`] finds definitions and keeps them ready, [`typed`] turns posted
//! fields into cells, [`judged`] judges these by the rules that hold for a
//! file's rows, [`counted`] gives repeats as many instances as they must have,
//! [`unasked`] takes out what is not asked, and [`settled`] says what `once()`
//! keeps. [`parts`] says what
//! the page shows of it, each field by [`control`], and [`live`] what the script
//! of the page is told while somebody types. The script has no rules of its own.
//! [`answers`] puts what is answered into the texts that speak of it.
//! [`onward`] is about what was begun in one version and goes on in another,
//! [`earlier`] about the answers that another version had, [`changed`] about what
//! somebody else changed meanwhile, and [`key_moved`] about answers that a
//! correction cannot change.

pub mod answers;
pub mod changed;
pub mod control;
pub mod counted;
pub mod desk;
pub mod earlier;
pub mod judged;
pub mod key_moved;
pub mod live;
pub mod lost;
pub mod onward;
pub mod parts;
pub mod settled;
pub mod stored;
pub mod typed;
pub mod unasked;
