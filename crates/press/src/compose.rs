//! Every decision of the decree, taken once: a document becomes a sheet of styled paragraphs, rules,
//! borderless columns and tables, which the DOCX and the PDF writer draw without deciding anything.
//!
//! Lengths are in points. Sizes, letter case and order follow annex I of Decree 30/2020/NĐ-CP.

use crate::fonts;
use crate::model::{Align as ColumnAlign, Appendix, Block, Document, Language, Run, Table, Weight};
use serde::Serialize;

/// A4, and the margins inside the decree's ranges: top and bottom 20 mm (20-25), left 30 mm (30-35),
/// right 15 mm (15-20). Whole twips (1/20 point), the unit of DOCX.
pub const PAGE: (f64, f64) = (595.3, 841.9);
pub const MARGIN_TOP: f64 = 56.7;
pub const MARGIN_BOTTOM: f64 = 56.7;
pub const MARGIN_LEFT: f64 = 85.05;
pub const MARGIN_RIGHT: f64 = 42.5;
/// From the edge of the paper to the page number, and to the line at the foot.
pub const HEADER_FROM_EDGE: f64 = 28.35;
pub const FOOTER_FROM_EDGE: f64 = 25.5;

/// Inner margins of a table's cells.
pub const CELL_PAD_X: f64 = 4.0;
pub const CELL_PAD_Y: f64 = 2.0;

/// From the text to the line under it.
pub const RULE_LEAD: f64 = 2.0;

const BODY_GAP: f64 = 6.0;
/// The right half of the head must hold the national heading on one line.
const HEAD_RIGHT: f64 = 296.0;
const NARROWEST_COLUMN: f64 = 28.0;
const SIGN_LEFT: f64 = 212.0;
/// A row longer than this may break across pages; a shorter one must not.
const LONGEST_WHOLE_ROW: usize = 900;

#[derive(Debug, Serialize)]
pub struct Sheet {
    pub lang: &'static str,
    pub title: String,
    pub author: String,
    pub footer: Option<String>,
    pub sections: Vec<Section>,
}

/// Pages of one orientation, counted from 1; the first number is not shown.
#[derive(Debug, Serialize)]
pub struct Section {
    pub landscape: bool,
    pub pieces: Vec<Piece>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Piece {
    Par(Par),
    /// Empty height, with a centred line at its top unless `length` is 0.
    Rule(Rule),
    /// A borderless table whose rows do not break across pages.
    Columns(Columns),
    Grid(Grid),
    Break,
}

#[derive(Debug, Serialize)]
pub struct Par {
    pub style: Style,
    pub spans: Vec<Span>,
    /// Instead of the style's.
    pub align: Option<Align>,
    /// Stay on the page of the next piece.
    pub keep: bool,
    /// Width of the column it stands in.
    pub room: f64,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Span {
    pub text: String,
    pub bold: bool,
    pub italic: bool,
    pub href: Option<String>,
    #[serde(skip)]
    pub mark: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Rule {
    pub height: f64,
    pub length: f64,
    pub room: f64,
    pub keep: bool,
}

#[derive(Debug, Serialize)]
pub struct Columns {
    pub widths: [f64; 2],
    pub rows: Vec<[Vec<Piece>; 2]>,
}

#[derive(Debug, Serialize)]
pub struct Grid {
    pub widths: Vec<f64>,
    pub header: Vec<Par>,
    pub rows: Vec<GridRow>,
}

#[derive(Debug, Serialize)]
pub struct GridRow {
    pub cells: Vec<Par>,
    /// One cell across the table.
    pub spans_all: bool,
    pub whole: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    Left,
    Center,
    Right,
    Justify,
}

/// The kinds of paragraph, each a named style in the DOCX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Style {
    ParentAgency,
    Agency,
    Nation,
    Motto,
    Number,
    PlaceAndDate,
    LetterAbout,
    Draft,
    Title,
    About,
    AddressedTo,
    AddressedList,
    Issuer,
    Basis,
    Body,
    Heading1,
    Heading2,
    Heading3,
    Heading4,
    Caption,
    HeaderCell,
    Cell,
    Authority,
    Signer,
    RecipientsTitle,
    Recipient,
    AppendixTitle,
    AppendixNote,
    Colophon,
    PageNumber,
    Footer,
}

/// How a style looks.
#[derive(Debug, Serialize)]
pub struct Format {
    /// Name of the style in Word.
    #[serde(skip)]
    pub name: &'static str,
    pub size: f64,
    pub align: Align,
    pub bold: bool,
    pub italic: bool,
    /// Of the first line.
    pub first: f64,
    /// Of all lines.
    pub left: f64,
    pub after: f64,
    pub heading: Option<u8>,
}

impl Style {
    pub const ALL: [Style; 31] = [
        Style::ParentAgency,
        Style::Agency,
        Style::Nation,
        Style::Motto,
        Style::Number,
        Style::PlaceAndDate,
        Style::LetterAbout,
        Style::Draft,
        Style::Title,
        Style::About,
        Style::AddressedTo,
        Style::AddressedList,
        Style::Issuer,
        Style::Basis,
        Style::Body,
        Style::Heading1,
        Style::Heading2,
        Style::Heading3,
        Style::Heading4,
        Style::Caption,
        Style::HeaderCell,
        Style::Cell,
        Style::Authority,
        Style::Signer,
        Style::RecipientsTitle,
        Style::Recipient,
        Style::AppendixTitle,
        Style::AppendixNote,
        Style::Colophon,
        Style::PageNumber,
        Style::Footer,
    ];

