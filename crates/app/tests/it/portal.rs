//! The public pages: the same for everybody, from memory, without cookies; units by name; feeds.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use lantoa::web::Who;

use crate::content::{Place, content, law, place, publish};
use crate::support::{Answer, TestApp, on_every_engine};

/// An address of a route: with values that exist where the test has made some.
fn addresses(p: &Place, slug: &str, path: &str) -> Vec<String> {
    let mut addresses = vec![path.to_owned()];
    let values: [(&str, Vec<String>); 6] = [
        ("{place}", vec!["xa-ben-luc".into(), p.commune.to_string(), "khong-co".into()]),
        ("/tin/{slug}", vec![format!("/tin/{slug}"), "/tin/khong-co".into()]),
        ("{slug}", vec!["91-2099-qh99".into()]),
        ("{law}", vec!["91-2099-qh99".into()]),
        ("{*path}", vec!["dieu-3".into(), "khong-co".into()]),
        ("{id}", vec![p.commune.to_string(), p.law.to_string()]),
    ];
    for (name, known) in values {
        let filled = |a: &String| known.iter().map(|v| a.replace(name, v)).collect::<Vec<_>>();
        addresses = addresses
            .iter()
            .flat_map(|a| if a.contains(name) { filled(a) } else { vec![a.clone()] })
            .collect();
    }
    addresses
}

async fn get_with(t: &TestApp, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    t.send(request.body(Body::empty()).expect("request")).await
}

/// Promise H4: every public route answers a stranger and a signed-in person alike, byte for byte, and sets no
/// cookie. In a debug build a handler that asks who is there panics, which shows here as a 500.
#[tokio::test]
async fn public_pages_are_the_same_for_everybody() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let (_, slug) = publish(&t, &p, &content(p.commune, p.law, "Mượn sách")).await;
        let routes = lantoa::routes().list;
        let public: Vec<_> = routes.iter().filter(|r| r.who == Who::Public).collect();
        assert!(public.iter().any(|r| r.path == "/tin/{slug}") && public.len() >= 10, "{public:?}");
        let cookie = format!("{}={}; lantoa-may=abc", lantoa::signin::COOKIE, p.officer.cookie);
        p.officer.post(&t, "/luat/theo-doi", &[("question", "mượn sách")]).await;
        let watched = p.officer.get(&t, "/luat/theo-doi").await.text();
        let feed = watched.split("\"/theo-doi/").nth(1).and_then(|w| w.split('/').next()).unwrap();
        let mut answered = 0;
        for route in public {
            for address in addresses(&p, &slug, route.path) {
                let address = address.replace("{feed}", feed);
                assert!(!address.contains('{'), "{address}: give the test a value for it");
                for prefix in ["", "/en"] {
                    let path = format!("{prefix}{address}");
                    let asked = |headers: &'static [(&str, &str)]| {
                        t.app.pages.forget();
                        get_with(&t, &path, headers)
                    };
                    let stranger = asked(&[]).await;
                    t.app.pages.forget();
                    let known = get_with(&t, &path, &[("cookie", &cookie)]).await;
                    let program = asked(&[("authorization", "Bearer x"), ("user-agent", "x")]).await;
                    assert!(stranger.status.as_u16() < 500, "{path}: {}", stranger.text());
                    for other in [&known, &program] {
                        assert_eq!(stranger.status, other.status, "{path}");
                        assert!(stranger.body == other.body, "{path} depends on who asks");
                        assert_eq!(
                            stranger.headers.get(header::ETAG),
                            other.headers.get(header::ETAG),
                            "{path}"
                        );
                    }
                    for answer in [&stranger, &known, &program] {
                        assert!(!answer.headers.contains_key(header::SET_COOKIE), "{path} sets a cookie");
                        assert!(!answer.text().contains('⟦'), "{path}: {}", answer.text());
                    }
                    if stranger.status == StatusCode::OK {
                        answered += 1;
                        let control = stranger.headers.get(header::CACHE_CONTROL).unwrap().to_str().unwrap();
                        assert!(control.contains("public"), "{path}: {control}");
                        // Kept, and known again.
                        let tag = stranger.headers.get(header::ETAG).unwrap().to_str().unwrap().to_owned();
                        let again = get_with(&t, &path, &[("if-none-match", &tag)]).await;
                        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
                        assert!(again.body.is_empty());
                    }
                }
            }
        }
        assert!(answered >= 20, "{answered} public addresses answered");
    })
    .await;
}

