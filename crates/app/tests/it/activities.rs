//! Recording what was done: the form, drafts, conflicts, questions, evidence, who may, what it weighs.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use lantoa::access::Role;
use lantoa::features::activities;
use lantoa::web::form::Upload;
use store::{Id, sql};

use crate::support::{Answer, Person, TestApp, on_every_engine};

struct Place {
    commune: Id,
    sibling: Id,
    officer: Person,
}

async fn place(t: &TestApp) -> Place {
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2025-07-01").await;
    let commune = t.unit("Xã Bến Lức", "commune", Some(province), "2025-07-01").await;
    let sibling = t.unit("Xã Mỹ Yên", "commune", Some(province), "2025-07-01").await;
    let officer = t.person(Role::CommuneOfficer, commune).await;
    Place { commune, sibling, officer }
}

/// A usual talk, as pairs of the form.
const TALK: [(&str, &str); 6] = [
    ("method", "talk"),
    ("day", "2026-11-20"),
    ("title", "Phổ biến Luật Hòa giải ở cơ sở"),
    ("audience", "people"),
    ("attendances", "62"),
    ("women", "30"),
];

/// The pairs with some replaced (or added).
fn with<'a>(pairs: &[(&'a str, &'a str)], changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all: Vec<_> =
        pairs.iter().copied().filter(|(k, _)| !changes.iter().any(|(c, _)| c == k)).collect();
    all.extend(changes);
    all
}

/// The value that a page has in a field.
fn hidden(page: &str, name: &str) -> String {
    let at = page.find(&format!(" name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name} in {page}"));
    let tag = &page[at..at + page[at..].find('>').expect("a tag's end")];
    let value = tag.split_once(" value=\"").unwrap_or_else(|| panic!("no value in {tag}")).1;
    value[..value.find('"').expect("a quote")].to_owned()
}

#[track_caller]
fn assert_status(answer: &Answer, expected: StatusCode) {
    assert_eq!(answer.status, expected, "{}", answer.text());
}

#[track_caller]
fn recorded(answer: &Answer) -> String {
    assert_status(answer, StatusCode::SEE_OTHER);
    answer.location().split('?').next().expect("a path").to_owned()
}

/// A control of a served form, or a group of them with one name.
#[derive(Debug, Clone)]
struct Control {
    name: String,
    /// What the browser would send as it is served.
    sent: Vec<String>,
    /// Hidden, or behind something that must be opened first.
    unseen: bool,
}

/// The controls of a page's form in order, as a browser understands them.
fn controls(page: &str) -> Vec<Control> {
    let form = &page[page.find("<form method=\"post\" enctype").expect("the form")..];
    let form = &form[..form.find("</form>").expect("its end")];
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(rest[..rest.find('"')?].to_owned())
    };
    let mut all: Vec<Control> = Vec::new();
    let mut closed = 0;
    let mut select: Option<usize> = None;
    for tag in form.split('<').skip(1).map(|part| part.split('>').next().unwrap_or_default()) {
        let word = tag.split([' ', '/']).next().unwrap_or_default();
        match word {
            "details" if closed > 0 || !tag.contains(" open") => closed += 1,
            _ if tag.starts_with("/details") => closed = i32::max(closed - 1, 0),
            "option" => {
                let value = attribute(tag, "value").unwrap_or_default();
                if let Some(at) = select
                    && (all[at].sent.is_empty() || tag.contains(" selected"))
                {
                    all[at].sent = vec![value];
                }
            }
            "input" | "select" | "textarea" => {
                let Some(name) = attribute(tag, "name") else { continue };
                let kind = attribute(tag, "type").unwrap_or_default();
                let value = attribute(tag, "value").unwrap_or_default();
                let sent = match (&*kind, word) {
                    ("radio" | "checkbox", _) => tag.contains(" checked").then_some(value),
                    ("file", _) | (_, "select") => None,
                    _ => Some(value),
                };
                let at = all.iter().position(|c| c.name == name).unwrap_or_else(|| {
                    let unseen = kind == "hidden" || closed > 0;
                    all.push(Control { name: name.clone(), sent: vec![], unseen });
                    all.len() - 1
                });
                all[at].sent.extend(sent);
                select = (word == "select").then_some(at);
            }
            _ => {}
        }
    }
    all
}

/// What a browser sends of them, with what a person has typed or chosen.
fn filled(controls: &[Control], typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    for c in controls {
        match typed.iter().find(|(name, _)| *name == c.name) {
            Some((name, value)) => pairs.push(((*name).to_owned(), (*value).to_owned())),
            None => pairs.extend(c.sent.iter().map(|value| (c.name.clone(), value.clone()))),
        }
    }
    pairs
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[tokio::test]
async fn a_usual_talk_goes_from_the_empty_page_to_saved_in_at_most_eight_taps() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let page = p.officer.get(&t, "/hoat-dong/moi").await;
        assert_status(&page, StatusCode::OK);
        let page = page.text();
        assert!(!page.contains('⟦'), "{page}");
        // What the page has already chosen costs no tap.
        assert!(page.contains(r#"value="talk" checked"#), "the usual method is chosen");
        assert_eq!(hidden(&page, "day"), "2026-11-23");
        // Each choice and each field filled counts one, and so does "Lưu": whoever fills everything that the page
        // shows without opening anything is done in eight.
        let served = controls(&page);
        let empty: Vec<&str> = served
            .iter()
            .filter(|c| !c.unseen && c.sent.iter().all(String::is_empty))
            .map(|c| c.name.as_str())
            .collect();
        let taps = empty.len() + 1;
        println!("{taps} taps: {empty:?} and the button");
        assert!(taps <= 8, "{taps} taps: {empty:?}");
        // What must be filled is among them: the page sent as it is served says so.
        let hurried = t.person(Role::CommuneOfficer, p.commune).await;
        let as_served =
            filled(&controls(&hurried.get(&t, "/hoat-dong/moi").await.text()), &[("act", "save")]);
        let refused = hurried.post(&t, "/hoat-dong/moi", &borrowed(&as_served)).await;
        assert_status(&refused, StatusCode::UNPROCESSABLE_ENTITY);
        let refused = refused.text();
        let needed: Vec<&str> =
            refused.split("href=\"#f-").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(
            !needed.is_empty() && needed.iter().all(|name| empty.contains(name)),
            "{needed:?} of {empty:?}"
        );
        let typed = [
            ("title", "Phổ biến Luật Đất đai"),
            ("audience", "people"),
            ("attendances", "62"),
            ("women", "30"),
        ];
        assert!(needed.iter().all(|name| typed.iter().any(|(t, _)| t == name)), "{needed:?}");
        assert!(typed.iter().all(|(name, _)| empty.contains(name)), "{empty:?}");
        let form = filled(&served, &typed);
        let form = borrowed(&form);
        let saved = p.officer.post(&t, "/hoat-dong/moi", &form).await;
        let path = recorded(&saved);
        let shown = p.officer.get(&t, saved.location()).await;
        assert_status(&shown, StatusCode::OK);
        for part in [
            "Phổ biến Luật Đất đai",
            "23/11/2026",
            "62",
            "nữ 30",
            "Nhân dân",
            "Đã ghi hoạt động",
            "Xã Bến Lức",
        ] {
            assert!(shown.text().contains(part), "{part} in {}", shown.text());
        }
        assert!(!shown.text().contains('⟦'), "{}", shown.text());
        // Pressed twice on a weak link: one activity.
        assert_eq!(recorded(&p.officer.post(&t, "/hoat-dong/moi", &form).await), path);
        let list = p.officer.get(&t, "/hoat-dong").await.text();
        assert!(list.contains("1 hoạt động, 62 lượt người"), "{list}");
        // The same page finished otherwise, on another device: nothing typed is lost.
        let other = with(&form, &[("attendances", "70")]);
        assert_ne!(recorded(&p.officer.post(&t, "/hoat-dong/moi", &other).await), path);
        assert!(!list.contains('⟦'), "{list}");
    })
    .await;
}