    pub fn format(self) -> Format {
        use Align::{Center, Justify, Left};
        const INDENT: f64 = 36.0; // 1.27 cm
        let plain = |name, size, align| Format {
            name,
            size,
            align,
            bold: false,
            italic: false,
            first: 0.0,
            left: 0.0,
            after: 0.0,
            heading: None,
        };
        let bold = |name, size, align| Format { bold: true, ..plain(name, size, align) };
        let body = |name| Format { first: INDENT, after: BODY_GAP, ..plain(name, 14.0, Justify) };
        match self {
            Style::ParentAgency => plain("Cơ quan chủ quản", 13.0, Center),
            Style::Agency => bold("Cơ quan ban hành", 13.0, Center),
            Style::Nation => bold("Quốc hiệu", 13.0, Center),
            Style::Motto => bold("Tiêu ngữ", 14.0, Center),
            Style::Number => plain("Số ký hiệu", 13.0, Center),
            Style::PlaceAndDate => Format { italic: true, ..plain("Địa danh ngày tháng", 13.0, Center) },
            Style::LetterAbout => plain("Trích yếu công văn", 12.0, Center),
            Style::Draft => bold("Dự thảo", 13.0, Center),
            Style::Title => bold("Title", 14.0, Center),
            Style::About => bold("Subtitle", 14.0, Center),
            Style::AddressedTo => Format { after: BODY_GAP, ..plain("Kính gửi", 14.0, Center) },
            Style::AddressedList => {
                Format { left: 113.4, after: 2.0, ..plain("Danh sách kính gửi", 14.0, Left) }
            }
            Style::Issuer => Format { after: BODY_GAP, ..bold("Thẩm quyền ban hành", 14.0, Center) },
            Style::Basis => Format { italic: true, ..body("Căn cứ") },
            Style::Body => body("Body Text"),
            Style::Heading1 => Format { bold: true, heading: Some(1), ..body("heading 1") },
            Style::Heading2 => Format { bold: true, heading: Some(2), ..body("heading 2") },
            Style::Heading3 => Format { bold: true, italic: true, heading: Some(3), ..body("heading 3") },
            Style::Heading4 => Format { italic: true, heading: Some(4), ..body("heading 4") },
            Style::Caption => Format { after: 4.0, ..bold("caption", 13.0, Center) },
            Style::HeaderCell => bold("Tên cột", 12.0, Center),
            Style::Cell => plain("Ô bảng", 12.0, Left),
            Style::Authority => bold("Quyền hạn chức vụ", 14.0, Center),
            Style::Signer => bold("Họ tên người ký", 14.0, Center),
            Style::RecipientsTitle => Format { italic: true, ..bold("Nơi nhận", 12.0, Left) },
            Style::Recipient => plain("Danh sách nơi nhận", 11.0, Left),
            Style::AppendixTitle => Format { heading: Some(1), ..bold("Tên phụ lục", 14.0, Center) },
            Style::AppendixNote => Format { italic: true, ..plain("Ghi chú phụ lục", 14.0, Center) },
            Style::Colophon => plain("Chữ nhỏ", 9.0, Left),
            Style::PageNumber => plain("header", 13.0, Center),
            Style::Footer => plain("footer", 10.0, Center),
        }
    }
}

/// The words the decree fixes.
struct Words {
    lang: &'static str,
    nation: &'static str,
    motto: &'static str,
    number: &'static str,
    addressed: &'static str,
    recipients: &'static str,
    about: &'static str,
    draft: &'static str,
}

impl Words {
    fn of(language: Language) -> Words {
        match language {
            Language::Vietnamese => Words {
                lang: "vi",
                nation: "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
                motto: "Độc lập - Tự do - Hạnh phúc",
                number: "Số:",
                addressed: "Kính gửi:",
                recipients: "Nơi nhận:",
                about: "V/v",
                draft: "DỰ THẢO",
            },
            Language::English => Words {
                lang: "en",
                nation: "SOCIALIST REPUBLIC OF VIET NAM",
                motto: "Independence - Freedom - Happiness",
                number: "No.:",
                addressed: "To:",
                recipients: "Recipients:",
                about: "Re:",
                draft: "DRAFT",
            },
        }
    }
}

/// The whole paper. The document must have been cleaned.
pub fn compose(d: &Document) -> Sheet {
    let words = Words::of(d.language);
    let room = PAGE.0 - MARGIN_LEFT - MARGIN_RIGHT;
    let mut pieces = vec![head(d, &words, room), gap(12.0)];
    opening(d, &words, room, &mut pieces);

    let mut body = blocks(&d.blocks, room);
    close(&mut body, room);
    pieces.append(&mut body);
    if let Some(Piece::Par(last)) = pieces.last_mut() {
        last.keep = true;
    }
    pieces.push(Piece::Rule(Rule { height: 6.0, length: 0.0, room, keep: true }));
    pieces.push(signature(d, &words, room));
    if let Some(colophon) = filled(&d.colophon) {
        pieces.push(gap(8.0));
        pieces.push(par(Style::Colophon, colophon, room));
    }

    let mut sections = vec![Section { landscape: false, pieces }];
    sections.extend(d.appendices.iter().map(appendix));

    let footer: Vec<&str> = d.draft.then_some(words.draft).into_iter().chain(filled(&d.banner)).collect();
    let title = format!("{} {}", d.kind.trim(), d.about.trim()).replace('\n', " ");
    Sheet {
        lang: words.lang,
        title: title.trim().to_owned(),
        author: d.agency.replace('\n', " "),
        footer: (!footer.is_empty()).then(|| footer.join(" – ")),
        sections,
    }
}

/// Agency on the left, national heading on the right, then number and date.
fn head(d: &Document, words: &Words, room: f64) -> Piece {
    let widths = [room - HEAD_RIGHT, HEAD_RIGHT];
    let [left, right] = widths;
    let mut agency = Vec::new();
    if let Some(parent) = filled(&d.parent_agency) {
        agency.push(balanced(Style::ParentAgency, &parent.to_uppercase(), left));
    }
    let name = balanced(Style::Agency, &d.agency.to_uppercase(), left);
    let length = 0.4 * longest_line(&name);
    agency.extend([name, rule(length, left)]);

    let motto = par(Style::Motto, words.motto, right);
    let length = longest_line(&motto);
    let nation = vec![par(Style::Nation, words.nation, right), motto, rule(length, right)];

    let mut number = vec![par(Style::Number, &number_line(d, words), left)];
    if d.kind.trim().is_empty() && !d.about.trim().is_empty() {
        let about = format!("{} {}", words.about, d.about.trim());
        number.push(balanced(Style::LetterAbout, &about, left));
    }
    if d.draft {
        number.push(par(Style::Draft, words.draft, left));
    }
    let date = vec![balanced(Style::PlaceAndDate, &place_and_date(d), right)];
    Piece::Columns(Columns { widths, rows: vec![[agency, nation], [number, date]] })
}

/// "Số: 05/BC-UBND"; numbers under 10 take a leading 0 (annex I, part II, 3).
fn number_line(d: &Document, words: &Words) -> String {
    let number = match filled(&d.number) {
        None => "\u{a0}".repeat(8),
        Some(digit) if digit.len() == 1 && digit.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("0{digit}")
        }
        Some(number) => number.to_owned(),
    };
    let separator = if d.symbol.trim().is_empty() { "" } else { "/" };
    let space = if number.starts_with('\u{a0}') { "" } else { " " };
    format!("{}{space}{number}{separator}{}", words.number, d.symbol.trim())
}

/// Days under 10 and months 1 and 2 take a leading 0 (annex I, part II, 4).
fn place_and_date(d: &Document) -> String {
    let place = match d.place.trim() {
        "" => String::new(),
        place => format!("{place}, "),
    };
    match (d.language, d.date) {
        (Language::Vietnamese, None) => format!("{place}ngày … tháng … năm …"),
        (Language::Vietnamese, Some(date)) => {
            let (day, month, year) = (date.day(), date.month(), date.year());
            let zero = if month < 3 { "0" } else { "" };
            format!("{place}ngày {day:02} tháng {zero}{month} năm {year}")
        }
        (Language::English, None) => format!("{place}…"),
        (Language::English, Some(date)) => format!("{place}{}", date.strftime("%-d %B %Y")),
    }
}

/// Kind, subject, addressees, issuer and legal bases.
fn opening(d: &Document, words: &Words, room: f64, pieces: &mut Vec<Piece>) {
    if !d.kind.trim().is_empty() {
        pieces.push(par(Style::Title, &d.kind.trim().to_uppercase(), room));
        if !d.about.trim().is_empty() {
            let about = balanced(Style::About, d.about.trim(), room - 60.0);
            let length = 0.4 * longest_line(&about);
            pieces.extend([about, rule(length.min(room / 3.0), room)]);
        }
        pieces.push(gap(8.0));
    }
    match d.addressed_to.as_slice() {
        [] => {}
        [one] => {
            pieces.push(balanced(Style::AddressedTo, &format!("{} {}.", words.addressed, bare(one)), room));
            pieces.push(gap(4.0));
        }
        many => {
            pieces.push(par(Style::AddressedList, words.addressed, room));
            for (i, one) in many.iter().enumerate() {
                let mark = if i + 1 == many.len() { "." } else { ";" };
                pieces.push(par(Style::AddressedList, &format!("- {}{mark}", bare(one)), room));
            }
            pieces.push(gap(8.0));
        }
    }
    if let Some(issuer) = filled(&d.issuer) {
        pieces.push(balanced(Style::Issuer, &issuer.to_uppercase(), room - 60.0));
    }
    for (i, basis) in d.bases.iter().enumerate() {
        let mark = if i + 1 == d.bases.len() { "." } else { ";" };
        let mut spans = spans(basis);
        trim_end(&mut spans, &[';', '.', ',']);
        spans.push(Span { text: mark.to_owned(), ..Span::default() });
        pieces.push(Piece::Par(Par { style: Style::Basis, spans, align: None, keep: false, room }));
    }
    if let Some(enacting) = filled(&d.enacting) {
        let mut line = par(Style::Issuer, &enacting.to_uppercase(), room);
        if let Piece::Par(line) = &mut line {
            line.keep = true;
        }
        pieces.push(line);
    }
}

fn blocks(blocks: &[Block], room: f64) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for block in blocks {
        match block {
            Block::Heading { level, number, text } => {
                let style = match level {
                    0 | 1 => Style::Heading1,
                    2 => Style::Heading2,
                    3 => Style::Heading3,
                    _ => Style::Heading4,
                };
                let text = match filled(number) {
                    Some(number) => format!("{number} {text}"),
                    None => text.clone(),
                };
                let spans = vec![Span { text, ..Span::default() }];
                pieces.push(Piece::Par(Par { style, spans, align: None, keep: true, room }));
            }
            Block::Paragraph(runs) => pieces.push(body(spans(runs), room)),
            Block::List(items) => {
                // What announces a list is not left behind on the page before it.
                if let Some(Piece::Par(lead)) = pieces.last_mut()
                    && lead.spans.last().is_some_and(|s| s.text.trim_end().ends_with(':'))
                {
                    lead.keep = true;
                }
                for item in items {
                    let mut line = vec![Span { text: "- ".to_owned(), ..Span::default() }];
                    line.append(&mut spans(item));
                    pieces.push(body(line, room));
                }
            }
            Block::Table(table) => {
                if let Some(caption) = filled(&table.caption) {
                    let mut caption = balanced(Style::Caption, caption, room);
                    if let Piece::Par(caption) = &mut caption {
                        caption.keep = true;
                    }
                    pieces.push(caption);
                }
                pieces.push(Piece::Grid(grid(table, room)));
                pieces.push(gap(8.0));
            }
            Block::PageBreak => pieces.push(Piece::Break),
        }
    }
    pieces
}

