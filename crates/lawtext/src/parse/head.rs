//! What stands above the articles and below them: issuer, number, date, title, legal bases, signature.

use super::parts::{Span, is_adoption, is_basis, is_signature};
use super::{Lines, body};
use crate::read::is_capitals;
use crate::{Document, Head, Level, Node, Problem, ProblemKind};
use std::ops::Range;
use viet::{DocumentKind, LegalNumber, fold};

pub(super) fn nodes(lines: &Lines, range: Range<usize>, main: bool) -> Vec<Node> {
    let title = title(lines, range.clone(), main);
    let is_title = |n: usize| title.as_ref().is_some_and(|title| title.lines.contains(&n));
    let first_basis = range.clone().find(|n| is_basis(lines.line(*n))).unwrap_or(range.end);
    let end_of_heading = title.as_ref().map_or(first_basis, |title| title.lines.start);
    body::plain(lines, range, |n| {
        if is_title(n) {
            Level::Title
        } else if n < end_of_heading {
            Level::Heading
        } else if is_basis(lines.line(n)) {
            Level::Basis
        } else {
            Level::Preamble
        }
    })
}

pub(super) fn tail(lines: &Lines, range: Range<usize>) -> Vec<Node> {
    let mut recipients = false;
    let mut nodes = body::plain(lines, range, |_| Level::Signature);
    for node in &mut nodes {
        if is_adoption(&node.text) {
            node.level = Level::Closing;
            continue;
        }
        if node.text.starts_with("Nơi nhận") {
            recipients = true;
        } else if is_signature(lines, node.paragraph)
            || recipients && !node.text.starts_with(['-', '–', '+', '•'])
        {
            recipients = false;
        }
        if recipients {
            node.level = Level::Recipients;
        } else if is_footnote(&node.text) {
            node.level = Level::Footnote;
        }
    }
    nodes
}

fn is_footnote(text: &str) -> bool {
    let inside = text.strip_prefix(['[', '(']).unwrap_or_default();
    let rest = inside.trim_start_matches(|c: char| c.is_ascii_digit());
    inside.len() != rest.len() && rest.starts_with([']', ')'])
}

struct Title {
    lines: Range<usize>,
    kind: Option<DocumentKind>,
    text: String,
}

