//! Where the document ends and what follows it begins: signature, appendices, attached regulations.

use super::Lines;
use super::label::Kind;
use crate::read::is_capitals;
use std::ops::Range;

const MOST_ATTACHED: usize = 30;

/// A document with a numbering of its own, as ranges of paragraphs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Span {
    pub head: Range<usize>,
    pub body: Range<usize>,
    /// Closing formula, recipients, signature.
    pub tail: Range<usize>,
    /// Each appendix.
    pub appendices: Vec<Range<usize>>,
    /// It is divided into articles.
    pub has_articles: bool,
}

pub(super) fn spans(lines: &Lines) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut from = 0;
    // No document has more attached; every one costs a look at the rest.
    while (from < lines.len() || spans.is_empty()) && spans.len() < MOST_ATTACHED {
        let span = span(lines, from);
        let end = span.appendices.last().map_or(span.tail.end, |last| last.end);
        spans.push(span);
        if end <= from {
            break;
        }
        from = end;
    }
    if let Some(last) = spans.last_mut()
        && from < lines.len()
    {
        last.appendices.push(from..lines.len());
    }
    spans
}

fn span(lines: &Lines, from: usize) -> Span {
    let all = from..lines.len();
    let contents = contents(lines, from);
    // Without an article before the signature, the numbers and letters are the outline.
    let article = lines.next_article(contents);
    let sign = all.clone().skip(contents - from).find(|n| is_signature(lines, *n) && *n > from + 5);
    let next = all.clone().skip(1).find(|n| *n > contents && begins_attached(lines, *n, false));
    let limit = sign.unwrap_or(usize::MAX).min(next.unwrap_or(usize::MAX));
    let has_articles = article.is_some_and(|at| at < limit);
    let body = first_of_body(lines, contents, article.filter(|_| has_articles));
    let tail = (body..lines.len()).find(|n| ends_body(lines, *n, body)).unwrap_or(lines.len());
    let appendix = |n: usize| begins_appendix(lines, n) || begins_form(lines, n);
    let attached = |n: usize| n > tail && begins_attached(lines, n, true) || begins_attached(lines, n, false);
    let after =
        (tail..lines.len()).find(|n| appendix(*n) || *n > body && attached(*n)).unwrap_or(lines.len());
    let mut appendices = Vec::new();
    if after < lines.len() && appendix(after) {
        // Forms stand in appendices; where there are none, each form is one.
        let forms = !begins_appendix(lines, after);
        let mut start = after;
        let mut n = after + 1;
        while n < lines.len() && (titles_appendix(lines, start, n) || !begins_attached(lines, n, false)) {
            if begins_appendix(lines, n)
                || forms && begins_form(lines, n) && !titles_appendix(lines, start, n)
            {
                appendices.push(start..n);
                start = n;
            }
            n += 1;
        }
        appendices.push(start..n);
    }
    Span { head: from..body, body: body..tail, tail: tail..after, appendices, has_articles }
}

/// Where a table of contents ends: its first entry stands there again.
fn contents(lines: &Lines, from: usize) -> usize {
    let found = (from..lines.len().min(from + 60)).find(|n| viet::fold(lines.line(*n)) == "muc luc");
    let Some(title) = found else { return from };
    let Some(entry) = (title + 1..lines.len()).find(|n| lines.label(*n).is_some()) else { return from };
    let label = lines.label(entry);
    (entry + 1..lines.len()).find(|n| lines.label(*n) == label).unwrap_or(from)
}

fn first_of_body(lines: &Lines, from: usize, article: Option<usize>) -> usize {
    match article {
        Some(article) => {
            // The heads directly above the first article belong to it.
            let is_head = |n: &usize| {
                lines.label(*n).is_some_and(|label| {
                    matches!(label.kind, Kind::Part | Kind::Chapter | Kind::Section | Kind::Subsection)
                })
            };
            (from..article).find(|n| is_head(n) && article - n < 30).unwrap_or(article)
        }
        None => {
            let begins = |n: &usize| {
                lines.label(*n).is_some_and(|label| match label.kind {
                    Kind::Part | Kind::Chapter => true,
                    Kind::Roman | Kind::Number => label.number().0 == 1,
                    _ => false,
                })
            };
            (from..lines.len()).find(begins).unwrap_or_else(|| {
                // Neither articles nor an outline: what comes after the legal bases.
                let basis = |n: &usize| is_basis(lines.line(*n));
                (from..lines.len()).rev().find(basis).map_or(from, |n| n + 1)
            })
        }
    }
}

