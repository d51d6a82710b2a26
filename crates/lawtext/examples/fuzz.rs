//! Damages real documents in as many ways as time allows and reads what is left: no panic, no hang, and the nodes in
//! order still give back every letter of the text.
//!
//! `cargo run --release -p lawtext --example fuzz -- SECONDS SEED FILE…`; a case that fails is written to the folder
//! for temporary files and named. Exit status 1 if any did.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use lawtext::amend::instructions;
use lawtext::{Document, Format, Paragraph, Place, Text, detect, parse, read, references, relations};

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most.max(1) as u64) as usize
    }
}

/// What means something to the grammar.
const PIECES: [&str; 24] = [
    "Điều 1. ",
    "Điều 999999999999999999999. ",
    "Khoản 1",
    "1. ",
    "a) ",
    "đ) ",
    "Chương I",
    "Mục 1",
    "Phần thứ nhất",
    "PHỤ LỤC",
    "“",
    "”",
    "\"",
    "sửa đổi, bổ sung ",
    "bãi bỏ ",
    "thay thế ",
    "tại khoản 2 Điều 3 ",
    "Luật số 12/2099/QH99",
    "ngày 31 tháng 02 năm 2099",
    "Căn cứ ",
    "Nơi nhận:",
    "\u{a0}",
    "\u{301}",
    "ban hành kèm theo ",
];

fn damage_bytes(bytes: &mut Vec<u8>, dice: &mut Dice) {
    let at = dice.below(bytes.len());
    let length = dice.below((bytes.len() - at).min(2_000) + 1);
    match dice.below(5) {
        0 => bytes.truncate(at),
        1 => bytes[at..at + length].fill(0),
        2 => drop(bytes.drain(at..at + length)),
        3 => {
            let copy = bytes[at..at + length].to_vec();
            let to = dice.below(bytes.len());
            bytes.splice(to..to, copy);
        }
        _ => (0..1 + dice.below(30)).for_each(|_| {
            let at = dice.below(bytes.len());
            bytes[at] = dice.below(256) as u8;
        }),
    }
    if bytes.is_empty() {
        bytes.push(b' ');
    }
}

fn damage_text(paragraphs: &mut Vec<Paragraph>, dice: &mut Dice) {
    let (at, to) = (dice.below(paragraphs.len()), dice.below(paragraphs.len()));
    match dice.below(6) {
        0 => paragraphs.swap(at, to),
        1 => drop(paragraphs.remove(at)),
        2 => paragraphs.insert(to, paragraphs[at].clone()),
        3 => {
            let end = (at + 1 + dice.below(200)).min(paragraphs.len());
            let copy = paragraphs[at..end].to_vec();
            paragraphs.splice(to..to, copy);
        }
        4 => paragraphs.insert(at, Paragraph::new(PIECES[dice.below(PIECES.len())].trim())),
        _ => {
            let text = &mut paragraphs[at].text;
            let marks: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
            let place = marks.get(dice.below(marks.len())).copied().unwrap_or(0);
            text.insert_str(place, PIECES[dice.below(PIECES.len())]);
        }
    }
    if paragraphs.is_empty() {
        paragraphs.push(Paragraph::new("Điều 1."));
    }
}

/// Everything that is read out of a text; with `whole`, that no letter is lost.
fn understand(text: &Text, whole: bool) -> Result<(), String> {
    let parsed = parse(text);
    relations(&parsed);
    instructions(&parsed);
    for (node, _) in parsed.documents.iter().flat_map(Document::walk) {
        references(&node.text, &Place::default());
    }
    lawtext::outline_json(&parsed);
    lawtext::addresses(&parsed);
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let nodes = parsed.documents.iter().flat_map(Document::walk);
    let found: usize = nodes
        .map(|(n, _)| letters(&[n.printed.as_str(), &n.heading, &n.text].concat()).chars().count())
        .sum();
    let given: usize = text.paragraphs.iter().map(|p| letters(&p.text).chars().count()).sum();
    if !whole || found == given { Ok(()) } else { Err(format!("{given} letters became {found}")) }
}

fn main() -> std::io::Result<()> {
    let mut args = std::env::args().skip(1);
    let mut number = || args.next().and_then(|a| a.parse::<u64>().ok());
    let (Some(seconds), Some(seed)) = (number(), number()) else {
        eprintln!("fuzz SECONDS SEED FILE…");
        std::process::exit(2);
    };
    let mut files = Vec::new();
    for name in args {
        let bytes = std::fs::read(&name)?;
        if let Some(format) = detect(&name, &bytes)
            && let Ok(text) = read(format, &bytes)
        {
            // Running heads and page numbers are left out on purpose where a text has them.
            let whole = understand(&text, true).is_ok();
            files.push((name, format, bytes, text, whole));
        }
    }
    // The PDF library panics on its way, which the reader catches; what gets through is told by its case.
    std::panic::set_hook(Box::new(|_| ()));
    let mut dice = Dice(seed.max(1));
    let (mut cases, mut failed) = (0u64, 0u64);
    let (began, mut slowest) = (Instant::now(), Duration::ZERO);
    while began.elapsed() < Duration::from_secs(seconds) && !files.is_empty() {
        let (name, format, bytes, text, whole) = &files[dice.below(files.len())];
        let (mut bytes, mut text) = (bytes.clone(), text.clone());
        // A text costs a hundredth of a container: three of four cases.
        let of_text = *format == Format::Text || dice.below(4) != 0;
        for _ in 0..1 + dice.below(6) {
            if of_text {
                damage_text(&mut text.paragraphs, &mut dice)
            } else {
                damage_bytes(&mut bytes, &mut dice)
            }
        }
        let started = Instant::now();
        let done = catch_unwind(AssertUnwindSafe(|| match of_text {
            true => understand(&text, *whole),
            false => read(*format, &bytes).map_or(Ok(()), |text| understand(&text, *whole)),
        }));
        slowest = slowest.max(started.elapsed());
        cases += 1;
        let why = match done {
            Ok(Ok(())) => continue,
            Ok(Err(why)) => why,
            Err(_) => "panicked".to_owned(),
        };
        failed += 1;
        let case = std::env::temp_dir().join(format!("lawtext-fuzz-{seed}-{cases}"));
        let lines = || text.paragraphs.iter().map(|p| p.text.as_str()).collect::<Vec<_>>().join("\n");
        std::fs::write(&case, if of_text { lines().into_bytes() } else { bytes })?;
        eprintln!("{name}: {why}: {}", case.display());
        if failed >= 20 {
            break;
        }
    }
    println!("{} files, {} of them whole", files.len(), files.iter().filter(|f| f.4).count());
    println!("{cases} cases in {:.0?}, {failed} failed, slowest {slowest:.0?}", began.elapsed());
    std::process::exit(i32::from(failed > 0));
}
