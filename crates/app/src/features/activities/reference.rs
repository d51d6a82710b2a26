//! Methods and audiences: dated data, not code.

use std::borrow::Borrow;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use crate::i18n::Lang;

/// A way of carrying the law to people (hình thức).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Method {
    pub code: String,
    pub vi: String,
    pub en: String,
    /// The number of the form in the law's own list.
    pub form: u8,
    /// Whether its people are counted as attendances of one session.
    pub direct: bool,
    pub legal: String,
    pub from: Date,
    pub until: Option<Date>,
}

/// Whom it is for (đối tượng).
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
struct MethodFile {
    method: Vec<Method>,
}
#[derive(Deserialize)]
struct AudienceFile {
    audience: Vec<Audience>,
}

static METHODS: LazyLock<Vec<Method>> = LazyLock::new(|| {
    let file: Result<MethodFile, _> = toml::from_str(include_str!("methods.toml"));
    file.map(|f| f.method).unwrap_or_else(|e| panic!("methods.toml: {e}"))
});
static AUDIENCES: LazyLock<Vec<Audience>> = LazyLock::new(|| {
    let file: Result<AudienceFile, _> = toml::from_str(include_str!("audiences.toml"));
    file.map(|f| f.audience).unwrap_or_else(|e| panic!("audiences.toml: {e}"))
});

/// The methods in force on a day, in the order of the law.
pub fn methods(day: Date) -> impl Iterator<Item = &'static Method> {
    METHODS.iter().filter(move |m| m.from <= day && m.until.is_none_or(|u| day < u))
}
/// A method by its code, whenever it was in force.
pub fn find_method(code: &str) -> Option<&'static Method> {
    METHODS.iter().find(|m| m.code == code)
}
pub fn audiences(day: Date) -> impl Iterator<Item = &'static Audience> {
    AUDIENCES.iter().filter(move |a| a.from <= day && a.until.is_none_or(|u| day < u))
}
pub fn find_audience(code: &str) -> Option<&'static Audience> {
    AUDIENCES.iter().find(|a| a.code == code)
}

impl Method {
    pub fn name(&self, lang: impl Borrow<Lang>) -> &str {
        lang.borrow().pick(&self.vi, &self.en)
    }
}
impl Audience {
    pub fn name(&self, lang: impl Borrow<Lang>) -> &str {
        lang.borrow().pick(&self.vi, &self.en)
    }
}
