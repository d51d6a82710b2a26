//! Forms: what a person typed, kept as typed, so that a page with problems shows it again.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::RequestExt as _;
use axum::extract::{FromRequest, Multipart, Request};

use crate::app::Shared;
use crate::error::{Error, FieldProblem, Result};
use crate::facts::YEARS;

/// The typed values of a form (urlencoded or multipart), and its files. What nobody sees of a text is not kept: a turn
/// of direction makes a name read otherwise than it is written.
#[derive(Debug, Default, Clone)]
pub struct Form {
    values: BTreeMap<String, Vec<String>>,
    pub files: Vec<Upload>,
}

#[derive(Debug, Clone)]
pub struct Upload {
    pub field: String,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Most characters of one typed value, and most values: far more than any field takes, whose own limit then speaks.
/// What is larger nobody has typed, and to show it again would take long.
const LONGEST: usize = 100_000;
const MOST: usize = 5_000;

/// Most bytes of a form without files, also where files may be sent: it is read whole.
pub const PLAIN_BYTES: usize = 1 << 20;
/// What is counted or paid for is no more than a million million; sums of thousands of such fit into a number.
pub const COUNTS: std::ops::RangeInclusive<i64> = 0..=1_000_000_000_000;

fn too_long() -> Error {
    let value = viet::format_int(LONGEST as i64);
    Error::Invalid(vec![FieldProblem { field: "form", key: "error-text-too-long", value }])
}

fn check_length(value: &str, count: usize) -> Result<()> {
    if value.len() > LONGEST && value.chars().count() > LONGEST {
        return Err(too_long());
    }
    if count > MOST { Err(Error::invalid("form", "error-form-too-long")) } else { Ok(()) }
}

impl Form {
    pub fn of(pairs: impl IntoIterator<Item = (String, String)>) -> Form {
        let mut form = Form::default();
        for (name, value) in pairs {
            form.values.entry(name).or_default().push(value);
        }
        form
    }
    /// The trimmed value, empty when absent.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).and_then(|v| v.first()).map_or("", |v| v.trim())
    }
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values.get(name).into_iter().flatten().map(|v| v.trim()).filter(|v| !v.is_empty())
    }
    pub fn has(&self, name: &str) -> bool {
        !self.text(name).is_empty()
    }
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), vec![value.into()]);
    }
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.values.entry(name.to_owned()).or_default().push(value.into());
    }
    /// Whether a choice or tick is among the values: templates mark it.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.values.get(name).is_some_and(|v| v.iter().any(|x| x == value))
    }
    /// Refuses what a page asks for that showed another version: nobody decides about what they have not seen.
    pub fn must_show(&self, version: i64, changed: &'static str) -> Result<()> {
        let shown = self.text("version") == version.to_string();
        if shown { Ok(()) } else { Err(Error::Conflict(changed)) }
    }
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().flat_map(|(k, vs)| vs.iter().map(move |v| (k.as_str(), v.as_str())))
    }
}

impl FromRequest<Shared> for Form {
    type Rejection = Error;
    async fn from_request(request: Request, app: &Shared) -> Result<Form> {
        let kind =
            request.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or("").to_owned();
        if !kind.starts_with("multipart/form-data") {
            let body = request.with_limited_body().into_body();
            let bytes = axum::body::to_bytes(body, PLAIN_BYTES).await.map_err(|_| too_long())?;
            let pairs: Vec<(String, String)> =
                serde_html_form::from_bytes(&bytes).map_err(|_| Error::invalid("form", "error-invalid"))?;
            pairs.iter().try_for_each(|(_, value)| check_length(value, pairs.len()))?;
            return Ok(Form::of(
                pairs.into_iter().map(|(name, value)| (name, viet::visible(&value).into_owned())),
            ));
        }
        let mut form = Form::default();
        let mut parts = Multipart::from_request(request, app)
            .await
            .map_err(|_| Error::invalid("form", "error-invalid"))?;
        let broken = |e: axum::extract::multipart::MultipartError| match e.status().as_u16() {
            413 => Error::invalid("form", "error-too-large"),
            _ => Error::invalid("form", "error-upload-broken"),
        };
        let mut count = 0;
        while let Some(mut part) = parts.next_field().await.map_err(broken)? {
            let field = part.name().unwrap_or_default().to_owned();
            match part.file_name().map(str::to_owned) {
                Some(name) => {
                    let bytes = part.bytes().await.map_err(broken)?.to_vec();
                    // A browser sends a part without a name where no file was chosen.
                    if !name.is_empty() || !bytes.is_empty() {
                        form.files.push(Upload { field, name, bytes });
                    }
                }
                None => {
                    let mut value = Vec::new();
                    while let Some(chunk) = part.chunk().await.map_err(broken)? {
                        if value.len() + chunk.len() > 4 * LONGEST {
                            return Err(too_long());
                        }
                        value.extend_from_slice(&chunk);
                    }
                    count += 1;
                    let value = String::from_utf8_lossy(&value);
                    check_length(&value, count)?;
                    form.push(&field, viet::visible(&value));
                }
            }
        }
        Ok(form)
    }
}

