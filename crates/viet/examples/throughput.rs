//! Throughput over a text file, in MB/s on one core: `cargo run --release -p viet --example throughput FILE`.

use std::hint::black_box;
use std::time::Instant;

fn main() {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: speed FILE");
        std::process::exit(2);
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{path}: {error}");
            std::process::exit(1);
        }
    };
    let lines: Vec<&str> = text.lines().collect();
    let measure = |name: &str, work: &dyn Fn(&str) -> usize| {
        let best = (0..3)
            .map(|_| {
                let start = Instant::now();
                black_box(lines.iter().map(|line| work(line)).sum::<usize>());
                start.elapsed().as_secs_f64()
            })
            .fold(f64::INFINITY, f64::min);
        println!("{name:24}{:8.0} MB/s", text.len() as f64 / 1e6 / best);
    };
    measure("fold", &|line| viet::fold(line).len());
    measure("syllables", &|line| viet::syllables(line).map(|(_, word)| word.len()).sum());
    measure("nfc", &|line| viet::nfc(line).len());
    measure("clean", &|line| viet::clean(line).len());
    measure("marked_share", &|line| viet::marked_share(line) as usize);
    measure("tone_place", &|line| viet::tone_place(line).len());
    measure("collation_key", &|line| viet::collation_key(line).len());
    measure("find_legal_numbers", &|line| viet::find_legal_numbers(line).len());
    measure("find_provisions", &|line| viet::find_provisions(line).len());
}
