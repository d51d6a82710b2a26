//! The DOCX, set by LibreOffice, against the PDF: pages, order of words and places of landmarks.
//!
//! Needs `soffice` and `pdftotext` (Debian: libreoffice-writer, poppler-utils) and Liberation Serif;
//! without them the test says so and passes.

mod samples;

use press::Document;
use std::path::Path;
use std::process::Command;

/// A word on paper, in points from the top left corner of its page.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    page: usize,
    page_width: f64,
    page_height: f64,
    x: f64,
    x_max: f64,
    y: f64,
}

/// All words of a PDF in reading order, and the number of pages.
fn words(pdf: &Path) -> (Vec<Word>, usize) {
    let output = Command::new("pdftotext").arg("-bbox").arg(pdf).arg("-").output().expect("pdftotext runs");
    assert!(output.status.success(), "pdftotext reads {}", pdf.display());
    let html = String::from_utf8(output.stdout).expect("UTF-8");
    let (mut words, mut pages, mut page_width, mut page_height) = (Vec::new(), 0, 0.0, 0.0);
    for line in html.lines().map(str::trim) {
        let number = |name: &str| -> f64 {
            let (_, after) = line.split_once(&format!("{name}=\"")).expect("a coordinate");
            after.split('"').next().expect("quoted").parse().expect("a number")
        };
        if line.starts_with("<page ") {
            pages += 1;
            page_width = number("width");
            page_height = number("height");
        }
        if line.starts_with("<word ") {
            let (_, after) = line.split_once('>').expect("a tag");
            let text = after.trim_end_matches("</word>");
            let text = quick_xml::escape::unescape(text).expect("entities").into_owned();
            words.push(Word {
                text,
                page: pages,
                page_width,
                page_height,
                x: number("xMin"),
                x_max: number("xMax"),
                y: number("yMax"),
            });
        }
    }
    (words, pages)
}

/// Where the phrase first begins.
fn find(words: &[Word], phrase: &str) -> Option<Word> {
    let phrase: Vec<&str> = phrase.split_whitespace().collect();
    let found = words
        .windows(phrase.len())
        .find(|window| window.iter().zip(&phrase).all(|(word, expected)| word.text == *expected))?;
    found.first().cloned()
}

/// The words between the page number and the line at the foot, sorted.
fn body(words: &[Word]) -> Vec<String> {
    let inside = words.iter().filter(|word| word.y > 50.0 && word.y < word.page_height - 45.0);
    let mut texts: Vec<String> = inside.map(|word| word.text.clone()).collect();
    texts.sort();
    texts
}

fn letters(words: &[String]) -> Vec<String> {
    let mut letters: Vec<String> = words.iter().flat_map(|word| word.chars().map(String::from)).collect();
    letters.sort();
    letters
}

fn installed(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok()
        || Command::new(program).arg("-v").output().is_ok()
}

