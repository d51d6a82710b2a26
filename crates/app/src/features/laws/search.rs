//! Searching the articles: for everybody, for the search of the top bar, for programs. Numbers of documents are looked
//! up first. A page says so when nothing fits; programs get the hits as they are ranked.

use std::collections::HashSet;

use askama::Template;
use axum::extract::{Path, Query as Params};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::Date;
use seek::{Answer, Hit, Piece};
use serde::{Deserialize, Serialize};
use store::{Db, Id, sql};

use super::absent::{self, Absent};
use super::amendments::Waits;
use super::choose::{Title, find_titles};
use super::filters::{self, Asked, Chip};
use super::fit::Asked as Fitting;
use super::index::read_hit_id;
use super::law::{self, Law, Status};
use super::list::{self, Choices};
use super::node;
use super::relations;
use crate::app::App;
use crate::error::{Error, Result};
use crate::found::{Finds, Found, Group, LOOKED_AT, marks_first};
use crate::i18n::Lang;
use crate::page::{Page, Room, date_text, show, show_again};
use crate::tasks::Later;
use crate::web::{Signed, Visitor, api};

/// Hits of a page, and most that a question is answered with.
const HITS: usize = 20;
const MOST: usize = 100;

/// What the index answers, and the laws of its hits.
#[derive(Default)]
struct Ranked {
    answer: Answer,
    laws: Vec<Law>,
}

impl Ranked {
    async fn of(app: &App, asked: &Asked, limit: usize) -> Result<Ranked> {
        let query = asked.query(app, limit).await?;
        if query.text.is_empty() {
            return Ok(Ranked::default());
        }
        let answer = app.index.search(query).await?;
        let laws = law::with_ids(&app.db, ids(answer.hits.iter().map(|h| &h.document))).await?;
        Ok(Ranked { answer, laws })
    }

    fn law(&self, hit: &Hit) -> Option<&Law> {
        self.laws.iter().find(|l| l.id.to_string() == hit.document)
    }

    /// What has ended and is not named comes after what answers and has not; within a page, so that a page is the same
    /// whatever comes after it.
    fn put_ended_behind(&mut self, q: &str, day: Date) {
        let named = &self.answer.understood.documents;
        let ended = self.laws.iter().filter(|l| l.status(day) == Status::Ended).map(|l| l.id.to_string());
        let ended: HashSet<String> = ended.filter(|id| !named.contains(id)).collect();
        if ended.is_empty() {
            return;
        }
        let asked = Fitting::of(q);
        for page in self.answer.hits.chunks_mut(HITS) {
            let last = page.iter().rposition(|hit| !ended.contains(&hit.document) && speaks(&asked, hit));
            if let Some(answering) = last.and_then(|last| page.get_mut(..=last)) {
                answering.sort_by_key(|hit| ended.contains(&hit.document));
            }
        }
    }
}

async fn ask(app: &App, asked: &Asked, limit: usize) -> Result<Ranked> {
    // What holds instead of what has ended may come later than was asked for.
    let mut ranked = Ranked::of(app, asked, limit.max(HITS)).await?;
    ranked.put_ended_behind(&asked.q, app.today());
    ranked.answer.hits.truncate(limit);
    Ok(ranked)
}

fn ids<'i>(ids: impl Iterator<Item = &'i String>) -> Vec<Id> {
    ids.filter_map(|id| id.parse().ok()).collect()
}

/// What is known of each hit and not in its text, in a sentence; empty where nothing is.
async fn notes(app: &App, lang: Lang, ranked: &Ranked) -> Result<Vec<String>> {
    let laws: Vec<Id> = ranked.laws.iter().map(|l| l.id).collect();
    let waits = Waits::of(&app.db, &laws).await?;
    let note = |hit: &Hit| {
        let law = ranked.law(hit)?;
        let pending = waits.pending(law.id, read_hit_id(&hit.id).1, app.today());
        match (pending.now.first(), pending.coming.first()) {
            (Some((by, _)), _) => {
                Some(app.words.say(lang, "laws-hit-not-current", &[("value", by.short_name())]))
            }
            (None, Some((by, day, _))) => {
                let args = [("day", date_text(*day)), ("value", by.short_name())];
                Some(app.words.say(lang, "laws-hit-coming", &args))
            }
            (None, None) => None,
        }
    };
    Ok(ranked.answer.hits.iter().map(|hit| note(hit).unwrap_or_default()).collect())
}

