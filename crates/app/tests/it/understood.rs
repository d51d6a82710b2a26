//! What laws say of each other and do to each other: citations, amendments through time, status, comparison, whom they
//! concern.

use axum::http::StatusCode;
use lantoa::access::Role;
use lantoa::features::laws::amendments::{self, Decision};
use lantoa::features::laws::{self, By, NewLaw, Relation, Saved};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use store::{Id, sql};

use crate::support::{Person, TestApp, on_every_engine};

const OLD: &str = "QUỐC HỘI
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Luật số: 70/2099/QH99
Hà Nội, ngày 20 tháng 6 năm 2020

LUẬT
GÌN GIỮ BẾN NƯỚC

Điều 1. Phạm vi điều chỉnh
Luật này quy định việc gìn giữ bến nước công cộng.

Điều 2. Trách nhiệm của người giữ bến
1. Người giữ bến giữ bến sạch sẽ theo quy định tại Điều 1 của Luật này.
2. Người giữ bến báo thị trấn khi bến hư hỏng.

Điều 3. Thù lao của người giữ bến
Người giữ bến được hưởng thù lao hằng tháng từ ngân sách xã.

Điều 4. Hiệu lực thi hành
Luật này có hiệu lực thi hành từ ngày 01 tháng 01 năm 2021.

CHỦ TỊCH QUỐC HỘI
";

const AMENDING: &str = "QUỐC HỘI
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Luật số: 71/2099/QH99
Hà Nội, ngày 20 tháng 6 năm 2024

LUẬT
SỬA ĐỔI, BỔ SUNG MỘT SỐ ĐIỀU CỦA LUẬT GÌN GIỮ BẾN NƯỚC SỐ 70/2099/QH99

Điều 1. Sửa đổi, bổ sung một số điều của Luật Gìn giữ bến nước số 70/2099/QH99
1. Sửa đổi, bổ sung khoản 1 Điều 2 như sau:
“1. Người giữ bến giữ bến sạch sẽ và nhắc nhở người neo đậu sai chỗ.”.
2. Thay thế cụm từ “thị trấn” bằng cụm từ “Ủy ban nhân dân cấp xã” tại khoản 2 Điều 2.
3. Bãi bỏ Điều 3.

Điều 2. Hiệu lực thi hành
Luật này có hiệu lực thi hành từ ngày 01 tháng 01 năm 2025.

CHỦ TỊCH QUỐC HỘI
";

const NEW: &str = "QUỐC HỘI
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Luật số: 72/2099/QH99
Hà Nội, ngày 20 tháng 6 năm 2026

LUẬT
GÌN GIỮ BẾN NƯỚC

Điều 1. Phạm vi điều chỉnh
Luật này quy định việc gìn giữ bến nước công cộng.

Điều 2. Trách nhiệm của người giữ bến
1. Người giữ bến giữ bến sạch sẽ, treo bảng tên bến theo quy định tại Điều 1 của Luật này.
2. Người giữ bến báo Ủy ban nhân dân cấp xã khi bến hư hỏng.

Điều 3. Học sinh đi đò
Trẻ em, học sinh đi đò phải mặc áo phao; cơ sở giáo dục hướng dẫn học sinh cách mặc.

Điều 4. Hiệu lực thi hành
1. Luật này có hiệu lực thi hành từ ngày 01 tháng 9 năm 2026.
2. Luật Gìn giữ bến nước số 70/2099/QH99 hết hiệu lực kể từ ngày Luật này có hiệu lực thi hành.

CHỦ TỊCH QUỐC HỘI
";

fn read(text: &str) -> NewLaw {
    let text = lawtext::read(lawtext::Format::Text, text.as_bytes()).unwrap();
    NewLaw::of(&lawtext::parse(&text), "test").0
}

async fn enter(t: &TestApp, text: &str) -> Id {
    let mut tx = t.app.db.begin().await.unwrap();
    let saved = laws::insert(&mut tx, &t.app, &By::INSTALLATION, &read(text)).await.unwrap().0;
    tx.commit().await.unwrap();
    saved.id()
}

async fn officer(t: &TestApp) -> Person {
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2025-07-01").await;
    t.person(Role::ProvincialOfficer, province).await
}

async fn texts(t: &TestApp, law: Id) -> Vec<laws::Node> {
    laws::nodes(&t.app.db, law).await.unwrap()
}

fn day(text: &str) -> jiff::civil::Date {
    text.parse().unwrap()
}

