//! Whom each article concerns and which field of law it is of: proposed with the words that speak for it, confirmed by
//! a person (promise A18).

use std::collections::HashSet;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use lawtext::concerns::{Concern, Part};
use serde::Deserialize;
use store::{Db, Id, sql};

use super::edit::{changed, keeper};
use super::law::{self, Law};
use super::node::{self, Node};
use super::{document, facts};
use crate::app::vietnam_time;
use crate::audiences::find_audience;
use crate::changes::Conflict;
use crate::error::{Error, Result};
use crate::page::{Page, Room, show, show_both};
use crate::web::Signed;
use crate::web::form::Form;

/// What is proposed or confirmed of an article.
struct Choice {
    /// "dieu-5 audience workers": what the form says of it.
    value: String,
    name: String,
    /// The words that speak for it.
    words: Vec<String>,
    chosen: bool,
}

struct Row {
    title: String,
    link: String,
    choices: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "laws/concerns.html")]
struct ConcernsPage {
    page: Page,
    law: Law,
    rows: Vec<Row>,
    may_change: bool,
    conflict: Option<Conflict>,
}

store::record! {
    /// What a person confirmed of an article.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct Confirmed { pub path: String, pub kind: String, pub code: String }
}

pub async fn confirmed(db: &Db, law: Id) -> Result<Vec<Confirmed>> {
    Ok(sql!("SELECT path, kind, code FROM law_concerns WHERE law_id = $1 ORDER BY path, kind, code", law)
        .all(db)
        .await?)
}

/// The fields of law that the articles of one document are of.
pub(super) struct Fields {
    name: String,
    /// Those that somebody confirmed; of a document that nobody has looked at the proposals count.
    confirmed: Vec<Confirmed>,
    /// The words in use when the document was last changed.
    on: (i16, i8, i8),
}

impl Fields {
    pub async fn of_law(db: &Db, law: &Law) -> Result<Fields> {
        let changed = jiff::Timestamp::from_microsecond(law.revision).unwrap_or_default();
        let day = vietnam_time(changed).date();
        Ok(Fields {
            name: law.name(),
            confirmed: confirmed(db, law.id).await?,
            on: (day.year(), day.month(), day.day()),
        })
    }

    /// Codes of the fields of an article.
    pub fn of(&self, article: &Node, text: &str) -> Vec<String> {
        if self.confirmed.is_empty() {
            let proposed = lawtext::concerns::fields_of(&self.name, &article.heading, text, self.on);
            return proposed.into_iter().map(str::to_owned).collect();
        }
        let of_it = |c: &&Confirmed| c.kind == "field" && Some(c.path.as_str()) == article.path.as_deref();
        self.confirmed.iter().filter(of_it).map(|c| c.code.clone()).collect()
    }
}

/// Most words that are shown for one proposal.
const WORDS: usize = 4;

fn words_of(concern: &Concern, title: &str, article: &Node, text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let spoken = concern.words.iter().filter_map(|spot| {
        let of = match spot.part {
            Part::Title => title,
            Part::Heading => &article.heading,
            Part::Text => text,
        };
        of.get(spot.range.clone())
    });
    spoken.filter(|w| seen.insert(w.to_lowercase())).take(WORDS).map(str::to_owned).collect()
}

fn rows(page: &Page, law: &Law, articles: &[Node], confirmed: &[Confirmed]) -> Vec<Row> {
    let on = (page.today.year(), page.today.month(), page.today.day());
    let fields: Vec<_> = lawtext::concerns::fields(on).collect();
    let name = law.name();
    articles
        .iter()
        .filter_map(|article| {
            let path = article.path.as_deref()?;
            let text = article.body();
            let proposed = lawtext::concerns::concerns(&name, &article.heading, &text, on);
            let of = |kind: &str, found: &[Concern]| -> Vec<Choice> {
                let named = |code: &str| match kind {
                    "audience" => find_audience(code).map(|a| a.name(page.lang).to_owned()),
                    _ => {
                        fields.iter().find(|f| f.code == code).map(|f| page.lang.pick(f.vi, f.en).to_owned())
                    }
                };
                let chosen =
                    |code: &str| confirmed.iter().any(|c| c.path == path && c.kind == kind && c.code == code);
                let mut choices: Vec<Choice> = Vec::new();
                for concern in found {
                    let Some(name) = named(concern.code) else { continue };
                    choices.push(Choice {
                        value: format!("{path} {kind} {}", concern.code),
                        name,
                        words: words_of(concern, &law.title, article, &text),
                        chosen: chosen(concern.code),
                    });
                }
                // Confirmed earlier, and no longer proposed by the words.
                for c in confirmed.iter().filter(|c| c.path == path && c.kind == kind) {
                    if !found.iter().any(|f| f.code == c.code) {
                        let name = named(&c.code).unwrap_or_else(|| c.code.clone());
                        let value = format!("{path} {kind} {}", c.code);
                        choices.push(Choice { value, name, words: vec![], chosen: true });
                    }
                }
                choices
            };
            let mut choices = of("audience", &proposed.audiences);
            choices.extend(of("field", &proposed.fields));
            Some(Row { title: article.title(), link: format!("{}/{path}", law.path()), choices })
        })
        .collect()
}

