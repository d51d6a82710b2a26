//! Whatever the paragraphs, the nodes in order give them back.

use lawtext::{Cell, Document, Level, Paragraph, Text};
use proptest::prelude::*;

/// Beginnings of paragraphs that mean something to the parser.
const BEGINNINGS: &[&str] = &[
    "",
    "",
    "Điều 1. ",
    "Điều 2. ",
    "Điều 3. ",
    "Điều 4",
    "“Điều 7. ",
    "Chương I",
    "Chương II ",
    "Phần thứ nhất",
    "Mục 1. ",
    "Tiểu mục 2. ",
    "1. ",
    "2. ",
    "3. ",
    "4. ",
    "1a. ",
    "a) ",
    "b) ",
    "c) ",
    "đ) ",
    "d) ",
    "I. ",
    "II. ",
    "1.1. ",
    "- ",
    "+ ",
    "“1. ",
    "“a) ",
    "“",
    "Căn cứ ",
    "Sửa đổi, bổ sung khoản 1 Điều 2 như sau: ",
    "Nơi nhận:",
    "TM. CHÍNH PHỦ",
    "PHỤ LỤC I",
    "PHỤ LỤC",
    "QUY CHẾ",
    "(Ban hành kèm theo Nghị định này)",
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "NGHỊ ĐỊNH",
    "MỤC LỤC",
    "Luật này được Quốc hội thông qua ngày 1 tháng 2 năm 2099",
    "Số: 1/2099/NĐ-CP",
    "Hà Nội, ngày 1 tháng 2 năm 2099",
    "-----",
    "Mẫu số 01",
    "DANH MỤC",
    "[1] ",
    "1 . ",
    "d )",
    "Điều 5. 1. ",
];
const ENDINGS: &[&str] = &[
    "",
    "nội dung",
    "như sau:",
    "quy định; b) điều khác; c) nữa.",
    "điều này. 2. Khoản khác.",
    "hết”.",
    "hết.”",
    "\"",
    "có hiệu lực thi hành \
     từ ngày 01 tháng 7 năm 2099.",
    "Sửa đổi một số điều như sau: “1. abc",
    "a) Một; b) Hai",
    "HIỆU LỰC THI HÀNH",
];

fn paragraph() -> impl Strategy<Value = Paragraph> {
    let table = prop_oneof![9 => Just(None), 1 => (1..3_u32, 1..3_u32, 1..3_u32).prop_map(Some)];
    let parts = (prop::sample::select(BEGINNINGS), prop::sample::select(ENDINGS), any::<[bool; 2]>(), table);
    parts.prop_map(|(beginning, ending, [bold, centred], table)| Paragraph {
        bold,
        centred,
        cell: table.map(|(table, row, column)| Cell { table, row, column }),
        ..Paragraph::new(&[beginning, ending].concat())
    })
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '|').collect()
}

fn is_rule(text: &str) -> bool {
    text.chars().all(|c| "-_=*–—.…~ ".contains(c))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nodes_in_order_give_back_the_text(paragraphs in prop::collection::vec(paragraph(), 0..60)) {
        let paragraphs: Vec<_> = paragraphs.into_iter().filter(|p| !p.text.is_empty()).collect();
        let expected: String = paragraphs.iter().filter(|p| !is_rule(&p.text)).map(|p| letters(&p.text)).collect();
        let text = Text { paragraphs, lost_pages: Vec::new() };
        let parsed = lawtext::parse(&text);
        let nodes = parsed.documents.iter().flat_map(Document::walk);
        let found: String =
            nodes.map(|(node, _)| letters(&[node.printed.as_str(), &node.heading, &node.text].concat())).collect();
        prop_assert_eq!(found, expected);
        // Places point into the text, parents come before children, quotations have no items of their own.
        for (node, _) in parsed.documents.iter().flat_map(Document::walk) {
            prop_assert!(node.paragraph < text.paragraphs.len());
            prop_assert!(node.level != Level::Quote || node.children.is_empty());
        }
        lawtext::outline_json(&parsed);
        lawtext::addresses(&parsed);
    }

    #[test]
    fn any_characters_are_read(text in "\\PC{0,400}", bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(text) = lawtext::read(lawtext::Format::Text, text.as_bytes()) {
            lawtext::parse(&text);
        }
        for format in [lawtext::Format::Text, lawtext::Format::Html, lawtext::Format::Docx] {
            if let Ok(text) = lawtext::read(format, &bytes) {
                lawtext::parse(&text);
            }
        }
    }
}

/// A quoted point whose mark and letter are longer than they look.
#[test]
fn a_quoted_point_with_a_letter_of_two_bytes_is_read() {
    for line in ["“đ) Điểm mới”.", "“đ) ”", "““đ) Điểm"] {
        let text =
            ["Điều 1. Sửa đổi, bổ sung một số điều của Luật Bến sông như sau:", "1. Bổ sung điểm đ:", line];
        let text = lawtext::read(lawtext::Format::Text, text.join("\n").as_bytes()).expect("a text");
        lawtext::outline_json(&lawtext::parse(&text));
        let text = Text { paragraphs: text.paragraphs.into_iter().rev().collect(), lost_pages: Vec::new() };
        lawtext::parse(&text);
    }
}
