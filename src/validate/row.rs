//! What comes of a row.

use std::{fmt, ops::Range};

use crate::{
    definition::{Definition, Texts, Variable},
    domain::{
        finding::{Severity, shape},
        identifier::Ssin,
    },
    language::{Arg, Args, Language},
    validate::Technical,
};

/// What [`Validator::row`](super::Validator::row) makes of a row. Its buffers
/// serve for many rows.
#[derive(Debug, Default)]
pub struct Row {
    /// What goes to the platform: the `data` object of the transfer protocol,
    /// in the definition's order, empty variables left out.
    pub data: Vec<u8>,
    /// What stays here: a JSON object of the identifiers, the names, what the
    /// definition does not destine for the platform, and the authors.
    pub local: Vec<u8>,
    /// Where in `local` an author stands whom the row itself does not name.
    pub assumed: Range<usize>,
    /// Where in `local` all that the technical columns say of authors stands.
    pub(super) authorship: Range<usize>,
    /// Where in `data` and in `local` values stand that may be others though
    /// the row is the same.
    pub(super) passing: [Vec<Range<usize>>; 2],
    /// The business key. For each key variable its name in small letters, `=`
    /// and its value, in the order of the names, with the ASCII unit separator
    /// between them: no value has that, and no name has `=`. Values are in one
    /// normal form: texts without blanks around them, numbers without needless
    /// zeros, dates as `2026-01-31`, times of day as they are sent, moments in
    /// UTC, choices by their codes (several ones sorted and with `|` between
    /// them), the patient by number or else as [`Patient::Generated`], other
    /// official numbers by their digits. So it is the same in each version that
    /// has the same key variables with the same types and codes, wherever its
    /// workbook has them. Empty if a draft lacks one.
    pub key: Vec<u8>,
    /// Whom the registration is about.
    pub patient: Option<Patient>,
    /// The first eight digits of the physician's NIHDI number.
    pub physician: Option<[u8; 8]>,
    /// The author's e-mail address, a line feed, and the co-author's; the
    /// latter may be empty.
    pub authors: Vec<u8>,
    /// Whether it is a draft, which a person will complete.
    pub draft: bool,
    /// Whether a value that would go to the platform holds the patient's own
    /// number, with or without separators.
    pub identifier_in_value: bool,
    /// What was found: a thousand findings at most, one that refuses the row
    /// among them if there is one.
    pub findings: Vec<CellFinding>,
    /// A finding for which there was no place.
    beside: Option<CellFinding>,
}

/// So many findings of a row are kept, and one more: a repeat of a hundred
/// variables that has a thousand instances could have a hundred thousand.
pub(super) const MOST_FINDINGS: usize = 999;

/// Whom a registration is about. Neither form shows itself in a log.
#[derive(Clone, Eq, PartialEq)]
pub enum Patient {
    /// A number of the national register or the BIS register.
    Ssin(Ssin),
    /// `LAST|FIRST|YYYY-MM-DD|SEX` of a patient without such a number, in
    /// capitals without accents, blanks and signs; to be hashed with a key
    /// before it goes anywhere.
    Generated(String),
}

/// Something found in a cell or in a technical column.
#[derive(Clone, Debug, PartialEq)]
pub struct CellFinding {
    /// A stable code, which is also the Fluent message.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The variable; none for a technical column.
    pub variable: Option<usize>,
    /// The technical column, if it is one.
    pub technical: Option<&'static str>,
    /// The place of the repeat that it is about, and the number of the
    /// instance in the file, from 1; 0 if it is about the repeat as such.
    pub repeat: Option<(usize, u32)>,
    /// The shape of the cell, never the cell.
    pub shape: String,
    /// The message's arguments.
    pub args: Args,
}

impl Row {
    /// What stays here and came with the row, in two pieces: the same row sent
    /// by another person is no other row.
    pub fn own_local(&self) -> [&[u8]; 2] {
        [&self.local[..self.assumed.start], &self.local[self.assumed.end..]]
    }

    /// Whether some values may be others though the row is the same.
    pub fn has_passing(&self) -> bool {
        self.passing.iter().any(|places| !places.is_empty())
    }

    /// What tells the row from another one, in pieces: all but the author whom
    /// it does not name, and the values that may be others each time.
    pub fn lasting(&self) -> Vec<&[u8]> {
        let mut pieces = Vec::new();
        let assumed = [&self.assumed].into_iter().filter(|assumed| !assumed.is_empty());
        cut(&self.data, self.passing[0].iter(), &mut pieces);
        pieces.push(b"\0");
        cut(&self.local, self.passing[1].iter().chain(assumed), &mut pieces);
        pieces
    }

    /// As [`lasting`](Self::lasting), if the authors were those that
    /// `technical` names, and with the values that may be others each time if
    /// that is `whole`.
    pub fn lasting_by(&self, technical: &Technical<'_>, whole: bool) -> Vec<u8> {
        let (before, after) =
            (&self.local[..self.authorship.start], self.local.get(self.authorship.end..).unwrap_or_default());
        let places = |at: usize| self.passing[at].iter().filter(|_| !whole);
        let mut pieces = Vec::new();
        cut(&self.data, places(0), &mut pieces);
        pieces.push(b"\0");
        cut(before, places(1), &mut pieces);
        let named = technical.named(before);
        pieces.push(&named);
        pieces.push(after);
        pieces.concat()
    }

