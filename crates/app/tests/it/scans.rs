//! Scans: pictures of a paper's pages, read by the machine, looked at by a person, understood as a document.

use std::process::Command;

use axum::http::StatusCode;
use lantoa::access::Role;
use lantoa::features::laws::{self, scan};
use store::Id;

use crate::malformed::{pdf, stream};
use crate::support::{Person, TestApp};

/// Whether the programs that read scans are here.
fn can_read() -> bool {
    let tools = "tesseract --list-langs | grep -qx vie && command -v pdftoppm && command -v pdfinfo";
    let there = Command::new("sh").args(["-c", tools]).output().is_ok_and(|o| o.status.success());
    if !there {
        println!("skipped: tesseract with Vietnamese, or poppler-utils, is not installed (scripts/install)");
    }
    there
}

const ARTICLES: [(&str, &[&str]); 6] = [
    (
        "Điều 1. Giao nhiệm vụ giữ bến nước",
        &[
            "Giao Ban quản lý ấp 2, ấp 3 và khu phố Long Khê giữ gìn các bến nước công cộng số 7, số 9 và số 12 trên địa bàn xã kể từ ngày 15 tháng 10 năm 2026.",
        ],
    ),
    (
        "Điều 2. Trách nhiệm của người giữ bến",
        &[
            "1. Giữ bến sạch sẽ, quét dọn ít nhất hai lần mỗi tuần; báo ngay cho Ủy ban nhân dân xã khi cầu bến, cọc neo hoặc đèn chiếu sáng hư hỏng.",
            "2. Nhắc nhở người neo đậu ghe, xuồng sai chỗ; không để vật liệu xây dựng, rác thải chắn lối xuống bến.",
            "3. Ghi sổ theo dõi các việc sau đây:",
            "a) Số lượt ghe, xuồng neo đậu qua đêm;",
            "b) Những lần bến hư hỏng và ngày sửa chữa xong;",
            "c) Ý kiến của người dân trong khu vực về giờ giấc, vệ sinh và an toàn.",
        ],
    ),
    (
        "Điều 3. Thù lao và kinh phí",
        &[
            "1. Mỗi người giữ bến được hưởng thù lao 350.000 đồng một tháng từ ngân sách xã.",
            "2. Kinh phí sửa chữa bến được cấp theo dự toán hằng năm; khoản chi trên 5.000.000 đồng phải có biên bản khảo sát.",
        ],
    ),
    (
        "Điều 4. Tuyên truyền, phổ biến",
        &[
            "Công chức Tư pháp - Hộ tịch phối hợp với Mặt trận Tổ quốc Việt Nam xã phổ biến quy định về an toàn đường thủy nội địa, nhắc học sinh mặc áo phao khi qua sông, chú ý người già yếu, người khuyết tật.",
        ],
    ),
    (
        "Điều 5. Trách nhiệm thi hành",
        &[
            "Văn phòng Ủy ban nhân dân xã, Trưởng các ấp, khu phố và những người có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này.",
        ],
    ),
    (
        "Điều 6. Hiệu lực thi hành",
        &[
            "Quyết định này có hiệu lực kể từ ngày ký và thay thế các quy định trước đây của xã về giữ gìn bến nước.",
        ],
    ),
];

fn paper() -> press::Document {
    let run = |text: &str| vec![press::Run::text(text)];
    let article = |(title, rest): &(&str, &[&str])| {
        let texts = std::iter::once(*title).chain(rest.iter().copied());
        texts.map(|text| press::Block::Paragraph(run(text))).collect::<Vec<_>>()
    };
    press::Document {
        agency: "Ủy ban nhân dân xã Bến Lức".into(),
        number: Some("98".into()),
        symbol: "QĐ-UBND".into(),
        place: "Bến Lức".into(),
        date: "2026-10-05".parse().ok(),
        kind: "Quyết định".into(),
        about: "Về việc giữ gìn bến nước trên địa bàn xã".into(),
        issuer: Some("Chủ tịch Ủy ban nhân dân xã Bến Lức".into()),
        bases: vec![run("Căn cứ Luật Gìn giữ bến nước số 90/2099/QH99 ngày 20 tháng 6 năm 2026")],
        enacting: Some("QUYẾT ĐỊNH:".into()),
        blocks: ARTICLES.iter().flat_map(article).collect(),
        signature: press::Signature { authority: vec!["Chủ tịch".into()], name: None },
        recipients: vec!["Như Điều 5".into()],
        ..press::Document::default()
    }
}

