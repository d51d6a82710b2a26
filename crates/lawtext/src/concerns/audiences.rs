//! To whom an article speaks: whoever acts in it, has a duty or a right, more than who is only mentioned.

use super::{Concern, Date, Found, Group, Part, Term, Terms, by_length, spot};
use crate::cite::Words;
use serde::Deserialize;
use std::collections::HashSet;

#[derive(Deserialize, Default)]
pub(super) struct File {
    audience: Vec<Audience>,
    passed: Vec<String>,
    explains: Vec<String>,
    duties: Vec<String>,
    applies: Vec<String>,
    leads: Vec<String>,
    when: Vec<String>,
    verbs: Vec<String>,
    prepositions: Vec<String>,
    joins: Vec<String>,
}

#[derive(Deserialize)]
struct Audience {
    #[serde(flatten)]
    group: Group,
    who: Vec<String>,
    passing: Option<f32>,
    beside: Option<f32>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// What somebody of the audience is called.
    Name,
    /// What speaks for an audience though nobody is named.
    Word,
    /// Who a document applies to is named after it.
    Applies,
    Passed,
}

pub(super) struct Audiences {
    audiences: Vec<Audience>,
    terms: Terms<Kind>,
    explains: Terms<()>,
    duties: Terms<()>,
    leads: Terms<()>,
    when: Terms<()>,
    verbs: Terms<()>,
    prepositions: Vec<String>,
    joins: Vec<String>,
}

impl Audiences {
    pub fn of(file: File) -> Audiences {
        let mut terms = Terms::default();
        for (n, audience) in file.audience.iter().enumerate() {
            terms.extend(&audience.who, Some(n), Kind::Name);
            terms.extend(&audience.group.words, Some(n), Kind::Word);
        }
        terms.extend(&file.applies, None, Kind::Applies);
        terms.extend(&file.passed, None, Kind::Passed);
        let grammar = |phrases: &[String]| {
            let mut terms = Terms::default();
            terms.extend(phrases, None, ());
            terms
        };
        Audiences {
            terms,
            explains: grammar(&file.explains),
            duties: grammar(&file.duties),
            leads: grammar(&file.leads),
            when: grammar(&file.when),
            verbs: grammar(&file.verbs),
            prepositions: file.prepositions,
            joins: file.joins,
            audiences: file.audience,
        }
    }

    pub fn spoken_to(&'static self, parts: &[(Part, Words); 3], on: Date) -> Vec<Concern> {
        const ACTS: f32 = 3.0;
        const WORD: f32 = 0.4;
        const LEAST: f32 = 1.8;
        const BESIDE: f32 = 0.75;
        let [_, (_, heading), _] = parts;
        if (0..heading.len()).any(|n| self.explains.stands(heading, n)) {
            return vec![];
        }
        let mut found = Found::default();
        let mut acted = vec![0.0; self.audiences.len()];
        for (part, words) in parts {
            for mention in self.mentions(*part, words) {
                let Some((id, audience)) =
                    mention.term.group.and_then(|id| Some((id, self.audiences.get(id)?)))
                else {
                    continue;
                };
                if !audience.group.is_used(on) {
                    continue;
                }
                let length = mention.term.syllables.len();
                let weight = match (mention.acts, acted.get_mut(id)) {
                    (true, Some(times)) => {
                        *times += 1.0;
                        ACTS / *times
                    }
                    _ => {
                        let share = match (mention.term.tag, part) {
                            (Kind::Word, _) => WORD,
                            (_, Part::Text) => audience.passing.unwrap_or(1.0),
                            _ => 1.0,
                        };
                        share * by_length(length) / found.times(mention.term.id) as f32
                    }
                };
                found.add(&audience.group.code, weight, spot(*part, words, mention.first, length));
            }
        }
        let found = found.weightiest_first();
        let top = found.first().map_or(0.0, |concern| concern.weight);
        let beside = |code: &str| {
            let audience = self.audiences.iter().find(|audience| audience.group.code == code);
            audience.and_then(|audience| audience.beside).unwrap_or(BESIDE)
        };
        let kept =
            found.into_iter().filter(|concern| concern.weight >= LEAST.max(beside(concern.code) * top));
        kept.take(3).collect()
    }

