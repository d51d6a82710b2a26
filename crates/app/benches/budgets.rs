//! The budgets of the demo and of the nation, measured: `cargo bench -p lantoa --bench budgets`, on SQLite;
//! with `-- --postgres postgres://user@host:port` on a PostgreSQL server, where it makes databases of its own.
//! `--write FILE` keeps the table. Exit status 1 when a budget is missed.
//!
//! Pages are measured over HTTP on the loopback interface, with the load on the same machine.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use lantoa::app::{Clock, Random, Shared};
use lantoa::features::activities;
use lantoa::features::numbers::{self, By, Period, Place, Question, RowKey, Units};
use lantoa::features::orgs::{import, source};
use lantoa::features::papers;
use lantoa::i18n::Lang;
use lantoa::seed::{self, command};
use lantoa::start::{self, Data};
use store::{Id, sql};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// One measured figure beside its budget.
struct Line {
    what: String,
    value: f64,
    unit: &'static str,
    budget: f64,
    /// A rate must reach its budget, a time or a size must keep below it.
    is_rate: bool,
    note: String,
}

impl Line {
    fn is_kept(&self) -> bool {
        if self.is_rate { self.value >= self.budget } else { self.value <= self.budget }
    }
}

#[derive(Default)]
struct Table(Vec<Line>);

impl Table {
    fn most(&mut self, what: &str, value: f64, unit: &'static str, budget: f64, note: impl Into<String>) {
        self.add(Line { what: what.into(), value, unit, budget, is_rate: false, note: note.into() });
    }
    fn least(&mut self, what: &str, value: f64, unit: &'static str, budget: f64, note: impl Into<String>) {
        self.add(Line { what: what.into(), value, unit, budget, is_rate: true, note: note.into() });
    }
    fn add(&mut self, line: Line) {
        eprintln!("{}: {:.1} {} (budget {}) {}", line.what, line.value, line.unit, line.budget, line.note);
        self.0.push(line);
    }
    fn markdown(&self) -> String {
        let mut text = "| | measured | budget | kept | |\n|---|---:|---:|---|---|\n".to_owned();
        for l in &self.0 {
            let sign = if l.is_rate { "≥" } else { "≤" };
            text.push_str(&format!(
                "| {} | {:.1} {} | {sign} {} {} | {} | {} |\n",
                l.what,
                l.value,
                l.unit,
                l.budget,
                l.unit,
                if l.is_kept() { "yes" } else { "**no**" },
                l.note
            ));
        }
        text
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<std::process::ExitCode> {
    let mut postgres = None;
    let mut write = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--postgres" => postgres = arguments.next(),
            "--write" => write = arguments.next().map(PathBuf::from),
            // What cargo adds.
            "--bench" => {}
            other => anyhow::bail!("{other} is not known; there are --postgres URL and --write FILE"),
        }
    }
    let folder = std::env::temp_dir().join(format!("lantoa-budgets-{}", std::process::id()));
    let mut table = Table::default();
    let place = async |name: &str| -> anyhow::Result<Data> {
        let url = match &postgres {
            Some(server) => {
                Some(store::testing::new_postgres(server, &format!("lantoa_budgets_{name}")).await?)
            }
            None => None,
        };
        Ok(Data { folder: folder.join(name), postgres: url })
    };
    demo(&mut table, place("demo").await?).await?;
    nation(&mut table, place("nation").await?).await?;
    std::fs::remove_dir_all(&folder)?;

    let engine = if postgres.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("{}", table.markdown());
    if let Some(file) = write {
        keep(&file, engine, &table)?;
    }
    let missed = table.0.iter().filter(|l| !l.is_kept()).count();
    println!("{engine}: {} budgets kept, {missed} missed", table.0.len() - missed);
    Ok(if missed == 0 { std::process::ExitCode::SUCCESS } else { std::process::ExitCode::from(1) })
}

// ---- the demo -------------------------------------------------------------------------------------------