/// The line of the kind (`NGHỊ ĐỊNH`) and the title below it.
fn title(lines: &Lines, range: Range<usize>, main: bool) -> Option<Title> {
    let texts: Vec<usize> = range.filter(|n| lines.is_text(*n)).collect();
    let (at, kind, mut title) = texts.iter().enumerate().find_map(|(at, n)| {
        let (kind, rest) =
            kind_line(lines.line(*n), lines.paragraph(*n).centred || lines.paragraph(*n).bold, main)?;
        Some((at, kind, rest.to_string()))
    })?;
    let mut end = at + 1;
    for n in &texts[at + 1..] {
        let line = lines.line(*n);
        let stops = is_basis(line)
            || lines.label(*n).is_some()
            || fold(line) == "muc luc"
            || line.starts_with('(')
            || is_authority(line) && !title.is_empty()
            || line.len() > 900
            || line.ends_with([':', ';', '.']) && !title.is_empty()
            || ["Luật số", "Số:", "Số "].iter().any(|word| line.starts_with(word)) && line.len() < 40
            || date_line(line).is_some();
        if stops || title.len() > 900 {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(line);
        end += 1;
    }
    let last = texts[end - 1];
    Some(Title { lines: texts[at]..last + 1, kind: Some(kind), text: title })
}

/// The kind, and what of the title stands in the same line: `LUẬT ĐẤT ĐAI`.
fn kind_line(line: &str, marked: bool, main: bool) -> Option<(DocumentKind, &str)> {
    let names = DocumentKind::ALL.iter().filter(|kind| !matches!(kind, DocumentKind::OfficialLetter));
    let matching = names.filter_map(|kind| {
        let name = kind.name();
        let count = name.chars().count();
        let end = line.char_indices().nth(count).map_or(line.len(), |(at, _)| at);
        let (first, rest) = line.split_at(end);
        let same = fold(first) == fold(name) && (rest.is_empty() || rest.starts_with(char::is_whitespace));
        let capitals = is_capitals(first) || rest.is_empty() && marked;
        (same && capitals).then(|| (*kind, rest.trim()))
    });
    let found = matching.max_by_key(|(kind, _)| kind.name().len());
    if found.is_none() && fold(line).starts_with("quy chuan ky thuat") && is_capitals(line) {
        return Some((DocumentKind::TechnicalRegulation, ""));
    }
    // "LUẬT SỐ: 35/2013/QH13" and "THÔNG TƯ LIÊN TỊCH SỐ …" are number lines.
    let found = found.filter(|(_, rest)| !fold(rest).starts_with("so"))?;
    (found.1.is_empty() || is_capitals(found.1) || marked || !main).then_some(found)
}

/// The line that names who decides: `BỘ TRƯỞNG BỘ TÀI CHÍNH`, `ỦY BAN THƯỜNG VỤ QUỐC HỘI`.
fn is_authority(line: &str) -> bool {
    const WORDS: &[&str] = &[
        "BỘ TRƯỞNG",
        "THỦ TƯỚNG",
        "CHÍNH PHỦ",
        "ỦY BAN",
        "UỶ BAN",
        "HỘI ĐỒNG",
        "QUỐC HỘI",
        "CHỦ TỊCH",
        "THỐNG ĐỐC",
        "CHÁNH ÁN",
        "VIỆN TRƯỞNG",
        "TỔNG KIỂM",
        "GIÁM ĐỐC",
        "TỔNG THANH TRA",
        "BAN ",
        "CHỦ NHIỆM",
    ];
    is_capitals(line) && line.chars().count() < 120 && WORDS.iter().any(|word| line.starts_with(word))
}

/// Reads the facts out of the nodes, and lists what is missing.
pub(super) fn complete(
    lines: &Lines,
    spans: &[Span],
    documents: &mut [Document],
    problems: &mut Vec<Problem>,
) {
    for (n, (span, document)) in spans.iter().zip(documents.iter_mut()).enumerate() {
        document.head = head(lines, span, document, n == 0);
    }
    let Some((first, attached)) = documents.split_first_mut() else { return };
    // What was issued with a document was issued by the same body on the same day, and enters into effect with it.
    for document in attached.iter_mut() {
        document.head.issuer.clone_from(&first.head.issuer);
        document.head.issued = first.head.issued;
        document.head.effective = document.head.effective.or(first.head.effective);
    }
    let head = &first.head;
    let missing = [
        (head.number.is_empty(), ProblemKind::NoNumber),
        (head.kind.is_none(), ProblemKind::NoKind),
        (head.title.is_empty(), ProblemKind::NoTitle),
        (head.issuer.is_empty(), ProblemKind::NoIssuer),
        (head.issued.is_none(), ProblemKind::NoIssueDate),
        (head.effective.is_none() && first.articles().next().is_some(), ProblemKind::NoEffectiveDate),
        (!first.nodes.iter().any(|node| !node.label.is_empty()), ProblemKind::NoStructure),
    ];
    problems.extend(missing.into_iter().filter(|(is, _)| *is).map(|(_, kind)| lines.problem(kind, 0)));
}

fn head(lines: &Lines, span: &Span, document: &Document, main: bool) -> Head {
    let title = title(lines, span.head.clone(), main);
    let head_lines: Vec<usize> = span.head.clone().filter(|n| lines.is_text(*n)).collect();
    let heading = || head_lines.iter().map(|n| lines.line(*n));
    let tail = || span.tail.clone().filter(|n| lines.is_text(*n)).map(|n| lines.line(n));
    let of_level = |level: Level| {
        let nodes = document.nodes.iter().filter(move |node| node.level == level);
        nodes.map(|node| node.text.clone()).collect::<Vec<_>>()
    };
    let (kind, mut title_text) = title.map_or((None, String::new()), |title| (title.kind, title.text));
    let number = if main { number(&head_lines, lines, kind) } else { None };
    let kind = kind.or_else(|| number.as_ref().and_then(|(_, number)| number.as_ref()?.kind));
    if !main && title_text.is_empty() {
        title_text =
            heading().filter(|line| is_capitals(line) && !is_national(line)).collect::<Vec<_>>().join(" ");
    }
    let (place, dated) = heading().chain(tail()).find_map(date_line).unzip();
    let issued = dated.or_else(|| tail().filter(|line| is_adoption(line)).find_map(last_date));
    let mut head = Head {
        national_heading: heading().any(is_national),
        issuer: String::new(),
        number: number.as_ref().map(|(written, _)| written.clone()).unwrap_or_default(),
        kind,
        title: title_text,
        place: place.unwrap_or_default(),
        issued,
        effective: None,
        signature: of_level(Level::Signature),
        recipients: of_level(Level::Recipients),
        bases: of_level(Level::Basis).into_iter().filter(|line| line.starts_with("Căn cứ")).collect(),
    };
    head.issuer = joint_issuers(kind, &head_lines, lines).unwrap_or_else(|| {
        issuer(lines, &head_lines, number.as_ref().and_then(|(_, number)| number.as_ref()))
    });
    head.effective = effective(document, issued);
    head
}

fn is_national(line: &str) -> bool {
    fold(line).starts_with("cong hoa xa hoi chu nghia viet nam")
}

/// The number in the line that gives it: `Số: 30/2020/NĐ-CP`, `Luật số: …`; else a line that is a number.
fn number(
    head: &[usize],
    lines: &Lines,
    kind: Option<DocumentKind>,
) -> Option<(String, Option<LegalNumber>)> {
    let basis = head.iter().position(|n| is_basis(lines.line(*n))).unwrap_or(head.len());
    let texts: Vec<&str> = head[..basis].iter().map(|n| lines.line(*n)).collect();
    let named = texts.iter().find_map(|line| {
        let (before, after) = line.split_once(':').or_else(|| line.split_once("số "))?;
        let before = fold(before);
        let before = before.trim();
        let is_number = before == "so" || before.ends_with(" so") && before.len() < 40;
        if !is_number && kind.is_none_or(|kind| fold(kind.name()) != before) || after.chars().count() > 70 {
            return None;
        }
        // Blanks slip into it: "28/2004/QH 11", "21/C T-TTg".
        let joined: String = after.split_whitespace().collect();
        let number = LegalNumber::parse(after).or_else(|| LegalNumber::parse(&joined));
        let plausible =
            joined.starts_with(|c: char| c.is_ascii_digit()) && joined.contains('/') && joined.len() < 40;
        (number.is_some() || plausible && is_number).then_some((joined, number))
    });
    named.or_else(|| {
        let alone =
            |line: &&str| LegalNumber::parse(line).map(|number| (number.written.clone(), Some(number)));
        texts.iter().filter(|line| line.len() < 60).find_map(alone)
    })
}

/// Those who issued a joint document, from the sentence that says so: "A, B và C ban hành …".
fn joint_issuers(kind: Option<DocumentKind>, head: &[usize], lines: &Lines) -> Option<String> {
    use DocumentKind::{InterbranchCircular, InterministerialCircular, JointCircular, JointResolution};
    const BODIES: &[&str] = &[
        "Bộ ",
        "Ủy ban ",
        "Uỷ ban ",
        "Chính phủ",
        "Đoàn ",
        "Tòa án ",
        "Toà án ",
        "Viện ",
        "Ban ",
        "Tổng ",
        "Hội ",
        "Ngân hàng ",
        "Thanh tra ",
        "Chánh án ",
        "Bộ trưởng ",
        "Kiểm toán ",
    ];
    let joint = [JointResolution, JointCircular, InterministerialCircular, InterbranchCircular];
    kind.filter(|kind| joint.contains(kind))?;
    let lines = head.iter().map(|n| lines.line(*n)).filter(|line| !is_basis(line));
    let (names, _) = lines.filter_map(|line| line.split_once(" ban hành ")).next()?;
    let mut parts = vec![names.to_string()];
    for separator in [", ", " và "] {
        let split = |part: String| {
            let mut found: Vec<String> = Vec::new();
            for piece in part.split(separator) {
                match found.last_mut() {
                    Some(last) if !BODIES.iter().any(|body| piece.starts_with(body)) => {
                        last.push_str(separator);
                        last.push_str(piece);
                    }
                    _ => found.push(piece.to_string()),
                }
            }
            found
        };
        parts = parts.into_iter().flat_map(split).collect();
    }
    (parts.len() > 1).then(|| parts.join("; "))
}

/// Who issued it: as the number says for the central bodies, else the name above the number.
fn issuer(lines: &Lines, head: &[usize], number: Option<&LegalNumber>) -> String {
    let body = number.and_then(|number| number.issuer.clone()).unwrap_or_default();
    let central = match body.as_str() {
        "CP" => "Chính phủ",
        "TTg" => "Thủ tướng Chính phủ",
        "CTN" => "Chủ tịch nước",
        "VPQH" => "Văn phòng Quốc hội",
        _ if body.starts_with("UBTVQH") && !body.contains('-') => "Ủy ban Thường vụ Quốc hội",
        _ if body.starts_with("QH") && !body.contains('-') => "Quốc hội",
        _ => "",
    };
    if !central.is_empty() {
        return central.into();
    }
    const CONTINUES: &[&str] =
        &["VÀ ", "VIỆT NAM", "TỈNH ", "THÀNH PHỐ ", "XÃ ", "PHƯỜNG ", "HUYỆN ", "QUẬN ", "ĐẶC KHU "];
    // The lines above the number; several columns where several issue it.
    let mut names: Vec<String> = Vec::new();
    for n in head {
        let line = lines.line(*n);
        let folded = fold(line);
        if is_national(line) || folded.starts_with("doc lap") {
            continue;
        }
        if folded.starts_with("so") && line.contains('/')
            || folded.contains(" so:")
            || date_line(line).is_some()
        {
            break;
        }
        if !is_capitals(line) || line.chars().count() > 120 || DocumentKind::from_name(line).is_some() {
            break;
        }
        match names.last_mut() {
            // A name broken over two lines.
            Some(last) if last.ends_with('-') || CONTINUES.iter().any(|word| line.starts_with(word)) => {
                last.push(' ');
                last.push_str(line);
            }
            Some(last) if last == line => {}
            _ => names.push(line.to_string()),
        }
    }
    // The gazette prints the name above the document once more, unbroken.
    let repeated = |name: &String| names.iter().filter(|other| fold(other) == fold(name)).count() > 1;
    if let Some(name) = names.iter().find(|name| repeated(name)).cloned() {
        names = vec![name];
    }
    names.dedup();
    let joined: Vec<String> = names.iter().map(|name| as_written(lines, name)).collect();
    joined.join("; ")
}

/// A name in capitals as the text writes it: `BỘ TÀI CHÍNH` → `Bộ Tài chính`.
fn as_written(lines: &Lines, name: &str) -> String {
    let lower = name.to_lowercase();
    for n in 0..lines.len().min(400) {
        let line = lines.line(n);
        let line_lower = line.to_lowercase();
        // Vietnamese capitals and small letters are equally long.
        if let Some(at) = line_lower.find(&lower)
            && let Some(found) = line.get(at..at + lower.len())
            && !is_capitals(found)
            && found.starts_with(char::is_uppercase)
        {
            return found.to_string();
        }
    }
    // Names of units are written with capitals, names of bodies with one.
    const UNITS: &[&str] = &["tỉnh", "phố", "xã", "phường", "huyện", "quận", "trấn", "khu"];
    let mut of_unit = false;
    let words = name.split(' ').zip(lower.split(' ')).enumerate().map(|(n, (printed, word))| {
        let capital = n == 0 || of_unit;
        of_unit |= UNITS.contains(&word);
        match word.chars().next() {
            _ if matches!(printed, "UBND" | "HĐND") => printed.to_string(),
            Some(first) if capital => first.to_uppercase().collect::<String>() + &word[first.len_utf8()..],
            _ => word.to_string(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

type Date = (i16, i8, i8);

/// `Hà Nội, ngày 05 tháng 01 năm 2026`, also without the comma.
fn date_line(line: &str) -> Option<(String, Date)> {
    let at = line.find(" ngày ").or_else(|| line.find(" Ngày ")).or_else(|| line.find(",ngày"))?;
    let (place, rest) = line.split_at(at);
    let rest = rest.trim_start_matches([',', ' ']);
    let place = place.trim_end_matches([',', ' ']);
    let is_place = place.chars().count() < 40
        && place.starts_with(char::is_uppercase)
        && !place.contains(['/', '(', '.']);
    let date = (is_place && rest.chars().count() < 40).then(|| first_date(rest)).flatten()?;
    Some((place.to_string(), date))
}

/// The first "ngày … tháng … năm …" or `5/1/2026` of the text.
fn first_date(text: &str) -> Option<Date> {
    dates(text).next()
}

fn last_date(text: &str) -> Option<Date> {
    dates(text).last()
}

fn dates(text: &str) -> impl Iterator<Item = Date> {
    let words: Vec<String> = text.split_whitespace().map(|word| fold(word).to_string()).collect();
    let mut found = Vec::new();
    let number = |word: Option<&String>| {
        word.and_then(|word| word.trim_matches(|c: char| !c.is_ascii_digit()).parse::<i16>().ok())
    };
    for (n, word) in words.iter().enumerate() {
        if word == "thang"
            && let (Some(day), Some(month)) =
                (number(n.checked_sub(1).and_then(|n| words.get(n))), number(words.get(n + 1)))
            && words.get(n + 2).is_some_and(|word| word == "nam")
            && let Some(year) = number(words.get(n + 3))
        {
            found.extend(viet::parse_date(&format!("{day}/{month}/{year:04}")));
        } else if word.matches('/').count() == 2 {
            found.extend(viet::parse_date(word.trim_matches(|c: char| !c.is_ascii_digit())));
        }
    }
    found.into_iter()
}

/// The day the document as a whole enters into force: what its effect article says of "Luật này", "Nghị định này".
fn effective(document: &Document, issued: Option<Date>) -> Option<Date> {
    let articles: Vec<&Node> = document.articles().collect();
    // The effect article is one of the last; decisions have it as a sentence.
    let last = articles.len().saturating_sub(6);
    let speaks = |article: &Node| article.heading.to_lowercase().contains("hiệu lực");
    for article in articles.iter().enumerate().rev().filter(|(n, a)| *n >= last || speaks(a)).map(|(_, a)| a)
    {
        for node in article.walk_own() {
            for sentence in format!("{} {}", node.heading, node.text).split(['.', ';', '\n']) {
                let lower = sentence.to_lowercase();
                let Some(at) = lower.find("có hiệu lực") else { continue };
                let whole = lower[..at].trim_end();
                let speaks_of_all = ["này", "quy định tại điều này"].iter().any(|word| whole.ends_with(word))
                    && !["điều này", "khoản này", "điểm này"].iter().any(|word| whole.ends_with(word));
                if !speaks_of_all {
                    continue;
                }
                let after = &lower[at..];
                if let Some(date) = first_date(after) {
                    return Some(date);
                }
                if ["ngày ký", "ngày thông qua", "ngày được thông qua", "ngày ban hành"]
                    .iter()
                    .any(|day| after.contains(day))
                {
                    return issued;
                }
            }
        }
    }
    None
}