/// The identities of the instructions on the page of changes, in order.
fn listed(page: &str) -> Vec<String> {
    page.split("name=\"amendment\" value=\"")
        .skip(1)
        .filter_map(|p| p.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// What a search in the articles answers, for programs.
async fn hits(t: &TestApp, question: &str) -> Vec<serde_json::Value> {
    t.app.index.catch_up(&t.app.db).await.unwrap();
    let path = format!("/api/v1/articles?q={}", lantoa::web::form_urlencoded(question));
    t.get(&path).await.json()["items"].as_array().expect("items").clone()
}

#[tokio::test]
async fn an_amendment_waits_is_carried_out_and_undone_to_the_byte() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let old = enter(&t, OLD).await;
        let public = "/van-ban/70-2099-qh99";
        let before = texts(&t, old).await;
        assert!(!t.get(public).await.text().contains("chưa phải bản mới nhất"));
        let amending = enter(&t, AMENDING).await;
        t.app.pages.forget();
        let page = t.get(public).await.text();
        assert!(page.contains("chưa phải bản mới nhất") && page.contains("3 chỗ chưa đưa vào"), "{page}");
        assert!(t.get(&format!("{public}/dieu-1")).await.text().contains("chưa phải bản mới nhất"));
        let inside = person.get(&t, &format!("/luat/{old}")).await.text();
        assert!(inside.contains("chưa phải bản mới nhất"), "{inside}");
        // A hit says it of the articles that wait, and of no other.
        let waits = "Đã được Luật 71/2099/QH99 sửa đổi, chữ ở đây chưa đổi theo";
        let note_of = async |id: &str| {
            let hits = hits(&t, "trách nhiệm người giữ bến").await;
            let hit = hits.into_iter().find(|h| h["id"] == id).unwrap_or_else(|| panic!("no {id}"));
            assert_eq!(hit["status"], "in-force");
            hit["note"].as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(note_of("70/2099/qh99+2").await, waits);
        assert_eq!(note_of("70/2099/qh99+1").await, "");
        assert_eq!(note_of("71/2099/qh99+1").await, "", "of each law what waits of it");
        for path in ["/luat/tim", "/tim"] {
            let page = person.get(&t, &format!("{path}?q=th%C3%B9+lao+gi%E1%BB%AF+b%E1%BA%BFn")).await.text();
            assert!(page.contains(waits), "{path}: {page}");
        }
        let told = person.get(&t, &format!("/luat/{amending}/sua-doi")).await.text();
        assert!(told.contains("Văn bản này sửa đổi") && told.contains("70/2099/QH99"), "{told}");

        let path = format!("/luat/{old}/sua-doi");
        let page = person.get(&t, &path).await.text();
        assert!(
            page.contains("<del> thị trấn</del>") && page.contains("<ins> Ủy ban nhân dân cấp xã</ins>"),
            "{page}"
        );
        assert!(page.contains("Khoản 1") || page.contains("Điều 2, khoản 1"), "{page}");
        assert!(!page.contains('⟦'), "{page}");
        let english = person.get(&t, &format!("/en{path}")).await.text();
        assert!(english.contains("Put into the text") && !english.contains('⟦'), "{english}");
        let ids = listed(&page);
        assert_eq!(ids.len(), 3);
        // A day that has not come yet changes no text.
        let early =
            person.post(&t, &path, &[("act", "apply"), ("amendment", &ids[0]), ("day", "01/01/2090")]).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(early.text().contains("Chưa đến ngày có hiệu lực"));
        assert_eq!(texts(&t, old).await, before);

        let is_confirmed = async || {
            let all = laws::relations(&t.app.db, amending).await.unwrap().of_it;
            let amends: Vec<bool> =
                all.iter().filter(|r| r.relation == Relation::Amends).map(|r| !r.proposed).collect();
            assert_eq!(amends.len(), 1, "{all:?}");
            amends[0]
        };
        let confirmations = async || {
            let acts: Vec<(String,)> =
                sql!("SELECT object_id FROM audit_entries WHERE act = 'confirm-amends'")
                    .all(&t.app.db)
                    .await
                    .unwrap();
            acts.into_iter().map(|(law,)| law).collect::<Vec<_>>()
        };
        assert!(!is_confirmed().await && confirmations().await.is_empty());
        let done = person.post(&t, &path, &[("act", "apply-all")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        // Whoever keeps the law and carries it out has said that it is amended.
        assert!(is_confirmed().await);
        assert_eq!(confirmations().await, [old.to_string()]);
        let page = t.get(public).await.text();
        assert!(!page.contains("chưa phải bản mới nhất"), "{page}");
        assert!(
            page.contains("nhắc nhở người neo đậu") && page.contains("báo Ủy ban nhân dân cấp xã"),
            "{page}"
        );
        assert!(page.contains("(được bãi bỏ)") && !page.contains("ngân sách xã"), "{page}");
        assert!(page.contains("?ngay=2025-01-01"), "{page}");
        assert_eq!(note_of("70/2099/qh99+2").await, "");
        // Every address stays.
        let paths = |nodes: &[laws::Node]| nodes.iter().filter_map(|n| n.path.clone()).collect::<Vec<_>>();
        assert_eq!(paths(&texts(&t, old).await), paths(&before));
        // The text of any day.
        assert_eq!(amendments::text_on(&t.app.db, old, day("2024-12-31")).await.unwrap(), before);
        assert_eq!(
            amendments::text_on(&t.app.db, old, day("2025-01-01")).await.unwrap(),
            texts(&t, old).await
        );
        let earlier = t.get(&format!("{public}?ngay=2024-12-31")).await.text();
        assert!(
            earlier.contains("Đây là toàn văn của ngày 31/12/2024") && earlier.contains("ngân sách xã"),
            "{earlier}"
        );
        assert_eq!(t.get(&format!("{public}?ngay=yesterday")).await.status, StatusCode::NOT_FOUND);
        // The same file again changes nothing.
        let mut tx = t.app.db.begin().await.unwrap();
        let again = laws::insert(&mut tx, &t.app, &By::INSTALLATION, &read(OLD)).await.unwrap().0;
        tx.commit().await.unwrap();
        assert_eq!(again, Saved::Same(old));

        // Undone in another order than carried out.
        for id in [&ids[1], &ids[0], &ids[2]] {
            let undone = person.post(&t, &path, &[("act", "undo"), ("amendment", id)]).await;
            assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
        }
        assert_eq!(texts(&t, old).await, before);
        // It waits again; that it is amended stays said.
        assert!(is_confirmed().await);
        assert!(t.get(public).await.text().contains("chưa phải bản mới nhất"));
        let twice = person.post(&t, &path, &[("act", "undo"), ("amendment", &ids[0])]).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY);

        // Settled by a person: nothing waits any more; one who may only look may not.
        for id in &ids {
            let settled = person.post(&t, &path, &[("act", "settle"), ("amendment", id)]).await;
            assert_eq!(settled.status, StatusCode::SEE_OTHER);
        }
        assert!(!t.get(public).await.text().contains("chưa phải bản mới nhất"));
        let commune = t.unit("Xã Khác", "commune", None, "2025-07-01").await;
        let reader = t.person(Role::Reader, commune).await;
        assert_eq!(reader.get(&t, &path).await.status, StatusCode::OK);
        let refused = reader.post(&t, &path, &[("act", "undo"), ("amendment", &ids[0])]).await;
        assert_ne!(refused.status, StatusCode::SEE_OTHER);
        assert!(lantoa::audit::verify(&t.app.db).await.unwrap().1.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_text_that_comes_again_keeps_what_was_carried_out() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let old = enter(&t, OLD).await;
        enter(&t, AMENDING).await;
        let path = format!("/luat/{old}/sua-doi");
        person.post(&t, &path, &[("act", "apply-all")]).await;
        // Another print of the law: a word of Điều 1 put right, and without the words that were exchanged.
        let print = OLD.replace("bến nước công cộng", "bến nước chung").replace("báo thị trấn", "báo xã");
        let mut tx = t.app.db.begin().await.unwrap();
        let (saved, said) = laws::insert(&mut tx, &t.app, &By::INSTALLATION, &read(&print)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(saved, Saved::Changed(old));
        assert_eq!(said.iter().map(|p| p.code.as_str()).collect::<Vec<_>>(), ["amendment-lost"]);
        t.app.pages.forget();
        let page = t.get("/van-ban/70-2099-qh99").await.text();
        assert!(page.contains("bến nước chung") && page.contains("nhắc nhở người neo đậu"), "{page}");
        assert!(page.contains("báo xã") && page.contains("1 chỗ chưa đưa vào"), "{page}");
    })
    .await;
}

/// What the page of correction of a provision knows of its words.
pub async fn version_of(t: &TestApp, person: &Person, path: &str) -> String {
    let page = person.get(t, path).await.text();
    assert!(!page.contains('⟦'), "{page}");
    let version = page.split("name=\"version\" value=\"").nth(1).expect("a version");
    version.split('"').next().unwrap().to_owned()
}

async fn correct(
    t: &TestApp,
    person: &Person,
    path: &str,
    field: &str,
    words: &str,
) -> crate::support::Answer {
    let version = version_of(t, person, path).await;
    let form = [("version", &*version), (field, words), ("reason", "Bản gốc ghi vậy"), ("act", "save")];
    person.post(t, path, &form).await
}

#[tokio::test]
async fn a_correction_is_no_amendment_and_both_are_taken_back_to_the_byte() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let old = enter(&t, OLD).await;
        let as_it_came = texts(&t, old).await;
        enter(&t, AMENDING).await;
        let changes = format!("/luat/{old}/sua-doi");
        let ids = listed(&person.get(&t, &changes).await.text());
        person.post(&t, &changes, &[("act", "apply-all")]).await;
        let amended = texts(&t, old).await;

        let list = format!("/luat/{old}/chua-chu");
        assert!(person.get(&t, &format!("/luat/{old}")).await.text().contains(&list));
        let article = format!("{list}/dieu-2");
        let page = person.get(&t, &article).await.text();
        assert!(page.contains("chữ trước khi sửa đổi") && page.contains("báo thị trấn khi"), "{page}");
        // Looked at, then saved with a reason; the next person's page is out of date.
        let version = version_of(&t, &person, &article).await;
        let words = "Người giữ bến báo thị trấn ngay khi bến hư hỏng.";
        let typed = [("version", &*version), ("t1", words), ("act", "look")];
        let look = person.post(&t, &article, &typed).await.text();
        assert!(look.contains("<ins> ngay</ins>") && look.contains(words), "{look}");
        let save = [("version", &*version), ("t1", words), ("act", "save")];
        let unsaid = person.post(&t, &article, &save).await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unsaid.text().contains(words) && texts(&t, old).await == amended);
        let save = [&save[..], &[("reason", "Bản gốc trang 2")]].concat();
        assert_eq!(person.post(&t, &article, &save).await.status, StatusCode::SEE_OTHER);
        // The same again, from a page out of date: nothing is lost, what nobody touched is as it stands now.
        let made = person.get(&t, &list).await.text();
        assert!(made.contains("<p>provincial-officer · "), "who made it: {made}");
        let later = [
            ("version", &*version),
            ("heading", "Nghĩa vụ giữ bến"),
            ("t1", "báo thị trấn ngay"),
            ("reason", "Bản gốc trang 3"),
        ];
        let both = person.post(&t, &article, &later).await;
        assert_eq!(both.status, StatusCode::CONFLICT);
        let both = both.text();
        assert!(both.contains("Người khác vừa chữa") && both.contains("Bản gốc trang 3"), "{both}");
        for there in ["Nghĩa vụ giữ bến", "báo thị trấn ngay</td>", &format!("{words}</td>")] {
            assert!(both.contains(there), "{there}: {both}");
        }
        assert!(!both.contains(&version) && !both.contains('⟦'), "{both}");
        assert!(
            texts(&t, old).await.iter().any(|n| n.body().contains("báo Ủy ban nhân dân cấp xã ngay khi"))
        );
        let again = correct(&t, &person, &article, "t1", words).await;
        assert!(again.text().contains("chưa có gì để lưu"), "{}", again.text());

        // In the text of every day, in what programs get, and in the search; the days of the text are as before.
        let public = "/van-ban/70-2099-qh99";
        let page = t.get(public).await.text();
        assert!(
            page.contains("báo Ủy ban nhân dân cấp xã ngay khi") && page.contains("?ngay=2025-01-01"),
            "{page}"
        );
        assert_eq!(page.matches("?ngay=").count(), 2, "{page}");
        let earlier = t.get(&format!("{public}?ngay=2024-12-31")).await.text();
        assert!(earlier.contains("báo thị trấn ngay khi"), "{earlier}");
        let lines = t.get("/api/v1/laws/70-2099-qh99/articles.jsonl").await.text();
        assert!(lines.contains("cấp xã ngay khi"), "{lines}");
        let feed = t.get("/api/v1/law-changes").await.json();
        let last = feed["items"].as_array().unwrap().last().unwrap();
        assert_eq!(last["id"], "70-2099-qh99", "{feed}");
        t.app.index.catch_up(&t.app.db).await.unwrap();
        let found =
            t.get("/api/v1/articles?q=b%C3%A1o+ngay+khi+b%E1%BA%BFn+h%C6%B0+h%E1%BB%8Fng").await.text();
        assert!(found.contains("ngay") && found.contains("70/2099/qh99+2"), "{found}");

        // A correction that would take the ground from an amendment is refused, and nothing of it stays.
        let corrected = texts(&t, old).await;
        let refused = correct(&t, &person, &article, "t1", "Người giữ bến báo xã khi bến hư hỏng.").await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("không còn khớp"), "{}", refused.text());
        assert_eq!(texts(&t, old).await, corrected);

        // Undone under the correction; then the correction itself; then carried out again.
        for id in [&ids[1], &ids[0], &ids[2]] {
            let undone = person.post(&t, &changes, &[("act", "undo"), ("amendment", id)]).await;
            assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
        }
        let mut expected = as_it_came.clone();
        let article = expected.iter_mut().find(|n| n.path.as_deref() == Some("dieu-2")).unwrap();
        article.content[1].text = words.to_owned();
        assert_eq!(texts(&t, old).await, expected);
        person.post(&t, &changes, &[("act", "apply-all")]).await;
        assert_eq!(texts(&t, old).await, corrected);
        let page = person.get(&t, &list).await.text();
        assert!(page.contains("Bản gốc trang 2") && page.contains("đang dùng"), "{page}");
        let made = page.split("name=\"correction\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let undo = [("act", "undo"), ("correction", made)];
        assert_eq!(person.post(&t, &list, &undo).await.status, StatusCode::SEE_OTHER);
        assert_eq!(texts(&t, old).await, amended);
        assert_eq!(person.post(&t, &list, &undo).await.status, StatusCode::CONFLICT);
        assert!(lantoa::audit::verify(&t.app.db).await.unwrap().1.is_empty());
    })
    .await;
}