    /// Whether a finding refuses the row.
    pub fn refused(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }

    pub(super) fn clear(&mut self) {
        self.data.clear();
        self.local.clear();
        self.assumed = 0..0;
        self.authorship = 0..0;
        self.passing.iter_mut().for_each(Vec::clear);
        self.key.clear();
        self.findings.clear();
        self.patient = None;
        self.physician = None;
        self.authors.clear();
        self.draft = false;
        self.identifier_in_value = false;
    }

    /// What was written into `data` and `local` since they were this long may be
    /// another each time.
    pub(super) fn is_passing_since(&mut self, from: [usize; 2]) {
        let lengths = [self.data.len(), self.local.len()];
        for ((places, from), to) in self.passing.iter_mut().zip(from).zip(lengths) {
            if from < to {
                // The first member's comma becomes the object's brace.
                places.push(from + usize::from(from == 0)..to);
            }
        }
    }

    /// Makes objects of members that each begin with a comma.
    pub(super) fn close(&mut self) {
        for object in [&mut self.data, &mut self.local] {
            match object.first_mut() {
                Some(first) => *first = b'{',
                None => object.push(b'{'),
            }
            object.push(b'}');
        }
    }

    #[cold]
    pub(super) fn error(&mut self, code: &'static str, variable: usize, cell: &str) -> &mut CellFinding {
        self.find(code, Severity::Error, Some(variable), cell)
    }

    #[cold]
    pub(super) fn warning(&mut self, code: &'static str, variable: usize, cell: &str) -> &mut CellFinding {
        self.find(code, Severity::Warning, Some(variable), cell)
    }

    #[cold]
    pub(super) fn find(
        &mut self,
        code: &'static str,
        severity: Severity,
        variable: Option<usize>,
        cell: &str,
    ) -> &mut CellFinding {
        let finding = CellFinding {
            code,
            severity,
            variable,
            technical: None,
            repeat: None,
            shape: shape(cell),
            args: Args::new(),
        };
        self.add(finding)
    }

    /// Adds a finding. Where there are too many already it takes the place of
    /// the last one, unless that refuses the row and this one does not.
    pub(super) fn add(&mut self, finding: CellFinding) -> &mut CellFinding {
        let at = self.findings.len().min(MOST_FINDINGS);
        match self.findings.get_mut(at) {
            None => self.findings.push(finding),
            Some(last) if last.severity > finding.severity => return self.beside.insert(finding),
            Some(last) => *last = finding,
        }
        &mut self.findings[at]
    }
}

/// The sentence for what was found in a cell of `variable`: the definition's
/// own message if it has one for that, else ours.
pub fn message(code: &str, variable: Option<&Variable>, args: &[(&str, Arg)], language: Language) -> String {
    match own_text(code, variable) {
        Some(own) => own.get(language).to_owned(),
        None => language.text(code, args),
    }
}

fn own_text<'a>(code: &str, variable: Option<&'a Variable>) -> Option<&'a Texts> {
    let own = match code {
        "cell-constraint" => &variable?.constraint_message,
        "cell-required" => &variable?.required_message,
        _ => return None,
    };
    Some(own).filter(|own| !own.is_empty())
}

impl CellFinding {
    /// The column of a file that it is about: `NAME`, or `REPEAT[2]/NAME`.
    pub fn column(&self, definition: &Definition) -> String {
        let variable = self.variable.map(|at| definition.variables[at].name.as_str());
        match self.repeat {
            None => variable.or(self.technical).unwrap_or_default().to_owned(),
            Some((repeat, number)) => {
                let repeat = &definition.repeats[repeat].name;
                variable.map_or(repeat.clone(), |variable| format!("{repeat}[{number}]/{variable}"))
            }
        }
    }

    /// The definition's own message for it, if it has one.
    pub fn own_text<'a>(&self, definition: &'a Definition) -> Option<&'a Texts> {
        own_text(self.code, self.variable.and_then(|at| definition.variables.get(at)))
    }

    /// The sentence for a person. It holds no value, not even where the
    /// definition's own message speaks of one.
    pub fn text(&self, language: Language, definition: &Definition) -> String {
        let variable = self.variable.and_then(|at| definition.variables.get(at));
        message(self.code, variable, &self.args, language)
    }

    pub(super) fn with(&mut self, name: &'static str, value: impl Into<Arg>) {
        self.args.push((name, value.into()));
    }
}

/// Adds what is left of `whole` without `places`, which are in its order.
fn cut<'a>(whole: &'a [u8], places: impl Iterator<Item = &'a Range<usize>>, pieces: &mut Vec<&'a [u8]>) {
    let mut from = 0;
    for place in places {
        pieces.push(&whole[from..place.start]);
        from = place.end;
    }
    pieces.push(&whole[from..]);
}

impl fmt::Debug for Patient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ssin(_) => "Ssin(hidden)",
            Self::Generated(_) => "Generated(hidden)",
        })
    }
}