#[test]
fn word_and_paper_agree() {
    if !installed("soffice") || !installed("pdftotext") {
        println!("skipped: soffice and pdftotext are not both installed");
        return;
    }
    let folder = std::env::temp_dir().join(format!("press-layout-{}", std::process::id()));
    let cases: [(&str, Document, &[&str]); 6] = [
        (
            "decision",
            samples::decision(),
            &[
                "ỦY BAN",
                "CỘNG HÒA",
                "Độc lập",
                "Số: 07/QĐ-UBND",
                "Suối Tre, ngày 05",
                "CHỦ TỊCH ỦY BAN",
                "Căn cứ Luật Phổ",
                "QUYẾT ĐỊNH:",
                "Điều 3.",
                "Nơi nhận:",
                "Nguyễn Thị Ngọc Quyên",
            ],
        ),
        (
            "report",
            samples::report(),
            &[
                "ỦY BAN",
                "CỘNG HÒA",
                "Số: 145/BC-UBND",
                "BÁO CÁO",
                "Kính gửi:",
                "Thực hiện Kế hoạch",
                "Trên đây là",
                "TM. ỦY BAN",
                "Lưu: VT,",
                "Trần Văn Đức",
                "Phụ lục I",
            ],
        ),
        (
            "blank",
            samples::blank(),
            &["ỦY BAN", "SỞ TƯ PHÁP", "DỰ", "KẾ HOẠCH", "Sở Tư pháp ban hành", "GIÁM ĐỐC"],
        ),
        (
            "letter",
            samples::letter(),
            &[
                "CỘNG HÒA",
                "HỘI ĐỒNG PHỐI",
                "Số: 1234/HĐPH-PBGDPL",
                "V/v hướng dẫn",
                "Kính gửi:",
                "Đề nghị các",
                "TM. HỘI",
                "Công Tằng",
            ],
        ),
        ("hostile", samples::hostile(), &["BÁO CÁO", "Nơi nhận:", "TM. ỦY BAN", "Trần Văn Đức"]),
        ("long", samples::long_table(), &["CỘNG HÒA", "Bảng số liệu", "TM. ỦY BAN", "Trần Văn Đức"]),
    ];
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut convert = Command::new("soffice");
    convert.args(["--headless", "--convert-to", "pdf", "--outdir"]).arg(folder.join("word"));
    convert.arg(format!("-env:UserInstallation=file://{}/profile", folder.display()));
    for (name, document, _) in &cases {
        let path = folder.join(format!("{name}.docx"));
        std::fs::write(&path, press::docx(document).expect("a DOCX")).expect("written");
        convert.arg(path);
        let paper = press::pdf(document, jiff::Timestamp::UNIX_EPOCH).expect("a PDF");
        std::fs::write(folder.join(format!("{name}.pdf")), paper).expect("written");
    }
    let output = convert.output().expect("soffice runs");
    assert!(output.status.success(), "soffice: {}", String::from_utf8_lossy(&output.stderr));

    let mut faults = Vec::new();
    for (name, _, landmarks) in &cases {
        let (paper, pages) = words(&folder.join(format!("{name}.pdf")));
        let (word, word_pages) = words(&folder.join("word").join(format!("{name}.pdf")));
        println!("{name}: {pages} pages, {word_pages} from the DOCX");
        if pages.abs_diff(word_pages) > 1 {
            faults.push(format!("{name}: {pages} pages, {word_pages} from the DOCX"));
        }
        for word in &paper {
            // Margins: 30 mm on the left, 15 mm on the right.
            if word.x < 84.0 || word.x_max > word.page_width - 41.5 {
                faults.push(format!("{name}: {word:?} stands outside the margins"));
            }
        }
        // Words beside each other come in either order; none may be lost, doubled or changed.
        let (mut a, mut b) = (body(&paper), body(&word));
        if *name == "hostile" {
            // Overlong words break where the program likes; their letters must be the same.
            (a, b) = (letters(&a), letters(&b));
        }
        if a != b {
            let only = |a: &[String], b: &[String]| -> Vec<String> {
                a.iter().filter(|word| !b.contains(word)).take(9).cloned().collect()
            };
            faults.push(format!("{name}: words differ: {:?} / {:?}", only(&a, &b), only(&b, &a)));
        }
        for pair in landmarks.windows(2) {
            for (file, words) in [("the PDF", &paper), ("the DOCX", &word)] {
                let places = pair.iter().filter_map(|landmark| find(words, landmark));
                let places: Vec<_> = places.map(|word| (word.page, word.y + 15.0)).collect();
                if let [above, below] = places.as_slice()
                    && (above.0, above.1 - 15.0) > *below
                {
                    faults.push(format!("{name}: {pair:?} stand in another order in {file}"));
                }
            }
        }
        for landmark in *landmarks {
            let (Some(a), Some(b)) = (find(&paper, landmark), find(&word, landmark)) else {
                faults.push(format!("{name}: {landmark:?} is missing"));
                continue;
            };
            let millimetres = |points: f64| points * 25.4 / 72.0;
            let (dx, dy) = (millimetres(b.x - a.x), millimetres(b.y - a.y));
            println!("{name}: {landmark:?} page {} / {}, {dx:+.1} mm, {dy:+.1} mm", a.page, b.page);
            if a.page != b.page || dx.abs() > 5.0 || dy.abs() > 5.0 {
                faults.push(format!(
                    "{name}: {landmark:?} page {} / {}, {dx:+.1} mm, {dy:+.1} mm",
                    a.page, b.page
                ));
            }
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
