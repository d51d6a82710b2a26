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

use store::Id;

use crate::access::Act;
use crate::app::App;
use crate::features::content;
use crate::features::orgs::Touches;
use crate::tasks::Later;
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
    touches: Some(&Touched),
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

/// What a reorganisation of units touches here: public addresses that people have kept, which go on opening.
struct Touched;

impl Touches for Touched {
    fn words(&self) -> &'static str {
        "portal-touched"
    }
    fn count<'a>(&'a self, app: &'a App, units: &'a [Id]) -> Later<'a, i64> {
        Box::pin(async move {
            let mut addresses = 0;
            for unit in units {
                // The unit's own page, and its posts.
                addresses += 1 + content::count_addresses(&app.db, *unit).await?;
            }
            Ok(addresses)
        })
    }
    fn list(&self, unit: Id) -> (Act, String) {
        (Act::See, format!("/dia-phuong/{unit}"))
    }
}
