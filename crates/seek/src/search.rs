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

/// So many articles are looked at closely.
const CANDIDATES: usize = 100;
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
        search(&live.view(), query).map_err(SeekError::engine(live.dir()))
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
            let (considered, features) = consider(&view, &question, &named, &allowed)?;
            Ok(considered.into_iter().map(|c| c.record.id().to_owned()).zip(features).collect())
        };
        features().map_err(SeekError::engine(live.dir()))
    }
}

fn search(view: &View, query: &Query) -> tantivy::Result<Answer> {
    let allowed = Allowed::of(query, view)?;
    let phrases = Phrases::of(&query.text);
    let question = Question::of(&written_out(&query.text), view)?;
    let named = Named::of(view, query, &allowed)?;
    let mut found: Vec<Considered> = Vec::new();
    if named.whole || named.understood.article.is_some() {
        for at in named.articles(view, &allowed, query.limit)? {
            found.push(Considered { at, record: view.record(at)?, score: 0.0 });
        }
    }
    if found.is_empty() || !named.whole {
        let ranked = if phrases.is_empty() {
            rank(view, &question, &named, &allowed)?
        } else {
            phrases.ranked(view, &question, &allowed)?
        };
        let top = ranked.first().map_or(0.0, |c| c.score);
        found.iter_mut().for_each(|named| named.score = top + 1.0);
        let placed: Vec<DocAddress> = found.iter().map(|c| c.at).collect();
        found.extend(ranked.into_iter().filter(|c| !placed.contains(&c.at)));
    }
    found.truncate(query.limit);
    let comparer = Comparer::new(&question, Common::of(&question, 0.0));
    let hit = |c: Considered| Hit {
        snippet: passage::snippet(&comparer, &c.record, &named.understood),
        id: c.record.id().into(),
        document: c.record.document().into(),
        number: c.record.number().into(),
        kind: c.record.kind().into(),
        title: c.record.title().into(),
        article: c.record.article().into(),
        heading: c.record.heading().into(),
        score: c.score,
    };
    Ok(Answer { hits: found.into_iter().map(hit).collect(), understood: named.understood.clone() })
}

/// The best candidates by what was learned.
fn rank(
    view: &View,
    question: &Question,
    named: &Named,
    allowed: &Allowed,
) -> tantivy::Result<Vec<Considered>> {
    let (mut considered, features) = consider(view, question, named, allowed)?;
    for (candidate, features) in considered.iter_mut().zip(&features) {
        candidate.score = trees::learned().score(features);
    }
    considered.sort_by(|a, b| b.score.total_cmp(&a.score));
    Ok(considered)
}

/// Candidates in the order of the retrieval, with their features.
fn consider(
    view: &View,
    question: &Question,
    named: &Named,
    allowed: &Allowed,
) -> tantivy::Result<(Vec<Considered>, Vec<[f32; COUNT]>)> {
    let bag = view.fields.bag;
    let mut found = retrieve::best(&view.searcher, bag, &question.terms, allowed, CANDIDATES)?;
    if !named.documents.is_empty() {
        let term = |d: &Record| Term::from_field_text(view.fields.document, d.document());
        let terms: Vec<Term> = named.documents.iter().map(term).collect();
        let among = allowed.among(&view.searcher, &terms, false)?;
        let more = retrieve::best(&view.searcher, bag, &question.terms, &among, OF_NAMED)?;
        let new = more.into_iter().filter(|(_, at)| found.iter().all(|(_, other)| other != at));
        let new: Vec<_> = new.collect();
        found.extend(new);
    }
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
struct Phrases<'q>(Vec<&'q str>);

impl<'q> Phrases<'q> {
    fn of(text: &'q str) -> Phrases<'q> {
        let mut phrases = Vec::new();
        let mut open: Option<usize> = None;
        for (at, c) in text.char_indices().filter(|(_, c)| matches!(c, '"' | '“' | '”' | '«' | '»')) {
            match open.take() {
                Some(start) => phrases.push(text.get(start..at).unwrap_or_default()),
                None => open = Some(at + c.len_utf8()),
            }
        }
        phrases.retain(|phrase| phrase.contains(char::is_alphanumeric));
        Phrases(phrases)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Articles with all pairs of the phrases, best first, then only those with the phrases themselves.
    fn ranked(
        &self,
        view: &View,
        question: &Question,
        allowed: &Allowed,
    ) -> tantivy::Result<Vec<Considered>> {
        const DEEP: usize = 1000;
        let field = view.fields.bag;
        let needed = self.0.iter().flat_map(|phrase| bag(&folded_words(phrase)));
        let needed: Vec<Term> = needed.map(|term| Term::from_field_text(field, &term)).collect();
        let among = allowed.among(&view.searcher, &needed, true)?;
        let phrases: Vec<Vec<u32>> = self.0.iter().map(|phrase| numbers(phrase)).collect();
        let mut found = Vec::new();
        for (score, at) in retrieve::best(&view.searcher, field, &question.terms, &among, DEEP)? {
            let record = view.record(at)?;
            let parts = record.words();
            if phrases.iter().all(|phrase| parts.iter().any(|part| passage::has_phrase(part, phrase))) {
                found.push(Considered { at, record, score });
                if found.len() >= CANDIDATES {
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
