//! Sums over units: on the tree as it was and as it is, every figure once; and, only by a key that a person
//! states, a divided unit's figures apportioned to its parts, as estimates.

use std::collections::HashMap;

use store::Id;

use super::tree::{Placements, Succession, Tree};

/// Sums of figures at each unit of a tree, with all below it.
///
/// `figures` are (the unit that recorded, the figure). A divided unit's figures are in the sums of `at` and of
/// all above, and in no sum below.
pub fn totals(
    tree: &Tree,
    placed: &Placements,
    figures: impl IntoIterator<Item = (Id, i64)>,
) -> HashMap<Id, i64> {
    let mut at: HashMap<Id, i64> = HashMap::new();
    for (unit, figure) in figures {
        if let Some(p) = placed.get(unit) {
            *at.entry(p.at).or_default() += figure;
        }
    }
    let mut totals = HashMap::new();
    for (unit, figure) in at {
        for above in tree.line(unit) {
            *totals.entry(above).or_default() += figure;
        }
    }
    totals
}

/// The parts' keys do not make up a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the keys sum to {0} hundredths of a percent, not to 10000")]
pub struct NotWhole(pub i64);

/// A figure apportioned to a part: an estimate, to be marked as one wherever it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    pub unit: Id,
    pub figure: i64,
}

/// Apportions a figure by keys in hundredths of a percent: whole numbers by largest remainder, the first named
/// winning a tie, so that the parts sum to the figure exactly.
pub fn apportion(figure: i64, keys: &[(Id, i64)]) -> Result<Vec<Estimate>, NotWhole> {
    let sum = keys.iter().map(|(_, key)| key).sum();
    if sum != 10_000 || keys.iter().any(|(_, key)| *key < 0) {
        return Err(NotWhole(sum));
    }
    let exact = |key: i64| i128::from(figure) * i128::from(key);
    let floor = |key: i64| exact(key).div_euclid(10_000);
    let mut parts: Vec<i128> = keys.iter().map(|(_, key)| floor(*key)).collect();
    let missing = i128::from(figure) - parts.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|i| {
        std::cmp::Reverse(keys.get(*i).map_or(0, |(_, key)| exact(*key).rem_euclid(10_000)))
    });
    for i in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        if let Some(part) = parts.get_mut(i) {
            *part += 1;
        }
    }
    // Each part lies between nothing and the figure, so it fits.
    let figure = |part: i128| i64::try_from(part).unwrap_or_default();
    Ok(keys
        .iter()
        .zip(parts)
        .map(|((unit, _), part)| Estimate { unit: *unit, figure: figure(part) })
        .collect())
}

/// A gone unit's figure apportioned to its successors by the keys that stand with its successions; `None`
/// unless it was divided and a person has stated keys for all its parts.
pub fn estimate(unit: Id, figure: i64, successions: &[Succession]) -> Option<Vec<Estimate>> {
    let parts = successions.iter().filter(|s| s.from_unit == unit && s.share != "whole");
    let keys: Option<Vec<(Id, i64)>> = parts.map(|s| Some((s.to_unit, s.apportion?))).collect();
    let keys = keys.filter(|k| !k.is_empty())?;
    apportion(figure, &keys).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(n: u8) -> Id {
        Id([n; 16])
    }

    #[test]
    fn keys_must_make_up_a_whole() {
        assert_eq!(apportion(10, &[(id(1), 9_999)]), Err(NotWhole(9_999)));
        assert_eq!(apportion(10, &[(id(1), -1), (id(2), 10_001)]), Err(NotWhole(10_000)));
        assert_eq!(apportion(10, &[]), Err(NotWhole(0)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
        #[test]
        fn parts_sum_to_the_whole(figure in any::<i64>(), weights in proptest::collection::vec(0i64..1_000, 1..7)) {
            let mut keys: Vec<i64> = weights.clone();
            let rest = 10_000 - keys.iter().sum::<i64>();
            keys.push(rest);
            let keys: Vec<(Id, i64)> = keys.into_iter().enumerate().map(|(i, k)| (id(i as u8), k)).collect();
            let parts = apportion(figure, &keys).unwrap();
            prop_assert_eq!(parts.iter().map(|p| i128::from(p.figure)).sum::<i128>(), i128::from(figure));
            for (part, (_, key)) in parts.iter().zip(&keys) {
                let exact = i128::from(figure) * i128::from(*key);
                prop_assert!((i128::from(part.figure) * 10_000 - exact).abs() < 10_000, "{part:?} of {figure}");
            }
        }
    }
}
