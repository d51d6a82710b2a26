//! What every page knows: language, words, who is there, where it stands in the house.

use std::borrow::Borrow;

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use jiff::civil::Date;
use store::Id;

use crate::access::{Act, Actor};
use crate::app::{Shared, vietnam_time};
use crate::error::{Failed, FieldProblem, Result};
use crate::features::orgs::Tree;
use crate::i18n::Lang;
use crate::web::Address;

/// The rooms of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Home,
    Laws,
    Plans,
    Activities,
    Content,
    Numbers,
    Papers,
    Settings,
}

impl Room {
    /// Key of its name, address, and what one must be allowed to see it in the menu.
    fn entry(self) -> (&'static str, &'static str, Act) {
        match self {
            Room::Home => ("room-home", "/viec", Act::See),
            Room::Laws => ("room-laws", "/luat", Act::See),
            Room::Plans => ("room-plans", "/ke-hoach", Act::See),
            Room::Activities => ("room-activities", "/hoat-dong", Act::See),
            Room::Content => ("room-content", "/tin-bai", Act::See),
            Room::Numbers => ("room-numbers", "/so-lieu", Act::See),
            Room::Papers => ("room-papers", "/bao-cao", Act::See),
            Room::Settings => ("room-settings", "/quan-tri", Act::ManagePeople),
        }
    }
    const MENU: [Room; 8] = [
        Room::Home,
        Room::Laws,
        Room::Plans,
        Room::Activities,
        Room::Content,
        Room::Numbers,
        Room::Papers,
        Room::Settings,
    ];
    /// The room that an address belongs to.
    fn of(path: &str) -> Option<Room> {
        let within = |r: &Room| {
            path.strip_prefix(r.entry().1)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
        };
        Room::MENU.into_iter().find(within)
    }
}

pub struct MenuEntry {
    pub key: &'static str,
    pub path: &'static str,
    pub here: bool,
}

/// The part of a page that only a signed-in person has.
pub struct Inside {
    pub person: String,
    pub unit: Option<Id>,
    pub unit_name: String,
    pub menu: Vec<MenuEntry>,
}

impl Inside {
    pub fn new(actor: &Actor, tree: &Tree, room: Option<Room>) -> Inside {
        let unit = actor.home_unit();
        let menu = Room::MENU.into_iter().filter(|r| actor.can_anywhere(r.entry().2)).map(|r| {
            let (key, path, _) = r.entry();
            MenuEntry { key, path, here: Some(r) == room }
        });
        Inside {
            person: actor.name.clone(),
            unit,
            unit_name: unit.and_then(|u| tree.get(u)).map(|u| u.name.clone()).unwrap_or_default(),
            menu: menu.collect(),
        }
    }
}

pub struct Crumb {
    pub text: String,
    pub path: String,
}

pub struct Page {
    app: Shared,
    pub lang: Lang,
    /// Path and query of this page without the language.
    pub path: String,
    pub title: String,
    pub demo: bool,
    pub today: Date,
    pub inside: Option<Inside>,
    pub crumbs: Vec<Crumb>,
    /// Sentences shown at the top after an act.
    pub done: Option<String>,
    pub problems: Vec<FieldProblem>,
}

/// The address of a page in a language.
pub fn href(lang: Lang, path: &str) -> String {
    match lang {
        Lang::Vi => path.to_owned(),
        Lang::En if path == "/" => "/en".to_owned(),
        Lang::En => format!("/en{path}"),
    }
}

impl Page {
    pub fn outside(app: Shared, address: Address) -> Page {
        Page {
            lang: address.lang,
            path: address.path,
            title: String::new(),
            demo: app.config.demo,
            today: app.today(),
            inside: None,
            crumbs: vec![],
            done: None,
            problems: vec![],
            app,
        }
    }
    pub fn crumb(mut self, text: impl Into<String>, path: impl Into<String>) -> Page {
        self.crumbs.push(Crumb { text: text.into(), path: path.into() });
        self
    }