/// Collects problems while a form is read, so that a person sees all of them at once.
#[derive(Debug, Default)]
pub struct Problems(pub Vec<FieldProblem>);

impl Problems {
    pub fn add(&mut self, field: &'static str, key: &'static str) {
        self.add_value(field, key, String::new());
    }
    pub fn add_value(&mut self, field: &'static str, key: &'static str, value: String) {
        self.0.push(FieldProblem { field, key, value });
    }
    /// A text that must be there, of at most `max` characters.
    pub fn required(&mut self, form: &Form, field: &'static str, max: usize) -> String {
        let text = self.optional(form, field, max);
        if text.is_empty() {
            self.add(field, "error-required");
        }
        text
    }
    pub fn optional(&mut self, form: &Form, field: &'static str, max: usize) -> String {
        let text = form.text(field);
        if text.chars().count() > max {
            self.add_value(field, "error-too-long", max.to_string());
        }
        viet::nfc(text).into_owned()
    }
    /// The number that the agency's register gave a paper, and the symbol where one was written after it: "15", "15a",
    /// "15/KH-UBND" (Nghị định 30/2020/NĐ-CP, Phụ lục I). `symbol` is the usual one.
    pub fn register_number(
        &mut self,
        form: &Form,
        field: &'static str,
        symbol: &str,
    ) -> (String, Option<String>) {
        let text = self.required(form, field, 40);
        let (number, written) = match text.split_once('/') {
            Some((number, written)) => (number.trim_end(), Some(written.trim_start())),
            None => (text.as_str(), None),
        };
        let digits = number.strip_suffix(|c: char| c.is_alphabetic()).unwrap_or(number);
        // "09" is the number 9: a register has each once.
        let plain = number.trim_start_matches('0').to_owned();
        let is_number = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        // A register begins with 1.
        let is_number = is_number && plain.starts_with(|c: char| c.is_ascii_digit());
        let is_symbol = |s: &str| s.starts_with(char::is_alphanumeric) && !s.contains(char::is_whitespace);
        if !(text.is_empty() || is_number && written.is_none_or(is_symbol)) {
            self.add_value(field, "error-register-number", symbol.to_owned());
        }
        (plain, written.map(str::to_owned))
    }
    /// What is typed one after another, with semicolons or line by line; nothing when the whole is too long, so that
    /// nobody looks it all up.
    pub fn several(&mut self, form: &Form, field: &'static str, max: usize) -> Vec<String> {
        let text = self.optional(form, field, max);
        if text.chars().count() > max {
            return vec![];
        }
        text.split([';', '\n']).map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
    }
    /// A whole number ≥ 0 as people type it ("1.234"); absent is `None`.
    pub fn count(&mut self, form: &Form, field: &'static str) -> Option<i64> {
        let text = form.text(field);
        if text.is_empty() {
            return None;
        }
        match viet::parse_int(text).filter(|n| COUNTS.contains(n)) {
            Some(n) => Some(n),
            None => {
                self.add(field, "error-count");
                None
            }
        }
    }
    /// A date as people type it or as the browser sends it.
    pub fn date(&mut self, form: &Form, field: &'static str) -> Option<jiff::civil::Date> {
        let text = form.text(field);
        if text.is_empty() {
            return None;
        }
        let date = viet::parse_date(text).and_then(|(y, m, d)| jiff::civil::Date::new(y, m, d).ok());
        if date.is_none_or(|d| !YEARS.contains(&d.year())) {
            self.add(field, "error-date");
        }
        date
    }
    /// Something with a text form of its own: an id, a code.
    pub fn parse<T: FromStr>(&mut self, form: &Form, field: &'static str) -> Option<T> {
        let text = form.text(field);
        if text.is_empty() {
            return None;
        }
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.add(field, "error-choice");
        }
        parsed
    }
    pub fn finish(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}