#[tokio::test]
async fn corrections_are_held_against_the_new_source_when_a_law_comes_again() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let old = enter(&t, OLD).await;
        let list = format!("/luat/{old}/chua-chu");
        let come = async |text: &str| {
            let mut tx = t.app.db.begin().await.unwrap();
            let saved = laws::insert(&mut tx, &t.app, &By::INSTALLATION, &read(text)).await.unwrap();
            tx.commit().await.unwrap();
            (saved.0, saved.1.iter().map(|p| p.code.clone()).collect::<Vec<_>>())
        };
        let says = async |words: &str| texts(&t, old).await.iter().any(|n| n.body().contains(words));
        let wrong = "bến nước công cộng";
        let right = OLD
            .replace("quy định việc gìn giữ bến nước công cộng", "quy định việc giữ gìn bến nước công cộng");
        let words = "Luật này quy định việc giữ gìn bến nước công cộng.";
        assert_eq!(
            correct(&t, &person, &format!("{list}/dieu-1"), "text", words).await.status,
            StatusCode::SEE_OTHER
        );
        // The same file, and one that has changed elsewhere: it stays.
        assert_eq!(come(OLD).await, (Saved::Same(old), vec![]));
        let elsewhere = OLD.replace("ngân sách xã", "ngân sách của xã");
        assert_eq!(come(&elsewhere).await, (Saved::Changed(old), vec![]));
        assert!(says("việc giữ gìn bến").await && says("ngân sách của xã").await);
        // The source changes there too: it shows, and a person decides.
        let otherwise = OLD.replace(wrong, "bến nước chung");
        assert_eq!(come(&otherwise).await, (Saved::Changed(old), vec!["correction-asks".to_owned()]));
        assert!(says("việc gìn giữ bến nước chung").await);
        let home = person.get(&t, "/viec").await.text();
        assert!(home.contains("1 chỗ đã chữa") && home.contains(&list), "{home}");
        assert!(person.get(&t, &format!("/luat/{old}")).await.text().contains("cần quyết định"));
        let page = person.get(&t, &list).await.text();
        assert!(page.contains("cần quyết định") && page.contains("<ins>") && !page.contains('⟦'), "{page}");
        let made = page.split("name=\"correction\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let keep = person.post(&t, &list, &[("act", "keep"), ("correction", made)]).await;
        assert_eq!(keep.status, StatusCode::SEE_OTHER, "{}", keep.text());
        assert!(says(words).await);
        // The new source again: what was decided stays. Once a source reads as corrected, nothing is to be corrected.
        assert_eq!(come(&otherwise).await, (Saved::Same(old), vec![]));
        assert_eq!(come(&right).await, (Saved::Changed(old), vec![]));
        let page = person.get(&t, &list).await.text();
        assert!(says(words).await && page.contains("bản nguồn đã ghi đúng"), "{page}");
        // One that asks, decided for the source.
        correct(&t, &person, &format!("{list}/dieu-1"), "text", "Luật này nói về bến nước.").await;
        assert_eq!(come(&otherwise).await.1, ["correction-asks"]);
        let page = person.get(&t, &list).await.text();
        let made = page.split("name=\"correction\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        person.post(&t, &list, &[("act", "undo"), ("correction", made)]).await;
        assert!(says("bến nước chung").await);
        assert!(!person.get(&t, "/viec").await.text().contains("chỗ đã chữa"));
    })
    .await;
}

#[tokio::test]
async fn a_law_that_replaces_none_has_a_table_of_what_is_new_all_the_same() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let law = enter(&t, OLD).await;
        let path = format!("/luat/{law}/so-sanh");
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("mọi điều đều được coi là mới"), "{page}");
        assert!(page.contains("Quy định mới: Thù lao của người giữ bến (Điều 3)."), "{page}");
        let save = async |version: &str, rows: &[(&str, &str)]| {
            let form: Vec<(&str, &str)> =
                [("version", version)].into_iter().chain(rows.iter().copied()).collect();
            person.post(&t, &path, &form).await
        };
        let version = version_of(&t, &person, &path).await;
        let said = [("take", "2"), ("sentence-2", "Người giữ bến được trả thù lao.")];
        assert_eq!(save(&version, &said).await.status, StatusCode::SEE_OTHER);
        // What was written is there when the table is opened again, also a sentence that rests on no article yet.
        let edit = format!("/luat/{law}/sua");
        let version = version_of(&t, &person, &edit).await;
        let facts = [
            ("version", &*version),
            ("number", "70/2099/QH99"),
            ("kind", "Luật"),
            ("title", "Gìn giữ bến nước"),
            ("issued", "20/06/2026"),
            ("news", "Người giữ bến được trả thù lao.\nAi cũng giữ bến sạch."),
        ];
        assert_eq!(person.post(&t, &edit, &facts).await.status, StatusCode::SEE_OTHER);
        let page = person.get(&t, &path).await.text();
        assert!(
            page.contains("value=\"2\" checked")
                && page.contains(">Người giữ bến được trả thù lao.</textarea>")
        );
        let loose = page.split(">Ai cũng giữ bến sạch.</textarea>").next().unwrap();
        let at = loose.rsplit("name=\"sentence-").next().unwrap().split('"').next().unwrap();
        let (name, article) = (format!("sentence-{at}"), format!("article-{at}"));
        let version = version_of(&t, &person, &path).await;
        let mut both = vec![("take", "2"), ("sentence-2", "Người giữ bến được trả thù lao.")];
        both.extend([("take", at), (&*name, "Ai cũng giữ bến sạch."), (&*article, "dieu-99")]);
        assert_eq!(save(&version, &both).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        both.pop();
        both.push((&*article, "dieu-1"));
        assert_eq!(save(&version, &both).await.status, StatusCode::SEE_OTHER);
        let news = laws::compare::news(&t.app.db, law).await.unwrap();
        let places: Vec<_> = news.iter().map(|n| (n.path.as_str(), n.stale)).collect();
        assert_eq!(places, [("dieu-1", false), ("dieu-3", false)]);
        // The script and the draft take them, each with its article as it reads.
        let script = person.get(&t, &format!("/tin-bai/ban-tin?luat={law}")).await.text();
        let versions = laws::versions(&t.app.db, law).await.unwrap();
        for path in ["dieu-1", "dieu-3"] {
            let version = &versions.iter().find(|v| v.path == path).unwrap().version;
            assert!(script.contains(version), "{script}");
        }
        let draft = person.get(&t, &format!("/tin-bai/moi?luat={law}")).await.text();
        assert!(draft.contains("được trả thù lao.") && draft.contains("Ai cũng giữ bến sạch."), "{draft}");
    })
    .await;
}

#[tokio::test]
async fn what_an_amending_law_changes_is_found_by_name_or_chosen_by_a_person() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let of = async |law: Id| {
            let law = laws::get(&t.app.db, law).await.unwrap();
            amendments::of_law(&t.app.db, &law).await.unwrap().len()
        };
        // The heading names the law alone, the title has its number.
        let heading = "Điều 1. Sửa đổi, bổ sung một số điều của Luật Gìn giữ bến nước số 70/2099/QH99";
        let nameless =
            AMENDING.replace(heading, "Điều 1. Sửa đổi, bổ sung một số điều của Luật Gìn giữ bến nước");
        let old = enter(&t, OLD).await;
        enter(&t, &nameless.replace("71/2099", "75/2099")).await;
        assert_eq!(of(old).await, 3);
        // No number anywhere: the one law of that name.
        let nowhere = nameless.replace("BẾN NƯỚC SỐ 70/2099/QH99", "BẾN NƯỚC");
        enter(&t, &nowhere).await;
        assert_eq!(of(old).await, 6);
        // Of two of one name a person says which.
        let new = enter(&t, NEW).await;
        let unsure = enter(&t, &nowhere.replace("71/2099", "76/2099")).await;
        assert_eq!((of(old).await, of(new).await), (6, 0));
        let path = format!("/luat/{unsure}/sua-doi");
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("Đọc được 3 chỗ sửa đổi, chưa biết của văn bản nào"), "{page}");
        assert!(page.contains("chỉ ghi “Luật Gìn giữ bến nước”") && !page.contains('⟦'), "{page}");
        assert!(person.get(&t, &format!("/luat/{unsure}")).await.text().contains(&path));
        let aim = async |number: &str| {
            let form = [("act", "aim"), ("name", "Luật Gìn giữ bến nước"), ("number", number)];
            person.post(&t, &path, &form).await
        };
        let unknown = aim("9/2099/QH99").await;
        assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(unknown.text().contains("Sổ văn bản chưa có văn bản số 9/2099/QH99"));
        assert_eq!(aim("72/2099/QH99").await.status, StatusCode::SEE_OTHER);
        assert_eq!((of(old).await, of(new).await), (6, 3));
        let relations = laws::relations(&t.app.db, unsure).await.unwrap().of_it;
        assert!(relations.iter().any(|r| r.relation == Relation::Amends && !r.proposed), "{relations:?}");
        // The same by a relation that a person confirms, where nothing else is open.
        let other = enter(&t, &nowhere.replace("71/2099", "77/2099")).await;
        let edit = format!("/luat/{other}/sua");
        let version = version_of(&t, &person, &edit).await;
        let facts = [
            ("version", &*version),
            ("number", "77/2099/QH99"),
            ("kind", "Luật"),
            ("title", "Sửa đổi, bổ sung một số điều của Luật Gìn giữ bến nước"),
            ("issuer", "Quốc hội"),
            ("issued", "20/06/2024"),
            ("effective", "01/01/2025"),
            ("relation", "amends"),
            ("relation_number", "70/2099/QH99"),
        ];
        assert_eq!(person.post(&t, &edit, &facts).await.status, StatusCode::SEE_OTHER);
        assert_eq!((of(old).await, of(new).await), (9, 3));
        // One without a place that can be read says so, and so does the law that it amends.
        let silent =
            AMENDING.split("1. Sửa đổi, bổ sung khoản 1").next().unwrap().replace("71/2099", "78/2099");
        let silent = enter(&t, &format!("{silent}Nội dung sửa đổi kèm theo.\n")).await;
        let page = person.get(&t, &format!("/luat/{silent}/sua-doi")).await.text();
        assert!(page.contains("đọc được 0 chỗ"), "{page}");
        let page = person.get(&t, &format!("/luat/{old}/sua-doi")).await.text();
        assert!(
            page.contains("đọc được 0 chỗ") && page.contains(&format!("/luat/{silent}/sua-doi")),
            "{page}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_law_that_comes_again_shows_what_differs_before_it_is_replaced() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let law = enter(&t, OLD).await;
        let other =
            OLD.replace("giữ bến sạch sẽ", "giữ bến sạch đẹp").replace("Điều 3. Thù lao", "Điều 3a. Thù lao");
        let sent = person.upload(&t, "/luat/nhap", &[], ("file", "bản khác.txt", other.as_bytes())).await;
        let review = sent.location().to_owned();
        let page = person.get(&t, &review).await.text();
        assert!(page.contains("Văn bản này đã có") && page.contains("Nguồn: test"), "{page}");
        assert!(page.contains("chữ khác: 1") && page.contains("bản mới không có: 1"), "{page}");
        assert!(page.contains("<del> sẽ</del><ins> đẹp</ins>") && !page.contains('⟦'), "{page}");
        assert!(page.contains("/van-ban/70-2099-qh99/dieu-2") && page.contains("chỉ bản mới có"), "{page}");
        // Nothing is replaced until a person has said so of what stands there.
        let all = review.rsplit_once('/').unwrap().0.to_owned();
        let list = person.get(&t, &all).await.text();
        assert!(list.contains("đã có, 3 điều khác") && !list.contains("Lưu 1 văn bản"), "{list}");
        let facts = [
            ("number", "70/2099/QH99"),
            ("kind", "Luật"),
            ("title", "Gìn giữ bến nước"),
            ("issuer", "Quốc hội"),
            ("issued", "20/06/2020"),
            ("effective", "01/01/2021"),
        ];
        let save = async |replaces: &str| {
            person.post(&t, &review, &[&facts[..], &[("replaces", replaces)]].concat()).await
        };
        for replaces in ["", "1"] {
            let asked = save(replaces).await;
            assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(asked.text().contains("Hãy xem các điều khác nhau"), "{}", asked.text());
        }
        person.post(&t, &all, &[]).await;
        let reads = async || texts(&t, law).await.iter().any(|n| n.body().contains("sạch đẹp"));
        assert!(!reads().await);
        let version = laws::get(&t.app.db, law).await.unwrap().revision.to_string();
        let saved = save(&version).await;
        assert!(saved.location().ends_with("nhap=changed"), "{}", saved.text());
        assert!(reads().await);
    })
    .await;
}