/// Whatever the draft knows of its identity, two sends at the same moment record one activity.
#[tokio::test]
async fn a_draft_sent_twice_at_the_same_moment_is_recorded_once() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let mut recorded_so_far = 0;
        for knows in [false, true] {
            for round in 0..4 {
                let title = format!("Buổi {knows} {round}");
                let once = t.app.new_id().to_string();
                let mut form = with(&TALK, &[("title", title.as_str())]);
                form.extend(knows.then_some(("once", once.as_str())));
                p.officer.post(&t, "/hoat-dong/moi/nhap", &form).await;
                let restored = p.officer.get(&t, "/hoat-dong/moi").await.text();
                let restored = filled(&controls(&restored), &[]);
                let restored = borrowed(&restored);
                let send = || p.officer.post(&t, "/hoat-dong/moi", &restored);
                let (a, b, c) = tokio::join!(send(), send(), send());
                let paths: Vec<String> = [&a, &b, &c].into_iter().map(recorded).collect();
                assert!(paths.iter().all(|path| *path == paths[0]), "{title}: {paths:?}");
                recorded_so_far += 1;
                let list = p.officer.get(&t, "/hoat-dong").await.text();
                assert!(list.contains(&format!("{recorded_so_far} hoạt động, ")), "{title}: {list}");
            }
        }
        assert_eq!(activities::wrong_sums(&t.app.db).await.unwrap(), vec![]);
    })
    .await;
}

/// A leaver's drafts go on with their successor, beside the successor's own, and come back when it is undone.
#[tokio::test]
async fn drafts_go_over_with_a_hand_over() {
    use lantoa::features::people::{HandOver as _, HandedOver};
    on_every_engine(async |t| {
        let p = place(&t).await;
        let successor = t.person(Role::CommuneOfficer, p.commune).await;
        let keep = async |by: &Person, path: &str, title: &str| {
            let form = with(&TALK, &[("title", title), ("tab", "a"), ("version", "1")]);
            let kept = by.post(&t, path, &form).await;
            assert_status(&kept, StatusCode::OK);
        };
        let made = recorded(&p.officer.post(&t, "/hoat-dong/moi", &TALK).await);
        keep(&p.officer, &format!("{made}/sua/nhap"), "Tên sửa dở").await;
        keep(&p.officer, "/hoat-dong/moi/nhap", "Buổi ghi dở").await;
        keep(&successor, "/hoat-dong/moi/nhap", "Buổi của người nhận").await;
        let what = HandedOver {
            unit: p.commune,
            from: p.officer.account,
            to: successor.account,
            by: successor.account,
        };
        let mut tx = t.app.db.begin().await.unwrap();
        let moved = activities::DRAFTS.hand_over(&mut tx, &t.app, &what).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(moved.len(), 2, "{moved:?}");
        let work = successor.get(&t, "/viec").await.text();
        for title in ["Tên sửa dở", "Buổi ghi dở", "Buổi của người nhận"] {
            assert!(work.contains(title), "{title}: {work}");
        }
        assert!(!p.officer.get(&t, "/viec").await.text().contains("ghi dở"));
        // The work list leads to it; it is saved as any other, and only then gone.
        let at = work.find("/hoat-dong/moi?nhap=").expect("a link");
        let link: String = work[at..].chars().take_while(|c| *c != '"').collect();
        let page = successor.get(&t, &link).await.text();
        assert!(page.contains("Buổi ghi dở"), "{page}");
        let form = filled(&controls(&page), &[]);
        recorded(&successor.post(&t, "/hoat-dong/moi", &borrowed(&form)).await);
        let work = successor.get(&t, "/viec").await.text();
        assert!(!work.contains("Buổi ghi dở") && work.contains("Buổi của người nhận"), "{work}");
        // Undone: what is still open goes back.
        let mut tx = t.app.db.begin().await.unwrap();
        activities::DRAFTS.take_back(&mut tx, &t.app, &what, &moved).await.unwrap();
        tx.commit().await.unwrap();
        assert!(p.officer.get(&t, "/viec").await.text().contains("Tên sửa dở"));
        assert!(successor.get(&t, "/viec").await.text().contains("Buổi của người nhận"));
        // Drafts of other units stay with the person.
        let elsewhere = HandedOver { unit: p.sibling, ..what };
        let mut tx = t.app.db.begin().await.unwrap();
        assert!(activities::DRAFTS.hand_over(&mut tx, &t.app, &elsewhere).await.unwrap().is_empty());
    })
    .await;
}

/// What nobody sees of a text makes it read otherwise than it is written: it is not kept.
#[tokio::test]
async fn what_nobody_sees_is_not_kept() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let hidden = "Nhà \u{202e}văn hóa\u{200b} ấp 2\u{2066}";
        let form =
            with(&TALK, &[("title", hidden), ("place", hidden), ("speaker", hidden), ("note", hidden)]);
        let path = recorded(&p.officer.post(&t, "/hoat-dong/moi", &form).await);
        let photo = ("photo", "ảnh\u{202e}gnp.exe", &photo()[..]);
        recorded(&p.officer.upload(&t, &format!("{path}/minh-chung"), &[], photo).await);
        let page = p.officer.get(&t, &path).await.text();
        assert!(page.matches("Nhà văn hóa ấp 2").count() >= 4, "{page}");
        assert!(!page.contains(['\u{202e}', '\u{200b}', '\u{2066}']), "{page}");
    })
    .await;
}

/// A body that goes on and on; it counts what is read of it.
struct Endless {
    comes: bool,
    head: Vec<u8>,
    read: Arc<AtomicUsize>,
}

impl axum::body::HttpBody for Endless {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        // As over a network: a piece, and then for a moment nothing.
        self.comes = !self.comes;
        if !self.comes {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let mut chunk = std::mem::take(&mut self.head);
        chunk.resize(16 << 10, b'a');
        let all = self.read.fetch_add(chunk.len(), Ordering::Relaxed);
        assert!(all < 64 << 20, "it is read on and on");
        Poll::Ready(Some(Ok(hyper::body::Frame::data(chunk.into()))))
    }
}

/// Every text has a longest length, said at the field; what nobody types is refused before it costs anything.
#[tokio::test]
async fn texts_that_are_too_long_are_refused_at_once() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let long = "dài ".repeat(20_000);
        for (field, most) in [
            ("title", 300),
            ("place", 200),
            ("speaker", 200),
            ("note", 2_000),
            ("reason", 500),
            ("law_text", 500),
        ] {
            let answer = p.officer.post(&t, "/hoat-dong/moi", &with(&TALK, &[(field, long.as_str())])).await;
            assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
            let sentence = format!("dài quá {most} ký tự");
            assert!(answer.text().contains(&sentence), "{field}: {sentence}");
            // Drafts are kept as typed, then given up.
            p.officer.post(&t, "/hoat-dong/moi", &[("act", "drop"), ("draft_version", "1")]).await;
        }
        // At once: it is neither kept nor shown again, and the rest of it is not even waited for.
        let plain = ("application/x-www-form-urlencoded", "title=");
        let parts = (
            "multipart/form-data; boundary=X",
            "--X\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n",
        );
        for (path, (kind, head)) in [
            ("/hoat-dong/moi", plain),
            ("/hoat-dong/moi/nhap", plain),
            ("/luat/nhap", plain),
            ("/so-lieu/chot", plain),
            ("/hoat-dong/moi", parts),
            ("/hoat-dong/nhap", parts),
            ("/luat/nhap", parts),
        ] {
            let read = Arc::new(AtomicUsize::new(0));
            let body =
                Body::new(Endless { comes: false, head: head.as_bytes().to_vec(), read: Arc::clone(&read) });
            let request = Request::post(path)
                .header("sec-fetch-site", "same-origin")
                .header(header::COOKIE, format!("{}={}", lantoa::signin::COOKIE, p.officer.cookie))
                .header(header::CONTENT_TYPE, kind);
            let answer = t.send(request.body(body).unwrap()).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
            assert!(answer.text().contains("dài quá 100.000 ký tự"), "{path}: {}", answer.text());
            assert!(answer.body.len() < 50_000, "{path}: {} bytes shown", answer.body.len());
            assert!(read.load(Ordering::Relaxed) < 5 << 20, "{path}: {read:?} bytes read");
        }
        let (drafts,): (i64,) = store::sql!("SELECT COUNT(*) FROM drafts").get(&t.app.db).await.unwrap();
        assert_eq!(drafts, 0);
        let many: Vec<(&str, &str)> = vec![("law", "x"); 6_000];
        assert_status(&p.officer.post(&t, "/hoat-dong/moi", &many).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(p.officer.get(&t, "/hoat-dong").await.text().contains("0 hoạt động"));
    })
    .await;
}

