//! The search of the top bar: everything that a person may see, group by group.

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;

use crate::error::Result;
use crate::found::Group;
use crate::page::{Page, show};
use crate::web::Signed;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
}

/// Longest text that is looked for; the rest of a pasted page says nothing more.
const LONGEST: usize = 1_000;

#[derive(Template)]
#[template(path = "home/search.html")]
struct SearchPage {
    page: Page,
    q: String,
    groups: Vec<Group>,
}

/// `GET /tim`
pub async fn search(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let q: String = asked.q.trim().chars().take(LONGEST).collect();
    let mut groups = Vec::new();
    if !q.is_empty() {
        for finder in crate::finders() {
            groups.extend(finder.find(&signed, &q).await?);
        }
    }
    groups.retain(|g| !g.found.is_empty());
    groups.sort_by_key(|g| g.is_near);
    show(&SearchPage { page: signed.page(None, &signed.say("home-search-title")), q, groups })
}

impl SearchPage {
    /// Something fits what was asked.
    fn fits(&self) -> bool {
        self.groups.iter().any(|g| !g.is_near)
    }
}
