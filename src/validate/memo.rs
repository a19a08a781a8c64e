//! What was worked out lately, by the text that it was worked out from.

/// A table in which each text has one place. A text that meets another one
/// there takes it over, so the table never grows.
#[derive(Debug)]
pub(super) struct Memo<T> {
    slots: Vec<(String, Option<T>)>,
}

impl<T> Memo<T> {
    /// A table of `size` places, a power of two.
    pub(super) fn new(size: usize) -> Self {
        debug_assert!(size.is_power_of_two());
        Self { slots: (0..size).map(|_| (String::new(), None)).collect() }
    }

    /// What `work` makes of `text`, now or when it was last asked.
    pub(super) fn get(&mut self, text: &str, work: impl FnOnce(&str) -> T) -> &mut T {
        let place = place(text.as_bytes()) as usize & (self.slots.len() - 1);
        let (known, result) = &mut self.slots[place];
        if result.is_none() || known != text {
            known.clear();
            known.push_str(text);
            *result = None;
        }
        result.get_or_insert_with(|| work(text))
    }
}

/// A number that tells texts of up to 16 bytes well apart; of longer ones it
/// looks at the first and the last eight bytes.
fn place(text: &[u8]) -> u64 {
    let (first, last) = match (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => (text.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)), 0),
    };
    let mixed = first.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ last.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    mixed ^ mixed >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_text_keeps_its_own_answer_even_where_places_are_shared() {
        let mut memo = Memo::new(2);
        for round in 0..3 {
            for number in 0..50 {
                let text = number.to_string();
                assert_eq!(
                    *memo.get(&text, |text| text.len() * 100 + number),
                    text.len() * 100 + number,
                    "{round}"
                );
            }
        }
        memo.get("a", |_| 1);
        assert_eq!(*memo.get("a", |_| unreachable!("it is known")), 1);
    }
}
