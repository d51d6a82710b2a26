//! A draft from a law: what it is, from when, whom it concerns, what is new, its key articles quoted, where to
//! ask. An editor makes an article of it; what it quotes keeps its address in the law.

use std::sync::LazyLock;

use serde::Deserialize;
use store::Id;

use super::ask;
use super::post::{Content, Kind, Paragraph, Source};
use crate::app::App;
use crate::error::Result;
use crate::features::activities::reference;
use crate::features::laws::{self, Article, Law};
use crate::i18n::{Arg, Lang};
use crate::page::date_text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drafting {
    pub regularity: Regularity,
    quoting: Quoting,
    claims: Claims,
    pub script: Script,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regularity {
    pub days: i64,
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Quoting {
    articles: usize,
    characters: usize,
    headings: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub syllables: usize,
    pub syllables_a_minute: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    words: Vec<String>,
}

pub static DRAFTING: LazyLock<Drafting> = LazyLock::new(|| {
    toml::from_str(include_str!("drafting.toml")).unwrap_or_else(|e| panic!("drafting.toml: {e}"))
});

/// Whether a paragraph states what people act by, so that it should say where that stands.
pub fn claims(text: &str) -> bool {
    let text = viet::nfc(text).to_lowercase();
    DRAFTING.claims.words.iter().any(|words| text.contains(words.as_str()))
}

/// A draft for a unit. Its words are Vietnamese, whatever the language of the person who asks.
pub async fn draft_from_law(app: &App, law: &Law, unit: Id) -> Result<Content> {
    let say = |key: &str, args: &[Arg<'_>]| app.words.say(Lang::Vi, key, args);
    let name = law.name();
    let articles = laws::articles(&app.db, law.id).await?;
    let mut body = Vec::new();
    let mut push = |kind, text: String, source: Option<&str>| {
        let source = source.map(|path| Source { law: law.id, path: path.to_owned() });
        body.push(Paragraph { kind, text, source });
    };

    let args = [
        ("name", name.clone()),
        ("number", law.number.clone()),
        ("issuer", law.issuer.clone()),
        ("day", law.issued.map(date_text).unwrap_or_default()),
    ];
    let key = match (law.issuer.is_empty(), law.issued) {
        (false, Some(_)) => "content-draft-what",
        _ => "content-draft-what-short",
    };
    push(Kind::Text, say(key, &args), None);
    let scope = find_by_heading(&articles, "phạm vi điều chỉnh");
    if let Some(scope) = scope {
        push(Kind::Quote, quotation(scope), Some(&scope.path));
    }

    push(Kind::Heading, say("content-draft-when-heading", &[]), None);
    let force = effect_article(&articles);
    let when = match law.effective {
        Some(day) => say("content-draft-when", &[("name", name.clone()), ("day", date_text(day))]),
        None => say("content-draft-when-unknown", &[]),
    };
    push(Kind::Text, when, force.map(|a| a.path.as_str()));

    push(Kind::Heading, say("content-draft-whom-heading", &[]), None);
    let concerned = laws::concerned(&app.db, law.clone()).await?;
    let audiences: Vec<&str> = concerned
        .audiences
        .iter()
        .filter_map(|code| reference::find_audience(code))
        .map(|a| a.name(Lang::Vi))
        .collect();
    let whom = match audiences.as_slice() {
        [] => say("content-draft-whom-unknown", &[]),
        names => say("content-draft-whom", &[("value", names.join("; "))]),
    };
    push(Kind::Text, whom, None);
    let applies = find_by_heading(&articles, "đối tượng áp dụng");
    if let Some(applies) = applies {
        push(Kind::Quote, quotation(applies), Some(&applies.path));
    }

    let news: Vec<String> = law.news().map(str::to_owned).collect();
    if !news.is_empty() {
        push(Kind::Heading, say("content-draft-news-heading", &[]), None);
        let rests = laws::compare::news(&app.db, law.id).await?;
        for line in news {
            match rests.iter().find(|n| n.sentence == line) {
                // What its article no longer says is for a person to write anew.
                Some(news) if news.stale => {}
                rests => push(Kind::Text, line, rests.map(|n| n.path.as_str())),
            }
        }
    }

    let said: Vec<&str> = [scope, force, applies].into_iter().flatten().map(|a| a.path.as_str()).collect();
    let key = key_articles(&articles, &said);
    if !key.is_empty() {
        push(Kind::Heading, say("content-draft-key-heading", &[]), None);
        key.into_iter().for_each(|article| push(Kind::Quote, quotation(article), Some(&article.path)));
    }

    push(Kind::Heading, say("content-draft-ask-heading", &[]), None);
    let place = match ask::find_ask_place(&app.db, unit).await? {
        Some(place) => place.text(),
        None => say("content-draft-ask-unknown", &[("value", app.trees.name(&app.db, unit).await?)]),
    };
    push(Kind::Text, say("content-draft-ask", &[("value", place)]), None);

    Ok(Content {
        unit,
        title: say("content-draft-title", &[("name", name)]),
        body,
        law: Some(law.id),
        replaces: None,
    })
}

fn find_by_heading<'a>(articles: &'a [Article], words: &str) -> Option<&'a Article> {
    articles.iter().find(|a| a.heading.to_lowercase().contains(words))
}

/// The article that says from when a law is in force: by its heading, else the last one whose words say so, as under
/// "Điều khoản thi hành" or "Tổ chức thực hiện".
pub fn effect_article(articles: &[Article]) -> Option<&Article> {
    let says = |a: &&Article| {
        let text = viet::fold(&a.text).replace(" thi hanh", "").replace(" ke tu", " tu");
        text.contains("co hieu luc tu ngay")
    };
    find_by_heading(articles, "hiệu lực thi hành").or_else(|| articles.iter().rev().find(says))
}

/// The articles that tell people most by their headings, in the order of the law.
fn key_articles<'a>(articles: &'a [Article], said: &[&str]) -> Vec<&'a Article> {
    let quoting = &DRAFTING.quoting;
    let rank = |a: &Article| {
        let heading = a.heading.to_lowercase();
        quoting.headings.iter().position(|words| heading.contains(words.as_str())).unwrap_or(usize::MAX)
    };
    let mut chosen: Vec<(usize, usize, &Article)> = articles
        .iter()
        .enumerate()
        .filter(|(_, a)| !said.contains(&a.path.as_str()) && !a.text.is_empty())
        .map(|(i, a)| (rank(a), i, a))
        .collect();
    chosen.sort_by_key(|(rank, i, _)| (*rank, *i));
    chosen.truncate(quoting.articles);
    chosen.sort_by_key(|(_, i, _)| *i);
    chosen.into_iter().map(|(_, _, a)| a).collect()
}

