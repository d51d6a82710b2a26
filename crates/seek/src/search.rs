//! From a question to ranked articles.

use crate::index::{Index, Live};
use crate::query::{Answer, Hit, Query, Understood};
use crate::retrieve::{self, Filter};
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
        let words: Vec<Option<String>> = folded_words(&query.text).into_iter().take(MOST_WORDS).collect();
        let terms: Vec<Term> =
            bag(&words).iter().map(|term| Term::from_field_text(live.fields.bag, term)).collect();
        let rarities = retrieve::rarities(&searcher, &terms)?;
        let weighted: Vec<(Term, f32)> = terms.into_iter().zip(rarities).collect();
        let filter = Filter::of(query, &live.fields);
        let found = retrieve::best(&searcher, live.fields.bag, &weighted, &filter, query.limit)?;
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
        Ok(Answer { hits, understood: Understood::default() })
    }
}

/// Words and pairs of neighbours, each once.
fn bag(words: &[Option<String>]) -> Vec<String> {
    let mut bag: Vec<String> = words.iter().flatten().cloned().collect();
    bag.extend(words.windows(2).filter_map(|pair| match pair {
        [Some(a), Some(b)] => Some(format!("{a} {b}")),
        _ => None,
    }));
    bag.sort_unstable();
    bag.dedup();
    bag
}
