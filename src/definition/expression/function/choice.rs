//! Choices.

use super::{
    Call, Function, Gives,
    Takes::{Choices, Number, One, Several},
    exactly,
};
use crate::definition::expression::data::Data;

pub(super) const ALL: &[Function] = &[
    Function {
        name: "checklist",
        takes: &[Number, Number, Several],
        needs: 2,
        again: 1,
        gives: Gives::Truth,
        run: checklist,
    },
    exactly("count-selected", &[Choices], Gives::Number, |call| {
        Some(Data::Number(call.text(0)?.split_whitespace().count() as f64))
    }),
    exactly("selected", &[Choices, One], Gives::Truth, |call| {
        let (codes, code) = (call.text(0)?, call.text(1)?);
        Some(Data::Truth(codes.split_whitespace().any(|known| known == code.trim())))
    }),
    exactly("selected-at", &[Choices, Number], Gives::Text, |call| {
        let (codes, place) = (call.text(0)?, call.number(1)?.trunc());
        let code = (place >= 0.0).then(|| codes.split_whitespace().nth(place as usize)).flatten();
        Some(Data::of(code.unwrap_or_default().to_owned()))
    }),
    Function {
        name: "weighted-checklist",
        takes: &[Number, Number, One, Number],
        needs: 4,
        again: 2,
        gives: Gives::Truth,
        run: weighted_checklist,
    },
];

/// Whether so many answers are yes; a bound below zero is none.
fn checklist<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    let (least, most) = (call.number(0)?, call.number(1)?);
    let mut count = 0.0;
    call.each(2, |data| count += f64::from(u8::from(is_yes(&data))))?;
    Some(Data::Truth(is_within(count, least, most)))
}

/// Whether the answers that are yes weigh so much.
fn weighted_checklist<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    let (least, most) = (call.number(0)?, call.number(1)?);
    let mut weight = 0.0;
    for at in (2..call.terms.len()).step_by(2) {
        if is_yes(&call.data(at)?) {
            weight += call.number(at + 1)?;
        }
    }
    Some(Data::Truth(is_within(weight, least, most)))
}

fn is_within(number: f64, least: f64, most: f64) -> bool {
    (least < 0.0 || number >= least) && (most < 0.0 || number <= most)
}

/// ODK's manual counts answers that are exactly "yes"; JavaRosa counts every
/// answer, "no" included. Truth and numbers count as XPath has them.
fn is_yes(data: &Data<'_>) -> bool {
    match data {
        Data::Text(text) => text == "yes",
        data => data.truth(),
    }
}
