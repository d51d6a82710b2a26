//! Web pages: the part of the page that is the document, block by block.

use super::{LARGEST_TEXT, Unreadable, decode};
use crate::{Cell, Paragraph, Text};
use html5gum::{Readable as _, Reader, StringReader, Token, Tokenizer};
use std::collections::HashMap;

/// Elements nested deeper are counted to the last that is not.
const DEEPEST: usize = 400;

pub(super) fn text(bytes: &[u8]) -> Result<Text, Unreadable> {
    let source = decode(bytes)?;
    if !source.contains('<') {
        return Err(Unreadable::NotThisFormat);
    }
    let mut page = Page::default();
    page.open("", "", false);
    for token in Tokenizer::new(Source { inner: source.as_str().to_reader(), after_quote: false }) {
        let Ok(token) = token else { continue };
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                let attribute = |name: &[u8]| {
                    let value = tag.attributes.get(name);
                    value.map(|value| String::from_utf8_lossy(value).into_owned()).unwrap_or_default()
                };
                let style =
                    attribute(b"style").replace(' ', "").to_lowercase() + ";align:" + &attribute(b"align");
                page.start(&name, &style, &attribute(b"type"), tag.self_closing);
            }
            Token::EndTag(tag) => page.end(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => page.add(&String::from_utf8_lossy(&text)),
            _ => {}
        }
        if page.size > LARGEST_TEXT {
            return Err(Unreadable::TooLarge);
        }
    }
    page.break_block();
    let paragraphs = page.document();
    if paragraphs.is_empty() { Err(Unreadable::NoText) } else { Ok(Text { paragraphs, ..Text::default() }) }
}

/// Hands the page to the tokenizer, and stops it once after every quote.
///
/// html5gum 0.9 goes deeper into its stack for every attribute in double quotes, until the stack ends and with it
/// the process. A reader that fails sends it back to its loop; it goes on from there when asked again.
struct Source<'a> {
    inner: StringReader<'a>,
    after_quote: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("ask again")]
struct AskAgain;

impl Reader for Source<'_> {
    type Error = AskAgain;

    fn read_byte(&mut self) -> Result<Option<u8>, AskAgain> {
        if std::mem::take(&mut self.after_quote) {
            return Err(AskAgain);
        }
        let Ok(byte) = self.inner.read_byte();
        Ok(byte)
    }

    fn try_read_string(&mut self, s: &[u8], case_sensitive: bool) -> Result<bool, AskAgain> {
        self.after_quote = false;
        let Ok(found) = self.inner.try_read_string(s, case_sensitive);
        Ok(found)
    }

    fn read_until<'b>(
        &'b mut self,
        needle: &[u8],
        buffer: &'b mut [u8; 4],
    ) -> Result<Option<&'b [u8]>, AskAgain> {
        let Ok(read) = self.inner.read_until(needle, buffer);
        self.after_quote = read == Some(b"\"");
        Ok(read)
    }
}

#[derive(Default)]
struct Page {
    /// The element around each element.
    parents: Vec<u32>,
    stack: Vec<Open>,
    blocks: Vec<Block>,
    text: String,
    bold: usize,
    plain: usize,
    /// Label of a list item that waits for its text.
    label: Option<String>,
    size: usize,
}

struct Open {
    name: String,
    id: u32,
    hidden: bool,
    bold: bool,
    centred: bool,
    /// The table, with the row and column reached.
    table: Option<(u32, Cell)>,
    /// Type of an ordered list and its last number.
    list: Option<(String, u32)>,
}

struct Block {
    element: u32,
    table: Option<(u32, Cell)>,
    paragraph: Paragraph,
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "li"
            | "ul"
            | "ol"
            | "table"
            | "tr"
            | "td"
            | "th"
            | "tbody"
            | "thead"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "nav"
            | "main"
            | "aside"
            | "blockquote"
            | "pre"
            | "br"
            | "hr"
            | "dl"
            | "dt"
            | "dd"
            | "form"
            | "body"
            | "center"
            | "caption"
            | "figure"
            | "option"
            | "select"
    )
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "input"
            | "meta"
            | "link"
            | "col"
            | "area"
            | "base"
            | "embed"
            | "source"
            | "track"
            | "wbr"
    )
}