async fn demo(table: &mut Table, data: Data) -> anyhow::Result<()> {
    let options =
        command::Options { data: data.clone(), out: None, listen: "127.0.0.1:0".into(), lang: Lang::Vi };
    let began = Instant::now();
    let (app, _) = command::run(&options).await?;
    // Ours; no one has asked for it.
    let budget = if data.postgres.is_some() { 120.0 } else { 20.0 };
    table.most("demo data made", began.elapsed().as_secs_f64(), "s", budget, "reports included");
    let cookies = sign_in_all(&app).await?;
    app.db.close().await;
    drop(app);

    let mut starts = Vec::new();
    for _ in 0..5 {
        let server = Server::start(&data).await?;
        starts.push(server.ready.as_secs_f64() * 1_000.0);
    }
    table.most("start to first page, demo data", median(starts), "ms", 1_000.0, "median of 5 starts");

    let server = Server::start(&data).await?;
    let pages = crawl(server.address, &cookies).await?;
    let urls: Vec<(&String, &String)> = pages.values().flatten().map(|(role, path)| (role, path)).collect();
    let mut clients: BTreeMap<&String, Client> = BTreeMap::new();
    for (role, cookie) in &cookies {
        clients.insert(role, Client::connect(server.address, Some(cookie.clone())).await?);
    }
    let mut seen = 0;
    while seen < 1_000 {
        for (role, path) in &urls {
            let client = clients.get_mut(role).ok_or_else(|| anyhow::anyhow!("nobody is {role}"))?;
            client.get(path).await?;
            seen += 1;
            if seen == 1_000 {
                break;
            }
        }
    }
    table.most(
        "resident memory after 1,000 page views",
        server.resident_mib()?,
        "MiB",
        150.0,
        format!("{} different pages", urls.len()),
    );
    drop(server);

    let (app, address) = serve(&data).await?;
    let mut times: Vec<(f64, String)> = Vec::new();
    for (role, path) in &urls {
        let cookie = cookies.get(*role).cloned();
        let mut client = Client::connect(address, cookie).await?;
        client.get(path).await?;
        for _ in 0..5 {
            let began = Instant::now();
            let (status, _) = client.get(path).await?;
            anyhow::ensure!(status < 400, "{path} answered {status}");
            times.push((began.elapsed().as_secs_f64() * 1_000.0, (*path).clone()));
        }
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    let p95 = times[times.len() * 95 / 100].0;
    let slowest = times.last().map(|(ms, path)| format!("slowest {ms:.0} ms: {path}")).unwrap_or_default();
    table.most("an officer's page, p95", p95, "ms", 80.0, format!("{} pages; {slowest}", urls.len()));
    for (ms, path) in times.iter().rev().step_by(5).take(8) {
        eprintln!("  {ms:.1} ms {path}");
    }

    let tree = app.trees.on(&app.db, app.today()).await.map_err(broken)?;
    let province = tree
        .units()
        .find(|u| u.level == "province" && u.name == seed::TAY_NINH)
        .map(|u| u.unit_id)
        .ok_or_else(|| anyhow::anyhow!("no Tây Ninh"))?;
    let period = Period::year(command::YEAR);
    let all = numbers::indicators(period.from, period.to);
    let question = Question { unit: province, period, units: Units::AsOn(app.today()), by: By::UnitAndMonth };
    let rows = numbers::read(&app, &question, &all).await.map_err(broken)?.rows.len();
    let ms = timed(9, async || numbers::read(&app, &question, &all).await.map(drop).map_err(broken)).await?;
    table.most("province's annual table", ms, "ms", 200.0, format!("{rows} rows × {} indicators", all.len()));
    let officer = cookies.get("provincial-officer").cloned();
    let mut client = Client::connect(address, officer).await?;
    let path = format!("/so-lieu?don-vi={province}&ky={}&theo=unit-month", command::YEAR);
    let ms = timed(9, async || client.get(&path).await.map(drop)).await?;
    table.most("the same as a page", ms, "ms", 200.0, "");

    let commune = tree.units().find(|u| u.level == "commune" && u.name == seed::BEN_LUC).map(|u| u.unit_id);
    for (name, unit) in [("commune's", commune), ("province's", Some(province))] {
        let unit = unit.ok_or_else(|| anyhow::anyhow!("no unit"))?;
        let report = papers::find(&app.db, unit, period).await.map_err(broken)?;
        let report = report.ok_or_else(|| anyhow::anyhow!("no report"))?;
        let ms = timed(5, async || papers::print(&app, report).await.map(drop).map_err(broken)).await?;
        table.most(&format!("{name} report, DOCX and PDF"), ms, "ms", 1_000.0, "");
    }

    saves(table, &app, address, province).await?;
    public(table, address).await?;
    app.db.close().await;
    Ok(())
}

/// A cookie of each role.
async fn sign_in_all(app: &Shared) -> anyhow::Result<BTreeMap<String, String>> {
    let mut cookies = BTreeMap::new();
    for account in seed::people::accounts(app).await.map_err(broken)? {
        let found = lantoa::signin::find_account_by_email(&app.db, &account.email).await.map_err(broken)?;
        let found = found.ok_or_else(|| anyhow::anyhow!("no account {}", account.email))?;
        let token = lantoa::signin::open(app, found.id).await.map_err(broken)?;
        cookies.entry(account.role).or_insert(token);
    }
    Ok(cookies)
}

/// Real addresses for the pages of the route table, found by following links as each role does: by route, at
/// most three for each role.
async fn crawl(
    address: SocketAddr,
    cookies: &BTreeMap<String, String>,
) -> anyhow::Result<BTreeMap<&'static str, Vec<(String, String)>>> {
    let routes: Vec<_> = lantoa::routes()
        .list
        .into_iter()
        .filter(|r| r.method == "GET" && r.who == lantoa::web::Who::SignedIn)
        .filter(|r| !r.path.starts_with("/api/"))
        .collect();
    let mut found: BTreeMap<&'static str, Vec<(String, String)>> = BTreeMap::new();
    for (role, cookie) in cookies {
        let mut client = Client::connect(address, Some(cookie.clone())).await?;
        let plain = routes.iter().filter(|r| !r.path.contains('{')).map(|r| r.path.to_owned());
        let mut open: Vec<String> = plain.collect();
        let mut known: BTreeSet<String> = open.iter().cloned().collect();
        let mut here: BTreeMap<&'static str, usize> = BTreeMap::new();
        while let Some(path) = open.pop() {
            let only = path.split(['?', '#']).next().unwrap_or_default();
            let Some(route) = routes.iter().find(|r| fits(r.path, only)) else { continue };
            let count = here.entry(route.path).or_default();
            if *count >= 3 {
                continue;
            }
            let (status, body) = client.get(&path).await?;
            if status >= 300 {
                continue;
            }
            *count += 1;
            found.entry(route.path).or_default().push((role.clone(), path));
            let text = String::from_utf8_lossy(&body);
            for part in text.split("href=\"").skip(1) {
                let link =
                    part.split('"').next().unwrap_or_default().replace("&amp;", "&").replace("&#38;", "&");
                let link = link.split('#').next().unwrap_or_default().to_owned();
                if link.starts_with('/') && !link.starts_with("/en") && known.insert(link.clone()) {
                    open.push(link);
                }
            }
        }
    }
    let missing: Vec<&str> = routes.iter().map(|r| r.path).filter(|p| !found.contains_key(p)).collect();
    if !missing.is_empty() {
        eprintln!("no link leads to {}", missing.join(", "));
    }
    Ok(found)
}

