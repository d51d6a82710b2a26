//! Signing in, passwords, appointments, hand-over, tokens, the log; on every engine.

use axum::http::{StatusCode, header};
use lantoa::access::Role;
use store::{Id, sql};

use crate::support::{Answer, Person, TestApp, on_every_engine};

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
            .map(|p| plain(&std::fs::read_to_string(p).unwrap()))
            .collect();
        if texts.len() >= count {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(texts.len(), count, "{texts:?}");
    texts
}

/// Head and text of a mail as a reader sees it.
fn plain(mail: &str) -> String {
    use base64::Engine as _;
    let (head, text) = mail.split_once("\r\n\r\n").expect("a head and a text");
    let text = match head.contains("base64") {
        true => {
            let bytes = base64::engine::general_purpose::STANDARD.decode(text.replace("\r\n", ""));
            String::from_utf8(bytes.expect("base64")).expect("UTF-8")
        }
        false => text.replace("=\r\n", "").replace("=3D", "="),
    };
    format!("{head}\n\n{text}")
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

        // Used by two at the same moment, it sets one password.
        let before: Vec<String> = mails(&t, 2).await.iter().map(|m| link_in(m)).collect();
        t.post("/quen-mat-khau", &[("email", &email)]).await;
        let link = mails(&t, 3).await.iter().map(|m| link_in(m)).find(|l| !before.contains(l)).unwrap();
        let passwords = ["con đò sang ngang", "bến nước đầu làng"];
        let set = async |password: &str| t.post(&link, &[("new", password)]).await.status;
        let (first, second) = tokio::join!(set(passwords[0]), set(passwords[1]));
        let mut both = [first, second];
        both.sort();
        assert_eq!(both, [StatusCode::SEE_OTHER, StatusCode::NOT_FOUND]);
        for (password, set) in passwords.into_iter().zip([first, second]) {
            let expected = if set == StatusCode::SEE_OTHER { set } else { StatusCode::UNPROCESSABLE_ENTITY };
            assert_status(&t.sign_in(&email, password).await, expected);
        }
    })
    .await;
}

#[tokio::test]
async fn signing_in_gives_a_new_guarded_cookie_and_ends_the_browsers_old_one() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let (_, email) = account(&t, Role::CommuneOfficer, unit).await;
        let answer = t.sign_in(&format!(" {} ", email.to_uppercase()), PASSWORD).await;
        assert_status(&answer, StatusCode::SEE_OTHER);
        assert_eq!(answer.location(), "/viec");
        let set = cookies(&answer);
        assert_eq!(set.iter().map(|c| c.0.as_str()).collect::<Vec<_>>(), ["lantoa", "lantoa-may"]);
        for (name, value, rest) in &set {
            assert!(value.len() >= 43, "{name} is 32 random bytes");
            for flag in ["HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(rest.contains(flag), "{name}: {rest}");
            }
            assert!(!rest.contains("Secure"), "plain HTTP on one machine: {rest}");
        }
        assert!(!set[0].2.contains("Max-Age"), "it ends with the browser");

        // A cookie that somebody planted is never taken over, and a second sign-in ends the first.
        let first = set[0].1.clone();
        let again = t.send(signing_in(&email, PASSWORD, &[("cookie", &format!("lantoa={first}"))])).await;
        let second = cookies(&again)[0].1.clone();
        assert_ne!(first, second);
        assert_eq!(t.get_with(&first, "/viec").await.location(), "/dang-nhap?toi=%2Fviec");
        assert_status(&t.get_with(&second, "/viec").await, StatusCode::OK);
        // Only where the visitor wanted to go on this site.
        for (to, expected) in [("/hoat-dong", "/hoat-dong"), ("//evil.example", "/viec")] {
            let form = [("email", &*email), ("password", PASSWORD), ("toi", to)];
            assert_eq!(t.post("/dang-nhap", &form).await.location(), expected);
        }
        let stored: Vec<(Vec<u8>,)> = sql!("SELECT token_hash FROM sign_ins").all(&t.app.db).await.unwrap();
        assert!(stored.iter().all(|(hash,)| hash.len() == 32 && hash != second.as_bytes()));

        // Signing out takes the cookie away and leaves nothing in the browser.
        let out = t.send(changing("/dang-xuat", &[("cookie", &format!("lantoa={second}"))])).await;
        assert!(cookies(&out)[0].2.contains("Max-Age=0"));
        assert!(out.headers.contains_key("clear-site-data"));
        assert_eq!(t.get_with(&second, "/viec").await.location(), "/dang-nhap?toi=%2Fviec");
        // One in use goes on; unused, it ends by itself.
        let answer = t.sign_in(&email, PASSWORD).await;
        let used = cookies(&answer)[0].1.clone();
        t.pass_minutes(7 * 60);
        assert_status(&t.get_with(&used, "/viec").await, StatusCode::OK);
        renewed(&t, 2 * 60 * 60).await;
        t.pass_minutes(7 * 60);
        assert_status(&t.get_with(&used, "/viec").await, StatusCode::OK);
        let answer = t.sign_in(&email, PASSWORD).await;
        let cookie = cookies(&answer)[0].1.clone();
        t.pass_minutes(12 * 60 + 1);
        assert_eq!(t.get_with(&cookie, "/viec").await.location(), "/dang-nhap?toi=%2Fviec");
    })
    .await;
}

