//! The program in process, on each engine, with a set clock.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use lantoa::access::{Appointment, Role};
use lantoa::app::{Clock, Random, Shared};
use lantoa::features::orgs::{self, NewVersion};
use lantoa::start::{self, Data};
use store::{Engine, Id, Place};
use tower::ServiceExt as _;

/// "Now" in tests: Monday 23 November 2026, 10:42 in Vietnam.
pub const NOW: &str = "2026-11-23T03:42:00Z";

pub struct TestApp {
    pub app: Shared,
    pub engine: Engine,
    folder: tempfile::TempDir,
}

/// A page as answered.
pub struct Answer {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).unwrap_or("")
    }
}

/// Runs a test on every engine of this run.
pub async fn on_every_engine<F: AsyncFn(TestApp)>(test: F) {
    for engine in store::testing::engines() {
        let app = TestApp::on(engine).await;
        test(app).await;
    }
}

impl TestApp {
    pub async fn on(engine: Engine) -> TestApp {
        TestApp::with_config(engine, "").await
    }
    /// With a `lantoa.toml` of these lines.
    pub async fn with_config(engine: Engine, config: &str) -> TestApp {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // PDF files and web pages are read by processes of the program itself.
        let config = format!("program = {:?}\n{config}", env!("CARGO_BIN_EXE_lantoa"));
        std::fs::write(folder.path().join("lantoa.toml"), config).expect("the configuration");
        let postgres = match store::testing::new_migrated_place(engine, &lantoa::migrations())
            .await
            .expect("a test database")
        {
            Place::Postgres(url) => Some(url),
            Place::File(_) => None,
        };
        let data = Data { folder: folder.path().to_owned(), postgres };
        let clock = Clock::set_to(NOW.parse().expect("an instant"));
        let app = start::open(&data, false, clock, Random::seeded(1)).await.expect("the app opens");
        TestApp { app, engine, folder }
    }
    /// An app that is open already; its folder goes when the test does.
    pub fn opened(app: Shared, engine: Engine, folder: tempfile::TempDir) -> TestApp {
        TestApp { app, engine, folder }
    }
    /// Somebody who has an account, signed in.
    pub async fn as_account(&self, account: Id) -> Person {
        Person { account, cookie: lantoa::signin::open(&self.app, account).await.expect("sign-in") }
    }
    pub fn data_folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// A unit from a day on, under a parent.
    pub async fn unit(&self, name: &str, level: &str, parent: Option<Id>, from: &str) -> Id {
        let id = self.app.new_id();
        let mut tx = self.app.db.begin().await.expect("begin");
        orgs::insert_unit(&mut tx, id, 1).await.expect("unit");
        let version = NewVersion {
            unit_id: id,
            valid_from: from.parse().expect("a date"),
            valid_until: None,
            code: None,
            name: name.to_owned(),
            kind: level.to_owned(),
            level: level.to_owned(),
            parent_id: parent,
            lat: None,
            lon: None,
            area_km2: None,
            known_on: None,
        };
        orgs::insert_version(&mut tx, &version).await.expect("version");
        orgs::tree_changed(&mut tx).await.expect("tree");
        tx.commit().await.expect("commit");
        id
    }

    /// A person with a role at a unit, signed in; the cookie.
    pub async fn person(&self, role: Role, unit: Id) -> Person {
        self.person_until(role, unit, None).await
    }
    pub async fn person_until(&self, role: Role, unit: Id, until: Option<&str>) -> Person {
        let id = self.app.new_id();
        let mut tx = self.app.db.begin().await.expect("begin");
        let email = format!("{id}@example.vn");
        lantoa::signin::insert_account(&mut tx, id, &email, role.code(), self.app.now())
            .await
            .expect("account");
        let appointment = Appointment {
            role,
            unit,
            from: "2025-07-01".parse().expect("a date"),
            until: until.map(|d| d.parse().expect("a date")),
        };
        let appointment_id = self.app.new_id();
        lantoa::signin::insert_appointment(&mut tx, appointment_id, id, &appointment)
            .await
            .expect("appointment");
        tx.commit().await.expect("commit");
        let cookie = lantoa::signin::open(&self.app, id).await.expect("sign-in");
        Person { account: id, cookie }
    }

