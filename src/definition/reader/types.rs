//! The column `type`.

use super::{
    choices,
    survey::{Limits, Part, Reader},
};
use crate::{
    definition::{sheet::SheetRow, text::Texts, variable::Kind},
    domain::decimal::Decimal,
    language::{Arg, Language},
};

/// The most choices of all lists together, copies included.
const MOST_CHOICES: usize = 500_000;

/// The code that `or_other` adds to a list.
pub(super) const OTHER: &str = "other";

impl Reader<'_> {
    /// The type of a variable, what of its row it is, and whether a text for
    /// another answer follows it.
    pub(super) fn kind(&mut self, row: &SheetRow, words: &[&str]) -> Option<(Kind, Part, bool)> {
        let mut has_other = false;
        let mut part = Part::Whole;
        let kind = match words {
            ["text" | "string" | "hidden" | "barcode"] => Kind::Text,
            ["integer" | "int"] => Kind::Integer,
            ["decimal"] => Kind::Decimal,
            ["date"] => Kind::Date,
            ["time"] => Kind::Time,
            ["datetime" | "dateTime"] => Kind::DateTime,
            ["select_one", list] => Kind::SelectOne(self.list(row, list)?),
            ["select_multiple", list] => Kind::SelectMultiple(self.list(row, list)?),
            ["select_one", list, "or_other"] => {
                has_other = true;
                Kind::SelectOne(self.list_with_other(row, list)?)
            }
            ["select_multiple", list, "or_other"] => {
                has_other = true;
                Kind::SelectMultiple(self.list_with_other(row, list)?)
            }
            ["select_one_from_file", file] => Kind::SelectOne(self.file(row, file)?),
            ["select_multiple_from_file", file] => Kind::SelectMultiple(self.file(row, file)?),
            ["acknowledge" | "trigger"] => Kind::SelectOne(self.acknowledgement()),
            ["calculate"] => {
                if self.cell(row, "calculation").is_empty() {
                    return self.refuse(row, "calculation", "definition-empty", "");
                }
                part = Part::Calculated;
                Kind::Text
            }
            ["range"] => {
                let (kind, limits) = self.range(row)?;
                part = Part::Range(limits);
                kind
            }
            [
                "image" | "audio" | "video" | "file" | "geopoint" | "geotrace" | "geoshape"
                | "background-audio" | "start-geopoint",
            ] => return self.refuse(row, "type", "definition-type-media", words[0]),
            ["rank", ..] => return self.refuse(row, "type", "definition-type-rank", ""),
            _ => return self.refuse(row, "type", "definition-type", &words.join(" ")),
        };
        if has_other && !self.cell(row, "choice_filter").is_empty() {
            self.problem(row, "choice_filter", "definition-or-other-filter", "");
        }
        Some((kind, part, has_other))
    }

    fn list(&mut self, row: &SheetRow, name: &str) -> Option<usize> {
        match self.list_places.get(name).copied() {
            None => self.refuse(row, "type", "definition-no-list", name),
            found => found,
        }
    }

    /// A copy of a list that ends with "other", unless the list has that
    /// already; variables without `or_other` keep the list as it is.
    fn list_with_other(&mut self, row: &SheetRow, name: &str) -> Option<usize> {
        let place = self.list(row, name)?;
        if self.lists[place].find_code(OTHER).is_some() {
            return Some(place);
        }
        let key = format!("{name} or_other");
        if let Some(known) = self.list_places.get(&key) {
            return Some(*known);
        }
        self.room_for(row, self.lists[place].choices.len())?;
        let list = self.lists[place].with(name, OTHER, in_all_languages("definition-other"));
        Some(self.add_list(key, list))
    }

    /// The list of a file, which stands in a sheet of that name or comes with
    /// the appliance.
    fn file(&mut self, row: &SheetRow, name: &str) -> Option<usize> {
        let name = name.to_lowercase();
        let parameters = self.parameters(row)?;
        let said = |key: &str, usual: &'static str| {
            parameters
                .iter()
                .find(|(known, _)| known == key)
                .map_or(usual.to_owned(), |(_, value)| value.clone())
        };
        let (value, label) = (said("value", "name"), said("label", "label"));
        let key = format!("{name} {value} {label}");
        if let Some(known) = self.list_places.get(&key) {
            return Some(*known);
        }
        let Some(file) = self.files.get(&name) else {
            return self.refuse(row, "type", "definition-from-file", &name);
        };
        self.room_for(row, file.sheet.rows.len())?;
        match choices::read_file(&name, file, (&value, &label), self.settings.language) {
            Ok(list) => Some(self.add_list(key, list)),
            Err((id, what)) => self.refuse(row, "type", id, &what),
        }
    }

    /// The list of what is confirmed: XLSForm writes it "OK".
    fn acknowledgement(&mut self) -> usize {
        const KEY: &str = "acknowledge OK";
        if let Some(known) = self.list_places.get(KEY) {
            return *known;
        }
        let choices = vec![("OK".to_owned(), in_all_languages("definition-acknowledged"))];
        self.add_list(KEY.to_owned(), crate::definition::List::new("acknowledge", choices))
    }

    /// Refuses a list of so many choices if there are too many in all: each row
    /// can ask for a list of its own by naming other columns.
    fn room_for(&mut self, row: &SheetRow, choices: usize) -> Option<()> {
        let known: usize = self.lists.iter().map(|list| list.choices.len()).sum();
        if known + choices <= MOST_CHOICES {
            return Some(());
        }
        self.refuse(row, "type", "definition-choices-many", &MOST_CHOICES.to_string())
    }

    fn add_list(&mut self, key: String, list: crate::definition::List) -> usize {
        self.lists.push(list);
        self.list_places.insert(key, self.lists.len() - 1);
        self.lists.len() - 1
    }

    /// A range's type and the rule that it stands for: from `start` in steps
    /// of `step` to `end`, by default 1, 1 and 10.
    fn range(&mut self, row: &SheetRow) -> Option<(Kind, Limits)> {
        let parameters = self.parameters(row)?;
        let mut numbers = [("start", 1.0), ("end", 10.0), ("step", 1.0)]
            .map(|(name, number)| (name, number, number.to_string()));
        for (name, value) in &parameters {
            let known = numbers.iter_mut().find(|(known, ..)| known == name);
            match (known, value.parse::<f64>()) {
                (Some((_, number, digits)), Ok(said)) if said.is_finite() => {
                    let exact = Decimal::parse(value, false).map(|exact| exact.to_string());
                    (*number, *digits) = (said, exact.unwrap_or_else(|| said.to_string()));
                }
                _ => return self.refuse(row, "parameters", "definition-parameters", name),
            }
        }
        let [(_, least, start), (_, most, end), (_, width, step)] = &numbers;
        for (is_wrong, name) in [(most < least, "end"), (*width <= 0.0, "step")] {
            if is_wrong {
                return self.refuse(row, "parameters", "definition-range", name);
            }
        }
        let is_whole = ![start, end, step].iter().any(|digits| digits.contains('.'));
        let mut rule = format!(". >= {start} and . <= {end}");
        if !is_whole || step != "1" {
            // Steps such as 0.1 have no exact binary fraction.
            let steps = format!("((. - {start}) div {step})");
            rule.push_str(&format!(" and abs({steps} - round({steps})) < 0.000001"));
        }
        let limits = numbers.map(|(name, _, digits)| (name, Arg::Text(digits)));
        let message = in_all_languages_with("definition-range-message", &limits);
        Some((if is_whole { Kind::Integer } else { Kind::Decimal }, Limits { rule, message }))
    }

    /// `name=value name=value`, separated by blanks, commas or semicolons.
    fn parameters(&mut self, row: &SheetRow) -> Option<Vec<(String, String)>> {
        let text = self.cell(row, "parameters").to_owned();
        let mut parameters = Vec::new();
        for part in text.split([' ', ',', ';']).filter(|part| !part.is_empty()) {
            match part.split_once('=') {
                Some((name, value)) => parameters.push((name.trim().to_lowercase(), value.trim().to_owned())),
                None => return self.refuse(row, "parameters", "definition-parameters", part),
            }
        }
        Some(parameters)
    }
}

