//! Several values: those of a repeat's variable, or the arguments.

use super::{
    Call, Function, Gives,
    Takes::{Nodes, Several},
    exactly,
};
use crate::definition::expression::data::Data;

pub(super) const ALL: &[Function] = &[
    exactly("count", &[Nodes], Gives::Number, |call| count(call, |_| true)),
    exactly("count-non-empty", &[Nodes], Gives::Number, |call| count(call, |data| !data.is_empty())),
    Function { name: "max", takes: &[Several], needs: 1, again: 1, gives: Gives::Number, run: max },
    Function { name: "min", takes: &[Several], needs: 1, again: 1, gives: Gives::Number, run: min },
    exactly("sum", &[Nodes], Gives::Number, |call| {
        let mut sum = 0.0;
        call.each(0, |data| sum += Some(data.number()).filter(|number| !number.is_nan()).unwrap_or(0.0))?;
        Some(Data::Number(sum))
    }),
];

fn count<'a>(call: &Call<'a>, counts: fn(&Data<'a>) -> bool) -> Option<Data<'a>> {
    let mut count = 0;
    call.each(0, |data| count += i32::from(counts(&data)))?;
    Some(Data::Number(f64::from(count)))
}

fn max<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    best(call, f64::max)
}

fn min<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    best(call, f64::min)
}

/// What is no number is passed over, as in JavaRosa; NaN if nothing is one.
fn best<'a>(call: &Call<'a>, better: fn(f64, f64) -> f64) -> Option<Data<'a>> {
    let mut best = f64::NAN;
    call.each(0, |data| best = better(best, data.number()))?;
    Some(Data::Number(best))
}
