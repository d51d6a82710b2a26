//! How long it takes to compare two invented laws of so many articles, and to show the differences of what matches.
//!
//! `cargo run -p lawtext [--release] --example compare_large -- [ARTICLES …]`

use std::time::Instant;

use lawtext::compare::{Side, compare, differences};

const BEGINNINGS: [&str; 16] =
    ["b", "c", "ch", "đ", "g", "h", "kh", "l", "m", "n", "ng", "ph", "s", "th", "tr", "v"];
const ENDINGS: [&str; 16] =
    ["a", "an", "anh", "ao", "âm", "ân", "âu", "o", "on", "ong", "ô", "ôi", "ông", "u", "ung", "ươi"];

/// Words from a number, the same each time.
fn words(seed: u64, count: usize) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // Some are said often and most seldom, as in any text.
        let at = (state >> 8) % (1 + (state >> 40) % 256);
        format!("{}{}", BEGINNINGS[(at % 16) as usize], ENDINGS[(at / 16) as usize])
    };
    (0..count).map(|_| next()).collect::<Vec<_>>().join(" ")
}

/// A law; each article of the younger one has other words in its middle, and every fifth is new.
fn law(articles: u64, is_new: bool) -> Vec<Side> {
    let article = |n: u64| {
        let subject = if is_new && n % 5 == 4 { n + articles } else { n };
        let clause = |clause: u64| {
            let seed = subject * 100 + clause * 10;
            let middle = seed + u64::from(is_new);
            format!("{}. {} {} {}.", clause + 1, words(seed, 30), words(middle, 6), words(seed + 2, 30))
        };
        let text = (0..4).map(clause).collect::<Vec<_>>().join("\n");
        Side { heading: words(subject * 7 + 3, 6), text }
    };
    (0..articles).map(article).collect()
}

fn main() {
    let asked: Vec<u64> = std::env::args().skip(1).filter_map(|n| n.parse().ok()).collect();
    for articles in if asked.is_empty() { vec![200, 2_000] } else { asked } {
        let (old, new) = (law(articles, false), law(articles, true));
        let started = Instant::now();
        let comparison = compare(&old, &new);
        let matched = started.elapsed();
        let pairs =
            comparison.matches.iter().filter_map(|m| Some((old.get(*m.old.first()?)?, new.get(m.new)?)));
        let pieces: usize = pairs.map(|(old, new)| differences(&old.text, &new.text).len()).sum();
        let found = comparison.matches.iter().filter(|m| m.old == [m.new]).count();
        println!(
            "{articles} × {articles} articles: matched in {matched:?} ({found} to their own), with {pieces} pieces of \
             text in {:?}",
            started.elapsed()
        );
    }
}