fn grid(table: &Table, room: f64) -> Grid {
    let widths = widths(table, room);
    let inner = |width: &f64| (width - 2.0 * CELL_PAD_X).max(1.0);
    let header = table.columns.iter().zip(&widths).map(|(column, width)| {
        let spans = vec![Span { text: column.header.clone(), ..Span::default() }];
        Par { style: Style::HeaderCell, spans, align: None, keep: true, room: inner(width) }
    });
    let empty = [crate::model::Row { cells: vec![Vec::new(); widths.len()], weight: Weight::Normal }];
    let rows = if table.rows.is_empty() { &empty[..] } else { &table.rows };
    let rows = rows.iter().map(|row| {
        let spans_all = row.weight == Weight::Group && row.cells.len() == 1;
        let mut letters = 0;
        let cells = row.cells.iter().zip(table.columns.iter().zip(&widths)).map(|(runs, (column, width))| {
            let mut spans = spans(runs);
            for span in &mut spans {
                span.bold |= row.weight != Weight::Normal;
                letters += span.text.len();
            }
            let align = match column.align {
                _ if spans_all => Align::Left,
                ColumnAlign::Left => Align::Left,
                ColumnAlign::Centre => Align::Center,
                ColumnAlign::Right => Align::Right,
            };
            let width = if spans_all { &room } else { width };
            Par { style: Style::Cell, spans, align: Some(align), keep: false, room: inner(width) }
        });
        let cells = cells.collect();
        GridRow { cells, spans_all, whole: letters <= LONGEST_WHOLE_ROW }
    });
    Grid { header: header.collect(), rows: rows.collect(), widths }
}