#[derive(Deserialize)]
pub struct Done {
    xong: Option<String>,
}

async fn articles(db: &Db, law: Id) -> Result<Vec<Node>> {
    Ok(node::nodes(db, law).await?.into_iter().filter(Node::is_article).collect())
}

async fn page(signed: &Signed, law: Law, confirmed: &[Confirmed]) -> Result<ConcernsPage> {
    let page = signed
        .page(Room::Laws, &signed.say("laws-whom-title"))
        .crumb(signed.say("room-laws"), "/luat")
        .crumb(law.name(), format!("/luat/{}", law.id));
    let rows = rows(&page, &law, &articles(&signed.app.db, law.id).await?, confirmed);
    let may_change = keeper(signed, &law).is_ok();
    Ok(ConcernsPage { page, law, rows, may_change, conflict: None })
}

/// `GET /luat/{id}/doi-tuong`
pub async fn view(signed: Signed, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response> {
    let db = &signed.app.db;
    let law = law::get(db, id.parse()?).await?;
    let confirmed = confirmed(db, law.id).await?;
    let mut shown = page(&signed, law, &confirmed).await?;
    shown.page.done = done.xong.map(|_| shown.page.t("laws-whom-done"));
    show(&shown)
}

/// `POST /luat/{id}/doi-tuong`: what is ticked is confirmed; the audiences of the articles become the law's.
pub async fn save(signed: Signed, Path(id): Path<String>, form: Form) -> Result<Response> {
    let app = &signed.app;
    let of = law::concerned(&app.db, law::get(&app.db, id.parse()?).await?).await?;
    let by = keeper(&signed, &of.law)?;
    let law = of.law.id;
    let paths: HashSet<String> = articles(&app.db, law).await?.into_iter().filter_map(|n| n.path).collect();
    let on = app.today();
    let fields: HashSet<&str> =
        lawtext::concerns::fields((on.year(), on.month(), on.day())).map(|f| f.code).collect();
    let mut chosen: HashSet<Confirmed> = HashSet::new();
    for value in form.all("concern") {
        let mut parts = value.split(' ');
        let (Some(path), Some(kind), Some(code)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Error::invalid("concern", "error-choice"));
        };
        let known = paths.contains(path)
            && match kind {
                "audience" => find_audience(code).is_some(),
                "field" => fields.contains(code),
                _ => false,
            };
        if !known {
            return Err(Error::invalid("concern", "error-choice"));
        }
        chosen.insert(Confirmed { path: path.into(), kind: kind.into(), code: code.into() });
    }
    let mut audiences = of.audiences.clone();
    for c in chosen.iter().filter(|c| c.kind == "audience") {
        if !audiences.contains(&c.code) {
            audiences.push(c.code.clone());
        }
    }
    let mut tx = app.db.begin().await?;
    match law::take(&mut tx, app, law, form.text("version").parse().unwrap_or(0)).await {
        // What was ticked stays ticked.
        Err(Error::Conflict(sentence)) => {
            drop(tx);
            let chosen: Vec<Confirmed> = chosen.into_iter().collect();
            let mut shown = page(&signed, law::get(&app.db, law).await?, &chosen).await?;
            shown.conflict = Some(Conflict { sentence: signed.say(sentence), fields: vec![] });
            return show_both(&shown);
        }
        taken => taken?,
    }
    sql!("DELETE FROM law_concerns WHERE law_id = $1", law).run(&mut tx).await?;
    for c in &chosen {
        sql!(
            "INSERT INTO law_concerns (law_id, path, kind, code) VALUES ($1, $2, $3, $4)",
            law,
            c.path,
            c.kind,
            c.code
        )
        .run(&mut tx)
        .await?;
    }
    facts::set_concerns(&mut tx, law, &audiences, &of.units).await?;
    let mut said: Vec<String> = chosen.iter().map(|c| format!("{} {} {}", c.path, c.kind, c.code)).collect();
    said.sort();
    document::write_down(&mut tx, app, &by, "change", law, said.join("\n").as_bytes()).await?;
    tx.commit().await?;
    changed(&signed);
    Ok(signed.redirect(&format!("/luat/{law}/doi-tuong?xong=1")))
}