/// The article's own words; of a long one the first lines, and "…".
fn quotation(article: &Article) -> String {
    let mut text = format!("{} {}", article.printed, article.heading).trim().to_owned();
    for line in article.text.lines() {
        let fits = text.chars().count() + line.chars().count() < DRAFTING.quoting.characters;
        if !fits && text.lines().count() > 1 {
            text.push_str("\n…");
            break;
        }
        text.push('\n');
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(n: usize, heading: &str, text: &str) -> Article {
        Article {
            law_id: Id([1; 16]),
            path: format!("dieu-{n}"),
            label: n.to_string(),
            printed: format!("Điều {n}."),
            heading: heading.to_owned(),
            text: text.to_owned(),
            clauses: vec![],
            cited_as: String::new(),
        }
    }

    #[test]
    fn key_articles_are_those_that_speak_to_people_in_the_order_of_the_law() {
        let articles = [
            article(1, "Phạm vi điều chỉnh", "a"),
            article(2, "Giải thích từ ngữ", "a"),
            article(3, "Trách nhiệm của Bộ", "a"),
            article(4, "Quyền và nghĩa vụ của hòa giải viên", "a"),
            article(5, "Hành vi bị nghiêm cấm", "a"),
            article(6, "Quyền của công dân", ""),
            article(7, "Nguyên tắc hoạt động", "a"),
        ];
        let paths = |said: &[&str]| -> Vec<&str> {
            key_articles(&articles, said).iter().map(|a| a.path.as_str()).collect()
        };
        assert_eq!(paths(&["dieu-1"]), ["dieu-3", "dieu-4", "dieu-5", "dieu-7"]);
        assert_eq!(paths(&["dieu-3", "dieu-4", "dieu-5"]), ["dieu-1", "dieu-2", "dieu-7"]);
    }

    #[test]
    fn the_article_of_effect_is_known_by_its_heading_or_its_words() {
        let check = |heading: &str, text: &str, expected: Option<&str>| {
            let all = [article(1, "Phạm vi", "Giấy phép có hiệu lực 5 năm."), article(9, heading, text)];
            assert_eq!(effect_article(&all).map(|a| a.path.as_str()), expected, "{heading}");
        };
        check("Hiệu lực thi hành", "Từ nay.", Some("dieu-9"));
        check("Điều khoản thi hành", "Luật này có hiệu lực thi hành kể từ ngày 01/01/2027.", Some("dieu-9"));
        check("Tổ chức thực hiện", "Quyết định này có hiệu lực từ ngày ký.", Some("dieu-9"));
        check("", "Luật này có hiệu lực kể từ ngày 01/01/2027.", Some("dieu-9"));
        check("Tổ chức thực hiện", "Các cơ quan thực hiện.", None);
    }

    #[test]
    fn a_long_article_is_quoted_by_its_beginning() {
        let line = "x".repeat(400);
        let text = [line.as_str(); 5].join("\n");
        let long = quotation(&article(9, "Dài", &text));
        assert!(long.ends_with("\n…") && long.starts_with("Điều 9. Dài\n"), "{long}");
        let short = quotation(&article(9, "Ngắn", "1. Một.\n2. Hai."));
        assert_eq!(short, "Điều 9. Ngắn\n1. Một.\n2. Hai.");
        // One line longer than all that is quoted is still quoted.
        assert!(quotation(&article(9, "", &"y".repeat(2_000))).chars().count() > 2_000);
    }
}
