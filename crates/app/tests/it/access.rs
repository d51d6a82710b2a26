//! Who may do what, proved: every route of the program has a line in `access.csv` with the answers expected of
//! each kind of person, written by hand, and gets real requests from all of them.
//!
//! The objects of a request belong to a commune. People hold a role there ("own"), at the province above it
//! ("parent"), at another commune of the province ("sibling"), or held one there until yesterday ("ended").
//!
//! Columns, separated by `|`:
//!
//! - `method`, `path`: as in the list of routes.
//! - `request`: the address asked, when it is more than the path. `{activity}` and the like are made by
//!   [`World::make`]; a new kind of object is a new arm there.
//! - `form`: what is sent: pairs `a=b&c=d` (a pair `@field=file.ext` sends a file of [`file`]), or JSON.
//! - `log`: the acts that the audit log must gain when the request succeeds, or `-` when it changes nothing
//!   that is kept (drafts, previews, signing in fails).
//! - `nobody`, `ended`, `sibling`, and one column for each role: the expected answer, `ok` (done or shown),
//!   `ok-` (done, nothing to write down), `401` (sign in first), `403` (seen, not allowed) or `404` (must not
//!   even be known to exist). A role has two answers, own/parent, or one when they agree. `=` under `sibling`:
//!   as at the own unit, because the page speaks of the person's own unit or of the person's own thing.
//!
//! A route without a line fails the test, which prints the line with the answers observed: read each of them
//! before pasting it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use lantoa::access::Role;
use lantoa::web::Who;
use store::{Id, sql};

use crate::support::{Answer, Person, TestApp, on_every_engine};

const FIXED: [&str; 8] = ["method", "path", "request", "form", "log", "nobody", "ended", "sibling"];

/// A line of the table.
#[derive(Clone)]
struct Line {
    method: Method,
    path: String,
    request: String,
    form: String,
    log: BTreeSet<String>,
    nobody: String,
    ended: String,
    sibling: String,
    /// In the order of [`Role::ALL`]: own, parent.
    roles: Vec<(String, String)>,
}

fn table() -> Vec<Line> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/access.csv");
    let text = std::fs::read_to_string(path).expect("access.csv");
    let mut lines = text
        .lines()
        .filter(|l| !l.trim().is_empty())
        .map(|l| l.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<String>>());
    let head = lines.next().expect("a head");
    let expected: Vec<&str> = FIXED.into_iter().chain(Role::ALL.map(Role::code)).collect();
    assert_eq!(head, expected, "the head of access.csv");
    lines
        .map(|cells| {
            assert_eq!(cells.len(), expected.len(), "cells of the line {cells:?}");
            let pair = |cell: &String| match cell.split_once('/') {
                Some((own, parent)) => (own.to_owned(), parent.to_owned()),
                None => (cell.clone(), cell.clone()),
            };
            Line {
                method: cells[0].parse().expect("a method"),
                path: cells[1].clone(),
                request: if cells[2].is_empty() { cells[1].clone() } else { cells[2].clone() },
                form: cells[3].clone(),
                log: cells[4].split_whitespace().filter(|a| *a != "-").map(str::to_owned).collect(),
                nobody: cells[5].clone(),
                ended: cells[6].clone(),
                sibling: cells[7].clone(),
                roles: cells[8..].iter().map(pair).collect(),
            }
        })
        .collect()
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Asks {
    Nobody,
    Own(Role),
    Parent(Role),
    Sibling(Role),
    Ended(Role),
}

impl Asks {
    fn all() -> Vec<Asks> {
        let mut all = vec![Asks::Nobody];
        for role in Role::ALL {
            all.extend([Asks::Own(role), Asks::Parent(role), Asks::Sibling(role), Asks::Ended(role)]);
        }
        all
    }
    fn role(self) -> Option<Role> {
        match self {
            Asks::Nobody => None,
            Asks::Own(r) | Asks::Parent(r) | Asks::Sibling(r) | Asks::Ended(r) => Some(r),
        }
    }
    fn expected(self, line: &Line) -> &str {
        self.cell(line).trim_end_matches('-')
    }
    fn cell(self, line: &Line) -> &str {
        let of = |role: Role| &line.roles[Role::ALL.iter().position(|r| *r == role).expect("a role")];
        match self {
            Asks::Nobody => &line.nobody,
            Asks::Ended(_) => &line.ended,
            Asks::Sibling(role) if line.sibling == "=" => &of(role).0,
            Asks::Sibling(_) => &line.sibling,
            Asks::Own(role) => &of(role).0,
            Asks::Parent(role) => &of(role).1,
        }
    }
}

/// Units, people and the objects that requests speak of.
struct World<'t> {
    t: &'t TestApp,
    province: Id,
    commune: Id,
    sibling: Id,
    /// Makes the objects.
    officer: Person,
    administrator: Person,
    leader: Person,
    provincial: Person,
    provincial_leader: Person,
    password_hash: String,
    people: HashMap<Asks, Arc<Person>>,
    /// Objects at hand, until a request may have changed them.
    objects: HashMap<String, String>,
    made: u32,
}

const PASSWORD: &str = "lúa chín vàng đồng";