/// A hit as a page shows it.
struct Shown {
    /// "Điều 12. Hòa giải viên"
    title: String,
    /// "Luật 35/2013/QH13 Hòa giải ở cơ sở"
    document: String,
    link: String,
    snippet: Vec<Piece>,
    state: &'static str,
    status: String,
    /// What is known of it and not in its text.
    note: String,
}

/// What is shown of an answer.
struct Results {
    /// Documents that the question names.
    documents: Vec<Law>,
    shown: Vec<Shown>,
    /// What the question names and is not here.
    absent: Option<Absent>,
    /// What is shown speaks of what was asked; otherwise it only comes nearest.
    fits: bool,
    /// The number that was asked for and that no document bears.
    unknown_number: Option<String>,
    /// The place of the first that is shown, from 1, and whether more come after the last.
    first: usize,
    more: bool,
}

/// Hits shown when none fits, and documents that a question names.
const NEAR: usize = 5;
const NAMED: usize = 5;

async fn results(app: &App, lang: Lang, asked: &Asked) -> Result<Results> {
    let day = app.today();
    let page = asked.page.unwrap_or(1).clamp(1, MOST / HITS);
    let mut ranked = ask(app, asked, page * HITS + 1 + NAMED).await?;
    let fits = fits(&asked.q, &ranked.answer);
    let absent = absent::find(app, lang, &ranked.answer).await?;
    let named = ranked.answer.understood.documents.iter().take(NAMED);
    let documents = law::with_ids(&app.db, ids(named)).await?;
    let hits = &mut ranked.answer.hits;
    // What is known by its name only stands among the documents already.
    let is_name =
        |hit: &Hit| documents.iter().any(|d| d.id.to_string() == hit.document && d.name() == hit.text);
    hits.retain(|hit| !is_name(hit));
    if absent.as_ref().is_some_and(Absent::is_article) {
        let words = Fitting::of(&asked.q);
        hits.retain(|hit| ranked.answer.understood.documents.contains(&hit.document) || speaks(&words, hit));
    }
    let more = fits && hits.len() > page * HITS;
    hits.truncate(if fits { page * HITS } else { NEAR });
    let first = if fits { (page - 1) * HITS } else { 0 };
    hits.drain(..first.min(hits.len()));
    let notes = notes(app, lang, &ranked).await?;
    let unknown_number = ranked.answer.understood.number.take().filter(|_| documents.is_empty());
    let shown = ranked.answer.hits.iter().zip(notes).map(|(hit, note)| {
        let law = ranked.law(hit);
        let status = law.map(|l| l.status(day));
        Shown {
            link: link(hit),
            title: title(hit),
            document: law.map_or(hit.number.clone(), |l| format!("{} · {}", l.name(), l.number)),
            state: status.map_or("plain", |s| s.look()),
            status: status.map(|s| s.word()).unwrap_or_default(),
            note,
            snippet: hit.snippet.clone(),
        }
    });
    Ok(Results { shown: shown.collect(), documents, absent, fits, unknown_number, first: first + 1, more })
}

/// Whether any hit speaks of what was asked. A number that no document bears is answered by nothing.
fn fits(q: &str, answer: &Answer) -> bool {
    let understood = &answer.understood;
    let asked = Fitting::of(q);
    !understood.documents.is_empty()
        || understood.number.is_none() && answer.hits.iter().any(|hit| speaks(&asked, hit))
}

/// Whether a hit speaks of what was asked.
fn speaks(asked: &Fitting, hit: &Hit) -> bool {
    asked.fits(&format!("{}\n{}\n{}", hit.title, hit.heading, hit.text))
}

store::record! { struct Newest { id: Id, number: String, kind: String, title: String } }
store::record! { struct Heading { label: String, heading: String } }

/// Questions that this installation can answer: those out of its newest law that find something.
pub async fn examples(app: &App) -> Result<Vec<String>> {
    let mut examples = Vec::new();
    for q in questions(&app.db).await? {
        let asked = Asked { q, ..Asked::default() };
        if fits(&asked.q, &ask(app, &asked, NEAR).await?.answer) {
            examples.push(asked.q);
        }
    }
    Ok(examples)
}

