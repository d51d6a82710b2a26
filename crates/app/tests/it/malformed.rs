//! 500 malformed files, sent as a person sends them: 125 each of Word, PDF, web page and Excel, half of them no
//! such file at all or a broken one, half damaged inside a container that is sound. Each is answered in time with
//! a sentence that says what to do, or with what is left of it; what is good beside them is kept.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use lantoa::access::Role;
use lantoa::i18n::Lang;
use store::{Engine, Id, sql};

use crate::laws::LAW;
use crate::parts::{change, unzip, zip};
use crate::support::{Person, TestApp};

/// Printed with what fails; the same files in every run.
const SEED: u64 = 0x2026_1123;
/// Of each kind: outside and inside.
const OUTSIDE: usize = 62;
const INSIDE: usize = 63;
/// Longest that one request may take, whatever is in it, beside other tests and without optimization.
const TIME: Duration = Duration::from_secs(75);

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }
    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// Cut off, overwritten, doubled, with bytes changed or left out, or with pieces in it that mean something.
    fn damage(&mut self, bytes: &[u8], pieces: &[&str]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        for _ in 0..1 + self.below(3) {
            let at = self.below(bytes.len());
            let length = self.below(bytes.len() / 4 + 1).min(bytes.len() - at);
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => bytes[at..at + length].fill(0),
                2 => bytes.extend_from_within(at..at + length),
                3 => drop(bytes.drain(at..at + length)),
                4 => {
                    let piece = self.one(pieces).repeat(1 + self.below(50));
                    bytes.splice(at..at, piece.into_bytes());
                }
                _ => (0..12).for_each(|_| {
                    let at = self.below(bytes.len());
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = self.below(256) as u8;
                    }
                }),
            }
        }
        bytes
    }
}

struct Sent {
    name: String,
    bytes: Vec<u8>,
}

/// What people send under a wrong name, and what was sent to do harm.
fn strangers(kind: &str, good: &[u8]) -> Vec<Vec<u8>> {
    let utf16: Vec<u8> = LAW.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let old_office = [&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1][..], &[0; 2000]].concat();
    let bomb = |name: &str| zip(&[(name.to_owned(), vec![b' '; 70 << 20])]);
    let mut all = vec![
        b"\0".to_vec(),
        b"PK\x03\x04".to_vec(),
        b"PK\x05\x06".iter().chain(&[0; 18]).copied().collect(),
        b"%PDF-1.7\n%%EOF".to_vec(),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
        b"MZ\x90\0\x03\0\0\0".repeat(50),
        b"<html></html>".to_vec(),
        vec![0; 50_000],
        vec![0xff; 50_000],
        utf16,
        old_office,
        zip(&[("a.txt".into(), b"a".to_vec())]),
        zip(&[("inner.zip".into(), good.to_vec())]),
        [b"PK".to_vec(), good.to_vec()].concat(),
        good[..good.len() / 2].to_vec(),
        good[good.len() / 2..].to_vec(),
        good.iter().rev().copied().collect(),
    ];
    if kind == "docx" {
        all.push(bomb("word/document.xml"));
    }
    if kind == "xlsx" {
        all.push(bomb("xl/workbook.xml"));
        all.push(b"Ng\xc3\xa0y;H\xc3\xacnh th\xe1\xbb\xa9c\n1;2\n".to_vec());
    }
    all
}

fn outside(kind: &str, good: &[u8], pieces: &[&str], dice: &mut Dice) -> Vec<Sent> {
    let mut all = strangers(kind, good);
    while all.len() < OUTSIDE {
        let damaged = dice.damage(good, pieces);
        // A browser sends no empty file.
        all.push(if damaged.is_empty() { vec![b' '] } else { damaged });
    }
    all.truncate(OUTSIDE);
    named(kind, "ngoai", all)
}

fn named(kind: &str, of: &str, all: Vec<Vec<u8>>) -> Vec<Sent> {
    let name = |(n, bytes)| Sent { name: format!("{of}-{n}.{kind}"), bytes };
    all.into_iter().enumerate().map(name).collect()
}

