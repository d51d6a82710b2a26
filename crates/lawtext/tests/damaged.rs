//! Damaged files: each gives a clear [`Unreadable`] or what is left of the text, in bounded time, never a panic.
//! Half of them are damaged inside a sound container: the XML of a DOCX, the streams of a PDF.

use lawtext::{Format, Unreadable, detect, parse, read};
use pdf_extract::{Dictionary, Document, Object, Stream};
use std::io::{Cursor, Write};
use std::sync::mpsc;
use std::time::Duration;
use zip::write::SimpleFileOptions;

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most.max(1) as u64) as usize
    }
}

/// Cut off, overwritten, shuffled, doubled, or with pieces in it that mean something to the format.
fn damage(bytes: &[u8], dice: &mut Dice, pieces: &[&str]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..1 + dice.below(4) {
        let at = dice.below(bytes.len());
        let length = dice.below(bytes.len() / 4 + 1).min(bytes.len() - at);
        match dice.below(7) {
            0 => bytes.truncate(at.max(8)),
            1 => bytes[at..at + length].fill(0),
            2 => bytes[at..at + length]
                .iter_mut()
                .for_each(|byte| *byte = byte.wrapping_mul(31).wrapping_add(7)),
            3 => {
                let copy = bytes[at..at + length].to_vec();
                bytes.extend(copy);
            }
            4 => drop(bytes.drain(at..at + length)),
            5 => {
                let piece = pieces[dice.below(pieces.len())].repeat(1 + dice.below(40));
                bytes.splice(at..at, piece.into_bytes());
            }
            _ => {
                for _ in 0..16 {
                    let at = dice.below(bytes.len());
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = dice.below(256) as u8;
                    }
                }
            }
        }
        if bytes.is_empty() {
            bytes.push(b' ');
        }
    }
    bytes
}

const LINES: [&str; 9] = [
    "NGHỊ ĐỊNH",
    "Về bến sông",
    "Căn cứ Luật Giữ sạch bến sông;",
    "Chương I",
    "QUY ĐỊNH CHUNG",
    "Điều 1. Phạm vi",
    "1. Nghị định này quy định về bến.",
    "a) Bến lớn;",
    "b) Bến nhỏ.",
];

fn word_xml() -> String {
    let paragraph = |line: &&str| {
        format!(
            "<w:p><w:pPr><w:jc w:val=\"center\"/></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">{line} &amp;</w:t></w:r></w:p>"
        )
    };
    let body: String = LINES.iter().map(paragraph).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl></w:body></w:document>",
        paragraph(&"Cột 1"),
        paragraph(&"Cột 2")
    )
}

fn docx(document: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("[Content_Types].xml", b"<Types/>".as_slice()), ("word/document.xml", document)] {
        zip.start_file(name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("a part");
    }
    zip.finish().expect("a container").into_inner()
}

fn html() -> String {
    let lines: String =
        LINES.iter().map(|line| format!("<p style='text-align:center'><b>{line}</b></p>")).collect();
    format!(
        "<!DOCTYPE html><html><head><title>x</title></head><body><div>{lines}<table><tr><td>1<td>2</table></div></body></html>"
    )
}

const PAGE: &str = "BT /F1 12 Tf 72 700 Td (Dieu 1. Pham vi dieu chinh cua nghi dinh nay ve ben song) Tj 0 -20 Td (1. Nghi dinh nay quy dinh ve ben song va nguoi qua ben) Tj 0 -20 Td [(a\\) Ben ) -20 (lon;)] TJ ET";

fn pdf(page: &[u8], font: &[u8], compress: bool) -> Vec<u8> {
    let mut document = Document::with_version("1.5");
    let pages = document.new_object_id();
    let mut unicode = Stream::new(Dictionary::new(), font.to_vec());
    let mut content = Stream::new(Dictionary::new(), page.to_vec());
    if compress {
        content.compress().expect("a stream");
        unicode.compress().expect("a stream");
    }
    let unicode = document.add_object(unicode);
    let name = |text: &str| Object::Name(text.as_bytes().to_vec());
    let font = document.add_object(Dictionary::from_iter([
        ("Type", name("Font")),
        ("Subtype", name("Type1")),
        ("BaseFont", name("Helvetica")),
        ("ToUnicode", Object::Reference(unicode)),
    ]));
    let content = document.add_object(content);
    let fonts = Dictionary::from_iter([("F1", Object::Reference(font))]);
    let resources = Dictionary::from_iter([("Font", Object::Dictionary(fonts))]);
    let page = document.add_object(Dictionary::from_iter([
        ("Type", name("Page")),
        ("Parent", Object::Reference(pages)),
        ("Contents", Object::Reference(content)),
        ("Resources", Object::Dictionary(resources)),
        ("MediaBox", Object::Array(vec![0.into(), 0.into(), 595.into(), 842.into()])),
    ]));
    let tree = Dictionary::from_iter([
        ("Type", name("Pages")),
        ("Kids", Object::Array(vec![Object::Reference(page)])),
        ("Count", Object::Integer(1)),
    ]);
    document.objects.insert(pages, Object::Dictionary(tree));
    let catalog = document
        .add_object(Dictionary::from_iter([("Type", name("Catalog")), ("Pages", Object::Reference(pages))]));
    document.trailer.set("Root", Object::Reference(catalog));
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("a PDF");
    bytes
}

