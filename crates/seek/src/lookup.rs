//! Look-ups by number, by provision and by the name of a law: what is understood of a question before its words
//! are searched.

use crate::Query;
use crate::entry::Record;
use crate::index::{View, place_key};
use crate::query::Understood;
use crate::retrieve::{self, Allowed, rarities};
use crate::search::bag;
use crate::words::folded_words;
use std::ops::Range;
use std::sync::LazyLock;
use tantivy::{DocAddress, Term};
use viet::{DocumentKind, LegalNumber, ProvisionRef};

/// Longest name of a law in words; the names of amending laws name the laws they amend.
const LONGEST_NAME: usize = 80;
/// Documents of one number or name that are considered.
const MOST_DOCUMENTS: usize = 60;

/// Words that ask but say nothing of what is asked, once a document is named.
const FILLERS: &str = "ban cac cho co cua duoc gi hanh la nay ngay nhu nhung noi dung quy dinh so tai the nao theo thi \
    toan van ve viec xem";

static FILLER_WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| FILLERS.split_whitespace().collect());

/// Keys under which the number of a document is found: whole, serial with year, serial.
pub(crate) fn number_keys(number: &str) -> Vec<String> {
    let mut keys = vec![whole_key(number)];
    if let Some(parsed) = LegalNumber::parse(number) {
        keys.push(whole_key(&parsed.normal()));
        keys.extend(parsed.year.map(|year| dated_key(&parsed.serial, year)));
        keys.push(serial_key(&parsed.serial));
    } else if let Some((serial, year)) = scanty(number) {
        keys.push(dated_key(&serial, year));
        keys.push(serial_key(&serial));
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Serial and year of a number that is no legal number as a whole: `33/2018/TT-`.
fn scanty(number: &str) -> Option<(String, i16)> {
    let mut parts = viet::syllables(number).map(|(_, word)| word);
    let serial = parts.next().filter(|serial| serial.starts_with(|c: char| c.is_ascii_digit()))?;
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    Some((serial.to_lowercase(), year))
}

fn whole_key(number: &str) -> String {
    format!("whole {}", viet::slug(number).trim_start_matches('0'))
}

fn dated_key(serial: &str, year: i16) -> String {
    format!("{} {year}", serial.trim_start_matches('0'))
}

fn serial_key(serial: &str) -> String {
    format!("serial {}", serial.trim_start_matches('0'))
}

/// Keys of the name of a document: its words without the kind and without "về".
pub(crate) fn name_key(kind: &str, title: &str) -> Option<String> {
    let words: Vec<String> = folded_words(&format!("{kind} {title}")).into_iter().flatten().collect();
    let core = core(&words);
    (!core.is_empty() && core.len() <= LONGEST_NAME).then(|| core.join(" "))
}

/// The words after the kinds that begin them: "luật", "bộ luật" and "về" before "Lao động" are not of the name.
fn core(words: &[String]) -> &[String] {
    let mut rest = words;
    while let Some(taken) = kind_at(rest).map(|(_, length)| length) {
        rest = rest.get(taken..).unwrap_or_default();
    }
    for lead in [&["ve", "viec"][..], &["ve"]] {
        if rest.len() > lead.len() && rest.iter().zip(lead).all(|(a, b)| a == b) {
            return rest.get(lead.len()..).unwrap_or_default();
        }
    }
    rest
}

/// Kinds whose documents people call by name, with their folded words; longer names first.
static NAMED_KINDS: LazyLock<Vec<(DocumentKind, Vec<String>)>> = LazyLock::new(|| {
    use DocumentKind::*;
    let kinds = [
        JointCircular,
        JointResolution,
        Code,
        Ordinance,
        Resolution,
        Decree,
        Decision,
        Circular,
        Directive,
        Constitution,
        Law,
    ];
    kinds.iter().map(|k| (*k, viet::fold(k.name()).split(' ').map(String::from).collect())).collect()
});

/// The kind of document whose name begins the words, and how many words it has.
fn kind_at(words: &[String]) -> Option<(DocumentKind, usize)> {
    let begins =
        |name: &Vec<String>| words.len() >= name.len() && words.iter().zip(name).all(|(a, b)| a == b);
    NAMED_KINDS.iter().find(|(_, name)| begins(name)).map(|(kind, name)| (*kind, name.len()))
}

/// The documents and the place that a question names.
#[derive(Default)]
pub(crate) struct Named {
    pub understood: Understood,
    /// Records of the documents, likeliest first.
    pub documents: Vec<Record>,
    /// The documents are one law at different times, so the first comes first altogether.
    pub one_name: bool,
    /// Nothing was asked but the documents or the place.
    pub whole: bool,
}

impl Named {
    pub fn of(view: &View, query: &Query, allowed: &Allowed) -> tantivy::Result<Named> {
        let text = viet::clean(&query.text);
        let provisions = viet::find_provisions(&text);
        let provision = provisions.iter().find(|p| p.article.is_some());
        let without = masked(&text, provisions.iter().map(|p| p.range.clone()));
        let mut named = Named::default();
        let numbers = viet::find_legal_numbers(&without);
        let whole_number = LegalNumber::parse(without.trim());
        let asked = numbers.first().map(|f| &f.number).or(whole_number.as_ref());
        let rest = if numbers.is_empty() && whole_number.is_some() {
            String::new()
        } else {
            masked(&without, numbers.iter().map(|f| f.range.clone()))
        };
        let mut rest_words = asked_words(&rest);
        if let Some(number) = asked {
            named.documents = by_number(view, number, allowed)?;
            named.understood.number = Some(number.normal());
        }
        if named.documents.is_empty() && whole_key(&without) != whole_key("") {
            // Numbers that the law does not know are found as they are printed: `33/2018/TT-`.
            named.documents = by_key(view, &whole_key(&without), allowed)?;
            if let Some(document) = named.documents.first() {
                named.understood.number = Some(document.number().to_owned());
                rest_words.clear();
            }
        }
        if named.documents.is_empty() {
            let words = asked_words(&without);
            if let Some(name) = by_name(view, &words, allowed)? {
                named.documents = name.documents;
                named.one_name = true;
                let first = named.documents.first();
                named.understood.name = first.map(|d| full_name(d.kind(), d.title()));
                rest_words = words;
                rest_words.drain(name.words);
            }
        }
        // A number that is typed whole, however odd, is meant.
        let typed = viet::fold(without.trim());
        named.documents.sort_by_key(|d| viet::fold(d.number()) != typed);
        named.understood.documents = named.documents.iter().map(|d| d.document().to_owned()).collect();
        named.whole = rest_words.iter().all(|word| FILLER_WORDS.contains(&word.as_str()));
        if let Some(ProvisionRef { article, clause, point, .. }) = provision.or(provisions.first()) {
            named.understood.article = article.clone();
            named.understood.clause = clause.clone();
            named.understood.point = point.clone();
        }
        Ok(named)
    }

    /// The article named, in each of the documents.
    pub fn places(&self, view: &View, allowed: &Allowed) -> tantivy::Result<Vec<DocAddress>> {
        let mut found = Vec::new();
        if let Some(article) = &self.understood.article {
            for document in &self.documents {
                found.extend(place(view, document, article, allowed)?);
            }
        }
        Ok(found)
    }

    /// The documents named, from their first article on.
    pub fn articles(&self, view: &View, allowed: &Allowed, limit: usize) -> tantivy::Result<Vec<DocAddress>> {
        let mut found = Vec::new();
        let mut lists = Vec::new();
        for document in self.documents.iter().take(limit) {
            let wanted = if self.one_name { limit } else { limit.div_ceil(self.documents.len()) };
            let mut list = Vec::new();
            for label in 1..=wanted {
                list.extend(place(view, document, &label.to_string(), allowed)?);
            }
            if list.is_empty() {
                // Numbered in another way: as they come.
                let term = Term::from_field_text(view.fields.document, document.document());
                let all = retrieve::with_term(&view.searcher, &term, allowed)?;
                let own = Term::from_field_text(view.fields.number, &whole_key(document.number()));
                let own = retrieve::with_term(&view.searcher, &own, allowed)?;
                list.extend(all.into_iter().filter(|at| !own.contains(at)).take(wanted));
            }
            lists.push(list.into_iter());
        }
        if self.one_name {
            found.extend(lists.into_iter().flatten());
        } else {
            while found.len() < limit && lists.iter().any(|list| list.len() > 0) {
                found.extend(lists.iter_mut().filter_map(Iterator::next));
            }
        }
        found.truncate(limit);
        Ok(found)
    }
}

/// The article of a document.
fn place(
    view: &View,
    document: &Record,
    article: &str,
    allowed: &Allowed,
) -> tantivy::Result<Vec<DocAddress>> {
    let term = Term::from_field_text(view.fields.place, &place_key(document.document(), article));
    retrieve::with_term(&view.searcher, &term, allowed)
}

/// "Luật" and "Lao động" as a name, "Luật" and "Bộ luật Lao động" too.
fn full_name(kind: &str, title: &str) -> String {
    let words: Vec<String> = folded_words(title).into_iter().flatten().collect();
    if kind_at(&words).is_some() { title.to_owned() } else { format!("{kind} {title}") }
}

fn asked_words(text: &str) -> Vec<String> {
    folded_words(text).into_iter().flatten().collect()
}

/// The text with blanks in place of the ranges.
fn masked(text: &str, ranges: impl Iterator<Item = Range<usize>>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        bytes.get_mut(range).into_iter().flatten().for_each(|b| *b = b' ');
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn by_key(view: &View, key: &str, allowed: &Allowed) -> tantivy::Result<Vec<Record>> {
    by_term(view, &Term::from_field_text(view.fields.number, key), allowed)
}

fn by_term(view: &View, term: &Term, allowed: &Allowed) -> tantivy::Result<Vec<Record>> {
    let found = retrieve::with_term(&view.searcher, term, allowed)?;
    let records = found.into_iter().take(MOST_DOCUMENTS);
    let mut records: Vec<Record> = records.map(|at| view.record(at)).collect::<tantivy::Result<_>>()?;
    records.sort_by(|a, b| b.issued().cmp(a.issued()).then_with(|| a.document().cmp(b.document())));
    records.dedup_by(|a, b| a.document() == b.document());
    Ok(records)
}

fn by_number(view: &View, asked: &LegalNumber, allowed: &Allowed) -> tantivy::Result<Vec<Record>> {
    // Without an issuer a number may be of several documents, whatever the whole of one of them is.
    if asked.issuer.is_some() {
        for number in [&asked.normal(), &asked.written] {
            let whole = by_key(view, &whole_key(number), allowed)?;
            if !whole.is_empty() {
                return Ok(whole);
            }
        }
    }
    let key = match asked.year {
        Some(year) => dated_key(&asked.serial, year),
        None => serial_key(&asked.serial),
    };
    let all = by_key(view, &key, allowed)?;
    let of_kind = |record: &&Record, loosely: bool| {
        let Some(asked) = asked.kind else { return true };
        let kind = DocumentKind::from_name(record.kind())
            .or_else(|| LegalNumber::parse(record.number()).and_then(|number| number.kind));
        kind.is_none_or(|kind| kind == asked || loosely && related(kind, asked))
    };
    let of_issuer = |record: &&Record| {
        let Some(asked) = asked.issuer.as_deref().map(viet::slug) else { return true };
        let issuer = LegalNumber::parse(record.number()).and_then(|number| number.issuer);
        issuer.is_none_or(|issuer| viet::slug(&issuer).starts_with(&asked))
    };
    let matching = |loosely: bool| -> Vec<Record> {
        all.iter().filter(|r| of_kind(r, loosely) && of_issuer(r)).cloned().collect()
    };
    let exact = matching(false);
    Ok(if exact.is_empty() { matching(true) } else { exact })
}

/// Kinds that people take for one another.
fn related(a: DocumentKind, b: DocumentKind) -> bool {
    use DocumentKind::*;
    let family = |kind| match kind {
        Law | Code => 1,
        Circular | JointCircular | InterministerialCircular | InterbranchCircular => 2,
        Resolution | JointResolution => 3,
        _ => 0,
    };
    family(a) == family(b) && family(a) != 0
}

struct Name {
    documents: Vec<Record>,
    /// The words of the question that name them.
    words: Range<usize>,
}

/// The law whose name stands in the words after its kind; the longest name counts.
fn by_name(view: &View, words: &[String], allowed: &Allowed) -> tantivy::Result<Option<Name>> {
    let mut best: Option<Name> = None;
    for (start, _) in words.iter().enumerate() {
        let from = words.get(start..).unwrap_or_default();
        let Some((kind, _)) = kind_at(from) else { continue };
        let core = core(from);
        let begin = words.len() - core.len();
        for length in (1..=core.len().min(LONGEST_NAME)).rev() {
            let end = begin + length;
            if best.as_ref().is_some_and(|name| name.words.len() >= end - start) {
                break;
            }
            let key = core.get(..length).unwrap_or_default().join(" ");
            let mut found = by_term(view, &Term::from_field_text(view.fields.core, &key), allowed)?;
            found.retain(|record| {
                DocumentKind::from_name(record.kind()).is_none_or(|k| k == kind || related(k, kind))
            });
            if !found.is_empty() {
                let words = start..end + of_year(&mut found, words.get(end..).unwrap_or_default());
                best = Some(Name { documents: found, words });
                break;
            }
        }
    }
    if best.is_none() && kind_at(words).is_some() {
        best = by_part_of_name(view, words, allowed)?;
    }
    Ok(best)
}

/// Keeps the documents of the year that follows the name, if there are any; gives how many words say it.
fn of_year(found: &mut Vec<Record>, after: &[String]) -> usize {
    let (words, year) = match after {
        [nam, year, ..] if nam == "nam" && is_year(year) => (2, year),
        [year, ..] if is_year(year) => (1, year),
        _ => return 0,
    };
    let in_year = |record: &Record| {
        record.issued().starts_with(year.as_str())
            || LegalNumber::parse(record.number())
                .and_then(|n| n.year)
                .is_some_and(|y| y.to_string() == *year)
    };
    if found.iter().any(in_year) {
        found.retain(in_year);
    }
    words
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit()) && word.starts_with(['1', '2'])
}

/// The question is nothing but a kind and a part of a name: "luật biển". The shortest name that has it all.
fn by_part_of_name(view: &View, words: &[String], allowed: &Allowed) -> tantivy::Result<Option<Name>> {
    let Some((kind, _)) = kind_at(words) else { return Ok(None) };
    let mut wanted = core(words);
    let year = wanted.last().filter(|word| is_year(word)).cloned();
    if year.is_some() {
        wanted = wanted.get(..wanted.len() - 1).unwrap_or_default();
    }
    if let [rest @ .., nam] = wanted
        && nam == "nam"
    {
        wanted = rest;
    }
    if wanted.is_empty() || wanted.len() > LONGEST_NAME {
        return Ok(None);
    }
    let wrapped: Vec<Option<String>> = wanted.iter().cloned().map(Some).collect();
    let terms: Vec<Term> =
        bag(&wrapped).iter().map(|term| Term::from_field_text(view.fields.name, term)).collect();
    let weights = rarities(&view.searcher, &terms)?;
    let weighted: Vec<(Term, f32)> = terms.into_iter().zip(weights).collect();
    let mut found = Vec::new();
    for (_, at) in retrieve::best(&view.searcher, view.fields.name, &weighted, allowed, MOST_DOCUMENTS)? {
        let record = view.record(at)?;
        let name = name_key(record.kind(), record.title()).unwrap_or_default();
        let has_all = format!(" {name} ").contains(&format!(" {} ", wanted.join(" ")));
        let fits = DocumentKind::from_name(record.kind()).is_none_or(|k| k == kind || related(k, kind));
        if has_all && fits {
            found.push((name.len(), record));
        }
    }
    let Some(shortest) = found.iter().map(|(length, _)| *length).min() else { return Ok(None) };
    found.retain(|(length, _)| *length == shortest);
    let mut documents: Vec<Record> = found.into_iter().map(|(_, record)| record).collect();
    documents.sort_by(|a, b| b.issued().cmp(a.issued()));
    of_year(&mut documents, year.as_slice());
    Ok(Some(Name { documents, words: 0..words.len() }))
}
