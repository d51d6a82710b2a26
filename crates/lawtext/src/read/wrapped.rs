//! Lines broken to the width of a page, made paragraphs again; what belongs to the page set apart.

use super::is_rule;
use crate::Paragraph;

/// A line of a page.
#[derive(Default)]
pub(super) struct Line {
    /// Cleaned; empty for an empty line.
    pub text: String,
    pub page: Option<u32>,
    pub bold: bool,
    pub centred: bool,
    pub footnote: bool,
    /// Reaches the right margin; where the margins are not known, the number of characters tells.
    pub full: Option<bool>,
    /// Begins to the right of the margin, as the first line of a paragraph does.
    pub indented: bool,
    /// At the top or bottom of its page.
    pub edge: bool,
}

impl Line {
    pub(super) fn new(text: String) -> Line {
        Line { text, ..Line::default() }
    }
}

pub(super) fn join(lines: Vec<Line>) -> Vec<Paragraph> {
    let lines = part_columns(lines);
    let furniture = furniture(&lines);
    let width = usual_width(&lines);
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    // The last paragraph that is text, and how its last line ended.
    let mut open: Option<(usize, Ending)> = None;
    for (line, furniture) in lines.into_iter().zip(furniture) {
        if line.text.is_empty() {
            continue;
        }
        let full = line.full.unwrap_or_else(|| line.text.chars().count() * 100 >= width * 72);
        let ending = Ending::of(&line, full);
        if !furniture
            && let Some((at, last)) = &mut open
            && paragraphs[*at].footnote == line.footnote
            && continues(&paragraphs[*at].text, last, &line)
        {
            let paragraph = &mut paragraphs[*at];
            paragraph.text.push(' ');
            paragraph.text.push_str(&line.text);
            *last = ending;
            continue;
        }
        if !furniture {
            open = Some((paragraphs.len(), ending));
        }
        paragraphs.push(Paragraph {
            text: line.text,
            bold: line.bold,
            centred: line.centred,
            page: line.page,
            furniture,
            footnote: line.footnote,
            cell: None,
            heading: false,
        });
    }
    paragraphs
}

/// The heading has two columns, which stand in one line where their gap is lost:
/// `BỘ TÀI CHÍNH CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM`.
fn part_columns(lines: Vec<Line>) -> Vec<Line> {
    const RIGHT: [&str; 5] = [
        " CỘNG HÒA XÃ HỘI CHỦ NGHĨA",
        " CỘNG HOÀ XÃ HỘI CHỦ NGHĨA",
        " Độc lập - Tự do",
        " Độc lập – Tự do",
        " Hà Nội, ngày ",
    ];
    let mut parted = Vec::with_capacity(lines.len() + 4);
    for (n, line) in lines.into_iter().enumerate() {
        let at = RIGHT
            .iter()
            .find_map(|words| line.text.find(words))
            .filter(|_| n < 80 && line.text.len() < 200 && !is_page_head(&line.text));
        let left_is_head =
            |left: &str| is_capitals(left) || left.contains("ố:") || is_rule(left) || left.len() < 30;
        match at.filter(|at| left_is_head(&line.text[..*at])) {
            Some(at) => {
                let right = line.text[at..].trim_start().to_string();
                let left = line.text[..at].to_string();
                parted.push(Line { text: left, page: line.page, full: Some(false), ..Line::default() });
                parted.push(Line { text: right, ..line });
            }
            None => parted.push(line),
        }
    }
    parted
}

/// How a line ended, as far as the next one depends on it.
struct Ending {
    full: bool,
    /// A sentence or an item of a list ends with it.
    closed: bool,
    /// Its last words ask for a number: `quy định tại khoản`, `Luật số`.
    wants_number: bool,
    /// Its last words may stand before an article: `quy định tại khoản 2`.
    wants_article: bool,
    capitals: bool,
}

impl Ending {
    fn of(line: &Line, full: bool) -> Ending {
        let text = line.text.trim_end_matches(['”', '"', '’', '»', ')']);
        let last = text.rsplit(' ').next().unwrap_or_default();
        let before = text.rsplit(' ').nth(1).unwrap_or_default();
        let citing = |word: &str| {
            matches!(
                word,
                "khoản" | "Khoản" | "điểm" | "Điểm" | "điều" | "Điều" | "mục" | "Mục" | "chương" | "Chương"
            )
        };
        let joining = ["và", "hoặc", "tại", "của", "theo", "các", "từ", "đến", "với", "là", "-"];
        let wants_number = full && citing(last);
        let wants_article = full && (citing(before) || joining.contains(&last));
        Ending {
            full,
            closed: line.text.ends_with(['.', ';', ':', '!', '?', '”', '"', '/']),
            wants_number,
            wants_article: wants_number || wants_article,
            capitals: is_capitals(&line.text),
        }
    }
}

pub(crate) fn is_capitals(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some() && letters.all(char::is_uppercase)
}

/// Whether the line goes on with the paragraph that ended so.
fn continues(paragraph: &str, last: &Ending, line: &Line) -> bool {
    let text = line.text.as_str();
    if is_rule(text) || is_rule(paragraph) {
        return false;
    }
    if begins_item(text) {
        // "… phong tỏa tài khoản" is a heading, before the first clause.
        if text.starts_with("1.") && paragraph.starts_with("Điều ") {
            return false;
        }
        let cited = text.starts_with(char::is_uppercase);
        return !last.closed && if cited { last.wants_article } else { last.wants_number };
    }
    if begins_block(text) {
        return false;
    }
    if text.chars().next().is_some_and(char::is_lowercase) {
        return !last.closed || !line.indented;
    }
    let capitals = is_capitals(text);
    if capitals || last.capitals {
        // Titles of chapters run over lines of capitals; the lines of a heading or signature do not.
        let titled = |word: &str| paragraph.starts_with(word);
        let same = paragraph.chars().take(8).eq(text.chars().take(8));
        return capitals
            && last.capitals
            && last.full
            && !same
            && !["TM.", "KT.", "TL.", "CỘNG H", "PHÓ", "BỘ TRƯỞNG", "THỨ", "CHỦ TỊCH"]
                .into_iter()
                .any(titled);
    }
    !last.closed && last.full && (!line.indented || line.centred)
}