#[tokio::test]
async fn same_as_last_time_fills_everything_but_the_day() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let full = with(
            &TALK,
            &[("place", "Nhà văn hóa ấp 2"), ("speaker", "Bà Lan"), ("copies", "1.200"), ("cost", "500.000")],
        );
        recorded(&p.officer.post(&t, "/hoat-dong/moi", &full).await);
        let page = p.officer.get(&t, "/hoat-dong/moi?giong=last").await.text();
        for (field, value) in [
            ("title", TALK[2].1),
            ("place", "Nhà văn hóa ấp 2"),
            ("speaker", "Bà Lan"),
            ("copies", "1.200"),
            ("cost", "500.000"),
            ("attendances", "62"),
            ("women", "30"),
        ] {
            assert!(page.contains(&format!("name=\"{field}\"")), "{field}");
            assert!(page.contains(&format!("value=\"{value}\"")), "{field}: {value}");
        }
        assert!(page.contains(r#"value="people" checked"#));
        assert!(page.contains(r#"value="2026-11-23""#), "the day is today");
    })
    .await;
}

#[tokio::test]
async fn gaps_are_named_and_what_was_typed_stays() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let bad = with(
            &TALK,
            &[
                ("title", ""),
                ("attendances", "465.00"),
                ("women", "mười"),
                ("day", "32/13/2026"),
                ("place", "Ấp 5"),
            ],
        );
        let answer = p.officer.post(&t, "/hoat-dong/moi", &bad).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        for field in ["title", "attendances", "women", "day"] {
            assert!(page.contains(&format!("href=\"#f-{field}\"")), "{field} in the summary: {page}");
            assert!(page.contains(&format!("id=\"e-{field}\"")), "{field} beside it");
        }
        for typed in ["465.00", "mười", "Ấp 5"] {
            assert!(page.contains(typed), "{typed} is kept");
        }
        // A mistyped year is said of the day, and takes no choice away.
        let hurried = t.person(Role::CommuneOfficer, p.commune).await;
        let answer = hurried.post(&t, "/hoat-dong/moi", &with(&TALK, &[("day", "2006-03-05")])).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        let page = answer.text();
        assert!(page.contains("Hãy xem lại năm.") && page.contains("value=\"talk\" checked"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_closed_browser_loses_nothing_and_two_devices_see_both_values() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        // The page keeps what is typed by itself.
        let kept = p
            .officer
            .post(&t, "/hoat-dong/moi/nhap", &with(&TALK, &[("draft_version", "0"), ("title", "Đang gõ dở")]))
            .await;
        assert_status(&kept, StatusCode::OK);
        assert!(kept.text().contains("Đã lưu nháp lúc 23/11/2026 10:42"), "{}", kept.text());
        assert_eq!(hidden(&kept.text(), "draft_version"), "1");
        // Another day, another device, no script: it is all there.
        let page = p.officer.get(&t, "/hoat-dong/moi").await.text();
        assert!(page.contains("Đang gõ dở") && page.contains(r#"value="62""#), "{page}");
        // A page that began before overwrites nothing, and shows both.
        let stale = p
            .officer
            .post(&t, "/hoat-dong/moi/nhap", &with(&TALK, &[("draft_version", "0"), ("title", "Bản cũ")]))
            .await;
        assert!(stale.text().contains("Bản cũ") && stale.text().contains("Đang gõ dở"), "{}", stale.text());
        let stale = p
            .officer
            .post(
                &t,
                "/hoat-dong/moi",
                &with(&TALK, &[("draft_version", "0"), ("title", "Bản cũ"), ("act", "draft")]),
            )
            .await;
        assert_status(&stale, StatusCode::CONFLICT);
        assert!(stale.text().contains("Bản cũ") && stale.text().contains("Đang gõ dở"));
        // Having seen both, the person goes on from the other's version.
        let version = hidden(&stale.text(), "draft_version");
        let kept = p
            .officer
            .post(
                &t,
                "/hoat-dong/moi",
                &with(&TALK, &[("draft_version", &version), ("title", "Bản cuối"), ("act", "draft")]),
            )
            .await;
        assert_status(&kept, StatusCode::OK);
        // Saving ends the draft; a colleague never saw it.
        let colleague = t.person(Role::CommuneOfficer, p.commune).await;
        assert!(!colleague.get(&t, "/hoat-dong/moi").await.text().contains("Bản cuối"));
        let version = hidden(&kept.text(), "draft_version");
        recorded(
            &p.officer
                .post(
                    &t,
                    "/hoat-dong/moi",
                    &with(&TALK, &[("draft_version", &version), ("title", "Bản cuối")]),
                )
                .await,
        );
        let page = p.officer.get(&t, "/hoat-dong/moi").await.text();
        assert!(!page.contains("Bản cuối"));
        // Thrown away when asked.
        let kept = p
            .officer
            .post(
                &t,
                "/hoat-dong/moi/nhap",
                &with(&TALK, &[("draft_version", "0"), ("title", "Không cần nữa")]),
            )
            .await;
        let version = hidden(&kept.text(), "draft_version");
        p.officer.post(&t, "/hoat-dong/moi", &[("act", "drop"), ("draft_version", &version)]).await;
        assert!(!p.officer.get(&t, "/hoat-dong/moi").await.text().contains("Không cần nữa"));
    })
    .await;
}

/// On a weak link a page's requests overtake each other: it must not quarrel with itself.
#[tokio::test]
async fn a_page_is_no_stranger_to_its_own_draft() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let page = p.officer.get(&t, "/hoat-dong/moi").await.text();
        let (tab, once) = (hidden(&page, "tab"), hidden(&page, "once"));
        let typed = with(&TALK, &[("tab", &tab), ("once", &once), ("draft_version", "0")]);
        for title in ["Một", "Một hai"] {
            let kept = p.officer.post(&t, "/hoat-dong/moi/nhap", &with(&typed, &[("title", title)])).await;
            assert!(kept.text().contains("Đã lưu nháp"), "{}", kept.text());
        }
        // Saved by the form that has not yet heard of its drafts: they are gone with it.
        recorded(&p.officer.post(&t, "/hoat-dong/moi", &typed).await);
        let home = p.officer.get(&t, "/viec").await.text();
        assert!(!home.contains("Ghi tiếp"), "{home}");
        // A draft that arrives after its activity was saved is not kept.
        p.officer.post(&t, "/hoat-dong/moi/nhap", &typed).await;
        assert!(!p.officer.get(&t, "/viec").await.text().contains("Ghi tiếp"));
        // A plan line that nobody has planned is refused beside its field.
        let line = store::RecordId { shard: 1, id: t.app.new_id() }.to_string();
        let answer = p.officer.post(&t, "/hoat-dong/moi", &with(&TALK, &[("plan_line", &line)])).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn when_two_people_change_one_activity_the_second_sees_both_values() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let colleague = t.person(Role::CommuneOfficer, p.commune).await;
        let path = recorded(&p.officer.post(&t, "/hoat-dong/moi", &TALK).await);
        let edit = format!("{path}/sua");
        let version = hidden(&p.officer.get(&t, &edit).await.text(), "version");
        assert_eq!(version, "1");
        let theirs = with(&TALK, &[("version", &version), ("attendances", "70")]);
        recorded(&colleague.post(&t, &edit, &theirs).await);
        let mine = with(&TALK, &[("version", &version), ("attendances", "65"), ("place", "Ấp 5")]);
        let answer = p.officer.post(&t, &edit, &mine).await;
        assert_status(&answer, StatusCode::CONFLICT);
        let page = answer.text();
        assert!(
            page.contains(r#"<td data-label="Ở trang này">65</td><td data-label="Bản kia">70</td>"#),
            "{page}"
        );
        assert!(page.contains(r#"value="65""#) && page.contains(r#"value="Ấp 5""#), "what was typed is kept");
        // Saved again, knowingly.
        let version = hidden(&page, "version");
        recorded(&p.officer.post(&t, &edit, &with(&mine, &[("version", &version)])).await);
        let shown = p.officer.get(&t, &path).await.text();
        assert!(shown.contains("70 → 65"), "the history says what changed: {shown}");
        assert_eq!(activities::wrong_sums(&t.app.db).await.unwrap(), vec![]);
    })
    .await;
}

#[tokio::test]
async fn an_unusual_figure_is_questioned_at_once_and_saved_with_a_reason() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let crowd = with(&TALK, &[("attendances", "825")]);
        // While typing.
        let asked =
            p.officer.post(&t, "/hoat-dong/moi/nhap", &with(&crowd, &[("draft_version", "0")])).await.text();
        assert!(
            asked.contains("825 người một cuộc? Nếu là buổi phát loa, chọn hình thức Truyền thanh."),
            "{asked}"
        );
        assert!(asked.contains(r#"name="reason""#), "the box for the reason comes with the question");
        let again = p
            .officer
            .post(&t, "/hoat-dong/moi/nhap", &with(&crowd, &[("draft_version", "1"), ("reason", "")]))
            .await
            .text();
        assert!(
            !again.contains(r#"name="reason""#),
            "a box that is there is not taken from under the fingers"
        );
        // Without script.
        let cases: [&[(&str, &str)]; 3] =
            [&[("attendances", "825")], &[("day", "2026-12-01")], &[("cost", "500")]];
        let mut version = "2".to_owned();
        for change in cases {
            let form = with(&with(&TALK, change), &[("draft_version", &version)]);
            let answer = p.officer.post(&t, "/hoat-dong/moi", &form).await;
            assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text().contains(r#"id="e-reason""#), "{change:?}: {}", answer.text());
            version = hidden(&answer.text(), "draft_version");
        }
        // No reason makes a part more than its whole.
        for part in ["women", "minority"] {
            let form = with(&TALK, &[(part, "63"), ("reason", "Đã đối chiếu"), ("draft_version", &version)]);
            let answer = p.officer.post(&t, "/hoat-dong/moi", &form).await;
            assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
            let page = answer.text();
            assert!(page.contains(&format!(r#"id="e-{part}""#)) && page.contains(r#"value="63""#), "{page}");
            assert!(page.contains("không thể nhiều hơn số lượt người (62)"), "{page}");
            version = hidden(&page, "draft_version");
        }
        // A reason settles the rest; so does marking an estimate.
        let path = recorded(
            &p.officer
                .post(
                    &t,
                    "/hoat-dong/moi",
                    &with(&crowd, &[("reason", "Mít tinh Ngày Pháp luật ở sân vận động")]),
                )
                .await,
        );
        // It stands beside the figure, and the list finds it.
        let shown = p.officer.get(&t, &path).await.text();
        let figure =
            "<dd>825 <small>(Lý do số liệu khác thường: Mít tinh Ngày Pháp luật ở sân vận động)</small>";
        assert!(shown.contains(figure), "{shown}");
        let is_found = async || p.officer.get(&t, "/hoat-dong?q=san+van+dong").await.text().contains(&path);
        assert!(is_found().await);
        // So it does a row from a release that did not look there: a migration empties its words, the start fills them.
        let mut tx = t.app.db.begin().await.unwrap();
        sql!("UPDATE activities SET folded = '' WHERE reason <> ''").run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!is_found().await);
        activities::fold_again(&t.app.db).await.unwrap();
        assert!(is_found().await);
        recorded(
            &p.officer
                .post(&t, "/hoat-dong/moi", &with(&TALK, &[("day", "2026-12-01"), ("estimated", "1")]))
                .await,
        );
    })
    .await;
}

#[tokio::test]
async fn withdrawn_with_a_reason_it_stays_readable_and_counts_no_more() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let path = recorded(&p.officer.post(&t, "/hoat-dong/moi", &TALK).await);
        let answer = p.officer.post(&t, &format!("{path}/rut"), &[("withdraw_reason", " ")]).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        recorded(
            &p.officer.post(&t, &format!("{path}/rut"), &[("withdraw_reason", "Ghi nhầm của xã khác")]).await,
        );
        let shown = p.officer.get(&t, &path).await;
        assert_status(&shown, StatusCode::OK);
        assert!(shown.text().contains("Ghi nhầm của xã khác"));
        assert!(p.officer.get(&t, "/hoat-dong").await.text().contains("0 hoạt động, 0 lượt người"));
        assert!(
            p.officer
                .get(&t, "/hoat-dong?dong=withdrawn")
                .await
                .text()
                .contains("1 hoạt động, 62 lượt người")
        );
        assert_status(&p.officer.get(&t, &format!("{path}/sua")).await, StatusCode::CONFLICT);
        assert_status(
            &p.officer.post(&t, &format!("{path}/rut"), &[("withdraw_reason", "lần nữa")]).await,
            StatusCode::CONFLICT,
        );
        assert_eq!(activities::wrong_sums(&t.app.db).await.unwrap(), vec![]);
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap(), (2, vec![]));
    })
    .await;
}

fn photo() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(40, 30, image::Rgb([10, 120, 90]))
        .write_to(&mut out, image::ImageFormat::Png)
        .unwrap();
    out.into_inner()
}

