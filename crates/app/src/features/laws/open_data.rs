//! Open data out: the registry as JSON Lines in the form that it is imported in, each document as Akoma Ntoso XML (OASIS
//! LegalDocML 3.0), and what changed since a moment.

use std::fmt::Write as _;

use axum::extract::{Path, Query};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use store::{Id, sql};

use super::bulk::Progress;
use super::law::{self, Law};
use super::node::{self, Block, Node};
use crate::app::App;
use crate::error::{Error, Result};
use crate::web::{Visitor, api};

/// An article of a document, a line each; a document without articles is one line without `art`.
#[derive(Serialize)]
struct Line<'a> {
    /// Only in the demo: says that the data are invented.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<&'static str>,
    id: String,
    number: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    title: &'a str,
    body: &'a str,
    issued: String,
    effective: String,
    art: &'a str,
    art_title: &'a str,
    text: String,
}

/// A document as JSON Lines.
pub fn json_lines(law: &Law, nodes: &[Node], notice: Option<&'static str>) -> Result<String> {
    let mut out = String::new();
    let mut say = |id: String, art: &str, art_title: &str, text: String| -> Result<()> {
        let day = |d: Option<Date>| d.map(|d| d.to_string()).unwrap_or_default();
        let line = Line {
            notice,
            id,
            number: &law.number,
            kind: &law.kind,
            title: &law.title,
            body: &law.issuer,
            issued: day(law.issued),
            effective: day(law.effective),
            art,
            art_title,
            text,
        };
        out.push_str(&serde_json::to_string(&line).map_err(|e| Error::Internal(e.into()))?);
        out.push('\n');
        Ok(())
    };
    let articles: Vec<&Node> = nodes.iter().filter(|n| n.is_article() && n.document == 0).collect();
    for article in &articles {
        let id = article.cited_as.clone().unwrap_or_default();
        say(id, &article.label, &article.heading, article.body())?;
    }
    if articles.is_empty() {
        let text =
            nodes.iter().map(|n| format!("{}\n{}", n.title(), n.body())).collect::<Vec<_>>().join("\n");
        say(law.slug.clone(), "", "", text.trim().to_owned())?;
    }
    Ok(out)
}

/// Text inside XML 1.0, which knows few of the control characters.
fn text(of: &str) -> String {
    super::reader::escape(&viet::visible(of)).replace("&#39;", "&apos;")
}

/// `dieu-3/khoan-1` is `art_3__cl_1`.
fn element_id(path: &str) -> String {
    let part = |part: &str| {
        let (word, label) = part.rsplit_once('-').unwrap_or((part, ""));
        let word = match word {
            "phan" => "part",
            "chuong" => "chp",
            "muc" => "sec",
            "tieu-muc" => "subsec",
            "dieu" => "art",
            "khoan" => "cl",
            "diem" => "point",
            "phu-luc" => "att",
            other => other,
        };
        if label.is_empty() { word.to_owned() } else { format!("{word}_{label}") }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("__")
}

/// The element of a level, where the standard has one that holds others.
fn element(level: &str) -> Option<&'static str> {
    Some(match level {
        "part" => "part",
        "chapter" => "chapter",
        "section" => "section",
        "subsection" => "subsection",
        "article" => "article",
        "clause" | "number" => "clause",
        "point" | "letter" => "point",
        "roman" => "title",
        "decimal" => "paragraph",
        "dash" => "indent",
        _ => return None,
    })
}

/// A tree for both rows and what stands in them.
struct Part<'a> {
    level: &'a str,
    printed: &'a str,
    heading: &'a str,
    text: &'a str,
    path: Option<&'a str>,
    children: Vec<Part<'a>>,
}

