//! The facts of a document as a form: when it is imported, entered by hand or corrected.

use jiff::civil::Date;
use store::{Id, Tx, sql};

use super::document::NewLaw;
use super::law::{Coming, Law};
use crate::audiences;
use crate::error::Result;
use crate::web::form::{Form, Problems};

/// What a person enters about a document.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    pub number: String,
    pub kind: String,
    pub title: String,
    pub issuer: String,
    pub issued: Option<Date>,
    pub effective: Option<Date>,
    pub expires: Option<Date>,
    pub partly_expires: Option<Date>,
    pub suspended_from: Option<Date>,
    pub suspended_until: Option<Date>,
    pub audiences: Vec<String>,
    /// It applies only within the unit of whoever enters it.
    pub own_unit: bool,
    pub news: Vec<String>,
}

/// What is typed into the form, with the key of each label.
pub(super) const TYPED: [(&str, &str); 11] = [
    ("number", "laws-number"),
    ("kind", "laws-kind"),
    ("title", "laws-title"),
    ("issuer", "laws-issuer"),
    ("issued", "laws-issued"),
    ("effective", "laws-effective"),
    ("expires", "laws-expires"),
    ("partly_expires", "laws-partly-expires"),
    ("suspended_from", "laws-suspended-from"),
    ("suspended_until", "laws-suspended-until"),
    ("news", "laws-news"),
];

/// Longest number, title and issuer of a document, in characters.
pub(super) const LONGEST: [(&str, usize); 3] = [("number", 100), ("title", 1_000), ("issuer", 1_000)];

/// Longest sentence that says what is new, in characters.
pub(super) const SENTENCE: usize = 300;

impl Facts {
    pub fn read(form: &Form, problems: &mut Problems, today: Date) -> Facts {
        let facts = Facts {
            number: problems.optional(form, "number", 100),
            kind: problems.optional(form, "kind", 100),
            title: problems.optional(form, "title", 1_000),
            issuer: problems.optional(form, "issuer", 1_000),
            issued: problems.date(form, "issued"),
            effective: problems.date(form, "effective"),
            expires: problems.date(form, "expires"),
            partly_expires: problems.date(form, "partly_expires"),
            suspended_from: problems.date(form, "suspended_from"),
            suspended_until: problems.date(form, "suspended_until"),
            audiences: audiences::audiences(today)
                .filter(|a| form.is("audience", &a.code))
                .map(|a| a.code.clone())
                .collect(),
            own_unit: form.has("own_unit"),
            news: problems
                .optional(form, "news", 2_000)
                .lines()
                .map(viet::clean)
                .filter(|l| !l.is_empty())
                .collect(),
        };
        if facts.number.is_empty() && facts.title.is_empty() {
            problems.add("number", "laws-error-no-name");
        }
        if facts.kind.is_empty() {
            problems.add("kind", "laws-error-kind");
        }
        if facts.news.iter().any(|n| n.chars().count() > SENTENCE) {
            problems.add_value("news", "error-too-long", SENTENCE.to_string());
        }
        let follows = |start: Option<Date>, end: Option<Date>| start.zip(end).is_none_or(|(s, e)| s < e);
        // Effect in the past is rare and mostly a slip: a person says that it is so.
        if is_backdated(facts.issued, facts.effective) && !form.has("backdated") {
            problems.add("effective", "laws-error-backdated");
        }
        if !follows(facts.effective, facts.expires) {
            problems.add("expires", "laws-error-order");
        }
        if !follows(facts.suspended_from, facts.suspended_until) {
            problems.add("suspended_until", "laws-error-order");
        }
        facts
    }

    /// Puts them into a document that is about to be saved.
    pub fn apply(self, new: &mut NewLaw, unit: Id) {
        new.number = self.number;
        new.kind = self.kind;
        new.title = self.title;
        new.issuer = self.issuer;
        new.issued = self.issued;
        new.effective = self.effective;
        new.expires = self.expires;
        new.audiences = self.audiences;
        new.units = if self.own_unit { vec![unit] } else { vec![] };
        new.news = self.news;
    }
}

/// Whether a document is in force before it was issued.
pub fn is_backdated(issued: Option<Date>, effective: Option<Date>) -> bool {
    issued.zip(effective).is_some_and(|(issued, effective)| effective < issued)
}

fn set_date(form: &mut Form, name: &str, date: Option<Date>) {
    form.set(name, date.map(crate::page::date_text).unwrap_or_default());
}

/// The form of a document that was read from a file.
pub fn form_of_new(new: &NewLaw) -> Form {
    let mut form = Form::default();
    form.set("number", &new.number);
    form.set("kind", &new.kind);
    form.set("title", &new.title);
    form.set("issuer", &new.issuer);
    set_date(&mut form, "issued", new.issued);
    set_date(&mut form, "effective", new.effective);
    set_date(&mut form, "expires", new.expires);
    new.audiences.iter().for_each(|a| form.push("audience", a));
    form.set("news", new.news.join("\n"));
    form
}

/// The form of a document of the registry.
pub fn form_of(of: &Coming) -> Form {
    let law: &Law = &of.law;
    let mut form = Form::default();
    form.set("version", law.revision.to_string());
    form.set("number", &law.number);
    form.set("kind", &law.kind);
    form.set("title", &law.title);
    form.set("issuer", &law.issuer);
    set_date(&mut form, "issued", law.issued);
    set_date(&mut form, "effective", law.effective);
    set_date(&mut form, "expires", law.expires);
    set_date(&mut form, "partly_expires", law.partly_expires);
    set_date(&mut form, "suspended_from", law.suspended_from);
    set_date(&mut form, "suspended_until", law.suspended_until);
    of.audiences.iter().for_each(|a| form.push("audience", a));
    // Whoever saved it has said so.
    if is_backdated(law.issued, law.effective) {
        form.set("backdated", "1");
    }
    if !of.units.is_empty() {
        form.set("own_unit", "1");
    }
    form.set("news", &law.news);
    form
}

/// Changes whom a document concerns.
pub async fn set_concerns(tx: &mut Tx, law: Id, audiences: &[String], units: &[Id]) -> Result<()> {
    sql!("DELETE FROM law_audiences WHERE law_id = $1", law).run(tx).await?;
    sql!("DELETE FROM law_units WHERE law_id = $1", law).run(tx).await?;
    super::document::insert_concerns(tx, law, audiences, units).await
}
