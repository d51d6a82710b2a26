//! Lan Tỏa: the program with which communes and provinces carry the law to the people. See ARCHITECTURE.md.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))] // They panic when nobody reads.

pub mod access;
mod apart;
pub mod app;
pub mod audiences;
pub mod audit;
pub mod changes;
pub mod commands;
pub mod config;
pub mod drafts;
pub mod error;
pub mod facts;
pub mod features;
pub mod files;
pub mod foreign;
pub mod found;
pub mod i18n;
pub mod levels;
pub mod lines;
pub mod mail;
pub mod memory;
pub mod page;
pub mod printing;
pub mod seed;
pub mod signin;
pub mod start;
pub mod tasks;
pub mod web;

use app::Shared;
use facts::Fact;
use features::orgs::Touches;
use store::Migration;
use web::Routes;

/// A feature as the rest of the program knows it.
pub struct Feature {
    pub name: &'static str,
    pub routes: fn() -> Routes,
    pub migrations: &'static [Migration],
    /// Its words: Vietnamese, English.
    pub words: (&'static str, &'static str),
    pub facts: &'static [&'static Fact],
    /// What of it a reorganisation of units touches.
    pub touches: Option<&'static dyn Touches>,
    /// What it puts on people's work lists.
    pub tasks: Option<&'static dyn tasks::Tasks>,
    /// The plan lines that work may be recorded under.
    pub plan_lines: Option<&'static dyn lines::PlanLines>,
}

/// The one list of features.
pub fn features() -> Vec<Feature> {
    use features::*;
    vec![
        orgs::FEATURE,
        people::FEATURE,
        laws::FEATURE,
        plans::FEATURE,
        activities::FEATURE,
        content::FEATURE,
        numbers::FEATURE,
        papers::FEATURE,
        portal::FEATURE,
        home::FEATURE,
    ]
}

/// The words of the shell itself.
pub const SHELL_WORDS: (&str, &str) =
    (include_str!("words/shell.vi.ftl"), include_str!("words/shell.en.ftl"));

pub fn migrations() -> Vec<Migration> {
    let mut all = [audit::MIGRATIONS, signin::MIGRATIONS, drafts::MIGRATIONS, seed::MIGRATIONS].concat();
    all.extend(features().iter().flat_map(|f| f.migrations.iter().copied()));
    all
}

pub fn words() -> anyhow::Result<i18n::Words> {
    let mut files = vec![SHELL_WORDS, commands::WORDS, seed::WORDS];
    files.extend(features().iter().map(|f| f.words));
    i18n::Words::load(&files)
}

/// Every fact of every feature.
pub fn facts() -> Vec<&'static Fact> {
    features().iter().flat_map(|f| f.facts.iter().copied()).collect()
}

/// Every feature with personal work that goes over to a successor.
pub fn hand_overs() -> Vec<&'static dyn features::people::HandOver> {
    vec![&features::content::HANDS, &features::content::TYPED, &features::activities::DRAFTS]
}

/// Every feature with something that rests on a law.
pub fn on_laws() -> Vec<&'static dyn features::laws::OnLaw> {
    vec![&features::plans::Chained, &features::content::POSTS]
}

/// The feature that prints frozen figures.
pub fn prints() -> &'static dyn features::numbers::Prints {
    &features::papers::PRINTS
}

/// Every feature that the search of the top bar asks, in the order of its answers.
pub fn finders() -> Vec<&'static dyn found::Finds> {
    vec![
        &features::laws::FINDS,
        &features::activities::FINDS,
        &features::plans::FINDS,
        &features::content::FINDS,
    ]
}

/// The digests of all files that something names, in order.
pub async fn kept_files(tx: &mut store::Tx) -> error::Result<Vec<String>> {
    let mut kept = features::activities::kept_files(tx).await?;
    kept.extend(features::laws::scan::kept_files(tx).await?);
    kept.sort();
    kept.dedup();
    Ok(kept)
}

/// All routes, with who may come.
pub fn routes() -> Routes {
    let shell = Routes::new()
        .anyone(axum::http::Method::GET, "/static/{name}", web::statics::serve)
        .public("/api/openapi.json", web::openapi::describe);
    features().iter().fold(shell, |all, f| all.and((f.routes)()))
}

/// The whole program as a service; tests call it in process.
pub fn router(
    app: Shared,
) -> impl tower::Service<
    axum::extract::Request,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> + Clone
+ Send {
    use tower::Layer as _;
    tower::util::MapRequestLayer::new(web::take_language::<axum::body::Body>)
        .layer(web::shell(app, routes().router))
}
