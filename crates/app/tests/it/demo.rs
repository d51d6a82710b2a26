//! The demo's data: whole, repeatable, visibly invented, with the mistakes that the checks are to find.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use jiff::civil::{Date, date};
use lantoa::app::{Clock, Random, Shared};
use lantoa::features::activities;
use lantoa::features::numbers::checks::Material;
use lantoa::features::numbers::{self, By, Period, Question, Units};
use lantoa::features::orgs::import;
use lantoa::features::papers;
use lantoa::seed::{self, Mistake, Seeded};
use lantoa::start::{self, Data};
use store::{Engine, Id, Place};

use crate::support::{NOW, TestApp};

/// A demo on an engine, `percent` of its activities, as the command leaves it, with the clock of the tests.
async fn demo(engine: Engine, percent: usize) -> (TestApp, Seeded) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let postgres = match store::testing::new_place(engine).await.expect("a test database") {
        Place::Postgres(url) => Some(url),
        Place::File(_) => None,
    };
    let data = Data { folder: folder.path().to_owned(), postgres };
    let app =
        start::open(&data, true, Clock::set_to(seed::BEGINS), Random::seeded(seed::SEED)).await.unwrap();
    let seeded = seed::create(&app, percent, &|_| {}).await.unwrap();
    app.db.close().await;
    // Not asked for as a demo: the data themselves say what they are.
    let app =
        start::open(&data, false, Clock::set_to(NOW.parse().unwrap()), Random::seeded(7)).await.unwrap();
    (TestApp::opened(app, engine, folder), seeded)
}

async fn total(app: &Shared, unit: Id, period: Period, units: Units, indicator: &str) -> i64 {
    let indicator = numbers::find_indicator(indicator).unwrap();
    let question = Question { unit, period, units, by: By::Whole };
    numbers::read(app, &question, &[indicator]).await.unwrap().total[0].total()
}

async fn unit(app: &Shared, day: Date, level: &str, name: &str) -> Id {
    let tree = app.trees.on(&app.db, day).await.unwrap();
    tree.units().find(|u| u.level == level && u.name == name).unwrap().unit_id
}

#[tokio::test]
async fn the_printed_accounts_open_with_the_printed_password() {
    let (t, _) = demo(Engine::Sqlite, 1).await;
    assert_eq!(lantoa::signin::password_problem(seed::PASSWORD, "x@tayninh.example"), None);
    let accounts = seed::people::accounts(&t.app).await.unwrap();
    assert!(accounts.len() >= 8, "{accounts:?}");
    for account in accounts {
        let found = lantoa::signin::find_account_by_email(&t.app.db, &account.email).await.unwrap();
        assert!(lantoa::signin::is_password_of(&t.app, found.as_ref(), seed::PASSWORD).await.unwrap());
    }
}

#[tokio::test]
async fn the_same_seed_makes_the_same_rows() {
    let mut heads = Vec::new();
    let twice = [Engine::Sqlite, *store::testing::engines().last().unwrap()];
    for engine in twice {
        let (t, seeded) = demo(engine, 3).await;
        let district = unit(&t.app, date(2024, 1, 1), "district", "Huyện Bến Lức").await;
        let old = t.app.trees.on(&t.app.db, date(2024, 1, 1)).await.unwrap();
        let now =
            seeded.people.communes.iter().chain(&seeded.people.agencies).chain([&seeded.people.province]);
        // Heads of audit chains: ids, moments and contents of everything that was done are in them.
        let mut all = Vec::new();
        for unit in old.children(district).iter().copied().chain(now.map(|s| s.place.unit)) {
            let head = lantoa::audit::head(&t.app.db, unit).await.unwrap();
            all.extend(head.map(|h| (unit, h.seq, h.hash)));
        }
        all.sort();
        assert!(all.len() > 120, "{} chains", all.len());
        heads.push(all);
    }
    assert_eq!(heads[0], heads[1]);
}

