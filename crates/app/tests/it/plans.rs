//! Plans: writing, approval by another person, issue, progress from activities, when a plan is due, who may.

use axum::extract::FromRequestParts as _;
use axum::http::{Request, StatusCode, header};
use jiff::civil::Date;
use lantoa::access::Role;
use lantoa::features::activities;
use lantoa::features::laws::{self, By, NewLaw};
use lantoa::features::plans::{self, Content, Kind, LineContent, Plan, State};
use lantoa::web::Signed;
use store::{Id, RecordId};

use crate::spine::talk;
use crate::support::{Answer, Person, TestApp, on_every_engine};

struct Place {
    province: Id,
    commune: Id,
    sibling: Id,
    officer: Person,
    leader: Person,
    provincial: Person,
    provincial_leader: Person,
}

async fn place(t: &TestApp) -> Place {
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2025-07-01").await;
    let commune = t.unit("Xã Bến Lức", "commune", Some(province), "2025-07-01").await;
    let sibling = t.unit("Xã Mỹ Yên", "commune", Some(province), "2025-07-01").await;
    Place {
        officer: t.person(Role::CommuneOfficer, commune).await,
        leader: t.person(Role::Leader, commune).await,
        provincial: t.person(Role::ProvincialOfficer, province).await,
        provincial_leader: t.person(Role::Leader, province).await,
        province,
        commune,
        sibling,
    }
}

pub fn plan_of(unit: Id, year: i64) -> Content {
    Content {
        unit,
        year,
        kind: Kind::Annual,
        title: format!("Kế hoạch phổ biến, giáo dục pháp luật năm {year}"),
        purpose: "Đưa luật đến đúng người.".into(),
        organisation: "Các đơn vị thực hiện.".into(),
        authority: "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH".into(),
        signer: String::new(),
        recipients: "Sở Tư pháp\nLưu: VT".into(),
        bases: vec![],
        above: None,
        due_days: None,
    }
}

pub fn line_of(lead: Id, content: &str, talks: i64, until: &str) -> LineContent {
    LineContent {
        content: content.into(),
        laws: vec![],
        audiences: vec!["people".into()],
        methods: vec!["talk".into()],
        lead,
        with_units: vec![],
        with_others: "Hội Phụ nữ".into(),
        from: None,
        until: until.parse().unwrap(),
        product: "Danh sách người dự".into(),
        talks,
        budget: 2_000_000,
        above: None,
    }
}