impl<'t> World<'t> {
    async fn new(t: &'t TestApp) -> World<'t> {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2025-07-01").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(province), "2025-07-01").await;
        let sibling = t.unit("Xã Mỹ Yên", "commune", Some(province), "2025-07-01").await;
        World {
            officer: t.person(Role::CommuneOfficer, commune).await,
            administrator: t.person(Role::SystemAdministrator, nation).await,
            leader: t.person(Role::Leader, commune).await,
            provincial: t.person(Role::ProvincialOfficer, province).await,
            provincial_leader: t.person(Role::Leader, province).await,
            password_hash: lantoa::signin::hash_password(PASSWORD).expect("a hash"),
            t,
            province,
            commune,
            sibling,
            people: HashMap::new(),
            objects: HashMap::new(),
            made: 0,
        }
    }

    async fn person(&mut self, asks: Asks) -> Option<Arc<Person>> {
        let role = asks.role()?;
        if let Some(person) = self.people.get(&asks) {
            return Some(Arc::clone(person));
        }
        let person = Arc::new(match asks {
            Asks::Ended(_) => self.t.person_until(role, self.commune, Some("2026-11-23")).await,
            Asks::Parent(_) => self.t.person(role, self.province).await,
            Asks::Sibling(_) => self.t.person(role, self.sibling).await,
            _ => self.t.person(role, self.commune).await,
        });
        self.people.insert(asks, Arc::clone(&person));
        Some(person)
    }

    /// A text with its `{kinds}` replaced by objects of the commune, or by things of whoever asks.
    async fn fill(&mut self, text: &str, asks: Option<&Person>) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find('{') {
            let (before, after) = rest.split_at(start);
            out.push_str(before);
            let end = after.find('}').unwrap_or(after.len() - 1);
            let kind = &after[1..end];
            // A brace of JSON opens no kind.
            if kind.is_empty() || !kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') {
                out.push('{');
                rest = &after[1..];
                continue;
            }
            let object = match self.objects.get(kind) {
                Some(object) => object.clone(),
                None => {
                    let object = self.make(kind, asks).await;
                    self.objects.insert(kind.to_owned(), object.clone());
                    object
                }
            };
            out.push_str(&object);
            rest = &after[end + 1..];
        }
        out + rest
    }

    /// What comes after `prefix` in the address of what a form made, without its query.
    async fn posted(&self, by: &Person, path: &str, form: &[(&str, &str)], prefix: &str) -> String {
        let answer = by.post(self.t, path, form).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}: {}", answer.text());
        after(&answer, prefix)
    }

    /// An object of a kind, at the commune unless its kind says otherwise.
    async fn make(&mut self, kind: &str, asks: Option<&Person>) -> String {
        self.made += 1;
        let n = self.made;
        let (t, commune) = (self.t, self.commune.to_string());
        let id = |id: Id| id.to_string();
        match kind {
            "unit" => commune,
            "sibling" => id(self.sibling),
            "province" => id(self.province),
            "n" => n.to_string(),
            "style" => lantoa::web::statics::address("lantoa.css").replace("/static/", ""),

            // People.
            "login" => {
                let id = t.app.new_id();
                let email = format!("login{n}@example.vn");
                let mut tx = t.app.db.begin().await.expect("begin");
                let now = t.app.now();
                lantoa::signin::insert_account(&mut tx, id, &email, "Người", now).await.expect("account");
                lantoa::signin::set_password_hash(&mut tx, id, &self.password_hash).await.expect("password");
                tx.commit().await.expect("commit");
                email
            }
            "link" => {
                let account = t.person(Role::Reader, self.commune).await.account;
                let mut tx = t.app.db.begin().await.expect("begin");
                let word = lantoa::signin::insert_one_time_link(&t.app, &mut tx, account, 1).await;
                tx.commit().await.expect("commit");
                word.expect("a link")
            }
            "successor" => id(t.person(Role::Editor, self.commune).await.account),
            "account" => id(t.person(Role::Reader, self.commune).await.account),
            "closed-account" => {
                let account = id(t.person(Role::Reader, self.commune).await.account);
                let path = format!("/quan-tri/nguoi/{account}/khoa");
                self.posted(&self.administrator, &path, &[], "/").await;
                account
            }
            "appointment" => {
                let account = t.person(Role::Reader, self.commune).await.account;
                appointment_of(t, account).await
            }
            "hand-over" => {
                let of = appointment_of(t, t.person(Role::Reader, self.commune).await.account).await;
                let to = id(t.person(Role::Editor, self.commune).await.account);
                let path = format!("/quan-tri/bo-nhiem/{of}/ban-giao");
                self.posted(&self.administrator, &path, &[("nguoi", &to)], "/").await;
                let (id,): (Id,) =
                    sql!("SELECT id FROM hand_overs WHERE ended_id = $1", of.parse::<Id>().expect("an id"))
                        .get(&t.app.db)
                        .await
                        .expect("a hand-over");
                id.to_string()
            }
            "own-password" => {
                let account = asks.unwrap_or(&self.officer).account;
                let mut tx = t.app.db.begin().await.expect("begin");
                lantoa::signin::set_password_hash(&mut tx, account, &self.password_hash).await.expect("set");
                tx.commit().await.expect("commit");
                PASSWORD.to_owned()
            }
            "own-token" | "token" => {
                let own = asks.filter(|_| kind == "own-token");
                let account = own.unwrap_or(&self.officer).account;
                let mut tx = t.app.db.begin().await.expect("begin");
                let made = lantoa::signin::insert_api_token(&t.app, &mut tx, account, "thử", 30).await;
                tx.commit().await.expect("commit");
                made.expect("a token");
                let all = lantoa::signin::list_api_tokens(&t.app.db, &t.app, account).await.expect("tokens");
                id(all[0].id)
            }

            // Units.
            "hamlet" => id(t.unit(&format!("Ấp thứ {n}"), "hamlet", Some(self.commune), "2025-07-01").await),
            "reorganisation" => {
                let hamlet = Box::pin(self.make("hamlet", asks)).await;
                let form = [
                    ("under", &*commune),
                    ("kind", "rename"),
                    ("from", &*hamlet),
                    ("name-1", &format!("Ấp số {n}")),
                    ("kind-1", "ấp"),
                    ("effective", "15/12/2026"),
                    ("legal_basis", "Nghị quyết 6/NQ-HĐND"),
                ];
                self.posted(&self.officer, "/sap-xep", &form, "/sap-xep/").await
            }
            "divided" => {
                let (from, to) =
                    (Box::pin(self.make("hamlet", asks)).await, Box::pin(self.make("hamlet", asks)).await);
                let form = [
                    ("under", &*commune),
                    ("kind", "division"),
                    ("from", &*from),
                    ("name-1", &format!("Ấp thứ {n} còn lại")),
                    ("kind-1", "ấp"),
                    ("unit-2", &*to),
                    ("effective", "01/11/2026"),
                    ("legal_basis", "Nghị quyết 7/NQ-HĐND"),
                ];
                let made = self.posted(&self.officer, "/sap-xep", &form, "/sap-xep/").await;
                self.posted(&self.officer, &format!("/sap-xep/{made}/quyet-dinh"), &[], "/").await;
                let (_, successions) = t.app.trees.history(&t.app.db).await.expect("successions");
                let from = from.parse().expect("an id");
                let parts =
                    lantoa::features::orgs::successors(&successions, from).map(|s| s.to_unit.to_string());
                let keys: Vec<String> = parts.map(|part| format!("&key-{part}=50")).collect();
                self.objects.insert("divided-keys".into(), format!("from={from}{}", keys.concat()));
                made
            }

            // Activities.
            "activity" => {
                let form = [
                    ("method", "talk"),
                    ("day", "2026-11-20"),
                    ("title", "Phổ biến Luật Hòa giải ở cơ sở"),
                    ("audience", "people"),
                    ("attendances", "62"),
                ];
                self.posted(&self.officer, "/hoat-dong/moi", &form, "/hoat-dong/").await
            }
            "evidence" => {
                let activity = Box::pin(self.make("activity", asks)).await;
                let path = format!("/hoat-dong/{activity}/minh-chung");
                let photo = ("photo", "ảnh.png", &*file("photo.png", n));
                let answer = self.officer.upload(t, &path, &[], photo).await;
                assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
                let page = self.officer.get(t, &format!("/hoat-dong/{activity}")).await.text();
                let at = page.find(&path).expect("a link to the evidence") + path.len() + 1;
                let file: String = page[at..].chars().take_while(|c| c.is_ascii_alphanumeric()).collect();
                format!("{activity}/minh-chung/{file}")
            }
            // A month of the commune, said to be without activities or not.
            "settled" | "unsettled" => {
                let path = format!("/hoat-dong/khong-phat-sinh/{commune}/202609");
                let undo = if kind == "settled" { "" } else { "/thu-hoi" };
                self.posted(&self.officer, &format!("{path}{undo}"), &[], "/").await;
                "202609".to_owned()
            }
            "import" => self.import(&self.officer, n).await,
            "own-import" => self.import(asks.unwrap_or(&self.officer), n).await,

            // Numbers.
            "freeze" => {
                let form = [("don-vi", &*commune), ("ky", "2026")];
                self.posted(&self.officer, "/so-lieu/chot", &form, "/so-lieu/chot/").await
            }
            "code" => {
                let freeze = Box::pin(self.make("freeze", asks)).await;
                let freeze = freeze.parse().expect("an id");
                lantoa::features::numbers::get_freeze(&t.app.db, freeze).await.expect("a freeze").code
            }
            "override" => {
                let form = [
                    ("don-vi", &*commune),
                    ("ky", "2026"),
                    ("chi-tieu", "talks"),
                    ("gia-tri", "1"),
                    ("ly-do", "Theo sổ"),
                ];
                self.posted(&self.officer, "/so-lieu/ghi-de", &form, "/").await;
                let period = "2026".parse().expect("a period");
                let all = lantoa::features::numbers::list_overrides(&t.app.db, self.commune, period).await;
                let newest = &all.expect("overrides")[0];
                store::RecordId { shard: newest.shard_id, id: newest.id }.to_string()
            }
            // Plans; `{version}` is as the newest made has it.
            "ask-version" => {
                let place = lantoa::features::content::find_ask_place(&t.app.db, self.commune).await;
                place.expect("where to ask").map_or(0, |p| p.version).to_string()
            }
            "year" => (2027 + n % 70).to_string(),
            "law" => {
                let number = format!("{n}/2099/QH99");
                let law = crate::content::law(t, &number, "Mượn sách", "2027-01-01", vec![]).await;
                let revision = lantoa::features::laws::get(&t.app.db, law).await.expect("the law").revision;
                self.objects.insert("law-revision".into(), revision.to_string());
                law.to_string()
            }
            "plan" | "line" | "plan-gap" | "plan-waiting" | "plan-approved" | "plan-issued"
            | "plan-below" | "plan-above" => self.plan(kind, n).await,

            "feed" => {
                let question = format!("mượn sách {n}");
                self.officer.post(t, "/luat/theo-doi", &[("question", &question)]).await;
                let page = self.officer.get(t, "/luat/theo-doi").await.text();
                let at = page.split("/theo-doi/").skip(1).find(|p| p.contains(&question)).expect("a feed");
                at.split('/').next().unwrap_or_default().to_owned()
            }
            "law-number" => {
                Box::pin(self.make("law", asks)).await;
                format!("{}/2099/QH99", self.made)
            }
            "law-slug" => {
                Box::pin(self.make("law", asks)).await;
                format!("{}-2099-qh99", self.made)
            }
            "corrected-law" => {
                let law = Box::pin(self.make("law", asks)).await;
                let page = format!("/luat/{law}/chua-chu");
                let version = self.version_to_correct(&law).await;
                let form = [("version", &*version), ("heading", "Phạm vi"), ("reason", "Bản gốc ghi vậy")];
                self.posted(&self.provincial, &format!("{page}/dieu-1"), &form, "/").await;
                let made = self.provincial.get(t, &page).await.text();
                let made = made.split("name=\"correction\" value=\"").nth(1).expect("a correction");
                let made = made.split('"').next().unwrap_or_default().to_owned();
                self.objects.insert("correction".into(), made);
                law
            }
            // Every law that is made here reads the same.
            "law-version" => {
                let law = Box::pin(self.make("law", asks)).await;
                self.version_to_correct(&law).await
            }
            "law-review" => self.law_import(&self.officer, n).await,
            "own-law-review" => self.law_import(asks.unwrap_or(&self.officer), n).await,
            // A page of a scan that has been read: the machine's own reading has its tests elsewhere.
            "scan" | "own-scan" => {
                let review = Box::pin(self.make(&kind.replace("scan", "law-review"), asks)).await;
                let import: Id = review.split('/').next().unwrap_or_default().parse().expect("an import");
                let picture = t.app.files.keep(vec![0xff, 0xd8, 0xff]).await.expect("a file");
                let mut tx = t.app.db.begin().await.expect("begin");
                lantoa::features::laws::scan::insert(&mut tx, &t.app, import, 0, &picture)
                    .await
                    .expect("a scan");
                sql!("UPDATE law_scans SET pages = 1, done = TRUE WHERE import_id = $1", import)
                    .run(&mut tx)
                    .await
                    .expect("read");
                sql!(
                    "INSERT INTO law_scan_pages (import_id, seq, page, image, width, height, lines, looked)
                     VALUES ($1, 0, 1, $2, 595.0, 842.0, $3, FALSE)",
                    import,
                    picture,
                    r#"[{"t":"Số: 5/QĐ-UBND","c":50,"x":1.0,"y":1.0,"r":9.0,"b":9.0}]"#
                )
                .run(&mut tx)
                .await
                .expect("a page");
                tx.commit().await.expect("commit");
                review
            }
            "law-import" | "own-law-import" => {
                let review = Box::pin(self.make(&kind.replace("import", "review"), asks)).await;
                review.split('/').next().unwrap_or_default().to_owned()
            }

            // Posts.
            "post" | "post-waiting" | "post-published" | "post-withdrawn" => self.post(kind, n).await,
            "slug" => {
                let id = self.post("post-published", n).await;
                let post = lantoa::features::content::get(&t.app.db, id.parse().expect("an id")).await;
                post.expect("a post").slug.expect("a public address")
            }

            // Reports.
            "report" | "report-whole" | "report-frozen" | "report-waiting" | "report-approved"
            | "report-issued" | "report-asked" => self.report(kind, n).await,
            "period" => period(n),
            other => panic!("access.csv names an object {{{other}}} that World::make does not make"),
        }
    }

    /// A plan in the state of its kind: a draft, submitted, approved, issued, or a draft under a plan of the
    /// province; or a line of a draft.
    async fn plan(&mut self, kind: &str, n: u32) -> String {
        use lantoa::features::plans;
        let (t, app) = (self.t, &self.t.app);
        let annual = matches!(kind, "plan-below" | "plan-above");
        // One annual plan stands for one year.
        let year = if annual { i64::from(2027 + n % 70) } else { 2027 };
        let mut content = crate::plans::plan_of(self.commune, year);
        let mut tx = app.db.begin().await.expect("begin");
        if annual {
            let (by, unit) = (Some(self.provincial.account), self.province);
            let mut of_province = crate::plans::plan_of(unit, year);
            of_province.due_days = Some(7);
            let mut above = plans::insert(&mut tx, app, by, 1, &of_province).await.expect("a plan");
            let line = crate::plans::line_of(self.commune, "Phổ biến luật mới", 2, &format!("{year}-10-01"));
            plans::add_line(&mut tx, app, by, &mut above, &line).await.expect("a line");
            above.submit(&mut tx, app, by).await.expect("submitted");
            above.approve(&mut tx, app, self.provincial_leader.account).await.expect("approved");
            let today = t.app.today();
            above.issue(&mut tx, app, by, &format!("{n}/KH-UBND"), today).await.expect("issued");
            content.above = Some(above.id);
            if kind == "plan-above" {
                tx.commit().await.expect("commit");
                return above.id.to_string();
            }
        }
        let by = Some(self.officer.account);
        if !annual {
            content.kind = plans::Kind::Further;
        }
        let mut plan = plans::insert(&mut tx, app, by, 1, &content).await.expect("a plan");
        let mut made = plan.id;
        if !annual {
            let line = crate::plans::line_of(self.commune, "Nói chuyện ở ấp", 2, &format!("{year}-10-01"));
            let line = plans::add_line(&mut tx, app, by, &mut plan, &line).await.expect("a line");
            if kind == "line" {
                made = line;
            } else if kind == "plan-gap" {
                tx.commit().await.expect("commit");
                let gone = plans::lines(&app.db, plan.id).await.expect("lines").remove(0);
                tx = app.db.begin().await.expect("begin");
                plans::drop_line(&mut tx, app, by, &mut plan, &gone).await.expect("dropped");
                self.objects.insert("gone".into(), line.id.to_string());
            }
        }
        let steps = ["plan-waiting", "plan-approved", "plan-issued"].iter().position(|k| *k == kind);
        let steps = steps.map_or(0, |at| at + 1);
        if steps > 0 {
            plan.submit(&mut tx, app, by).await.expect("submitted");
        }
        if steps > 1 {
            plan.approve(&mut tx, app, self.leader.account).await.expect("approved");
        }
        if steps > 2 {
            plan.issue(&mut tx, app, by, &format!("{n}/KH-UBND"), t.app.today()).await.expect("issued");
        }
        tx.commit().await.expect("commit");
        let plan = plans::get(&app.db, plan.id).await.expect("the plan");
        self.objects.insert("version".into(), plan.version.to_string());
        made.to_string()
    }

    /// A post in the state of its kind.
    async fn post(&mut self, kind: &str, n: u32) -> String {
        use lantoa::features::content;
        let app = &self.t.app;
        let law =
            crate::content::law(self.t, &format!("{n}/2099/QH99"), "Mượn sách", "2026-10-01", vec![]).await;
        let text = crate::content::content(self.commune, law, &format!("Mượn sách {n}"));
        let mut tx = app.db.begin().await.expect("begin");
        let id = content::insert(&mut tx, app, self.officer.account, 1, &text).await.expect("a post");
        if kind != "post" {
            let post = content::get(&mut tx, id).await.expect("the post");
            content::submit(&mut tx, app, self.officer.account, &post).await.expect("submitted");
        }
        if matches!(kind, "post-published" | "post-withdrawn") {
            let post = content::get(&mut tx, id).await.expect("the post");
            content::approve(&mut tx, app, self.leader.account, &post).await.expect("approved");
        }
        if kind == "post-withdrawn" {
            let post = content::get(&mut tx, id).await.expect("the post");
            content::withdraw(&mut tx, app, self.officer.account, &post, "Ghi sai").await.expect("withdrawn");
        }
        tx.commit().await.expect("commit");
        let post = content::get(&app.db, id).await.expect("the post");
        self.objects.insert("version".into(), post.version.to_string());
        id.to_string()
    }

    /// A report in the state of its kind.
    async fn report(&mut self, kind: &str, n: u32) -> String {
        let form = [("don-vi", &*self.commune.to_string()), ("ky", &*period(n)), ("cay", "nay")];
        let id = self.posted(&self.officer, "/bao-cao", &form, "/bao-cao/").await;
        // A unit gives a number once a year.
        let number = (100 + n).to_string();
        type Step<'a> = (&'a str, &'a Person, &'a [(&'a str, &'a str)]);
        let steps: [Step; 4] = [
            ("chot", &self.officer, &[]),
            ("trinh", &self.officer, &[]),
            ("duyet", &self.leader, &[]),
            ("ban-hanh", &self.officer, &[("so", &*number), ("ngay", "23/11/2026")]),
        ];
        let kinds = ["report-frozen", "report-waiting", "report-approved", "report-issued"];
        let steps_done = kinds.iter().position(|k| *k == kind).map_or(0, |at| at + 1);
        if kind != "report" {
            use lantoa::features::papers;
            let report = id.parse().expect("an id");
            let none = (papers::absent_key("mediation"), "không phát sinh vụ việc");
            papers::write(&self.t.app, self.officer.account, report, &[none]).await.expect("written");
            papers::keep_proposed(&self.t.app, self.officer.account, report).await.expect("kept");
            if kind == "report-asked" {
                let crowd = lantoa::features::activities::Content {
                    day: jiff::civil::date(2026, 11, 19),
                    ..crate::spine::talk(self.commune, 900_000)
                };
                let mut tx = self.t.app.db.begin().await.expect("begin");
                let inserted = lantoa::features::activities::insert(&mut tx, &self.t.app, None, 1, &crowd);
                inserted.await.expect("a talk");
                tx.commit().await.expect("commit");
                let flag = format!("{}:people-per-talk:talk-attendances", self.commune);
                self.objects.insert("flag".into(), flag);
            } else {
                for flag in papers::open_flags(&self.t.app, report).await.expect("flags") {
                    let account = self.officer.account;
                    papers::answer(&self.t.app, account, report, &flag, "Đã đối chiếu")
                        .await
                        .expect("answered");
                }
            }
        }
        let version = async || {
            let report = lantoa::features::papers::get(&self.t.app.db, id.parse().expect("an id")).await;
            report.expect("the report").version.to_string()
        };
        for (act, by, form) in &steps[..steps_done] {
            let version = version().await;
            let form = [form, &[("version", version.as_str())][..]].concat();
            self.posted(by, &format!("/bao-cao/{id}/{act}"), &form, "/").await;
        }
        let version = version().await;
        self.objects.insert("version".into(), version);
        id
    }

    /// The words of a law's first article that its page of correction shows.
    async fn version_to_correct(&self, law: &str) -> String {
        let page = self.provincial.get(self.t, &format!("/luat/{law}/chua-chu/dieu-1")).await.text();
        let version = page.split("name=\"version\" value=\"").nth(1).expect("a version");
        version.split('"').next().unwrap_or_default().to_owned()
    }

    /// A law sent for import, waiting for review: the import and the file's place in it.
    async fn law_import(&self, by: &Person, n: u32) -> String {
        let law = ("file", "luật.txt", &*file("law.txt", n));
        let mut answer = by.upload(self.t, "/luat/nhap", &[], law).await;
        if answer.status != StatusCode::SEE_OTHER {
            // Whoever may not import has none: another's stands for it.
            answer = self.officer.upload(self.t, "/luat/nhap", &[], law).await;
        }
        after(&answer, "/luat/nhap/")
    }

    async fn import(&self, by: &Person, n: u32) -> String {
        let book = ("file", "xã.xlsx", &*file("activities.xlsx", n));
        let answer = by.upload(self.t, "/hoat-dong/nhap", &[], book).await;
        if answer.status != StatusCode::SEE_OTHER {
            // Whoever may not import has none: another's stands for it.
            let answer = self.officer.upload(self.t, "/hoat-dong/nhap", &[], book).await;
            return after(&answer, "/hoat-dong/nhap/");
        }
        after(&answer, "/hoat-dong/nhap/")
    }

    /// Sends a line's request as somebody; the objects in it are the same for everybody until one succeeds.
    async fn ask(&mut self, line: &Line, asks: Asks) -> Answer {
        let person = self.person(asks).await;
        let cookie = person.map(|p| (header::COOKIE, format!("{}={}", lantoa::signin::COOKIE, p.cookie)));
        self.ask_with(line, asks, cookie).await
    }
    /// Sends a line's request about somebody's things with a cookie or a token.
    async fn ask_with(
        &mut self,
        line: &Line,
        asks: Asks,
        credential: Option<(header::HeaderName, String)>,
    ) -> Answer {
        let person = self.person(asks).await;
        let path = self.fill(&line.request, person.as_deref()).await;
        let form = self.fill(&line.form, person.as_deref()).await;
        let mut request = Request::builder().method(line.method.clone()).uri(encode(&path));
        if let Some((name, value)) = credential {
            request = request.header(name, value);
        }
        request = request.header("sec-fetch-site", "same-origin");
        let (kind, body) = body(&form, self.made);
        let request = request.header(header::CONTENT_TYPE, kind).body(Body::from(body)).expect("a request");
        self.t.send(request).await
    }
}

