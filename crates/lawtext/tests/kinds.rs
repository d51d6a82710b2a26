//! Kinds of documents, in invented ones (numbers of 2099 cannot exist).

use lawtext::{
    Document, Format, Level, Node, Parsed, ProblemKind, addresses, document_slug, outline_json, parse, read,
};
use viet::DocumentKind;

fn parsed(text: &str) -> Parsed {
    parse(&read(Format::Text, text.as_bytes()).expect("text"))
}

fn paths(parsed: &Parsed) -> Vec<String> {
    addresses(parsed).into_iter().map(|address| address.path).collect()
}

fn find<'d>(document: &'d Document, level: Level, label: &str) -> &'d Node {
    document
        .walk()
        .map(|(node, _)| node)
        .find(|node| node.level == level && node.label == label)
        .expect("the node")
}

fn kinds(parsed: &Parsed) -> Vec<ProblemKind> {
    parsed.problems.iter().map(|problem| problem.kind).collect()
}

const LAW: &str = "\
QUỐC HỘI
-------
CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc
---------------
Luật số: 901/2099/QH99
Hà Nội, ngày 20 tháng 6 năm 2099
LUẬT
GIỮ SẠCH BẾN SÔNG
Căn cứ Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam;
Quốc hội ban hành Luật Giữ sạch bến sông.
Chương I
NHỮNG QUY ĐỊNH CHUNG
Điều 1. Phạm vi điều chỉnh
Luật này quy định về việc giữ sạch bến sông.
Điều 2. Giải thích từ ngữ
Trong Luật này, các từ ngữ dưới đây được hiểu như sau:
1. Bến sông là nơi thuyền cập bờ.
2. Rác bến sông bao gồm:
a) Rác trôi từ thượng nguồn;
b) Rác của người bán hàng;
c) Rác của khách, kể cả:
- Vỏ trái cây;
- Túi ni lông;
d) Rác khác; đ) Rác không rõ nguồn gốc.
Các loại rác tại khoản này do bến trưởng phân loại.
2a. Bến trưởng là người trông coi bến.
Chương II
TRÁCH NHIỆM
Mục 1. TRÁCH NHIỆM CỦA BẾN TRƯỞNG
Điều 3. Bến trưởng
1. Bến trưởng quét bến mỗi ngày, theo quy định tại khoản 2 Điều 2 của Luật này.
2 . Bến trưởng nhắc khách.
Mục 2. TRÁCH NHIỆM CỦA KHÁCH
Điều 4. Khách qua bến
a) Không xả rác;
b) Nhặt rác của mình.
Điều 5. Hiệu lực thi hành
1. Luật này có hiệu lực thi hành từ ngày 01 tháng 01 năm 2100, trừ quy định tại khoản 2 Điều này.
2. Điều 4 của Luật này có hiệu lực từ ngày 01 tháng 7 năm 2100.
Luật này được Quốc hội nước Cộng hòa xã hội chủ nghĩa Việt Nam khóa XCIX, kỳ họp thứ 2 thông qua ngày 20 tháng 6 năm 2099.
CHỦ TỊCH QUỐC HỘI
Nguyễn Văn Mẫu
";