/// A plan carried through to its issue by the model's own acts.
async fn issued(
    t: &TestApp,
    content: &Content,
    lines: &[LineContent],
    writer: &Person,
    approver: &Person,
    number: &str,
    on: &str,
) -> (Plan, Vec<RecordId>) {
    let app = &t.app;
    let mut tx = app.db.begin().await.unwrap();
    let mut plan = plans::insert(&mut tx, app, Some(writer.account), 1, content).await.unwrap();
    let mut ids = Vec::new();
    for line in lines {
        ids.push(plans::add_line(&mut tx, app, Some(writer.account), &mut plan, line).await.unwrap());
    }
    plan.submit(&mut tx, app, Some(writer.account)).await.unwrap();
    plan.approve(&mut tx, app, approver.account).await.unwrap();
    plan.issue(&mut tx, app, Some(writer.account), number, on.parse::<Date>().unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    (plan, ids)
}

#[track_caller]
fn assert_status(answer: &Answer, expected: StatusCode) {
    assert_eq!(answer.status, expected, "{}", answer.text());
}

#[track_caller]
fn went_to(answer: &Answer) -> String {
    assert_status(answer, StatusCode::SEE_OTHER);
    answer.location().split('?').next().expect("a path").to_owned()
}

/// The value that a page has in a field.
#[track_caller]
fn hidden(page: &str, name: &str) -> String {
    let at = page.find(&format!(" name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name} in {page}"));
    let tag = &page[at..at + page[at..].find('>').expect("a tag's end")];
    let value = tag.split_once(" value=\"").unwrap_or_else(|| panic!("no value in {tag}")).1;
    value[..value.find('"').expect("a quote")].to_owned()
}

#[track_caller]
fn in_words(answer: &Answer) -> String {
    assert_status(answer, StatusCode::OK);
    let text = answer.text();
    assert!(!text.contains('⟦'), "{text}");
    text
}

const LINE: [(&str, &str); 6] = [
    ("content", "Phổ biến Luật Đất đai cho nhân dân"),
    ("audience", "people"),
    ("method", "talk"),
    ("until", "2026-12-20"),
    ("talks", "2"),
    ("budget", "3.000.000"),
];

#[tokio::test]
async fn from_an_empty_page_to_an_issued_plan_and_its_progress() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let page = in_words(&p.officer.get(&t, "/ke-hoach/moi?nam=2026").await);
        assert!(
            page.contains("Kế hoạch phổ biến, giáo dục pháp luật năm 2026 trên địa bàn xã Bến Lức"),
            "{page}"
        );
        let unit = p.commune.to_string();
        let head =
            [("don-vi", &*unit), ("year", "2026"), ("kind", "annual"), ("title", "Kế hoạch PBGDPL 2026")];
        let path = went_to(&p.officer.post(&t, "/ke-hoach/moi", &head).await);
        // The year has its own plan now.
        let again = p.officer.post(&t, "/ke-hoach/moi", &head).await;
        assert_status(&again, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.text().contains("Đơn vị đã có kế hoạch năm này"));

        let nothing = p.officer.post(&t, &format!("{path}/trinh"), &[("version", "1")]).await;
        assert_status(&nothing, StatusCode::CONFLICT);
        in_words(&p.officer.get(&t, &format!("{path}/dong/moi")).await);
        // A deadline before its first day is refused; one outside the plan's year is asked about.
        let dated = |from, until, outside| {
            let line = LINE.iter().copied().filter(|(name, _)| *name != "until");
            line.chain([("from", from), ("until", until), ("outside", outside)]).collect::<Vec<_>>()
        };
        for (from, until, outside, says) in [
            ("2026-12-01", "2026-11-01", "1", "phải sau ngày bắt đầu"),
            ("", "2062-12-20", "", "không thuộc năm 2026 của kế hoạch"),
        ] {
            let answer = p.officer.post(&t, &format!("{path}/dong/moi"), &dated(from, until, outside)).await;
            assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
            let page = answer.text();
            assert!(
                page.contains(says) && page.contains(until) && page.contains("name=\"outside\""),
                "{page}"
            );
        }
        went_to(&p.officer.post(&t, &format!("{path}/dong/moi"), &dated("", "2027-01-10", "1")).await);
        let id: RecordId = path.rsplit('/').next().unwrap().parse().unwrap();
        let outside = plans::lines(&t.app.db, id).await.unwrap().remove(0);
        // What was answered is not asked again.
        let edit = format!("{}/sua", outside.page());
        let version = outside.version.to_string();
        let mut same = dated("", "2027-01-10", "");
        same.push(("version", &version));
        went_to(&p.officer.post(&t, &edit, &same).await);
        let version = hidden(&p.officer.get(&t, &edit).await.text(), "version");
        let drop = format!("{}/bo", outside.page());
        went_to(&p.officer.post(&t, &drop, &[("version", &version)]).await);
        assert_eq!(went_to(&p.officer.post(&t, &format!("{path}/dong/moi"), &LINE).await), path);
        let page = in_words(&p.officer.get(&t, &path).await);
        assert!(page.contains("kinh phí 3.000.000 đồng") && page.contains("1 nhiệm vụ"), "{page}");

        // Somebody who sees the page before the line was there does not submit what they have not seen.
        let stale = p.officer.post(&t, &format!("{path}/trinh"), &[("version", "1")]).await;
        assert_status(&stale, StatusCode::CONFLICT);
        let version = hidden(&page, "version");
        went_to(&p.officer.post(&t, &format!("{path}/trinh"), &[("version", &version)]).await);
        // Submitted is written no more.
        assert_status(&p.officer.get(&t, &format!("{path}/sua")).await, StatusCode::CONFLICT);
        assert_status(&p.officer.post(&t, &format!("{path}/dong/moi"), &LINE).await, StatusCode::CONFLICT);

        let page = in_words(&p.leader.get(&t, &path).await);
        let version = hidden(&page, "version");
        let v = [("version", &*version)];
        assert_status(&p.officer.post(&t, &format!("{path}/duyet"), &v).await, StatusCode::FORBIDDEN);
        // Returned with remarks, changed, submitted again.
        let no_remarks = p.leader.post(&t, &format!("{path}/tra-lai"), &v).await;
        assert_status(&no_remarks, StatusCode::UNPROCESSABLE_ENTITY);
        went_to(
            &p.leader
                .post(&t, &format!("{path}/tra-lai"), &[v[0], ("remarks", "Thêm đối tượng thanh niên")])
                .await,
        );
        let page = in_words(&p.officer.get(&t, &path).await);
        assert!(page.contains("Thêm đối tượng thanh niên"), "{page}");
        let version = hidden(&page, "version");
        went_to(&p.officer.post(&t, &format!("{path}/trinh"), &[("version", &version)]).await);
        let version = hidden(&p.leader.get(&t, &path).await.text(), "version");
        went_to(&p.leader.post(&t, &format!("{path}/duyet"), &[("version", &version)]).await);

        let page = in_words(&p.officer.get(&t, &path).await);
        let version = hidden(&page, "version");
        let ahead = [("version", &*version), ("number", "05/KH-UBND"), ("issued_on", "2026-11-24")];
        let answer = p.officer.post(&t, &format!("{path}/ban-hanh"), &ahead).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        let given = [ahead[0], ahead[1], ("issued_on", "2026-01-12")];
        let mistyped = [ahead[0], ("number", "abc/x"), given[2]];
        let answer = p.officer.post(&t, &format!("{path}/ban-hanh"), &mistyped).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        assert!(page.contains("value=\"abc/x\"") && page.contains("hoặc cả ký hiệu: 15/KH-UBND"), "{page}");
        went_to(&p.officer.post(&t, &format!("{path}/ban-hanh"), &given).await);
        let page = in_words(&p.officer.get(&t, &path).await);
        for part in ["05/KH-UBND", "ban hành ngày 12/01/2026", "Chưa làm", "0/2"] {
            assert!(page.contains(part), "{part} in {page}");
        }

        // What is recorded under the line is its progress; withdrawing takes it back.
        let id: RecordId = path.rsplit('/').next().unwrap().parse().unwrap();
        let line = plans::lines(&t.app.db, id).await.unwrap().remove(0);
        let entry = p.officer.get(&t, &format!("/hoat-dong/moi?dong={}", line.id)).await.text();
        assert!(entry.contains(&format!("value=\"{}\" selected", line.id)), "{entry}");
        let record = async |attendances: i64, estimated: bool| {
            let mut tx = t.app.db.begin().await.unwrap();
            let content = activities::Content {
                plan_line: Some(line.id),
                day: "2026-03-05".parse().unwrap(),
                estimated,
                ..talk(p.commune, attendances)
            };
            let id = activities::insert(&mut tx, &t.app, None, 1, &content).await.unwrap();
            tx.commit().await.unwrap();
            id
        };
        let first = record(60, false).await;
        record(40, true).await;
        let page = in_words(&p.officer.get(&t, &path).await);
        assert!(page.contains("1/2") && page.contains("Đang làm"), "{page}");
        record(30, false).await;
        let page = in_words(&p.officer.get(&t, &path).await);
        assert!(page.contains("2/2") && page.contains("Xong"), "{page}");
        let page = in_words(&p.officer.get(&t, &line.page()).await);
        assert!(page.contains("90 lượt người") && page.contains(&activities::page(first)), "{page}");
        let shown = in_words(&p.officer.get(&t, &activities::page(first)).await);
        assert!(shown.contains(&line.page()), "the activity leads to its line: {shown}");
        let before = activities::get(&t.app.db, first).await.unwrap();
        let mut tx = t.app.db.begin().await.unwrap();
        activities::withdraw(&mut tx, &t.app, None, &before, "ghi nhầm").await.unwrap();
        tx.commit().await.unwrap();
        let page = in_words(&p.officer.get(&t, &path).await);
        assert!(page.contains("1/2"), "{page}");
        // In English too, and in the list.
        in_words(&p.officer.get(&t, &format!("/en{path}")).await);
        in_words(&p.officer.get(&t, &format!("/en{}", line.page())).await);
        let list = in_words(&p.officer.get(&t, "/ke-hoach?nam=2026").await);
        assert!(list.contains("Kế hoạch PBGDPL 2026") && list.contains("Đã ban hành"), "{list}");
        in_words(&p.provincial.get(&t, "/en/ke-hoach").await);
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

/// Whoever wrote any part of a plan, whatever part, never approves it; whoever did not, may.
#[tokio::test]
async fn no_author_approves() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let app = &t.app;
        let people: Vec<Id> =
            [&p.officer, &p.leader, &p.provincial, &p.provincial_leader].map(|p| p.account).into();
        // Every choice of who begins, adds a line, changes it, changes the head, submits, takes back and submits
        // again, in pairs of two people; then everybody tries.
        for first in 0..2_usize {
            for acts in 0..32_u32 {
                let who = |bit: u32| Some(people[if acts >> bit & 1 == 1 { first } else { 2 }]);
                let mut tx = app.db.begin().await.unwrap();
                let content = Content { kind: Kind::Further, ..plan_of(p.commune, 2026) };
                let mut plan = plans::insert(&mut tx, app, who(0), 1, &content).await.unwrap();
                let line = line_of(p.commune, "Phổ biến luật", 1, "2026-12-31");
                plans::add_line(&mut tx, app, who(1), &mut plan, &line).await.unwrap();
                plan.change(&mut tx, app, who(2), &content).await.unwrap();
                plan.submit(&mut tx, app, who(3)).await.unwrap();
                plan.recall(&mut tx, app, who(4)).await.unwrap();
                plan.submit(&mut tx, app, who(4)).await.unwrap();
                tx.commit().await.unwrap();
                let authors: Vec<Id> = (0..5).filter_map(who).collect();
                for person in &people {
                    let mut seen = plans::get(&app.db, plan.id).await.unwrap();
                    let mut tx = app.db.begin().await.unwrap();
                    let approved = seen.approve(&mut tx, app, *person).await.is_ok();
                    tx.rollback().await.unwrap();
                    assert_eq!(approved, !authors.contains(person), "acts {acts:05b}, {person}");
                }
            }
        }
    })
    .await;
}

