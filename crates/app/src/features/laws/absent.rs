//! A place that a question or an address names and that is not here: said plainly, before what else there is.

use seek::{Answer, Hit};
use serde::Serialize;
use store::{Db, Id, sql};

use super::index::read_hit_id;
use super::law::{self, Law};
use super::node::{self, Block, Node};
use crate::app::App;
use crate::error::Result;
use crate::i18n::Lang;
use crate::page::Page;

/// What is not here, as programs read it too.
#[derive(Serialize)]
pub struct Absent {
    /// The address and the number of the document that was asked about.
    law: String,
    number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clause: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    point: Option<String>,
    /// text, article, clause, point
    lacks: &'static str,
    /// The same in a sentence.
    pub says: String,
    /// The page of what is here: the document, or the article without the clause.
    pub url: String,
    #[serde(skip)]
    pub url_name: String,
}

impl Absent {
    /// What else was found is of other places.
    pub fn is_article(&self) -> bool {
        matches!(self.lacks, "text" | "article")
    }
}

/// What the question names and the registry has not. Of documents of one name the newest is meant; of those of one
/// number any.
pub async fn find(app: &App, lang: Lang, answer: &Answer) -> Result<Option<Absent>> {
    let asked = &answer.understood;
    let Some(first) = asked.documents.first() else { return Ok(None) };
    let meant = if asked.name.is_some() { std::slice::from_ref(first) } else { &asked.documents[..] };
    let article = asked.article.as_deref().map(str::to_lowercase);
    let is_it = |hit: &&Hit| {
        meant.contains(&hit.document)
            && match &article {
                Some(article) => hit.article.to_lowercase() == *article,
                None => !hit.article.is_empty(),
            }
    };
    let hit = answer.hits.iter().find(is_it);
    if hit.is_some() && asked.clause.is_none() && asked.point.is_none() {
        return Ok(None);
    }
    let Ok(id) = hit.map_or(first, |hit| &hit.document).parse() else { return Ok(None) };
    let Some(law) = law::with_ids(&app.db, vec![id]).await?.pop() else { return Ok(None) };
    let missing = match hit {
        Some(hit) => in_article(&app.db, &law, hit, asked).await?,
        None => in_law(&app.db, law.id, article.as_deref()).await?,
    };
    let Some((lacks, key, count)) = missing else { return Ok(None) };
    let name = match asked.name {
        Some(_) => format!("{} ({})", law.name(), law.number),
        None => law.short_name(),
    };
    let text = |part: &Option<String>| part.clone().unwrap_or_default();
    let args = [
        ("law", name),
        ("value", count.to_string()),
        ("article", text(&asked.article)),
        ("clause", text(&asked.clause)),
        ("point", text(&asked.point)),
    ];
    let path = hit.map(|hit| read_hit_id(&hit.id).1).unwrap_or_default();
    Ok(Some(Absent {
        says: app.words.say(lang, key, &args),
        url: if path.is_empty() { law.path() } else { format!("{}/{path}", law.path()) },
        url_name: if path.is_empty() { law.name() } else { law::place(path) },
        lacks,
        law: law.slug,
        number: law.number,
        article: asked.article.clone(),
        clause: asked.clause.clone(),
        point: asked.point.clone(),
    }))
}

/// What is missing, the sentence that says so, and how many there are.
type Missing = Option<(&'static str, &'static str, usize)>;

async fn in_law(db: &Db, law: Id, article: Option<&str>) -> Result<Missing> {
    store::record! { struct Row { level: String, label: String } }
    let rows: Vec<Row> =
        sql!("SELECT level, label FROM law_nodes WHERE law_id = $1 ORDER BY seq", law).all(db).await?;
    if rows.is_empty() {
        return Ok(Some(("text", "laws-absent-text", 0)));
    }
    let Some(article) = article else { return Ok(None) };
    let articles = rows.iter().filter(|row| row.level == "article").map(|row| row.label.as_str());
    Ok(lacking_article(articles, article))
}

async fn in_article(db: &Db, law: &Law, hit: &Hit, asked: &seek::Understood) -> Result<Missing> {
    let Some(article) = node::article(db, law.id, read_hit_id(&hit.id).1).await? else { return Ok(None) };
    Ok(lacking_part(&article.clauses, asked.clause.as_deref(), asked.point.as_deref()))
}

fn lacking_article<'a>(articles: impl Iterator<Item = &'a str>, article: &str) -> Missing {
    let articles: Vec<String> = articles.map(str::to_lowercase).collect();
    match articles.len() {
        0 => Some(("article", "laws-absent-articles", 0)),
        // It is here and a filter leaves it out.
        _ if articles.iter().any(|label| label == article) => None,
        count => Some(("article", "laws-absent-article", count)),
    }
}

fn lacking_part(article: &[Block], clause: Option<&str>, point: Option<&str>) -> Missing {
    let mut blocks = article;
    if let Some(label) = clause {
        match part(blocks, "clause", label) {
            Some(clause) => blocks = &clause.children,
            None => {
                let count = blocks.iter().filter(|b| b.level == "clause").count();
                let key = if count == 0 { "laws-absent-clauses" } else { "laws-absent-clause" };
                return Some(("clause", key, count));
            }
        }
    }
    match point {
        Some(label) if part(blocks, "point", label).is_none() => {
            let key = if clause.is_some() { "laws-absent-point-of" } else { "laws-absent-point" };
            Some(("point", key, 0))
        }
        _ => None,
    }
}

/// A label of an article, clause or point, in bytes: "1024a".
const LONGEST_LABEL: usize = 8;

/// What is said where an address leads to a place that a text has not, and the article in which it would stand.
pub fn at_path<'a>(page: &Page, law: &Law, nodes: &'a [Node], path: &str) -> (String, Option<&'a Node>) {
    let name = law.short_name();
    let label = |kind: &str| {
        let named = path.split('/').find_map(|part| part.strip_prefix(kind)?.strip_prefix('-'));
        // Nobody's words but a label's stand on our page.
        let is_label = |text: &&str| text.len() <= LONGEST_LABEL && text.chars().all(char::is_alphanumeric);
        named.filter(is_label).map(law::label_of)
    };
    let (article, clause, point) = (label("dieu"), label("khoan"), label("diem"));
    let articles = || nodes.iter().filter(|n| n.is_article());
    let found = article.and_then(|article| articles().find(|n| n.label.to_lowercase() == article));
    let missing = match (found, article) {
        (Some(found), _) => lacking_part(&found.content, clause, point),
        (None, Some(_)) if nodes.is_empty() => Some(("text", "laws-absent-text", 0)),
        (None, Some(article)) => lacking_article(articles().map(|n| n.label.as_str()), article),
        (None, None) => None,
    };
    let (key, count) = missing.map_or(("laws-absent-place", 0), |(_, key, count)| (key, count));
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    let args = [
        ("law", name),
        ("value", count.to_string()),
        ("article", text(article)),
        ("clause", text(clause)),
        ("point", text(point)),
    ];
    (page.tn(key, &args), found)
}

/// The clause or point of that label, wherever it stands.
fn part<'b>(blocks: &'b [Block], level: &str, label: &str) -> Option<&'b Block> {
    let label = label.to_lowercase();
    let own = blocks.iter().find(|b| b.level == level && b.label.to_lowercase() == label);
    own.or_else(|| blocks.iter().find_map(|b| part(&b.children, level, &label)))
}
