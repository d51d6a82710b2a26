//! Reading a document, for everybody: the outline, the text, the permanent address of every part.

use std::fmt::Write as _;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::absent;
use super::amendments::{self, Pending, Waits};
use super::citations;
use super::compare::{self, News};
use super::gather::{Gathered, gather};
use super::law::{self, Law};
use super::links::Links;
use super::node::{self, Block, Node};
use super::relations::{self, Carried, Chain, Relations};
use super::scan;
use jiff::civil::Date;
use lawtext::Place;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::page::{Page, href, show, show_absent};
use crate::web::Visitor;

/// A line of the outline.
struct Line {
    title: String,
    link: String,
    depth: i64,
}

#[derive(Template)]
#[template(path = "laws/reader.html")]
struct ReaderPage {
    page: Page,
    law: Law,
    issued_by: Vec<String>,
    outline: Vec<Line>,
    /// The text as HTML.
    text: String,
    /// Part of the document is shown: where the whole stands, and the parts before and after.
    part: bool,
    before: Option<Line>,
    after: Option<Line>,
    relations: Relations,
    chain: Chain,
    resting: Vec<Gathered>,
    /// Nothing: figures are for whoever may open them.
    carried: Vec<Carried>,
    /// What is known of it and not in its text.
    pending: Pending,
    /// What the sentences of what is new rest on.
    news: Vec<News>,
    /// A machine read it from pictures, and nobody has held it against the paper.
    is_unlooked: bool,
    /// The days on which its text changed.
    days: Vec<Date>,
    /// A day before the first of them.
    before_changes: String,
    /// An earlier text is shown: as it read on this day.
    as_of: Option<Date>,
    /// What names the article that is shown.
    citing: Vec<(String, String)>,
}

impl ReaderPage {
    fn rests(&self, sentence: &str) -> Option<&News> {
        self.news.iter().find(|n| n.sentence == sentence)
    }
}

#[derive(Deserialize)]
pub struct Asked {
    /// The text as it read on this day: `2020-01-01`.
    #[serde(default)]
    ngay: String,
}

impl Asked {
    /// A day before today; the text of today and later is the present one.
    fn day(&self, today: Date) -> Result<Option<Date>> {
        if self.ngay.is_empty() {
            return Ok(None);
        }
        let day = viet::parse_date(&self.ngay).and_then(|(y, m, d)| Date::new(y, m, d).ok());
        Ok(Some(day.ok_or(Error::NotFound)?).filter(|d| *d < today))
    }
}

async fn nodes(visitor: &Visitor, law: &Law, day: Option<Date>) -> Result<Vec<Node>> {
    match day {
        Some(day) => amendments::text_on(&visitor.app.db, law.id, day).await,
        None => node::nodes(&visitor.app.db, law.id).await,
    }
}

/// The document at an address; else what is answered: where it has gone, or that there is none.
async fn find(visitor: &Visitor, slug: &str, path: &str) -> Result<Result<Law, Response>> {
    let Some(law) = law::find_by_slug(&visitor.app.db, slug).await? else {
        return Ok(Err(unknown(visitor, slug)?));
    };
    if law.slug == slug {
        return Ok(Ok(law));
    }
    // An address that it had before: it stays good for ever.
    let rest = if path.is_empty() { String::new() } else { format!("/{path}") };
    let to = href(visitor.lang(), &format!("{}{rest}", law.path()));
    let to = HeaderValue::from_str(&to).map_err(|_| Error::NotFound)?;
    Ok(Err((StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, to)]).into_response()))
}

/// There is no such document, or no such place in it.
#[derive(Template)]
#[template(path = "laws/no_such_place.html")]
struct AbsentPage {
    page: Page,
    says: String,
    law: Option<Law>,
    /// The article in which the place would stand.
    article: Option<Line>,
    outline: Vec<Line>,
    /// What to search for.
    question: String,
}