/// Every act in every state: only the next step of a paper's life is possible.
#[tokio::test]
async fn only_the_next_step_is_possible() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let app = &t.app;
        let writer = Some(p.officer.account);
        let on: Date = "2026-01-12".parse().unwrap();
        for state in State::ALL {
            let mut possible = Vec::new();
            for act in ["line", "change", "submit", "recall", "approve", "return", "issue", "withdraw"] {
                let content = Content { kind: Kind::Further, ..plan_of(p.commune, 2026) };
                let line = line_of(p.commune, "Phổ biến luật", 1, "2026-12-31");
                let mut tx = app.db.begin().await.unwrap();
                let mut plan = plans::insert(&mut tx, app, writer, 1, &content).await.unwrap();
                plans::add_line(&mut tx, app, writer, &mut plan, &line).await.unwrap();
                let reached = State::ALL.iter().position(|s| *s == state).unwrap();
                if state == State::Withdrawn {
                    plan.withdraw(&mut tx, app, writer, "thừa").await.unwrap();
                } else {
                    if reached >= 1 {
                        plan.submit(&mut tx, app, writer).await.unwrap();
                    }
                    if reached >= 2 {
                        plan.approve(&mut tx, app, p.leader.account).await.unwrap();
                    }
                    if reached >= 3 {
                        plan.issue(&mut tx, app, writer, "1/KH", on).await.unwrap();
                    }
                }
                assert_eq!(plan.state, state);
                let done = match act {
                    "line" => plans::add_line(&mut tx, app, writer, &mut plan, &line).await.map(|_| ()),
                    "change" => plan.change(&mut tx, app, writer, &content).await,
                    "submit" => plan.submit(&mut tx, app, writer).await,
                    "recall" => plan.recall(&mut tx, app, writer).await,
                    "approve" => plan.approve(&mut tx, app, p.leader.account).await,
                    "return" => plan.give_back(&mut tx, app, p.leader.account, "sửa").await,
                    "issue" => plan.issue(&mut tx, app, writer, "1/KH", on).await,
                    _ => plan.withdraw(&mut tx, app, writer, "thừa").await,
                };
                if done.is_ok() {
                    possible.push(act);
                }
                tx.rollback().await.unwrap();
            }
            let expected: &[&str] = match state {
                State::Draft => &["line", "change", "submit", "withdraw"],
                State::Waiting => &["recall", "approve", "return", "withdraw"],
                State::Approved => &["return", "issue", "withdraw"],
                State::Issued => &["withdraw"],
                State::Withdrawn => &[],
            };
            assert_eq!(possible, expected, "{state:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_plan_is_seen_by_its_own_unit_and_above_and_by_nobody_beside() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let line = line_of(p.commune, "Phổ biến luật", 1, "2026-12-31");
        let (plan, lines) =
            issued(&t, &plan_of(p.commune, 2026), &[line], &p.officer, &p.leader, "1/KH-UBND", "2026-01-12")
                .await;
        let line = plans::lines(&t.app.db, plan.id).await.unwrap().remove(0);
        assert_eq!(lines, [line.id]);
        let neighbour = t.person(Role::CommuneOfficer, p.sibling).await;
        let neighbour_leader = t.person(Role::Leader, p.sibling).await;
        let ended = t.person_until(Role::CommuneOfficer, p.commune, Some("2026-11-01")).await;
        for path in [plan.page(), line.page(), format!("{}/sua", plan.page()), format!("{}/sua", line.page())]
        {
            for stranger in [&neighbour, &neighbour_leader, &ended] {
                let status = stranger.get(&t, &path).await.status;
                assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
            }
            assert_eq!(t.get(&path).await.status, StatusCode::SEE_OTHER, "{path}");
        }
        for act in ["trinh", "rut-trinh", "duyet", "tra-lai", "ban-hanh", "rut", "sua", "dong/moi"] {
            let path = format!("{}/{act}", plan.page());
            for stranger in [&neighbour, &neighbour_leader] {
                let answer = stranger.post(&t, &path, &[("version", "6")]).await;
                assert_status(&answer, StatusCode::NOT_FOUND);
            }
            let from_above = p.provincial.post(&t, &path, &[("version", "6")]).await;
            assert_status(&from_above, StatusCode::FORBIDDEN);
        }
        in_words(&p.provincial.get(&t, &plan.page()).await);
        in_words(&p.provincial_leader.get(&t, &line.page()).await);
        // Withdrawn by the leader only, with a reason; the fact loses the line.
        let v = plan.version.to_string();
        let why = [("version", &*v), ("withdraw_reason", "Ban hành lại")];
        let by_writer = p.officer.post(&t, &format!("{}/rut", plan.page()), &why).await;
        assert_status(&by_writer, StatusCode::FORBIDDEN);
        went_to(&p.leader.post(&t, &format!("{}/rut", plan.page()), &why).await);
        let rows = store::Select::from(plans::FACT.rows).count(vec![]).query();
        assert_eq!(rows.get::<(i64,)>(&t.app.db).await.unwrap().0, 0);
        // The year is free for another plan.
        let page = in_words(&p.officer.get(&t, "/ke-hoach?nam=2026").await);
        assert!(page.contains("Lập kế hoạch năm 2026"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn two_editors_lose_nothing() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let other = t.person(Role::CommuneOfficer, p.commune).await;
        let mut tx = t.app.db.begin().await.unwrap();
        let writer = Some(p.officer.account);
        let mut plan = plans::insert(&mut tx, &t.app, writer, 1, &plan_of(p.commune, 2026)).await.unwrap();
        let line = line_of(p.commune, "Phổ biến luật", 1, "2026-12-31");
        plans::add_line(&mut tx, &t.app, writer, &mut plan, &line).await.unwrap();
        tx.commit().await.unwrap();
        let line = plans::lines(&t.app.db, plan.id).await.unwrap().remove(0);

        // Two change one line: the second sees both values, and saves knowingly.
        let edit = format!("{}/sua", line.page());
        let version = hidden(&p.officer.get(&t, &edit).await.text(), "version");
        let mine =
            [("version", &*version), ("content", "Bản của tôi"), ("talks", "3"), ("until", "2026-12-31")];
        let theirs =
            [("version", &*version), ("content", "Bản kia"), ("talks", "1"), ("until", "2026-12-31")];
        went_to(&other.post(&t, &edit, &theirs).await);
        let both = p.officer.post(&t, &edit, &mine).await;
        assert_status(&both, StatusCode::CONFLICT);
        let both = both.text();
        for part in ["Bản của tôi", "Bản kia", "đã sửa phần này lúc 23/11/2026 10:42"] {
            assert!(both.contains(part), "{part} in {both}");
        }
        let version = hidden(&both, "version");
        went_to(&p.officer.post(&t, &edit, &[("version", &version), mine[1], mine[2], mine[3]]).await);
        let line = plans::lines(&t.app.db, plan.id).await.unwrap().remove(0);
        assert_eq!((line.content.content.as_str(), line.content.talks), ("Bản của tôi", 3));

        // The plan's own fields likewise; a line changed meanwhile is no conflict for them.
        let edit = format!("{}/sua", plan.page());
        let version = hidden(&p.officer.get(&t, &edit).await.text(), "version");
        let mine = [("version", &*version), ("title", "Tên của tôi")];
        went_to(&other.post(&t, &format!("{}/dong/moi", plan.page()), &LINE).await);
        went_to(&p.officer.post(&t, &edit, &mine).await);
        let late = other.post(&t, &edit, &[("version", &version), ("title", "Tên kia")]).await;
        assert_status(&late, StatusCode::CONFLICT);
        assert!(late.text().contains("Tên của tôi") && late.text().contains("Tên kia"), "{}", late.text());
        assert_eq!(plans::get(&t.app.db, plan.id).await.unwrap().content.title, "Tên của tôi");
    })
    .await;
}

#[tokio::test]
async fn a_commune_owes_its_plan_so_many_working_days_after_the_province() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let third = t.unit("Xã Lương Hòa", "commune", Some(p.province), "2025-07-01").await;
        let line = |unit: Id| [line_of(unit, "Phổ biến luật", 1, "2026-12-31")];
        let above = Content { due_days: Some(7), ..plan_of(p.province, 2026) };
        // Tuesday before Tết 2026: seven working days later is Thursday 26 February.
        let (above, _) = issued(
            &t,
            &above,
            &line(p.province),
            &p.provincial,
            &p.provincial_leader,
            "10/KH-UBND",
            "2026-02-10",
        )
        .await;
        issued(
            &t,
            &plan_of(p.commune, 2026),
            &line(p.commune),
            &p.officer,
            &p.leader,
            "1/KH-UBND",
            "2026-02-26",
        )
        .await;
        issued(
            &t,
            &plan_of(p.sibling, 2026),
            &line(p.sibling),
            &p.officer,
            &p.leader,
            "2/KH-UBND",
            "2026-03-02",
        )
        .await;
        let list = in_words(&p.officer.get(&t, "/ke-hoach?nam=2026").await);
        for part in ["hạn ban hành 26/02/2026", "Đúng hạn", "chưa được kiểm chứng"] {
            assert!(list.contains(part), "{part} in {list}");
        }
        let own = plans::find_annual(&t.app.db, p.commune, 2026).await.unwrap().unwrap();
        let own = in_words(&p.officer.get(&t, &format!("/ke-hoach/{own}")).await);
        assert!(own.contains("Nghỉ 16/02/2026 – 20/02/2026 (Tết Âm lịch)."), "{own}");
        let late = t.person(Role::CommuneOfficer, p.sibling).await;
        let list = in_words(&late.get(&t, "/ke-hoach?nam=2026").await);
        assert!(list.contains("Muộn 2 ngày làm việc"), "{list}");
        let missing = t.person(Role::CommuneOfficer, third).await;
        let list = in_words(&missing.get(&t, "/ke-hoach?nam=2026").await);
        assert!(list.contains("Quá hạn ") && list.contains(" ngày làm việc"), "{list}");
        let page = in_words(&p.provincial.get(&t, &above.page()).await);
        for part in ["đúng hạn 1", "muộn 1", "quá hạn chưa ban hành 1", "trong 7 ngày làm việc"]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
    })
    .await;
}