/// The room shared out, no column narrower than a few figures (or an equal share, if even that is less).
fn widths(table: &Table, room: f64) -> Vec<f64> {
    let columns = &table.columns;
    let least = (room / columns.len() as f64).min(NARROWEST_COLUMN);
    let narrow = |share: f64, total: f64, left: f64| left * share / total < least;
    let (mut total, mut left): (f64, f64) = (columns.iter().map(|column| column.width).sum(), room);
    let mut held = vec![false; columns.len()];
    // Each round holds some columns at the least width and shares the rest anew.
    while let Some(i) = (0..columns.len()).find(|&i| !held[i] && narrow(columns[i].width, total, left)) {
        held[i] = true;
        total -= columns[i].width;
        left -= least;
    }
    let width = |(column, held): (&crate::model::Column, &bool)| {
        twips(if *held { least } else { left * column.width / total })
    };
    columns.iter().zip(&held).map(width).collect()
}

/// "./." after the last words of the body.
fn close(body: &mut Vec<Piece>, room: f64) {
    let end = || Span { text: "./.".to_owned(), ..Span::default() };
    match body.last_mut() {
        Some(Piece::Par(par)) if par.style == Style::Body => {
            trim_end(&mut par.spans, &['.', '/', ';']);
            par.spans.push(end());
        }
        _ => body.push(self::body(vec![end()], room)),
    }
}