/// The pages of a PDF as a scanner gives them: a PDF of pictures alone.
fn scanned(paper: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("paper.pdf");
    std::fs::write(&from, paper).unwrap();
    let drawn = Command::new("pdftoppm")
        .args(["-jpeg", "-r", "200"])
        .args([&from, &folder.path().join("page")])
        .status();
    assert!(drawn.unwrap().success());
    let mut pictures: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    pictures.retain(|p| p.extension().is_some_and(|e| e == "jpg"));
    pictures.sort();
    let kids: Vec<String> = (0..pictures.len()).map(|n| format!("{} 0 R", 3 + 3 * n)).collect();
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Count {}/Kids[{}]>>", kids.len(), kids.join(" ")).into_bytes(),
    ];
    for (n, picture) in pictures.iter().enumerate() {
        let bytes = std::fs::read(picture).unwrap();
        let size = image::image_dimensions(picture).unwrap();
        let (page, image) = (3 + 3 * n, 5 + 3 * n);
        let resources = format!("/Resources<</XObject<</P {image} 0 R>>>>/Contents {} 0 R", page + 1);
        objects.push(format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{resources}>>").into_bytes());
        objects.push(stream("", b"q 595 0 0 842 0 0 cm /P Do Q"));
        let keys = format!(
            "/Type/XObject/Subtype/Image/Width {}/Height {}/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode",
            size.0, size.1
        );
        objects.push(stream(&keys, &bytes));
    }
    pdf(&objects)
}

/// How many letters must change to make one text the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = change.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The text fields of the lines of a page, name and value.
fn lines(page: &str) -> Vec<(String, String)> {
    let fields = page.split(" name=\"l").skip(1).filter_map(|rest| {
        let (n, rest) = rest.split_once('"')?;
        let value = rest.split_once(" value=\"")?.1.split_once('"')?.0;
        Some((format!("l{n}"), value.replace("&#34;", "\"").replace("&#38;", "&")))
    });
    fields.collect()
}

async fn people(t: &TestApp) -> (Person, Person) {
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
    (t.person(Role::CommuneOfficer, commune).await, t.person(Role::CommuneOfficer, commune).await)
}

#[tokio::test]
async fn a_scan_is_read_looked_at_and_understood() {
    if !can_read() {
        return;
    }
    let paper = press::pdf(&paper(), "2026-10-05T03:00:00Z".parse().unwrap()).unwrap();
    let scan = scanned(&paper);
    assert_eq!(lawtext::read(lawtext::Format::Pdf, &scan), Err(lawtext::Unreadable::NoText));
    for engine in store::testing::engines() {
        let t = TestApp::on(engine).await;
        let (person, other) = people(&t).await;
        let sent = person.upload(&t, "/luat/nhap", &[], ("file", "quét.pdf", &scan)).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let path = sent.location().to_owned();
        assert!(path.ends_with("/0/quet"), "{path}");
        // Nobody waits for it: the page says how far it is.
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("http-equiv=\"refresh\"") && page.contains("Đang chờ đến lượt"), "{page}");
        let early = person.post(&t, &path, &[]).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert!(scan::read_next(&t.app).await.unwrap());
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("Đã đọc 1 trên 2 trang") && !page.contains('⟦'), "{page}");
        while scan::read_next(&t.app).await.unwrap() {}
        let page = person.get(&t, &path).await.text();
        assert!(!page.contains("http-equiv=\"refresh\"") && page.contains(&format!("{path}/2")), "{page}");
        assert_eq!(other.get(&t, &path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.get(&t, &format!("{path}/1/anh")).await.status, StatusCode::NOT_FOUND);
        let picture = person.get(&t, &format!("{path}/1/anh")).await;
        assert!(picture.body.starts_with(b"\xff\xd8\xff") && picture.body.len() < 300_000);

        let files = scan::kept_files(&t.app.db).await.unwrap();
        assert_eq!(files.len(), 3, "the file and two pictures are kept and looked after");

        // What a person corrects is kept: the number of an article put right, a line of the seal left out.
        let first = format!("{path}/1");
        let page = person.get(&t, &first).await.text();
        assert!(page.contains("/1/anh\"") && !page.contains('⟦'), "{page}");
        let read = lines(&page);
        let (field, _) = read.iter().find(|(_, text)| text.contains("350.000")).expect("a line with a sum");
        let form = [
            (field.as_str(), "1. Mỗi người giữ bến được hưởng thù lao 400.000 đồng một tháng từ ngân"),
            ("act", "next"),
        ];
        let kept = person.post(&t, &first, &form).await;
        assert_eq!(kept.location(), format!("{path}/2"));
        let second = person
            .post(&t, &format!("{path}/2"), &[("added", "Dòng thêm vào cuối trang."), ("act", "keep")])
            .await;
        assert_eq!(second.location(), format!("{path}?xong=2"));
        let page = person.get(&t, second.location()).await.text();
        assert!(page.contains("Đã lưu trang 2") && page.matches("đã xem").count() == 2, "{page}");
        assert!(person.get(&t, &first).await.text().contains("thù lao 400.000 đồng"));

        // Understood, looked at and saved like any other document.
        let review = person.post(&t, &path, &[]).await;
        assert_eq!(review.location(), path.trim_end_matches("/quet"), "{}", review.text());
        let page = person.get(&t, review.location()).await.text();
        assert!(page.contains("value=\"98/QĐ-UBND\"") && page.contains("value=\"05/10/2026\""), "{page}");
        assert!(page.contains("6 điều") && page.contains("Chữ đọc từ bản quét"), "{page}");
        let import = path.trim_end_matches("/0/quet");
        assert!(person.get(&t, import).await.text().contains("98/QĐ-UBND"));
        let facts = [
            ("number", "98/QĐ-UBND"),
            ("kind", "Quyết định"),
            ("title", "Về việc giữ gìn bến nước"),
            ("issuer", "Ủy ban nhân dân xã Bến Lức"),
            ("issued", "05/10/2026"),
            ("effective", "05/10/2026"),
        ];
        let saved = person.post(&t, review.location(), &facts).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let law: Id = saved.location()["/luat/".len()..].split('?').next().unwrap().parse().unwrap();
        let mut expected = String::new();
        for (title, rest) in ARTICLES {
            expected += &format!("{title}\n{}\n", rest.join("\n"));
        }
        let expected = expected.replace("350.000", "400.000");
        let articles = laws::articles(&t.app.db, law).await.unwrap();
        let read: Vec<_> =
            articles.iter().map(|a| format!("{} {}\n{}\n", a.printed, a.heading, a.text)).collect();
        let paths: Vec<&str> = articles.iter().map(|a| a.path.as_str()).collect();
        assert_eq!(paths, ["dieu-1", "dieu-2", "dieu-3", "dieu-4", "dieu-5", "dieu-6"]);
        assert_eq!(articles[1].clauses.len(), 3, "{:?}", articles[1]);
        assert_eq!(articles[1].clauses[2].children.len(), 3, "{:?}", articles[1].clauses[2]);
        let wrong = distance(&expected, &read.concat());
        let rate = wrong as f64 / expected.chars().count() as f64;
        println!("{wrong} letters of {} read wrongly: {:.2} %", expected.chars().count(), 100.0 * rate);
        assert!(rate < 0.02, "{}", read.concat());
    }
}