#[test]
fn a_law() {
    let parsed = parsed(LAW);
    let document = &parsed.documents[0];
    let head = &document.head;
    assert_eq!(head.number, "901/2099/QH99");
    assert_eq!((head.kind, head.title.as_str()), (Some(DocumentKind::Law), "GIỮ SẠCH BẾN SÔNG"));
    assert_eq!((head.issuer.as_str(), head.place.as_str()), ("Quốc hội", "Hà Nội"));
    assert_eq!((head.issued, head.effective), (Some((2099, 6, 20)), Some((2100, 1, 1))));
    assert_eq!(head.bases, ["Căn cứ Hiến pháp nước Cộng hòa xã hội chủ nghĩa Việt Nam;"]);
    assert_eq!(head.signature, ["CHỦ TỊCH QUỐC HỘI", "Nguyễn Văn Mẫu"]);
    assert!(head.national_heading);
    let outline = outline_json(&parsed);
    let heads: Vec<_> = outline.docs[0].heads.iter().map(|head| head.path.as_str()).collect();
    assert_eq!(heads, ["ch1", "ch2", "ch2/m1", "ch2/m2"]);
    let article = find(document, Level::Article, "2");
    assert_eq!(article.heading, "Giải thích từ ngữ");
    let clauses: Vec<_> = article.children.iter().map(|clause| clause.label.as_str()).collect();
    assert_eq!(clauses, ["1", "2", "2a"]);
    let points: Vec<_> = article.children[1].children.iter().map(|point| point.label.as_str()).collect();
    assert_eq!(points, ["a", "b", "c", "d", "đ"]);
    assert_eq!(article.children[1].children[2].text, "Rác của khách, kể cả:\n- Vỏ trái cây;\n- Túi ni lông;");
    assert_eq!(kinds(&parsed), [ProblemKind::RunIn]);
    let paths = paths(&parsed);
    for path in [
        "chuong-1",
        "chuong-2/muc-2",
        "dieu-2/khoan-2/diem-d",
        "dieu-2/khoan-2/diem-dd",
        "dieu-2/khoan-2a",
        "dieu-4/diem-b",
    ] {
        assert!(paths.iter().any(|found| found == path), "{path} in {paths:?}");
    }
    assert_eq!(
        find(document, Level::Article, "3").full_text(),
        "Điều 3. Bến trưởng\n1. Bến trưởng quét bến mỗi ngày, theo quy định tại khoản 2 Điều 2 của Luật này.\n\
         2 . Bến trưởng nhắc khách."
    );
}

#[test]
fn the_same_decomposed_and_with_the_other_letters() {
    use std::fmt::Write;
    // Decomposed as some systems write it; Đ as the Icelandic letter; blanks that do not break.
    let mut other = String::new();
    for c in LAW.chars() {
        match c {
            'Đ' => other.push('Ð'),
            'à' => other.push_str("a\u{300}"),
            'ề' => other.push_str("e\u{302}\u{300}"),
            'ế' => other.push_str("e\u{302}\u{301}"),
            'ộ' => other.push_str("o\u{323}\u{302}"),
            ' ' => other.push('\u{A0}'),
            _ => write!(other, "{c}\u{200B}").expect("a string"),
        }
    }
    assert_eq!(parsed(&other), parsed(LAW));
}

#[test]
fn a_constitution_whose_articles_have_no_headings() {
    let parsed = parsed(
        "HIẾN PHÁP\nNƯỚC BẾN SÔNG\nLỜI NÓI ĐẦU\nTừ ngàn xưa, người Bến Sông đã giữ bến.\nCHƯƠNG I\nCHẾ ĐỘ CHUNG\nĐiều 1\nBến Sông là \
         của chung.\nĐiều 2\n1. Bến do người Bến Sông làm chủ.\n2. Mọi quyền thuộc về người Bến Sông.\nCHƯƠNG II\nQUYỀN\nĐiều 3\n1- Ai \
         cũng được qua bến.\n2- Không ai bị cấm qua bến.\n",
    );
    let document = &parsed.documents[0];
    assert_eq!(document.head.kind, Some(DocumentKind::Constitution));
    let labels: Vec<_> =
        document.articles().map(|article| (article.label.as_str(), article.children.len())).collect();
    assert_eq!(labels, [("1", 0), ("2", 2), ("3", 2)]);
    assert_eq!(find(document, Level::Article, "1").text, "Bến Sông là của chung.");
    assert_eq!(find(document, Level::Chapter, "2").heading, "QUYỀN");
}