#[tokio::test]
async fn the_demo_is_whole_and_its_mistakes_are_found() {
    for engine in store::testing::engines() {
        let began = std::time::Instant::now();
        // The same rows on either engine (see above): a server need not be given all of them again.
        let percent = if engine == Engine::Sqlite { 100 } else { 5 };
        let (t, seeded) = demo(engine, percent).await;
        println!("{engine:?}: the demo's data made in {:.1} s", began.elapsed().as_secs_f64());
        let app = &t.app;
        assert!(app.config.demo);
        let today = app.today();
        let province = seeded.people.province.place.unit;
        assert_eq!(seeded.people.communes.len(), 96);

        // Bến Lức's three trees.
        for (day, units) in [(date(2024, 11, 30), 15), (date(2024, 12, 1), 14)] {
            let district = unit(app, day, "district", "Huyện Bến Lức").await;
            let tree = app.trees.on(&app.db, day).await.unwrap();
            assert_eq!(tree.children(district).len(), units, "{day}");
        }

        let year = |units| total(app, province, Period::year(2026), units, "talks");
        let (now, then) = (year(Units::AsOn(today)).await, year(Units::AsTheyWere).await);
        assert_eq!(now, then);
        let rows = activities_of(app, Period::year(2026)).await;
        let old = activities_of(app, Period::year(2024)).await;
        if percent == 100 {
            assert!(
                (9_500..=10_500).contains(&rows) && old > 1_500,
                "{rows} activities in 2026, {old} in 2024"
            );
            checks(app, &seeded).await;
        }
        // Both mergers: what the old units did stands under today's province, and nothing twice.
        let nation = import::nation_id();
        for period in [Period::year(2024), Period::half(2025, 1), Period::year(2025)] {
            let now = total(app, nation, period, Units::AsOn(today), "talk-attendances").await;
            let then = total(app, nation, period, Units::AsTheyWere, "talk-attendances").await;
            assert!(now > 0 && now == then, "{period}: {now} {then}");
            assert_eq!(total(app, province, period, Units::AsOn(today), "talk-attendances").await, now);
        }

        assert_eq!(activities::wrong_sums(&app.db).await.unwrap(), vec![]);
        assert_eq!(lantoa::audit::verify(&app.db).await.unwrap().1, vec![]);
        for frozen in &seeded.frozen {
            assert!(!numbers::frozen_figures(&app.db, *frozen).await.unwrap().is_empty());
        }
        marks(&t, &seeded).await;
        marks_of_answers_and_files(&t, &seeded).await;
        if percent == 100 {
            careless_reports(&t, &seeded).await;
            reports_agree(&t, &seeded).await;
        }
        printed_reports(&t, &seeded).await;
    }
}

async fn activities_of(app: &Shared, period: Period) -> i64 {
    let query = store::Select::from(activities::FACT.rows)
        .filter(store::Filter::at_least("day", period.from))
        .filter(store::Filter::at_most("day", period.to))
        .count(vec![])
        .query();
    query.get::<(i64,)>(&app.db).await.unwrap().0
}

/// Each planted mistake is found where it was planted; of what else the rules look at, at most 1 % is flagged.
async fn checks(app: &Shared, seeded: &Seeded) {
    let of_year = |year| [Period::year(year), Period::half(year, 1), Period::half(year, 2)];
    let periods = [of_year(2026), of_year(seed::OPEN_YEAR)].concat();
    let all = numbers::indicators(periods[0].from, periods[0].to);
    let by_unit = async |period: Period| {
        let unit = seeded.people.province.place.unit;
        let question = Question { unit, period, units: Units::AsOn(app.today()), by: By::Unit };
        numbers::read(app, &question, &all).await.unwrap()
    };
    let mut tables = Vec::new();
    for period in periods {
        tables.push((period, by_unit(period).await, by_unit(period.year_before()).await));
    }
    let codes = |figures: &[numbers::Figure]| -> BTreeMap<String, i64> {
        all.iter().zip(figures).map(|(i, f)| (i.code.clone(), f.total())).collect()
    };
    let contains = |whole: &Period, part: &Period| whole.contains(part.from) && whole.contains(part.to);
    let (mut looked, mut found, mut false_alarms) = (0, Vec::new(), Vec::new());
    for (period, now, before) in &tables {
        for (key, figures) in &now.rows {
            let of = |table: &numbers::Table| {
                let row = table.rows.iter().find(|(k, _)| k == key);
                row.map(|(_, figures)| codes(figures)).unwrap_or_default()
            };
            let last = before.rows.iter().find(|(k, _)| k == key).map_or(&[][..], |(_, figures)| figures);
            let mut material = Material {
                before: of(before),
                before_rows: all.iter().zip(last).map(|(i, f)| (i.code.clone(), f.rows)).collect(),
                period: Some(*period),
                ..Material::default()
            };
            material.parent = codes(&now.total);
            for (code, value) in codes(figures) {
                material.figure(&code, value);
            }
            let others =
                tables.iter().filter(|(p, ..)| p != period && (contains(p, period) || contains(period, p)));
            material.other_periods = others.map(|(p, table, _)| (*p, of(table))).collect();
            let is_open_year = period.from.year() == seed::OPEN_YEAR;
            looked += if is_open_year { 0 } else { numbers::checks::count_comparisons(&material) };
            for finding in numbers::checks::run(&material) {
                let is_it = |m: &&Mistake| {
                    key.place == Some(numbers::Place::Under(m.unit)) && m.check == finding.check
                };
                match seeded.mistakes.iter().find(is_it) {
                    Some(mistake) if is_open_year => found.push(mistake.clone()),
                    _ if is_open_year => {}
                    _ => false_alarms.push(format!("{key:?} {period}: {}", finding.vi)),
                }
            }
        }
    }
    for mistake in &seeded.mistakes {
        assert!(found.contains(mistake), "{mistake:?} was not found");
    }
    let share = false_alarms.len() as f64 / looked as f64;
    println!(
        "false alarms: {} of {looked} comparisons ({:.2} %): {false_alarms:#?}",
        false_alarms.len(),
        share * 100.0
    );
    assert!(share <= 0.01, "{share}");
}

