//! The four embedded faces of Liberation Serif, and what they can print.

use std::sync::LazyLock;
use ttf_parser::Face;
use typst::foundations::Bytes;
use typst::text::Font;

/// Family name as the PDF engine knows it.
pub const FAMILY: &str = "Liberation Serif";

/// Regular, bold, italic, bold italic.
const FILES: [&[u8]; 4] = [
    include_bytes!("../fonts/LiberationSerif-Regular.ttf"),
    include_bytes!("../fonts/LiberationSerif-Bold.ttf"),
    include_bytes!("../fonts/LiberationSerif-Italic.ttf"),
    include_bytes!("../fonts/LiberationSerif-BoldItalic.ttf"),
];

/// The faces for the PDF engine, in the order of `FILES`.
pub static FONTS: LazyLock<Vec<Font>> =
    LazyLock::new(|| FILES.into_iter().filter_map(|data| Font::new(Bytes::new(data), 0)).collect());

/// The faces to measure with, in the same order.
static FACES: LazyLock<Vec<Face<'static>>> =
    LazyLock::new(|| FILES.into_iter().filter_map(|data| Face::parse(data, 0).ok()).collect());

/// Height of a "single" line over and under the baseline, in em. Word and LibreOffice put the font's
/// line gap on top.
pub fn line() -> (f64, f64) {
    let Some(ttf) = FACES.first() else { return (1.0, 0.0) };
    let em = f64::from(ttf.units_per_em());
    (f64::from(ttf.ascender() + ttf.line_gap()) / em, -f64::from(ttf.descender()) / em)
}

/// Whether every face has a glyph for the character.
pub fn covers(c: char) -> bool {
    // Nearly all text is Vietnamese, whose letters a test finds in every face.
    matches!(c, ' '..='~') || FACES.iter().all(|face| face.glyph_index(c).is_some())
}

/// Width of the text in points when set on one line at `size` points, without kerning.
pub fn width(text: &str, size: f64, bold: bool, italic: bool) -> f64 {
    let Some(ttf) = FACES.get(usize::from(bold) + 2 * usize::from(italic)) else { return 0.0 };
    let units: u32 = text
        .chars()
        .filter_map(|c| ttf.glyph_index(c))
        .filter_map(|glyph| ttf.glyph_hor_advance(glyph))
        .map(u32::from)
        .sum();
    f64::from(units) * size / f64::from(ttf.units_per_em())
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::UnicodeNormalization;

    #[test]
    fn four_faces_print_every_vietnamese_letter() {
        assert_eq!(FACES.len(), 4);
        assert_eq!(FONTS.len(), 4);
        assert!(FONTS.iter().all(|font| font.info().family == FAMILY));
        let tones = ["", "\u{300}", "\u{301}", "\u{303}", "\u{309}", "\u{323}"];
        for base in "aăâbcdđeêghiklmnoôơpqrstuưvxy".chars() {
            let marks = if "aăâeêioôơuưy".contains(base) { &tones[..] } else { &tones[..1] };
            for tone in marks {
                let lower: String = format!("{base}{tone}").nfc().collect();
                assert_eq!(lower.chars().count(), 1, "{base} with {tone:?} has one code point");
                for c in lower.chars().chain(lower.to_uppercase().chars()) {
                    assert!(covers(c), "no glyph for {c}");
                }
            }
        }
        for c in "\u{300}\u{301}\u{303}\u{309}\u{323}\u{302}\u{306}\u{31b}–—…“”‘’•·₫□\u{a0}\u{200b}".chars()
        {
            assert!(covers(c), "no glyph for {c:?}");
        }
        assert!(!covers('😀'));
    }

    #[test]
    fn widths_are_those_of_times() {
        // Times New Roman: figures are half an em wide.
        assert_eq!(width("0000", 14.0, false, false), 28.0);
        assert!(width("ủy ban", 13.0, true, false) > width("ủy ban", 13.0, false, false));
    }
}