fn signature(d: &Document, words: &Words, room: f64) -> Piece {
    let widths = [SIGN_LEFT, room - SIGN_LEFT];
    let [left, right] = widths;
    let mut recipients = Vec::new();
    if !d.recipients.is_empty() {
        recipients.push(par(Style::RecipientsTitle, words.recipients, left));
    }
    for (i, recipient) in d.recipients.iter().enumerate() {
        let mark = if i + 1 == d.recipients.len() { "." } else { ";" };
        recipients.push(par(Style::Recipient, &format!("- {}{mark}", bare(recipient)), left));
    }
    if recipients.is_empty() {
        recipients.push(gap(1.0));
    }
    let lines = d.signature.authority.iter();
    let mut signing: Vec<Piece> =
        lines.map(|line| balanced(Style::Authority, &line.to_uppercase(), right)).collect();
    // Room for the hand and the seal: five lines.
    signing.push(Piece::Rule(Rule { height: 80.0, length: 0.0, room: right, keep: true }));
    signing.push(par(Style::Signer, filled(&d.signature.name).unwrap_or_default(), right));
    Piece::Columns(Columns { widths, rows: vec![[recipients, signing]] })
}

fn appendix(appendix: &Appendix) -> Section {
    let width = if appendix.landscape { PAGE.1 } else { PAGE.0 };
    let room = width - MARGIN_LEFT - MARGIN_RIGHT;
    let mut pieces = vec![balanced(Style::AppendixTitle, appendix.title.trim(), room - 60.0)];
    let note = appendix.note.trim();
    if !note.is_empty() {
        pieces.push(balanced(Style::AppendixNote, note, room - 60.0));
    }
    pieces.push(gap(10.0));
    pieces.append(&mut blocks(&appendix.blocks, room));
    Section { landscape: appendix.landscape, pieces }
}

