//! Plans: writing, approval by another person, issue, progress from activities, when a plan is due, who may.

use axum::http::StatusCode;
use jiff::civil::Date;
use lantoa::access::Role;
use lantoa::features::activities;
use lantoa::features::plans::{self, Content, Kind, LineContent, Plan, State};
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