fn fits(route: &str, path: &str) -> bool {
    let (route, path): (Vec<&str>, Vec<&str>) = (route.split('/').collect(), path.split('/').collect());
    route.len() == path.len() && route.iter().zip(path).all(|(r, p)| r.starts_with('{') || *r == p)
}

/// 16 officers of 16 communes save talks for ten seconds, each waiting for its answer; a save answered is in the
/// sums of the commune, the province and the nation.
async fn saves(table: &mut Table, app: &Shared, address: SocketAddr, province: Id) -> anyhow::Result<()> {
    const CLIENTS: usize = 16;
    const SECONDS: u64 = 10;
    let tree = app.trees.on(&app.db, app.today()).await.map_err(broken)?;
    let mut tokens = Vec::new();
    for commune in
        tree.children(province).iter().filter(|u| tree.get(**u).is_some_and(|u| u.level == "commune"))
    {
        let here = lantoa::features::people::list_of_unit(&app.db, *commune).await.map_err(broken)?;
        let Some(officer) = here.iter().find(|a| a.role == "commune-officer") else { continue };
        let mut tx = app.db.begin().await?;
        let token = lantoa::signin::insert_api_token(app, &mut tx, officer.account_id, "budgets", 1).await;
        tx.commit().await?;
        tokens.push((*commune, token.map_err(broken)?));
        if tokens.len() == CLIENTS {
            break;
        }
    }
    let body = |unit: Id, n: usize| {
        serde_json::json!({
            "unit": unit, "method": "talk", "day": "2026-11-20", "title": format!("Phổ biến Luật Đất đai, ấp {n}"),
            "audiences": ["people"], "attendances": 40 + n % 30,
        })
        .to_string()
    };

    // One after the other: what is saved is in every sum at once.
    let (unit, token) = tokens.first().cloned().ok_or_else(|| anyhow::anyhow!("no officers"))?;
    let period = Period::year(command::YEAR);
    let all: Vec<_> = numbers::find_indicator("talk-attendances").into_iter().collect();
    let sum = async |unit: Id, units: Units| -> anyhow::Result<i64> {
        let question = Question { unit, period, units, by: By::Whole };
        let read = numbers::read(app, &question, &all).await.map_err(broken)?;
        Ok(read.total.first().map_or(0, |f| f.total()))
    };
    let mut client = Client::with_token(address, token).await?;
    let mut missing = 0;
    let mut delays = Vec::new();
    for n in 0..20 {
        let mut before = Vec::new();
        let places = [unit, province, import::nation_id()];
        for place in places {
            for units in [Units::AsOn(app.today()), Units::AsTheyWere] {
                before.push(sum(place, units).await?);
            }
        }
        let began = Instant::now();
        let (status, answer) = client.post_json("/api/v1/activities", &body(unit, n)).await?;
        delays.push(began.elapsed().as_secs_f64() * 1_000.0);
        anyhow::ensure!(status == 201, "a save answered {status}: {}", String::from_utf8_lossy(&answer));
        let mut after = Vec::new();
        for place in places {
            for units in [Units::AsOn(app.today()), Units::AsTheyWere] {
                after.push(sum(place, units).await?);
            }
        }
        let added = 40 + n as i64 % 30;
        missing += before.iter().zip(&after).filter(|(b, a)| **a != **b + added).count();
    }
    table.most(
        "sums that lack an answered save",
        missing as f64,
        "of 120",
        0.0,
        format!("one save answers in {:.1} ms", median(delays)),
    );

    let until = Instant::now() + Duration::from_secs(SECONDS);
    let mut running = Vec::new();
    for (unit, token) in tokens {
        let mut client = Client::with_token(address, token).await?;
        running.push(tokio::spawn(async move {
            let mut saved = 0usize;
            let mut slowest = Duration::ZERO;
            while Instant::now() < until {
                let began = Instant::now();
                let (status, answer) =
                    client.post_json("/api/v1/activities", &body(unit, saved + 100)).await?;
                anyhow::ensure!(status == 201, "{status}: {}", String::from_utf8_lossy(&answer));
                slowest = slowest.max(began.elapsed());
                saved += 1;
            }
            Ok((saved, slowest))
        }));
    }
    let (mut saved, mut slowest) = (0, Duration::ZERO);
    for client in running {
        let (n, slow) = client.await??;
        saved += n;
        slowest = slowest.max(slow);
    }
    table.least(
        "saves sustained by 16 clients",
        saved as f64 / SECONDS as f64,
        "/s",
        200.0,
        format!("{SECONDS} s; slowest answer {:.0} ms", slowest.as_secs_f64() * 1_000.0),
    );
    let wrong = activities::wrong_sums(&app.db).await.map_err(broken)?;
    anyhow::ensure!(wrong.is_empty(), "sums and rows differ at {wrong:?}");
    Ok(())
}

