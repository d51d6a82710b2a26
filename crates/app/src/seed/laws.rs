//! The demo's laws as activities and plans speak of them.

use std::collections::HashMap;

use jiff::civil::Date;
use store::Id;

use super::chance::Chance;
use crate::app::App;
use crate::error::Result;
use crate::features::laws;

#[derive(Debug, Clone)]
pub struct Known {
    pub id: Id,
    pub number: String,
    /// "Luật Yên tĩnh khu dân cư"
    pub name: String,
    pub issued: Date,
    /// First day no longer in force.
    pub ends: Option<Date>,
}

pub struct Laws {
    spoken_of: Vec<Known>,
    /// All of the registry, by their numbers.
    numbers: HashMap<String, Id>,
}

/// Laws that are spoken about at once; papers above the plans are not.
const SPOKEN_OF: [&str; 4] = ["Luật", "Nghị định", "Thông tư", "Pháp lệnh"];
/// Days in which a law is new.
const NEW: i32 = 300;

impl Laws {
    pub async fn of(app: &App) -> Result<Laws> {
        let ids = laws::choose::newest(&app.db, 2_000).await?.into_iter().map(|t| t.id).collect();
        let all = laws::with_ids(&app.db, ids).await?;
        let numbers = all.iter().map(|l| (l.number.clone(), l.id)).collect();
        let mut known: Vec<Known> = all
            .into_iter()
            .filter(|l| SPOKEN_OF.contains(&l.kind.as_str()))
            .filter_map(|l| {
                let (number, name) = (l.number.clone(), l.name());
                Some(Known { id: l.id, number, name, issued: l.issued?, ends: l.ends() })
            })
            .collect();
        known.sort_by(|a, b| (a.issued, &a.number).cmp(&(b.issued, &b.number)));
        Ok(Laws { spoken_of: known, numbers })
    }
    pub fn number(&self, number: &str) -> Option<&Known> {
        self.spoken_of.iter().find(|l| l.number == number)
    }
    /// Any document that a plan may rest on.
    pub fn basis(&self, number: &str) -> Option<Id> {
        self.numbers.get(number).copied()
    }
    pub fn find(&self, id: Id) -> Option<&Known> {
        self.spoken_of.iter().find(|l| l.id == id)
    }
    /// The demo's own laws issued since a day: those with a text.
    pub fn since(&self, day: Date) -> impl Iterator<Item = &Known> {
        self.spoken_of.iter().filter(move |l| l.issued >= day && l.number.contains("/2099/"))
    }
    /// A law that there was on a day, rather a new one.
    pub fn on(&self, chance: &mut Chance, day: Date) -> Option<&Known> {
        let age = |l: &Known| l.issued.until(day).map_or(0, |span| span.get_days());
        let there: Vec<(&Known, usize)> = self
            .spoken_of
            .iter()
            .filter(|l| l.issued < day && l.ends.is_none_or(|end| end > day))
            .map(|l| (l, if age(l) <= NEW { 6 } else { 2 }))
            .collect();
        if there.is_empty() { None } else { Some(chance.weighted(&there)) }
    }
}
