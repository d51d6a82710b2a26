//! The demo's plans: the province's, issued to its communes, and theirs: most in time, some late, a few not yet.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};
use store::{Id, RecordId, Tx};

use super::activities::{Planned, activity, day, recorded_at};
use super::chance::Chance;
use super::laws::Laws;
use super::people::{People, Site, lower_first};
use crate::app::{App, start_of_day};
use crate::error::{Error, Result};
use crate::features::activities;
use crate::features::plans::{self, Content, Kind, LineContent};

const YEAR: i64 = 2026;
/// When the province issued its plan; the communes' are due seven working days later, on 21/1.
const PROVINCE_ISSUED: Date = date(2026, 1, 12);

/// The laws that every plan rests on.
const BASES: [&str; 2] = ["14/2012/QH13", "35/2013/QH13"];

/// How far a plan got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    Draft,
    Waiting,
    Issued,
}

/// A plan to write.
pub struct PlannedPlan {
    pub at: Timestamp,
    site: Site,
    year: i64,
    kind: Kind,
    title: String,
    number: String,
    reached: Reached,
    is_province: bool,
    /// Numbers of the documents that it rests on.
    bases: Vec<&'static str>,
    lines: Vec<PlannedLine>,
}

#[derive(Clone)]
struct PlannedLine {
    content: String,
    laws: Vec<Id>,
    audiences: &'static [&'static str],
    methods: &'static [&'static str],
    from: Date,
    until: Date,
    talks: i64,
    budget: i64,
}

/// Lines in force, by unit: what an activity is recorded under.
#[derive(Default)]
pub struct InForce {
    lines: HashMap<Id, Vec<(PlannedLine, RecordId)>>,
    province: Option<RecordId>,
}

impl InForce {
    /// The line that an activity belongs to: of its law, method and day, rather one for the same people.
    pub fn line(&self, done: &activities::Content) -> Option<RecordId> {
        let fits = |line: &PlannedLine| {
            line.laws.iter().any(|l| done.laws.contains(l))
                && line.methods.contains(&done.method.as_str())
                && (line.from..=line.until).contains(&done.day)
        };
        let lines = self.lines.get(&done.unit)?;
        let same = |line: &PlannedLine| line.audiences.iter().any(|a| done.audiences.iter().any(|d| d == a));
        let fitting = || lines.iter().filter(|(line, _)| fits(line));
        fitting().find(|(line, _)| same(line)).or_else(|| fitting().next()).map(|(_, id)| *id)
    }
}

/// `long_an`: the communes where decisions of the former province of Long An still apply.
pub fn planned(
    chance: &mut Chance,
    people: &People,
    laws: &Laws,
    long_an: &HashSet<Id>,
) -> Result<Vec<PlannedPlan>> {
    let mut all = vec![PlannedPlan {
        at: morning(PROVINCE_ISSUED)?,
        site: people.province.clone(),
        year: YEAR,
        kind: Kind::Annual,
        title: format!("Công tác phổ biến, giáo dục pháp luật năm {YEAR} trên địa bàn tỉnh Tây Ninh"),
        number: "12/KH-UBND".into(),
        reached: Reached::Issued,
        is_province: true,
        bases: [&BASES[..], &["1521/QĐ-TTg"]].concat(),
        lines: lines(chance, laws, 4),
    }];
    for (i, site) in people.communes.iter().enumerate() {
        let is_ben_luc = site.place.name == super::BEN_LUC;
        let (reached, on) = match i {
            // Not yet: two have nothing, two are still written, one waits for its leader.
            12 | 71 => continue,
            30 | 55 => (Reached::Draft, date(2026, 10, 5)),
            84 => (Reached::Waiting, date(2026, 11, 17)),
            _ if !is_ben_luc && i % 7 == 3 => (Reached::Issued, day_after(chance, date(2026, 1, 22), 40)),
            _ => (Reached::Issued, day_after(chance, date(2026, 1, 13), 8)),
        };
        all.push(PlannedPlan {
            at: morning(on)?,
            site: site.clone(),
            year: YEAR,
            kind: Kind::Annual,
            title: format!(
                "Công tác phổ biến, giáo dục pháp luật năm {YEAR} của {}",
                lower_first(&site.place.name)
            ),
            number: format!("{:02}/KH-UBND", chance.between(3, 40)),
            reached,
            is_province: false,
            bases: if long_an.contains(&site.place.unit) {
                [&BASES[..], &["4402/QĐ-UBND"]].concat()
            } else {
                BASES.to_vec()
            },
            lines: lines(chance, laws, 1),
        });
        if let Some(law) = laws.number("94/2099/QH99").filter(|_| is_ben_luc) {
            all.push(PlannedPlan {
                at: morning(date(2026, 8, 20))?,
                site: site.clone(),
                year: YEAR,
                kind: Kind::Further,
                title: format!("Phổ biến {}", law.name),
                number: "88/KH-UBND".into(),
                reached: Reached::Issued,
                is_province: false,
                bases: BASES.to_vec(),
                lines: vec![
                    line(
                        format!("Phổ biến {} cho cán bộ, giáo viên", law.name),
                        vec![law.id],
                        &["officials"],
                        &["talk"],
                    )
                    .during(date(2026, 9, 1), date(2026, 10, 15), 2, 3_000_000),
                    line(
                        format!("Phổ biến {} cho cha mẹ học sinh", law.name),
                        vec![law.id],
                        &["people"],
                        &["talk", "broadcast"],
                    )
                    .during(date(2026, 9, 1), date(2026, 12, 15), 4, 4_000_000),
                ],
            });
        }
    }
    // The next year's, waiting for the province's leader.
    all.push(PlannedPlan {
        at: morning(date(2026, 11, 18))?,
        site: people.province.clone(),
        year: YEAR + 1,
        kind: Kind::Annual,
        title: format!("Công tác phổ biến, giáo dục pháp luật năm {} trên địa bàn tỉnh Tây Ninh", YEAR + 1),
        number: String::new(),
        reached: Reached::Waiting,
        is_province: true,
        bases: [&BASES[..], &["1521/QĐ-TTg"]].concat(),
        lines: next_year(laws),
    });
    Ok(all)
}