fn good_docx() -> Vec<u8> {
    let paragraph = |line: &str| {
        format!(
            "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>{line}</w:t></w:r></w:p>"
        )
    };
    let body: String = LAW.lines().map(paragraph).collect();
    let table = format!("<w:tbl><w:tr><w:tc>{0}</w:tc><w:tc>{0}</w:tc></w:tr></w:tbl>", paragraph("Ô"));
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}{table}</w:body></w:document>"
    );
    let numbering = "<w:numbering xmlns:w=\"w\"><w:abstractNum w:abstractNumId=\"0\"><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"decimal\"/><w:lvlText w:val=\"%1.\"/></w:lvl></w:abstractNum><w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>";
    let part = |name: &str, text: &str| (name.to_owned(), text.as_bytes().to_vec());
    zip(&[
        part("[Content_Types].xml", "<Types/>"),
        part("word/document.xml", &document),
        part("word/numbering.xml", numbering),
        part(
            "word/styles.xml",
            "<w:styles xmlns:w=\"w\"><w:style w:styleId=\"a\"><w:name w:val=\"a\"/></w:style></w:styles>",
        ),
    ])
}

fn inside_docx(good: &[u8], dice: &mut Dice) -> Vec<Sent> {
    const PIECES: [&str; 9] = [
        "<w:p>",
        "</w:tbl>",
        "<w:t>",
        "&amp",
        "&#xFFFFFFFF;",
        "<![CDATA[",
        "<w:tbl><w:tr><w:tc>",
        "<w:numPr><w:numId w:val=\"-9\"/>",
        "<!DOCTYPE x [<!ENTITY a \"ha\">]>",
    ];
    let text = "word/document.xml";
    let nested = "<w:tbl><w:tr><w:tc>".repeat(20_000);
    let mut all = vec![
        change(good, text, |_| nested.into_bytes()),
        change(good, text, |_| Vec::new()),
        change(good, text, |part| [&[0xff, 0xfe], part].concat()),
        change(good, text, |part| [part, vec![b'<'; 5_000].as_slice()].concat()),
        change(good, "word/numbering.xml", |_| b"<w:numbering".to_vec()),
    ];
    while all.len() < INSIDE {
        let part =
            if dice.below(5) == 0 { dice.one(&["word/numbering.xml", "word/styles.xml"]) } else { text };
        all.push(change(good, part, |part| dice.damage(part, &PIECES)));
    }
    named("docx", "trong", all)
}

const PDF_PAGE: &str = "BT /F1 12 Tf 72 700 Td (Dieu 1. Pham vi dieu chinh cua nghi dinh nay ve ben song) Tj 0 -20 Td (1. Nghi dinh nay quy dinh ve ben song va nguoi qua ben) Tj 0 -20 Td [(a\\) Ben ) -20 (lon;)] TJ ET";
const PDF_MAP: &str = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <20> <7E> <0020> endbfrange endcmap end end";

/// A PDF of these objects, the first its catalog, with a cross-reference table that fits.
pub fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", n + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let table = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).bytes());
    places.iter().for_each(|place| bytes.extend(format!("{place:010} 00000 n \n").bytes()));
    let size = places.len() + 1;
    bytes.extend(format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF").bytes());
    bytes
}

pub fn stream(keys: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("<<{keys}/Length {}>>\nstream\n", content.len());
    [head.as_bytes(), content, b"\nendstream"].concat()
}