const MAP: &str = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <20> <7E> <0020> endbfrange endcmap end end";

/// Reads it in a thread of its own, so that a hang is seen.
fn outcome(format: Format, bytes: Vec<u8>) -> Result<usize, Unreadable> {
    let (send, receive) = mpsc::channel();
    std::thread::Builder::new()
        .stack_size(16 << 20)
        .spawn(move || {
            let read = read(format, &bytes).map(|text| {
                let parsed = parse(&text);
                lawtext::outline_json(&parsed);
                lawtext::addresses(&parsed).len()
            });
            // The test may have given up waiting.
            let _ = send.send(read);
        })
        .expect("a thread");
    receive.recv_timeout(Duration::from_secs(20)).expect("neither a panic nor a hang")
}

#[test]
fn the_samples_are_sound() {
    let samples = [
        (Format::Docx, docx(word_xml().as_bytes())),
        (Format::Html, html().into_bytes()),
        (Format::Pdf, pdf(PAGE.as_bytes(), MAP.as_bytes(), true)),
        (Format::Text, LINES.join("\n").into_bytes()),
    ];
    for (format, bytes) in samples {
        assert_eq!(detect("x.txt", &bytes), Some(format));
        let addresses = outcome(format, bytes).expect("a sound sample");
        assert!(addresses >= if format == Format::Pdf { 0 } else { 4 }, "{format:?} {addresses}");
    }
}

#[test]
fn damaged_containers() {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let docx = docx(word_xml().as_bytes());
    let pdf = pdf(PAGE.as_bytes(), MAP.as_bytes(), true);
    for n in 0..125 {
        let (format, bytes) = match n % 4 {
            0 => (Format::Docx, damage(&docx, &mut dice, &["PK\x03\x04", "PK\x01\x02"])),
            1 => (
                Format::Html,
                damage(
                    html().as_bytes(),
                    &mut dice,
                    &["<table>", "</p", "<!--", "&#x", "<script>", "<ol><li>"],
                ),
            ),
            2 => (
                Format::Pdf,
                damage(&pdf, &mut dice, &["endobj ", "1 0 obj <<", "stream\n", "/Kids [", "xref"]),
            ),
            _ => (
                Format::Text,
                damage(LINES.join("\n").as_bytes(), &mut dice, &["Điều 1. ", "“", "1. ", "\u{300}"]),
            ),
        };
        if let Err(why) = outcome(format, bytes) {
            assert!(!why.code().is_empty() && !why.to_string().is_empty());
        }
    }
}

#[test]
fn damaged_inside_sound_containers() {
    let mut dice = Dice(0xD1B5_4A32_D192_ED03);
    let mut read = 0;
    for n in 0..125 {
        let (format, bytes) = if n % 2 == 0 {
            let pieces =
                ["<w:p>", "</w:tbl>", "<w:t>", "&amp", "<![CDATA[", "<w:tbl><w:tr><w:tc>", "<w:numPr>"];
            (Format::Docx, docx(&damage(word_xml().as_bytes(), &mut dice, &pieces)))
        } else {
            let pieces =
                ["BT ", " Tj ", "[(", " Td", "q ", "<00>", " cm ", "beginbfchar <01> <", "99999999999 "];
            let page = damage(PAGE.as_bytes(), &mut dice, &pieces);
            let font =
                if n % 4 == 1 { MAP.as_bytes().to_vec() } else { damage(MAP.as_bytes(), &mut dice, &pieces) };
            (Format::Pdf, pdf(&page, &font, n % 3 == 0))
        };
        match outcome(format, bytes) {
            Ok(_) => read += 1,
            Err(why) => {
                assert!(matches!(why, Unreadable::Damaged | Unreadable::NoText | Unreadable::NotThisFormat))
            }
        }
    }
    // What stands before the damage is kept.
    assert!(read > 20, "{read}");
}

