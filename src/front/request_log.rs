//! One line of the log for each request.

use std::time::Instant;

use uuid::Uuid;

use super::{Handler, Head};

/// What is told of a request when it is over, if it got an answer.
pub(super) struct Entry {
    id: Uuid,
    wanted: bool,
    began: Instant,
    method: String,
    path: String,
    answer: Option<(u16, usize)>,
}

impl Entry {
    /// A request begins. It is told only if that is `wanted`.
    pub(super) fn new(id: Uuid, wanted: bool) -> Self {
        let unknown = || "-".to_owned();
        Self { id, wanted, began: Instant::now(), method: unknown(), path: unknown(), answer: None }
    }

    /// Its head is known, and who answers it.
    pub(super) fn about(&mut self, head: &Head, handler: &dyn Handler) {
        if self.wanted {
            self.method.clone_from(&head.method);
            self.path = discreet(&head.path, |part| part.is_empty() || handler.knows(part));
        }
    }

    /// Its answer has this status and this many bytes, head included.
    pub(super) fn answered(&mut self, status: u16, bytes: usize) {
        self.answer = Some((status, bytes));
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let (true, Some((status, bytes))) = (self.wanted, self.answer) {
            let Self { id, method, path, .. } = &*self;
            let milliseconds = self.began.elapsed().as_micros() as f64 / 1000.0;
            tracing::info!(target: "hd4dp::request", %id, method, path, status, bytes, milliseconds);
        }
    }
}

/// The path with `…` for each part that is neither written so in an address of
/// ours nor a UUID or a short number, which we gave: the log tells nobody's
/// text, be it a number or a name that a person typed or pasted into it.
fn discreet(path: &str, knows: impl Fn(&str) -> bool) -> String {
    let is_short = |part: &str| part.len() < DIGITS && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_ours = |part: &str| knows(part) || is_short(part) || Uuid::try_parse(part).is_ok();
    let parts: Vec<_> = path.split('/').map(|part| if is_ours(part) { part } else { "…" }).collect();
    parts.join("/")
}

/// A number of so many digits could be a patient's.
const DIGITS: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_shows_nothing_that_a_person_wrote() {
        let knows = |part: &str| matches!(part, "" | "ssp" | "imports" | "patients" | "proxy" | "b");
        for (path, shown) in [
            ("/", "/"),
            ("/ssp/imports/17", "/ssp/imports/17"),
            ("/ssp/patients/85040216932", "/ssp/patients/…"),
            ("/ssp/85.04.02-169.32/imports", "/ssp/…/imports"),
            ("/proxy/85073003328/Canaryname", "/proxy/…/…"),
            ("/ssp/\"><script>x</script>/%0aINFO/a;b", "/ssp/…/…/…/…"),
            ("/b/01890a5d-ac96-774b-bcce-b302099a8057", "/b/01890a5d-ac96-774b-bcce-b302099a8057"),
        ] {
            assert_eq!(discreet(path, knows), shown);
        }
    }
}
