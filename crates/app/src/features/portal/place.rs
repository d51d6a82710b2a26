//! The public pages of units: by name where the name is one unit's, by name and the unit above it, or by id.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use serde::Deserialize;
use store::Id;

use super::home::{NewLaw, new_laws};
use super::news::{Item, items};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::content::{self, AskPlace};
use crate::features::laws;
use crate::features::orgs::{self, Tree, Unit};
use crate::page::{Page, show as render};
use crate::web::Visitor;

/// Public addresses of the units of a tree.
pub struct Places {
    by_slug: HashMap<String, Vec<Id>>,
    slugs: HashMap<Id, String>,
}

impl Places {
    pub fn of(tree: &Tree) -> Places {
        // Hamlets are many and alike: their pages open by id.
        let units = || tree.units().filter(|u| u.level != "hamlet");
        let mut named: HashMap<String, usize> = HashMap::new();
        let short: Vec<(&Unit, String)> = units().map(|u| (u, viet::slug(&u.name))).collect();
        for (_, slug) in &short {
            *named.entry(slug.clone()).or_default() += 1;
        }
        let mut places = Places { by_slug: HashMap::new(), slugs: HashMap::new() };
        for (unit, slug) in short {
            let parent = tree.parent(unit.unit_id).and_then(|p| tree.get(p));
            let long = parent.map(|p| format!("{slug}-{}", viet::slug(&p.name)));
            let own = match (named.get(&slug), &long) {
                (Some(1), _) | (_, None) => slug.clone(),
                (_, Some(long)) => long.clone(),
            };
            places.slugs.insert(unit.unit_id, own);
            for known in [Some(slug), long].into_iter().flatten() {
                places.by_slug.entry(known).or_default().push(unit.unit_id);
            }
        }
        places
    }
    /// The public page of a unit, without the language.
    pub fn path(&self, unit: Id) -> String {
        match self.slugs.get(&unit).filter(|slug| self.named(slug) == [unit]) {
            Some(slug) => format!("/dia-phuong/{slug}"),
            None => format!("/dia-phuong/{unit}"),
        }
    }
    /// The units that an address may mean.
    fn named(&self, slug: &str) -> &[Id] {
        self.by_slug.get(slug).map_or(&[], Vec::as_slice)
    }
}

/// The unit that an address means, when it is one that exists today.
pub async fn of_address(app: &App, address: &str) -> Result<Option<Id>> {
    let tree = app.trees.on(&app.db, app.today()).await?;
    if let Ok(id) = address.parse::<Id>() {
        return Ok(Some(id).filter(|id| tree.contains(*id)));
    }
    match Places::of(&tree).named(address) {
        [one] => Ok(Some(*one)),
        _ => Ok(None),
    }
}

/// A unit and everything under it, with what has gone over into them.
pub async fn with_all_under(app: &App, tree: &Tree, unit: Id) -> Result<Option<Vec<Id>>> {
    let placed = app.trees.placements(&app.db, app.today()).await?;
    Ok(orgs::all_under(tree, &placed, unit))
}

/// A link to a unit's page.
pub struct UnitLink {
    pub name: String,
    pub path: String,
}

fn link(tree: &Tree, places: &Places, unit: Id) -> UnitLink {
    UnitLink { name: tree.full_name(unit), path: places.path(unit) }
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "portal/find.html")]
struct FindPage {
    page: Page,
    q: String,
    found: Vec<UnitLink>,
    /// Found by an address that may mean several.
    several: bool,
}

/// Most units shown for a name.
const FOUND: usize = 50;