/// What is done because the plan says so: most lines of an issued plan as often as they mean, some of them not.
pub fn done_as_planned(chance: &mut Chance, plan: &PlannedPlan, laws: &Laws, last: Date) -> Vec<Planned> {
    let mut all = Vec::new();
    if plan.reached != Reached::Issued {
        return all;
    }
    for line in &plan.lines {
        // A further day for whoever has the plan on the desk.
        let from = line.from.max(crate::app::day_of(plan.at).saturating_add(1.days()));
        let until = line.until.min(last);
        let law = line.laws.first().and_then(|id| laws.find(*id));
        let (Some(method), Some(audience)) = (line.methods.first(), line.audiences.first()) else { continue };
        if from > until || chance.percent(7) {
            continue;
        }
        for _ in 0..line.talks {
            let day = day(chance, from, until);
            let at = recorded_at(chance, day);
            let topic = law.map_or(line.content.as_str(), |l| l.name.as_str());
            let content = activity(chance, &plan.site, day, (method, audience), (law, topic));
            let (by, shard) = (plan.site.officer, plan.site.place.shard);
            all.push(Planned { at, by, shard, is_planned: true, content, corrected: None });
        }
    }
    all
}

/// A working day up to so many days after a day.
fn day_after(chance: &mut Chance, from: Date, days: i64) -> Date {
    let day = from.saturating_add(chance.between(0, days).days());
    match day.weekday() {
        jiff::civil::Weekday::Saturday => day.saturating_add(2.days()),
        jiff::civil::Weekday::Sunday => day.saturating_add(1.days()),
        _ => day,
    }
}

fn morning(day: Date) -> Result<Timestamp> {
    Ok(start_of_day(day).ok_or(Error::NotFound)? + Duration::from_secs(8 * 3_600))
}

fn line(
    content: String,
    laws: Vec<Id>,
    audiences: &'static [&'static str],
    methods: &'static [&'static str],
) -> PlannedLine {
    let (from, until) = (date(2026, 1, 15), date(2026, 12, 15));
    PlannedLine { content, laws, audiences, methods, from, until, talks: 1, budget: 0 }
}

impl PlannedLine {
    fn during(self, from: Date, until: Date, talks: i64, budget: i64) -> PlannedLine {
        PlannedLine { from, until, talks, budget, ..self }
    }
}

/// The lines of a year's plan: for each law what is meant for whom; `times` what one commune does.
fn lines(chance: &mut Chance, laws: &Laws, times: i64) -> Vec<PlannedLine> {
    let law = |number: &str| laws.number(number).map(|l| (vec![l.id], l.name.clone())).unwrap_or_default();
    let mut talks = |least, most| chance.between(least, most) * times;
    let (mediation, mediation_name) = law("35/2013/QH13");
    let (base, _) = law("14/2012/QH13");
    let (trees, trees_name) = law("88/2099/QH99");
    let (quiet, quiet_name) = law("93/2099/QH99");
    let (tenants, tenants_name) = law("95/2099/NĐ-CP");
    let mut all = vec![
        line(
            format!("Phổ biến {trees_name} tại các ấp, khu phố"),
            trees,
            &["people"],
            &["talk", "broadcast"],
        )
        .during(date(2026, 1, 20), date(2026, 6, 30), talks(1, 2), 4_000_000 * times),
        line(
            format!("Phổ biến {quiet_name} cho nhân dân"),
            quiet.clone(),
            &["people", "business"],
            &["talk", "broadcast", "web"],
        )
        .during(date(2026, 3, 2), date(2026, 12, 15), talks(2, 5), 8_000_000 * times),
        line(format!("Tập huấn {quiet_name} cho cán bộ, công chức"), quiet, &["officials"], &["talk"])
            .during(date(2026, 3, 2), date(2026, 6, 15), talks(1, 1), 3_000_000 * times),
        line(
            format!("Phổ biến {tenants_name} cho chủ nhà trọ và người lao động"),
            tenants,
            &["workers", "business"],
            &["talk", "materials"],
        )
        .during(date(2026, 2, 2), date(2026, 9, 30), talks(1, 3), 5_000_000 * times),
        line(format!("Củng cố tổ hòa giải, phổ biến {mediation_name}"), mediation, &["people"], &["talk"])
            .during(date(2026, 3, 2), date(2026, 10, 30), talks(1, 3), 6_000_000 * times),
        line(
            "Tổ chức hưởng ứng Ngày Pháp luật 9/11".into(),
            base.clone(),
            &["people", "officials"],
            &["talk", "culture", "contest", "broadcast", "web", "school", "materials"],
        )
        .during(date(2026, 10, 15), date(2026, 11, 9), talks(1, 1), 10_000_000 * times),
        line(
            "Phát thanh pháp luật trên loa các ấp, khu phố".into(),
            base,
            &["people"],
            &["broadcast", "web"],
        )
        .during(date(2026, 1, 15), date(2026, 12, 15), talks(1, 3), 0),
    ];
    all.retain(|l| !l.laws.is_empty());
    all
}

