//! Posts for the search of the top bar.

use store::Filter;

use super::list::{self, Line};
use crate::found::{Finds, Found, Group, LOOKED_AT, folded_words, marks_first};
use crate::tasks::Later;
use crate::web::Signed;

pub struct Finding;
pub static FINDS: Finding = Finding;

impl Finds for Finding {
    fn find<'a>(&'a self, signed: &'a Signed, words: &'a str) -> Later<'a, Vec<Group>> {
        Box::pin(async move {
            let mut select = list::select().limit(LOOKED_AT);
            if let Some(units) = signed.in_sight() {
                select = select.filter(Filter::any_of("unit_id", units));
            }
            for word in folded_words(words) {
                select = select.filter(Filter::contains("folded", &word));
            }
            let mut lines: Vec<Line> = select.query().all(&signed.app.db).await?;
            marks_first(words, &mut lines, |l| l.title.clone());
            let mut found = Vec::new();
            for line in lines {
                let state = line.state();
                found.push(Found {
                    path: line.path(),
                    about: signed.unit_name(line.unit_id).await?,
                    state: Some((state.look(), signed.say(&format!("content-state-{}", state.code())))),
                    title: line.title,
                    passage: vec![],
                });
            }
            Ok(vec![Group::of("room-content", found, "/tin-bai", words)])
        })
    }
}
