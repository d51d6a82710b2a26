//! The evaluation as the records propose it: late lines, units with nothing recorded, laws without a talk. The
//! officer edits it; figures, changes and lists in it stay bound (`{talks}`, `{change:talks}`, `{untold-laws}`), so that a
//! sentence that was kept says what holds when the paper is frozen.

use std::collections::{BTreeMap, BTreeSet};

use store::Id;

use super::compose::Numbers;
use crate::app::App;
use crate::error::Result;
use crate::features::laws;
use crate::features::numbers::checks::{Change, change, is_doubtful_growth};
use crate::features::numbers::{Question, Slice, find_indicator, rows_behind, silent_units};
use crate::features::orgs::Tree;

/// The units directly below, of some levels, for which no indicator counts a single row.
pub fn silent(numbers: &Numbers, tree: &Tree, levels: &[String]) -> Vec<Id> {
    let mut quiet: Option<BTreeSet<Id>> = None;
    for index in 0..numbers.all.len() {
        let here: BTreeSet<Id> = silent_units(&numbers.by_unit, index).into_iter().collect();
        quiet = Some(match quiet {
            Some(before) => before.intersection(&here).copied().collect(),
            None => here,
        });
    }
    let level = |u: &Id| tree.get(*u).is_none_or(|u| levels.contains(&u.level));
    let mut quiet: Vec<Id> = quiet.unwrap_or_default().into_iter().filter(level).collect();
    quiet.sort_by_key(|u| tree.get(*u).map(|u| (u.order().0, u.name_key.clone())));
    quiet
}

const COMPARED: [&str; 5] = ["talks", "talk-attendances", "broadcasts", "materials", "web-posts"];

/// "tăng 12,5%" of a figure against last year's.
pub fn change_text(numbers: &Numbers, code: &str) -> String {
    let (now, last) = (numbers.reported(code), numbers.last_reported(code));
    match change(code, now, last, numbers.last_figure(code).rows) {
        Change::Percent(percent) if percent > 0.0 => format!("tăng {}%", viet::format_decimal(percent, 1)),
        Change::Percent(percent) if percent < 0.0 => {
            format!("giảm {}%", viet::format_decimal(percent.abs(), 1))
        }
        Change::Percent(_) => "không đổi".to_owned(),
        Change::Unknown | Change::Nothing => "chưa đủ số liệu để so sánh".to_owned(),
    }
}

/// "Số … tăng 12,5% so với năm 2025 (từ 100 đến 112)": for each figure that went up, or down.
fn changes(numbers: &Numbers, up: bool) -> Vec<String> {
    let named = |code: &&str| {
        let indicator = find_indicator(code)?;
        let (now, last) = (numbers.reported(code), numbers.last_reported(code));
        let Change::Percent(percent) = change(code, now, last, numbers.last_figure(code).rows) else {
            return None;
        };
        // What moved by less than a tenth neither went well nor badly; what is asked about may not have moved at all.
        if is_doubtful_growth(now, last) || percent.abs() < 10.0 || (percent > 0.0) != up {
            return None;
        }
        Some(format!(
            "{} {{change:{code}}} so với {{last-period}} (từ {{last:{code}}} đến {{{code}}} {}).",
            indicator.vi, indicator.unit_vi
        ))
    };
    COMPARED.iter().filter_map(named).collect()
}

fn listed(lines: Vec<String>) -> String {
    lines.iter().map(|l| format!("- {l}")).collect::<Vec<_>>().join("\n")
}

pub fn strengths(numbers: &Numbers) -> String {
    let mut lines = Vec::new();
    let [planned, done] = ["plan-lines", "plan-lines-done"].map(|code| numbers.figure(code).total());
    // Less than half done is no strength; the sentence about the plan says it anyway.
    if done > 0 && done * 2 >= planned {
        lines.push("Hoàn thành {plan-lines-done} trên {plan-lines} nhiệm vụ của kế hoạch.".to_owned());
    }
    if numbers.figure("talks").rows > 0 {
        let estimated = match numbers.estimate("talks") {
            0 => "",
            _ => ", trong đó ước tính {estimate:talks} cuộc",
        };
        lines.push(format!(
            "Đã tổ chức {{talks}} cuộc phổ biến trực tiếp với {{talk-attendances}} lượt người dự{estimated}."
        ));
    }
    lines.extend(changes(numbers, true));
    if lines.is_empty() {
        lines.push("Các dòng đã ghi chưa cho thấy việc nào nổi bật.".to_owned());
    }
    listed(lines)
}

