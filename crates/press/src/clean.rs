//! Makes a document printable, and says what had to be changed.

use crate::fonts;
use crate::model::{Block, Document, Run, Table, Weight};
use std::collections::BTreeSet;
use std::fmt;
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Stands for a character no face can print.
const TOFU: char = '□';

/// Something the document asks for that paper cannot give. Printing goes on without it.
///
/// `place` is a path into the [`Document`]: "about", "blocks[3]", "appendices[0].blocks[2].rows[5]".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Characters without a glyph, printed as "□".
    Unprintable { place: String, characters: BTreeSet<char> },
    /// Control and invisible characters, removed.
    ControlCharacters { place: String, characters: BTreeSet<char> },
    /// A table without columns, left out.
    NoColumns { place: String },
    /// A row with more cells than the table has columns; the rest is joined to its last cell.
    TooManyCells { place: String, cells: usize, columns: usize },
    /// An address that is not http, https or mailto; its text is printed without it.
    UnsafeLink { place: String, href: String },
    /// A computed figure without a mark, printed without a bookmark.
    NoMark { place: String },
}

impl Problem {
    /// A stable name to translate by.
    pub fn code(&self) -> &'static str {
        match self {
            Problem::Unprintable { .. } => "unprintable-characters",
            Problem::ControlCharacters { .. } => "control-characters",
            Problem::NoColumns { .. } => "table-without-columns",
            Problem::TooManyCells { .. } => "too-many-cells",
            Problem::UnsafeLink { .. } => "unsafe-link",
            Problem::NoMark { .. } => "number-without-mark",
        }
    }

    /// Path into the document.
    pub fn place(&self) -> &str {
        match self {
            Problem::Unprintable { place, .. }
            | Problem::ControlCharacters { place, .. }
            | Problem::NoColumns { place }
            | Problem::TooManyCells { place, .. }
            | Problem::UnsafeLink { place, .. }
            | Problem::NoMark { place } => place,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place();
        match self {
            Problem::Unprintable { characters, .. } => {
                write!(f, "{place}: no glyph for {}; printed as {TOFU}", names(characters))
            }
            Problem::ControlCharacters { characters, .. } => {
                write!(f, "{place}: removed the invisible characters {}", names(characters))
            }
            Problem::NoColumns { .. } => write!(f, "{place}: a table without columns was left out"),
            Problem::TooManyCells { cells, columns, .. } => {
                write!(f, "{place}: {cells} cells for {columns} columns; the rest joined to the last cell")
            }
            Problem::UnsafeLink { href, .. } => {
                write!(f, "{place}: the address {href:?} is not http, https or mailto; printed as plain text")
            }
            Problem::NoMark { .. } => write!(f, "{place}: a figure without a mark cannot be traced"),
        }
    }
}

fn names(characters: &BTreeSet<char>) -> String {
    let names: Vec<_> = characters.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    names.join(", ")
}

/// What cannot be printed as the document asks. [`crate::docx`] and [`crate::pdf`] print it all the
/// same, with the replacements each problem names.
pub fn problems(document: &Document) -> Vec<Problem> {
    clean(document).1
}

/// The document with every text in NFC and printable, every table rectangular and every address safe.
pub(crate) fn clean(document: &Document) -> (Document, Vec<Problem>) {
    let mut document = document.clone();
    let mut cleaner = Cleaner { problems: Vec::new() };
    cleaner.document(&mut document);
    (document, cleaner.problems)
}

struct Cleaner {
    problems: Vec<Problem>,
}

impl Cleaner {
    fn document(&mut self, d: &mut Document) {
        self.option("parent_agency", &mut d.parent_agency);
        self.text("agency", &mut d.agency);
        self.option("number", &mut d.number);
        self.text("symbol", &mut d.symbol);
        self.text("place", &mut d.place);
        self.text("kind", &mut d.kind);
        self.text("about", &mut d.about);
        self.texts("addressed_to", &mut d.addressed_to);
        self.option("issuer", &mut d.issuer);
        for (i, basis) in d.bases.iter_mut().enumerate() {
            self.runs(&format!("bases[{i}]"), basis);
        }
        self.option("enacting", &mut d.enacting);
        self.blocks("", &mut d.blocks);
        self.texts("signature.authority", &mut d.signature.authority);
        self.option("signature.name", &mut d.signature.name);
        self.texts("recipients", &mut d.recipients);
        for (i, appendix) in d.appendices.iter_mut().enumerate() {
            self.text(&format!("appendices[{i}].title"), &mut appendix.title);
            self.text(&format!("appendices[{i}].note"), &mut appendix.note);
            self.blocks(&format!("appendices[{i}]."), &mut appendix.blocks);
        }
        self.option("banner", &mut d.banner);
        self.option("colophon", &mut d.colophon);
    }