fn spans(runs: &[Run]) -> Vec<Span> {
    let spans = runs.iter().map(|run| match run {
        Run::Text { text, bold, italic } => {
            Span { text: text.clone(), bold: *bold, italic: *italic, ..Span::default() }
        }
        Run::Number { mark, text, href } => Span {
            text: text.clone(),
            href: href.clone(),
            mark: (!mark.is_empty()).then(|| mark.clone()),
            ..Span::default()
        },
        Run::Link { text, href } => Span { text: text.clone(), href: Some(href.clone()), ..Span::default() },
    });
    spans.collect()
}

fn body(spans: Vec<Span>, room: f64) -> Piece {
    Piece::Par(Par { style: Style::Body, spans, align: None, keep: false, room })
}

fn par(style: Style, text: &str, room: f64) -> Piece {
    let spans = vec![Span { text: text.to_owned(), ..Span::default() }];
    Piece::Par(Par { style, spans, align: None, keep: false, room })
}

fn gap(height: f64) -> Piece {
    Piece::Rule(Rule { height, length: 0.0, room: 0.0, keep: false })
}

/// A line under a heading of the head or the title.
fn rule(length: f64, room: f64) -> Piece {
    Piece::Rule(Rule { height: 8.0, length: twips(length.min(room)), room, keep: true })
}

/// A centred text broken into lines of about equal length, as a typist would:
/// "ỦY BAN NHÂN DÂN / XÃ LƯƠNG HÒA", not "ỦY BAN NHÂN DÂN XÃ / LƯƠNG HÒA".
fn balanced(style: Style, text: &str, room: f64) -> Piece {
    let format = style.format();
    let lines: Vec<String> = text
        .lines()
        .flat_map(|line| {
            let width = |text: &str| fonts::width(text, format.size, format.bold, format.italic);
            let phrases = phrases(line);
            let measured: Vec<(&str, f64)> = phrases.iter().map(|p| (p.as_str(), width(p))).collect();
            // One point of play: Word and LibreOffice round widths.
            balance(&measured, width(" "), room - 1.0)
        })
        .collect();
    par(style, &lines.join("\n"), room)
}

/// Words that belong on one line, in lower case; longest first.
const PHRASES: [&str; 32] = [
    "ủy ban nhân dân",
    "hội đồng nhân dân",
    "thành phố hồ chí minh",
    "hồ chí minh",
    "ở cơ sở",
    "báo cáo",
    "cải cách",
    "chủ tịch",
    "công nhận",
    "công tác",
    "cơ sở",
    "đặc khu",
    "giám đốc",
    "giáo dục",
    "hòa giải",
    "hội đồng",
    "kế hoạch",
    "kết quả",
    "pháp luật",
    "phối hợp",
    "phổ biến",
    "phổ biến,",
    "quyết định",
    "thành phố",
    "thực hiện",
    "thường trực",
    "tiếp cận",
    "tổ chức",
    "tuyên truyền viên",
    "tư pháp",
    "văn phòng",
    "việt nam",
];