pub async fn law(t: &TestApp, number: &str, title: &str, effective: &str, units: Vec<Id>) -> Id {
    let new = NewLaw {
        number: number.into(),
        kind: "Luật".into(),
        title: title.into(),
        issuer: "Quốc hội".into(),
        issued: "2099-01-02".parse().ok(),
        effective: effective.parse().ok(),
        units,
        news: vec!["Câu mới thứ nhất.".into()],
        audiences: vec!["officials".into(), "workers".into()],
        ..NewLaw::default()
    };
    let mut tx = t.app.db.begin().await.unwrap();
    let (saved, _) = laws::insert(&mut tx, &t.app, &By::INSTALLATION, &new).await.unwrap();
    tx.commit().await.unwrap();
    saved.id()
}

#[tokio::test]
async fn a_new_law_is_on_the_board_of_every_unit_it_concerns_and_goes_into_a_plan_by_one_act() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        t.unit("Ấp 1", "hamlet", Some(p.commune), "2025-07-01").await;
        t.unit("Ấp 2", "hamlet", Some(p.commune), "2025-07-01").await;
        let everywhere = law(&t, "91/2099/QH99", "Nước sạch nông thôn", "2027-01-01", vec![]).await;
        let beside = law(&t, "92/2099/QH99", "Chợ nổi", "2027-02-01", vec![p.sibling]).await;
        let old = law(&t, "93/2099/QH99", "Đèn dầu", "2020-01-01", vec![]).await;
        let board = in_words(&p.officer.get(&t, "/ke-hoach/luat-moi").await);
        for part in [
            "Luật Nước sạch nông thôn",
            "01/01/2027",
            "còn 39 ngày",
            "Câu mới thứ nhất.",
            "Chưa có kế hoạch (1)",
        ] {
            assert!(board.contains(part), "{part} in {board}");
        }
        assert!(!board.contains("Chợ nổi") && !board.contains("Đèn dầu"), "{board}");
        let neighbour = t.person(Role::CommuneOfficer, p.sibling).await;
        let theirs = in_words(&neighbour.get(&t, "/en/ke-hoach/luat-moi").await);
        assert!(theirs.contains("Chợ nổi") && theirs.contains("Nước sạch"), "{theirs}");
        // Another unit's law and another unit's board are none of theirs.
        let unit = p.commune.to_string();
        let answer = p.officer.post(&t, &format!("/ke-hoach/luat-moi/{beside}"), &[("don-vi", &unit)]).await;
        assert_status(&answer, StatusCode::NOT_FOUND);
        let answer =
            neighbour.post(&t, &format!("/ke-hoach/luat-moi/{everywhere}"), &[("don-vi", &unit)]).await;
        assert_status(&answer, StatusCode::NOT_FOUND);
        let answer = neighbour.get(&t, &format!("/ke-hoach/luat-moi?don-vi={unit}")).await;
        assert_status(&answer, StatusCode::NOT_FOUND);
        let answer =
            p.leader.post(&t, &format!("/ke-hoach/luat-moi/{everywhere}"), &[("don-vi", &unit)]).await;
        assert_status(&answer, StatusCode::FORBIDDEN);

        // The work list says so.
        let home = in_words(&p.officer.get(&t, "/viec").await);
        assert!(home.contains("1 văn bản mới chưa có kế hoạch"), "{home}");
        assert!(home.contains("hạn 01/01/2027") && !home.contains("đã có hiệu lực mà"), "{home}");
        // What applies already and is in no plan is late since its own day, beside what is to come.
        law(&t, "96/2099/QH99", "Bè tre", "2026-11-03", vec![p.sibling]).await;
        let late = in_words(&neighbour.get(&t, "/viec").await);
        for part in ["1 văn bản đã có hiệu lực mà chưa có kế hoạch", "Quá hạn 20 ngày", "hạn 03/11/2026"]
        {
            assert!(late.contains(part), "{part} in {late}");
        }
        assert!(late.contains("2 văn bản mới chưa có kế hoạch") && late.contains("hạn 01/01/2027"), "{late}");

        // One act: two lines, for officials and for the people, prefilled.
        let act = format!("/ke-hoach/luat-moi/{everywhere}");
        let path = went_to(&p.officer.post(&t, &act, &[("don-vi", &unit)]).await);
        let id: RecordId = path.rsplit('/').next().unwrap().parse().unwrap();
        let plan = plans::get(&t.app.db, id).await.unwrap();
        assert_eq!((plan.content.kind, plan.content.year, plan.state), (Kind::Annual, 2027, State::Draft));
        let lines = plans::lines(&t.app.db, id).await.unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0].content.audiences, ["officials"]);
        assert_eq!(lines[1].content.audiences, ["workers"]);
        assert_eq!((lines[0].content.talks, lines[1].content.talks), (1, 2));
        // The line says whom it is for, and who usually helps there.
        assert!(lines[1].content.content.ends_with("cho người lao động trong doanh nghiệp"), "{lines:?}");
        assert!(lines[0].content.with_others.is_empty() && lines[1].content.with_others.contains("Mặt trận"));
        for line in &lines {
            assert_eq!(line.content.laws, [everywhere]);
            // In the plan's year, on working days: 1 January is none.
            assert_eq!(line.content.from.unwrap().to_string(), "2027-01-04");
            assert_eq!(line.content.until.to_string(), "2027-02-03");
            assert!(line.content.content.contains("Luật Nước sạch nông thôn (91/2099/QH99)"));
            in_words(&p.officer.get(&t, &format!("{}/sua", line.page())).await);
        }
        // The days stand in the plan, and stay when something else of the line is changed.
        let edit = p.officer.get(&t, &format!("{}/sua", lines[1].page())).await.text();
        let fields = ["content", "from", "until", "talks", "version"].map(|name| (name, hidden(&edit, name)));
        let known = everywhere.to_string();
        let mut form = vec![("law", &*known), ("audience", "workers"), ("product", "Tờ gấp")];
        form.extend(fields.iter().map(|(name, value)| (*name, &**value)));
        went_to(&p.officer.post(&t, &format!("{}/sua", lines[1].page()), &form).await);
        let changed = plans::lines(&t.app.db, id).await.unwrap().swap_remove(1).content;
        assert_eq!((changed.from, changed.until), (lines[1].content.from, lines[1].content.until));
        // A task that begins before the law was issued is asked about, and not forbidden.
        let page = in_words(&p.officer.get(&t, &path).await);
        assert_eq!(page.matches("\"Thời gian\">04/01/2027 – 03/02/2027</td>").count(), 2, "{page}");
        // Where there is no progress yet, nothing stands under its name.
        assert!(page.contains("Sửa, đổi thứ tự") && !page.contains("Tiến độ"), "{page}");
        let new = p.officer.get(&t, &format!("{path}/dong/moi?luat={everywhere}")).await.text();
        assert!(new.contains("Để trống thì lấy ngày cuối năm của kế hoạch, 31/12/2027."), "{new}");
        for (field, day) in [("from", "2027-01-04"), ("until", "2027-02-03")] {
            assert!(new.contains(&format!("name=\"{field}\" type=\"date\" value=\"{day}\"")), "{new}");
        }
        assert!(page.contains("bắt đầu ngày 04/01/2027, trước khi"), "{page}");
        assert!(page.contains("được ban hành (02/01/2099)"), "{page}");
        // Pressed twice: still two.
        assert_eq!(went_to(&p.officer.post(&t, &act, &[("don-vi", &unit)]).await), path);
        assert_eq!(plans::lines(&t.app.db, id).await.unwrap().len(), 2);
        let board = in_words(&p.officer.get(&t, "/ke-hoach/luat-moi?xem=da").await);
        assert!(board.contains("Đã có kế hoạch (1)") && board.contains(&lines[1].page()), "{board}");
        let open = in_words(&p.officer.get(&t, "/ke-hoach/luat-moi?xem=chua").await);
        assert!(!open.contains("Nước sạch"), "{open}");

        // Where the year's plan is issued, a further plan begins.
        let second = law(&t, "94/2099/QH99", "Cầu tre", "2027-03-01", vec![p.province]).await;
        let mut tx = t.app.db.begin().await.unwrap();
        let mut plan = plan;
        plan = plans::get(&t.app.db, plan.id).await.unwrap();
        plan.submit(&mut tx, &t.app, Some(p.officer.account)).await.unwrap();
        tx.commit().await.unwrap();
        let path =
            went_to(&p.officer.post(&t, &format!("/ke-hoach/luat-moi/{second}"), &[("don-vi", &unit)]).await);
        let id: RecordId = path.rsplit('/').next().unwrap().parse().unwrap();
        let further = plans::get(&t.app.db, id).await.unwrap();
        assert_eq!(further.content.kind, Kind::Further);
        assert_eq!(
            further.content.title,
            "Kế hoạch tuyên truyền, phổ biến Luật Cầu tre trên địa bàn xã Bến Lức"
        );
        assert_eq!(further.content.bases, [second]);

        // What the unit says of a law; two people see both values; with a reason it needs no plan.
        let third = law(&t, "95/2099/QH99", "Thuyền buồm", "2026-12-01", vec![]).await;
        let note = format!("/ke-hoach/luat-moi/{third}/ghi-chu");
        let page = in_words(&p.officer.get(&t, &note).await);
        assert_eq!(hidden(&page, "version"), "0");
        let typed =
            [("don-vi", &*unit), ("version", "0"), ("news", "Bản một"), ("not_here", "Xã không có sông")];
        went_to(&p.officer.post(&t, &note, &typed).await);
        let late = p.officer.post(&t, &note, &[typed[0], typed[1], ("news", "Bản hai")]).await;
        assert_status(&late, StatusCode::CONFLICT);
        assert!(late.text().contains("Bản một") && late.text().contains("Bản hai"), "{}", late.text());
        let none = in_words(&p.officer.get(&t, "/ke-hoach/luat-moi?xem=khong").await);
        assert!(none.contains("Thuyền buồm") && none.contains("Xã không có sông"), "{none}");
        let _ = old;
    })
    .await;
}

