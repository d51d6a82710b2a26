//! home

pub const FEATURE: crate::Feature = crate::Feature {
    name: "home",
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