fn unknown(visitor: &Visitor, slug: &str) -> Result<Response> {
    let plain = |c: char| c.is_alphanumeric() || c == '-';
    let slug: String = slug.chars().filter(|c| plain(*c)).take(100).collect();
    // "35-2013-qh13" as it is written: 35/2013/QH13.
    let mut parts = slug.splitn(3, '-');
    let question = match (parts.next(), parts.next(), parts.next()) {
        (Some(n), Some(year), Some(symbol)) if [n, year].iter().all(|p| p.parse::<u32>().is_ok()) => {
            format!("{n}/{year}/{}", symbol.to_uppercase())
        }
        _ => slug.replace('-', " ").trim().to_owned(),
    };
    let page = visitor
        .page(&say(visitor, "laws-unknown-title"))
        .crumb(say(visitor, "laws-public-title"), "/van-ban");
    let says = page.t("laws-unknown");
    show_absent(&AbsentPage { page, says, law: None, article: None, outline: vec![], question })
}

fn no_such_place(visitor: &Visitor, law: Law, nodes: &[Node], path: &str) -> Result<Response> {
    let base = href(visitor.lang(), &law.path());
    let link = |n: &Node| format!("{base}/{}", n.path.as_deref().unwrap_or_default());
    let page = visitor.page(&law.name()).crumb(say(visitor, "laws-public-title"), "/van-ban");
    let (says, article) = absent::at_path(&page, &law, nodes, path);
    show_absent(&AbsentPage {
        article: article.map(|n| Line { title: n.title(), link: link(n), depth: 0 }),
        outline: outline(nodes, link),
        question: String::new(),
        law: Some(law),
        says,
        page,
    })
}

/// `GET /van-ban/{slug}`: the whole document.
pub async fn whole(
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let law = match find(&visitor, &slug, "").await? {
        Ok(law) => law,
        Err(moved) => return Ok(moved),
    };
    let as_of = asked.day(visitor.app.today())?;
    let nodes = nodes(&visitor, &law, as_of).await?;
    let base = href(visitor.lang(), &law.path());
    let outline = outline(&nodes, |n| format!("#{}", n.anchor()));
    let shown: Vec<&Node> = nodes.iter().collect();
    let links = Links::of(&visitor.app, visitor.lang(), &law, &nodes).await?;
    let text = html(&shown, &base, None, &links);
    let page = visitor.page(&law.name()).crumb(say(&visitor, "laws-public-title"), "/van-ban");
    let mut reader = reader(&visitor, page, law, outline, text).await?;
    reader.as_of = as_of;
    show(&reader)
}