/// The name of the newest law with articles, an article of it in words, and the same by number.
async fn questions(db: &Db) -> Result<Vec<String>> {
    let newest: Option<Newest> = sql!(
        "SELECT id, number, kind, title FROM laws l
         WHERE title <> '' AND EXISTS (SELECT 1 FROM law_nodes n WHERE n.law_id = l.id AND n.level = 'article')
         ORDER BY CASE WHEN kind = 'Luật' THEN 0 ELSE 1 END, day DESC, id DESC LIMIT 1"
    )
    .find(db)
    .await?;
    let Some(law) = newest else { return Ok(vec![]) };
    let mut headings: Vec<Heading> = sql!(
        "SELECT label, heading FROM law_nodes WHERE law_id = $1 AND level = 'article' AND heading <> '' ORDER BY seq",
        law.id
    )
    .all(db)
    .await?;
    let mut examples = vec![law::full_name(&law.kind, &law.title, &law.number)];
    // The first and the last articles of every law say the same.
    if !headings.is_empty() {
        let middle = headings.swap_remove(headings.len() / 2);
        examples.insert(0, middle.heading.to_lowercase());
        if !law.number.is_empty() {
            examples.push(format!("{} điều {}", law.number, middle.label));
        }
    }
    Ok(examples)
}

/// The public page of a hit, without the language.
fn link(hit: &Hit) -> String {
    let (slug, path, _) = read_hit_id(&hit.id);
    if path.is_empty() { format!("/van-ban/{slug}") } else { format!("/van-ban/{slug}/{path}") }
}

fn title(hit: &Hit) -> String {
    match (hit.article.as_str(), hit.heading.as_str()) {
        ("", "") => law::full_name(&hit.kind, &hit.title, &hit.number),
        ("", heading) => heading.to_owned(),
        (label, heading) => format!("Điều {label}. {heading}").trim().to_owned(),
    }
}

/// What both pages of the search show.
struct Searched {
    asked: Asked,
    base: &'static str,
    choices: Choices,
    fields: Vec<(&'static str, &'static str)>,
    results: Results,
    chips: Vec<Chip>,
    /// What to leave out so that something fits.
    looser: Vec<Chip>,
    examples: Vec<String>,
}

impl Searched {
    fn heading(&self) -> &'static str {
        match &self.results {
            results if !results.fits => "laws-search-near",
            results if results.absent.as_ref().is_some_and(Absent::is_article) => "laws-search-others",
            _ => "laws-search-articles",
        }
    }
    fn last(&self) -> usize {
        self.results.first + self.results.shown.len() - 1
    }
    /// The address of the page so many further on.
    fn page(&self, step: isize) -> String {
        let page = self.asked.page.unwrap_or(1).saturating_add_signed(step);
        Asked { page: (page > 1).then_some(page), ..self.asked.clone() }.path(self.base)
    }
    /// No more are shown; narrower questions bring up the others.
    fn ends(&self) -> bool {
        self.last() >= MOST
    }
}

async fn searched(page: &mut Page, app: &App, asked: Asked, base: &'static str) -> Result<Searched> {
    let mut asked = asked.tidy();
    let chips = asked.chips(page);
    let results = match results(app, page.lang, &asked).await {
        Err(Error::Invalid(problems)) => {
            page.problems = problems;
            Results {
                documents: vec![],
                shown: vec![],
                absent: None,
                fits: true,
                unknown_number: None,
                first: 1,
                more: false,
            }
        }
        results => results?,
    };
    let mut looser = Vec::new();
    if !results.fits {
        let quoted = asked.without_quotes().map(|without| Chip {
            name: "laws-filter-phrase",
            value: asked.q.clone(),
            without,
        });
        for chip in asked.chips(page).into_iter().chain(quoted) {
            if fits(&chip.without.q, &ask(app, &chip.without, NEAR).await?.answer) {
                looser.push(chip);
            }
        }
    }
    let bare = asked.q.is_empty() || !results.fits && looser.is_empty();
    asked.page = asked.page.map(|page| page.clamp(1, MOST / HITS));
    Ok(Searched {
        examples: if bare { examples(app).await? } else { vec![] },
        choices: list::choices(&app.db).await?,
        fields: filters::fields(page.today).map(|f| (f.code, page.lang.pick(f.vi, f.en))).collect(),
        base,
        results,
        chips,
        looser,
        asked,
    })
}

