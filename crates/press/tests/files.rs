//! What the two files hold, read back without any office program.

mod samples;

use press::{Block, Document, PressError, Problem, Run, bookmark_name, docx, pdf, problems, read_marks};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeSet;
use std::io::{Cursor, Read};

fn all() -> Vec<(&'static str, Document)> {
    vec![
        ("decision", samples::decision()),
        ("report", samples::report()),
        ("blank", samples::blank()),
        ("letter", samples::letter()),
        ("long", samples::long_table()),
        ("hostile", samples::hostile()),
        ("empty", Document::default()),
    ]
}

/// Every part of the package, which must be well-formed.
fn parts(docx: &[u8]) -> Vec<(String, String)> {
    let mut package = zip::ZipArchive::new(Cursor::new(docx)).expect("a ZIP");
    let names: Vec<String> = package.file_names().map(|name| name.expect("a name").into_owned()).collect();
    names
        .into_iter()
        .map(|name| {
            let mut xml = String::new();
            package.by_name(&name).expect("listed").read_to_string(&mut xml).expect("UTF-8");
            let mut reader = Reader::from_str(&xml);
            let mut depth = 0;
            loop {
                match reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")) {
                    Event::Start(tag) => {
                        depth += 1;
                        let mut keys = BTreeSet::new();
                        for attribute in tag.attributes() {
                            let attribute = attribute.unwrap_or_else(|error| panic!("{name}: {error}"));
                            assert!(keys.insert(attribute.key), "{name}: an attribute twice");
                        }
                    }
                    Event::End(_) => depth -= 1,
                    Event::Eof => break,
                    _ => {}
                }
            }
            assert_eq!(depth, 0, "{name} is closed");
            assert!(
                !xml.chars().any(|c| (c.is_control() && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}')),
                "{name}: a control character"
            );
            (name, xml)
        })
        .collect()
}

fn document_xml(docx: &[u8]) -> String {
    parts(docx).into_iter().find(|(name, _)| name == "word/document.xml").expect("a document part").1
}

#[test]
fn both_files_are_made_and_the_same_each_time() {
    let now = jiff::Timestamp::from_second(1_790_000_000).expect("in range");
    for (name, document) in all() {
        let word = docx(&document).unwrap_or_else(|error| panic!("{name}: {error}"));
        parts(&word);
        let mut package = zip::ZipArchive::new(Cursor::new(&word)).expect("a ZIP");
        for i in 0..package.len() {
            let time = package.by_index(i).expect("an entry").last_modified();
            assert_eq!(time, Some(zip::DateTime::default()), "{name}: the clock is in the package");
        }
        assert_eq!(word, docx(&document).expect("again"), "{name}: DOCX differs");
        let paper = pdf(&document, now).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(paper.starts_with(b"%PDF-1.7"), "{name}");
        assert_eq!(paper, pdf(&document, now).expect("again"), "{name}: PDF differs");
        let later = now + jiff::SignedDuration::from_secs(1);
        assert_ne!(paper, pdf(&document, later).expect("later"), "{name}: the instant is printed");
    }
}

#[test]
fn every_figure_is_found_by_its_mark() {
    let report = samples::report();
    let mut expected = Vec::new();
    let mut runs = |list: &[Run]| {
        for run in list {
            if let Run::Number { mark, text, .. } = run {
                expected.push((mark.clone(), text.clone()));
            }
        }
    };
    for block in report.blocks.iter().chain(report.appendices.iter().flat_map(|a| &a.blocks)) {
        match block {
            Block::Paragraph(list) => runs(list),
            Block::List(items) => items.iter().for_each(|item| runs(item)),
            Block::Table(table) => {
                table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| runs(cell));
            }
            Block::Heading { .. } | Block::PageBreak => {}
        }
    }
    assert!(expected.len() > 80);
    let marks = read_marks(&docx(&report).expect("made")).expect("read");
    assert_eq!(marks.len(), expected.len());
    for (mark, text) in expected {
        assert_eq!(marks.get(&bookmark_name(&mark)), Some(&text), "{mark}");
    }
}

#[test]
fn a_mark_used_twice_has_two_bookmarks() {
    let twice = vec![Run::number("a", "1"), Run::text(" và "), Run::number("a", "1 < 2 & \"3\"")];
    let document = Document { blocks: vec![Block::Paragraph(twice)], ..Document::default() };
    let marks = read_marks(&docx(&document).expect("made")).expect("read");
    let name = bookmark_name("a");
    let found: Vec<_> = marks.into_iter().collect();
    assert_eq!(found, [(name.clone(), "1".to_owned()), (format!("{name}_2"), "1 < 2 & \"3\"".to_owned())]);
}