#[tokio::test]
async fn an_empty_installation_has_a_public_page() {
    on_every_engine(async |t| {
        for path in ["/", "/en", "/tin", "/dia-phuong", "/tin.atom", "/sitemap.xml", "/robots.txt"] {
            let answer = t.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
            assert!(!answer.text().contains('⟦'), "{}", answer.text());
        }
        let page = t.get("/").await.text();
        assert!(
            page.contains("action=\"/hoi\"") && !page.contains("/hoi?q="),
            "an example that finds nothing: {page}"
        );
        assert!(!page.contains("<script"), "it works without script");
        assert!(t.get("/en").await.text().contains("The law for everyone"));
        for path in ["/dia-phuong/khong-co", "/tin/khong-co", "/dia-phuong/khong-co/tin.atom"] {
            assert_eq!(t.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_changes_is_public_at_once() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        assert!(!t.get("/").await.text().contains("Mượn sách ở ấp"));
        let home = t.get("/").await.text();
        assert!(home.contains("Luật Mượn sách ở cơ sở") && home.contains("từ 01/10/2026"), "{home}");
        let (id, slug) = publish(&t, &p, &content(p.commune, p.law, "Mượn sách ở ấp")).await;
        // The law's line leads to the words about it.
        let home = t.get("/").await.text();
        assert!(home.contains(&format!("href=\"/tin/{slug}\"")) && home.contains("Nói dễ hiểu"), "{home}");
        let version = content_version(&t, id).await;
        let path = lantoa::features::content::page(id);
        let withdrawal = [("version", version.as_str()), ("notice", "Nhầm")];
        p.leader.post(&t, &format!("{path}/rut"), &withdrawal).await;
        assert!(!t.get("/").await.text().contains("Mượn sách ở ấp"));
        assert_eq!(t.get(&format!("/tin/{slug}")).await.status, StatusCode::GONE);
    })
    .await;
}

async fn content_version(t: &TestApp, id: store::RecordId) -> String {
    lantoa::features::content::get(&t.app.db, id).await.unwrap().version.to_string()
}

#[tokio::test]
async fn units_open_by_name_by_id_and_after_they_are_gone() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        let elsewhere = t.unit("Tỉnh Đồng Tháp", "province", None, "2025-07-01").await;
        let twin = t.unit("Xã Mỹ Yên", "commune", Some(elsewhere), "2025-07-01").await;
        let open = async |path: &str| {
            let answer = t.get(path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
            answer.text()
        };
        assert!(open("/dia-phuong/xa-ben-luc").await.contains("<h1>Xã Bến Lức</h1>"));
        assert!(open(&format!("/dia-phuong/{}", p.commune)).await.contains("<h1>Xã Bến Lức</h1>"));
        // Two of one name: a choice, and a longer address for each.
        let several = open("/dia-phuong/xa-my-yen").await;
        for path in ["/dia-phuong/xa-my-yen-tinh-tay-ninh", "/dia-phuong/xa-my-yen-tinh-dong-thap"] {
            assert!(several.contains(path), "{path} in {several}");
            assert!(open(path).await.contains("<h1>Xã Mỹ Yên</h1>"));
        }
        assert!(open("/dia-phuong?q=my+yen").await.contains("xa-my-yen-tinh-dong-thap"));
        assert!(open("/dia-phuong?q=khong+dau+ca").await.contains("Không tìm thấy"));
        // A unit's own feed holds its own news.
        publish(&t, &p, &content(p.commune, p.law, "Tin Bến Lức")).await;
        assert!(open("/dia-phuong/xa-ben-luc/tin.atom").await.contains("Tin Bến Lức"));
        assert!(open("/dia-phuong/tinh-tay-ninh/tin.atom").await.contains("Tin Bến Lức"));
        assert!(!open(&format!("/dia-phuong/{twin}/tin.atom")).await.contains("Tin Bến Lức"));
        assert!(open("/dia-phuong/tinh-tay-ninh").await.contains("Tin Bến Lức"));
        assert!(!open("/dia-phuong/xa-my-yen-tinh-tay-ninh/tin.atom").await.contains("Tin Bến Lức"));
        // A law of one place is not everybody's.
        law(&t, "95/2099/QH99", "Riêng Bến Lức", "2026-11-01", vec![p.commune]).await;
        t.app.pages.forget();
        assert!(open("/dia-phuong/xa-ben-luc").await.contains("Riêng Bến Lức"));
        assert!(!open("/dia-phuong/xa-my-yen-tinh-tay-ninh").await.contains("Riêng Bến Lức"));
        assert!(!open("/").await.contains("Riêng Bến Lức"));
        // Gone into another: its page still opens and says where it went.
        let old = t.app.new_id();
        let mut tx = t.app.db.begin().await.unwrap();
        lantoa::features::orgs::insert_unit(&mut tx, old, 1).await.unwrap();
        let mut version = lantoa::features::orgs::NewVersion::new(old, "1990-01-01".parse().unwrap());
        version.valid_until = "2025-07-01".parse().ok();
        version.name = "Xã Thanh Phú".into();
        version.level = "commune".into();
        version.parent_id = Some(p.province);
        lantoa::features::orgs::insert_version(&mut tx, &version).await.unwrap();
        lantoa::features::orgs::tree_changed(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        for path in [format!("/dia-phuong/{old}"), "/dia-phuong/xa-thanh-phu".into()] {
            let page = open(&path).await;
            assert!(page.contains("Xã Thanh Phú không còn là một đơn vị riêng"), "{page}");
            assert!(page.contains("/dia-phuong/tinh-tay-ninh"), "{page}");
        }
    })
    .await;
}

#[tokio::test]
async fn news_goes_on_page_by_page() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        for n in 0..27 {
            publish(&t, &p, &content(p.commune, p.law, &format!("Bài số {n:02}."))).await;
        }
        let first = t.get("/tin").await.text();
        assert_eq!(first.matches("Bài số").count(), 25, "{first}");
        let next = first.split_once("rel=\"next\" href=\"").unwrap().1;
        let next = next[..next.find('"').unwrap()].replace("&#38;", "&");
        let second = t.get(&next).await.text();
        assert_eq!(second.matches("Bài số").count(), 2, "{second}");
        let of_unit = t.get(&format!("/tin?don-vi={}", p.sibling)).await.text();
        assert!(!of_unit.contains("Bài số") && of_unit.contains("Xã Mỹ Yên"), "{of_unit}");
        for odd in ["/tin?sau=x", "/tin?sau=9_9", "/tin?don-vi=x", "/tin?sau=99999999999999999999_00"] {
            assert_eq!(t.get(odd).await.status, StatusCode::OK, "{odd}");
        }
        let map = t.get("/sitemap.xml").await.text();
        assert!(map.contains("<loc>http://127.0.0.1:8080/van-ban/91-2099-qh99</loc>"), "{map}");
        assert!(map.matches("/tin/").count() == 27, "{map}");
    })
    .await;
}