/// `GET /van-ban/{slug}/dieu-12/khoan-2`: an article, a chapter, a clause in its article.
pub async fn part(
    visitor: Visitor,
    Path((slug, path)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let path = path.trim_end_matches('/');
    let law = match find(&visitor, &slug, path).await? {
        Ok(law) => law,
        Err(moved) => return Ok(moved),
    };
    let as_of = asked.day(visitor.app.today())?;
    let nodes = nodes(&visitor, &law, as_of).await?;
    let is_it = |n: &Node| n.path.as_deref() == Some(path) || n.holds(path);
    let Some((at, found)) = nodes.iter().enumerate().find(|(_, n)| is_it(n)) else {
        return no_such_place(&visitor, law, &nodes, path);
    };
    // A head is shown with everything under it.
    let under =
        nodes.iter().skip(at + 1).take_while(|n| n.depth > found.depth && n.document == found.document);
    let shown: Vec<&Node> = std::iter::once(found).chain(under).collect();
    let base = href(visitor.lang(), &law.path());
    let marked = (found.path.as_deref() != Some(path)).then_some(path);
    let links = Links::of(&visitor.app, visitor.lang(), &law, &nodes).await?;
    let text = html(&shown, &base, marked, &links);
    let article = citations::article_path(path).to_owned();
    let link = |n: &Node| format!("{base}/{}", n.path.as_deref().unwrap_or_default());
    let line = |n: &Node| Line { title: n.title(), link: link(n), depth: 0 };
    let same = |n: &&Node| n.path.is_some() && n.level == found.level;
    let title = match found.title() {
        title if title.is_empty() => law.name(),
        title => title,
    };
    let mut page = visitor
        .page(&title)
        .crumb(say(&visitor, "laws-public-title"), "/van-ban")
        .crumb(law.name(), law.path());
    let heads = nodes.iter().take(at).rev().scan(found.depth, |depth, n| {
        let above = n.depth < *depth && n.path.is_some();
        *depth = if above { n.depth } else { *depth };
        Some(above.then_some(n))
    });
    let mut heads: Vec<&Node> = heads.flatten().collect();
    heads.reverse();
    for head in heads {
        page =
            page.crumb(head.title(), format!("{}/{}", law.path(), head.path.as_deref().unwrap_or_default()));
    }
    let mut reader = reader(&visitor, page, law, outline(&nodes, link), text).await?;
    reader.part = true;
    reader.as_of = as_of;
    for c in citations::citing(&visitor.app.db, &reader.law, &article).await? {
        let at = if c.from_path.is_empty() { String::new() } else { format!("/{}", c.from_path) };
        let place = if at.is_empty() { String::new() } else { format!(", {}", law::place(&c.from_path)) };
        let to = href(visitor.lang(), &format!("/van-ban/{}{at}", c.slug));
        let relation = say(&visitor, &format!("laws-relation-back-{}", c.relation));
        reader.citing.push((format!("{relation}: {} {}{place}", c.kind, c.number), to));
    }
    reader.before = nodes.iter().take(at).rev().find(same).map(line);
    reader.after = nodes.iter().skip(at + 1).find(same).map(line);
    show(&reader)
}

fn say(visitor: &Visitor, key: &str) -> String {
    visitor.app.words.say(visitor.lang(), key, &[])
}

async fn reader(
    visitor: &Visitor,
    page: Page,
    law: Law,
    outline: Vec<Line>,
    text: String,
) -> Result<ReaderPage> {
    let app = &visitor.app;
    let mut resting = Vec::new();
    for feature in crate::on_laws() {
        resting.extend(feature.outside(app, visitor.lang(), law.id).await?);
    }
    let days = amendments::days(&app.db, law.id).await?;
    let chain = relations::chain(&app.db, law.id).await?;
    Ok(ReaderPage {
        relations: relations::relations(&app.db, law.id).await?,
        carried: vec![],
        chain,
        pending: Waits::of(&app.db, &[law.id]).await?.pending(law.id, "", app.today()),
        news: compare::news(&app.db, law.id).await?,
        before_changes: days
            .first()
            .and_then(|d| d.yesterday().ok())
            .map(|d| d.to_string())
            .unwrap_or_default(),
        days,
        as_of: None,
        citing: vec![],
        is_unlooked: scan::is_unlooked(&app.db, law.id).await?,
        issued_by: law.issuer.split("; ").map(str::to_owned).filter(|i| !i.is_empty()).collect(),
        part: false,
        before: None,
        after: None,
        page,
        law,
        outline,
        text,
        resting: gather(app, resting).await?,
    })
}

fn outline(nodes: &[Node], link: impl Fn(&Node) -> String) -> Vec<Line> {
    let outlined = nodes.iter().filter(|n| n.is_outlined() && !n.title().is_empty());
    outlined.map(|n| Line { title: n.title(), link: link(n), depth: n.depth }).collect()
}

/// The nodes as HTML. `base`: the address of the document in the reader's language; `marked`: the part that the
/// address names.
fn html(nodes: &[&Node], base: &str, marked: Option<&str>, links: &Links) -> String {
    let mut out = String::new();
    let writer = Writer { base, marked, links };
    let under_heads = nodes.iter().any(|n| is_head(n));
    // The title of the page stands above the text of a part.
    let alone = nodes.len() == 1;
    for (n, node) in nodes.iter().enumerate() {
        let heading = match (is_head(node), under_heads) {
            (true, _) => {
                if node.depth == 0 {
                    "h2"
                } else {
                    "h3"
                }
            }
            (false, true) => {
                if node.depth > 1 {
                    "h4"
                } else {
                    "h3"
                }
            }
            (false, false) => "h2",
        };
        match &node.path {
            Some(path) if !(node.title().is_empty() || alone && n == 0) => {
                let class = if is_head(node) { " class=\"head\"" } else { "" };
                let _ = write!(
                    out,
                    "<{heading} id=\"{}\"{class}><a href=\"{base}/{}\">{}</a> {}</{heading}>",
                    escape(&node.anchor()),
                    escape(path),
                    escape(&node.printed),
                    escape(&node.heading)
                );
            }
            Some(_) => {}
            None => writer.paragraph(&mut out, &node.level, "", &node.title(), None, &Place::default()),
        }
        let place = Place { article: node.is_article().then(|| node.label.clone()), ..Place::default() };
        for line in node.lines() {
            writer.paragraph(&mut out, &node.level, "", line, None, &place);
        }
        writer.blocks(&mut out, &node.content, &place);
    }
    out
}

fn is_head(node: &Node) -> bool {
    matches!(node.level.as_str(), "part" | "chapter" | "section" | "subsection")
}

/// What every paragraph of a text is written with.
struct Writer<'a> {
    base: &'a str,
    marked: Option<&'a str>,
    links: &'a Links,
}

