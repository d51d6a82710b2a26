//! Reports from the first draft to the signed paper: every figure printed is the count of its rows, on the page,
//! in the DOCX and in the PDF.

use std::collections::BTreeMap;
use std::process::Command;

use axum::http::StatusCode;
use lantoa::access::Role;
use lantoa::features::activities::{self, Content};
use lantoa::features::numbers::{Period, Units};
use lantoa::features::papers;
use store::{Id, sql};

use crate::spine::talk;
use crate::support::{Person, TestApp, on_every_engine};

/// A province, three communes of which one records nothing, and an agency; activities of two years.
struct Place {
    province: Id,
    commune: Id,
    sibling: Id,
    silent: Id,
    officer: Person,
    leader: Person,
    provincial: Person,
    director: Person,
}

async fn place(t: &TestApp) -> Place {
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2024-01-01").await;
    let commune = t.unit("Xã Bến Lức", "commune", Some(province), "2024-01-01").await;
    let sibling = t.unit("Xã Mỹ Yên", "commune", Some(province), "2024-01-01").await;
    let silent = t.unit("Xã An Thạnh", "commune", Some(province), "2024-01-01").await;
    let agency = t.unit("Công an tỉnh", "agency", Some(province), "2024-01-01").await;
    let elsewhere = t.unit("Tỉnh Khác", "province", Some(nation), "2024-01-01").await;
    let p = Place {
        officer: t.person(Role::CommuneOfficer, commune).await,
        leader: t.person(Role::Leader, commune).await,
        provincial: t.person(Role::ProvincialOfficer, province).await,
        director: t.person(Role::Leader, province).await,
        province,
        commune,
        sibling,
        silent,
    };
    let methods = ["talk", "talk", "broadcast", "web", "contest", "advice", "materials"];
    let mut tx = t.app.db.begin().await.unwrap();
    for n in 0..160_i64 {
        let units = [commune, sibling, commune, agency, province, elsewhere];
        let unit = units[usize::try_from(n % 6).unwrap()];
        let method = methods[usize::try_from(n % 7).unwrap()];
        let year = if n % 3 == 0 { 2025 } else { 2026 };
        let content = Content {
            method: method.into(),
            day: format!("{year}-{:02}-{:02}", 1 + n % 10, 1 + n % 27).parse().unwrap(),
            title: format!("Việc {n}"),
            audiences: vec![["people", "workers"][usize::try_from(n % 2).unwrap()].into()],
            attendances: 1_000 + n * 7,
            women: Some(n % 50),
            copies: n * 3,
            cost: n * 12_500,
            estimated: n % 11 == 0,
            ..talk(unit, 0)
        };
        activities::insert(&mut tx, &t.app, None, 1, &content).await.unwrap();
    }
    tx.commit().await.unwrap();
    p
}

/// What stands between two texts.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let rest = text.split_once(from)?.1;
    Some(rest.split_once(to)?.0)
}

/// Every number of a page: its mark and its text, in order.
fn numbers_of(page: &str) -> Vec<(String, String)> {
    page.split("<a class=\"figure\"")
        .skip(1)
        .map(|part| {
            let mark = between(part, "data-mark=\"", "\"").expect("a mark");
            (mark.to_owned(), between(part, ">", "</a>").expect("a text").to_owned())
        })
        .collect()
}