#[tokio::test]
async fn one_article_of_many_communes_is_one_line() {
    on_every_engine(async |t| {
        let p = place(&t).await;
        for unit in [p.commune, p.sibling] {
            publish(&t, &p, &content(unit, p.law, "Mượn sách: những điều cần biết")).await;
        }
        let mut again = content(p.commune, p.law, "Mượn sách: những điều cần biết");
        again.body.insert(0, again.body[0].clone());
        again.body[0].text = "Mượn sách (số 91/2099/QH99) do Quốc hội ban hành.".into();
        publish(&t, &p, &again).await;
        publish(&t, &p, &content(p.sibling, p.law, "Trả sách")).await;
        for path in ["/", "/tin", "/dia-phuong/tinh-tay-ninh"] {
            let page = t.get(path).await.text();
            let page = page.split_once("class=\"cards news\"").unwrap_or_else(|| panic!("{path}: {page}")).1;
            let page = page.split("</section>").next().unwrap();
            assert_eq!(page.matches("/tin/muon-sach").count(), 2, "{path}: {page}");
            assert!(page.contains("Bài này có ở 2 nơi") && page.contains("Xã Mỹ Yên"), "{path}: {page}");
            assert!(
                page.contains("Từ nay ai cũng mượn được sách") && !page.contains("(số 91/2099/QH99)"),
                "{page}"
            );
            assert_eq!(page.matches("Trả sách").count(), 1, "{path}: {page}");
        }
        // The law's page, for everybody and inside.
        let page = t.get("/van-ban/91-2099-qh99").await.text();
        assert!(page.contains("ở 2 nơi") && page.contains("Trả sách</a> · Xã Mỹ Yên"), "{page}");
        let above = t.person(lantoa::access::Role::ProvincialOfficer, p.province).await;
        assert!(above.get(&t, &format!("/luat/{}", p.law)).await.text().contains("ở 2 nơi"));
    })
    .await;
}

