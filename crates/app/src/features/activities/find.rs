//! Activities for the search of the top bar.

use super::list::{self, Asked};
use super::reference;
use crate::found::{Finds, Found, Group, LOOKED_AT, marks_first};
use crate::page::date_text;
use crate::tasks::Later;
use crate::web::Signed;

pub struct Activities;
pub static FINDS: Activities = Activities;

impl Finds for Activities {
    fn find<'a>(&'a self, signed: &'a Signed, words: &'a str) -> Later<'a, Vec<Group>> {
        Box::pin(async move {
            let asked = Asked { q: words.to_owned(), ..Asked::default() };
            let select = asked.listed(signed.in_sight(), signed.app.today(), LOOKED_AT);
            let mut lines: Vec<list::Line> = select.query().all(&signed.app.db).await?;
            marks_first(words, &mut lines, |l| format!("{} {}", l.title, l.place));
            let mut found = Vec::new();
            for line in lines {
                let unit = signed.unit_name(line.unit_id).await?;
                let method = reference::find_method(&line.method).map_or("", |m| m.name(signed.lang()));
                found.push(Found {
                    about: format!("{method} · {unit} · {}", date_text(line.day)),
                    path: super::page(store::RecordId { shard: line.shard_id, id: line.id }),
                    title: line.title,
                    state: None,
                    passage: vec![],
                });
            }
            Ok(vec![Group::of("room-activities", found, "/hoat-dong", words)])
        })
    }
}
