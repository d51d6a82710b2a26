//! A legal document: its facts, its status on a day, how it is found.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;
use store::{Columns, Db, Filter, Id, Relation, Select, Tx, sql};

use crate::app::App;
use crate::error::{Error, Result};
use crate::i18n::Lang;

/// A kind of document (loại văn bản), from `kinds.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    pub vi: String,
    pub en: String,
    #[serde(default)]
    pub from_issue: bool,
}

#[derive(Deserialize)]
struct KindFile {
    kind: Vec<Kind>,
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let file: Result<KindFile, _> = toml::from_str(include_str!("kinds.toml"));
    file.map(|f| f.kind).unwrap_or_else(|e| panic!("kinds.toml: {e}"))
});

pub fn kinds() -> &'static [Kind] {
    &KINDS
}
pub fn find_kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.vi == name)
}

/// The state of a document on a day, in the state's own words, and our own "needs checking".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    InForce,
    NotYet,
    Suspended,
    PartlyEnded,
    Ended,
    /// The day of effect is not known, or what it guides has ended and nobody has decided yet.
    NeedsCheck,
}

impl Status {
    pub const ALL: [Status; 6] = [
        Status::InForce,
        Status::NotYet,
        Status::Suspended,
        Status::PartlyEnded,
        Status::Ended,
        Status::NeedsCheck,
    ];
    pub fn code(self) -> &'static str {
        match self {
            Status::InForce => "in-force",
            Status::NotYet => "not-yet",
            Status::Suspended => "suspended",
            Status::PartlyEnded => "partly-ended",
            Status::Ended => "ended",
            Status::NeedsCheck => "needs-check",
        }
    }
    pub fn from_code(code: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|s| s.code() == code)
    }
    /// The key of its words.
    pub fn word(self) -> String {
        format!("laws-status-{}", self.code())
    }
    /// The class of its badge.
    pub fn look(self) -> &'static str {
        match self {
            Status::InForce => "good",
            Status::NotYet | Status::PartlyEnded | Status::NeedsCheck => "wait",
            Status::Suspended | Status::Ended => "bad",
        }
    }
}

/// The sentence of a document that somebody changed while another was writing.
pub(super) const CHANGED: &str = "laws-changed-since";

store::record! {
    /// A document of the registry.
    #[derive(Debug, Clone)]
    pub struct Law {
        pub id: Id,
        /// Its permanent address: `35-2013-qh13`.
        pub slug: String,
        /// Số, ký hiệu: "35/2013/QH13".
        pub number: String,
        /// "Luật"
        pub kind: String,
        /// Without the kind: "Hòa giải ở cơ sở".
        pub title: String,
        pub issuer: String,
        pub issued: Option<Date>,
        /// First day in force.
        pub effective: Option<Date>,
        /// First day no longer in force.
        pub expires: Option<Date>,
        pub partly_expires: Option<Date>,
        pub suspended_from: Option<Date>,
        pub suspended_until: Option<Date>,
        pub reviewed: Option<Date>,
        /// The first day of a document that replaces, repeals or ends it, as a person confirmed.
        pub ended_by: Option<Date>,
        /// The same of parts of it.
        pub partly_ended_by: Option<Date>,
        pub suspended_by: Option<Date>,
        /// The earliest end of what it guides.
        pub basis_ends: Option<Date>,
        /// The issuing unit, when it is one of ours.
        pub unit_id: Option<Id>,
        /// The unit that brought it.
        pub keeper_id: Option<Id>,
        /// What is new, a sentence a line.
        pub news: String,
        pub source: String,
        pub digest: String,
        pub revision: i64,
    }
}

impl Law {
    pub fn status(&self, day: impl Borrow<Date>) -> Status {
        let day = *day.borrow();
        let reached = |d: Option<Date>| d.is_some_and(|d| d <= day);
        if reached(self.ends()) {
            Status::Ended
        } else if reached(self.suspended_from.or(self.suspended_by)) && !reached(self.suspended_until) {
            Status::Suspended
        } else if self.effective.is_none() {
            Status::NeedsCheck
        } else if !reached(self.effective) {
            Status::NotYet
        } else if reached(self.basis_ends) && self.reviewed < self.basis_ends {
            // Luật 64/2025/QH15: guiding documents stay in force where not contrary to the new law, so that a
            // person has to decide.
            Status::NeedsCheck
        } else if reached(self.partly_expires.or(self.partly_ended_by)) {
            Status::PartlyEnded
        } else {
            Status::InForce
        }
    }
    /// First day no longer in force: as entered, else as a confirmed relation says.
    pub fn ends(&self) -> Option<Date> {
        self.expires.or(self.ended_by)
    }
    /// "Luật Hòa giải ở cơ sở", "Nghị định quy định chi tiết …"; the number where there is no title.
    pub fn name(&self) -> String {
        full_name(&self.kind, &self.title, &self.number)
    }
    /// "Luật 35/2013/QH13"
    pub fn short_name(&self) -> String {
        format!("{} {}", self.kind, self.number).trim().to_owned()
    }
    /// The kind in a language.
    pub fn kind_name(&self, lang: impl Borrow<Lang>) -> &str {
        find_kind(&self.kind).map_or(&self.kind, |k| lang.borrow().pick(&k.vi, &k.en))
    }
    /// The public page, without the language.
    pub fn path(&self) -> String {
        format!("/van-ban/{}", self.slug)
    }
    /// Sentences that say what is new.
    pub fn news(&self) -> impl Iterator<Item = &str> {
        self.news.lines().filter(|l| !l.is_empty())
    }
}