#[derive(Template)]
#[template(path = "laws/search.html")]
struct SearchPage {
    page: Page,
    search: Searched,
}

#[derive(Template)]
#[template(path = "laws/search_inside.html")]
struct InsidePage {
    page: Page,
    search: Searched,
}

/// With problems the answer says so to programs too.
fn answered(page: &Page, shown: &impl Template) -> Result<Response> {
    if page.problems.is_empty() { show(shown) } else { show_again(shown) }
}

/// `GET /hoi`
pub async fn public(visitor: Visitor, Params(asked): Params<Asked>) -> Result<Response> {
    let mut page = visitor.page(&visitor.app.words.say(visitor.lang(), "laws-search-title", &[]));
    let search = searched(&mut page, &visitor.app, asked, "/hoi").await?;
    let shown = SearchPage { page, search };
    answered(&shown.page, &shown)
}

/// `GET /luat/tim`
pub async fn inside(signed: Signed, Params(asked): Params<Asked>) -> Result<Response> {
    let mut page =
        signed.page(Room::Laws, &signed.say("laws-search-title")).crumb(signed.say("room-laws"), "/luat");
    let search = searched(&mut page, &signed.app, asked, "/luat/tim").await?;
    let shown = InsidePage { page, search };
    answered(&shown.page, &shown)
}

pub struct Laws;
pub static FINDS: Laws = Laws;

impl Finds for Laws {
    fn find<'a>(&'a self, signed: &'a Signed, words: &'a str) -> Later<'a, Vec<Group>> {
        Box::pin(async move {
            let app = &signed.app;
            let asked = Asked { q: words.to_owned(), ..Asked::default() };
            let results = results(app, signed.lang(), &asked.tidy()).await?;
            let mut titles: Vec<Title> = results.documents.iter().map(Title::of).collect();
            let mut found = find_titles(&app.db, words, LOOKED_AT).await?;
            marks_first(words, &mut found, |t| format!("{} {}", t.number, t.title));
            titles.extend(found.into_iter().filter(|t| !results.documents.iter().any(|d| d.id == t.id)));
            let titles = titles.into_iter().map(|t| Found {
                path: format!("/luat/{}", t.id),
                title: t.title,
                about: t.number,
                state: None,
                passage: vec![],
            });
            let articles = results.shown.into_iter().map(|s| Found {
                title: s.title,
                path: s.link,
                about: s.document,
                state: match s.note.is_empty() {
                    true => (!s.status.is_empty()).then(|| (s.state, signed.say(&s.status))),
                    false => Some(("wait", s.note)),
                },
                passage: s.snippet,
            });
            let mut articles = Group::of("laws-search-articles", articles.collect(), "/luat/tim", words);
            if !results.fits {
                articles = Group { heading: "laws-search-near", is_near: true, more: None, ..articles };
            }
            Ok(vec![Group::of("laws-search-laws", titles.collect(), "/luat", words), articles])
        })
    }
}

/// An article found, as programs read it.
#[derive(Serialize)]
struct ArticleItem {
    /// "35/2013/qh13+12"
    id: String,
    number: String,
    kind: String,
    /// Of the document.
    document: String,
    article: String,
    heading: String,
    /// The passage that answers; the words asked for between `«` and `»`.
    snippet: String,
    url: String,
    /// Of the document: in-force, not-yet, suspended, partly-ended, ended, needs-check
    status: &'static str,
    /// What is known of the article and not in its text, in a sentence.
    #[serde(skip_serializing_if = "String::is_empty")]
    note: String,
}

#[derive(Serialize)]
struct ArticlesFound {
    items: Vec<ArticleItem>,
    #[serde(skip_serializing_if = "Option::is_none")]
    absent: Option<Absent>,
}