/// One of our own texts as a workbook would carry it.
pub(super) fn in_all_languages(id: &str) -> Texts {
    in_all_languages_with(id, &[])
}

fn in_all_languages_with(id: &str, args: &[(&str, Arg)]) -> Texts {
    let mut texts = Texts::default();
    for language in Language::ALL {
        texts.set(language, &language.text(id, args));
    }
    texts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::{definition::reader::tests::read_csv, language::Language};

    #[test]
    fn a_range_tells_its_limits_to_who_breaks_them() {
        let message = |parameters: &str, constraint: &str| {
            let survey =
                format!("type,name,hd::key,parameters,constraint\nrange,R,yes,{parameters},{constraint}\n");
            match read_csv("form_id,version\nA,1.0.0\n", &survey, "", "project\nHDBP0147\n") {
                Ok(definition) => definition.variables[0].constraint_message.get(Language::En).to_owned(),
                Err(refused) => {
                    let problem = refused.problems.last().unwrap();
                    format!("{} {:?}", problem.id, problem.args[0].1)
                }
            }
        };
        assert_eq!(message("start=0 end=1 step=0.25", ""), "Give a number from 0 to 1 in steps of 0.25.");
        assert_eq!(message("start=0 end=1", ". != 0"), "", "which of the two was broken is not known");
        assert_eq!(message("start=10 end=0", ""), "definition-range Text(\"end\")");
        assert_eq!(message("step=0", ""), "definition-range Text(\"step\")");
    }

    #[test]
    fn what_is_never_of_the_type_is_refused_as_calculation_and_as_default() {
        let read = |column: &str, kind: &str, text: &str| {
            let survey = format!(
                "type,name,hd::key,{column}\ntext,K,yes,\ndate,DAY,,\ndecimal,N,,\ntime,C,,\n{kind},X,,{text}\n"
            );
            let problems = read_csv("form_id,version\nA,1.0.0\n", &survey, "", "project\nHDBP0147\n").err();
            problems
                .into_iter()
                .flat_map(|refused| refused.problems)
                .map(|problem| problem.id)
                .collect::<Vec<_>>()
        };
        let wrong = ["definition-calculation-type"];
        for (kind, text) in [
            ("time", "today()"),
            ("time", "${N}"),
            ("time", "today() + 1"),
            ("date", "${N} > 1"),
            ("date", "${C}"),
            ("dateTime", "${C}"),
            ("decimal", "${C}"),
            ("integer", "now() - 1"),
        ] {
            assert_eq!(read("calculation", kind, text), wrong, "{kind} {text}");
            assert_eq!(read("default", kind, text), wrong, "{kind} {text}");
        }
        for (kind, text) in
            [("integer", "today()"), ("integer", "${DAY}"), ("decimal", "now()"), ("decimal", "${DAY} + 1")]
        {
            assert_eq!(read("calculation", kind, text), [""; 0], "{kind} {text}");
            assert_eq!(read("default", kind, text), wrong, "{kind} {text}");
        }
        for (kind, text) in [
            ("time", "now()"),
            ("time", "now() + 0.25"),
            ("time", "string(${C})"),
            ("date", "now()"),
            ("date", "${N}"),
            ("integer", "${DAY} - today()"),
            ("integer", "${N} > 1"),
            ("decimal", "decimal-time(${C})"),
            ("text", "${C}"),
        ] {
            for column in ["calculation", "default"] {
                assert_eq!(read(column, kind, text), [""; 0], "{kind} {text}");
            }
        }
    }
}