/// `GET /dia-phuong?q=…`
pub async fn find(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response> {
    let app = &visitor.app;
    let tree = app.trees.on(&app.db, app.today()).await?;
    let places = Places::of(&tree);
    let found = tree.search(&asked.q).into_iter().take(FOUND).map(|u| link(&tree, &places, u)).collect();
    let page = visitor.page(&app.words.say(visitor.lang(), "portal-find-place", &[]));
    render(&FindPage { page, q: asked.q, found, several: false })
}

#[derive(Template)]
#[template(path = "portal/place.html")]
struct PlacePage {
    page: Page,
    path: String,
    under: Vec<UnitLink>,
    new_laws: Vec<NewLaw>,
    news: Vec<Item>,
    /// Questions that find something here.
    examples: Vec<String>,
    unit: Id,
    ask: Option<AskPlace>,
    /// Whose office that is, when it is not the unit's own.
    ask_at: String,
}

/// `GET /dia-phuong/{place}`
pub async fn show(visitor: Visitor, Path(address): Path<String>) -> Result<Response> {
    let app = &visitor.app;
    let tree = app.trees.on(&app.db, app.today()).await?;
    let places = Places::of(&tree);
    let unit = match (address.parse::<Id>(), places.named(&address)) {
        (Ok(id), _) if tree.contains(id) => id,
        (_, [one]) => *one,
        (_, [_, _, ..]) => {
            let found = places.named(&address).iter().map(|u| link(&tree, &places, *u)).collect();
            let page = visitor.page(&app.words.say(visitor.lang(), "portal-several", &[]));
            return render(&FindPage { page, q: String::new(), found, several: true });
        }
        (id, _) => return gone(&visitor, &tree, &places, id.ok(), &address).await,
    };
    let of_unit = tree.get(unit).ok_or(Error::NotFound)?;
    let (stories, _) = content::stories(&app.db, with_all_under(app, &tree, unit).await?, None, 10).await?;
    let mut ask = None;
    let mut ask_at = String::new();
    for at in tree.line(unit) {
        if let Some(place) = content::find_ask_place(&app.db, at).await? {
            ask_at = if at == unit { String::new() } else { tree.full_name(at) };
            ask = Some(place);
            break;
        }
    }
    let under = tree.children(unit).iter().filter(|u| tree.get(**u).is_some_and(|u| u.level != "hamlet"));
    let under = under.filter_map(|u| tree.get(*u));
    let mut page = visitor.page(&of_unit.name);
    let above = tree.parent(unit).map(|p| link(&tree, &places, p));
    if let Some(above) = &above {
        page = page.crumb(above.name.clone(), above.path.clone());
    }
    render(&PlacePage {
        path: places.path(unit),
        under: under.map(|u| UnitLink { name: u.name.clone(), path: places.path(u.unit_id) }).collect(),
        new_laws: new_laws(app, Some((unit, &tree))).await?,
        news: items(app, &places, stories).await?,
        examples: laws::examples(app).await?,
        unit,
        ask,
        ask_at,
        page,
    })
}

#[derive(Template)]
#[template(path = "portal/gone.html")]
struct GonePage {
    page: Page,
    /// Each unit that the address named once, with where it went.
    gone: Vec<(String, Vec<UnitLink>)>,
}

/// The page of a unit that is gone, or of a name that units had once.
async fn gone(
    visitor: &Visitor,
    tree: &Tree,
    places: &Places,
    id: Option<Id>,
    address: &str,
) -> Result<Response> {
    let app = &visitor.app;
    let (versions, successions) = app.trees.history(&app.db).await?;
    let today = app.today();
    let named = versions.iter().filter(|v| {
        v.valid_until.is_some_and(|until| until <= today)
            && match id {
                Some(id) => v.unit_id == id,
                None => v.level != "hamlet" && viet::slug(&v.name) == address,
            }
    });
    let placed = app.trees.placements(&app.db, today).await?;
    let mut gone: Vec<(Id, String, Vec<UnitLink>)> = Vec::new();
    for version in named {
        let unit = version.unit_id;
        if gone.iter().any(|(seen, ..)| *seen == unit) {
            continue;
        }
        let mut into: Vec<Id> =
            orgs::successors(&successions, unit).map(|s| s.to_unit).filter(|u| tree.contains(*u)).collect();
        if into.is_empty() {
            into.extend(placed.get(unit).map(|p| p.at));
        }
        into.sort();
        into.dedup();
        let into = into.into_iter().map(|u| link(tree, places, u)).collect();
        gone.push((unit, version.name.clone(), into));
    }
    let Some((_, name, _)) = gone.first() else { return Err(Error::NotFound) };
    let page = visitor.page(name);
    render(&GonePage { gone: gone.into_iter().map(|(_, name, into)| (name, into)).collect(), page })
}

impl PlacePage {
    /// The telephone as a link dials it.
    fn dial(&self, place: &AskPlace) -> String {
        place.telephone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}