pub(super) fn is_basis(line: &str) -> bool {
    ["Căn cứ ", "Theo đề nghị ", "Xét đề nghị", "Xét "].iter().any(|word| line.starts_with(word))
}

fn ends_body(lines: &Lines, n: usize, body: usize) -> bool {
    // An amending document may quote a form with its signature.
    let quoted = lines.inside_quotation[n] && lines.is_enclosed(n);
    if !lines.is_text(n) || n == body || quoted {
        return false;
    }
    is_signature(lines, n)
        || is_adoption(lines.line(n))
        || begins_appendix(lines, n)
        || begins_attached(lines, n, false)
}

/// "Luật này được Quốc hội … khóa XV, kỳ họp thứ 7 thông qua ngày …"
pub(super) fn is_adoption(line: &str) -> bool {
    const WORDS: &[&str] =
        &["Luật này", "Bộ luật này", "Pháp lệnh này", "Nghị quyết này", "Hiến pháp này", "Luật nầy"];
    WORDS.iter().any(|word| line.starts_with(word))
        && line.contains(" thông qua")
        && line.contains("ngày")
        && !line.contains("hiệu lực")
}

/// The beginning of recipients or signature.
pub(super) fn is_signature(lines: &Lines, n: usize) -> bool {
    if !lines.is_text(n) {
        return false;
    }
    let line = lines.line(n);
    if line.starts_with("Nơi nhận") && line.len() < 40 || line.starts_with("XÁC THỰC VĂN BẢN HỢP NHẤT")
    {
        return true;
    }
    const FOR: &[&str] = &["TM.", "TM ", "KT.", "KT ", "TL.", "TUQ.", "Q.", "T/M", "T.M"];
    const OFFICES: &[&str] = &[
        "CHỦ TỊCH",
        "THỦ TƯỚNG",
        "PHÓ THỦ TƯỚNG",
        "BỘ TRƯỞNG",
        "THỨ TRƯỞNG",
        "THỐNG ĐỐC",
        "PHÓ THỐNG ĐỐC",
        "TỔNG BÍ THƯ",
        "TỔNG THANH TRA",
        "CHÁNH ÁN",
        "VIỆN TRƯỞNG",
        "CHỦ NHIỆM",
        "TỔNG KIỂM TOÁN",
        "GIÁM ĐỐC",
        "TỔNG GIÁM ĐỐC",
        "PHÓ CHỦ TỊCH",
        "CHỦ TỊCH QUỐC HỘI",
        "CHỦ TỊCH NƯỚC",
        "BỘ TRƯỞNG, CHỦ NHIỆM",
        "BÍ THƯ",
        "PHÓ BÍ THƯ",
        "CỤC TRƯỞNG",
        "TỔNG CỤC TRƯỞNG",
        "VỤ TRƯỞNG",
        "TỔNG THƯ KÝ",
    ];
    if line.chars().count() > 120 || !is_capitals(line) {
        return false;
    }
    let signed = FOR.iter().any(|word| line.starts_with(word)) || OFFICES.contains(&line);
    // The authority stands above the articles as well: "BỘ TRƯỞNG" before "Căn cứ …".
    signed && lines.after(n).is_none_or(|next| !is_basis(lines.line(next)))
}