/// Waits until some sign-in is good for as long as a new one: it is renewed beside the answer.
async fn renewed(t: &TestApp, within_seconds: i64) {
    let end = (t.app.now() + std::time::Duration::from_secs(12 * 60 * 60)).as_microsecond();
    for _ in 0..200 {
        let (latest,): (i64,) =
            sql!("SELECT MAX(expires_at) FROM sign_ins").get(&t.app.db).await.expect("a sign-in");
        if latest > end - within_seconds * 1_000_000 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("the sign-in was not renewed");
}

#[tokio::test]
async fn over_https_cookies_are_secure_and_bound_to_the_host() {
    let config = r#"public_url = "https://phobien.example.vn""#;
    let t = TestApp::with_config(store::Engine::Sqlite, config).await;
    let unit = commune(&t).await;
    let (_, email) = account(&t, Role::Reader, unit).await;
    let set = cookies(&t.sign_in(&email, PASSWORD).await);
    assert_eq!(set[0].0, "__Host-lantoa");
    assert!(set.iter().all(|c| c.2.ends_with("; Secure")), "{set:?}");
}

/// A form as a browser sends it, with some headers.
fn changing(path: &str, headers: &[(&str, &str)]) -> axum::http::Request<axum::body::Body> {
    let mut request = axum::http::Request::post(path).header("sec-fetch-site", "same-origin");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(axum::body::Body::empty()).unwrap()
}

fn signing_in(
    email: &str,
    password: &str,
    headers: &[(&str, &str)],
) -> axum::http::Request<axum::body::Body> {
    let mut request = axum::http::Request::post("/dang-nhap")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let form = serde_html_form::to_string([("email", email), ("password", password)]).unwrap();
    request.body(form.into()).unwrap()
}

#[tokio::test]
async fn guessing_passwords_has_to_wait_but_keeps_nobody_out_of_their_own_browser() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let (_, email) = account(&t, Role::CommuneOfficer, unit).await;
        let device = cookies(&t.sign_in(&email, PASSWORD).await)[1].1.clone();
        for _ in 0..4 {
            let refused = t.sign_in(&email, "mật khẩu đoán mò").await;
            assert_status(&refused, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text().contains("chưa đúng"), "{}", refused.text());
        }
        // Now even the right one has to wait, and the page says how long; what was typed is kept.
        let waiting = t.sign_in(&email, PASSWORD).await;
        assert_status(&waiting, StatusCode::TOO_MANY_REQUESTS);
        let seconds: i64 = waiting.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert!(waiting.text().contains("Hãy chờ") && waiting.text().contains(&email));
        let mine = t.send(signing_in(&email, PASSWORD, &[("cookie", &format!("lantoa-may={device}"))])).await;
        assert_status(&mine, StatusCode::SEE_OTHER);
        let forged = format!("lantoa-may={}x", &device[..device.len() - 1]);
        let forged = t.send(signing_in(&email, PASSWORD, &[("cookie", &forged)])).await;
        assert_status(&forged, StatusCode::TOO_MANY_REQUESTS);
        t.pass_minutes(1);
        assert_status(&t.sign_in(&email, PASSWORD).await, StatusCode::SEE_OTHER);
        // A name that nobody holds answers the same.
        let known = t.sign_in(&email, "mật khẩu đoán mò").await.text().replace(&email, "");
        let unknown = t.sign_in("ai-do@example.vn", "mật khẩu đoán mò").await.text();
        assert_eq!(known, unknown.replace("ai-do@example.vn", ""));
    })
    .await;
}

