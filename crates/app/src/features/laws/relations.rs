//! What documents say of each other, read both ways; and what of ours rests on a law.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Db, Filter, Id, Tx, sql};

use super::bearers::{self, Bearer};
use super::corrections::Corrected;
use super::document::By;
use super::law::{self, Law};
use crate::app::App;
use crate::error::Result;
use crate::tasks::Later;
use crate::web::Signed;

/// What the newer document does to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// Căn cứ
    BasedOn,
    /// Quy định chi tiết, hướng dẫn thi hành
    Guides,
    /// Triển khai thực hiện
    CarriesOut,
    /// Sửa đổi, bổ sung
    Amends,
    /// Thay thế
    Replaces,
    /// Bãi bỏ
    Repeals,
    /// Đình chỉ, tạm ngưng hiệu lực
    Suspends,
    /// "… hết hiệu lực kể từ ngày … có hiệu lực": replaced or repealed, the sentence does not say which.
    EndsEffect,
    /// Dẫn chiếu: between provisions only.
    RefersTo,
}

impl Relation {
    /// What one document as a whole may be to another.
    pub const ALL: [Relation; 8] = [
        Relation::BasedOn,
        Relation::Guides,
        Relation::CarriesOut,
        Relation::Amends,
        Relation::Replaces,
        Relation::Repeals,
        Relation::Suspends,
        Relation::EndsEffect,
    ];
    pub fn code(self) -> &'static str {
        match self {
            Relation::BasedOn => "based-on",
            Relation::Guides => "guides",
            Relation::CarriesOut => "carries-out",
            Relation::Amends => "amends",
            Relation::Replaces => "replaces",
            Relation::Repeals => "repeals",
            Relation::Suspends => "suspends",
            Relation::EndsEffect => "ends-effect",
            Relation::RefersTo => "refers-to",
        }
    }
    pub fn from_code(code: &str) -> Option<Relation> {
        Relation::ALL.into_iter().chain([Relation::RefersTo]).find(|r| r.code() == code)
    }
    /// Key of the words for it, read from the newer document.
    pub fn word(self) -> String {
        format!("laws-relation-{}", self.code())
    }
    /// Key of the words for it, read from the other end.
    pub fn word_back(self) -> String {
        format!("laws-relation-back-{}", self.code())
    }
    /// Whether it changes what holds of the other document: only whoever keeps that one lets it count.
    fn touches(self) -> bool {
        matches!(
            self,
            Relation::Amends
                | Relation::Replaces
                | Relation::Repeals
                | Relation::Suspends
                | Relation::EndsEffect
        )
    }
    /// Whether it is a link of the chain from a directive down to what is done.
    fn leads_down(self) -> bool {
        matches!(self, Relation::BasedOn | Relation::Guides | Relation::CarriesOut)
    }
}

impl From<lawtext::RelationKind> for Relation {
    fn from(kind: lawtext::RelationKind) -> Relation {
        use lawtext::RelationKind as Kind;
        match kind {
            Kind::BasedOn => Relation::BasedOn,
            Kind::Guides => Relation::Guides,
            Kind::Amends => Relation::Amends,
            Kind::Replaces => Relation::Replaces,
            Kind::Repeals => Relation::Repeals,
            Kind::Suspends => Relation::Suspends,
            Kind::EndsEffect => Relation::EndsEffect,
            Kind::RefersTo => Relation::RefersTo,
        }
    }
}

/// A relation to enter: the other document by its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewRelation {
    pub relation: Relation,
    pub number: String,
    /// Words, items or provisions of the other document only.
    #[serde(default)]
    pub partial: bool,
    pub evidence: String,
    pub proposed: bool,
}

impl NewRelation {
    /// As a person states it.
    pub fn stated(relation: Relation, number: impl Into<String>) -> NewRelation {
        let number = number.into();
        NewRelation { relation, number, partial: false, evidence: String::new(), proposed: false }
    }
}

/// Whether what somebody says may count at once: what touches another document waits for whoever keeps that one.
async fn counts(tx: &mut Tx, by: &By, relation: Relation, other: Option<Id>) -> Result<bool> {
    if by.keeps_all || !relation.touches() {
        return Ok(true);
    }
    let Some(other) = other else { return Ok(false) };
    let other: Option<Law> = law::select().filter(Filter::is("id", other)).query().find(tx).await?;
    Ok(other.is_some_and(|law| by.keeps(&law)))
}