/// The title of an appendix: `PHỤ LỤC II`, `Phụ lục`, `Mẫu số 01`.
pub(super) fn begins_appendix(lines: &Lines, n: usize) -> bool {
    if !lines.is_text(n) {
        return false;
    }
    let line = lines.line(n);
    let count = line.chars().count();
    let paragraph = lines.paragraph(n);
    let Some(rest) = ["PHỤ LỤC", "Phụ lục", "Phụ Lục"].iter().find_map(|word| line.strip_prefix(word))
    else {
        return false;
    };
    let rest = rest.trim_start().trim_start_matches("SỐ").trim_start_matches("số").trim_start();
    let word = rest.split([' ', '.', ':', '-', '(']).next().unwrap_or_default();
    let numbered = word.is_empty()
        || word.chars().all(|c| c.is_ascii_digit())
        || super::label::roman_value(word).is_some()
        || word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let title = rest[word.len()..].trim_start_matches(['.', ':', '-', '–', ' ']);
    let marked = paragraph.bold || paragraph.centred || is_capitals(line);
    numbered
        && count < 160
        && (title.is_empty() || title.starts_with('(') || marked && !title.starts_with(char::is_lowercase))
}

/// Whether `n` is still part of the title of the appendix that begins at `start`.
fn titles_appendix(lines: &Lines, start: usize, n: usize) -> bool {
    (start + 1..n).filter(|n| lines.is_text(*n)).take(3).count() < 3
}

/// A form or list without the word "Phụ lục", after the signature: `Mẫu số 01`, `DANH MỤC …`.
fn begins_form(lines: &Lines, n: usize) -> bool {
    if !lines.is_text(n) {
        return false;
    }
    let line = lines.line(n);
    let numbered =
        |rest: &str| rest.trim_start().starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase());
    let form = ["Mẫu số", "MẪU SỐ", "Mẫu", "MẪU", "Biểu số", "BIỂU SỐ"];
    let form = form.iter().find_map(|word| line.strip_prefix(word)).is_some_and(numbered)
        && line.chars().count() < 60;
    let list = ["DANH MỤC", "BẢNG", "BIỂU MẪU", "BIỂU"].iter().any(|word| line.starts_with(word))
        && is_capitals(line);
    form || list
}

const ATTACHED: &[&str] = &[
    "QUY CHẾ",
    "QUY ĐỊNH",
    "ĐIỀU LỆ",
    "NỘI QUY",
    "HƯỚNG DẪN",
    "CHƯƠNG TRÌNH",
    "KẾ HOẠCH",
    "ĐỀ ÁN",
    "CHIẾN LƯỢC",
    "QUY TRÌNH",
    "QUY TẮC",
    "PHƯƠNG ÁN",
    "QUY CHUẨN",
    "QUY HOẠCH",
    "BỘ TIÊU CHÍ",
];

/// The title of what was issued with the document: `QUY CHẾ` and, soon after it, "(Ban hành kèm theo …)"; after a
/// signature its first chapter or article is enough.
pub(super) fn begins_attached(lines: &Lines, n: usize, signed: bool) -> bool {
    if !lines.is_text(n) {
        return false;
    }
    let line = lines.line(n);
    let start = |line: &str| line.chars().take(30).flat_map(char::to_uppercase).collect::<String>();
    if !line.starts_with(['Q', 'Đ', 'N', 'H', 'C', 'K', 'P', 'B']) {
        return false;
    }
    let upper = start(line);
    let titled = |line: &str| ATTACHED.iter().any(|word| line.starts_with(word));
    let heading =
        upper.starts_with("CỘNG HÒA XÃ HỘI CHỦ NGHĨA") || upper.starts_with("CỘNG HOÀ XÃ HỘI CHỦ NGHĨA");
    let mut seen_title = titled(&upper);
    if !(seen_title && (is_capitals(line) || lines.paragraph(n).centred) || heading) {
        return false;
    }
    let mut at = n;
    for _ in 0..14 {
        let Some(next) = lines.after(at) else { return false };
        at = next;
        let line = lines.line(at);
        let lower = line.to_lowercase();
        if lower.contains("kèm theo") && (lower.contains("ban hành") || lower.starts_with('(')) {
            return seen_title;
        }
        if let Some(label) = lines.label(at) {
            let first =
                matches!(label.kind, Kind::Part | Kind::Chapter | Kind::Article) && label.number().0 == 1;
            return signed && seen_title && first;
        }
        if begins_appendix(lines, at) {
            return false;
        }
        seen_title |= titled(&start(line)) && is_capitals(line);
    }
    false
}
