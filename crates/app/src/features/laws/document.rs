//! A document about to enter the registry: made from a parsed text, saved once however often it comes.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use lawtext::{Level, Parsed};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{Db, Filter, Id, Tx, sql};

use super::amendments::{self, NewAmendment};
use super::citations::{self, Citation};
use super::corrections;
use super::facts;
use super::law::{self, Law};
use super::node::{self, Block, Node};
use super::relations::{self, NewRelation, Relation};
use super::scan;
use super::sources;
use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};
use crate::facts::YEARS;

/// A document as understood or typed, before it is saved.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct NewLaw {
    pub number: String,
    /// A name of `kinds.toml`, or another that the document bears.
    pub kind: String,
    /// Without the kind.
    pub title: String,
    pub issuer: String,
    pub issued: Option<Date>,
    pub effective: Option<Date>,
    pub expires: Option<Date>,
    /// The issuing unit, when it is one of ours.
    pub unit: Option<Id>,
    pub source: String,
    pub audiences: Vec<String>,
    pub units: Vec<Id>,
    pub news: Vec<String>,
    pub nodes: Vec<Node>,
    /// Has only some of the articles, gathered from a codification: it adds to what is there and takes nothing away.
    #[serde(default)]
    pub is_extract: bool,
    /// A machine read it from pictures, and some page nobody has looked at.
    #[serde(default)]
    pub is_unlooked: bool,
    pub relations: Vec<NewRelation>,
    #[serde(default)]
    pub citations: Vec<Citation>,
    #[serde(default)]
    pub amendments: Vec<NewAmendment>,
}

/// Something a person should look at before saving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `laws-problem-…`
    pub code: String,
    /// The paragraph it is in, from 1.
    pub paragraph: Option<usize>,
    pub page: Option<u32>,
    /// The first words of the place, or what the sentence names.
    pub excerpt: String,
}

impl Problem {
    pub fn new(code: &str, excerpt: impl Into<String>) -> Problem {
        Problem { code: code.to_owned(), paragraph: None, page: None, excerpt: excerpt.into() }
    }
}

