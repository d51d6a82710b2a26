//! Which fields of law an article belongs to and to whom it speaks: proposals, with the words they rest on.
//!
//! The words are a data file (`data/concerns.toml`), each list with the days between which it is used. A word counts
//! most in the title, more in the heading than in the text, and less each time it comes again.

use crate::cite::Words;
use serde::Deserialize;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// Year, month, day.
type Date = (i16, i8, i8);

/// A field or an audience that an article concerns.
#[derive(Clone, PartialEq, Debug)]
pub struct Concern {
    /// A code of the data file: `land`, `workers`.
    pub code: &'static str,
    /// How much speaks for it; comparable within one article.
    pub weight: f32,
    /// Where the words stand that speak for it.
    pub words: Vec<Spot>,
}

/// A place in what was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Spot {
    pub part: Part,
    /// Bytes of that part.
    pub range: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Part {
    /// The title of the document.
    Title,
    Heading,
    Text,
}

/// What an article concerns, the weightiest first.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Concerns {
    pub fields: Vec<Concern>,
    pub audiences: Vec<Concern>,
}

/// A field of law: its code and its names in Vietnamese and English.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    pub code: &'static str,
    pub vi: &'static str,
    pub en: &'static str,
}

/// The fields that are used on a day.
pub fn fields(on: Date) -> impl Iterator<Item = Field> {
    let used = LISTS.fields.iter().filter(move |group| group.is_used(on));
    used.map(|group| Field { code: &group.code, vi: &group.vi, en: &group.en })
}

/// What an article concerns on a day, from the title of its document, its heading and its text (NFC).
pub fn concerns(title: &str, heading: &str, text: &str, on: Date) -> Concerns {
    let parts = parts(title, heading, text);
    Concerns { fields: LISTS.fields(&parts, on), audiences: LISTS.audiences(&parts, on) }
}

/// The codes of its fields alone, for whoever asks of very many articles.
pub fn fields_of(title: &str, heading: &str, text: &str, on: Date) -> Vec<&'static str> {
    LISTS.fields(&parts(title, heading, text), on).into_iter().map(|field| field.code).collect()
}

fn parts<'t>(title: &'t str, heading: &'t str, text: &'t str) -> [(Part, Words<'t>); 3] {
    let parts = [(Part::Title, title), (Part::Heading, heading), (Part::Text, text)];
    parts.map(|(part, text)| (part, Words::of(text)))
}

#[derive(Deserialize, Default)]
struct File {
    bodies: Vec<String>,
    everybody: Vec<String>,
    field: Vec<Group>,
    audience: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    code: String,
    #[serde(default)]
    vi: String,
    #[serde(default)]
    en: String,
    from: String,
    until: Option<String>,
    words: Vec<String>,
    #[serde(default)]
    starts: Vec<String>,
}

impl Group {
    fn is_used(&self, on: Date) -> bool {
        let day = |text: &str| viet::parse_date(text);
        day(&self.from).is_none_or(|from| from <= on)
            && self.until.as_deref().and_then(day).is_none_or(|until| on <= until)
    }
}

struct Lists {
    fields: Vec<Group>,
    audiences: Vec<Group>,
    field_terms: Terms,
    audience_terms: Terms,
    starts: Terms,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    // The file is part of the program; a test reads it.
    let File { bodies, everybody, field, audience } =
        toml::from_str(include_str!("../data/concerns.toml")).unwrap_or_default();
    let words = |group: &Group| group.words.clone();
    let mut field_terms = Terms::of(&field, words);
    for body in &bodies {
        field_terms.add(body, None);
    }
    let mut audience_terms = Terms::of(&audience, words);
    for phrase in bodies.iter().chain(&everybody) {
        audience_terms.add(phrase, None);
    }
    let starts = Terms::of(&audience, |group| group.starts.clone());
    Lists { fields: field, audiences: audience, field_terms, audience_terms, starts }
});

impl Lists {
    fn fields(&'static self, parts: &[(Part, Words); 3], on: Date) -> Vec<Concern> {
        const FEW: f32 = 0.8;
        const LEAST: f32 = 1.8;
        const BESIDE: f32 = 0.62;
        let weigh = |part: Part| match part {
            Part::Title => 3.0,
            Part::Heading => 1.6,
            Part::Text => 0.8,
        };
        let found = collect(&self.fields, &self.field_terms, parts, on, weigh);
        let top = found.first().map_or(0.0, |concern| concern.weight);
        // Little is better than nothing; a second field needs more.
        let least = |n: usize| if n == 0 { FEW } else { LEAST.max(BESIDE * top) };
        let kept = found.into_iter().enumerate().filter(|(n, concern)| concern.weight >= least(*n));
        kept.map(|(_, concern)| concern).take(2).collect()
    }