#[tokio::test]
async fn a_question_that_nothing_answers_is_told_so() {
    on_every_engine(async |t| {
        place(&t).await;
        assert!(!t.get("/hoi").await.text().contains("Ví dụ:"), "no example that finds nothing yet");
        t.app.index.catch_up(&t.app.db).await.unwrap();
        t.app.pages.forget();
        let ask = async |q: &str| t.get(&format!("/hoi?q={}", lantoa::web::form_urlencoded(q))).await.text();
        let page = ask("karaoke ban đêm").await;
        assert!(page.contains("Chưa có điều luật nào khớp") && page.contains("href=\"/van-ban\""), "{page}");
        let page = ask("nghỉ thai sản ở nhà văn hóa").await;
        assert!(page.contains("Chưa có điều luật nào khớp") && !page.contains(">Điều luật</h2>"), "{page}");
        let page = ask("nđ 30/2020 điều 8").await;
        assert!(page.contains("Ở đây chưa có văn bản số 30/2020"), "{page}");
        for fitting in ["mượn sách có mất tiền không", "muon sach mat tien", "91/2099/QH99"] {
            let page = ask(fitting).await;
            assert!(
                !page.contains("Chưa có điều luật nào khớp") && page.contains(">Điều luật</h2>"),
                "{page}"
            );
        }
        // Programs get what is nearest, as before.
        let items = t.get("/api/v1/articles?q=giu+sach+karaoke").await.json();
        assert!(!items["items"].as_array().unwrap().is_empty());
        // The examples find what they promise, wherever they stand.
        for path in ["/", "/hoi", "/dia-phuong/xa-ben-luc", "/hoi?q=karaoke"] {
            let page = t.get(path).await.text();
            let hint = page.split_once("Ví dụ:").unwrap_or_else(|| panic!("no example at {path}: {page}")).1;
            let links: Vec<&str> = hint.split("</p>").next().unwrap().split("href=\"").skip(1).collect();
            assert_eq!(links.len(), 3, "{path}: {hint}");
            for link in links {
                let link = link.split('"').next().unwrap().replace("&#38;", "&");
                let page = t.get(&link).await.text();
                assert!(
                    !page.contains("khớp với") && page.contains("/van-ban/91-2099-qh99"),
                    "{link}: {page}"
                );
            }
        }
        assert!(!t.get("/en/hoi?q=karaoke").await.text().contains('⟦'));
    })
    .await;
}