fn pdf_objects(page: &[u8], map: &[u8], keys: &str) -> Vec<Vec<u8>> {
    vec![
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>>>"
            .to_vec(),
        stream(keys, page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>".to_vec(),
        stream("", map),
    ]
}

fn inside_pdf(dice: &mut Dice) -> Vec<Sent> {
    const PIECES: [&str; 10] =
        ["BT ", " Tj ", "[(", " Td", "q ", "<00>", " cm ", "beginbfchar <01> <", "99999999999 ", "/F9 0 Tf "];
    let with = |n: usize, object: &[u8]| {
        let mut objects = pdf_objects(PDF_PAGE.as_bytes(), PDF_MAP.as_bytes(), "");
        objects[n] = object.to_vec();
        pdf(&objects)
    };
    let many = format!("<</Type/Pages/Kids[{}]/Count 99999>>", "3 0 R ".repeat(2_000));
    let mut all = vec![
        with(1, b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"),
        with(1, b"<</Type/Pages/Kids[9 0 R]/Count 99999999999999>>"),
        with(1, many.as_bytes()),
        with(2, b"<</Type/Page/Parent 3 0 R/Contents 3 0 R/MediaBox[(a)(b)(c)(d)]>>"),
        with(
            2,
            b"<</Type/Page/Parent 2 0 R/Contents[4 0 R 4 0 R]/MediaBox[0 0 1e99 -1e99]/Resources 3 0 R>>",
        ),
        with(3, &stream("/Filter/FlateDecode", PDF_PAGE.as_bytes())),
        with(3, &stream("/Filter[/ASCIIHexDecode/LZWDecode/RunLengthDecode]", PDF_PAGE.as_bytes())),
        with(
            3,
            &stream("/Filter/FlateDecode/DecodeParms<</Predictor 15/Columns 999999999>>", b"\x78\x9c\x01"),
        ),
        with(3, &stream("", "q ".repeat(200_000).as_bytes())),
        with(3, &stream("", "[".repeat(200_000).as_bytes())),
        with(3, &stream("", format!("{}{}", "<<".repeat(50_000), PDF_PAGE).as_bytes())),
        with(4, b"<</Type/Font/Subtype/Type0/BaseFont/X/DescendantFonts[5 0 R]/ToUnicode 5 0 R>>"),
        with(4, b"<</Type/Font/Subtype/Type3/FontMatrix[0 0 0 0 0 0]/Encoding 4 0 R>>"),
        with(5, &stream("/Type/ObjStm/N 99999/First 999999", PDF_MAP.as_bytes())),
        with(
            5,
            &stream(
                "",
                format!("begincmap {}", "1 beginbfrange <00> <FFFFFFFF> <0000> ".repeat(50)).as_bytes(),
            ),
        ),
    ];
    while all.len() < INSIDE {
        let page = dice.damage(PDF_PAGE.as_bytes(), &PIECES);
        let map = match dice.below(3) {
            0 => dice.damage(PDF_MAP.as_bytes(), &PIECES),
            _ => PDF_MAP.as_bytes().to_vec(),
        };
        all.push(pdf(&pdf_objects(&page, &map, dice.one(&["", "", "/Filter/FlateDecode"]))));
    }
    named("pdf", "trong", all)
}

fn good_html() -> String {
    let lines: String =
        LAW.lines().map(|line| format!("<p style=\"text-align:center\">{line}</p>")).collect();
    format!("<!DOCTYPE html><html><head><title>x</title></head><body><div>{lines}</div></body></html>")
}

fn inside_html(good: &str, dice: &mut Dice) -> Vec<Sent> {
    const PIECES: [&str; 10] = [
        "<table><tr><td>",
        "</p",
        "<!--",
        "&#x",
        "<script>",
        "<ol><li>",
        "&amp",
        "<a b=\"",
        "]]>",
        "\u{300}",
    ];
    let page =
        |inner: &[u8]| [b"<!DOCTYPE html><html><body>", inner, good.as_bytes(), b"</body></html>"].concat();
    let latin: Vec<u8> =
        LAW.chars().map(|c| if c.is_ascii() { c as u8 } else { 0xe0 | (c as u32 as u8 & 0x1f) }).collect();
    let unpaired: Vec<u8> = good
        .encode_utf16()
        .flat_map(|u| if u == u16::from(b'p') { 0xd800 } else { u }.to_le_bytes())
        .collect();
    let mut all = vec![
        page("<div>".repeat(100_000).as_bytes()),
        page("<table><tr><td>".repeat(30_000).as_bytes()),
        page(format!("<p {}>", "a=\"1\" ".repeat(100_000)).as_bytes()),
        page(format!("<p a=\"{}\">", "x".repeat(1 << 20)).as_bytes()),
        page("&lt;".repeat(200_000).as_bytes()),
        page("<!--".repeat(1_000).as_bytes()),
        page("<script>".repeat(1_000).as_bytes()),
        page(b"<plaintext>"),
        page("</div>".repeat(50_000).as_bytes()),
        page("<ol type=I><li>".repeat(5_000).as_bytes()),
        page(&latin),
        [b"<html><body>".as_slice(), &latin].concat(),
        [&[0xff, 0xfe][..], &unpaired].concat(),
        [b"\xef\xbb\xbf<html>\xc3".as_slice(), good.as_bytes()].concat(),
        page("Điều 1. ".repeat(100_000).as_bytes()),
    ];
    while all.len() < INSIDE {
        // Letters cut in two, tags cut in two: the page around them is whole.
        let from = good.find("<p").unwrap_or(0);
        all.push(page(&dice.damage(&good.as_bytes()[from..], &PIECES)));
    }
    named("html", "trong", all)
}

const SHEET: &str = "xl/worksheets/sheet1.xml";
const STRINGS: &str = "xl/sharedStrings.xml";
const TALKED: &str = "Phổ biến trực tiếp";
const ROWS: [&str; 3] = ["Buổi ở ấp 1", "Buổi ở ấp 2", "Buổi ở ấp 3"];

fn good_xlsx() -> Vec<u8> {
    let headers = ["Ngày", "Hình thức", "Nội dung", "Số lượt người"].map(String::from).to_vec();
    let row =
        |title: &&str| ["20/11/2026", TALKED, title, "62"].map(|c| sheets::Cell::Text(c.to_owned())).to_vec();
    let rows = ROWS.iter().map(row).collect();
    let table =
        sheets::Table { title: "Báo cáo của xã".into(), headers, rows, ..sheets::Table::default() };
    share_strings(&sheets::write_table(&table).expect("a workbook"))
}

/// As Excel itself writes: texts in a part of their own, cells with their numbers.
fn share_strings(bytes: &[u8]) -> Vec<u8> {
    let mut parts = unzip(bytes);
    let mut edit = |name: &str, change: &dyn Fn(&str) -> String| {
        let part =
            parts.iter_mut().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no part {name}"));
        part.1 = change(std::str::from_utf8(&part.1).expect("UTF-8")).into_bytes();
    };
    let texts = std::cell::RefCell::new(Vec::new());
    edit(SHEET, &|sheet| {
        let mut cells = sheet.split(" t=\"inlineStr\"><is>");
        let mut shared = cells.next().unwrap_or_default().to_owned();
        for cell in cells {
            let (text, rest) = cell.split_once("</is>").expect("a text's end");
            let mut texts = texts.borrow_mut();
            shared += &format!(" t=\"s\"><v>{}</v>{rest}", texts.len());
            texts.push(format!("<si>{text}</si>"));
        }
        shared
    });
    let texts = texts.into_inner();
    assert!(texts.len() > ROWS.len(), "texts of cells");
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml";
    let kind = format!("<Override PartName=\"/{STRINGS}\" ContentType=\"{kind}\"/></Types>");
    edit("[Content_Types].xml", &|types| types.replace("</Types>", &kind));
    let rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings";
    let rel =
        format!("<Relationship Id=\"rId99\" Type=\"{rel}\" Target=\"sharedStrings.xml\"/></Relationships>");
    edit("xl/_rels/workbook.xml.rels", &|rels| rels.replace("</Relationships>", &rel));
    let (count, texts) = (texts.len(), texts.concat());
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let part = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
         <sst xmlns=\"{main}\" count=\"{count}\" uniqueCount=\"{count}\">{texts}</sst>"
    );
    parts.push((STRINGS.to_owned(), part.into_bytes()));
    zip(&parts)
}

/// Workbooks damaged inside, and how many of the good rows must be left.
fn inside_xlsx(good: &[u8], dice: &mut Dice) -> Vec<(Sent, usize)> {
    const PIECES: [&str; 10] = [
        "<row>",
        "</c>",
        "<v>",
        "<c r=\"ZZZZ99\"><v>1</v></c>",
        "<c r=\"A0\"><v>1</v></c>",
        "<c r=\"A\"><v>1</v></c>",
        "&#0;",
        "<![CDATA[",
        "<row r=\"4294967295\">",
        "<mergeCell ref=\"Z9:A1\"/>",
    ];
    let text = |part: &[u8]| String::from_utf8(part.to_vec()).expect("UTF-8");
    // One row is spoilt, the two others stand.
    let spoilt =
        |cell: &str, by: &str| change(good, STRINGS, |part| text(part).replacen(cell, by, 1).into_bytes());
    let mut all = vec![
        (spoilt(ROWS[1], ""), 2),
        (spoilt(ROWS[1], &"x".repeat(2_000)), 2),
        (
            change(good, SHEET, |part| {
                text(part)
                    .replacen("</sheetData>", "<row r=\"40\"><c r=\"A0\"><v>1</v></c></row></sheetData>", 1)
                    .into_bytes()
            }),
            3,
        ),
        (change(good, SHEET, |part| text(part).replacen("</sheetData>", "", 1).into_bytes()), 3),
        (
            change(good, SHEET, |part| {
                text(part)
                    .replacen(
                        "</sheetData>",
                        "<row r=\"4294967295\"><c r=\"A4294967295\"><v>1</v></c></row></sheetData>",
                        1,
                    )
                    .into_bytes()
            }),
            3,
        ),
        (change(good, "docProps/core.xml", |_| b"<broken/>".to_vec()), 3),
        (change(good, "xl/theme/theme1.xml", |_| b"<broken".to_vec()), 3),
        (
            change(good, SHEET, |part| {
                text(part)
                    .replacen("<sheetData>", &format!("{}<sheetData>", "<a>".repeat(100_000)), 1)
                    .into_bytes()
            }),
            0,
        ),
        (
            change(good, STRINGS, |part| {
                text(part).replacen("uniqueCount=\"", "uniqueCount=\"1000000000000", 1).into_bytes()
            }),
            0,
        ),
        (
            change(good, "xl/workbook.xml", |part| {
                text(part)
                    .replacen(
                        "<sheets>",
                        &format!(
                            "<sheets>{}",
                            "<sheet name=\"a\" sheetId=\"9\" r:id=\"rId1\"/>".repeat(2_000)
                        ),
                        1,
                    )
                    .into_bytes()
            }),
            0,
        ),
        (change(good, SHEET, |part| [part, &[0xff, 0xfe]].concat()), 0),
    ];
    while all.len() < INSIDE {
        let part = match dice.below(4) {
            0 => STRINGS,
            1 => dice.one(&[
                "xl/workbook.xml",
                "xl/styles.xml",
                "xl/_rels/workbook.xml.rels",
                "[Content_Types].xml",
            ]),
            _ => SHEET,
        };
        all.push((change(good, part, |part| dice.damage(part, &PIECES)), 0));
    }
    let name = |(n, (bytes, left))| (Sent { name: format!("trong-{n}.xlsx"), bytes }, left);
    all.into_iter().enumerate().map(name).collect()
}

/// Panics that reach the log, apart from those of tests themselves.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn count_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.location().is_some_and(|at| at.file().contains("tests/it")) {
            PANICS.fetch_add(1, Ordering::SeqCst);
        }
        before(panic);
    }));
    lantoa::foreign::quiet_panics();
}