/// The installation's public page, kept rendered, asked for by 16 connections.
async fn public(table: &mut Table, address: SocketAddr) -> anyhow::Result<()> {
    const SECONDS: u64 = 5;
    let until = Instant::now() + Duration::from_secs(SECONDS);
    let mut running = Vec::new();
    for _ in 0..16 {
        let mut client = Client::connect(address, None).await?;
        running.push(tokio::spawn(async move {
            let mut got = 0usize;
            while Instant::now() < until {
                let (status, _) = client.get("/").await?;
                anyhow::ensure!(status == 200, "/ answered {status}");
                got += 1;
            }
            Ok(got)
        }));
    }
    let mut got = 0;
    for client in running {
        got += client.await??;
    }
    table.least("public page, cached", got as f64 / SECONDS as f64, "/s", 2_000.0, "16 connections");
    Ok(())
}

// ---- the nation -----------------------------------------------------------------------------------------

const NATION_ROWS: usize = 450_000;

/// All of Vietnam with activities of 2025 and 2026: under the old units to 30/6/2025, under the new ones since.
async fn nation(table: &mut Table, data: Data) -> anyhow::Result<()> {
    let app = start::open(&data, false, Clock::System, Random::seeded(1)).await?;
    let vietnam = source::vietnam()?;
    import::import(&app.db, &vietnam, app.now()).await.map_err(broken)?;
    let began = Instant::now();
    generate(&app).await?;
    eprintln!("{NATION_ROWS} activities generated in {:.0} s", began.elapsed().as_secs_f64());
    let wrong = activities::wrong_sums(&app.db).await.map_err(broken)?;
    anyhow::ensure!(wrong.is_empty(), "generated sums are wrong at {} units", wrong.len());

    let today = app.today();
    let nation = import::nation_id();
    let all = numbers::indicators(Period::year(2025).from, Period::year(2026).to);
    for (name, by) in [("by province", By::Unit), ("province × month", By::UnitAndMonth)] {
        for (tree, units) in
            [("units of today", Units::AsOn(today)), ("units as they were", Units::AsTheyWere)]
        {
            let question = Question { unit: nation, period: Period::year(2025), units, by };
            let ms = timed(5, async || numbers::read(&app, &question, &all).await.map(drop).map_err(broken))
                .await?;
            table.most(
                &format!("nation 2025 {name}, {tree}"),
                ms,
                "ms",
                1_000.0,
                format!("{} indicators", all.len()),
            );
        }
    }
    let whole =
        Question { unit: nation, period: Period::year(2025), units: Units::AsOn(today), by: By::Unit };
    let rows = numbers::read(&app, &whole, &all).await.map_err(broken)?;
    let talks = numbers::find_indicator("talk-attendances").ok_or_else(|| anyhow::anyhow!("no indicator"))?;
    let largest = rows.rows.iter().max_by_key(|(_, figures)| figures.first().map_or(0, |f| f.rows));
    let Some((RowKey { place: Some(Place::Under(province)), .. }, _)) = largest else {
        anyhow::bail!("the nation has no rows");
    };
    let down = Question { unit: *province, ..whole.clone() };
    let ms = timed(9, async || numbers::read(&app, &down, &all).await.map(drop).map_err(broken)).await?;
    table.most("drill-down: the largest province by commune", ms, "ms", 100.0, "");
    let row = RowKey::place(Place::Under(*province));
    let first = numbers::Slice { limit: 25, ..Default::default() };
    for (name, question, row) in [
        ("drill-down: rows behind the nation's figure", &whole, None),
        ("drill-down: rows behind a province's figure", &whole, Some(&row)),
    ] {
        let ms = timed(9, async || {
            numbers::rows_behind(&app, question, talks, row, first).await.map(drop).map_err(broken)
        })
        .await?;
        table.most(name, ms, "ms", 100.0, "first 25 rows");
    }
    app.db.close().await;
    Ok(())
}

