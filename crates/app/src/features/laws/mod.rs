//! Laws (văn bản): the registry of legal documents, their texts with a permanent address for each article, clause
//! and point, what they say of each other, and the search over their articles.
//!
//! Words: a legal document (văn bản) has articles (điều), clauses (khoản), points (điểm). Its status is said in the
//! state's own words, computed from its dates and confirmed relations on the day asked; "Cần kiểm tra" where a
//! person has to decide. A document of one of our units names it; all others are the nation's reference data.
//!
//! Rules: the same document imported again changes nothing and keeps every address; another document never takes
//! an address in use. What a person corrected stays: facts, relations, and words of the text, which are held against
//! the new source (`corrections.rs`). A scan is read by the machine and looked at by a person; a text with pages that nobody has looked at
//! says so. Relations read from a text are proposals where the text does not state them outright; a proposal changes no status. The search index is a copy: it follows the database
//! within a second and is made again from it when missing or damaged, while the old one answers.
//!
//! What others do to a document is read from their texts: relations and instructions to amend, each with its sentence. A
//! person confirms a relation before it changes a status, and carries an instruction out before it changes a text;
//! until then the document says that its text is not the newest. The text of any day is found by taking changes back. What
//! a consolidated text has in it already is recognised by its words and does not wait. Sources that differ in an article
//! are both kept; the later shows. A number that several documents bear is linked only where the issuer decides.
//!
//! Other features ask here for titles, laws, articles and what comes into force; what they have resting on a law
//! they give through [`OnLaw`], so that the chain from a directive to an activity reads both ways (promise B16).
//! Keeps promises A2, A3, A5, A6, A7, A8, A9 (base), A12, A13, A17, A18, B16, H4.

use store::{Migration, migration};

mod absent;
mod again;
pub mod alerts;
pub mod amendments;
mod bearers;
pub mod bulk;
mod changes;
pub mod choose;
pub mod citations;
pub mod compare;
pub mod concerns;
mod correct;
mod corrections;
pub mod demo;
mod document;
mod edit;
mod facts;
mod file;
mod filters;
mod fit;
mod gather;
mod import;
pub mod index;
mod law;
pub mod left;
mod links;
mod list;
mod node;
pub mod open_data;
mod reader;
mod relations;
pub mod scan;
mod scan_review;
mod search;
mod show;
pub mod sources;
mod tree;
mod waiting;

pub use choose::Title;
pub use citations::article_path;
pub use corrections::Corrected;
pub use document::{By, NewLaw, Problem, Saved, insert};
pub use file::{outlines, read_text_process};
pub use law::{
    Coming, Kind, Law, Status, concerned, find_by_number, find_by_slug, find_kind, get, in_force_from, kinds,
    place, title, with_ids,
};
pub use node::{Article, Block, Node, article, articles, nodes, versions};
pub use relations::{
    Carried, Chain, NewRelation, OnLaw, Related, Relation, Relations, Resting, Step, Way, chain, relations,
    upward,
};
pub use search::{FINDS, examples};

pub const FEATURE: crate::Feature = crate::Feature {
    name: "laws",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: None,
    tasks: Some(&waiting::Waiting),
    plan_lines: None,
};

const MIGRATIONS: &[Migration] = &[
    migration!(30, "laws", "0030_laws.sql"),
    migration!(31, "what laws do to each other", "0031_understood.sql"),
    migration!(32, "searches to be told about", "0032_alerts.sql"),
    migration!(33, "corrections of our copy of a text", "0033_corrections.sql"),
    migration!(34, "scans on their way to become laws", "0034_scans.sql"),
    migration!(
        35,
        "what a search is narrowed to; what a text has in it already; sources that differ",
        "0035_found.sql"
    ),
    migration!(36, "scans that nobody finishes, texts that nobody has looked at", "0036_scans_left.sql"),
    migration!(37, "who keeps a law", "0037_keepers.sql"),
];

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
        .get("/luat", list::inside)
        .get("/luat/chon", choose::choices)
        .get("/luat/tim", search::inside)
        .get("/luat/theo-doi", alerts::list)
        .post("/luat/theo-doi", alerts::change)
        .public("/theo-doi/{feed}/atom", alerts::feed)
        .get("/luat/moi", edit::new)
        .post("/luat/moi", edit::create)
        .get("/luat/nhap", import::form)
        .upload("/luat/nhap", import::BODY_BYTES, import::send)
        .get("/luat/nhap/{id}", import::overview)
        .post("/luat/nhap/{id}", import::save_all)
        .get("/luat/nhap/{id}/{seq}", import::review)
        .post("/luat/nhap/{id}/{seq}", import::save)
        .get("/luat/nhap/{id}/{seq}/quet", scan_review::overview)
        .post("/luat/nhap/{id}/{seq}/quet", scan_review::decide)
        .get("/luat/nhap/{id}/{seq}/quet/{page}", scan_review::page)
        .post("/luat/nhap/{id}/{seq}/quet/{page}", scan_review::keep)
        .get("/luat/nhap/{id}/{seq}/quet/{page}/anh", scan_review::picture)
        .get("/luat/{id}", show::show_law)
        .get("/luat/{id}/chua-chu", correct::list)
        .post("/luat/{id}/chua-chu", correct::decide)
        .get("/luat/{id}/chua-chu/{*path}", correct::form)
        .post("/luat/{id}/chua-chu/{*path}", correct::save)
        .get("/luat/{id}/sua-doi", changes::list)
        .post("/luat/{id}/sua-doi", changes::decide)
        .get("/luat/{id}/doi-tuong", concerns::view)
        .post("/luat/{id}/doi-tuong", concerns::save)
        .get("/luat/{id}/so-sanh", compare::view)
        .post("/luat/{id}/so-sanh", compare::save)
        .get("/luat/{id}/nguon", sources::view)
        .get("/luat/{id}/sua", edit::edit)
        .post("/luat/{id}/sua", edit::change)
        .public("/van-ban", list::public)
        .public("/van-ban/{slug}", reader::whole)
        .public("/van-ban/{slug}/{*path}", reader::part)
        .public("/hoi", search::public)
        .public("/api/v1/articles", search::articles)
        .public("/api/v1/laws", search::laws)
        .public("/api/v1/laws/{slug}", search::law)
        .public("/api/v1/laws/{slug}/akn.xml", open_data::xml)
        .public("/api/v1/laws/{slug}/articles.jsonl", open_data::lines)
        .public("/api/v1/law-changes", open_data::changes)
}
