//! The state's codification of law (Bộ pháp điển, Pháp lệnh 03/2012/UBTVQH13): the articles of many documents under
//! one subject heading, each with a number of the codification (`Điều 37.1.LQ.6.`) and a note saying whose it is:
//! `(Điều 6 Luật số 35/2013/QH13, có hiệu lực thi hành kể từ ngày 01/01/2014)`. Here they go back to their documents.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};

use viet::DocumentKind;

use crate::parse::{is_head_line, parse};
use crate::read::is_capitals;
use crate::{Document, Head, Level, Node, Paragraph, Parsed, Problem, ProblemKind, Text};

/// The documents whose articles a codification holds, in the order of their first article; `None` where the text is
/// no codification. What is no article of a document (heads of the codification, references of its editors) is left.
pub fn codified(text: &Text) -> Option<Vec<Parsed>> {
    let lines = lines(text);
    let place = |n: usize| lines.get(n).map_or("", |(_, line)| line.as_str());
    let starts: Vec<usize> = (0..lines.len()).filter(|n| code(place(*n)).is_some()).collect();
    let mut documents: Vec<(Parsed, HashSet<String>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut problems = Vec::new();
    for (n, start) in starts.iter().copied().enumerate() {
        let Some((own, heading)) = code(place(start)) else { continue };
        let end = starts.get(n + 1).copied().unwrap_or(lines.len());
        let Some(source) = (start + 1 < end).then(|| source(place(start + 1))).flatten() else {
            // Lists of the articles repeat their headings.
            if !seen.contains(own) {
                problems.push(Problem {
                    kind: ProblemKind::NoSource,
                    paragraph: lines[start].0,
                    page: None,
                    excerpt: place(start).chars().take(80).collect(),
                });
            }
            continue;
        };
        seen.insert(own);
        let body: Vec<&str> = (start + 2..end).map(place).collect();
        let mut node = article(&source.article, heading, own_text(&body).iter().copied());
        node.paragraph = lines[start].0;
        let at = *known.entry(source.head.number.to_uppercase()).or_insert_with(|| {
            documents.push(Default::default());
            documents.len() - 1
        });
        let Some((parsed, labels)) = documents.get_mut(at) else { continue };
        // A label that comes again is of a regulation issued with the document.
        let attached = usize::from(!labels.insert(node.label.clone()));
        while parsed.documents.len() <= attached {
            parsed.documents.push(Document::default());
        }
        let head = &mut parsed.documents[0].head;
        // The note of a document's first article names it in full, those after it only by its number.
        if head.number.is_empty() || head.title.is_empty() {
            *head = source.head;
        }
        parsed.documents[attached].nodes.push(node);
    }
    let mut documents: Vec<Parsed> = documents.into_iter().map(|(parsed, _)| parsed).collect();
    for document in documents.iter_mut().flat_map(|d| &mut d.documents) {
        document.nodes.sort_by_cached_key(|node| article_order(&node.label));
    }
    documents.first_mut()?.problems = problems;
    Some(documents)
}

/// One article from its label, heading and paragraphs: with clauses and points, or as plain paragraphs where they do
/// not read as one article.
pub fn article<'t>(label: &str, heading: &str, body: impl Iterator<Item = &'t str>) -> Node {
    let body: Vec<&str> = body.collect();
    let first = format!("Điều {label}. {heading}");
    let all = std::iter::once(first.as_str()).chain(body.iter().copied()).map(Paragraph::new);
    let text = Text { paragraphs: all.filter(|p| !p.text.is_empty()).collect(), ..Text::default() };
    let mut parsed = parse(&text);
    if let [document] = parsed.documents.as_mut_slice()
        && document.appendices.is_empty()
        && let [node] = document.nodes.as_slice()
        && node.level == Level::Article
        && node.label == label.to_lowercase()
    {
        return document.nodes.remove(0);
    }
    let mut node = Node::new(Level::Article, 0);
    node.label = label.to_lowercase();
    node.printed = format!("Điều {label}.");
    node.heading = viet::clean(heading);
    node.text =
        body.iter().map(|line| viet::clean(line)).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
    node
}

/// Where an article stands among others: by its number, then its letters (`12`, `12a`, `12đ`).
pub fn article_order(label: &str) -> (u32, String) {
    let digits = label.len() - label.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, letters) = label.split_at(digits);
    (number.parse().unwrap_or(u32::MAX), viet::collation_key(letters))
}

