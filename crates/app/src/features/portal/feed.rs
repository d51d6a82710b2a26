//! News as feeds (Atom, RFC 4287), and what search engines ask for. A withdrawn post leaves the feed with a
//! word that it is gone (RFC 6721), so that readers drop it too.

use askama::Template;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use store::Id;

use super::news::{Item, alone, items};
use super::place::{Places, of_address, with_all_under};
use crate::error::{Error, Result};
use crate::features::{content, laws};
use crate::page::Page;
use crate::web::Visitor;

const ENTRIES: i64 = 50;

#[derive(Template)]
#[template(path = "portal/feed.xml")]
struct Feed {
    page: Page,
    /// Address of the page that it follows, and its own.
    path: String,
    own: String,
    updated: Timestamp,
    entries: Vec<Item>,
    gone: Vec<(String, Timestamp)>,
}

/// `GET /tin.atom`
pub async fn all(visitor: Visitor) -> Result<Response> {
    feed(visitor, None).await
}

/// `GET /dia-phuong/{place}/tin.atom`
pub async fn of_place(visitor: Visitor, Path(place): Path<String>) -> Result<Response> {
    let unit = of_address(&visitor.app, &place).await?.ok_or(Error::NotFound)?;
    feed(visitor, Some(unit)).await
}

async fn feed(visitor: Visitor, unit: Option<Id>) -> Result<Response> {
    let app = &visitor.app;
    let tree = app.trees.on(&app.db, app.today()).await?;
    let places = Places::of(&tree);
    let mut title = app.words.say(visitor.lang(), "portal-news", &[]);
    let mut path = "/tin".to_owned();
    let mut units = None;
    if let Some(unit) = unit {
        title = format!("{title} · {}", tree.full_name(unit));
        path = places.path(unit);
        units = with_all_under(app, &tree, unit).await?;
    }
    let headlines = content::headlines(&app.db, units.clone(), ENTRIES).await?;
    let gone = content::withdrawn_lately(&app.db).await?;
    let here = |of: Id| units.as_ref().is_none_or(|units| units.contains(&of));
    let gone: Vec<(String, Timestamp)> =
        gone.into_iter().filter(|g| here(g.unit_id)).map(|g| (g.slug, g.withdrawn_at)).collect();
    let newest = headlines.iter().map(|h| h.at).chain(gone.iter().map(|g| g.1)).max();
    let feed = Feed {
        own: if unit.is_some() { format!("{path}/tin.atom") } else { "/tin.atom".into() },
        updated: newest.unwrap_or(Timestamp::UNIX_EPOCH),
        entries: items(app, &places, headlines.into_iter().map(alone).collect()).await?,
        gone,
        path,
        page: visitor.page(&title),
    };
    Ok(([(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], feed.render()?).into_response())
}

#[derive(Template)]
#[template(path = "portal/sitemap.xml")]
struct Sitemap {
    page: Page,
    paths: Vec<String>,
}

/// Most addresses of a sitemap (sitemaps.org).
const ADDRESSES: usize = 50_000;

/// `GET /sitemap.xml`
pub async fn sitemap(visitor: Visitor) -> Result<Response> {
    let app = &visitor.app;
    let tree = app.trees.on(&app.db, app.today()).await?;
    let places = Places::of(&tree);
    let mut paths: Vec<String> = ["/", "/tin", "/van-ban", "/dia-phuong"].map(str::to_owned).to_vec();
    let headlines = content::headlines(&app.db, None, 10_000).await?;
    paths.extend(headlines.iter().map(|h| content::public_page(&h.slug)));
    let kept = laws::choose::newest(&app.db, 20_000).await?.into_iter().map(|t| t.id).collect();
    paths.extend(laws::with_ids(&app.db, kept).await?.iter().map(laws::Law::path));
    let mut units: Vec<_> = tree.units().filter(|u| u.level != "hamlet" && u.level != "agency").collect();
    units.sort_by_key(|u| u.unit_id);
    paths.extend(units.into_iter().map(|u| places.path(u.unit_id)));
    paths.truncate(ADDRESSES);
    let body = Sitemap { page: visitor.page(""), paths }.render()?;
    Ok(([(header::CONTENT_TYPE, "application/xml; charset=utf-8")], body).into_response())
}

/// `GET /robots.txt`
pub async fn robots(visitor: Visitor) -> Result<Response> {
    let map = visitor.page("").absolute("/sitemap.xml");
    let mut body =
        format!("User-agent: *\nDisallow: /api/\nDisallow: /dang-nhap\nDisallow: /ma/\nSitemap: {map}\n");
    if visitor.app.config.demo {
        // Invented law must not be found as law.
        body = "# DỮ LIỆU MINH HỌA – không có giá trị pháp lý\nUser-agent: *\nDisallow: /\n".into();
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response())
}
