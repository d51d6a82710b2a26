//! Articles for publishing: drafts from laws, editing, approval by somebody else, withdrawal, what waits.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use lantoa::access::Role;
use lantoa::error::Error;
use lantoa::features::content::{self, Content, Kind, Paragraph, Source, State};
use lantoa::features::laws::{self, Block, By, NewLaw, Node};
use store::{Id, sql};

use crate::support::{Answer, Person, TestApp, on_every_engine};

pub struct Place {
    pub province: Id,
    pub commune: Id,
    pub sibling: Id,
    pub officer: Person,
    pub editor: Person,
    pub leader: Person,
    pub law: Id,
}

fn clause(n: usize, label: &str, text: &str) -> Block {
    Block {
        level: "clause".into(),
        label: label.into(),
        printed: format!("{label}."),
        text: text.into(),
        path: Some(format!("dieu-{n}/khoan-{label}")),
        ..Block::default()
    }
}

fn article(n: usize, heading: &str, text: &str, clauses: Vec<Block>) -> Node {
    Node {
        document: 0,
        depth: 0,
        level: "article".into(),
        label: n.to_string(),
        printed: format!("Điều {n}."),
        heading: heading.into(),
        text: text.into(),
        path: Some(format!("dieu-{n}")),
        cited_as: None,
        content: clauses,
    }
}

/// A law that cannot exist.
pub async fn law(t: &TestApp, number: &str, title: &str, effective: &str, units: Vec<Id>) -> Id {
    let new = NewLaw {
        number: number.into(),
        kind: "Luật".into(),
        title: title.into(),
        issuer: "Quốc hội".into(),
        issued: "2026-06-20".parse().ok(),
        effective: effective.parse().ok(),
        audiences: vec!["people".into(), "students".into()],
        units,
        news: vec!["Lần đầu có nơi mượn sách ở mỗi ấp.".into()],
        nodes: vec![
            article(1, "Phạm vi điều chỉnh", "Luật này quy định về việc mượn sách ở cơ sở.", vec![]),
            article(
                2,
                "Đối tượng áp dụng",
                "",
                vec![clause(2, "1", "Công dân Việt Nam."), clause(2, "2", "Cơ quan, tổ chức có liên quan.")],
            ),
            article(
                3,
                "Quyền của người mượn",
                "",
                vec![
                    clause(3, "1", "Được mượn không mất tiền."),
                    clause(3, "2", "Được giữ sách trong 30 ngày."),
                ],
            ),
            article(4, "Hiệu lực thi hành", "Luật này có hiệu lực thi hành từ ngày nêu trên.", vec![]),
        ],
        ..NewLaw::default()
    };
    let mut tx = t.app.db.begin().await.expect("begin");
    let (saved, _) = laws::insert(&mut tx, &t.app, &By::INSTALLATION, &new).await.expect("a law");
    tx.commit().await.expect("commit");
    saved.id()
}

pub async fn place(t: &TestApp) -> Place {
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2025-07-01").await;
    let commune = t.unit("Xã Bến Lức", "commune", Some(province), "2025-07-01").await;
    let sibling = t.unit("Xã Mỹ Yên", "commune", Some(province), "2025-07-01").await;
    Place {
        province,
        commune,
        sibling,
        officer: t.person(Role::CommuneOfficer, commune).await,
        editor: t.person(Role::Editor, commune).await,
        leader: t.person(Role::Leader, commune).await,
        law: law(t, "91/2099/QH99", "Mượn sách ở cơ sở", "2026-10-01", vec![]).await,
    }
}

pub fn content(unit: Id, law: Id, title: &str) -> Content {
    let text = |text: &str| Paragraph { kind: Kind::Text, text: text.into(), source: None };
    Content {
        unit,
        title: title.into(),
        body: vec![
            text("Từ nay ai cũng mượn được sách ở nhà văn hóa ấp."),
            Paragraph {
                kind: Kind::Quote,
                text: "1. Được mượn không mất tiền.".into(),
                source: Some(Source { law, path: "dieu-3/khoan-1".into() }),
            },
        ],
        law: Some(law),
        replaces: None,
    }
}

/// Publishes through the model; the public address.
pub async fn publish(t: &TestApp, p: &Place, content: &Content) -> (store::RecordId, String) {
    let (app, db) = (&t.app, &t.app.db);
    let mut tx = db.begin().await.unwrap();
    let id = content::insert(&mut tx, app, p.officer.account, 1, content).await.unwrap();
    let post = content::get(&mut tx, id).await.unwrap();
    content::submit(&mut tx, app, p.officer.account, &post).await.unwrap();
    let post = content::get(&mut tx, id).await.unwrap();
    let slug = content::approve(&mut tx, app, p.leader.account, &post).await.unwrap();
    tx.commit().await.unwrap();
    app.pages.forget();
    (id, slug)
}

