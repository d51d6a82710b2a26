//! From a question to ranked articles.

use crate::entry::Record;
use crate::features::{COUNT, Candidate, Common, Comparer};
use crate::index::{Index, View};
use crate::lookup::Named;
use crate::passage;
use crate::query::{Answer, Hit, Query};
use crate::question::{Question, written_out};
use crate::retrieve::{self, Allowed};
use crate::words::{folded_words, numbers};
use crate::{SeekError, trees};
use std::collections::HashMap;
use tantivy::{DocAddress, Term};

/// Bytes of a question that are read.
const LONGEST_QUESTION: usize = 2000;
/// So many articles are looked at closely.
const CANDIDATES: usize = 70;
/// Learning sees more wrong ones.
const FOR_LEARNING: usize = 100;
/// And so many of the documents that the question names.
const OF_NAMED: usize = 30;

/// An article under consideration.
struct Considered {
    at: DocAddress,
    record: Record,
    score: f32,
}

impl Index {
    /// The articles that answer, best first. Any text is a question; one without words has no answer.
    pub fn search(&self, query: &Query) -> Result<Answer, SeekError> {
        let live = self.live();
        let query = Query { text: head(&query.text).into(), ..query.clone() };
        search(&live.view(), &query).map_err(SeekError::engine(live.dir()))
    }

    /// For training: the features of every candidate, in the order of the retrieval, with the articles' ids.
    #[doc(hidden)]
    pub fn features(&self, query: &Query) -> Result<Vec<(String, [f32; COUNT])>, SeekError> {
        let live = self.live();
        let features = || {
            let view = live.view();
            let allowed = Allowed::of(query, &view)?;
            let question = Question::of(&written_out(&query.text), &view)?;
            let named = Named::of(&view, query, &allowed)?;
            let (mut found, rest) = candidates(&view, &question, &named, &allowed, FOR_LEARNING)?;
            found.extend(rest);
            let (considered, features) = consider(&view, &question, &named, found)?;
            Ok(considered.into_iter().map(|c| c.record.id().to_owned()).zip(features).collect())
        };
        features().map_err(SeekError::engine(live.dir()))
    }
}

/// The question in a text that may be a pasted page.
fn head(text: &str) -> &str {
    text.get(..text.floor_char_boundary(LONGEST_QUESTION)).unwrap_or_default()
}

fn search(view: &View, query: &Query) -> tantivy::Result<Answer> {
    let allowed = Allowed::of(query, view)?;
    let phrases = Phrases::of(&query.text);
    let question = Question::of(&written_out(&query.text), view)?;
    let named = Named::of(view, query, &allowed)?;
    let mut placed = named.places(view, &allowed)?;
    let missing = named.understood.article.is_some() && placed.is_empty();
    if placed.is_empty() && named.whole {
        placed = named.articles(view, &allowed, query.limit)?;
    }
    placed.truncate(query.limit);
    let mut found = Vec::new();
    for at in &placed {
        found.push(Considered { at: *at, record: view.record(*at)?, score: 0.0 });
    }
    // What else there is comes after what was named, unless that is all that was asked for and its text is here.
    let there = found.iter().any(|c| !c.record.article().is_empty());
    if !(named.whole && there) || missing {
        let ranked = if phrases.is_empty() {
            rank(view, &question, &named, &allowed, query.limit)?
        } else {
            phrases.ranked(view, &question, &allowed, query.limit)?
        };
        let top = ranked.first().map_or(0.0, |c| c.score);
        found.iter_mut().for_each(|named| named.score = top + 1.0);
        found.extend(ranked.into_iter().filter(|c| !placed.contains(&c.at)));
    }
    found.truncate(query.limit);
    // A phrase is marked where it stands as a whole, and not its words by themselves.
    let marked =
        if phrases.is_empty() { question } else { Question::of(&written_out(&phrases.around), view)? };
    let comparer = Comparer::new(&marked, Common::of(&marked, 0.0));
    let whole = phrases.words();
    let hit = |c: Considered| Hit {
        snippet: passage::snippet(&comparer, &whole, &c.record, &named.understood),
        id: c.record.id().into(),
        document: c.record.document().into(),
        number: c.record.number().into(),
        kind: c.record.kind().into(),
        title: c.record.title().into(),
        article: c.record.article().into(),
        heading: c.record.heading().into(),
        text: c.record.text().into(),
        score: c.score,
    };
    Ok(Answer { hits: found.into_iter().map(hit).collect(), understood: named.understood.clone() })
}

/// At least `limit` candidates if there are so many: the first by what was learned, the rest by the retrieval alone.
fn rank(
    view: &View,
    question: &Question,
    named: &Named,
    allowed: &Allowed,
    limit: usize,
) -> tantivy::Result<Vec<Considered>> {
    let (found, rest) = candidates(view, question, named, allowed, limit)?;
    let (mut ranked, features) = consider(view, question, named, found)?;
    for (candidate, features) in ranked.iter_mut().zip(&features) {
        candidate.score = trees::learned().score(features);
    }
    ranked.sort_by(|a, b| b.score.total_cmp(&a.score));
    let last = ranked.last().map_or(0.0, |c| c.score);
    let top = rest.first().map_or(0.0, |(score, _)| *score);
    for (score, at) in rest {
        ranked.push(Considered { at, record: view.record(at)?, score: last - 1.0 + score - top });
    }
    Ok(ranked)
}