#[tokio::test]
async fn signing_out_everywhere_and_a_new_password_end_every_other_browser() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let (id, email) = account(&t, Role::CommuneOfficer, unit).await;
        let open = async || lantoa::signin::open(&t.app, id).await.unwrap();
        let (here, there) = (open().await, open().await);
        // A token that was made meanwhile by whoever had the account ends with it.
        let token = async || {
            let mut tx = t.app.db.begin().await.unwrap();
            let made = lantoa::signin::insert_api_token(&t.app, &mut tx, id, "máy", 365).await.unwrap();
            tx.commit().await.unwrap();
            made
        };
        let works = async |token: &str| {
            lantoa::signin::find_actor_by_api_token(&t.app, token).await.unwrap().is_some()
        };
        let first = token().await;
        assert!(works(&first).await);
        let out = t.send(changing("/toi/dang-xuat-moi-noi", &[("cookie", &format!("lantoa={here}"))])).await;
        assert_status(&out, StatusCode::SEE_OTHER);
        for cookie in [&here, &there] {
            assert_eq!(t.get_with(cookie, "/toi").await.location(), "/dang-nhap?toi=%2Ftoi");
        }
        assert!(!works(&first).await);
        let second = token().await;
        let (here, there) = (open().await, open().await);
        let me = crate::support::Person { account: id, cookie: here };
        let wrong = [("current", "không phải"), ("new", NEW_PASSWORD)];
        assert_status(&me.post(&t, "/toi/mat-khau", &wrong).await, StatusCode::UNPROCESSABLE_ENTITY);
        let easy = [("current", PASSWORD), ("new", "1111111111")];
        assert_status(&me.post(&t, "/toi/mat-khau", &easy).await, StatusCode::UNPROCESSABLE_ENTITY);
        let changed = me.post(&t, "/toi/mat-khau", &[("current", PASSWORD), ("new", NEW_PASSWORD)]).await;
        assert_status(&changed, StatusCode::SEE_OTHER);
        assert_status(&t.get_with(&cookies(&changed)[0].1, "/toi").await, StatusCode::OK);
        for cookie in [&me.cookie, &there] {
            assert_eq!(t.get_with(cookie, "/toi").await.location(), "/dang-nhap?toi=%2Ftoi");
        }
        assert!(!works(&second).await);
        assert_status(&t.sign_in(&email, NEW_PASSWORD).await, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn an_appointment_gives_and_its_end_takes_away_at_once() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let keeper = t
            .person(
                Role::ProvincialOfficer,
                t.app.trees.on(&t.app.db, t.app.today()).await.unwrap().roots()[0],
            )
            .await;
        let at = unit.to_string();
        for wrong in [
            "xuan",
            "\"a b\"@x",
            "\"a b\"@example.vn",
            "xuan@example",
            "xuan@example.",
            "xuan@[127.0.0.1]",
            "xuan@127.0.0.1",
            "xuân@example.vn",
        ] {
            let form = [("don-vi", &*at), ("name", "Xuân"), ("email", wrong), ("role", "commune-officer")];
            let refused = keeper.post(&t, "/quan-tri/nguoi", &form).await;
            assert_status(&refused, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text().contains("id=\"e-email\">Địa chỉ thư điện tử chưa đúng"), "{wrong}");
        }
        let added = keeper
            .post(
                &t,
                "/quan-tri/nguoi",
                &[
                    ("don-vi", &*at),
                    ("name", "Lê Thị Xuân"),
                    ("email", "xuan@example.vn"),
                    ("role", "commune-officer"),
                ],
            )
            .await;
        assert_status(&added, StatusCode::SEE_OTHER);
        assert!(added.location().ends_with("?xong=tao-moi"), "{}", added.location());
        let page = added.location().split('?').next().unwrap().to_owned();
        let link = link_in(&mails(&t, 1).await[0]);
        let set = t.post(&link, &[("new", PASSWORD)]).await;
        let account: Id = page.rsplit('/').next().unwrap().parse().unwrap();
        let new = crate::support::Person { account, cookie: cookies(&set)[0].1.clone() };
        assert_status(&new.get(&t, "/hoat-dong/moi").await, StatusCode::OK);
        assert!(new.get(&t, "/toi").await.text().contains("Công chức tư pháp xã"));
        // The same role at the same time is not given twice.
        let role = [("don-vi", &*at), ("role", "commune-officer")];
        let twice = keeper.post(&t, &format!("{page}/bo-nhiem"), &role).await;
        assert_status(&twice, StatusCode::CONFLICT);
        let backwards = [("don-vi", &*at), ("role", "reader"), ("tu", "01/12/2026"), ("den", "01/11/2026")];
        let backwards = keeper.post(&t, &format!("{page}/bo-nhiem"), &backwards).await;
        assert_status(&backwards, StatusCode::UNPROCESSABLE_ENTITY);
        // One from next month on gives nothing yet.
        let coming = [("don-vi", &*at), ("role", "leader"), ("tu", "01/12/2026")];
        assert_status(&keeper.post(&t, &format!("{page}/bo-nhiem"), &coming).await, StatusCode::SEE_OTHER);
        assert_status(&new.get(&t, &format!("/quan-tri/nhat-ky?don-vi={at}")).await, StatusCode::FORBIDDEN);
        assert!(keeper.get(&t, &page).await.text().contains("Chưa đến ngày"));

        let (id,): (Id,) =
            sql!("SELECT id FROM appointments WHERE account_id = $1 AND role = 'commune-officer'", account)
                .get(&t.app.db)
                .await
                .unwrap();
        let ended = keeper.post(&t, &format!("/quan-tri/bo-nhiem/{id}/thoi-han"), &[("thoi", "1")]).await;
        assert_status(&ended, StatusCode::SEE_OTHER);
        // The open browser of the person may do nothing at the unit from this moment on.
        assert_status(&new.get(&t, "/hoat-dong/moi").await, StatusCode::FORBIDDEN);
        assert_status(&new.get(&t, &format!("/hoat-dong?don-vi={at}")).await, StatusCode::NOT_FOUND);
        assert!(new.get(&t, "/toi").await.text().contains("Lãnh đạo"), "the coming role shows");
        assert!(keeper.get(&t, &page).await.text().contains("Đã thôi"));

        // A closed account is out, its links too, until it is opened again.
        let link_sent = keeper.post(&t, &format!("{page}/lien-ket"), &[]).await;
        assert_status(&link_sent, StatusCode::SEE_OTHER);
        let link = mails(&t, 2).await.iter().map(|m| link_in(m)).find(|l| *l != link).unwrap();
        assert_status(&keeper.post(&t, &format!("{page}/khoa"), &[]).await, StatusCode::SEE_OTHER);
        assert_eq!(new.get(&t, "/toi").await.location(), "/dang-nhap?toi=%2Ftoi");
        assert_status(&t.get(&link).await, StatusCode::NOT_FOUND);
        assert_status(&t.sign_in("xuan@example.vn", PASSWORD).await, StatusCode::UNPROCESSABLE_ENTITY);
        assert_status(&keeper.post(&t, &format!("{page}/lien-ket"), &[]).await, StatusCode::CONFLICT);
        assert_status(&keeper.post(&t, &format!("{page}/khoa/thu-hoi"), &[]).await, StatusCode::SEE_OTHER);
        assert_status(&t.sign_in("xuan@example.vn", PASSWORD).await, StatusCode::SEE_OTHER);
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_or_takes_a_role_of_their_own_nor_more_than_their_reach() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let nation = t.app.trees.on(&t.app.db, t.app.today()).await.unwrap().roots()[0];
        let keeper = t.person(Role::ProvincialOfficer, nation).await;
        let at = nation.to_string();
        let own_page = format!("/quan-tri/nguoi/{}", keeper.account);
        let role = [("don-vi", &*at), ("role", "leader")];
        assert_status(&keeper.post(&t, &format!("{own_page}/bo-nhiem"), &role).await, StatusCode::CONFLICT);
        let own_email = format!("{}@example.vn", keeper.account);
        let form = [("don-vi", &*at), ("name", "Tôi"), ("email", &*own_email), ("role", "leader")];
        let refused = keeper.post(&t, "/quan-tri/nguoi", &form).await;
        assert_status(&refused, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("Không ai tự giao"), "{}", refused.text());
        let (own,): (Id,) = sql!("SELECT id FROM appointments WHERE account_id = $1", keeper.account)
            .get(&t.app.db)
            .await
            .unwrap();
        let own = format!("/quan-tri/bo-nhiem/{own}");
        assert_status(
            &keeper.post(&t, &format!("{own}/thoi-han"), &[("thoi", "1")]).await,
            StatusCode::CONFLICT,
        );
        assert_status(&keeper.get(&t, &format!("{own}/ban-giao")).await, StatusCode::CONFLICT);
        assert_status(&keeper.post(&t, &format!("{own_page}/khoa"), &[]).await, StatusCode::FORBIDDEN);

        // A system administrator is made by a system administrator only.
        let commune = unit.to_string();
        let form = |role| [("don-vi", &*commune), ("name", "Ai"), ("email", "ai@example.vn"), ("role", role)];
        for role in ["system-administrator", "provincial-officer"] {
            assert_status(&keeper.post(&t, "/quan-tri/nguoi", &form(role)).await, StatusCode::FORBIDDEN);
        }
        // Nor does anybody give a role that units of this level do not have; what was given before stays.
        let root = t.keeper().await;
        let page = root.get(&t, &format!("/quan-tri?don-vi={commune}")).await.text();
        assert!(page.contains("value=\"commune-officer\"") && !page.contains("value=\"provincial-officer\""));
        let refused = root.post(&t, "/quan-tri/nguoi", &form("provincial-officer")).await;
        assert_status(&refused, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("id=\"e-role\">Đơn vị cấp này không có vai trò đó"));
        let misplaced = t.person(Role::ProvincialOfficer, unit).await;
        assert_status(&misplaced.get(&t, &format!("/hoat-dong?don-vi={commune}")).await, StatusCode::OK);
        let (of,): (Id,) = sql!("SELECT id FROM appointments WHERE account_id = $1", misplaced.account)
            .get(&t.app.db)
            .await
            .unwrap();
        let path = format!("/quan-tri/bo-nhiem/{of}/ban-giao");
        let refused = root.post(&t, &path, &[("nguoi", &keeper.account.to_string())]).await;
        assert_status(&refused, StatusCode::UNPROCESSABLE_ENTITY);
        let administrator = t.person(Role::SystemAdministrator, unit).await;
        let path = format!("/quan-tri/nguoi/{}", administrator.account);
        assert_status(&keeper.get(&t, &path).await, StatusCode::OK);
        for act in ["lien-ket", "khoa"] {
            let answer = keeper.post(&t, &format!("{path}/{act}"), &[]).await;
            assert_status(&answer, StatusCode::FORBIDDEN);
        }
    })
    .await;
}

