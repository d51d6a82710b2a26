//! The registry of laws: saving, finding, relations both ways, import, addresses, search, who may.

use axum::http::{StatusCode, header};
use lantoa::access::Role;
use lantoa::features::laws::{self, By, NewLaw, NewRelation, Relation, Saved, Status, bulk, index::LawIndex};
use store::Id;

use crate::support::{Person, TestApp, on_every_engine, shared};
use crate::understood::version_of;

/// A plain text in authentic form, of a law that cannot exist.
pub const LAW: &str = "QUỐC HỘI
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
Luật số: 90/2099/QH99
Hà Nội, ngày 20 tháng 6 năm 2026

LUẬT
GÌN GIỮ BẾN NƯỚC

Căn cứ Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam;
Quốc hội ban hành Luật Gìn giữ bến nước.

Chương I
QUY ĐỊNH CHUNG

Điều 1. Phạm vi điều chỉnh
Luật này quy định việc gìn giữ bến nước công cộng.

Điều 2. Giải thích từ ngữ
Trong Luật này, các từ ngữ dưới đây được hiểu như sau:
1. Bến nước là nơi người dân lấy nước, neo đậu ghe xuồng.
2. Người giữ bến là người được ấp, khu phố cử ra.

Chương II
TRÁCH NHIỆM

Điều 3. Trách nhiệm của người giữ bến
1. Người giữ bến có trách nhiệm:
a) Giữ bến sạch sẽ;
b) Nhắc nhở người neo đậu sai chỗ;
đ) Báo Ủy ban nhân dân cấp xã khi bến hư hỏng.
2. Người giữ bến được hưởng thù lao.

Điều 4. Hiệu lực thi hành
Luật này có hiệu lực thi hành từ ngày 01 tháng 01 năm 2027.

CHỦ TỊCH QUỐC HỘI
";

async fn save(t: &TestApp, new: &NewLaw) -> (Saved, Vec<laws::Problem>) {
    let mut tx = t.app.db.begin().await.expect("begin");
    let saved = laws::insert(&mut tx, &t.app, &By::INSTALLATION, new).await.expect("saved");
    tx.commit().await.expect("commit");
    saved
}

fn short(
    number: &str,
    kind: &str,
    title: &str,
    issuer: &str,
    issued: &str,
    on: &[(Relation, &str)],
) -> NewLaw {
    let relation = |(relation, number): &(Relation, &str)| NewRelation::stated(*relation, *number);
    NewLaw {
        number: number.into(),
        kind: kind.into(),
        title: title.into(),
        issuer: issuer.into(),
        issued: issued.parse().ok(),
        relations: on.iter().map(relation).collect(),
        ..NewLaw::default()
    }
}

#[tokio::test]
async fn the_chain_from_a_directive_reads_both_ways() {
    on_every_engine(async |t| {
        let directive = short("32-CT/TW", "Chỉ thị", "", "Ban Bí thư", "2003-12-09", &[]);
        let conclusion = short(
            "80-KL/TW",
            "Kết luận",
            "",
            "Ban Bí thư",
            "2020-06-20",
            &[(Relation::CarriesOut, "32-CT/TW")],
        );
        let decision = short(
            "1521/QĐ-TTg",
            "Quyết định",
            "",
            "Thủ tướng",
            "2020-10-06",
            &[(Relation::CarriesOut, "80-KL/TW")],
        );
        let local = short(
            "4402/QĐ-UBND",
            "Quyết định",
            "",
            "Ủy ban nhân dân tỉnh Long An",
            "2020-11-30",
            &[(Relation::CarriesOut, "1521/QĐ-TTg")],
        );
        // The later ones first: a relation waits for the document it names.
        let mut ids = Vec::new();
        for new in [&local, &decision, &conclusion, &directive] {
            ids.push(save(&t, new).await.0.id());
        }
        let db = &t.app.db;
        let numbers = |steps: &[laws::Step]| steps.iter().map(|s| s.law.number.clone()).collect::<Vec<_>>();
        let chain = laws::chain(db, ids[0]).await.unwrap();
        assert_eq!(numbers(&chain.up), ["32-CT/TW", "80-KL/TW", "1521/QĐ-TTg"]);
        assert!(chain.down.is_empty());
        let chain = laws::chain(db, ids[3]).await.unwrap();
        assert!(chain.up.is_empty());
        assert_eq!(numbers(&chain.down), ["80-KL/TW", "1521/QĐ-TTg", "4402/QĐ-UBND"]);
        let chain = laws::chain(db, ids[1]).await.unwrap();
        assert_eq!(numbers(&chain.up), ["32-CT/TW", "80-KL/TW"]);
        assert_eq!(numbers(&chain.down), ["4402/QĐ-UBND"]);
        // Papers that are not normative documents take effect with their issue.
        let law = laws::find_by_number(db, "32-ct/tw").await.unwrap().unwrap();
        assert_eq!((law.slug.as_str(), law.status(t.app.today())), ("32-ct-tw-2003", Status::InForce));
        assert_eq!(laws::get(db, ids[0]).await.unwrap().slug, "tinh-long-an-4402-qd-ubnd-2020");
    })
    .await;
}

#[tokio::test]
async fn a_law_is_saved_once_and_keeps_its_addresses() {
    on_every_engine(async |t| {
        let text = lawtext::read(lawtext::Format::Text, LAW.as_bytes()).unwrap();
        let (mut new, _) = NewLaw::of(&lawtext::parse(&text), "ben-nuoc.txt");
        new.audiences = vec!["people".into()];
        new.news = vec!["Mỗi bến nước có người giữ.".into()];
        let (saved, problems) = save(&t, &new).await;
        assert!(matches!(saved, Saved::New(_)) && problems.is_empty(), "{problems:?}");
        let db = &t.app.db;
        let law = laws::find_by_slug(db, "90-2099-qh99").await.unwrap().unwrap();
        assert_eq!(law.name(), "Luật Gìn giữ bến nước");
        assert_eq!(law.effective, "2027-01-01".parse().ok());
        assert_eq!(law.status(t.app.today()), Status::NotYet);
        let articles = laws::articles(db, law.id).await.unwrap();
        let labels: Vec<&str> = articles.iter().map(|a| a.label.as_str()).collect();
        assert_eq!(labels, ["1", "2", "3", "4"]);
        assert_eq!(articles[2].cited_as, "90/2099/qh99+3");
        assert!(articles[2].text.contains("Giữ bến sạch sẽ"), "{}", articles[2].text);
        for path in ["dieu-3", "dieu-3/khoan-1", "dieu-3/khoan-1/diem-dd"] {
            let found = laws::article(db, law.id, path).await.unwrap();
            assert_eq!(found.map(|a| a.path).as_deref(), Some("dieu-3"), "{path}");
        }
        // Again: nothing changes. Another text: the same addresses.
        assert_eq!(save(&t, &new).await.0, Saved::Same(law.id));
        let mut other = new.clone();
        other.nodes.iter_mut().filter(|n| n.label == "1").for_each(|n| n.text = "Sửa.".into());
        assert_eq!(save(&t, &other).await.0, Saved::Changed(law.id));
        assert!(laws::article(db, law.id, "dieu-3/khoan-2").await.unwrap().is_some());
        // Another document with the same number does not take the address.
        let stranger = short("90/2099/QH99", "Nghị quyết", "Về việc khác", "Quốc hội", "2026-07-01", &[]);
        let (saved, problems) = save(&t, &stranger).await;
        assert!(matches!(saved, Saved::New(_)));
        assert_eq!(problems[0].code, "address-in-use");
        assert_eq!(save(&t, &stranger).await.0, Saved::Same(saved.id()));
        // What a law board asks.
        let coming =
            laws::in_force_from(db, "2026-12-01".parse().unwrap(), "2027-01-31".parse().unwrap()).await;
        let coming = coming.unwrap();
        assert_eq!(coming.len(), 1);
        assert_eq!((coming[0].audiences[0].as_str(), coming[0].law.news().count()), ("people", 1));
        assert_eq!(laws::choose::newest(db, 100).await.unwrap().len(), 2);
        assert_eq!(laws::title(db, law.id).await.unwrap(), "90/2099/QH99 Luật Gìn giữ bến nước");
        assert_eq!(laws::title(db, Id([9; 16])).await.unwrap(), Id([9; 16]).to_string());
        assert_eq!(lantoa::audit::verify(db).await.unwrap().1, vec![]);
    })
    .await;
}

