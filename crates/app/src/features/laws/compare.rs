//! A law against the one it replaces: article by article, word by word; and from it the table of what is new, which an
//! officer edits and from which the law board and the draft article take their sentences (promises A8, A17). Of a law that
//! replaces none every article is new.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use lawtext::compare::Side;
use serde::Deserialize;
use store::{Db, Id, Tx, sql};

use super::changes::{Run, runs};
use super::edit::{changed, keeper};
use super::law::{self, Law};
use super::node::{self, Node};
use super::relations::{self, Relation};
use super::{document, facts};
use crate::access::Act;
use crate::changes::{Conflict, both};
use crate::error::{Error, FieldProblem, Result};
use crate::page::{Page, Room, show, show_again, show_both};
use crate::web::Signed;
use crate::web::form::Form;

/// An article of the new law, one of the old law that has no successor, or a sentence of what is new that rests on no
/// article yet.
struct Row {
    /// Its place in the form.
    at: usize,
    /// "same", "merged", "moved", "new", "gone", "told"
    kind: &'static str,
    /// "unchanged" where not a word differs.
    unchanged: bool,
    title: String,
    link: String,
    /// The article of the new law that its sentence rests on; empty: none.
    path: String,
    /// Its predecessors: title, address.
    old: Vec<(String, String)>,
    words: Vec<Run>,
    /// The sentence that would say it.
    sentence: String,
    /// It is chosen for the table of what is new.
    taken: bool,
}