impl Page {
    fn open(&mut self, name: &str, style: &str, hidden: bool) {
        let (parent, bold, centred, inherited_hidden) = match self.stack.last() {
            Some(open) => (open.id, open.bold, open.centred, open.hidden),
            None => (0, false, false, false),
        };
        let id = self.parents.len() as u32;
        self.parents.push(parent);
        let bold = match name {
            "b" | "strong" | "h1" | "h2" | "h3" | "h4" | "th" => true,
            _ if style.contains("font-weight:bold") || style.contains("font-weight:700") => true,
            _ if style.contains("font-weight:normal") => false,
            _ => bold,
        };
        let centred = match name {
            "center" => true,
            _ if style.contains("text-align:center") || style.contains("align:center") => true,
            _ if style.contains("text-align:") || matches!(name, "td") => false,
            _ => centred,
        };
        let hidden = hidden || inherited_hidden || style.contains("display:none");
        self.stack.push(Open { name: name.into(), id, hidden, bold, centred, table: None, list: None });
    }

    fn start(&mut self, name: &str, style: &str, kind: &str, closed: bool) {
        if is_block(name) {
            self.break_block();
        }
        if is_void(name) || closed && name.len() > 6 {
            return;
        }
        // A paragraph ends where the next begins; so do items and cells.
        let ends = match name {
            "p" => &["p"][..],
            "li" => &["li", "p"],
            "td" | "th" => &["td", "th"],
            "tr" => &["tr"],
            "option" => &["option"],
            _ => &[],
        };
        if let Some(open) = self.stack.last()
            && ends.contains(&open.name.as_str())
        {
            self.end(&open.name.clone());
        }
        if self.stack.len() >= DEEPEST {
            return;
        }
        let hidden = matches!(
            name,
            "script"
                | "style"
                | "noscript"
                | "template"
                | "title"
                | "svg"
                | "select"
                | "textarea"
                | "button"
                | "iframe"
        );
        self.open(name, style, hidden);
        let id = self.stack.last().map_or(0, |open| open.id);
        match name {
            "table" => self.top(|open| open.table = Some((id, Cell { table: 0, row: 0, column: 0 }))),
            "ol" => self.top(|open| open.list = Some((kind.to_string(), 0))),
            "tr" => self.table(|cell| (cell.row, cell.column) = (cell.row + 1, 0)),
            "td" | "th" => self.table(|cell| cell.column += 1),
            "li" => self.label = self.next_item(),
            _ => {}
        }
    }

    fn top(&mut self, change: impl FnOnce(&mut Open)) {
        if let Some(open) = self.stack.last_mut() {
            change(open);
        }
    }

    fn table(&mut self, change: impl FnOnce(&mut Cell)) {
        if let Some((_, cell)) = self.stack.iter_mut().rev().find_map(|open| open.table.as_mut()) {
            change(cell);
        }
    }

    fn next_item(&mut self) -> Option<String> {
        let list =
            self.stack.iter_mut().rev().skip(1).find(|open| matches!(open.name.as_str(), "ol" | "ul"))?;
        let (kind, last) = list.list.as_mut()?;
        *last = last.saturating_add(1);
        let letter = char::from_u32('a' as u32 + (*last - 1) % 26)?;
        Some(match kind.as_str() {
            "a" => format!("{letter})"),
            "A" => format!("{})", letter.to_uppercase()),
            "I" => format!("{}.", viet::roman(*last)),
            _ => format!("{last}."),
        })
    }

    fn end(&mut self, name: &str) {
        if is_block(name) {
            self.break_block();
        }
        // What was never closed ends with what it stands in, but a stray end tag closes no table.
        let mut inside = self.stack.iter().enumerate().rev();
        let found = inside.find(|(_, open)| open.name == name || open.name == "table" && name != "table");
        if let Some((at, open)) = found
            && at > 0
            && open.name == name
        {
            self.stack.truncate(at);
        }
    }