/// Enters the relations of a document that it does not have yet, and joins those of others that wait for it.
pub(super) async fn relate(
    tx: &mut Tx,
    by: &By,
    law: Id,
    number: &str,
    relations: &[NewRelation],
) -> Result<()> {
    let (issuer,): (String,) = sql!("SELECT issuer FROM laws WHERE id = $1", law).get(&mut *tx).await?;
    for r in relations {
        let key = law::number_key(&r.number);
        let all = bearers::bearers(&mut *tx, &key).await?;
        let others: Vec<&Bearer> = all.iter().filter(|b| b.id != law).collect();
        let other = bearers::meant(&others, &r.evidence, &issuer).map(|b| b.id);
        let proposed = r.proposed || !counts(&mut *tx, by, r.relation, other).await?;
        sql!(
            "INSERT INTO law_relations (from_id, relation, to_key, to_number, to_id, partial, evidence, proposed)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (from_id, relation, to_key) DO NOTHING",
            law,
            r.relation.code(),
            key,
            r.number,
            other,
            r.partial,
            r.evidence,
            proposed
        )
        .run(tx)
        .await?;
    }
    store::record! { struct Waiting { from_id: Id, relation: String, issuer: String, evidence: String, to_id: Option<Id> } }
    let key = law::number_key(number);
    let all = bearers::bearers(&mut *tx, &key).await?;
    // One more document of a number may be the one that was meant; what a person stated stays.
    let waiting: Vec<Waiting> = sql!(
        "SELECT r.from_id, r.relation, l.issuer, r.evidence, r.to_id FROM law_relations r JOIN laws l ON l.id = r.from_id
         WHERE r.to_key = $1 AND r.from_id <> $2 AND (r.to_id IS NULL OR r.evidence <> '')
         ORDER BY r.from_id, r.relation",
        key,
        law
    )
    .all(&mut *tx)
    .await?;
    for w in waiting {
        let others: Vec<&Bearer> = all.iter().filter(|b| b.id != w.from_id).collect();
        let other = bearers::meant(&others, &w.evidence, &w.issuer).map(|b| b.id);
        if other != w.to_id {
            sql!(
                "UPDATE law_relations SET to_id = $4 WHERE from_id = $1 AND relation = $2 AND to_key = $3",
                w.from_id,
                w.relation,
                key,
                other
            )
            .run(&mut *tx)
            .await?;
        }
    }
    Ok(())
}

/// What a person decided about a relation: it is not so, or it is. What touches a document that others keep is theirs
/// to confirm, and to take back once it counts.
pub(super) async fn settle(
    tx: &mut Tx,
    by: &By,
    law: Id,
    known: &Related,
    drop: bool,
    confirm: bool,
) -> Result<()> {
    let decides = counts(&mut *tx, by, known.relation, known.law.as_ref().map(|l| l.id)).await?;
    let (drop, confirm) = (drop && (decides || known.proposed), confirm && decides);
    let key = law::number_key(&known.number);
    let code = known.relation.code();
    if drop {
        sql!(
            "DELETE FROM law_relations WHERE from_id = $1 AND relation = $2 AND to_key = $3",
            law,
            code,
            key
        )
        .run(tx)
        .await?;
    } else if confirm && known.proposed {
        sql!(
            "UPDATE law_relations SET proposed = $4 WHERE from_id = $1 AND relation = $2 AND to_key = $3",
            law,
            code,
            key,
            false
        )
        .run(tx)
        .await?;
    }
    Ok(())
}

/// Whoever keeps a document and carries out in it what another one says has confirmed that the other amends it; whether
/// that was open until now. Taken out of the text again, the other amends it still: only a person takes that back.
pub(super) async fn confirm_amends(tx: &mut Tx, from: Id, law: &Law) -> Result<bool> {
    let confirmed = sql!(
        "UPDATE law_relations SET proposed = $4
         WHERE from_id = $1 AND relation = 'amends' AND to_key = $2 AND (to_id IS NULL OR to_id = $3) AND proposed",
        from,
        law::number_key(&law.number),
        law.id,
        false
    )
    .run(tx)
    .await?;
    Ok(confirmed > 0)
}

store::record! {
    struct Edge { from_id: Id, to_id: Option<Id>, relation: String, to_number: String, partial: bool, evidence: String, proposed: bool, bearers: i64 }
}

/// A document that another one is related to.
#[derive(Debug, Clone)]
pub struct Related {
    pub relation: Relation,
    /// None while the registry does not hold it.
    pub law: Option<Law>,
    pub number: String,
    pub partial: bool,
    pub evidence: String,
    pub proposed: bool,
    /// So many documents bear the number; of several nothing may have decided which is meant.
    pub bearers: i64,
}