#[tokio::test]
async fn a_leavers_role_goes_over_in_one_act_that_can_be_undone() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let keeper = t.keeper().await;
        let leaver = t.person(Role::CommuneOfficer, unit).await;
        let successor = t.person(Role::Reader, unit).await;
        let (of,): (Id,) = sql!("SELECT id FROM appointments WHERE account_id = $1", leaver.account)
            .get(&t.app.db)
            .await
            .unwrap();
        let path = format!("/quan-tri/bo-nhiem/{of}/ban-giao");
        let page = keeper.get(&t, &path).await;
        assert!(page.text().contains(&successor.account.to_string()), "{}", page.text());
        let to = successor.account.to_string();
        for past in ["01/07/2025", "22/11/2026"] {
            let early = keeper.post(&t, &path, &[("nguoi", &*to), ("ngay", past)]).await;
            assert_status(&early, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let nobody = keeper.post(&t, &path, &[("email", "khong-co@example.vn")]).await;
        assert_status(&nobody, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nobody.text().contains("Hãy thêm người trước"), "{}", nobody.text());
        let own = format!("{}@example.vn", keeper.account);
        let oneself = keeper.post(&t, &path, &[("email", &*own)]).await;
        assert_status(&oneself, StatusCode::UNPROCESSABLE_ENTITY);

        // The leaver's open work goes along: a post not yet published.
        let law = crate::content::law(&t, "91/2099/QH99", "Mượn sách", "2026-10-01", vec![]).await;
        let text = crate::content::content(unit, law, "Mượn sách ở ấp");
        let mut tx = t.app.db.begin().await.unwrap();
        let post =
            lantoa::features::content::insert(&mut tx, &t.app, leaver.account, 1, &text).await.unwrap();
        tx.commit().await.unwrap();
        let owner = async || lantoa::features::content::get(&t.app.db, post).await.unwrap().owner;

        assert_status(&successor.get(&t, "/hoat-dong/moi").await, StatusCode::FORBIDDEN);
        let done = keeper.post(&t, &path, &[("nguoi", &*to)]).await;
        assert_status(&done, StatusCode::SEE_OTHER);
        // No day is without a holder: today both hold the role, tomorrow the successor alone.
        for person in [&leaver, &successor] {
            assert_status(&person.get(&t, "/hoat-dong/moi").await, StatusCode::OK);
        }
        t.app.clock.set("2026-11-24T03:00:00Z".parse().unwrap());
        let again = async |account| t.as_account(account).await;
        let (keeper, leaver, successor) =
            (again(keeper.account).await, again(leaver.account).await, again(successor.account).await);
        assert_status(&leaver.get(&t, "/hoat-dong/moi").await, StatusCode::FORBIDDEN);
        assert_status(&successor.get(&t, "/hoat-dong/moi").await, StatusCode::OK);
        assert_eq!(owner().await, successor.account);
        let shown = keeper.get(&t, &format!("/quan-tri/nguoi/{}", leaver.account)).await.text();
        let at = shown.find("/quan-tri/ban-giao/").expect("a button to undo");
        let undo: String = shown[at..].chars().take_while(|c| *c != '"').collect();
        assert_status(&keeper.post(&t, &undo, &[]).await, StatusCode::SEE_OTHER);
        assert_status(&leaver.get(&t, "/hoat-dong/moi").await, StatusCode::OK);
        assert_eq!(owner().await, leaver.account);
        assert_status(&successor.get(&t, "/hoat-dong/moi").await, StatusCode::FORBIDDEN);
        assert_status(&keeper.post(&t, &undo, &[]).await, StatusCode::NOT_FOUND);

        // Given from a later day: to the end of the day before, and nobody's yet before that day.
        let day = [("nguoi", &*to), ("ngay", "01/12/2026")];
        let planned = keeper.post(&t, &path, &day).await;
        assert_status(&planned, StatusCode::SEE_OTHER);
        let shown = keeper.get(&t, planned.location()).await.text();
        assert!(shown.contains("Sẽ bàn giao ngày 01/12/2026") && !shown.contains("Đã bàn giao"), "{shown}");
        assert!(shown.contains("từ 01/12/2026"), "{shown}");
        assert_status(&successor.get(&t, "/hoat-dong/moi").await, StatusCode::FORBIDDEN);
        let undo = async |keeper: &Person| {
            let held = keeper.get(&t, &format!("/quan-tri/nguoi/{}", leaver.account)).await.text();
            assert!(held.contains("đến hết 30/11/2026"), "{held}");
            let at = held.find("/quan-tri/ban-giao/").expect("a button to undo");
            let undo: String = held[at..].chars().take_while(|c| *c != '"').collect();
            assert_status(&keeper.post(&t, &undo, &[]).await, StatusCode::SEE_OTHER);
            assert_eq!(owner().await, leaver.account);
        };
        // The open work stays with the leaver, who may still do it, until that day.
        let move_due = async || lantoa::features::people::move_due(&t.app).await.unwrap();
        let edit = format!("/tin-bai/{post}/sua");
        move_due().await;
        assert_eq!(owner().await, leaver.account);
        assert_status(&leaver.get(&t, &edit).await, StatusCode::OK);
        undo(&keeper).await;
        // Undone before its first day, it was nobody's role.
        for page in [format!("/quan-tri/nguoi/{to}"), format!("/quan-tri?don-vi={unit}")] {
            let page = keeper.get(&t, &page).await.text();
            assert!(!page.contains("từ 01/12/2026"), "{page}");
        }
        assert_status(&keeper.post(&t, &path, &day).await, StatusCode::SEE_OTHER);
        t.app.clock.set("2026-11-30T17:00:00Z".parse().unwrap());
        let (keeper, leaver, successor) =
            (again(keeper.account).await, again(leaver.account).await, again(successor.account).await);
        for _ in 0..2 {
            move_due().await;
            assert_eq!(owner().await, successor.account);
        }
        assert_status(&successor.get(&t, &edit).await, StatusCode::OK);
        assert_status(&leaver.get(&t, &edit).await, StatusCode::NOT_FOUND);
        undo(&keeper).await;

        // Given again and changed since: what "before" was is no longer clear, and nothing is undone by guess.
        assert_status(&keeper.post(&t, &path, &[("nguoi", &*to)]).await, StatusCode::SEE_OTHER);
        let (id, begun) = {
            store::record! { struct Given { id: Id, begun_id: Id } }
            let given: Given = sql!("SELECT id, begun_id FROM hand_overs WHERE undone_at IS NULL")
                .get(&t.app.db)
                .await
                .unwrap();
            (given.id, given.begun_id)
        };
        keeper.post(&t, &format!("/quan-tri/bo-nhiem/{begun}/thoi-han"), &[("den", "31/12/2026")]).await;
        let late = keeper.post(&t, &format!("/quan-tri/ban-giao/{id}/thu-hoi"), &[]).await;
        assert_status(&late, StatusCode::CONFLICT);
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

#[tokio::test]
async fn work_goes_over_to_somebody_who_holds_the_role_already() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let keeper = t.keeper().await;
        let leaver = t.person(Role::CommuneOfficer, unit).await;
        let colleague = t.person(Role::CommuneOfficer, unit).await;
        let law = crate::content::law(&t, "91/2099/QH99", "Mượn sách", "2026-10-01", vec![]).await;
        let text = crate::content::content(unit, law, "Mượn sách ở ấp");
        let mut tx = t.app.db.begin().await.unwrap();
        let post =
            lantoa::features::content::insert(&mut tx, &t.app, leaver.account, 1, &text).await.unwrap();
        tx.commit().await.unwrap();
        let owner = async || lantoa::features::content::get(&t.app.db, post).await.unwrap().owner;
        let (of,): (Id,) = sql!("SELECT id FROM appointments WHERE account_id = $1", leaver.account)
            .get(&t.app.db)
            .await
            .unwrap();
        let path = format!("/quan-tri/bo-nhiem/{of}/ban-giao");
        let done = keeper.post(&t, &path, &[("nguoi", &*colleague.account.to_string())]).await;
        assert_status(&done, StatusCode::SEE_OTHER);
        assert_eq!(owner().await, colleague.account);
        assert!(
            keeper
                .get(&t, &format!("/quan-tri/nguoi/{}", leaver.account))
                .await
                .text()
                .contains("đến hết 23/11/2026")
        );

        // Undone, the work goes back and the colleague's own role is untouched.
        let shown = keeper.get(&t, &format!("/quan-tri/nguoi/{}", leaver.account)).await.text();
        let at = shown.find("/quan-tri/ban-giao/").expect("a button to undo");
        let undo: String = shown[at..].chars().take_while(|c| *c != '"').collect();
        assert_status(&keeper.post(&t, &undo, &[]).await, StatusCode::SEE_OTHER);
        assert_eq!(owner().await, leaver.account);
        for person in [&leaver, &colleague] {
            assert_status(&person.get(&t, "/hoat-dong/moi").await, StatusCode::OK);
        }
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

#[tokio::test]
async fn a_form_from_another_site_changes_nothing() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let officer = t.person(Role::CommuneOfficer, unit).await;
        let cookie = format!("lantoa={}", officer.cookie);
        let strangers: [&[(&str, &str)]; 6] = [
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("host", "127.0.0.1:8080"), ("origin", "https://evil.example")],
            &[("host", "127.0.0.1:8080"), ("origin", "null")],
            &[("host", "127.0.0.1:8080"), ("referer", "https://evil.example/127.0.0.1:8080")],
            &[("host", "127.0.0.1:8080")],
        ];
        for headers in strangers {
            let mut request = axum::http::Request::post("/toi/dang-xuat-moi-noi").header("cookie", &cookie);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let answer = t.send(request.body(axum::body::Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        }
        // A cookie beside a token acts by the token alone: a page cannot borrow the cookie by adding one.
        let mixed = changing("/toi/dang-xuat-moi-noi", &[("cookie", &cookie), ("authorization", "Bearer x")]);
        assert_status(&t.send(mixed).await, StatusCode::UNAUTHORIZED);
        assert_status(&officer.get(&t, "/viec").await, StatusCode::OK);
        // An old phone says where it comes from, by the address it was asked at.
        let request = axum::http::Request::post("/toi/dang-xuat-moi-noi")
            .header("cookie", &cookie)
            .header("host", "10.0.0.5:8080")
            .header("origin", "http://10.0.0.5:8080");
        let answer = t.send(request.body(axum::body::Body::empty()).unwrap()).await;
        assert_status(&answer, StatusCode::SEE_OTHER);
    })
    .await;
}

