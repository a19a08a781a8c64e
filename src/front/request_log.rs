//! One line of the log for each request.

use std::{borrow::Cow, time::Instant};

use uuid::Uuid;

use super::Head;

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

    /// Its head is known.
    pub(super) fn about(&mut self, head: &Head) {
        if self.wanted {
            self.method.clone_from(&head.method);
            self.path = discreet(&head.path).into_owned();
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

/// The path with an asterisk for each part that could be a number of a
/// patient, which a person may have typed or pasted into it (six digits in
/// all, and not a name that we gave, a UUID), and for each that is no part of
/// an address of ours: the log tells nobody's text.
fn discreet(path: &str) -> Cow<'_, str> {
    let is_ours = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let doubtful = |part: &str| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        digits >= 6 && Uuid::try_parse(part).is_err() || part.len() > PART || !part.bytes().all(is_ours)
    };
    if !path.split('/').any(doubtful) {
        return path.into();
    }
    let parts: Vec<_> = path.split('/').map(|part| if doubtful(part) { "*" } else { part }).collect();
    parts.join("/").into()
}

/// The most bytes of a part of an address of ours.
const PART: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_shows_no_number_of_a_patient() {
        for (path, shown) in [
            ("/ssp/imports/17", "/ssp/imports/17"),
            ("/ssp/patients/85040216932", "/ssp/patients/*"),
            ("/ssp/85.04.02-169.32/x", "/ssp/*/x"),
            ("/ssp/\"><script>x</script>/%0aINFO/a;b", "/ssp/*/*/*/*"),
            ("/b/01890a5d-ac96-774b-bcce-b302099a8057", "/b/01890a5d-ac96-774b-bcce-b302099a8057"),
        ] {
            assert_eq!(discreet(path), shown);
        }
    }
}