impl<'a> Part<'a> {
    fn block(block: &'a Block) -> Part<'a> {
        Part {
            level: &block.level,
            printed: &block.printed,
            heading: &block.heading,
            text: &block.text,
            path: block.path.as_deref(),
            children: block.children.iter().map(Part::block).collect(),
        }
    }
    fn row(node: &'a Node) -> Part<'a> {
        Part {
            level: &node.level,
            printed: &node.printed,
            heading: &node.heading,
            text: &node.text,
            path: node.path.as_deref(),
            children: node.content.iter().map(Part::block).collect(),
        }
    }
    fn is_hierarchy(&self) -> bool {
        element(self.level).is_some()
    }
    /// Every paragraph of it that is not an element of its own.
    fn paragraphs(&self, out: &mut String) {
        let first = [self.printed, self.heading].into_iter().filter(|p| !p.is_empty());
        let first = first.collect::<Vec<_>>().join(" ");
        let joined = match (first.is_empty(), self.heading.is_empty() && !self.text.is_empty()) {
            (true, _) => self.text.to_owned(),
            (false, true) => format!("{first} {}", self.text),
            (false, false) => format!("{first}\n{}", self.text),
        };
        for line in joined.lines().filter(|l| !l.trim().is_empty()) {
            let _ = write!(out, "<p>{}</p>", text(line));
        }
        self.children.iter().for_each(|c| c.paragraphs(out));
    }
    fn write(&self, out: &mut String) {
        let Some(name) = element(self.level) else { return };
        let _ = match self.path {
            Some(path) => write!(out, "<{name} eId=\"{}\">", text(&element_id(path))),
            None => write!(out, "<{name}>"),
        };
        if !self.printed.is_empty() {
            let _ = write!(out, "<num>{}</num>", text(self.printed));
        }
        if !self.heading.is_empty() {
            let _ = write!(out, "<heading>{}</heading>", text(self.heading));
        }
        let own = |out: &mut String| {
            for line in self.text.lines().filter(|l| !l.trim().is_empty()) {
                let _ = write!(out, "<p>{}</p>", text(line));
            }
        };
        let first = self.children.iter().position(Part::is_hierarchy);
        match first {
            None => {
                out.push_str("<content>");
                let before = out.len();
                own(out);
                self.children.iter().for_each(|c| c.paragraphs(out));
                if out.len() == before {
                    out.push_str("<p/>");
                }
                out.push_str("</content>");
            }
            Some(first) => {
                let mut intro = String::new();
                own(&mut intro);
                self.children.iter().take(first).for_each(|c| c.paragraphs(&mut intro));
                if !intro.is_empty() {
                    let _ = write!(out, "<intro>{intro}</intro>");
                }
                let mut rest = self.children.iter().skip(first).peekable();
                let mut after = String::new();
                while let Some(child) = rest.next() {
                    if child.is_hierarchy() {
                        child.write(out);
                        continue;
                    }
                    let mut words = String::new();
                    child.paragraphs(&mut words);
                    // What stands between two elements is an element too.
                    if rest.peek().is_some() {
                        let _ =
                            write!(out, "<hcontainer name=\"text\"><content>{words}</content></hcontainer>");
                    } else {
                        after = words;
                    }
                }
                if !after.is_empty() {
                    let _ = write!(out, "<wrapUp>{after}</wrapUp>");
                }
            }
        }
        let _ = write!(out, "</{name}>");
    }
}

/// Rows under their heads.
fn tree(nodes: &[Node]) -> Vec<Part<'_>> {
    fn close<'a>(above: &mut Vec<(i64, Part<'a>)>, depth: i64, roots: &mut Vec<Part<'a>>) {
        while above.last().is_some_and(|(d, _)| *d >= depth) {
            let Some((_, part)) = above.pop() else { return };
            match above.last_mut() {
                Some((_, parent)) => parent.children.push(part),
                None => roots.push(part),
            }
        }
    }
    let (mut above, mut roots) = (Vec::new(), Vec::new());
    for node in nodes {
        close(&mut above, node.depth, &mut roots);
        above.push((node.depth, Part::row(node)));
    }
    close(&mut above, i64::MIN, &mut roots);
    roots
}

