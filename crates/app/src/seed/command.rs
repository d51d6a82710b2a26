//! `lantoa demo`: makes the data once, does the main job from end to end, writes the two annual reports, says
//! what it did, and serves.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use store::RecordId;

use super::{AS_OF, BEN_LUC, DemoAccount, Marked, PASSWORD, SEED, TAY_NINH, Told, find_mark, people};
use crate::app::{App, Clock, Random, Shared};
use crate::commands::Trouble;
use crate::features::numbers::{self, Period};
use crate::features::papers;
use crate::i18n::Lang;
use crate::start::{self, Data};

/// The year the demo is about.
pub const YEAR: i16 = 2026;

pub struct Options {
    pub data: Data,
    /// Where the reports go; `out` in the data folder by default.
    pub out: Option<PathBuf>,
    /// The address to serve on, for links.
    pub listen: String,
    pub lang: Lang,
}

/// What the command did, for people and for programs.
#[derive(Debug, Serialize)]
pub struct Done {
    /// False when the data were there already.
    pub created: bool,
    pub seconds: f64,
    pub data: PathBuf,
    pub figures: Vec<Figure>,
    /// The files written.
    pub reports: Vec<PathBuf>,
    pub links: Vec<Link>,
    pub accounts: Vec<DemoAccount>,
    pub password: &'static str,
}

/// A figure of the year, as the report prints it.
#[derive(Debug, Serialize)]
pub struct Figure {
    pub unit: String,
    pub indicator: String,
    pub name: String,
    pub unit_of_measure: String,
    pub value: i64,
    /// When the report's figures were frozen, and how many rows have changed since.
    pub frozen_at: jiff::Timestamp,
    pub changed_since: i64,
}

#[derive(Debug, Serialize)]
pub struct Link {
    pub name: String,
    pub address: String,
}

/// Makes or reuses the data; the app to serve, and what was done.
pub async fn run(options: &Options) -> anyhow::Result<(Shared, Done)> {
    let began = std::time::Instant::now();
    let created = ensure(&options.data, options.lang).await?;
    let mut app = start::open(&options.data, true, Clock::not_before(AS_OF), Random::System).await?;
    start::reached_at(&mut app, &options.listen);
    let say = |key: &str| app.words.say(options.lang, key, &[]);
    let tree = app.trees.on(&app.db, app.today()).await.map_err(Trouble::of)?;
    let unit = |level: &str, name: &str| {
        tree.units()
            .find(|u| u.level == level && u.name == name)
            .map(|u| u.unit_id)
            .ok_or_else(|| Trouble::new("seed-not-whole", vec![]))
    };
    let (province, commune) = (unit("province", TAY_NINH)?, unit("commune", BEN_LUC)?);
    let out = options.out.clone().unwrap_or_else(|| options.data.folder.join("out"));
    std::fs::create_dir_all(&out).map_err(|e| anyhow::anyhow!("{}: {e}", out.display()))?;
    let (mut figures, mut reports, mut pages) = (Vec::new(), Vec::new(), Vec::new());
    for unit in [commune, province] {
        let report = papers::find(&app.db, unit, Period::year(YEAR)).await.map_err(Trouble::of)?;
        let report = report.ok_or_else(|| Trouble::new("seed-not-whole", vec![]))?;
        figures.extend(reported_figures(&app, report, options.lang).await.map_err(Trouble::of)?);
        let printed = papers::print(&app, report).await.map_err(Trouble::of)?;
        for (ending, bytes) in [("docx", printed.docx), ("pdf", printed.pdf)] {
            let path = out.join(format!("{}.{ending}", printed.name));
            std::fs::write(&path, bytes).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?;
            reports.push(path);
        }
        let name = app.trees.name(&app.db, unit).await.map_err(Trouble::of)?;
        pages.push((name, papers::path(report)));
    }
    let at = |path: String| format!("http://{}{}", options.listen, crate::page::href(options.lang, &path));
    let link = |key: &str, path: String| Link { name: say(key), address: at(path) };
    let mut links = vec![
        link("seed-link-public", "/".into()),
        link("seed-link-sign-in", "/dang-nhap".into()),
        link("seed-link-commune", format!("/so-lieu?don-vi={commune}&ky={YEAR}")),
        link("seed-link-province", format!("/so-lieu?don-vi={province}&ky={YEAR}&theo=unit")),
        link("seed-link-mistakes", format!("/so-lieu?don-vi={province}&ky={}&theo=unit", super::OPEN_YEAR)),
    ];
    for (unit, path) in pages {
        let name = app.words.say(options.lang, "seed-report", &[("unit", unit)]);
        links.push(Link { name, address: at(path) });
    }
    let accounts = people::accounts(&app).await.map_err(Trouble::of)?;
    let done = Done {
        created,
        seconds: began.elapsed().as_secs_f64(),
        data: options.data.folder.clone(),
        figures,
        reports,
        links,
        accounts,
        password: PASSWORD,
    };
    Ok((app, done))
}

