//! The work list: what waits, one click from where it is done.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use lantoa::access::Role;

use crate::content::{content, place, publish};
use crate::support::on_every_engine;

#[tokio::test]
async fn the_work_list_holds_what_waits_and_lets_it_be_settled() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let sibling = t.unit("Xã Mỹ Yên", "commune", Some(nation), "2025-07-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        let home = async || officer.get(&t, "/viec").await.text();

        let page = home().await;
        assert!(!page.contains('⟦'), "{page}");
        for part in [
            "Thứ Hai, 23/11/2026",
            "Xã Bến Lức",
            "Tháng 10/2026 chưa ghi",
            "Tháng 11/2026 chưa ghi",
            "0 hoạt động",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        // October had nothing: one tap. November is not over, so it has no such button.
        let settle = format!("/hoat-dong/khong-phat-sinh/{commune}/202610");
        assert_eq!(page.matches("khong-phat-sinh").count(), 1);
        assert!(page.contains(&settle));
        assert_eq!(officer.post(&t, &settle, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(officer.post(&t, &settle, &[]).await.status, StatusCode::SEE_OTHER, "again does no harm");
        assert!(!home().await.contains("Tháng 10/2026 chưa ghi"));
        assert_eq!(officer.post(&t, &format!("{settle}/thu-hoi"), &[]).await.status, StatusCode::SEE_OTHER);
        assert!(home().await.contains("Tháng 10/2026 chưa ghi"));
        for bad in ["202611", "202613", "x", "0", "99999999999999"] {
            let answer = officer.post(&t, &format!("/hoat-dong/khong-phat-sinh/{commune}/{bad}"), &[]).await;
            assert!(answer.status.is_client_error(), "{bad}: {}", answer.status);
        }
        let other = format!("/hoat-dong/khong-phat-sinh/{sibling}/202610");
        assert_eq!(officer.post(&t, &other, &[]).await.status, StatusCode::NOT_FOUND);

        // A draft waits; recorded, it becomes this month's figure.
        let typed = [
            ("method", "talk"),
            ("day", "2026-11-20"),
            ("title", "Nói chuyện ở ấp 3"),
            ("attendances", "40"),
        ];
        officer.post(&t, "/hoat-dong/moi/nhap", &[&typed[..], &[("draft_version", "0")]].concat()).await;
        assert!(home().await.contains("Ghi tiếp: Nói chuyện ở ấp 3"));
        let saved =
            officer.post(&t, "/hoat-dong/moi", &[&typed[..], &[("draft_version", "1")]].concat()).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let page = home().await;
        assert!(!page.contains("Ghi tiếp") && !page.contains("Tháng 11/2026 chưa ghi"), "{page}");
        assert!(page.contains("1 hoạt động") && page.contains("40 lượt người"), "{page}");

        // A person who only reads is asked for nothing.
        let reader = t.person(Role::Reader, commune).await;
        let page = reader.get(&t, "/viec").await.text();
        assert!(page.contains("Không có việc nào đang chờ") && !page.contains("/hoat-dong/moi"), "{page}");
        assert!(!page.contains("nút phía trên"), "a button that is not there: {page}");
        // Nobody is left at an empty page: a reader is led to what there is to read, an editor to what they write.
        assert!(page.contains("Số liệu và báo cáo của đơn vị: <a href=\"/so-lieu\">"), "{page}");
        let editor = t.person(Role::Editor, commune).await;
        let page = editor.get(&t, "/viec").await.text();
        assert!(page.contains("<a class=\"button\" href=\"/tin-bai/moi\">Viết bài</a>"), "{page}");
        assert!(!officer.get(&t, "/en/viec").await.text().contains('⟦'));
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

/// The figures of a month open to exactly what they count.
#[tokio::test]
async fn the_figures_of_the_month_open_to_what_they_count() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        publish(&t, &p, &content(p.commune, p.law, "Bài của tháng Mười một")).await;
        t.app.clock.set("2026-12-01T03:00:00Z".parse().unwrap());
        publish(&t, &p, &content(p.commune, p.law, "Bài của tháng Mười hai")).await;
        let officer = t.as_account(p.officer.account).await;
        let home = officer.get(&t, "/viec").await.text();
        let figure = home
            .split("<a href=\"")
            .find(|a| a.contains("1 bài đăng</a>"))
            .unwrap_or_else(|| panic!("{home}"));
        let path = figure.split('"').next().unwrap().replace("&#38;", "&");
        let list = officer.get(&t, &path).await.text();
        assert!(list.contains(">1 tin bài<") && list.contains("tháng Mười hai"), "{list}");
        assert!(!list.contains("tháng Mười một"), "{list}");
    })
    .await;
}

#[tokio::test]
async fn the_search_of_the_top_bar_finds_everything_that_one_may_see() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        t.app.index.catch_up(&t.app.db).await.unwrap();
        publish(&t, &p, &content(p.commune, p.law, "Mượn sách ở chợ")).await;
        let record = async |title: &str, day: &str| {
            let typed = [("method", "talk"), ("day", day), ("title", title), ("attendances", "40")];
            let saved =
                p.officer.post(&t, "/hoat-dong/moi", &[&typed[..], &[("draft_version", "0")]].concat()).await;
            assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        };
        record("Nói chuyện ở Chợ Bến Lức", "2026-11-01").await;
        record("Tiền cho trường", "2026-11-02").await;
        let plan = [("kind", "annual"), ("year", "2026"), ("title", "Kế hoạch cho mượn sách")];
        p.officer.post(&t, "/ke-hoach/moi", &plan).await;
        let find = async |q: &str| {
            let page = p.officer.get(&t, &format!("/tim?q={}", lantoa::web::form_urlencoded(q))).await.text();
            assert!(!page.contains('⟦'), "{page}");
            page[page.find("<main").unwrap()..].to_owned()
        };
        let page = find("mượn sách").await;
        for part in [
            ">Văn bản</h2>",
            "Luật Mượn sách ở cơ sở",
            ">Điều luật</h2>",
            "<mark>",
            ">Tin bài</h2>",
            "Mượn sách ở chợ",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(find("91/2099/QH99").await.contains("Luật Mượn sách ở cơ sở"));
        // Marks that were typed count; without marks everything is found, the newest first.
        let (market, money) = ("Nói chuyện ở Chợ Bến Lức", "Tiền cho trường");
        let order = |page: &str| (page.find(market).unwrap(), page.find(money).unwrap());
        let (a, b) = order(&find("chợ").await);
        assert!(a < b);
        let (a, b) = order(&find("cho").await);
        assert!(a > b);
        // What fits nothing says so, with the nearest articles below.
        let page = find("karaoke ban đêm").await;
        assert!(page.contains("Không có gì khớp với “karaoke ban đêm”"), "{page}");
        assert!(find("").await.contains("Không cần gõ dấu"));
        // Another commune sees its own.
        let elsewhere = t.person(Role::CommuneOfficer, p.sibling).await;
        let page = elsewhere.get(&t, "/tim?q=cho").await.text();
        assert!(
            !page.contains(market) && !page.contains(money) && !page.contains("Mượn sách ở chợ"),
            "{page}"
        );
        // Whoever works for two units is told of which each task is; of one, it is the unit above the list.
        let task = |unit: &str| format!("chưa ghi hoạt động nào</a> <small>{unit}</small>");
        assert!(!elsewhere.get(&t, "/viec").await.text().contains(&task("Xã Mỹ Yên")));
        let second = lantoa::access::Appointment {
            role: Role::CommuneOfficer,
            unit: p.commune,
            from: "2026-11-01".parse().unwrap(),
            until: None,
        };
        let mut tx = t.app.db.begin().await.unwrap();
        lantoa::signin::insert_appointment(&mut tx, t.app.new_id(), elsewhere.account, &second)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let list = elsewhere.get(&t, "/viec").await.text();
        for unit in ["Xã Mỹ Yên", "Xã Bến Lức"] {
            assert!(list.contains(&task(unit)), "{unit} in {list}");
        }
        let above = t.person(Role::ProvincialOfficer, p.province).await;
        assert!(above.get(&t, "/tim?q=cho").await.text().contains(market));
    })
    .await;
}