#[tokio::test]
async fn what_is_too_long_or_in_the_wrong_order_is_asked_at_its_field() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let long =
            OLD.replace("Luật số: 70/2099/QH99", &format!("Luật số: {}/2099/QH99", "7".repeat(20_000)));
        let early = OLD.replace("01 tháng 01 năm 2021", "01 tháng 01 năm 2019");
        let files = [("dài.txt", long.as_bytes().to_vec()), ("sớm.txt", early.into_bytes())];
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
        let sent = person.upload_many(&t, "/luat/nhap", "file", &files).await;
        let all = sent.location().to_owned();
        let list = person.get(&t, &all).await.text();
        assert!(!list.contains("Lưu 1 văn bản") && !list.contains("Lưu 2 văn bản"), "{list}");
        let page = person.get(&t, &format!("{all}/0")).await.text();
        assert!(page.contains("id=\"e-number\"") || page.contains("Chưa thấy số, ký hiệu"), "{page}");
        assert!(!page.contains(&"7".repeat(200)), "{page}");
        let review = format!("{all}/1");
        let page = person.get(&t, &review).await.text();
        assert!(page.contains("Ngày có hiệu lực trước ngày ban hành"), "{page}");
        let facts = [
            ("number", "70/2099/QH99"),
            ("kind", "Luật"),
            ("title", "Gìn giữ bến nước"),
            ("issued", "20/06/2020"),
            ("effective", "01/01/2019"),
        ];
        let asked = person.post(&t, &review, &facts).await;
        assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(asked.text().contains("name=\"backdated\""), "{}", asked.text());
        let said = person.post(&t, &review, &[&facts[..], &[("backdated", "1")]].concat()).await;
        assert_eq!(said.status, StatusCode::SEE_OTHER, "{}", said.text());
        // Whoever has said so once is not asked again.
        let edit =
            person.get(&t, &format!("{}/sua", said.location().split('?').next().unwrap())).await.text();
        assert!(edit.contains("name=\"backdated\" value=\"1\" checked"), "{edit}");
    })
    .await;
}

#[tokio::test]
async fn the_script_of_a_minute_counts_its_syllables_and_lists_what_does_not_fit() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        enter(&t, OLD).await;
        let new = enter(&t, NEW).await;
        let at = format!("/tin-bai/ban-tin?luat={new}");
        let empty = person.get(&t, &at).await.text();
        assert!(empty.contains("chưa có gì để đọc") && !empty.contains("dang=ban-tin"), "{empty}");
        // Of the table of what is new two sentences fit, one is too long, one rests on no article of this law.
        let long = "Người giữ bến giữ bến sạch đẹp, không viết, không vẽ, không xả rác ".repeat(4);
        let path = format!("/luat/{new}/so-sanh");
        let page = person.get(&t, &path).await.text();
        let row = |subject: &str| {
            let before = page.split(&format!(">{subject}")).next().unwrap();
            before.rsplit("name=\"sentence-").next().unwrap().split('"').next().unwrap().to_owned()
        };
        let rows = [
            (row("Trách nhiệm của người giữ bến"), long.trim().to_owned()),
            (row("Quy định mới: Học sinh"), "Học sinh đi đò phải mặc áo phao;".to_owned()),
            (row("Hiệu lực thi hành"), long.trim().to_uppercase()),
            (row("Không còn quy định"), "Không còn thù lao.".to_owned()),
        ];
        let names: Vec<String> = rows.iter().map(|r| format!("sentence-{}", r.0)).collect();
        let version = version_of(&t, &person, &path).await;
        let mut form: Vec<(&str, &str)> = vec![("version", &version)];
        for ((row, sentence), name) in rows.iter().zip(&names) {
            form.extend([("take", row.as_str()), (name.as_str(), sentence.as_str())]);
        }
        let saved = person.post(&t, &path, &form).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let page = person.get(&t, &at).await.text();
        let opening =
            "Kính thưa bà con Tỉnh Tây Ninh, Luật Gìn giữ bến nước có hiệu lực từ ngày 1 tháng 9 năm 2026";
        assert!(page.contains(opening), "{page}");
        assert!(page.contains("Học sinh đi đò phải mặc áo phao. <small"), "{page}");
        let versions = laws::versions(&t.app.db, new).await.unwrap();
        let version = &versions.iter().find(|v| v.path == "dieu-3").unwrap().version;
        assert!(
            page.contains("href=\"/van-ban/72-2099-qh99/dieu-3\">Điều 3</a>") && page.contains(version),
            "{page}"
        );
        let count: usize =
            page.split("<p><strong>").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        let each: usize = page
            .split(" tiếng")
            .filter_map(|before| before.rsplit('(').next().and_then(|n| n.parse::<usize>().ok()))
            .sum();
        assert!((60..=170).contains(&count) && count == each, "{count} {each} in {page}");
        let left = page.split("id=\"left\"").nth(1).unwrap();
        assert!(left.contains("2 câu không đưa vào") && left.contains("quá 60 giây"), "{left}");
        assert!(left.contains("Không còn thù lao.") && left.contains("chưa gắn với điều nào"), "{left}");
        assert!(!page.contains('⟦') && !person.get(&t, &format!("/en{at}")).await.text().contains('⟦'));
        // It is written as a post, which somebody else approves; each sentence keeps its article.
        let write = person.get(&t, &format!("/tin-bai/moi?dang=ban-tin&luat={new}")).await.text();
        assert!(write.contains("Bản tin 60 giây: Luật Gìn giữ bến nước"), "{write}");
        assert!(
            write.contains("phải mặc áo phao.</textarea>")
                && write.contains("name=\"source-2\" type=\"text\" value=\"Điều 3\""),
            "{write}"
        );
        assert!(person.get(&t, &format!("/luat/{new}")).await.text().contains(&at));
        assert_eq!(person.get(&t, "/tin-bai/ban-tin").await.status, StatusCode::NOT_FOUND);
    })
    .await;
}

/// The old law as the state's codification prints it after the amending one.
fn consolidated() -> String {
    OLD.replace(
        "1. Người giữ bến giữ bến sạch sẽ theo quy định tại Điều 1 của Luật này.",
        "1. Người giữ bến giữ bến sạch sẽ và nhắc nhở người neo đậu sai chỗ.",
    )
    .replace("báo thị trấn", "báo Ủy ban nhân dân cấp xã")
    .replace("Người giữ bến được hưởng thù lao hằng tháng từ ngân sách xã.", "(được bãi bỏ)")
}

#[tokio::test]
async fn what_a_text_came_with_does_not_wait_and_a_person_may_say_otherwise() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let stale = async || {
            t.app.pages.forget();
            t.get("/van-ban/70-2099-qh99").await.text().contains("chưa phải bản mới nhất")
        };
        let states = async |law: Id| {
            let law = laws::get(&t.app.db, law).await.unwrap();
            let all = amendments::of_law(&t.app.db, &law).await.unwrap();
            all.iter().map(|a| a.state.code()).collect::<Vec<_>>()
        };
        let old = enter(&t, &consolidated()).await;
        let before = texts(&t, old).await;
        enter(&t, AMENDING).await;
        assert_eq!(states(old).await, ["present"; 3]);
        assert!(!stale().await);
        assert_eq!(texts(&t, old).await, before, "nothing is changed");
        assert!(!person.get(&t, "/viec").await.text().contains("chỗ sửa đổi chưa đưa vào văn bản"));
        let path = format!("/luat/{old}/sua-doi");
        let page = person.get(&t, &path).await.text();
        assert!(
            page.contains("văn bản đã có sẵn") && page.contains("nhắc nhở người neo đậu sai chỗ"),
            "{page}"
        );
        assert!(page.contains("đã đọc đúng như sửa đổi") && !page.contains('⟦'), "{page}");
        // A person says that it is not in; what they decided stays when the text comes again.
        let ids = listed(&page);
        let undone = person.post(&t, &path, &[("act", "undo"), ("amendment", &ids[0])]).await;
        assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text());
        assert!(stale().await);
        enter(&t, &consolidated().replace("bến nước công cộng", "bến nước chung")).await;
        assert_eq!(states(old).await, ["undone", "present", "present"]);
        let done = person.post(&t, &path, &[("act", "apply"), ("amendment", &ids[0])]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        assert_eq!(states(old).await, ["applied", "present", "present"]);
        assert!(!stale().await);
        // The text as it was before comes again: what it lacks waits again.
        person.post(&t, &path, &[("act", "undo"), ("amendment", &ids[0])]).await;
        enter(&t, OLD).await;
        assert_eq!(states(old).await, ["undone", "found", "found"]);
        assert!(stale().await);
        // Carried out by hand, then the consolidated text comes: it has it.
        person.post(&t, &path, &[("act", "apply-all")]).await;
        assert_eq!(states(old).await, ["applied"; 3]);
        enter(&t, &consolidated().replace("bến nước công cộng", "bến nước của làng")).await;
        assert!(
            states(old).await.iter().all(|s| ["applied", "present"].contains(s)),
            "{:?}",
            states(old).await
        );
        assert!(!stale().await);
    })
    .await;
}

