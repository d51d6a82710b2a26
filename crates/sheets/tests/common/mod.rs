//! A template with every kind of column, and ways to fill it and to break it.
#![allow(dead_code, unused_imports)]

mod parts;

pub use parts::{change, unzip, zip};
use sheets::{Column, Kind, Template};

pub fn template() -> Template {
    let column = |key: &str, header: &str, kind, required| Column {
        key: key.into(),
        header: header.into(),
        hint: format!("Ghi {}", header.to_lowercase()),
        kind,
        required,
        width: 20,
    };
    let choices = |choices: &[&str]| choices.iter().map(|choice| (*choice).to_owned()).collect::<Vec<_>>();
    Template {
        name: "mediators".into(),
        version: 3,
        title: "Danh sách hòa giải viên".into(),
        guidance: vec!["Mỗi hòa giải viên một dòng.".into()],
        columns: vec![
            column("name", "Họ và tên", Kind::Text { max: 60 }, true),
            column("born", "Ngày sinh", Kind::Date, true),
            column("sex", "Giới tính", Kind::Choice(choices(&["Nam", "Nữ"])), false),
            column("cases", "Số vụ việc (năm)", Kind::Integer { min: 0, max: 100_000 }, false),
            column("fee", "Thù lao", Kind::Money, false),
            column(
                "skills",
                "Lĩnh vực",
                Kind::ChoiceMany(choices(&[
                    "Đất đai",
                    "Hôn nhân, gia đình",
                    "Vay mượn",
                    "Tại xã, phường; án treo",
                    "Khác",
                ])),
                false,
            ),
            column("remark", "Ghi chú", Kind::Text { max: 2000 }, false),
        ],
        example_rows: vec![
            ["Nguyễn Văn A", "05/01/1960", "Nam", "3", "900000", "Đất đai; Khác", ""]
                .map(str::to_owned)
                .to_vec(),
        ],
    }
}

/// The workbook with a text in one of its parts replaced; the text must be there.
pub fn replace(bytes: &[u8], name: &str, old: &str, new: &str) -> Vec<u8> {
    change(bytes, name, |part| {
        let part = std::str::from_utf8(part).expect("UTF-8");
        assert!(part.contains(old), "{name} has no {old}: {}", &part[..part.len().min(3000)]);
        part.replacen(old, new, 1).into_bytes()
    })
}

/// The one sheet of a workbook, what is said of the workbook told with it.
pub fn only(book: sheets::Workbook) -> sheets::Sheet {
    let sheets::Workbook { mut sheets, problems } = book;
    assert_eq!(sheets.len(), 1, "{sheets:?}");
    let mut sheet = sheets.remove(0);
    sheet.problems.splice(0..0, problems);
    sheet
}