/// Whatever leaves the house says that it is invented.
async fn marks(t: &TestApp, seeded: &Seeded) {
    let notice = lantoa::web::api::DEMO_NOTICE;
    let officer = t.as_account(seeded.people.commune(seed::BEN_LUC).unwrap().officer).await;
    let routes = lantoa::routes().list;
    // A fragment that a page asks for, with the page's own notice above it.
    const FRAGMENTS: [&str; 1] = ["/luat/chon"];
    let is_page = |path: &str| !path.contains('{') && !path.contains('.') && !FRAGMENTS.contains(&path);
    let pages = routes.iter().filter(|r| r.method == "GET" && is_page(r.path));
    let mut seen = 0;
    for route in pages {
        let answer = match route.who {
            lantoa::web::Who::SignedIn => officer.get(t, route.path).await,
            _ => t.get(route.path).await,
        };
        if answer.status == StatusCode::OK {
            assert!(answer.text().contains(notice), "{} does not say that it is a demo", route.path);
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen} pages");
    assert!(t.get("/khong-co").await.text().contains(notice), "an error page");
}

/// Every answer for programs and every file, by the route table: a new one must be asked for here.
async fn marks_of_answers_and_files(t: &TestApp, seeded: &Seeded) {
    let site = seeded.people.commune(seed::BEN_LUC).unwrap();
    let officer = t.as_account(site.officer).await;
    let first = async |list: &str, field: &str| -> String {
        let answer = officer.get(t, list).await.json();
        answer["items"][0][field].as_str().unwrap_or_else(|| panic!("{list}: {answer}")).to_owned()
    };
    let year = Period::year(2026);
    let report = papers::find(&t.app.db, site.place.unit, year).await.unwrap().unwrap();
    let plan = first("/api/v1/plans", "id").await;
    let code = numbers::get_freeze(&t.app.db, seeded.frozen[0]).await.unwrap().code;
    let sitemap = t.get("/sitemap.xml").await.text();
    let place = sitemap.split("/dia-phuong/").nth(1).unwrap().split(['<', '/']).next().unwrap().to_owned();
    let samples: BTreeMap<&str, Vec<String>> = BTreeMap::from([
        ("/api/v1/laws/", vec![first("/api/v1/laws", "id").await]),
        ("/api/v1/units/", vec![site.place.unit.to_string()]),
        ("/api/v1/activities/", vec![first("/api/v1/activities", "id").await]),
        ("/api/v1/plans/", vec![plan.clone()]),
        ("/api/v1/numbers/", vec![code]),
        ("/bao-cao/", vec![report.to_string()]),
        ("/ke-hoach/", vec![plan]),
        ("/dia-phuong/", vec![place]),
    ]);
    // A blank form to fill in, a workbook that gives back what a person sent, what search engines read.
    let without_data =
        ["/hoat-dong/mau.xlsx", "/hoat-dong/nhap/{id}/tra-lai.xlsx", "/sitemap.xml", "/robots.txt"];
    let mut seen = BTreeSet::new();
    for route in lantoa::routes().list.iter().filter(|r| r.method == "GET") {
        let kind = route.path.rsplit_once('.').map_or("", |(_, kind)| kind);
        if !route.path.starts_with("/api/") && kind.is_empty() || without_data.contains(&route.path) {
            continue;
        }
        let paths = match route.path.split_once('{') {
            None => vec![route.path.to_owned()],
            Some((before, rest)) => {
                let after = rest.split_once('}').unwrap().1;
                let ids = samples.get(before).unwrap_or_else(|| panic!("no sample for {}", route.path));
                ids.iter().map(|id| format!("{before}{id}{after}")).collect()
            }
        };
        for path in paths {
            let answer = match route.who {
                lantoa::web::Who::SignedIn => officer.get(t, &path).await,
                _ => t.get(&path).await,
            };
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            check_says_invented(&path, kind, &answer.body);
            seen.insert(if kind.is_empty() { "api" } else { kind });
        }
    }
    assert_eq!(seen, BTreeSet::from(["api", "atom", "docx", "json", "jsonl", "pdf", "xlsx", "xml"]));
    // Refusals are answers too.
    for (path, status) in [
        ("/api/v1/plans/1-0", StatusCode::NOT_FOUND),
        ("/api/v1/numbers?period=x", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = officer.get(t, path).await;
        assert_eq!(answer.status, status, "{path}");
        check_says_invented(path, "", &answer.body);
    }
    check_says_invented("nobody", "", &t.get("/api/v1/plans").await.body);
}

/// Looks for the notice where a reader sees it: in each file's own way of writing.
fn check_says_invented(path: &str, kind: &str, body: &[u8]) {
    let notice = lantoa::web::api::DEMO_NOTICE;
    let squeezed = |text: &str| -> String { text.split_whitespace().collect() };
    let text = match kind {
        "docx" | "xlsx" => {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(body)).unwrap();
            let mut text = String::new();
            for i in 0..archive.len() {
                let mut file = archive.by_index(i).unwrap();
                if file.name().is_ok_and(|name| name.ends_with(".xml")) {
                    std::io::Read::read_to_string(&mut file, &mut text).unwrap();
                }
            }
            // Words of one line may stand in several runs.
            text.split('<').filter_map(|tag| tag.split_once('>')).map(|(_, text)| text).collect()
        }
        "pdf" => {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("paper.pdf");
            std::fs::write(&file, body).unwrap();
            let Ok(done) = std::process::Command::new("pdftotext").arg(&file).arg("-").output() else {
                println!("skipped: pdftotext is not installed (scripts/install)");
                return;
            };
            let text = String::from_utf8_lossy(&done.stdout).into_owned();
            let pages = text.matches('\u{c}').count();
            let said = squeezed(&text).matches(&squeezed(notice)).count();
            assert!(pages > 0 && said >= pages, "{path}: on {said} of {pages} pages");
            text
        }
        _ => String::from_utf8_lossy(body).into_owned(),
    };
    assert!(
        squeezed(&text).contains(&squeezed(notice)),
        "{path} does not say that it is a demo: {text:.2000}"
    );
}

/// What the pages of careless reports and of stated figures say, rule by rule: with what the computed figures show
/// (see [`checks`]), every rule there is has found its mistake.
async fn careless_reports(t: &TestApp, seeded: &Seeded) {
    let site = seeded.people.commune(seed::CARELESS).unwrap();
    let officer = t.as_account(site.officer).await;
    let (year, half) = (seeded.careless, seeded.careless_half);
    let mut planted: BTreeSet<&str> = seeded.mistakes.iter().map(|m| m.check).collect();
    for (check, report, part) in [
        ("mediation-sum", year, "Các phần cộng lại là 200"),
        ("mediation-results-sum", year, "Các phần cộng lại là 166"),
        ("percentage", half, "Tỷ lệ viết là 94,42 %, tính ra là 85,38 %"),
        ("last-years-year", year, "có chỗ ghi năm 2025"),
        ("same-text", year, "Phần chữ giống báo cáo năm trước 100 %"),
        ("not-a-whole-number", half, "465.00: đây là số đếm"),
    ] {
        let page = officer.get(t, &papers::path(report)).await.text();
        assert!(page.contains(part), "{check}: {part} in {page}");
        planted.insert(check);
    }
    for mistake in &seeded.stated {
        let part = match mistake.check {
            "unit-above-parent" => "lớn hơn của cả địa bàn",
            "same-figure" => "một con số cho nhiều kỳ",
            other => panic!("{other}"),
        };
        let path = format!("/so-lieu?don-vi={}&ky={}", mistake.unit, seed::OPEN_YEAR);
        let site = seeded.people.communes.iter().find(|c| c.place.unit == mistake.unit).unwrap();
        let page = t.as_account(site.officer).await.get(t, &path).await.text();
        assert!(page.contains(part), "{mistake:?} in {page}");
        planted.insert(mistake.check);
    }
    assert_eq!(planted, numbers::checks::codes().collect(), "every rule has its planted mistake");
    // A draft with gaps is not frozen, and says what is missing.
    let shown = papers::get(&t.app.db, half).await.unwrap().version.to_string();
    let refused = officer.post(t, &format!("{}/chot", papers::path(half)), &[("version", &shown)]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Chưa ghi đủ: Số liệu hòa giải ở cơ sở"), "{}", refused.text());
}

/// The two reports that the command prints, marked as invented, with their figures.
async fn printed_reports(t: &TestApp, seeded: &Seeded) {
    let ben_luc = seeded.people.commune(seed::BEN_LUC).unwrap();
    for (site, name) in
        [(ben_luc, "bao-cao-2026-xa-ben-luc"), (&seeded.people.province, "bao-cao-2026-tinh-tay-ninh")]
    {
        let found = papers::find(&t.app.db, site.place.unit, Period::year(2026)).await.unwrap();
        let printed = papers::print(&t.app, found.unwrap()).await.unwrap();
        assert_eq!(printed.name, name);
        assert!(printed.docx.starts_with(b"PK") && printed.pdf.starts_with(b"%PDF-"), "{name}");
        let officer = t.as_account(site.officer).await;
        let page = officer.get(t, &papers::path(found.unwrap())).await.text();
        assert!(page.contains(lantoa::web::api::DEMO_NOTICE), "{name}");
    }
}

/// The reports that are out hang together: most communes' before the province's, every figure looked at, mistakes
/// corrected before them, and beside them only what really came later.
async fn reports_agree(t: &TestApp, seeded: &Seeded) {
    let (app, year) = (&t.app, Period::year(2026));
    let province = &seeded.people.province;
    let report_of = async |unit| {
        let found = papers::find(&app.db, unit, year).await.unwrap();
        papers::get(&app.db, found?).await.ok()
    };
    let own = report_of(province.place.unit).await.unwrap();
    let mut issued = 0;
    for site in &seeded.people.communes {
        let report = report_of(site.place.unit).await.filter(|r| r.state == papers::State::Issued);
        let Some(report) = report else { continue };
        assert!(report.updated_at < own.created_at, "{}", site.place.name);
        issued += 1;
    }
    assert!((87..96).contains(&issued), "{issued} communes");
    // A figure nobody looked at is in no report; those that stand say why.
    let officer = t.as_account(province.officer).await;
    let page = officer.get(t, &papers::path(own.id)).await.text();
    assert!(page.contains("Con số khác thường đã được xem lại và giữ nguyên:"), "{page}");
    assert!(page.contains("Không gắn văn bản"), "{page}");
    let freeze = numbers::get_freeze(&app.db, own.freeze.unwrap()).await.unwrap();
    let later = numbers::changed_since(app, &freeze, None).await.unwrap();
    assert_eq!(later.count, 1, "one row came after the province's report");
    assert!(later.listed[0].title.contains("ghi bổ sung"), "{}", later.listed[0].title);
    // What was corrected shows what it was.
    let rows = officer.get(t, "/hoat-dong?q=thi+truc+tuyen").await.text();
    let path = rows.split("href=\"/hoat-dong/").skip(1).map(|p| p.split('"').next().unwrap());
    let mut corrected = 0;
    for id in path.filter(|id| id.contains('-')) {
        let page = officer.get(t, &format!("/hoat-dong/{id}")).await.text();
        corrected += usize::from(page.contains("420.000") && page.contains("1.240"));
    }
    assert!(corrected > 0, "{rows}");
    // A report of the year with open mistakes cannot be frozen: each is named.
    let open = papers::create(
        app,
        province.officer,
        province.place.unit,
        Period::year(seed::OPEN_YEAR),
        Units::AsOn(app.today()),
    );
    let open = open.await.unwrap();
    let none = (papers::absent_key("mediation"), "chưa theo dõi");
    papers::write(app, province.officer, open, &[none]).await.unwrap();
    papers::keep_proposed(app, province.officer, open).await.unwrap();
    let shown = papers::get(&app.db, open).await.unwrap().version.to_string();
    let began = std::time::Instant::now();
    let refused = officer.post(t, &format!("{}/chot", papers::path(open)), &[("version", &shown)]).await;
    println!(
        "a report of a province with what is asked about it: {:.0} ms",
        began.elapsed().as_secs_f64() * 1e3
    );
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    assert!(
        page.contains("Không thể có, phải sửa – ") && page.contains("Cần sửa hoặc nêu lý do – "),
        "{page}"
    );
    for mistake in &seeded.mistakes {
        let name = app.trees.name(&app.db, mistake.unit).await.unwrap();
        assert!(page.contains(&format!("<summary>{name} <small>(còn ")), "{name} in {page}");
    }
}