#[tokio::test]
async fn evidence_is_taken_by_content_and_seen_only_with_the_activity() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let stranger = t.person(Role::CommuneOfficer, p.sibling).await;
        // A photo sent with a form that has a gap waits on the draft.
        let gap = with(&TALK, &[("title", ""), ("draft_version", "0")]);
        let answer = p.officer.upload(&t, "/hoat-dong/moi", &gap, ("photo", "ảnh 1.png", &photo())).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("ảnh 1.png"), "{}", answer.text());
        let version = hidden(&answer.text(), "draft_version");
        let path = recorded(
            &p.officer.post(&t, "/hoat-dong/moi", &with(&TALK, &[("draft_version", &version)])).await,
        );
        let shown = p.officer.get(&t, &path).await.text();
        assert!(shown.contains("ảnh 1.png"), "{shown}");

        let add = format!("{path}/minh-chung");
        let bad: [(&str, &[u8], &str); 3] = [
            ("trang.html", b"<script>alert(1)</script>", "không phải ảnh"),
            ("hong.png", &photo()[..40], "không mở được"),
            ("to.jpg", &vec![0; 12 * 1024 * 1024 + 1], "quá 12 MB"),
        ];
        for (name, bytes, message) in bad {
            let answer = p.officer.upload(&t, &add, &[], ("photo", name, bytes)).await;
            assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(
                answer.text().contains(message) && answer.text().contains(name),
                "{name}: {}",
                answer.text()
            );
        }
        recorded(&p.officer.upload(&t, &add, &[], ("photo", "quét.pdf", b"%PDF-1.4 test")).await);
        let shown = p.officer.get(&t, &path).await.text();
        assert!(shown.contains("quét.pdf"));
        let files: Vec<&str> = shown
            .match_indices(&format!("href=\"{path}/minh-chung/"))
            .map(|(at, start)| &shown[at + 6..at + start.len() + 32])
            .collect();
        assert_eq!(files.len(), 2, "{shown}");
        let mut kinds = vec![];
        for file in &files {
            let answer = p.officer.get(&t, file).await;
            assert_status(&answer, StatusCode::OK);
            kinds.push(answer.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned());
            assert_status(&stranger.get(&t, file).await, StatusCode::NOT_FOUND);
            assert_status(&t.get(file).await, StatusCode::SEE_OTHER);
        }
        kinds.sort();
        assert_eq!(kinds, ["application/pdf", "image/jpeg"]);
        assert_status(
            &stranger.upload(&t, &add, &[], ("photo", "a.png", &photo())).await,
            StatusCode::NOT_FOUND,
        );
        let marked = async || p.officer.get(&t, "/hoat-dong").await.text().matches("Có minh chứng").count();
        assert_eq!(marked().await, 1);
        // A wrong file is taken off, once and with a reason; it stays for whoever may see the activity, and says so.
        let off = format!("{}/rut", files[0]);
        let bare = p.officer.post(&t, &off, &[("drop_reason", " ")]).await;
        assert_status(&bare, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bare.text().contains("id=\"e-drop_reason\""), "{}", bare.text());
        let why = [("drop_reason", "Ảnh của buổi khác")];
        recorded(&p.officer.post(&t, &off, &why).await);
        assert_status(&p.officer.post(&t, &off, &why).await, StatusCode::CONFLICT);
        assert_status(&p.officer.get(&t, files[0]).await, StatusCode::OK);
        assert_status(&stranger.get(&t, files[0]).await, StatusCode::NOT_FOUND);
        let shown = p.officer.get(&t, &path).await.text();
        assert!(shown.contains(files[0]) && shown.contains("Đã gỡ</span>"), "{shown}");
        let history = shown.split("<h2>Lịch sử</h2>").nth(1).expect("a history");
        assert!(history.contains("gỡ tệp: ") && history.contains("Ảnh của buổi khác"), "{history}");
    })
    .await;
}

