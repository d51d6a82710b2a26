//! Word's DOCX: paragraphs, tables, automatic numbers, footnotes.

use super::{LARGEST_PART, LARGEST_TEXT, Unreadable};
use crate::{Cell, Paragraph, Text};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// Deeper than any document of Word, whose tables nest at most a few times.
const DEEPEST: usize = 500;

type Container<'b> = ZipArchive<Cursor<&'b [u8]>>;

pub(super) fn text(bytes: &[u8]) -> Result<Text, Unreadable> {
    if !bytes.starts_with(b"PK") {
        return Err(Unreadable::NotThisFormat);
    }
    let mut container = ZipArchive::new(Cursor::new(bytes)).map_err(why)?;
    let document = match part(&mut container, "word/document.xml")? {
        Some(document) => document,
        None if container.index_for_name("[Content_Types].xml").is_some() => {
            return Err(Unreadable::NotThisFormat);
        }
        None => return Err(Unreadable::Damaged),
    };
    // What a damaged part beside the text would have told is done without.
    let beside = |container: &mut Container, name| part(container, name).ok().flatten().unwrap_or_default();
    let numbering = Numbering::read(&beside(&mut container, "word/numbering.xml"));
    let styles = Styles::read(&beside(&mut container, "word/styles.xml"));
    let mut body = Body { numbering, styles, ..Body::default() };
    body.read(&document)?;
    let mut paragraphs = body.paragraphs;
    let mut notes = Body { footnotes: true, ..Body::default() };
    if notes.read(&beside(&mut container, "word/footnotes.xml")).is_ok() {
        paragraphs.append(&mut notes.paragraphs);
    }
    drop_single_columns(&mut paragraphs);
    Ok(Text { paragraphs, ..Text::default() })
}

fn why(error: ZipError) -> Unreadable {
    match error {
        ZipError::InvalidPassword => Unreadable::Encrypted,
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => Unreadable::Encrypted,
        _ => Unreadable::Damaged,
    }
}