type Scored = Vec<(f32, DocAddress)>;

/// What the retrieval finds: those to be looked at closely, and the rest.
fn candidates(
    view: &View,
    question: &Question,
    named: &Named,
    allowed: &Allowed,
    limit: usize,
) -> tantivy::Result<(Scored, Scored)> {
    let bag = view.fields.bag;
    let mut found = retrieve::best(&view.searcher, bag, &question.terms, allowed, limit.max(CANDIDATES))?;
    let mut rest = found.split_off(found.len().min(CANDIDATES));
    if !named.documents.is_empty() {
        let term = |d: &Record| Term::from_field_text(view.fields.document, d.document());
        let terms: Vec<Term> = named.documents.iter().map(term).collect();
        let among = allowed.among(&view.searcher, &terms, false)?;
        for (score, at) in retrieve::best(&view.searcher, bag, &question.terms, &among, OF_NAMED)? {
            if found.iter().all(|(_, other)| *other != at) {
                found.push((score, at));
                rest.retain(|(_, other)| *other != at);
            }
        }
    }
    Ok((found, rest))
}

/// The candidates with their features, in the order given.
fn consider(
    view: &View,
    question: &Question,
    named: &Named,
    found: Scored,
) -> tantivy::Result<(Vec<Considered>, Vec<[f32; COUNT]>)> {
    let mut considered = Vec::with_capacity(found.len());
    for (score, at) in found {
        considered.push(Considered { at, record: view.record(at)?, score });
    }
    let mut by_document: HashMap<&str, Vec<usize>> = HashMap::new();
    for (n, candidate) in considered.iter().enumerate() {
        by_document.entry(candidate.record.document()).or_default().push(n);
    }
    let top = considered.first().map_or(0.0, |c| c.score);
    let comparer = Comparer::new(question, Common::of(question, top));
    let mut features = Vec::with_capacity(considered.len());
    for (rank, candidate) in considered.iter().enumerate() {
        let siblings = by_document.get(candidate.record.document());
        let others = siblings.into_iter().flatten().filter(|n| **n != rank);
        let best_sibling = others.filter_map(|n| considered.get(*n)).map(|c| c.score).fold(0.0, f32::max);
        let heading = Term::from_field_text(view.fields.heading, candidate.record.heading_key());
        features.push(comparer.features(
            &candidate.record,
            &Candidate {
                score: candidate.score,
                rank,
                same_heading: view.searcher.doc_freq(&heading)?,
                named: named.understood.documents.iter().any(|d| d == candidate.record.document()),
                siblings: siblings.map_or(0, |s| s.len().saturating_sub(1)),
                best_sibling,
            },
        ));
    }
    Ok((considered, features))
}

/// Phrases in quotes: an article must have them as they are written (marks count where they were typed).
struct Phrases<'q> {
    phrases: Vec<&'q str>,
    /// The question without them.
    around: String,
}

impl<'q> Phrases<'q> {
    fn of(text: &'q str) -> Phrases<'q> {
        let mut phrases = Vec::new();
        let mut around = String::new();
        let mut rest = text;
        let quote = |c: char| matches!(c, '"' | '“' | '”' | '«' | '»');
        while let Some((before, after)) = rest.split_once(quote)
            && let Some((phrase, after)) = after.split_once(quote)
        {
            around.push_str(before);
            around.push('\n');
            phrases.push(phrase);
            rest = after;
        }
        around.push_str(rest);
        phrases.retain(|phrase| phrase.contains(char::is_alphanumeric));
        Phrases { phrases, around }
    }

    fn is_empty(&self) -> bool {
        self.phrases.is_empty()
    }

    /// Their words as numbers.
    fn words(&self) -> Vec<Vec<u32>> {
        self.phrases.iter().map(|phrase| numbers(phrase)).collect()
    }

    /// Articles with all pairs of the phrases, best first, then only those with the phrases themselves.
    fn ranked(
        &self,
        view: &View,
        question: &Question,
        allowed: &Allowed,
        limit: usize,
    ) -> tantivy::Result<Vec<Considered>> {
        const DEEP: usize = 1000;
        let field = view.fields.bag;
        let needed = self.phrases.iter().flat_map(|phrase| bag(&folded_words(phrase)));
        let needed: Vec<Term> = needed.map(|term| Term::from_field_text(field, &term)).collect();
        let among = allowed.among(&view.searcher, &needed, true)?;
        let phrases = self.words();
        let mut found = Vec::new();
        for (score, at) in retrieve::best(&view.searcher, field, &question.terms, &among, DEEP)? {
            let record = view.record(at)?;
            let parts = record.words();
            if phrases.iter().all(|phrase| parts.iter().any(|part| passage::has_phrase(part, phrase))) {
                found.push(Considered { at, record, score });
                if found.len() >= limit {
                    break;
                }
            }
        }
        Ok(found)
    }
}

/// Words and pairs of neighbours, each once.
pub(crate) fn bag(words: &[Option<String>]) -> Vec<String> {
    let mut bag: Vec<String> = words.iter().flatten().cloned().collect();
    bag.extend(words.windows(2).filter_map(|pair| match pair {
        [Some(a), Some(b)] => Some(format!("{a} {b}")),
        _ => None,
    }));
    bag.sort_unstable();
    bag.dedup();
    bag
}
