//! Texts.

use std::{borrow::Cow, collections::HashMap, mem};

use aws_lc_rs::digest as sha;
use base64::{Engine, engine::general_purpose::STANDARD};
use md5::{Digest, Md5};
use uuid::Uuid;

use super::{
    Call, Function, Gives,
    Takes::{Number, One, Several},
    exactly,
};
use crate::definition::expression::data::Data;

pub(super) const ALL: &[Function] = &[
    Function { name: "concat", takes: &[Several], needs: 1, again: 1, gives: Gives::Text, run: concat },
    exactly("contains", &[One, One], Gives::Truth, |call| {
        Some(Data::Truth(call.text(0)?.contains(&*call.text(1)?)))
    }),
    Function { name: "digest", takes: &[One, One, One], needs: 2, again: 0, gives: Gives::Text, run: digest },
    exactly("ends-with", &[One, One], Gives::Truth, |call| {
        Some(Data::Truth(call.text(0)?.ends_with(&*call.text(1)?)))
    }),
    Function { name: "join", takes: &[One, Several], needs: 2, again: 1, gives: Gives::Text, run: join },
    exactly("normalize-space", &[One], Gives::Text, |call| {
        let text = call.text(0)?;
        Some(Data::of(text.split_whitespace().collect::<Vec<_>>().join(" ")))
    }),
    exactly("starts-with", &[One, One], Gives::Truth, |call| {
        Some(Data::Truth(call.text(0)?.starts_with(&*call.text(1)?)))
    }),
    exactly("string", &[One], Gives::Text, |call| call.text(0).map(Data::Text)),
    exactly("string-length", &[One], Gives::Number, |call| {
        Some(Data::Number(call.text(0)?.chars().count() as f64))
    }),
    Function {
        name: "substr",
        takes: &[One, Number, Number],
        needs: 2,
        again: 0,
        gives: Gives::Text,
        run: substr,
    },
    exactly("substring-after", &[One, One], Gives::Text, |call| {
        let (text, mark) = (call.text(0)?, call.text(1)?);
        Some(Data::of(text.split_once(&*mark).map_or("", |(_, after)| after).to_owned()))
    }),
    exactly("substring-before", &[One, One], Gives::Text, |call| {
        let (text, mark) = (call.text(0)?, call.text(1)?);
        Some(Data::of(text.split_once(&*mark).map_or("", |(before, _)| before).to_owned()))
    }),
    exactly("translate", &[One, One, One], Gives::Text, translate),
    Function { name: "uuid", takes: &[Number], needs: 0, again: 0, gives: Gives::Text, run: uuid },
];

/// The most bytes that texts are put together to; what is beyond is left out.
/// No row of a file can hold more, and what grows with each calculation that
/// needs another would soon fill any memory.
const MOST_TEXT: usize = 1 << 20;

fn concat<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    let mut whole = String::new();
    call.each(0, |data| add(&mut whole, &data.into_text()))?;
    Some(Data::of(whole))
}

fn join<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    let separator = call.text(0)?;
    let mut whole = String::new();
    let mut is_first = true;
    call.each(1, |data| {
        if !mem::take(&mut is_first) {
            add(&mut whole, &separator);
        }
        add(&mut whole, &data.into_text());
    })?;
    Some(Data::of(whole))
}

fn add(whole: &mut String, part: &str) {
    let room = MOST_TEXT - whole.len();
    whole.push_str(&part[..part.floor_char_boundary(room)]);
}

/// From a place, counted from 0, to before another; below zero both count
/// from the end, as in JavaRosa.
fn substr<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    let text = call.text(0)?;
    let length = text.chars().count() as i64;
    let place = |number: f64| {
        let place = number as i64;
        (if place < 0 { place.saturating_add(length) } else { place }).clamp(0, length)
    };
    let start = place(call.number(1)?);
    let end = if call.terms.len() > 2 { place(call.number(2)?) } else { length };
    let part = text.chars().skip(start as usize).take((end - start).max(0) as usize);
    Some(Data::of(part.collect::<String>()))
}

/// Letters without a counterpart are left out.
fn translate<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    let (text, from, to) = (call.text(0)?, call.text(1)?, call.text(2)?);
    let mut others = HashMap::new();
    let mut counterparts = to.chars();
    for letter in from.chars() {
        let counterpart = counterparts.next();
        others.entry(letter).or_insert(counterpart);
    }
    let translated = text.chars().filter_map(|letter| others.get(&letter).copied().unwrap_or(Some(letter)));
    Some(Data::of(translated.collect::<String>()))
}

/// Empty for an algorithm or an encoding that there is not; the workbook's
/// reader refuses those that stand in it.
fn digest<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    let (text, algorithm, encoding) = (call.text(0)?, call.text(1)?, call.text(2)?);
    let hash = |algorithm| sha::digest(algorithm, text.as_bytes()).as_ref().to_vec();
    let hash = match &*algorithm {
        "MD5" => Md5::digest(text.as_bytes()).to_vec(),
        "SHA-1" => hash(&sha::SHA1_FOR_LEGACY_USE_ONLY),
        "SHA-256" => hash(&sha::SHA256),
        "SHA-384" => hash(&sha::SHA384),
        "SHA-512" => hash(&sha::SHA512),
        _ => return Some(Data::EMPTY),
    };
    Some(match &*encoding {
        "" | "base64" => Data::of(STANDARD.encode(hash)),
        "hex" => Data::of(hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()),
        _ => Data::EMPTY,
    })
}

/// With a length as many random digits and capitals, at most a thousand.
fn uuid<'a>(call: &Call<'a>) -> Option<Data<'a>> {
    const SIGNS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    if call.terms.is_empty() {
        return Some(Data::of(Uuid::new_v4().to_string()));
    }
    let length = call.number(0)?.clamp(0.0, 1000.0) as usize;
    let signs = std::iter::repeat_with(|| {
        // The lower 62 bits are random; their remainder is as good as even.
        let random = Uuid::new_v4().as_u128() & ((1 << 62) - 1);
        char::from(SIGNS[(random % 36) as usize])
    });
    Some(Data::Text(Cow::Owned(signs.take(length).collect())))
}