/// Counts rows for a mark, in plain SQL of this test's own.
async fn count(t: &TestApp, root: Id, mark: &str) -> i64 {
    let mut parts: Vec<&str> = mark.split(' ').collect();
    let estimate = parts.last() == Some(&"estimate");
    if estimate {
        parts.pop();
    }
    let [indicator, period, _by, row @ ..] = parts.as_slice() else { panic!("mark {mark}") };
    let year: i64 = period.parse().expect("a year");
    let direct = ["talk", "advice"];
    let (methods, measure): (&[&str], &str) = match *indicator {
        "talks" => (&direct, "rows"),
        "talk-attendances" => (&direct, "attendances"),
        "talk-women" => (&direct, "women"),
        "talk-minority" => (&direct, "minority"),
        "contests" => (&["contest"], "rows"),
        "contest-entrants" => (&["contest"], "attendances"),
        "materials" => (&[], "copies"),
        "broadcasts" => (&["broadcast"], "rows"),
        "web-posts" => (&["web"], "rows"),
        "cost" => (&[], "cost"),
        // No feature of this test records any.
        "articles" | "plan-lines" | "plan-lines-done" | "plan-lines-late" => return 0,
        other => panic!("an indicator this test does not count: {other}"),
    };
    store::record! {
        struct Row { unit_id: Id, month: i64, method: String, audience: Option<String>, estimated: bool, attendances: i64,
                     women: Option<i64>, minority: Option<i64>, copies: i64, cost: i64 }
    }
    let rows: Vec<Row> = sql!(
        "SELECT a.unit_id, a.month, a.method, x.audience, a.estimated, a.attendances, a.women, a.minority, a.copies,
                a.cost
         FROM activities a LEFT JOIN activity_audiences x ON x.shard_id = a.shard_id AND x.activity_id = a.id
         WHERE a.state = 'recorded'"
    )
    .all(&t.app.db)
    .await
    .unwrap();
    let tree = t.app.trees.on(&t.app.db, t.app.today()).await.unwrap();
    let value = match row {
        [one] => Some(*one),
        _ => None,
    };
    let under = |unit: Id| match value {
        Some("rieng") => unit == root,
        Some(v) if v.starts_with("duoi:") => tree.is_within(unit, v["duoi:".len()..].parse().unwrap()),
        _ => tree.is_within(unit, root),
    };
    rows.iter()
        .filter(|r| r.month / 100 == year && under(r.unit_id))
        .filter(|r| methods.is_empty() || methods.contains(&r.method.as_str()))
        .filter(|r| !estimate || r.estimated)
        .filter(|r| match value.map(|v| (v, v.parse::<i64>())) {
            Some((_, Ok(month))) => r.month == month,
            Some((v, Err(_))) if v != "rieng" && !v.contains(':') => r.audience.as_deref() == Some(v),
            _ => true,
        })
        .map(|r| match measure {
            "rows" => 1,
            "attendances" => r.attendances,
            "women" => r.women.unwrap_or(0),
            "minority" => r.minority.unwrap_or(0),
            "copies" => r.copies,
            _ => r.cost,
        })
        .sum()
}

/// The page's numbers, each checked against the rows, the DOCX and the PDF.
async fn check_numbers(t: &TestApp, person: &Person, unit: Id, path: &str) -> BTreeMap<String, String> {
    let page = person.get(t, path).await.text();
    assert!(!page.contains('⟦'), "{page}");
    let numbers = numbers_of(&page);
    assert!(numbers.len() > 60, "{} numbers", numbers.len());
    for (mark, text) in &numbers {
        let expected = count(t, unit, mark).await;
        assert_eq!(viet::parse_int(text), Some(expected), "{mark}");
    }
    let docx = person.get(t, &format!("{path}/bao-cao.docx")).await.body;
    let pdf = person.get(t, &format!("{path}/bao-cao.pdf")).await.body;
    assert!(pdf.starts_with(b"%PDF-"), "a PDF");
    let marks = press::read_marks(&docx).unwrap();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (mark, text) in &numbers {
        let n = seen.entry(mark).or_default();
        *n += 1;
        let name = press::bookmark_name(mark);
        let name = if *n == 1 { name } else { format!("{name}_{n}") };
        assert_eq!(marks.get(&name), Some(text), "{mark} ({n}) in the DOCX");
    }
    assert_eq!(marks.len(), numbers.len(), "the DOCX has exactly the page's numbers");
    check_pdf(&numbers, &docx, &pdf);
    numbers.into_iter().collect()
}

fn tool(name: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {name}")]).output();
    let found = found.is_ok_and(|o| o.status.success());
    if !found {
        println!("skipped: {name} is not installed (scripts/install)");
    }
    found
}