#[tokio::test]
async fn a_scan_that_cannot_be_read_says_what_to_do() {
    if !can_read() {
        return;
    }
    let blank = pdf(&[
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Count 2/Kids[3 0 R 4 0 R]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>".to_vec(),
    ]);
    for engine in store::testing::engines() {
        // A machine that has no program for it.
        let t = TestApp::with_config(engine, "tesseract = \"/khong/co\"").await;
        let (person, _) = people(&t).await;
        let refused = person.upload(&t, "/luat/nhap", &[], ("file", "quét.pdf", &blank)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("tesseract-ocr-vie"), "{}", refused.text());
        // Longer than the machine may be asked to read; beside another file, which is read at once.
        let t = TestApp::with_config(engine, "scan_pages = 1").await;
        let (person, _) = people(&t).await;
        let files: [(&str, &[u8]); 2] = [("quét.pdf", &blank), ("luật.txt", crate::laws::LAW.as_bytes())];
        let sent = person.upload_many(&t, "/luat/nhap", "file", &files).await;
        let list = person.get(&t, sent.location()).await.text();
        assert!(list.contains("Bản quét: máy đọc chữ") && list.contains("90/2099/QH99"), "{list}");
        let path = format!("{}/0/quet", sent.location());
        assert!(list.contains(&path), "{list}");
        while scan::read_next(&t.app).await.unwrap() {}
        assert!(person.get(&t, &path).await.text().contains("nhiều trang quá"));
        assert_eq!(person.post(&t, &path, &[]).await.status, StatusCode::CONFLICT);
        // Pages without a letter, and a file that is none, end too.
        let t = TestApp::on(engine).await;
        let (person, _) = people(&t).await;
        let sent = person.upload(&t, "/luat/nhap", &[], ("file", "trắng.pdf", &blank)).await;
        while scan::read_next(&t.app).await.unwrap() {}
        let page = person.get(&t, sent.location()).await.text();
        assert!(page.contains("không đọc được chữ nào"), "{page}");
        let broken = t.app.files.keep(b"%PDF-1.4 cut off".to_vec()).await.unwrap();
        let import: Id = sent.location().split('/').nth(3).unwrap().parse().unwrap();
        let mut tx = t.app.db.begin().await.unwrap();
        store::sql!(
            "UPDATE law_scans SET file = $2, pages = 0, done = FALSE WHERE import_id = $1",
            import,
            broken
        )
        .run(&mut tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        while scan::read_next(&t.app).await.unwrap() {}
        assert!(person.get(&t, sent.location()).await.text().contains("bị hỏng"));
    }
}
