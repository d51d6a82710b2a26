//! Signing in, passwords, appointments, hand-over, tokens, the log; on every engine.

use axum::http::{StatusCode, header};
use lantoa::access::Role;
use store::{Id, sql};

use crate::support::{Answer, TestApp, on_every_engine};

const PASSWORD: &str = "lúa chín vàng đồng";
const NEW_PASSWORD: &str = "con đò sang sông";

#[track_caller]
fn assert_status(answer: &Answer, expected: StatusCode) {
    assert_eq!(answer.status, expected, "{}", answer.text());
}

/// An account with a password and a role; its address.
async fn account(t: &TestApp, role: Role, unit: Id) -> (Id, String) {
    let id = t.person(role, unit).await.account;
    let hash = lantoa::signin::hash_password(PASSWORD).unwrap();
    let mut tx = t.app.db.begin().await.unwrap();
    lantoa::signin::set_password_hash(&mut tx, id, &hash).await.unwrap();
    lantoa::signin::close_all(&mut tx, id).await.unwrap();
    tx.commit().await.unwrap();
    (id, format!("{id}@example.vn"))
}

async fn commune(t: &TestApp) -> Id {
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await
}

/// Mails in the folder, the text of each, waited for: they are sent after the answer.
async fn mails(t: &TestApp, count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    for _ in 0..200 {
        texts = std::fs::read_dir(t.data_folder().join("mail"))
            .unwrap()
            .map(|f| f.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "eml"))
            .map(|p| std::fs::read_to_string(p).unwrap().replace("=\r\n", "").replace("=3D", "="))
            .collect();
        if texts.len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(texts.len(), count, "{texts:?}");
    texts
}

/// The path of the one-time link in a mail.
fn link_in(mail: &str) -> String {
    let at = mail.find("/lien-ket/").unwrap_or_else(|| panic!("no link in {mail}"));
    mail[at..].split_whitespace().next().unwrap().to_owned()
}

/// The cookies an answer sets: name, value, the rest.
fn cookies(answer: &Answer) -> Vec<(String, String, String)> {
    let all = answer.headers.get_all(header::SET_COOKIE).iter();
    all.map(|v| {
        let text = v.to_str().unwrap();
        let (pair, rest) = text.split_once(';').unwrap();
        let (name, value) = pair.split_once('=').unwrap();
        (name.to_owned(), value.to_owned(), rest.to_owned())
    })
    .collect()
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_a_link_in_a_mail() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let (_, email) = account(&t, Role::CommuneOfficer, unit).await;
        let signed_in = t.sign_in(&email, PASSWORD).await;
        let cookie = cookies(&signed_in)[0].1.clone();

        // The same answer for an address that has no account; only the other gets a mail.
        let known = t.post("/quen-mat-khau", &[("email", &email.to_uppercase())]).await;
        let unknown = t.post("/quen-mat-khau", &[("email", "khong-co@example.vn")]).await;
        assert_status(&known, StatusCode::OK);
        assert_eq!(known.text(), unknown.text());
        let mail = mails(&t, 1).await.remove(0);
        assert!(mail.contains(&email), "{mail}");
        let link = link_in(&mail);

        // Looking does not use it up; setting a password does.
        assert_status(&t.get(&link).await, StatusCode::OK);
        assert_status(&t.get(&link).await, StatusCode::OK);
        let short = t.post(&link, &[("new", "ngắn")]).await;
        assert_status(&short, StatusCode::UNPROCESSABLE_ENTITY);
        let set = t.post(&link, &[("new", NEW_PASSWORD)]).await;
        assert_status(&set, StatusCode::SEE_OTHER);
        assert_status(&t.get(&link).await, StatusCode::NOT_FOUND);
        assert_status(&t.post(&link, &[("new", PASSWORD)]).await, StatusCode::NOT_FOUND);

        // Whoever was signed in before is not any more; the new password works, the old one does not.
        assert_eq!(t.get_with(&cookie, "/viec").await.location(), "/dang-nhap?toi=%2Fviec");
        assert_status(&t.get_with(&cookies(&set)[0].1, "/viec").await, StatusCode::OK);
        assert_status(&t.sign_in(&email, PASSWORD).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_status(&t.sign_in(&email, NEW_PASSWORD).await, StatusCode::SEE_OTHER);

        // A link asked for and not used works for two hours.
        t.post("/quen-mat-khau", &[("email", &email)]).await;
        let link = mails(&t, 2).await.iter().map(|m| link_in(m)).find(|l| *l != link).unwrap();
        assert_status(&t.get(&link).await, StatusCode::OK);
        t.pass_minutes(121);
        assert_status(&t.get(&link).await, StatusCode::NOT_FOUND);
        let stored: Vec<(Vec<u8>,)> =
            sql!("SELECT token_hash FROM one_time_links").all(&t.app.db).await.unwrap();
        let word = link.rsplit('/').next().unwrap();
        assert!(
            stored
                .iter()
                .all(|(hash,)| hash.len() == 32 && !hash.windows(4).any(|w| w == &word.as_bytes()[..4]))
        );
    })
    .await;
}
