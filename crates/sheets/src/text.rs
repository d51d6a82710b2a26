//! Text as people type it, brought to one form.

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// One form for a cell's text: NFC, every kind of space a plain space, line ends `\n`, invisible and control
/// characters gone, no space around. Applying it twice changes nothing.
pub(crate) fn clean(text: &str) -> String {
    // Most text of a long table is so already.
    if text.trim().len() == text.len() && text.chars().all(|c| plain(c) == Some(c)) && is_nfc(text) {
        return text.to_owned();
    }
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let visible: String = text.chars().filter_map(plain).nfc().collect();
    visible.trim().to_owned()
}

fn plain(c: char) -> Option<char> {
    match c {
        '\n' => Some(c),
        '\t' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}' => None,
        // U+FFFE and U+FFFF cannot stand in XML at all.
        '\u{fffe}' | '\u{ffff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    }
}

/// The key under which two spellings of a header or a choice are the same: no marks, no case, đ is d, anything
/// that is not a letter or digit separates words. `"  HỌ và-tên (*)"` → `"ho va ten"`.
pub(crate) fn fold(text: &str) -> String {
    let bare = text
        .nfd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c });
    let mut folded = String::with_capacity(text.len());
    for c in bare {
        if c.is_alphanumeric() {
            folded.push(c);
        } else if !folded.ends_with(' ') && !folded.is_empty() {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// The longest start of `text` that Excel accepts in `units` UTF-16 units, ending in an ellipsis if anything
/// was cut.
pub(crate) fn clip(text: &str, units: usize) -> String {
    if text.encode_utf16().count() <= units {
        return text.to_owned();
    }
    let mut room = units.saturating_sub(1);
    let mut clipped: String = text
        .chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= room;
            room = room.saturating_sub(c.len_utf16());
            fits
        })
        .collect();
    clipped.push('…');
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn folding() {
        let check = |typed: &str, expected: &str| assert_eq!(fold(typed), expected, "{typed:?}");
        check("  HỌ và-tên (*)", "ho va ten");
        check("Đơn vị\u{a0}công tác", "don vi cong tac");
        check("đ\u{1b0}\u{1a1}\u{300}ng", "duong");
        check("Số điện thoại", "so dien thoai");
        check("***", "");
    }

    #[test]
    fn cleaning() {
        let check = |typed: &str, expected: &str| assert_eq!(clean(typed), expected, "{typed:?}");
        check("\u{a0}Nguye\u{302}\u{303}n\u{200b} Văn A \r\n", "Nguyễn Văn A");
        check("dòng 1\r\ndòng 2\rdòng 3", "dòng 1\ndòng 2\ndòng 3");
        check("a\u{7}\tb", "a b");
    }

    #[test]
    fn clipping() {
        let check = |text: &str, units, expected: &str| assert_eq!(clip(text, units), expected);
        check("abc", 3, "abc");
        check("abcd", 3, "ab…");
        check("😀😀", 3, "😀…");
        check("😀a😀", 4, "😀a…");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        #[test]
        fn cleaning_and_folding_settle(text in any::<String>()) {
            prop_assert_eq!(clean(&clean(&text)), clean(&text));
            prop_assert_eq!(fold(&clean(&text)), fold(&fold(&clean(&text))));
        }
    }
}