/// Makes the data unless they are there; whether they were made.
async fn ensure(data: &Data, lang: Lang) -> anyhow::Result<bool> {
    // Keys come from real chance even here, so the first opening is an ordinary one.
    let mut app = start::open(data, true, Clock::System, Random::System).await?;
    let mark = find_mark(&app.db).await.map_err(Trouble::of)?;
    match mark {
        Marked::Whole => {
            app.db.close().await;
            return Ok(false);
        }
        Marked::Begun => {
            let store::Place::File(file) = data.place() else {
                return Err(Trouble::new("seed-cut-off", vec![]).into());
            };
            app.db.close().await;
            drop(app);
            start::remove_database(&file)?;
            app = start::open(data, true, Clock::System, Random::System).await?;
        }
        Marked::No if !super::is_empty(&app.db).await.map_err(Trouble::of)? => {
            return Err(Trouble::new("seed-other-data", vec![]).into());
        }
        Marked::No => {}
    }
    app.db.close().await;
    drop(app);
    let app = start::open(data, true, Clock::set_to(super::BEGINS), Random::seeded(SEED)).await?;
    let bar = ProgressBar::no_length().with_style(
        ProgressStyle::with_template("{msg:32} {wide_bar} {pos}/{len} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let tell = |told: Told| match told {
        Told::Part(key, steps) => {
            bar.set_length(steps);
            bar.set_position(0);
            bar.set_message(app.words.say(lang, key, &[]));
        }
        Told::Step => bar.inc(1),
    };
    let made = super::create(&app, 100, &tell).await;
    bar.finish_and_clear();
    made.map_err(Trouble::of)?;
    app.db.close().await;
    Ok(true)
}

/// The figures of an issued report, as it prints them.
async fn reported_figures(app: &App, report: RecordId, lang: Lang) -> crate::error::Result<Vec<Figure>> {
    let report = papers::get(&app.db, report).await?;
    let unit = app.trees.name(&app.db, report.unit).await?;
    let freeze = report.freeze.ok_or(crate::error::Error::NotFound)?;
    let frozen = numbers::frozen_figures(&app.db, freeze).await?;
    let freeze = numbers::get_freeze(&app.db, freeze).await?;
    let changed_since = numbers::changed_since(app, &freeze, None).await?.count;
    let all = numbers::indicators(report.period.from, report.period.to);
    let figure = |i: &&'static numbers::Indicator| {
        let frozen = frozen.iter().find(|f| f.indicator == i.code && f.rows > 0)?;
        Some(Figure {
            unit: unit.clone(),
            indicator: i.code.clone(),
            name: i.name(lang).to_owned(),
            unit_of_measure: i.unit_of_measure(lang).to_owned(),
            value: frozen.reported(),
            frozen_at: freeze.created_at,
            changed_since,
        })
    };
    Ok(all.iter().filter_map(figure).collect())
}

/// What the command prints for people.
pub fn text(app: &App, lang: Lang, done: &Done) -> String {
    let say = |key: &str| app.words.say(lang, key, &[]);
    let mut lines = vec![crate::web::api::DEMO_NOTICE.to_owned(), String::new()];
    let folder = done.data.display().to_string();
    lines.push(app.words.say(
        lang,
        if done.created { "seed-made" } else { "seed-reused" },
        &[("folder", folder), ("seconds", viet::format_decimal(done.seconds, 1))],
    ));
    let mut unit = "";
    for figure in &done.figures {
        if figure.unit != unit {
            unit = &figure.unit;
            lines.extend([
                String::new(),
                app.words.say(
                    lang,
                    "seed-year",
                    &[
                        ("unit", unit.to_owned()),
                        ("year", YEAR.to_string()),
                        ("at", crate::page::moment_text(figure.frozen_at)),
                        ("n", viet::format_int(figure.changed_since)),
                    ],
                ),
            ]);
        }
        lines.push(format!(
            "  {:>14} {}: {}",
            viet::format_int(figure.value),
            figure.unit_of_measure,
            figure.name
        ));
    }
    lines.push(String::new());
    lines.extend(done.reports.iter().map(|path| path.display().to_string()));
    lines.push(String::new());
    lines.extend(done.links.iter().map(|l| format!("{}: {}", l.name, l.address)));
    lines.extend([
        String::new(),
        app.words.say(lang, "seed-accounts", &[("password", done.password.to_owned())]),
    ]);
    for a in &done.accounts {
        lines.push(format!("  {:34} {} – {}", a.email, say(&format!("role-{}", a.role)), a.unit));
    }
    lines.join("\n")
}
