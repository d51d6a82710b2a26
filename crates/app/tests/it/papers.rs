//! Reports from the first draft to the signed paper: every figure printed is the count of its rows, on the page,
//! in the DOCX and in the PDF.

use std::collections::BTreeMap;
use std::process::Command;

use axum::http::StatusCode;
use lantoa::access::Role;
use lantoa::features::activities::{self, Content};
use lantoa::features::numbers::{self, By, Period, Question, Units};
use lantoa::features::papers;
use store::{Id, sql};

use crate::spine::talk;
use crate::support::{Person, TestApp, on_every_engine};

/// A province, three communes of which one records nothing, and an agency; activities of two years.
struct Place {
    province: Id,
    commune: Id,
    sibling: Id,
    officer: Person,
    leader: Person,
    provincial: Person,
}

async fn place(t: &TestApp) -> Place {
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2024-01-01").await;
    let commune = t.unit("Xã Bến Lức", "commune", Some(province), "2024-01-01").await;
    let sibling = t.unit("Xã Mỹ Yên", "commune", Some(province), "2024-01-01").await;
    t.unit("Xã An Thạnh", "commune", Some(province), "2024-01-01").await;
    let agency = t.unit("Công an tỉnh", "agency", Some(province), "2024-01-01").await;
    let elsewhere = t.unit("Tỉnh Khác", "province", Some(nation), "2024-01-01").await;
    let p = Place {
        officer: t.person(Role::CommuneOfficer, commune).await,
        leader: t.person(Role::Leader, commune).await,
        provincial: t.person(Role::ProvincialOfficer, province).await,
        province,
        commune,
        sibling,
    };
    let methods = ["talk", "talk", "broadcast", "web", "contest", "advice", "materials"];
    let mut tx = t.app.db.begin().await.unwrap();
    for n in 0..160_i64 {
        let units = [commune, sibling, commune, agency, province, elsewhere];
        let unit = units[usize::try_from(n % 6).unwrap()];
        let method = methods[usize::try_from(n % 7).unwrap()];
        let year = if n % 5 < 2 { 2025 } else { 2026 };
        let content = Content {
            method: method.into(),
            day: format!("{year}-{:02}-{:02}", 1 + n % 10, 1 + n % 27).parse().unwrap(),
            title: format!("Việc {n}"),
            audiences: vec![["people", "workers"][usize::try_from(n % 2).unwrap()].into()],
            attendances: 1_000 + n * 7,
            women: Some(n % 50),
            copies: n * 3,
            cost: n * 12_500,
            estimated: n % 5 == 4,
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

/// What the form of figures stated by hand was opened with.
fn figures_version(page: &str) -> String {
    let form = between(page, "/so-ghi-tay\">", "</form>").expect("the form");
    between(form, "name=\"phien-ban\" value=\"", "\"").expect("a version").to_owned()
}

/// What the form that says there is nothing of a block, or takes that back, was opened with.
fn absent_version(page: &str, key: &str) -> String {
    let named = format!("name=\"khoa\" value=\"{key}\"");
    let mut forms = page.split("/khong-co\">").skip(1).filter_map(|rest| rest.split("</form>").next());
    let form = forms.find(|form| form.contains(&named)).expect("the form");
    between(form, "name=\"phien-ban\" value=\"", "\"").expect("a version").to_owned()
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

/// What a unit's report states by hand, or the rate of two such figures, in SQL of this test's own.
async fn stated(t: &TestApp, unit: Id, mark: &str) -> String {
    let code = mark.split(' ').next().unwrap();
    let typed = async |code: &str| -> String {
        let (text,): (String,) = sql!(
            "SELECT t.content FROM report_texts t JOIN reports r ON r.shard_id = t.shard_id AND r.id = t.report_id
             WHERE r.unit_id = $1 AND t.key = $2 AND r.state <> 'withdrawn'",
            unit,
            format!("figure:{code}")
        )
        .get(&t.app.db)
        .await
        .unwrap();
        text
    };
    if code != "mediation-rate" {
        return typed(code).await;
    }
    let part = async |code| viet::parse_int(&typed(code).await).unwrap() as f64;
    let rate = part("mediation-successful").await * 100.0 / part("mediation-mediated").await;
    viet::format_decimal(rate, 2)
}

/// A text as it is read, its numbers without their links and flags.
fn without_links(text: &str) -> String {
    let mut parts = text.split("<a ");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (said, rest) = part.split_once('>').unwrap().1.split_once("</a>").unwrap();
        if !part.starts_with("class=\"check\"") {
            all.push_str(said);
        }
        all.push_str(rest);
    }
    all
}

/// The page's numbers, each checked against the rows, the DOCX and the PDF.
async fn check_numbers(t: &TestApp, person: &Person, unit: Id, path: &str) -> BTreeMap<String, String> {
    let page = person.get(t, path).await.text();
    assert!(!page.contains('⟦'), "{page}");
    let numbers = numbers_of(&page);
    assert!(numbers.len() > 60, "{} numbers", numbers.len());
    for (mark, text) in &numbers {
        let expected = match mark.starts_with("mediation-") {
            true => stated(t, unit, mark).await,
            false => viet::format_int(count(t, unit, mark).await),
        };
        assert_eq!(*text, expected, "{mark}");
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

fn numbers_stand(numbers: &[(String, String)], words: &[Word]) {
    let mut rest = words.iter();
    for (mark, text) in numbers {
        let stands = |w: &Word| w.text.trim_matches(|c: char| !c.is_ascii_digit()) == text;
        assert!(rest.any(stands), "{mark}: {text} in the PDF, in its place");
    }
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
    numbers_stand(numbers, &words);
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
    // Line by line as they stand, page numbers and feet left out.
    let body = |words: &[Word]| -> Vec<Word> {
        let mut words: Vec<Word> = words.iter().filter(|w| w.y > 50.0 && w.y < 790.0).cloned().collect();
        words.sort_by(|a, b| (a.page, a.y).partial_cmp(&(b.page, b.y)).unwrap());
        let mut line = 0;
        let mut placed: Vec<(usize, Word)> = Vec::new();
        for w in words {
            let before = placed.last().map(|(_, b)| (b.page, b.y));
            if before.is_none_or(|(page, y)| page != w.page || w.y - y > 4.0) {
                line += 1;
            }
            placed.push((line, w));
        }
        placed.sort_by(|(l, a), (m, b)| (l, a.x).partial_cmp(&(m, b.x)).unwrap());
        placed.into_iter().map(|(_, w)| w).collect()
    };
    let (ours, theirs) = (body(&words), body(&theirs));
    // The same blocks in the same order, each of the same words; cells of several lines wrap elsewhere.
    let blocks = [
        "BÁOCÁO",
        "Kínhgửi",
        "Thựchiện",
        "I.CÔNGTÁC",
        "II.KẾTQUẢ",
        "1.Phổbiến",
        "Đãtổchức",
        "2.Cáchình",
        "3.Đốitượng",
        "4.NgàyPháp",
        "5.Kinhphí",
        "III.HÒAGIẢI",
        "Tiếpnhận",
        "IV.ĐÁNHGIÁ",
        "1.Ưuđiểm",
        "2.Tồntại",
        "3.Nguyênnhân",
        "V.PHƯƠNGHƯỚNG",
        "VI.KIẾNNGHỊ",
        "./.",
        "Kỳsốliệu",
        "Phụlục",
        "Cácchỉtiêu",
        "Theotháng",
        "Trongđósốước",
    ];
    let cut = |words: &[Word]| -> Vec<Vec<char>> {
        let all = text(words);
        let mut rest = all.as_str();
        let mut pieces = Vec::new();
        for block in blocks {
            let (before, after) = rest.split_once(block).unwrap_or_else(|| panic!("{block} in {rest}"));
            pieces.push(before);
            rest = after;
        }
        pieces.push(rest);
        let sorted = |p: &str| {
            let mut letters: Vec<char> = p.chars().collect();
            letters.sort_unstable();
            letters
        };
        pieces.into_iter().map(sorted).collect()
    };
    for (n, (a, b)) in cut(&ours).into_iter().zip(cut(&theirs)).enumerate() {
        assert_eq!(a, b, "the block before {:?}", blocks.get(n));
    }
    let (_, their_words) = words_of(&file("theirs.pdf"));
    numbers_stand(numbers, &their_words);
    // Landmarks of the first page within 5 mm.
    for landmark in ["CỘNGHÒA", "Độclập", "Số:", "BÁOCÁO", "Kínhgửi", "Thựchiện", "I.CÔNGTÁC", "II.KẾTQUẢ"]
    {
        let find = |words: &[Word]| {
            // LibreOffice cuts words at letters it sets apart.
            let starts = |i: &usize| text(&words[*i..words.len().min(i + 16)]).starts_with(landmark);
            (0..words.len()).find(starts).map(|i| words[i].clone()).unwrap_or_else(|| panic!("no {landmark}"))
        };
        let (a, b) = (find(&words), find(&theirs));
        assert_eq!(a.page, b.page, "{landmark}");
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
            // As long as they are not written, the paper says so and prints no gap.
            let page = person.get(&t, &path).await.text();
            assert!(paper_of(&page).contains("Số liệu hòa giải ở cơ sở chưa được ghi."), "{page}");
            assert!(!paper_of(&page).contains("… vụ"), "{page}");
            let kept = person.post(&t, &format!("{path}/so-ghi-tay"), &MEDIATION).await;
            assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
            let numbers = check_numbers(&t, person, unit, &path).await;
            assert!(viet::parse_int(&numbers["talks 2026 whole"]).unwrap() > 10);
            assert!(viet::parse_int(&numbers["talks 2025 whole"]).unwrap() > 5);
            assert_ne!(numbers["cost 2026 whole estimate"], "0");
            let english = person.get(&t, &format!("/en{path}")).await.text();
            assert!(!english.contains('⟦') && english.contains("Freeze the figures"), "{english}");
            // A number opens its rows.
            let href = between(&english, "data-mark=\"talks 2026 whole\" href=\"", "\"").unwrap();
            let rows = person.get(&t, &href.replace("&amp;", "&").replace("&#38;", "&")).await;
            assert_eq!(rows.status, StatusCode::OK);
            assert!(rows.text().contains(&numbers["talks 2026 whole"]), "{}", rows.text());
            // Its estimated part too, and only that.
            let estimated = &numbers["talks 2026 whole estimate"];
            let words = paper_of(&english);
            assert!(
                words.contains(
                    ", trong đó ước tính <a class=\"figure\" data-mark=\"talks 2026 whole estimate\""
                )
            );
            let href = between(&english, "data-mark=\"talks 2026 whole estimate\" href=\"", "\"").unwrap();
            let rows = person.get(&t, &href.replace("&amp;", "&").replace("&#38;", "&")).await.text();
            let listed = rows.matches("<tr><td data-label=\"Day\"").count() as i64;
            assert_eq!(Some(listed), viet::parse_int(estimated), "{rows}");
            assert!(rows.contains("estimated rows only"), "{rows}");
        }
        // The evaluation names the commune that recorded nothing.
        let page = p.provincial.get(&t, "/bao-cao").await.text();
        assert!(page.contains("Xã Bến Lức") && page.contains("Bản nháp"), "{page}");
        let path = between(&page, "<h2><a href=\"", "\"").unwrap();
        let page = p.provincial.get(&t, path).await.text();
        assert!(page.contains("1 đơn vị chưa ghi hoạt động nào: Xã An Thạnh"), "{page}");
        // Kept, it goes on saying what holds; a name behind which nothing stands is not printed.
        let write = async |text: &str, version: &str| {
            let form = [("khoa", "limits"), ("phien-ban", version), ("noi-dung", text)];
            p.provincial.post(&t, &format!("{path}/noi-dung"), &form).await
        };
        let unknown = write("Có {khong-co-so} việc.", "0").await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unknown.text().contains("“khong-co-so”"), "{}", unknown.text());
        let kept = write("{silent-units}. Số cuộc {change:talks} so với {last-period}.", "0").await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
        let said = async || paper_of(&p.provincial.get(&t, path).await.text()).to_owned();
        assert!(said().await.contains("1 đơn vị chưa ghi hoạt động nào: Xã An Thạnh."), "{}", said().await);
        let quiet = t.app.trees.on(&t.app.db, t.app.today()).await.unwrap().under(p.province);
        let tree = t.app.trees.on(&t.app.db, t.app.today()).await.unwrap();
        let quiet =
            quiet.into_iter().find(|u| tree.get(*u).is_some_and(|u| u.name == "Xã An Thạnh")).unwrap();
        let mut tx = t.app.db.begin().await.unwrap();
        activities::insert(&mut tx, &t.app, None, 1, &talk(quiet, 30)).await.unwrap();
        tx.commit().await.unwrap();
        let now = said().await;
        assert!(now.contains("Không có đơn vị nào chưa ghi hoạt động. Số cuộc tăng "), "{now}");
    })
    .await;
}

/// Mediation as an office states it.
const MEDIATION: [(&str, &str); 9] = [
    ("khoa", "mediation"),
    ("phien-ban", "0"),
    ("nguon", "Báo cáo của các tổ hòa giải"),
    ("mediation-received", "41"),
    ("mediation-mediated", "39"),
    ("mediation-successful", "36"),
    ("mediation-unsuccessful", "3"),
    ("mediation-passed-on", "1"),
    ("mediation-pending", "1"),
];

/// Answers every figure that is asked about on a report's page; how many they were.
async fn answer_all(t: &TestApp, person: &Person, path: &str) -> usize {
    let page = person.get(t, path).await.text();
    let keys: Vec<String> = page
        .split("name=\"con-so\" value=\"")
        .skip(1)
        .map(|part| part.split('"').next().unwrap().to_owned())
        .collect();
    for key in &keys {
        let answer = [("con-so", key.as_str()), ("ly-do", "Đã đối chiếu danh sách")];
        let kept = person.post(t, &format!("{path}/tra-loi"), &answer).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    }
    keys.len()
}

/// The paper alone: what stands beside it is said of today.
fn paper_of(page: &str) -> &str {
    between(page, "<article class=\"paper\"", "</article>").expect("a paper")
}

#[tokio::test]
async fn a_frozen_report_stands_still_and_somebody_else_signs_it() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let unit = p.commune.to_string();
        let new = [("don-vi", unit.as_str()), ("ky", "2026"), ("cay", "nay")];
        // Who may not write here is told nothing, or refused.
        let stranger = t.person(Role::CommuneOfficer, p.sibling).await;
        assert_eq!(stranger.post(&t, "/bao-cao", &new).await.status, StatusCode::NOT_FOUND);
        assert_eq!(p.leader.post(&t, "/bao-cao", &new).await.status, StatusCode::FORBIDDEN);
        assert_eq!(p.provincial.post(&t, "/bao-cao", &new).await.status, StatusCode::FORBIDDEN);
        let path = p.officer.post(&t, "/bao-cao", &new).await.location().to_owned();
        let again = p.officer.post(&t, "/bao-cao", &new).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().contains("đã có báo cáo"), "{}", again.text());
        // Begun, it can be gone on with from the work list of who writes: the one that is due as that.
        let half = [new[0], ("ky", "2026-H1"), new[2]];
        assert_eq!(p.officer.post(&t, "/bao-cao", &half).await.status, StatusCode::SEE_OTHER);
        let home = p.officer.get(&t, "/viec").await.text();
        assert_eq!(home.matches("Viết tiếp báo cáo").count(), 1, "{home}");
        assert!(home.contains("Viết tiếp báo cáo 6 tháng đầu năm 2026<"), "{home}");
        assert!(!p.leader.get(&t, "/viec").await.text().contains("Viết tiếp báo cáo"));
        assert_eq!(stranger.get(&t, &path).await.status, StatusCode::NOT_FOUND);
        for file in ["docx", "pdf"] {
            let answer = stranger.get(&t, &format!("{path}/bao-cao.{file}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND);
        }
        // As from a page opened just before.
        let id: store::RecordId = path.rsplit('/').next().unwrap().parse().unwrap();
        let version = async || papers::get(&t.app.db, id).await.unwrap().version.to_string();
        let post = async |who: &Person, what: &str, pairs: &[(&str, &str)]| {
            let version = version().await;
            let pairs = [pairs, &[("version", version.as_str())]].concat();
            who.post(&t, &format!("{path}/{what}"), &pairs).await
        };

        // Two people write one block: the second sees both.
        let text = |version, content| [("khoa", "causes"), ("phien-ban", version), ("noi-dung", content)];
        let kept =
            post(&p.officer, "noi-dung", &text("0", "Địa bàn rộng; có {talks} cuộc và {ngoặc}.")).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
        let clash = post(&p.officer, "noi-dung", &text("0", "Nguyên nhân khác.")).await;
        assert_eq!(clash.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = clash.text();
        assert!(page.contains("Nguyên nhân khác.") && page.contains("Địa bàn rộng"), "{page}");
        assert!(page.contains("name=\"phien-ban\" value=\"1\""), "{page}");
        let page = p.officer.get(&t, &path).await.text();
        assert!(paper_of(&page).contains("và {ngoặc}."), "{page}");
        assert!(page.contains("Địa bàn rộng; có <a class=\"figure\""), "{page}");
        assert_eq!(
            post(&p.officer, "noi-dung", &text("x", "")).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let unknown = [("khoa", "figure:cost"), ("phien-ban", "0"), ("noi-dung", "1")];
        assert_eq!(post(&p.officer, "noi-dung", &unknown).await.status, StatusCode::NOT_FOUND);
        assert_eq!(post(&p.leader, "noi-dung", &text("1", "x")).await.status, StatusCode::FORBIDDEN);
        assert_eq!(post(&stranger, "noi-dung", &text("1", "x")).await.status, StatusCode::NOT_FOUND);

        // Figures stated by hand are asked about beside them.
        let figures = [
            ("phien-ban", "0"),
            ("mediation-received", "175"),
            ("mediation-mediated", "171"),
            ("mediation-successful", "146"),
            ("mediation-unsuccessful", "25"),
            ("mediation-passed-on", "25"),
            ("mediation-pending", "4"),
            ("khoa", "mediation"),
            ("nguon", "sổ của các tổ"),
        ];
        let bare = post(&p.officer, "so-ghi-tay", &figures[..8]).await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bare.text().contains("Hãy ghi số này lấy từ nguồn nào."), "{}", bare.text());
        assert_eq!(post(&p.officer, "so-ghi-tay", &figures[..7]).await.status, StatusCode::NOT_FOUND);
        let kept = post(&p.officer, "so-ghi-tay", &figures).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
        let page = p.officer.get(&t, &path).await.text();
        // The rate is computed, never typed.
        assert!(
            without_links(paper_of(&page))
                .contains("Tỷ lệ hòa giải thành trên số vụ việc đã hòa giải: 85,38%."),
            "{page}"
        );
        assert!(!page.contains("name=\"mediation-rate\""), "{page}");
        assert!(page.contains("Các phần cộng lại là 200, không bằng “Vụ việc tiếp nhận” là 175."), "{page}");
        let english = p.officer.get(&t, &format!("/en{path}")).await.text();
        assert!(
            english.contains("The parts sum to 200, not to “Cases received”, which is 175."),
            "{english}"
        );
        assert!(english.contains("for=\"f-mediation-received\">Cases received</label>"), "{english}");
        assert!(without_links(paper_of(&page)).contains("175 vụ việc"), "{page}");
        for wrong in ["1,5", "-1", "9223372036854775807"] {
            let wrong = [figures[7], figures[8], ("mediation-received", wrong)];
            let wrong = post(&p.officer, "so-ghi-tay", &wrong).await;
            assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        // A part is never more than its whole: told beside it, with all that was typed, and not kept.
        let sum = figures_version(&page);
        let mut impossible = figures;
        (impossible[0].1, impossible[3].1) = (&sum, "172");
        let wrong = post(&p.officer, "so-ghi-tay", &impossible).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let shown = wrong.text();
        assert!(
            shown.contains("id=\"e-mediation-successful\"") && shown.contains("value=\"172\""),
            "{shown}"
        );
        assert!(shown.contains("Không thể nhiều hơn “Vụ việc đã hòa giải” (171)"), "{shown}");
        assert!(
            p.officer
                .get(&t, &path)
                .await
                .text()
                .contains("name=\"mediation-successful\" type=\"text\" inputmode=\"decimal\" value=\"146\"")
        );
        // A freeze that is refused leaves the boxes as they are.
        let refused = post(&p.officer, "chot", &[]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        for kept in ["175", "171", "146"] {
            assert!(refused.text().contains(&format!("inputmode=\"decimal\" value=\"{kept}\"")), "{kept}");
        }
        // From an old page nobody overwrites what they have not seen: not a figure, not a source alone, nor by saying
        // that there is nothing.
        let late = post(&p.officer, "so-ghi-tay", &[figures[0], figures[1], figures[7], figures[8]]).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
        let mut sourced = figures;
        (sourced[0].1, sourced[8].1) = (&sum, "sổ của xã");
        let kept = post(&p.officer, "so-ghi-tay", &sourced).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
        sourced[8].1 = "báo cáo của các ấp";
        let late = post(&p.officer, "so-ghi-tay", &sourced).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
        let both = late.text();
        let here = "<td data-label=\"Ở trang này\">báo cáo của các ấp</td>";
        assert!(both.contains(here) && both.contains("<td data-label=\"Bản kia\">sổ của xã</td>"), "{both}");
        assert!(both.contains("đã sửa phần này lúc") && !both.contains('⟦'), "{both}");
        assert_eq!(both.matches("data-label=\"Bản kia\"").count(), 1, "what is the same is not shown: {both}");
        let english = p.officer.post(&t, &format!("/en{path}/so-ghi-tay"), &sourced).await.text();
        assert!(english.contains("changed this part at") && !english.contains('⟦'), "{english}");
        let none = [("khoa", "mediation"), ("phien-ban", &*sum), ("ly-do", "không phát sinh")];
        let late = post(&p.officer, "khong-co", &none).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
        let both = late.text();
        assert!(both.contains("<td data-label=\"Bản kia\">175</td>"), "{both}");
        assert!(both.contains("value=\"không phát sinh\""), "{both}");
        assert!(without_links(paper_of(&p.officer.get(&t, &path).await.text())).contains("175 vụ việc"));
        // Having seen both, it is kept.
        let seen = figures_version(&both);
        sourced[0].1 = &seen;
        assert_eq!(post(&p.officer, "so-ghi-tay", &sourced).await.status, StatusCode::SEE_OTHER);

        // Nor frozen while something was not looked at: what, and where it is.
        let refused = post(&p.officer, "chot", &[]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        assert!(page.contains("Chưa chốt được: báo cáo còn phần chưa xem hoặc chưa ghi."), "{page}");
        let problems = between(&page, "id=\"problems\"", "</div>").unwrap();
        let lacks = |label: &str, key: &str| {
            problems.contains(&format!("<a href=\"#f-{key}\">Chưa xem: {label}</a>"))
        };
        assert!(lacks("Chỉ đạo, điều hành", "direction") && lacks("Kiến nghị", "requests"), "{problems}");
        assert!(!problems.contains("Nguyên nhân") && !problems.contains("hòa giải"), "{problems}");
        for key in ["direction", "requests", "law-day"] {
            assert!(page.contains(&format!("<summary id=\"f-{key}\"")), "{key} in {page}");
        }
        let shown = version().await;
        let english = p.officer.post(&t, &format!("/en{path}/chot"), &[("version", &shown)]).await.text();
        assert!(english.contains("Not looked at: Direction</a>") && !english.contains('⟦'), "{english}");

        // There is nothing of a part: with a reason, which is printed; not of every part.
        let none = |key, reason| [("khoa", key), ("ly-do", reason)];
        let bare = post(&p.officer, "khong-co", &none("law-day", "")).await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bare.text().contains("Hãy ghi vì sao không có."), "{}", bare.text());
        let answer = post(&p.officer, "khong-co", &none("direction", "không")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        let answer = post(&p.leader, "khong-co", &none("law-day", "không")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        for (key, reason) in [("law-day", "lùi sang năm sau."), ("mediation", "sổ bị thất lạc")] {
            let version = absent_version(&p.officer.get(&t, &path).await.text(), key);
            let none = [&none(key, reason)[..], &[("phien-ban", version.as_str())]].concat();
            let answer = post(&p.officer, "khong-co", &none).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        }
        let page = p.officer.get(&t, &path).await.text();
        let paper = paper_of(&page);
        assert!(paper.contains("nội dung nêu trên: lùi sang năm sau.</p>"), "{paper}");
        assert!(paper.contains("Không có số liệu hòa giải ở cơ sở để báo cáo trong kỳ: sổ bị thất lạc."));
        assert!(!without_links(paper).contains("175 vụ việc") && !page.contains("Các phần cộng lại"), "{page}");
        // Taken back by undoing it, or by writing it after all.
        let seen = absent_version(&page, "law-day");
        let undo = [("khoa", "law-day"), ("bo", "1"), ("phien-ban", seen.as_str())];
        assert_eq!(post(&p.officer, "khong-co", &undo).await.status, StatusCode::SEE_OTHER);
        let late = post(&p.officer, "khong-co", &undo).await;
        assert_eq!(late.status, StatusCode::CONFLICT, "{}", late.text());
        let seen = figures_version(&page);
        let mut again = figures;
        again[0].1 = &seen;
        assert_eq!(post(&p.officer, "so-ghi-tay", &again).await.status, StatusCode::SEE_OTHER);
        let page = p.officer.get(&t, &path).await.text();
        assert!(without_links(paper_of(&page)).contains("175 vụ việc") && !paper_of(&page).contains("thất lạc"), "{page}");
        assert!(paper_of(&page).contains("Đã hưởng ứng Ngày Pháp luật"), "{page}");
        for key in ["direction", "law-day", "strengths", "limits", "directions", "requests"] {
            let form = page.split("/noi-dung\">").find(|f| f.contains(&format!("value=\"{key}\""))).unwrap();
            let proposed = between(form, "name=\"noi-dung\" value=\"", "\"").expect("a proposed text");
            let proposed = proposed.replace("&#38;", "&").replace("&#34;", "\"");
            let keep = [("khoa", key), ("phien-ban", "0"), ("noi-dung", proposed.as_str())];
            assert_eq!(post(&p.officer, "noi-dung", &keep).await.status, StatusCode::SEE_OTHER);
        }
        let page = p.officer.get(&t, &path).await.text();
        assert!(!page.contains("Còn thiếu") && !page.contains("Chữ gợi ý"), "{page}");

        // Nor while a figure is asked about: what cannot be is corrected, what is unusual answered with a reason.
        let refused = post(&p.officer, "chot", &[]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = refused.text();
        let problems = between(&page, "id=\"problems\"", "</div>").unwrap();
        let sum =
            "<a href=\"#f-mediation-received\"><b>Vụ việc tiếp nhận:</b> Không thể có, phải sửa – Xã Bến Lức: Các phần cộng lại là 200";
        assert!(problems.contains(sum), "{problems}");
        assert!(problems.contains("Cần sửa hoặc nêu lý do – Xã Bến Lức: Bình quân"), "{problems}");
        let mut right = again;
        let seen = figures_version(&page);
        right[0].1 = &seen;
        for (code, value) in [("mediation-passed-on", "0"), ("mediation-successful", "146")] {
            right.iter_mut().filter(|(c, _)| *c == code).for_each(|pair| pair.1 = value);
        }
        let kept = post(&p.officer, "so-ghi-tay", &right).await;
        assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
        assert_eq!(post(&p.officer, "chot", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        answer_all(&t, &p.officer, &path).await;

        // Not before the figures are frozen.
        assert_eq!(post(&p.officer, "trinh", &[]).await.status, StatusCode::CONFLICT);
        assert_eq!(post(&p.leader, "duyet", &[]).await.status, StatusCode::CONFLICT);
        let old = version().await;
        let causes = [text("1", "Nguyên nhân khác."), text("2", "Địa bàn rộng; có {talks} cuộc và {ngoặc}.")];
        for changed in causes {
            assert_eq!(post(&p.officer, "noi-dung", &changed).await.status, StatusCode::SEE_OTHER);
        }
        let unseen = p.officer.post(&t, &format!("{path}/chot"), &[("version", &old)]).await;
        assert_eq!(unseen.status, StatusCode::CONFLICT, "somebody wrote after the page was opened");
        assert_eq!(post(&p.officer, "chot", &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(post(&p.officer, "chot", &[]).await.status, StatusCode::CONFLICT);
        assert_eq!(post(&p.officer, "noi-dung", &text("3", "muộn")).await.status, StatusCode::CONFLICT);
        let page = p.officer.get(&t, &path).await.text();
        let (frozen, pdf) =
            (paper_of(&page).to_owned(), p.officer.get(&t, &format!("{path}/bao-cao.pdf")).await.body);
        assert!(!page.contains("Đã thay đổi sau khi chốt"), "{page}");
        for part in ["Kỳ số liệu: năm 2026", "tính đến 23/11/2026 10:42", "Mã niêm nhật ký", "DỰ THẢO"]
        {
            assert!(frozen.contains(part), "{part} in {frozen}");
        }

        // A changed row marks the report and moves nothing in it.
        t.app.clock.set(t.app.now() + std::time::Duration::from_secs(60));
        let mut tx = t.app.db.begin().await.unwrap();
        activities::insert(&mut tx, &t.app, None, 1, &talk(p.commune, 99)).await.unwrap();
        tx.commit().await.unwrap();
        let page = p.officer.get(&t, &path).await.text();
        assert!(
            page.contains("Đã thay đổi sau khi chốt") && page.contains("10:42; sau đó có 1 dòng"),
            "{page}"
        );
        assert_eq!(paper_of(&page), frozen);
        assert_eq!(p.officer.get(&t, &format!("{path}/bao-cao.pdf")).await.body, pdf);

        // Its numbers open to the rows that they were counted from, the rows of later apart.
        let number = frozen.split("href=\"").find(|h| h.contains("chi-tieu=talks&")).unwrap();
        let (href, number) =
            (number.split('"').next().unwrap().replace("&#38;", "&"), between(number, ">", "<"));
        assert!(href.contains("&chot="), "{href}");
        let rows = p.officer.get(&t, &href).await.text();
        let counted = format!("<strong>{} cuộc</strong>", number.unwrap());
        assert!(rows.contains(&counted) && rows.contains("Ghi sau khi chốt"), "{counted} in {rows}");
        let table = between(&rows, "<tbody>", "</tbody>").unwrap();
        assert_eq!(table.matches("<tr>").count().to_string(), number.unwrap(), "{rows}");
        let english = p.officer.get(&t, &format!("/en{href}")).await.text();
        assert!(english.contains("1 row was added") && !english.contains('⟦'), "{english}");
        // A row that is withdrawn or changed since stands as it was frozen, and says so, under every part of the paper.
        t.pass_minutes(1);
        let units = Units::AsOn(t.app.today());
        let question = Question { unit: p.commune, period: Period::year(2026), units, by: By::Whole };
        let as_of = Some(t.app.now() - jiff::Span::new().minutes(2));
        let slice = numbers::Slice { limit: 100, as_of, ..Default::default() };
        let talks = numbers::find_indicator("talks").unwrap();
        let rows = numbers::rows_behind(&t.app, &question, talks, None, slice).await.unwrap();
        let [withdrawn, changed] = [&rows[0], &rows[1]].map(|r| r.id);
        let mut tx = t.app.db.begin().await.unwrap();
        let before = activities::get(&t.app.db, withdrawn).await.unwrap();
        activities::withdraw(&mut tx, &t.app, None, &before, "ghi trùng").await.unwrap();
        let before = activities::get(&t.app.db, changed).await.unwrap();
        let day = "2025-12-31".parse().unwrap();
        let later = Content { day, laws: vec![], audiences: vec![], ..before.content.clone() };
        activities::update(&mut tx, &t.app, None, &before, &later).await.unwrap();
        tx.commit().await.unwrap();
        let (mut seen, mut parts) = ([0; 2], 0);
        for part in frozen.split("href=\"").filter(|h| h.contains("/so-lieu/dong?")) {
            let href = part.split('"').next().unwrap().replace("&#38;", "&");
            let printed = between(part, ">", "<").unwrap();
            let rows = p.officer.get(&t, &href).await.text();
            let figure = between(&rows, "<p class=\"note\"><strong>", " ").unwrap();
            assert_eq!(figure, printed, "{href}: {rows}");
            let mut table = between(&rows, "<tbody>", "</tbody>").unwrap_or_default().to_owned();
            let next = |page: &str| -> Option<String> {
                let mut links = page.split("href=\"").skip(1).map(|h| h.split('"').next().unwrap());
                links
                    .find(|h| h.starts_with("/so-lieu/dong?") && h.contains("sau="))
                    .map(|h| h.replace("&#38;", "&"))
            };
            let mut after = next(&rows);
            while let Some(more) = after {
                let page = p.officer.get(&t, &more).await.text();
                table.push_str(between(&page, "<tbody>", "</tbody>").unwrap_or_default());
                after = next(&page);
            }
            let cells = table.split("<td class=\"n\"").skip(1).map(|c| between(c, ">", "<").unwrap());
            let sum: i64 = cells.map(|c| viet::parse_int(c).unwrap()).sum();
            assert_eq!(viet::format_int(sum), printed, "{href}: {table}");
            if href.contains("chi-tieu=talks&") && !href.contains("ky=2025") {
                seen[0] += usize::from(table.contains("Thu hồi sau khi chốt"));
                seen[1] += usize::from(table.contains("Sửa sau khi chốt"));
                // What changed beside a part is of that part: the rows that the list marks, and those added to it.
                let changes =
                    between(&rows, "<h2>Thay đổi sau khi chốt</h2><ul>", "</ul>").unwrap_or_default();
                let marked = table.matches("sau khi chốt</span>").count();
                let added = changes.matches("Ghi sau khi chốt").count();
                assert_eq!(changes.matches("<li>").count(), marked + added, "{href}: {changes} {table}");
            }
            parts += 1;
        }
        assert!(parts > 20 && seen[0] > 1 && seen[1] > 1, "{parts} {seen:?}");
        // The panel beside the paper opens the same.
        let page = p.officer.get(&t, &path).await.text();
        let panel = page.split("<h2>So với năm trước</h2>").nth(1).expect("the panel");
        let panel = between(panel, "<tbody>", "</tbody>").unwrap();
        for link in panel.split("href=\"").skip(1).filter(|h| h.contains("/so-lieu/dong?")) {
            assert!(link.split('"').next().unwrap().contains("chot="), "{link}");
        }
        // So do the frozen figures on a page of their own, beside those of today.
        let freeze = between(&page, "href=\"/so-lieu/chot/", "\"").unwrap().to_owned();
        let figures = p.officer.get(&t, &format!("/so-lieu/chot/{freeze}")).await.text();
        let talks =
            figures.split("<tr>").find(|r| r.contains("Số cuộc phổ biến pháp luật trực tiếp<")).unwrap();
        let links: Vec<String> = talks
            .split("href=\"")
            .skip(1)
            .map(|h| h.split('"').next().unwrap().replace("&#38;", "&"))
            .collect();
        assert_eq!(links.len(), 2, "{talks}");
        for (link, shown) in links.iter().zip(talks.split("href=\"").skip(1)) {
            let rows = p.officer.get(&t, link).await.text();
            assert_eq!(between(&rows, "<p class=\"note\"><strong>", " "), between(shown, ">", "<"), "{link}");
        }

        // Whoever holds the paper opens its aggregates by the code, and nothing else.
        let code = between(&frozen, "; mã ", ":").unwrap();
        assert_eq!(code.len(), 16);
        let public = t.get(&format!("/ma/{code}")).await;
        assert_eq!(public.status, StatusCode::OK);
        assert!(public.text().contains("Xã Bến Lức") && !public.text().contains("/hoat-dong/"));
        // As it is read off the paper, in groups; one that no report has may be mistyped, or the paper false.
        let typed = format!("/ma/{}-{}%20{}", &code[..4], &code[4..8], code[8..].to_lowercase());
        assert_eq!(t.get(&typed).await.status, StatusCode::OK);
        for path in ["/ma/2222222222222222", "/en/ma/2222222222222222"] {
            let unknown = t.get(path).await;
            assert_eq!(unknown.status, StatusCode::NOT_FOUND);
            let words = ["Không có báo cáo nào mang mã này", "mã có 16 chữ và số", "có thể là giả"];
            let english = ["No report has this code", "it has 16 letters and digits", "may be false"];
            for part in if path.starts_with("/en") { english } else { words } {
                assert!(unknown.text().contains(part), "{part} in {}", unknown.text());
            }
        }

        // Submitted, returned with a reason, corrected, submitted again.
        assert_eq!(post(&p.officer, "trinh", &[]).await.status, StatusCode::SEE_OTHER);
        assert!(p.leader.get(&t, "/viec").await.text().contains("Duyệt báo cáo năm 2026<"));
        let waiting = p.leader.get(&t, &path).await.text();
        let seen =
            between(&waiting, "/duyet\"><input type=\"hidden\" name=\"version\" value=\"", "\"").unwrap();
        assert_eq!(post(&p.leader, "tra-lai", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        let returned = post(&p.leader, "tra-lai", &[("tra-lai", "Thiếu phần kiến nghị")]).await;
        assert_eq!(returned.status, StatusCode::SEE_OTHER);
        let home = p.officer.get(&t, "/viec").await.text();
        assert!(home.contains("Sửa báo cáo năm 2026 bị trả lại"), "{home}");
        assert!(p.officer.get(&t, &path).await.text().contains("Thiếu phần kiến nghị"));
        // The figures have changed, and with them what is asked.
        assert_eq!(post(&p.officer, "chot", &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer_all(&t, &p.officer, &path).await > 0);
        assert_eq!(post(&p.officer, "chot", &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(post(&p.officer, "chot/thu-hoi", &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(post(&p.officer, "chot", &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(post(&p.officer, "trinh", &[]).await.status, StatusCode::SEE_OTHER);

        // The writer does not approve, not even as a leader of the unit.
        assert_eq!(post(&p.officer, "duyet", &[]).await.status, StatusCode::FORBIDDEN);
        let mut tx = t.app.db.begin().await.unwrap();
        let appointment = lantoa::access::Appointment {
            role: Role::Leader,
            unit: p.commune,
            from: "2025-07-01".parse().unwrap(),
            until: None,
        };
        let id = t.app.new_id();
        lantoa::signin::insert_appointment(&mut tx, id, p.officer.account, &appointment).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(post(&p.officer, "duyet", &[]).await.status, StatusCode::CONFLICT);
        assert_eq!(post(&stranger, "duyet", &[]).await.status, StatusCode::NOT_FOUND);
        // Nor the leader from the page that showed it before it was returned and changed.
        for old in [&[("version", seen)][..], &[]] {
            let unseen = p.leader.post(&t, &format!("{path}/duyet"), old).await;
            assert_eq!(unseen.status, StatusCode::CONFLICT);
            assert!(unseen.text().contains("vừa được người khác sửa"), "{}", unseen.text());
        }
        assert_eq!(post(&p.leader, "duyet", &[]).await.status, StatusCode::SEE_OTHER);
        assert!(p.officer.get(&t, "/viec").await.text().contains("Ghi số, ngày ban hành báo cáo năm 2026"));

        // Issued under the register's number, on a day that has come, in one of the offices of its leaders.
        let page = p.officer.get(&t, &path).await.text();
        let usual =
            "<option value=\"deputy\" selected>PHÓ CHỦ TỊCH – KT. CHỦ TỊCH – TM. ỦY BAN NHÂN DÂN</option>";
        assert!(page.contains(usual), "{page}");
        assert!(
            page.contains("name=\"nguoi-ky\" type=\"text\" maxlength=\"100\" value=\"leader\""),
            "{page}"
        );
        for bad in [
            [("so", ""), ("ngay", "23/11/2026")],
            [("so", "15"), ("ngay", "24/11/2026")],
            [("so", "15 BC"), ("ngay", "23/11/2026")],
            [("so", "00"), ("ngay", "23/11/2026")],
            // Before its figures were frozen.
            [("so", "15"), ("ngay", "22/11/2026")],
        ] {
            assert_eq!(post(&p.officer, "ban-hanh", &bad).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        // What is no number of a register is not cut to one: the field says what is asked for and keeps what was typed.
        for bad in ["abc/x", "15/TB-UBND", "15/", "1234567"] {
            let refused = post(&p.officer, "ban-hanh", &[("so", bad), ("ngay", "23/11/2026")]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
            let page = refused.text();
            let says = "<p class=\"bad-text\" id=\"e-so\">Hãy ghi số thứ tự trong sổ văn bản đi, ví dụ 15, hoặc cả ký hiệu: 15/BC-UBND.";
            assert!(page.contains(says) && page.contains(&format!("value=\"{bad}\"")), "{page}");
        }
        let issue =
            [("so", "005/BC-UBND"), ("ngay", "23/11/2026"), ("chuc-vu", "head"), ("nguoi-ky", "Người Ký Thử")];
        assert_eq!(post(&p.leader, "ban-hanh", &issue).await.status, StatusCode::FORBIDDEN);
        assert_eq!(post(&p.officer, "ban-hanh", &issue).await.status, StatusCode::SEE_OTHER);
        // However it is written, it is one number of the register.
        let (number,): (String,) =
            sql!("SELECT number FROM reports WHERE state = 'issued'").get(&t.app.db).await.unwrap();
        assert_eq!(number, "5");
        let page = p.officer.get(&t, &path).await.text();
        let paper = paper_of(&page);
        assert!(!paper.contains("DỰ THẢO") && paper.contains("Người Ký Thử"), "{paper}");
        assert!(paper.contains("<strong>CHỦ TỊCH</strong>") && !paper.contains("KT. CHỦ TỊCH"), "{paper}");
        assert!(!paper.contains('…'), "no gap is printed: {paper}");
        assert!(paper.contains("Số: 05/BC-UBND") && paper.contains("ngày 23 tháng 11 năm 2026"), "{paper}");
        assert!(paper.contains("số 05/BC-UBND ngày 23 tháng 11 năm 2026"), "{paper}");
        assert_eq!(post(&p.officer, "chot/thu-hoi", &[]).await.status, StatusCode::CONFLICT);
        let province = p.provincial.get(&t, "/bao-cao").await.text();
        assert!(province.contains("1 trên 3 đơn vị đã ban hành"), "{province}");

        // Where the province sums other figures than the commune has reported, its paper says so.
        let of_province = [("don-vi", p.province.to_string()), ("ky", "2026".into()), ("cay", "nay".into())];
        let of_province: Vec<(&str, &str)> = of_province.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let above = p.provincial.post(&t, "/bao-cao", &of_province).await.location().to_owned();
        let page = p.provincial.get(&t, &above).await.text();
        assert!(!paper_of(&page).contains("Đơn vị đã ban hành báo cáo với con số khác"), "{page}");
        let mut tx = t.app.db.begin().await.unwrap();
        activities::insert(&mut tx, &t.app, None, 1, &talk(p.commune, 40)).await.unwrap();
        tx.commit().await.unwrap();
        let page = p.provincial.get(&t, &above).await.text();
        assert!(paper_of(&page).contains("Đơn vị đã ban hành báo cáo với con số khác"), "{page}");
        let remark = between(&page, "Xã Bến Lức (báo cáo số 05/BC-UBND ngày 23/11/2026): ", "</li>");
        let talks = remark.and_then(|r| between(r, "Số cuộc phổ biến pháp luật trực tiếp: báo cáo ", ";"));
        let (reported, here) = talks.and_then(|t| t.split_once(", ở đây ")).expect("the talks, both");
        assert_eq!(reported.parse::<i64>().unwrap() + 1, here.parse::<i64>().unwrap(), "{remark:?}");

        // Whoever holds the paper reads its number, and learns when it is withdrawn.
        let page = p.officer.get(&t, &path).await.text();
        let code = between(&page, "; mã ", ":").unwrap().to_owned();
        let (public, english) = (format!("/ma/{code}"), format!("/en/ma/{code}"));
        let page = t.get(&public).await.text();
        assert!(page.contains("<p>Báo cáo số 05/BC-UBND ngày 23/11/2026.</p>"), "{page}");
        assert!(page.contains(&format!("href=\"{english}\"")), "{page}");
        let stated = t.get(&format!("/api/v1/numbers/{code}")).await.json()["report"]["stated"].clone();
        let (stated, rows) = (stated.as_array().unwrap(), page.matches("<tr><th scope=\"row\">").count());
        assert!(stated.iter().any(|s| s["indicator"] == "mediation-received"), "{stated:?}");
        let frozen = t.get(&format!("/api/v1/numbers/{code}")).await.json()["figures"].as_array().unwrap().len();
        assert_eq!(rows, frozen + stated.len(), "{page}");

        // Withdrawn with a reason, by a leader, as the officer is told; then a new one may begin.
        let told = "chỉ lãnh đạo thu hồi được";
        let writer = t.person(Role::CommuneOfficer, p.commune).await;
        assert!(writer.get(&t, &path).await.text().contains(told));
        assert!(!p.leader.get(&t, &path).await.text().contains(told));
        assert_eq!(post(&p.officer, "thu-hoi", &[("thu-hoi", "x")]).await.status, StatusCode::SEE_OTHER);
        let page = t.get(&public).await.text();
        assert!(page.contains("Báo cáo số 05/BC-UBND ngày 23/11/2026 đã được thu hồi ngày 23/11/2026"), "{page}");
        assert!(page.contains("Chưa có báo cáo thay thế"), "{page}");
        let page = t.get(&english).await.text();
        assert!(page.contains("was withdrawn on 23/11/2026") && page.contains("in its place yet"), "{page}");
        let known = t.get(&format!("/api/v1/numbers/{code}")).await.json()["report"].clone();
        assert_eq!((&known["number"], &known["withdrawn_on"]), (&"05/BC-UBND".into(), &"2026-11-23".into()));
        let page = p.officer.get(&t, &path).await.text();
        assert!(page.contains("Đã thu hồi") && paper_of(&page).contains("ĐÃ THU HỒI NGÀY 23/11/2026"), "{page}");
        let list = async || {
            let list = p.provincial.get(&t, "/bao-cao").await.text();
            between(&list, "Xã Bến Lức</a></th>", "</tr>").expect("the commune").to_owned()
        };
        assert!(list().await.contains("Đã thu hồi"), "{}", list().await);
        // It begins with the texts and the typed figures of the withdrawn one, still by whoever wrote them, and says so.
        let begun = p.officer.post(&t, "/bao-cao", &new).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER);
        let again = begun.location().to_owned();
        store::record! { #[derive(Debug, PartialEq)] struct Kept { key: String, content: String, written_by: Id } }
        let texts = async |path: &str| -> Vec<Kept> {
            let id: store::RecordId = path.rsplit('/').next().unwrap().parse().unwrap();
            sql!(
                "SELECT key, content, written_by FROM report_texts WHERE shard_id = $1 AND report_id = $2
                 ORDER BY key",
                id.shard,
                id.id
            )
            .all(&t.app.db)
            .await
            .unwrap()
        };
        let kept = texts(&path).await;
        assert!(kept.iter().any(|k| k.key.starts_with("figure:") && !k.content.is_empty()));
        assert_eq!(texts(&again).await, kept);
        let page = p.officer.get(&t, &again).await.text();
        assert!(page.contains("lấy từ báo cáo số 05/BC-UBND đã thu hồi ngày 23/11/2026"), "{page}");
        for path in ["/bao-cao", path.as_str(), again.as_str(), "/viec"] {
            for language in ["", "/en"] {
                let page = p.officer.get(&t, &format!("{language}{path}")).await;
                assert_eq!(page.status, StatusCode::OK);
                assert!(!page.text().contains('⟦'), "{}", page.text());
            }
        }
        // Issued in its place, it is what the holder of the old paper is led to.
        let report = again.rsplit('/').next().unwrap().parse().unwrap();
        papers::keep_proposed(&t.app, p.officer.account, report).await.unwrap();
        settle(&t.app, p.officer.account, report).await;
        papers::freeze(&t.app, p.officer.account, report).await.unwrap();
        papers::submit(&t.app, p.officer.account, report).await.unwrap();
        papers::approve(&t.app, p.leader.account, report).await.unwrap();
        papers::issue(&t.app, p.officer.account, report, "6", t.app.today(), (None, None)).await.unwrap();
        assert!(list().await.contains("Đã ban hành") && !list().await.contains("thu hồi"));
        let page = t.get(&public).await.text();
        let instead = between(&page, "<a href=\"/ma/", "\">Báo cáo thay thế: số 06/BC-UBND ngày 23/11/2026</a>");
        let page = t.get(&format!("/ma/{}", instead.expect("a link"))).await.text();
        assert!(page.contains("<p>Báo cáo số 06/BC-UBND") && !page.contains("thu hồi"), "{page}");
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

/// Answers for every figure that is asked about.
async fn settle(app: &lantoa::app::App, account: Id, report: store::RecordId) {
    for flag in papers::open_flags(app, report).await.unwrap() {
        papers::answer(app, account, report, &flag, "Đã đối chiếu").await.unwrap();
    }
}

#[tokio::test]
async fn the_whole_way_for_programs_and_the_demo() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let (app, officer, leader) = (&t.app, p.officer.account, p.leader.account);
        let half = Period::half(2026, 1);
        let id = papers::create(app, officer, p.commune, half, Units::AsTheyWere).await.unwrap();
        assert!(papers::submit(app, officer, id).await.is_err(), "not frozen");
        let gaps = papers::freeze(app, officer, id).await;
        assert!(matches!(&gaps, Err(lantoa::error::Error::Invalid(all)) if all.len() == 9), "{gaps:?}");
        let none = (papers::absent_key("mediation"), "không phát sinh vụ việc");
        papers::write(app, officer, id, std::slice::from_ref(&none)).await.unwrap();
        papers::keep_proposed(app, officer, id).await.unwrap();
        settle(app, officer, id).await;
        papers::freeze(app, officer, id).await.unwrap();
        papers::submit(app, officer, id).await.unwrap();
        assert!(papers::approve(app, officer, id).await.is_err(), "the writer does not approve");
        papers::approve(app, leader, id).await.unwrap();
        papers::issue(app, officer, id, "12", app.today(), (None, None)).await.unwrap();
        let printed = papers::print(app, id).await.unwrap();
        assert_eq!(printed.name, "bao-cao-2026-H1-xa-ben-luc");
        assert!(printed.pdf.starts_with(b"%PDF-") && printed.docx.starts_with(b"PK"));
        // The period that has no report yet is the one offered.
        let page = p.officer.get(&t, "/bao-cao").await.text();
        assert!(
            page.contains("Báo cáo của xã Bến Lức") && page.contains("<option value=\"2026\" selected>"),
            "{page}"
        );
        let whole =
            papers::create(app, officer, p.commune, Period::year(2026), Units::AsTheyWere).await.unwrap();
        let page = p.officer.get(&t, "/bao-cao").await.text();
        assert!(page.contains("<option value=\"2026-H2\" selected>"), "{page}");
        assert!(page.contains(">năm 2026 – đã có</option>"), "{page}");
        let again = papers::print(app, id).await.unwrap();
        assert!(again.pdf == printed.pdf && again.docx == printed.docx, "the same paper, byte by byte");
        assert_eq!(papers::get(&app.db, id).await.unwrap().state, papers::State::Issued);

        // A unit gives a number once a year.
        let autumn: Period = "2026-07-01..2026-10-31".parse().unwrap();
        let other = papers::create(app, officer, p.commune, autumn, Units::AsTheyWere).await.unwrap();
        for report in [whole, other] {
            papers::write(app, officer, report, std::slice::from_ref(&none)).await.unwrap();
            papers::keep_proposed(app, officer, report).await.unwrap();
            settle(app, officer, report).await;
            papers::freeze(app, officer, report).await.unwrap();
            papers::submit(app, officer, report).await.unwrap();
            papers::approve(app, leader, report).await.unwrap();
        }
        let issue = async |report, number| {
            papers::issue(app, officer, report, number, app.today(), (None, None)).await
        };
        let taken = issue(whole, "12").await;
        assert!(matches!(taken, Err(lantoa::error::Error::Conflict("papers-number-taken"))), "{taken:?}");
        // Also when two are issued at the same moment.
        let (first, second) = tokio::join!(issue(whole, "13"), issue(other, "13"));
        assert_eq!(usize::from(first.is_ok()) + usize::from(second.is_ok()), 1, "{first:?} {second:?}");
    })
    .await;
}

#[tokio::test]
async fn last_years_text_is_asked_about() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let unit = p.commune.to_string();
        let words =
            |n: usize| (0..60).map(|i| viet::number_in_words((i * n) as i64)).collect::<Vec<_>>().join(", ");
        let begin = async |year: &str, text: &str| {
            let new = [("don-vi", unit.as_str()), ("ky", year), ("cay", "nay")];
            let path = p.officer.post(&t, "/bao-cao", &new).await.location().to_owned();
            let text = [("khoa", "causes"), ("phien-ban", "0"), ("noi-dung", text)];
            let kept = p.officer.post(&t, &format!("{path}/noi-dung"), &text).await;
            assert_eq!(kept.status, StatusCode::SEE_OTHER);
            p.officer.get(&t, &path).await.text()
        };
        let before = begin("2025", &words(7)).await;
        assert!(!before.contains("giống báo cáo năm trước"));
        let page = begin("2026", &format!("{}. Trong năm 2025, việc này làm tốt.", words(7))).await;
        assert!(page.contains("Phần chữ giống báo cáo năm trước"), "{page}");
        assert!(page.contains("có chỗ ghi năm 2025: “Trong năm 2025, việc này làm tốt”"), "{page}");
        assert!(page.contains("Báo cáo năm 2025</a>"), "{page}");
        // The template's own words are the same every year, and speak of last year rightly.
        let half = begin("2026-H1", &words(11)).await;
        assert!(!half.contains("giống báo cáo") && !half.contains("có chỗ ghi năm"), "{half}");

        // Once last year's is issued, this year is compared with what it said, and leads to its rows as they were frozen.
        let (app, officer) = (&t.app, p.officer.account);
        let last = papers::find(&app.db, p.commune, Period::year(2025)).await.unwrap().unwrap();
        let none = (papers::absent_key("mediation"), "không phát sinh vụ việc");
        papers::write(app, officer, last, std::slice::from_ref(&none)).await.unwrap();
        papers::keep_proposed(app, officer, last).await.unwrap();
        settle(app, officer, last).await;
        papers::freeze(app, officer, last).await.unwrap();
        papers::submit(app, officer, last).await.unwrap();
        papers::approve(app, p.leader.account, last).await.unwrap();
        papers::issue(app, officer, last, "12", app.today(), (None, None)).await.unwrap();
        let units = Units::AsOn(app.today());
        let question = Question { unit: p.commune, period: Period::year(2025), units, by: By::Whole };
        let talks = numbers::find_indicator("talks").unwrap();
        let slice = numbers::Slice { limit: 1, ..Default::default() };
        let row = &numbers::rows_behind(app, &question, talks, None, slice).await.unwrap()[0];
        t.pass_minutes(1);
        let activity = activities::get(&app.db, row.id).await.unwrap();
        let mut tx = app.db.begin().await.unwrap();
        activities::withdraw(&mut tx, app, None, &activity, "ghi trùng").await.unwrap();
        tx.commit().await.unwrap();
        let this = papers::find(&app.db, p.commune, Period::year(2026)).await.unwrap().unwrap();
        // How a row is to be read is said where it stands in the table, and nowhere else.
        for (audience, is_said) in [("people", false), ("minority", true)] {
            let counted =
                Content { minority: Some(5), audiences: vec![audience.into()], ..talk(p.commune, 40) };
            let mut tx = app.db.begin().await.unwrap();
            activities::insert(&mut tx, app, None, 1, &counted).await.unwrap();
            tx.commit().await.unwrap();
            let page = p.officer.get(&t, &format!("/bao-cao/{this}")).await.text();
            assert_eq!(page.contains("Hai số đo hai việc"), is_said, "{audience}: {page}");
        }
        let page = p.officer.get(&t, &format!("/bao-cao/{this}")).await.text();
        let mut checked = 0;
        for link in page.split("href=\"").filter(|h| h.contains("ky=2025&") && h.contains("/so-lieu/dong?")) {
            let href = link.split('"').next().unwrap().replace("&#38;", "&");
            let printed = between(link, ">", "<").unwrap();
            assert!(href.contains("&chot="), "{href}");
            let rows = p.officer.get(&t, &href).await.text();
            assert_eq!(between(&rows, "<p class=\"note\"><strong>", " "), Some(printed), "{href}");
            checked += usize::from(rows.contains("Thu hồi sau khi chốt"));
        }
        assert!(checked > 1, "the paper and the panel beside it: {page}");
    })
    .await;
}

/// A province's report gathers what the figures of its communes raise, and is frozen only when each is corrected,
/// answered, or settled by the reasons of its rows.
#[tokio::test]
async fn a_province_answers_for_the_figures_of_its_communes() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2024-01-01").await;
        let [loud, wrong, reasoned] = ["Phường Long An", "Xã Cần Giuộc", "Xã An Thạnh"];
        let mut units = vec![];
        for name in [loud, wrong, reasoned] {
            units.push(t.unit(name, "commune", Some(province), "2024-01-01").await);
        }
        let officer = t.person(Role::ProvincialOfficer, province).await;
        let leader = t.person(Role::Leader, province).await;
        let app = &t.app;
        let mut tx = app.db.begin().await.unwrap();
        let mut impossible = None;
        for (n, unit) in units.iter().enumerate() {
            for day in 1..=3_i8 {
                let content = Content {
                    day: jiff::civil::date(2026, 3, day),
                    attendances: [712, 60, 900][n],
                    women: (n == 1 && day == 2).then_some(39_000),
                    reason: if n == 2 {
                        "Tổ chức tại sân vận động".into()
                    } else {
                        String::new()
                    },
                    ..talk(*unit, 0)
                };
                let id = activities::insert(&mut tx, app, None, 1, &content).await.unwrap();
                if content.women.is_some() {
                    impossible = Some(id);
                }
            }
        }
        tx.commit().await.unwrap();
        let new = [("don-vi", province.to_string()), ("ky", "2026".into()), ("cay", "nay".into())];
        let new: Vec<(&str, &str)> = new.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let path = officer.post(&t, "/bao-cao", &new).await.location().to_owned();
        let id: store::RecordId = path.rsplit('/').next().unwrap().parse().unwrap();
        let none = (papers::absent_key("mediation"), "không phát sinh");
        papers::write(app, officer.account, id, &[none]).await.unwrap();
        papers::keep_proposed(app, officer.account, id).await.unwrap();

        // Who is below has not reported: a warning with the count and the list.
        let page = officer.get(&t, &path).await.text();
        assert!(page.contains("Mới có 0 trên 3 đơn vị trực thuộc ban hành"), "{page}");
        assert!(page.contains("3 đơn vị chưa ban hành"), "{page}");
        // Each figure under its unit, with its rows; what the rows answer is settled.
        let of = |page: &str, unit: &str| {
            between(page, &format!("<summary>{unit} <small>"), "</details>").unwrap_or_default().to_owned()
        };
        assert!(of(&page, loud).contains("Bình quân 712 lượt người một cuộc"), "{page}");
        assert!(of(&page, wrong).contains("là 39.000, lớn hơn"), "{page}");
        assert!(of(&page, wrong).contains("Con số này không thể có."), "{page}");
        assert!(of(&page, wrong).contains(&activities::page(impossible.unwrap())), "{page}");
        assert!(of(&page, reasoned).contains("Lý do đã ghi tại 3 dòng hoạt động."), "{page}");
        let shown = papers::get(&app.db, id).await.unwrap().version.to_string();
        let refused = officer.post(&t, &format!("{path}/chot"), &[("version", &shown)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("Không thể có, phải sửa – Xã Cần Giuộc"), "{}", refused.text());
        // Nor does the page of figures freeze what cannot be.
        let figures = [("don-vi", new[0].1), ("ky", "2026")];
        let refused = officer.post(&t, "/so-lieu/chot", &figures).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("39.000"), "{}", refused.text());

        // No reason makes it stand; correcting it does.
        let key = |page: &str, unit: &str| {
            between(&of(page, unit), "name=\"con-so\" value=\"", "\"").map(str::to_owned)
        };
        assert_eq!(key(&page, wrong), None);
        let before = activities::get(&app.db, impossible.unwrap()).await.unwrap();
        let right = Content { women: Some(39), ..before.content.clone() };
        let mut tx = app.db.begin().await.unwrap();
        activities::update(&mut tx, app, None, &before, &right).await.unwrap();
        tx.commit().await.unwrap();
        let loud_key = key(&page, loud).expect("a box for the reason");
        let answer = |reason| [("con-so", loud_key.as_str()), ("ly-do", reason)];
        let act = format!("{path}/tra-loi");
        assert_eq!(leader.post(&t, &act, &answer("x")).await.status, StatusCode::FORBIDDEN);
        let bare = officer.post(&t, &act, &answer("")).await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bare.text().contains("Hãy viết vì sao con số này đúng."), "{}", bare.text());
        assert_eq!(officer.post(&t, &act, &answer("Ngày hội toàn dân.")).await.status, StatusCode::SEE_OTHER);
        let page = officer.get(&t, &path).await.text();
        assert!(of(&page, loud).contains("Ngày hội toàn dân. – "), "{page}");
        // With other figures it is another question; the old reason is proposed.
        let mut tx = app.db.begin().await.unwrap();
        let more = Content { attendances: 1_500, ..talk(units[0], 0) };
        activities::insert(&mut tx, app, None, 1, &more).await.unwrap();
        tx.commit().await.unwrap();
        let page = officer.get(&t, &path).await.text();
        assert!(of(&page, loud).contains("value=\"Ngày hội toàn dân.\""), "{page}");
        answer_all(&t, &officer, &path).await;
        let page = officer.get(&t, &path).await.text();
        assert!(paper_of(&page).contains("Phường Long An: Bình quân 909 lượt người một cuộc"), "{page}");
        assert!(paper_of(&page).contains("Lý do: Đã đối chiếu danh sách."), "{page}");
        assert!(paper_of(&page).contains("Lý do: đã ghi tại 3 dòng hoạt động."), "{page}");
        let shown = papers::get(&app.db, id).await.unwrap().version.to_string();
        let done = officer.post(&t, &format!("{path}/chot"), &[("version", &shown)]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        // The leader, who approved, is told when it is out.
        papers::submit(app, officer.account, id).await.unwrap();
        papers::approve(app, leader.account, id).await.unwrap();
        papers::issue(app, officer.account, id, "9", app.today(), (None, None)).await.unwrap();
        let home = leader.get(&t, "/viec").await.text();
        assert!(home.contains("Báo cáo năm 2026, số 9"), "{home}");
        assert_eq!(lantoa::audit::verify(&app.db).await.unwrap().1, vec![]);
    })
    .await;
}

/// Writes, freezes, signs and issues a unit's report of 2026 with figures of mediation, or why there are none.
async fn issue_report(
    t: &TestApp,
    (officer, leader): (&Person, &Person),
    unit: Id,
    figures: Result<[&str; 6], &str>,
    number: &str,
) -> store::RecordId {
    let app = &t.app;
    let (year, now) = (Period::year(2026), Units::AsOn(app.today()));
    let id = papers::create(app, officer.account, unit, year, now).await.unwrap();
    let texts: Vec<(String, &str)> = match figures {
        Ok(all) => MEDIATION[3..].iter().zip(all).map(|((c, _), v)| (papers::figure_key(c), v)).collect(),
        Err(why) => vec![(papers::absent_key("mediation"), why)],
    };
    papers::write(app, officer.account, id, &texts).await.unwrap();
    papers::write(app, officer.account, id, &[(papers::source_key("mediation"), "Báo cáo tổ hòa giải")])
        .await
        .unwrap();
    papers::keep_proposed(app, officer.account, id).await.unwrap();
    settle(app, officer.account, id).await;
    papers::freeze(app, officer.account, id).await.unwrap();
    papers::submit(app, officer.account, id).await.unwrap();
    papers::approve(app, leader.account, id).await.unwrap();
    papers::issue(app, officer.account, id, number, app.today(), (None, None)).await.unwrap();
    id
}

/// What nothing counts is stated by communes from a source, summed at the province in one click, and opens all the way
/// down.
#[tokio::test]
async fn a_province_sums_what_its_communes_have_issued() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2024-01-01").await;
        let mut units = vec![];
        for name in ["Phường Long An", "Xã An Thạnh", "Xã Bến Lức", "Xã Cần Giuộc"] {
            units.push(t.unit(name, "commune", Some(province), "2024-01-01").await);
        }
        let officer = t.person(Role::ProvincialOfficer, province).await;
        let leader = t.person(Role::Leader, province).await;
        let commune = t.person(Role::CommuneOfficer, units[0]).await;
        let signer = t.person(Role::Leader, units[1]).await;
        let who = (&officer, &leader);
        let first = issue_report(&t, who, units[0], Ok(["41", "39", "36", "3", "1", "1"]), "5").await;
        let second =
            issue_report(&t, who, units[1], Ok(["1.009", "1.009", "1.000", "9", "0", "0"]), "6").await;
        issue_report(&t, who, units[2], Err("không phát sinh"), "7").await;

        let new = [("don-vi", province.to_string()), ("ky", "2026".into()), ("cay", "nay".into())];
        let new: Vec<(&str, &str)> = new.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let path = officer.post(&t, "/bao-cao", &new).await.location().to_owned();
        let id: store::RecordId = path.rsplit('/').next().unwrap().parse().unwrap();
        let page = officer.get(&t, &path).await.text();
        assert!(page.contains("2 trên 4 đơn vị trực thuộc đã ban hành báo cáo có các số này."), "{page}");
        assert!(page.contains("Vụ việc tiếp nhận: 1.050</a>"), "{page}");
        let silent = between(&page, "<summary>1 đơn vị chưa ban hành</summary>", "</ul>").unwrap();
        assert!(silent.contains("Xã Cần Giuộc"), "{silent}");
        let opened = format!("{path}/so-ghi-tay/mediation-received");
        assert!(page.contains(&format!("href=\"{opened}\"")), "{page}");
        // What could be taken opens before it is.
        let offer = officer.get(&t, &opened).await.text();
        assert!(offer.contains("Chưa lấy vào báo cáo.") && offer.contains("từ 2 trên 4"), "{offer}");

        // One click takes it; the paper says of how many it is the sum, and each figure leads to them.
        let take = [("khoa", "mediation"), ("phien-ban", "0"), ("lay", "1")];
        let taken = officer.post(&t, &format!("{path}/so-ghi-tay"), &take).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
        let page = officer.get(&t, &path).await.text();
        assert!(page.contains("Đang dùng số cộng"), "{page}");
        let paper = without_links(paper_of(&page));
        assert!(paper.contains("Tiếp nhận 1.050 vụ việc; đã hòa giải 1.048 vụ việc"), "{paper}");
        assert!(paper.contains("báo cáo đã ban hành của 2 trên 4 đơn vị trực thuộc."), "{paper}");

        // Another figure than the sum stands with a reason, and both are printed.
        let typed = |version, received, why| {
            let mut form: Vec<(&str, &str)> =
                vec![("khoa", "mediation"), ("phien-ban", version), ("nguon", why)];
            let all = [received, "1.048", "1.036", "12", "1", "1"];
            form.extend(MEDIATION[3..].iter().zip(all).map(|((code, _), value)| (*code, value)));
            form
        };
        let act = format!("{path}/so-ghi-tay");
        let bare = officer.post(&t, &act, &typed("6", "1.060", "")).await;
        assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bare.text().contains("Số ghi khác số cộng của các đơn vị."), "{}", bare.text());
        let why = "sổ của xã Cần Giuộc có 10 vụ";
        assert_eq!(officer.post(&t, &act, &typed("6", "1.060", why)).await.status, StatusCode::SEE_OTHER);
        let page = officer.get(&t, &path).await.text();
        assert!(page.contains("Lấy số cộng</button>"), "{page}");
        let said = "Vụ việc tiếp nhận: báo cáo 1.060, cộng được 1.050. Lý do: sổ của xã Cần Giuộc có 10 vụ.";
        assert!(paper_of(&page).contains(said), "{page}");
        let otherwise = officer.get(&t, &opened).await.text();
        assert!(otherwise.contains("Đơn vị báo cáo 1.060; cộng báo cáo"), "{otherwise}");
        assert!(otherwise.contains("Lý do: sổ của xã Cần Giuộc"), "{otherwise}");
        let version = figures_version(&page);
        let take = [("khoa", "mediation"), ("phien-ban", version.as_str()), ("lay", "1")];
        assert_eq!(officer.post(&t, &act, &take).await.status, StatusCode::SEE_OTHER);

        // Frozen, it is the sum of what was issued then, whatever is withdrawn later.
        papers::keep_proposed(&t.app, officer.account, id).await.unwrap();
        settle(&t.app, officer.account, id).await;
        papers::freeze(&t.app, officer.account, id).await.unwrap();
        let version = papers::get(&t.app.db, second).await.unwrap().version.to_string();
        let withdraw = [("version", version.as_str()), ("thu-hoi", "Ghi nhầm")];
        let done = signer.post(&t, &format!("{}/thu-hoi", papers::path(second)), &withdraw).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let docx = officer.get(&t, &format!("{path}/bao-cao.docx")).await.body;
        let marks = press::read_marks(&docx).unwrap();
        for (mark, text) in [("mediation-received", "1.050"), ("mediation-rate", "98,85")] {
            assert_eq!(marks[&press::bookmark_name(&format!("{mark} 2026 whole"))], text);
        }
        let page = officer.get(&t, &path).await.text();
        assert!(paper_of(&page).contains(&format!("href=\"{opened}\">1.050</a>")), "{page}");
        let all = officer.get(&t, &opened).await.text();
        assert!(all.contains("Cộng được 1.050, từ 2 trên 4 đơn vị"), "{all}");
        assert!(all.contains("<strong>1.050</strong> – cộng từ báo cáo đã ban hành"), "{all}");
        assert!(all.contains("Đã thu hồi") && all.contains("không phát sinh"), "{all}");
        let code =
            numbers::get_freeze(&t.app.db, papers::get(&t.app.db, first).await.unwrap().freeze.unwrap());
        assert!(all.contains(&format!("href=\"/ma/{}\"", code.await.unwrap().code)), "{all}");
        let rate = officer.get(&t, &format!("{path}/so-ghi-tay/mediation-rate")).await.text();
        assert!(rate.contains("98,85") && rate.contains("Hòa giải thành: 1.036</a>"), "{rate}");

        // Down to who stated it in a commune, and from what.
        let below = format!("{}/so-ghi-tay/mediation-received", papers::path(first));
        assert!(all.contains(&format!("<a href=\"{below}\">41</a>")), "{all}");
        for person in [&officer, &commune] {
            let own = person.get(&t, &format!("/en{below}")).await.text();
            assert!(own.contains("<strong>41</strong> – stated by ") && !own.contains('⟦'), "{own}");
            assert!(own.contains("Source: Báo cáo tổ hòa giải"), "{own}");
        }
        assert_eq!(commune.get(&t, &opened).await.status, StatusCode::NOT_FOUND);
        let no_such = format!("{path}/so-ghi-tay/talks");
        assert_eq!(officer.get(&t, &no_such).await.status, StatusCode::NOT_FOUND);

        // What begins after a withdrawal goes on from the same sum.
        papers::submit(&t.app, officer.account, id).await.unwrap();
        papers::approve(&t.app, leader.account, id).await.unwrap();
        papers::issue(&t.app, officer.account, id, "9", t.app.today(), (None, None)).await.unwrap();
        let version = papers::get(&t.app.db, id).await.unwrap().version.to_string();
        let withdraw = [("version", version.as_str()), ("thu-hoi", "Ghi nhầm")];
        assert_eq!(
            leader.post(&t, &format!("{path}/thu-hoi"), &withdraw).await.status,
            StatusCode::SEE_OTHER
        );
        let again = officer.post(&t, "/bao-cao", &new).await.location().to_owned();
        let page = officer.get(&t, &format!("{again}/so-ghi-tay/mediation-received")).await.text();
        assert!(page.contains("Cộng được 1.050, từ 2 trên 4 đơn vị"), "{page}");
        // But is not frozen before the sum is taken again: one of the reports no longer stands.
        let id: store::RecordId = again.rsplit('/').next().unwrap().parse().unwrap();
        settle(&t.app, officer.account, id).await;
        let shown = papers::get(&t.app.db, id).await.unwrap().version.to_string();
        let refused = officer.post(&t, &format!("{again}/chot"), &[("version", &shown)]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let gone = "Số ghi tay đang tính cả báo cáo đã thu hồi của Xã An Thạnh.";
        let problems = refused.text();
        let problems = between(&problems, "id=\"problems\"", "</div>").unwrap();
        assert!(problems.contains("href=\"#f-mediation\"") && problems.contains(gone), "{problems}");
        let page = officer.get(&t, &again).await.text();
        assert!(page.contains(gone) && page.contains("Lấy số cộng</button>"), "{page}");
        let version = figures_version(&page);
        let take = [("khoa", "mediation"), ("phien-ban", version.as_str()), ("lay", "1")];
        let taken = officer.post(&t, &format!("{again}/so-ghi-tay"), &take).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
        // A unit whose report is replaced by one that says the same is asked about too.
        let version = papers::get(&t.app.db, first).await.unwrap().version.to_string();
        let withdraw = [("version", version.as_str()), ("thu-hoi", "Sai lời văn")];
        let chair = t.person(Role::Leader, units[0]).await;
        let done = chair.post(&t, &format!("{}/thu-hoi", papers::path(first)), &withdraw).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        issue_report(&t, who, units[0], Ok(["41", "39", "36", "3", "1", "1"]), "8").await;
        let page = officer.get(&t, &again).await.text();
        assert!(
            page.contains("báo cáo đã thu hồi của Phường Long An.") && !page.contains("Đang dùng số cộng")
        );
        let take = [("khoa", "mediation"), ("phien-ban", &*figures_version(&page)), ("lay", "1")];
        assert_eq!(
            officer.post(&t, &format!("{again}/so-ghi-tay"), &take).await.status,
            StatusCode::SEE_OTHER
        );
        let page = officer.get(&t, &again).await.text();
        assert!(page.contains("Đang dùng số cộng") && !page.contains("báo cáo đã thu hồi của"), "{page}");
        let nothing = [("khoa", "mediation"), ("phien-ban", "0"), ("lay", "1")];
        let own = papers::create(&t.app, officer.account, units[3], Period::year(2026), Units::AsTheyWere);
        let own = papers::path(own.await.unwrap());
        let last = t.person(Role::CommuneOfficer, units[3]).await;
        let refused = last.post(&t, &format!("{own}/so-ghi-tay"), &nothing).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text());
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}
