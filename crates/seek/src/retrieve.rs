//! The articles that share most with the question: BM25 over one bag of words.

use crate::Query;
use crate::index::{ANY_TOPIC, View, day, filter_key};
use std::collections::HashSet;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocAddress, DocId, DocSet, Searcher, SegmentReader, TERMINATED, Term};

/// Chosen on the questions of the yardstick: a second occurrence says little in legal prose.
const K1: f32 = 0.35;
const B: f32 = 0.75;

/// The documents that the filters of a query let through, segment by segment; `None`: all of a segment.
pub(crate) struct Allowed(Vec<Option<Vec<bool>>>);

impl Allowed {
    pub fn of(query: &Query, view: &View) -> tantivy::Result<Allowed> {
        let fields = &view.fields;
        let term = |field: Field, wanted: &String| Term::from_field_text(field, &filter_key(wanted));
        let mut groups: Vec<Vec<Term>> = Vec::new();
        groups.extend(query.kind.iter().map(|kind| vec![term(fields.kind, kind)]));
        groups.extend(query.issuer.iter().map(|issuer| vec![term(fields.issuer, issuer)]));
        let any = || Term::from_field_text(fields.topic, ANY_TOPIC);
        groups.extend(query.topic.iter().map(|topic| vec![term(fields.topic, topic), any()]));
        let only = query.documents.as_deref();
        let from = query.issued_from.as_deref().and_then(day);
        let to = query.issued_to.as_deref().and_then(day);
        let days = (from.is_some() || to.is_some()).then(|| (from.unwrap_or(1), to.unwrap_or(u64::MAX)));
        let allowed = |segment: &SegmentReader| {
            if groups.is_empty() && only.is_none() && days.is_none() && !segment.has_deletes() {
                return Ok(None);
            }
            let mut allowed: Vec<bool> = (0..segment.max_doc()).map(|doc| !segment.is_deleted(doc)).collect();
            for group in &groups {
                let has = having(segment, group)?;
                allowed.iter_mut().zip(has).for_each(|(allowed, has)| *allowed &= has);
            }
            if let Some(only) = only {
                let has = of_documents(segment, fields.document, only)?;
                allowed.iter_mut().zip(has).for_each(|(allowed, has)| *allowed &= has);
            }
            if let Some((from, to)) = days {
                let issued = segment.fast_fields().u64("issued")?;
                for (doc, allowed) in (0..).zip(&mut allowed) {
                    *allowed &= issued.first(doc).is_some_and(|day| (from..=to).contains(&day));
                }
            }
            Ok(Some(allowed))
        };
        Ok(Allowed(view.searcher.segment_readers().iter().map(allowed).collect::<tantivy::Result<_>>()?))
    }

    /// Those of them that have one of the terms, or all of them.
    pub fn among(&self, searcher: &Searcher, terms: &[Term], all: bool) -> tantivy::Result<Allowed> {
        let mut among = Vec::new();
        for (ord, segment) in (0..).zip(searcher.segment_readers()) {
            let mut has: Vec<bool> = (0..segment.max_doc()).map(|doc| self.lets_through(ord, doc)).collect();
            let groups: Vec<&[Term]> = if all { terms.chunks(1).collect() } else { vec![terms] };
            for group in groups {
                let also = having(segment, group)?;
                has.iter_mut().zip(also).for_each(|(has, also)| *has &= also);
            }
            among.push(Some(has));
        }
        Ok(Allowed(among))
    }

    #[inline]
    fn lets_through(&self, segment: u32, doc: DocId) -> bool {
        match self.0.get(segment as usize) {
            Some(Some(allowed)) => allowed.get(doc as usize) == Some(&true),
            Some(None) => true,
            None => false,
        }
    }
}

/// Which documents of the segment have one of the terms.
fn having(segment: &SegmentReader, terms: &[Term]) -> tantivy::Result<Vec<bool>> {
    let mut has = vec![false; segment.max_doc() as usize];
    for term in terms {
        let index = segment.inverted_index(term.field())?;
        if let Some(postings) = index.read_postings(term, IndexRecordOption::Basic)? {
            mark(&mut has, postings);
        }
    }
    Ok(has)
}

/// Which records of the segment are of these documents.
fn of_documents(segment: &SegmentReader, field: Field, only: &HashSet<String>) -> tantivy::Result<Vec<bool>> {
    let mut has = vec![false; segment.max_doc() as usize];
    let index = segment.inverted_index(field)?;
    let mut terms = index.terms().stream()?;
    while terms.advance() {
        if std::str::from_utf8(terms.key()).is_ok_and(|document| only.contains(document)) {
            let postings = index.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
            mark(&mut has, postings);
        }
    }
    Ok(has)
}

fn mark(has: &mut [bool], mut postings: SegmentPostings) {
    while postings.doc() != TERMINATED {
        if let Some(has) = has.get_mut(postings.doc() as usize) {
            *has = true;
        }
        postings.advance();
    }
}

