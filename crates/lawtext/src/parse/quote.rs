//! Quotation marks, as far as they tell what an amending document quotes.

use super::label::OPENING;

/// How a paragraph stands to quotation.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Marks {
    /// It begins with an opening mark.
    pub opens: bool,
    /// More marks open in it than close, or the reverse.
    pub net: i32,
    /// It ends with a closing mark.
    pub closes: bool,
    /// A quotation opens in the middle after a colon and does not close.
    pub opens_inside: bool,
}

pub(super) fn marks(text: &str) -> Marks {
    let mut marks = Marks { opens: text.starts_with(OPENING), ..Marks::default() };
    let mut before = ' ';
    let mut last_word = ' ';
    let mut opened_after_colon = false;
    for c in text.chars() {
        match c {
            '“' | '«' | '„' => {
                marks.net += 1;
                opened_after_colon |= last_word == ':';
            }
            '”' | '»' => marks.net -= 1,
            // A straight mark opens a word or ends one.
            '"' if before.is_whitespace() || matches!(before, '(' | ':') => {
                marks.net += 1;
                opened_after_colon |= last_word == ':';
            }
            '"' => marks.net -= 1,
            _ => {}
        }
        if !c.is_whitespace() {
            last_word = c;
        }
        before = c;
    }
    let end = text.trim_end_matches(['.', ';', ',', ' ', '/', ':']);
    marks.closes = end.ends_with(['”', '"', '»', '’']);
    marks.opens_inside = opened_after_colon && marks.net > 0 && !marks.opens;
    marks
}

/// Whether an amending instruction speaks: "Sửa đổi khoản 2 …", "Bãi bỏ …", "Khoản 3 được bổ sung …".
pub(super) fn is_instruction(text: &str) -> bool {
    const VERBS: &[&str] = &[
        "Sửa đổi",
        "Bổ sung",
        "Bãi bỏ",
        "Thay thế",
        "Thay cụm từ",
        "Thay từ",
        "Thay đổi",
        "Bỏ ",
        "Hủy bỏ",
        "Huỷ bỏ",
        "Thay ",
        "Sửa tên",
        "Đổi tên",
        "Chuyển ",
        "Sửa ",
        "Thêm ",
        "Đính chính",
    ];
    const PARTS: &[&str] = &[
        "được sửa đổi",
        "được bổ sung",
        "được thay",
        "bị bãi bỏ",
        "như sau:",
        "như sau :",
        "được đổi thành",
        "được đánh số",
        "cụm từ",
    ];
    let text = text.trim_start();
    let end = text.find(OPENING).unwrap_or(text.len());
    VERBS.iter().any(|verb| text.starts_with(verb)) || PARTS.iter().any(|part| text[..end].contains(part))
}

/// Whether an instruction ends with the paragraph, so that what it puts in place follows, even without marks.
pub(super) fn announces(text: &str) -> bool {
    const VERBS: &[&str] = &["Sửa đổi", "Bổ sung", "Thay thế", "Thay đổi", "Sửa "];
    const PLACES: &[&str] =
        &["Điều", "điều", "khoản", "điểm", "Chương", "Mục", "Phụ lục", "cụm từ", "Phần", "đoạn"];
    let verb = VERBS.iter().any(|verb| text.starts_with(verb))
        || ["được sửa đổi", "được bổ sung", "sửa đổi, bổ sung"].iter().any(|part| text.contains(part));
    verb && text.contains("như sau") && PLACES.iter().any(|place| text.contains(place))
}

/// Whether the heading of an article belongs to the last ones, which every amending document has of its own.
pub(super) fn is_final_heading(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "hiệu lực thi hành",
        "điều khoản thi hành",
        "tổ chức thực hiện",
        "trách nhiệm thi hành",
        "chuyển tiếp",
        "tổ chức thi hành",
        "trách nhiệm tổ chức",
        "bãi bỏ",
        "thay thế",
        "có hiệu lực",
    ];
    let lower = text.to_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}
