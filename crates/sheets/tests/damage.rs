//! Hostile and damaged files. Each gives a clear error or a sheet, within a time, and the process stays small.

mod common;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use common::{change, only, replace, template, unzip, zip};
use sheets::{Limits, RowOut, SheetError, Workbook, read, write_back};

/// Generous, because the checks run unoptimized and beside other work; the slowest takes a few seconds.
const TIME: Duration = Duration::from_secs(20);
/// Peak memory of the whole run, which the limits must imply.
const MEMORY_KB: u64 = 1_500_000;

const SHEET: &str = "xl/worksheets/sheet1.xml";
const STRINGS: &str = "xl/sharedStrings.xml";

/// A workbook with three good rows.
fn good() -> Vec<u8> {
    let row = |name: &str| RowOut {
        typed: [
            ("name", name),
            ("born", "05/01/1960"),
            ("sex", "Nam"),
            ("cases", "12"),
            ("remark", "có & không"),
        ]
        .map(|(key, text)| (key.to_owned(), text.to_owned()))
        .into(),
        notes: Vec::new(),
        ok: true,
    };
    write_back(&template(), &[row("Nguyễn Văn A"), row("Trần Thị B"), row("Lê Văn C")]).unwrap()
}

#[derive(Debug)]
enum Expect {
    /// The file is refused with this code.
    Error(&'static str),
    /// The rows that are left, and a problem of the sheet with this code.
    Problem(&'static str),
    /// The damage does not touch what is read.
    Same,
    /// Damage at a random place: whichever of the above, or other text in a cell.
    Any,
}

fn timed_read(name: &str, bytes: &[u8]) -> Result<Workbook, SheetError> {
    let start = Instant::now();
    let found = catch_unwind(AssertUnwindSafe(|| read(bytes, &template(), &Limits::default())))
        .unwrap_or_else(|_| panic!("{name}: panicked"));
    let took = start.elapsed();
    assert!(took < TIME, "{name}: took {took:?}");
    found
}

fn check(good: &Workbook, name: &str, bytes: &[u8], expect: &Expect) -> bool {
    let found = timed_read(name, bytes);
    let codes: Vec<&str> = match &found {
        Ok(book) => {
            let of_sheets = book.sheets.iter().flat_map(|sheet| &sheet.problems);
            book.problems.iter().chain(of_sheets).map(|problem| problem.code()).collect()
        }
        Err(error) => vec![error.code()],
    };
    match expect {
        Expect::Error(code) => {
            assert!(found.is_err(), "{name}: expected {code}, read {found:?}");
            assert_eq!(codes, [*code], "{name}: {found:?}");
        }
        Expect::Problem(code) => {
            assert!(found.is_ok() && codes.contains(code), "{name}: expected {code}, found {found:?}");
        }
        Expect::Same => assert_eq!(found.as_ref(), Ok(good), "{name}"),
        Expect::Any => {
            for sheet in found.iter().flat_map(|book| &book.sheets) {
                assert!(sheet.rows.windows(2).all(|pair| pair[0].line < pair[1].line), "{name}");
                let keys: Vec<String> = template().columns.into_iter().map(|column| column.key).collect();
                for row in &sheet.rows {
                    let known = |key: &String| keys.contains(key);
                    assert!(row.values.keys().all(known) && row.typed.keys().all(known), "{name}");
                    // Every column has either a value or a problem.
                    assert_eq!(row.values.len() + row.problems.len(), keys.len(), "{name}");
                }
            }
            if bytes.len() < 100_000 {
                assert_eq!(timed_read(name, bytes), found, "{name}: the same bytes read differently");
            }
        }
    }
    found.is_err()
}

/// A fixed sequence of numbers below `below`.
fn places(seed: u64, below: usize) -> impl Iterator<Item = usize> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below.max(1)
    })
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn ole(directory: &str) -> Vec<u8> {
    let mut bytes = vec![0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    bytes.resize(1024, 0);
    bytes.extend(utf16(directory));
    bytes.resize(4096, 0);
    bytes
}

/// Damage of the container: what is no zip, is half a zip, or is a zip of something else.
fn containers(good: &[u8]) -> Vec<(String, Vec<u8>, Expect)> {
    use Expect::{Any, Error};
    let part = |name: &str| (name.to_owned(), b"<x/>".to_vec());
    let mut cases: Vec<(String, Vec<u8>, Expect)> = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>, expect| cases.push((name.to_owned(), bytes, expect));
    add("empty", Vec::new(), Error("not-workbook"));
    add("csv", "Họ và tên;Ngày sinh\nA;1/2/1970\n".into(), Error("not-workbook"));
    add("csv in UTF-16", [&[0xff, 0xfe][..], &utf16("Họ tên\tNgày\n")].concat(), Error("not-workbook"));
    add("html", "<html><table><tr><td>Họ và tên</td></tr></table></html>".into(), Error("not-workbook"));
    add("pdf", "%PDF-1.7\n".into(), Error("not-workbook"));
    add("zeros", vec![0; 100_000], Error("not-workbook"));
    add("old Excel", ole("Workbook"), Error("not-workbook"));
    add("encrypted", ole("EncryptedPackage"), Error("encrypted"));
    add("PK alone", b"PK".to_vec(), Error("damaged"));
    add("zip of nothing", zip(&[]), Error("not-workbook"));
    add("Word", zip(&[part("word/document.xml")]), Error("not-workbook"));
    add("OpenDocument", zip(&[part("mimetype"), part("content.xml")]), Error("not-workbook"));
    add("binary Excel", zip(&[part("xl/workbook.bin")]), Error("not-workbook"));
    add("zip in zip", zip(&[("a.xlsx".into(), good.to_vec())]), Error("not-workbook"));
    add("too many bytes", [b"PK".to_vec(), vec![0; 30 << 20]].concat(), Error("file-too-large"));
    add("junk after", [good.to_vec(), vec![b'x'; 1000]].concat(), Any);
    add("junk before", [b"PK".to_vec(), good.to_vec()].concat(), Any);
    for at in 1..24 {
        let cut = good.len() * at / 24;
        add(&format!("cut at {cut}"), good[..cut].to_vec(), Error("damaged"));
    }
    for at in places(1, good.len()).take(40) {
        let mut bytes = good.to_vec();
        bytes[at] ^= 0x55;
        add(&format!("byte {at} changed"), bytes, Any);
    }
    cases
}

/// Damage inside a container that is valid: the checksums fit.
fn parts(good: &[u8]) -> Vec<(String, Vec<u8>, Expect)> {
    use Expect::{Any, Error, Problem, Same};
    let mut cases: Vec<(String, Vec<u8>, Expect)> = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>, expect| cases.push((name.to_owned(), bytes, expect));

    for (name, part) in unzip(good) {
        let vital = ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", STRINGS].contains(&name.as_str());
        for quarter in 1..4 {
            let cut = part.len() * quarter / 4;
            let cut = (0..=cut).rev().find(|at| std::str::from_utf8(&part[..*at]).is_ok()).unwrap_or(0);
            let bytes = change(good, &name, |part| part[..cut].to_vec());
            let expect = if vital && name != "xl/_rels/workbook.xml.rels" { Error("damaged") } else { Any };
            add(&format!("{name} cut at {cut}"), bytes, expect);
        }
        add(&format!("{name} emptied"), change(good, &name, |_| Vec::new()), Any);
        add(&format!("{name} of zeros"), change(good, &name, |part| vec![0; part.len()]), Any);
        let left: Vec<_> = unzip(good).into_iter().filter(|(known, _)| *known != name).collect();
        add(&format!("{name} removed"), zip(&left), Any);
    }
    for name in [SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml"] {
        let part = unzip(good).into_iter().find(|(known, _)| known == name).expect("a part").1;
        for (at, put) in places(7, part.len()).take(12).zip(b"<>\"&/=A9 ;\x01'".iter().cycle()) {
            let bytes = change(good, name, |part| {
                let mut part = part.to_vec();
                part[at] = *put;
                part
            });
            add(&format!("{name}: {:?} at {at}", char::from(*put)), bytes, Any);
        }
    }

    let sheet = |old: &str, new: &str| replace(good, SHEET, old, new);
    let strings = |old: &str, new: &str| replace(good, STRINGS, old, new);
    // Declared sizes.
    let dimension = unzip(good)
        .into_iter()
        .find(|(name, _)| name == SHEET)
        .and_then(|(_, part)| {
            let part = String::from_utf8(part).ok()?;
            let start = part.find("<dimension")?;
            Some(part[start..start + part[start..].find("/>")? + 2].to_owned())
        })
        .expect("a dimension");
    add("whole sheet declared", sheet(&dimension, r#"<dimension ref="A1:XFD1048576"/>"#), Same);
    add("reversed dimension", sheet(&dimension, r#"<dimension ref="Z9:A1"/>"#), Any);
    add("1e9 rows declared", sheet(&dimension, r#"<dimension ref="A1:A1000000000"/>"#), Same);
    add("overflowing dimension", sheet(&dimension, r#"<dimension ref="A1:ZZZZZZZZZ99999999999"/>"#), Any);
    add("no dimension", sheet(&dimension, ""), Same);
    add("uniqueCount 1e15", strings("uniqueCount=\"", "uniqueCount=\"1000000000000"), Error("damaged"));
    add(
        "uniqueCount with spaces",
        strings("uniqueCount=\"", "uniqueCount = '9999999999999' x=\""),
        Error("damaged"),
    );
    add("count 1e15", strings(" count=\"", " count=\"1000000000000"), Same);
    // Cells in odd places.
    add("row 4294967295", sheet("<row r=\"5\"", "<row r=\"4294967295\""), Any);
    add("row 99999999999", sheet("<row r=\"5\"", "<row r=\"99999999999\""), Any);
    add("cell A0", sheet("r=\"A5\"", "r=\"A0\""), Problem("unreadable"));
    add("cell beyond the sheet", sheet("r=\"A5\"", "r=\"A4000000\""), Problem("unreadable"));
    add("cell in a far column", sheet("r=\"A5\"", "r=\"ZZZZ5\""), Problem("unreadable"));
    add("cell without a number", sheet("r=\"A5\"", "r=\"A\""), Problem("unreadable"));
    add("cell with a mark", sheet("r=\"A5\"", "r=\"Ạ5\""), Problem("unreadable"));
    add("odd element in a cell", sheet("</v></c></row>", "</v><w/></c></row>"), Any);
    add(
        "formula of a huge group",
        sheet("</v></c>", "</v><f t=\"shared\" si=\"99999999999999\" ref=\"A1:A2\">1</f></c>"),
        Any,
    );
    add(
        "formula area reversed",
        sheet("</v></c>", "</v><f t=\"shared\" si=\"1\" ref=\"B9:A1\">1</f></c>"),
        Any,
    );
    // Merged areas.
    let merge = |areas: &str| sheet("</sheetData>", &format!("</sheetData><mergeCells>{areas}</mergeCells>"));
    add("reversed merge", merge("<mergeCell ref=\"Z9:A1\"/>"), Any);
    add("merge of everything", merge("<mergeCell ref=\"A1:XFD1048576\"/>"), Any);
    add("200,000 merges", merge(&"<mergeCell ref=\"A1:XFD1048576\"/>".repeat(200_000)), Any);
    // Markup.
    let entities = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]><worksheet";
    add("entity bomb", sheet("<worksheet", entities), Error("damaged"));
    let strings_with = "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><sst";
    add("outside entity", strings("<sst", strings_with), Error("damaged"));
    add("unknown entity", strings("có &amp; không", "có &khong; không"), Error("damaged"));
    add("odd character", strings("có &amp; không", "có &#0; không"), Error("damaged"));
    add("deep nesting", sheet("<sheetData>", &format!("{}<sheetData>", "<a>".repeat(1_000_000))), Any);
    add(
        "a million comments",
        sheet("<sheetData>", &format!("<sheetData>{}", "<!-- -->".repeat(1_000_000))),
        Same,
    );
    add("unclosed comment", sheet("<sheetData>", "<sheetData><!-- "), Any);
    add("long attribute", sheet("<sheetData>", &format!("<sheetData a=\"{}\">", "x".repeat(10 << 20))), Same);
    add("sheetData unclosed", sheet("</sheetData>", ""), Problem("breaks-off"));
    add("not UTF-8", change(good, SHEET, |part| [part, &[0xff, 0xfe]].concat()), Error("damaged"));
    let wide = |part: &[u8]| [&[0xff, 0xfe][..], &utf16(std::str::from_utf8(part).unwrap())].concat();
    add("UTF-16", change(good, SHEET, wide), Error("damaged"));
    // Much of it.
    add(
        "bomb",
        change(good, SHEET, |part| [part, vec![b' '; 200 << 20].as_slice()].concat()),
        Error("unpacks-too-large"),
    );
    let mut lying = change(good, SHEET, |part| [part, vec![b' '; 200 << 20].as_slice()].concat());
    let declared = u32::try_from(
        unzip(good).iter().find(|(name, _)| name == SHEET).map_or(0, |(_, part)| part.len()) + (200 << 20),
    )
    .unwrap();
    lie_about_size(&mut lying, declared);
    add("bomb that lies", lying, Error("damaged"));
    add(
        "3 million empty rows",
        sheet("<sheetData>", &format!("<sheetData>{}", "<row/>".repeat(3_000_000))),
        Any,
    );
    let million_rows = format!("<sheetData>{}", "<row/>".repeat(1_000_000));
    add("20 million empty rows", sheet("<sheetData>", &million_rows.repeat(20)), Error("too-many-cells"));
    let entities = format!("có &amp; không{}", "&lt;".repeat(20_000_000));
    add("20 million entities", strings("có &amp; không", &entities), Error("too-many-cells"));
    let names: String =
        (0..50).map(|at| format!("<sheet name=\"{at}\" sheetId=\"9{at}\" r:id=\"rId1\"/>")).collect();
    let heavy = sheet("<sheetData>", &million_rows.repeat(4));
    let heavy = replace(&heavy, "xl/workbook.xml", "<sheets>", &format!("<sheets>{names}"));
    add("50 sheets that are one heavy part", heavy, Any);
    let cells = "<c t=\"b\"><v>1</v></c>".repeat(450_000);
    add("450,000 cells in a row", sheet("<sheetData>", &format!("<sheetData><row>{cells}</row>")), Any);
    let rows: String =
        (10..110_000).map(|row| format!("<row r=\"{row}\"><c r=\"A{row}\"><v>1</v></c></row>")).collect();
    add("100,000 rows", sheet("</sheetData>", &format!("{rows}</sheetData>")), Problem("rows-over-limit"));
    let row: String = (0..25).map(|_| "<c t=\"b\"><v>1</v></c>").collect();
    let many = format!("{}</sheetData>", format!("<row>{row}</row>").repeat(20_000));
    add("500,000 cells", sheet("</sheetData>", &many), Error("too-many-cells"));
    let styles = "<xf/>".repeat(1_000_000);
    let bomb = replace(good, "xl/styles.xml", "</cellXfs>", &format!("{styles}</cellXfs>"));
    add("a million styles", bomb, Error("damaged"));
    let sheets = "<sheet name=\"Nhập liệu\" sheetId=\"9\" r:id=\"rId1\"/>".repeat(5_000);
    add("5,000 sheets", replace(good, "xl/workbook.xml", "<sheets>", &format!("<sheets>{sheets}")), Any);
    let missing = replace(good, "xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml", "../../../etc/passwd");
    add("sheet outside the container", missing, Any);
    cases
}

/// Sets the declared size of the part that has `size` bytes to 10, in both places a zip states it.
fn lie_about_size(bytes: &mut [u8], size: u32) {
    let (old, new) = (size.to_le_bytes(), 10u32.to_le_bytes());
    let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..*at + 4] == old).collect();
    assert!(!places.is_empty(), "the declared size is nowhere");
    for at in places {
        bytes[at..at + 4].copy_from_slice(&new);
    }
}

#[test]
fn damaged_files() {
    let good = good();
    let book = timed_read("good", &good).expect("the undamaged workbook");
    let sheet = only(book.clone());
    assert_eq!((sheet.rows.len(), sheet.problems.len()), (3, 0));
    let (containers, parts) = (containers(&good), parts(&good));
    assert!(containers.len() >= 60 && parts.len() >= 60, "{} and {}", containers.len(), parts.len());
    let (mut refused, mut slowest) = (0, (Duration::ZERO, String::new()));
    for (name, bytes, expect) in containers.iter().chain(&parts) {
        let start = Instant::now();
        refused += usize::from(check(&book, name, bytes, expect));
        slowest = slowest.max((start.elapsed(), name.clone()));
    }
    println!(
        "{} + {} damaged files, {refused} refused; slowest {slowest:?}; peak {:?} kB",
        containers.len(),
        parts.len(),
        peak_kb()
    );
    assert!(refused * 3 > containers.len() + parts.len(), "damage should mostly be noticed");
    if let Some(peak) = peak_kb() {
        assert!(peak < MEMORY_KB, "{peak} kB");
    }
}

/// The most memory this process has held, where the system tells (Linux).
fn peak_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()
}
