//! The text of a PDF, from the places of its letters.

use super::wrapped::{Line, is_capitals, join};
use super::{LARGEST_TEXT, Unreadable};
use crate::Text;
use pdf_extract::{Document, MediaBox, OutputDev, OutputError, Transform};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The text of a PDF. A damaged file may cost the reader much time and memory: call it in a process of its own.
pub fn pdf_text(bytes: &[u8]) -> Result<Text, Unreadable> {
    if !bytes[..bytes.len().min(1024)].windows(5).any(|window| window == b"%PDF-") {
        return Err(Unreadable::NotThisFormat);
    }
    // The reader panics on what it does not expect.
    let document = catch_unwind(|| open(bytes)).map_err(|_| Unreadable::Damaged)??;
    let pages = catch_unwind(AssertUnwindSafe(|| document.get_pages())).map_err(|_| Unreadable::Damaged)?;
    let mut lines = Vec::new();
    let mut lost_pages = Vec::new();
    let mut size = 0;
    for &number in pages.keys() {
        let mut page = Page::default();
        let read =
            catch_unwind(AssertUnwindSafe(|| pdf_extract::output_doc_page(&document, &mut page, number)));
        if !matches!(read, Ok(Ok(()))) {
            lost_pages.push(number);
        }
        size += page.letters.len();
        if size > LARGEST_TEXT {
            return Err(Unreadable::TooLarge);
        }
        lines.extend(page.lines(number));
    }
    if lost_pages.len() == pages.len() && lines.is_empty() {
        return Err(Unreadable::Damaged);
    }
    let paragraphs = join(lines);
    // On a scan only a stamp, a signature and the page numbers are text.
    let own = paragraphs.iter().filter(|p| !p.furniture);
    let letters: usize = own.map(|p| p.text.chars().filter(|c| c.is_alphabetic()).count()).sum();
    if letters < 60 * pages.len().max(1) {
        return Err(Unreadable::NoText);
    }
    Ok(Text { paragraphs, lost_pages })
}

fn open(bytes: &[u8]) -> Result<Document, Unreadable> {
    let mut document = Document::load_mem(bytes).map_err(|_| Unreadable::Damaged)?;
    if document.is_encrypted() {
        // Many are encrypted with the empty password, which only forbids printing.
        document.decrypt("").map_err(|_| Unreadable::Encrypted)?;
    }
    Ok(document)
}

/// The letters of a page, as they come.
#[derive(Default)]
struct Page {
    letters: Vec<Letter>,
    width: f64,
}

struct Letter {
    x: f64,
    y: f64,
    width: f64,
    size: f64,
    text: String,
}

