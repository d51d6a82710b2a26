//! Chance that repeats: the same seed makes the same rows.

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use crate::app::App;

pub struct Chance(StdRng);

impl Chance {
    pub fn of(app: &App) -> Chance {
        Chance(StdRng::from_seed(app.random.bytes()))
    }
    /// A number below `n`; 0 when there is none.
    pub fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.0.next_u64() % n).unwrap_or(0)
    }
    /// A number of a range, both ends in it.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below(usize::try_from(to - from + 1).unwrap_or(1)) as i64
    }
    pub fn percent(&mut self, n: usize) -> bool {
        self.below(100) < n
    }
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
    pub fn weighted<T: Copy>(&mut self, from: &[(T, usize)]) -> T {
        let mut left = self.below(from.iter().map(|(_, weight)| weight).sum());
        for (value, weight) in from {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return *value,
            }
        }
        from[0].0
    }
    /// Sizes of things people do: many small ones, few large ones, half of them below the median.
    pub fn skewed(&mut self, median: f64, spread: f64, least: i64, most: i64) -> i64 {
        // Twelve even chances summed are as good as normal here.
        let even: f64 = (0..12).map(|_| self.0.next_u64() as f64 / u64::MAX as f64).sum();
        let size = median * ((even - 6.0) * spread).exp();
        (size.round() as i64).clamp(least, most)
    }
}