/// The value that a page has in a field.
fn hidden(page: &str, name: &str) -> String {
    let at = page.find(&format!(" name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name} in {page}"));
    let tag = &page[at..at + page[at..].find('>').expect("a tag's end")];
    let value = tag.split_once(" value=\"").unwrap_or_else(|| panic!("no value in {tag}")).1;
    value[..value.find('"').expect("a quote")].to_owned()
}

/// What the form of a page would send.
fn filled(page: &str) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = ["version", "once", "unit", "title", "law"]
        .map(|name| (name.to_owned(), hidden(page, name)))
        .to_vec();
    for n in 0.. {
        let Some(at) = page.find(&format!(" name=\"text-{n}\"")) else { break };
        let text = page[at..].split_once('>').expect("a tag's end").1;
        let text = text.split_once("</textarea>").expect("an end").0;
        let text =
            text.replace("&#38;", "&").replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<");
        pairs.push((format!("text-{n}"), text));
        let select = page[page.find(&format!(" name=\"kind-{n}\"")).expect("a kind")..].to_owned();
        let chosen = &select[..select.find("</select>").expect("an end")];
        let before = &chosen[..chosen.find(" selected").unwrap_or(0)];
        let kind = before.rsplit_once("value=\"").map_or("text", |(_, v)| v.trim_end_matches('"'));
        pairs.push((format!("kind-{n}"), kind.to_owned()));
        pairs.push((format!("source-{n}"), hidden(page, &format!("source-{n}"))));
    }
    pairs
}