/// A decision of a commune as our own press prints it.
fn paper() -> press::Document {
    let paragraph = |text: &str| press::Block::Paragraph(vec![press::Run::text(text)]);
    press::Document {
        parent_agency: None,
        agency: "Ủy ban nhân dân xã Bến Lức".into(),
        number: Some("98".into()),
        symbol: "QĐ-UBND".into(),
        place: "Bến Lức".into(),
        date: "2026-10-05".parse().ok(),
        kind: "Quyết định".into(),
        about: "Về việc giữ gìn bến nước ấp 2".into(),
        issuer: Some("Chủ tịch Ủy ban nhân dân xã Bến Lức".into()),
        bases: vec![vec![press::Run::text(
            "Căn cứ Luật Gìn giữ bến nước số 90/2099/QH99 ngày 20 tháng 6 năm 2026",
        )]],
        enacting: Some("QUYẾT ĐỊNH:".into()),
        blocks: vec![
            paragraph("Điều 1. Giao ấp 2 giữ bến nước số 7."),
            paragraph("Điều 2. Trưởng ấp 2 có trách nhiệm sau đây:"),
            paragraph("1. Cử người giữ bến."),
            paragraph("2. Báo cáo mỗi quý một lần."),
            paragraph("Điều 3. Quyết định này có hiệu lực kể từ ngày ký."),
        ],
        signature: press::Signature { authority: vec!["Chủ tịch".into()], name: None },
        recipients: vec!["Như Điều 3".into()],
        ..press::Document::default()
    }
}

async fn officer(t: &TestApp) -> Person {
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    let province = t.unit("Tỉnh Tây Ninh", "province", Some(nation), "2025-07-01").await;
    t.person(Role::ProvincialOfficer, province).await
}

/// The value that the page has in a text field.
fn typed(page: &str, name: &str) -> String {
    let at = page.find(&format!(" name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name} in {page}"));
    let tag = &page[at..at + page[at..].find('>').expect("a tag's end")];
    tag.split_once(" value=\"")
        .and_then(|(_, v)| v.split_once('"'))
        .map(|v| v.0.to_owned())
        .unwrap_or_default()
}

#[tokio::test]
async fn each_format_is_read_looked_at_and_saved() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let html = format!(
            "<html><body>{}</body></html>",
            LAW.lines().map(|l| format!("<p>{l}</p>")).collect::<String>().replace("90/2099", "89/2099")
        );
        let text = LAW.replace("90/2099", "87/2099");
        let (docx, pdf) = (press::docx(&paper()).unwrap(), press::pdf(&paper(), t.app.now()).unwrap());
        for (name, bytes, number, effective, articles) in [
            ("bến nước.txt", text.as_bytes(), "87/2099/QH99", "01/01/2027", 4),
            ("ben-nuoc.html", html.as_bytes(), "89/2099/QH99", "01/01/2027", 4),
            ("quyet-dinh.docx", &docx, "98/QĐ-UBND", "05/10/2026", 3),
            ("quyet-dinh.pdf", &pdf, "98/QĐ-UBND", "05/10/2026", 3),
        ] {
            let sent = person.upload(&t, "/luat/nhap", &[], ("file", name, bytes)).await;
            assert_eq!(sent.status, StatusCode::SEE_OTHER, "{name}: {}", sent.text());
            let review = sent.location().to_owned();
            let page = person.get(&t, &review).await.text();
            assert!(!page.contains('⟦'), "{page}");
            assert_eq!(typed(&page, "number"), number, "{name}: {page}");
            assert_eq!(typed(&page, "effective"), effective, "{name}");
            assert!(page.contains(&format!("{articles} điều")), "{name}: {page}");
            // Each fact may be corrected before saving.
            let pairs = [
                ("number", number),
                ("kind", "Luật"),
                ("title", name),
                ("issuer", "Quốc hội"),
                ("issued", "20/6/2026"),
                ("effective", "1/1/2027"),
                ("audience", "people"),
                ("news", "Bến nước dùng chung.\nCó người giữ bến."),
            ];
            // The same document in another format is replaced when a person has looked at what differs.
            let replaces =
                page.split("name=\"replaces\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
            let pairs = [&pairs[..], &[("replaces", replaces.unwrap_or_default())]].concat();
            let saved = person.post(&t, &review, &pairs).await;
            assert_eq!(saved.status, StatusCode::SEE_OTHER, "{name}: {}", saved.text());
            let page = person.get(&t, saved.location()).await.text();
            for part in
                [name, number, "Quốc hội", "20/06/2026", "Nhân dân", "Bến nước dùng chung.", "Cả nước"]
            {
                assert!(page.contains(part), "{name}: {part} in {page}");
            }
            // Sent again, it is the same.
            let sent = person.upload(&t, "/luat/nhap", &[], ("file", name, bytes)).await;
            let saved = person.post(&t, sent.location(), &pairs).await;
            if !name.ends_with(".pdf") {
                assert!(saved.location().ends_with("nhap=same"), "{name}: {}", saved.location());
            }
        }
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

#[tokio::test]
async fn files_that_cannot_be_read_are_refused_with_what_to_do() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let docx = press::docx(&paper()).unwrap();
        let pdf = press::pdf(&paper(), t.app.now()).unwrap();
        let large = vec![b'a'; t.app.config.upload_bytes + 1];
        // A tag with more attributes than any page has.
        let attributes = format!("<a {}>", "x=\"1\" ".repeat(200_000));
        for (name, bytes, sentence) in [
            ("ảnh.png", &b"\x89PNG\r\n"[..], "Tệp này không phải Word"),
            ("lon.txt", &large, "Tệp này quá lớn"),
            ("hong.docx", &docx[..docx.len() / 2], "Tệp này bị hỏng"),
            ("hong.pdf", &pdf[..pdf.len() / 3], "Tệp này"),
            ("hong.html", attributes.as_bytes(), "Tệp này"),
            ("cu.doc", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1xxxxxxxx", "Tệp Word đời cũ"),
            ("trong.txt", b"   \n  ", "Tệp này không có chữ"),
            ("rong.docx", b"", "rong.docx: Tệp này rỗng"),
        ] {
            let sent = person.upload(&t, "/luat/nhap", &[], ("file", name, bytes)).await;
            assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {}", sent.text());
            assert!(sent.text().contains(sentence), "{name}: {}", sent.text());
            assert!(!sent.text().contains('⟦'), "{name}");
        }
        let nothing = person.post(&t, "/luat/nhap", &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(laws::choose::newest(&t.app.db, 100).await.unwrap().is_empty());
    })
    .await;
}

async fn enter(t: &TestApp, text: &str) -> Id {
    let text = lawtext::read(lawtext::Format::Text, text.as_bytes()).unwrap();
    save(t, &NewLaw::of(&lawtext::parse(&text), "thử.txt").0).await.0.id()
}