#[derive(Default)]
struct Count {
    files: usize,
    refused: usize,
    slowest: (Duration, String),
}

impl Count {
    fn add(&mut self, took: Duration, what: &str) {
        assert!(took < TIME, "{what} took {took:?} (seed {SEED:#x})");
        if took > self.slowest.0 {
            self.slowest = (took, what.to_owned());
        }
    }
}

store::record! { struct FileRow { name: String, read: String, problems: String } }

/// Files of laws, many at once, a good one among them.
async fn send_laws(t: &TestApp, person: &Person, files: &[Sent], count: &mut Count) {
    for (n, batch) in files.chunks(19).enumerate() {
        let number = format!("{}/2099/QH99", 100 + n);
        let good =
            Sent { name: "tốt.txt".into(), bytes: LAW.replace("90/2099/QH99", &number).into_bytes() };
        let sent: Vec<(&str, &[u8])> =
            batch.iter().chain([&good]).map(|s| (s.name.as_str(), s.bytes.as_slice())).collect();
        let start = Instant::now();
        let answer = person.upload_many(t, "/luat/nhap", "file", &sent).await;
        count.add(start.elapsed(), &format!("{} … {}", batch[0].name, batch[batch.len() - 1].name));
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}: {}", batch[0].name, answer.text());
        let import: Id = answer.location().rsplit('/').next().unwrap().parse().unwrap();
        let page = person.get(t, answer.location()).await;
        assert_eq!(page.status, StatusCode::OK);
        let page = page.text();
        assert!(!page.contains('⟦'), "{page}");
        let rows: Vec<FileRow> = sql!(
            "SELECT name, read, problems FROM law_import_files WHERE import_id = $1 ORDER BY seq",
            import
        )
        .all(&t.app.db)
        .await
        .unwrap();
        assert_eq!(rows.len(), batch.len() + 1);
        for (seq, row) in rows.iter().enumerate() {
            if row.read.is_empty() {
                let problems: serde_json::Value = serde_json::from_str(&row.problems).unwrap();
                let key = format!("laws-unreadable-{}", problems[0]["code"].as_str().unwrap());
                let sentence = t.app.words.say(Lang::Vi, &key, &[]);
                assert!(sentence.contains("Hãy") && page.contains(&sentence), "{}: {sentence}", row.name);
                count.refused += 1;
            } else {
                // What is left of it can be looked at.
                let review = person.get(t, &format!("{}/{seq}", answer.location())).await;
                assert_eq!(review.status, StatusCode::OK, "{}", row.name);
            }
        }
        count.files += batch.len();
        // The good one is kept.
        assert!(page.contains(&number), "{page}");
        let saved = person.post(t, answer.location(), &[]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let (there,): (i64,) =
            sql!("SELECT COUNT(*) FROM laws WHERE number = $1", number).get(&t.app.db).await.unwrap();
        assert_eq!(there, 1, "{number}");
    }
}

