//! laws

pub mod index;

/// A law as lists of choices name it.
#[derive(Debug, Clone)]
pub struct Title {
    pub id: store::Id,
    /// Số, ký hiệu: "35/2013/QH13".
    pub number: String,
    pub title: String,
}

/// Every law kept, newest first.
pub async fn titles(_db: &store::Db) -> crate::error::Result<Vec<Title>> {
    Ok(vec![])
}

pub const FEATURE: crate::Feature = crate::Feature {
    name: "laws",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: None,
    tasks: None,
    plan_lines: None,
};

const MIGRATIONS: &[store::Migration] = &[];

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
}

/// What a document is called: "35/2013/QH13 Luật Hòa giải ở cơ sở".
pub async fn title(_db: &store::Db, id: store::Id) -> crate::error::Result<String> {
    Ok(id.to_string())
}