#[derive(Template)]
#[template(path = "laws/compare.html")]
struct ComparePage {
    page: Page,
    law: Law,
    old: Option<Law>,
    number: String,
    rows: Vec<Row>,
    /// What a sentence may rest on: path, title.
    articles: Vec<(String, String)>,
    counts: Vec<(&'static str, usize)>,
    may_change: bool,
    may_write: bool,
    /// That of the law as the page showed it first.
    version: String,
    conflict: Option<Conflict>,
}

#[derive(Deserialize)]
pub struct Asked {
    /// The number of the older law; the one that it replaces where none is given.
    #[serde(default)]
    cu: String,
}

/// The law that this one replaces, as far as the registry has it.
async fn replaced(db: &Db, law: &Law) -> Result<Option<Law>> {
    let all = relations::relations(db, law.id).await?.of_it;
    let of = |relation| all.iter().find(|r| r.relation == relation && !r.partial && r.law.is_some());
    let found = of(Relation::Replaces).or_else(|| of(Relation::EndsEffect)).or_else(|| of(Relation::Repeals));
    Ok(found.and_then(|r| r.law.clone()))
}

fn side(article: &Node) -> Side {
    Side { heading: article.heading.clone(), text: article.body() }
}

async fn articles(db: &Db, law: Id) -> Result<Vec<Node>> {
    Ok(node::nodes(db, law).await?.into_iter().filter(|n| n.is_article() && n.document == 0).collect())
}

/// Two laws held against each other.
struct Compared {
    old: Vec<Node>,
    new: Vec<Node>,
    /// Each article of the new law, as [`lawtext::compare`] finds it, with the words that differ from the first of its
    /// predecessors.
    found: Vec<(lawtext::compare::Match, Vec<Run>)>,
    gone: Vec<usize>,
}

/// Off the threads that answer: long laws take seconds.
async fn compared(old: Vec<Node>, new: Vec<Node>) -> Result<Compared> {
    let compared = tokio::task::spawn_blocking(move || {
        let sides = |nodes: &[Node]| nodes.iter().map(side).collect::<Vec<Side>>();
        let (olds, news) = (sides(&old), sides(&new));
        let comparison = lawtext::compare::compare(&olds, &news);
        let words = |found: &lawtext::compare::Match| match found.old.first().and_then(|o| olds.get(*o)) {
            Some(old) => news.get(found.new).map(|new| runs(&old.text, &new.text)).unwrap_or_default(),
            None => vec![],
        };
        let found = comparison.matches.into_iter().map(|found| {
            let words = words(&found);
            (found, words)
        });
        Compared { found: found.collect(), gone: comparison.gone, old, new }
    });
    compared.await.map_err(|e| Error::Internal(e.into()))
}

/// The table: what the articles are, with the sentences that were kept, and the kept sentences that rest on none.
async fn rows(db: &Db, page: &Page, law: &Law, old: Option<&Law>) -> Result<(Vec<Row>, Vec<Node>)> {
    let olds = match old {
        Some(old) => articles(db, old.id).await?,
        None => vec![],
    };
    let compared = compared(olds, articles(db, law.id).await?).await?;
    let kept: HashMap<String, String> =
        news(db, law.id).await?.into_iter().map(|n| (n.path, n.sentence)).collect();
    let told: Vec<&str> = law.news().collect();
    let link = |of: &Law, n: &Node| format!("{}/{}", of.path(), n.path.as_deref().unwrap_or_default());
    let link_old = |n: &Node| old.map(|old| link(old, n)).unwrap_or_default();
    let mut rows: Vec<Row> = Vec::new();
    for (found, words) in compared.found {
        let Some(new) = compared.new.get(found.new) else { continue };
        let olds: Vec<&Node> = found.old.iter().filter_map(|n| compared.old.get(*n)).collect();
        let unchanged = olds.len() == 1 && words.iter().all(|r| r.mark.is_empty());
        let path = new.path.clone().unwrap_or_default();
        let sentence = sentence(page, found.kind.code(), unchanged, new, &olds);
        rows.push(Row {
            at: rows.len(),
            kind: found.kind.code(),
            unchanged,
            title: new.title(),
            link: link(law, new),
            old: olds.iter().map(|o| (o.title(), link_old(o))).collect(),
            words,
            taken: kept.contains_key(&path) || told.contains(&sentence.as_str()),
            sentence: kept.get(&path).cloned().unwrap_or(sentence),
            path,
        });
    }
    for gone in compared.gone.iter().filter_map(|n| compared.old.get(*n)) {
        let sentence = sentence(page, "gone", false, gone, &[]);
        rows.push(Row {
            at: rows.len(),
            kind: "gone",
            unchanged: false,
            title: gone.title(),
            link: link_old(gone),
            path: String::new(),
            old: vec![],
            words: vec![],
            taken: told.contains(&sentence.as_str()),
            sentence,
        });
    }
    for sentence in told {
        if rows.iter().all(|r| !r.taken || r.sentence != sentence) {
            rows.push(Row {
                at: rows.len(),
                kind: "told",
                unchanged: false,
                title: sentence.to_owned(),
                link: String::new(),
                path: String::new(),
                old: vec![],
                words: vec![],
                sentence: sentence.to_owned(),
                taken: true,
            });
        }
    }
    Ok((rows, compared.new))
}

async fn page(
    signed: &Signed,
    law: Law,
    number: &str,
    form: Option<&Form>,
    problems: Vec<FieldProblem>,
) -> Result<ComparePage> {
    let db = &signed.app.db;
    let old = match number {
        "" => replaced(db, &law).await?,
        number => law::find_by_number(db, number).await?.filter(|l| l.id != law.id),
    };
    let mut page = signed
        .page(Room::Laws, &signed.say("laws-compare-title"))
        .crumb(signed.say("room-laws"), "/luat")
        .crumb(law.name(), format!("/luat/{}", law.id));
    page.problems = problems;
    if old.is_none() && !number.is_empty() {
        page.problems.push(FieldProblem {
            field: "cu",
            key: "laws-compare-unknown",
            value: number.to_owned(),
        });
    }
    let (mut rows, new) = match &old {
        None if !number.is_empty() => (vec![], vec![]),
        old => rows(db, &page, &law, old.as_ref()).await?,
    };
    // What a person has just typed stays.
    if let Some(form) = form {
        for row in &mut rows {
            row.taken = form.is("take", &row.at.to_string());
            row.sentence = form.text(&format!("sentence-{}", row.at)).to_owned();
            if row.kind == "told" {
                row.path = form.text(&format!("article-{}", row.at)).to_owned();
            }
        }
    }
    let mut counts: Vec<(&'static str, usize)> = Vec::new();
    for kind in ["new", "same", "merged", "moved", "gone"] {
        counts.push((kind, rows.iter().filter(|r| r.kind == kind).count()));
    }
    let may_change = keeper(signed, &law).is_ok();
    let may_write = signed.actor.can_anywhere(Act::WriteContent);
    let version = form.map_or(law.revision.to_string(), |f| f.text("version").to_owned());
    let articles = new.into_iter().filter_map(|n| Some((n.path.clone()?, n.title())));
    Ok(ComparePage {
        page,
        law,
        old,
        number: number.to_owned(),
        rows,
        articles: articles.collect(),
        counts,
        may_change,
        may_write,
        version,
        conflict: None,
    })
}

/// What a person would begin from: the article's subject, and how it stands to the old law.
fn sentence(page: &Page, kind: &str, unchanged: bool, article: &Node, old: &[&Node]) -> String {
    let printed = article.printed.trim_end_matches('.').to_owned();
    let subject = if article.heading.is_empty() { printed.clone() } else { article.heading.clone() };
    let before =
        old.iter().map(|o| o.printed.trim_end_matches('.').to_owned()).collect::<Vec<_>>().join(", ");
    let key = match kind {
        _ if unchanged => "laws-compare-says-same",
        "new" => "laws-compare-says-new",
        "gone" => "laws-compare-says-gone",
        _ => "laws-compare-says-changed",
    };
    let args = [("subject", subject), ("article", printed), ("before", before)];
    // Articles are Vietnamese: so is what is said of them.
    page.say_in(crate::i18n::Lang::Vi, key, &args).chars().take(facts::SENTENCE).collect()
}

/// `GET /luat/{id}/so-sanh`
pub async fn view(signed: Signed, Path(id): Path<String>, Query(asked): Query<Asked>) -> Result<Response> {
    let law = law::get(&signed.app.db, id.parse()?).await?;
    show(&page(&signed, law, viet::clean(&asked.cu).as_str(), None, vec![]).await?)
}

/// `POST /luat/{id}/so-sanh`: keeps the chosen sentences as what is new.
pub async fn save(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let law = law::get(&app.db, id.parse()?).await?;
    let by = keeper(&signed, &law)?;
    let number = viet::clean(form.text("cu"));
    let shown = page(&signed, law, &number, Some(&form), vec![]).await?;
    // The older law is none: nothing can have been chosen.
    if !shown.page.problems.is_empty() {
        return show_again(&shown);
    }
    let versions: HashMap<String, String> = articles(&app.db, shown.law.id)
        .await?
        .into_iter()
        .filter_map(|n| Some((n.path.clone()?, n.version())))
        .collect();
    let mut news = Vec::new();
    let mut problems = Vec::new();
    for row in shown.rows.iter().filter(|r| r.taken) {
        let sentence = viet::clean(&row.sentence);
        if sentence.chars().count() > facts::SENTENCE {
            let value = facts::SENTENCE.to_string();
            problems.push(FieldProblem { field: "news", key: "error-too-long", value });
        }
        let path = &row.path;
        let version = match versions.get(path) {
            Some(version) => version.clone(),
            None if path.is_empty() => String::new(),
            None => return Err(Error::invalid("news", "error-choice")),
        };
        if !sentence.is_empty() && !news.iter().any(|n: &(String, String, String)| n.0 == sentence) {
            news.push((sentence, path.clone(), version));
        }
    }
    if !problems.is_empty() {
        return show_again(&page(&signed, shown.law, &number, Some(&form), problems).await?);
    }
    let mut tx = app.db.begin().await?;
    match law::take(&mut tx, app, shown.law.id, shown.version.parse().unwrap_or(0)).await {
        Err(Error::Conflict(sentence)) => {
            drop(tx);
            let law = law::get(&app.db, shown.law.id).await?;
            let told = news.iter().map(|n| n.0.as_str()).collect::<Vec<_>>().join("\n");
            let fields = both(&signed, [("laws-news", told, law.news.clone())]);
            let mut shown = page(&signed, law, &number, Some(&form), vec![]).await?;
            shown.version = shown.law.revision.to_string();
            shown.conflict = Some(Conflict { sentence: signed.say(sentence), fields });
            return show_both(&shown);
        }
        taken => taken?,
    }
    tell(&mut tx, shown.law.id, &news).await?;
    let content = serde_json::to_vec(&news).map_err(|e| Error::Internal(e.into()))?;
    document::write_down(&mut tx, app, &by, "change", shown.law.id, &content).await?;
    tx.commit().await?;
    changed(&signed);
    Ok(signed.redirect(&format!("/luat/{}?xong=1", shown.law.id)))
}

/// Keeps what is new: sentences, each with its article and how that read.
async fn tell(tx: &mut Tx, law: Id, news: &[(String, String, String)]) -> Result<()> {
    sql!("DELETE FROM law_news WHERE law_id = $1", law).run(&mut *tx).await?;
    for (sentence, path, version) in news.iter().filter(|n| !n.1.is_empty()) {
        sql!(
            "INSERT INTO law_news (law_id, sentence, path, version) VALUES ($1, $2, $3, $4)",
            law,
            sentence,
            path,
            version
        )
        .run(&mut *tx)
        .await?;
    }
    let sentences = news.iter().map(|n| n.0.as_str()).collect::<Vec<_>>().join("\n");
    sql!("UPDATE laws SET news = $2 WHERE id = $1", law, sentences).run(tx).await?;
    Ok(())
}

store::record! {
    /// A sentence of what is new, with the article that it rests on.
    #[derive(Debug, Clone)]
    pub struct News {
        pub sentence: String,
        pub path: String,
        /// The article reads otherwise since.
        pub stale: bool,
    }
}

impl News {
    /// "Điều 3"
    pub fn place(&self) -> String {
        law::place(&self.path)
    }
}

/// Forgets what sentences rest on that are said no longer.
pub(super) async fn forget(tx: &mut Tx, law: Id, said: &[String]) -> Result<()> {
    let known: Vec<(String,)> =
        sql!("SELECT sentence FROM law_news WHERE law_id = $1 ORDER BY sentence", law).all(&mut *tx).await?;
    for (sentence,) in known.into_iter().filter(|k| !said.contains(&k.0)) {
        sql!("DELETE FROM law_news WHERE law_id = $1 AND sentence = $2", law, sentence).run(&mut *tx).await?;
    }
    Ok(())
}

/// The sentences of what is new that rest on an article.
pub async fn news(db: &Db, law: Id) -> Result<Vec<News>> {
    Ok(sql!(
        "SELECT w.sentence, w.path, (n.version IS NULL OR n.version <> w.version) AS stale
         FROM law_news w LEFT JOIN law_nodes n ON n.law_id = w.law_id AND n.path = w.path
         WHERE w.law_id = $1 ORDER BY w.sentence",
        law
    )
    .all(db)
    .await?)
}