/// However many are sent at the same moment, an activity has 20 files at most; one that is withdrawn gets no more.
#[tokio::test]
async fn an_activity_has_twenty_files_at_most() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let path = recorded(&p.officer.post(&t, "/hoat-dong/moi", &TALK).await);
        let add = format!("{path}/minh-chung");
        let scans = |from: usize, n: usize| -> Vec<(String, Vec<u8>)> {
            (from..from + n).map(|n| (format!("{n}.pdf"), format!("%PDF-1.4 {n}").into_bytes())).collect()
        };
        let send = async |from: usize, n: usize| {
            let files = scans(from, n);
            let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
            p.officer.upload_many(&t, &add, "photo", &files).await
        };
        let count = async || {
            let (n,): (i64,) =
                store::sql!("SELECT COUNT(*) FROM activity_evidence WHERE withdrawn_at IS NULL")
                    .get(&t.app.db)
                    .await
                    .unwrap();
            n
        };
        let answers = tokio::join!(send(0, 8), send(10, 8), send(20, 8), send(30, 8));
        assert_eq!(count().await, 20);
        let answers = [answers.0, answers.1, answers.2, answers.3];
        let full = answers.iter().filter(|a| a.status == StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(full.filter(|a| a.text().contains("nhiều nhất 20")).count(), 2, "who is told");
        assert_status(&send(90, 1).await, StatusCode::UNPROCESSABLE_ENTITY);

        // What waits on a draft counts too.
        let photos = async |from: usize, version: &str| {
            let files = scans(from, 15);
            let form = with(&TALK, &[("title", ""), ("draft_version", version)]);
            let files: Vec<(&str, &[u8])> = files.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
            p.officer.send_parts(&t, "/hoat-dong/moi", &form, "photo", &files).await.text()
        };
        let first = photos(100, "0").await;
        let second = photos(200, &hidden(&first, "draft_version")).await;
        assert!(second.contains("nhiều nhất 20"), "{second}");
        let version = hidden(&second, "draft_version");
        let other = recorded(
            &p.officer.post(&t, "/hoat-dong/moi", &with(&TALK, &[("draft_version", &version)])).await,
        );
        assert_eq!(count().await, 40);

        recorded(&p.officer.post(&t, &format!("{other}/rut"), &[("withdraw_reason", "Ghi nhầm")]).await);
        let late =
            p.officer.upload(&t, &format!("{other}/minh-chung"), &[], ("photo", "a.png", &photo())).await;
        assert_status(&late, StatusCode::CONFLICT);
        // Withdrawn between the look and the writing.
        let mut tx = t.app.db.begin().await.unwrap();
        let id = other.rsplit('/').next().unwrap().parse().unwrap();
        let scan = Upload { field: "photo".into(), name: "x.pdf".into(), bytes: b"%PDF-1.4 x".into() };
        let kept = activities::keep_evidence(&t.app, vec![scan]).await.unwrap().0;
        let late =
            activities::insert_evidence(&mut tx, &t.app, p.officer.account, p.commune, id, &kept).await;
        assert!(matches!(late, Err(lantoa::error::Error::Conflict(_))), "{late:?}");
        tx.rollback().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn each_acts_in_their_own_unit_and_time() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let path = recorded(&p.officer.post(&t, "/hoat-dong/moi", &TALK).await);
        let province = t.app.trees.on(&t.app.db, t.app.today()).await.unwrap().parent(p.commune).unwrap();
        let sibling = t.person(Role::CommuneOfficer, p.sibling).await;
        let above = t.person(Role::ProvincialOfficer, province).await;
        let reader = t.person(Role::Reader, p.commune).await;
        let gone = t.person_until(Role::CommuneOfficer, p.commune, Some("2026-11-23")).await;
        let (edit, withdraw) = (format!("{path}/sua"), format!("{path}/rut"));
        let reason = [("withdraw_reason", "x")];
        let commune = p.commune.to_string();
        let here = with(&TALK, &[("unit", &commune)]);
        for (who, see, change) in [
            (&sibling, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
            (&above, StatusCode::OK, StatusCode::FORBIDDEN),
            (&reader, StatusCode::OK, StatusCode::FORBIDDEN),
            (&gone, StatusCode::NOT_FOUND, StatusCode::NOT_FOUND),
        ] {
            assert_status(&who.get(&t, &path).await, see);
            assert_status(&who.get(&t, &edit).await, change);
            assert_status(&who.post(&t, &edit, &with(&TALK, &[("version", "1")])).await, change);
            assert_status(&who.post(&t, &format!("{edit}/nhap"), &TALK).await, change);
            assert_status(&who.post(&t, &withdraw, &reason).await, change);
            assert_status(&who.post(&t, "/hoat-dong/moi", &here).await, change);
        }
        assert!(above.get(&t, "/hoat-dong").await.text().contains(TALK[2].1));
        assert!(!sibling.get(&t, "/hoat-dong").await.text().contains(TALK[2].1));
        let asked = format!("/hoat-dong?don-vi={commune}");
        assert_status(&sibling.get(&t, &asked).await, StatusCode::NOT_FOUND);
        assert_status(&p.officer.get(&t, "/hoat-dong/khong-co").await, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn the_list_is_searched_without_marks_filtered_sorted_and_paged() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        for n in 1..=27 {
            let (title, day, attendances) =
                (format!("Buổi số {n}"), format!("2026-10-{n:02}"), n.to_string());
            let talk = with(
                &TALK,
                &[("title", &title), ("day", &day), ("attendances", &attendances), ("women", "")],
            );
            recorded(&p.officer.post(&t, "/hoat-dong/moi", &talk).await);
        }
        let loud = with(
            &TALK,
            &[
                ("method", "broadcast"),
                ("title", "Phát loa 100%_ về Đất đai"),
                ("attendances", ""),
                ("women", ""),
            ],
        );
        recorded(&p.officer.post(&t, "/hoat-dong/moi", &loud).await);
        let list = async |query: &str| p.officer.get(&t, &format!("/hoat-dong{query}")).await.text();
        let rows = |page: &str| page.matches("<tr><th scope=\"row\">").count();
        let first = list("").await;
        assert_eq!(rows(&first), 25);
        assert!(first.contains("28 hoạt động, 378 lượt người"), "{first}");
        let at = first.find("sau=").expect("a next page");
        let next = &first[first[..at].rfind("href=\"").unwrap() + 6..];
        let second = p
            .officer
            .get(&t, &next[..next.find('"').unwrap()].replace("&amp;", "&").replace("&#38;", "&"))
            .await
            .text();
        assert_eq!(rows(&second), 3);
        assert!(second.contains("Buổi số 1<") && !second.contains("Buổi số 4<"), "{second}");
        for (query, expected) in [
            ("?q=dat+dai", 1),
            ("?q=DAT+loa", 1),
            ("?q=100%25_", 1),
            ("?q=%25%25", 0),
            ("?hinh-thuc=broadcast", 1),
            ("?ky=this-month", 1),
            ("?ky=last-month", 25),
            ("?tu=2026-10-05&den=2026-10-07", 3),
            ("?q=buoi+so+12", 1),
        ] {
            assert_eq!(rows(&list(query).await), expected, "{query}");
        }
        assert!(
            list("?xep=largest").await.find("Buổi số 27<").unwrap()
                < list("?xep=largest").await.find("Buổi số 26<").unwrap()
        );
        assert!(list("?xep=oldest").await.contains("Buổi số 1<"));
        let book = p.officer.get(&t, "/hoat-dong/xuat.xlsx?ky=last-month").await;
        assert_status(&book, StatusCode::OK);
        assert!(book.body.starts_with(b"PK"), "a workbook");
    })
    .await;
}

