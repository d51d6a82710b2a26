//! Corrections: words of our copy of a text that a person put right, because they were misread or mistyped on their way
//! here. The law has not changed, so a correction has no day: it is part of the text as it came, amendments are carried
//! out on the text so corrected, and to undo one gives that text back.
//!
//! When the document comes again, each correction is held against the new source (three-way): it stays where the source
//! reads there as before, it has arrived where the source now reads as corrected, and where the source has changed
//! otherwise the new source shows and a person decides.

use jiff::Timestamp;
use lawtext::compare::{Piece, differences};
use serde::{Deserialize, Serialize};
use store::{Db, Id, Runs, Tx, sql};

use super::amendments;
use super::document::{self, By};
use super::node::{self, Block, Node};
use crate::app::App;
use crate::error::{Error, FieldProblem, Result};

/// What of a provision can be corrected; its level and its address stay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Words {
    pub heading: String,
    pub text: String,
    pub content: Vec<Block>,
}

impl Words {
    pub fn of(node: &Node) -> Words {
        Words { heading: node.heading.clone(), text: node.text.clone(), content: node.content.clone() }
    }
    /// All of them, one paragraph a line.
    pub fn whole(&self) -> String {
        let body = Node::from(self.clone()).body();
        [self.heading.as_str(), body.as_str()].join("\n").trim().to_owned()
    }
    /// Tells them from others: what was typed on a page belongs to the words it showed.
    pub fn version(&self) -> String {
        Node::from(self.clone()).version()
    }
    fn put(&self, node: &mut Node) {
        let words = self.clone();
        (node.heading, node.text, node.content) = (words.heading, words.text, words.content);
    }
}

