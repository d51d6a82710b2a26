//! The list of documents, inside and for everybody: searched, filtered in words, 25 at a time.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Db, Id, sql};

use super::law::{self, Kind, Law, Status};
use crate::access::Act;
use crate::error::Result;
use crate::page::{Page, Room, show};
use crate::web::{Signed, Visitor};

/// What is asked of the list, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Asked {
    /// Words or a number, without regard to marks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(rename = "loai", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    #[serde(rename = "co-quan", skip_serializing_if = "String::is_empty")]
    pub issuer: String,
    /// A code of [`Status`].
    #[serde(rename = "hieu-luc", skip_serializing_if = "String::is_empty")]
    pub status: String,
    #[serde(rename = "nam", skip_serializing_if = "String::is_empty")]
    pub year: String,
    /// Where the page before ended.
    #[serde(rename = "sau", skip_serializing_if = "String::is_empty")]
    pub after: String,
}

impl Asked {
    /// The address of the list with these wishes.
    fn path(&self, base: &str) -> String {
        let query = serde_html_form::to_string(self).unwrap_or_default();
        if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
    }
    fn is_filtered(&self) -> bool {
        [&self.q, &self.kind, &self.issuer, &self.status, &self.year].iter().any(|w| !w.is_empty())
    }
}

const PAGE: i64 = 25;
/// So many issuers are a list to choose from; of more the name is typed.
const ISSUERS: i64 = 40;
/// Words of a search that count.
const WORDS: usize = 6;

/// A page of laws that meet the wishes on a day, and how to ask for the next.
pub async fn laws(db: &Db, asked: &Asked, day: Date) -> Result<(Vec<Law>, Option<String>)> {
    let words = folded_words(&asked.q);
    let word = |n: usize| words.get(n).cloned().unwrap_or_default();
    let (after_day, after_id) = match asked.after.split_once('_') {
        Some((day, id)) => (day.to_owned(), id.parse::<Id>().ok()),
        None => (String::new(), None),
    };
    // The status as `Law::status` computes it.
    let mut laws: Vec<Law> = sql!(
        "SELECT id, slug, number, kind, title, issuer, issued, effective, expires, partly_expires, suspended_from,
                suspended_until, reviewed, ended_by, partly_ended_by, suspended_by, basis_ends, unit_id, keeper_id, news, source, digest, revision
         FROM law_states
         WHERE ($1 = '' OR kind = $1) AND ($2 = '' OR issuer = $2) AND ($3 = '' OR SUBSTR(day, 1, 4) = $3)
           AND ($4 = '' OR $4 = CASE
                WHEN COALESCE(expires, ended_by) <= $5 THEN 'ended'
                WHEN COALESCE(suspended_from, suspended_by) <= $5
                     AND (suspended_until IS NULL OR suspended_until > $5) THEN 'suspended'
                WHEN effective IS NULL THEN 'needs-check'
                WHEN effective > $5 THEN 'not-yet'
                WHEN basis_ends <= $5 AND (reviewed IS NULL OR reviewed < basis_ends) THEN 'needs-check'
                WHEN COALESCE(partly_expires, partly_ended_by) <= $5 THEN 'partly-ended'
                ELSE 'in-force' END)
           AND ($6 = '' OR folded LIKE $6 ESCAPE '!') AND ($7 = '' OR folded LIKE $7 ESCAPE '!')
           AND ($8 = '' OR folded LIKE $8 ESCAPE '!') AND ($9 = '' OR folded LIKE $9 ESCAPE '!')
           AND ($10 = '' OR folded LIKE $10 ESCAPE '!') AND ($11 = '' OR folded LIKE $11 ESCAPE '!')
           AND (CAST($12 AS BOOLEAN) OR day < $13 OR (day = $13 AND id < $14))
         ORDER BY day DESC, id DESC LIMIT $15",
        asked.kind,
        asked.issuer,
        asked.year,
        asked.status,
        day,
        word(0),
        word(1),
        word(2),
        word(3),
        word(4),
        word(5),
        after_id.is_none(),
        after_day,
        after_id,
        PAGE + 1
    )
    .all(db)
    .await?;
    let more = laws.len() as i64 > PAGE;
    laws.truncate(PAGE as usize);
    let order = |l: &Law| super::document::order_day(l.issued, l.effective);
    let next = laws.last().filter(|_| more).map(|l| format!("{}_{}", order(l), l.id));
    Ok((laws, next))
}

