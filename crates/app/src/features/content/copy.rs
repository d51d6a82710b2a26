//! A published post ready to paste: into the web pages of the Party committee or the People's Committee, with its
//! source. Only what is approved leaves this page.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;

use super::post::{self, Kind, State};
use super::text::{self, RestsOn, Shown};
use crate::access::Act;
use crate::error::{Error, Result};
use crate::i18n::Lang;
use crate::page::{Page, Room, date_text, show};
use crate::web::Signed;

#[derive(Template)]
#[template(path = "content/copy.html")]
struct CopyPage {
    page: Page,
    title: String,
    shown: Vec<Shown>,
    plain: String,
    lines: i64,
    source: String,
}

/// `GET /tin-bai/{id}/sao-chep`
pub async fn copy(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let app = &signed.app;
    let post = post::get(&app.db, id.parse()?).await?;
    signed.require(Act::See, post.content.unit)?;
    let (State::Published, Some(slug), Some(day)) = (post.state, &post.slug, post.day) else {
        return Err(Error::Conflict("content-error-not-published"));
    };
    let laws = text::laws_of(&app.db, &post.content).await?;
    let shown = text::shown(&post.content, &laws);
    let address = format!("{}{}", app.config.public_url.trim_end_matches('/'), super::public_page(slug));
    let args = [
        ("unit", signed.unit_name(post.content.unit).await?),
        ("day", date_text(day)),
        ("address", address),
        ("laws", law_names(&text::rests_on(&post.content, &laws))),
    ];
    // The text is Vietnamese, and so is its source line.
    let mut source = app.words.say(Lang::Vi, "content-source-line", &args);
    if app.config.demo {
        source.push_str("\nDỮ LIỆU MINH HỌA – không có giá trị pháp lý");
    }
    let plain = plain(&post.content.title, &shown, &source);
    let page = signed
        .page(Room::Content, &signed.say("content-copy-title"))
        .crumb(signed.say("room-content"), "/tin-bai")
        .crumb(post.content.title.clone(), super::page(post.id));
    show(&CopyPage {
        lines: (plain.lines().count() as i64 + 2).clamp(8, 30),
        title: post.content.title,
        shown,
        plain,
        source,
        page,
    })
}

fn law_names(rests_on: &[RestsOn]) -> String {
    let name = |r: &RestsOn| {
        let provisions: Vec<&str> = r.provisions.iter().map(|p| p.words.as_str()).collect();
        let law = format!("{} ({})", r.law.name(), r.law.number);
        if provisions.is_empty() { law } else { format!("{law}: {}", provisions.join(", ")) }
    };
    rests_on.iter().map(name).collect::<Vec<_>>().join("; ")
}

/// Plain text with empty lines between paragraphs; quotations keep their quotation marks.
fn plain(title: &str, shown: &[Shown], source: &str) -> String {
    let mut text = title.to_uppercase();
    for p in shown {
        let lines = p.lines.join("\n");
        let words = match p.kind {
            Kind::Heading => lines.to_uppercase(),
            Kind::Quote => format!("“{}”", lines.trim_matches(['"', '“', '”'])),
            Kind::Text => lines,
        };
        text.push_str("\n\n");
        text.push_str(&words);
        if let Some(s) = &p.source {
            text.push_str(&format!(" ({})", s.words));
        }
    }
    text.push_str("\n\n");
    text.push_str(source);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::content::text::Link;

    #[test]
    fn plain_text_keeps_headings_quotations_and_sources() {
        let shown = [
            Shown { kind: Kind::Heading, lines: vec!["Ai cần biết".into()], source: None },
            Shown {
                kind: Kind::Quote,
                lines: vec!["Điều 3. Đối tượng".into(), "1. Người lao động.".into()],
                source: Some(Link { words: "Điều 3 Luật 1/2099/QH99".into(), path: String::new() }),
            },
        ];
        let text = plain("Luật mới", &shown, "Nguồn: Xã Bến Lức");
        assert_eq!(
            text,
            "LUẬT MỚI\n\nAI CẦN BIẾT\n\n“Điều 3. Đối tượng\n1. Người lao động.” (Điều 3 Luật 1/2099/QH99)\n\n\
             Nguồn: Xã Bến Lức"
        );
    }
}
