//! Scans: pictures of a paper's pages, read by the machine, looked at by a person, understood as a document.

use std::process::Command;

use axum::http::StatusCode;
use lantoa::access::Role;
use lantoa::config::Config;
use lantoa::features::laws::{self, scan};
use store::Id;

use crate::malformed::{pdf, stream};
use crate::support::{Person, TestApp, shared};

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
        let value = rest.split_once('>')?.1.split_once("</textarea>")?.0;
        Some((format!("l{n}"), value.replace("&#34;", "\"").replace("&#38;", "&")))
    });
    fields.collect()
}

/// What a page says its version is.
fn version(page: &str) -> String {
    let version = page.split("name=\"version\" value=\"").nth(1).expect("a version");
    version.split('"').next().unwrap().to_owned()
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
        assert!(page.contains("hx-trigger=\"every 5s\"") && page.contains("Đang chờ đến lượt"), "{page}");
        let early = person.post(&t, &path, &[]).await;
        assert_eq!(early.status, StatusCode::CONFLICT);
        assert!(scan::read_next(&t.app).await.unwrap());
        let page = person.get(&t, &path).await.text();
        assert!(page.contains("Đã đọc 1 trên 2 trang") && !page.contains('⟦'), "{page}");
        while scan::read_next(&t.app).await.unwrap() {}
        let page = person.get(&t, &path).await.text();
        assert!(!page.contains("hx-trigger") && page.contains(&format!("{path}/2")), "{page}");
        assert_eq!(other.get(&t, &path).await.status, StatusCode::NOT_FOUND);
        assert_eq!(other.get(&t, &format!("{path}/1/anh")).await.status, StatusCode::NOT_FOUND);
        let picture = person.get(&t, &format!("{path}/1/anh")).await;
        assert!(picture.body.starts_with(b"\xff\xd8\xff") && picture.body.len() < 300_000);

        let mut tx = t.app.db.begin().await.unwrap();
        let files = lantoa::kept_files(&mut tx).await.unwrap();
        drop(tx);
        assert_eq!(files.len(), 3, "the file and two pictures are kept and looked after");
        assert_eq!(files, t.app.files.all().unwrap());

        // What a person corrects is kept: the number of an article put right, a line of the seal left out.
        let first = format!("{path}/1");
        let page = person.get(&t, &first).await.text();
        assert!(page.contains("/1/anh\"") && !page.contains('⟦'), "{page}");
        let read = lines(&page);
        let (field, _) = read.iter().find(|(_, text)| text.contains("350.000")).expect("a line with a sum");
        let right = "1. Mỗi người giữ bến được hưởng thù lao 400.000 đồng một tháng từ ngân";
        let shown = version(&page);
        let form = [("version", &*shown), (field.as_str(), right), ("act", "next")];
        let kept = person.post(&t, &first, &form).await;
        assert_eq!(kept.location(), format!("{path}/2"));
        // From another window that still shows the page as it was: both are shown, and nothing is lost.
        let other_window =
            [("version", &*shown), (field.as_str(), "thù lao 350.000"), ("added", "Thêm"), ("act", "keep")];
        let both = person.post(&t, &first, &other_window).await;
        assert_eq!(both.status, StatusCode::CONFLICT);
        let both = both.text();
        assert!(both.contains("lưu khác ở một cửa sổ") && both.contains(&format!("{right}</td>")), "{both}");
        assert!(both.contains("thù lao 350.000</textarea>") && both.contains(">Thêm</textarea>"), "{both}");
        assert!(version(&both) != shown && !both.contains('⟦'), "{both}");
        let second = person
            .post(
                &t,
                &format!("{path}/2"),
                &[("version", "0"), ("added", "Dòng thêm vào cuối trang."), ("act", "keep")],
            )
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
        assert!(page.contains("thường viết tay") && !page.contains("Chưa ai xem các trang"), "{page}");
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
        assert!(page.contains("không thấy chữ nào"), "{page}");
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

/// A `tesseract` of ours: it reads what the file beside it says, or dies of it.
fn stand_in(folder: &std::path::Path) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let program = folder.join("tesseract");
    let does = "#!/bin/sh\n[ \"$1\" = --list-langs ] && { echo vie; exit; }\n\
                cat > \"$0.picture\"\n[ -e \"$0.tsv\" ] || kill -9 $$\nexec cat \"$0.tsv\"\n";
    std::fs::write(&program, does).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    program
}