    fn mentions(&self, part: Part, words: &Words) -> Vec<Mention<'_>> {
        let mut mentions = Vec::new();
        let mut starts = HashSet::new();
        if part == Part::Text {
            starts.extend(beginnings(words).map(|n| self.past_leads(words, n)));
        }
        // Where the name before this one ended: in the heading after a duty, in the text where it acts.
        let mut acting = None;
        let (mut duty, mut last, mut n) = (false, None, 0);
        while n < words.len() {
            duty |= part == Part::Heading && self.duties.stands(words, n);
            // "Bộ", "Sở" are bodies; in small letters these syllables are parts of other words.
            let counts =
                |term: &Term<Kind>| term.tag != Kind::Name || term.syllables.len() > 1 || words.capital(n);
            let terms = self.terms.longest(words, n, counts);
            let Some(first) = terms.first() else {
                n += 1;
                continue;
            };
            let end = n + first.syllables.len();
            if first.tag == Kind::Applies {
                starts.insert(self.past_leads(words, end));
            }
            let is_name = |term: &&&Term<Kind>| term.tag == Kind::Name;
            // "Bộ trưởng Bộ Y tế" is one.
            let new = |term: &&&Term<Kind>| !is_name(term) || last != Some((term.group, n));
            let named = terms.iter().any(|term| is_name(&term) && new(&term));
            let acts = named
                && match part {
                    Part::Title => false,
                    Part::Heading => duty && (acting.is_none() || self.is_joined(words, n)),
                    Part::Text => {
                        starts.contains(&n)
                            || self.is_subject(words, n, end)
                            || acting.is_some_and(|before| self.act_together(words, before, n))
                    }
                };
            let new = terms.iter().filter(new);
            mentions.extend(new.map(|term| Mention { first: n, acts: acts && is_name(&term), term }));
            if named && (acts || part == Part::Text) {
                acting = acts.then_some(end);
            }
            last = Some((first.group, end));
            n = end;
        }
        mentions
    }

    fn past_leads(&self, words: &Words, mut n: usize) -> usize {
        for _ in 0..3 {
            n += self.leads.longest(words, n, |_| true).first().map_or(0, |term| term.syllables.len());
        }
        n
    }

    /// Whether the name is the subject of a sentence that begins with a condition.
    fn is_subject(&self, words: &Words, first: usize, end: usize) -> bool {
        const NEAR: usize = 8;
        let before = first.checked_sub(1).map_or("", |n| words.lower(n));
        let begins = before == "thì"
            || words.before(first).contains(',') && !self.prepositions.iter().any(|word| word == before);
        begins
            && (end..words.len().min(end + NEAR))
                .take_while(|n| !stops(words.before(*n)))
                .any(|n| self.verbs.stands(words, n))
            && self.is_conditional(words, first)
    }

    /// Whether the sentence of word `n` begins with a condition.
    fn is_conditional(&self, words: &Words, n: usize) -> bool {
        let begins = |n: &usize| *n == 0 || stops(words.before(*n));
        let begin = (0..=n).rev().find(begins).unwrap_or_default();
        let whole = begin == 0 || words.before(begin).contains(['.', '\n']);
        whole && self.when.stands(words, past_label(words, begin))
    }

    /// Whether the name stands in a row with one that acts and ended before word `before`.
    fn act_together(&self, words: &Words, before: usize, first: usize) -> bool {
        const NEAR: usize = 7;
        first <= before + NEAR
            && self.is_joined(words, first)
            && !(before..=first).any(|n| stops(words.before(n)))
            && !(before..first).any(|n| self.verbs.stands(words, n))
    }

    fn is_joined(&self, words: &Words, first: usize) -> bool {
        let before = first.checked_sub(1).map_or("", |n| words.lower(n));
        words.before(first).trim() == "," || self.joins.iter().any(|word| word == before)
    }
}

struct Mention<'t> {
    first: usize,
    term: &'t Term<Kind>,
    acts: bool,
}

fn stops(between: &str) -> bool {
    between.contains(['.', ';', ':', '\n'])
}

/// The first word of each paragraph, past its label.
fn beginnings(text: &Words) -> impl Iterator<Item = usize> {
    let begins = |n: &usize| *n == 0 || text.before(*n).contains('\n');
    (0..text.len()).filter(begins).map(|n| past_label(text, n))
}

fn past_label(text: &Words, n: usize) -> usize {
    let word = text.lower(n);
    let short = word.chars().count() == 1 || word.chars().all(|c| c.is_ascii_digit());
    if short && text.before(n + 1).starts_with(['.', ')']) { n + 1 } else { n }
}