/// A document as Akoma Ntoso 3.0. `today`: the day of this writing. Documents issued with it stand after its body.
pub fn akoma_ntoso(law: &Law, nodes: &[Node], today: Date, notice: Option<&'static str>) -> String {
    let issued = law.issued.or(law.effective).unwrap_or(today);
    let uri = format!("/akn/vn/act/{issued}/{}", law.slug);
    let author = match viet::slug(&law.issuer) {
        slug if slug.is_empty() => "khong-ro".to_owned(),
        slug => slug,
    };
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = write!(
        out,
        "<akomaNtoso xmlns=\"http://docs.oasis-open.org/legaldocml/ns/akn/3.0\"><act name=\"act\"><meta>\
         <identification source=\"#lantoa\"><FRBRWork><FRBRthis value=\"{uri}/!main\"/><FRBRuri value=\"{uri}\"/>\
         <FRBRalias value=\"{title}\" name=\"title\"/><FRBRdate date=\"{issued}\" name=\"issued\"/>\
         <FRBRauthor href=\"#issuer\"/><FRBRcountry value=\"vn\"/><FRBRnumber value=\"{number}\"/></FRBRWork>\
         <FRBRExpression><FRBRthis value=\"{uri}/vie@{today}/!main\"/><FRBRuri value=\"{uri}/vie@{today}\"/>\
         <FRBRdate date=\"{today}\" name=\"text\"/><FRBRauthor href=\"#issuer\"/><FRBRlanguage language=\"vie\"/>\
         </FRBRExpression><FRBRManifestation><FRBRthis value=\"{uri}/vie@{today}/!main.xml\"/>\
         <FRBRuri value=\"{uri}/vie@{today}.xml\"/><FRBRdate date=\"{today}\" name=\"export\"/>\
         <FRBRauthor href=\"#lantoa\"/><FRBRformat value=\"application/akn+xml\"/></FRBRManifestation></identification>",
        title = text(&law.name()),
        number = text(&law.number),
    );
    if let Some(effective) = law.effective {
        let _ = write!(
            out,
            "<lifecycle source=\"#lantoa\"><eventRef eId=\"e1\" date=\"{effective}\" source=\"#issuer\" \
             type=\"generation\"/>"
        );
        if let Some(ends) = law.ends() {
            let _ = write!(out, "<eventRef eId=\"e2\" date=\"{ends}\" source=\"#issuer\" type=\"repeal\"/>");
        }
        out.push_str("</lifecycle>");
    }
    let _ = write!(
        out,
        "<references source=\"#lantoa\"><TLCOrganization eId=\"issuer\" href=\"/ontology/organization/vn/{author}\" \
         showAs=\"{issuer}\"/><TLCOrganization eId=\"lantoa\" href=\"/ontology/organization/vn/lan-toa\" \
         showAs=\"Lan Tỏa\"/></references></meta>",
        issuer = if law.issuer.is_empty() { "?".to_owned() } else { text(&law.issuer) },
    );
    let first: Vec<Node> =
        nodes.iter().filter(|n| n.document == 0 && n.level != "appendix").cloned().collect();
    let roots = tree(&first);
    let from = roots.iter().position(Part::is_hierarchy).unwrap_or(roots.len());
    let to = roots.iter().rposition(Part::is_hierarchy).map_or(from, |n| n + 1);
    let words = |parts: &[Part<'_>]| {
        let mut words = String::new();
        parts.iter().for_each(|p| p.paragraphs(&mut words));
        words
    };
    let slice = |a: usize, b: usize| roots.get(a..b).unwrap_or_default();
    let (before, after) = (words(slice(0, from)), words(slice(to, roots.len())));
    let notice = notice.map(|n| format!("<p>{n}</p>")).unwrap_or_default();
    let preface = if from < to { before.as_str() } else { "" };
    if !(notice.is_empty() && preface.is_empty()) {
        let _ = write!(out, "<preface>{notice}{preface}</preface>");
    }
    out.push_str("<body>");
    if from == to {
        let all = if before.is_empty() { "<p/>" } else { before.as_str() };
        let _ = write!(out, "<hcontainer name=\"text\"><content>{all}</content></hcontainer>");
    }
    for part in slice(from, to) {
        if part.is_hierarchy() {
            part.write(&mut out);
        } else {
            let words = words(std::slice::from_ref(part));
            let _ = write!(out, "<hcontainer name=\"text\"><content>{words}</content></hcontainer>");
        }
    }
    out.push_str("</body>");
    if !after.is_empty() {
        let _ = write!(out, "<conclusions>{after}</conclusions>");
    }
    let rest: Vec<Node> =
        nodes.iter().filter(|n| n.document != 0 || n.level == "appendix").cloned().collect();
    if !rest.is_empty() {
        let words = words(&tree(&rest));
        let words = if words.is_empty() { "<p/>".to_owned() } else { words };
        let _ = write!(
            out,
            "<attachments><attachment><doc name=\"attachment\"><meta><identification source=\"#lantoa\"><FRBRWork>\
             <FRBRthis value=\"{uri}/!attachment\"/><FRBRuri value=\"{uri}\"/><FRBRdate date=\"{issued}\" \
             name=\"issued\"/><FRBRauthor href=\"#issuer\"/><FRBRcountry value=\"vn\"/></FRBRWork><FRBRExpression>\
             <FRBRthis value=\"{uri}/vie@{today}/!attachment\"/><FRBRuri value=\"{uri}/vie@{today}\"/>\
             <FRBRdate date=\"{today}\" name=\"text\"/><FRBRauthor href=\"#issuer\"/><FRBRlanguage language=\"vie\"/>\
             </FRBRExpression><FRBRManifestation><FRBRthis value=\"{uri}/vie@{today}/!attachment.xml\"/>\
             <FRBRuri value=\"{uri}/vie@{today}.xml\"/><FRBRdate date=\"{today}\" name=\"export\"/>\
             <FRBRauthor href=\"#lantoa\"/></FRBRManifestation></identification></meta><mainBody>{words}</mainBody></doc>\
             </attachment></attachments>"
        );
    }
    out.push_str("</act></akomaNtoso>\n");
    out
}