/// The name of a law is a name; what other papers are about is a sentence that goes on after the kind.
pub fn is_called_by_name(kind: &str) -> bool {
    matches!(kind, "Luật" | "Bộ luật" | "Pháp lệnh")
}

/// See [`Law::name`].
pub fn full_name(kind: &str, title: &str, number: &str) -> String {
    if title.is_empty() {
        return format!("{kind} {number}").trim().to_owned();
    }
    if kind.is_empty() || viet::fold(title).starts_with(&viet::fold(kind)) {
        return title.to_owned();
    }
    let named = is_called_by_name(kind);
    let mut letters = title.chars();
    match letters.next() {
        Some(first) if !named && letters.clone().next().is_some_and(char::is_lowercase) => {
            format!("{kind} {}{}", first.to_lowercase(), letters.as_str())
        }
        _ => format!("{kind} {title}"),
    }
}

/// A path in words: "Điều 12, khoản 2, điểm a".
pub fn place(path: &str) -> String {
    let word = |part: &str| {
        let (word, label) = part.rsplit_once('-')?;
        let name = match word {
            "dieu" => "điều",
            "khoan" => "khoản",
            "diem" => "điểm",
            "chuong" => "chương",
            "phan" => "phần",
            "muc" => "mục",
            "tieu-muc" => "tiểu mục",
            "phu-luc" => "phụ lục",
            _ => return None,
        };
        Some(format!("{name} {}", label_of(label)))
    };
    let parts: Vec<String> = path.split('/').map(|p| word(p).unwrap_or_else(|| p.to_owned())).collect();
    let text = parts.join(", ");
    let mut letters = text.chars();
    letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The label that an address names: it writes letters with marks as they are typed.
pub(super) fn label_of(written: &str) -> &str {
    match written {
        "dd" => "đ",
        "aw" => "ă",
        "aa" => "â",
        "ee" => "ê",
        "oo" => "ô",
        "ow" => "ơ",
        "uw" => "ư",
        label => label,
    }
}

/// How a number is looked up: the official writing, without marks, case and signs.
pub fn number_key(number: &str) -> String {
    let normal = viet_number(number).map_or_else(|| viet::clean(number), |n| n.normal());
    viet::slug(&normal)
}

pub(super) fn viet_number(number: &str) -> Option<viet::LegalNumber> {
    viet::LegalNumber::parse(number)
}

pub(super) static LAWS: Relation = Relation {
    name: "laws",
    from: "law_states",
    columns: &[
        Columns::Key("id"),
        Columns::Key("slug"),
        Columns::Key("number_key"),
        Columns::Key("day"),
        Columns::Key("revision"),
        Columns::Dimension("number"),
        Columns::Dimension("kind"),
        Columns::Dimension("title"),
        Columns::Dimension("issuer"),
        Columns::Dimension("issued"),
        Columns::Dimension("effective"),
        Columns::Dimension("expires"),
        Columns::Dimension("partly_expires"),
        Columns::Dimension("suspended_from"),
        Columns::Dimension("suspended_until"),
        Columns::Dimension("reviewed"),
        Columns::Dimension("ended_by"),
        Columns::Dimension("partly_ended_by"),
        Columns::Dimension("suspended_by"),
        Columns::Dimension("basis_ends"),
        Columns::Dimension("unit_id"),
        Columns::Dimension("keeper_id"),
        Columns::Dimension("news"),
        Columns::Dimension("source"),
        Columns::Dimension("digest"),
        Columns::Dimension("folded"),
    ],
};

/// Whole laws, to be filtered and ordered.
pub(super) fn select() -> Select {
    [
        "id",
        "slug",
        "number",
        "kind",
        "title",
        "issuer",
        "issued",
        "effective",
        "expires",
        "partly_expires",
        "suspended_from",
        "suspended_until",
        "reviewed",
        "ended_by",
        "partly_ended_by",
        "suspended_by",
        "basis_ends",
        "unit_id",
        "keeper_id",
        "news",
        "source",
        "digest",
        "revision",
    ]
    .into_iter()
    .fold(Select::from(&LAWS), |select, column| select.list(column))
}

pub async fn get(db: &Db, id: Id) -> Result<Law> {
    Ok(select().filter(Filter::is("id", id)).query().get(db).await?)
}

/// Takes a document to change it; whoever saw another one than stands there now is refused.
pub(super) async fn take(tx: &mut Tx, app: &App, id: Id, seen: i64) -> Result<()> {
    let taken = sql!(
        "UPDATE laws SET revision = CASE WHEN revision >= $3 THEN revision + 1 ELSE $3 END
         WHERE id = $1 AND revision = $2",
        id,
        seen,
        app.now()
    )
    .run(tx)
    .await?;
    if taken == 0 { Err(Error::Conflict(CHANGED)) } else { Ok(()) }
}

/// The laws with these identities, newest first.
pub async fn with_ids(db: &Db, ids: Vec<Id>) -> Result<Vec<Law>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let some = select().filter(Filter::any_of("id", ids));
    Ok(some.order("day", true).order("id", true).query().all(db).await?)
}

