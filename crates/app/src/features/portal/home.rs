//! `GET /`: the installation's public page. Search first, then what is new.

use std::collections::HashMap;

use askama::Template;
use axum::response::Response;
use jiff::ToSpan as _;
use store::Id;

use super::news::{Item, items};
use super::place::Places;
use crate::app::App;
use crate::error::Result;
use crate::features::orgs::Tree;
use crate::features::{content, laws};
use crate::page::{Page, show};
use crate::web::Visitor;

/// Days around today in which a law's first day in force makes it new.
const NEW_DAYS: i64 = 183;
/// Lines of each list.
const SHOWN: usize = 8;

/// A new law, in plain words where somebody has written them.
pub struct NewLaw {
    pub law: laws::Law,
    /// Sentences of what is new whose article reads otherwise since.
    stale: Vec<String>,
    /// Address and title of the newest post about it.
    pub post: Option<(String, String)>,
}

impl NewLaw {
    pub fn is_stale(&self, sentence: &str) -> bool {
        self.stale.iter().any(|s| s == sentence)
    }
}

/// The laws that have just come into force or soon will, for a unit or for everybody: what is yet to come first.
pub async fn new_laws(app: &App, unit: Option<(Id, &Tree)>) -> Result<Vec<NewLaw>> {
    let today = app.today();
    let span = NEW_DAYS.days();
    let coming = laws::in_force_from(&app.db, today.saturating_sub(span), today.saturating_add(span)).await?;
    let mut laws: Vec<laws::Law> = coming
        .into_iter()
        .filter(|c| match unit {
            Some((unit, tree)) => c.concerns(unit, tree),
            None => c.units.is_empty(),
        })
        .map(|c| c.law)
        .collect();
    laws.sort_by_key(|l| std::cmp::Reverse((l.effective, l.id)));
    laws.truncate(SHOWN);
    let about = content::about_laws(&app.db).await?;
    let mut posts: HashMap<Id, (String, String)> =
        about.into_iter().map(|(law, slug, title)| (law, (slug, title))).collect();
    let mut new = Vec::new();
    for law in laws {
        let stale = laws::compare::news(&app.db, law.id).await?.into_iter().filter(|n| n.stale);
        new.push(NewLaw { stale: stale.map(|n| n.sentence).collect(), post: posts.remove(&law.id), law });
    }
    Ok(new)
}

#[derive(Template)]
#[template(path = "portal/home.html")]
struct HomePage {
    page: Page,
    new_laws: Vec<NewLaw>,
    news: Vec<Item>,
    /// Questions that find something here.
    examples: Vec<String>,
    tops: Vec<(String, String)>,
}

pub async fn home(visitor: Visitor) -> Result<Response> {
    let app = &visitor.app;
    let tree = app.trees.on(&app.db, app.today()).await?;
    let places = Places::of(&tree);
    let (stories, _) = content::stories(&app.db, None, None, 6).await?;
    let mut tops = Vec::new();
    for id in tree.roots() {
        let under =
            tree.children(*id).iter().filter(|u| tree.get(**u).is_some_and(|u| u.level == "province"));
        for unit in under.filter_map(|u| tree.get(*u)) {
            tops.push((unit.name.clone(), places.path(unit.unit_id)));
        }
    }
    let page = visitor.page(&app.words.say(visitor.lang(), "portal-title", &[]));
    show(&HomePage {
        new_laws: new_laws(app, None).await?,
        news: items(app, &places, stories).await?,
        examples: laws::examples(app).await?,
        tops,
        page,
    })
}