#[tokio::test]
async fn a_text_that_lacks_a_word_of_an_amendment_claims_nothing() {
    on_every_engine(async |t| {
        let near = [
            consolidated().replace("sai chỗ.", "sai nơi."),
            consolidated().replace("(được bãi bỏ)", "Được bãi bỏ mọi thù lao."),
            consolidated().replace("báo Ủy ban nhân dân cấp xã", "báo thị trấn, Ủy ban nhân dân cấp xã"),
        ];
        let mut laws_there = Vec::new();
        for (n, text) in near.iter().enumerate() {
            let law = enter(&t, &text.replace("70/2099", &format!("{}/2099", 170 + n))).await;
            let amending = AMENDING.replace("71/2099", &format!("{}/2099", 270 + n));
            enter(&t, &amending.replace("70/2099", &format!("{}/2099", 170 + n))).await;
            laws_there.push(law);
        }
        // What is not in force yet is not believed to be in.
        let law = enter(&t, &consolidated().replace("70/2099", "180/2099")).await;
        let coming = AMENDING.replace("71/2099", "280/2099").replace("70/2099", "180/2099");
        enter(&t, &coming.replace("01 tháng 01 năm 2025", "01 tháng 01 năm 2027")).await;
        for (n, law) in laws_there.into_iter().chain([law]).enumerate() {
            let law = laws::get(&t.app.db, law).await.unwrap();
            let all = amendments::of_law(&t.app.db, &law).await.unwrap();
            let waiting: Vec<usize> =
                all.iter().enumerate().filter(|(_, a)| a.state.waits()).map(|(n, _)| n).collect();
            let expected = [vec![0], vec![2], vec![1], vec![0, 1, 2]];
            assert_eq!(waiting, expected[n], "{}", law.number);
        }
    })
    .await;
}

#[tokio::test]
async fn two_sources_of_one_article_are_both_kept_and_the_later_one_shows() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let enter_from = async |text: &str, source: &str| {
            let mut tx = t.app.db.begin().await.unwrap();
            let new = NewLaw { source: source.to_owned(), ..read(text) };
            let saved = laws::insert(&mut tx, &t.app, &By::INSTALLATION, &new).await.unwrap().0;
            tx.commit().await.unwrap();
            t.pass_minutes(60);
            saved
        };
        let extract = |words: &str| {
            let text = format!(
                "Điều 90.1.LQ.2. Trách nhiệm của người giữ bến\n(Điều 2 Luật số 70/2099/QH99 Gìn giữ bến nước ngày 20/06/2020 \
                 của Quốc hội, có hiệu lực thi hành kể từ ngày 01/01/2021)\n{words}\n"
            );
            let text = lawtext::read(lawtext::Format::Text, text.as_bytes()).unwrap();
            let parsed = lawtext::codified(&text).unwrap().remove(0);
            NewLaw { is_extract: true, ..NewLaw::of(&parsed, "pháp điển").0 }
        };
        let law = enter_from(OLD, "luật.docx").await.id();
        let path = format!("/luat/{law}/nguon");
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("không khác nhau chỗ nào") && !page.contains('⟦'), "{page}");
        assert!(!person.get(&t, &format!("/luat/{law}")).await.text().contains("/nguon"));
        // An article of the codification: the words change, the law keeps all else.
        let before = texts(&t, law).await;
        let mut tx = t.app.db.begin().await.unwrap();
        let new = extract("1. Người giữ bến giữ bến sạch sẽ và đẹp.\n2. Người giữ bến báo xã khi bến hư hỏng.");
        let saved = laws::insert(&mut tx, &t.app, &By::INSTALLATION, &new).await.unwrap().0;
        tx.commit().await.unwrap();
        assert_eq!(saved, Saved::Changed(law));
        let after = texts(&t, law).await;
        let paths = |nodes: &[laws::Node]| nodes.iter().map(|n| n.path.clone()).collect::<Vec<_>>();
        assert_eq!(paths(&after), paths(&before));
        assert!(t.get("/van-ban/70-2099-qh99/dieu-2/khoan-1").await.text().contains("sạch sẽ và đẹp"));
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("luật.docx") && page.contains("pháp điển"), "{page}");
        assert!(page.contains("<ins> và đẹp") && page.contains("Đang hiện"), "{page}");
        assert!(page.contains("nhập lúc 23/11/2026 10:42") && page.contains("nhập lúc 23/11/2026 11:42"), "{page}");
        assert!(person.get(&t, &format!("/luat/{law}")).await.text().contains("1 chỗ các nguồn chép khác nhau"));
        assert!(!person.get(&t, &format!("/en{path}")).await.text().contains('⟦'));
        // What each has said before brings nothing, in whatever order.
        assert_eq!(enter_from(OLD, "luật.docx").await, Saved::Same(law));
        let mut tx = t.app.db.begin().await.unwrap();
        let again = laws::insert(&mut tx, &t.app, &By::INSTALLATION, &new).await.unwrap().0;
        tx.commit().await.unwrap();
        assert_eq!(again, Saved::Same(law));
        assert_eq!(texts(&t, law).await, after);
        // A third whole text without one article: that is kept, and listed.
        let shorter = OLD.replace(
            "Điều 3. Thù lao của người giữ bến\nNgười giữ bến được hưởng thù lao hằng tháng từ ngân sách xã.\n\n",
            "",
        );
        assert_eq!(enter_from(&shorter, "bản in.txt").await, Saved::Changed(law));
        let found = laws::sources::differences(&t.app.db, law).await.unwrap();
        let said: Vec<_> = found
            .iter()
            .map(|d| (d.earlier.path.as_str(), d.earlier.source.as_str(), d.latest.as_ref().map(|l| l.source.as_str())))
            .collect();
        assert_eq!(
            said,
            [("dieu-2", "pháp điển", Some("bản in.txt")), ("dieu-3", "pháp điển", None)],
            "the first text says the same of Điều 2 as the last"
        );
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("Nguồn đang hiện không có điều này") && page.contains("ngân sách xã"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_number_that_several_documents_bear_is_linked_only_where_the_issuer_decides() {
    let decision = |number: &str, issuer: &str, day: &str, text: &str| {
        format!(
            "ỦY BAN NHÂN DÂN\n{issuer}\nSố: {number}\n{day}\n\nQUYẾT ĐỊNH\nVề bến nước\n\nĐiều 1. Bến nước\n{text}\n"
        )
    };
    let place = "Bến Lức, ngày 1 tháng 8 năm 2025";
    on_every_engine(async |t| {
        enter(&t, &decision("9/2099/QĐ-UBND", "TỈNH TÂY NINH", place, "Bến nước của tỉnh.")).await;
        enter(&t, &decision("9/2099/QĐ-UBND", "TỈNH ĐỒNG THÁP", "Cao Lãnh, ngày 2 tháng 9 năm 2025", "Bến khác.")).await;
        let cite = "Theo Điều 1 của Quyết định số 9/2099/QĐ-UBND";
        let own = enter(
            &t,
            &decision("10/2099/QĐ-UBND", "TỈNH TÂY NINH", place, &format!("{cite}, bến nước được giữ sạch.")),
        )
        .await;
        let named = format!("{cite} ngày 02 tháng 9 năm 2025 của Ủy ban nhân dân tỉnh Đồng Tháp, bến được giữ sạch.");
        let other = enter(&t, &decision("11/2099/QĐ-UBND", "TỈNH TÂY NINH", place, &named)).await;
        let circular = format!(
            "BỘ TƯ PHÁP\nSố: 12/2099/TT-BTP\nHà Nội, ngày 1 tháng 10 năm 2025\n\nTHÔNG TƯ\nVề bến nước\n\nCăn cứ \
             Quyết định số 9/2099/QĐ-UBND;\n\nĐiều 1. Bến nước\n{cite}, bến nước được giữ sạch.\n"
        );
        let unsure = enter(&t, &circular).await;
        let page = async |law: Id| {
            let law = laws::get(&t.app.db, law).await.unwrap();
            t.get(&format!("{}/dieu-1", law.path())).await.text()
        };
        let bearers = t.get("/api/v1/laws?q=9/2099/QĐ-UBND").await.json();
        let slug = |issuer: &str| {
            let all = bearers["items"].as_array().unwrap();
            all.iter().find(|l| l["issuer"].as_str().unwrap().contains(issuer)).unwrap()["url"].as_str().unwrap()
        };
        let (tay_ninh, dong_thap) = (slug("Tây Ninh"), slug("Đồng Tháp"));
        assert_ne!(tay_ninh, dong_thap);
        let link = |to: &str| format!("<a href=\"{to}/dieu-1\">");
        let text = page(own).await;
        assert!(text.contains(&link(tay_ninh)) && !text.contains(&link(dong_thap)), "{text}");
        let text = page(other).await;
        assert!(text.contains(&link(dong_thap)) && !text.contains(&link(tay_ninh)), "{text}");
        let text = page(unsure).await;
        assert!(!text.contains(&link(dong_thap)) && !text.contains(&link(tay_ninh)), "{text}");
        assert!(text.contains("<a class=\"unsure\" href=\"/van-ban?q=09%2F2099%2F") && !text.contains('⟦'), "{text}");
        let relations = laws::relations(&t.app.db, unsure).await.unwrap();
        let based = relations.of_it.iter().find(|r| r.relation == Relation::BasedOn).unwrap();
        assert!(based.law.is_none() && based.bearers == 2, "{based:?}");
        let whole = t.get("/van-ban/12-2099-tt-btp").await.text();
        assert!(whole.contains("có 2 văn bản cùng số"), "{whole}");
        // Read from the other end: only what means this one.
        t.app.pages.forget();
        let cited = t.get(&format!("{tay_ninh}/dieu-1")).await.text();
        assert!(cited.contains("10/2099/QĐ-UBND") && !cited.contains("11/2099/QĐ-UBND"), "{cited}");
        let cited = t.get(&format!("{dong_thap}/dieu-1")).await.text();
        assert!(cited.contains("11/2099/QĐ-UBND") && !cited.contains("10/2099/QĐ-UBND"), "{cited}");
    })
    .await;
}

#[tokio::test]
async fn what_a_text_says_of_others_is_proposed_and_counts_once_confirmed() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        enter(&t, OLD).await;
        let new = enter(&t, NEW).await;
        let relations = laws::relations(&t.app.db, new).await.unwrap();
        let found = relations.of_it.iter().find(|r| r.relation == Relation::EndsEffect).unwrap();
        assert!(found.proposed && !found.partial && found.evidence.contains("hết hiệu lực"), "{found:?}");
        let status = async || t.get("/api/v1/laws/70-2099-qh99").await.json()["status"].clone();
        assert_eq!(status().await, "in-force", "a proposal changes no status");
        let doubted = "chưa ai xác nhận nên tình trạng chưa đổi";
        let public = t.get("/van-ban/70-2099-qh99").await.text();
        assert!(public.contains(doubted) && !public.contains("Hết hiệu lực toàn bộ"), "{public}");
        let listed = async |status: &str| {
            let list = t.get(&format!("/api/v1/laws?status={status}")).await.json();
            list["items"].as_array().unwrap().iter().any(|l| l["id"] == "70-2099-qh99")
        };
        assert!(listed("in-force").await);
        let ranked = async |question: &str| {
            let hits = hits(&t, question).await;
            hits.iter().map(|h| format!("{} {}", h["id"], h["status"]).replace('"', "")).collect::<Vec<_>>()
        };
        let asked = "người giữ bến báo thị trấn khi bến hư hỏng";
        assert_eq!(ranked(asked).await[..2], ["70/2099/qh99+2 in-force", "72/2099/qh99+2 in-force"]);
        let path = format!("/luat/{new}/sua");
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("hết hiệu lực kể từ ngày"), "the sentence is shown: {page}");
        let facts = [
            ("number", "72/2099/QH99"),
            ("kind", "Luật"),
            ("title", "Gìn giữ bến nước"),
            ("issuer", "Quốc hội"),
            ("issued", "20/06/2026"),
            ("effective", "01/09/2026"),
            ("confirm", "ends-effect 70/2099/QH99"),
        ];
        let send = async |who: &Person, version: &str, title: &str| {
            let mut facts = [&[("version", version)], &facts[..]].concat();
            facts.iter_mut().filter(|f| f.0 == "title").for_each(|f| f.1 = title);
            who.post(&t, &path, &facts).await
        };
        // Of two people at the same page the second sees both; saved again it is the second's.
        let seen = version_of(&t, &person, &path).await;
        assert_eq!(send(&person, &seen, "Gìn giữ bến nước").await.status, StatusCode::SEE_OTHER);
        let other = officer(&t).await;
        let late = send(&other, &seen, "Giữ gìn bến sông").await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let page = late.text();
        assert!(page.contains("đã được thay đổi từ lúc mở trang") && !page.contains('⟦'), "{page}");
        assert!(
            page.contains(">Giữ gìn bến sông</textarea>") && page.contains("Gìn giữ bến nước</td>"),
            "{page}"
        );
        assert_eq!(laws::get(&t.app.db, new).await.unwrap().title, "Gìn giữ bến nước");
        let seen = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        assert_eq!(send(&other, seen, "Giữ gìn bến sông").await.status, StatusCode::SEE_OTHER);
        assert_eq!(laws::get(&t.app.db, new).await.unwrap().title, "Giữ gìn bến sông");
        assert_eq!(status().await, "ended");
        assert!(listed("ended").await && !listed("in-force").await);
        // What has ended stands behind what answers too, unless it is asked for by its number or nothing else answers.
        assert_eq!(ranked(asked).await[..2], ["72/2099/qh99+2 in-force", "70/2099/qh99+2 ended"]);
        assert_eq!(ranked("70/2099/QH99 điều 2").await[0], "70/2099/qh99+2 ended");
        assert_eq!(ranked("thù lao hằng tháng từ ngân sách xã").await[0], "70/2099/qh99+3 ended");
        let law = t.get("/api/v1/laws/70-2099-qh99").await.json();
        assert_eq!(law["expires"], "2026-09-01");
    })
    .await;
}