    // What templates call.
    pub fn t(&self, key: &str) -> String {
        self.app.words.say(self.lang, key, &[])
    }
    /// In another language than the page's: about what is written in it.
    pub fn say_in(&self, lang: Lang, key: &str, args: &[crate::i18n::Arg<'_>]) -> String {
        self.app.words.say(lang, key, args)
    }
    pub fn t1(&self, key: &str, name: &str, value: impl ToString) -> String {
        self.app.words.say(self.lang, key, &[(name, value.to_string())])
    }
    pub fn tn(&self, key: &str, values: &[(&str, String)]) -> String {
        self.app.words.say(self.lang, key, values)
    }
    pub fn t2(
        &self,
        key: &str,
        name: &str,
        value: impl ToString,
        name2: &str,
        value2: impl ToString,
    ) -> String {
        self.app.words.say(self.lang, key, &[(name, value.to_string()), (name2, value2.to_string())])
    }
    pub fn words(&self) -> &crate::i18n::Words {
        &self.app.words
    }
    /// Whether there are words for a key made from data.
    pub fn knows(&self, key: &str) -> bool {
        self.app.words.has(self.lang, key)
    }
    pub fn href(&self, path: &str) -> String {
        href(self.lang, path)
    }
    /// A path as a whole address, for feeds and other sites.
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.app.config.public_url.trim_end_matches("/"))
    }
    /// This page in the other language.
    pub fn other_language(&self) -> String {
        href(self.lang.other(), &self.path)
    }
    pub fn asset(&self, file: &str) -> String {
        crate::web::statics::address(file)
    }
    /// 1.234
    pub fn int(&self, n: impl Borrow<i64>) -> String {
        viet::format_int(*n.borrow())
    }
    /// 23/11/2026
    pub fn date(&self, d: impl Borrow<Date>) -> String {
        date_text(*d.borrow())
    }
    /// 23/11/2026 10:42, Vietnam's time.
    pub fn moment(&self, at: impl Borrow<jiff::Timestamp>) -> String {
        moment_text(*at.borrow())
    }
    /// "Thứ Hai, 23/11/2026"
    pub fn long_today(&self) -> String {
        let day = self.t(&format!("weekday-{}", self.today.weekday().to_monday_one_offset()));
        format!("{day}, {}", date_text(self.today))
    }
    /// The sentence of a field's problem, if it has one.
    pub fn problem(&self, field: &str) -> Option<String> {
        let p = self.problems.iter().find(|p| p.field == field)?;
        Some(self.t1(p.key, "value", &p.value))
    }
}

pub fn date_text(d: Date) -> String {
    viet::date_short(d.year(), d.month(), d.day())
}

/// 23/11/2026 10:42, Vietnam's time.
pub fn moment_text(at: jiff::Timestamp) -> String {
    let t = vietnam_time(at);
    format!("{} {:02}:{:02}", date_text(t.date()), t.hour(), t.minute())
}

fn html(template: &impl Template) -> Result<Html<String>> {
    Ok(Html(name_fields(template.render()?)))
}

/// A template as an answer.
pub fn show(template: &impl Template) -> Result<Response> {
    Ok(html(template)?.into_response())
}

/// A page that says what is not here, and where to go on: 404.
pub fn show_absent(template: &impl Template) -> Result<Response> {
    Ok((axum::http::StatusCode::NOT_FOUND, html(template)?).into_response())
}

/// A page with problems: 422, what was typed kept.
pub fn show_again(template: &impl Template) -> Result<Response> {
    Ok((axum::http::StatusCode::UNPROCESSABLE_ENTITY, html(template)?).into_response())
}

/// The summary of problems names each field as its label on the same page does, so that the two cannot differ.
fn name_fields(html: String) -> String {
    const PLACE: &str = "<b data-of=\"";
    if !html.contains(PLACE) {
        return html;
    }
    let mut parts = html.split(PLACE);
    let mut named = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let Some((id, rest)) = part.split_once("\"></b>") else {
            named.push_str(part);
            continue;
        };
        if let Some(label) = label_of(&html, id) {
            named.push_str("<b>");
            named.push_str(&label);
            named.push_str(":</b> ");
        }
        named.push_str(rest);
    }
    named
}

/// What stands on a field: its label, the legend of a group, the words of a heading; without what is set small in it.
fn label_of(html: &str, id: &str) -> Option<String> {
    let label = match html.split_once(&format!(" for=\"{id}\"")) {
        Some((_, label)) => label,
        None => html.split_once(&format!("id=\"{id}\""))?.1,
    };
    let inside = label.split_once('>')?.1.trim_start();
    let inside = inside.strip_prefix("<legend>").unwrap_or(inside);
    let end = ["<small", "</label", "</legend", "</h"].iter().filter_map(|end| inside.find(end)).min()?;
    let label = inside.get(..end)?.trim().trim_end_matches(':');
    (!label.is_empty() && !label.contains('<')).then(|| label.to_owned())
}