/// `clause`
fn code(level: Level) -> String {
    let code = serde_json::to_value(level);
    code.ok().and_then(|c| c.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A title printed in capitals as it is written in a sentence: words have capitals where the text itself writes them so
/// behind the same word, and the law that it is about has those of a name.
fn in_sentence_case(title: &str, text: &str) -> String {
    if title.chars().any(char::is_lowercase) {
        return title.to_owned();
    }
    const KINDS: [&[&str]; 3] = [&["bộ", "luật"], &["luật"], &["pháp", "lệnh"]];
    let capitals = capitals(title, text);
    let lower: Vec<String> = title.split(' ').map(str::to_lowercase).collect();
    let mut is_capital = vec![false; lower.len()];
    for n in 0..lower.len() {
        let (before, from) = lower.split_at(n);
        let last = before.last().map_or("", String::as_str);
        is_capital[n] |= n == 0 || capitals.contains(&(last.to_owned(), lower[n].clone()));
        let kind =
            KINDS.iter().find(|kind| from.iter().zip(**kind).filter(|(a, b)| a == b).count() == kind.len());
        if let (Some(kind), "của") = (kind, last) {
            is_capital[n] = true;
            // One that is called by its number has no name.
            if let Some(first) = is_capital.get_mut(n + kind.len()).filter(|_| from[kind.len()] != "số") {
                *first = true;
            }
        }
    }
    let word = |((word, lower), is_capital): ((&str, &String), bool)| match word.contains('/') {
        true => word.to_owned(),
        false if is_capital => in_capitals(lower),
        false => lower.clone(),
    };
    let words = title.split(' ').zip(&lower).zip(is_capital).map(word);
    words.collect::<Vec<_>>().join(" ").replace("việt nam", "Việt Nam")
}

/// The pairs of words of a title whose second one the text writes with a capital behind the first, mostly.
fn capitals(title: &str, text: &str) -> HashSet<(String, String)> {
    let title: Vec<String> = title.split(' ').map(str::to_lowercase).collect();
    let mut counts: HashMap<(String, String), i64> = title
        .windows(2)
        .filter_map(|pair| Some(((pair.first()?.clone(), pair.last()?.clone()), 0)))
        .collect();
    for line in text.lines().filter(|line| line.chars().any(char::is_lowercase)) {
        let words: Vec<&str> = line.split(' ').collect();
        for pair in words.windows(2) {
            let [first, second] = pair else { continue };
            let second = second.trim_end_matches(|c: char| !c.is_alphanumeric());
            if let Some(count) = counts.get_mut(&(first.to_lowercase(), second.to_lowercase())) {
                *count += if second.starts_with(char::is_uppercase) { 1 } else { -1 };
            }
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 0).map(|(pair, _)| pair).collect()
}

/// Councils and committees of units, printed in capitals on two lines, by their whole name with the unit's name in
/// capitals as names are: "Ủy ban nhân dân; Tỉnh tây ninh" is "Ủy ban nhân dân tỉnh Tây Ninh".
fn local_issuer(issuer: &str) -> String {
    const LEVELS: [&str; 9] =
        ["tỉnh", "thành phố", "huyện", "quận", "thị xã", "thị trấn", "xã", "phường", "đặc khu"];
    let mut joined = issuer.to_owned();
    for body in ["Ủy ban nhân dân", "Hội đồng nhân dân"] {
        let Some(unit) = joined.strip_prefix(body) else { continue };
        let unit = unit.trim_start_matches([';', ' ']);
        let lower = unit.to_lowercase();
        let Some(level) = LEVELS.iter().find(|l| lower.starts_with(&format!("{l} "))) else { continue };
        let Some(name) = unit.get(level.len()..) else { continue };
        let name =
            if name.chars().skip(1).any(char::is_uppercase) { name.to_owned() } else { in_capitals(name) };
        joined = format!("{body} {level}{name}");
    }
    joined
}

/// Each word with a capital.
fn in_capitals(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|c| c.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// What a document says below its title.
fn text_of(document: &lawtext::Document) -> impl Iterator<Item = String> {
    let below = document.nodes.iter().filter(|n| n.level != Level::Title);
    below.flat_map(lawtext::Node::walk_own).map(|n| format!("{}\n{}", n.heading, n.text))
}

/// A slip of the hand in a text is no day: the check before saving then asks for one.
fn day(date: Option<(i16, i8, i8)>) -> Option<Date> {
    let (year, month, day) = date.filter(|(year, ..)| YEARS.contains(year))?;
    Date::new(year, month, day).ok()
}

impl NewLaw {
    /// What a parsed text says. `source` is where it came from: a file's name.
    pub fn of(parsed: &Parsed, source: &str) -> (NewLaw, Vec<Problem>) {
        let mut new = NewLaw { source: source.to_owned(), nodes: NewLaw::rows(parsed), ..NewLaw::default() };
        if let Some(head) = parsed.documents.first().map(|d| &d.head) {
            new.number = head.number.clone();
            new.kind = head.kind.map(|k| k.name().to_owned()).unwrap_or_default();
            let text: Vec<String> = parsed.documents.iter().flat_map(text_of).collect();
            new.title = in_sentence_case(&head.title, &text.join("\n"));
            new.issuer = local_issuer(&head.issuer);
            new.issued = day(head.issued);
            new.effective = day(head.effective);
            new.relations = bases(&head.bases, &new.number);
        }
        new.relate(parsed);
        let problems = parsed.problems.iter().map(|p| Problem {
            code: p.kind.code().to_owned(),
            paragraph: Some(p.paragraph + 1),
            page: p.page,
            excerpt: p.excerpt.clone(),
        });
        let mut problems: Vec<Problem> = problems.collect();
        for (name, longest) in facts::LONGEST {
            let fact = match name {
                "number" => &mut new.number,
                "title" => &mut new.title,
                _ => &mut new.issuer,
            };
            if fact.chars().count() > longest {
                let begins: String = std::mem::take(fact).chars().take(80).collect();
                problems.push(Problem::new(&format!("{name}-too-long"), begins));
            }
        }
        if facts::is_backdated(new.issued, new.effective) {
            problems.push(Problem::new("backdated", ""));
        }
        (new, problems)
    }

    /// The text in rows.
    pub(super) fn rows(parsed: &Parsed) -> Vec<Node> {
        let addresses = lawtext::addresses(parsed);
        let paths: HashMap<*const lawtext::Node, &str> =
            addresses.iter().map(|a| (std::ptr::from_ref(a.node), a.path.as_str())).collect();
        let mut rows = Vec::new();
        for (n, document) in parsed.documents.iter().enumerate() {
            for node in document.nodes.iter().chain(&document.appendices) {
                add(&mut rows, node, n as i64, 0, &paths);
            }
        }
        rows
    }

    /// What its sentences say of other documents: relations for a person to confirm, citations of provisions, and
    /// instructions to amend.
    fn relate(&mut self, parsed: &Parsed) {
        let own = law::number_key(&self.number);
        let on = self.issued.map(|d| (d.year(), d.month(), d.day()));
        let cited = |cited: &lawtext::Cited| {
            let number = cited.resolved(on)?.to_owned();
            let key = law::number_key(&number);
            (!key.is_empty() && key != own).then_some((number, key))
        };
        let mut known: HashMap<(Relation, String), usize> = (self.relations.iter().enumerate())
            .map(|(n, r)| ((r.relation, law::number_key(&r.number)), n))
            .collect();
        let mut seen = HashSet::new();
        for found in lawtext::relations(parsed) {
            let Some((number, key)) = cited(&found.target) else { continue };
            let relation = Relation::from(found.kind);
            let partial = found.partial || !found.provision.is_whole();
            if relation != Relation::RefersTo {
                match known.get(&(relation, key.clone())).and_then(|n| self.relations.get_mut(*n)) {
                    // The sentence about the whole document is the one that counts.
                    Some(there) if there.partial && !partial => {
                        there.partial = false;
                        there.evidence = excerpt(&found.evidence);
                    }
                    Some(_) => {}
                    None => {
                        known.insert((relation, key.clone()), self.relations.len());
                        self.relations.push(NewRelation {
                            relation,
                            number,
                            partial,
                            evidence: excerpt(&found.evidence),
                            proposed: true,
                        });
                    }
                }
            }
            let citation = Citation {
                from_path: found.source.path.unwrap_or_default(),
                relation,
                to_key: key,
                to_path: found.provision.path().unwrap_or_default(),
            };
            if seen.insert(citation.clone()) {
                self.citations.push(citation);
            }
        }
        for instruction in lawtext::amend::instructions(parsed) {
            let named = instruction.law.unwrap_or_default();
            let (number, key) = match cited(&named) {
                Some(found) => found,
                None if named.resolved(on).is_none() => (named.name, amendments::UNKNOWN.to_owned()),
                None => continue,
            };
            self.amendments.push(NewAmendment {
                to_key: key,
                to_number: number,
                from_path: instruction.source.path.unwrap_or_default(),
                target: instruction.target,
                act: instruction.act,
                sentence: excerpt(&instruction.sentence),
            });
        }
    }

    /// The address it should have.
    pub fn slug(&self) -> String {
        if self.number.is_empty() {
            return viet::slug(&self.title);
        }
        let year = self.issued.or(self.effective).map(Date::year);
        lawtext::document_slug(&self.number, &self.issuer, year)
    }

    /// Texts cleaned, names in their official writing, dates filled in by rule.
    pub fn tidy(&mut self) {
        for text in [&mut self.kind, &mut self.title, &mut self.issuer] {
            *text = viet::clean(text);
        }
        self.number = match law::viet_number(&self.number) {
            Some(number) => number.normal(),
            None => viet::clean(&self.number),
        };
        if self.effective.is_none() && law::find_kind(&self.kind).is_some_and(|k| k.from_issue) {
            self.effective = self.issued;
        }
        for node in self.nodes.iter_mut().filter(|n| n.is_article() && n.cited_as.is_none()) {
            node.cited_as =
                (node.document == 0).then(|| format!("{}+{}", self.number.to_lowercase(), node.label));
        }
    }

    /// Tells one text from another, whatever its facts.
    fn digest(&self) -> String {
        let text = serde_json::to_vec(&self.nodes).unwrap_or_default();
        hex::encode(Sha256::digest(&text))
    }
    /// Finds what it amends without saying the number, and what others amend so where it is that.
    async fn aim(&self, tx: &mut Tx, id: Id) -> Result<()> {
        let is_named = law::is_called_by_name(&self.kind);
        if is_named || self.amendments.iter().any(|a| a.to_key == amendments::UNKNOWN) {
            let name = law::full_name(&self.kind, &self.title, &self.number);
            amendments::aim_all(tx, id, &name).await?;
        }
        Ok(())
    }

    /// The document of the registry that it is.
    pub(super) async fn find(&self, db: &Db) -> Result<Option<Law>> {
        let key = law::number_key(&self.number);
        let like = match key.is_empty() {
            true => law::select().filter(Filter::is("slug", self.slug())),
            false => law::select().filter(Filter::is("number_key", key)),
        };
        let digest = self.digest();
        let there: Vec<Law> = like.order("day", true).order("id", true).query().all(db).await?;
        Ok(there.into_iter().find(|law| self.is(law, &digest)))
    }
    pub(super) fn folded(&self) -> String {
        folded(&self.number, &self.kind, &self.title, &self.issuer)
    }
    /// Whether a document of the registry is this one: the number, and something besides, because numbers are
    /// misprinted and cut short.
    fn is(&self, law: &Law, digest: &str) -> bool {
        if law::number_key(&self.number) != law::number_key(&law.number) {
            return false;
        }
        if !self.nodes.is_empty() && law.digest == digest {
            return true;
        }
        if let Some((ours, theirs)) = self.issued.zip(law.issued) {
            return ours == theirs;
        }
        let (ours, theirs) = (viet::slug(&self.title), viet::slug(&law.title));
        match (ours.is_empty(), theirs.is_empty()) {
            (true, true) => self.effective == law.effective && self.number == law.number,
            (false, false) => ours.contains(&theirs) || theirs.contains(&ours),
            // A codification names a document in full once only.
            _ => self.is_extract && self.effective == law.effective,
        }
    }
}

fn add(
    rows: &mut Vec<Node>,
    node: &lawtext::Node,
    document: i64,
    depth: i64,
    paths: &HashMap<*const lawtext::Node, &str>,
) {
    let is_head = matches!(node.level, Level::Part | Level::Chapter | Level::Section | Level::Subsection);
    rows.push(Node {
        document,
        depth,
        level: code(node.level),
        label: node.label.clone(),
        printed: node.printed.clone(),
        heading: node.heading.clone(),
        text: node.text.clone(),
        path: paths.get(&std::ptr::from_ref(node)).map(|p| (*p).to_owned()),
        cited_as: None,
        content: if is_head { vec![] } else { node.children.iter().map(|c| block(c, paths)).collect() },
    });
    if is_head {
        node.children.iter().for_each(|child| add(rows, child, document, depth + 1, paths));
    }
}

fn block(node: &lawtext::Node, paths: &HashMap<*const lawtext::Node, &str>) -> Block {
    Block {
        level: code(node.level),
        label: node.label.clone(),
        printed: node.printed.clone(),
        heading: node.heading.clone(),
        text: node.text.clone(),
        path: paths.get(&std::ptr::from_ref(node)).map(|p| (*p).to_owned()),
        children: node.children.iter().map(|child| block(child, paths)).collect(),
    }
}

/// As much of a sentence as is kept to show what something rests on.
fn excerpt(sentence: &str) -> String {
    sentence.chars().take(400).collect()
}

/// The documents that "Căn cứ …" names by number.
fn bases(sentences: &[String], own: &str) -> Vec<NewRelation> {
    let own = law::number_key(own);
    let mut found: Vec<NewRelation> = Vec::new();
    for sentence in sentences {
        // The first number is the base; those after it amend it.
        let Some(first) = viet::find_legal_numbers(sentence).into_iter().next() else { continue };
        let number = first.number.normal();
        let key = law::number_key(&number);
        if key != own && !found.iter().any(|f| law::number_key(&f.number) == key) {
            found.push(NewRelation {
                relation: Relation::BasedOn,
                number,
                partial: false,
                evidence: excerpt(sentence),
                proposed: false,
            });
        }
    }
    found
}

/// Who enters it, for the log: an account acting at a unit, or the installation itself.
#[derive(Debug, Clone, Copy)]
pub struct By {
    pub account: Option<Id>,
    pub unit: Id,
    pub shard: i64,
    /// Keeps the registry for everybody, not only what the own unit brought or issued.
    pub keeps_all: bool,
}

impl By {
    pub const INSTALLATION: By =
        By { account: None, unit: audit::NOWHERE.0, shard: audit::NOWHERE.1, keeps_all: true };

    /// Whether they may change it: a law of the land is not rewritten by one commune for all others.
    pub fn keeps(&self, law: &Law) -> bool {
        self.keeps_all || [law.keeper_id, law.unit_id].contains(&Some(self.unit))
    }

    /// Whether it becomes the registry's when they bring it: a unit below brought it, and it is not that unit's own.
    fn takes_over(&self, law: &Law) -> bool {
        self.keeps_all && law.keeper_id.is_some() && law.keeper_id != law.unit_id
    }
}

/// The code of what is said where somebody else keeps the document: nothing was saved.
pub const KEPT_BY_OTHERS: &str = "kept-by-others";

/// What became of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    New(Id),
    /// It was there, the text the same: nothing was changed.
    Same(Id),
    /// It was there with another text, which was replaced; every address stays.
    Changed(Id),
}

impl Saved {
    pub fn id(self) -> Id {
        match self {
            Saved::New(id) | Saved::Same(id) | Saved::Changed(id) => id,
        }
    }
}

/// Saves a document with its text, relations and audit entry. The same document again changes nothing; facts that
/// a person corrected stay. Another document with the same address gets one of its own, and that is listed.
pub async fn insert(tx: &mut Tx, app: &App, by: &By, new: &NewLaw) -> Result<(Saved, Vec<Problem>)> {
    let mut new = new.clone();
    new.tidy();
    if new.number.is_empty() && new.title.is_empty() {
        return Err(Error::invalid("number", "laws-error-no-name"));
    }
    let wanted = new.slug();
    let mut slug = wanted.clone();
    let mut count = 1;
    let mut problems = Vec::new();
    let digest = new.digest();
    loop {
        let there: Option<Law> =
            law::select().filter(Filter::is("slug", &*slug)).query().find(&mut *tx).await?;
        let before: Option<(Id,)> =
            sql!("SELECT law_id FROM law_addresses WHERE slug = $1", slug).find(&mut *tx).await?;
        let there = match (there, before) {
            (None, Some((id,))) => law::select().filter(Filter::is("id", id)).query().find(&mut *tx).await?,
            (there, _) => there,
        };
        match there {
            None => break,
            Some(law) if new.is(&law, &digest) => {
                let taken_over = by.takes_over(&law);
                let law = if taken_over { take_over(tx, app, by, &law, &new).await? } else { law };
                if new.nodes.is_empty()
                    || law.digest == digest
                    || sources::said_before(tx, law.id, &new.source, &digest).await?
                {
                    let saved = if taken_over { Saved::Changed } else { Saved::Same };
                    return Ok((saved(law.id), problems));
                }
                if !by.keeps(&law) {
                    return Ok((Saved::Same(law.id), vec![Problem::new(KEPT_BY_OTHERS, law.name())]));
                }
                let there = node::nodes(&mut *tx, law.id).await?;
                let base = amendments::base(&mut *tx, law.id, there).await?;
                let base = corrections::source(tx, law.id, base).await?;
                sources::keep(tx, app.now(), &law, &base, &new).await?;
                sources::note(tx, app.now(), law.id, &new.source, &digest).await?;
                let mut digest = digest;
                if new.is_extract {
                    new.nodes = joined(base, new.nodes);
                    digest = new.digest();
                }
                if law.digest == digest {
                    return Ok((Saved::Same(law.id), problems));
                }
                problems.extend(replace_text(tx, app, by, &law, &new, &digest).await?);
                return Ok((Saved::Changed(law.id), problems));
            }
            // One more document of this number and issuer would be taken for the other.
            Some(other) if !by.keeps(&other) => {
                return Ok((Saved::Same(other.id), vec![Problem::new(KEPT_BY_OTHERS, other.name())]));
            }
            Some(other) if by.takes_over(&other) => {
                let moved = give_way(tx, app, &other, &slug).await?;
                problems = vec![Problem::new("address-in-use", format!("{} → {moved}", other.name()))];
            }
            Some(other) => {
                count += 1;
                slug = format!("{wanted}--{count}");
                problems = vec![Problem::new("address-in-use", format!("{} → {slug}", other.name()))];
            }
        }
    }
    let id = app.new_id();
    let now = app.now();
    sql!(
        "INSERT INTO laws (id, slug, number, number_key, kind, title, issuer, issued, effective, expires, unit_id, news,
                           source, folded, digest, day, created_at, revision, keeper_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18)",
        id,
        slug,
        new.number,
        law::number_key(&new.number),
        new.kind,
        new.title,
        new.issuer,
        new.issued,
        new.effective,
        new.expires,
        new.unit,
        new.news.join("\n"),
        new.source,
        new.folded(),
        digest,
        order_day(new.issued, new.effective),
        now,
        by.account.filter(|_| !by.keeps_all).map(|_| by.unit)
    )
    .run(tx)
    .await?;
    insert_concerns(tx, id, &new.audiences, &new.units).await?;
    insert_nodes(tx, id, &new.nodes).await?;
    sources::note(tx, now, id, &new.source, &digest).await?;
    relations::relate(tx, by, id, &new.number, &new.relations).await?;
    citations::insert(tx, id, &new.citations).await?;
    amendments::insert(tx, app, id, &new.amendments).await?;
    new.aim(tx, id).await?;
    amendments::recognise(tx, app, id).await?;
    amendments::recognise_told(tx, app, id).await?;
    scan::note(tx, app, id, new.is_unlooked).await?;
    write_down(tx, app, by, "enter", id, digest.as_bytes()).await?;
    Ok((Saved::New(id), problems))
}

/// Makes the registry's what a unit below had brought: from now on it is called and dated as the registry's copy says.
async fn take_over(tx: &mut Tx, app: &App, by: &By, law: &Law, new: &NewLaw) -> Result<Law> {
    let or = |new: &str, old: &str| if new.is_empty() { old.to_owned() } else { new.to_owned() };
    let (title, kind, issuer) =
        (or(&new.title, &law.title), or(&new.kind, &law.kind), or(&new.issuer, &law.issuer));
    let (issued, effective) = (new.issued.or(law.issued), new.effective.or(law.effective));
    sql!(
        "UPDATE laws SET keeper_id = NULL, title = $2, kind = $3, issuer = $4, issued = $5, effective = $6, day = $7,
                         folded = $8, revision = CASE WHEN revision >= $9 THEN revision + 1 ELSE $9 END
         WHERE id = $1",
        law.id,
        title,
        kind,
        issuer,
        issued,
        effective,
        order_day(issued, effective),
        folded(&law.number, &kind, &title, &issuer),
        app.now()
    )
    .run(&mut *tx)
    .await?;
    write_down(tx, app, by, "change", law.id, b"registry").await?;
    Ok(law::select().filter(Filter::is("id", law.id)).query().get(tx).await?)
}

/// Leaves an address to the document that the registry's keeper brings; gives the one that has got instead.
async fn give_way(tx: &mut Tx, app: &App, other: &Law, slug: &str) -> Result<String> {
    sql!("DELETE FROM law_addresses WHERE slug = $1", slug).run(&mut *tx).await?;
    if other.slug != slug {
        return Ok(other.slug.clone());
    }
    let mut count = 2;
    loop {
        let moved = format!("{slug}--{count}");
        let laws: Vec<(Id,)> = sql!(
            "SELECT id FROM laws WHERE slug = $1 UNION ALL SELECT law_id FROM law_addresses WHERE slug = $1",
            moved
        )
        .all(&mut *tx)
        .await?;
        if laws.is_empty() {
            sql!(
                "UPDATE laws SET slug = $2, revision = CASE WHEN revision >= $3 THEN revision + 1 ELSE $3 END
                 WHERE id = $1",
                other.id,
                moved,
                app.now()
            )
            .run(tx)
            .await?;
            return Ok(moved);
        }
        count += 1;
    }
}

/// The articles of an extract beside those already there. A text with its chapters and preamble keeps them, and takes the
/// words of its articles only.
fn joined(mut there: Vec<Node>, extract: Vec<Node>) -> Vec<Node> {
    if !there.iter().all(Node::is_article) {
        for new in extract {
            if let Some(old) = there.iter_mut().find(|n| n.is_article() && n.path == new.path) {
                *old = Node { depth: old.depth, document: old.document, ..new };
            }
        }
        return there;
    }
    let place = |node: &Node| (node.document, lawtext::article_order(&node.label));
    let mut articles: std::collections::BTreeMap<_, Node> =
        there.into_iter().map(|n| (place(&n), n)).collect();
    articles.extend(extract.into_iter().map(|n| (place(&n), n)));
    articles.into_values().collect()
}

/// The words that a document is found by in lists.
fn folded(number: &str, kind: &str, title: &str, issuer: &str) -> String {
    viet::fold(&format!("{number} {kind} {title} {issuer}"))
}

pub(super) fn order_day(issued: Option<Date>, effective: Option<Date>) -> String {
    issued.or(effective).map(|d| d.to_string()).unwrap_or_default()
}

async fn replace_text(
    tx: &mut Tx,
    app: &App,
    by: &By,
    law: &Law,
    new: &NewLaw,
    digest: &str,
) -> Result<Vec<Problem>> {
    let (nodes, asking) = corrections::carry_over(tx, law.id, new.nodes.clone()).await?;
    let (nodes, lost) = amendments::carry_over(tx, app, by, law.id, nodes).await?;
    sql!("DELETE FROM law_nodes WHERE law_id = $1", law.id).run(tx).await?;
    insert_nodes(tx, law.id, &nodes).await?;
    let issued = law.issued.or(new.issued);
    let effective = law.effective.or(new.effective);
    let title = if law.title.is_empty() { &new.title } else { &law.title };
    let issuer = if law.issuer.is_empty() { &new.issuer } else { &law.issuer };
    sql!(
        "UPDATE laws SET title = $2, issuer = $3, issued = $4, effective = $5, source = $6, digest = $7, day = $8,
                         folded = $9, revision = CASE WHEN revision >= $10 THEN revision + 1 ELSE $10 END
         WHERE id = $1",
        law.id,
        title,
        issuer,
        issued,
        effective,
        new.source,
        digest,
        order_day(issued, effective),
        folded(&law.number, &law.kind, title, issuer),
        app.now()
    )
    .run(tx)
    .await?;
    relations::relate(tx, by, law.id, &law.number, &new.relations).await?;
    citations::forget(tx, law.id).await?;
    citations::insert(tx, law.id, &new.citations).await?;
    amendments::forget_waiting(tx, law.id).await?;
    amendments::insert(tx, app, law.id, &new.amendments).await?;
    new.aim(tx, law.id).await?;
    amendments::recognise(tx, app, law.id).await?;
    amendments::recognise_told(tx, app, law.id).await?;
    scan::note(tx, app, law.id, new.is_unlooked).await?;
    write_down(tx, app, by, "change", law.id, digest.as_bytes()).await?;
    let asking = asking.iter().map(|path| Problem::new("correction-asks", law::place(path)));
    Ok(lost.iter().map(|sentence| Problem::new("amendment-lost", sentence)).chain(asking).collect())
}

pub(super) async fn insert_concerns(tx: &mut Tx, law: Id, audiences: &[String], units: &[Id]) -> Result<()> {
    for audience in audiences {
        sql!(
            "INSERT INTO law_audiences (law_id, audience) VALUES ($1, $2) ON CONFLICT (law_id, audience) DO NOTHING",
            law,
            audience
        )
        .run(tx)
        .await?;
    }
    for unit in units {
        sql!(
            "INSERT INTO law_units (law_id, unit_id) VALUES ($1, $2) ON CONFLICT (law_id, unit_id) DO NOTHING",
            law,
            unit
        )
        .run(tx)
        .await?;
    }
    Ok(())
}

pub(super) async fn insert_nodes(tx: &mut Tx, law: Id, nodes: &[Node]) -> Result<()> {
    for (seq, node) in nodes.iter().enumerate() {
        let content = serde_json::to_string(&node.content).map_err(|e| Error::Internal(e.into()))?;
        sql!(
            "INSERT INTO law_nodes (law_id, seq, document, depth, level, label, printed, heading, text, path, cited_as,
                                    content, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            law,
            seq as i64,
            node.document,
            node.depth,
            node.level,
            node.label,
            node.printed,
            node.heading,
            node.text,
            node.path,
            node.cited_as,
            content,
            node.version()
        )
        .run(tx)
        .await?;
    }
    Ok(())
}

pub(super) async fn write_down(
    tx: &mut Tx,
    app: &App,
    by: &By,
    act: &str,
    law: Id,
    content: &[u8],
) -> Result<()> {
    let entry = audit::Entry {
        unit: by.unit,
        shard: by.shard,
        at: app.now(),
        account: by.account,
        act,
        object_kind: "law",
        object_id: law.to_string(),
        content,
    };
    audit::write(tx, &entry).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_of_units_are_called_by_their_whole_name() {
        let check = |printed: &str, expected: &str| assert_eq!(local_issuer(printed), expected);
        check("Ủy ban nhân dân; Tỉnh tây ninh", "Ủy ban nhân dân tỉnh Tây Ninh");
        check("Ủy ban nhân dân tỉnh tây ninh", "Ủy ban nhân dân tỉnh Tây Ninh");
        check("Hội đồng nhân dân xã Bến Lức", "Hội đồng nhân dân xã Bến Lức");
        check("Bộ Tư pháp; Bộ Tài chính", "Bộ Tư pháp; Bộ Tài chính");
        check("Ủy ban nhân dân", "Ủy ban nhân dân");
    }

    #[test]
    fn titles_in_capitals_become_sentences() {
        let check =
            |title: &str, text: &str, expected: &str| assert_eq!(in_sentence_case(title, text), expected);
        check("GÌN GIỮ BẾN NƯỚC VIỆT NAM", "", "Gìn giữ bến nước Việt Nam");
        check("SỬA ĐỔI LUẬT SỐ 9/2099/QH99", "", "Sửa đổi luật số 9/2099/QH99");
        check("Về ghe", "", "Về ghe");
        let of_law = "Sửa đổi, bổ sung một số điều của Luật Bến nước, bến đò";
        check("SỬA ĐỔI, BỔ SUNG MỘT SỐ ĐIỀU CỦA LUẬT BẾN NƯỚC, BẾN ĐÒ", "", of_law);
        // Names are written as the text writes them, whatever stands in capitals there.
        let text = "BẾN ĐÒ\nBến đò Hàm Luông thuộc xã, bến Hàm Luông.\nBến Ra";
        check("QUẢN LÝ BẾN ĐÒ HÀM LUÔNG RA SÔNG", text, "Quản lý bến đò Hàm Luông ra sông");
    }
}
