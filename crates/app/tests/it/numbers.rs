//! Figures on pages, in workbooks and for programs; the description of the programming interface.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use lantoa::access::Role;
use lantoa::features::activities::{self, Content};
use lantoa::features::numbers::{self, By, Period, Question, Units};
use lantoa::web::Who;

use crate::spine::talk;
use crate::support::on_every_engine;

#[tokio::test]
async fn figures_with_what_is_asked_about_them_as_a_workbook_and_for_programs() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2024-01-01").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(province), "2024-01-01").await;
        let sibling = t.unit("Xã Mỹ Yên", "commune", Some(province), "2024-01-01").await;
        let mut tx = t.app.db.begin().await.unwrap();
        // A broadcast counted as a talk, and an ordinary talk; one more is estimated.
        for content in [
            talk(commune, 825),
            talk(sibling, 61),
            Content { estimated: true, day: "2026-10-09".parse().unwrap(), ..talk(sibling, 30) },
        ] {
            activities::insert(&mut tx, &t.app, None, 1, &content).await.unwrap();
        }
        tx.commit().await.unwrap();
        let officer = t.person(Role::ProvincialOfficer, province).await;
        let other = t.person(Role::CommuneOfficer, sibling).await;

        // Beside the number of that commune, and of no other.
        let page = officer.get(&t, "/so-lieu?theo=unit&ky=2026").await.text();
        assert!(!page.contains('⟦'), "{page}");
        assert_eq!(page.matches("Bình quân 825 lượt người một cuộc").count(), 1, "{page}");
        let page = other.get(&t, "/so-lieu?ky=2026").await.text();
        assert!(!page.contains("Bình quân") && page.contains("/so-lieu/bang.xlsx?"), "{page}");
        let own = format!("/so-lieu?don-vi={commune}&ky=2026");
        assert!(officer.get(&t, &own).await.text().contains("Bình quân 825 lượt người"));
        assert_eq!(other.get(&t, &own).await.status, StatusCode::NOT_FOUND);

        // Any days, without knowing how an address says them.
        let days = format!("{own}&tu=1/10/2026&den=15/10/2026");
        assert!(officer.get(&t, &days).await.text().contains("từ 01/10/2026 đến 15/10/2026"));
        for bad in ["tu=1/10/2026", "tu=x&den=15/10/2026", "tu=16/10/2026&den=15/10/2026"] {
            let answer = officer.get(&t, &format!("{own}&{bad}")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
        // What a person stated stands at its number, beside what was computed.
        let unit = commune.to_string();
        let form = [
            ("don-vi", &*unit),
            ("ky", "2026"),
            ("chi-tieu", "contests"),
            ("gia-tri", "1.120"),
            ("ly-do", "Theo sổ"),
        ];
        let clerk = t.person(Role::CommuneOfficer, commune).await;
        assert_eq!(clerk.post(&t, "/so-lieu/ghi-de", &form).await.status, StatusCode::SEE_OTHER);
        let page = officer.get(&t, &own).await.text();
        assert!(
            page.contains("data-label=\"năm 2026\">1.120 <small>ghi đè; máy tính ra 0</small>"),
            "{page}"
        );
        // What is no whole number is asked about in the form, with what was typed; the form of a stated figure holds it.
        let typed = [form[0], form[1], form[2], ("gia-tri", "1.234,5"), ("ly-do", "Theo sổ mới")];
        let again = clerk.post(&t, "/so-lieu/ghi-de", &typed).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        let again = again.text();
        for kept in
            ["value=\"1.234,5\"", ">Theo sổ mới<", "value=\"contests\" selected", "Hãy ghi một số nguyên"]
        {
            assert!(again.contains(kept), "{kept} in {again}");
        }
        let page = clerk.get(&t, &own).await.text();
        assert!(
            page.contains("name=\"gia-tri\" type=\"text\" inputmode=\"numeric\" value=\"1.120\""),
            "{page}"
        );
        let undo =
            page.split("action=\"").find(|a| a.contains("/thu-hoi\"")).unwrap().split('"').next().unwrap();
        assert_eq!(clerk.post(&t, undo, &[]).await.status, StatusCode::SEE_OTHER);
        assert!(!clerk.get(&t, &own).await.text().contains("máy tính ra"));
        // Of the nation only this province is known: nothing is said of a part larger than it.
        let of_province = [("don-vi", &*province.to_string()), form[1], form[2], form[3], form[4]];
        assert_eq!(officer.post(&t, "/so-lieu/ghi-de", &of_province).await.status, StatusCode::SEE_OTHER);
        let page = officer.get(&t, "/so-lieu?ky=2026").await.text();
        assert!(page.contains("máy tính ra 0") && !page.contains("của cả địa bàn"), "{page}");

        // No heading says a unit of measure twice; the estimated part opens its own rows.
        let page = officer.get(&t, "/so-lieu?theo=unit&ky=2026").await.text();
        assert!(page.contains(">Số cuộc phổ biến pháp luật trực tiếp</th>"), "{page}");
        assert!(page.contains(">Kinh phí thực hiện (đồng)</th>") && !page.contains("(cuộc)"), "{page}");
        let estimates = page.split("uoc-tinh=1\">trong đó ước tính 1").count();
        assert!(estimates > 1, "{page}");

        // Days on which the unit was not there are named, not counted as nothing.
        let page = officer.get(&t, "/so-lieu?ky=2023&cay=luc-do").await.text();
        assert!(page.contains("Tỉnh Tây Ninh có từ ngày 01/01/2024"), "{page}");
        let page = officer.get(&t, "/so-lieu?ky=2026&cay=2023-12-31").await.text();
        assert!(page.contains("Địa giới ngày 31/12/2023 không có Tỉnh Tây Ninh"), "{page}");
        assert!(!officer.get(&t, "/so-lieu?ky=2026&cay=luc-do").await.text().contains("có từ ngày"));

        // The workbook says what the page says.
        for by in ["whole", "unit", "month", "unit-month", "audience", "law"] {
            let path = format!("/so-lieu/bang.xlsx?ky=2026&theo={by}");
            let book = officer.get(&t, &path).await;
            assert_eq!(book.status, StatusCode::OK);
            assert!(book.body.starts_with(b"PK"), "{by}");
            assert!(book.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains("so-lieu-2026-"));
        }
        let refused = other.get(&t, &format!("/so-lieu/bang.xlsx?don-vi={commune}")).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);

        // For programs: by token, with the same rights.
        let mut tx = t.app.db.begin().await.unwrap();
        let token =
            lantoa::signin::insert_api_token(&t.app, &mut tx, officer.account, "thử", 30).await.unwrap();
        tx.commit().await.unwrap();
        let ask = async |path: &str| {
            let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
            t.send(request.body(Body::empty()).unwrap()).await
        };
        let path = "/api/v1/numbers?period=2026&by=unit&indicators=talks,talk-attendances";
        let answer = ask(path).await.json();
        assert_eq!(answer["total"][0]["total"], 3, "{answer}");
        assert_eq!(answer["total"][1]["actual"], 886);
        assert_eq!(answer["total"][1]["estimate"], 30);
        let row = answer["rows"].as_array().unwrap().iter().find(|r| r["unit"] == commune.to_string());
        let row = row.unwrap_or_else(|| panic!("{answer}"));
        assert_eq!((&row["label"], &row["figures"][1]["total"]), (&"Xã Bến Lức".into(), &825.into()));
        let rows = officer.get(&t, row["figures"][1]["url"].as_str().unwrap()).await.text();
        assert!(rows.contains("825"), "{rows}");
        assert_eq!(officer.get(&t, path).await.json()["total"], answer["total"], "by cookie too");
        assert_eq!(t.get(path).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(other.get(&t, &format!("{path}&unit={commune}")).await.status, StatusCode::NOT_FOUND);
        for bad in ["period=x", "by=x", "units=x", "indicators=x", "unknown=1"] {
            let answer = ask(&format!("/api/v1/numbers?{bad}")).await;
            assert!(answer.status.is_client_error(), "{bad}: {}", answer.status);
        }
        assert_eq!(
            ask("/api/v1/numbers?period=2026&units=then").await.json()["units_on"],
            serde_json::Value::Null
        );

        // A printed code opens the aggregates to whoever holds the paper.
        let question = Question {
            unit: province,
            period: Period::year(2026),
            units: Units::AsOn(t.app.today()),
            by: By::Whole,
        };
        let read = numbers::read_to_freeze(&t.app, &question).await.unwrap();
        let mut tx = t.app.db.begin().await.unwrap();
        let id = numbers::freeze(&mut tx, &t.app, officer.account, 1, &read).await.unwrap();
        tx.commit().await.unwrap();
        let code = numbers::get_freeze(&t.app.db, id).await.unwrap().code;
        let printed = t.get(&format!("/api/v1/numbers/{code}")).await.json();
        let talks = printed["figures"].as_array().unwrap().iter().find(|f| f["code"] == "talks").unwrap();
        assert_eq!(talks["total"], 3, "{printed}");
        // Trying codes is throttled, for everybody together.
        let tries = 0..200;
        let mut refused = 0;
        for n in tries {
            let code = format!("{n:016}");
            match t.get(&format!("/api/v1/numbers/{code}")).await.status {
                StatusCode::TOO_MANY_REQUESTS => refused += 1,
                status => assert_eq!(status, StatusCode::NOT_FOUND),
            }
        }
        assert!(refused > 100, "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_form_that_freezes_sent_twice_at_once_freezes_once() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2024-01-01").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(province), "2024-01-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        let freeze = async |form: &[(&str, &str)]| officer.post(&t, "/so-lieu/chot", form).await;
        // What would be frozen stands on a page before it is: whose, for when, on which tree, in the report's order.
        let table = officer.get(&t, "/so-lieu?ky=2026").await.text();
        let link = table.split("href=\"/so-lieu/chot?").nth(1).unwrap().split('"').next().unwrap();
        let page = officer.get(&t, &format!("/so-lieu/chot?{}", link.replace("&amp;", "&"))).await.text();
        for shown in
            ["Xã Bến Lức", "năm 2026 (01/01/2026 – 31/12/2026)", "Đến hết ngày 31/12/2026", "địa giới"]
        {
            assert!(page.contains(shown), "{shown} in {page}");
        }
        let names = |page: &str| -> Vec<String> {
            let rows = page.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
            rows.split("<th scope=\"row\">")
                .skip(1)
                .map(|r| r.split('<').next().unwrap().to_owned())
                .collect()
        };
        let year = Period::year(2026);
        let order: Vec<_> = numbers::indicators(year.from, year.to)
            .iter()
            .map(|i| i.titled(lantoa::i18n::Lang::Vi).into_owned())
            .collect();
        assert_eq!(names(&page), order);
        let english = officer.get(&t, &format!("/en/so-lieu/chot?don-vi={commune}")).await.text();
        assert!(english.contains("Freeze these figures") && !english.contains('⟦'), "{english}");
        let once = page.split("name=\"lan\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let unit = commune.to_string();
        let form = [("lan", once), ("don-vi", &unit), ("ky", "2026"), ("cay", "nay")];
        // One of the rows is moved out of the period later, one within it.
        let mut tx = t.app.db.begin().await.unwrap();
        let out = activities::insert(&mut tx, &t.app, None, 1, &talk(commune, 20)).await.unwrap();
        let within = activities::insert(&mut tx, &t.app, None, 1, &talk(commune, 20)).await.unwrap();
        tx.commit().await.unwrap();
        t.app.clock.set(t.app.now() + std::time::Duration::from_secs(60));
        let (a, b) = tokio::join!(freeze(&form), freeze(&form));
        assert_eq!((a.status, b.status), (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER), "{}", b.text());
        assert_eq!(a.location(), b.location());
        assert_eq!(freeze(&form).await.location(), a.location(), "once more, later");
        let otherwise = [form[0], form[1], ("ky", "2026-H1"), form[3]];
        assert_eq!(freeze(&otherwise).await.status, StatusCode::CONFLICT, "that form froze another period");
        assert_eq!(numbers::list_freezes(&t.app.db, commune).await.unwrap().len(), 1);
        assert_eq!(names(&officer.get(&t, a.location()).await.text()), order);
        let again = officer.get(&t, "/so-lieu/chot?ky=2026").await.text();
        assert!(again.contains("Kỳ này đã chốt lúc"), "{again}");

        // All changes since are counted; a page lists some of them and leads to the others.
        t.app.clock.set(t.app.now() + std::time::Duration::from_secs(60));
        let mut tx = t.app.db.begin().await.unwrap();
        for _ in 0..201 {
            activities::insert(&mut tx, &t.app, None, 1, &talk(commune, 20)).await.unwrap();
        }
        tx.commit().await.unwrap();
        let first = officer.get(&t, a.location()).await.text();
        assert!(first.contains("Có 201 thay đổi; trang này liệt kê 200."), "{first}");
        let next = first.split("href=\"").find(|h| h.contains("?sau=")).unwrap().split('"').next().unwrap();
        let second = officer.get(&t, next).await.text();
        assert!(second.contains("Có 201 thay đổi; trang này liệt kê 1."), "{second}");
        let changes = |page: &str| -> BTreeSet<String> {
            let links = page.split("href=\"/hoat-dong/").skip(1);
            links.map(|l| l.split('"').next().unwrap().to_owned()).collect()
        };
        assert_eq!(changes(&first).union(&changes(&second)).count(), 201);
        assert_eq!(officer.get(&t, &format!("{}?sau=x", a.location())).await.status, StatusCode::NOT_FOUND);
        let rows =
            format!("/so-lieu/dong?ky=2026&chi-tieu=talks&chot={}", a.location().rsplit('/').next().unwrap());
        let rows = officer.get(&t, &rows).await.text();
        assert!(
            rows.contains("Từ đó có 201 dòng") && rows.contains("Xem mọi thay đổi sau khi chốt"),
            "{rows}"
        );

        // So is a row that has left the period: once, wherever it stands today.
        t.app.clock.set(t.app.now() + std::time::Duration::from_secs(60));
        for (id, day) in [(out, "2025-03-01"), (within, "2026-03-02")] {
            let before = activities::get(&t.app.db, id).await.unwrap();
            let content = activities::Content {
                day: day.parse().unwrap(),
                title: "Dời ngày".into(),
                ..before.content.clone()
            };
            let mut tx = t.app.db.begin().await.unwrap();
            activities::update(&mut tx, &t.app, None, &before, &content).await.unwrap();
            tx.commit().await.unwrap();
        }
        let first = officer.get(&t, a.location()).await.text();
        assert!(first.contains("Có 203 thay đổi; trang này liệt kê 200."), "{first}");
        for moved in [out, within] {
            assert!(first.contains(&format!("href=\"{}\"", activities::page(moved))), "{first}");
        }
        let next = first.split("href=\"").find(|h| h.contains("?sau=")).unwrap().split('"').next().unwrap();
        let second = officer.get(&t, next).await.text();
        assert_eq!((changes(&first).len(), changes(&second).len()), (200, 3));
        assert_eq!(changes(&first).union(&changes(&second)).count(), 203);

        // The page opened anew freezes anew; another's form opens nothing.
        let anew = t.app.new_id().to_string();
        let again = freeze(&[("lan", &anew), ("don-vi", &unit), ("ky", "2026")]).await;
        assert_ne!(again.location(), a.location());
        let other = t.person(Role::CommuneOfficer, commune).await;
        assert_eq!(other.post(&t, "/so-lieu/chot", &form).await.status, StatusCode::NOT_FOUND);
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

#[tokio::test]
async fn the_description_names_every_route_for_programs_and_no_other() {
    let description: serde_json::Value = serde_json::from_str(lantoa::web::openapi::DESCRIPTION).unwrap();
    let mut described = BTreeSet::new();
    for (path, acts) in description["paths"].as_object().unwrap() {
        for (method, act) in acts.as_object().unwrap() {
            let open = act["security"].as_array().unwrap().is_empty();
            described.insert((method.to_uppercase(), path.clone(), open));
        }
    }
    let routes: BTreeSet<(String, String, bool)> = lantoa::routes()
        .list
        .iter()
        .filter(|r| r.path.starts_with("/api/v1/"))
        .map(|r| (r.method.to_string(), r.path.to_owned(), r.who != Who::SignedIn))
        .collect();
    assert_eq!(described, routes);
    // Every reference leads somewhere.
    let text = lantoa::web::openapi::DESCRIPTION;
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(description["components"]["schemas"].get(name).is_some(), "{name}");
    }
    on_every_engine(async |t| {
        let served = t.get("/api/openapi.json").await;
        assert_eq!((served.status, served.json()["openapi"].as_str()), (StatusCode::OK, Some("3.1.0")));
    })
    .await;
}