    fn add(&mut self, text: &str) {
        let Some(open) = self.stack.last() else { return };
        if open.hidden {
            return;
        }
        let count = text.trim().len();
        if open.bold {
            self.bold += count
        } else {
            self.plain += count
        }
        self.size += text.len();
        self.text.push_str(text);
    }

    fn break_block(&mut self) {
        let text = std::mem::take(&mut self.text);
        let bold = std::mem::take(&mut self.bold) > std::mem::take(&mut self.plain);
        let mut paragraph = Paragraph::new(&text);
        if paragraph.text.is_empty() {
            return;
        }
        if let Some(label) = self.label.take() {
            paragraph.text = format!("{label} {}", paragraph.text);
        }
        let Some(open) = self.stack.last() else { return };
        paragraph.bold = bold;
        paragraph.centred = open.centred;
        let table = self.stack.iter().rev().find_map(|open| open.table);
        self.blocks.push(Block { element: open.id, table, paragraph });
    }

    /// The paragraphs of the element that holds the document: it has the national heading if the page has one, and
    /// most of the text that is numbered as laws are.
    fn document(self) -> Vec<Paragraph> {
        let mut weight = vec![0_usize; self.parents.len()];
        let mut heads = vec![false; self.parents.len()];
        for block in &self.blocks {
            let text = &block.paragraph.text;
            if is_law_like(text) {
                weight[block.element as usize] += text.len();
            }
            heads[block.element as usize] |=
                viet::fold(&text[..floor(text, 60)]).starts_with("cong hoa xa hoi chu");
        }
        // Parents have smaller numbers than what they hold.
        for id in (1..self.parents.len()).rev() {
            let parent = self.parents[id] as usize;
            weight[parent] += weight[id];
            heads[parent] |= heads[id];
        }
        let mut best = 0;
        let has_head = heads[0];
        for (id, &parent) in self.parents.iter().enumerate().skip(1) {
            let holds = !has_head || heads[id] || self.parents.len() == 1;
            if parent == best as u32 && holds && weight[0] > 0 && weight[id] * 10 >= weight[0] * 6 {
                best = id;
            }
        }
        let mut inside = vec![false; self.parents.len()];
        for id in 0..self.parents.len() {
            inside[id] = id == best || id > best && inside[self.parents[id] as usize];
        }
        let blocks: Vec<Block> = self.blocks.into_iter().filter(|b| inside[b.element as usize]).collect();
        // Tables around the document, and those of one column, only place it on the page.
        let mut columns = HashMap::<u32, u32>::new();
        for (table, cell) in blocks.iter().filter_map(|b| b.table) {
            let widest = columns.entry(table).or_default();
            *widest = (*widest).max(cell.column);
        }
        let mut numbers = HashMap::<u32, u32>::new();
        let cell = |table: Option<(u32, Cell)>| {
            let (table, cell) = table.filter(|(id, _)| *id as usize > best && columns[id] > 1)?;
            let next = numbers.len() as u32 + 1;
            Some(Cell { table: *numbers.entry(table).or_insert(next), ..cell }).filter(|cell| cell.column > 0)
        };
        let mut cell = cell;
        blocks.into_iter().map(|block| Paragraph { cell: cell(block.table), ..block.paragraph }).collect()
    }
}

/// The last place up to `most` where a letter ends.
fn floor(text: &str, most: usize) -> usize {
    text.floor_char_boundary(most)
}

/// Numbered as laws are, and Vietnamese: some pages hold a translation as well.
fn is_law_like(text: &str) -> bool {
    if !text.chars().any(|c| matches!(c, 'đ' | 'Đ' | 'ư' | 'ơ' | '\u{1EA0}'..='\u{1EF9}')) {
        return false;
    }
    let first = text.split(' ').next().unwrap_or_default();
    let numbered = first.len() > 1 && first.len() < 6 && first.ends_with(['.', ')']);
    // Short numbered lines are as well the menus of a page.
    matches!(first, "Điều" | "Chương" | "Căn" | "Mục" | "Khoản")
        || text.len() > 80 && (numbered || first == "-" || first.starts_with('“'))
}