#[test]
fn word_finds_what_it_needs() {
    let word = docx(&samples::report()).expect("made");
    let parts = parts(&word);
    let part = |name: &str| parts.iter().find(|(n, _)| n == name).map(|(_, xml)| xml.as_str()).expect("part");
    let document = part("word/document.xml");
    assert_eq!(document.matches("<w:tblHeader/>").count(), 6, "each ruled table repeats its header");
    assert!(document.contains(r#"<w:pStyle w:val="Heading1"/>"#));
    assert!(document.contains(r#"w:orient="landscape""#));
    let used: BTreeSet<&str> =
        document.split(r#"w:pStyle w:val=""#).skip(1).filter_map(|s| s.split('"').next()).collect();
    for style in used {
        assert!(part("word/styles.xml").contains(&format!(r#"w:styleId="{style}""#)), "{style} is defined");
    }
    assert!(part("word/styles.xml").contains(r#"<w:lang w:val="vi-VN""#));
    assert!(part("docProps/core.xml").contains("<dc:title>BÁO CÁO Kết quả công tác"));
    let ids: Vec<&str> =
        document.split("<w:bookmarkStart w:id=\"").skip(1).filter_map(|s| s.split('"').next()).collect();
    assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "bookmark ids are unique");
    for link in document.split(r#"<w:hyperlink r:id=""#).skip(1).filter_map(|s| s.split('"').next()) {
        assert!(
            part("word/_rels/document.xml.rels").contains(&format!(r#"Id="{link}""#)),
            "{link} is related"
        );
    }
}

#[test]
fn hostile_text_is_printed_and_what_cannot_be_is_listed() {
    let hostile = samples::hostile();
    let codes: BTreeSet<_> = problems(&hostile).iter().map(Problem::code).collect();
    let expected = [
        "control-characters",
        "number-without-mark",
        "too-many-cells",
        "unprintable-characters",
        "unsafe-link",
    ];
    assert_eq!(codes, expected.into_iter().collect());
    let xml = document_xml(&docx(&hostile).expect("made"));
    assert!(xml.contains("#let x = 1 [$ &lt;/w:t&gt;&lt;/w:p&gt; &amp; &lt;b&gt;"));
    assert!(xml.contains("□ □□ □□"), "what has no glyph is shown as □");
    assert!(!xml.contains("javascript:"));
    assert!(problems(&samples::report()).is_empty());
}

#[test]
fn paper_is_archival_tagged_and_titled() {
    let paper = pdf(&samples::report(), jiff::Timestamp::UNIX_EPOCH).expect("made");
    let holds = |text: &str| paper.windows(text.len()).any(|window| window == text.as_bytes());
    for text in
        ["<pdfaid:part>2<", "<pdfaid:conformance>A<", "/MarkInfo", "/Lang(vi)", "BÁO CÁO Kết quả công tác"]
    {
        assert!(holds(text), "{text} is missing");
    }
    assert!(!holds("/JavaScript"));
}

#[test]
fn a_frozen_document_prints_the_same() {
    for (name, document) in all() {
        let Ok(json) = serde_json::to_string(&document) else { panic!("{name} is not stored") };
        match serde_json::from_str::<Document>(&json) {
            Ok(thawed) => assert_eq!(thawed, document, "{name}"),
            // JSON has no infinite width; everything else must come back.
            Err(error) => assert_eq!(name, "hostile", "{name}: {error}"),
        }
    }
    let old: Document =
        serde_json::from_str(r#"{"agency": "Sở Tư pháp"}"#).expect("missing fields are empty");
    assert_eq!(old, Document { agency: "Sở Tư pháp".into(), ..Document::default() });
}

#[test]
fn broken_files_are_refused() {
    let word = docx(&samples::decision()).expect("made");
    for cut in [0, 1, word.len() / 2, word.len() - 1] {
        assert!(matches!(read_marks(&word[..cut]), Err(PressError::NotDocx(_))), "cut at {cut}");
    }
}

fn run() -> impl Strategy<Value = Run> {
    prop_oneof![
        (any::<String>(), any::<bool>(), any::<bool>()).prop_map(|(text, bold, italic)| Run::Text {
            text,
            bold,
            italic
        }),
        (any::<String>(), any::<String>()).prop_map(|(mark, text)| Run::number(mark, text)),
        ("(https?://)?[a-z<&\"]{1,9}", any::<String>()).prop_map(|(href, text)| Run::Link { text, href }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_text_can_be_printed(about in any::<String>(), runs in proptest::collection::vec(run(), 0..6), text in any::<String>()) {
        let document = Document {
            about: about.clone(),
            kind: "BÁO CÁO".into(),
            agency: text.clone(),
            bases: vec![runs.clone()],
            blocks: vec![
                Block::Heading { level: 1, number: Some(text.clone()), text },
                Block::List(vec![runs.clone(), runs.clone()]),
                Block::Paragraph(runs),
            ],
            ..Document::default()
        };
        let word = docx(&document)?;
        parts(&word);
        read_marks(&word)?;
        prop_assert!(pdf(&document, jiff::Timestamp::UNIX_EPOCH).is_ok());
    }
}