#[tokio::test]
async fn citations_are_links_and_read_both_ways() {
    on_every_engine(async |t| {
        enter(&t, OLD).await;
        enter(&t, NEW).await;
        let page = t.get("/van-ban/70-2099-qh99").await.text();
        assert!(page.contains("<a href=\"/van-ban/70-2099-qh99/dieu-1\">Điều 1"), "{page}");
        let page = t.get("/en/van-ban/72-2099-qh99/dieu-4").await.text();
        assert!(page.contains("<a href=\"/en/van-ban/70-2099-qh99\">"), "{page}");
        let decree = "CHÍNH PHỦ\nSố: 73/2099/NĐ-CP\nHà Nội, ngày 1 tháng 8 năm 2026\n\nNGHỊ ĐỊNH\nVề người giữ bến\n\n\
            Điều 1. Người giữ bến\n1. Người giữ bến theo quy định tại khoản 2 Điều 2 của Luật Gìn giữ bến nước số \
            72/2099/QH99.\n2. Việc khác.\n";
        enter(&t, decree).await;
        t.app.pages.forget();
        let page = t.get("/van-ban/72-2099-qh99/dieu-2").await.text();
        assert!(page.contains("Điều này được nhắc đến ở"), "{page}");
        assert!(page.contains("/van-ban/73-2099-nd-cp/dieu-1/khoan-1"), "{page}");
        assert!(!t.get("/van-ban/72-2099-qh99/dieu-3").await.text().contains("được nhắc đến"));
    })
    .await;
}

#[tokio::test]
async fn a_new_law_is_compared_and_its_news_know_when_they_are_stale() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        enter(&t, OLD).await;
        let new = enter(&t, NEW).await;
        let path = format!("/luat/{new}/so-sanh");
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("Không đổi") && page.contains("<ins>"), "{page}");
        assert!(page.contains("Quy định mới: Học sinh đi đò (Điều 3)."), "{page}");
        assert!(page.contains("Không còn quy định: Thù lao của người giữ bến (Điều 3 cũ)."), "{page}");
        assert!(!page.contains('⟦'), "{page}");
        let unknown = person.get(&t, &format!("{path}?cu=9/2099/QH99")).await.text();
        assert!(unknown.contains("Sổ văn bản chưa có văn bản số 9/2099/QH99"), "{unknown}");
        let at = |subject: &str| {
            let before = page.split(&format!(">{subject}")).next().unwrap();
            before.rsplit("name=\"sentence-").next().unwrap().split('"').next().unwrap().to_owned()
        };
        let (first, second) = (at("Quy định mới: Học sinh"), at("Trách nhiệm của người giữ bến"));
        let version = version_of(&t, &person, &path).await;
        let news = [
            ("version", &*version),
            ("take", first.as_str()),
            (&format!("sentence-{first}"), "Học sinh đi đò phải mặc áo phao."),
            ("take", second.as_str()),
            (&format!("sentence-{second}"), "Người giữ bến phải treo bảng tên bến."),
        ];
        let saved = person.post(&t, &path, &news).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let page = person.get(&t, &format!("/luat/{new}")).await.text();
        assert!(
            page.contains("Học sinh đi đò phải mặc áo phao.") && !page.contains("cần xem lại câu này"),
            "{page}"
        );
        // Another person's choice from the same page is kept on the page and changes nothing.
        let name = format!("sentence-{first}");
        let late = [("version", &*version), ("take", &*first), (&*name, "Ai đi đò cũng phải mặc áo phao.")];
        let late = person.post(&t, &path, &late).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let shown = late.text();
        assert!(shown.contains(">Ai đi đò cũng phải mặc áo phao.</textarea>"), "{shown}");
        assert!(shown.contains("Học sinh đi đò phải mặc áo phao.</td>") && !shown.contains('⟦'), "{shown}");
        assert_eq!(laws::compare::news(&t.app.db, new).await.unwrap().len(), 2);
        // A correction of other words makes none stale; an amendment of one article its sentence and no other.
        let article = format!("/luat/{new}/chua-chu/dieu-3");
        let words = "Trẻ em, học sinh đi đò phải mặc áo phao; cơ sở giáo dục chỉ cho học sinh cách mặc.";
        let corrected = correct(&t, &person, &article, "text", words).await;
        assert_eq!(corrected.status, StatusCode::SEE_OTHER, "{}", corrected.text());
        let amending = AMENDING
            .replace("71/2099", "74/2099")
            .replace("70/2099/QH99", "72/2099/QH99")
            .replace("3. Bãi bỏ Điều 3.", "3. Bãi bỏ Điều 3 của Luật Gìn giữ bến nước số 70/2099/QH99.")
            .replace("“thị trấn”", "“hư hỏng”");
        enter(&t, &amending).await;
        let done = person.post(&t, &format!("/luat/{new}/sua-doi"), &[("act", "apply-all")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let news = laws::compare::news(&t.app.db, new).await.unwrap();
        let stale: Vec<&str> = news.iter().filter(|n| n.stale).map(|n| n.sentence.as_str()).collect();
        assert_eq!(stale, ["Người giữ bến phải treo bảng tên bến."]);
        assert!(person.get(&t, &format!("/luat/{new}")).await.text().contains("cần xem lại câu này"));
        // Everybody is told, and whoever keeps the registry; what is said no longer is forgotten.
        let outdated = "Điều luật đã thay đổi sau khi viết câu này";
        for public in ["/van-ban/72-2099-qh99", "/"] {
            assert_eq!(t.get(public).await.text().matches(outdated).count(), 1, "{public}");
        }
        let page = t.get("/van-ban/72-2099-qh99").await.text();
        assert!(page.contains("(<a href=\"/van-ban/72-2099-qh99/dieu-3\">Điều 3</a>)"), "{page}");
        let keeper = t.keeper().await;
        let home = keeper.get(&t, "/viec").await.text();
        assert!(home.contains("72/2099/QH99: 1 câu về điểm mới cần viết lại"), "{home}");
        let draft = person.get(&t, &format!("/tin-bai/moi?luat={new}")).await.text();
        assert!(draft.contains("phải mặc áo phao.") && !draft.contains("phải treo bảng tên bến."), "{draft}");
        let edit = format!("/luat/{new}/sua");
        let version = version_of(&t, &person, &edit).await;
        let facts = [
            ("version", &*version),
            ("number", "72/2099/QH99"),
            ("kind", "Luật"),
            ("title", "Gìn giữ bến nước"),
            ("issuer", "Quốc hội"),
            ("issued", "20/06/2026"),
            ("effective", "01/09/2026"),
            ("news", "Học sinh đi đò phải mặc áo phao."),
        ];
        assert_eq!(person.post(&t, &edit, &facts).await.status, StatusCode::SEE_OTHER);
        assert!(!t.get("/van-ban/72-2099-qh99").await.text().contains(outdated));
        assert!(!keeper.get(&t, "/viec").await.text().contains("điểm mới cần viết lại"));
    })
    .await;
}