/// `Điều 5.`, `1.`, `a)`, `- `, `“1.`: what begins an item wherever it begins a line.
fn begins_item(text: &str) -> bool {
    let text = text.trim_start_matches(['“', '"', '‘', '«', '\'']);
    let mut words = text.split(' ');
    let first = words.next().unwrap_or_default();
    let second = words.next().unwrap_or_default();
    match first {
        "-" | "+" | "–" | "•" => return true,
        "Điều" => return second.ends_with(['.', ':']) && second.starts_with(|c: char| c.is_ascii_digit()),
        "Chương" | "CHƯƠNG" | "Phần" | "PHẦN" | "Mục" | "MỤC" => {
            return !second.is_empty()
                && text.chars().count() < 90
                && (!text.ends_with([';', ',', '.']) || words.next().is_some_and(is_capitals))
                && second
                    .chars()
                    .all(|c| c.is_ascii_digit() || matches!(c, 'I' | 'V' | 'X' | 'L' | '.' | ':'));
        }
        _ => {}
    }
    // "1 . Nguồn tài chính": a blank has slipped in.
    if first.chars().count() < 3 && (second == "." || second.starts_with(')')) {
        return first.chars().all(|c| c.is_ascii_digit()) || first.chars().all(char::is_lowercase);
    }
    let label = first.trim_end_matches(['.', ')', '/']);
    if label.len() == first.len() || second.is_empty() {
        return false;
    }
    let mut chars = label.chars();
    match (chars.next(), chars.clone().count()) {
        (Some(c), 0) if c.is_lowercase() && first.ends_with(')') => true,
        (Some(c), 1) if c.is_lowercase() && first.ends_with(')') => chars.all(|c| c.is_ascii_digit()),
        (Some(c), 0..=3) if c.is_ascii_digit() => {
            let digits = label.trim_end_matches(char::is_lowercase);
            digits.len() <= 3 && digits.chars().all(|c| c.is_ascii_digit())
        }
        (Some(_), 0..=5) => first.ends_with('.') && label.chars().all(|c| matches!(c, 'I' | 'V' | 'X')),
        _ => false,
    }
}

/// Words that begin a paragraph of the heading or the end.
fn begins_block(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "Căn cứ ",
        "Theo đề nghị ",
        "Xét đề nghị ",
        "Xét ",
        "Nơi nhận",
        "TM. ",
        "KT. ",
        "TL. ",
        "TUQ. ",
        "Số: ",
        "Số ",
        "Độc lập",
        "CỘNG H",
        "Hà Nội, ",
        "Phụ lục ",
        "PHỤ LỤC",
        "Mẫu số ",
        "QUYẾT ĐỊNH",
        "NGHỊ QUYẾT",
        "Quyết định:",
    ];
    WORDS.iter().any(|word| text.starts_with(word))
        && (!text.starts_with("Số ") || text.contains('/'))
        && !(text.starts_with("Phụ lục ") && text.chars().count() > 60)
}

/// Nine lines of ten are not longer.
fn usual_width(lines: &[Line]) -> usize {
    let mut lengths: Vec<usize> = lines.iter().map(|l| l.text.chars().count()).filter(|n| *n > 20).collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(80)
}

/// Which lines belong to the page: running heads, page numbers, the stamp of the gazette.
fn furniture(lines: &[Line]) -> Vec<bool> {
    let mut found: Vec<bool> = lines.iter().map(|line| is_page_head(&line.text)).collect();
    let texts: Vec<usize> = (0..lines.len()).filter(|n| !lines[*n].text.is_empty()).collect();
    for (i, &n) in texts.iter().enumerate() {
        if !is_page_number(&lines[n].text) {
            continue;
        }
        let beside = [i.checked_sub(1), Some(i + 1)];
        let by_head =
            beside.into_iter().flatten().filter_map(|i| texts.get(i)).any(|&m| is_page_head(&lines[m].text));
        found[n] = by_head || lines[n].edge;
    }
    found
}

fn is_page_number(text: &str) -> bool {
    let text = text.trim_matches(['-', '–', ' ', '|']);
    let text = text.strip_prefix("Trang ").unwrap_or(text);
    !text.is_empty() && text.len() < 9 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | ' '))
}

fn is_page_head(text: &str) -> bool {
    const GAZETTE: &[&str] = &[
        "CÔNG BÁO/Số",
        "Ký bởi:",
        "Người ký:",
        "Cơ quan: VĂN PHÒNG CHÍNH PHỦ",
        "Cơ quan: Văn phòng Chính phủ",
        "Ngày ký: ",
        "Thời gian ký:",
        "Email: thongtinchinhphu",
        "(Xem tiếp Công báo",
        "(Tiếp theo Công báo",
        "(Xem tiếp trang",
    ];
    if GAZETTE.iter().any(|words| text.starts_with(words)) {
        return true;
    }
    matches!(
        text,
        "VĂN BẢN QUY PHẠM PHÁP LUẬT" | "VĂN BẢN PHÁP LUẬT KHÁC" | "PHẦN VĂN BẢN QUY PHẠM PHÁP LUẬT"
    ) || text.starts_with(|c: char| c.is_ascii_digit()) && text.contains("CÔNG BÁO/Số")
}