async fn signed(t: &TestApp, person: &Person) -> Signed {
    let cookie = format!("{}={}", lantoa::signin::COOKIE, person.cookie);
    let request = Request::get("/").header(header::COOKIE, cookie).body(()).unwrap();
    Signed::from_request_parts(&mut request.into_parts().0, &t.app).await.unwrap()
}

/// Promise B16: from a law to what was done for it, and back.
#[tokio::test]
async fn the_chain_goes_on_from_a_law_to_its_plans_lines_and_activities() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let base = law(&t, "96/2099/QH99", "Hòa giải", "2026-01-01", vec![]).await;
        let line = LineContent {
            laws: vec![base],
            ..line_of(p.commune, "Phổ biến Luật Hòa giải", 1, "2026-12-31")
        };
        let content = Content { bases: vec![base], ..plan_of(p.commune, 2026) };
        let (plan, lines) =
            issued(&t, &content, &[line], &p.officer, &p.leader, "3/KH-UBND", "2026-01-12").await;
        let mut tx = t.app.db.begin().await.unwrap();
        let done = activities::Content { plan_line: Some(lines[0]), laws: vec![base], ..talk(p.commune, 50) };
        let done = activities::insert(&mut tx, &t.app, None, 1, &done).await.unwrap();
        let beside = activities::Content { laws: vec![base], ..talk(p.commune, 20) };
        let beside = activities::insert(&mut tx, &t.app, None, 1, &beside).await.unwrap();
        tx.commit().await.unwrap();
        let line = plans::lines(&t.app.db, plan.id).await.unwrap().remove(0);
        let resting = async |person: &Person| {
            let signed = signed(&t, person).await;
            let mut all = Vec::new();
            for source in lantoa::on_laws() {
                all.extend(source.inside(&signed, base).await.unwrap());
            }
            all.into_iter().map(|r| (r.depth, r.path)).collect::<Vec<_>>()
        };
        let expected =
            [(0, plan.page()), (1, line.page()), (2, activities::page(done)), (0, activities::page(beside))];
        for person in [&p.officer, &p.leader, &p.provincial] {
            assert_eq!(resting(person).await, expected);
        }
        let neighbour = t.person(Role::CommuneOfficer, p.sibling).await;
        assert_eq!(resting(&neighbour).await, []);
        // And back: the plan and the line lead to the law.
        let law = laws::get(&t.app.db, base).await.unwrap();
        for page in [plan.page(), line.page()] {
            let page = in_words(&p.officer.get(&t, &page).await);
            assert!(page.contains(&law.path()), "{page}");
        }

        // From the directive: through the decision to all tasks of a plan that rests on it, and of the plans that
        // carry that plan out.
        let paper = async |number: &str, on: &[&str]| {
            let new = NewLaw {
                number: number.into(),
                kind: "Quyết định".into(),
                title: format!("Về {number}"),
                relations: on
                    .iter()
                    .map(|n| laws::NewRelation::stated(laws::Relation::CarriesOut, *n))
                    .collect(),
                ..NewLaw::default()
            };
            let mut tx = t.app.db.begin().await.unwrap();
            let (saved, _) = laws::insert(&mut tx, &t.app, &laws::By::INSTALLATION, &new).await.unwrap();
            tx.commit().await.unwrap();
            saved.id()
        };
        let directive = paper("132-CT/TW", &[]).await;
        let decision = paper("1402/QĐ-UBND", &["132-CT/TW"]).await;
        let above = Content { bases: vec![decision], ..plan_of(p.province, 2027) };
        let of_province = line_of(p.province, "Tập huấn", 1, "2027-12-31");
        let (above, _) =
            issued(&t, &above, &[of_province], &p.provincial, &p.provincial_leader, "1/KH", "2026-11-20")
                .await;
        let below = Content { above: Some(above.id), ..plan_of(p.commune, 2027) };
        let tasks: Vec<LineContent> =
            ["một", "hai"].map(|task| line_of(p.commune, task, 1, "2027-12-31")).into();
        let (_, lines) = issued(&t, &below, &tasks, &p.officer, &p.leader, "2/KH", "2026-11-20").await;
        let mut tx = t.app.db.begin().await.unwrap();
        let done = activities::Content { plan_line: Some(lines[0]), ..talk(p.commune, 30) };
        let done = activities::insert(&mut tx, &t.app, None, 1, &done).await.unwrap();
        tx.commit().await.unwrap();
        let page = in_words(&p.provincial.get(&t, &format!("/luat/{directive}")).await);
        let list = format!("/ke-hoach/can-cu/{decision}");
        assert!(page.contains("2 kế hoạch · 3 nhiệm vụ · 1 hoạt động") && page.contains(&list), "{page}");
        let page = in_words(&p.officer.get(&t, &list).await);
        assert!(page.contains("1 kế hoạch · 2 nhiệm vụ · 1 hoạt động"), "{page}");
        let public = t.get(&laws::get(&t.app.db, directive).await.unwrap().path()).await.text();
        assert!(!public.contains("kế hoạch · ") && !public.contains(&list), "{public}");
        // And from what was done up to the directive.
        for page in [format!("/ke-hoach/dong/{}", lines[0]), activities::page(done)] {
            let page = in_words(&p.officer.get(&t, &page).await);
            assert!(page.contains(&format!("/luat/{directive}")), "{page}");
        }
        // More plans than can be written out are counted, and listed on a page of their own.
        for year in 2028..2031 {
            let more = Content { bases: vec![decision], ..plan_of(p.commune, year) };
            let task = [line_of(p.commune, "thêm", 1, "2031-12-31")];
            issued(&t, &more, &task, &p.officer, &p.leader, "3/KH", "2026-11-20").await;
        }
        let page = in_words(&p.officer.get(&t, &format!("/luat/{decision}")).await);
        assert!(page.contains("4 kế hoạch") && !page.contains("thêm"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn what_waits_is_on_the_work_list_of_whoever_can_do_it() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let above = Content { due_days: Some(7), ..plan_of(p.province, 2026) };
        let line = line_of(p.province, "Tập huấn", 2, "2026-12-31");
        let (above, _) =
            issued(&t, &above, &[line], &p.provincial, &p.provincial_leader, "10/KH-UBND", "2026-11-12")
                .await;
        // Seven working days after 12 November 2026, today Monday the 23rd being the seventh.
        let home = in_words(&p.officer.get(&t, "/viec").await);
        assert!(home.contains("Ban hành kế hoạch năm 2026") && home.contains("Hạn hôm nay"), "{home}");
        // The lines of the plan above come into the draft, once.
        let unit = p.commune.to_string();
        let head = [("don-vi", &*unit), ("year", "2026"), ("kind", "annual"), ("title", "Kế hoạch 2026")];
        let path = went_to(&p.officer.post(&t, "/ke-hoach/moi", &head).await);
        let page = in_words(&p.officer.get(&t, &path).await);
        assert!(page.contains(&above.page()), "{page}");
        // What was begun can be gone on with from the list: once, whether it is due or not, and by who writes.
        let further = [head[0], head[1], ("kind", "further"), ("title", "Đợt cao điểm")];
        let further = went_to(&p.officer.post(&t, "/ke-hoach/moi", &further).await);
        let page = in_words(&p.officer.get(&t, &further).await);
        assert!(page.contains("Kế hoạch chưa ghi căn cứ nào."), "{page}");
        let home = in_words(&p.officer.get(&t, "/viec").await);
        assert!(home.contains("Viết tiếp kế hoạch: Đợt cao điểm"), "{home}");
        assert!(!home.contains("Viết tiếp kế hoạch: Kế hoạch 2026"), "{home}");
        assert!(!in_words(&p.leader.get(&t, "/viec").await).contains("Viết tiếp kế hoạch"));
        // A field said again and again in an address is answered with a page that says what to do.
        let often = p.officer.get(&t, &format!("/ke-hoach/moi?{}", ["loai=further"; 8].join("&"))).await;
        assert_eq!(often.status, StatusCode::BAD_REQUEST);
        assert!(often.text().contains("Hãy quay lại, kiểm tra rồi gửi lại."), "{}", often.text());
        went_to(&p.officer.post(&t, &format!("{path}/lay-cap-tren"), &[]).await);
        let again = p.officer.post(&t, &format!("{path}/lay-cap-tren"), &[]).await;
        assert_status(&again, StatusCode::CONFLICT);
        let id: RecordId = path.rsplit('/').next().unwrap().parse().unwrap();
        let own = plans::lines(&t.app.db, id).await.unwrap().remove(0);
        let above_line = plans::lines(&t.app.db, above.id).await.unwrap().remove(0);
        assert_eq!((own.content.above, own.content.lead), (Some(above_line.id), p.commune));
        in_words(&p.officer.get(&t, &own.page()).await);

        let step = async |person: &Person, act: &str, more: &[(&str, &str)]| {
            let version = plans::get(&t.app.db, id).await.unwrap().version.to_string();
            let form = [&[("version", version.as_str())], more].concat();
            went_to(&person.post(&t, &format!("{path}/{act}"), &form).await);
        };
        step(&p.officer, "trinh", &[]).await;
        let home = in_words(&p.leader.get(&t, "/viec").await);
        assert!(home.contains("Duyệt: Kế hoạch 2026"), "{home}");
        assert!(!in_words(&p.officer.get(&t, "/viec").await).contains("Duyệt: "));
        step(&p.leader, "tra-lai", &[("remarks", "Sửa ngày")]).await;
        let home = in_words(&p.officer.get(&t, "/viec").await);
        assert!(home.contains("Sửa kế hoạch được trả lại: Kế hoạch 2026"), "{home}");
        step(&p.officer, "trinh", &[]).await;
        step(&p.leader, "duyet", &[]).await;
        let home = in_words(&p.officer.get(&t, "/viec").await);
        assert!(home.contains("Ghi số và ngày ban hành: Kế hoạch 2026"), "{home}");
        step(&p.officer, "ban-hanh", &[("number", "7/KH-UBND"), ("issued_on", "2026-11-23")]).await;
        let home = in_words(&p.officer.get(&t, "/viec").await);
        assert!(!home.contains("Ban hành kế hoạch năm 2026"), "{home}");
        // The line above knows that it is carried out below; the list of units below has the page for it.
        let page = in_words(&p.provincial.get(&t, &above_line.page()).await);
        assert!(page.contains("1 đơn vị đưa vào kế hoạch, 0 đã xong"), "{page}");
        let below = in_words(&p.provincial.get(&t, &format!("{}/cap-duoi", above.page())).await);
        for part in ["Xã Bến Lức", "Đúng hạn", "7/KH-UBND", "0/1", "Xã Mỹ Yên", "Chưa ban hành, còn hạn"]
        {
            assert!(below.contains(part), "{part} in {below}");
        }
        let missing =
            in_words(&p.provincial.get(&t, &format!("/en{}/cap-duoi?xem=chua", above.page())).await);
        assert!(missing.contains("Xã Mỹ Yên") && !missing.contains(">Xã Bến Lức<"), "{missing}");
        // Nothing is due from an agency, wherever one looks; and nobody is told to do what they may not.
        let agency = t.unit("Sở Y tế", "agency", Some(p.province), "2025-07-01").await;
        let member = t.person(Role::CouncilMember, agency).await;
        let plans = in_words(&member.get(&t, "/ke-hoach").await);
        assert!(plans.contains("chưa có kế hoạch nào") && !plans.contains("Lập kế hoạch"), "{plans}");
        assert!(!plans.contains("class=\"state"), "{plans}");
        let reports = in_words(&member.get(&t, "/bao-cao").await);
        assert!(!reports.contains("Lập báo cáo"), "{reports}");

        // On New Year's eve nothing is late, the day after it is.
        t.app.clock.set("2026-12-31T05:00:00Z".parse().unwrap());
        let officer = t.as_account(p.officer.account).await;
        assert!(!in_words(&officer.get(&t, "/viec").await).contains("quá hạn trong kế hoạch"));
        // The province sees who is late, one click from the list.
        for person in [&p.provincial, &p.provincial_leader] {
            let person = t.as_account(person.account).await;
            let home = in_words(&person.get(&t, "/viec").await);
            assert!(home.contains("1 đơn vị cấp dưới chưa ban hành kế hoạch năm 2026"), "{home}");
            assert!(home.contains(&format!("{}/cap-duoi?xem=chua", above.page())), "{home}");
            assert!(home.contains("2 xã, phường chưa ban hành báo cáo năm 2026"), "{home}");
        }
        t.app.clock.set("2027-01-01T05:00:00Z".parse().unwrap());
        let officer = t.as_account(p.officer.account).await;
        let home = in_words(&officer.get(&t, "/viec").await);
        assert!(home.contains("1 nhiệm vụ quá hạn trong kế hoạch"), "{home}");
    })
    .await;
}

