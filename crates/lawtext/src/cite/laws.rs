//! Laws by name.

use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

type Date = (i16, i8, i8);

/// A law, code or ordinance that is known by its name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownLaw {
    /// `31/2024/QH15`
    pub number: String,
    /// `Luật Đất đai`
    pub name: String,
    pub issued: Option<Date>,
}

#[derive(Deserialize)]
struct Entry {
    name: String,
    issued: Option<String>,
}

pub(super) struct Laws {
    /// By [`key`] of the name; those of one name oldest first.
    by_name: HashMap<String, Vec<KnownLaw>>,
    /// Words of the longest name.
    pub longest: usize,
}

pub(super) static LAWS: LazyLock<Laws> = LazyLock::new(|| {
    // The file is part of the program; a test reads it.
    let entries: BTreeMap<String, Entry> =
        toml::from_str(include_str!("../../data/laws.toml")).unwrap_or_default();
    let mut laws = Laws { by_name: HashMap::new(), longest: 0 };
    for (number, Entry { name, issued }) in entries {
        let issued = issued.and_then(|day| viet::parse_date(&day));
        laws.longest = laws.longest.max(viet::syllables(&name).count());
        laws.by_name.entry(key(&name)).or_default().push(KnownLaw { number, name, issued });
    }
    for same in laws.by_name.values_mut() {
        same.sort_by_key(|law| law.issued);
    }
    laws
});

/// The words of a name without marks and signs: "Thanh hoá" and "Thanh Hóa" are one.
pub(super) fn key(name: &str) -> String {
    let mut key = String::new();
    for (_, word) in viet::syllables(name) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(&viet::fold(word));
    }
    key
}

impl Laws {
    pub fn knows(&self, key: &str) -> bool {
        self.by_name.contains_key(key)
    }
}

/// The laws that bore the name, oldest first.
pub fn laws_named(name: &str) -> &'static [KnownLaw] {
    LAWS.by_name.get(&key(name)).map_or(&[], Vec::as_slice)
}
