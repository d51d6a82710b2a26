//! Whom legal education is for (đối tượng): dated data that laws, plans, activities and articles share.

use std::borrow::Borrow;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use crate::i18n::Lang;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    pub code: String,
    pub vi: String,
    pub en: String,
    /// A special group of the law's Điều 17-22.
    pub special: bool,
    pub legal: String,
    pub from: Date,
    pub until: Option<Date>,
}

#[derive(Deserialize)]
struct AudienceFile {
    audience: Vec<Audience>,
}

static AUDIENCES: LazyLock<Vec<Audience>> = LazyLock::new(|| {
    let file: Result<AudienceFile, _> = toml::from_str(include_str!("audiences.toml"));
    file.map(|f| f.audience).unwrap_or_else(|e| panic!("audiences.toml: {e}"))
});

/// The audiences in force on a day, in the order of the law.
pub fn audiences(day: Date) -> impl Iterator<Item = &'static Audience> {
    AUDIENCES.iter().filter(move |a| a.from <= day && a.until.is_none_or(|u| day < u))
}
pub fn find_audience(code: &str) -> Option<&'static Audience> {
    AUDIENCES.iter().find(|a| a.code == code)
}

impl Audience {
    pub fn name(&self, lang: impl Borrow<Lang>) -> &str {
        lang.borrow().pick(&self.vi, &self.en)
    }
}
