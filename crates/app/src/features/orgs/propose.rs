//! The form of a reorganisation: what becomes of which units, from when, on what legal basis.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Query;
use axum::response::Response;
use store::Id;

use super::reorganisation::{self, Kind, Proposal, Step, Target};
use super::{Unit, manages};
use crate::app::App;
use crate::error::{Error, FieldProblem, Result};
use crate::page::{Page, Room, show, show_again};
use crate::web::Signed;
use crate::web::form::{Form, Problems};

/// Rows for units that come out of a division or a regrouping.
const ROWS: usize = 12;
/// Parts of a division that the form has room for.
const PARTS: usize = 5;

#[derive(Template)]
#[template(path = "orgs/propose.html")]
struct ProposePage {
    page: Page,
    form: Form,
    kind: Kind,
    under: Unit,
    level: String,
    /// The units it can happen to: of one level, under `under`.
    units: Vec<Unit>,
    /// The one it happens to: renamed, divided, ended.
    from: Option<Unit>,
    /// What hangs under `from`: each goes to one part.
    children: Vec<Unit>,
}

impl ProposePage {
    fn rows(&self) -> std::ops::RangeInclusive<usize> {
        match self.kind {
            Kind::Division => 1..=PARTS,
            Kind::Regrouping => 1..=ROWS,
            _ => 1..=1,
        }
    }
    /// Whether something was typed in the rows that are folded away.
    fn has_more(&self) -> bool {
        let used = |row| ["name", "unit"].iter().any(|name| !self.value(name, &row).is_empty());
        self.rows().skip(3).any(used)
    }
    fn value(&self, name: &str, row: &usize) -> String {
        self.form.text(&format!("{name}-{row}")).to_owned()
    }
    fn chosen(&self, name: &str, value: impl ToString) -> bool {
        self.form.text(name) == value.to_string()
    }
    fn is_from(&self, unit: &Id) -> bool {
        self.from.as_ref().is_some_and(|f| f.unit_id == *unit)
    }
    fn ticked(&self, unit: &Id) -> bool {
        self.form.is("from", &unit.to_string())
    }
}

/// `GET /sap-xep/moi?don-vi={parent}&loai={kind}&cap={level}&tu={unit}`
pub async fn form(signed: Signed, Query(query): Query<Vec<(String, String)>>) -> Result<Response> {
    let asked = Form::of(query);
    let mut form = Form::default();
    for (to, from) in [("under", "don-vi"), ("kind", "loai"), ("level", "cap"), ("from", "tu")] {
        form.set(to, asked.text(from));
    }
    let mut page = read_place(&signed, form)?;
    if let (Some(from), Kind::Rename) = (page.from.clone(), page.kind) {
        page.form.set("name-1", from.name);
        page.form.set("kind-1", from.kind);
        page.form.set("code-1", from.code.unwrap_or_default());
    }
    show(&page)
}

/// The page for a form's parent, kind, level and unit, if the person may decide there.
fn read_place(signed: &Signed, mut form: Form) -> Result<ProposePage> {
    let tree = &signed.tree;
    let under = tree.get(form.text("under").parse()?).ok_or(Error::NotFound)?.clone();
    let kind = Kind::from_code(form.text("kind")).ok_or(Error::NotFound)?;
    let from = match form.text("from") {
        one if kind != Kind::Merger && !one.is_empty() => {
            Some(tree.get(one.parse()?).ok_or(Error::NotFound)?.clone())
        }
        _ => None,
    };
    if from.as_ref().is_some_and(|f| f.parent_id != Some(under.unit_id)) {
        return Err(Error::NotFound);
    }
    let level = match &from {
        Some(from) => from.level.clone(),
        None => form.text("level").to_owned(),
    };
    if !super::LEVELS.contains(&level.as_str()) {
        return Err(Error::NotFound);
    }
    if !manages(&signed.actor, under.unit_id, &level, tree) {
        return Err(Error::Forbidden);
    }
    form.set("level", level.clone());
    let units = tree.children(under.unit_id).iter().filter_map(|u| tree.get(*u));
    let units: Vec<Unit> = units.filter(|u| u.level == level).cloned().collect();
    let children =
        from.iter().flat_map(|f| tree.children(f.unit_id)).filter_map(|u| tree.get(*u)).cloned().collect();
    let title = signed.say(&format!("orgs-propose-{}", kind.code()));
    let page = signed
        .page(Room::Settings, &title)
        .crumb(signed.say("orgs-browse-title"), "/don-vi")
        .crumb(under.name.clone(), format!("/don-vi/{}", under.unit_id));
    Ok(ProposePage { page, form, kind, under, level, units, from, children })
}

/// `POST /sap-xep`
pub async fn propose(signed: Signed, form: Form) -> Result<Response> {
    let mut page = read_place(&signed, form)?;
    let app = signed.app.clone();
    let mut problems = Problems::default();
    let proposal = read(&app, &page, &mut problems);
    let Some(proposal) = proposal.filter(|_| problems.0.is_empty()) else {
        return again(page, problems.0);
    };
    let (versions, _) = app.trees.history(&app.db).await?;
    if let Err(why) = reorganisation::changes(&proposal, proposal.under, &versions) {
        return again(page, why);
    }
    let mut tx = app.db.begin().await?;
    let shard = page.under.shard_id;
    let id = reorganisation::propose(&mut tx, &app, signed.actor.account, shard, &proposal).await?;
    tx.commit().await?;
    page.form = Form::default();
    Ok(signed.redirect(&format!("/sap-xep/{id}")))
}

fn again(mut page: ProposePage, problems: Vec<FieldProblem>) -> Result<Response> {
    page.page.problems = problems;
    show_again(&page)
}