/// Rows of the shape of real ones, sizes skewed: a few communes record a hundred times what most do. They are
/// put in by the thousand, with the sums that single saves would have left.
async fn generate(app: &Shared) -> anyhow::Result<()> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    const METHODS: [&str; 8] = ["talk", "talk", "talk", "broadcast", "web", "materials", "contest", "advice"];
    let mut number = 0_u64;
    for (first, days, share) in
        [("2025-01-01", 181_u64, 0.25), ("2025-07-01", 184, 0.3), ("2026-01-01", 320, 0.45)]
    {
        let first: jiff::civil::Date = first.parse()?;
        let tree = app.trees.on(&app.db, first).await.map_err(broken)?;
        let mut communes: Vec<(Id, i64)> =
            tree.units().filter(|u| u.level == "commune").map(|u| (u.unit_id, u.shard_id)).collect();
        communes.sort();
        let many = communes.len() as u64;
        let wanted = (NATION_ROWS as f64 * share) as usize;
        let mut done = 0;
        while done < wanted {
            let count = 5_000.min(wanted - done);
            let rows: Vec<serde_json::Value> = (0..count)
                .map(|_| {
                    // The square of an even chance crowds the first units of the list.
                    let at = next(many) * next(many) / many;
                    let (unit, shard) = communes[at as usize];
                    let day = first.saturating_add(jiff::Span::new().days(next(days) as i64));
                    let month = i64::from(day.year()) * 100 + i64::from(day.month());
                    let method = METHODS[next(8) as usize];
                    let people =
                        if matches!(method, "talk" | "contest" | "advice") { 10 + next(90) } else { 0 };
                    number += 1;
                    let id = format!("{number:032x}");
                    serde_json::json!([
                        shard,
                        id,
                        unit,
                        method,
                        day,
                        month,
                        people,
                        people / 2,
                        next(50),
                        next(20) * 50_000
                    ])
                })
                .collect();
            let rows = serde_json::Value::from(rows).to_string();
            let mut tx = app.db.begin().await?;
            sql!(
                sqlite: "INSERT INTO activities (shard_id, id, unit_id, method, day, month, title, place, speaker, note,
                             attendances, women, copies, cost, estimated, reason, state, version, created_at,
                             updated_at, open_questions, folded)
                         SELECT e.value ->> 0, unhex(e.value ->> 1), unhex(e.value ->> 2), e.value ->> 3,
                                e.value ->> 4, e.value ->> 5, 'Phổ biến pháp luật', 'Nhà văn hóa', '', '',
                                e.value ->> 6, e.value ->> 7, e.value ->> 8, e.value ->> 9, 0, '', 'recorded', 1,
                                0, 0, 0, 'pho bien phap luat nha van hoa'
                         FROM json_each($1) AS e",
                postgres: "INSERT INTO activities (shard_id, id, unit_id, method, day, month, title, place, speaker,
                               note, attendances, women, copies, cost, estimated, reason, state, version, created_at,
                               updated_at, open_questions, folded)
                           SELECT CAST(e.value ->> 0 AS BIGINT), decode(e.value ->> 1, 'hex'),
                                  decode(e.value ->> 2, 'hex'), e.value ->> 3, e.value ->> 4,
                                  CAST(e.value ->> 5 AS BIGINT), 'Phổ biến pháp luật', 'Nhà văn hóa', '', '',
                                  CAST(e.value ->> 6 AS BIGINT), CAST(e.value ->> 7 AS BIGINT),
                                  CAST(e.value ->> 8 AS BIGINT), CAST(e.value ->> 9 AS BIGINT), FALSE, '',
                                  'recorded', 1, 0, 0, 0, 'pho bien phap luat nha van hoa'
                           FROM jsonb_array_elements(CAST($1 AS jsonb)) AS e (value)";
                rows
            )
            .run(&mut tx)
            .await?;
            tx.commit().await?;
            done += count;
        }
    }
    let mut tx = app.db.begin().await?;
    sql!(
        "INSERT INTO activity_audiences (shard_id, activity_id, audience) SELECT shard_id, id, 'people' FROM activities"
    )
    .run(&mut tx)
    .await?;
    sql!(
        "INSERT INTO activity_rollups (shard_id, dimension, unit_id, month, method, key, estimated, rows, attendances,
                                       women, minority, copies, cost)
         SELECT a.shard_id, d.dimension, a.unit_id, a.month, a.method, d.key, a.estimated, COUNT(*),
                CAST(SUM(a.attendances) AS BIGINT), CAST(SUM(COALESCE(a.women, 0)) AS BIGINT), 0,
                CAST(SUM(a.copies) AS BIGINT), CAST(SUM(a.cost) AS BIGINT)
         FROM activities a
         CROSS JOIN (SELECT '' AS dimension, '' AS key UNION ALL SELECT 'audience', 'people') d
         GROUP BY a.shard_id, d.dimension, a.unit_id, a.month, a.method, d.key, a.estimated"
    )
    .run(&mut tx)
    .await?;
    // What a server does by itself within minutes.
    sql!("ANALYZE").run(&mut tx).await?;
    tx.commit().await?;
    Ok(())
}

