//! What goes out comes back the same.

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use common::{only, template, unzip};
use proptest::prelude::*;
use sheets::{
    Cell, Date, Kind, Limits, Mark, Row, RowOut, Sheet, Table, Value, identify, read, write_back, write_table,
};

fn read_ok(bytes: &[u8]) -> Sheet {
    only(read(bytes, &template(), &Limits::default()).expect("a sheet"))
}

#[test]
fn an_empty_template() {
    let bytes = template().write().unwrap();
    let sheet = read_ok(&bytes);
    assert_eq!((sheet.rows.as_slice(), sheet.problems.as_slice()), (&[][..], &[][..]));
    let mark = identify(&bytes, &Limits::default()).unwrap();
    assert_eq!(mark, Some(Mark { name: "mediators".into(), version: 3 }));
    assert_eq!(template().write().unwrap(), bytes, "the same template gives the same bytes");
    let data = unzip(&bytes).into_iter().find(|(name, _)| name == "xl/worksheets/sheet1.xml").unwrap().1;
    let data = String::from_utf8(data).unwrap();
    let check = |text: &str| assert!(data.contains(text), "{text} not in {data}");
    check(r#"state="frozen""#);
    check(r#"<dataValidation type="list""#);
    check(r#"paperSize="9""#);
    check(r#"orientation="landscape""#);
    // The list stands on the hidden sheet, where it may be longer than the 255 characters of an inline list.
    check("<formula1>_mau!$D$1:$D$2</formula1>");
}

/// A value of a column's kind and a way to type it that means the same.
fn typed_value(kind: &Kind) -> BoxedStrategy<(String, Value)> {
    match kind {
        Kind::Text { max } => {
            let max = *max;
            prop_oneof![any::<String>(), "[=+@-][A-Z0-9(),:]{0,20}", "[a-zăâđêôơưạảấầẩẫậắ ]{0,50}", "0[0-9]{9}"]
                .prop_filter_map("clean, and of its length", move |text| {
                    // Through a workbook, text comes back in NFC and without what is invisible.
                    let once = through_a_cell(&text)?;
                    (once.chars().count() <= max).then(|| (once.clone(), Value::Text(once)))
                })
                .boxed()
        }
        Kind::Integer { min, max } => {
            (*min..=*max, 0..3).prop_map(|(number, way)| (number_typed(number, way), Value::Integer(number))).boxed()
        }
        Kind::Money => (0..=999_999_999_999_999i64, 0..3)
            .prop_map(|(number, way)| (number_typed(number, way), Value::Integer(number)))
            .boxed(),
        Kind::Date => (1900..2200i16, 1..13i8, 1..29i8, 0..3)
            .prop_map(|(year, month, day, way)| {
                let typed = match way {
                    0 => format!("{day}/{month}/{year}"),
                    1 => format!("{day:02}-{month:02}-{year}"),
                    _ => format!("{year}-{month:02}-{day:02}"),
                };
                (typed, Value::Date(Date::new(year, month, day).unwrap()))
            })
            // A bare year typed into a date cell is a day of 1905; see `Wrong::DateIncomplete`.
            .prop_filter("not a day that a year is taken for", |(_, value)| {
                !matches!(value, Value::Date(date) if date.year() == 1905 || (date.year() == 1906 && date.month() == 1))
            })
            .boxed(),
        Kind::Choice(choices) => proptest::sample::select(choices.clone())
            .prop_flat_map(|choice| (0..3).prop_map(move |way| (choice_typed(&choice, way), Value::Text(choice.clone()))))
            .boxed(),
        Kind::ChoiceMany(choices) => (proptest::sample::subsequence(choices.clone(), 1..=choices.len()), 0..3)
            .prop_map(|(chosen, way)| {
                let typed: Vec<String> = chosen.iter().map(|choice| choice_typed(choice, way)).collect();
                (typed.join(if way == 0 { ";" } else { "; " }), Value::Many(chosen))
            })
            .boxed(),
    }
}

fn through_a_cell(text: &str) -> Option<String> {
    let typed = BTreeMap::from([("remark".to_owned(), text.to_owned()), ("name".to_owned(), "x".to_owned())]);
    let bytes = write_back(&template(), &[RowOut { typed, notes: Vec::new(), ok: true }]).ok()?;
    read_ok(&bytes).rows.first()?.typed.get("remark").cloned()
}

fn number_typed(number: i64, way: i32) -> String {
    let digits = number.to_string();
    let mark = match way {
        0 => return digits,
        1 => '.',
        _ => ',',
    };
    let mut typed = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            typed.push(mark);
        }
        typed.push(digit);
    }
    typed
}

fn choice_typed(choice: &str, way: i32) -> String {
    match way {
        0 => choice.to_owned(),
        1 => choice.to_uppercase(),
        _ => format!(" {} ", choice.to_lowercase()),
    }
}

fn row() -> impl Strategy<Value = Vec<(String, String, Value)>> {
    let cells: Vec<BoxedStrategy<(String, String, Value)>> = template()
        .columns
        .into_iter()
        .map(|column| {
            let key = column.key.clone();
            let filled =
                typed_value(&column.kind).prop_map(move |(typed, value)| (key.clone(), typed, value));
            let (key, required) = (column.key, column.required);
            (filled, prop::bool::weighted(0.2))
                .prop_map(move |((filled_key, typed, value), blank)| {
                    if blank && !required {
                        (key.clone(), String::new(), Value::Empty)
                    } else {
                        (filled_key, typed, value)
                    }
                })
                .boxed()
        })
        .collect();
    cells
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Template → filled in, by hand-typed text in a workbook of our own or typed into ours → read.
    #[test]
    fn filled_in_and_read(rows in prop::collection::vec(row(), 1..6)) {
        let filled: Vec<RowOut> = rows.iter().map(|cells| RowOut {
            typed: cells.iter().map(|(key, typed, _)| (key.clone(), typed.clone())).collect(),
            notes: Vec::new(),
            ok: true,
        }).collect();
        let as_text = as_text(&rows);
        for bytes in [write_back(&template(), &filled).unwrap(), as_text] {
            let sheet = read_ok(&bytes);
            prop_assert_eq!(&sheet.problems, &[]);
            prop_assert_eq!(sheet.rows.len(), rows.len());
            for (read, cells) in sheet.rows.iter().zip(&rows) {
                prop_assert_eq!(&read.problems, &[]);
                for (key, typed, value) in cells {
                    // An empty text is an empty cell.
                    let empty = *value == Value::Text(String::new());
                    let value = if empty { &Value::Empty } else { value };
                    prop_assert_eq!(read.values.get(key), Some(value), "typed {:?}", typed);
                }
            }
        }
    }

    /// Whatever is typed, written back with its problems and read again, is typed and judged the same.
    #[test]
    fn written_back_and_read(
        cells in prop::collection::vec(prop::collection::vec(prop_oneof![
            any::<String>(), "[0-9]{1,2}/[0-9]{1,2}/[0-9]{2,4}", "[0-9]{0,3}[.,][0-9]{3}[.,]?[0-9]{0,3}", "-?[0-9]{1,18}",
            "(Nam|nu|NỮ|Khác|dat dai; ?vay muon)", "[=+@-]1",
        ], 7), 1..5)
    ) {
        let keys: Vec<String> = template().columns.into_iter().map(|column| column.key).collect();
        let out = |cells: &Vec<String>| RowOut {
            typed: keys.iter().cloned().zip(cells.iter().cloned()).collect(), notes: Vec::new(), ok: true,
        };
        let once = read_ok(&write_back(&template(), &cells.iter().map(out).collect::<Vec<_>>()).unwrap());
        let noted: Vec<RowOut> = once.rows.iter().map(with_notes).collect();
        let twice = read_ok(&write_back(&template(), &noted).unwrap());
        let told = |sheet: &Sheet| -> Vec<_> {
            sheet.rows.iter().map(|row| (row.values.clone(), row.typed.clone(), row.problems.clone())).collect()
        };
        // Blank rows between go, so a sparse last row may no longer stand apart; every row that was read stays.
        prop_assert_eq!(told(&once), told(&twice));
    }
}

/// The rows as nothing but text in a workbook that is not ours.
fn as_text(rows: &[Vec<(String, String, Value)>]) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, column) in (0..).zip(template().columns) {
        sheet.write_string(0, at, column.header.to_uppercase()).unwrap();
    }
    for (row, cells) in (1..).zip(rows) {
        for (at, (_, typed, _)) in (0..).zip(cells) {
            sheet.write_string(row, at, typed.as_str()).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn with_notes(row: &Row) -> RowOut {
    let notes = row.problems.iter().map(|problem| (problem.column.clone(), problem.wrong.to_string()));
    RowOut { typed: row.typed.clone(), notes: notes.collect(), ok: row.is_good() }
}

#[test]
fn corrections_are_noted() {
    let typed = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
    };
    let rows = [
        RowOut {
            typed: typed(&[("name", "A"), ("born", "1/2/1970"), ("cases", "12")]),
            notes: vec![],
            ok: true,
        },
        RowOut {
            typed: typed(&[("name", "B"), ("born", "31/02/1970"), ("cases", "12 người")]),
            notes: vec![
                ("born".into(), "không có ngày này".into()),
                ("cases".into(), "không phải số".into()),
                (String::new(), "trùng dòng 4".into()),
            ],
            ok: false,
        },
    ];
    let bytes = write_back(&template(), &rows).unwrap();
    let parts: BTreeMap<String, String> = unzip(&bytes)
        .into_iter()
        .map(|(name, part)| (name, String::from_utf8_lossy(&part).into_owned()))
        .collect();
    let comments = &parts["xl/comments1.xml"];
    let check = |cell: &str, message: &str| {
        let at = comments.find(&format!("ref=\"{cell}\"")).unwrap_or_else(|| panic!("no note on {cell}"));
        let note = &comments[at..at + comments[at..].find("</comment>").unwrap()];
        assert!(note.contains(message), "{cell}: {note}");
    };
    check("B5", "không có ngày này");
    check("D5", "không phải số");
    assert!(!comments.contains("ref=\"B4\""));
    // The words of the last column, as another reader sees them.
    let sheet = read_ok(&bytes);
    assert_eq!(sheet.problems, [], "the column of corrections disturbs nobody");
    assert_eq!(sheet.rows[1].typed["cases"], "12 người");
    assert_eq!(sheet.rows[0].values["cases"], Value::Integer(12));
    let words = "Ngày sinh: không có ngày này\nSố vụ việc (năm): không phải số\ntrùng dòng 4";
    assert!(parts["xl/sharedStrings.xml"].contains(words), "{}", parts["xl/sharedStrings.xml"]);
}

fn table() -> Table {
    Table {
        title: "Số liệu: 6 tháng/2026 [xã]".into(),
        banner: Some("DỮ LIỆU MINH HỌA – không có giá trị pháp lý".into()),
        notes: vec!["Đến ngày 30/06/2026".into()],
        headers: ["Đơn vị", "Số cuộc", "Tỷ lệ", "Ngày"].map(str::to_owned).to_vec(),
        rows: vec![
            vec![
                Cell::Text("=HYPERLINK(\"http://x\")".into()),
                Cell::Integer(1234),
                Cell::Decimal(94.48),
                Cell::Date(Date::new(2026, 1, 5).unwrap()),
            ],
            vec![Cell::Text("+84 912".into()), Cell::Integer(i64::MAX), Cell::Decimal(f64::NAN), Cell::Empty],
            vec![Cell::Text("@SUM(1)".into()), Cell::Integer(-5), Cell::Decimal(0.5), Cell::Date(Date::ZERO)],
            vec![Cell::Text("x".repeat(40_000))],
        ],
    }
}

#[test]
fn tables_hold_no_formula() {
    let parts = unzip(&write_table(&table()).unwrap());
    let sheet = parts.iter().find(|(name, _)| name == "xl/worksheets/sheet1.xml").unwrap();
    assert!(!String::from_utf8_lossy(&sheet.1).contains("<f>"));
    let styles = parts.iter().find(|(name, _)| name == "xl/styles.xml").unwrap();
    assert!(String::from_utf8_lossy(&styles.1).contains("quotePrefix=\"1\""));
}

#[test]
fn more_than_excel_holds_is_an_error() {
    let wide = Table { headers: vec!["x".into(); 20_000], ..Table::default() };
    assert!(write_table(&wide).is_err());
    let mut template = template();
    template.columns = vec![template.columns[0].clone(); 20_000];
    assert!(template.write().is_err());
}

/// Has LibreOffice convert a workbook; `None` where it is not installed.
fn libreoffice(bytes: &[u8], to: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book.xlsx");
    std::fs::write(&file, bytes).unwrap();
    let out = folder.path().join("out");
    let run = Command::new("soffice")
        .arg(format!("-env:UserInstallation=file://{}", folder.path().join("profile").display()))
        .args(["--headless", "--convert-to", to, "--outdir"])
        .args([&out, Path::new(&file)])
        .output();
    let Ok(run) = run else {
        println!("skipped: LibreOffice (soffice) is not installed");
        return None;
    };
    assert!(run.status.success(), "{run:?}");
    let made = std::fs::read_dir(&out).unwrap().next().expect("a converted file").unwrap();
    Some(std::fs::read(made.path()).unwrap())
}

const CSV: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,true,false,false,1";

#[test]
fn libreoffice_reads_a_table() {
    let Some(csv) = libreoffice(&write_table(&table()).unwrap(), CSV) else { return };
    let csv = String::from_utf8(csv).unwrap();
    let lines: Vec<&str> = csv.lines().collect();
    let expected = [
        "DỮ LIỆU MINH HỌA – không có giá trị pháp lý,,,",
        "Số liệu: 6 tháng/2026 [xã],,,",
        "Đến ngày 30/06/2026,,,",
        ",,,",
        "Đơn vị,Số cuộc,Tỷ lệ,Ngày",
        "\"=HYPERLINK(\"\"http://x\"\")\",\"1,234\",94.48,05/01/2026",
        "+84 912,9223372036854775807,NaN,",
        "@SUM(1),-5,0.5,01/01/0000",
    ];
    assert_eq!(&lines[..expected.len()], expected, "{csv}");
}

/// Opened and saved by LibreOffice, a filled template still is that template with those values.
#[test]
fn libreoffice_saves_a_template() {
    let typed: BTreeMap<String, String> = [
        ("name", "Nguyễn Văn A"),
        ("born", "05/01/1960"),
        ("sex", "nữ"),
        ("cases", "1.234"),
        ("fee", "300000"),
        ("skills", "đất đai; vay mượn"),
        ("remark", "0912345678"),
    ]
    .map(|(key, text)| (key.to_owned(), text.to_owned()))
    .into();
    let bytes = write_back(&template(), &[RowOut { typed, notes: vec![], ok: true }]).unwrap();
    let Some(saved) = libreoffice(&bytes, "xlsx") else { return };
    let (ours, theirs) = (read_ok(&bytes), read_ok(&saved));
    assert_eq!(ours.rows.len(), 1);
    assert!(ours.rows[0].is_good());
    assert_eq!(ours, theirs);
    let limits = Limits::default();
    assert_eq!(identify(&saved, &limits), identify(&bytes, &limits));
    let Some(csv) = libreoffice(&bytes, CSV) else { return };
    let csv = String::from_utf8(csv).unwrap();
    let line = csv.lines().nth(3).unwrap_or_default();
    assert_eq!(
        line.trim_end_matches(','),
        "Nguyễn Văn A,05/01/1960,nữ,\"1,234\",\"300,000\",đất đai; vay mượn,0912345678"
    );
}
