//! What rests on a law: the posts that name it, for its page and for the chain from a directive downwards.

use jiff::civil::Date;
use store::{Id, RecordId, Tx, sql};

use super::post::State;
use crate::access::Act;
use crate::app::App;
use crate::features::laws::{Corrected, OnLaw, Resting};
use crate::i18n::Lang;
use crate::tasks::Later;
use crate::web::Signed;

pub struct Posts;
pub static POSTS: Posts = Posts;

store::record! {
    struct Named { shard_id: i64, id: Id, unit_id: Id, title: String, state: String, day: Option<Date>, slug: Option<String> }
}

impl OnLaw for Posts {
    fn inside<'a>(&'a self, signed: &'a Signed, law: Id) -> Later<'a, Vec<Resting>> {
        Box::pin(async move {
            let all: Vec<Named> = sql!(
                "SELECT p.shard_id, p.id, p.unit_id, p.title, p.state, p.day, p.slug
                 FROM post_laws l JOIN posts p ON p.shard_id = l.shard_id AND p.id = l.post_id
                 WHERE l.law_id = $1 AND p.state <> 'withdrawn' ORDER BY p.updated_at DESC, p.id DESC LIMIT 500",
                law
            )
            .all(&signed.app.db)
            .await?;
            let seen = all.into_iter().filter(|p| signed.can(Act::See, p.unit_id));
            Ok(seen
                .map(|p| {
                    let state = State::from_code(&p.state).unwrap_or(State::Draft);
                    let state = signed.say(&format!("content-state-{}", state.code()));
                    Resting {
                        kind: format!("{} · {state}", signed.say("content-post")),
                        title: p.title,
                        path: super::page(RecordId { shard: p.shard_id, id: p.id }),
                        unit: Some(p.unit_id),
                        day: p.day,
                        depth: 0,
                    }
                })
                .collect())
        })
    }
    fn corrected<'a>(&'a self, tx: &'a mut Tx, corrected: &'a Corrected) -> Later<'a, ()> {
        Box::pin(super::stale::corrected(tx, corrected))
    }
    fn outside<'a>(&'a self, app: &'a App, lang: Lang, law: Id) -> Later<'a, Vec<Resting>> {
        Box::pin(async move {
            let all: Vec<Named> = sql!(
                "SELECT p.shard_id, p.id, p.unit_id, p.title, p.state, p.day, p.slug
                 FROM post_laws l JOIN posts p ON p.shard_id = l.shard_id AND p.id = l.post_id
                 WHERE l.law_id = $1 AND p.state = 'published' ORDER BY p.published_at DESC, p.id DESC LIMIT 500",
                law
            )
            .all(&app.db)
            .await?;
            let post = app.words.say(lang, "content-post", &[]);
            let resting = all.into_iter().filter_map(|p| {
                Some(Resting {
                    kind: post.clone(),
                    title: p.title,
                    path: super::public_page(&p.slug?),
                    unit: Some(p.unit_id),
                    day: p.day,
                    depth: 0,
                })
            });
            Ok(resting.collect())
        })
    }
}