fn with<'a>(pairs: &'a [(String, String)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = pairs.iter().filter(|(k, _)| !changes.iter().any(|(c, _)| c == k));
    kept.map(|(k, v)| (k.as_str(), v.as_str())).chain(changes.iter().copied()).collect()
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

#[tokio::test]
async fn from_a_law_to_the_public_page_and_back() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        // The draft says what it is, from when, whom it concerns, quotes with addresses, and where to ask.
        let office =
            [("office", "Văn phòng HĐND và UBND xã"), ("telephone", "0272 000 000"), ("version", "0")];
        assert_status(&p.officer.post(&t, "/tin-bai/noi-hoi", &office).await, StatusCode::SEE_OTHER);
        let page = p.officer.get(&t, &format!("/tin-bai/moi?luat={}", p.law)).await.text();
        assert!(!page.contains('⟦'), "{page}");
        for part in [
            "Luật Mượn sách ở cơ sở (số 91/2099/QH99) do Quốc hội ban hành ngày 20/06/2026.",
            "có hiệu lực từ ngày 01/10/2026",
            "Nhân dân; Học sinh, sinh viên",
            "Lần đầu có nơi mượn sách ở mỗi ấp.",
            "Điều 3. Quyền của người mượn\n1. Được mượn không mất tiền.",
            "Văn phòng HĐND và UBND xã; 0272 000 000",
            "value=\"Điều 2\"",
            "value=\"Điều 3\"",
            "value=\"Điều 4\"",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        // Of a law that says nothing of whom it concerns, a person says it before the article goes anywhere.
        let silent = law(&t, "97/2099/QH99", "Cầu khỉ", "2026-10-01", vec![]).await;
        let mut tx = t.app.db.begin().await.unwrap();
        sql!("DELETE FROM law_audiences WHERE law_id = $1", silent).run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        let form = filled(&p.officer.get(&t, &format!("/tin-bai/moi?luat={silent}")).await.text());
        assert!(form.iter().any(|(_, v)| v.contains("[cần điền")), "{form:?}");
        let refused = p.officer.post(&t, "/tin-bai/moi", &with(&form, &[("act", "submit")])).await;
        assert_status(&refused, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("id=\"e-body\">Bài còn chỗ ghi [cần điền"), "{}", refused.text());
        let kept = went_to(&p.officer.post(&t, "/tin-bai/moi", &with(&form, &[("act", "save")])).await);
        let shown = p.officer.get(&t, &kept).await.text();
        assert!(shown.contains("còn chỗ cần điền.</a>"), "{shown}");
        let version = hidden(&shown, "version");
        let refused = p.officer.post(&t, &format!("{kept}/trinh"), &[("version", &version)]).await;
        assert_status(&refused, StatusCode::CONFLICT);
        // Saved, edited by somebody else, submitted.
        let form = filled(&page);
        let path = went_to(&p.officer.post(&t, "/tin-bai/moi", &with(&form, &[("act", "save")])).await);
        assert_eq!(
            went_to(&p.officer.post(&t, "/tin-bai/moi", &with(&form, &[("act", "save")])).await),
            path
        );
        let shown = p.officer.get(&t, &path).await.text();
        assert!(shown.contains("Bản nháp") && !shown.contains("không khớp"), "{shown}");
        let form = filled(&p.editor.get(&t, &format!("{path}/sua")).await.text());
        let title = "Mượn sách ở ấp: ai cũng được";
        let changed = with(&form, &[("title", title), ("act", "submit")]);
        assert_eq!(went_to(&p.editor.post(&t, &format!("{path}/sua"), &changed).await), path);
        // It waits on the leader's list; the public sees nothing of it.
        let tasks = p.leader.get(&t, "/viec").await.text();
        assert!(tasks.contains(&format!("Duyệt bài: {title}")), "{tasks}");
        assert!(!t.get("/tin").await.text().contains(title));
        let page = p.leader.get(&t, &path).await.text();
        let version = hidden(&page, "version");
        let unread = p.leader.post(&t, &format!("{path}/duyet"), &[("version", &version)]).await;
        assert_status(&unread, StatusCode::UNPROCESSABLE_ENTITY);
        let approve = [("version", version.as_str()), ("read", "1")];
        assert_eq!(went_to(&p.leader.post(&t, &format!("{path}/duyet"), &approve).await), path);
        let page = p.leader.get(&t, &path).await.text();
        let public = page.split_once("href=\"/tin/").unwrap().1;
        let public = format!("/tin/{}", public.split('"').next().unwrap());
        let read = t.get(&public).await;
        assert_status(&read, StatusCode::OK);
        for part in [
            title,
            "Xã Bến Lức",
            "23/11/2026",
            "href=\"/van-ban/91-2099-qh99/dieu-3\"",
            "Còn hiệu lực",
            "Được mượn không mất tiền.",
        ] {
            assert!(read.text().contains(part), "{part} in {}", read.text());
        }
        // Nobody's name is public.
        for role in ["commune-officer", "editor", "leader"] {
            assert!(!read.text().contains(role), "{role}");
        }
        assert!(t.get("/tin").await.text().contains(title));
        assert!(t.get("/dia-phuong/xa-ben-luc").await.text().contains(title));
        assert!(t.get("/tin.atom").await.text().contains(title));
        // Ready to paste, with its source.
        let copy = p.officer.get(&t, &format!("{path}/sao-chep")).await.text();
        let source = format!("Nguồn: Xã Bến Lức, đăng ngày 23/11/2026, http://127.0.0.1:8080{public}");
        assert!(copy.contains(&source) && copy.contains("“Điều 3."), "{copy}");
        // Withdrawn: the address stays, with the notice; the text is gone, and so is it from lists.
        let version = hidden(&page, "version");
        let empty =
            p.leader.post(&t, &format!("{path}/rut"), &[("version", &version), ("notice", " ")]).await;
        assert_status(&empty, StatusCode::UNPROCESSABLE_ENTITY);
        let notice = "Bài ghi sai thời hạn giữ sách. Đúng là 30 ngày.";
        let withdrawal = [("version", version.as_str()), ("notice", notice)];
        assert_eq!(went_to(&p.officer.post(&t, &format!("{path}/rut"), &withdrawal).await), path);
        let gone = t.get(&public).await;
        assert_status(&gone, StatusCode::GONE);
        let text = gone.text();
        assert!(text.contains(notice) && text.contains(title) && text.contains("Đã thu hồi"), "{text}");
        assert!(!text.contains("Được mượn không mất tiền"), "{text}");
        assert!(!t.get("/tin").await.text().contains(title));
        let feed = t.get("/tin.atom").await.text();
        assert!(!feed.contains(title) && feed.contains("at:deleted-entry"), "{feed}");
        let copied = p.officer.get(&t, &format!("{path}/sao-chep")).await;
        assert_status(&copied, StatusCode::CONFLICT);
        // Written anew instead, and the old address leads there.
        let version = hidden(&p.officer.get(&t, &path).await.text(), "version");
        let anew = p.officer.post(&t, &format!("{path}/bai-thay"), &[("version", &version)]).await;
        let edit = went_to(&anew);
        let form = filled(&p.officer.get(&t, &edit).await.text());
        let better = with(&form, &[("title", "Mượn sách ở ấp: được giữ 30 ngày"), ("act", "submit")]);
        let path = went_to(&p.officer.post(&t, &edit, &better).await);
        let version = hidden(&p.leader.get(&t, &path).await.text(), "version");
        let approve = [("version", version.as_str()), ("read", "1")];
        went_to(&p.leader.post(&t, &format!("{path}/duyet"), &approve).await);
        assert!(t.get(&public).await.text().contains("Mượn sách ở ấp: được giữ 30 ngày"));
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

/// Promise C1. Random acts by three people, each of whom may do everything: only a hand that never wrote,
/// changed or submitted the post approves it.
#[tokio::test]
async fn nobody_ever_approves_what_they_had_a_hand_in() {
    const SEED: u64 = 20_261_123;
    println!("seed {SEED}");
    on_every_engine(async |t| {
        let p = place(&t).await;
        let people = [p.officer.account, p.editor.account, p.leader.account];
        let app = &t.app;
        let mut state = SEED;
        let mut chance = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let (mut approved, mut refused) = (0, 0);
        for round in 0..40 {
            let author = people[chance(3) as usize];
            let mut tx = app.db.begin().await.unwrap();
            let first = content(p.commune, p.law, &format!("Bài {round}"));
            let id = content::insert(&mut tx, app, author, 1, &first).await.unwrap();
            tx.commit().await.unwrap();
            let mut hands = BTreeSet::from([author]);
            for step in 0..12 {
                let who = people[chance(3) as usize];
                let post = content::get(&app.db, id).await.unwrap();
                let mut tx = app.db.begin().await.unwrap();
                let (done, marks) = match chance(5) {
                    0 => {
                        let text = Content { title: format!("Bài {round}.{step}"), ..post.content.clone() };
                        (content::update(&mut tx, app, who, &post, &text).await, true)
                    }
                    1 => (content::submit(&mut tx, app, who, &post).await, true),
                    2 => (content::recall(&mut tx, app, who, &post).await, false),
                    3 => (content::give_back(&mut tx, app, who, &post, "sửa lại").await, false),
                    _ => {
                        let own = hands.contains(&who);
                        let done = content::approve(&mut tx, app, who, &post).await;
                        let may = post.state == State::Submitted && !own;
                        assert_eq!(done.is_ok(), may, "{done:?} by a hand in it: {own}, {:?}", post.state);
                        if own && post.state == State::Submitted {
                            assert!(matches!(done, Err(Error::Conflict("content-error-own"))), "{done:?}");
                            refused += 1;
                        }
                        (done.map(|_| ()), false)
                    }
                };
                if done.is_ok() {
                    tx.commit().await.unwrap();
                    if marks {
                        hands.insert(who);
                    }
                } else {
                    tx.rollback().await.unwrap();
                }
                let post = content::get(&app.db, id).await.unwrap();
                assert!(post.approved_by.is_none_or(|a| !hands.contains(&a)));
                if post.state == State::Published {
                    approved += 1;
                    break;
                }
            }
        }
        assert!(
            approved >= 5 && refused >= 5,
            "{approved} approved, {refused} refused: the walk says nothing"
        );
        assert_eq!(lantoa::audit::verify(&app.db).await.unwrap().1, vec![]);
    })
    .await;
}

#[tokio::test]
async fn a_leader_who_edited_cannot_approve_by_any_page() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        // One person, two roles: writes and approves at the same unit.
        let both = t.person(Role::Leader, p.commune).await;
        let mut tx = t.app.db.begin().await.unwrap();
        let appointment = lantoa::access::Appointment {
            role: Role::CommuneOfficer,
            unit: p.commune,
            from: "2025-07-01".parse().unwrap(),
            until: None,
        };
        let id = t.app.new_id();
        lantoa::signin::insert_appointment(&mut tx, id, both.account, &appointment).await.unwrap();
        let id =
            content::insert(&mut tx, &t.app, p.officer.account, 1, &content(p.commune, p.law, "Mượn sách"))
                .await
                .unwrap();
        tx.commit().await.unwrap();
        let path = content::page(id);
        let form = filled(&both.get(&t, &format!("{path}/sua")).await.text());
        // Saved unchanged, it is nobody's hand; changed, it is.
        went_to(&both.post(&t, &format!("{path}/sua"), &with(&form, &[("act", "save")])).await);
        assert_eq!(content::get(&t.app.db, id).await.unwrap().version, 1);
        let changed = with(&form, &[("title", "Mượn sách ở ấp"), ("act", "save")]);
        went_to(&both.post(&t, &format!("{path}/sua"), &changed).await);
        let version = hidden(&p.officer.get(&t, &path).await.text(), "version");
        went_to(&p.officer.post(&t, &format!("{path}/trinh"), &[("version", &version)]).await);
        let page = both.get(&t, &path).await.text();
        assert!(!page.contains("/duyet") && page.contains("không được duyệt bài đó"), "{page}");
        assert!(!both.get(&t, "/viec").await.text().contains("Duyệt bài"));
        let version = hidden(&page, "version");
        let answer = both.post(&t, &format!("{path}/duyet"), &[("version", &version), ("read", "1")]).await;
        assert_status(&answer, StatusCode::CONFLICT);
        assert!(answer.text().contains("không được duyệt bài đó"));
        assert_eq!(content::get(&t.app.db, id).await.unwrap().state, State::Submitted);
        // They may still give it back.
        let back = [("version", version.as_str()), ("remarks", "Thêm ví dụ")];
        went_to(&both.post(&t, &format!("{path}/tra-lai"), &back).await);
        let tasks = p.officer.get(&t, "/viec").await.text();
        assert!(tasks.contains("Sửa lại bài: Mượn sách ở ấp"), "{tasks}");
        assert!(p.officer.get(&t, &format!("{path}/sua")).await.text().contains("Thêm ví dụ"));
    })
    .await;
}

