//! Fictional papers to print.
#![allow(dead_code, reason = "each test uses some")]

use jiff::civil::date;
use press::{Align, Appendix, Block, Column, Document, Language, Row, Run, Signature, Table, Weight};

pub fn heading(level: u8, number: &str, text: &str) -> Block {
    Block::Heading { level, number: Some(number.into()), text: text.into() }
}

pub fn paragraph(text: &str) -> Block {
    Block::Paragraph(vec![Run::text(text)])
}

pub fn column(header: &str, width: f64, align: Align) -> Column {
    Column { header: header.into(), width, align }
}

pub fn row(cells: &[&str]) -> Row {
    Row { cells: cells.iter().map(|cell| vec![Run::text(*cell)]).collect(), weight: Weight::Normal }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn bases(lines: &[&str]) -> Vec<Vec<Run>> {
    lines.iter().map(|line| vec![Run::text(*line)]).collect()
}

/// A decision of one page.
pub fn decision() -> Document {
    Document {
        agency: "Ủy ban nhân dân xã Suối Tre".into(),
        number: Some("7".into()),
        symbol: "QĐ-UBND".into(),
        place: "Suối Tre".into(),
        date: Some(date(2026, 2, 5)),
        kind: "QUYẾT ĐỊNH".into(),
        about: "Về việc công nhận tuyên truyền viên pháp luật xã Suối Tre năm 2026".into(),
        issuer: Some("Chủ tịch Ủy ban nhân dân xã Suối Tre".into()),
        bases: bases(&[
            "Căn cứ Luật Tổ chức chính quyền địa phương ngày 16 tháng 6 năm 2025",
            "Căn cứ Luật Phổ biến, giáo dục pháp luật ngày 20 tháng 6 năm 2012;",
            "Theo đề nghị của Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân xã.",
        ]),
        enacting: Some("Quyết định:".into()),
        blocks: vec![
            Block::Paragraph(vec![
                Run::bold("Điều 1. "),
                Run::text("Công nhận "),
                Run::number("communicators", "12"),
                Run::text(" tuyên truyền viên pháp luật xã Suối Tre, có danh sách kèm theo."),
            ]),
            Block::Paragraph(vec![
                Run::bold("Điều 2. "),
                Run::text(
                    "Tuyên truyền viên pháp luật có quyền và nghĩa vụ theo quy định của pháp luật về phổ \
                     biến, giáo dục pháp luật; thực hiện nhiệm vụ theo sự phân công của Ủy ban nhân dân xã.",
                ),
            ]),
            Block::Paragraph(vec![
                Run::bold("Điều 3. "),
                Run::text(
                    "Chánh Văn phòng Hội đồng nhân dân và Ủy ban nhân dân xã, Trưởng các ấp và các ông (bà) \
                     có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này kể từ ngày ký.",
                ),
            ]),
        ],
        signature: Signature {
            authority: texts(&["Chủ tịch"]), name: Some("Nguyễn Thị Ngọc Quyên".into())
        },
        recipients: texts(&["Như Điều 3", "Sở Tư pháp", "TT. Đảng ủy, HĐND xã", "Lưu: VT, PBGDPL."]),
        ..Document::default()
    }
}

/// An annual report of about six pages, with tables, an appendix on turned pages and figures.
pub fn report() -> Document {
    let sentence = "Ủy ban nhân dân xã đã chỉ đạo các ấp, các tổ chức chính trị - xã hội và nhà trường phối hợp \
        tổ chức phổ biến các văn bản mới theo nhiều hình thức phù hợp với từng nhóm đối tượng, chú trọng người \
        dân ở vùng sâu, đồng bào dân tộc thiểu số, người lao động trong các cơ sở sản xuất và thanh thiếu niên. ";
    let mut blocks = vec![paragraph(
        "Thực hiện Kế hoạch phổ biến, giáo dục pháp luật năm 2026, Ủy ban nhân dân xã Suối Tre báo cáo kết quả \
         thực hiện như sau:",
    )];
    let parts: [(&str, &str, &[&str]); 5] = [
        ("I.", "CÔNG TÁC CHỈ ĐẠO, ĐIỀU HÀNH", &["Ban hành văn bản", "Hoạt động phối hợp"]),
        (
            "II.",
            "KẾT QUẢ PHỔ BIẾN, GIÁO DỤC PHÁP LUẬT",
            &["Phổ biến văn bản mới", "Hình thức phổ biến", "Đối tượng đặc thù", "Ngày Pháp luật Việt Nam"],
        ),
        ("III.", "CÔNG TÁC HÒA GIẢI Ở CƠ SỞ", &["Tổ hòa giải, hòa giải viên", "Kết quả hòa giải"]),
        ("IV.", "ĐÁNH GIÁ CHUNG", &["Ưu điểm", "Tồn tại, hạn chế và nguyên nhân"]),
        ("V.", "PHƯƠNG HƯỚNG NĂM 2027", &["Nhiệm vụ trọng tâm", "Kiến nghị, đề xuất"]),
    ];
    for (number, title, sections) in parts {
        blocks.push(heading(1, number, title));
        for (i, section) in sections.iter().enumerate() {
            blocks.push(heading(2, &format!("{}.", i + 1), section));
            blocks.push(Block::Paragraph(vec![
                Run::text("Trong năm đã tổ chức "),
                Run::Number {
                    mark: format!("{number}{i}.talks"),
                    text: format!("{}", 31 + i),
                    href: Some("https://phapluat.example.vn/so-lieu/1".into()),
                },
                Run::text(" cuộc với "),
                Run::number(format!("{number}{i}.attendance"), format!("{}.{:03}", 2 + i, 145 + i)),
                Run::text(format!(" lượt người tham dự. {sentence}{sentence}")),
            ]));
            blocks.push(heading(3, "a)", "Kết quả cụ thể"));
            blocks.push(Block::List(vec![
                vec![Run::text("Phát thanh trên hệ thống loa truyền thanh cơ sở: 156 lượt phát;")],
                vec![Run::text("Đăng tải trên trang thông tin điện tử của xã: 48 tin, bài;")],
                vec![Run::text(format!("Tuyên truyền trực tiếp tại các ấp: {sentence}"))],
            ]));
            if i == 0 {
                blocks.push(Block::Table(table("Bảng kết quả theo hình thức", 5)));
            }
        }
    }
    blocks.push(paragraph(
        "Trên đây là Báo cáo kết quả công tác phổ biến, giáo dục pháp luật và hòa giải ở cơ sở năm 2026 của Ủy \
         ban nhân dân xã Suối Tre.",
    ));
    let mut wide = table("", 12);
    wide.columns.extend((1..=4).map(|quarter| column(&format!("Quý {quarter}"), 1.0, Align::Right)));
    wide.caption = None;
    Document {
        language: Language::Vietnamese,
        agency: "Ủy ban nhân dân xã Suối Tre".into(),
        number: Some("145".into()),
        symbol: "BC-UBND".into(),
        place: "Suối Tre".into(),
        date: Some(date(2026, 12, 5)),
        kind: "BÁO CÁO".into(),
        about:
            "Kết quả công tác phổ biến, giáo dục pháp luật, hòa giải ở cơ sở và xây dựng cấp xã đạt chuẩn \
                tiếp cận pháp luật năm 2026"
                .into(),
        addressed_to: texts(&["Sở Tư pháp tỉnh Đồng Nai"]),
        blocks,
        signature: Signature {
            authority: texts(&["TM. Ủy ban nhân dân", "KT. Chủ tịch", "Phó Chủ tịch"]),
            name: Some("Trần Văn Đức".into()),
        },
        recipients: texts(&[
            "Sở Tư pháp",
            "TT. Đảng ủy, TT. HĐND xã",
            "Chủ tịch, các Phó Chủ tịch UBND xã",
            "Lưu: VT, PBGDPL",
        ]),
        appendices: vec![Appendix {
            title: "Phụ lục I\nSỐ LIỆU THEO ẤP VÀ THEO QUÝ".into(),
            note:
                "(Kèm theo Báo cáo số 145/BC-UBND ngày 05 tháng 12 năm 2026 của Ủy ban nhân dân xã Suối Tre)"
                    .into(),
            landscape: true,
            blocks: vec![Block::Table(wide)],
        }],
        banner: Some("DỮ LIỆU MINH HỌA – không có giá trị pháp lý".into()),
        colophon: Some(
            "Kỳ báo cáo: năm 2026. Số liệu tính đến 08 giờ 00 ngày 04/12/2026. Mã kiểm tra: 7F3A-91C2."
                .into(),
        ),
        ..Document::default()
    }
}

/// A table of figures with a group row and a sum.
pub fn table(caption: &str, rows: usize) -> Table {
    let mut all =
        vec![Row { cells: vec![vec![Run::text("A. Hình thức trực tiếp")]], weight: Weight::Group }];
    all.extend((1..=rows).map(|i| Row {
        cells: vec![
            vec![Run::text(i.to_string())],
            vec![Run::text(format!("Hội nghị, tọa đàm phổ biến pháp luật tại nhà văn hóa ấp {i}"))],
            vec![Run::number(format!("{caption}.row{i}.talks"), (i * 3).to_string())],
            vec![Run::number(format!("{caption}.row{i}.attendance"), format!("{}", i * 137))],
        ],
        weight: Weight::Normal,
    }));
    all.push(Row {
        cells: vec![
            vec![],
            vec![Run::text("Tổng cộng")],
            vec![Run::number(format!("{caption}.talks"), (3 * rows * (rows + 1) / 2).to_string())],
            vec![Run::number(format!("{caption}.attendance"), (137 * rows * (rows + 1) / 2).to_string())],
        ],
        weight: Weight::Total,
    });
    Table {
        columns: vec![
            column("TT", 1.0, Align::Centre),
            column("Nội dung", 6.0, Align::Left),
            column("Số cuộc", 1.5, Align::Right),
            column("Lượt người", 1.8, Align::Right),
        ],
        rows: all,
        caption: Some(caption.to_owned()),
    }
}

/// Nothing filled in yet.
pub fn blank() -> Document {
    Document {
        parent_agency: Some("Ủy ban nhân dân tỉnh Đồng Nai".into()),
        agency: "Sở Tư pháp".into(),
        symbol: "KH-STP".into(),
        place: "Đồng Nai".into(),
        kind: "KẾ HOẠCH".into(),
        about: "Tổ chức Ngày Pháp luật năm 2026".into(),
        blocks: vec![
            paragraph("Sở Tư pháp ban hành Kế hoạch như sau:"),
            Block::Table(Table {
                columns: vec![column("TT", 1.0, Align::Centre), column("Nhiệm vụ", 5.0, Align::Left)],
                rows: vec![],
                caption: None,
            }),
        ],
        signature: Signature { authority: texts(&["Giám đốc"]), name: None },
        recipients: texts(&["Như trên", "Lưu: VT"]),
        draft: true,
        ..Document::default()
    }
}

/// An official letter to several agencies, with long names everywhere.
pub fn letter() -> Document {
    Document {
        parent_agency: Some("Ủy ban nhân dân thành phố Hồ Chí Minh".into()),
        agency: "Hội đồng phối hợp phổ biến, giáo dục pháp luật thành phố Hồ Chí Minh".into(),
        number: Some("1234".into()),
        symbol: "HĐPH-PBGDPL".into(),
        place: "Thành phố Hồ Chí Minh".into(),
        date: Some(date(2026, 10, 28)),
        about: "hướng dẫn tổ chức Ngày Pháp luật nước Cộng hòa xã hội chủ nghĩa Việt Nam năm 2026".into(),
        addressed_to: texts(&[
            "Các sở, ban, ngành, đoàn thể thành phố;",
            "- Ủy ban nhân dân các phường, xã, đặc khu trên địa bàn thành phố có đông đồng bào dân tộc thiểu số",
        ]),
        blocks: vec![paragraph("Đề nghị các cơ quan, đơn vị quan tâm, phối hợp thực hiện.")],
        signature: Signature {
            authority: texts(&[
                "TM. Hội đồng phối hợp",
                "KT. Chủ tịch",
                "Phó Chủ tịch Thường trực kiêm Giám đốc Sở Tư pháp thành phố Hồ Chí Minh",
            ]),
            name: Some("Công Tằng Tôn Nữ Thị Phương Khuê".into()),
        },
        recipients: texts(&["Như trên", "Lưu: VT, PB&TDTHPL"]),
        ..Document::default()
    }
}

/// A table of 200 rows.
pub fn long_table() -> Document {
    Document { blocks: vec![Block::Table(table("Bảng số liệu", 200))], ..report() }
}

/// Text that would break a careless writer.
pub fn hostile() -> Document {
    let word = "nghiêng".repeat(1_450);
    let nasty = "#let x = 1 [$ </w:t></w:p> & <b> \"'` \\ {% #eval(\"1\") // ]]> @ref *_~";
    let mut document = report();
    document.about = nasty.into();
    document.banner = Some(nasty.into());
    document.appendices.clear();
    document.blocks = vec![
        paragraph(nasty),
        paragraph(&word),
        paragraph("tab\tdòng\nmới\u{0}\u{1f}\u{fffe}\u{202e}"),
        paragraph("😀 漢字 \u{1f1fb}\u{1f1f3} é\u{301}\u{302}\u{303}"),
        heading(4, "", nasty),
        heading(9, "", ""),
        Block::Paragraph(vec![]),
        Block::List(vec![]),
        Block::PageBreak,
        Block::PageBreak,
        Block::Table(Table {
            columns: vec![
                column(nasty, 1.0, Align::Left),
                column("", 0.0001, Align::Left),
                column("Số", f64::INFINITY, Align::Right),
            ],
            rows: vec![
                row(&[&word, "1.234.567.890", "9"]),
                row(&["a", "b", "c", "d", "e"]),
                row(&[]),
                Row { cells: vec![vec![Run::number("", nasty)]], weight: Weight::Group },
            ],
            caption: Some(nasty.into()),
        }),
        Block::Paragraph(vec![
            Run::number(nasty, nasty),
            Run::number(nasty, "lần hai"),
            Run::Link { text: "liên kết".into(), href: "javascript:alert(1)".into() },
            Run::Link { text: nasty.into(), href: "https://a.vn/?q=%22&x=<y>'\"".into() },
        ]),
    ];
    document
}
