//! A template with every kind of column, and ways to fill it and to break it.
#![allow(dead_code)]

use std::io::{Cursor, Read, Write};

use sheets::{Column, Kind, Template};
use zip::write::SimpleFileOptions;

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
                Kind::ChoiceMany(choices(&["Đất đai", "Hôn nhân, gia đình", "Vay mượn", "Khác"])),
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

/// The parts of a workbook, by name.
pub fn unzip(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).expect("a part");
            let mut part = Vec::new();
            file.read_to_end(&mut part).expect("a part that unpacks");
            (file.name().expect("a name").to_string(), part)
        })
        .collect()
}

pub fn zip(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in parts {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).expect("a part begun");
        writer.write_all(part).expect("a part written");
    }
    writer.finish().expect("a zip").into_inner()
}

/// The workbook with one of its parts changed.
pub fn change(bytes: &[u8], name: &str, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut parts = unzip(bytes);
    let part = parts.iter_mut().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no part {name}"));
    part.1 = change(std::mem::take(&mut part.1));
    zip(&parts)
}

/// The workbook with a text in one of its parts replaced; the text must be there.
pub fn replace(bytes: &[u8], name: &str, old: &str, new: &str) -> Vec<u8> {
    change(bytes, name, |part| {
        let part = String::from_utf8(part).expect("UTF-8");
        assert!(part.contains(old), "{name} has no {old}: {}", &part[..part.len().min(3000)]);
        part.replacen(old, new, 1).into_bytes()
    })
}
