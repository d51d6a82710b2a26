//! Portal (cổng thông tin): what everybody sees without signing in. The installation's public page with search
//! first, the pages of units, news with what they rest on, feeds. Laws and their search are the pages of
//! `laws`; this feature leads to them.
//!
//! Rules: a public page is the same for everybody: it cannot ask who is there, sets no cookie, holds nobody's
//! name, works without script and is served from memory (`web::cache`). A withdrawn post keeps its address,
//! where its notice stands (410, so that search engines and feed readers drop it). A unit's page opens by its
//! name or its id; the page of a unit that is gone says where it went.
//!
//! Keeps promises G2 (a gone unit's page still opens), H4.

use crate::web::Routes;

mod feed;
mod home;
mod news;
mod place;

pub const FEATURE: crate::Feature = crate::Feature {
    name: "portal",
    routes,
    migrations: &[],
    words: (include_str!("words.vi.ftl"), include_str!("words.en.ftl")),
    facts: &[],
    touches: None,
    tasks: None,
    plan_lines: None,
};

fn routes() -> Routes {
    Routes::new()
        .public("/", home::home)
        .public("/dia-phuong", place::find)
        .public("/dia-phuong/{place}", place::show)
        .public("/dia-phuong/{place}/tin.atom", feed::of_place)
        .public("/tin", news::list)
        .public("/tin/{slug}", news::show)
        .public("/tin.atom", feed::all)
        .public("/sitemap.xml", feed::sitemap)
        .public("/robots.txt", feed::robots)
}
