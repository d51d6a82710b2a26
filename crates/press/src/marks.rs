//! Computed figures in a DOCX: each stands in a bookmark named after its mark.

use crate::PressError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// More than any document.xml we write; a larger one is not ours (or is a bomb).
const LARGEST_PART: u64 = 256 << 20;

/// The bookmark of a mark: at most 36 characters, an ASCII letter first, then letters, digits and
/// underscores (Word allows 40 characters). Equal marks give equal names, different marks different
/// ones: the name ends in a 48-bit FNV-1a hash of the mark.
///
/// When a mark occurs more than once in a document, its second bookmark is this name with "_2", its
/// third with "_3".
pub fn bookmark_name(mark: &str) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in mark.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    let words: String =
        mark.chars().take(22).map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("n{words}_{:012x}", (hash >> 16) ^ (hash & 0xffff))
}

/// Every bookmark of a DOCX with the text it encloses, as [`crate::docx`] or Word wrote it.
///
/// Look a figure up by [`bookmark_name`]. Bookmarks that never end run to the end of the document.
/// Errors: [`PressError::NotDocx`] when the bytes are no DOCX or its XML is broken.
pub fn read_marks(docx: &[u8]) -> Result<BTreeMap<String, String>, PressError> {
    let broken = |error: &dyn std::fmt::Display| PressError::NotDocx(error.to_string());
    let mut package = zip::ZipArchive::new(Cursor::new(docx)).map_err(|e| broken(&e))?;
    let mut xml = String::new();
    let part = package.by_name("word/document.xml").map_err(|e| broken(&e))?;
    part.take(LARGEST_PART).read_to_string(&mut xml).map_err(|e| broken(&e))?;

    let mut marks = BTreeMap::<String, String>::new();
    let mut open = BTreeMap::<String, String>::new(); // id → name
    let mut in_text = false;
    let mut reader = Reader::from_str(&xml);
    loop {
        let mut said = String::new();
        match reader.read_event().map_err(|e| broken(&e))? {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "bookmarkStart" => {
                if let (Some(id), Some(name)) = (attribute(&tag, "id"), attribute(&tag, "name")) {
                    marks.entry(name.clone()).or_default();
                    open.insert(id, name);
                }
            }
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "bookmarkEnd" => {
                if let Some(id) = attribute(&tag, "id") {
                    open.remove(&id);
                }
            }
            Event::Empty(tag) if matches!(tag.local_name().as_ref(), "br" | "cr" | "ta") => {
                said.push(' ');
            }
            Event::Start(tag) if tag.local_name().as_ref() == "t" => in_text = true,
            Event::End(tag) if tag.local_name().as_ref() == "t" => in_text = false,
            Event::Text(text) if in_text => said.push_str(&text.xml10_content()),
            Event::CData(text) if in_text => said.push_str(&text.xml10_content()),
            Event::GeneralRef(name) if in_text => {
                if let Some(c) = name.resolve_char_ref().map_err(|e| broken(&e))? {
                    said.push(c);
                } else {
                    said.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap_or("\u{fffd}"));
                }
            }
            _ => {}
        }
        if !said.is_empty() {
            for name in open.values() {
                marks.entry(name.clone()).or_default().push_str(&said);
            }
        }
    }
    Ok(marks)
}

fn attribute(tag: &BytesStart<'_>, local: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == local)?;
    Some(found.normalized_value(XmlVersion::Explicit1_0).ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn names_obey_word(mark in any::<String>(), other in any::<String>()) {
            let name = bookmark_name(&mark);
            prop_assert!(name.len() <= 36);
            prop_assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
            prop_assert!(name.starts_with(|c: char| c.is_ascii_alphabetic()));
            prop_assert_eq!(mark == other, name == bookmark_name(&other));
        }

        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            let read = read_marks(&bytes);
            prop_assert!(matches!(read, Err(PressError::NotDocx(_))));
        }
    }
}