#[tokio::test]
async fn a_program_acts_by_a_token_that_is_shown_once_and_can_be_revoked() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let officer = t.person(Role::CommuneOfficer, unit).await;
        let other = t.person(Role::CommuneOfficer, unit).await;
        let wrong = officer.post(&t, "/toi/ma-truy-cap", &[("name", ""), ("days", "7")]).await;
        assert_status(&wrong, StatusCode::UNPROCESSABLE_ENTITY);
        let made = officer.post(&t, "/toi/ma-truy-cap", &[("name", "Phần mềm của Sở"), ("days", "30")]).await;
        assert_status(&made, StatusCode::OK);
        let page = made.text();
        let token: String = page[page.find("lantoa_").expect("the token")..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
            .collect();
        let later = officer.get(&t, "/toi").await.text();
        assert!(later.contains("Phần mềm của Sở") && !later.contains(&token));
        store::record! { struct Stored { id: Id, token_hash: Vec<u8> } }
        let stored: Stored = sql!("SELECT id, token_hash FROM api_tokens").get(&t.app.db).await.unwrap();
        assert!(stored.token_hash.len() == 32 && stored.token_hash != token.as_bytes());

        let by_token = async |method: &str, path: &str| {
            let request = axum::http::Request::builder().method(method).uri(path);
            let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            t.send(request.body(axum::body::Body::empty()).unwrap()).await
        };
        assert_status(&by_token("GET", "/api/v1/activities").await, StatusCode::OK);
        // A lost token makes itself no new ones and touches no account.
        for path in [
            "/toi/ma-truy-cap",
            "/toi/mat-khau",
            "/toi/dang-xuat-moi-noi",
            "/quan-tri/nguoi",
            &format!("/quan-tri/nguoi/{}/lien-ket", officer.account),
        ] {
            assert_status(&by_token("POST", path).await, StatusCode::FORBIDDEN);
        }
        let revoke = format!("/toi/ma-truy-cap/{}/thu-hoi", stored.id);
        assert_status(&other.post(&t, &revoke, &[]).await, StatusCode::NOT_FOUND);
        assert_status(&by_token("GET", "/api/v1/activities").await, StatusCode::OK);
        assert_status(&officer.post(&t, &revoke, &[]).await, StatusCode::SEE_OTHER);
        assert_status(&by_token("GET", "/api/v1/activities").await, StatusCode::UNAUTHORIZED);

        let mut tx = t.app.db.begin().await.unwrap();
        let token =
            lantoa::signin::insert_api_token(&t.app, &mut tx, officer.account, "một ngày", 1).await.unwrap();
        tx.commit().await.unwrap();
        let find = async || lantoa::signin::find_actor_by_api_token(&t.app, &token).await.unwrap();
        assert!(find().await.is_some());
        t.pass_minutes(24 * 60 + 1);
        assert!(find().await.is_none());
    })
    .await;
}