/// A period of its own for each: one report stands for one period.
fn period(n: u32) -> String {
    let from = jiff::civil::date(2026, 1, 1).saturating_add(jiff::Span::new().days(n % 300));
    format!("{from}..2026-11-20")
}

/// Percent-encodes what an address may not hold as it is.
fn encode(path: &str) -> String {
    path.bytes()
        .map(|b| match b {
            0x21..=0x7e => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

fn after(answer: &Answer, prefix: &str) -> String {
    let location = answer.location();
    let at = location.find(prefix).unwrap_or_else(|| panic!("{prefix} in {location}")) + prefix.len();
    location[at..].split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// The files that a line may send; `n` makes one differ from another.
fn file(name: &str, n: u32) -> Vec<u8> {
    match name {
        "photo.png" => {
            let mut bytes = std::io::Cursor::new(Vec::new());
            image::RgbImage::from_pixel(8, 8, image::Rgb([11, 110, 95]))
                .write_to(&mut bytes, image::ImageFormat::Png)
                .expect("a picture");
            bytes.into_inner()
        }
        "law.txt" => format!(
            "QUỐC HỘI\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nLuật số: {n}/2099/QH99\n\
             Hà Nội, ngày 20 tháng 6 năm 2026\n\nLUẬT\nMƯỢN SÁCH {n}\n\nCăn cứ Hiến pháp;\n\
             Quốc hội ban hành Luật Mượn sách {n}.\n\nĐiều 1. Phạm vi điều chỉnh\n\
             Luật này quy định về việc mượn sách ở cơ sở.\n\nĐiều 2. Quyền của người mượn\n\
             1. Được mượn không mất tiền.\n2. Được giữ sách trong 30 ngày.\n\n\
             Điều 3. Hiệu lực thi hành\nLuật này có hiệu lực thi hành từ ngày 01 tháng 01 năm 2027.\n\n\
             CHỦ TỊCH QUỐC HỘI\n"
        )
        .into_bytes(),
        "activities.xlsx" => {
            let headers = ["Ngày", "Hình thức", "Nội dung", "Số lượt người"];
            let title = format!("Buổi ở ấp {n}");
            let row = ["20/11/2026", "Phổ biến trực tiếp", &title, "62"];
            let table = sheets::Table {
                title: "Báo cáo".into(),
                headers: headers.map(String::from).to_vec(),
                rows: vec![row.map(|c| sheets::Cell::Text(c.to_owned())).to_vec()],
                ..sheets::Table::default()
            };
            sheets::write_table(&table).expect("a workbook")
        }
        other => panic!("access.csv sends a file {other} that is not there"),
    }
}

fn pairs(form: &str) -> impl Iterator<Item = (&str, &str)> {
    form.split('&').filter(|p| !p.is_empty()).map(|p| p.split_once('=').unwrap_or((p, "")))
}

/// The media type and the bytes of a line's form.
fn body(form: &str, n: u32) -> (&'static str, Vec<u8>) {
    if form.starts_with('{') {
        return ("application/json", form.as_bytes().to_vec());
    }
    if !form.contains('@') || pairs(form).all(|(name, _)| !name.starts_with('@')) {
        let pairs: Vec<(&str, &str)> = pairs(form).collect();
        let body = serde_html_form::to_string(pairs).expect("a form");
        return ("application/x-www-form-urlencoded", body.into_bytes());
    }
    let mut bytes = Vec::new();
    for (name, value) in pairs(form) {
        let (head, content) = match name.strip_prefix('@') {
            Some(field) => (format!("name=\"{field}\"; filename=\"{value}\""), file(value, n)),
            None => (format!("name=\"{name}\""), value.as_bytes().to_vec()),
        };
        bytes.extend(format!("--X\r\nContent-Disposition: form-data; {head}\r\n\r\n").bytes());
        bytes.extend(content);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"--X--\r\n");
    ("multipart/form-data; boundary=X", bytes)
}

async fn appointment_of(t: &TestApp, account: Id) -> String {
    let (id,): (Id,) = sql!("SELECT id FROM appointments WHERE account_id = $1", account)
        .get(&t.app.db)
        .await
        .expect("an appointment");
    id.to_string()
}

/// An answer in the words of the table.
fn word(answer: &Answer) -> String {
    let to_sign_in = |location: &str| {
        let path = location.strip_prefix("/en").unwrap_or(location);
        path.starts_with("/dang-nhap?toi=")
    };
    match answer.status {
        StatusCode::SEE_OTHER if to_sign_in(answer.location()) => "401".into(),
        status if status.is_success() || status.is_redirection() => "ok".into(),
        status => status.as_str().to_owned(),
    }
}

/// How often the log holds each act.
async fn log(t: &TestApp) -> BTreeMap<String, i64> {
    store::record! { struct Counted { act: String, n: i64 } }
    let all: Vec<Counted> = sql!("SELECT act, COUNT(*) AS n FROM audit_entries GROUP BY act")
        .all(&t.app.db)
        .await
        .expect("the log");
    all.into_iter().map(|c| (c.act, c.n)).collect()
}

fn gained(before: &BTreeMap<String, i64>, after: &BTreeMap<String, i64>) -> BTreeSet<String> {
    after.iter().filter(|(act, n)| before.get(*act) != Some(n)).map(|(act, _)| act.clone()).collect()
}

/// Asks as everybody; the answers by who asked, and what is wrong beside them.
async fn observe(w: &mut World<'_>, line: &Line, wrong: &mut Vec<String>) -> HashMap<Asks, String> {
    let at = format!("{} {}", line.method, line.path);
    let changes = line.method != Method::GET;
    let mut answers = HashMap::new();
    for asks in Asks::all() {
        // Things of whoever asks are made for each.
        w.objects.retain(|kind, _| !kind.starts_with("own-"));
        if changes {
            // Made before the log is read: making writes to it too.
            let person = w.person(asks).await;
            for text in [&line.request, &line.form] {
                w.fill(text, person.as_deref()).await;
            }
        }
        if changes && !line.nobody.starts_with("4") {
            // Throttles of what strangers may try are measured elsewhere.
            w.t.pass_minutes(2);
        }
        let before = if changes { log(w.t).await } else { BTreeMap::new() };
        let answer = w.ask(line, asks).await;
        let said = word(&answer);
        if answer.text().contains('⟦') {
            wrong.push(format!("{at} as {asks:?}: words are missing: {}", excerpt(&answer, "⟦")));
        }
        if said != asks.expected(line) && !["ok", "401", "403", "404"].contains(&said.as_str()) {
            wrong.push(format!("{at} as {asks:?} answers {said}: {}", excerpt(&answer, "bad")));
        }
        if changes {
            let gained = gained(&before, &log(w.t).await);
            let writes = said == "ok" && asks.cell(line) != "ok-";
            let due = if writes { line.log.clone() } else { BTreeSet::new() };
            // An act may bring others with it, but nothing that changes nothing writes.
            if !due.is_subset(&gained) || (due.is_empty() && !gained.is_empty()) {
                wrong.push(format!("{at} as {asks:?} ({said}) wrote {gained:?} to the log, not {due:?}"));
            }
            if said == "ok" {
                // Whoever asked may be signed out by it, and the objects are no longer as they were.
                w.people.clear();
                w.objects.clear();
            }
        } else if matches!(asks, Asks::Own(_)) && said == "ok" && !line.path.starts_with("/api/") {
            let english = Line { request: format!("/en{}", line.request), ..line.clone() };
            let answer = w.ask(&english, asks).await;
            if answer.text().contains('⟦') || word(&answer) != "ok" {
                wrong.push(format!("/en{} as {asks:?}: {}", line.path, excerpt(&answer, "⟦")));
            }
        }
        answers.insert(asks, said);
    }
    answers
}

fn excerpt(answer: &Answer, mark: &str) -> String {
    let text = answer.text();
    let at = text.find(mark).or_else(|| text.find("<main")).unwrap_or(0);
    let excerpt: String = text[at..].chars().take(400).collect();
    format!("{} {excerpt}", answer.status)
}

/// The line of a route with the answers observed, as it would stand in the table.
fn suggested(line: &Line, answers: &HashMap<Asks, String>) -> String {
    let one = |of: &dyn Fn(Role) -> Asks| -> String {
        let said: BTreeSet<&String> = Role::ALL.iter().map(|r| &answers[&of(*r)]).collect();
        said.into_iter().cloned().collect::<Vec<_>>().join("~")
    };
    let same = Role::ALL.iter().all(|r| answers[&Asks::Own(*r)] == answers[&Asks::Sibling(*r)]);
    let sibling = if same { "=".to_owned() } else { one(&Asks::Sibling) };
    let request = if line.request == line.path { "" } else { &line.request };
    let mut cells = vec![line.method.to_string(), line.path.clone(), request.into(), line.form.clone()];
    cells.push(line.log.iter().cloned().collect::<Vec<_>>().join(" "));
    cells.extend([answers[&Asks::Nobody].clone(), one(&Asks::Ended), sibling]);
    for role in Role::ALL {
        let (own, parent) = (&answers[&Asks::Own(role)], &answers[&Asks::Parent(role)]);
        cells.push(if own == parent { own.clone() } else { format!("{own}/{parent}") });
    }
    cells.join(" | ")
}

/// Routes whose objects anybody signed in may see by their id: laws, units, and what was decided about them, are
/// no secret.
const OPEN_OBJECTS: [&str; 12] = [
    "/don-vi/{id}",
    "/don-vi/{id}/don-vi-con",
    "/sap-xep/{id}/ty-le",
    "/luat/{id}",
    "/ke-hoach/can-cu/{law}",
    "/luat/{id}/sua",
    "/luat/{id}/sua-doi",
    "/luat/{id}/chua-chu",
    "/luat/{id}/chua-chu/{*path}",
    "/luat/{id}/so-sanh",
    "/luat/{id}/nguon",
    "/luat/{id}/doi-tuong",
];

#[tokio::test]
async fn every_route_answers_everybody_as_the_table_says() {
    on_every_engine(async |t| {
        let lines = table();
        let routes = lantoa::routes().list;
        let mut wrong = Vec::new();
        for line in &lines {
            let known = routes.iter().any(|r| r.method == line.method && r.path == line.path);
            if !known {
                wrong.push(format!("{} {} is no route any more", line.method, line.path));
            }
            let by_id = line.request.contains('{') && line.path.contains('{');
            let public = line.nobody.starts_with("ok") || OPEN_OBJECTS.contains(&line.path.as_str());
            // Who may do it nowhere is refused wherever it is, and learns nothing by it.
            let nobodys = line.sibling == "=" && line.roles.iter().all(|(own, _)| own != "ok");
            if by_id && !public && !nobodys && !line.request.contains("{own-") && line.sibling != "404" {
                wrong.push(format!("{} {}: another unit's object must answer 404", line.method, line.path));
            }
        }
        let mut world = World::new(&t).await;
        let only = std::env::var("LANTOA_ACCESS").unwrap_or_default();
        for line in lines.iter().filter(|l| l.path.contains(&only)) {
            world.objects.clear();
            let answers = observe(&mut world, line, &mut wrong).await;
            let differs: Vec<String> = Asks::all()
                .into_iter()
                .filter(|asks| answers[asks] != asks.expected(line))
                .map(|asks| format!("{asks:?}: {}, expected {}", answers[&asks], asks.expected(line)))
                .collect();
            if !differs.is_empty() {
                let observed = suggested(line, &answers);
                let at = format!("{} {}", line.method, line.path);
                wrong.push(format!("{at}\n  {}\n  observed: {observed}", differs.join("\n  ")));
            }
        }
        let missing: Vec<_> = routes
            .iter()
            .filter(|r| !lines.iter().any(|l| l.method == r.method && l.path == r.path))
            .map(|r| {
                let open = matches!(r.who, Who::Public | Who::Anyone);
                let answers = match (open, r.path.contains('{')) {
                    (true, _) => ["ok", "ok", "="].into_iter().chain(Role::ALL.map(|_| "ok")),
                    (false, by_id) => {
                        ["401", if by_id { "404" } else { "403" }, if by_id { "404" } else { "=" }]
                            .into_iter()
                            .chain(Role::ALL.map(|_| "ok/ok"))
                    }
                };
                let answers: Vec<&str> = answers.collect();
                format!("{} | {} | | | - | {}", r.method, r.path, answers.join(" | "))
            })
            .collect();
        assert!(wrong.is_empty(), "{} wrong on {:?}:\n{}", wrong.len(), t.engine, wrong.join("\n"));
        assert!(
            missing.is_empty(),
            "routes without a line in tests/it/access.csv; write the answers that are right:\n{}",
            missing.join("\n")
        );
        // The log tells a person what was done, not a code.
        store::record! { struct Kinds { act: String, object_kind: String } }
        let kinds: Vec<Kinds> = sql!("SELECT DISTINCT act, object_kind FROM audit_entries")
            .all(&t.app.db)
            .await
            .expect("the log");
        let keys = kinds.iter().flat_map(|k| [format!("act-{}", k.act), format!("object-{}", k.object_kind)]);
        let wordless: BTreeSet<String> =
            keys.filter(|key| !t.app.words.has(lantoa::i18n::Lang::Vi, key)).collect();
        assert!(wordless.is_empty(), "the log needs words for {wordless:?}");
        let (_, broken) = lantoa::audit::verify(&t.app.db).await.expect("verified");
        assert_eq!(broken, vec![]);
    })
    .await;
}

/// A token opens the interface for programs with its owner's rights, and no page: neither does a page change
/// anything by it.
#[tokio::test]
async fn a_token_opens_the_interface_for_programs_alone() {
    on_every_engine(async |t| {
        let mut w = World::new(&t).await;
        let mut wrong = Vec::new();
        for role in [Role::SystemAdministrator, Role::CommuneOfficer, Role::Leader] {
            let asks = Asks::Own(role);
            let account = w.person(asks).await.expect("a person").account;
            let mut tx = t.app.db.begin().await.expect("begin");
            let token = lantoa::signin::insert_api_token(&t.app, &mut tx, account, "thử", 30).await;
            tx.commit().await.expect("commit");
            let token = format!("Bearer {}", token.expect("a token"));
            for line in table() {
                let of_programs = line.path.starts_with("/api/");
                if !of_programs && line.nobody != "401" {
                    continue;
                }
                let expected = if of_programs { asks.expected(&line) } else { "403" };
                let person = w.person(asks).await;
                for text in [&line.request, &line.form] {
                    w.fill(text, person.as_deref()).await;
                }
                let before = log(&t).await;
                let answer = w.ask_with(&line, asks, Some((header::AUTHORIZATION, token.clone()))).await;
                let said = word(&answer);
                let written = gained(&before, &log(&t).await);
                if said != expected || (!of_programs && !written.is_empty()) {
                    let at = format!("{} {} as {role:?}", line.method, line.path);
                    wrong.push(format!("{at}: {said}, expected {expected}, wrote {written:?}"));
                }
                if of_programs && line.method != Method::GET {
                    w.objects.clear();
                }
            }
        }
        assert!(wrong.is_empty(), "{} wrong on {:?}:\n{}", wrong.len(), t.engine, wrong.join("\n"));
    })
    .await;
}