#[test]
fn what_is_no_law_is_said_by_kind() {
    let why = |format, bytes: &[u8]| read(format, bytes).expect_err("unreadable").code();
    assert_eq!(why(Format::Docx, b"hello"), "not-this-format");
    assert_eq!(why(Format::Docx, b"PK\x03\x04 nothing"), "damaged");
    assert_eq!(why(Format::Pdf, b"hello"), "not-this-format");
    assert_eq!(why(Format::Pdf, b"%PDF-1.4 nothing"), "damaged");
    assert_eq!(why(Format::Html, b"hello"), "not-this-format");
    assert_eq!(why(Format::Html, b"<html><body></body></html>"), "no-text");
    assert_eq!(why(Format::Text, b" \n\n "), "no-text");
    assert_eq!(why(Format::Text, &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0]), "unsupported-doc");
    assert_eq!(why(Format::Text, &[b'a', 0xE9, 0xE8, 0xEA, b'b', 0xF4]), "unknown-encoding");
    let workbook = {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("[Content_Types].xml", SimpleFileOptions::default()).expect("a part");
        zip.finish().expect("a container").into_inner()
    };
    assert_eq!(why(Format::Docx, &workbook), "not-this-format");
    let old: Vec<u8> = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1].into_iter().chain([0; 600]).collect();
    assert_eq!(detect("van-ban.doc", &old), Some(Format::Docx));
    assert_eq!(detect("anh.png", b"\x89PNG\r\n\x1a\n"), None);
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    // A container of a few hundred kilobytes that would fill the memory.
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default()).expect("a part");
    zip.write_all(b"<w:document xmlns:w=\"w\"><w:body><w:p><w:r><w:t>").expect("a part");
    let megabyte = vec![b'a'; 1 << 20];
    for _ in 0..80 {
        zip.write_all(&megabyte).expect("a part");
    }
    let bytes = zip.finish().expect("a container").into_inner();
    assert!(bytes.len() < 2 << 20);
    assert_eq!(read(Format::Docx, &bytes), Err(Unreadable::TooLarge));
    let deep = "<w:document xmlns:w=\"w\"><w:body>".to_string() + &"<w:tbl><w:tr><w:tc>".repeat(50_000);
    assert_eq!(read(Format::Docx, &docx(deep.as_bytes())), Err(Unreadable::Damaged));
    assert_eq!(read(Format::Text, "a\n".repeat(2_000_000).as_bytes()), Err(Unreadable::TooLarge));
    let many = "<w:p><w:r><w:t>a</w:t></w:r></w:p>".repeat(400_000);
    let many = format!("<w:document xmlns:w=\"w\"><w:body>{many}</w:body></w:document>");
    assert_eq!(read(Format::Docx, &docx(many.as_bytes())), Err(Unreadable::TooLarge));
    let nested = "<div>".repeat(200_000) + "Điều 1. Phạm vi";
    assert!(outcome(Format::Html, nested.into_bytes()).is_ok());
}

/// How long this thread has worked, apart from what else the machine does; where the system does not tell, the time.
fn worked() -> Duration {
    static BEGAN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    let began = *BEGAN;
    let told = std::fs::read_to_string("/proc/thread-self/schedstat");
    let nanos = told.ok().and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| began.elapsed(), Duration::from_nanos)
}

/// A page ends no process, whatever it nests: the reader's stack stays as it is (threads of tests have 2 MB).
#[test]
fn pages_of_one_megabyte_that_nest_are_read() {
    let line = "<p>Điều 1. Phạm vi áp dụng của nghị định này</p>";
    for unit in [
        "<div>",
        "<table><tr><td>",
        "<ol><li>",
        "</div><b>",
        "<div a=\"1\" ",
        " b=\"\"",
        " b=''",
        " b",
        "<p class=\"x\"style=\"y\">",
        "<!--<",
        "<![CDATA[",
        "<script><!--<script>",
        "&amp",
        "&#x",
        "<!DOCTYPE \"",
    ] {
        for start in ["", "<p "] {
            let page = format!("<html>{line}{start}{}>{line}", unit.repeat((1 << 20) / unit.len()));
            let started = worked();
            let text = read(Format::Html, page.as_bytes()).unwrap_or_else(|e| panic!("{unit}: {e}"));
            assert!(text.paragraphs[0].text.starts_with("Điều 1."), "{unit}");
            let took = worked() - started;
            assert!(took < Duration::from_secs(10), "{unit}: {took:?}");
        }
    }
    // What follows a tag of many attributes is read as ever.
    let many = format!("<p{}>Điều 2. “Bến” và “thuyền”</p>", " a=\"1\"".repeat(100_000));
    let text = read(Format::Html, format!("<body>{line}{many}{line}").as_bytes()).expect("a page");
    assert_eq!(text.paragraphs.len(), 3, "{:?}", text.paragraphs);
    assert_eq!(text.paragraphs[1].text, "Điều 2. “Bến” và “thuyền”");
}

/// Twice the text takes about twice the time, whatever the text repeats.
#[test]
fn time_is_linear() {
    let units = [
        "Điều 1. Một\n1. Hai\na) Ba\n",
        "QUY CHẾ\n(Ban hành kèm theo)\n",
        "PHỤ LỤC\n",
        "“1. Mở ra\n",
        "1. Một\n1. Một\n",
        "a) Một\nb) Hai; c) Ba; d) Bốn\n",
        "Sửa đổi, bổ sung Điều 1 như sau:\n“Điều 1. Một\n",
        "Nơi nhận:\n",
        "MỤC LỤC\n",
        "Chương I\nMỘT\n",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\n",
        "chữ thường đi tiếp\n",
    ];
    for unit in units {
        let time = |times: usize| {
            let text = unit.repeat(times);
            let start = worked();
            if let Ok(text) = read(Format::Text, text.as_bytes()) {
                lawtext::outline_json(&parse(&text));
            }
            worked() - start
        };
        let (once, eight) = (time(2_000), time(16_000));
        assert!(
            eight < once * 24 + Duration::from_millis(400),
            "{unit:?}: {once:?}, eight times as much: {eight:?}"
        );
    }
}
