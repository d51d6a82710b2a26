//! News: the list, and a post with what it rests on; a withdrawn one with its notice.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use store::Id;

use super::place::{Places, with_all_under};
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::content::{self, Headline, Kind, Post, RestsOn, Shown, State, Story};
use crate::features::laws::Status;
use crate::page::{Page, show as render};
use crate::web::Visitor;

/// A headline with its unit.
pub struct Item {
    pub headline: Headline,
    pub unit: String,
    pub unit_path: String,
    /// Other units that have published it, and its address there.
    pub elsewhere: Vec<(String, String)>,
}

pub async fn items(app: &App, places: &Places, stories: Vec<Story>) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for Story { headline, elsewhere } in stories {
        let mut others = Vec::new();
        for (unit, slug) in elsewhere {
            others.push((app.trees.name(&app.db, unit).await?, content::public_page(&slug)));
        }
        others.sort_by_cached_key(|(name, _)| viet::collation_key(name));
        items.push(Item {
            unit: app.trees.name(&app.db, headline.unit).await?,
            unit_path: places.path(headline.unit),
            elsewhere: others,
            headline,
        });
    }
    Ok(items)
}

/// A headline without others of its title.
pub fn alone(headline: Headline) -> Story {
    Story { headline, elsewhere: vec![] }
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(rename = "don-vi", default)]
    unit: String,
    /// Where the page before ended.
    #[serde(rename = "sau", default)]
    after: String,
}

const PAGE: usize = 25;

#[derive(Template)]
#[template(path = "portal/news.html")]
struct NewsPage {
    page: Page,
    news: Vec<Item>,
    next: Option<String>,
}

/// `GET /tin`
pub async fn list(visitor: Visitor, Query(asked): Query<Asked>) -> Result<Response> {
    let app = &visitor.app;
    let tree = app.trees.on(&app.db, app.today()).await?;
    let places = Places::of(&tree);
    let mut title = app.words.say(visitor.lang(), "portal-news", &[]);
    let mut units = None;
    let mut crumb = None;
    if let Ok(unit) = asked.unit.parse::<Id>() {
        let name = app.trees.name(&app.db, unit).await?;
        units = with_all_under(app, &tree, unit).await?;
        title = format!("{title} · {name}");
        crumb = Some((name, places.path(unit)));
    }
    let after = asked.after.split_once('_').and_then(|(at, id)| {
        Some((Timestamp::from_microsecond(at.parse().ok()?).ok()?, id.parse::<Id>().ok()?))
    });
    let (stories, end) = content::stories(&app.db, units, after, PAGE).await?;
    let next = end.map(|(at, id)| {
        let unit = if asked.unit.is_empty() { String::new() } else { format!("don-vi={}&", asked.unit) };
        format!("/tin?{unit}sau={}_{id}", at.as_microsecond())
    });
    let mut page = visitor.page(&title);
    if let Some((name, path)) = crumb {
        page = page.crumb(name, path);
    }
    render(&NewsPage { news: items(app, &places, stories).await?, next, page })
}

#[derive(Template)]
#[template(path = "portal/post.html")]
struct PostPage {
    page: Page,
    unit: String,
    unit_path: String,
    day: Date,
    shown: Vec<Shown>,
    rests_on: Vec<RestsOn>,
    /// Laws it rests on that are not simply in force today, in words.
    warnings: Vec<String>,
    description: String,
    path: String,
}

#[derive(Template)]
#[template(path = "portal/withdrawn.html")]
struct WithdrawnPage {
    page: Page,
    unit: String,
    unit_path: String,
    at: Timestamp,
    notice: String,
    replacement: Option<(String, String)>,
}

/// `GET /tin/{slug}`
pub async fn show(visitor: Visitor, Path(slug): Path<String>) -> Result<Response> {
    let app = &visitor.app;
    let post = content::find_by_slug(&app.db, &slug).await?.ok_or(Error::NotFound)?;
    let tree = app.trees.on(&app.db, app.today()).await?;
    let unit = app.trees.name(&app.db, post.content.unit).await?;
    let unit_path = Places::of(&tree).path(post.content.unit);
    let news = app.words.say(visitor.lang(), "portal-news", &[]);
    let page = visitor.page(&post.content.title).crumb(news, "/tin").crumb(unit.clone(), unit_path.clone());
    match (post.state, &post.withdrawn, post.day) {
        (State::Published, _, Some(day)) => {
            render(&post_page(app, page, &post, unit, unit_path, day, &slug).await?)
        }
        (State::Withdrawn, Some(withdrawn), _) => {
            let template = WithdrawnPage {
                unit,
                unit_path,
                at: withdrawn.at,
                notice: withdrawn.notice.clone(),
                replacement: content::find_replacement(&app.db, post.id).await?,
                page,
            };
            // The notice stays at the address; 410 tells search engines that the article itself is gone.
            Ok((StatusCode::GONE, axum::response::Html(template.render()?)).into_response())
        }
        _ => Err(Error::NotFound),
    }
}

async fn post_page(
    app: &App,
    page: Page,
    post: &Post,
    unit: String,
    unit_path: String,
    day: Date,
    slug: &str,
) -> Result<PostPage> {
    let laws = content::laws_of(&app.db, &post.content).await?;
    let rests_on = content::rests_on(&post.content, &laws);
    let unsettled = rests_on.iter().filter(|r| r.law.status(page.today) != Status::InForce);
    let warnings = unsettled.map(|r| {
        let status = page.t(&r.law.status(page.today).word());
        page.t2("portal-not-in-force", "name", r.law.name(), "value", status)
    });
    let changed = content::told_stale(&app.db, post.id, &laws).await?;
    let changed = changed.into_iter().map(|place| page.t1("portal-post-changed", "value", place));
    let first = post.content.body.iter().find(|p| p.kind == Kind::Text).map_or("", |p| p.text.as_str());
    Ok(PostPage {
        warnings: warnings.chain(changed).collect(),
        description: first.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect(),
        shown: content::shown(&post.content, &laws),
        path: content::public_page(slug),
        rests_on,
        unit,
        unit_path,
        day,
        page,
    })
}