#[test]
fn a_decision_with_a_regulation_of_its_own_numbering() {
    let parsed = parsed(
        "ỦY BAN NHÂN DÂN\nTỈNH BẾN MẪU\n-------\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nSố: 77/2099/QĐ-UBND\n\
         Bến Mẫu, ngày 5 tháng 3 năm 2099\nQUYẾT ĐỊNH\nBan hành Quy chế giữ bến\nỦY BAN NHÂN DÂN TỈNH BẾN MẪU\nCăn cứ Luật Giữ sạch \
         bến sông;\nTheo đề nghị của Giám đốc Sở Bến bãi.\nQUYẾT ĐỊNH:\nĐiều 1. Ban hành kèm theo Quyết định này Quy chế giữ bến.\n\
         Điều 2. Quyết định này có hiệu lực kể từ ngày ký.\nĐiều 3. Chánh Văn phòng chịu trách nhiệm thi hành Quyết định này./.\n\
         Nơi nhận:\n- Như Điều 3;\n- Lưu: VT.\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\nTrần Thị Mẫu\nQUY CHẾ\nGiữ bến\n(Ban hành kèm theo Quyết \
         định số 77/2099/QĐ-UBND ngày 5 tháng 3 năm 2099)\nChương I\nQUY ĐỊNH CHUNG\nĐiều 1. Phạm vi\nQuy chế này áp dụng tại bến.\n\
         Điều 2. Giờ mở bến\n1. Mùa khô: 5 giờ.\n2. Mùa nước: 6 giờ.\nPhụ lục I\nMẪU SỔ BẾN\nĐiều 1. Bên A giao sổ.\nĐiều 2. Bên B nhận sổ.\n\
         Phụ lục II\nBẢNG GIÁ\n",
    );
    let [decision, regulation] = parsed.documents.as_slice() else { panic!("{:?}", parsed.documents.len()) };
    assert_eq!(decision.articles().count(), 3);
    assert_eq!(decision.head.issuer, "Ủy ban nhân dân tỉnh Bến Mẫu");
    assert_eq!((decision.head.issued, decision.head.effective), (Some((2099, 3, 5)), Some((2099, 3, 5))));
    assert_eq!(decision.head.recipients, ["Nơi nhận:", "- Như Điều 3;", "- Lưu: VT."]);
    assert_eq!(decision.head.signature, ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH", "Trần Thị Mẫu"]);
    assert_eq!(regulation.head.kind, Some(DocumentKind::Regulation));
    assert_eq!(regulation.articles().count(), 2);
    assert_eq!(regulation.appendices.len(), 2);
    let paths = paths(&parsed);
    assert!(
        paths.contains(&"dieu-2".into()) && paths.contains(&"quy-che/dieu-2/khoan-1".into()),
        "{paths:?}"
    );
    assert!(paths.contains(&"quy-che/phu-luc-2".into()), "{paths:?}");
}

/// Quotations as they are printed: closed too early, never closed, opened twice.
#[test]
fn an_amending_law_keeps_what_it_quotes_apart() {
    let parsed = parsed(
        "QUỐC HỘI\nLuật số: 902/2099/QH99\nLUẬT\nSỬA ĐỔI, BỔ SUNG MỘT SỐ ĐIỀU CỦA LUẬT GIỮ SẠCH BẾN SÔNG\nQuốc hội ban hành Luật này.\n\
         Điều 1. Sửa đổi, bổ sung một số điều của Luật Giữ sạch bến sông\n\
         1. Sửa đổi, bổ sung Điều 1 như sau:\n“Điều 1. Phạm vi điều chỉnh\n1. Luật này quy định về bến.”\n\
         2. Luật này không quy định về đò.\n3. Đò theo luật khác.\n\
         2. Sửa đổi, bổ sung điểm b và điểm c khoản 2 Điều 2 như sau:\n“b) Rác của người bán;\nc) Rác của người mua;”.\n\
         3. Bổ sung Điều 2a vào sau Điều 2 như sau:\n“Điều 2a. Thuyền\n1. Thuyền là phương tiện.\n2. Sửa thuyền theo quy định.\n\
         4. Sửa đổi, bổ sung một số điểm của Điều 3 như sau:\na) Sửa đổi khoản 1 như sau:\n“1. Bến trưởng quét bến.”;\nb) Bãi bỏ khoản 2.\n\
         5. Bãi bỏ Điều 4.\n\
         Điều 2. Sửa đổi Luật khác\nSửa đổi Điều 3 của Luật Đò như sau:\n“Điều 3. Đò\nĐò chở khách.”.\n\
         Điều 3. Hiệu lực thi hành\nLuật này có hiệu lực thi hành từ ngày 01 tháng 7 năm 2099.\n",
    );
    let document = &parsed.documents[0];
    let outline = outline_json(&parsed);
    let articles: Vec<_> =
        outline.docs[0].articles.iter().map(|a| (a.number.as_str(), a.khoan_labels.join(" "))).collect();
    assert_eq!(articles, [("1", "1 2 3 4 5".into()), ("2", String::new()), ("3", String::new())]);
    assert_eq!(outline.docs[0].articles[0].diem_by_khoan["4"], ["a", "b"]);
    assert_eq!(document.head.effective, Some((2099, 7, 1)));
    assert!(kinds(&parsed).contains(&ProblemKind::QuoteNeverClosed));
    let first = &find(document, Level::Article, "1").children[0];
    assert_eq!(first.children[0].level, Level::Quote);
    assert!(first.children[0].text.ends_with("3. Đò theo luật khác."));
    assert!(!paths(&parsed).iter().any(|path| path.contains("dieu-2a")));
}

#[test]
fn a_plan_without_articles() {
    let parsed = parsed(
        "UBND XÃ BẾN MẪU\nSố: 9/KH-UBND\nBến Mẫu, ngày 7 tháng 1 năm 2099\nKẾ HOẠCH\nPhổ biến pháp luật năm 2099\n\
         Căn cứ Luật Giữ sạch bến sông;\nỦy ban nhân dân xã ban hành Kế hoạch như sau:\nI. MỤC ĐÍCH, YÊU CẦU\n1. Mục đích\na) Cho dân biết;\n\
         b) Cho dân bàn.\n2. Yêu cầu\n- Thiết thực;\n- Tiết kiệm.\nII. NỘI DUNG\n1. Hội nghị\n1.1. Hội nghị xã\nMỗi quý một lần.\n1.2. Hội nghị ấp\n\
         2. Loa\nIII. TỔ CHỨC THỰC HIỆN\nCông chức tư pháp theo dõi./.\nNơi nhận:\n- Lưu: VT.\nTM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH\n",
    );
    let document = &parsed.documents[0];
    assert_eq!(document.head.kind, Some(DocumentKind::Plan));
    let sections = outline_json(&parsed).sections;
    let of: Vec<_> = sections.iter().map(|section| (section.label.as_str(), section.items.len())).collect();
    assert_eq!(of, [("I", 2), ("II", 2), ("III", 0)]);
    let paths = paths(&parsed);
    assert!(paths.contains(&"phan-1/muc-1/diem-b".into()), "{paths:?}");
    assert!(paths.contains(&"phan-2/muc-1/muc-1-2".into()), "{paths:?}");
    assert!(kinds(&parsed).is_empty(), "{:?}", parsed.problems);
}

#[test]
fn a_consolidated_text_with_marks_of_footnotes() {
    let parsed = parsed(
        "LUẬT\nGIỮ SẠCH BẾN SÔNG\nĐiều 1.[1] Phạm vi\n1.[2] Luật này quy định về bến.\n2[3]. (được bãi bỏ)\n3. Bến trưởng.\na)[4] Quét;\n\
         b) Nhắc.\nĐiều 2[5]. Hiệu lực\nLuật này có hiệu lực thi hành kể từ ngày 01/01/2099[6].\nXÁC THỰC VĂN BẢN HỢP NHẤT\nCHỦ NHIỆM\n\
         [1] Luật số 903/2099/QH99.\n[2] Khoản này được sửa đổi.\n",
    );
    let outline = outline_json(&parsed);
    assert_eq!(outline.docs[0].articles[0].khoan_labels, ["1", "2", "3"]);
    assert_eq!(outline.docs[0].articles[0].diem_by_khoan["3"], ["a", "b"]);
    assert_eq!(outline.docs[0].articles.len(), 2);
    let notes = parsed.documents[0].walk().filter(|(node, _)| node.level == Level::Footnote).count();
    assert_eq!(notes, 2);
}

#[test]
fn misprints_are_told_and_cost_nothing_else() {
    let parsed = parsed(
        "NGHỊ ĐỊNH\nVề bến\nĐiều 1. Một\na) A;\nb) B;\nd) C;\nd) D.\nĐiều 3. Hai\n1. Một.\n2. Hai.\n2. Ba.\n4. Bốn.\nĐiều 3. Ba\nHết.\nĐiều 4. Bốn\nHết.\n",
    );
    let outline = outline_json(&parsed);
    assert_eq!(outline.docs[0].articles.len(), 4);
    assert_eq!(outline.docs[0].articles[0].diem, 4);
    assert_eq!(outline.docs[0].articles[1].khoan, 4);
    assert!(kinds(&parsed).contains(&ProblemKind::MisprintedLabel));
    assert!(kinds(&parsed).contains(&ProblemKind::AddressTaken));
    assert!(paths(&parsed).contains(&"dieu-3--2".into()));
}

#[test]
fn marks_of_markdown_are_no_words_of_the_law() {
    let text = "# LUẬT\n\n## GIỮ SẠCH BẾN SÔNG\n\n**Luật số: 9/2099/QH99**\n\n### **Điều 1.** Phạm vi\n\n> 1\\. Luật này quy định \
                *bến sông* và __bến đò__, xem [Điều 2](#dieu-2).\n> 2\\. Mẫu a_b_c, 2 * 3.\n\n| Cột | Mức *phí* |\n|---|:---:|\n| Bến | 5 |\n\n\
                ### Điều 2. Thi hành\n\n* Từ ngày `09/9/2099`.\n\n---\n";
    let format = lawtext::detect("luat.md", text.as_bytes()).expect("a format");
    let parsed = lawtext::parse(&lawtext::read(format, text.as_bytes()).expect("text"));
    let document = &parsed.documents[0];
    assert_eq!(document.head.number, "9/2099/QH99");
    let articles: Vec<_> = document.articles().map(lawtext::Node::full_text).collect();
    assert_eq!(articles.len(), 2, "{articles:?}");
    let first = "Điều 1. Phạm vi\n1. Luật này quy định bến sông và bến đò, xem Điều 2.\n2. Mẫu a_b_c, 2 * 3.";
    assert!(articles[0].starts_with(first), "{}", articles[0]);
    assert!(articles[0].contains("Mức phí") && !articles[0].contains('|'), "{}", articles[0]);
    assert!(articles[1].contains("Từ ngày 09/9/2099.") && !articles[1].contains('*'), "{}", articles[1]);
}

#[test]
fn forms_contracts_and_contents_are_no_articles() {
    let parsed = parsed(
        "THÔNG TƯ\nQuy định về sổ bến\nMỤC LỤC\nĐiều 1. Sổ bến\nĐiều 2. Thi hành\nCăn cứ Luật Giữ sạch bến sông;\nĐiều 1. Sổ bến\nSổ bến theo Mẫu số 01.\n\
         Điều 2. Thi hành\nThông tư này có hiệu lực thi hành kể từ ngày 09 tháng 9 năm 2099./.\nKT. BỘ TRƯỞNG\nTHỨ TRƯỞNG\nLê Văn Mẫu\n\
         Mẫu số 01\nHỢP ĐỒNG GIAO SỔ\nĐiều 1. Bên A\nĐiều 2. Bên B\nĐiều 3. Ký\nĐẠI DIỆN BÊN A\n",
    );
    assert_eq!(parsed.documents.len(), 1);
    let document = &parsed.documents[0];
    assert_eq!(document.articles().count(), 2);
    assert_eq!(document.appendices.len(), 1);
    assert_eq!(document.head.effective, Some((2099, 9, 9)));
}

#[test]
fn addresses_name_the_issuer_where_the_number_does_not() {
    assert_eq!(document_slug("35/2013/QH13", "Quốc hội", Some(2013)), "35-2013-qh13");
    assert_eq!(document_slug("30/2020/NĐ-CP", "Chính phủ", Some(2020)), "30-2020-nd-cp");
    assert_eq!(document_slug("21/CT-TTg", "Thủ tướng Chính phủ", Some(2026)), "21-ct-ttg-2026");
    assert_eq!(
        document_slug("4402/QĐ-UBND", "Ủy ban nhân dân tỉnh Long An", Some(2021)),
        "tinh-long-an-4402-qd-ubnd-2021"
    );
}