// ---- tools ----------------------------------------------------------------------------------------------

fn broken(e: lantoa::error::Error) -> anyhow::Error {
    anyhow::anyhow!("{e}")
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Milliseconds: the median of some runs, after one that does not count.
async fn timed(runs: usize, mut what: impl AsyncFnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    what().await?;
    let mut times = Vec::new();
    for _ in 0..runs {
        let began = Instant::now();
        what().await?;
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
    }
    Ok(median(times))
}

/// The program in this process, on a port of its own.
async fn serve(data: &Data) -> anyhow::Result<(Shared, SocketAddr)> {
    let app = start::open(data, false, Clock::not_before(seed::AS_OF), Random::System).await?;
    let listener = start::listen("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let served = app.clone();
    tokio::spawn(async move { start::serve(served, listener, &Lang::ALL).await });
    while TcpStream::connect(address).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok((app, address))
}

async fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(tokio::net::TcpListener::bind("127.0.0.1:0").await?.local_addr()?)
}

/// The program as its own process.
struct Server {
    process: std::process::Child,
    address: SocketAddr,
    /// From its start to its first page.
    ready: Duration,
}

impl Server {
    async fn start(data: &Data) -> anyhow::Result<Server> {
        let address = free_address().await?;
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lantoa"));
        command.arg("serve").arg("--data").arg(&data.folder).arg("--listen").arg(address.to_string());
        if let Some(url) = &data.postgres {
            command.arg("--database").arg(url);
        }
        let began = Instant::now();
        let process = command.stderr(std::process::Stdio::null()).spawn()?;
        let mut server = Server { process, address, ready: Duration::ZERO };
        loop {
            if let Ok(mut client) = Client::connect(address, None).await
                && client.get("/").await.is_ok_and(|(status, _)| status == 200)
            {
                server.ready = began.elapsed();
                return Ok(server);
            }
            anyhow::ensure!(began.elapsed() < Duration::from_secs(30), "the program does not answer");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
    fn resident_mib(&self) -> anyhow::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|l| l.starts_with("VmRSS:"));
        let kib = line.and_then(|l| l.split_whitespace().nth(1)).and_then(|n| n.parse::<f64>().ok());
        Ok(kib.ok_or_else(|| anyhow::anyhow!("no VmRSS"))? / 1_024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Just enough of HTTP/1.1 for one connection kept open: the load must not cost more than the program.
struct Client {
    stream: BufReader<TcpStream>,
    headers: String,
}

impl Client {
    async fn connect(address: SocketAddr, cookie: Option<String>) -> anyhow::Result<Client> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let cookie =
            cookie.map(|c| format!("Cookie: {}={c}\r\n", lantoa::signin::COOKIE)).unwrap_or_default();
        Ok(Client { stream: BufReader::new(stream), headers: format!("Host: {address}\r\n{cookie}") })
    }
    async fn with_token(address: SocketAddr, token: String) -> anyhow::Result<Client> {
        let mut client = Client::connect(address, None).await?;
        client.headers.push_str(&format!("Authorization: Bearer {token}\r\n"));
        Ok(client)
    }
    async fn get(&mut self, path: &str) -> anyhow::Result<(u16, Vec<u8>)> {
        let request = format!("GET {path} HTTP/1.1\r\n{}\r\n", self.headers);
        self.ask(request.as_bytes()).await
    }
    async fn post_json(&mut self, path: &str, body: &str) -> anyhow::Result<(u16, Vec<u8>)> {
        let request = format!(
            "POST {path} HTTP/1.1\r\n{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.headers,
            body.len()
        );
        self.ask(request.as_bytes()).await
    }
    async fn ask(&mut self, request: &[u8]) -> anyhow::Result<(u16, Vec<u8>)> {
        self.stream.get_mut().write_all(request).await?;
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|s| s.parse().ok());
        let status: u16 = status.ok_or_else(|| anyhow::anyhow!("no answer: {line:?}"))?;
        let (mut length, mut chunked) = (0usize, false);
        loop {
            line.clear();
            self.stream.read_line(&mut line).await?;
            let header = line.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(n) = header.strip_prefix("content-length:") {
                length = n.trim().parse()?;
            }
            chunked |= header.starts_with("transfer-encoding:") && header.contains("chunked");
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        while chunked {
            line.clear();
            self.stream.read_line(&mut line).await?;
            let size = usize::from_str_radix(line.trim(), 16)?;
            let mut part = vec![0; size + 2];
            self.stream.read_exact(&mut part).await?;
            body.extend(&part[..size]);
            chunked = size > 0;
        }
        Ok((status, body))
    }
}

/// Puts the table under its engine's heading in a file, leaving the other engine's there.
fn keep(file: &Path, engine: &str, table: &Table) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).unwrap_or_else(|_| "# Benchmarks\n".to_owned());
    let (mut kept, mut skipping) = (String::new(), false);
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            skipping = heading == engine;
        }
        if !skipping {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    let cpu = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name\t: ")).unwrap_or("an unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    let today = Clock::System.now().strftime("%Y-%m-%d");
    let argument = if engine == "SQLite" { "" } else { " -- --postgres postgres://user@host:port" };
    kept.push_str(&format!(
        "## {engine}\n\n`cargo bench -p lantoa --bench budgets{argument}` on {today}, {cores} cores of {model}, the \
         load on the same machine.\n\n{}",
        table.markdown()
    ));
    std::fs::write(file, kept)?;
    Ok(())
}