impl OutputDev for Page {
    fn begin_page(
        &mut self,
        _: u32,
        page: &MediaBox,
        _: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.width = page.urx - page.llx;
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn output_character(
        &mut self,
        place: &Transform,
        width: f64,
        _: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        let size = font_size * (place.m11 * place.m22 - place.m12 * place.m21).abs().sqrt();
        let letter = Letter { x: place.m31, y: place.m32, width: width * size, size, text: text.to_string() };
        if [letter.x, letter.y, letter.width, letter.size].into_iter().all(f64::is_finite) {
            self.letters.push(letter);
        }
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// A stretch of letters on one height without a wide gap.
struct Piece {
    left: f64,
    right: f64,
    size: f64,
    text: String,
}

impl Page {
    fn lines(mut self, number: u32) -> Vec<Line> {
        // From top to bottom; what stands a little higher or lower in a line (footnote marks) stays in it.
        self.letters.sort_by(|a, b| b.y.total_cmp(&a.y));
        let mut rows: Vec<Vec<Letter>> = Vec::new();
        for letter in self.letters.drain(..) {
            match rows.last_mut() {
                Some(row) if row[0].y - letter.y < 0.45 * row[0].size.max(letter.size).max(4.0) => {
                    row.push(letter)
                }
                _ => rows.push(vec![letter]),
            }
        }
        lines(rows.into_iter().flat_map(pieces).collect(), number, self.width)
    }
}

/// The pieces of a page, in reading order, as lines.
fn lines(pieces: Vec<Piece>, number: u32, width: f64) -> Vec<Line> {
    let (left, right) = margins(&pieces, width);
    let body = usual_size(&pieces);
    let count = pieces.len();
    let line = |(n, piece): (usize, Piece)| {
        let width = piece.right - piece.left;
        let middle = (piece.left + piece.right) / 2.0;
        let text = viet::clean(&piece.text);
        Line {
            page: Some(number),
            bold: false,
            centred: (middle - (left + right) / 2.0).abs() < 0.04 * (right - left)
                && width < 0.85 * (right - left)
                || is_capitals(&text) && piece.left > left + 30.0,
            // A footnote is printed smaller, below the text.
            footnote: piece.size < 0.87 * body && n * 2 > count && piece.left < left + 60.0,
            full: Some(piece.right > right - 0.1 * (right - left)),
            indented: piece.left > left + 0.8 * body,
            edge: n < 2 || n + 2 >= count,
            text,
        }
    };
    pieces.into_iter().enumerate().map(line).filter(|line| !line.text.is_empty()).collect()
}

/// A line of a scanned page as it was recognised, with its place in points.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct ScannedLine {
    pub text: String,
    pub left: f64,
    pub right: f64,
}

/// The text of scanned pages: each with its number, its width in points and its lines in reading order.
pub fn scanned(pages: Vec<(u32, f64, Vec<ScannedLine>)>) -> Text {
    // How tall letters are is not known well enough to tell a footnote.
    const SIZE: f64 = 13.0;
    let piece = |l: ScannedLine| Piece { left: l.left, right: l.right, size: SIZE, text: l.text };
    let page = |(number, width, of): (u32, f64, Vec<ScannedLine>)| {
        lines(of.into_iter().filter(|l| !l.text.is_empty()).map(piece).collect(), number, width)
    };
    Text { paragraphs: join(pages.into_iter().flat_map(page).collect()), lost_pages: vec![] }
}

fn pieces(mut row: Vec<Letter>) -> Vec<Piece> {
    row.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut pieces: Vec<Piece> = Vec::new();
    for letter in row {
        let blank = letter.text.trim().is_empty();
        match pieces.last_mut() {
            Some(piece) if letter.x - piece.right < 3.5 * letter.size.max(piece.size) => {
                if letter.x - piece.right > 0.13 * letter.size && !blank {
                    piece.text.push(' ');
                }
                piece.text.push_str(&letter.text);
                if !blank {
                    piece.size = piece.size.max(letter.size);
                    piece.right = piece.right.max(letter.x + letter.width);
                }
            }
            _ if blank => {}
            _ => pieces.push(Piece {
                left: letter.x,
                right: letter.x + letter.width,
                size: letter.size,
                text: letter.text,
            }),
        }
    }
    pieces
}

/// Where most long lines begin and end.
fn margins(pieces: &[Piece], width: f64) -> (f64, f64) {
    let long = || pieces.iter().filter(|p| p.right - p.left > 0.4 * width);
    let mut left: Vec<f64> = long().map(|p| p.left).collect();
    let mut right: Vec<f64> = long().map(|p| p.right).collect();
    left.sort_by(f64::total_cmp);
    right.sort_by(f64::total_cmp);
    let at = |sorted: &[f64], share: usize| sorted.get(sorted.len() * share / 10).copied();
    (at(&left, 1).unwrap_or(0.15 * width), at(&right, 8).unwrap_or(0.85 * width))
}

fn usual_size(pieces: &[Piece]) -> f64 {
    let mut sizes: Vec<f64> = pieces.iter().filter(|p| p.text.len() > 20).map(|p| p.size).collect();
    sizes.sort_by(f64::total_cmp);
    sizes.get(sizes.len() / 2).copied().unwrap_or(12.0)
}