#[tokio::test]
async fn the_reader_shows_every_part_at_its_address_without_a_cookie() {
    on_every_engine(async |t| {
        let law = enter(&t, LAW).await;
        let whole = t.get("/van-ban/90-2099-qh99").await;
        assert_eq!(whole.status, StatusCode::OK, "{}", whole.text());
        assert!(whole.headers.get(header::SET_COOKIE).is_none());
        let page = whole.text();
        for part in
            ["Luật Gìn giữ bến nước", "Chưa có hiệu lực", "Mục lục", "Báo Ủy ban nhân dân cấp xã", "#dieu-3"]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains('⟦'), "{page}");
        // Every node resolves.
        let mut paths: Vec<String> = Vec::new();
        fn walk(blocks: &[laws::Block], paths: &mut Vec<String>) {
            for b in blocks {
                paths.extend(b.path.clone());
                walk(&b.children, paths);
            }
        }
        for node in laws::nodes(&t.app.db, law).await.unwrap() {
            paths.extend(node.path.clone());
            walk(&node.content, &mut paths);
        }
        assert!(paths.len() >= 13, "{paths:?}");
        for path in &paths {
            let answer = t.get(&format!("/van-ban/90-2099-qh99/{path}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
        }
        let page = t.get("/van-ban/90-2099-qh99/dieu-3/khoan-1/diem-dd").await.text();
        assert!(page.contains("<h1>Điều 3. Trách nhiệm của người giữ bến</h1>"), "{page}");
        assert!(page.contains("class=\"point marked\" id=\"dieu-3.khoan-1.diem-dd\""), "{page}");
        assert!(page.contains("Điều 2. Giải thích từ ngữ") && page.contains("Chương II"), "{page}");
        let page = t.get("/en/van-ban/90-2099-qh99/dieu-3").await.text();
        assert!(page.contains("/en/van-ban/90-2099-qh99/dieu-3/khoan-2") && !page.contains('⟦'), "{page}");
        // What is not there is said, with what is: the same to everybody.
        let law = "href=\"/van-ban/90-2099-qh99\">Toàn văn Luật 90/2099/QH99";
        for (missing, says, link) in [
            ("90-2099-qh99/dieu-9", "Ở đây Luật 90/2099/QH99 có 4 điều, không có Điều 9.", law),
            ("90-2099-qh99/dieu-9", "Mục lục", "href=\"/van-ban/90-2099-qh99/dieu-1\""),
            (
                "90-2099-qh99/dieu-3/khoan-9",
                "khoản, không có khoản 9.",
                "<li><a href=\"/van-ban/90-2099-qh99/dieu-3\">Điều 3.",
            ),
            (
                "90-2099-qh99/dieu-3/khoan-1/diem-x",
                "Khoản 1 Điều 3 của Luật 90/2099/QH99 không có điểm x.",
                law,
            ),
            ("90-2099-qh99/dieu-tra-ngay-so-nay", "Trong Luật 90/2099/QH99 không có mục nào", law),
            ("90-2099-qh99/chuong-99", "Trong Luật 90/2099/QH99 không có mục nào", law),
            ("35-2099-qh99", "Chưa có văn bản này", "href=\"/hoi?q=35/2099/QH99\">Tìm “35/2099/QH99”"),
            ("luat-dat-dai/dieu-2", "Chưa có văn bản này", "href=\"/van-ban\">Xem tất cả văn bản"),
        ] {
            let answer = t.get(&format!("/van-ban/{missing}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{missing}");
            let page = answer.text();
            assert!(page.contains(says) && page.contains(link), "{missing}: {page}");
            let english = t.get(&format!("/en/van-ban/{missing}")).await;
            assert!(english.status == StatusCode::NOT_FOUND && !english.text().contains('⟦'));
        }
        let list = t.get("/van-ban?q=ben+nuoc&hieu-luc=not-yet&loai=Lu%E1%BA%ADt&nam=2026").await.text();
        assert!(list.contains("/van-ban/90-2099-qh99") && !list.contains('⟦'), "{list}");
        assert!(!t.get("/van-ban?hieu-luc=ended").await.text().contains("/van-ban/90-2099-qh99"));
        assert!(!t.get("/en/van-ban").await.text().contains('⟦'));
    })
    .await;
}

#[tokio::test]
async fn a_saved_article_is_found_with_marks_without_and_by_number() {
    on_every_engine(async |t| {
        enter(&t, LAW).await;
        let follower = tokio::spawn(laws::index::follow(t.app.clone()));
        t.app.index.wake();
        let ask = async |q: &str| {
            let path = format!("/api/v1/articles?limit=5&q={}", lantoa::web::form_urlencoded(q));
            let answer = t.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            answer.json()["items"].as_array().expect("items").clone()
        };
        // Within a second; the page of a moment ago is not asked again.
        let mut waited = 0;
        while ask(&format!("người giữ bến hưởng thù lao {}", " ".repeat(waited))).await.is_empty()
        {
            waited += 1;
            assert!(waited < 100, "not found within a second");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        follower.abort();
        for q in [
            "trách nhiệm của người giữ bến",
            "trach nhiem cua nguoi giu ben",
            "90/2099/qh99 điều 3",
            "dieu 3 luat gin giu ben nuoc",
        ] {
            let items = ask(q).await;
            assert_eq!(items[0]["id"], "90/2099/qh99+3", "{q}: {items:?}");
            assert_eq!(items[0]["url"], "/van-ban/90-2099-qh99/dieu-3", "{q}");
        }
        let page = t.get("/hoi?q=nguoi+giu+ben+thu+lao").await.text();
        assert!(page.contains("<mark>") && page.contains("Điều 3.") && !page.contains('⟦'), "{page}");
        let page = t.get("/hoi?q=90/2099/QH99").await.text();
        assert!(page.contains("Văn bản được nhắc đến"), "{page}");
        assert!(!t.get("/en/hoi").await.text().contains('⟦'));
        let nothing = t.get("/hoi?q=zzzz").await.text();
        assert!(nothing.contains("Chưa có điều luật nào khớp"), "{nothing}");
        let laws = t.get("/api/v1/laws?status=not-yet").await.json();
        assert_eq!(laws["items"][0]["id"], "90-2099-qh99", "{laws}");
        let law = t.get("/api/v1/laws/90-2099-qh99").await.json();
        assert_eq!(law["articles"][2]["id"], "90/2099/qh99+3");
        let reader = officer(&t).await;
        assert!(reader.get(&t, "/tim?q=thu+lao").await.text().contains("<mark>"));
    })
    .await;
}

#[tokio::test]
async fn what_a_question_names_and_is_not_here_is_said_before_what_else_there_is() {
    on_every_engine(async |t| {
        enter(&t, LAW).await;
        let fines = "Điều 1. Phạt người giữ bến\nNgười giữ bến bỏ bến bị phạt tiền 100.000 đồng.\n";
        let head = "CHÍNH PHỦ\nSố: 93/2099/NĐ-CP\nHà Nội, ngày 01 tháng 8 năm 2026\n\nNGHỊ ĐỊNH\nPHẠT VIỆC BẾN NƯỚC\n\n";
        enter(&t, &format!("{head}{fines}")).await;
        // Of one of them only the name is known.
        save(&t, &short("91/2099/QH99", "Luật", "Đò ngang", "Quốc hội", "2026-06-20", &[])).await;
        t.app.index.catch_up(&t.app.db).await.unwrap();
        let encoded = lantoa::web::form_urlencoded;
        let check = async |q: &str, lacks: &str, says: &str, url: &str| {
            let answer = t.get(&format!("/api/v1/articles?q={}", encoded(q))).await.json();
            let absent = &answer["absent"];
            assert_eq!((absent["lacks"].as_str(), absent["says"].as_str()), (Some(lacks), Some(says)), "{q}");
            assert_eq!(absent["url"], url, "{q}");
            let page = t.get(&format!("/hoi?q={}", encoded(q))).await.text();
            assert!(page.contains(says) && page.contains(&format!("href=\"{url}\"")), "{q}: {page}");
            let english = t.get(&format!("/en/hoi?q={}", encoded(q))).await.text();
            assert!(!english.contains('⟦') && !english.contains(says), "{q}: {english}");
            page
        };
        let law = "/van-ban/90-2099-qh99";
        let says = "Ở đây Luật Gìn giữ bến nước (90/2099/QH99) có 4 điều, không có Điều 99.";
        let page = check("dieu 99 luat gin giu ben nuoc", "article", says, law).await;
        let others = page.split("Những điều khác").nth(1).unwrap_or_else(|| panic!("{page}"));
        assert!(others.contains("Phạt người giữ bến"), "{page}");
        let says = "Ở đây Luật 90/2099/QH99 có 4 điều, không có Điều 5.";
        check("khoản 2 điều 5 90/2099/QH99", "article", says, law).await;
        let article = "/van-ban/90-2099-qh99/dieu-3";
        let says = "Điều 3 của Luật 90/2099/QH99 có 2 khoản, không có khoản 9.";
        check("khoản 9 điều 3 90/2099/QH99", "clause", says, article).await;
        let says = "Điều 1 của Luật 90/2099/QH99 không chia thành khoản.";
        check("khoản 1 điều 1 90/2099/QH99", "clause", says, "/van-ban/90-2099-qh99/dieu-1").await;
        let says = "Khoản 1 Điều 3 của Luật 90/2099/QH99 không có điểm c.";
        check("điểm c khoản 1 điều 3 90/2099/QH99", "point", says, article).await;
        let says = "Ở đây mới có tên của Luật Đò ngang (91/2099/QH99), chưa có toàn văn.";
        for q in ["luật đò ngang", "điều 3 luật đò ngang"] {
            let page = check(q, "text", says, "/van-ban/91-2099-qh99").await;
            assert!(!page.contains("<h3 lang=\"vi\"><a href=\"/van-ban/91-2099-qh99\""), "shown once: {page}");
        }
        for (q, filter) in [
            ("luật gìn giữ bến nước", ""),
            ("điểm đ khoản 1 điều 3 90/2099/QH99", ""),
            ("điều 99", ""),
            ("thù lao người giữ bến", ""),
            ("điều 3 luật gìn giữ bến nước", "&field=land"),
        ] {
            let answer = t.get(&format!("/api/v1/articles?q={}{filter}", encoded(q))).await;
            assert_eq!(answer.json().get("absent"), None, "{q}: {}", answer.text());
        }
    })
    .await;
}

#[tokio::test]
async fn a_search_is_narrowed_and_says_which_filter_to_loosen() {
    let encoded = lantoa::web::form_urlencoded;
    let decree = "CHÍNH PHỦ\nSố: 93/2099/NĐ-CP\nHà Nội, ngày 1 tháng 8 năm 2025\n\nNGHỊ ĐỊNH\nVề người giữ bến nước\n\n\
        Điều 1. Thù lao của người giữ bến\nNgười giữ bến nước được hưởng thù lao hằng tháng.\n\n\
        Điều 2. Hiệu lực thi hành\nNghị định này có hiệu lực thi hành từ ngày 01 tháng 10 năm 2025.\n";
    let ferry =
        (1..=45).map(|n| format!("Điều {n}. Đếm ghe đợt {n}\nNgười đếm ghe đếm ghe mỗi tháng {n} lần.\n"));
    let ferry = format!(
        "CHÍNH PHỦ\nSố: 94/2099/NĐ-CP\nHà Nội, ngày 1 tháng 8 năm 2025\n\nNGHỊ ĐỊNH\nVề đếm ghe\n\n{}",
        ferry.collect::<String>()
    );
    on_every_engine(async |t| {
        let law = enter(&t, LAW).await;
        enter(&t, decree).await;
        enter(&t, &ferry).await;
        let person = officer(&t).await;
        let field = lawtext::concerns::fields((2026, 11, 23)).next().unwrap();
        let confirmed = format!("dieu-3 field {}", field.code);
        let path = format!("/luat/{law}/doi-tuong");
        let version = version_of(&t, &person, &path).await;
        let saved = person.post(&t, &path, &[("version", &*version), ("concern", &*confirmed)]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        t.app.index.catch_up(&t.app.db).await.unwrap();
        let numbers = async |filters: &str| {
            let path = format!("/api/v1/articles?q={}&{filters}", encoded("thù lao người giữ bến"));
            let answer = t.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
            let items = answer.json()["items"].as_array().expect("items").clone();
            let numbers = items.iter().map(|i| i["number"].as_str().unwrap_or_default().to_owned());
            numbers.collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(numbers("limit=10").await.len(), 3);
        for filters in [
            "issuer=Quoc%20hoi",
            "kind=luật",
            "from=2026-01-01",
            "status=not-yet",
            &format!("field={}", field.code),
            "status=not-yet&kind=Luật&to=2026-06-20",
        ] {
            assert_eq!(numbers(filters).await.into_iter().collect::<Vec<_>>(), ["90/2099/QH99"], "{filters}");
        }
        assert!(!numbers("status=in-force&to=2025-12-31").await.contains("90/2099/QH99"));
        assert!(numbers("status=ended").await.is_empty());
        for wrong in ["status=x", "field=x", "from=hôm qua", "from=2026-02-01&to=2026-01-01"] {
            let answer = t.get(&format!("/api/v1/articles?q=ghe&{}", wrong.replace(' ', "+"))).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        // A page says what it is narrowed to; each filter is dropped by a link and kept in the other language.
        for (base, page) in [
            ("/hoi", t.get("/hoi?q=thu+lao&co-quan=Ch%C3%ADnh+ph%E1%BB%A7&tu=01/08/2025").await.text()),
            (
                "/luat/tim",
                person
                    .get(&t, "/luat/tim?q=thu+lao&co-quan=Ch%C3%ADnh+ph%E1%BB%A7&tu=01/08/2025")
                    .await
                    .text(),
            ),
        ] {
            assert!(page.contains("93/2099/NĐ-CP") && !page.contains("90/2099/QH99"), "{page}");
            assert!(page.contains(&format!("href=\"{base}?q=thu+lao&#38;tu=01%2F08%2F2025\"")), "{page}");
            assert!(
                page.contains("Ban hành từ ngày: 01/08/2025") || page.contains("Ban hành từ ngày: 1/8/2025"),
                "{page}"
            );
            assert!(page.contains(&format!("href=\"/en{base}?q=thu+lao&#38;co-quan=")), "{page}");
            assert!(!page.contains('⟦'), "{page}");
        }
        let wrong = t.get("/hoi?q=ghe&tu=hom+qua").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            wrong.text().contains("value=\"hom qua\"") && wrong.text().contains("<details open>"),
            "{}",
            wrong.text()
        );
        // Where nothing fits, what to leave out.
        let nothing = t
            .get(&format!("/hoi?q={}&co-quan=Quốc+hội&loai=Luật", encoded("đếm ghe mỗi tháng")))
            .await
            .text();
        assert!(!nothing.contains("thì có điều khớp"), "one alone does not help: {nothing}");
        let nothing =
            t.get(&format!("/hoi?q={}&co-quan=Quốc+hội", encoded("đếm ghe mỗi tháng"))).await.text();
        assert!(nothing.contains("Bỏ “Cơ quan ban hành: Quốc hội” thì có điều khớp"), "{nothing}");
        let phrase = t.get(&format!("/hoi?q={}", encoded("“ghe mỗi người”"))).await.text();
        assert!(phrase.contains("Bỏ “Dấu ngoặc kép"), "{phrase}");
        // Page by page, the filters kept.
        let path = |page: &str| format!("/hoi?q={}&loai={}{page}", encoded("đếm ghe"), encoded("Nghị định"));
        let first = t.get(&path("")).await.text();
        assert!(
            first.contains("1–20, khớp nhất trước") && first.contains("&#38;trang=2\" rel=\"next\""),
            "{first}"
        );
        let last = t.get(&path("&trang=3")).await.text();
        assert!(last.contains("start=\"41\"") && !last.contains("rel=\"next\""), "{last}");
        assert!(last.contains("loai=Ngh%E1%BB%8B+%C4%91%E1%BB%8Bnh&#38;trang=2\" rel=\"prev\""), "{last}");
        let article = |page: &str| page.matches("<li class=\"card\"><h3").count();
        assert_eq!(article(&first), 20);
        // The few issuers there are stand in a list; of many the name is typed, with marks or without.
        let chosen = "<option selected>Quốc hội</option>";
        for path in ["/van-ban?co-quan=quoc+hoi", "/hoi?co-quan=Quốc+hội"] {
            let page = t.get(path).await.text();
            assert!(page.contains("<select id=\"f-co-quan\"") && page.contains(chosen), "{page}");
        }
        let mut tx = t.app.db.begin().await.unwrap();
        for n in 1..=40 {
            let law = short(
                &format!("{n}/QĐ-UBND"),
                "Quyết định",
                "Bến nước",
                &format!("Xã {n}"),
                "2026-01-01",
                &[],
            );
            laws::insert(&mut tx, &t.app, &By::INSTALLATION, &law).await.unwrap();
        }
        tx.commit().await.unwrap();
        t.app.pages.forget();
        let page = t.get("/van-ban?co-quan=quoc+hoi").await.text();
        assert!(page.contains("list=\"issuers\" value=\"Quốc hội\"") && page.contains("<datalist"), "{page}");
        assert!(page.contains("90/2099/QH99") && !page.contains("93/2099/NĐ-CP"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_missing_or_damaged_index_is_made_again_from_the_database() {
    on_every_engine(async |t| {
        enter(&t, LAW).await;
        let db = &t.app.db;
        assert_eq!(t.app.index.catch_up(db).await.unwrap(), 1);
        assert_eq!(t.app.index.catch_up(db).await.unwrap(), 0, "nothing new");
        let found =
            async |index: &LawIndex| index.search(seek::Query::new("thù lao")).await.unwrap().hits.len();
        assert_eq!(found(&t.app.index).await, 1);
        let folder = t.data_folder().join("other");
        std::fs::create_dir(&folder).unwrap();
        let missing = LawIndex::open(&folder).unwrap();
        assert_eq!(found(&missing).await, 0);
        missing.catch_up(db).await.unwrap();
        assert_eq!(found(&missing).await, 1);
        drop(missing);
        // Words, and bytes that are no text.
        for bytes in [&b"damaged"[..], b"\xff\xfe\x80"] {
            for file in std::fs::read_dir(folder.join("index")).unwrap() {
                let path = file.unwrap().path();
                if path.is_file() {
                    std::fs::write(path, bytes).unwrap();
                }
            }
            let damaged = LawIndex::open(&folder).unwrap();
            damaged.catch_up(db).await.unwrap();
            assert_eq!(found(&damaged).await, 1);
        }
    })
    .await;
}

#[tokio::test]
async fn facts_are_corrected_and_old_addresses_lead_on() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let id = enter(&t, LAW).await;
        let path = format!("/luat/{id}/sua");
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("90/2099/QH99") && !page.contains('⟦'), "{page}");
        let pairs = [
            ("number", "80/2099/QH99"),
            ("kind", "Luật"),
            ("title", "Gìn giữ bến nước"),
            ("issuer", "Quốc hội"),
            ("issued", "20/06/2026"),
            ("effective", "01/10/2026"),
            ("expires", "01/11/2026"),
            ("audience", "people"),
            ("own_unit", "1"),
            ("relation", "replaces"),
            ("relation_number", "14/2012/QH13"),
        ];
        let send = async |pairs: &[(&str, &str)]| {
            let version = version_of(&t, &person, &path).await;
            person.post(&t, &path, &[&[("version", &*version)], pairs].concat()).await
        };
        let bad = send(&[&pairs[..], &[("expires", "01/09/2026")]].concat()).await;
        // Of two values the first counts.
        assert_eq!(bad.status, StatusCode::SEE_OTHER, "{}", bad.text());
        let page = person.get(&t, &format!("/luat/{id}")).await.text();
        for part in ["80/2099/QH99", "Hết hiệu lực toàn bộ", "Tỉnh Tây Ninh", "Thay thế: 14/2012/QH13"]
        {
            assert!(page.contains(part), "{part} in {page}");
        }
        let moved = t.get("/van-ban/90-2099-qh99/dieu-3").await;
        assert_eq!(moved.status, StatusCode::PERMANENT_REDIRECT);
        assert_eq!(moved.location(), "/van-ban/80-2099-qh99/dieu-3");
        // Back to the number it had: its first address is its own again.
        let mut back = pairs;
        back[0] = ("number", "90/2099/QH99");
        assert_eq!(send(&back).await.status, StatusCode::SEE_OTHER);
        assert_eq!(t.get("/van-ban/90-2099-qh99").await.status, StatusCode::OK);
        assert_eq!(t.get("/van-ban/80-2099-qh99").await.location(), "/van-ban/90-2099-qh99");
        assert_eq!(send(&pairs).await.status, StatusCode::SEE_OTHER);
        // The address left behind is not given to another.
        let other = short("90/2099/QH99", "Luật", "Một luật khác", "Quốc hội", "2026-08-01", &[]);
        assert_eq!(save(&t, &other).await.1[0].code, "address-in-use");
        let wrong: Vec<_> =
            pairs.iter().filter(|p| p.0 != "expires").copied().chain([("expires", "01/09/2026")]).collect();
        let wrong = send(&wrong).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("href=\"#f-expires\""), "{}", wrong.text());
        let made = person
            .post(&t, "/luat/moi", &[("number", "12-HD/TW"), ("kind", "Hướng dẫn"), ("issued", "2026-02-01")])
            .await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

#[tokio::test]
async fn only_who_may_import_does() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let nation = t.app.trees.on(&t.app.db, t.app.today()).await.unwrap().roots()[0];
        let reader = t.person(Role::Reader, nation).await;
        let id = enter(&t, LAW).await;
        assert_eq!(reader.get(&t, "/luat").await.status, StatusCode::OK);
        assert_eq!(reader.get(&t, &format!("/luat/{id}")).await.status, StatusCode::OK);
        for path in ["/luat/nhap", "/luat/moi", &format!("/luat/{id}/sua")] {
            assert_eq!(reader.get(&t, path).await.status, StatusCode::FORBIDDEN, "{path}");
            assert_eq!(
                reader.post(&t, path, &[("number", "1")]).await.status,
                StatusCode::FORBIDDEN,
                "{path}"
            );
            assert_eq!(t.get(path).await.status, StatusCode::SEE_OTHER, "{path}");
        }
        // What one person sent is nobody else's.
        let sent = person.upload(&t, "/luat/nhap", &[], ("file", "a.txt", LAW.as_bytes())).await;
        let other = officer(&t).await;
        assert_eq!(other.get(&t, sent.location()).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.post(&t, sent.location(), &[]).await.status, StatusCode::NOT_FOUND);
        let page = reader.get(&t, "/en/luat").await.text();
        assert!(!page.contains("/luat/nhap") && !page.contains('⟦'), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_commune_changes_what_it_brought_and_no_law_of_the_land() {
    on_every_engine(async |t| {
        let province = officer(&t).await;
        let nation = t.app.trees.on(&t.app.db, t.app.today()).await.unwrap().roots()[0];
        let mine = t.unit("Xã Bến", "commune", Some(nation), "2025-07-01").await;
        let near = t.unit("Xã Bãi", "commune", Some(nation), "2025-07-01").await;
        let commune = t.person(Role::CommuneOfficer, mine).await;
        let neighbour = t.person(Role::CommuneOfficer, near).await;
        let land = enter(&t, LAW).await;
        for path in ["sua", "chua-chu", "chua-chu/dieu-1"] {
            let path = format!("/luat/{land}/{path}");
            assert_eq!(commune.get(&t, &path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        for path in ["sua", "chua-chu", "chua-chu/dieu-1", "doi-tuong", "so-sanh", "sua-doi"] {
            let path = format!("/luat/{land}/{path}");
            assert_eq!(commune.post(&t, &path, &[]).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let page = commune.get(&t, &format!("/luat/{land}")).await.text();
        assert!(!page.contains(&format!("/luat/{land}/sua\"")), "{page}");

        // Another text of it is not taken either, and the person is told.
        let other = LAW.replace("được hưởng thù lao", "không được hưởng gì");
        let sent = commune.upload(&t, "/luat/nhap", &[], ("file", "a.txt", other.as_bytes())).await;
        let said = [
            ("number", "90/2099/QH99"),
            ("kind", "Luật"),
            ("title", "Gìn giữ bến nước"),
            ("issuer", "Quốc hội"),
            ("issued", "20/6/2026"),
        ];
        let saved = commune.post(&t, sent.location(), &said).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let page = commune.get(&t, saved.location()).await.text();
        assert!(page.contains("không phải do đơn vị đưa vào"), "{page}");
        assert!(t.get("/van-ban/90-2099-qh99/dieu-3").await.text().contains("được hưởng thù lao"));

        // What it brought it keeps, and the province with it; a neighbour does not.
        let own = [("number", "12-HD/TW"), ("kind", "Hướng dẫn"), ("issued", "2026-02-01")];
        let brought = commune.post(&t, "/luat/moi", &own).await;
        assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.text());
        let path = format!("{}/sua", brought.location());
        assert_eq!(commune.get(&t, &path).await.status, StatusCode::OK);
        assert_eq!(province.get(&t, &path).await.status, StatusCode::OK);
        assert_eq!(neighbour.get(&t, &path).await.status, StatusCode::FORBIDDEN);

        // What it says of a law of the land is a proposal, until whoever keeps that law confirms it; it cannot itself.
        let status = async || {
            let law = laws::find_by_slug(&t.app.db, "90-2099-qh99").await.unwrap().unwrap();
            law.status(t.app.today())
        };
        let notice = [
            ("number", "13-HD/TW"),
            ("kind", "Hướng dẫn"),
            ("issued", "2026-02-01"),
            ("effective", "2026-02-01"),
            ("relation", "repeals"),
            ("relation_number", "90/2099/QH99"),
        ];
        let brought = commune.post(&t, "/luat/moi", &notice).await;
        assert_eq!(brought.status, StatusCode::SEE_OTHER, "{}", brought.text());
        let path = format!("{}/sua", brought.location());
        let confirm = async |person: &Person, act| {
            let version = version_of(&t, person, &path).await;
            let form = [("version", &*version), (act, "repeals 90/2099/QH99")];
            let answer = person.post(&t, &path, &[&notice[..4], &form].concat()).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
            status().await
        };
        let before = status().await;
        assert_ne!(before, laws::Status::Ended);
        assert_eq!(confirm(&commune, "confirm").await, before);
        assert!(province.get(&t, "/viec").await.text().contains("13-HD/TW"));
        assert_eq!(confirm(&province, "confirm").await, laws::Status::Ended);
        assert_eq!(confirm(&commune, "drop").await, laws::Status::Ended);

        // Nor does it enter a second law of that number: amendments and citations would be taken for that one's.
        let twin = [("number", "90/2099/QH99"), ("kind", "Luật"), ("title", "Khác"), ("issuer", "Quốc hội")];
        let twin = commune.post(&t, "/luat/moi", &[&twin[..], &[("issued", "02/02/2026")]].concat()).await;
        assert_eq!(twin.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", twin.text());
        assert!(twin.text().contains("Số hiệu này đã là của văn bản khác"), "{}", twin.text());

        // What it brought early is the registry's once the registry brings it, by its name, at its address; and a
        // number that it had used and left stands in nobody's way.
        let early = [("number", "95/2099/QH99"), ("kind", "Luật"), ("title", "Nhầm"), ("issuer", "Quốc hội")];
        let brought = async |issued| {
            let answer = commune.post(&t, "/luat/moi", &[&early[..], &[("issued", issued)]].concat()).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
            answer.location().to_owned()
        };
        let first = brought("20/06/2026").await;
        let law = LAW.replace("90/2099", "95/2099");
        assert_eq!(first, format!("/luat/{}", enter(&t, &law).await));
        assert_eq!(commune.get(&t, &format!("{first}/sua")).await.status, StatusCode::FORBIDDEN);
        assert!(t.get("/van-ban/95-2099-qh99").await.text().contains("Gìn giữ bến nước"));
        let early = [("number", "96/2099/QH99"), ("kind", "Luật"), ("title", "Khác"), ("issuer", "Quốc hội")];
        let second = commune.post(&t, "/luat/moi", &[&early[..], &[("issued", "01/02/2026")]].concat()).await;
        let second = second.location().to_owned();
        let version = version_of(&t, &commune, &format!("{second}/sua")).await;
        let renamed = [("version", &*version), ("number", "14-HD/TW"), ("kind", "Hướng dẫn")];
        let renamed = commune.post(&t, &format!("{second}/sua"), &renamed).await;
        assert_eq!(renamed.status, StatusCode::SEE_OTHER, "{}", renamed.text());
        assert!(t.get("/van-ban/96-2099-qh99").await.status.is_redirection());
        for (number, squatted) in [("96/2099", false), ("97/2099", true)] {
            let number = format!("{number}/QH99");
            let other =
                [("number", &*number), ("kind", "Luật"), ("title", "Chợ nổi"), ("issued", "01/02/2026")];
            if squatted {
                assert_eq!(commune.post(&t, "/luat/moi", &other).await.status, StatusCode::SEE_OTHER);
            }
            enter(&t, &LAW.replace("90/2099/QH99", &number)).await;
            let page = t.get(&format!("/van-ban/{}", number.to_lowercase().replace('/', "-"))).await;
            assert!(page.text().contains("Gìn giữ bến nước"), "{number}: {}", page.text());
        }
    })
    .await;
}

struct Silent;
impl bulk::Progress for Silent {
    fn at(&self, _: u64, _: u64, _: &str) {}
}

#[tokio::test]
async fn a_corpus_and_a_folder_are_imported_once() {
    on_every_engine(async |t| {
        let folder = t.data_folder().join("bulk");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("a.txt"), LAW).unwrap();
        std::fs::write(folder.join("b.docx"), b"no").unwrap();
        let line = |number: &str, art: &str, text: &str| {
            serde_json::json!({
                "id": format!("{}+{art}", number.to_lowercase()), "number": number, "type": "Nghị định", "title": "Về ghe xuồng",
                "body": "Chính phủ", "issued": "2026-01-02", "effective": "2026-03-01", "art": art, "art_title": "Ghe",
                "text": text
            })
            .to_string()
        };
        let corpus = [
            line("71/2099/NĐ-CP", "1", "1. Một.\na) Ghe nhỏ;\nb) Ghe lớn.\n2. Hai."),
            line("71/2099/NĐ-CP", "1a", "Chèn thêm."),
            "{broken".to_owned(),
            line("", "1", "Không của văn bản nào.").replace("Về ghe xuồng", " "),
            line("72/2099/NĐ-", "5", "Điều này."),
        ];
        std::fs::write(folder.join("c.jsonl"), corpus.join("\n")).unwrap();
        let paths = [folder];
        let report = bulk::import(&t.app, &paths, &Silent).await.unwrap();
        assert_eq!((report.new, report.same, report.articles), (3, 0, 7), "{report:?}");
        let unread: Vec<_> = report.unread.iter().map(|u| (u.line, u.file.ends_with("b.docx"))).collect();
        assert_eq!(unread, [(None, true), (Some(3), false), (Some(4), false)], "{report:?}");
        assert!(report.indexed);
        let law = laws::find_by_slug(&t.app.db, "71-2099-nd-cp").await.unwrap().unwrap();
        let articles = laws::articles(&t.app.db, law.id).await.unwrap();
        assert_eq!(articles[1].cited_as, "71/2099/nđ-cp+1a");
        assert_eq!(articles[0].clauses[0].children[1].path.as_deref(), Some("dieu-1/khoan-1/diem-b"));
        let hits = t.app.index.search(seek::Query::new("ghe lớn")).await.unwrap().hits;
        assert!(hits[0].id.ends_with("71/2099/nđ-cp+1"), "{hits:?}");
        let again = bulk::import(&t.app, &paths, &Silent).await.unwrap();
        assert_eq!((again.new, again.changed, again.same), (0, 0, 3));

        // A byte of no alphabet, a line that never ends, lines of one law that stand apart, a file cut short: each is
        // named, what is good around it is in, and nothing that was in is lost.
        let mut lines = [b"\xef\xbb\xbf".to_vec(), line("73/2099/NĐ-CP", "1", "Một.").into_bytes()].concat();
        lines.extend(b"\n\xff\xfe\n");
        lines.extend(vec![b'x'; 40 << 20]);
        for (number, text) in [("74/2099/NĐ-CP", "Hai."), ("73/2099/NĐ-CP", "Ba."), ("75/2099/NĐ-CP", "Bốn.")] {
            lines.extend(format!("\n{}", line(number, "1", text)).into_bytes());
        }
        let packed = zstd::encode_all(&lines[..], 1).unwrap();
        let file = t.data_folder().join("d.jsonl.zst");
        std::fs::write(&file, &packed).unwrap();
        let report = bulk::import(&t.app, std::slice::from_ref(&file), &Silent).await.unwrap();
        assert_eq!(report.new, 3, "{report:?}");
        let why = |report: &bulk::Report| -> Vec<(Option<usize>, String)> {
            report.unread.iter().map(|u| (u.line, u.why.clone())).collect()
        };
        let said = why(&report);
        assert_eq!((said[0].0, &*said[1].1, &*said[2].1), (Some(2), "too-large", "lines-apart"), "{said:?}");
        assert_eq!((said[1].0, said[2].0, said.len()), (Some(3), Some(5), 3), "{said:?}");
        let more: Vec<String> = (80..99).map(|n| line(&format!("{n}/2099/NĐ-CP"), "1", &"Chữ. ".repeat(9_000))).collect();
        let packed = zstd::encode_all(more.join("\n").as_bytes(), 1).unwrap();
        std::fs::write(&file, &packed[..packed.len() - 9]).unwrap();
        let whole = t.data_folder().join("e.jsonl");
        std::fs::write(&whole, line("76/2099/NĐ-CP", "1", "Năm.")).unwrap();
        let report = bulk::import(&t.app, &[file, whole], &Silent).await.unwrap();
        assert_eq!(why(&report).last().unwrap().1, "breaks-off", "{report:?}");
        assert!(laws::find_by_slug(&t.app.db, "76-2099-nd-cp").await.unwrap().is_some(), "{report:?}");
    })
    .await;
}

/// What a codification of the shared folder says: of each document the labels of its articles, by the notes alone.
fn noted(text: &str) -> std::collections::BTreeMap<String, std::collections::BTreeSet<String>> {
    let mut documents = std::collections::BTreeMap::<_, std::collections::BTreeSet<_>>::new();
    for line in text.lines().map(str::trim_start) {
        let Some(rest) = line.strip_prefix("(Điều ") else { continue };
        let Some((label, rest)) = rest.split_once(' ') else { continue };
        let Some((_, rest)) =
            rest.split_once(" số ").filter(|_| label.starts_with(|c: char| c.is_ascii_digit()))
        else {
            continue;
        };
        let number = rest.split([' ', ',']).next().unwrap_or_default().to_owned();
        documents.entry(number).or_default().insert(label.to_owned());
    }
    documents
}

#[tokio::test]
async fn a_codification_is_imported_as_the_documents_it_gathers() {
    let Some(folder) = shared("data/law-text") else { return };
    on_every_engine(async |t| {
        let report = bulk::import(&t.app, std::slice::from_ref(&folder), &Silent).await.unwrap();
        let mut documents = 0;
        let mut files = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            files += 1;
            for (number, labels) in noted(&text) {
                documents += 1;
                let law = laws::find_by_number(&t.app.db, &number).await.unwrap();
                let law = law.unwrap_or_else(|| panic!("{number} is missing"));
                assert!(!law.title.is_empty() && !law.issuer.is_empty(), "{number}: {law:?}");
                assert!(law.issued.is_some() && law.effective.is_some(), "{number}: {law:?}");
                let articles = laws::articles(&t.app.db, law.id).await.unwrap();
                let found: std::collections::BTreeSet<_> = articles.iter().map(|a| a.label.clone()).collect();
                let missing: Vec<_> = labels.difference(&found).collect();
                assert_eq!(found, labels, "{number} lacks {missing:?}");
                let said =
                    |a: &laws::Article| a.text.contains("Danh sách điều khoản") || a.text.contains(".LQ.");
                assert!(!articles.iter().any(said), "{number}");
            }
        }
        assert!(files >= 4 && documents >= 20, "{files} files, {documents} documents");
        assert_eq!((report.new, report.changed, report.unread.len()), (documents, 0, 0), "{report:?}");
        let again = bulk::import(&t.app, std::slice::from_ref(&folder), &Silent).await.unwrap();
        assert_eq!((again.new, again.changed, again.same), (0, 0, documents));
    })
    .await;
}

#[tokio::test]
async fn an_extract_adds_articles_and_takes_nothing_away() {
    let one = |label: &str, words: &str| {
        format!(
            "Điều 90.1.LQ.{label}. Điều {label}\n(Điều {label} Luật số 90/2099/QH99 Gìn giữ bến nước ngày 20/02/2099 của Quốc hội, có hiệu lực thi hành kể từ ngày 01/07/2099)\n{words}\n"
        )
    };
    on_every_engine(async |t| {
        let folder = t.data_folder().join("extract");
        std::fs::create_dir(&folder).unwrap();
        let import = async |name: &str, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            bulk::import(&t.app, &[path], &Silent).await.unwrap()
        };
        let texts = async || {
            let law = laws::find_by_number(&t.app.db, "90/2099/QH99").await.unwrap().unwrap();
            let articles = laws::articles(&t.app.db, law.id).await.unwrap();
            articles.into_iter().map(|a| format!("{} {}", a.label, a.text)).collect::<Vec<_>>()
        };
        assert_eq!(import("a.txt", one("2", "Hai.")).await.new, 1);
        assert_eq!(import("b.txt", one("1", "Một.") + &one("3", "Ba.")).await.changed, 1);
        assert_eq!(texts().await, ["1 Một.", "2 Hai.", "3 Ba."]);
        assert_eq!(import("c.txt", one("2", "Hai, đã sửa.")).await.changed, 1);
        assert_eq!(texts().await, ["1 Một.", "2 Hai, đã sửa.", "3 Ba."]);
        assert_eq!(import("a.txt", one("3", "Ba.")).await.same, 1);
        // The outline of a file is that of the documents that an import makes of it, whatever marks it has.
        let marked = one("5", "**Năm.**").replace("Điều 90.1", "## Điều 90.1")
            + &one("6", "Sáu.").replace("90/2099", "92/2099");
        let bytes = marked.clone().into_bytes();
        let outlines = laws::outlines(&t.app.config, "d.md", bytes).await.unwrap().unwrap();
        let read: Vec<_> = outlines.iter().map(|o| (o.number.as_str(), o.counts.dieu)).collect();
        assert_eq!(read, [("90/2099/QH99", 1), ("92/2099/QH99", 1)]);
        let report = import("d.md", marked).await;
        assert_eq!((report.changed, report.new), (1, 1), "{report:?}");
        assert_eq!(texts().await.last().map(String::as_str), Some("5 Năm."));
        // The same through the page: each document of the file is one to look at.
        let person = officer(&t).await;
        let both = one("4", "Bốn.") + &one("1", "Một.").replace("90/2099/QH99", "91/2099/QH99");
        let sent = person.upload(&t, "/luat/nhap", &[], ("file", "bo.txt", both.as_bytes())).await;
        let page = person.get(&t, sent.location()).await.text();
        assert!(page.contains("90/2099/QH99") && page.contains("91/2099/QH99"), "{page}");
        assert!(page.contains("Lưu 2 văn bản"), "{page}");
        person.post(&t, sent.location(), &[]).await;
        assert_eq!(texts().await.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn every_law_can_be_chosen_however_many_there_are() {
    on_every_engine(async |t| {
        let mut tx = t.app.db.begin().await.unwrap();
        for n in 1..=2_100 {
            let new = NewLaw {
                number: format!("{n}/2098/QĐ-UBND"),
                kind: "Quyết định".into(),
                title: format!("Về giá nước sạch đợt {n}"),
                issued: Some("2026-01-02".parse().unwrap()),
                ..NewLaw::default()
            };
            laws::insert(&mut tx, &t.app, &By::INSTALLATION, &new).await.unwrap();
        }
        let old = NewLaw {
            number: "7/1999/QH99".into(),
            kind: "Luật".into(),
            title: "Giữ lửa làng nghề".into(),
            issued: Some("1999-01-02".parse().unwrap()),
            ..NewLaw::default()
        };
        laws::insert(&mut tx, &t.app, &By::INSTALLATION, &old).await.unwrap();
        tx.commit().await.unwrap();
        let person = officer(&t).await;
        for path in ["/hoat-dong/moi", "/ke-hoach/moi"] {
            let page = person.get(&t, path).await.text();
            assert!(page.len() < 40_000, "{path}: {} bytes", page.len());
            assert!(!page.contains("07/1999/QH99"));
        }
        let list = person.get(&t, "/luat/chon?law_text=lua+lang+nghe").await.text();
        assert!(list.contains("07/1999/QH99 Luật Giữ lửa làng nghề"), "{list}");
        let second = person.get(&t, "/luat/chon?law_text=2/2098/Q%C4%90-UBND;+lua+lang").await.text();
        assert!(second.contains("\"2/2098/QĐ-UBND; 07/1999/QH99"), "{second}");
        // Without script: words, then a tick.
        let asked = [("act", "find-law"), ("law_text", "lua lang nghe"), ("title", "Nói về nghề")];
        let found = person.post(&t, "/hoat-dong/moi", &asked).await;
        assert_eq!(found.status, StatusCode::OK);
        let page = found.text();
        assert!(
            page.contains("Luật Giữ lửa làng nghề (07/1999/QH99)") && page.contains("Nói về nghề"),
            "{page}"
        );
        let none =
            person.post(&t, "/ke-hoach/moi", &[("act", "find-law"), ("law_text", "không hề có")]).await;
        assert!(none.text().contains("Không có văn bản nào mang số hiệu hoặc tên"), "{}", none.text());
    })
    .await;
}

#[tokio::test]
async fn the_list_filters_by_the_status_that_the_page_shows() {
    on_every_engine(async |t| {
        let mut tx = t.app.db.begin().await.unwrap();
        laws::demo::insert(&mut tx, &t.app, None, None).await.unwrap();
        tx.commit().await.unwrap();
        let mut seen = 0;
        for status in Status::ALL {
            let list = t.get(&format!("/api/v1/laws?status={}", status.code())).await.json();
            for item in list["items"].as_array().unwrap() {
                assert_eq!(item["status"], status.code(), "{item}");
                seen += 1;
            }
        }
        assert_eq!(seen, laws::choose::newest(&t.app.db, 100).await.unwrap().len());
        assert!(seen >= 14);
        let mut tx = t.app.db.begin().await.unwrap();
        let again = laws::demo::insert(&mut tx, &t.app, None, None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(again.len(), seen);
        let page = t.get("/van-ban/90-2099-qh99").await.text();
        assert!(page.contains("Được hướng dẫn bởi") && page.contains("92/2099/QĐ-UBND"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn several_files_are_sent_at_once_and_the_complete_ones_saved_together() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let files = [
            ("a.txt", LAW.to_owned()),
            (
                "b.txt",
                LAW.replace("90/2099", "86/2099").replace("Luật này có hiệu lực", "Luật này được dùng"),
            ),
            ("c.png", "x".to_owned()),
        ];
        let part = |(name, text): &(&str, String)| {
            format!(
                "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n"
            )
        };
        let body = files.iter().map(part).collect::<String>() + "--X--\r\n";
        let request = axum::http::Request::post("/luat/nhap")
            .header(header::COOKIE, format!("{}={}", lantoa::signin::COOKIE, person.cookie))
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=X")
            .body(axum::body::Body::from(body))
            .unwrap();
        let sent = t.send(request).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let page = person.get(&t, sent.location()).await.text();
        for part in [
            "Luật Gìn giữ bến nước (90/2099/QH99)",
            "86/2099/QH99",
            "Tệp này không phải Word",
            "Lưu 1 văn bản",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        assert!(!page.contains('⟦'), "{page}");
        let saved = person.post(&t, sent.location(), &[]).await;
        assert!(saved.location().ends_with("?luu=1"), "{}", saved.location());
        let page = person.get(&t, saved.location()).await.text();
        assert!(page.contains("Đã lưu 1 văn bản") && page.contains("Chờ lưu"), "{page}");
        assert!(!person.get(&t, &format!("/en{}", sent.location())).await.text().contains('⟦'));
        // What is there already under another name keeps its address; the reader is told.
        let pairs = [
            ("number", "90/2099/QH99"),
            ("kind", "Luật"),
            ("title", "Việc khác hẳn"),
            ("issued", "1/2/2026"),
        ];
        let apart = person.post(&t, &format!("{}/1", sent.location()), &pairs).await;
        assert!(apart.location().ends_with("nhap=apart"), "{}", apart.location());
        let page = person.get(&t, apart.location()).await.text();
        assert!(page.contains("có địa chỉ riêng") && page.contains("/van-ban/90-2099-qh99--2"), "{page}");
    })
    .await;
}

#[tokio::test]
async fn a_person_confirms_or_drops_what_the_program_found_between_documents() {
    on_every_engine(async |t| {
        let person = officer(&t).await;
        let found = [(Relation::Replaces, "14/2012/QH13"), (Relation::Amends, "35/2013/QH13")];
        let mut new = short("81/2099/QH99", "Luật", "Ghe xuồng", "Quốc hội", "2026-08-01", &found);
        new.relations.iter_mut().for_each(|r| r.proposed = true);
        let id = save(&t, &new).await.0.id();
        let settled = [
            ("number", "81/2099/QH99"),
            ("kind", "Luật"),
            ("title", "Ghe xuồng"),
            ("issuer", "Quốc hội"),
            ("issued", "01/08/2026"),
            ("confirm", "replaces 14/2012/QH13"),
            ("drop", "amends 35/2013/QH13"),
        ];
        let path = format!("/luat/{id}/sua");
        let version = version_of(&t, &person, &path).await;
        let answer = person.post(&t, &path, &[&[("version", &*version)], &settled[..]].concat()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let left = laws::relations(&t.app.db, id).await.unwrap().of_it;
        let left: Vec<_> = left.iter().map(|r| (r.relation, r.number.as_str(), r.proposed)).collect();
        assert_eq!(left, [(Relation::Replaces, "14/2012/QH13", false)]);
    })
    .await;
}

/// PostgreSQL refuses a text with a NUL; it is as if it had not been typed.
#[tokio::test]
async fn a_nul_in_an_address_or_a_form_breaks_nothing() {
    on_every_engine(async |t| {
        for path in ["/van-ban?loai=%00", "/van-ban?nam=a%00b", "/api/v1/laws?issuer=%00"] {
            assert_eq!(t.get(path).await.status, StatusCode::OK, "{path}");
        }
        for path in ["/van-ban/%00", "/tin/%00", "/ma/%00"] {
            assert_eq!(t.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        // Words longer than a database looks for.
        let person = officer(&t).await;
        let long = "a".repeat(60_000);
        for path in
            ["/van-ban", "/api/v1/laws", "/tim", "/luat", "/luat/chon", "/hoat-dong", "/tin-bai", "/ke-hoach"]
        {
            let answer = person.get(&t, &format!("{path}?q={long}")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
            assert!(answer.body.len() < 50_000 && answer.text().contains("quá dài"), "{path}");
        }
        let form = [("email", "a\0b@example.vn"), ("password", "a long word\0")];
        assert_eq!(t.post("/dang-nhap", &form).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}

#[tokio::test]
async fn a_form_finds_any_law_of_the_registry_without_script() {
    on_every_engine(async |t| {
        let old = short("71/2071/QH71", "Luật", "Giữ đò ngang", "Quốc hội", "2071-01-01", &[]);
        let (old, _) = save(&t, &old).await;
        for n in 0..40 {
            let number = format!("{n}/2099/TT-BTP");
            save(&t, &short(&number, "Thông tư", "Về bến nước", "Bộ Tư pháp", "2099-01-01", &[])).await;
        }
        let person = officer(&t).await;
        let page = person.get(&t, "/hoat-dong/moi").await.text();
        assert!(page.contains("39/2099/TT-BTP") && !page.contains("Giữ đò ngang"), "the newest only: {page}");
        let tick = format!("name=\"law\" value=\"{}\"", old.id());
        let find = |words| [("act", "find-law"), ("draft_version", "0"), ("law_text", words)];
        for path in ["/hoat-dong/moi", "/ke-hoach/moi"] {
            let found = person.post(&t, path, &find("do ngang")).await;
            assert_eq!(found.status, StatusCode::OK, "{path}: {}", found.text());
            assert!(found.text().contains(&tick), "{path}: {}", found.text());
            let nothing =
                person.post(&t, path, &[("act", "find-law"), ("law_text", "cầu treo")]).await.text();
            assert!(
                nothing.contains("Không có văn bản nào mang số hiệu hoặc tên “cầu treo”"),
                "{path}: {nothing}"
            );
        }
        let typing = person.get(&t, "/luat/chon?law_text=39%2F2099%2FTT-BTP%3B+do+ngang").await.text();
        assert!(typing.contains("value=\"39/2099/TT-BTP; 71/2071/QH71 Luật Giữ đò ngang\""), "{typing}");
        assert_eq!(typing.matches("<option").count(), 1);
    })
    .await;
}

/// The state's own copies of three subjects of the codification: each article goes back to its document, and a
/// second import changes nothing.
#[tokio::test]
async fn the_codification_of_the_state_is_imported() {
    let shared = std::env::var_os("LANTOA_SHARED").map_or_else(
        || concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").into(),
        std::path::PathBuf::from,
    );
    let folder = shared.join("data/law-text");
    if !folder.join("hoa-giai-o-co-so.md").exists() {
        eprintln!("skipped: no law texts in {} (LANTOA_SHARED)", folder.display());
        return;
    }
    on_every_engine(async |t| {
        let files = ["cong-tac-van-thu.md", "hoa-giai-o-co-so.md", "pho-bien-giao-duc-phap-luat.md"];
        let paths = files.map(|f| folder.join(f));
        let report = bulk::import(&t.app, &paths, &Silent).await.unwrap();
        assert!(report.unread.is_empty(), "{report:?}");
        let law =
            laws::find_by_number(&t.app.db, "35/2013/QH13").await.unwrap().expect("the law on mediation");
        assert_eq!((law.name().as_str(), law.issuer.as_str()), ("Luật Hòa giải ở cơ sở", "Quốc hội"));
        assert_eq!(law.effective.unwrap().to_string(), "2014-01-01");
        let articles = laws::articles(&t.app.db, law.id).await.unwrap();
        assert!(articles.len() >= 30, "{}", articles.len());
        for number in ["14/2012/QH13", "28/2013/NĐ-CP", "56/2023/TT-BTC", "30/2020/NĐ-CP"] {
            assert!(laws::find_by_number(&t.app.db, number).await.unwrap().is_some(), "{number}");
        }
        let again = bulk::import(&t.app, &paths, &Silent).await.unwrap();
        assert_eq!((again.new, again.changed), (0, 0), "{again:?}");
    })
    .await;
}