impl Related {
    /// What a form says of it: "replaces 14/2012/QH13".
    pub fn key(&self) -> String {
        format!("{} {}", self.relation.code(), self.number)
    }
}

/// What a document says of others, and what others say of it.
#[derive(Debug, Default)]
pub struct Relations {
    pub of_it: Vec<Related>,
    pub to_it: Vec<Related>,
}

pub async fn relations(db: &Db, law: Id) -> Result<Relations> {
    let (up, down) = (edges_up(db, law).await?, edges_down(db, law).await?);
    let others = laws(db, up.iter().filter_map(|e| e.to_id).chain(down.iter().map(|e| e.from_id))).await?;
    let of_it = up.into_iter().filter_map(|edge| {
        let other = edge.to_id.and_then(|id| others.get(&id).cloned());
        related(edge, other)
    });
    let to_it = down.into_iter().filter_map(|edge| {
        let other = others.get(&edge.from_id).cloned();
        related(edge, other)
    });
    Ok(Relations { of_it: of_it.collect(), to_it: to_it.collect() })
}

impl Relations {
    /// What ends or suspends it on a day by what nobody has confirmed: its status does not say so, and has to be checked.
    pub fn doubts(&self, day: &Date) -> Vec<&Law> {
        let ends = |r: &&Related| {
            let ends = [Relation::Replaces, Relation::Repeals, Relation::EndsEffect, Relation::Suspends]
                .contains(&r.relation);
            ends && r.proposed && !r.partial
        };
        let laws = self.to_it.iter().filter(ends).filter_map(|r| r.law.as_ref());
        laws.filter(|l| l.effective.is_some_and(|from| from <= *day)).collect()
    }
}

/// Laws by their identities, read together.
async fn laws(db: &Db, ids: impl Iterator<Item = Id>) -> Result<HashMap<Id, Law>> {
    let ids: HashSet<Id> = ids.collect();
    let all = law::with_ids(db, ids.into_iter().collect()).await?;
    Ok(all.into_iter().map(|l| (l.id, l)).collect())
}

fn related(edge: Edge, law: Option<Law>) -> Option<Related> {
    Some(Related {
        relation: Relation::from_code(&edge.relation)?,
        number: edge.to_number,
        partial: edge.partial,
        evidence: edge.evidence,
        proposed: edge.proposed,
        bearers: edge.bearers,
        law,
    })
}

/// Most relations of one document that are read: a code has thousands of documents under it.
const MOST: i64 = 200;

async fn edges_up(db: &Db, law: Id) -> Result<Vec<Edge>> {
    Ok(sql!(
        "SELECT r.from_id, r.to_id, r.relation, r.to_number, r.partial, r.evidence, r.proposed,
                (SELECT COUNT(*) FROM laws o WHERE o.number_key = r.to_key AND o.id <> r.from_id) AS bearers
         FROM law_relations r LEFT JOIN laws l ON l.id = r.to_id WHERE r.from_id = $1
         ORDER BY r.relation, COALESCE(l.day, ''), r.to_key LIMIT $2",
        law,
        MOST
    )
    .all(db)
    .await?)
}

async fn edges_down(db: &Db, law: Id) -> Result<Vec<Edge>> {
    Ok(sql!(
        "SELECT r.from_id, r.to_id, r.relation, r.to_number, r.partial, r.evidence, r.proposed,
                CAST(1 AS BIGINT) AS bearers
         FROM law_relations r JOIN laws l ON l.id = r.from_id WHERE r.to_id = $1 ORDER BY r.relation, l.day, l.id LIMIT $2",
        law,
        MOST
    )
    .all(db)
    .await?)
}

/// A document of the chain; `depth` counts the steps from the one asked about.
#[derive(Debug, Clone)]
pub struct Step {
    pub law: Law,
    pub relation: Relation,
    pub depth: usize,
}

/// What a document rests on, up to the first directive, and what carries it out, down to the last plan.
#[derive(Debug, Default)]
pub struct Chain {
    /// The farthest first: read from the top to the document.
    pub up: Vec<Step>,
    /// Each under what it rests on.
    pub down: Vec<Step>,
}

const DEEPEST: usize = 8;
const LONGEST: usize = 60;

/// The chain through a document, both ways (promise B16).
pub async fn chain(db: &Db, law: Id) -> Result<Chain> {
    let mut chain = Chain { up: walk(db, law, true).await?, down: walk(db, law, false).await? };
    chain.up.reverse();
    Ok(chain)
}

