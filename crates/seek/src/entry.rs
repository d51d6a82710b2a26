//! What is indexed: one article with what is known of its document.

use crate::words::Analysed;

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
    /// Issuing body: `Chính phủ`.
    pub issuer: String,
    /// Day of issue, `YYYY-MM-DD`.
    pub issued: Option<String>,
    /// Day of effect, `YYYY-MM-DD`.
    pub effective: Option<String>,
    /// Status of the document, a word of the caller's: only compared with [`Query::status`](crate::Query).
    pub status: String,
    /// Field of law or heading in the codification: only compared with [`Query::topic`](crate::Query).
    pub topic: String,
    /// Label of the article, without "Điều": `8`, `113a`.
    pub article: String,
    /// Heading of the article.
    pub heading: String,
    /// Text of the article, clauses and points on lines of their own: `1. …`, `a) …`.
    pub text: String,
}

/// What the index keeps of an entry: enough to rank it and to show it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Record {
    pub id: String,
    pub document: String,
    pub number: String,
    pub kind: String,
    pub title: String,
    pub issued: String,
    pub article: String,
    pub heading: String,
    pub text: String,
    pub words: Analysed,
}

impl Record {
    /// The record of the article itself.
    pub fn of_article(entry: &Entry) -> Record {
        Record {
            id: entry.id.clone(),
            article: entry.article.clone(),
            heading: entry.heading.clone(),
            text: entry.text.clone(),
            words: Analysed::of(entry),
            ..Record::of_document(entry)
        }
    }

    /// The record of the document that the article belongs to.
    pub fn of_document(entry: &Entry) -> Record {
        Record {
            document: entry.document.clone(),
            number: entry.number.clone(),
            kind: entry.kind.clone(),
            title: entry.title.clone(),
            issued: entry.issued.clone().unwrap_or_default(),
            ..Record::default()
        }
    }

    /// Each part with its length before it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.text.len() + 4 * self.words.len() + 512);
        for part in [
            &self.id,
            &self.document,
            &self.number,
            &self.kind,
            &self.title,
            &self.issued,
            &self.article,
            &self.heading,
            &self.text,
        ] {
            put(&mut out, part.as_bytes());
        }
        for part in self.words.parts() {
            put_len(&mut out, part.len());
            out.extend(part.iter().flat_map(|word| word.to_le_bytes()));
        }
        out
    }

    /// `None` if the bytes are not those of a record.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<Record> {
        let from = &mut bytes;
        Some(Record {
            id: take_text(from)?,
            document: take_text(from)?,
            number: take_text(from)?,
            kind: take_text(from)?,
            title: take_text(from)?,
            issued: take_text(from)?,
            article: take_text(from)?,
            heading: take_text(from)?,
            text: take_text(from)?,
            words: Analysed { title: take_words(from)?, heading: take_words(from)?, text: take_words(from)? },
        })
    }
}

fn put_len(out: &mut Vec<u8>, len: usize) {
    out.extend(u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes());
}

fn put(out: &mut Vec<u8>, part: &[u8]) {
    put_len(out, part.len());
    out.extend_from_slice(part);
}

fn take<'b>(from: &mut &'b [u8], unit: usize) -> Option<&'b [u8]> {
    let (len, rest) = from.split_first_chunk::<4>()?;
    let len = usize::try_from(u32::from_le_bytes(*len)).ok()?.checked_mul(unit)?;
    let (part, rest) = rest.split_at_checked(len)?;
    *from = rest;
    Some(part)
}

fn take_text(from: &mut &[u8]) -> Option<String> {
    take(from, 1).and_then(|part| std::str::from_utf8(part).ok()).map(String::from)
}

fn take_words(from: &mut &[u8]) -> Option<Vec<u32>> {
    let (words, _) = take(from, 4)?.as_chunks::<4>();
    Some(words.iter().map(|word| u32::from_le_bytes(*word)).collect())
}