fn run(program: &str, args: &[&str]) -> String {
    let done = Command::new(program).args(args).output().expect(program);
    assert!(done.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8_lossy(&done.stdout).into_owned()
}

/// One word of a page, where it stands.
#[derive(Debug, Clone)]
struct Word {
    page: usize,
    x: f64,
    y: f64,
    text: String,
}

fn words_of(pdf: &str) -> (usize, Vec<Word>) {
    let html = run("pdftotext", &["-bbox", pdf, "-"]);
    let (mut page, mut words) = (0, Vec::new());
    for line in html.lines() {
        let line = line.trim();
        if line.starts_with("<page ") {
            page += 1;
        } else if let Some(rest) = line.strip_prefix("<word ") {
            let at = |name: &str| between(rest, &format!("{name}=\""), "\"").unwrap().parse::<f64>().unwrap();
            let text = between(rest, ">", "</word>").unwrap_or_default().to_owned();
            words.push(Word { page, x: at("xMin"), y: at("yMin"), text });
        }
    }
    (page, words)
}

/// The PDF has the page's numbers in their order, and the DOCX, converted, is the same paper.
fn check_pdf(numbers: &[(String, String)], docx: &[u8], pdf: &[u8]) {
    if !tool("pdftotext") || !tool("pdffonts") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(file("ours.pdf"), pdf).unwrap();
    let (pages, words) = words_of(&file("ours.pdf"));
    let mut rest = words.iter();
    for (mark, text) in numbers {
        let stands = |w: &&Word| w.text.trim_matches(|c: char| !c.is_ascii_digit()) == text;
        assert!(rest.by_ref().any(|w| stands(&w)), "{mark}: {text} in the PDF, in its place");
    }
    // Every font is embedded.
    let fonts = run("pdffonts", &[&file("ours.pdf")]);
    for line in fonts.lines().skip(2) {
        assert!(line.contains(" yes "), "embedded: {line}");
    }
    assert!(!words.iter().any(|w| w.text.contains(['□', '\u{fffd}'])), "no missing glyph");
    if !tool("soffice") {
        return;
    }
    std::fs::write(file("theirs.docx"), docx).unwrap();
    let profile = format!("-env:UserInstallation=file://{}", file("profile"));
    let convert = ["--headless", "--convert-to", "pdf", "--outdir", folder.path().to_str().unwrap()];
    run("soffice", &[&[profile.as_str()], &convert[..], &[file("theirs.docx").as_str()]].concat());
    let (their_pages, theirs) = words_of(&file("theirs.pdf"));
    assert!(pages.abs_diff(their_pages) <= 1, "{pages} pages, LibreOffice {their_pages}");
    let text = |words: &[Word]| words.iter().map(|w| w.text.clone()).collect::<Vec<_>>().join("");
    let body = |words: &[Word]| -> Vec<Word> {
        // Page numbers and feet come in another order.
        words.iter().filter(|w| w.y > 50.0 && w.y < 790.0).cloned().collect()
    };
    let (ours, theirs) = (body(&words), body(&theirs));
    assert_eq!(text(&ours), text(&theirs), "the same words in the same order");
    // Landmarks of the first page within 5 mm.
    for landmark in ["CỘNG", "Độc", "Số:", "BÁO", "Kính", "I.", "Thực"] {
        let find = |words: &[Word]| words.iter().find(|w| w.text == landmark && w.page == 1).cloned();
        let (Some(a), Some(b)) = (find(&ours), find(&theirs)) else { panic!("{landmark} is on no first page") };
        let far = (a.x - b.x).hypot(a.y - b.y) * 25.4 / 72.0;
        assert!(far <= 5.0, "{landmark} is {far:.1} mm away");
    }
}

#[tokio::test]
async fn every_number_of_both_reports_is_the_count_of_its_rows() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        for (unit, person) in [(p.commune, &p.officer), (p.province, &p.provincial)] {
            let unit_text = unit.to_string();
            let begun =
                person.post(&t, "/bao-cao", &[("don-vi", &unit_text), ("ky", "2026"), ("cay", "nay")]).await;
            assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.text());
            let path = begun.location().to_owned();
            let numbers = check_numbers(&t, person, unit, &path).await;
            assert!(viet::parse_int(&numbers["talks 2026 whole"]).unwrap() > 10);
            assert!(viet::parse_int(&numbers["talks 2025 whole"]).unwrap() > 5);
            assert_ne!(numbers["talk-attendances 2026 whole estimate"], "0");
            let english = person.get(&t, &format!("/en{path}")).await.text();
            assert!(!english.contains('⟦') && english.contains("Freeze the figures"), "{english}");
            // A number opens its rows.
            let href = between(&english, "data-mark=\"talks 2026 whole\" href=\"", "\"").unwrap();
            let rows = person.get(&t, &href.replace("&amp;", "&").replace("&#38;", "&")).await;
            assert_eq!(rows.status, StatusCode::OK);
            assert!(rows.text().contains(&numbers["talks 2026 whole"]), "{}", rows.text());
        }
        // The evaluation names the commune that recorded nothing.
        let page = p.provincial.get(&t, "/bao-cao").await.text();
        assert!(page.contains("Xã Bến Lức") && page.contains("Bản nháp"), "{page}");
        let path = between(&page, "<h2><a href=\"", "\"").unwrap();
        let page = p.provincial.get(&t, path).await.text();
        assert!(page.contains("1 đơn vị chưa ghi hoạt động nào: Xã An Thạnh"), "{page}");
        let _ = (p.sibling, p.silent, &p.director);
    })
    .await;
}
