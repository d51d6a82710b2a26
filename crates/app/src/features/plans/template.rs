//! How plans read before anybody has written them, and how their papers are headed: dated data.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use store::Id;

use crate::features::orgs::Tree;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    from: Date,
    /// "KẾ HOẠCH" and its abbreviation "KH".
    pub kind: String,
    pub kind_code: String,
    pub annual: String,
    pub further: String,
    pub for_law: String,
    pub purpose: String,
    pub organisation: String,
    agency: BTreeMap<String, Agency>,
    pub law_line: Vec<LawLine>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agency {
    pub parent: Option<String>,
    pub agency: String,
    pub symbol: String,
    /// Where it is signed, when not in the unit.
    pub place: Option<String>,
    pub authority: Vec<String>,
    pub recipients: Vec<String>,
}

/// A line that a new law puts into a plan.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawLine {
    pub content: String,
    pub audiences: Vec<String>,
    pub methods: Vec<String>,
    pub product: String,
    /// Who usually helps; empty where nobody is known.
    pub with_others: String,
    /// Once in each hamlet.
    pub per_hamlet: bool,
}

#[derive(Deserialize)]
struct File {
    template: Vec<Template>,
}

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let file: Result<File, _> = toml::from_str(include_str!("template.toml"));
    let file = file.unwrap_or_else(|e| panic!("template.toml: {e}"));
    for t in &file.template {
        for level in ["nation", "province", "district", "commune", "agency"] {
            assert!(t.agency.contains_key(level), "template.toml: no agency of level {level}");
        }
    }
    file.template
});

/// The template in force on a day, or the first there was.
pub fn template(day: Date) -> &'static Template {
    let in_force = TEMPLATES.iter().filter(|t| t.from <= day).max_by_key(|t| t.from);
    match in_force.or(TEMPLATES.first()) {
        Some(t) => t,
        None => unreachable!("template.toml has a template"),
    }
}

/// "Xã Bến Lức" as it stands in a sentence: "xã Bến Lức".
pub fn in_sentence(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// A unit's own words put into texts.
pub struct Words {
    unit: String,
    above: String,
    year: i64,
    agency: &'static Agency,
}

impl Template {
    /// The words of a unit; it need not exist on the tree any more.
    pub fn words(&'static self, tree: &Tree, unit: Id, name: &str, year: i64) -> Words {
        let level = tree.get(unit).map_or("commune", |u| u.level.as_str());
        let agency = self.agency.get(level).or_else(|| self.agency.get("commune"));
        let above = tree.parent(unit).and_then(|u| tree.get(u)).map_or("", |u| u.name.as_str());
        // A country is named, not described: "trên địa bàn Việt Nam".
        let unit = if level == "nation" || level == "agency" { name.to_owned() } else { in_sentence(name) };
        match agency {
            Some(agency) => Words { unit, above: in_sentence(above), year, agency },
            None => unreachable!("template.toml has an agency of level commune"),
        }
    }
}

impl Words {
    pub fn fill(&self, text: &str) -> String {
        let agency = self.agency.agency.replace("{unit}", &self.unit);
        text.trim()
            .replace("{unit}", &self.unit)
            .replace("{above}", &self.above)
            .replace("{year}", &self.year.to_string())
            .replace("{agency}", &agency)
    }
    pub fn agency(&self) -> String {
        self.fill(&self.agency.agency)
    }
    pub fn parent_agency(&self) -> Option<String> {
        self.agency.parent.as_ref().map(|p| self.fill(p))
    }
    pub fn symbol(&self) -> &'static str {
        &self.agency.symbol
    }
    pub fn authority(&self) -> String {
        self.agency.authority.join("\n")
    }
    pub fn recipients(&self) -> String {
        self.fill(&self.agency.recipients.join("\n"))
    }
    /// Địa danh: the unit's own name without its kind.
    pub fn place(&self) -> String {
        const KINDS: [&str; 8] =
            ["thành phố ", "thị trấn ", "thị xã ", "đặc khu ", "phường ", "huyện ", "tỉnh ", "xã "];
        match &self.agency.place {
            Some(place) => place.clone(),
            None => {
                let of = if self.agency.parent.is_some() { &self.above } else { &self.unit };
                KINDS.iter().find_map(|k| of.strip_prefix(k)).unwrap_or(of).to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::activities::reference;

    #[test]
    fn the_lines_of_a_law_name_methods_and_audiences_there_are() {
        for t in TEMPLATES.iter() {
            for line in &t.law_line {
                assert!(line.methods.iter().all(|m| reference::find_method(m).is_some()), "{line:?}");
                assert!(line.audiences.iter().all(|a| reference::find_audience(a).is_some()), "{line:?}");
            }
        }
    }
}
