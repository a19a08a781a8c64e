//! Which of the things that two versions have stand in another order.

/// The places, from 0, of those that have to move so that `ranks`, each of which
/// is there once, rise; as few as can be.
pub(super) fn moved(ranks: &[usize]) -> Vec<usize> {
    // The last place of the best rising run of each length, and for each place
    // the one before it in its run.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(ranks.len());
    for (place, rank) in ranks.iter().enumerate() {
        let length = ends.partition_point(|end| ranks[*end] < *rank);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        match ends.get_mut(length) {
            Some(end) => *end = place,
            None => ends.push(place),
        }
    }
    let mut stays = vec![false; ranks.len()];
    let mut next = ends.last().copied();
    while let Some(place) = next {
        stays[place] = true;
        next = before[place];
    }
    (0..ranks.len()).filter(|place| !stays[*place]).collect()
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn as_few_as_can_be_have_moved() {
        assert!(moved(&[]).is_empty());
        assert!(moved(&[0, 2, 5, 9]).is_empty());
        assert_eq!(moved(&[4, 0, 1, 2, 3]), [0], "the last one came to the front");
        assert_eq!(moved(&[1, 2, 3, 4, 0]), [4], "the first one went to the end");
        assert_eq!(moved(&[0, 3, 4, 1, 2, 5]).len(), 2);
        assert_eq!(moved(&[2, 1, 0]).len(), 2);
    }
}
