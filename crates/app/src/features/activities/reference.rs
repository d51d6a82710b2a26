//! Methods: dated data, not code.

use std::borrow::Borrow;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

pub use crate::audiences::{Audience, audiences, find_audience};
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

#[derive(Deserialize)]
struct MethodFile {
    method: Vec<Method>,
}

static METHODS: LazyLock<Vec<Method>> = LazyLock::new(|| {
    let file: Result<MethodFile, _> = toml::from_str(include_str!("methods.toml"));
    file.map(|f| f.method).unwrap_or_else(|e| panic!("methods.toml: {e}"))
});

/// The methods in force on a day, in the order of the law.
pub fn methods(day: Date) -> impl Iterator<Item = &'static Method> {
    METHODS.iter().filter(move |m| m.from <= day && m.until.is_none_or(|u| day < u))
}
/// A method by its code, whenever it was in force.
pub fn find_method(code: &str) -> Option<&'static Method> {
    METHODS.iter().find(|m| m.code == code)
}

impl Method {
    pub fn name(&self, lang: impl Borrow<Lang>) -> &str {
        lang.borrow().pick(&self.vi, &self.en)
    }
}
