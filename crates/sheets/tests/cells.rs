//! Every way to type a cell, and what is made of it.

mod common;

use common::{only, replace, template};
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use sheets::{CellProblem, Date, Limits, Row, Sheet, SheetError, SheetProblem, Value, read};

/// A cell as the test types it.
#[derive(Clone, Debug)]
enum Typed {
    Text(&'static str),
    Number(f64),
    Date(u16, u8, u8),
    Serial(f64),
    Bool(bool),
    Formula(&'static str, &'static str),
    Nothing,
}
use Typed::{Bool, Formula as F, Number, Serial, Text};

fn workbook(headers: &[&str], rows: &[Vec<Typed>]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let date = Format::new().set_num_format("dd/mm/yyyy");
    for (at, header) in (0..).zip(headers) {
        sheet.write_string(0, at, *header).unwrap();
    }
    for (row, cells) in (1..).zip(rows) {
        for (at, cell) in (0..).zip(cells) {
            match cell.clone() {
                Text(text) => sheet.write_string(row, at, text).map(|_| ()),
                Number(number) => sheet.write_number(row, at, number).map(|_| ()),
                Typed::Date(y, m, d) => {
                    let day = ExcelDateTime::from_ymd(y, m, d).unwrap();
                    sheet.write_datetime_with_format(row, at, &day, &date).map(|_| ())
                }
                Serial(serial) => sheet.write_number_with_format(row, at, serial, &date).map(|_| ()),
                Bool(truth) => sheet.write_boolean(row, at, truth).map(|_| ()),
                F(formula, result) => {
                    sheet.write_formula(row, at, Formula::new(formula).set_result(result)).map(|_| ())
                }
                Typed::Nothing => Ok(()),
            }
            .unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

fn read_ok(bytes: &[u8]) -> Sheet {
    only(read(bytes, &template(), &Limits::default()).expect("a sheet"))
}

/// Reads one cell in the column of that header, the required ones filled.
fn read_one(header: &str, cell: Typed) -> Row {
    let headers =
        ["Họ và tên", "Ngày sinh", "Giới tính", "Số vụ việc (năm)", "Thù lao", "Lĩnh vực", "Ghi chú"];
    let at = headers.iter().position(|known| *known == header).expect("a header of the template");
    let mut cells = vec![Typed::Nothing; headers.len()];
    cells[0] = Text("Trần Thị B");
    cells[1] = Typed::Date(1970, 2, 3);
    cells[at] = cell;
    let mut sheet = read_ok(&workbook(&headers, &[cells]));
    assert_eq!(sheet.problems, []);
    assert_eq!(sheet.rows.len(), 1);
    sheet.rows.remove(0)
}

#[test]
fn cells_that_are_understood() {
    let check = |header: &str, key: &str, cell: Typed, expected: Value| {
        let row = read_one(header, cell.clone());
        assert_eq!(row.problems, [], "{cell:?}");
        assert_eq!(row.values.get(key), Some(&expected), "{cell:?}");
    };
    let text = |text: &str| Value::Text(text.into());
    let name = |cell, expected: &str| check("Họ và tên", "name", cell, text(expected));
    name(Text("\u{a0}Nguye\u{302}\u{303}n\u{a0}Văn A "), "Nguyễn Văn A");
    name(Text("=SUM(A1)"), "=SUM(A1)");
    name(Number(912345678.0), "912345678");
    name(Number(79_060_001_234.0), "79060001234");
    name(Number(1.5), "1.5");
    name(Bool(true), "TRUE");
    name(Typed::Date(2026, 1, 5), "05/01/2026");
    name(F("=A9", "Lê Văn C"), "Lê Văn C");

    let day = |cell, (y, m, d)| check("Ngày sinh", "born", cell, Value::Date(Date::new(y, m, d).unwrap()));
    day(Typed::Date(2026, 1, 5), (2026, 1, 5));
    day(Typed::Date(1900, 3, 1), (1900, 3, 1));
    day(Serial(59.0), (1900, 2, 28));
    day(Serial(1.0), (1900, 1, 1));
    day(Serial(46027.75), (2026, 1, 5));
    day(Number(46027.0), (2026, 1, 5));
    for typed in [
        "5/1/2026",
        "05/01/2026",
        "05-01-2026",
        "5.1.2026",
        " 5 / 1 / 2026 ",
        "\u{a0}5/1/2026",
        "2026-01-05",
        "2026-01-05T08:30:00",
        "05/01/2026 08:30",
        "ngày 5 tháng 1 năm 2026",
        "Ngày 05 tha\u{301}ng 01 năm 2026",
    ] {
        day(Text(typed), (2026, 1, 5));
    }
    day(Text("29/02/2024"), (2024, 2, 29));

    let cases = |cell, expected| check("Số vụ việc (năm)", "cases", cell, Value::Integer(expected));
    cases(Number(12.0), 12);
    cases(Number(0.0), 0);
    for (typed, expected) in [
        ("12", 12),
        ("1.234", 1234),
        ("1,234", 1234),
        ("1 234", 1234),
        ("1\u{a0}234", 1234),
        ("12.345", 12345),
        ("12,0", 12),
        ("12.00", 12),
        ("1.234,00", 1234),
        ("1,234.0", 1234),
        ("+5", 5),
        ("007", 7),
        ("0", 0),
    ] {
        cases(Text(typed), expected);
    }
    cases(F("=6*2", "12"), 12);

    let fee = |cell, expected| check("Thù lao", "fee", cell, Value::Integer(expected));
    fee(Number(300_000.0), 300_000);
    fee(Text("300.000 đ"), 300_000);
    fee(Text("300.000đồng"), 300_000);
    fee(Text("1.234.567 VNĐ"), 1_234_567);
    fee(Text("1,234,567 vnd"), 1_234_567);
    fee(Number(999_999_999_999_999.0), 999_999_999_999_999);

    let sex = |cell, expected: &str| check("Giới tính", "sex", cell, text(expected));
    for typed in ["Nữ", "nữ", "NỮ", "nu", " Nu\u{31b}\u{303} ", "Nữ."] {
        sex(Text(typed), "Nữ");
    }

    let skills = |typed, expected: &[&str]| {
        let many = Value::Many(expected.iter().map(|choice| (*choice).to_owned()).collect());
        check("Lĩnh vực", "skills", Text(typed), many);
    };
    skills("Vay mượn; dat dai", &["Đất đai", "Vay mượn"]);
    skills("Hôn nhân, gia đình", &["Hôn nhân, gia đình"]);
    skills("đất đai, vay mượn", &["Đất đai", "Vay mượn"]);
    skills("tai xa, phuong; an treo; Khác, Đất đai", &["Đất đai", "Tại xã, phường; án treo", "Khác"]);
    skills("Khác\nKhác;", &["Khác"]);
    check("Lĩnh vực", "skills", Text(" \u{a0} "), Value::Empty);
}

#[test]
fn cells_that_are_not() {
    let check = |header: &str, cell: Typed, code: &str, shown: &str| {
        let row = read_one(header, cell.clone());
        let problems: Vec<(&str, &str)> =
            row.problems.iter().map(|problem| (problem.code(), problem.value.as_str())).collect();
        assert_eq!(problems, [(code, shown)], "{cell:?}");
        let column = &row.problems[0].column;
        assert!(!row.values.contains_key(column), "a cell with a problem has no value: {cell:?}");
        // The neighbours are good all the same.
        assert_eq!(row.values.len(), template().columns.len() - 1);
    };
    let long = "x".repeat(61).leak();
    check("Họ và tên", Text(long), "too-long", long);
    check("Họ và tên", Text(" \u{a0}\u{200b}"), "required", "");
    check("Họ và tên", Typed::Nothing, "required", "");

    let day = |cell, code, shown| check("Ngày sinh", cell, code, shown);
    day(Text("31/02/2026"), "no-such-date", "31/02/2026");
    day(Text("29/02/2025"), "no-such-date", "29/02/2025");
    day(Text("1/25/2026"), "no-such-date", "1/25/2026");
    day(Text("5/1/1026"), "no-such-date", "5/1/1026");
    day(Text("5/1/56"), "two-digit-year", "5/1/56");
    day(Text("1985"), "date-incomplete", "1985");
    day(Text("năm 1985"), "date-incomplete", "năm 1985");
    day(Text("01/2026"), "date-incomplete", "01/2026");
    day(Number(1985.0), "date-incomplete", "1985");
    day(Serial(1985.0), "date-incomplete", "07/06/1905");
    day(Serial(60.0), "no-such-date", "60");
    day(Serial(-1.0), "no-such-date", "-1");
    day(Serial(3e6), "no-such-date", "3000000");
    day(Number(12.0), "not-a-date", "12");
    day(Text("mai"), "not-a-date", "mai");
    day(Text("05012026"), "not-a-date", "05012026");
    day(Text("5/1/2026 lúc 8 giờ"), "not-a-date", "5/1/2026 lúc 8 giờ");
    day(Text("5/1/2026 25:00"), "not-a-date", "5/1/2026 25:00");
    day(Bool(false), "not-a-date", "FALSE");

    let cases = |cell, code, shown| check("Số vụ việc (năm)", cell, code, shown);
    for typed in [
        "12 người",
        "khoảng 12",
        "-",
        "12%",
        "1.23.456",
        "1,234,56.7,8",
        "1.234.",
        ".5",
        "mười",
        "1e3",
        "1 2",
        "1.234,567.890",
        "1,2,3",
    ] {
        cases(Text(typed), "not-a-number", typed);
    }
    cases(Text("12,5"), "not-whole", "12,5");
    cases(Text("0.125"), "not-whole", "0.125");
    cases(Text("1.234,5"), "not-whole", "1.234,5");
    cases(Number(1.234), "not-whole", "1.234");
    cases(Text("-5"), "too-small", "-5");
    cases(Number(-1.0), "too-small", "-1");
    cases(Number(100_001.0), "too-large", "100001");
    cases(Text("99999999999999999999999"), "too-large", "99999999999999999999999");
    cases(Number(1e300), "too-large", 1e300_f64.to_string().leak());
    cases(Typed::Date(2026, 1, 5), "not-a-number", "05/01/2026");
    cases(Bool(true), "not-a-number", "TRUE");

    check("Thù lao", Text("1,5 triệu"), "not-a-number", "1,5 triệu");
    check("Thù lao", Text("-1đ"), "too-small", "-1đ");
    check("Thù lao", Text("đ"), "not-a-number", "đ");
    check("Thù lao", Number(1e15), "too-large", "1000000000000000");
    check("Giới tính", Text("Khác"), "not-a-choice", "Khác");
    check("Giới tính", Text("..."), "not-a-choice", "...");
    check("Lĩnh vực", Text("Đất đai; Thừa kế"), "not-a-choice", "Đất đai; Thừa kế");
}

const SHEET: &str = "xl/worksheets/sheet1.xml";

#[test]
fn errors_and_formulas() {
    let headers = ["Họ và tên", "Ngày sinh", "Số vụ việc (năm)"];
    let row = vec![Text("A"), Typed::Date(1970, 1, 1), F("=1/0", "7")];
    let bytes = workbook(&headers, &[row]);
    let cell = r#"<c r="C2"><f>1/0</f><v>7</v></c>"#;
    let check = |new: &str, codes: &[&str]| {
        let sheet = read_ok(&replace(&bytes, SHEET, cell, new));
        let found: Vec<&str> = sheet.rows[0].problems.iter().map(CellProblem::code).collect();
        assert_eq!(found, codes, "{new}");
        assert_eq!(sheet.rows[0].values["name"], Value::Text("A".into()));
        sheet
    };
    check(cell, &[]);
    for error in ["#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"] {
        let sheet = check(&format!(r#"<c r="C2" t="e"><f>1/0</f><v>{error}</v></c>"#), &["error-cell"]);
        assert_eq!(sheet.rows[0].problems[0].value, error);
    }
    check(r#"<c r="C2"><f>1/0</f></c>"#, &["formula-without-value"]);
    check(r#"<c r="C2" t="str"><f>"12"</f><v>12</v></c>"#, &[]);
    check(r#"<c r="C2" t="inlineStr"><is><t>12</t></is></c>"#, &[]);
    check(r#"<c r="C2" t="inlineStr"><is><r><t>1</t></r><r><t>2 người</t></r></is></c>"#, &["not-a-number"]);
    // What calamine cannot read in one cell is said once, and the rest of the sheet stands.
    for odd in [
        r#"<c r="C2" t="e"><v>#SPILL!</v></c>"#,
        r#"<c r="C2" t="s"><v>999</v></c>"#,
        r#"<c r="C2" t="zzz"><v>1</v></c>"#,
        r#"<c r="C2" t="n"><v>twelve</v></c>"#,
        r#"<c r="C2" t="b"><v>maybe</v></c>"#,
    ] {
        let sheet = check(odd, &[]);
        let codes: Vec<&str> = sheet.problems.iter().map(sheets::SheetProblem::code).collect();
        assert!(codes.contains(&"unreadable"), "{odd}: {codes:?}");
    }
}

#[test]
fn the_1904_system() {
    let headers = ["Họ và tên", "Ngày sinh"];
    let bytes = workbook(&headers, &[vec![Text("A"), Serial(0.0)], vec![Text("B"), Serial(44565.0)]]);
    let bytes = replace(&bytes, "xl/workbook.xml", "<workbookPr ", r#"<workbookPr date1904="1" "#);
    let sheet = read_ok(&bytes);
    let days: Vec<&Value> = sheet.rows.iter().map(|row| &row.values["born"]).collect();
    let day = |y, m, d| Value::Date(Date::new(y, m, d).unwrap());
    assert_eq!(days, [&day(1904, 1, 1), &day(2026, 1, 5)]);
}

#[test]
fn headers_moved_and_respelt() {
    let check = |headers: &[&str], codes: &[&str]| {
        let mut cells = vec![Typed::Nothing; headers.len()];
        let at = |wanted: &str| headers.iter().position(|known| *known == wanted);
        cells[at(headers[0]).unwrap()] = Text("05/01/1960");
        cells[at(headers[1]).unwrap()] = Text("Nguyễn Văn A");
        let sheet = read_ok(&workbook(headers, &[cells]));
        let found: Vec<&str> = sheet.problems.iter().map(sheets::SheetProblem::code).collect();
        assert_eq!(found, codes, "{headers:?}");
        assert_eq!(sheet.rows[0].values["name"], Value::Text("Nguyễn Văn A".into()), "{headers:?}");
        assert_eq!(sheet.rows[0].values["born"], Value::Date(Date::new(1960, 1, 5).unwrap()), "{headers:?}");
    };
    let rest = ["Giới tính", "Số vụ việc", "Thù lao (đồng)", "Lĩnh vực *", "GHI CHU"];
    let with = |head: &[&'static str]| head.iter().copied().chain(rest).collect::<Vec<_>>();
    check(&with(&["Ngày sinh", "Họ và tên"]), &[]);
    check(&with(&["NGÀY SINH *", "ho va ten"]), &[]);
    check(&with(&["Nga\u{300}y\u{a0}sinh\n(dd/mm/yyyy)", " Họ  và tên * "]), &[]);
    check(&with(&["Ngày sinh", "Họ và tên", "STT", "Cần sửa"]), &[]);
    check(&with(&["Ngày sinh", "Họ và tên", "Số điện thoại"]), &["column-extra"]);
    check(&with(&["Ngày sinh", "Họ và tên", "HỌ VÀ TÊN"]), &["column-twice"]);
    check(&["Ngày sinh", "Họ và tên", "Giới tính", "Thù lao"], &["column-missing"; 3]);
}

#[test]
fn the_header_row_is_found() {
    let header: Vec<Typed> = ["Họ và tên", "Ngày sinh", "Giới tính", "Số vụ việc (năm)"].map(Text).to_vec();
    let row = vec![Text("A"), Text("1/2/1970")];
    let blank = vec![Typed::Nothing, Text("  ")];
    let rows = vec![
        vec![Text("của xã Bến Lức")],
        vec![],
        header,
        row.clone(),
        blank.clone(),
        row.clone(),
        row,
        blank,
        vec![Text("Tổng cộng"), Number(3.0)],
        vec![],
        vec![Text("Người lập biểu"), Typed::Nothing, Text("Chủ tịch")],
    ];
    let sheet = read_ok(&workbook(&["DANH SÁCH"], &rows));
    assert_eq!(sheet.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [5, 7, 8]);
    assert!(sheet.rows.iter().all(Row::is_good));
    let outside: Vec<String> = sheet.problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        outside.iter().filter(|problem| problem.contains("outside the table")).count(),
        2,
        "{outside:?}"
    );
    assert!(outside.iter().any(|problem| problem.contains("Người lập biểu | Chủ tịch")), "{outside:?}");
}

/// A row that is not finished is a row, whose problems are told; only what stands apart below is not.
#[test]
fn unfinished_rows_are_kept() {
    let headers = ["Họ và tên", "Ngày sinh", "Giới tính", "Số vụ việc (năm)"];
    let check = |rows: &[Vec<Typed>], lines: &[u32]| {
        let sheet = read_ok(&workbook(&headers, rows));
        assert_eq!(sheet.rows.iter().map(|row| row.line).collect::<Vec<_>>(), lines, "{rows:?}");
    };
    let good = vec![Text("A"), Text("1/2/1970")];
    let half = vec![Text("B")];
    check(&[good.clone(), half.clone()], &[2, 3]);
    check(&[half.clone(), good.clone()], &[2, 3]);
    check(std::slice::from_ref(&half), &[2]);
    check(&[vec![], half.clone()], &[3]);
    check(&[good.clone(), vec![], half.clone(), good.clone()], &[2, 4, 5]);
    // A person called Công is no total.
    check(&[good, vec![Text("Công"), Text("1/2/1970")], vec![Text("Cộng"), Number(2.0)]], &[2, 3]);
}

#[test]
fn merged_cells_are_told() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (at, header) in (0..).zip(["Họ và tên", "Ngày sinh", "Giới tính", "Số vụ việc (năm)"])
    {
        sheet.write_string(0, at, header).unwrap();
    }
    for row in 1..4 {
        sheet.write_string(row, 0, format!("Người {row}")).unwrap();
        sheet.write_string(row, 1, "1/2/1970").unwrap();
    }
    sheet.merge_range(1, 2, 3, 2, "Nam", &Format::new()).unwrap();
    let sheet = read_ok(&workbook.save_to_buffer().unwrap());
    let codes: Vec<Vec<(&str, &str)>> = sheet
        .rows
        .iter()
        .map(|row| row.problems.iter().map(|problem| (problem.column.as_str(), problem.code())).collect())
        .collect();
    assert_eq!(codes, [vec![], vec![("sex", "merged")], vec![("sex", "merged")]]);
    assert_eq!(sheet.rows[0].values["sex"], Value::Text("Nam".into()));
}

#[test]
fn other_templates_and_versions() {
    let mut other = template();
    other.name = "speakers".into();
    let sheet = read_ok(&other.write().unwrap());
    assert_eq!(sheet.problems.iter().map(sheets::SheetProblem::code).collect::<Vec<_>>(), ["other-template"]);
    other.version = 2;
    other.name = "mediators".into();
    let sheet = read_ok(&other.write().unwrap());
    assert_eq!(sheet.problems.iter().map(sheets::SheetProblem::code).collect::<Vec<_>>(), ["other-version"]);
    other.name = "speakers".into();
    for column in &mut other.columns {
        column.header = format!("Cột {}", column.key);
    }
    let error = read(&other.write().unwrap(), &template(), &Limits::default()).unwrap_err();
    assert_eq!(error, SheetError::OtherTemplate { found: "speakers".into(), expected: "mediators".into() });
    let error = read(&workbook(&["Xin chào"], &[]), &template(), &Limits::default()).unwrap_err();
    let headers: Vec<String> = template().columns.into_iter().map(|column| column.header).collect();
    assert_eq!(error, SheetError::NoHeader { missing: headers });
}

#[test]
fn limits_are_kept() {
    let headers = ["Họ và tên", "Ngày sinh", "Giới tính", "Số vụ việc (năm)"];
    let bytes = workbook(&headers, &vec![vec![Text("A"), Text("1/2/1970")]; 10]);
    let usual = Limits::default();
    let code = |limits: Limits| read(&bytes, &template(), &limits).unwrap_err().code();
    assert_eq!(code(Limits { file_bytes: bytes.len() - 1, ..usual }), "file-too-large");
    assert_eq!(code(Limits { unpacked_bytes: 1000, ..usual }), "unpacks-too-large");
    assert_eq!(code(Limits { cells: 23, ..usual }), "too-many-cells");
    let sheet = only(read(&bytes, &template(), &Limits { cells: 24, rows: 4, ..usual }).unwrap());
    assert_eq!(sheet.rows.len(), 4);
    assert!(sheet.problems.iter().any(|problem| problem.code() == "rows-over-limit"));
}

/// What stands on several sheets is read from each of them; a sheet that is not read is named.
#[test]
fn every_sheet_with_the_header_is_read() {
    let mut workbook = Workbook::new();
    let headers = ["Họ và tên", "Ngày sinh", "Giới tính", "Số vụ việc (năm)", "Thù lao"];
    for (name, headers, people) in [
        ("Bìa", &[][..], vec!["Danh sách của xã"]),
        ("Ấp 1", &headers[..4], vec!["A", "B"]),
        ("Ấp 2", &headers[..], vec!["C"]),
        ("Ấp 3", &[][..], vec!["D", "E", "F"]),
        ("Trống", &[][..], vec![]),
    ] {
        let sheet = workbook.add_worksheet().set_name(name).unwrap();
        for (at, header) in (0..).zip(headers) {
            sheet.write_string(0, at, *header).unwrap();
        }
        for (row, person) in (1..).zip(people) {
            sheet.write_string(row, 0, person).unwrap();
            sheet.write_string(row, 1, "1/2/1970").unwrap();
        }
    }
    let bytes = workbook.save_to_buffer().unwrap();
    let book = read(&bytes, &template(), &Limits::default()).unwrap();
    let lines = |sheet: &Sheet| sheet.rows.iter().map(|row| row.line).collect::<Vec<_>>();
    let found: Vec<_> = book.sheets.iter().map(|sheet| (sheet.name.as_str(), lines(sheet))).collect();
    assert_eq!(found, [("Ấp 1", vec![2, 3]), ("Ấp 2", vec![2])]);
    let left = |name: &str, rows| SheetProblem::SheetWithoutHeader { name: name.into(), rows };
    assert_eq!(book.problems, [left("Bìa", 1), left("Ấp 3", 3)]);
    // The limit is that of the workbook.
    let book = read(&bytes, &template(), &Limits { rows: 2, ..Limits::default() }).unwrap();
    let over: Vec<bool> = book
        .sheets
        .iter()
        .map(|sheet| sheet.problems.contains(&SheetProblem::RowsOverLimit { limit: 2 }))
        .collect();
    assert_eq!(over, [false, true]);
    assert_eq!(book.sheets.iter().map(|sheet| sheet.rows.len()).sum::<usize>(), 2);
}
