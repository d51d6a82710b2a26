//! The registry of the demo: invented laws in authentic form, and facts of the real documents that plans rest on.

use jiff::civil::Date;
use serde::Deserialize;
use store::{Id, Tx};

use super::document::{self, By, NewLaw};
use super::relations::{NewRelation, Relation};
use crate::app::App;
use crate::error::{Error, Result};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct Entry {
    /// Its text.
    file: String,
    number: String,
    kind: String,
    title: String,
    issuer: String,
    issued: Option<Date>,
    effective: Option<Date>,
    /// Issued by the province of the demo, and of concern there alone.
    province: bool,
    /// The former province of Long An issued it: of concern there alone.
    long_an: bool,
    audiences: Vec<String>,
    news: Vec<String>,
    guides: Vec<String>,
    carries_out: Vec<String>,
    replaces: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    law: Vec<Entry>,
}

const TEXTS: &[(&str, &str)] = &[
    ("ben-nuoc.txt", include_str!("demo/ben-nuoc.txt")),
    ("ben-nuoc-nghi-dinh.txt", include_str!("demo/ben-nuoc-nghi-dinh.txt")),
    ("ben-nuoc-tay-ninh.txt", include_str!("demo/ben-nuoc-tay-ninh.txt")),
    ("bua-an.txt", include_str!("demo/bua-an.txt")),
    ("cay-lang-sua-doi.txt", include_str!("demo/cay-lang-sua-doi.txt")),
    ("cay-lang.txt", include_str!("demo/cay-lang.txt")),
    ("ghi-so.txt", include_str!("demo/ghi-so.txt")),
    ("lao-dong-xa-nha.txt", include_str!("demo/lao-dong-xa-nha.txt")),
    ("tieng-on-cu.txt", include_str!("demo/tieng-on-cu.txt")),
    ("tieng-on.txt", include_str!("demo/tieng-on.txt")),
];

/// Where the demo's documents came from, as the pages say it.
const SOURCE: &str = "demo";

/// Enters the demo's documents; the ids, in the order of `laws.toml`. Entered again, nothing changes.
pub async fn insert(tx: &mut Tx, app: &App, province: Option<Id>, long_an: Option<Id>) -> Result<Vec<Id>> {
    let file: File = toml::from_str(include_str!("demo/laws.toml")).map_err(|e| Error::Internal(e.into()))?;
    let mut ids = Vec::new();
    for entry in file.law {
        let new = read(entry, province, long_an)?;
        let (saved, _) = document::insert(tx, app, &By::INSTALLATION, &new).await?;
        ids.push(saved.id());
    }
    Ok(ids)
}

fn read(entry: Entry, province: Option<Id>, long_an: Option<Id>) -> Result<NewLaw> {
    let mut new = NewLaw {
        number: entry.number,
        kind: entry.kind,
        title: entry.title,
        issuer: entry.issuer,
        issued: entry.issued,
        effective: entry.effective,
        source: SOURCE.to_owned(),
        ..NewLaw::default()
    };
    if let Some((_, text)) = TEXTS.iter().find(|(name, _)| *name == entry.file) {
        let parsed = parse(text)?;
        new.nodes = parsed.nodes;
        new.relations = parsed.relations;
        new.citations = parsed.citations;
        new.amendments = parsed.amendments;
    }
    if entry.province {
        new.unit = province;
        new.units = province.into_iter().collect();
    }
    if entry.long_an {
        new.units = long_an.into_iter().collect();
    }
    new.audiences = entry.audiences;
    new.news = entry.news;
    let named = [
        (Relation::Guides, entry.guides),
        (Relation::CarriesOut, entry.carries_out),
        (Relation::Replaces, entry.replaces),
    ];
    // What the facts state is confirmed, also where the text says it too.
    new.relations.retain(|r| !named.iter().any(|(n, to)| *n == r.relation && to.contains(&r.number)));
    new.relations.extend(named.into_iter().flat_map(|(relation, numbers)| {
        numbers.into_iter().map(move |number| NewRelation::stated(relation, number))
    }));
    Ok(new)
}

fn parse(text: &str) -> Result<NewLaw> {
    let text =
        lawtext::read(lawtext::Format::Text, text.as_bytes()).map_err(|e| Error::Internal(e.into()))?;
    Ok(NewLaw::of(&lawtext::parse(&text), SOURCE).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_demo_law_reads_without_a_problem_and_cannot_exist() {
        let file: File = toml::from_str(include_str!("demo/laws.toml")).unwrap();
        for entry in file.law {
            let text = TEXTS.iter().find(|(name, _)| *name == entry.file);
            assert_eq!(text.is_some(), !entry.file.is_empty(), "{}", entry.file);
            for audience in &entry.audiences {
                assert!(crate::audiences::find_audience(audience).is_some(), "{audience}");
            }
            let Some((name, text)) = text else { continue };
            let parsed = lawtext::parse(&lawtext::read(lawtext::Format::Text, text.as_bytes()).unwrap());
            assert_eq!(parsed.problems, vec![], "{name}");
            let read_from_text = super::parse(text).unwrap();
            let new = read(entry, None, None).unwrap();
            let facts = |l: &NewLaw| {
                (l.number.clone(), l.kind.clone(), l.title.clone(), l.issuer.clone(), l.issued, l.effective)
            };
            assert_eq!(facts(&read_from_text), facts(&new), "{name}");
            assert!(new.number.contains("/2099/"), "{name}: {}", new.number);
            assert!(new.nodes.iter().filter(|n| n.is_article()).count() >= 3, "{name}");
        }
    }
}