#[tokio::test]
async fn whom_an_article_concerns_is_proposed_with_its_words_and_confirmed() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let new = enter(&t, NEW).await;
        let path = format!("/luat/{new}/doi-tuong");
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("dieu-3 audience students") && page.contains("“Học sinh”"), "{page}");
        assert!(!page.contains('⟦'), "{page}");
        let version = version_of(&t, &person, &path).await;
        let students = [("version", &*version), ("concern", "dieu-3 audience students")];
        let saved = person.post(&t, &path, &students).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let confirmed = laws::concerns::confirmed(&t.app.db, new).await.unwrap();
        assert_eq!(confirmed.len(), 1);
        let law = laws::get(&t.app.db, new).await.unwrap();
        assert_eq!(laws::concerned(&t.app.db, law).await.unwrap().audiences, ["students"]);
        // Whoever had opened the page before is told; the ticks stay.
        let late = [("version", &*version), ("concern", "dieu-2 audience people")];
        let late = person.post(&t, &path, &late).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        let page = late.text();
        assert!(page.contains("đã được thay đổi từ lúc mở trang"), "{page}");
        assert!(page.contains("value=\"dieu-2 audience people\" checked"), "{page}");
        assert_eq!(laws::concerns::confirmed(&t.app.db, new).await.unwrap(), confirmed);
        for bad in ["dieu-9 audience students", "dieu-3 audience nobody", "dieu-3"] {
            let refused = person.post(&t, &path, &[("concern", bad)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
    })
    .await;
}

/// Chains of amendments at random: whatever is carried out, in whatever order, the text of a day is what it was when
/// only the changes up to that day had been made; everything undone, it is the first text to the byte.
#[tokio::test]
async fn any_chain_of_amendments_gives_the_text_of_any_day() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let chain = prop::collection::vec((0_usize..3, 1_i8..=9), 1..8);
    let chains: Vec<Vec<(usize, i8)>> =
        (0..6).map(|_| chain.new_tree(&mut runner).unwrap().current()).collect();
    on_every_engine(async |t| {
        let old = enter(&t, OLD).await;
        enter(&t, AMENDING).await;
        let before = texts(&t, old).await;
        let law = laws::get(&t.app.db, old).await.unwrap();
        let ids: Vec<Id> =
            amendments::of_law(&t.app.db, &law).await.unwrap().into_iter().map(|a| a.id).collect();
        let decide = async |id: Id, what: Decision| {
            let mut tx = t.app.db.begin().await.unwrap();
            let done = amendments::decide(&mut tx, &t.app, &By::INSTALLATION, old, &[id], what).await;
            if done.is_ok() {
                tx.commit().await.unwrap();
            }
            done.is_ok()
        };
        for chain in &chains {
            let mut applied: Vec<(usize, i8)> = Vec::new();
            for (n, month) in chain {
                if applied.iter().any(|a| a.0 == *n) {
                    assert!(decide(ids[*n], Decision::Undo).await);
                    applied.retain(|a| a.0 != *n);
                } else if decide(ids[*n], Decision::Apply(Some(day(&format!("2025-0{month}-01"))))).await {
                    applied.push((*n, *month));
                }
                for on in 0..=9 {
                    let text = amendments::text_on(
                        &t.app.db,
                        old,
                        day("2024-12-31").saturating_add(jiff::Span::new().months(on).days(1)),
                    )
                    .await
                    .unwrap();
                    let text = text.iter().map(laws::Node::body).collect::<String>();
                    let holds = |n: usize| applied.iter().any(|a| a.0 == n && a.1 <= on as i8 + 1);
                    assert_eq!(text.contains("nhắc nhở"), holds(0), "{applied:?} month {on}");
                    assert_eq!(!text.contains("thị trấn"), holds(1), "{applied:?} month {on}");
                    assert_eq!(!text.contains("ngân sách xã"), holds(2), "{applied:?} month {on}");
                }
            }
            for (n, _) in applied {
                assert!(decide(ids[n], Decision::Undo).await);
            }
            assert_eq!(texts(&t, old).await, before);
        }
    })
    .await;
}