/// Every document with the term that the filter lets through.
pub(crate) fn with_term(
    searcher: &Searcher,
    term: &Term,
    allowed: &Allowed,
) -> tantivy::Result<Vec<DocAddress>> {
    let mut found = Vec::new();
    for (ord, segment) in (0..).zip(searcher.segment_readers()) {
        let index = segment.inverted_index(term.field())?;
        let Some(mut postings) = index.read_postings(term, IndexRecordOption::Basic)? else { continue };
        while postings.doc() != TERMINATED {
            if allowed.lets_through(ord, postings.doc()) {
                found.push(DocAddress::new(ord, postings.doc()));
            }
            postings.advance();
        }
    }
    Ok(found)
}

/// How rare each term is, over all segments.
pub(crate) fn rarities(searcher: &Searcher, terms: &[Term]) -> tantivy::Result<Vec<f32>> {
    let all: u64 = searcher.segment_readers().iter().map(|s| u64::from(s.max_doc())).sum();
    let rarity = |term: &Term| {
        let with = searcher.doc_freq(term)?.min(all) as f32;
        Ok((1.0 + (all as f32 - with + 0.5) / (with + 0.5)).ln())
    };
    terms.iter().map(rarity).collect()
}

/// A posting list with the weight of its term.
struct List {
    postings: SegmentPostings,
    weight: f32,
}

/// The best `limit` documents, best first. `terms` with their weights, all of `field`.
pub(crate) fn best(
    searcher: &Searcher,
    field: Field,
    terms: &[(Term, f32)],
    allowed: &Allowed,
    limit: usize,
) -> tantivy::Result<Vec<(f32, DocAddress)>> {
    let (mut tokens, mut docs) = (0, 0);
    for segment in searcher.segment_readers() {
        tokens += segment.inverted_index(field)?.total_num_tokens();
        docs += u64::from(segment.max_doc());
    }
    let average = (tokens as f32 / docs.max(1) as f32).max(1.0);
    let norms: [f32; 256] = std::array::from_fn(|id| {
        let length = tantivy::fieldnorm::FieldNormReader::id_to_fieldnorm(id as u8) as f32;
        K1 * (1.0 - B + B * length / average)
    });
    let mut found: Vec<(f32, DocAddress)> = Vec::new();
    for (ord, segment) in (0..).zip(searcher.segment_readers()) {
        // What other segments have found is the bar for this one.
        let bar = limit.checked_sub(1).and_then(|last| found.get(last)).map_or(0.0, |(score, _)| *score);
        let pass = |doc| allowed.lets_through(ord, doc);
        let scored = best_of_segment(segment, field, terms, &norms, limit, bar, pass)?;
        found.extend(scored.into_iter().map(|(score, doc)| (score, DocAddress::new(ord, doc))));
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        found.truncate(limit);
    }
    Ok(found)
}

/// Terms are taken from the rarest to the commonest. Once all terms that are left cannot lift a new document above
/// the best `limit`, they only add to those that can still get there. Documents below `bar` may be left out.
fn best_of_segment(
    segment: &SegmentReader,
    field: Field,
    terms: &[(Term, f32)],
    norms: &[f32; 256],
    limit: usize,
    mut bar: f32,
    allowed: impl Fn(DocId) -> bool,
) -> tantivy::Result<Vec<(f32, DocId)>> {
    let index = segment.inverted_index(field)?;
    let lengths = segment.get_fieldnorms_reader(field)?;
    let mut lists = Vec::new();
    for (term, weight) in terms {
        if let Some(postings) = index.read_postings(term, IndexRecordOption::WithFreqs)? {
            lists.push(List { postings, weight: *weight });
        }
    }
    lists.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    // A term adds at most its weight times (k1 + 1).
    let mut left: f32 = lists.iter().map(|list| list.weight * (K1 + 1.0)).sum();
    let gain = |list: &List, doc: DocId| {
        let times = list.postings.term_freq() as f32;
        let norm = norms.get(usize::from(lengths.fieldnorm_id(doc))).copied().unwrap_or(K1);
        list.weight * times * (K1 + 1.0) / (times + norm)
    };

    let mut scores = vec![0.0_f32; segment.max_doc() as usize];
    let mut highest = 0.0_f32;
    let mut lists = lists.into_iter().peekable();
    while let Some(mut list) = lists.next_if(|_| left > bar) {
        left = (left - list.weight * (K1 + 1.0)).max(0.0);
        let mut doc = list.postings.doc();
        while doc != TERMINATED {
            if allowed(doc)
                && let Some(score) = scores.get_mut(doc as usize)
            {
                *score += gain(&list, doc);
                highest = highest.max(*score);
            }
            doc = list.postings.advance();
        }
        // Worth looking for the bar only where it may end the loop; it is well below the highest score.
        if 0.8 * highest >= left {
            bar = bar_of(scores.iter().copied(), limit, bar);
        }
    }
    let mut hopeful: Vec<(f32, DocId)> =
        scores.into_iter().zip(0..).filter(|(score, _)| *score > 0.0 && *score + left >= bar).collect();
    for mut list in lists {
        left = (left - list.weight * (K1 + 1.0)).max(0.0);
        for (score, doc) in &mut hopeful {
            if list.postings.doc() < *doc {
                list.postings.seek(*doc);
            }
            if list.postings.doc() == *doc {
                *score += gain(&list, *doc);
            }
        }
        bar = bar_of(hopeful.iter().map(|(score, _)| *score), limit, bar);
        hopeful.retain(|(score, _)| *score + left >= bar);
    }
    hopeful.retain(|(score, _)| *score >= bar);
    Ok(hopeful)
}