/// What was typed, as a proposal.
fn read(app: &App, page: &ProposePage, problems: &mut Problems) -> Option<Proposal> {
    let form = &page.form;
    let effective = problems.date(form, "effective");
    if !form.has("effective") {
        problems.add("effective", "error-required");
    }
    let legal_basis = problems.required(form, "legal_basis", 500);
    let title = problems.optional(form, "title", 200);
    let (targets, places) = read_targets(app, page, problems);
    let mut moves = Vec::new();
    let steps: Vec<Step> = match (page.kind, &page.from) {
        (Kind::Merger, _) => {
            let chosen = page.units.iter().filter(|u| page.ticked(&u.unit_id));
            let steps: Vec<Step> = chosen.map(|u| Step { from: u.unit_id, to: vec![(0, None)] }).collect();
            if steps.len() < 2 {
                problems.add("from", "orgs-problem-two");
            }
            steps
        }
        (Kind::Division, Some(from)) => {
            if targets.len() < 2 {
                problems.add("from", "orgs-problem-parts");
            }
            let mut to = Vec::new();
            for (row, place) in &places {
                to.push((*place, read_key(form.text(&format!("key-{row}")), problems)));
            }
            for child in &page.children {
                let row = form.text(&format!("move-{}", child.unit_id)).parse::<usize>().ok();
                moves.extend(row.and_then(|row| places.get(&row)).map(|place| (child.unit_id, *place)));
            }
            vec![Step { from: from.unit_id, to }]
        }
        (Kind::Regrouping, _) => {
            let mut steps = Vec::new();
            for unit in &page.units {
                let rows =
                    ["to", "and"].map(|name| form.text(&format!("{name}-{}", unit.unit_id)).parse().ok());
                let to: Vec<usize> =
                    rows.into_iter().flatten().filter_map(|row: usize| places.get(&row).copied()).collect();
                if !to.is_empty() {
                    steps.push(Step {
                        from: unit.unit_id,
                        to: to.into_iter().map(|place| (place, None)).collect(),
                    });
                }
            }
            let reached = |place: usize| steps.iter().any(|s| s.to.iter().any(|(to, _)| *to == place));
            if steps.is_empty() || (0..targets.len()).any(|place| !reached(place)) {
                problems.add("from", "orgs-problem-regroup");
            }
            steps
        }
        (Kind::Ending, Some(from)) => vec![Step { from: from.unit_id, to: vec![] }],
        (Kind::Rename, Some(_)) => vec![],
        (_, None) => {
            problems.add("from", "error-required");
            vec![]
        }
    };
    let title = if title.is_empty() { proposed_title(app, page, &targets) } else { title };
    Some(Proposal {
        kind: page.kind,
        under: page.under.unit_id,
        effective: effective?,
        title,
        legal_basis,
        targets,
        steps,
        moves,
    })
}

/// The units that come out, and the row of the form that each stood in.
fn read_targets(
    app: &App,
    page: &ProposePage,
    problems: &mut Problems,
) -> (Vec<Target>, BTreeMap<usize, usize>) {
    let mut targets: Vec<Target> = Vec::new();
    let mut places = BTreeMap::new();
    if page.kind == Kind::Ending {
        return (targets, places);
    }
    for row in page.rows() {
        let name = viet::clean(&page.value("name", &row));
        let kind = viet::clean(&page.value("kind", &row)).to_lowercase();
        let code = Some(page.value("code", &row)).filter(|c| !c.is_empty());
        let existing = page.units.iter().find(|u| page.chosen(&format!("unit-{row}"), u.unit_id));
        let target = match (existing, page.kind, &page.from) {
            (Some(u), Kind::Division, _) => Target {
                unit: u.unit_id,
                new: false,
                name: u.name.clone(),
                kind: u.kind.clone(),
                level: u.level.clone(),
                code: u.code.clone(),
            },
            (_, Kind::Rename, Some(from)) => {
                Target { unit: from.unit_id, new: false, name, kind, level: page.level.clone(), code }
            }
            _ if name.is_empty() && kind.is_empty() && row > 1 => continue,
            _ => Target { unit: app.new_id(), new: true, name, kind, level: page.level.clone(), code },
        };
        if target.name.is_empty() || target.name.chars().count() > 200 {
            problems.add("name-1", "orgs-problem-name");
        }
        if target.kind.is_empty() || target.kind.chars().count() > 40 {
            problems.add("kind-1", "orgs-problem-kind");
        }
        if target.code.as_ref().is_some_and(|c| c.len() > 12 || !c.chars().all(|c| c.is_ascii_alphanumeric()))
        {
            problems.add("code-1", "orgs-problem-code");
        }
        places.insert(row, targets.len());
        targets.push(target);
    }
    (targets, places)
}

/// "33,5" as 3350 hundredths of a percent; nothing typed is no key.
pub(super) fn read_key(typed: &str, problems: &mut Problems) -> Option<i64> {
    if typed.is_empty() {
        return None;
    }
    match viet::parse_decimal(typed.trim_end_matches('%').trim()).filter(|p| (0.0..=100.0).contains(p)) {
        // Within 0 and 10000, so the conversion is exact.
        Some(percent) => Some((percent * 100.0).round() as i64),
        None => {
            problems.add("keys", "orgs-problem-keys");
            None
        }
    }
}

/// "Sáp nhập: Xã Bến Lức", in the state's language: titles are stored.
fn proposed_title(app: &App, page: &ProposePage, targets: &[Target]) -> String {
    let act = app.words.say(crate::i18n::Lang::Vi, &format!("orgs-propose-{}", page.kind.code()), &[]);
    let of = match &page.from {
        Some(from) => from.name.clone(),
        None => targets.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join(", "),
    };
    format!("{act}: {of}").chars().take(200).collect()
}
