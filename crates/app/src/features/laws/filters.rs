//! What a search in the articles is asked, as it stands in the address: words, and what the documents are narrowed to. For
//! pages by Vietnamese names, for programs by English ones.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::Date;
use seek::Query;
use serde::{Deserialize, Serialize};

use super::law::{self, Status};
use crate::app::App;
use crate::error::Result;
use crate::page::{Page, date_text};
use crate::web::form::{Form, Problems};

/// Longest question; the rest of a pasted page says nothing more.
const LONGEST: usize = 1_000;

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(rename = "loai", alias = "kind", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    #[serde(rename = "co-quan", alias = "issuer", skip_serializing_if = "String::is_empty")]
    pub issuer: String,
    /// First and last day of issue, as people type days.
    #[serde(rename = "tu", alias = "from", skip_serializing_if = "String::is_empty")]
    pub from: String,
    #[serde(rename = "den", alias = "to", skip_serializing_if = "String::is_empty")]
    pub to: String,
    /// A code of [`Status`].
    #[serde(rename = "hieu-luc", alias = "status", skip_serializing_if = "String::is_empty")]
    pub status: String,
    /// A code of the fields of law.
    #[serde(rename = "linh-vuc", alias = "field", skip_serializing_if = "String::is_empty")]
    pub field: String,
    #[serde(rename = "trang", skip_serializing_if = "Option::is_none")]
    pub page: Option<usize>,
    #[serde(skip_serializing)]
    pub limit: Option<usize>,
}

/// One filter in use, and the address without it.
pub struct Chip {
    /// Key of its name.
    pub name: &'static str,
    pub value: String,
    pub without: Asked,
}

impl Asked {
    /// The words in their useful length, days and codes without blanks.
    pub fn tidy(mut self) -> Asked {
        self.q = self.q.trim().chars().take(LONGEST).collect();
        for text in [
            &mut self.kind,
            &mut self.issuer,
            &mut self.from,
            &mut self.to,
            &mut self.status,
            &mut self.field,
        ] {
            *text = viet::clean(text);
        }
        self
    }

    pub fn path(&self, base: &str) -> String {
        let query = serde_html_form::to_string(self).unwrap_or_default();
        if query.is_empty() { base.to_owned() } else { format!("{base}?{query}") }
    }

    /// The filters in use, in words.
    pub fn chips(&self, page: &Page) -> Vec<Chip> {
        let kind = law::find_kind(&self.kind).map_or(&*self.kind, |k| page.lang.pick(&k.vi, &k.en));
        let status = Status::from_code(&self.status).map(|s| page.t(&s.word()));
        let field = fields(page.today).find(|f| f.code == self.field).map(|f| page.lang.pick(f.vi, f.en));
        let dated = |text: &str| day(text).map_or(text.to_owned(), date_text);
        let chip = |name, value: &str, empty: fn(&mut Asked)| {
            let mut without = Asked { page: None, ..self.clone() };
            empty(&mut without);
            (!value.is_empty()).then(|| Chip { name, value: value.to_owned(), without })
        };
        let chips = [
            chip("laws-kind", kind, |a| a.kind.clear()),
            chip("laws-issuer", &self.issuer, |a| a.issuer.clear()),
            chip("laws-filter-from", &dated(&self.from), |a| a.from.clear()),
            chip("laws-filter-to", &dated(&self.to), |a| a.to.clear()),
            chip("laws-status", &status.unwrap_or(self.status.clone()), |a| a.status.clear()),
            chip("laws-field", field.unwrap_or(&self.field), |a| a.field.clear()),
        ];
        chips.into_iter().flatten().collect()
    }

    /// Without the marks that ask for a phrase as it is written.
    pub fn without_quotes(&self) -> Option<Asked> {
        let q: String = self.q.chars().filter(|c| !matches!(c, '"' | '“' | '”' | '«' | '»')).collect();
        (q != self.q).then(|| Asked { q, page: None, ..self.clone() })
    }

    /// As the index takes it; what is no day or no choice is refused.
    pub async fn query(&self, app: &App, limit: usize) -> Result<Query> {
        let mut form = Form::default();
        form.set("from", &self.from);
        form.set("to", &self.to);
        let mut problems = Problems::default();
        let (from, to) = (problems.date(&form, "from"), problems.date(&form, "to"));
        if from.zip(to).is_some_and(|(from, to)| from > to) {
            problems.add("to", "laws-filter-order");
        }
        let status = Status::from_code(&self.status);
        if status.is_none() && !self.status.is_empty() {
            problems.add("status", "error-choice");
        }
        if !self.field.is_empty() && fields(app.today()).all(|f| f.code != self.field) {
            problems.add("field", "error-choice");
        }
        problems.finish()?;
        let documents = match status {
            Some(status) => Some(Arc::new(with_status(app, status).await?)),
            None => None,
        };
        let some = |text: &String| (!text.is_empty()).then(|| text.clone());
        Ok(Query {
            text: self.q.clone(),
            limit,
            kind: some(&self.kind),
            issuer: some(&self.issuer),
            issued_from: from.map(|d| d.to_string()),
            issued_to: to.map(|d| d.to_string()),
            topic: some(&self.field),
            documents,
        })
    }
}

fn day(text: &str) -> Option<Date> {
    viet::parse_date(text).and_then(|(y, m, d)| Date::new(y, m, d).ok())
}

/// The fields of law that are used on a day.
pub fn fields(day: Date) -> impl Iterator<Item = lawtext::concerns::Field> {
    lawtext::concerns::fields((day.year(), day.month(), day.day()))
}

/// The status goes by the day and by what others do to a document, so that no index can hold it.
async fn with_status(app: &App, status: Status) -> Result<HashSet<String>> {
    let laws: Vec<law::Law> = law::select().query().all(&app.db).await?;
    let day = app.today();
    Ok(laws.iter().filter(|l| l.status(day) == status).map(|l| l.id.to_string()).collect())
}