/// The paragraphs with their places, headings and notes each for themselves: copies run a heading on behind the
/// article before it, break a note in two, or go on with the text behind it.
fn lines<'t>(text: &'t Text) -> Vec<(usize, String)> {
    let own = text.paragraphs.iter().enumerate().filter(|(_, p)| !p.furniture && !p.footnote);
    let marked = |p: &'t Paragraph| match p.heading && code(&p.text).is_none() {
        // A heading of the copy's own, which ends the article before it.
        true => Cow::from(format!("# {}", p.text)),
        false => Cow::from(&p.text),
    };
    let mut left: VecDeque<(usize, Cow<str>)> = own.map(|(n, p)| (n, marked(p))).collect();
    let mut lines: Vec<(usize, String)> = Vec::new();
    while let Some((n, line)) = left.pop_front() {
        if !is_note(&line) {
            let heading = left.front().filter(|(_, next)| is_note(next)).and_then(|_| {
                line.rmatch_indices("Điều ").map(|(i, _)| i).find(|i| *i > 0 && code(&line[*i..]).is_some())
            });
            let (before, heading) = line.split_at(heading.unwrap_or(0));
            lines.extend(
                [before, heading].iter().filter(|l| !l.is_empty()).map(|l| (n, l.trim().to_string())),
            );
            continue;
        }
        let mut note = line.into_owned();
        while note_end(&note).is_none()
            && let Some((_, more)) = left.pop_front_if(|(_, more)| note.len() < 2_000 && !is_note(more))
        {
            note.push(' ');
            note.push_str(&more);
        }
        let (note, after) = note.split_at(note_end(&note).unwrap_or(note.len()));
        lines.push((n, note.to_string()));
        if !after.trim().is_empty() {
            left.push_front((n, Cow::from(after.trim().to_string())));
        }
    }
    lines
}

/// `(Điều 6 Luật số …`
fn is_note(line: &str) -> bool {
    let rest = line.strip_prefix('(').and_then(|rest| rest.trim_start().strip_prefix("Điều "));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains(" số "))
}

/// Behind the bracket that closes a note.
fn note_end(note: &str) -> Option<usize> {
    let mut open = 0;
    for (at, c) in note.char_indices() {
        open += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if open == 0 {
            return Some(at + 1);
        }
    }
    None
}

/// `Điều 37.1.NĐ.1.2. Phạm vi` as its number in the codification and its heading.
fn code(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("Điều ")?;
    let (code, heading) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut parts = code.trim_end_matches('.').split('.');
    let is_number = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
    let heads = parts.next().is_some_and(is_number) && parts.next().is_some_and(is_number);
    let kind = parts.next().is_some_and(|p| !p.is_empty() && p.chars().all(char::is_uppercase));
    (heads && kind && parts.next().is_some()).then_some((code, heading))
}

struct Source {
    article: String,
    head: Head,
}

/// `(Điều 1 Luật số 35/2013/QH13 Hòa giải ở cơ sở ngày 20/06/2013 của Quốc hội, có hiệu lực thi hành kể từ ngày
/// 01/01/2014)`
fn source(note: &str) -> Option<Source> {
    let rest = note.strip_prefix('(')?.trim_start().strip_prefix("Điều")?.trim_start();
    let (article, rest) = rest.split_once(' ')?;
    article.starts_with(|c: char| c.is_ascii_digit()).then_some(())?;
    let (kind, rest) = rest.split_once(" số ")?;
    let (named, force) = match rest.find(", có hiệu lực") {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (number, name) = named.split_once(' ').unwrap_or((named, ""));
    number.contains(|c: char| c.is_ascii_digit()).then_some(())?;
    let kind = DocumentKind::from_name(kind.trim());
    let mut head = Head { number: number.trim_end_matches([',', ')']).to_string(), kind, ..Head::default() };
    head.effective = first_date(force);
    if let Some((title, rest)) = name.rsplit_once(" ngày ")
        && let Some(issued) = first_date(rest)
    {
        head.issued = Some(issued);
        head.issuer = rest.split_once(" của ").map_or("", |(_, issuer)| issuer).trim().to_string();
        head.title = title_without(kind, title);
    }
    Some(Source { article: article.trim_end_matches('.').to_string(), head })
}

/// `Luật Thanh niên` of a law is `Thanh niên`.
fn title_without(kind: Option<DocumentKind>, title: &str) -> String {
    let title = title.trim().trim_end_matches('.').trim_end();
    let rest = kind.and_then(|kind| title.strip_prefix(kind.name())).and_then(|rest| rest.strip_prefix(' '));
    match rest {
        Some(rest) if rest.starts_with(char::is_uppercase) => rest.to_string(),
        _ => title.replace(" ,", ","),
    }
}

/// The first `d/m/y` in a text.
fn first_date(text: &str) -> Option<(i16, i8, i8)> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '/'))
        .find(|part| part.matches('/').count() == 2)
        .and_then(viet::parse_date)
}

