//! What the search of the top bar finds: each feature looks among its own for what a person may see. Declared here,
//! above the features, so that `home` depends on none of them.

use std::collections::HashSet;

use crate::tasks::Later;
use crate::web::Signed;

/// One thing found.
#[derive(Debug, Clone)]
pub struct Found {
    pub title: String,
    /// Without the language.
    pub path: String,
    /// What tells it from others of its title: number, unit, day.
    pub about: String,
    /// How its state looks, and the state in words.
    pub state: Option<(&'static str, String)>,
    /// The words that answer, where a text was searched.
    pub passage: Vec<seek::Piece>,
}

/// Things of one kind, the likeliest first.
#[derive(Debug, Clone)]
pub struct Group {
    /// Key of its heading.
    pub heading: &'static str,
    pub found: Vec<Found>,
    /// Where all of them are listed.
    pub more: Option<String>,
    /// Nothing fits what was asked; these come nearest.
    pub is_near: bool,
}

impl Group {
    /// The first few of what was found; where all are listed, if there are more.
    pub fn of(heading: &'static str, mut found: Vec<Found>, list: &str, words: &str) -> Group {
        let more = (found.len() > SHOWN).then(|| format!("{list}?q={}", crate::web::form_urlencoded(words)));
        found.truncate(SHOWN);
        Group { heading, found, more, is_near: false }
    }
}

/// Most of a group.
const SHOWN: usize = 6;
/// The newest so many that hold the words are looked at for their marks.
pub const LOOKED_AT: i64 = 400;

pub trait Finds: Send + Sync {
    /// What of the feature a person may see and words mean.
    fn find<'a>(&'a self, signed: &'a Signed, words: &'a str) -> Later<'a, Vec<Group>>;
}

/// The words to look for in folded text.
pub fn folded_words(words: &str) -> Vec<String> {
    viet::fold(&viet::clean(words)).split_whitespace().take(8).map(str::to_owned).collect()
}

/// The likeliest: what bears the marks that were typed before what has the same letters only, "chợ" before "cho", and
/// whole words before parts of words; otherwise the order stays. One more than a group shows.
pub fn marks_first<T>(words: &str, found: &mut Vec<T>, text: impl Fn(&T) -> String) {
    let asked = keys(words);
    found.sort_by_cached_key(|t| {
        let there: HashSet<(String, String)> = keys(&text(t)).into_iter().collect();
        let missing = |has: &dyn Fn(&(String, String)) -> bool| asked.iter().filter(|w| !has(w)).count();
        let marked = missing(&|w| w.0 == w.1 || there.contains(w));
        let whole = missing(&|w| there.iter().any(|t| t.1 == w.1));
        (marked, whole)
    });
    found.truncate(SHOWN + 1);
}

/// The words of a text, as written and without marks.
fn keys(text: &str) -> Vec<(String, String)> {
    let text = viet::tone_place(&viet::nfc(text)).to_lowercase();
    viet::syllables(&text).map(|(_, word)| (word.to_owned(), viet::fold(word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_that_were_typed_count() {
        let check = |words: &str, expected: [&str; 4]| {
            let mut found = vec!["Chống rác", "Tiền cho trường", "Chợ Bến Lức", "Chỗ để xe"];
            marks_first(words, &mut found, |t| (*t).to_owned());
            assert_eq!(found, expected, "{words}");
        };
        check("chợ", ["Chợ Bến Lức", "Tiền cho trường", "Chỗ để xe", "Chống rác"]);
        check("CHỖ", ["Chỗ để xe", "Tiền cho trường", "Chợ Bến Lức", "Chống rác"]);
        check("cho", ["Tiền cho trường", "Chợ Bến Lức", "Chỗ để xe", "Chống rác"]);
    }
}