const HEAD: &str =
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";

/// What it reads: a decision with an article.
fn reading(folder: &std::path::Path) {
    let words = ["QUYẾT ĐỊNH", "Số: 7/QĐ-UBND", "Điều 1. Giữ bến nước", "Giữ bến sạch sẽ."];
    let row = |(n, text): (usize, &&str)| {
        format!("5\t1\t1\t{n}\t1\t1\t300\t{}\t900\t50\t70\t{text}\n", 300 + 100 * n)
    };
    let rows: String = words.iter().enumerate().map(row).collect();
    std::fs::write(folder.join("tesseract.tsv"), format!("{HEAD}{rows}")).unwrap();
}

/// A PDF of blank pages of these sizes.
fn blank(sizes: &[&str]) -> Vec<u8> {
    let kids: Vec<String> = (0..sizes.len()).map(|n| format!("{} 0 R", 3 + n)).collect();
    let mut objects = vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        format!("<</Type/Pages/Count {}/Kids[{}]>>", sizes.len(), kids.join(" ")).into_bytes(),
    ];
    let page = |size: &&str| format!("<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size}]>>").into_bytes();
    objects.extend(sizes.iter().map(page));
    pdf(&objects)
}

#[tokio::test]
async fn a_page_that_the_machine_could_not_read_is_read_again() {
    if !can_read() {
        return;
    }
    for engine in store::testing::engines() {
        let folder = tempfile::tempdir().unwrap();
        let program = stand_in(folder.path());
        let t =
            TestApp::with_config(engine, &format!("tesseract = {:?}", program.display().to_string())).await;
        let (person, _) = people(&t).await;
        // One page is a door, one a thread: neither takes more memory than paper does.
        let sizes = ["595 842", "1 100000", "14400 14400"];
        let sent = person.upload(&t, "/luat/nhap", &[], ("file", "quét.pdf", &blank(&sizes))).await;
        let path = sent.location().to_owned();
        assert!(person.get(&t, "/viec").await.text().contains("Máy đang đọc"));
        // It is killed: that costs the page.
        assert!(scan::read_next(&t.app).await.unwrap());
        // It is gone: the scan waits, and says so.
        std::fs::rename(&program, folder.path().join("away")).unwrap();
        assert!(scan::read_next(&t.app).await.is_err());
        let page = person.get(&t, &path).await.text();
        assert!(
            page.contains("không có chương trình đọc") && page.contains("Đã đọc 1 trên 3 trang"),
            "{page}"
        );
        std::fs::rename(folder.path().join("away"), &program).unwrap();
        while scan::read_next(&t.app).await.unwrap() {}
        let page = person.get(&t, &path).await.text();
        assert_eq!(page.matches("máy chưa đọc được trang này").count(), 3, "{page}");
        // What a person typed in meanwhile stays.
        let typed = [("version", "0"), ("added", "Chữ gõ tay"), ("act", "keep")];
        person.post(&t, &format!("{path}/2"), &typed).await;
        reading(folder.path());
        let again = person.post(&t, &path, &[("act", "again")]).await;
        assert_eq!(again.location(), path);
        while scan::read_next(&t.app).await.unwrap() {}
        let page = person.get(&t, &path).await.text();
        assert!(!page.contains("máy chưa đọc được") && page.contains("4 dòng chưa chắc"), "{page}");
        assert!(person.get(&t, &format!("{path}/2")).await.text().contains("Chữ gõ tay"));
        // The last page, as large as a field, was drawn no larger than A4.
        let drawn = std::fs::read(folder.path().join("tesseract.picture")).unwrap();
        assert!(drawn.starts_with(b"P5\n3509 3509\n"), "{:?}", &drawn[..20]);
        assert!(person.get(&t, &format!("{path}/1")).await.text().contains("Số: 7/QĐ-UBND"));
    }
}