    fn blocks(&mut self, owner: &str, blocks: &mut Vec<Block>) {
        for (i, block) in blocks.iter_mut().enumerate() {
            let place = format!("{owner}blocks[{i}]");
            match block {
                Block::Heading { number, text, .. } => {
                    self.option(&place, number);
                    self.text(&place, text);
                }
                Block::Paragraph(runs) => self.runs(&place, runs),
                Block::List(items) => {
                    for (i, item) in items.iter_mut().enumerate() {
                        self.runs(&format!("{place}[{i}]"), item);
                    }
                }
                Block::Table(table) => self.table(&place, table),
                Block::PageBreak => {}
            }
        }
        blocks.retain(|block| !matches!(block, Block::Table(table) if table.columns.is_empty()));
    }

    fn table(&mut self, place: &str, table: &mut Table) {
        let columns = table.columns.len();
        if columns == 0 {
            self.problems.push(Problem::NoColumns { place: place.to_owned() });
            return;
        }
        self.option(place, &mut table.caption);
        for column in &mut table.columns {
            self.text(place, &mut column.header);
            if !(column.width.is_finite() && column.width > 0.0) {
                column.width = 1.0;
            }
        }
        for (i, row) in table.rows.iter_mut().enumerate() {
            let place = format!("{place}.rows[{i}]");
            for cell in &mut row.cells {
                self.runs(&place, cell);
            }
            let cells = row.cells.len();
            if cells > columns {
                let rest = row.cells.split_off(columns);
                if let Some(last) = row.cells.last_mut() {
                    for cell in rest {
                        last.push(Run::text(" "));
                        last.extend(cell);
                    }
                }
                self.problems.push(Problem::TooManyCells { place, cells, columns });
            } else if !(row.weight == Weight::Group && cells == 1) {
                row.cells.resize(columns, Vec::new());
            }
        }
    }

    fn runs(&mut self, place: &str, runs: &mut [Run]) {
        for run in runs {
            match run {
                Run::Text { text, .. } => self.text(place, text),
                Run::Number { text, href, mark } => {
                    self.text(place, text);
                    if mark.is_empty() {
                        self.problems.push(Problem::NoMark { place: place.to_owned() });
                    }
                    if let Some(address) = href
                        && !self.address(place, address)
                    {
                        *href = None;
                    }
                }
                Run::Link { text, href } => {
                    self.text(place, text);
                    if !self.address(place, href) {
                        *run = Run::text(std::mem::take(text));
                    }
                }
            }
        }
    }

    /// Whether the address may stand in a file that others open.
    fn address(&mut self, place: &str, href: &str) -> bool {
        let scheme = href.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        let safe = matches!(scheme.as_deref(), Some("http" | "https" | "mailto"))
            && !href.contains(|c: char| c.is_control() || c.is_whitespace());
        if !safe {
            self.problems.push(Problem::UnsafeLink { place: place.to_owned(), href: href.to_owned() });
        }
        safe
    }

    fn option(&mut self, place: &str, text: &mut Option<String>) {
        if let Some(text) = text {
            self.text(place, text);
        }
    }

    fn texts(&mut self, place: &str, texts: &mut [String]) {
        for (i, text) in texts.iter_mut().enumerate() {
            self.text(&format!("{place}[{i}]"), text);
        }
    }

    fn text(&mut self, place: &str, text: &mut String) {
        if is_nfc(text) && text.chars().all(|c| fate(c) == Fate::Keep) {
            return;
        }
        let mut missing = BTreeSet::new();
        let mut removed = BTreeSet::new();
        let mut out = String::with_capacity(text.len());
        for c in text.replace("\r\n", "\n").nfc() {
            match fate(c) {
                Fate::Keep => out.push(c),
                Fate::Become(other) => out.push(other),
                Fate::Vanish => {
                    removed.insert(c);
                }
                Fate::Missing => {
                    missing.insert(c);
                    out.push(TOFU);
                }
            }
        }
        *text = out;
        if !missing.is_empty() {
            self.problems.push(Problem::Unprintable { place: place.to_owned(), characters: missing });
        }
        if !removed.is_empty() {
            self.problems.push(Problem::ControlCharacters { place: place.to_owned(), characters: removed });
        }
    }
}

