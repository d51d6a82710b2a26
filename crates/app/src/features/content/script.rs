//! The script of a minute for the commune's loudspeaker or a short video: from the table of what is new in a law, each
//! sentence with the article that it rests on, as that reads now. What does not fit, or rests on nothing, is listed.

use std::collections::HashMap;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use serde::Deserialize;
use store::Id;

use super::ask;
use super::draft::DRAFTING;
use super::post::{Content, Kind, Paragraph, Source};
use crate::access::Act;
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::laws::compare::{self, News};
use crate::features::laws::{self, Law};
use crate::i18n::Lang;
use crate::page::{Page, Room, show};
use crate::web::Signed;

/// One sentence as it is spoken.
pub struct Spoken {
    pub text: String,
    pub syllables: usize,
    /// The article that it rests on, and which version of that.
    pub source: Option<(String, String)>,
}

/// A sentence that is not spoken, and the key of why.
pub struct Left {
    pub sentence: String,
    pub why: &'static str,
}

pub struct Script {
    pub title: String,
    pub spoken: Vec<Spoken>,
    pub left: Vec<Left>,
}

impl Script {
    /// It greets and says goodbye.
    fn is_empty(&self) -> bool {
        self.spoken.len() <= 2
    }
    pub fn syllables(&self) -> usize {
        self.spoken.iter().map(|s| s.syllables).sum()
    }
    /// As it takes, spoken calmly.
    fn seconds(&self) -> usize {
        (self.syllables() * 60).div_ceil(DRAFTING.script.syllables_a_minute.max(1))
    }
    /// A sentence a line, as it is read out.
    fn plain(&self) -> String {
        self.spoken.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// As a post, which somebody else approves like any other.
    pub fn content(self, law: &Law, unit: Id) -> Content {
        let paragraph = |s: Spoken| Paragraph {
            kind: Kind::Text,
            text: s.text,
            source: s.source.map(|(path, _)| Source { law: law.id, path }),
        };
        Content {
            unit,
            title: self.title,
            body: self.spoken.into_iter().map(paragraph).collect(),
            law: Some(law.id),
            replaces: None,
        }
    }
}

/// So many syllables a text has when it is read out: numbers as they are spoken, capitals letter by letter.
fn syllables(text: &str) -> usize {
    viet::syllables(text)
        .map(|(_, word)| {
            let digits = word.bytes().all(|b| b.is_ascii_digit());
            match word.parse::<i64>() {
                Ok(n) if digits && word.len() <= 6 && !(word.len() > 1 && word.starts_with('0')) => {
                    viet::number_in_words(n).split_whitespace().count()
                }
                _ if digits
                    || word.len() > 1 && word.chars().all(|c| c.is_uppercase() || c.is_ascii_digit()) =>
                {
                    word.chars().count()
                }
                _ => 1,
            }
        })
        .sum()
}

/// A sentence ends with a full stop, however it was typed.
fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches([';', ',']);
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// The script of a law for a unit: its words are Vietnamese, as they are spoken.
pub async fn script_from_law(app: &App, law: &Law, unit: Id) -> Result<Script> {
    let say = |key: &str, args: &[crate::i18n::Arg<'_>]| app.words.say(Lang::Vi, key, args);
    let unit_name = app.trees.name(&app.db, unit).await?;
    let args = [
        ("unit", unit_name.clone()),
        ("name", law.name()),
        ("day", law.effective.map(spoken_day).unwrap_or_default()),
    ];
    let opening = say(
        if law.effective.is_some() { "content-script-opening" } else { "content-script-opening-undated" },
        &args,
    );
    let place = match ask::find_ask_place(&app.db, unit).await? {
        Some(place) => place.office,
        None => say("content-draft-ask-unknown", &[("value", unit_name)]),
    };
    let closing = say("content-script-closing", &[("value", place)]);
    let articles = laws::articles(&app.db, law.id).await?;
    let force = super::draft::effect_article(&articles);
    let versions = laws::versions(&app.db, law.id).await?;
    let versions: HashMap<String, String> = versions.into_iter().map(|v| (v.path, v.version)).collect();
    let news: HashMap<String, News> =
        compare::news(&app.db, law.id).await?.into_iter().map(|n| (n.sentence.clone(), n)).collect();
    let spoken = |text: String, path: Option<&str>| Spoken {
        syllables: syllables(&text),
        source: path.map(|path| (path.to_owned(), versions.get(path).cloned().unwrap_or_default())),
        text,
    };
    let last = spoken(closing, None);
    let mut all = vec![spoken(opening, force.map(|a| a.path.as_str()))];
    let mut taken = last.syllables + all.iter().map(|s| s.syllables).sum::<usize>();
    let mut left = Vec::new();
    for line in law.news() {
        let why = match news.get(line) {
            None => Some("content-script-no-article"),
            Some(news) if news.stale => Some("content-script-stale"),
            Some(news) => {
                let next = spoken(sentence(line), Some(&news.path));
                if taken + next.syllables <= DRAFTING.script.syllables {
                    taken += next.syllables;
                    all.push(next);
                    None
                } else {
                    Some("content-script-too-long")
                }
            }
        };
        left.extend(why.map(|why| Left { sentence: line.to_owned(), why }));
    }
    all.push(last);
    Ok(Script { title: say("content-script-title", &[("name", law.name())]), spoken: all, left })
}

/// "1 tháng 9 năm 2026"
fn spoken_day(day: jiff::civil::Date) -> String {
    format!("{} tháng {} năm {}", day.day(), day.month(), day.year())
}

#[derive(Template)]
#[template(path = "content/script.html")]
struct ScriptPage {
    page: Page,
    law: Law,
    unit: Id,
    script: Script,
    most: usize,
}

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    luat: String,
    #[serde(rename = "don-vi")]
    unit: Option<Id>,
}

/// `GET /tin-bai/ban-tin?luat=…`
pub async fn view(signed: Signed, Query(asked): Query<Asked>) -> Result<Response> {
    let app = &signed.app;
    let unit = signed.unit(asked.unit, Act::WriteContent)?;
    let law = laws::get(&app.db, asked.luat.parse().map_err(|_| Error::NotFound)?).await?;
    let script = script_from_law(app, &law, unit).await?;
    let page = signed
        .page(Room::Content, &script.title)
        .crumb(signed.say("room-content"), "/tin-bai")
        .crumb(law.name(), format!("/luat/{}", law.id));
    show(&ScriptPage { page, law, unit, script, most: DRAFTING.script.syllables })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syllables_are_counted_as_they_are_spoken() {
        let check = |text: &str, expected: usize| assert_eq!(syllables(text), expected, "{text}");
        check("Học sinh đi đò phải mặc áo phao.", 8);
        // Hai nghìn không trăm hai mươi sáu
        check("năm 2026", 8);
        check("từ 1 tháng 9", 4);
        check("số 0272 gọi UBND", 10);
        check("", 0);
    }

    #[test]
    fn a_sentence_ends_once() {
        assert_eq!(sentence("Phải mặc áo phao;"), "Phải mặc áo phao.");
        assert_eq!(sentence("Phải mặc áo phao."), "Phải mặc áo phao.");
    }
}