/// By its address, also one that it had before.
pub async fn find_by_slug(db: &Db, slug: &str) -> Result<Option<Law>> {
    if let Some(law) = select().filter(Filter::is("slug", slug)).query().find(db).await? {
        return Ok(Some(law));
    }
    let old: Option<(Id,)> = sql!("SELECT law_id FROM law_addresses WHERE slug = $1", slug).find(db).await?;
    match old {
        Some((id,)) => Ok(Some(get(db, id).await?)),
        None => Ok(None),
    }
}

/// By its number as people write it: "35/2013/QH13", "nđ 30/2020". Of several (provinces number alike) the newest.
pub async fn find_by_number(db: &Db, number: &str) -> Result<Option<Law>> {
    let key = number_key(number);
    if key.is_empty() {
        return Ok(None);
    }
    let like = select().filter(Filter::is("number_key", key)).order("day", true).order("id", true);
    Ok(like.limit(1).query().find(db).await?)
}

/// What a document is called: "35/2013/QH13 Luật Hòa giải ở cơ sở".
pub async fn title(db: &Db, id: Id) -> Result<String> {
    match get(db, id).await {
        Ok(law) => Ok(format!("{} {}", law.number, law.name())),
        Err(Error::NotFound) => Ok(id.to_string()),
        Err(e) => Err(e),
    }
}

/// A law that begins to apply, with whom it concerns.
#[derive(Debug, Clone)]
pub struct Coming {
    pub law: Law,
    /// Codes of `audiences.toml`.
    pub audiences: Vec<String>,
    /// It concerns these units and everything under them; none: everywhere.
    pub units: Vec<Id>,
}

impl Coming {
    /// Whether it concerns a unit.
    pub fn concerns(&self, unit: Id, tree: &crate::features::orgs::Tree) -> bool {
        self.units.is_empty()
            || self.units.iter().any(|u| tree.is_within(unit, *u) || tree.is_within(*u, unit))
    }
}

/// The laws that begin to apply between two days, both included, soonest first: what a law board shows.
pub async fn in_force_from(db: &Db, from: Date, until: Date) -> Result<Vec<Coming>> {
    let between =
        select().filter(Filter::at_least("effective", from)).filter(Filter::at_most("effective", until));
    let laws: Vec<Law> = between.order("effective", false).order("id", false).query().all(db).await?;
    store::record! { struct Audience { law_id: Id, audience: String } }
    store::record! { struct Unit { law_id: Id, unit_id: Id } }
    let audiences: Vec<Audience> = sql!(
        "SELECT a.law_id, a.audience FROM law_audiences a JOIN laws l ON l.id = a.law_id
         WHERE l.effective >= $1 AND l.effective <= $2 ORDER BY a.law_id, a.audience",
        from,
        until
    )
    .all(db)
    .await?;
    let units: Vec<Unit> = sql!(
        "SELECT u.law_id, u.unit_id FROM law_units u JOIN laws l ON l.id = u.law_id
         WHERE l.effective >= $1 AND l.effective <= $2 ORDER BY u.law_id, u.unit_id",
        from,
        until
    )
    .all(db)
    .await?;
    let mut coming: Vec<Coming> =
        laws.into_iter().map(|law| Coming { law, audiences: vec![], units: vec![] }).collect();
    let at: HashMap<Id, usize> = coming.iter().enumerate().map(|(i, c)| (c.law.id, i)).collect();
    for a in audiences {
        if let Some(c) = at.get(&a.law_id).and_then(|i| coming.get_mut(*i)) {
            c.audiences.push(a.audience);
        }
    }
    for u in units {
        if let Some(c) = at.get(&u.law_id).and_then(|i| coming.get_mut(*i)) {
            c.units.push(u.unit_id);
        }
    }
    Ok(coming)
}