impl Writer<'_> {
    fn blocks(&self, out: &mut String, all: &[Block], place: &Place) {
        for block in all {
            if block.level == "table" {
                table(out, block);
                continue;
            }
            let mut place = place.clone();
            match block.level.as_str() {
                "clause" => place.clause = Some(block.label.clone()),
                "point" => place.point = Some(block.label.clone()),
                _ => {}
            }
            let mut lines = block.lines();
            let first = [block.heading.as_str(), lines.next().unwrap_or_default()].map(str::trim);
            let first: Vec<&str> = first.into_iter().filter(|p| !p.is_empty()).collect();
            self.paragraph(
                out,
                &block.level,
                &block.printed,
                &first.join(" "),
                block.path.as_deref(),
                &place,
            );
            for line in lines {
                self.paragraph(out, &block.level, "", line, None, &place);
            }
            self.blocks(out, &block.children, &place);
        }
    }

    /// One paragraph; its label is the link to its own address, what it cites links to what is meant.
    fn paragraph(
        &self,
        out: &mut String,
        level: &str,
        label: &str,
        text: &str,
        path: Option<&str>,
        place: &Place,
    ) {
        if label.is_empty() && text.is_empty() {
            return;
        }
        let class = match level {
            "clause" | "number" | "decimal" => "clause",
            "point" | "letter" => "point",
            "dash" => "dash",
            "quote" => "quote",
            "heading" | "title" => "lead",
            "basis" | "preamble" => "preamble",
            "signature" => "sign",
            "recipients" | "footnote" => "small",
            _ => "",
        };
        let is_marked = path.is_some() && path == self.marked;
        let _ = write!(out, "<p class=\"{class}{}\"", if is_marked { " marked" } else { "" });
        if let Some(path) = path {
            let _ = write!(out, " id=\"{}\"", escape(&node::anchor(path)));
        }
        out.push('>');
        match path {
            Some(path) if !label.is_empty() => {
                let _ = write!(out, "<a href=\"{}/{}\">{}</a> ", self.base, escape(path), escape(label));
            }
            _ if !label.is_empty() => {
                let _ = write!(out, "{} ", escape(label));
            }
            _ => {}
        }
        // Words quoted from another document do not cite this one.
        if level == "quote" || level == "heading" || level == "signature" || level == "recipients" {
            out.push_str(&escape(text));
        } else {
            self.links.write(out, text, place);
        }
        out.push_str("</p>");
    }
}

fn table(out: &mut String, table: &Block) {
    out.push_str("<div class=\"scroll\" tabindex=\"0\"><table>");
    let rows = table.children.iter().filter(|r| r.level == "row");
    for row in table.lines().chain(rows.flat_map(|r| r.lines())) {
        out.push_str("<tr>");
        for cell in row.split(" | ") {
            let _ = write!(out, "<td>{}</td>", escape(cell));
        }
        out.push_str("</tr>");
    }
    out.push_str("</table></div>");
}

/// Text inside HTML.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