/// A workbook of activities; `left` of its rows are good.
async fn send_workbook(t: &TestApp, person: &Person, sent: &Sent, left: usize, count: &mut Count) {
    let start = Instant::now();
    let answer = person.upload(t, "/hoat-dong/nhap", &[], ("file", &sent.name, &sent.bytes)).await;
    count.add(start.elapsed(), &sent.name);
    count.files += 1;
    if answer.status == StatusCode::SEE_OTHER {
        let page = person.get(t, answer.location()).await;
        assert_eq!(page.status, StatusCode::OK, "{}", sent.name);
        let page = page.text();
        assert!(!page.contains('⟦'), "{page}");
        if left > 0 {
            let (known, good) = ("đã có", format!("{left} dòng ghi được"));
            assert!(page.contains(&good) || page.contains(known), "{}: {page}", sent.name);
        }
    } else {
        assert_eq!(left, 0, "{}: {}", sent.name, answer.text());
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}: {}", sent.name, answer.text());
        let page = answer.text();
        assert!(page.contains("role=\"alert\"") || page.contains("class=\"problems\""), "{page}");
        assert!(page.contains("Hãy") && !page.contains('⟦'), "{}: {page}", sent.name);
        count.refused += 1;
    }
}

#[tokio::test]
async fn five_hundred_malformed_files_are_each_answered() {
    count_panics();
    for engine in store::testing::engines() {
        let start = Instant::now();
        let t = TestApp::on(engine).await;
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let person = t.person(Role::CommuneOfficer, commune).await;
        let mut dice = Dice(SEED);
        let (docx, html, xlsx) = (good_docx(), good_html(), good_xlsx());
        let whole = pdf(&pdf_objects(PDF_PAGE.as_bytes(), PDF_MAP.as_bytes(), ""));
        let mut laws = outside("docx", &docx, &["PK\x03\x04", "PK\x01\x02", "PK\x05\x06"], &mut dice);
        laws.extend(inside_docx(&docx, &mut dice));
        laws.extend(outside(
            "pdf",
            &whole,
            &["endobj ", "1 0 obj <<", "stream\n", "/Kids [", "xref"],
            &mut dice,
        ));
        laws.extend(inside_pdf(&mut dice));
        laws.extend(outside("html", html.as_bytes(), &["<", "\0", "\u{feff}", "</html>"], &mut dice));
        laws.extend(inside_html(&html, &mut dice));
        let mut books: Vec<(Sent, usize)> = outside("xlsx", &xlsx, &["PK\x03\x04", "PK\x01\x02"], &mut dice)
            .into_iter()
            .map(|s| (s, 0))
            .collect();
        books.extend(inside_xlsx(&xlsx, &mut dice));
        assert_eq!((laws.len(), books.len()), (375, 125));
        // The way in is the same on both engines: on the second a share of them is enough.
        if engine == Engine::Postgres {
            let mut n = 0;
            laws.retain(|_| (n += 1, n % 10 == 0).1);
            books.retain(|_| (n += 1, n % 10 == 0).1);
        }
        let mut count = Count::default();
        send_laws(&t, &person, &laws, &mut count).await;
        for (sent, left) in &books {
            send_workbook(&t, &person, sent, *left, &mut count).await;
        }
        println!(
            "{engine:?}: {} malformed files answered, {} refused with a sentence, the rest read in part; slowest {:?} in {:?}",
            count.files,
            count.refused,
            count.slowest,
            start.elapsed()
        );
        assert!(count.refused * 2 > count.files, "damage should mostly be noticed: {}", count.refused);
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0, "panics reached the log");
}

#[tokio::test]
async fn good_rows_beside_a_spoilt_one_are_recorded() {
    let t = TestApp::on(Engine::Sqlite).await;
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
    let person = t.person(Role::CommuneOfficer, commune).await;
    let broken_off = change(&good_xlsx(), SHEET, |part| {
        let text = String::from_utf8(part.to_vec()).unwrap();
        let third = text.match_indices("<row ").last().unwrap().0;
        text.as_bytes()[..third].to_vec()
    });
    let sent = person.upload(&t, "/hoat-dong/nhap", &[], ("file", "đứt.xlsx", &broken_off)).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
    assert_eq!(person.post(&t, sent.location(), &[]).await.status, StatusCode::SEE_OTHER);
    let listed = person.get(&t, "/hoat-dong").await.text();
    assert!(listed.contains("2 hoạt động, 124 lượt người"), "{listed}");
}