#[tokio::test]
async fn other_units_see_nothing_and_readers_change_nothing() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let mut tx = t.app.db.begin().await.unwrap();
        let own = content(p.commune, p.law, "Mượn sách");
        let id = content::insert(&mut tx, &t.app, p.officer.account, 1, &own).await.unwrap();
        tx.commit().await.unwrap();
        let path = content::page(id);
        let stranger = t.person(Role::CommuneOfficer, p.sibling).await;
        let other_leader = t.person(Role::Leader, p.sibling).await;
        let reader = t.person(Role::Reader, p.commune).await;
        let province = t.person(Role::ProvincialOfficer, p.province).await;
        for part in ["", "/sua", "/sao-chep"] {
            assert_status(&stranger.get(&t, &format!("{path}{part}")).await, StatusCode::NOT_FOUND);
        }
        let form = [
            ("version", "1"),
            ("title", "x"),
            ("text-0", "y"),
            ("remarks", "z"),
            ("notice", "n"),
            ("read", "1"),
        ];
        for act in ["/sua", "/trinh", "/trinh/thu-hoi", "/duyet", "/tra-lai", "/rut", "/bai-thay"] {
            let path = format!("{path}{act}");
            assert_status(&stranger.post(&t, &path, &form).await, StatusCode::NOT_FOUND);
            assert_status(&other_leader.post(&t, &path, &form).await, StatusCode::NOT_FOUND);
            assert_status(&reader.post(&t, &path, &form).await, StatusCode::FORBIDDEN);
            assert_status(&province.post(&t, &path, &form).await, StatusCode::FORBIDDEN);
        }
        assert_status(&reader.get(&t, &path).await, StatusCode::OK);
        assert_status(&province.get(&t, &path).await, StatusCode::OK);
        // Leaders approve and do not write; officers write and do not approve.
        assert_status(&p.leader.get(&t, &format!("{path}/sua")).await, StatusCode::FORBIDDEN);
        assert_status(&p.leader.get(&t, "/tin-bai/moi").await, StatusCode::FORBIDDEN);
        assert_status(&p.officer.post(&t, &format!("{path}/duyet"), &form).await, StatusCode::FORBIDDEN);
        let elsewhere = format!("/tin-bai/moi?don-vi={}", p.sibling);
        assert_status(&p.officer.get(&t, &elsewhere).await, StatusCode::NOT_FOUND);
        assert_status(&t.get(&path).await, StatusCode::SEE_OTHER);
        let post = content::get(&t.app.db, id).await.unwrap();
        assert_eq!((post.version, post.content), (1, own));
        for bad in ["/tin-bai/x", "/tin-bai/1-00", "/tin-bai/9-019ab000000070008000aabbccddeeff"] {
            assert_status(&p.officer.get(&t, bad).await, StatusCode::NOT_FOUND);
        }
    })
    .await;
}

