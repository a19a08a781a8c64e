//! Progress bars.

use indicatif::{ProgressBar, ProgressStyle};

use super::on_terminal;
use crate::intake::job::Progress;

/// A bar on a terminal, nothing elsewhere.
pub fn bar() -> ProgressBar {
    if !on_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}  {elapsed}/{duration}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Shows how far an import is: by bytes, with the rows beside it.
pub fn advance(bar: &ProgressBar, progress: Progress) {
    bar.set_length(progress.size);
    bar.set_position(progress.bytes.min(progress.size));
    bar.set_message(progress.rows.to_string());
}

/// Shows `done` of `all`.
pub fn count(bar: &ProgressBar, done: u64, all: u64) {
    bar.set_length(all);
    bar.set_position(done);
    bar.set_message(done.to_string());
}
