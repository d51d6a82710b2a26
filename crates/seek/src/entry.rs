//! What is indexed: one article with what is known of its document.

use crate::index::heading_key;
use crate::words::numbers;
use std::ops::Range;
use tantivy::directory::OwnedBytes;

/// One article of a legal document, as it enters the index.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Entry {
    /// Stable id of the article; what a [`Hit`](crate::Hit) gives back.
    pub id: String,
    /// Id of the document; all entries of one document are replaced together.
    pub document: String,
    /// Number of the document as printed: `30/2020/NĐ-CP`.
    pub number: String,
    /// Kind of the document: `Nghị định`.
    pub kind: String,
    /// Title of the document: `Về công tác văn thư`.
    pub title: String,
    /// Issuing body: `Chính phủ`; several of them with `;` between.
    pub issuer: String,
    /// Day of issue, `YYYY-MM-DD`.
    pub issued: Option<String>,
    /// Day of effect, `YYYY-MM-DD`.
    pub effective: Option<String>,
    /// Fields of law of the article: only compared with [`Query::topic`](crate::Query).
    pub topics: Vec<String>,
    /// Label of the article, without "Điều": `8`, `113a`.
    pub article: String,
    /// Heading of the article.
    pub heading: String,
    /// Text of the article, clauses and points on lines of their own: `1. …`, `a) …`.
    pub text: String,
}

/// What the index keeps of an entry: enough to rank it and to show it. Read where it lies, part by part.
#[derive(Clone)]
pub(crate) struct Record {
    bytes: OwnedBytes,
    parts: [Range<usize>; PARTS],
}

const PARTS: usize = 13;

impl Record {
    /// The bytes of the article's own record.
    pub fn of_article(entry: &Entry) -> Vec<u8> {
        let words = |text: &str| numbers(text).into_iter().flat_map(u32::to_le_bytes).collect::<Vec<u8>>();
        let shared = heading_key(&entry.heading);
        Record::write([
            entry.document.as_bytes(),
            entry.number.as_bytes(),
            entry.kind.as_bytes(),
            entry.title.as_bytes(),
            entry.issued.as_deref().unwrap_or_default().as_bytes(),
            entry.id.as_bytes(),
            entry.article.as_bytes(),
            entry.heading.as_bytes(),
            shared.as_bytes(),
            entry.text.as_bytes(),
            &words(&entry.title),
            &words(&entry.heading),
            &words(&entry.text),
        ])
    }

    /// The bytes of the record of the document that the article belongs to.
    pub fn of_document(entry: &Entry) -> Vec<u8> {
        let mut parts = [&[][..]; PARTS];
        let known = [&entry.document, &entry.number, &entry.kind, &entry.title];
        parts.iter_mut().zip(known).for_each(|(part, text)| *part = text.as_bytes());
        if let (Some(part), Some(issued)) = (parts.get_mut(4), &entry.issued) {
            *part = issued.as_bytes();
        }
        Record::write(parts)
    }

    /// Each part with its length before it; at the end, the length of all.
    fn write(parts: [&[u8]; PARTS]) -> Vec<u8> {
        let mut out = Vec::with_capacity(parts.iter().map(|part| part.len() + 4).sum::<usize>() + 4);
        let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes();
        for part in parts {
            out.extend(length(part.len()));
            out.extend_from_slice(part);
        }
        out.extend(length(out.len()));
        out
    }

    /// The record at the end of the bytes, which is where the store keeps the only field it has; `None` if there
    /// is none.
    pub fn at_end_of(bytes: OwnedBytes) -> Option<Record> {
        let (rest, length) = bytes.split_last_chunk::<4>()?;
        let end = rest.len();
        let mut at = end.checked_sub(number(*length))?;
        let mut parts = [const { 0..0 }; PARTS];
        for part in &mut parts {
            let start = at + 4;
            at = start + number(*bytes.get(at..)?.first_chunk::<4>()?);
            *part = start..at;
        }
        (at == end).then_some(Record { bytes, parts })
    }

    fn part(&self, n: usize) -> &[u8] {
        self.parts.get(n).and_then(|range| self.bytes.get(range.clone())).unwrap_or_default()
    }

    fn text_part(&self, n: usize) -> &str {
        std::str::from_utf8(self.part(n)).unwrap_or_default()
    }

    pub fn document(&self) -> &str {
        self.text_part(0)
    }

    pub fn number(&self) -> &str {
        self.text_part(1)
    }

    pub fn kind(&self) -> &str {
        self.text_part(2)
    }

    pub fn title(&self) -> &str {
        self.text_part(3)
    }

    pub fn issued(&self) -> &str {
        self.text_part(4)
    }

    pub fn id(&self) -> &str {
        self.text_part(5)
    }

    pub fn article(&self) -> &str {
        self.text_part(6)
    }

    pub fn heading(&self) -> &str {
        self.text_part(7)
    }

    /// The key that headings of one wording share.
    pub fn heading_key(&self) -> &str {
        self.text_part(8)
    }

    pub fn text(&self) -> &str {
        self.text_part(9)
    }

    /// The words of title, heading and text as numbers.
    pub fn words(&self) -> [&[[u8; 4]]; 3] {
        [10, 11, 12].map(|n| self.part(n).as_chunks().0)
    }
}

fn number(bytes: [u8; 4]) -> usize {
    u32::from_le_bytes(bytes) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_record_gives_back_the_entry(
            lead in prop::collection::vec(any::<u8>(), 0..40),
            texts in prop::collection::vec("\\PC{0,30}", 8),
        ) {
            let text = |n: usize| texts[n].clone();
            let entry = Entry {
                id: text(0),
                document: text(1),
                number: text(2),
                kind: text(3),
                title: text(4),
                issued: Some(text(5)),
                article: "5a".into(),
                heading: text(6),
                text: text(7),
                ..Entry::default()
            };
            let bytes = [lead.clone(), Record::of_article(&entry)].concat();
            let record = Record::at_end_of(OwnedBytes::new(bytes)).expect("a record");
            prop_assert_eq!(
                [record.id(), record.document(), record.number(), record.kind()],
                [&entry.id, &entry.document, &entry.number, &entry.kind]
            );
            prop_assert_eq!([record.title(), record.issued()], [&entry.title, &text(5)]);
            prop_assert_eq!([record.article(), record.heading(), record.text()], ["5a", &entry.heading, &entry.text]);
            let words = record.words()[2].iter().map(|word| u32::from_le_bytes(*word)).collect::<Vec<_>>();
            prop_assert_eq!(words, numbers(&entry.text));

            let bytes = [lead, Record::of_document(&entry)].concat();
            let record = Record::at_end_of(OwnedBytes::new(bytes)).expect("a record");
            prop_assert_eq!([record.document(), record.id(), record.text()], [&entry.document, "", ""]);
        }

        #[test]
        fn other_bytes_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(record) = Record::at_end_of(OwnedBytes::new(bytes)) {
                let _ = (record.text().len(), record.words());
            }
        }
    }
}