fn next_year(laws: &Laws) -> Vec<PlannedLine> {
    let water = laws.number("90/2099/QH99");
    let of_water = |who: &str, audiences: &'static [&'static str]| {
        water.map(|law| {
            line(format!("Phổ biến {} cho {who}", law.name), vec![law.id], audiences, &["talk", "broadcast"])
                .during(date(2027, 1, 11), date(2027, 3, 31), 20, 60_000_000)
        })
    };
    let all = [
        of_water("nhân dân", &["people"]),
        of_water("cán bộ, công chức", &["officials"]),
        laws.number("35/2013/QH13").map(|law| {
            line(format!("Tập huấn hòa giải viên về {}", law.name), vec![law.id], &["people"], &["talk"])
                .during(date(2027, 3, 1), date(2027, 10, 29), 12, 150_000_000)
        }),
    ];
    all.into_iter().flatten().collect()
}

/// Writes a plan with its lines and takes it as far as it got.
pub async fn write(
    tx: &mut Tx,
    app: &App,
    laws: &Laws,
    p: PlannedPlan,
    in_force: &mut InForce,
) -> Result<()> {
    app.clock.set(p.at);
    let unit = &p.site.place;
    let recipients = if p.is_province {
        "Bộ Tư pháp\nSở, ban, ngành tỉnh\nUBND các xã, phường\nLưu: VT, PBGDPL"
    } else {
        "Sở Tư pháp\nTT. HĐND\nCác ấp, khu phố\nLưu: VT"
    };
    let content = Content {
        unit: unit.unit,
        year: p.year,
        kind: p.kind,
        title: p.title,
        purpose:
            "Đưa văn bản mới đến đúng người, đúng lúc; mỗi nhiệm vụ rõ đơn vị chủ trì, thời gian và sản phẩm."
                .into(),
        organisation:
            "Công chức tư pháp tham mưu tổ chức thực hiện, ghi kết quả ngay khi có và báo cáo theo kỳ.".into(),
        authority: "TM. ỦY BAN NHÂN DÂN\nKT. CHỦ TỊCH\nPHÓ CHỦ TỊCH".into(),
        signer: super::SIGNER.into(),
        recipients: recipients.into(),
        bases: p.bases.iter().filter_map(|n| laws.basis(n)).collect(),
        above: if p.is_province { None } else { in_force.province },
        due_days: p.is_province.then_some(7),
    };
    let by = Some(p.site.officer);
    let mut plan = plans::insert(tx, app, by, unit.shard, &content).await?;
    let mut lines = Vec::new();
    for l in p.lines {
        let content = LineContent {
            content: l.content.clone(),
            laws: l.laws.clone(),
            audiences: l.audiences.iter().map(|a| (*a).to_owned()).collect(),
            methods: l.methods.iter().map(|m| (*m).to_owned()).collect(),
            lead: unit.unit,
            with_units: vec![],
            with_others: "Mặt trận và các đoàn thể; Công an; các trường học".into(),
            from: Some(l.from),
            until: l.until,
            product: "Danh sách tham dự, ảnh, tài liệu".into(),
            talks: l.talks,
            budget: l.budget,
            above: None,
        };
        let id = plans::add_line(tx, app, by, &mut plan, &content).await?;
        lines.push((l, id));
    }
    let hour = Duration::from_secs(3_600);
    if p.reached != Reached::Draft {
        app.clock.set(p.at + hour);
        plan.submit(tx, app, by).await?;
    }
    if p.reached == Reached::Issued {
        app.clock.set(p.at + 2 * hour);
        plan.approve(tx, app, p.site.leader).await?;
        app.clock.set(p.at + 3 * hour);
        plan.issue(tx, app, by, &p.number, crate::app::day_of(p.at)).await?;
        if p.is_province {
            in_force.province = Some(plan.id);
        }
        in_force.lines.entry(unit.unit).or_default().extend(lines);
    }
    Ok(())
}
