//! Content (tin bài): articles that carry a law to people in plain words. A draft is made from a law, somebody
//! edits it, somebody else approves it, and it stands on the unit's public page with what it rests on.
//!
//! Words: a post (tin bài) has paragraphs; a paragraph may rest on a source (căn cứ), a provision of a law by
//! its permanent address. States: draft (bản nháp), submitted (chờ duyệt), published (đã đăng), withdrawn (đã
//! thu hồi).
//!
//! Rules:
//! - Nobody approves what they wrote, changed or submitted; the statement that approves looks itself.
//! - What is submitted names at least one law and stands still until somebody approves it or gives it back.
//!   Spreading distorted law is forbidden (Luật 14/2012 Điều 9), so an approver sees each quotation beside
//!   what the law says today.
//! - What was published is withdrawn with a notice, never deleted and never changed: its address stays, says
//!   that it was withdrawn and why, and leads to what was written instead.
//! - An officer who waits too long to publish finds a draft on the work list, made from the newest law that
//!   concerns the unit (`drafting.toml`).
//!
//! Keeps promises C1, C17, C18 (the text; delivery is recorded by hand as an activity).

use store::{Columns, Id, Migration, RecordId, Relation, migration};

use crate::access::Act;
use crate::app::App;
use crate::facts::Fact;
use crate::features::orgs::Touches;
use crate::tasks::Later;

mod ask;
mod copy;
mod draft;
mod edit;
mod find;
mod hand_over;
mod list;
mod on_law;
mod post;
mod published;
mod script;
mod show;
mod sources;
mod stale;
mod text;
mod then;
mod typed;
mod waiting;

pub use ask::{AskPlace, find_ask_place, set as set_ask_place};
pub use draft::draft_from_law;
pub use find::FINDS;
pub use hand_over::HANDS;
pub use on_law::POSTS;
pub use post::{
    Content, Kind, Paragraph, Post, Source, State, Version, Withdrawn, approve, find_by_slug,
    find_replacement, get, give_back, history, insert, recall, submit, update, withdraw,
};
pub use published::{Headline, Story, about_laws, count_addresses, headlines, stories, withdrawn_lately};
pub use stale::told as told_stale;
pub use text::{RestsOn, Shown, laws_of, rests_on, shown};
pub use typed::TYPED;

pub const FEATURE: crate::Feature = crate::Feature {
    name: "content",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[&FACT],
    touches: Some(&Touched),
    tasks: Some(&waiting::Waiting),
    plan_lines: None,
};

const MIGRATIONS: &[Migration] = &[
    migration!(60, "content", "0060_content.sql"),
    migration!(61, "posts that are stale", "0061_stale.sql"),
];

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
        .get("/tin-bai", list::list)
        .get("/tin-bai/moi", edit::new)
        .post("/tin-bai/moi", edit::create)
        .post("/tin-bai/moi/nhap", typed::keep_new)
        .get("/tin-bai/ban-tin", script::view)
        .get("/tin-bai/noi-hoi", ask::form)
        .post("/tin-bai/noi-hoi", ask::save)
        .get("/tin-bai/{id}", show::show)
        .get("/tin-bai/{id}/sua", edit::edit)
        .post("/tin-bai/{id}/sua", edit::change)
        .post("/tin-bai/{id}/sua/nhap", typed::keep_change)
        .post("/tin-bai/{id}/trinh", show::submit)
        .post("/tin-bai/{id}/trinh/thu-hoi", show::recall)
        .post("/tin-bai/{id}/duyet", show::approve)
        .post("/tin-bai/{id}/tra-lai", show::give_back)
        .post("/tin-bai/{id}/rut", show::withdraw)
        .post("/tin-bai/{id}/da-xem", stale::reviewed)
        .post("/tin-bai/{id}/bai-thay", show::replace)
        .get("/tin-bai/{id}/sao-chep", copy::copy)
}

/// The page of a post for those who work on it.
pub fn page(id: RecordId) -> String {
    format!("/tin-bai/{id}")
}
/// The public page of a post.
pub fn public_page(slug: &str) -> String {
    format!("/tin/{slug}")
}

/// What a reorganisation of units touches here: the units' posts.
struct Touched;

impl Touches for Touched {
    fn words(&self) -> &'static str {
        "content-touched"
    }
    fn lists_all_under(&self) -> bool {
        true
    }
    fn count<'a>(&'a self, app: &'a App, units: &'a [Id]) -> Later<'a, i64> {
        Box::pin(list::count_of(&app.db, units))
    }
    fn list(&self, unit: Id) -> (Act, String) {
        (Act::See, format!("/tin-bai?don-vi={unit}"))
    }
}

/// The fact "article": one row for each post that is published now, on the day it was published.
pub static FACT: Fact = Fact {
    name: "article",
    rows: &ROWS,
    by: &[("law", &BY_LAW)],
    rolled: None,
    changes: Some(&CHANGES),
    then: &then::Then,
    asked: None,
    page,
};

static ROWS: Relation = Relation {
    name: "article",
    from: "(SELECT shard_id, id, unit_id, day, updated_at, month, title FROM posts WHERE state = 'published')",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("day"),
        Columns::Key("updated_at"),
        Columns::Dimension("month"),
        Columns::Dimension("title"),
    ],
};
static BY_LAW: Relation = Relation {
    name: "article by law",
    from: "(SELECT p.shard_id, p.id, p.unit_id, p.day, p.updated_at, p.month, p.title, l.law_id AS key
            FROM posts p JOIN post_laws l ON l.shard_id = p.shard_id AND l.post_id = p.id
            WHERE p.state = 'published')",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("day"),
        Columns::Key("updated_at"),
        Columns::Dimension("month"),
        Columns::Dimension("title"),
        Columns::Dimension("key"),
    ],
};
static CHANGES: Relation = Relation {
    name: "article changes",
    from: "(SELECT shard_id, id, unit_id, day, title, created_at, updated_at, state FROM posts WHERE day IS NOT NULL)",
    columns: &[
        Columns::Key("shard_id"),
        Columns::Key("id"),
        Columns::Key("unit_id"),
        Columns::Key("day"),
        Columns::Key("created_at"),
        Columns::Key("updated_at"),
        Columns::Dimension("title"),
        Columns::Dimension("state"),
    ],
};