/// Names listed before "and others".
const NAMED: usize = 8;

fn named(names: Vec<String>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown = names.into_iter().take(NAMED).collect::<Vec<_>>().join("; ");
    if more > 0 { format!("{shown}; và {more} mục khác") } else { shown }
}

/// What the records show as left undone.
pub struct Undone {
    /// Late tasks; one that many units have is named once, the most frequent first.
    late: Vec<String>,
    silent: Vec<String>,
    untold: Vec<String>,
}

impl Undone {
    pub async fn read(app: &App, numbers: &Numbers, tree: &Tree, silent: &[Id]) -> Result<Undone> {
        let late =
            find_indicator("plan-lines-late").filter(|_| numbers.figure("plan-lines-late").total() > 0);
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        if let Some(late) = late {
            let slice = Slice { limit: 1_000, ..Slice::default() };
            let rows = rows_behind(app, &numbers.question, late, None, slice).await?;
            rows.into_iter().for_each(|r| *times.entry(r.title).or_default() += 1);
        }
        let mut times: Vec<(String, usize)> = times.into_iter().collect();
        times.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let title = |(title, n)| if n > 1 { format!("{title} ({n})") } else { title };
        Ok(Undone {
            late: times.into_iter().map(title).collect(),
            silent: silent.iter().filter_map(|u| tree.get(*u)).map(|u| u.name.clone()).collect(),
            untold: laws_without_talk(app, numbers, tree).await?,
        })
    }

    /// The names by which a text speaks of it.
    pub fn names(self) -> [(&'static str, String); 3] {
        let or_none = |all: Vec<String>| if all.is_empty() { "không có".to_owned() } else { named(all) };
        let silent = match self.silent.len() {
            0 => "Không có đơn vị nào chưa ghi hoạt động".to_owned(),
            n => format!("{n} đơn vị chưa ghi hoạt động nào: {}", named(self.silent)),
        };
        [("late-tasks", or_none(self.late)), ("silent-units", silent), ("untold-laws", or_none(self.untold))]
    }

    pub fn limits(&self, numbers: &Numbers) -> String {
        let mut lines = Vec::new();
        if !self.late.is_empty() {
            lines.push("{plan-lines-late} nhiệm vụ quá hạn: {late-tasks}.".to_owned());
        }
        if !self.silent.is_empty() {
            lines.push("{silent-units}.".to_owned());
        }
        if !self.untold.is_empty() {
            lines.push(
                "Văn bản có hiệu lực trong kỳ chưa có cuộc phổ biến trực tiếp nào: {untold-laws}.".to_owned(),
            );
        }
        lines.extend(changes(numbers, false));
        if lines.is_empty() {
            lines.push("Các dòng đã ghi chưa cho thấy việc nào quá hạn hoặc còn bỏ trống.".to_owned());
        }
        listed(lines)
    }
}

/// The laws that came into force in the period, concern the unit, and had no direct talk.
async fn laws_without_talk(app: &App, numbers: &Numbers, tree: &Tree) -> Result<Vec<String>> {
    let Some(talks) = numbers.index("talks") else { return Ok(vec![]) };
    let told: BTreeSet<Id> = numbers
        .by_law
        .rows
        .iter()
        .filter(|(_, figures)| figures.get(talks).is_some_and(|f| f.rows > 0))
        .filter_map(|(key, _)| key.value.as_ref()?.parse().ok())
        .collect();
    let Question { unit, period, .. } = numbers.question;
    let new = laws::in_force_from(&app.db, period.from, period.to.min(app.today())).await?;
    let untold = new.iter().filter(|c| c.concerns(unit, tree) && !told.contains(&c.law.id));
    Ok(untold.map(|c| format!("{} ({})", c.law.name(), c.law.number)).collect())
}