impl From<Words> for Node {
    fn from(words: Words) -> Node {
        Node {
            document: 0,
            depth: 0,
            level: String::new(),
            label: String::new(),
            printed: String::new(),
            heading: words.heading,
            text: words.text,
            path: None,
            cited_as: None,
            content: words.content,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Holds,
    Asks,
    Arrived,
    Replaced,
    Undone,
}

impl State {
    pub fn code(self) -> &'static str {
        match self {
            State::Holds => "holds",
            State::Asks => "asks",
            State::Arrived => "arrived",
            State::Replaced => "replaced",
            State::Undone => "undone",
        }
    }
    fn from_code(code: &str) -> State {
        match code {
            "holds" => State::Holds,
            "asks" => State::Asks,
            "arrived" => State::Arrived,
            "replaced" => State::Replaced,
            _ => State::Undone,
        }
    }
    /// The key of its words.
    pub fn word(self) -> String {
        format!("laws-correction-{}", self.code())
    }
}

#[derive(Debug, Clone)]
pub struct Correction {
    pub id: Id,
    pub path: String,
    /// As the source had it when it was corrected.
    pub source: Words,
    pub words: Words,
    pub reason: String,
    pub state: State,
    pub made_at: Timestamp,
    /// Who made it.
    pub account: Option<Id>,
}

store::record! {
    struct Row {
        id: Id, path: String, source_words: String, words: String, reason: String, state: String, made_at: Timestamp,
        account_id: Option<Id>,
    }
}

fn bad(e: serde_json::Error) -> Error {
    Error::Internal(e.into())
}

/// All that was ever corrected in a law, the newest first.
pub async fn of_law(db: impl Runs, law: Id) -> Result<Vec<Correction>> {
    let rows: Vec<Row> = sql!(
        "SELECT id, path, source_words, words, reason, state, made_at, account_id
         FROM law_corrections WHERE law_id = $1 ORDER BY made_at DESC, id DESC",
        law
    )
    .all(db)
    .await?;
    let read = |row: Row| {
        Ok(Correction {
            id: row.id,
            path: row.path,
            source: serde_json::from_str(&row.source_words).map_err(bad)?,
            words: serde_json::from_str(&row.words).map_err(bad)?,
            reason: row.reason,
            state: State::from_code(&row.state),
            made_at: row.made_at,
            account: row.account_id,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The words of a provision that a page once showed: they are known as long as every change since was a correction.
pub async fn with_version(db: &Db, law: Id, path: &str, version: &str) -> Result<Option<Words>> {
    let all = of_law(db, law).await?.into_iter().filter(|c| c.path == path);
    Ok(all.flat_map(|c| [c.words, c.source]).find(|words| words.version() == version))
}

/// How many corrections of a law wait for a person.
pub async fn asking(db: &Db, law: Id) -> Result<i64> {
    let (count,): (i64,) =
        sql!("SELECT COUNT(*) FROM law_corrections WHERE law_id = $1 AND state = 'asks'", law)
            .get(db)
            .await?;
    Ok(count)
}

async fn settle(tx: &mut Tx, id: Id, state: State) -> Result<()> {
    sql!("UPDATE law_corrections SET state = $2 WHERE id = $1", id, state.code()).run(tx).await?;
    Ok(())
}

fn at<'n>(nodes: &'n mut [Node], path: &str) -> Option<&'n mut Node> {
    nodes.iter_mut().find(|n| n.path.as_deref() == Some(path))
}

/// The text as its source has it: the text as it came, every correction taken back.
pub(super) async fn source(tx: &mut Tx, law: Id, mut base: Vec<Node>) -> Result<Vec<Node>> {
    for correction in of_law(tx, law).await?.iter().filter(|c| c.state == State::Holds) {
        if let Some(node) = at(&mut base, &correction.path) {
            correction.source.put(node);
        }
    }
    Ok(base)
}

/// A document that came again: what stays corrected in it, and the places of what a person has to decide about.
pub(super) async fn carry_over(
    tx: &mut Tx,
    law: Id,
    mut source: Vec<Node>,
) -> Result<(Vec<Node>, Vec<String>)> {
    let mut asking = Vec::new();
    for correction in of_law(&mut *tx, law).await? {
        if !matches!(correction.state, State::Holds | State::Asks) {
            continue;
        }
        let node = at(&mut source, &correction.path);
        let reads = node.as_deref().map(Words::of);
        let state = match (node, reads) {
            (Some(node), Some(reads)) if reads == correction.source && correction.state == State::Holds => {
                correction.words.put(node);
                State::Holds
            }
            (_, Some(reads)) if reads == correction.words => State::Arrived,
            _ => State::Asks,
        };
        if state == State::Asks {
            asking.push(correction.path);
        }
        if state != correction.state {
            settle(tx, correction.id, state).await?;
        }
    }
    Ok((source, asking))
}

/// Whoever changes the text waits here for whoever does already.
async fn wait(tx: &mut Tx, app: &App, law: Id) -> Result<()> {
    sql!(
        "UPDATE laws SET revision = CASE WHEN revision >= $2 THEN revision + 1 ELSE $2 END WHERE id = $1",
        law,
        app.now()
    )
    .run(tx)
    .await?;
    Ok(())
}

/// What a person types: the words of one provision, the version of those that the page showed, and why.
pub struct Typed {
    pub words: Words,
    pub version: String,
    pub reason: String,
}

/// Corrects a provision. What then reads as its source does is corrected no more.
pub async fn correct(tx: &mut Tx, app: &App, by: &By, law: Id, path: &str, typed: Typed) -> Result<()> {
    wait(tx, app, law).await?;
    let before = node::nodes(&mut *tx, law).await?;
    let mut base = amendments::base(&mut *tx, law, before.clone()).await?;
    let node = at(&mut base, path).ok_or(Error::NotFound)?;
    if Words::of(node).version() != typed.version {
        return Err(Error::Conflict("laws-correct-changed"));
    }
    if Words::of(node) == typed.words {
        return Err(Error::invalid("words", "laws-correct-same"));
    }
    let mut source = Words::of(node);
    typed.words.put(node);
    for earlier in of_law(&mut *tx, law).await?.iter().filter(|c| c.path == path) {
        if earlier.state == State::Holds {
            source = earlier.source.clone();
        }
        if matches!(earlier.state, State::Holds | State::Asks) {
            let state = if typed.words == source { State::Undone } else { State::Replaced };
            settle(tx, earlier.id, state).await?;
        }
    }
    if typed.words != source {
        sql!(
            "INSERT INTO law_corrections (id, law_id, path, source_words, words, reason, state, made_at, account_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            app.new_id(),
            law,
            path,
            serde_json::to_string(&source).map_err(bad)?,
            serde_json::to_string(&typed.words).map_err(bad)?,
            typed.reason,
            State::Holds.code(),
            app.now(),
            by.account
        )
        .run(&mut *tx)
        .await?;
    }
    rewrite(tx, app, by, law, &before, base).await?;
    let content = format!("{path}\n{}\n{}", typed.reason, typed.words.whole());
    document::write_down(tx, app, by, "correct", law, content.as_bytes()).await
}

/// What a person decides about a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The words are those of the source again; of one that asks, they stay so.
    Undo,
    /// One that asks is made anew on the source as it reads now.
    Keep,
}

pub async fn decide(tx: &mut Tx, app: &App, by: &By, law: Id, id: Id, what: Decision) -> Result<()> {
    wait(tx, app, law).await?;
    let all = of_law(&mut *tx, law).await?;
    let chosen = all.into_iter().find(|c| c.id == id).ok_or(Error::NotFound)?;
    let words = match (what, chosen.state) {
        (Decision::Undo, State::Holds) => chosen.source,
        (Decision::Keep, State::Asks) => chosen.words,
        (Decision::Undo, State::Asks) => {
            settle(tx, id, State::Undone).await?;
            return document::write_down(tx, app, by, "correct", law, format!("{what:?} {id}").as_bytes())
                .await;
        }
        _ => return Err(Error::Conflict("laws-correct-changed")),
    };
    let rows = node::nodes(&mut *tx, law).await?;
    let mut base = amendments::base(&mut *tx, law, rows).await?;
    let node =
        at(&mut base, &chosen.path).ok_or_else(|| Error::invalid("correction", "laws-correct-gone"))?;
    let version = Words::of(node).version();
    correct(tx, app, by, law, &chosen.path, Typed { words, version, reason: chosen.reason }).await
}

/// Writes the text with what was carried out on it carried out anew. A correction that would take the ground from an
/// amendment is refused.
async fn rewrite(tx: &mut Tx, app: &App, by: &By, law: Id, before: &[Node], base: Vec<Node>) -> Result<()> {
    let (nodes, lost) = amendments::carry_over(tx, app, by, law, base).await?;
    if let Some(sentence) = lost.into_iter().next() {
        let value = sentence.chars().take(120).collect();
        return Err(Error::Invalid(vec![FieldProblem { field: "words", key: "laws-correct-breaks", value }]));
    }
    sql!("DELETE FROM law_nodes WHERE law_id = $1", law).run(&mut *tx).await?;
    document::insert_nodes(tx, law, &nodes).await?;
    for before in before {
        let Some(now) = nodes.iter().find(|n| n.path.is_some() && n.path == before.path) else { continue };
        let corrected = Corrected::of(law, before, now);
        if corrected.from == corrected.to {
            continue;
        }
        still_new(tx, &corrected).await?;
        for feature in crate::on_laws() {
            feature.corrected(tx, &corrected).await?;
        }
    }
    Ok(())
}

/// A provision of which words were corrected. The law has not changed: what rests on it stays as it is, unless it
/// says again words that went – it may have repeated the mistake.
pub struct Corrected {
    pub law: Id,
    pub path: String,
    /// The versions before and after.
    pub from: String,
    pub to: String,
    /// The words that went, run by run; where words only came, those around them.
    went: Vec<String>,
}

impl Corrected {
    fn of(law: Id, before: &Node, now: &Node) -> Corrected {
        let path = now.path.clone().unwrap_or_default();
        let (old, new) = (Words::of(before).whole(), Words::of(now).whole());
        let pieces = differences(&old, &new);
        let is_change =
            |n: Option<usize>| !matches!(n.and_then(|n| pieces.get(n)), Some(Piece::Same(_)) | None);
        let mut went = Vec::new();
        for (n, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Gone(text) => went.push(plain(text)),
                Piece::Came(_) if !is_change(n.checked_sub(1)) && !is_change(Some(n + 1)) => {
                    let same = |n: Option<usize>| match n.and_then(|n| pieces.get(n)) {
                        Some(Piece::Same(text)) => plain(text),
                        _ => String::new(),
                    };
                    let (left, right) = (same(n.checked_sub(1)), same(Some(n + 1)));
                    let around = [left.rsplit(' ').next(), right.split(' ').next()];
                    went.push(around.into_iter().flatten().collect::<Vec<_>>().join(" ").trim().to_owned());
                }
                _ => {}
            }
        }
        went.retain(|words| !words.is_empty());
        Corrected { law, path, from: before.version(), to: now.version(), went }
    }
    /// Whether a text says again what was put right.
    pub fn is_repeated_in(&self, text: &str) -> bool {
        let text = format!(" {} ", plain(text));
        self.went.iter().any(|words| text.contains(&format!(" {words} ")))
    }
}

/// The words alone, in small letters.
fn plain(text: &str) -> String {
    let words = viet::syllables(text).map(|(_, word)| word.to_lowercase());
    words.collect::<Vec<_>>().join(" ")
}

/// The sentences of what is new go on resting on the article as it reads now.
async fn still_new(tx: &mut Tx, corrected: &Corrected) -> Result<()> {
    let sentences: Vec<(String,)> = sql!(
        "SELECT sentence FROM law_news WHERE law_id = $1 AND path = $2 AND version = $3 ORDER BY sentence",
        corrected.law,
        corrected.path,
        corrected.from
    )
    .all(&mut *tx)
    .await?;
    for (sentence,) in sentences.into_iter().filter(|s| !corrected.is_repeated_in(&s.0)) {
        sql!(
            "UPDATE law_news SET version = $3 WHERE law_id = $1 AND sentence = $2",
            corrected.law,
            sentence,
            corrected.to
        )
        .run(&mut *tx)
        .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(text: &str) -> Node {
        Node {
            text: text.to_owned(),
            ..Words { heading: String::new(), text: String::new(), content: vec![] }.into()
        }
    }

    #[test]
    fn what_repeats_a_mistake_is_told_from_what_does_not() {
        let check = |before: &str, after: &str, text: &str, expected: bool| {
            let corrected = Corrected::of(Id::from_parts(0, [0; 10]), &article(before), &article(after));
            assert_eq!(corrected.is_repeated_in(text), expected, "{before} → {after}: {text}");
        };
        check("giữ trong 80 ngày làm việc", "giữ trong 30 ngày làm việc", "được giữ 80 ngày", true);
        check("giữ trong 80 ngày làm việc", "giữ trong 30 ngày làm việc", "được giữ sách lâu", false);
        check("hòa giải viêm được chọn", "hòa giải viên được chọn", "Hòa giải VIÊM được chọn.", true);
        check("người mượn được trả tiền", "người mượn không được trả tiền", "Người mượn được trả", true);
        check("người mượn được trả tiền", "người mượn không được trả tiền", "mượn sách ở đâu", false);
        check("một, hai ba", "một hai ba", "một hai", false);
    }
}