async fn found(visitor: &Visitor, slug: &str) -> Result<(Law, Vec<Node>)> {
    let db = &visitor.app.db;
    let law = law::find_by_slug(db, slug).await?.ok_or(Error::NotFound)?;
    let nodes = node::nodes(db, law.id).await?;
    Ok((law, nodes))
}

fn file(body: String, kind: &'static str) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response()
}

/// `GET /api/v1/laws/{slug}/akn.xml`
pub async fn xml(visitor: Visitor, Path(slug): Path<String>) -> Result<Response> {
    let (law, nodes) = found(&visitor, &slug).await?;
    Ok(file(
        akoma_ntoso(&law, &nodes, visitor.app.today(), api::notice(&visitor.app)),
        "application/xml; charset=utf-8",
    ))
}

/// `GET /api/v1/laws/{slug}/articles.jsonl`
pub async fn lines(visitor: Visitor, Path(slug): Path<String>) -> Result<Response> {
    let (law, nodes) = found(&visitor, &slug).await?;
    Ok(file(json_lines(&law, &nodes, api::notice(&visitor.app))?, "application/jsonl; charset=utf-8"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Since {
    #[serde(default)]
    after: String,
}

#[derive(Serialize)]
struct Change {
    id: String,
    number: String,
    title: String,
    /// Grows with every change of any document.
    revision: i64,
    url: String,
}

store::record! {
    struct Changed { id: Id, slug: String, number: String, kind: String, title: String, revision: i64 }
}

const PAGE: i64 = 100;

/// `GET /api/v1/law-changes?after=`: documents as they were entered or changed, the oldest change first.
pub async fn changes(visitor: Visitor, Query(since): Query<Since>) -> Result<Response> {
    let bad = || Error::invalid("after", "error-choice");
    let (after, last) = match since.after.split_once('_') {
        None if since.after.is_empty() => (i64::MIN, Id([0; 16])),
        Some((revision, id)) => (revision.parse().map_err(|_| bad())?, id.parse::<Id>().map_err(|_| bad())?),
        None => return Err(bad()),
    };
    let laws: Vec<Changed> = sql!(
        "SELECT id, slug, number, kind, title, revision FROM laws
         WHERE revision > $1 OR (revision = $1 AND id > $2) ORDER BY revision, id LIMIT $3",
        after,
        last,
        PAGE
    )
    .all(&visitor.app.db)
    .await?;
    // Also of the last page: whoever follows asks again from there.
    let next = laws.last().map(|l| format!("{}_{}", l.revision, l.id));
    let items = laws.into_iter().map(|l| Change {
        title: law::full_name(&l.kind, &l.title, &l.number),
        url: format!("/van-ban/{}", l.slug),
        revision: l.revision,
        id: l.slug,
        number: l.number,
    });
    Ok(api::list(&visitor.app, items.collect(), next))
}

/// Writes the registry into a folder: `laws.jsonl`, and `akn/SLUG.xml` for each document. How many there are.
pub async fn export(app: &App, folder: &std::path::Path, progress: &dyn Progress) -> anyhow::Result<usize> {
    use std::io::Write as _;
    std::fs::create_dir_all(folder.join("akn"))?;
    let part = folder.join("laws.jsonl.part");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&part)?);
    let (db, notice) = (&app.db, api::notice(app));
    let said = |e: Error| anyhow::anyhow!("{e}");
    let ids: Vec<(Id,)> = sql!("SELECT id FROM laws ORDER BY slug").all(db).await?;
    for (n, (id,)) in ids.iter().enumerate() {
        let law = law::get(db, *id).await.map_err(said)?;
        let nodes = node::nodes(db, *id).await.map_err(said)?;
        out.write_all(json_lines(&law, &nodes, notice).map_err(said)?.as_bytes())?;
        let xml = folder.join("akn").join(format!("{}.xml", law.slug));
        std::fs::write(xml, akoma_ntoso(&law, &nodes, app.today(), notice))?;
        if n % 100 == 0 {
            progress.at(n as u64, ids.len() as u64, &law.slug);
        }
    }
    out.flush()?;
    drop(out);
    std::fs::rename(part, folder.join("laws.jsonl"))?;
    progress.at(ids.len() as u64, ids.len() as u64, "");
    Ok(ids.len())
}