#[tokio::test]
async fn a_post_is_stale_when_its_article_changes_and_no_other_is() {
    on_every_engine(async |t| {
        let place = crate::content::place(&t).await;
        let content = |path: &str, title: &str| {
            let mut content = crate::content::content(place.commune, place.law, title);
            for source in content.body.iter_mut().filter_map(|p| p.source.as_mut()) {
                source.path = path.to_owned();
            }
            content
        };
        let (touched, public) =
            crate::content::publish(&t, &place, &content("dieu-3/khoan-1", "Mượn sách")).await;
        let (_, other) =
            crate::content::publish(&t, &place, &content("dieu-2/khoan-1", "Ai được mượn")).await;
        let home = async || place.editor.get(&t, "/viec").await.text();
        assert!(!home().await.contains("Luật đã đổi"));
        let amending = AMENDING
            .replace("71/2099", "75/2099")
            .replace("70/2099/QH99", "91/2099/QH99")
            .replace("Gìn giữ bến nước", "Mượn sách ở cơ sở")
            .replace("khoản 1 Điều 2 như sau", "khoản 1 Điều 3 như sau")
            .replace("“1. Người giữ bến giữ bến sạch sẽ", "“1. Được mượn hai cuốn một lần");
        enter(&t, &amending).await;
        assert!(!home().await.contains("Luật đã đổi"), "known is not yet changed");
        let path = format!("/luat/{}/sua-doi", place.law);
        let keeper = t.keeper().await;
        let first = listed(&keeper.get(&t, &path).await.text()).remove(0);
        let done = keeper.post(&t, &path, &[("act", "apply"), ("amendment", &first)]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
        let page = home().await;
        assert!(page.contains("Luật đã đổi, xem lại bài: Mượn sách"), "{page}");
        assert!(!page.contains("xem lại bài: Ai được mượn"), "{page}");
        // Whoever reads the post is told too; the other one says nothing.
        assert!(
            t.get(&format!("/tin/{public}"))
                .await
                .text()
                .contains("đã được sửa đổi sau khi bài này được viết")
        );
        assert!(!t.get(&format!("/tin/{other}")).await.text().contains("đã được sửa đổi"));
        let page = place.editor.get(&t, &format!("/tin-bai/{touched}")).await.text();
        assert!(page.contains("Điều luật mà bài này dựa vào đã thay đổi"), "{page}");
        let version =
            page.split("name=\"version\" value=\"").nth(1).and_then(|p| p.split('"').next()).unwrap();
        let old = place.editor.post(&t, &format!("/tin-bai/{touched}/da-xem"), &[("version", "0")]).await;
        assert_eq!(old.status, StatusCode::CONFLICT);
        let seen =
            place.editor.post(&t, &format!("/tin-bai/{touched}/da-xem"), &[("version", version)]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
        assert!(!home().await.contains("Luật đã đổi"));
    })
    .await;
}

/// The schema of the standard, where the shared folder has it.
fn schema() -> Option<std::path::PathBuf> {
    let found = crate::support::shared("akn").map(|folder| folder.join("akomantoso30.xsd"));
    found.filter(|file| file.exists())
}

#[tokio::test]
async fn the_registry_goes_out_as_open_data_and_comes_in_again() {
    on_every_engine(async |t| {
        let old = enter(&t, OLD).await;
        enter(&t, AMENDING).await;
        let lines = t.get("/api/v1/laws/70-2099-qh99/articles.jsonl").await.text();
        assert_eq!(lines.lines().count(), 4);
        let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!(first["id"], "70/2099/qh99+1");
        let xml = t.get("/api/v1/laws/70-2099-qh99/akn.xml").await.text();
        for part in [
            "<article eId=\"art_2\"><num>Điều 2.</num><heading>Trách nhiệm của người giữ bến</heading>",
            "<clause eId=\"art_2__cl_1\"><num>1.</num>",
            "<FRBRnumber value=\"70/2099/QH99\"/>",
            "<eventRef eId=\"e1\" date=\"2021-01-01\"",
        ] {
            assert!(xml.contains(part), "{part} in {xml}");
        }
        // Into a folder and into another installation: the same articles, and nothing on the second time.
        let folder = t.data_folder().join("open");
        struct Quiet;
        impl laws::bulk::Progress for Quiet {
            fn at(&self, _: u64, _: u64, _: &str) {}
        }
        assert_eq!(laws::open_data::export(&t.app, &folder, &Quiet).await.unwrap(), 2);
        match schema() {
            Some(schema) => {
                for file in std::fs::read_dir(folder.join("akn")).unwrap() {
                    let done = std::process::Command::new("xmllint")
                        .args(["--noout", "--schema"])
                        .arg(&schema)
                        .arg(file.unwrap().path())
                        .output()
                        .unwrap();
                    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
                }
            }
            None => eprintln!("skipped: no schema of the standard in the shared folder"),
        }
        let other = TestApp::on(t.app.db.engine()).await;
        for expected in [(2, 0), (0, 2)] {
            let report = laws::bulk::import(&other.app, &[folder.join("laws.jsonl")], &Quiet).await.unwrap();
            assert_eq!((report.new, report.same), expected);
        }
        let there = laws::find_by_number(&other.app.db, "70/2099/QH99").await.unwrap().unwrap();
        let bodies = |all: Vec<laws::Article>| {
            all.into_iter().map(|a| (a.path, a.heading, a.text, a.cited_as)).collect::<Vec<_>>()
        };
        assert_eq!(
            bodies(laws::articles(&other.app.db, there.id).await.unwrap()),
            bodies(laws::articles(&t.app.db, old).await.unwrap())
        );
        // The feed: every change once, and nothing more from its end.
        let feed = t.get("/api/v1/law-changes").await.json();
        assert_eq!(feed["items"].as_array().unwrap().len(), 2, "{feed}");
        let path = format!("/api/v1/law-changes?after={}", feed["next"].as_str().unwrap());
        assert_eq!(t.get(&path).await.json()["items"], serde_json::json!([]));
        assert_eq!(t.get("/api/v1/law-changes?after=x").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn who_asked_is_told_once_of_a_law_that_matches() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        enter(&t, OLD).await;
        t.pass_minutes(2);
        let bad = person.post(&t, "/luat/theo-doi", &[("question", " ?! ")]).await;
        assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
        // Pressed twice, it is kept once.
        for question in ["hoc sinh ao phao", "con trâu", "con  trâu"] {
            let saved = person.post(&t, "/luat/theo-doi", &[("question", question)]).await;
            assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        }
        let tell = async || laws::alerts::tell(&t.app).await.unwrap();
        assert_eq!(tell().await, 0, "what was there before is no news");
        t.pass_minutes(2);
        enter(&t, NEW).await;
        assert_eq!(tell().await, 1);
        assert_eq!(tell().await, 0, "once");
        let page = person.get(&t, "/luat/theo-doi").await.text();
        let feeds: Vec<String> = page
            .split("href=\"/theo-doi/")
            .skip(1)
            .map(|p| format!("/theo-doi/{}", p.split('"').next().unwrap()))
            .collect();
        assert_eq!(feeds.len(), 2);
        let feed = async |n: usize| t.get(&feeds[n]).await.text();
        let told = [feed(0).await, feed(1).await];
        assert!(told.iter().any(|f| f.contains("/van-ban/72-2099-qh99")), "{told:?}");
        assert!(told.iter().any(|f| !f.contains("<entry>")), "{told:?}");
        let mails: Vec<String> = std::fs::read_dir(t.data_folder().join("mail"))
            .unwrap()
            .map(|m| std::fs::read_to_string(m.unwrap().path()).unwrap())
            .collect();
        assert_eq!(mails.len(), 1);
        assert_eq!(t.get("/theo-doi/khong-co/atom").await.status, StatusCode::NOT_FOUND);
        // Nobody drops another's; dropped, the feed is gone.
        let drop =
            page.split("name=\"drop\" value=\"").nth(1).and_then(|p| p.split('"').next()).unwrap().to_owned();
        let commune = t.unit("Xã Khác", "commune", None, "2025-07-01").await;
        let other = t.person(Role::Editor, commune).await;
        let refused = other.post(&t, "/luat/theo-doi", &[("drop", &drop)]).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
        assert_eq!(person.post(&t, "/luat/theo-doi", &[("drop", &drop)]).await.status, StatusCode::SEE_OTHER);
        t.app.pages.forget();
        assert_eq!(t.get(&feeds[0]).await.status, StatusCode::NOT_FOUND);
        // By the program itself within a minute of the save.
        let saved = person.post(&t, "/luat/theo-doi", &[("question", "do ngang")]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        t.pass_minutes(2);
        let follower = tokio::spawn(laws::alerts::follow(t.app.clone()));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        enter(&t, &NEW.replace("72/2099", "73/2099").replace("GÌN GIỮ BẾN NƯỚC", "ĐÒ NGANG")).await;
        let save = std::time::Instant::now();
        while std::fs::read_dir(t.data_folder().join("mail")).unwrap().count() < 2 {
            assert!(save.elapsed().as_secs() < 60, "not told within a minute");
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        follower.abort();
    })
    .await;
}

#[tokio::test]
async fn whoever_asked_is_told_once_of_each_of_very_many() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let saved = person.post(&t, "/en/luat/theo-doi", &[("question", "ao phao")]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        t.pass_minutes(2);
        // In one moment, so that nothing but their identities orders them.
        let mut tx = t.app.db.begin().await.unwrap();
        for n in 101..=350 {
            let law = NewLaw {
                number: format!("{n}-HD/TU"),
                title: format!("Ao phao dot {n}"),
                ..NewLaw::default()
            };
            laws::insert(&mut tx, &t.app, &By::INSTALLATION, &law).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert!(laws::alerts::tell(&t.app).await.unwrap() > 0);
        assert_eq!(laws::alerts::tell(&t.app).await.unwrap(), 0);
        let (told,): (i64,) = sql!("SELECT COUNT(*) FROM law_alerts").get(&t.app.db).await.unwrap();
        assert_eq!(told, 250);
        let mails = std::fs::read_dir(t.data_folder().join("mail")).unwrap();
        let mails: String = mails
            .map(|m| {
                std::fs::read_to_string(m.unwrap().path()).unwrap().replace("=\r\n", "").replace('\r', " ")
            })
            .collect();
        for n in 101..=350 {
            assert_eq!(mails.matches(&format!("/en/van-ban/{n}-hd-tu ")).count(), 1, "{n}: {mails}");
        }
    })
    .await;
}

#[tokio::test]
async fn packages_are_read_as_the_files_they_hold() {
    on_every_engine(async |t| {
        struct Quiet;
        impl laws::bulk::Progress for Quiet {
            fn at(&self, _: u64, _: u64, _: &str) {}
        }
        let folder = t.data_folder().to_owned();
        let files = [("luật/cũ.txt", OLD), ("../ngoài.txt", NEW), ("luật/sửa đổi.txt", AMENDING)];
        let mut tar = tar::Builder::new(Vec::new());
        let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, text) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            // The library would not write a name that leads out.
            header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            tar.append(&header, text.as_bytes()).unwrap();
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut zip, text.as_bytes()).unwrap();
        }
        let tar = tar.into_inner().unwrap();
        let zip = zip.finish().unwrap().into_inner();
        std::fs::write(folder.join("a.tar.zst"), zstd::encode_all(&tar[..], 1).unwrap()).unwrap();
        std::fs::write(folder.join("a.tar"), tar).unwrap();
        std::fs::write(folder.join("a.zip"), zip).unwrap();
        std::fs::write(folder.join("hỏng.zip"), "PK\u{3}\u{4} not a package").unwrap();
        for (name, expected) in [("a.tar.zst", (2, 0)), ("a.tar", (0, 2)), ("a.zip", (0, 2))] {
            let report = laws::bulk::import(&t.app, &[folder.join(name)], &Quiet).await.unwrap();
            assert_eq!((report.new, report.same), expected, "{name}: {report:?}");
        }
        // A damaged package, and one whose names clash, keep nothing else out.
        let mut clash = tar::Builder::new(Vec::new());
        for (name, text) in [("a.txt", files[0].1), ("a.txt/b.txt", "no"), ("c.txt", files[0].1)] {
            let mut header = tar::Header::new_gnu();
            header.set_size(text.len() as u64);
            header.set_mode(0o644);
            clash.append_data(&mut header, name, text.as_bytes()).unwrap();
        }
        // A package inside a package is named: nobody looks into it.
        let mut header = tar::Header::new_gnu();
        header.set_size(4);
        header.set_mode(0o644);
        clash.append_data(&mut header, "trong/gói.zip", &b"PK\x03\x04"[..]).unwrap();
        std::fs::write(folder.join("trùng.tar"), clash.into_inner().unwrap()).unwrap();
        // One byte of the first of two stored files is another than was packed.
        let mut damaged = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (name, text) in [("a.txt", NEW), ("b.txt", files[0].1)] {
            damaged.start_file(name, stored).unwrap();
            std::io::Write::write_all(&mut damaged, text.as_bytes()).unwrap();
        }
        let mut damaged = damaged.finish().unwrap().into_inner();
        damaged[60] ^= 1;
        std::fs::write(folder.join("một phần.zip"), damaged).unwrap();
        let all = ["hỏng.zip", "trùng.tar", "một phần.zip", "a.zip"].map(|name| folder.join(name));
        let report = laws::bulk::import(&t.app, &all, &Quiet).await.unwrap();
        let why: Vec<&str> = report.unread.iter().map(|u| &*u.why).collect();
        let expected = ["package-damaged", "package-name", "package-inside", "package-damaged"];
        assert_eq!(why, expected, "{report:?}");
        assert_eq!((report.new, report.same), (0, 5), "{report:?}");
        assert!(!folder.parent().unwrap().join("ngoài.txt").exists());
    })
    .await;
}

/// An old Word file, where LibreOffice is there to make one and to read it.
#[tokio::test]
async fn an_old_word_file_is_read_by_libreoffice() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("luat.txt"), OLD).unwrap();
    let made = std::process::Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}/profile", folder.path().display()))
        .args(["--headless", "--convert-to", "doc:MS Word 97", "--outdir"])
        .args([folder.path(), &folder.path().join("luat.txt")])
        .output();
    if !made.is_ok_and(|m| m.status.success()) {
        eprintln!("skipped: LibreOffice is not installed");
        return;
    }
    let bytes = std::fs::read(folder.path().join("luat.doc")).unwrap();
    assert!(bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]));
    let config = lantoa::config::Config::default();
    let outline = laws::outlines(&config, "luật.doc", bytes).await.unwrap().unwrap().remove(0);
    assert_eq!((outline.number.as_str(), outline.counts.dieu), ("70/2099/QH99", 4));
    let broken = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[7; 600]].concat();
    assert!(laws::outlines(&config, "hỏng.doc", broken).await.unwrap().is_err());
}
