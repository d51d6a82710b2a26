//! What rests on a law, with what is alike said once: one title from a hundred communes is one line.

use jiff::civil::Date;

use super::relations::Resting;
use crate::app::App;
use crate::error::Result;

/// One title, and where it stands.
pub struct Gathered {
    pub kind: String,
    pub title: String,
    pub depth: usize,
    pub places: Vec<Place>,
}

pub struct Place {
    /// Name of the unit.
    pub unit: String,
    /// Without the language.
    pub path: String,
    pub day: Option<Date>,
}

/// Gathers what several units have under the same title at the same place of the chain. What has something under it
/// stands alone.
pub async fn gather(app: &App, resting: Vec<Resting>) -> Result<Vec<Gathered>> {
    let holds: Vec<bool> = resting
        .iter()
        .enumerate()
        .map(|(n, r)| resting.get(n + 1).is_some_and(|next| next.depth > r.depth))
        .collect();
    let mut gathered: Vec<(Gathered, bool)> = Vec::new();
    for (r, holds) in resting.into_iter().zip(holds) {
        let unit = match r.unit {
            Some(unit) => app.trees.name(&app.db, unit).await?,
            None => String::new(),
        };
        let place = Place { unit, path: r.path, day: r.day };
        let beside = gathered.iter_mut().rev().take_while(|(g, _)| g.depth >= r.depth);
        let alike = beside.filter(|(g, held)| !holds && !held && g.depth == r.depth).find(|(g, _)| {
            g.kind == r.kind && g.title == r.title && g.places.iter().all(|p| p.unit != place.unit)
        });
        match alike {
            Some((g, _)) => g.places.push(place),
            None => {
                let new = Gathered { kind: r.kind, title: r.title, depth: r.depth, places: vec![place] };
                gathered.push((new, holds));
            }
        }
    }
    let mut gathered: Vec<Gathered> = gathered.into_iter().map(|(g, _)| g).collect();
    for g in &mut gathered {
        g.places.sort_by_cached_key(|p| viet::collation_key(&p.unit));
    }
    Ok(gathered)
}