    /// Somebody who keeps the registry of laws for everybody.
    pub async fn keeper(&self) -> Person {
        let tree = self.app.trees.on(&self.app.db, self.app.today()).await.expect("a tree");
        self.person(Role::SystemAdministrator, tree.roots()[0]).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response: Response<Body> =
            lantoa::router(Arc::clone(&self.app)).oneshot(request).await.expect("infallible");
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        problems_name_their_fields(&answer);
        answer
    }
    /// As nobody.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).expect("request")).await
    }
    /// As the browser that holds a sign-in's cookie.
    pub async fn get_with(&self, cookie: &str, path: &str) -> Answer {
        let cookie = format!("{}={cookie}", lantoa::signin::COOKIE);
        let request = Request::get(path).header(header::COOKIE, cookie);
        self.send(request.body(Body::empty()).expect("request")).await
    }
    /// Sends a form as nobody.
    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let request = Request::post(path).header("sec-fetch-site", "same-origin");
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let body = serde_html_form::to_string(pairs).expect("a form");
        self.send(request.body(Body::from(body)).expect("request")).await
    }
    pub async fn sign_in(&self, email: &str, password: &str) -> Answer {
        self.post("/dang-nhap", &[("email", email), ("password", password)]).await
    }
    pub fn pass_minutes(&self, minutes: i64) {
        let now = self.app.now();
        self.app
            .clock
            .set(now + std::time::Duration::from_secs(u64::try_from(minutes * 60).expect("forward")));
    }
}

/// Every problem that a page sums up links to its field and names it.
#[track_caller]
fn problems_name_their_fields(answer: &Answer) {
    let page = String::from_utf8_lossy(&answer.body);
    let Some((_, problems)) = page.split_once("id=\"problems\"") else { return };
    let problems = problems.split("</div>").next().unwrap_or_default();
    for link in problems.split("href=\"#").skip(1) {
        let (id, sentence) = link.split_once("\">").expect("a link");
        let labelled = page.contains(&format!(" for=\"{id}\""));
        assert!(
            sentence.starts_with("<b>") || !labelled,
            "the problem at {id} does not name its field: {problems}"
        );
        assert!(page.contains(&format!("id=\"{id}\"")), "there is no {id}: {problems}");
    }
}

pub struct Person {
    pub account: Id,
    pub cookie: String,
}

impl Person {
    fn request(&self, method: &str, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::COOKIE, format!("{}={}", lantoa::signin::COOKIE, self.cookie))
            .header("sec-fetch-site", "same-origin")
    }
    pub async fn get(&self, app: &TestApp, path: &str) -> Answer {
        app.send(self.request("GET", path).body(Body::empty()).expect("request")).await
    }
    /// Sends a form.
    pub async fn post(&self, app: &TestApp, path: &str, pairs: &[(&str, &str)]) -> Answer {
        let body = serde_html_form::to_string(pairs).expect("a form");
        let request =
            self.request("POST", path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        app.send(request.body(Body::from(body)).expect("request")).await
    }
    /// Sends a form with one file.
    pub async fn upload(
        &self,
        app: &TestApp,
        path: &str,
        pairs: &[(&str, &str)],
        file: (&str, &str, &[u8]),
    ) -> Answer {
        let (field, name, bytes) = file;
        self.send_parts(app, path, pairs, field, &[(name, bytes)]).await
    }
    /// Sends several files in one field.
    pub async fn upload_many(
        &self,
        app: &TestApp,
        path: &str,
        field: &str,
        files: &[(&str, &[u8])],
    ) -> Answer {
        self.send_parts(app, path, &[], field, files).await
    }
    /// Sends a form with several files in one field.
    pub async fn send_parts(
        &self,
        app: &TestApp,
        path: &str,
        pairs: &[(&str, &str)],
        field: &str,
        files: &[(&str, &[u8])],
    ) -> Answer {
        // A border that no file holds.
        const BORDER: &str = "8f14e45fceea167a5a36dedd4bea2543";
        let mut body = Vec::new();
        for (name, value) in pairs {
            body.extend(
                format!("--{BORDER}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                    .bytes(),
            );
        }
        for (name, bytes) in files {
            body.extend(
                format!(
                    "--{BORDER}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
                     Content-Type: application/octet-stream\r\n\r\n"
                )
                .bytes(),
            );
            body.extend(*bytes);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BORDER}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={BORDER}");
        let request = self.request("POST", path).header(header::CONTENT_TYPE, kind);
        app.send(request.body(Body::from(body)).expect("request")).await
    }
}

/// A folder of the material kept beside the repository; none, and said so, where it is not there.
pub fn shared(folder: &str) -> Option<std::path::PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let path = std::env::var_os("LANTOA_SHARED")
        .map_or_else(|| beside.into(), std::path::PathBuf::from)
        .join(folder);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: no {} (LANTOA_SHARED)", path.display());
    None
}