#[tokio::test]
async fn gaps_are_named_and_nothing_typed_is_lost() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let bad = [
            ("title", ""),
            ("law", "1/2098/QH99"),
            ("text-0", "Đoạn thứ nhất"),
            ("source-0", "Điều 99"),
            ("text-1", "Đoạn hai & ba"),
            ("act", "save"),
        ];
        let answer = p.officer.post(&t, "/tin-bai/moi", &bad).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        assert!(!page.contains('⟦'), "{page}");
        for part in [
            "Hãy điền ô này.",
            "Chưa có văn bản này",
            "Đoạn 1: không tìm thấy điều luật",
            "Đoạn hai &#38; ba",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        // Without a law it may be kept, and not submitted.
        let fine = [("title", "Tin của xã"), ("text-0", "Một.\n\nHai."), ("act", "submit")];
        let answer = p.officer.post(&t, "/tin-bai/moi", &fine).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("làm căn cứ rồi trình duyệt"));
        let kept = with(&[], &[("title", "Tin của xã"), ("text-0", "Một.\n\nHai."), ("act", "save")]);
        let path = went_to(&p.officer.post(&t, "/tin-bai/moi", &kept).await);
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        assert_eq!(content::get(&t.app.db, id).await.unwrap().content.body.len(), 2);
        let version = hidden(&p.officer.get(&t, &path).await.text(), "version");
        let answer = p.officer.post(&t, &format!("{path}/trinh"), &[("version", &version)]).await;
        assert_status(&answer, StatusCode::CONFLICT);
        // A provision of another law, by its number, by the address of its page, down to a clause.
        let sources = [
            ("Điều 3 khoản 2 91/2099/QH99", "dieu-3/khoan-2"),
            ("khoản 1 Điều 2 Luật số 91/2099/QH99", "dieu-2/khoan-1"),
            ("https://phobien.example.vn/van-ban/91-2099-qh99/dieu-4", "dieu-4"),
        ];
        for (typed, expected) in sources {
            let form = filled(&p.officer.get(&t, &format!("{path}/sua")).await.text());
            let changed = with(&form, &[("source-1", typed), ("act", "save")]);
            went_to(&p.officer.post(&t, &format!("{path}/sua"), &changed).await);
            let post = content::get(&t.app.db, id).await.unwrap();
            let source = post.content.body[1].source.clone().unwrap();
            assert_eq!((source.law, source.path.as_str()), (p.law, expected), "{typed}");
        }
        // A button that only rearranges saves nothing and loses nothing.
        let form = filled(&p.officer.get(&t, &format!("{path}/sua")).await.text());
        let up = p.officer.post(&t, &format!("{path}/sua"), &with(&form, &[("act", "up-1")])).await;
        assert_status(&up, StatusCode::OK);
        let moved = filled(&up.text());
        let text = |n: &str| moved.iter().find(|(k, _)| k == n).unwrap().1.clone();
        assert_eq!((text("text-0"), text("text-1")), ("Hai.".into(), "Một.".into()));
        assert_eq!(text("source-0"), "Điều 4 91/2099/QH99");
        // Two people: the second sees both texts, with what they typed in the boxes.
        let first = with(&form, &[("title", "Tin của xã, mới"), ("act", "save")]);
        went_to(&p.editor.post(&t, &format!("{path}/sua"), &first).await);
        let second = with(&form, &[("title", "Tin khác"), ("act", "save")]);
        let answer = p.officer.post(&t, &format!("{path}/sua"), &second).await;
        assert_status(&answer, StatusCode::CONFLICT);
        let page = answer.text();
        assert!(page.contains("Tin của xã, mới") && page.contains("value=\"Tin khác\""), "{page}");
        let again = filled(&page);
        went_to(&p.officer.post(&t, &format!("{path}/sua"), &with(&again, &[("act", "save")])).await);
        assert_eq!(content::get(&t.app.db, id).await.unwrap().content.title, "Tin khác");
        // Submitted meanwhile: still nothing is lost.
        let late = with(&form, &[("title", "Quá muộn"), ("act", "save")]);
        let version = hidden(&p.officer.get(&t, &path).await.text(), "version");
        went_to(&p.officer.post(&t, &format!("{path}/trinh"), &[("version", &version)]).await);
        let answer = p.editor.post(&t, &format!("{path}/sua"), &late).await;
        assert_status(&answer, StatusCode::CONFLICT);
        assert!(answer.text().contains("value=\"Quá muộn\""));
        assert!(!p.editor.get(&t, &format!("/en{path}")).await.text().contains('⟦'));
    })
    .await;
}