fn part(container: &mut Container, name: &str) -> Result<Option<String>, Unreadable> {
    let file = match container.by_name(name) {
        Ok(file) => file,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(why(error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST_PART + 1).read_to_end(&mut bytes).map_err(|_| Unreadable::Damaged)?;
    if bytes.len() as u64 > LARGEST_PART {
        return Err(Unreadable::TooLarge);
    }
    String::from_utf8(bytes).map(Some).map_err(|_| Unreadable::Damaged)
}

/// A table of one column only frames the text.
fn drop_single_columns(paragraphs: &mut [Paragraph]) {
    let mut columns = HashMap::<u32, u32>::new();
    for cell in paragraphs.iter().filter_map(|p| p.cell) {
        let widest = columns.entry(cell.table).or_default();
        *widest = (*widest).max(cell.column);
    }
    for paragraph in paragraphs {
        paragraph.cell = paragraph.cell.filter(|cell| columns[&cell.table] > 1);
    }
}

#[derive(Default)]
struct Body {
    numbering: Numbering,
    styles: Styles,
    footnotes: bool,
    paragraphs: Vec<Paragraph>,
    size: usize,
    tables: u32,
    /// Tables around the place, innermost last.
    open: Vec<Cell>,
    /// The paragraph being read; paragraphs in text boxes stand inside another.
    now: Vec<Now>,
}

#[derive(Default)]
struct Now {
    text: String,
    bold: usize,
    plain: usize,
    centred: bool,
    style: String,
    list: Option<(String, usize)>,
    run_bold: Option<bool>,
    numbered: bool,
}

impl Body {
    fn read(&mut self, xml: &str) -> Result<(), Unreadable> {
        let mut reader = Reader::from_str(xml);
        let mut depth = 0_usize;
        let mut skip: Option<usize> = None;
        let mut in_text = false;
        let mut in_run = false;
        let mut any = false;
        loop {
            let event = match reader.read_event() {
                Ok(event) => event,
                // The part before the damage is kept if there is some.
                Err(_) if !self.paragraphs.is_empty() => break,
                Err(_) => return Err(Unreadable::Damaged),
            };
            match event {
                Event::Start(tag) => {
                    depth += 1;
                    any = true;
                    if depth > DEEPEST {
                        return Err(Unreadable::Damaged);
                    }
                    let name = tag.local_name();
                    match name.as_ref() {
                        _ if skip.is_some() => {}
                        // The same text once more for old programs; text that was deleted, or moved away.
                        "Fallback" | "del" | "moveFrom" => skip = Some(depth),
                        "t" => in_text = true,
                        "r" => {
                            in_run = true;
                            if let Some(now) = self.now.last_mut() {
                                now.run_bold = None;
                            }
                        }
                        other => self.start(other, &tag, in_run),
                    }
                }
                Event::Empty(tag) if skip.is_none() => {
                    let name = tag.local_name();
                    self.empty(name.as_ref(), &tag, in_run);
                }
                Event::End(tag) => {
                    if skip == Some(depth) {
                        skip = None;
                    } else if skip.is_none() {
                        match tag.local_name().as_ref() {
                            "t" => in_text = false,
                            "r" => in_run = false,
                            "p" => self.end_paragraph()?,
                            "tbl" => drop(self.open.pop()),
                            _ => {}
                        }
                    }
                    depth = depth.saturating_sub(1);
                }
                Event::Text(text) if in_text && skip.is_none() => self.add(&text.xml10_content()),
                Event::CData(text) if in_text && skip.is_none() => self.add(&text.xml10_content()),
                Event::GeneralRef(entity) if in_text && skip.is_none() => {
                    let known = match entity.xml10_content().as_ref() {
                        "amp" => Some('&'),
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "quot" => Some('"'),
                        "apos" => Some('\''),
                        _ => entity.resolve_char_ref().ok().flatten(),
                    };
                    self.add(known.unwrap_or('\u{FFFD}').encode_utf8(&mut [0; 4]));
                }
                Event::Eof => break,
                _ => {}
            }
        }
        while !self.now.is_empty() {
            self.end_paragraph()?;
        }
        if any || xml.is_empty() { Ok(()) } else { Err(Unreadable::Damaged) }
    }

    fn start(&mut self, name: &str, tag: &BytesStart, in_run: bool) {
        match name {
            "p" => self.now.push(Now::default()),
            "tbl" => {
                self.tables += 1;
                self.open.push(Cell { table: self.tables, row: 0, column: 0 });
            }
            "tr" => {
                if let Some(cell) = self.open.last_mut() {
                    (cell.row, cell.column) = (cell.row + 1, 0);
                }
            }
            "tc" => {
                if let Some(cell) = self.open.last_mut() {
                    cell.column += 1;
                }
            }
            other => self.empty(other, tag, in_run),
        }
    }

    fn empty(&mut self, name: &str, tag: &BytesStart, in_run: bool) {
        if name == "p" {
            return;
        }
        let value = || attribute(tag, "val");
        let Some(now) = self.now.last_mut() else { return };
        match name {
            "tab" => now.text.push(' '),
            "br" | "cr" => now.text.push('\n'),
            "noBreakHyphen" => now.text.push('-'),
            "jc" if !in_run => now.centred = value().as_deref() == Some("center"),
            "pStyle" => now.style = value().unwrap_or_default(),
            "b" if in_run => now.run_bold = Some(!matches!(value().as_deref(), Some("0" | "false" | "off"))),
            "ilvl" => now.list.get_or_insert_default().1 = value().and_then(|v| v.parse().ok()).unwrap_or(0),
            "numId" => now.list.get_or_insert_default().0 = value().unwrap_or_default(),
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        let Some(now) = self.now.last_mut() else { return };
        let style_bold = self.styles.bold.get(&now.style).copied().unwrap_or(false);
        let count = text.trim().len();
        if now.run_bold.unwrap_or(style_bold) {
            now.bold += count
        } else {
            now.plain += count
        }
        now.text.push_str(text);
    }

    fn end_paragraph(&mut self) -> Result<(), Unreadable> {
        let Some(mut now) = self.now.pop() else { return Ok(()) };
        if !now.numbered && !now.text.trim().is_empty() {
            let style = self.styles.list.get(&now.style);
            let mut list = now.list.take().or_else(|| style.cloned());
            if let (Some((id, _)), Some((of_style, _))) = (&mut list, style)
                && id.is_empty()
            {
                of_style.clone_into(id);
            }
            if let Some(label) = list.and_then(|(id, level)| self.numbering.next(&id, level)) {
                now.text.insert_str(0, &(label + " "));
            }
        }
        self.size += now.text.len();
        if self.size > LARGEST_TEXT {
            return Err(Unreadable::TooLarge);
        }
        for line in now.text.split('\n') {
            let paragraph = Paragraph {
                bold: now.bold > now.plain,
                centred: now.centred || self.styles.centred.contains(&now.style),
                cell: self.open.last().copied().filter(|cell| cell.row > 0 && cell.column > 0),
                footnote: self.footnotes,
                ..Paragraph::new(line)
            };
            if !paragraph.text.is_empty() {
                self.paragraphs.push(paragraph);
            }
        }
        Ok(())
    }
}

fn attribute(tag: &BytesStart, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    attributes
        .with_checks(false)
        .flatten()
        .find(|a| a.key.local_name().as_ref() == name)
        .map(|a| a.value.into_owned())
}

/// Styles of paragraphs, as far as the structure needs them.
#[derive(Default)]
struct Styles {
    bold: HashMap<String, bool>,
    centred: std::collections::HashSet<String>,
    list: HashMap<String, (String, usize)>,
}

impl Styles {
    fn read(xml: &str) -> Styles {
        let mut styles = Styles::default();
        let mut reader = Reader::from_str(xml);
        let mut style = String::new();
        while let Ok(event) = reader.read_event() {
            let (Event::Start(tag) | Event::Empty(tag)) = event else {
                if matches!(event, Event::Eof) {
                    break;
                }
                continue;
            };
            let value = attribute(&tag, "val");
            match tag.local_name().as_ref() {
                "style" => style = attribute(&tag, "styleId").unwrap_or_default(),
                "b" => {
                    let bold = !matches!(value.as_deref(), Some("0" | "false" | "off"));
                    styles.bold.insert(style.clone(), bold);
                }
                "jc" if value.as_deref() == Some("center") => drop(styles.centred.insert(style.clone())),
                "numId" => styles.list.entry(style.clone()).or_default().0 = value.unwrap_or_default(),
                "ilvl" => {
                    styles.list.entry(style.clone()).or_default().1 =
                        value.and_then(|v| v.parse().ok()).unwrap_or(0);
                }
                _ => {}
            }
        }
        styles
    }
}

/// Automatic numbers: what Word prints before a paragraph although it is not in the text.
#[derive(Default)]
struct Numbering {
    levels: HashMap<(String, usize), ListLevel>,
    abstract_of: HashMap<String, String>,
    counts: HashMap<String, [u32; 9]>,
}

#[derive(Clone, Default)]
struct ListLevel {
    format: String,
    /// `%1.%2.`
    pattern: String,
    start: u32,
}

impl Numbering {
    fn read(xml: &str) -> Numbering {
        let mut numbering = Numbering::default();
        let mut reader = Reader::from_str(xml);
        let (mut list, mut number, mut level) = (String::new(), String::new(), 0);
        while let Ok(event) = reader.read_event() {
            let (Event::Start(tag) | Event::Empty(tag)) = event else {
                if matches!(event, Event::Eof) {
                    break;
                }
                continue;
            };
            let value = attribute(&tag, "val").unwrap_or_default();
            let at = (list.clone(), level);
            match tag.local_name().as_ref() {
                "abstractNum" => list = attribute(&tag, "abstractNumId").unwrap_or_default(),
                "lvl" => level = attribute(&tag, "ilvl").and_then(|v| v.parse().ok()).unwrap_or(0),
                "start" => numbering.levels.entry(at).or_default().start = value.parse().unwrap_or(1),
                "numFmt" => numbering.levels.entry(at).or_default().format = value,
                "lvlText" => numbering.levels.entry(at).or_default().pattern = value,
                "num" => number = attribute(&tag, "numId").unwrap_or_default(),
                "abstractNumId" => drop(numbering.abstract_of.insert(number.clone(), value)),
                _ => {}
            }
        }
        numbering
    }

    /// The number of the next paragraph of the list.
    fn next(&mut self, id: &str, level: usize) -> Option<String> {
        let list = self.abstract_of.get(id)?;
        let found = self.levels.get(&(list.clone(), level))?.clone();
        if level > 8 || matches!(found.format.as_str(), "bullet" | "none") {
            return None;
        }
        let counts = self.counts.entry(list.clone()).or_default();
        counts[level] = if counts[level] == 0 { found.start.max(1) } else { counts[level].saturating_add(1) };
        counts[level + 1..].fill(0);
        let mut label = String::new();
        let mut chars = found.pattern.chars();
        while let Some(c) = chars.next() {
            let level = if c == '%' { chars.next().and_then(|d| d.to_digit(10)) } else { None };
            match level {
                Some(n @ 1..=9) => {
                    let n = n as usize - 1;
                    let format = self.levels.get(&(list.clone(), n)).map_or("", |level| &level.format);
                    label.push_str(&counted(counts[n].max(1), format));
                }
                _ => label.push(c),
            }
        }
        Some(label).filter(|label| label.chars().any(char::is_alphanumeric))
    }
}

fn counted(n: u32, format: &str) -> String {
    let letter = || {
        let letter = char::from_u32('a' as u32 + (n - 1) % 26).unwrap_or('a');
        letter.to_string().repeat(((n - 1) / 26 + 1).min(9) as usize)
    };
    match format {
        "lowerLetter" => letter(),
        "upperLetter" => letter().to_uppercase(),
        "upperRoman" => viet::roman(n),
        "lowerRoman" => viet::roman(n).to_lowercase(),
        _ => n.to_string(),
    }
}