/// A workbook as people make them: a title above, then headers and rows as typed.
pub fn book(rows: &[&[&str]]) -> Vec<u8> {
    let headers = [
        "Ngày",
        "Hình thức",
        "Nội dung",
        "Số lượt người",
        "Trong đó nữ",
        "Đối tượng",
        "Lý do",
        "Văn bản luật",
    ];
    let cells = |row: &&[&str]| row.iter().map(|c| sheets::Cell::Text((*c).to_owned())).collect();
    let table = sheets::Table {
        title: "Báo cáo của xã".into(),
        headers: headers.map(String::from).to_vec(),
        rows: rows.iter().map(cells).collect(),
        ..sheets::Table::default()
    };
    sheets::write_table(&table).unwrap()
}

const TALKED: &str = "Phổ biến trực tiếp";

#[tokio::test]
async fn good_rows_of_a_workbook_are_kept_and_bad_ones_come_back_with_notes() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let sent = book(&[
            &["20/11/2026", TALKED, "Buổi ở ấp 1", "62", "30", "Nhân dân; Học sinh, sinh viên", "", ""],
            &["21/11/2026", TALKED, "Buổi ở ấp 2", "sáu mươi", "", "", "", ""],
            &["31/02/2026", TALKED, "Buổi ở ấp 3", "62", "", "", "", ""],
            &["22/11/2026", "Nói chuyện", "Buổi ở ấp 4", "62", "", "", "", ""],
            &["22/11/2026", TALKED, "Mít tinh", "900", "", "", "", ""],
            &["22/11/2026", TALKED, "Đếm nhầm", "45", "60", "", "Đã đếm lại", ""],
            &["22/11/2026", TALKED, "Mít tinh lớn", "1.900", "", "", "Ngày Pháp luật", ""],
            &["22/11/2026", TALKED, "Luật lạ", "30", "", "", "", "99/2099/QH99"],
            &["20/11/2026", TALKED, "Buổi ở ấp 1", "62", "30", "Học sinh, sinh viên; Nhân dân", "", ""],
            &["22/11/2026", "Truyền thanh (loa)", "Bản tin sáng", "", "", "", "", ""],
            &["22/11/2026", TALKED, "Quên đếm", "", "", "", "", ""],
        ]);
        let list = async || p.officer.get(&t, "/hoat-dong").await.text();
        let answer = p.officer.upload(&t, "/hoat-dong/nhap", &[], ("file", "xã.xlsx", &sent)).await;
        let path = recorded(&answer);
        let preview = p.officer.get(&t, &path).await.text();
        assert!(!preview.contains('⟦'), "{preview}");
        assert!(preview.contains("3 dòng ghi được, 8 dòng cần sửa."), "{preview}");
        for note in [
            "Hãy ghi một số",
            "Không có ngày này",
            "“Nói chuyện” không có trong danh sách",
            "99/2099/QH99",
            "900 người một cuộc",
            "hãy ghi vì sao vào cột Lý do",
            "hãy điền số lượt người",
            "Số nữ không thể nhiều hơn số lượt người (45)",
            "Giống hệt dòng 4 của tệp.",
        ] {
            assert!(preview.contains(note), "{note} in {preview}");
        }
        assert!(list().await.contains("0 hoạt động"), "nothing is recorded before it was seen");
        recorded(&p.officer.post(&t, &path, &[]).await);
        recorded(&p.officer.post(&t, &path, &[]).await);
        let listed = list().await;
        assert!(listed.contains("3 hoạt động, 1.962 lượt người"), "{listed}");
        // A figure that nobody was asked about when it came, as from an older release, waits for its reason.
        let mut tx = t.app.db.begin().await.unwrap();
        let crowd = crate::spine::talk(p.commune, 900);
        activities::insert(&mut tx, &t.app, None, 1, &crowd).await.unwrap();
        tx.commit().await.unwrap();
        assert!(p.officer.get(&t, "/hoat-dong?dong=questions").await.text().contains("1 hoạt động, 900"));
        assert!(p.officer.get(&t, "/viec").await.text().contains("1 hoạt động có số liệu cần giải thích"));

        let done = p.officer.get(&t, &path).await.text();
        assert!(done.contains("Đã ghi 3 dòng; 8 dòng cần sửa"), "{done}");
        let back = p.officer.get(&t, &format!("{path}/tra-lai.xlsx")).await;
        assert_status(&back, StatusCode::OK);
        // Sent again as it is, the returned workbook has the rows that were not recorded and records none.
        let again =
            recorded(&p.officer.upload(&t, "/hoat-dong/nhap", &[], ("file", "lại.xlsx", &back.body)).await);
        let again = p.officer.get(&t, &again).await.text();
        assert!(again.contains("0 dòng ghi được, 7 dòng cần sửa. 1 dòng đã có"), "{again}");
        // The command does the same: what is there is not recorded twice.
        let imported =
            activities::import_workbook(&t.app, lantoa::i18n::Lang::Vi, None, p.commune, sent).await.unwrap();
        assert_eq!((imported.saved, imported.refused), (0, 11));
        assert!(imported.returned.unwrap().starts_with(b"PK"));
        assert_eq!(activities::wrong_sums(&t.app.db).await.unwrap(), vec![]);
        // Another's import is not seen.
        let colleague = t.person(Role::CommuneOfficer, p.commune).await;
        assert_status(&colleague.get(&t, &path).await, StatusCode::NOT_FOUND);
    })
    .await;
}

/// A workbook whose second sheet is the one of another.
fn two_sheets(first: &[u8], second: &[u8]) -> Vec<u8> {
    let (mut parts, mut others) = (crate::parts::unzip(first), crate::parts::unzip(second));
    let add = |part: &mut Vec<u8>, before: &str, new: &str| {
        let text = std::str::from_utf8(part).unwrap();
        assert!(text.contains(before), "{before} in {text}");
        *part = text.replacen(before, &format!("{new}{before}"), 1).into_bytes();
    };
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet";
    for (name, part) in &mut parts {
        match name.as_str() {
            "xl/workbook.xml" => {
                add(part, "</sheets>", "<sheet name=\"Tháng 2\" sheetId=\"77\" r:id=\"rId77\"/>");
            }
            "xl/_rels/workbook.xml.rels" => {
                let link =
                    format!("<Relationship Id=\"rId77\" Type=\"{kind}\" Target=\"worksheets/sheet77.xml\"/>");
                add(part, "</Relationships>", &link);
            }
            _ => {}
        }
    }
    let at = others.iter().position(|(name, _)| name == "xl/worksheets/sheet1.xml").unwrap();
    parts.push(("xl/worksheets/sheet77.xml".into(), others.swap_remove(at).1));
    crate::parts::zip(&parts)
}