#[tokio::test]
async fn an_approver_is_told_what_does_not_say_what_the_law_says() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let mut wrong = content(p.commune, p.law, "Mượn sách");
        wrong.body[1].text = "1. Được mượn mất tiền.".into();
        let coming = law(&t, "92/2099/QH99", "Trả sách", "2027-01-01", vec![]).await;
        wrong.body.push(Paragraph {
            kind: Kind::Text,
            text: "Trả sách đúng hạn.".into(),
            source: Some(Source { law: coming, path: "dieu-1".into() }),
        });
        let fine = "Làm mất sách bị phạt.";
        wrong.body.push(Paragraph { kind: Kind::Text, text: fine.into(), source: None });
        let check = async |written: &Content| {
            let mut tx = t.app.db.begin().await.unwrap();
            let id = content::insert(&mut tx, &t.app, p.officer.account, 1, written).await.unwrap();
            tx.commit().await.unwrap();
            // What is no quotation does not go out as one, neither to the approver nor to the public.
            let submit =
                p.officer.post(&t, &format!("{}/trinh", content::page(id)), &[("version", "1")]).await;
            (p.leader.get(&t, &content::page(id)).await.text(), submit)
        };
        let (page, submit) = check(&wrong).await;
        assert_status(&submit, StatusCode::UNPROCESSABLE_ENTITY);
        let said = submit.text();
        assert!(said.contains("Đoạn 2 ghi là trích nguyên văn nhưng không đúng lời của luật"), "{said}");
        assert!(said.contains("href=\"#doan-2\"") && said.contains("id=\"doan-2\""), "{said}");
        for part in [
            "Đoạn 2 trích không khớp nguyên văn Điều 3 khoản 1",
            "Đoạn 4 nói mức tiền, mức phạt",
            "Luật Trả sách: Chưa có hiệu lực",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        // What says nothing that people act by, and from when a law to come holds, is nothing to look at.
        let mut right = content(p.commune, p.law, "Mượn sách");
        right.law = Some(coming);
        right.body[0].text = "Luật Trả sách có hiệu lực từ ngày 01/01/2027.".into();
        let (page, submit) = check(&right).await;
        assert_status(&submit, StatusCode::SEE_OTHER);
        assert!(!page.contains("Cần xem trước khi duyệt"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_quiet_unit_finds_a_draft_of_the_newest_law_that_concerns_it() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        law(&t, "93/2099/QH99", "Việc của xã khác", "2026-11-20", vec![p.sibling]).await;
        let newest = law(&t, "94/2099/QH99", "Việc của tỉnh", "2026-11-10", vec![p.province]).await;
        let tasks = async || p.officer.get(&t, "/viec").await.text();
        let page = tasks().await;
        let path = format!("/tin-bai/moi?don-vi={}&#38;luat={newest}", p.commune);
        assert!(page.contains("Lâu chưa đăng bài nào; có sẵn bản nháp về Luật Việc của tỉnh"), "{page}");
        assert!(page.contains(&path), "{page}");
        let draft = p.officer.get(&t, &path.replace("&#38;", "&")).await.text();
        assert!(draft.contains("94/2099/QH99"), "{draft}");
        // Published today: nothing is due for thirty days, and the figure counts it.
        publish(&t, &p, &content(p.commune, newest, "Việc của tỉnh")).await;
        let page = tasks().await;
        assert!(!page.contains("Lâu chưa đăng") && page.contains("1 bài đăng"), "{page}");
        t.app.clock.set("2026-12-22T03:42:00Z".parse().unwrap());
        let late = t.person(Role::CommuneOfficer, p.commune).await;
        assert!(!late.get(&t, "/viec").await.text().contains("Lâu chưa đăng"));
        t.app.clock.set("2026-12-24T03:42:00Z".parse().unwrap());
        let late = t.person(Role::CommuneOfficer, p.commune).await;
        let page = late.get(&t, "/viec").await.text();
        // What it has told its people already it does not tell again.
        assert!(page.contains("có sẵn bản nháp về Luật Mượn sách ở cơ sở"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn published_posts_are_counted_by_unit_and_law() {
    on_every_engine(async |t| {
        use lantoa::features::numbers::{
            By as Split, Period, Question, Slice, Units, find_indicator, read, rows_behind,
        };
        let p = place(&t).await;
        let (id, _) = publish(&t, &p, &content(p.commune, p.law, "Một")).await;
        publish(&t, &p, &content(p.commune, p.law, "Hai")).await;
        let mut tx = t.app.db.begin().await.unwrap();
        content::insert(&mut tx, &t.app, p.officer.account, 1, &content(p.commune, p.law, "Nháp"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let articles = find_indicator("articles").expect("an indicator of articles");
        let period = Period { from: "2026-01-01".parse().unwrap(), to: "2026-12-31".parse().unwrap() };
        let question =
            Question { unit: p.province, period, units: Units::AsOn(t.app.today()), by: Split::Law };
        let count = async || {
            let table = read(&t.app, &question, &[articles]).await.unwrap();
            let by_law: Vec<_> = table.rows.iter().map(|(k, f)| (k.value.clone(), f[0].actual)).collect();
            (table.total[0].actual, by_law)
        };
        assert_eq!(count().await, (2, vec![(Some(p.law.to_string()), 2)]));
        let behind = rows_behind(&t.app, &question, articles, None, Slice { limit: 10, ..Slice::default() })
            .await
            .unwrap();
        let mut titles: Vec<_> = behind.iter().map(|b| b.title.as_str()).collect();
        titles.sort();
        assert_eq!(titles, ["Hai", "Một"]);
        assert!(behind.iter().any(|b| b.page == content::page(id)));
        // Withdrawn, it counts no more.
        let post = content::get(&t.app.db, id).await.unwrap();
        let mut tx = t.app.db.begin().await.unwrap();
        content::withdraw(&mut tx, &t.app, p.leader.account, &post, "Nhầm").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(count().await.0, 1);
    })
    .await;
}

#[tokio::test]
async fn a_corrected_text_makes_stale_only_what_says_the_wrong_words_again() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        publish(&t, &p, &content(p.commune, p.law, "Mượn sách")).await;
        let path = format!("/luat/{}/chua-chu/dieu-3", p.law);
        let keeper = t.keeper().await;
        let correct = async |field: &str, words: &str| {
            let version = hidden(&keeper.get(&t, &path).await.text(), "version");
            let form =
                [("version", &*version), (field, words), ("reason", "Bản gốc ghi vậy"), ("act", "save")];
            went_to(&keeper.post(&t, &path, &form).await);
            p.officer.get(&t, "/viec").await.text().contains("Luật đã đổi, xem lại bài: Mượn sách")
        };
        assert!(!correct("t1", "Được giữ sách trong 20 ngày.").await, "the article speaks of no days");
        assert!(correct("t0", "Được mượn không phải trả tiền.").await, "the article quotes what was wrong");
    })
    .await;
}

#[tokio::test]
async fn open_drafts_go_over_with_a_hand_over_and_authorship_does_not() {
    on_every_engine(async |t| {
        use lantoa::features::people::{HandOver, HandedOver};
        let p = place(&t).await;
        let mut tx = t.app.db.begin().await.unwrap();
        let own = content(p.commune, p.law, "Mượn sách");
        let id = content::insert(&mut tx, &t.app, p.officer.account, 1, &own).await.unwrap();
        let what = HandedOver {
            unit: p.commune,
            from: p.officer.account,
            to: p.leader.account,
            by: p.editor.account,
        };
        let moved = content::HANDS.hand_over(&mut tx, &t.app, &what).await.unwrap();
        tx.commit().await.unwrap();
        let post = content::get(&t.app.db, id).await.unwrap();
        assert_eq!((post.owner, post.author), (p.leader.account, p.officer.account));
        let mut tx = t.app.db.begin().await.unwrap();
        content::HANDS.take_back(&mut tx, &t.app, &what, &moved).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(content::get(&t.app.db, id).await.unwrap().owner, p.officer.account);
    })
    .await;
}

#[tokio::test]
async fn what_is_typed_of_an_article_is_kept_until_it_is_saved() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let page = p.editor.get(&t, &format!("/tin-bai/moi?luat={}", p.law)).await.text();
        let form = filled(&page);
        let (key, tab) = (hidden(&page, "draft_key"), hidden(&page, "tab"));
        let typed = |title: &'static str, version: &'static str, tab: &str| {
            let changes = [("title", title), ("draft_version", version), ("draft_key", &key), ("tab", tab)];
            let pairs = with(&form, &changes);
            pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect::<Vec<_>>()
        };
        let send = async |path: &str, pairs: &[(String, String)]| {
            let pairs: Vec<_> = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            p.editor.post(&t, path, &pairs).await
        };
        let kept = send("/tin-bai/moi/nhap", &typed("Mất điện giữa chừng", "0", &tab)).await;
        assert!(kept.text().contains("Đã lưu nháp lúc") && !kept.text().contains('⟦'), "{}", kept.text());
        // It waits on the work list of this person alone, and goes on where it was.
        let path = format!("/tin-bai/moi?nhap={key}");
        let home = p.editor.get(&t, "/viec").await.text();
        assert!(
            home.contains("Viết tiếp bài chưa lưu: Mất điện giữa chừng") && home.contains(&path),
            "{home}"
        );
        assert!(!p.officer.get(&t, "/viec").await.text().contains("Mất điện giữa chừng"));
        assert_status(&p.officer.get(&t, &path).await, StatusCode::NOT_FOUND);
        let again = p.editor.get(&t, &path).await.text();
        assert!(
            again.contains("value=\"Mất điện giữa chừng\"") && again.contains("Được mượn không mất tiền")
        );
        // Another device has not seen it: nothing is overwritten.
        let other = send("/tin-bai/moi/nhap", &typed("Ở máy khác", "0", "other")).await.text();
        assert!(other.contains("Bản nháp này đã được sửa ở nơi khác") && other.contains("nhap=~"), "{other}");
        // Saved, it is a post; what comes late over a weak link keeps nothing.
        let mut save = typed("Mất điện giữa chừng", "1", &tab);
        save.push(("act".into(), "save".into()));
        let post = went_to(&send("/tin-bai/moi", &save).await);
        send("/tin-bai/moi/nhap", &typed("Đến muộn", "1", &tab)).await;
        let home = p.editor.get(&t, "/viec").await.text();
        assert!(!home.contains("bài chưa lưu"), "{home}");
        // A change of a saved post is kept in the same way, and can be thrown away.
        let edit = format!("{}/sua", post.split('?').next().unwrap());
        let page = p.editor.get(&t, &edit).await.text();
        let form = filled(&page);
        let change = with(&form, &[("title", "Đang sửa dở"), ("draft_version", "0"), ("tab", "one")]);
        assert!(p.editor.post(&t, &format!("{edit}/nhap"), &change).await.text().contains("Đã lưu nháp lúc"));
        let open = p.editor.get(&t, &edit).await.text();
        assert!(open.contains("value=\"Đang sửa dở\"") && open.contains("Bỏ bản nháp"), "{open}");
        let drop = with(&form, &[("act", "drop"), ("draft_version", "1"), ("tab", "one")]);
        went_to(&p.editor.post(&t, &edit, &drop).await);
        assert!(!p.editor.get(&t, &edit).await.text().contains("Đang sửa dở"));
    })
    .await;
}