/// The indicators count lines as the pages do: done by activities, late when their day is over.
#[tokio::test]
async fn figures_count_lines_done_and_late() {
    use lantoa::features::numbers::{By as Split, Period, Question, Units, find_indicator, read};
    on_every_engine(async |t| {
        let p = place(&t).await;
        let line = |content: &str, talks: i64, until: &str| line_of(p.commune, content, talks, until);
        let lines = [
            line("xong", 1, "2026-06-30"),
            line("thiếu một", 2, "2026-06-30"),
            line("còn hạn", 1, "2026-12-31"),
            line("hết hạn hôm nay", 1, "2026-11-23"),
            line("năm sau", 1, "2027-01-31"),
        ];
        let (_, ids) =
            issued(&t, &plan_of(p.commune, 2026), &lines, &p.officer, &p.leader, "3/KH-UBND", "2026-01-12")
                .await;
        // A draft promises nothing yet.
        let mut tx = t.app.db.begin().await.unwrap();
        let mut draft = plans::insert(&mut tx, &t.app, None, 1, &plan_of(p.sibling, 2026)).await.unwrap();
        plans::add_line(&mut tx, &t.app, None, &mut draft, &lines[0]).await.unwrap();
        for line in &ids[..2] {
            let done = activities::Content { plan_line: Some(*line), ..talk(p.commune, 50) };
            activities::insert(&mut tx, &t.app, None, 1, &done).await.unwrap();
        }
        tx.commit().await.unwrap();
        let figures = async |from: &str, to: &str| -> Vec<i64> {
            let question = Question {
                unit: p.province,
                period: Period { from: from.parse().unwrap(), to: to.parse().unwrap() },
                units: Units::AsOn(t.app.today()),
                by: Split::Whole,
            };
            let asked =
                ["plan-lines", "plan-lines-done", "plan-lines-late"].map(|c| find_indicator(c).unwrap());
            read(&t.app, &question, &asked).await.unwrap().total.iter().map(|f| f.total()).collect()
        };
        assert_eq!(figures("2026-01-01", "2026-12-31").await, [4, 1, 1]);
        assert_eq!(figures("2026-01-01", "2026-06-30").await, [2, 1, 1]);
        assert_eq!(figures("2027-01-01", "2027-12-31").await, [1, 0, 0]);
        // What the province's home counts, and what it is said to be counted from, are the rows listed.
        let home = in_words(&p.provincial.get(&t, "/viec").await);
        assert!(home.contains("1 nhiệm vụ quá hạn trên địa bàn"), "{home}");
        let list = "/so-lieu/dong?ky=2026&cay=nay&chi-tieu=plan-lines-late";
        let rows = in_words(&p.provincial.get(&t, list).await);
        assert!(rows.contains("Tính từ 1 dòng") && rows.matches("/ke-hoach/dong/").count() == 1, "{rows}");
        t.app.clock.set("2026-11-24T05:00:00Z".parse().unwrap());
        assert_eq!(figures("2026-01-01", "2026-12-31").await, [4, 1, 2]);
    })
    .await;
}

