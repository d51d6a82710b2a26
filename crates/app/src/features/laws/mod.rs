//! laws

pub mod index;

pub const FEATURE: crate::Feature = crate::Feature {
    name: "laws",
    routes,
    migrations: MIGRATIONS,
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: None,
};

const MIGRATIONS: &[store::Migration] = &[];

fn routes() -> crate::web::Routes {
    crate::web::Routes::new()
}

/// What a document is called: "35/2013/QH13 Luật Hòa giải ở cơ sở".
pub async fn title(_db: &store::Db, id: store::Id) -> crate::error::Result<String> {
    Ok(id.to_string())
}
