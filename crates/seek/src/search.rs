//! From a question to ranked articles.

use crate::index::{Index, Live};
use crate::lookup::Named;
use crate::query::{Answer, Hit, Query};
use crate::retrieve::{self, Allowed};
use crate::words::folded_words;
use crate::{SeekError, passage};
use tantivy::Term;

/// More words than this say nothing more; the rest of a pasted page is ignored.
const MOST_WORDS: usize = 64;

impl Index {
    /// The articles that answer, best first. Any text is a question; one without words has no answer.
    pub fn search(&self, query: &Query) -> Result<Answer, SeekError> {
        let live = self.live();
        let searcher = live.searcher();
        let allowed = Allowed::of(query, &live.fields, &searcher)?;
        let words: Vec<Option<String>> = folded_words(&query.text).into_iter().take(MOST_WORDS).collect();
        let named = Named::of(&live, &searcher, query, &allowed)?;
        let mut found = Vec::new();
        if named.whole || named.understood.article.is_some() {
            for at in named.articles(&live, &searcher, &allowed, query.limit)? {
                found.push((0.0, at));
            }
        }
        if found.is_empty() || !named.whole {
            let terms: Vec<Term> =
                bag(&words).iter().map(|term| Term::from_field_text(live.fields.bag, term)).collect();
            let rarities = retrieve::rarities(&searcher, &terms)?;
            let weighted: Vec<(Term, f32)> = terms.into_iter().zip(rarities).collect();
            let more = retrieve::best(&searcher, live.fields.bag, &weighted, &allowed, query.limit)?;
            let top = more.first().map_or(0.0, |(score, _)| *score);
            found.iter_mut().for_each(|(score, _)| *score = top);
            for (score, at) in more {
                if found.iter().all(|(_, other)| *other != at) {
                    found.push((score, at));
                }
            }
        }
        found.truncate(query.limit);
        let mut hits = Vec::with_capacity(found.len());
        for (score, at) in found {
            let record = Live::record(&searcher, live.fields.record, at)?;
            let snippet = passage::snippet(&record.text, &words);
            hits.push(Hit {
                id: record.id,
                document: record.document,
                number: record.number,
                kind: record.kind,
                title: record.title,
                article: record.article,
                heading: record.heading,
                score,
                snippet,
            });
        }
        Ok(Answer { hits, understood: named.understood })
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