#[derive(PartialEq)]
enum Fate {
    Keep,
    Become(char),
    Vanish,
    Missing,
}

fn fate(c: char) -> Fate {
    match c {
        '\n' | ' '..='~' | '\u{a0}' => Fate::Keep,
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Fate::Become('\n'),
        '\t' | '\u{2000}'..='\u{200a}' | '\u{3000}' => Fate::Become(' '),
        '\u{202f}' => Fate::Become('\u{a0}'),
        '\u{2010}' | '\u{2011}' => Fate::Become('-'),
        // Soft hyphen, joiners, direction marks, variation selectors, tags, byte order mark.
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' => Fate::Vanish,
        '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => {
            Fate::Vanish
        }
        '\u{e0000}'..='\u{e0fff}' => Fate::Vanish,
        c if c.is_control() || u32::from(c) & 0xfffe == 0xfffe => Fate::Vanish,
        // The faces hold Hebrew, but a line of the sheet runs from left to right.
        '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefe}' => Fate::Missing,
        c if fonts::covers(c) => Fate::Keep,
        _ => Fate::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Column, Row};

    fn cleaned(text: &str) -> (String, Vec<&'static str>) {
        let (document, problems) = clean(&Document { about: text.into(), ..Document::default() });
        (document.about, problems.iter().map(Problem::code).collect())
    }

    #[test]
    fn texts_become_printable() {
        assert_eq!(cleaned("Lương Hòa"), ("Lương Hòa".into(), vec![]));
        assert_eq!(cleaned("Hòa").0, "Hòa", "decomposed letters are composed");
        assert_eq!(cleaned("a\tb\r\nc"), ("a b\nc".into(), vec![]));
        assert_eq!(cleaned("a\u{0}b\u{202e}c"), ("abc".into(), vec!["control-characters"]));
        assert_eq!(
            cleaned("vui 😀\u{fe0f}!"),
            ("vui □!".into(), vec!["unprintable-characters", "control-characters"])
        );
        assert_eq!(cleaned("#let x = [$</w:t>]&").0, "#let x = [$</w:t>]&");
    }

    #[test]
    fn tables_become_rectangular() {
        let column = |width| Column { width, ..Column::default() };
        let row = |cells: &[&str], weight| Row {
            cells: cells.iter().map(|text| vec![Run::text(*text)]).collect(),
            weight,
        };
        let table = Table {
            columns: vec![column(f64::NAN), column(-1.0)],
            rows: vec![
                row(&["a", "b", "c"], Weight::Normal),
                row(&["a"], Weight::Normal),
                row(&["g"], Weight::Group),
            ],
            caption: None,
        };
        let blocks = vec![Block::Table(table), Block::Table(Table::default())];
        let (document, problems) = clean(&Document { blocks, ..Document::default() });
        let [Block::Table(table)] = document.blocks.as_slice() else { panic!("one table stays") };
        assert!(table.columns.iter().all(|column| column.width == 1.0));
        let cells: Vec<_> = table.rows.iter().map(|row| row.cells.len()).collect();
        assert_eq!(cells, [2, 2, 1]);
        assert_eq!(table.rows[0].cells[1].len(), 3, "nothing is lost");
        let codes: Vec<_> = problems.iter().map(|p| (p.code(), p.place().to_owned())).collect();
        assert_eq!(
            codes,
            [
                ("too-many-cells", "blocks[0].rows[0]".to_owned()),
                ("table-without-columns", "blocks[1]".to_owned())
            ]
        );
    }

    #[test]
    fn only_safe_addresses_stay() {
        let link = |href: &str| Run::Link { text: "x".into(), href: href.into() };
        let runs = vec![
            link("https://a.vn/?q=1"),
            link("javascript:alert(1)"),
            link("/relative"),
            link("http://a b"),
        ];
        let (document, problems) =
            clean(&Document { blocks: vec![Block::Paragraph(runs)], ..Document::default() });
        let [Block::Paragraph(runs)] = document.blocks.as_slice() else { panic!("one paragraph") };
        assert!(matches!(runs[0], Run::Link { .. }));
        assert!(runs[1..].iter().all(|run| *run == Run::text("x")));
        assert_eq!(problems.len(), 3);
    }
}