/// Every visible sheet is read; what is not read is named, with its rows.
#[tokio::test]
async fn no_sheet_of_a_workbook_is_lost_without_a_word() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let january = book(&[&["20/11/2026", TALKED, "Buổi ở ấp 1", "62", "", "", "", ""]]);
        let february = book(&[
            &["21/11/2026", TALKED, "Buổi ở ấp 2", "40", "", "", "", ""],
            &["21/11/2026", TALKED, "Buổi ở ấp 3", "không rõ", "", "", "", ""],
            &["20/11/2026", TALKED, "Buổi ở ấp 1", "62", "", "", "", ""],
        ]);
        let sent = two_sheets(&january, &february);
        let path = recorded(&p.officer.upload(&t, "/hoat-dong/nhap", &[], ("file", "xã.xlsx", &sent)).await);
        let preview = p.officer.get(&t, &path).await.text();
        assert!(preview.contains("2 dòng ghi được, 2 dòng cần sửa."), "{preview}");
        assert!(preview.contains(">Tháng 2: 5</th>"), "{preview}");
        assert!(preview.contains("Giống hệt dòng Báo cáo của xã: 4 của tệp."), "{preview}");
        assert!(preview.contains("<li>Tháng 2: Thiếu cột “Địa điểm”.</li>"), "{preview}");
        recorded(&p.officer.post(&t, &path, &[]).await);
        assert!(p.officer.get(&t, "/hoat-dong").await.text().contains("2 hoạt động, 102 lượt người"));
        let back = p.officer.get(&t, &format!("{path}/tra-lai.xlsx")).await;
        let said: String = crate::parts::unzip(&back.body)
            .into_iter()
            .map(|(_, part)| String::from_utf8_lossy(&part).into_owned())
            .collect();
        assert!(said.contains("Từ tệp đã tải lên, dòng Tháng 2: 5."), "{said}");

        // Without the header, it is told what was left and how much.
        let bare = sheets::write_table(&sheets::Table {
            title: "Sổ tay".into(),
            headers: vec!["Việc".into()],
            rows: vec![vec![sheets::Cell::Text("Buổi ở ấp 4".into())]; 3],
            ..sheets::Table::default()
        });
        let sent = two_sheets(&january, &bare.unwrap());
        let path = recorded(&p.officer.upload(&t, "/hoat-dong/nhap", &[], ("file", "xã.xlsx", &sent)).await);
        let preview = p.officer.get(&t, &path).await.text();
        let told = "Trang tính “Tháng 2” không có dòng tiêu đề của mẫu nên 5 dòng của trang không được đọc.";
        assert!(preview.contains(told), "{preview}");
        let english = p.officer.get(&t, &format!("/en{path}")).await.text();
        assert!(english.contains("The sheet “Tháng 2” has not the header row"), "{english}");
    })
    .await;
}

/// Two rounds of a day are two rows; what may be one round written down twice is asked about and comes back.
#[tokio::test]
async fn rows_that_differ_in_any_column_are_two_activities() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let loud = "Truyền thanh (loa)";
        let land = "91/2099/QH99";
        crate::plans::law(&t, land, "Đất đai", "2026-01-01", vec![]).await;
        let morning = ["18/11/2026", loud, "Bản tin", "", "", "Nhân dân", "", ""];
        let evening = ["18/11/2026", loud, "Bản tin", "", "", "", "", land];
        let reasoned = ["18/11/2026", loud, "Bản tin", "", "", "Nhân dân", "Lượt phát chiều", ""];
        let send = async |rows: &[&[&str]]| {
            let sent = book(rows);
            let file = ("file", "xã.xlsx", &*sent);
            let path = recorded(&p.officer.upload(&t, "/hoat-dong/nhap", &[], file).await);
            let preview = p.officer.get(&t, &path).await.text();
            recorded(&p.officer.post(&t, &path, &[]).await);
            t.pass_minutes(1);
            let back = p.officer.get(&t, &format!("{path}/tra-lai.xlsx")).await.body;
            let template = activities::template(t.app.today());
            let returned = sheets::read(&back, &template, &sheets::Limits::default()).unwrap();
            (preview, p.officer.get(&t, &path).await.text(), returned.sheets[0].rows.len())
        };
        let (preview, done, returned) = send(&[&morning, &evening, &reasoned, &morning]).await;
        assert!(preview.contains("3 dòng ghi được, 1 dòng cần sửa."), "{preview}");
        assert!(preview.contains("Giống hệt dòng 4 của tệp."), "{preview}");
        assert!(done.contains("Đã ghi 3 dòng; 1 dòng cần sửa.") && !done.contains("đã có"), "{done}");
        assert_eq!(returned, 1);
        assert!(p.officer.get(&t, "/hoat-dong").await.text().contains("3 hoạt động"));
        // Sent again, what is recorded is not recorded twice, and comes back; what is like it is asked about.
        let other = ["18/11/2026", loud, "Bản tin", "", "", "Học sinh, sinh viên", "", ""];
        let (preview, done, returned) = send(&[&evening, &morning, &reasoned, &other]).await;
        assert!(preview.contains("0 dòng ghi được, 1 dòng cần sửa. 3 dòng đã có"), "{preview}");
        assert!(preview.contains("Đã ghi một hoạt động cùng ngày, hình thức"), "{preview}");
        assert!(done.contains("Đã ghi 0 dòng; 1 dòng cần sửa. 3 dòng đã có"), "{done}");
        assert_eq!(returned, 4);
        let other = ["18/11/2026", loud, "Bản tin", "", "", "Học sinh, sinh viên", "Phát ở trường", ""];
        let (preview, _, returned) = send(&[&other]).await;
        assert!(preview.contains("1 dòng ghi được, 0 dòng cần sửa."), "{preview}");
        assert_eq!(returned, 0);
        assert_eq!(activities::wrong_sums(&t.app.db).await.unwrap(), vec![]);
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_no_workbook_is_refused_with_a_way_out() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        assert_status(&p.officer.get(&t, "/hoat-dong/nhap").await, StatusCode::OK);
        for (bytes, sentence) in [
            (&b"%PDF-1.4"[..], "là tệp PDF"),
            (b"a;b;c", "Hãy lưu lại dạng .xlsx"),
            (b"PK\x03\x04 broken", "không mở được"),
        ] {
            let answer = p.officer.upload(&t, "/hoat-dong/nhap", &[], ("file", "x.xlsx", bytes)).await;
            assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text().contains(sentence), "{sentence} in {}", answer.text());
            assert!(!answer.text().contains('⟦'));
        }
        let blank = p.officer.get(&t, "/hoat-dong/mau.xlsx").await;
        assert_status(&blank, StatusCode::OK);
        // For a unit that is none, nothing is read; it is not taken for the person's own.
        for (page, file) in
            [("/hoat-dong/nhap", Some(("file", "mẫu.xlsx", &*blank.body))), ("/hoat-dong/moi", None)]
        {
            let nowhere = [("unit", "zz")];
            let answer = match file {
                Some(file) => p.officer.upload(&t, page, &nowhere, file).await,
                None => p.officer.post(&t, page, &nowhere).await,
            };
            assert_status(&answer, StatusCode::NOT_FOUND);
        }
        // The empty template itself: nothing to record, nothing wrong.
        let path =
            recorded(&p.officer.upload(&t, "/hoat-dong/nhap", &[], ("file", "mẫu.xlsx", &blank.body)).await);
        let page = p.officer.get(&t, &path).await.text();
        assert!(page.contains("0 dòng ghi được, 0 dòng cần sửa"), "{page}");
    })
    .await;
}

async fn call(t: &TestApp, method: &str, path: &str, token: &str, body: Option<serde_json::Value>) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    let body = body.map_or(Body::empty(), |b| Body::from(b.to_string()));
    t.send(request.body(body).unwrap()).await
}

