//! Numbers and truth.

use uuid::Uuid;

use super::{
    Call, Function, Gives,
    Takes::{self, One},
    exactly,
};
use crate::definition::expression::data::{Data, written};

macro_rules! of_one {
    ($name:literal, $work:expr) => {
        exactly($name, &[Takes::Number], Gives::Number, |call| {
            let work: fn(f64) -> f64 = $work;
            Some(Data::Number(work(call.number(0)?)))
        })
    };
}

pub(super) const ALL: &[Function] = &[
    of_one!("abs", f64::abs),
    of_one!("acos", f64::acos),
    of_one!("asin", f64::asin),
    of_one!("atan", f64::atan),
    exactly("atan2", &[Takes::Number, Takes::Number], Gives::Number, |call| {
        Some(Data::Number(call.number(0)?.atan2(call.number(1)?)))
    }),
    exactly("boolean", &[One], Gives::Truth, |call| Some(Data::Truth(call.data(0)?.truth()))),
    exactly("boolean-from-string", &[One], Gives::Truth, |call| {
        let text = call.text(0)?;
        Some(Data::Truth(text.eq_ignore_ascii_case("true") || text == "1"))
    }),
    of_one!("ceiling", f64::ceil),
    of_one!("cos", f64::cos),
    of_one!("exp", f64::exp),
    of_one!("exp10", |number| 10f64.powf(number)),
    of_one!("floor", f64::floor),
    of_one!("int", f64::trunc),
    of_one!("log", f64::ln),
    of_one!("log10", f64::log10),
    of_one!("number", |number| number),
    exactly("pi", &[], Gives::Number, |_| Some(Data::Number(std::f64::consts::PI))),
    exactly("pow", &[Takes::Number, Takes::Number], Gives::Number, |call| {
        Some(Data::Number(call.number(0)?.powf(call.number(1)?)))
    }),
    exactly("random", &[], Gives::Number, |_| {
        let bits = Uuid::new_v4().as_u128() & ((1 << 53) - 1);
        Some(Data::Number(bits as f64 / (1u64 << 53) as f64))
    }),
    Function {
        name: "round",
        takes: &[Takes::Number, Takes::Number],
        needs: 1,
        again: 0,
        gives: Gives::Number,
        run: round,
    },
    of_one!("sin", f64::sin),
    of_one!("sqrt", f64::sqrt),
    of_one!("tan", f64::tan),
];

/// A half goes up, below zero as well: XPath, and JavaRosa with it. Decimals
/// are rounded as they are written, so that 1.005 has the half that it shows.
fn round<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    let number = call.number(0)?;
    let places = if call.terms.len() > 1 { call.number(1)?.trunc() } else { 0.0 };
    if !number.is_finite() {
        return Some(Data::Number(number));
    }
    if !(-30.0..=30.0).contains(&places) {
        return Some(Data::Number(f64::NAN));
    }
    Some(Data::Number(rounded(number, places as i32)))
}

fn rounded(number: f64, places: i32) -> f64 {
    if places <= 0 {
        let unit = 10f64.powi(-places);
        // One half added to a number just below it would be rounded itself.
        let (whole, units) = ((number / unit).floor(), number / unit);
        return (whole + f64::from(u8::from(units - whole >= 0.5))) * unit;
    }
    let text = written(number.abs());
    let Some((whole, fraction)) = text.split_once('.') else { return number };
    let places = places as usize;
    if fraction.len() <= places {
        return number;
    }
    let (kept, rest) = fraction.split_at(places);
    let is_up = match number < 0.0 {
        false => rest.as_bytes()[0] >= b'5',
        true => rest > "5",
    };
    let Ok(units) = format!("{whole}{kept}").parse::<u128>() else { return number };
    let digits = format!("{:0>1$}", units + u128::from(is_up), places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let rounded: f64 = format!("{whole}.{fraction}").parse().unwrap_or(number);
    if number < 0.0 { -rounded } else { rounded }
}
