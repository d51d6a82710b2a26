//! What a text cites: documents, and articles, clauses and points of them.

mod laws;
mod mention;
mod provision;
mod words;

pub use laws::{KnownLaw, laws_named};
pub use provision::{Place, Provision};

pub(crate) use mention::{Mention, mentions};
pub(crate) use provision::cited_provisions;
pub(crate) use words::{Words, stretches};

use serde::Serialize;
use std::ops::Range;
use viet::DocumentKind;

/// A document as a text names it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cited {
    pub kind: Option<DocumentKind>,
    /// In its official writing, `30/2020/NĐ-CP`; empty where it is cited by name alone.
    pub number: String,
    /// With the kind: `Luật Đất đai`; of those cited by number the kind: `Nghị định`.
    pub name: String,
    /// The day of issue, where it is told: year, month, day.
    pub date: Option<(i16, i8, i8)>,
}

impl Cited {
    /// The number, where it is written, else that of the known law of this name and date; without a date, of the
    /// latest law of the name that was issued before the day of the text.
    pub fn resolved(&self, on: Option<(i16, i8, i8)>) -> Option<&str> {
        if !self.number.is_empty() {
            return Some(&self.number);
        }
        let named = laws_named(&self.name).iter();
        let law = match (self.date, on) {
            (Some(date), _) => named.rev().find(|law| law.issued == Some(date)),
            (None, Some(on)) => named.rev().find(|law| law.issued.is_some_and(|day| day < on)),
            (None, None) => None,
        };
        law.map(|law| law.number.as_str())
    }

    /// Whether both bear one name, whatever their numbers.
    pub(crate) fn is_named_as(&self, other: &Cited) -> bool {
        mention::same_name(&self.name, &other.name)
    }

    /// Whether both name one document, as far as they tell.
    pub fn is_same(&self, other: &Cited) -> bool {
        match (self.number.is_empty(), other.number.is_empty()) {
            (false, false) => self.number.to_lowercase() == other.number.to_lowercase(),
            (true, true) => self.date == other.date && mention::same_name(&self.name, &other.name),
            _ => false,
        }
    }
}

/// Which document is cited.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Which {
    /// The one that speaks: "Luật này". In words quoted from another, that other.
    This,
    Other(Cited),
}

/// A citation: where it stands in the text, and what it points to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reference {
    /// Bytes of the text, for a link. In a list each item has its own label, the last what is common to them.
    pub range: Range<usize>,
    pub document: Which,
    /// Empty where the document as a whole is cited.
    pub provision: Provision,
}

/// Every reference of a text in the composed form (NFC): to documents, and to articles, clauses and points of them or
/// of the document itself. `place` is where the text stands, so that "khoản 1 Điều này" is understood.
pub fn references(text: &str, place: &Place) -> Vec<Reference> {
    let mut found = Vec::new();
    for stretch in stretches(text) {
        let here = references_of(text.get(stretch.clone()).unwrap_or_default(), place);
        found.extend(here.into_iter().map(|reference| Reference {
            range: stretch.start + reference.range.start..stretch.start + reference.range.end,
            ..reference
        }));
    }
    found
}

fn references_of(text: &str, place: &Place) -> Vec<Reference> {
    let words = Words::of(text);
    let mentions = mentions(&words, false);
    let mut found = Vec::new();
    let mut bound = vec![false; mentions.len()];
    for (provision, range, mention) in cited_provisions(&words, &mentions, place) {
        let document = match mention.and_then(|n| mentions.get(n)) {
            Some(Mention { cited: Some(cited), .. }) => Which::Other(cited.clone()),
            _ => Which::This,
        };
        if let Some(bound) = mention.and_then(|n| bound.get_mut(n)) {
            *bound = true;
        }
        found.push(Reference { range, document, provision });
    }
    // Where a provision is cited, the document's name belongs to it.
    for (mention, bound) in mentions.into_iter().zip(bound) {
        if let (Some(cited), false) = (mention.cited, bound) {
            let (document, provision) = (Which::Other(cited), Provision::default());
            found.push(Reference { range: mention.range, document, provision });
        }
    }
    found.sort_by_key(|reference| (reference.range.start, reference.range.end));
    part(&words, &mut found);
    found
}

/// Gives the items of a list words of their own: of "khoản 1, 2 và 3 Điều 5" the first has "khoản 1", the second "2".
fn part(words: &Words, found: &mut [Reference]) {
    let mut from = 0;
    while from < found.len() {
        let start = found[from].range.start;
        let count = found[from..].iter().take_while(|reference| reference.range.start == start).count();
        let mut at = words.at(start);
        for reference in found.iter_mut().skip(from).take(count).skip(1) {
            let Provision { article, clause, point, .. } = &reference.provision;
            let end = words.at(reference.range.end);
            let label = |n: &usize| {
                [point, clause, article].iter().any(|label| label.as_deref() == Some(words.lower(*n)))
            };
            // Past the word "khoản" and the label of the one before.
            let Some(own) = (at + 2..end).find(label) else { continue };
            reference.range.start = words.start(own);
            at = own - 1;
        }
        from += count;
    }
    for n in 1..found.len() {
        let (before, next) = (&found[n - 1].range, found[n].range.start);
        if before.end > next && before.start < next {
            found[n - 1].range.end = words.end(words.at(next).saturating_sub(1));
        }
    }
    // Not the "và" of the list.
    for reference in found.iter_mut() {
        let last = words.at(reference.range.end).saturating_sub(1);
        if words.end(last) == reference.range.end
            && matches!(words.lower(last), "và" | "hoặc" | "các")
            && last > 0
        {
            reference.range.end = words.end(last - 1);
        }
    }
}

impl Serialize for Cited {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut fields = serializer.serialize_struct("Cited", 4)?;
        fields.serialize_field("kind", &self.kind.map(DocumentKind::name))?;
        fields.serialize_field("number", &self.number)?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("date", &self.date.map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}")))?;
        fields.end()
    }
}