/// Each word as a pattern for folded text.
pub(super) fn folded_words(text: &str) -> Vec<String> {
    let number = law::viet_number(text).map(|n| n.normal());
    let text = viet::fold(&viet::clean(number.as_deref().unwrap_or(text)));
    let pattern = |word: &str| {
        let escaped: String = word
            .chars()
            .flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c]))
            .collect();
        format!("%{escaped}%")
    };
    text.split(' ').filter(|w| !w.is_empty()).take(WORDS).map(pattern).collect()
}

/// What the filters offer.
pub(super) struct Choices {
    pub kinds: Vec<&'static Kind>,
    /// The most frequent, in the order of names.
    pub issuers: Vec<String>,
    /// There are others, so that the name may be typed.
    pub more_issuers: bool,
    pub years: Vec<String>,
}

pub(super) async fn choices(db: &Db) -> Result<Choices> {
    let kinds: Vec<(String,)> = sql!("SELECT DISTINCT kind FROM laws").all(db).await?;
    let issuers: Vec<(String,)> = sql!(
        "SELECT issuer FROM laws WHERE issuer <> '' GROUP BY issuer ORDER BY COUNT(*) DESC, issuer LIMIT $1",
        ISSUERS + 1
    )
    .all(db)
    .await?;
    let years: Vec<(String,)> = sql!(
        "SELECT SUBSTR(day, 1, 4) AS year FROM laws WHERE day <> '' GROUP BY SUBSTR(day, 1, 4)
         ORDER BY SUBSTR(day, 1, 4) DESC"
    )
    .all(db)
    .await?;
    let mut issuers: Vec<String> = issuers.into_iter().map(|i| i.0).collect();
    let more_issuers = issuers.len() as i64 > ISSUERS;
    issuers.truncate(ISSUERS as usize);
    issuers.sort_by_cached_key(|i| viet::collation_key(i));
    Ok(Choices {
        kinds: law::kinds().iter().filter(|k| kinds.iter().any(|(there,)| *there == k.vi)).collect(),
        issuers,
        more_issuers,
        years: years.into_iter().map(|y| y.0).collect(),
    })
}

/// An issuer as the registry writes it, typed with marks or without.
async fn issuer_named(db: &Db, typed: &str) -> Result<String> {
    let typed = viet::clean(typed);
    if typed.is_empty() {
        return Ok(typed);
    }
    let all: Vec<(String,)> = sql!("SELECT DISTINCT issuer FROM laws ORDER BY issuer").all(db).await?;
    let is_it = |i: &&(String,)| i.0 == typed;
    let alike = |i: &&(String,)| viet::fold(&i.0) == viet::fold(&typed);
    Ok(all.iter().find(is_it).or_else(|| all.iter().find(alike)).map_or(typed.clone(), |i| i.0.clone()))
}

/// What both lists show.
struct Listed {
    asked: Asked,
    base: &'static str,
    choices: Choices,
    laws: Vec<Law>,
    next: Option<String>,
    filtered: bool,
    statuses: [Status; 6],
}

impl Listed {
    fn link(&self, law: &Law) -> String {
        match self.base {
            "/luat" => format!("/luat/{}", law.id),
            _ => law.path(),
        }
    }
}

async fn listed(db: &Db, mut asked: Asked, base: &'static str, day: Date) -> Result<Listed> {
    asked.issuer = issuer_named(db, &asked.issuer).await?;
    let (laws, next) = laws(db, &asked, day).await?;
    Ok(Listed {
        choices: choices(db).await?,
        next: next.map(|after| Asked { after, ..asked.clone() }.path(base)),
        filtered: asked.is_filtered(),
        statuses: Status::ALL,
        laws,
        base,
        asked,
    })
}

#[derive(Template)]
#[template(path = "laws/list.html")]
struct ListPage {
    page: Page,
    list: Listed,
    may_import: bool,
}

/// `GET /luat`
pub async fn inside(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let list = listed(&signed.app.db, asked, "/luat", signed.app.today()).await?;
    let page = signed.page(Room::Laws, &signed.say("room-laws"));
    show(&ListPage { page, list, may_import: signed.actor.can_anywhere(Act::ImportLaws) })
}

#[derive(Template)]
#[template(path = "laws/public_list.html")]
struct PublicListPage {
    page: Page,
    list: Listed,
}

/// `GET /van-ban`
pub async fn public(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response> {
    let list = listed(&visitor.app.db, asked, "/van-ban", visitor.app.today()).await?;
    let title = visitor.app.words.say(visitor.lang(), "laws-public-title", &[]);
    show(&PublicListPage { page: visitor.page(&title), list })
}
