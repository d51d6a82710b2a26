//! What happened to a thing, and what two people made of it at the same time: as every page shows it
//! (`history.html`, `conflict.html`).

use jiff::Timestamp;

use crate::web::Signed;

/// A value that two people, or two devices, have each given a field; or one before and after a change.
pub struct Both {
    pub label: String,
    pub here: String,
    pub there: String,
}

/// The two sides of a conflict.
pub struct Conflict {
    /// Who saved the other side, and when.
    pub sentence: String,
    pub fields: Vec<Both>,
}

/// One line of a history.
pub struct Past {
    pub at: Timestamp,
    pub who: String,
    /// Key of the words for what was done.
    pub act: String,
    /// What it was done to, or what was said with it.
    pub about: String,
    /// What was changed: `there` became `here`.
    pub changes: Vec<Both>,
    /// What takes it back, where it can be.
    pub undo: Option<Undo>,
}

/// A button that posts one field.
pub struct Undo {
    pub path: String,
    pub field: &'static str,
    pub value: String,
    /// On the button, and for whoever does not see the line it stands in.
    pub label: String,
    pub whole_label: String,
}

/// The fields that differ: the key of each label, with what was typed and what stands there.
pub fn both(signed: &Signed, rows: impl IntoIterator<Item = (&'static str, String, String)>) -> Vec<Both> {
    both_named(rows.into_iter().map(|(key, here, there)| (signed.say(key), here, there)))
}

/// The same, of fields whose labels are no words of the program's.
pub fn both_named(rows: impl IntoIterator<Item = (String, String, String)>) -> Vec<Both> {
    let told = |text: String| if text.is_empty() { "–".to_owned() } else { text };
    let differing = rows.into_iter().filter(|(_, here, there)| here != there);
    differing.map(|(label, here, there)| Both { label, here: told(here), there: told(there) }).collect()
}