#[tokio::test]
async fn scans_that_nobody_finishes_go_with_their_files() {
    if !can_read() {
        return;
    }
    for engine in store::testing::engines() {
        let folder = tempfile::tempdir().unwrap();
        let program = stand_in(folder.path());
        reading(folder.path());
        let t =
            TestApp::with_config(engine, &format!("tesseract = {:?}", program.display().to_string())).await;
        let (person, other) = people(&t).await;
        let send = async |who: &Person, page: &str| {
            let pages = ["595 842", page];
            who.upload(&t, "/luat/nhap", &[], ("file", "quét.pdf", &blank(&pages)))
                .await
                .location()
                .to_owned()
        };
        let (first, same, left) =
            (send(&person, "595 842").await, send(&other, "595 842").await, send(&person, "500 700").await);
        while scan::read_next(&t.app).await.unwrap() {}
        let all = t.app.files.all().unwrap().len();
        // On the list of whoever sent them, and of nobody else.
        let list = person.get(&t, "/viec").await.text();
        assert!(list.contains(&first) && list.contains(&left) && !list.contains(&same), "{list}");

        // Dropped, it can be taken back for a day; nothing else can be done with it.
        let page = person.get(&t, &first).await.text();
        assert!(page.contains("Bỏ bản quét này") && page.contains("được giữ đến hết ngày"), "{page}");
        assert_eq!(other.post(&t, &first, &[("act", "drop")]).await.status, StatusCode::NOT_FOUND);
        for (act, dropped) in [("drop", true), ("take-back", false), ("drop", true)] {
            assert_eq!(person.post(&t, &first, &[("act", act)]).await.location(), first);
            let page = person.get(&t, &first).await.text();
            assert_eq!(page.contains("Bản quét này đã bỏ"), dropped, "{act}: {page}");
            assert_eq!(person.get(&t, "/viec").await.text().contains(&first), !dropped, "{act}");
            assert_eq!(
                person.get(&t, &format!("{first}/1")).await.status == StatusCode::OK,
                !dropped,
                "{act}"
            );
        }
        assert_eq!(person.post(&t, &first, &[]).await.status, StatusCode::CONFLICT);
        let import = first.trim_end_matches("/0/quet");
        assert!(person.get(&t, import).await.text().contains("Đã bỏ"));
        assert_eq!(laws::left::clean_up(&t.app).await.unwrap(), 0);

        // Its files go with it but for those that another scan names too.
        t.pass_minutes(25 * 60);
        let (person, other) = (t.as_account(person.account).await, t.as_account(other.account).await);
        assert_eq!(laws::left::clean_up(&t.app).await.unwrap(), 1);
        assert_eq!(t.app.files.all().unwrap().len(), all);
        assert_eq!(person.get(&t, &first).await.status, StatusCode::NOT_FOUND);
        assert!(person.get(&t, import).await.text().contains("đã bỏ, hoặc để lâu"));
        assert_eq!(laws::left::unfinished(&t.app).await.unwrap(), 2);
        assert_eq!(other.post(&t, &same, &[("act", "drop")]).await.status, StatusCode::SEE_OTHER);
        t.pass_minutes(25 * 60);
        assert_eq!(laws::left::clean_up(&t.app).await.unwrap(), 1);
        let there = t.app.files.all().unwrap();
        assert!(there.len() < all, "{there:?}");
        let mut tx = t.app.db.begin().await.unwrap();
        assert_eq!(lantoa::kept_files(&mut tx).await.unwrap(), there);
        drop(tx);

        // One that is left lying goes after its days; one that became a law stays.
        let person = t.as_account(person.account).await;
        let law = send(&person, "400 600").await;
        while scan::read_next(&t.app).await.unwrap() {}
        let review = person.post(&t, &law, &[]).await.location().to_owned();
        let saved = person.post(&t, &review, &[("number", "7/QĐ-UBND"), ("kind", "Quyết định")]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        assert_eq!(person.post(&t, &law, &[("act", "drop")]).await.status, StatusCode::CONFLICT);
        t.pass_minutes(28 * 24 * 60);
        assert_eq!(laws::left::clean_up(&t.app).await.unwrap(), 0);
        t.pass_minutes(3 * 24 * 60);
        assert_eq!(laws::left::clean_up(&t.app).await.unwrap(), 1);
        let person = t.as_account(person.account).await;
        assert_eq!(person.get(&t, &left).await.status, StatusCode::NOT_FOUND);
        assert_eq!(person.get(&t, &law).await.status, StatusCode::OK);
        assert!(lantoa::audit::verify(&t.app.db).await.unwrap().1.is_empty());
    }
}

struct Quiet;

impl laws::bulk::Progress for Quiet {
    fn at(&self, _: u64, _: u64, _: &str) {}
}

#[tokio::test]
async fn a_scan_imported_by_command_is_marked_until_a_person_has_looked_at_it() {
    if !can_read() {
        return;
    }
    for engine in store::testing::engines() {
        let folder = tempfile::tempdir().unwrap();
        let program = stand_in(folder.path());
        reading(folder.path());
        let t =
            TestApp::with_config(engine, &format!("tesseract = {:?}", program.display().to_string())).await;
        let province = t.unit("Tỉnh Tây Ninh", "province", None, "2025-07-01").await;
        let person = t.person(Role::ProvincialOfficer, province).await;
        let file = folder.path().join("quét.pdf");
        std::fs::write(&file, blank(&["595 842"])).unwrap();
        let import = async || laws::bulk::import(&t.app, std::slice::from_ref(&file), &Quiet).await.unwrap();
        // Without the program: what it is, and what to do.
        std::fs::rename(&program, folder.path().join("away")).unwrap();
        assert_eq!(import().await.unread[0].why, "only-pictures");
        std::fs::rename(folder.path().join("away"), &program).unwrap();
        let done = import().await;
        assert_eq!((done.new, done.scans.len(), done.unread.len()), (1, 1, 0), "{done:?}");
        let law = laws::find_by_number(&t.app.db, "7/QĐ-UBND").await.unwrap().expect("a law");
        let mark = "chưa ai so lại hết với bản giấy";
        assert!(t.get(&law.path()).await.text().contains(mark));
        let list = format!("/luat/{}/chua-chu", law.id);
        let home = person.get(&t, "/viec").await.text();
        assert!(home.contains(&list), "{home}");
        assert!(person.get(&t, &list).await.text().contains(mark));
        let looked = person.post(&t, &list, &[("act", "looked")]).await;
        assert_eq!(looked.status, StatusCode::SEE_OTHER);
        assert!(!t.get(&law.path()).await.text().contains(mark));
        assert!(!person.get(&t, "/viec").await.text().contains(&list));
        // The same again changes nothing.
        assert_eq!(import().await.same, 1);
        assert!(!person.get(&t, &format!("/luat/{}", law.id)).await.text().contains(mark));
    }
}

/// Papers with their text, drawn as a scanner does and read again. `LANTOA_SCANS` names others than the short one.
#[tokio::test]
async fn a_real_paper_that_was_scanned_reads_nearly_as_it_did() {
    let Some(folder) = shared("data/documents/files").filter(|_| can_read()) else { return };
    let named = std::env::var("LANTOA_SCANS").unwrap_or_else(|_| "nq-17-2022-ubtvqh15.pdf".into());
    let (mut all, mut all_wrong) = (0, 0);
    for name in named.split_whitespace() {
        let paper = std::fs::read(folder.join(name)).unwrap();
        let text = lawtext::read(lawtext::Format::Pdf, &paper).expect("a paper with its text");
        let (gold, _) = laws::NewLaw::of(&lawtext::parse(&text), name);
        let began = std::time::Instant::now();
        let pages = scan::read_all(&Config::default(), scanned(&paper), |_, _| {}).await.unwrap().unwrap();
        let (count, seconds) = (pages.len(), began.elapsed().as_secs_f64());
        let (read, _) = scan::understand(pages, name.into()).await.unwrap();
        let whole = |law: &laws::NewLaw| {
            let rows = law.nodes.iter().map(|n| format!("{} {}\n{}\n", n.printed, n.heading, n.body()));
            rows.collect::<String>()
        };
        let expected = whole(&gold);
        let letters = expected.chars().count();
        let wrong = distance(&expected, &whole(&read));
        let facts = [
            (&gold.number, &read.number),
            (&gold.kind, &read.kind),
            (&gold.title, &read.title),
            (&gold.issuer, &read.issuer),
        ];
        let facts = facts.iter().filter(|(gold, read)| gold == read).count();
        println!(
            "{name}: {count} pages, {:.1} s a page; {wrong} letters of {letters} wrong ({:.2} %); {facts} facts of 4",
            seconds / count as f64,
            100.0 * wrong as f64 / letters as f64
        );
        (all, all_wrong) = (all + letters, all_wrong + wrong);
    }
    let rate = all_wrong as f64 / all as f64;
    println!("together: {all_wrong} of {all} letters wrong ({:.2} %)", 100.0 * rate);
    assert!(all > 1_000 && rate < 0.03, "{all_wrong} of {all}");
}