#[tokio::test]
async fn the_paper_says_what_the_page_says() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let base = law(&t, "97/2099/QH99", "Bờ kè", "2026-01-01", vec![]).await;
        let lines = [
            LineContent {
                laws: vec![base], ..line_of(p.commune, "Phổ biến Luật Bờ kè", 3, "2026-12-31")
            },
            LineContent {
                budget: 1_500_000,
                ..line_of(p.commune, "Hưởng ứng Ngày Pháp luật", 1, "2026-11-09")
            },
        ];
        let content = Content { bases: vec![base], ..plan_of(p.commune, 2026) };
        let (plan, _) = issued(&t, &content, &lines, &p.officer, &p.leader, "05/KH-UBND", "2026-01-12").await;
        let page = in_words(&p.officer.get(&t, &plan.page()).await);
        for part in [
            "ỦY BAN NHÂN DÂN XÃ BẾN LỨC",
            "Số: 05/KH-UBND",
            "Bến Lức, ngày 12 tháng 01 năm 2026",
            "Căn cứ Luật Bờ kè số 97/2099/QH99",
            "Phổ biến, giáo dục pháp luật năm 2026",
            "3.500.000",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        let docx = p.officer.get(&t, &format!("{}/ke-hoach.docx", plan.page())).await;
        assert_status(&docx, StatusCode::OK);
        let marks = press::read_marks(&docx.body).unwrap();
        for (mark, expected) in [
            ("plan:lines", "2"),
            ("plan:budget", "3.500.000"),
            ("plan:talks", "4"),
            ("plan:talks:1", "3"),
            ("plan:budget:2", "1.500.000"),
            ("plan:budget:total", "3.500.000"),
        ] {
            assert_eq!(marks.get(&press::bookmark_name(mark)).map(String::as_str), Some(expected), "{mark}");
            assert!(page.contains(expected), "{mark}: {expected} in {page}");
        }
        let pdf = p.officer.get(&t, &format!("{}/ke-hoach.pdf", plan.page())).await;
        assert_status(&pdf, StatusCode::OK);
        assert!(pdf.body.starts_with(b"%PDF-"));
        let neighbour = t.person(Role::CommuneOfficer, p.sibling).await;
        for file in ["ke-hoach.docx", "ke-hoach.pdf"] {
            let answer = neighbour.get(&t, &format!("{}/{file}", plan.page())).await;
            assert_status(&answer, StatusCode::NOT_FOUND);
        }
        // A draft's paper says so.
        let mut tx = t.app.db.begin().await.unwrap();
        let mut draft = plans::insert(&mut tx, &t.app, None, 1, &plan_of(p.commune, 2027)).await.unwrap();
        plans::add_line(&mut tx, &t.app, None, &mut draft, &lines[0]).await.unwrap();
        tx.commit().await.unwrap();
        let page = in_words(&p.officer.get(&t, &draft.page()).await);
        assert!(page.contains("DỰ THẢO") && page.contains("Số: …/KH-UBND"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn programs_read_plans_by_the_same_rules() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let line = line_of(p.commune, "Phổ biến luật", 1, "2026-12-31");
        let (plan, _) =
            issued(&t, &plan_of(p.commune, 2026), &[line], &p.officer, &p.leader, "1/KH-UBND", "2026-01-12")
                .await;
        let list = p.provincial.get(&t, "/api/v1/plans?year=2026").await.json();
        assert_eq!(list["items"][0]["id"], plan.id.to_string());
        assert_eq!(list["items"][0]["state"], "issued");
        assert_eq!(
            p.officer.get(&t, "/api/v1/plans?state=draft").await.json()["items"].as_array().unwrap().len(),
            0
        );
        let unknown = p.officer.get(&t, "/api/v1/plans?state=lost").await;
        assert_status(&unknown, StatusCode::UNPROCESSABLE_ENTITY);
        let one = p.officer.get(&t, &format!("/api/v1/plans/{}", plan.id)).await.json();
        assert_eq!(one["number"], "1/KH-UBND");
        assert_eq!(one["lines"][0]["standing"], "waiting");
        assert_eq!(one["lines"][0]["budget"], 2_000_000);
        let neighbour = t.person(Role::CommuneOfficer, p.sibling).await;
        let answer = neighbour.get(&t, &format!("/api/v1/plans/{}", plan.id)).await;
        assert_status(&answer, StatusCode::NOT_FOUND);
        assert_eq!(t.get("/api/v1/plans").await.status, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn a_plan_begun_before_the_one_above_still_takes_its_lines() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let mut tx = t.app.db.begin().await.unwrap();
        let writer = Some(p.officer.account);
        let draft = plans::insert(&mut tx, &t.app, writer, 1, &plan_of(p.commune, 2026)).await.unwrap();
        tx.commit().await.unwrap();
        let take = format!("{}/lay-cap-tren", draft.page());
        assert_status(&p.officer.post(&t, &take, &[]).await, StatusCode::CONFLICT);
        let above = Content { due_days: Some(7), ..plan_of(p.province, 2026) };
        let line = line_of(p.province, "Tập huấn", 2, "2026-12-31");
        let writers = (&p.provincial, &p.provincial_leader);
        let (above, _) = issued(&t, &above, &[line], writers.0, writers.1, "10/KH-UBND", "2026-11-12").await;
        // Asked for twice at once, they come once.
        let twice = tokio::join!(p.officer.post(&t, &take, &[]), p.officer.post(&t, &take, &[]));
        let mut statuses = [twice.0.status, twice.1.status];
        statuses.sort();
        assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
        assert_eq!(plans::get(&t.app.db, draft.id).await.unwrap().content.above, Some(above.id));
        let lines = plans::lines(&t.app.db, draft.id).await.unwrap();
        assert_eq!(lines.iter().map(|l| l.content.content.as_str()).collect::<Vec<_>>(), ["Tập huấn"]);
        // Taken out, it is still told in the history.
        let version = lines[0].version.to_string();
        let drop = format!("{}/bo", lines[0].page());
        // Not from a page that showed it otherwise.
        assert_status(&p.officer.post(&t, &drop, &[("version", "0")]).await, StatusCode::CONFLICT);
        went_to(&p.officer.post(&t, &drop, &[("version", &version)]).await);
        let page = in_words(&p.officer.get(&t, &draft.page()).await);
        assert!(page.contains("bỏ nhiệm vụ: Tập huấn"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn lines_change_places_and_come_back_where_they_were() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let mut tx = t.app.db.begin().await.unwrap();
        let writer = Some(p.officer.account);
        let mut plan = plans::insert(&mut tx, &t.app, writer, 1, &plan_of(p.commune, 2026)).await.unwrap();
        for what in ["Một", "Hai", "Ba"] {
            let line = line_of(p.commune, what, 1, "2026-12-31");
            plans::add_line(&mut tx, &t.app, writer, &mut plan, &line).await.unwrap();
        }
        tx.commit().await.unwrap();
        let order = async || -> Vec<String> {
            let lines = plans::lines(&t.app.db, plan.id).await.unwrap();
            lines.into_iter().map(|l| l.content.content).collect()
        };
        let line = async |what: &str| {
            let lines = plans::lines(&t.app.db, plan.id).await.unwrap();
            lines.into_iter().find(|l| l.content.content == what).unwrap()
        };
        let shift = async |what: &str, way: &str| {
            let path = format!("{}/chuyen", line(what).await.page());
            went_to(&p.officer.post(&t, &path, &[("huong", way)]).await);
        };
        shift("Ba", "len").await;
        assert_eq!(order().await, ["Một", "Ba", "Hai"]);
        shift("Một", "xuong").await;
        assert_eq!(order().await, ["Ba", "Một", "Hai"]);
        // At the end there is nowhere to go.
        shift("Ba", "len").await;
        shift("Hai", "xuong").await;
        assert_eq!(order().await, ["Ba", "Một", "Hai"]);

        // Taken out and put back by one button, without a script.
        let gone = line("Một").await;
        let version = gone.version.to_string();
        let dropped = p.officer.post(&t, &format!("{}/bo", gone.page()), &[("version", &version)]).await;
        let page = p.officer.get(&t, dropped.location().split('#').next().unwrap()).await.text();
        assert!(page.contains("Hoàn tác: trả lại nhiệm vụ vừa bỏ"), "{page}");
        assert!(page.contains("aria-label=\"Trả lại nhiệm vụ: Một\""), "{page}");
        assert_eq!(order().await, ["Ba", "Hai"]);
        let restore = format!("{}/dong/tra-lai", plan.page());
        let form = [("dong", gone.id.id.to_string())];
        let form = [(form[0].0, form[0].1.as_str())];
        went_to(&p.officer.post(&t, &restore, &form).await);
        assert_eq!(order().await, ["Ba", "Một", "Hai"]);
        assert_eq!(line("Một").await.content, gone.content);
        // Once is enough, and it is told.
        assert_status(&p.officer.post(&t, &restore, &form).await, StatusCode::NOT_FOUND);
        let page = in_words(&p.officer.get(&t, &plan.page()).await);
        assert!(page.contains("trả lại nhiệm vụ đã bỏ: Một"), "{page}");
        assert!(page.contains("đổi thứ tự nhiệm vụ: Ba") && !page.contains("Hoàn tác"), "{page}");
        // Found by a word without its marks, by number or unit; as a workbook too.
        for (q, found) in [("xa", true), ("ke hoach", true), ("khong co nhu vay", false)] {
            let path = format!("/ke-hoach?q={}", q.replace(' ', "+"));
            let page = p.officer.get(&t, &path).await.text();
            assert_eq!(page.contains(&format!("href=\"{}\"", plan.page())), found, "{q}: {page}");
        }
        let book = p.officer.get(&t, "/ke-hoach/xuat.xlsx?q=xa").await;
        assert!(book.status == StatusCode::OK && book.body.starts_with(b"PK"));
        // Nothing moves in a plan that is not a draft.
        let mut plan = plans::get(&t.app.db, plan.id).await.unwrap();
        let mut tx = t.app.db.begin().await.unwrap();
        plan.submit(&mut tx, &t.app, writer).await.unwrap();
        tx.commit().await.unwrap();
        let path = format!("{}/chuyen", line("Hai").await.page());
        assert_status(&p.officer.post(&t, &path, &[("huong", "len")]).await, StatusCode::CONFLICT);
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}