#[tokio::test]
async fn the_log_tells_who_did_what_and_that_nobody_rewrote_it() {
    on_every_engine(async |t| {
        let unit = commune(&t).await;
        let leader = t.person(Role::Leader, unit).await;
        let (_, email) = account(&t, Role::CommuneOfficer, unit).await;
        t.sign_in(&email, PASSWORD).await;
        let path = format!("/quan-tri/nhat-ky?don-vi={unit}");
        let log = leader.get(&t, &path).await.text();
        assert!(log.contains("Đăng nhập") && log.contains("23/11/2026 10:42"), "{log}");
        assert!(!leader.get(&t, &format!("{path}&tu=24/11/2026")).await.text().contains("23/11/2026 10:42"));
        let checked = leader.get(&t, &format!("/quan-tri/nhat-ky/kiem-tra?don-vi={unit}")).await.text();
        assert!(checked.contains("nguyên vẹn"), "{checked}");
        // Somebody with the database in hand.
        let mut tx = t.app.db.begin().await.unwrap();
        sql!("UPDATE audit_entries SET act = 'sign-out' WHERE unit_id = $1 AND seq = 1", unit)
            .run(&mut tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let checked = leader.get(&t, &format!("/quan-tri/nhat-ky/kiem-tra?don-vi={unit}")).await.text();
        assert!(checked.contains("bị đứt tại số 1"), "{checked}");
    })
    .await;
}