/// The paragraphs of an article: without the references of the editors, and without the heads of the codification
/// that stand between it and the next.
fn own_text<'t>(body: &[&'t str]) -> Vec<&'t str> {
    // Copies in Markdown end with lists of their own.
    let end = body.iter().position(|line| line.starts_with('#')).unwrap_or(body.len());
    let without_reference = |line: &'t str| {
        const OF: [&str; 5] = ["(Điều này", "(Mục này", "(Chương này", "(Phần này", "(Tiểu mục này"];
        let of = |word: &&str| line.find(&format!("{word} có nội dung liên quan"));
        line[..OF.iter().filter_map(of).min().unwrap_or(line.len())].trim_end()
    };
    let own = body[..end].iter().map(|line| without_reference(line));
    let mut own: Vec<&str> = own.filter(|line| !line.is_empty()).collect();
    let mut cut = own.len();
    for n in (0..own.len()).rev() {
        let after_head = n > 0 && is_head_line(own[n - 1]);
        if is_head_line(own[n]) {
            cut = n;
        } else if !(is_capitals(own[n]) || after_head) {
            break;
        }
    }
    own.truncate(cut);
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &[&str]) -> Text {
        Text { paragraphs: lines.iter().map(|l| Paragraph::new(l)).collect(), ..Text::default() }
    }

    #[test]
    fn articles_go_back_to_their_documents() {
        let text = text(&[
            "Bến nước",
            "Chương I",
            "NHỮNG QUY ĐỊNH CHUNG",
            "Điều 90.1.LQ.2. Giải thích từ ngữ",
            "(Điều 2 Luật số 90/2099/QH99, có hiệu lực thi hành kể từ ngày 01/07/2099)",
            "1. Bến nước là nơi lấy nước.",
            "2. Người giữ bến là người được cử.(Điều này có nội dung liên quan đến Điều 90.1.LQ.4. Trách nhiệm)",
            "(Điều này có nội dung liên quan đến Điều 90.1.NĐ.1.1. Phạm vi)",
            "Điều 90.1.NĐ.1.1. Phạm vi",
            "(Điều 1 Nghị định số 91/2099/NĐ-CP Quy định chi tiết Luật Gìn giữ bến nước ngày 05/03/2099 của Chính phủ, có hiệu lực thi hành kể từ ngày 06/07/2099, có nội dung được sửa đổi)",
            "Nghị định này quy định về bến nước.",
            "Mục 1",
            "Bến chung",
            "Điều 90.1.LQ.1. Phạm vi điều chỉnh",
            "( Điều 1 Luật số 90/2099/QH99 Luật Gìn giữ bến nước",
            "ngày 20/02/2099 của Quốc hội, có hiệu lực thi hành kể từ ngày 01/07/2099 )Luật này quy định việc gìn giữ bến nước.Điều 90.1.LQ.4. Trách nhiệm",
            "(Điều 4 Luật số 90/2099/QH99, có hiệu lực thi hành kể từ ngày 01/07/2099)",
            "Mọi người giữ bến.",
            "Điều 90.1.LQ.3. Điều không rõ nguồn",
            "Lời không có nguồn.",
            "## Danh sách",
            "Điều 90.1.LQ.1. Phạm vi điều chỉnh",
        ]);
        let found = codified(&text).expect("a codification");
        assert_eq!(found.len(), 2);
        let head = &found[0].documents[0].head;
        assert_eq!((head.number.as_str(), head.title.as_str()), ("90/2099/QH99", "Gìn giữ bến nước"));
        assert_eq!((head.issued, head.effective), (Some((2099, 2, 20)), Some((2099, 7, 1))));
        assert_eq!(head.issuer, "Quốc hội");
        let labels: Vec<_> = found[0].articles().map(|a| (a.label.as_str(), a.children.len())).collect();
        assert_eq!(labels, [("1", 0), ("2", 2), ("4", 0)]);
        let decree = found[1].articles().next().expect("its article");
        assert_eq!(decree.full_text(), "Điều 1. Phạm vi\nNghị định này quy định về bến nước.");
        assert_eq!(found[1].documents[0].head.title, "Quy định chi tiết Luật Gìn giữ bến nước");
        let kinds: Vec<_> = found[0].problems.iter().map(|p| p.kind).collect();
        assert_eq!(kinds, [ProblemKind::NoSource]);
    }

    #[test]
    fn a_law_is_no_codification() {
        assert!(codified(&text(&["Điều 1. Phạm vi", "(Điều 1 Luật số 90/2099/QH99)", "Lời."])).is_none());
    }

    #[test]
    fn articles_stand_by_number_and_vietnamese_letter() {
        let mut labels = ["12đ", "2", "12", "12d", "12e"];
        labels.sort_by_cached_key(|l| article_order(l));
        assert_eq!(labels, ["2", "12", "12d", "12đ", "12e"]);
    }
}