/// The words of a line, those of a fixed phrase or "năm 2026" kept together.
fn phrases(line: &str) -> Vec<String> {
    let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    let mut phrases = Vec::new();
    let mut rest = words.as_slice();
    while let [first, after @ ..] = rest {
        let length = PHRASES
            .iter()
            .map(|phrase| phrase.split(' ').collect::<Vec<_>>())
            .find(|phrase| {
                rest.len() >= phrase.len()
                    && rest.iter().zip(phrase).all(|(word, known)| word.to_lowercase() == *known)
            })
            .map_or(1, |phrase| phrase.len());
        let year = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        let dated = first.to_lowercase() == "năm" && after.first().is_some_and(|word| year(word));
        let (phrase, left) = rest.split_at(if dated { 2 } else { length });
        phrases.push(phrase.join(" "));
        rest = left;
    }
    phrases
}

/// The fewest lines that fit, and then the narrowest block of that many lines.
fn balance(words: &[(&str, f64)], space: f64, room: f64) -> Vec<String> {
    let fill = |room: f64| {
        let mut lines: Vec<(String, f64)> = Vec::new();
        for (word, width) in words {
            match lines.last_mut() {
                Some((line, used)) if *used + space + width <= room => {
                    line.push(' ');
                    line.push_str(word);
                    *used += space + width;
                }
                _ => lines.push(((*word).to_owned(), *width)),
            }
        }
        lines
    };
    let mut best = fill(room);
    let (mut narrow, mut wide) = (0.0, room);
    if best.len() > 1 {
        for _ in 0..12 {
            let middle = (narrow + wide) / 2.0;
            let lines = fill(middle);
            if lines.len() == best.len() {
                (best, wide) = (lines, middle);
            } else {
                narrow = middle;
            }
        }
    }
    best.into_iter().map(|(line, _)| line).collect()
}

fn longest_line(piece: &Piece) -> f64 {
    let Piece::Par(par) = piece else { return 0.0 };
    let format = par.style.format();
    let text: String = par.spans.iter().map(|span| span.text.as_str()).collect();
    text.lines()
        .map(|line| fonts::width(line, format.size, format.bold, format.italic))
        .fold(0.0, f64::max)
        .min(par.room)
}

/// Removes blanks and the given marks from the end of the last words.
fn trim_end(spans: &mut Vec<Span>, marks: &[char]) {
    while let Some(last) = spans.last_mut() {
        // A figure is printed as computed.
        if last.mark.is_some() {
            return;
        }
        let kept = last.text.trim_end_matches(|c: char| c.is_whitespace() || marks.contains(&c)).len();
        last.text.truncate(kept);
        if kept > 0 {
            return;
        }
        spans.pop();
    }
}

/// A list entry without the dash and closing marks its author may have typed.
fn bare(text: &str) -> &str {
    let text = text.trim().trim_end_matches([';', '.', ',']);
    text.strip_prefix("- ").unwrap_or(text).trim()
}

fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Rounded to what both formats can say.
fn twips(points: f64) -> f64 {
    (points * 20.0).round() / 20.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn text(piece: &Piece) -> String {
        let Piece::Par(par) = piece else { panic!("a paragraph") };
        par.spans.iter().map(|span| span.text.as_str()).collect()
    }

    #[test]
    fn national_heading_fits_its_column() {
        let words = Words::of(Language::Vietnamese);
        assert!(longest_line(&par(Style::Nation, words.nation, 999.0)) < HEAD_RIGHT - 2.0);
        assert!(longest_line(&par(Style::Motto, words.motto, 999.0)) < HEAD_RIGHT - 2.0);
    }

    #[test]
    fn numbers_and_dates_take_leading_zeros() {
        let words = Words::of(Language::Vietnamese);
        let mut d =
            Document { place: "Lương Hòa".into(), symbol: "BC-UBND".into(), ..Document::default() };
        for (number, expected) in [
            (None, "Số:\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}/BC-UBND"),
            (Some("5"), "Số: 05/BC-UBND"),
            (Some("15"), "Số: 15/BC-UBND"),
            (Some("7a"), "Số: 7a/BC-UBND"),
        ] {
            d.number = number.map(str::to_owned);
            assert_eq!(number_line(&d, &words), expected);
        }
        for (date, expected) in [
            (None, "Lương Hòa, ngày … tháng … năm …"),
            (Some(date(2026, 2, 5)), "Lương Hòa, ngày 05 tháng 02 năm 2026"),
            (Some(date(2026, 3, 15)), "Lương Hòa, ngày 15 tháng 3 năm 2026"),
            (Some(date(2026, 12, 1)), "Lương Hòa, ngày 01 tháng 12 năm 2026"),
        ] {
            d.date = date;
            assert_eq!(place_and_date(&d), expected);
        }
    }

    #[test]
    fn long_names_break_where_a_typist_would() {
        let lines = |text: &str| self::text(&balanced(Style::Agency, text, 178.0));
        assert_eq!(lines("ỦY BAN NHÂN DÂN XÃ LƯƠNG HÒA"), "ỦY BAN NHÂN DÂN\nXÃ LƯƠNG HÒA");
        assert_eq!(lines("ỦY BAN NHÂN DÂN XÃ SUỐI TRE"), "ỦY BAN NHÂN DÂN\nXÃ SUỐI TRE");
        assert_eq!(lines("SỞ TƯ PHÁP"), "SỞ TƯ PHÁP");
        assert_eq!(lines("HỘI ĐỒNG\nPHỐI HỢP"), "HỘI ĐỒNG\nPHỐI HỢP");
    }

    #[test]
    fn what_announces_a_list_stays_with_it() {
        let lead = |text: &str| {
            let blocks = [Block::Paragraph(vec![Run::text(text)]), Block::List(vec![vec![Run::text("một")]])];
            matches!(self::blocks(&blocks, 400.0).first(), Some(Piece::Par(Par { keep: true, .. })))
        };
        assert!(lead("Các việc sau:"));
        assert!(!lead("Đã xong."));
    }

    #[test]
    fn columns_share_the_room_and_none_vanishes() {
        for shares in [vec![1.0, 6.0, 1.5], vec![1.0, 1e-9, 1.0], vec![1e300, 1.0], vec![1.0; 40], vec![5.0]]
        {
            let columns = shares.iter().map(|&width| crate::model::Column { width, ..Default::default() });
            let table = Table { columns: columns.collect(), ..Table::default() };
            let widths = widths(&table, 467.75);
            assert!((widths.iter().sum::<f64>() - 467.75).abs() < 0.05 * shares.len() as f64, "{widths:?}");
            let least = NARROWEST_COLUMN.min(467.75 / shares.len() as f64) - 0.05;
            assert!(widths.iter().all(|&width| width >= least), "{widths:?}");
        }
    }

    #[test]
    fn closing_marks_are_set_once() {
        for (blocks, expected) in [
            (vec![Block::Paragraph(vec![Run::text("Hết.")])], "Hết./."),
            (vec![Block::Paragraph(vec![Run::text("Hết./.")])], "Hết./."),
            (vec![Block::List(vec![vec![Run::text("a;")], vec![Run::bold("b"), Run::text(". ")]])], "- b./."),
            (vec![Block::Paragraph(vec![Run::text("Tổng "), Run::number("n", "1.5")])], "Tổng 1.5./."),
            (vec![Block::Table(Table::default())], "./."),
            (vec![], "./."),
        ] {
            let mut body = super::blocks(&blocks, 400.0);
            close(&mut body, 400.0);
            assert_eq!(body.last().map(text).as_deref(), Some(expected));
        }
        let bases = vec![vec![Run::text("Căn cứ A;")], vec![Run::text("Căn cứ B;")]];
        let mut pieces = Vec::new();
        let d = Document { bases, ..Document::default() };
        opening(&d, &Words::of(Language::Vietnamese), 400.0, &mut pieces);
        assert_eq!(pieces.iter().map(text).collect::<Vec<_>>(), ["Căn cứ A;", "Căn cứ B."]);
    }
}