#[tokio::test]
async fn an_error_keeps_the_menu_of_whoever_is_signed_in() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let menu = "/viec\"";
        let inside = |page: &str| page.contains("class=\"rooms\"") && page.contains(menu);
        for path in ["/khong-co", "/hoat-dong/khong-co", "/en/ke-hoach/khong-co"] {
            let met = p.officer.get(&t, path).await;
            assert_eq!(met.status, StatusCode::NOT_FOUND, "{path}");
            assert!(inside(&met.text()) && !met.text().contains('⟦'), "{path}: {}", met.text());
        }
        // The room is marked, and offered as the way on.
        assert!(
            p.officer
                .get(&t, "/hoat-dong/khong-co")
                .await
                .text()
                .contains("href=\"/hoat-dong\" aria-current=\"page\"")
        );
        let reader = t.person(Role::Reader, p.commune).await;
        let forbidden = reader.get(&t, "/hoat-dong/moi").await;
        assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
        assert!(
            inside(&forbidden.text()) && forbidden.text().contains("href=\"/toi\""),
            "{}",
            forbidden.text()
        );
        // A conflict leads back to the page that it was sent from.
        let (id, _) = publish(&t, &p, &content(p.commune, p.law, "Mượn sách")).await;
        let path = lantoa::features::content::page(id);
        let request = |referer: &str| {
            Request::post(format!("{path}/trinh"))
                .header(header::COOKIE, format!("{}={}", lantoa::signin::COOKIE, p.officer.cookie))
                .header(header::HOST, "lantoa.example")
                .header("sec-fetch-site", "same-origin")
                .header(header::REFERER, referer)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from("version=0"))
                .unwrap()
        };
        let met = t.send(request(&format!("https://lantoa.example{path}"))).await;
        assert_eq!(met.status, StatusCode::CONFLICT);
        assert!(inside(&met.text()) && met.text().contains(&format!("href=\"{path}\"")), "{}", met.text());
        let met = t.send(request("https://evil.example/x")).await;
        assert!(!met.text().contains("Về trang trước"), "{}", met.text());
        // Strangers, and public addresses, have the public page.
        assert!(!inside(&t.get("/khong-co").await.text()));
        assert!(!inside(&p.officer.get(&t, "/tin/khong-co").await.text()));
    })
    .await;
}