/// The score of the document at place `limit`, if it is above the bar of before.
fn bar_of(scores: impl Iterator<Item = f32>, limit: usize, before: f32) -> f32 {
    let mut reached: Vec<f32> = scores.filter(|score| *score > before).collect();
    match limit.checked_sub(1) {
        Some(last) if last < reached.len() => *reached.select_nth_unstable_by(last, |a, b| b.total_cmp(a)).1,
        _ => before,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Bag, folded_words};
    use proptest::prelude::*;
    use tantivy::fieldnorm::FieldNormReader;
    use tantivy::schema::{Schema, TextFieldIndexing, TextOptions};
    use tantivy::{Index, IndexWriter, TantivyDocument};

    /// One segment a part of the texts.
    fn index(texts: &[Vec<String>]) -> (Index, Field) {
        let indexing =
            TextFieldIndexing::default().set_tokenizer("bag").set_index_option(IndexRecordOption::WithFreqs);
        let mut schema = Schema::builder();
        let field = schema.add_text_field("bag", TextOptions::default().set_indexing_options(indexing));
        let index = Index::create_in_ram(schema.build());
        index.tokenizers().register("bag", Bag);
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 20_000_000).expect("a writer");
        writer.set_merge_policy(Box::new(tantivy::indexer::NoMergePolicy));
        for segment in texts {
            for text in segment {
                let mut doc = TantivyDocument::new();
                doc.add_text(field, text);
                writer.add_document(doc).expect("added");
            }
            writer.commit().expect("committed");
        }
        (index, field)
    }

    /// The same scores, article by article.
    fn naive(texts: &[Vec<String>], terms: &[(String, f32)]) -> Vec<f32> {
        let bag = |text: &String| -> Vec<String> { folded_words(text).into_iter().flatten().collect() };
        let length = |words: usize| if words == 0 { 0 } else { 2 * words - 1 } as u32;
        let all: Vec<Vec<String>> = texts.iter().flatten().map(bag).collect();
        let total: u32 = all.iter().map(|words| length(words.len())).sum();
        let average = (total as f32 / all.len().max(1) as f32).max(1.0);
        let score = |words: &Vec<String>| {
            let coarse =
                FieldNormReader::id_to_fieldnorm(FieldNormReader::fieldnorm_to_id(length(words.len())));
            let norm = K1 * (1.0 - B + B * coarse as f32 / average);
            let gain = |(term, weight): &(String, f32)| {
                let times = words.iter().filter(|word| *word == term).count() as f32;
                if times > 0.0 { weight * times * (K1 + 1.0) / (times + norm) } else { 0.0 }
            };
            terms.iter().map(gain).sum()
        };
        let mut scores: Vec<f32> = all.iter().map(score).filter(|score: &f32| *score > 0.0).collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        scores
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// Stopping early loses nothing.
        #[test]
        fn the_best_are_the_best(
            texts in prop::collection::vec(prop::collection::vec("([a-h] ){0,12}", 1..25), 1..4),
            weights in prop::collection::vec(0.05_f32..5.0, 8),
            limit in 1_usize..12,
        ) {
            let (index, field) = index(&texts);
            let searcher = index.reader().expect("a reader").searcher();
            let terms: Vec<(String, f32)> =
                ["a", "b", "c", "d", "e", "f", "g", "h"].map(String::from).into_iter().zip(weights).collect();
            let asked: Vec<(Term, f32)> =
                terms.iter().map(|(t, w)| (Term::from_field_text(field, t), *w)).collect();
            let all = Allowed(texts.iter().map(|_| None).collect());
            let found = best(&searcher, field, &asked, &all, limit).expect("found");
            let mut expected = naive(&texts, &terms);
            expected.truncate(limit);
            prop_assert_eq!(found.len(), expected.len());
            for ((score, _), expected) in found.iter().zip(expected) {
                prop_assert!((score - expected).abs() < 1e-3, "{score} {expected}");
            }
        }
    }
}
