//! Which fields of law an article belongs to and to whom it speaks: proposals, with the words they rest on.
//!
//! The words are a data file (`data/concerns.toml`), each list with the days between which it is used. A word counts
//! most in the title, more in the heading than in the text, and less each time it comes again. To whom an article
//! speaks is told by who acts in it.

mod audiences;

use crate::cite::Words;
use audiences::Audiences;
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
    Concerns { fields: LISTS.fields(&parts, on), audiences: LISTS.audiences.spoken_to(&parts, on) }
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
    field: Vec<Group>,
    #[serde(flatten)]
    audiences: audiences::File,
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
    field_terms: Terms<()>,
    audiences: Audiences,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| {
    // The file is part of the program; a test reads it.
    let File { bodies, field, audiences } =
        toml::from_str(include_str!("../data/concerns.toml")).unwrap_or_default();
    let mut field_terms = Terms::default();
    for (n, group) in field.iter().enumerate() {
        field_terms.extend(&group.words, Some(n), ());
    }
    field_terms.extend(&bodies, None, ());
    Lists { fields: field, field_terms, audiences: Audiences::of(audiences) }
});

impl Lists {
    fn fields(&'static self, parts: &[(Part, Words); 3], on: Date) -> Vec<Concern> {
        const FEW: f32 = 0.8;
        const LEAST: f32 = 1.8;
        const BESIDE: f32 = 0.62;
        let mut found = Found::default();
        for (part, words) in parts {
            let weight = match part {
                Part::Title => 3.0,
                Part::Heading => 1.6,
                Part::Text => 0.8,
            };
            let mut n = 0;
            while n < words.len() {
                let terms = self.field_terms.longest(words, n, |_| true);
                for term in &terms {
                    let Some(group) = term.group.and_then(|id| self.fields.get(id)) else { continue };
                    if group.is_used(on) {
                        let times = (found.times(term.id) as f32).sqrt();
                        let weight = weight * by_length(term.syllables.len()) / times;
                        found.add(&group.code, weight, spot(*part, words, n, term.syllables.len()));
                    }
                }
                n += terms.first().map_or(1, |term| term.syllables.len());
            }
        }
        let found = found.weightiest_first();
        let top = found.first().map_or(0.0, |concern| concern.weight);
        // Little is better than nothing; a second field needs more.
        let least = |n: usize| if n == 0 { FEW } else { LEAST.max(BESIDE * top) };
        let kept = found.into_iter().enumerate().filter(|(n, concern)| concern.weight >= least(*n));
        kept.map(|(_, concern)| concern).take(2).collect()
    }
}

/// A longer phrase is less often there by chance.
fn by_length(syllables: usize) -> f32 {
    [0.0, 0.8, 1.0, 1.3, 1.5, 1.7].get(syllables).copied().unwrap_or(1.8)
}

fn spot(part: Part, words: &Words, first: usize, length: usize) -> Spot {
    Spot { part, range: words.start(first)..words.end(first + length - 1) }
}

#[derive(Default)]
struct Found {
    concerns: Vec<Concern>,
    times: HashMap<usize, u32>,
}

impl Found {
    /// How many times the term was found, this time included.
    fn times(&mut self, term: usize) -> u32 {
        let times = self.times.entry(term).or_default();
        *times += 1;
        *times
    }

    fn add(&mut self, code: &'static str, weight: f32, spot: Spot) {
        match self.concerns.iter_mut().find(|concern| concern.code == code) {
            Some(concern) => {
                concern.weight += weight;
                concern.words.push(spot);
            }
            None => self.concerns.push(Concern { code, weight, words: vec![spot] }),
        }
    }

    fn weightiest_first(mut self) -> Vec<Concern> {
        self.concerns.sort_by(|a, b| b.weight.total_cmp(&a.weight));
        self.concerns
    }
}

/// Words and phrases by their first syllable; each belongs to a group, or to none where it is only passed over.
struct Terms<T> {
    by_first: HashMap<String, Vec<Term<T>>>,
    count: usize,
}

struct Term<T> {
    id: usize,
    syllables: Vec<String>,
    group: Option<usize>,
    tag: T,
}

impl<T> Default for Terms<T> {
    fn default() -> Self {
        Terms { by_first: HashMap::new(), count: 0 }
    }
}

impl<T: Copy> Terms<T> {
    fn extend(&mut self, phrases: &[String], group: Option<usize>, tag: T) {
        for phrase in phrases {
            let syllables: Vec<String> =
                viet::syllables(phrase).map(|(_, word)| word.to_lowercase()).collect();
            if let Some(first) = syllables.first().cloned() {
                let term = Term { id: self.count, syllables, group, tag };
                self.count += 1;
                self.by_first.entry(first).or_default().push(term);
            }
        }
    }

    fn here<'t, 'w>(
        &'t self,
        words: &'w Words<'w>,
        n: usize,
    ) -> impl Iterator<Item = &'t Term<T>> + use<'t, 'w, T> {
        let near = |n: usize| matches!(words.before(n).trim(), "" | "," | "-" | "–");
        self.by_first.get(words.lower(n)).into_iter().flatten().filter(move |term| {
            let same =
                |(k, syllable): (usize, &String)| words.lower(n + k) == syllable && (k == 0 || near(n + k));
            term.syllables.iter().enumerate().all(same)
        })
    }

    /// Whether one of the phrases stands at word `n`.
    fn stands(&self, words: &Words, n: usize) -> bool {
        self.here(words, n).next().is_some()
    }

    /// The longest phrases that stand at word `n`, of those that count there.
    fn longest<'t>(&'t self, words: &Words, n: usize, counts: impl Fn(&Term<T>) -> bool) -> Vec<&'t Term<T>> {
        let mut terms: Vec<_> = self.here(words, n).filter(|term| counts(term)).collect();
        let length = terms.iter().map(|term| term.syllables.len()).max();
        terms.retain(|term| Some(term.syllables.len()) == length);
        terms
    }
}
