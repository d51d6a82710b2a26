//! Plans for the search of the top bar.

use super::list::{SEARCHED, search};
use super::plan::Wanted;
use crate::found::{Finds, Found, Group, LOOKED_AT, marks_first};
use crate::tasks::Later;
use crate::web::Signed;

pub struct Plans;
pub static FINDS: Plans = Plans;

impl Finds for Plans {
    fn find<'a>(&'a self, signed: &'a Signed, words: &'a str) -> Later<'a, Vec<Group>> {
        Box::pin(async move {
            let wanted = Wanted {
                units: signed.in_sight(),
                year: None,
                states: SEARCHED.to_vec(),
                kind: None,
                after: None,
            };
            let mut shown = search(signed, wanted, words, LOOKED_AT as usize).await?;
            marks_first(words, &mut shown, |s| format!("{} {}", s.plan.title, s.unit));
            let found = shown.into_iter().map(|s| Found {
                path: s.plan.page(),
                state: Some((s.plan.state().look(), signed.say(&s.plan.state().word()))),
                about: match s.plan.number {
                    Some(number) => format!("{number} · {}", s.unit),
                    None => s.unit,
                },
                title: s.plan.title,
                passage: vec![],
            });
            // The list shows one year at a time: no address of it shows all of these.
            let group = Group::of("room-plans", found.collect(), "/ke-hoach", words);
            Ok(vec![Group { more: None, ..group }])
        })
    }
}