#[tokio::test]
async fn programs_record_and_read_by_the_same_rules() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let token = async |account: Id| {
            let mut tx = t.app.db.begin().await.unwrap();
            let token = lantoa::signin::insert_api_token(&t.app, &mut tx, account, "test", 30).await.unwrap();
            tx.commit().await.unwrap();
            token
        };
        let officer = token(p.officer.account).await;
        let stranger = token(t.person(Role::CommuneOfficer, p.sibling).await.account).await;
        let talk = serde_json::json!({
            "method": "talk", "day": "2026-11-20", "title": "Nói chuyện", "attendances": 900,
            "audiences": ["people"], "women": 400, "once": t.app.new_id().to_string(),
        });
        let path = "/api/v1/activities";
        let made = call(&t, "POST", path, &officer, Some(talk.clone())).await;
        assert_status(&made, StatusCode::CREATED);
        let made = made.json();
        assert_eq!(made["questions"].as_array().unwrap().len(), 1, "{made}");
        assert_eq!(made["women"], 400);
        let again = call(&t, "POST", path, &officer, Some(talk.clone())).await;
        assert_status(&again, StatusCode::OK);
        assert_eq!(again.json()["id"], made["id"]);
        let listed =
            call(&t, "GET", &format!("{path}?from=2026-11-01&to=2026-11-30"), &officer, None).await.json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
        assert_eq!(listed["items"][0]["id"], made["id"]);
        let none = call(&t, "GET", &format!("{path}?to=2026-10-31"), &officer, None).await.json();
        assert_eq!(none["items"].as_array().unwrap().len(), 0, "{none}");
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        assert_eq!(call(&t, "GET", &one, &officer, None).await.json()["title"], "Nói chuyện");
        assert_status(&call(&t, "GET", &one, &stranger, None).await, StatusCode::NOT_FOUND);

        let mut bad = talk.clone();
        bad["method"] = "dancing".into();
        bad["audiences"] = serde_json::json!(["martians"]);
        bad["once"] = serde_json::Value::Null;
        let answer = call(&t, "POST", path, &officer, Some(bad)).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        let fields: Vec<String> = answer.json()["error"]["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["field"].to_string())
            .collect();
        assert_eq!(fields, ["\"method\"", "\"audience\""]);
        let mut more = talk.clone();
        (more["women"], more["reason"], more["once"]) =
            (901.into(), "Đã đếm".into(), serde_json::Value::Null);
        let answer = call(&t, "POST", path, &officer, Some(more)).await;
        assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(answer.json()["error"]["fields"][0]["field"], "women");
        let mut elsewhere = talk.clone();
        elsewhere["unit"] = p.sibling.to_string().into();
        elsewhere["once"] = serde_json::Value::Null;
        assert_status(&call(&t, "POST", path, &officer, Some(elsewhere)).await, StatusCode::NOT_FOUND);
        assert_status(&call(&t, "POST", path, "no such token", Some(talk)).await, StatusCode::UNAUTHORIZED);
        let garbage = call(&t, "POST", path, &officer, Some(serde_json::json!({"method": 5}))).await;
        assert!(garbage.status.is_client_error() && garbage.json()["error"]["code"].is_string());
    })
    .await;
}

/// What a program may not record, it is told field by field; a token's scheme is written as one likes.
#[tokio::test]
async fn programs_are_told_what_is_too_long_or_out_of_time() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let mut tx = t.app.db.begin().await.unwrap();
        let token =
            lantoa::signin::insert_api_token(&t.app, &mut tx, p.officer.account, "thử", 30).await.unwrap();
        tx.commit().await.unwrap();
        let talk = serde_json::json!({
            "method": "talk", "day": "2026-11-20", "title": "Buổi", "attendances": 40, "audiences": ["people"],
        });
        let send = async |body: serde_json::Value| {
            let request = Request::post("/api/v1/activities")
                .header(header::AUTHORIZATION, format!("bearer {token}"))
                .header(header::CONTENT_TYPE, "application/json");
            t.send(request.body(Body::from(body.to_string())).unwrap()).await
        };
        assert_status(&send(talk.clone()).await, StatusCode::CREATED);
        for (field, value) in [
            ("title", serde_json::json!("a".repeat(301))),
            ("note", serde_json::json!("a".repeat(2_001))),
            ("place", serde_json::json!("a".repeat(201))),
            ("audiences", serde_json::json!(vec!["people"; 51])),
            ("day", serde_json::json!("9999-12-31")),
            ("day", serde_json::json!("1944-12-31")),
        ] {
            let mut body = talk.clone();
            body[field] = value;
            let answer = send(body).await;
            assert_status(&answer, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(!answer.json()["error"]["fields"].as_array().unwrap().is_empty(), "{}", answer.text());
        }
        let mut huge = talk.clone();
        huge["note"] = serde_json::json!("a".repeat(5 << 20));
        let answer = send(huge).await;
        assert!(answer.status.is_client_error() && answer.json()["error"]["message"].is_string());
        // Sent twice at the same moment, with the program's own identity: once.
        let mut twice = talk.clone();
        twice["once"] = serde_json::json!(t.app.new_id());
        let (a, b) = tokio::join!(send(twice.clone()), send(twice));
        let mut answers = [a.status, b.status];
        answers.sort();
        assert_eq!(answers, [StatusCode::OK, StatusCode::CREATED], "{} {}", a.text(), b.text());
        assert_eq!(a.json()["id"], b.json()["id"]);
    })
    .await;
}

#[tokio::test]
async fn every_page_speaks_english_too() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let path = recorded(&p.officer.post(&t, "/hoat-dong/moi", &TALK).await);
        let edited = with(&TALK, &[("version", "1"), ("place", "Ấp 5")]);
        recorded(&p.officer.post(&t, &format!("{path}/sua"), &edited).await);
        let edit = format!("{path}/sua");
        for page in ["/hoat-dong", "/hoat-dong/moi", "/hoat-dong/nhap", &path, &edit] {
            let answer = p.officer.get(&t, &format!("/en{page}")).await;
            assert_status(&answer, StatusCode::OK);
            assert!(!answer.text().contains('⟦'), "{page}: {}", answer.text());
            assert!(answer.text().contains("Attendances") || page == "/hoat-dong/nhap", "{page}");
        }
        let bad = p.officer.post(&t, "/en/hoat-dong/moi", &[("unit", "")]).await;
        assert_status(&bad, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(bad.text().contains("Please fill in this field") && !bad.text().contains('⟦'));
    })
    .await;
}

/// The page of recording, everything it loads included, as an old phone receives it the first time.
#[tokio::test]
async fn the_page_of_recording_weighs_less_than_60_kb() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        recorded(&p.officer.post(&t, "/hoat-dong/moi", &TALK).await);
        let fetch = async |path: &str| {
            let request = Request::get(path)
                .header(header::COOKIE, format!("{}={}", lantoa::signin::COOKIE, p.officer.cookie))
                .header(header::ACCEPT_ENCODING, "gzip");
            let answer = t.send(request.body(Body::empty()).unwrap()).await;
            assert_status(&answer, StatusCode::OK);
            answer.body.len()
        };
        let page = p.officer.get(&t, "/hoat-dong/moi").await.text();
        let mut parts = vec![("/hoat-dong/moi".to_owned(), fetch("/hoat-dong/moi").await)];
        for (at, start) in page.match_indices("\"/static/") {
            let path = &page[at + 1..];
            let path = path[..path.find('"').unwrap()].to_owned();
            assert!(start.len() > 1);
            if !parts.iter().any(|(known, _)| *known == path) {
                let weight = fetch(&path).await;
                parts.push((path, weight));
            }
        }
        assert!(parts.len() >= 4, "page, style, scripts and mark: {parts:?}");
        let total: usize = parts.iter().map(|(_, weight)| weight).sum();
        println!("the page of recording weighs {total} bytes: {parts:?}");
        assert!(total <= 60 * 1024, "{total} bytes: {parts:?}");
    })
    .await;
}