/// A page with both sides of a conflict: 409, what was typed kept.
pub fn show_both(template: &impl Template) -> Result<Response> {
    Ok((axum::http::StatusCode::CONFLICT, html(template)?).into_response())
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Page,
    sentence: String,
    fields: Vec<String>,
}

#[derive(Template)]
#[template(path = "error_inside.html")]
struct ErrorPageInside {
    page: Page,
    sentence: String,
    fields: Vec<String>,
    /// The page that the person came from, in their language.
    back: Option<String>,
    /// The room that the address belongs to: name and address.
    room: Option<(String, &'static str)>,
    forbidden: bool,
}

/// Who meets an error: their menu stays with them.
pub struct Met {
    pub actor: Actor,
    pub tree: std::sync::Arc<Tree>,
    /// The page of ours that they came from.
    pub back: Option<String>,
    /// Where the unit of all that they hold has gone, when it has: nothing of theirs opens before they are given a role
    /// anew.
    pub gone: Option<String>,
}

/// An error as a page with a way on.
pub fn error_page(app: Shared, address: Address, failed: &Failed, met: Option<Met>) -> Response {
    let mut page = Page::outside(app, address);
    page.title = page.t("error-title");
    let mut fields: Vec<String> = failed.fields.iter().map(|f| page.t1(f.key, "value", &f.value)).collect();
    let sentence = match failed.fields.as_slice() {
        // One thing is wrong: its sentence says all.
        [one] if one.key == failed.key => fields.remove(0),
        _ => page.t(failed.key),
    };
    let rendered = match met {
        Some(Met { actor, tree, back, gone }) => {
            let refused = matches!(failed.status.as_u16(), 403 | 404);
            let sentence = match gone.filter(|_| refused) {
                Some(gone) => format!("{gone} {}", page.t("orgs-gone-role")),
                None => sentence,
            };
            let room = Room::of(&page.path).filter(|r| actor.can_anywhere(r.entry().2));
            page.inside = Some(Inside::new(&actor, &tree, room));
            let room = room.map(Room::entry).map(|(key, path, _)| (page.t(key), path));
            let forbidden = failed.status == axum::http::StatusCode::FORBIDDEN;
            ErrorPageInside { sentence, fields, back, room, forbidden, page }.render()
        }
        None => ErrorPage { sentence, fields, page }.render(),
    };
    match rendered {
        Ok(html) => (failed.status, Html(html)).into_response(),
        Err(e) => {
            tracing::error!(cause = %e, "the error page does not render");
            failed.status.into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_of_problems_names_fields_by_their_labels() {
        let check = |field: &str, expected: &str| {
            let html = format!("<li><a href=\"#f-a\"><b data-of=\"f-a\"></b>Hãy điền.</a></li>{field}");
            assert_eq!(
                name_fields(html.clone()),
                format!("<li><a href=\"#f-a\">{expected}Hãy điền.</a></li>{field}")
            );
        };
        check("<label for=\"f-a\">Từ ngày</label><input id=\"f-a\">", "<b>Từ ngày:</b> ");
        check("<label for=\"f-a\" lang=\"vi\">A &#38; B <small>x</small></label>", "<b>A &#38; B:</b> ");
        check("<fieldset class=\"field\" id=\"f-a\"><legend>Đối tượng</legend>", "<b>Đối tượng:</b> ");
        check("<h2 id=\"f-a\">Còn thiếu</h2>", "<b>Còn thiếu:</b> ");
        check("<div id=\"f-a\"><img></div><h2>x</h2>", "");
        // What opens a section is a button of it: "✎ Sửa".
        check("<details><summary id=\"f-a\">✎ Sửa</summary><label>x</label>", "");
        check("", "");
    }
    #[test]
    fn an_address_belongs_to_one_room() {
        let check = |path: &str, room: Option<Room>| assert_eq!(Room::of(path), room, "{path}");
        check("/luat/1", Some(Room::Laws));
        check("/luat?q=a", Some(Room::Laws));
        check("/bao-cao", Some(Room::Papers));
        check("/viec", Some(Room::Home));
        check("/luat-khac", None);
        check("/tin", None);
        check("/", None);
    }
}