    fn audiences(&'static self, parts: &[(Part, Words); 3], on: Date) -> Vec<Concern> {
        const LEAST: f32 = 1.9;
        const BESIDE: f32 = 0.6;
        const START: f32 = 3.0;
        let weigh = |part: Part| match part {
            Part::Title => 0.9,
            Part::Heading => 1.2,
            Part::Text => 1.0,
        };
        let mut found = collect(&self.audiences, &self.audience_terms, parts, on, weigh);
        let [.., (part, text)] = parts;
        let mut starts: HashMap<&str, u32> = HashMap::new();
        for first in beginnings(text) {
            let longest = self.starts.at(text, first).into_iter().max_by_key(|(_, length)| *length);
            let Some((Some(group), length)) = longest else { continue };
            let Some(group) = self.audiences.get(group).filter(|group| group.is_used(on)) else { continue };
            let times = starts.entry(&group.code).or_default();
            *times += 1;
            let weight = START / (*times as f32);
            match found.iter_mut().find(|concern| concern.code == group.code) {
                Some(concern) => concern.weight += weight,
                None => {
                    let range = text.start(first)..text.end(first + length - 1);
                    let words = vec![Spot { part: *part, range }];
                    found.push(Concern { code: &group.code, weight, words });
                }
            }
        }
        found.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        let top = found.first().map_or(0.0, |concern| concern.weight);
        found.into_iter().filter(|concern| concern.weight >= LEAST.max(BESIDE * top)).take(3).collect()
    }
}

/// The first word of each paragraph, past its label: whoever is named there acts.
fn beginnings(text: &Words) -> impl Iterator<Item = usize> {
    let begins = |n: usize| n == 0 || text.before(n).contains('\n');
    let past_label = |n: usize| {
        let is_label = |n: usize| {
            let word = text.lower(n);
            let short = word.chars().count() == 1 || word.chars().all(|c| c.is_ascii_digit());
            short && text.before(n + 1).starts_with(['.', ')'])
        };
        if is_label(n) { n + 1 } else { n }
    };
    (0..text.len()).filter(move |n| begins(*n)).map(past_label)
}

fn collect(
    groups: &'static [Group],
    terms: &Terms,
    parts: &[(Part, Words); 3],
    on: Date,
    weigh: impl Fn(Part) -> f32,
) -> Vec<Concern> {
    let mut found: Vec<Concern> = Vec::new();
    let mut seen: HashMap<(usize, usize), u32> = HashMap::new();
    for (part, words) in parts {
        let mut n = 0;
        while n < words.len() {
            let longest = terms.at(words, n).into_iter().max_by_key(|(_, length)| *length);
            let Some((_, length)) = longest else {
                n += 1;
                continue;
            };
            for (group, _) in terms.at(words, n).into_iter().filter(|(_, other)| *other == length) {
                let Some((id, group)) = group.and_then(|id| Some((id, groups.get(id)?))) else { continue };
                if !group.is_used(on) {
                    continue;
                }
                let term = terms.id(words, n, length);
                let times = seen.entry((id, term)).or_default();
                *times += 1;
                let more = [0.0, 0.8, 1.0, 1.3, 1.5, 1.7].get(length).copied().unwrap_or(1.8);
                let weight = weigh(*part) * more / (*times as f32).sqrt().max(1.0);
                let spot = Spot { part: *part, range: words.start(n)..words.end(n + length - 1) };
                match found.iter_mut().find(|concern| concern.code == group.code) {
                    Some(concern) => {
                        concern.weight += weight;
                        concern.words.push(spot);
                    }
                    None => found.push(Concern { code: &group.code, weight, words: vec![spot] }),
                }
            }
            n += length;
        }
    }
    found.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    found
}

/// Words and phrases by their first syllable; each belongs to a group, or to none where it is only passed over.
#[derive(Default)]
struct Terms {
    by_first: HashMap<String, Vec<Term>>,
    count: usize,
}

struct Term {
    id: usize,
    syllables: Vec<String>,
    group: Option<usize>,
}

impl Terms {
    fn of(groups: &[Group], words: impl Fn(&Group) -> Vec<String>) -> Terms {
        let mut terms = Terms::default();
        for (n, group) in groups.iter().enumerate() {
            for word in words(group) {
                terms.add(&word, Some(n));
            }
        }
        terms
    }

    fn add(&mut self, phrase: &str, group: Option<usize>) {
        let syllables: Vec<String> = viet::syllables(phrase).map(|(_, word)| word.to_lowercase()).collect();
        if let Some(first) = syllables.first().cloned() {
            let term = Term { id: self.count, syllables, group };
            self.count += 1;
            self.by_first.entry(first).or_default().push(term);
        }
    }

    fn here<'t>(&'t self, words: &'t Words, n: usize) -> impl Iterator<Item = &'t Term> {
        let near = |n: usize| matches!(words.before(n).trim(), "" | "," | "-" | "–");
        self.by_first.get(words.lower(n)).into_iter().flatten().filter(move |term| {
            let same =
                |(k, syllable): (usize, &String)| words.lower(n + k) == syllable && (k == 0 || near(n + k));
            term.syllables.iter().enumerate().all(same)
        })
    }

    /// The groups of the phrases that stand at word `n`, each with the number of its words.
    fn at(&self, words: &Words, n: usize) -> Vec<(Option<usize>, usize)> {
        self.here(words, n).map(|term| (term.group, term.syllables.len())).collect()
    }

    /// Tells one phrase from another.
    fn id(&self, words: &Words, n: usize, length: usize) -> usize {
        self.here(words, n).find(|term| term.syllables.len() == length).map_or(0, |term| term.id)
    }
}