/// A law with whom it concerns.
pub async fn concerned(db: &Db, law: Law) -> Result<Coming> {
    let audiences: Vec<(String,)> =
        sql!("SELECT audience FROM law_audiences WHERE law_id = $1 ORDER BY audience", law.id)
            .all(db)
            .await?;
    let units: Vec<(Id,)> =
        sql!("SELECT unit_id FROM law_units WHERE law_id = $1 ORDER BY unit_id", law.id).all(db).await?;
    Ok(Coming {
        audiences: audiences.into_iter().map(|a| a.0).collect(),
        units: units.into_iter().map(|u| u.0).collect(),
        law,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law() -> Law {
        let day = |d: &str| d.parse().ok();
        Law {
            id: Id([1; 16]),
            slug: "x".into(),
            number: "35/2013/QH13".into(),
            kind: "Luật".into(),
            title: "Hòa giải ở cơ sở".into(),
            issuer: "Quốc hội".into(),
            issued: day("2013-06-20"),
            effective: day("2014-01-01"),
            expires: None,
            partly_expires: None,
            suspended_from: None,
            suspended_until: None,
            reviewed: None,
            ended_by: None,
            partly_ended_by: None,
            suspended_by: None,
            basis_ends: None,
            unit_id: None,
            keeper_id: None,
            news: String::new(),
            source: String::new(),
            digest: String::new(),
            revision: 0,
        }
    }

    type Change = fn(&mut Law, &dyn Fn(&str) -> Date);

    #[test]
    fn status_goes_by_the_dates() {
        let day = |d: &str| d.parse::<Date>().unwrap();
        let check = |change: Change, on: &str, expected: Status| {
            let mut law = law();
            change(&mut law, &day);
            assert_eq!(law.status(day(on)), expected, "on {on}");
        };
        check(|_, _| {}, "2013-12-31", Status::NotYet);
        check(|_, _| {}, "2014-01-01", Status::InForce);
        check(|l, _| l.effective = None, "2014-01-01", Status::NeedsCheck);
        check(|l, d| l.expires = Some(d("2020-01-01")), "2019-12-31", Status::InForce);
        check(|l, d| l.expires = Some(d("2020-01-01")), "2020-01-01", Status::Ended);
        check(|l, d| l.partly_expires = Some(d("2020-01-01")), "2020-01-01", Status::PartlyEnded);
        // What a confirmed relation says counts where no date was entered.
        check(|l, d| l.ended_by = Some(d("2020-01-01")), "2020-01-01", Status::Ended);
        let entered: Change = |l, d| {
            l.ended_by = Some(d("2020-01-01"));
            l.expires = Some(d("2021-01-01"));
        };
        check(entered, "2020-01-01", Status::InForce);
        check(|l, d| l.partly_ended_by = Some(d("2020-01-01")), "2020-01-01", Status::PartlyEnded);
        check(|l, d| l.suspended_by = Some(d("2020-01-01")), "2020-01-01", Status::Suspended);
        check(|l, d| l.suspended_from = Some(d("2020-01-01")), "2020-01-01", Status::Suspended);
        let pause: Change = |l, d| {
            l.suspended_from = Some(d("2020-01-01"));
            l.suspended_until = Some(d("2020-07-01"));
        };
        check(pause, "2020-06-30", Status::Suspended);
        check(pause, "2020-07-01", Status::InForce);
        // What it guides has ended: a person decides.
        check(|l, d| l.basis_ends = Some(d("2020-01-01")), "2019-12-31", Status::InForce);
        check(|l, d| l.basis_ends = Some(d("2020-01-01")), "2020-01-01", Status::NeedsCheck);
        let decided: Change = |l, d| {
            l.basis_ends = Some(d("2020-01-01"));
            l.reviewed = Some(d("2020-02-01"));
        };
        check(decided, "2020-03-01", Status::InForce);
    }

    #[test]
    fn places_read_as_people_say_them() {
        assert_eq!(place("dieu-12/khoan-2/diem-dd"), "Điều 12, khoản 2, điểm đ");
        assert_eq!(place("quy-che/dieu-1a"), "Quy-che, điều 1a");
    }

    #[test]
    fn names_read_as_people_say_them() {
        let check = |kind: &str, title: &str, expected: &str| {
            assert_eq!(full_name(kind, title, "1/2099/X"), expected);
        };
        check("Luật", "Hòa giải ở cơ sở", "Luật Hòa giải ở cơ sở");
        check("Luật", "Luật Đất đai", "Luật Đất đai");
        check("Nghị định", "Về công tác văn thư", "Nghị định về công tác văn thư");
        check("Nghị định", "", "Nghị định 1/2099/X");
        check("Kế hoạch", "PBGDPL năm 2027", "Kế hoạch PBGDPL năm 2027");
    }
}