/// `GET /api/v1/articles?q=…&kind=&issuer=&from=&to=&status=&field=&limit=…`: best first; open to everybody.
pub async fn articles(visitor: Visitor, Params(asked): Params<Asked>) -> Result<Response> {
    let limit = asked.limit.unwrap_or(10).clamp(1, MOST);
    let app = &visitor.app;
    let ranked = ask(app, &asked.tidy(), limit).await?;
    let notes = notes(app, visitor.lang(), &ranked).await?;
    let absent = absent::find(app, visitor.lang(), &ranked.answer).await?;
    let items = ranked.answer.hits.iter().zip(notes).map(|(hit, note)| ArticleItem {
        id: match read_hit_id(&hit.id) {
            (slug, path, "") => format!("{slug}/{path}"),
            (_, _, cited_as) => cited_as.to_owned(),
        },
        document: law::full_name(&hit.kind, &hit.title, &hit.number),
        snippet: hit.snippet.iter().map(piece).collect(),
        url: link(hit),
        number: hit.number.clone(),
        kind: hit.kind.clone(),
        article: hit.article.clone(),
        heading: hit.heading.clone(),
        status: ranked.law(hit).map_or(Status::NeedsCheck, |l| l.status(app.today())).code(),
        note,
    });
    Ok(api::one(app, StatusCode::OK, ArticlesFound { items: items.collect(), absent }))
}

fn piece(piece: &Piece) -> String {
    if piece.hit { format!("«{}»", piece.text) } else { piece.text.clone() }
}

/// A law as programs read it.
#[derive(Serialize)]
struct LawItem {
    /// Its permanent address: also the last part of its page's and of this answer's.
    id: String,
    number: String,
    kind: String,
    title: String,
    issuer: String,
    issued: Option<Date>,
    effective: Option<Date>,
    expires: Option<Date>,
    /// in-force, not-yet, suspended, partly-ended, ended, needs-check
    status: &'static str,
    url: String,
}

fn law_item(law: &Law, day: Date) -> LawItem {
    LawItem {
        id: law.slug.clone(),
        number: law.number.clone(),
        kind: law.kind.clone(),
        title: law.name(),
        issuer: law.issuer.clone(),
        issued: law.issued,
        effective: law.effective,
        expires: law.ends(),
        status: law.status(day).code(),
        url: law.path(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    #[serde(default)]
    q: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    issuer: String,
    #[serde(default)]
    status: String,
    #[serde(default)]
    year: String,
    #[serde(default)]
    after: String,
}

/// `GET /api/v1/laws?q=&kind=&issuer=&status=&year=&after=`: newest first, 25 at a time; open to everybody.
pub async fn laws(visitor: Visitor, Params(w): Params<Wishes>) -> Result<Response> {
    let day = visitor.app.today();
    let asked = list::Asked {
        q: w.q,
        kind: w.kind,
        issuer: w.issuer,
        status: w.status,
        year: w.year,
        after: w.after,
    };
    let (laws, next) = list::laws(&visitor.app.db, &asked, day).await?;
    Ok(api::list(&visitor.app, laws.iter().map(|l| law_item(l, day)).collect(), next))
}

#[derive(Serialize)]
struct WholeLaw {
    #[serde(flatten)]
    law: LawItem,
    articles: Vec<WholeArticle>,
    relations: Vec<RelationItem>,
}

#[derive(Serialize)]
struct WholeArticle {
    id: String,
    article: String,
    heading: String,
    text: String,
    url: String,
}

#[derive(Serialize)]
struct RelationItem {
    relation: &'static str,
    /// The other document.
    number: String,
    /// This document says it of the other, or the other of this one.
    by: &'static str,
    proposed: bool,
}

/// `GET /api/v1/laws/{slug}`: with its articles and relations.
pub async fn law(visitor: Visitor, Path(slug): Path<String>) -> Result<Response> {
    let app = &visitor.app;
    let law = law::find_by_slug(&app.db, &slug).await?.ok_or(Error::NotFound)?;
    let articles = node::articles(&app.db, law.id).await?.into_iter().map(|a| WholeArticle {
        url: format!("{}/{}", law.path(), a.path),
        id: a.cited_as,
        article: a.label,
        heading: a.heading,
        text: a.text,
    });
    let relations = relations::relations(&app.db, law.id).await?;
    let item = |r: relations::Related, by| RelationItem {
        relation: r.relation.code(),
        number: if by == "this" { r.number } else { r.law.map(|l| l.number).unwrap_or_default() },
        proposed: r.proposed,
        by,
    };
    let of_it = relations.of_it.into_iter().map(|r| item(r, "this"));
    let to_it = relations.to_it.into_iter().map(|r| item(r, "other"));
    let whole = WholeLaw {
        articles: articles.collect(),
        relations: of_it.chain(to_it).collect(),
        law: law_item(&law, app.today()),
    };
    Ok(api::one(app, StatusCode::OK, whole))
}