/// Depth first, so that each document follows the one through which it was reached.
async fn walk(db: &Db, law: Id, up: bool) -> Result<Vec<Step>> {
    let mut seen = HashSet::from([law]);
    let mut found = Vec::new();
    let mut waiting = vec![(law, 0, None)];
    while let Some((id, depth, relation)) = waiting.pop() {
        if let Some(relation) = relation {
            if !seen.insert(id) || found.len() == LONGEST {
                continue;
            }
            found.push((id, relation, depth));
        }
        if depth == DEEPEST {
            continue;
        }
        let edges = if up { edges_up(db, id).await? } else { edges_down(db, id).await? };
        for edge in edges.into_iter().rev() {
            let next = if up { edge.to_id } else { Some(edge.from_id) };
            let relation = Relation::from_code(&edge.relation).filter(|r| r.leads_down());
            waiting.extend(next.zip(relation).map(|(next, relation)| (next, depth + 1, Some(relation))));
        }
    }
    let laws = laws(db, found.iter().map(|f| f.0)).await?;
    let step = |(id, relation, depth)| Some(Step { law: laws.get(&id)?.clone(), relation, depth });
    Ok(found.into_iter().filter_map(step).collect())
}

/// What documents rest on, up to the first directive, the farthest first, and they themselves.
pub async fn upward(db: &Db, laws: &[Id]) -> Result<Vec<Law>> {
    let mut ways = Vec::new();
    for law in laws {
        let above = walk(db, *law, true).await?;
        ways.push((above, law::get(db, *law).await?));
    }
    // What comes from farthest stands on top.
    ways.sort_by_key(|(above, _)| std::cmp::Reverse(above.len()));
    let mut all: Vec<Law> = Vec::new();
    for (above, law) in ways {
        for law in above.into_iter().rev().map(|s| s.law).chain([law]) {
            if all.iter().all(|l| l.id != law.id) {
                all.push(law);
            }
        }
    }
    Ok(all)
}

/// The way down from the first directive to something done, as its page shows it.
#[derive(Debug, Default)]
pub struct Way {
    pub laws: Vec<Law>,
    /// What stands between them and the page: key of its kind, title, page without the language.
    pub below: Vec<(&'static str, String, String)>,
}

/// How much carries a law out: plans that rest on it, their tasks, and what was recorded under those.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    pub law: Id,
    pub plans: i64,
    pub lines: i64,
    pub done: i64,
    /// Where the plans are listed, without the language.
    pub path: String,
}

impl Carried {
    pub fn words(&self, page: &crate::page::Page) -> String {
        let counts = [("plans", self.plans), ("lines", self.lines), ("done", self.done)];
        page.tn("laws-carried", &counts.map(|(name, n)| (name, page.int(n))))
    }
}

/// What carries out the documents of a chain and the one asked about.
pub async fn carried(signed: &Signed, law: Id, chain: &Chain) -> Result<Vec<Carried>> {
    let laws: Vec<Id> = chain.up.iter().chain(&chain.down).map(|s| s.law.id).chain([law]).collect();
    let mut all = Vec::new();
    for feature in crate::on_laws() {
        all.extend(feature.carried(signed, laws.clone()).await?);
    }
    Ok(all)
}

/// Something of ours that rests on a law: a plan, a line of it, an activity, an article for the public.
#[derive(Debug, Clone, PartialEq)]
pub struct Resting {
    /// What it is, in the reader's language: "Kế hoạch", "Hoạt động".
    pub kind: String,
    pub title: String,
    /// Its page, without the language.
    pub path: String,
    pub unit: Option<Id>,
    pub day: Option<Date>,
    /// 0, or how far it stands under the one before it: a plan's line 1, an activity of that line 2.
    pub depth: usize,
}

/// What a feature has resting on a law; listed in `lib.rs`.
pub trait OnLaw: Send + Sync {
    /// What this person may see, a plan with its lines and their activities; few.
    fn inside<'a>(&'a self, signed: &'a Signed, law: Id) -> Later<'a, Vec<Resting>>;
    /// What everybody may see.
    fn outside<'a>(&'a self, _app: &'a App, _lang: crate::i18n::Lang, _law: Id) -> Later<'a, Vec<Resting>> {
        Box::pin(async { Ok(vec![]) })
    }
    /// How much carries out each of some laws, as far as the person sees. The public is told no such figure: it could
    /// not open it.
    fn carried<'a>(&'a self, _signed: &'a Signed, _laws: Vec<Id>) -> Later<'a, Vec<Carried>> {
        Box::pin(async { Ok(vec![]) })
    }
    /// Our copy of a provision was corrected: what does not repeat the mistake rests on it as it reads now.
    fn corrected<'a>(&'a self, _tx: &'a mut Tx, _corrected: &'a Corrected) -> Later<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}
