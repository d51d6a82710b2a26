//! Instructions read from invented amending documents, carried out and taken back.

use lawtext::amend::{
    Act, CannotApply, Exchange, History, Instruction, Part, Target, already_reads, apply, instructions, undo,
};
use lawtext::{Format, Level, Node, Parsed, Provision, parse, read};
use proptest::prelude::*;

fn parsed(text: &str) -> Parsed {
    parse(&read(Format::Text, text.as_bytes()).expect("text"))
}

fn amending(articles: &str) -> Vec<Instruction> {
    instructions(&parsed(&format!(
        "QUỐC HỘI\nLuật số: 902/2099/QH99\nLUẬT\nSỬA ĐỔI, BỔ SUNG MỘT SỐ ĐIỀU CỦA LUẬT BẾN SÔNG\n\
         Quốc hội ban hành Luật sửa đổi, bổ sung một số điều của Luật Bến sông số 901/2098/QH99.\n\
         Điều 1. Sửa đổi, bổ sung một số điều của Luật Bến sông\n{articles}\n\
         Điều 2. Hiệu lực thi hành\nLuật này có hiệu lực từ ngày 01 tháng 7 năm 2099.\n"
    )))
}

/// Act, place, words or first and last of the new text.
fn told(instruction: &Instruction) -> String {
    let place = instruction.target.provision.path().unwrap_or_default();
    let part = match instruction.target.part {
        Part::All => "",
        Part::Heading => " heading",
        Part::Opening => " opening",
    };
    let text = |text: &[Node]| text.iter().map(Node::full_text).collect::<Vec<_>>().join(" / ");
    let act = match &instruction.act {
        Act::Replace { text: new } => format!("replace by {:?}", text(new)),
        Act::Insert { after, text: new } => {
            let after = after.as_ref().and_then(Provision::path).unwrap_or_default();
            format!("insert after {after:?} {:?}", text(new))
        }
        Act::ReplaceWords { words } => {
            let one = |words: &Exchange| format!("{:?} by {:?}", words.from, words.to);
            format!("words {}", words.iter().map(one).collect::<Vec<_>>().join(", "))
        }
        Act::AddWords { words, beside, before } => {
            format!("add {words:?} {} {beside:?}", if *before { "before" } else { "after" })
        }
        Act::RemoveWords { words } => format!("remove {}", words.join(" / ")),
        Act::Repeal => "repeal".into(),
        Act::ByHand => "by hand".into(),
    };
    format!("{place}{part}: {act}")
}

fn check(articles: &str, expected: &[&str]) {
    let found = amending(articles);
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected, "{articles}");
    for instruction in &found {
        let law = instruction.law.as_ref().expect("the amended law");
        assert_eq!(law.name, "Luật Bến sông");
    }
}

#[test]
fn new_text_for_an_article_a_clause_and_a_point() {
    check(
        "1. Sửa đổi, bổ sung Điều 4 như sau:\n“Điều 4. Bến trưởng\n1. Bến trưởng quét bến.\n2. Bến trưởng ghi sổ:\n\
         a) Thuyền đến;\nb) Thuyền đi.”.\n\
         2. Sửa đổi, bổ sung khoản 2 và khoản 3 Điều 5 như sau:\n“2. Khách nhặt rác.\n3. Khách trả phí theo “bảng giá”.”.\n\
         3. Điểm đ khoản 1 Điều 6 được sửa đổi, bổ sung như sau: “đ) Neo thuyền;”.\n\
         4. Sửa đổi tên Điều 7 như sau:\n“Điều 7. Phí qua bến”.",
        &[
            "dieu-4: replace by \"Điều 4. Bến trưởng\\n1. Bến trưởng quét bến.\\n2. Bến trưởng ghi sổ:\\na) Thuyền đến;\\n\
             b) Thuyền đi.\"",
            "dieu-5/khoan-2: replace by \"2. Khách nhặt rác.\"",
            "dieu-5/khoan-3: replace by \"3. Khách trả phí theo “bảng giá”.\"",
            "dieu-6/khoan-1/diem-dd: replace by \"đ) Neo thuyền;\"",
            "dieu-7 heading: replace by \"Điều 7. Phí qua bến\"",
        ],
    );
}

#[test]
fn additions_go_behind_what_they_name() {
    check(
        "1. Bổ sung khoản 7 vào sau khoản 6 Điều 31 như sau:\n“7. Bến đóng cửa ban đêm.”.\n\
         2. Sửa đổi, bổ sung khoản 3 và bổ sung các khoản 3a, 3b vào sau khoản 3 Điều 8 như sau:\n“3. Một.\n3a. Hai.\n3b. Ba.”.\n\
         3. Bổ sung Điều 9a vào sau Điều 9 như sau:\n“Điều 9a. Phao\nPhao màu đỏ.”.\n\
         4. Bổ sung điểm k khoản 1 Điều 10 như sau:\n“k) Phao.”.",
        &[
            "dieu-31/khoan-7: insert after \"dieu-31/khoan-6\" \"7. Bến đóng cửa ban đêm.\"",
            "dieu-8/khoan-3: replace by \"3. Một.\"",
            "dieu-8/khoan-3a: insert after \"dieu-8/khoan-3\" \"3a. Hai.\"",
            "dieu-8/khoan-3b: insert after \"dieu-8/khoan-3a\" \"3b. Ba.\"",
            "dieu-9a: insert after \"dieu-9\" \"Điều 9a. Phao\\nPhao màu đỏ.\"",
            "dieu-10/khoan-1/diem-k: insert after \"\" \"k) Phao.\"",
        ],
    );
}

#[test]
fn what_stands_above_a_list_says_where() {
    check(
        "1. Sửa đổi, bổ sung một số khoản của Điều 12 như sau:\na) Sửa đổi, bổ sung khoản 6 như sau:\n“6. Sáu.”;\n\
         b) Bổ sung điểm đ vào sau điểm d khoản 2 như sau:\n“đ) Đ.”;\nc) Bãi bỏ khoản 7.\n\
         2. Sửa đổi, bổ sung đoạn mở đầu khoản 2 Điều 13 như sau:\n“2. Bến trưởng có quyền:”.",
        &[
            "dieu-12/khoan-6: replace by \"6. Sáu.\"",
            "dieu-12/khoan-2/diem-dd: insert after \"dieu-12/khoan-2/diem-d\" \"đ) Đ.\"",
            "dieu-12/khoan-7: repeal",
            "dieu-13/khoan-2 opening: replace by \"2. Bến trưởng có quyền:\"",
        ],
    );
}

#[test]
fn words_are_exchanged_added_and_left_out() {
    check(
        "1. Thay thế cụm từ “thị trấn” bằng cụm từ “đặc khu” tại khoản 1 Điều 2 và tên Điều 3; bỏ cụm từ “cấp huyện,” tại \
         Điều 4.\n\
         2. Thay thế cụm từ “A a” thành “B b” và cụm từ “C c” thành “D d” tại Điều 5; điểm a khoản 2 Điều 6.\n\
         3. Bổ sung cụm từ “, phao” vào sau cụm từ “neo” tại Điều 7; bổ sung từ “theo” trước cụm từ “quy định” tại Điều 8.\n\
         4. Bãi bỏ Điều 9; cụm từ “Thanh tra,” tại khoản 5 Điều 10.\n\
         5. Bãi bỏ khoản 1 Điều 11, khoản 3 và khoản 4 Điều 12.\n\
         6. Thay thế Phụ lục I bằng Phụ lục ban hành kèm theo Luật này.",
        &[
            "dieu-2/khoan-1: words \"thị trấn\" by \"đặc khu\"",
            "dieu-3 heading: words \"thị trấn\" by \"đặc khu\"",
            "dieu-4: remove cấp huyện,",
            "dieu-5: words \"A a\" by \"B b\", \"C c\" by \"D d\"",
            "dieu-6/khoan-2/diem-a: words \"A a\" by \"B b\", \"C c\" by \"D d\"",
            "dieu-7: add \", phao\" after \"neo\"",
            "dieu-8: add \"theo\" before \"quy định\"",
            "dieu-9: repeal",
            "dieu-10/khoan-5: remove Thanh tra,",
            "dieu-11/khoan-1: repeal",
            "dieu-12/khoan-3: repeal",
            "dieu-12/khoan-4: repeal",
            "phu-luc-1: by hand",
        ],
    );
}

#[test]
fn the_title_names_the_law_where_articles_do_not() {
    let found = instructions(&parsed(
        "CHÍNH PHỦ\nSố: 3/2099/NĐ-CP\nNGHỊ ĐỊNH\nSỬA ĐỔI, BỔ SUNG MỘT SỐ ĐIỀU CỦA NGHỊ ĐỊNH SỐ 2/2098/NĐ-CP\n\
         Điều 1. Sửa đổi, bổ sung khoản 2 Điều 1\n“2. Hai.”.\nĐiều 2. Hiệu lực thi hành\nNghị định này có hiệu lực.\n",
    ));
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), ["dieu-1/khoan-2: replace by \"2. Hai.\""]);
    assert_eq!(found[0].law.as_ref().map(|law| law.number.as_str()), Some("02/2098/NĐ-CP"));
}

#[test]
fn a_law_that_amends_nothing_has_no_instructions() {
    let found = instructions(&parsed(
        "QUỐC HỘI\nSố: 3/2099/QH99\nLUẬT\nBẾN SÔNG\nĐiều 1. Sổ\n1. Bến trưởng sửa đổi, bổ sung sổ tại khoản 2 Điều này.\n\
         2. Thay thế phao hỏng theo Điều 3.\nĐiều 2. Hiệu lực\nLuật này thay thế Luật Bến cũ số 1/2090/QH98.\n",
    ));
    assert_eq!(found, []);
}

const LAW: &str = "QUỐC HỘI\nSố: 901/2098/QH99\nLUẬT\nBẾN SÔNG\nChương I\nCHUNG\nĐiều 1. Bến\nBến là nơi thuyền cập bờ, kể cả bến \
đò.\nĐiều 2. Khách\n1. Khách qua bến gồm:\na) Người lớn;\nb) Trẻ em;\nc) Người già.\n2. Khách nhặt rác, trả phí.\nChương II\n\
BẾN TRƯỞNG\nĐiều 3. Việc\n1. Quét bến.\n2. Nhắc khách.\n3. Ghi sổ, giữ sổ.\n";

fn law() -> Vec<Node> {
    parsed(LAW).documents.into_iter().next().expect("a document").nodes
}

fn words(nodes: &[Node]) -> String {
    let letters = whole(nodes).to_lowercase();
    letters
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn whole(nodes: &[Node]) -> String {
    nodes.iter().map(Node::full_text).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_instruction_is_carried_out_and_taken_back() {
    let found = amending(
        "1. Sửa đổi, bổ sung điểm b khoản 1 Điều 2 như sau:\n“b) Trẻ em dưới 16 tuổi;”.\n\
         2. Bổ sung điểm b1 vào sau điểm b khoản 1 Điều 2 như sau:\n“b1) Học sinh;”.\n\
         3. Bãi bỏ khoản 2 Điều 3.\n4. Bổ sung khoản 2a Điều 3 như sau:\n“2a. Treo đèn.”.\n\
         5. Bổ sung Điều 2a như sau:\n“Điều 2a. Thuyền\nThuyền có số.”.\n6. Bỏ cụm từ “, giữ sổ” tại khoản 3 Điều 3.\n\
         7. Bổ sung cụm từ “đèn,” vào trước cụm từ “phí” tại khoản 2 Điều 2.\n8. Thay thế cụm từ “bến đò” bằng cụm từ “bến phà” tại Điều 1.",
    );
    let before = law();
    let mut nodes = before.clone();
    let edits: Vec<_> = found
        .iter()
        .map(|instruction| {
            apply(&mut nodes, instruction).unwrap_or_else(|why| panic!("{why}: {instruction:?}"))
        })
        .collect();
    let text = whole(&nodes);
    let after = text.split_once("Điều 1.").expect("articles").1;
    assert_eq!(
        after,
        " Bến\nBến là nơi thuyền cập bờ, kể cả bến phà.\nĐiều 2. Khách\n1. Khách qua bến gồm:\na) Người lớn;\nb) Trẻ em dưới 16 \
         tuổi;\nb1) Học sinh;\nc) Người già.\n2. Khách nhặt rác, trả đèn, phí.\nĐiều 2a. Thuyền\nThuyền có số.\nChương II BẾN TRƯỞNG\n\
         Điều 3. Việc\n1. Quét bến.\n2. (được bãi bỏ)\n2a. Treo đèn.\n3. Ghi sổ."
    );
    let json = serde_json::to_string(&edits).expect("edits as JSON");
    let kept: Vec<Vec<lawtext::amend::Edit>> = serde_json::from_str(&json).expect("edits from JSON");
    for edits in kept.iter().rev() {
        undo(&mut nodes, edits).expect("undone");
    }
    assert_eq!(nodes, before);
}

#[test]
fn a_text_reads_so_already_only_where_its_words_say_so() {
    let check = |articles: &str, text: &str, expected: bool| {
        let nodes = parsed(&format!("LUẬT\nBẾN SÔNG\n{text}\n")).documents.remove(0).nodes;
        let [instruction] = &amending(articles)[..] else { panic!("{articles}") };
        assert_eq!(already_reads(&nodes, instruction).is_some(), expected, "{articles} in {text}");
    };
    let exchange = "1. Thay thế cụm từ “bến đò” bằng cụm từ “bến đò, bến phà” tại Điều 1.";
    check(exchange, "Điều 1. Bến\nBến đò, bến phà có đèn; bến đò, bến phà có số.", true);
    check(exchange, "Điều 1. Bến\nBến đò, bến phà có đèn; bến đò có số.", false);
    check(exchange, "Điều 1. Bến\nThuyền có số.", false);
    check(exchange, "Điều 2. Bến\nBến đò, bến phà có đèn.", false);
    let add = "1. Bổ sung cụm từ “đèn,” vào trước cụm từ “phí” tại Điều 1.";
    check(add, "Điều 1. Bến\nTrả đèn, phí.", true);
    check(add, "Điều 1. Bến\nTrả đèn, phí; miễn phí.", false);
    let repeal = "1. Bãi bỏ khoản 2 Điều 1.";
    check(repeal, "Điều 1. Bến\n1. Quét bến.\n2. (được bãi bỏ)\n3. Ghi sổ.", true);
    check(repeal, "Điều 1. Bến\n1. Quét bến.\n2. Được bãi bỏ phí.\n3. Ghi sổ.", false);
    check(repeal, "Điều 1. Bến\n1. Quét bến.", false);
    // Words that are absent may never have stood there.
    check("1. Bỏ cụm từ “, giữ sổ” tại Điều 1.", "Điều 1. Bến\nQuét bến.", false);
    let replace = "1. Sửa đổi, bổ sung khoản 1 Điều 1 như sau:\n“1. Quét bến mỗi ngày.”.";
    check(replace, "Điều 1. Bến\n1. Quét bến  mỗi ngày;", true);
    check(replace, "Điều 1. Bến\n1. Quét bến mỗi tuần.", false);
}

#[test]
fn words_are_found_in_the_other_spelling() {
    let law = || {
        parsed("LUẬT\nBẾN SÔNG\nĐiều 1. Phao\nHoá chất, hoá chất độc và uỷ quyền; khách, chủ.\n")
            .documents
            .remove(0)
            .nodes
    };
    let found = amending(
        "1. Thay thế cụm từ “hóa chất độc” bằng cụm từ “chất độc” tại Điều 1.\n\
         2. Thay thế cụm từ “Ủy quyền” bằng cụm từ “Giao việc” tại Điều 1.\n3. Bỏ cụm từ “Khách,” tại Điều 1.",
    );
    let mut nodes = law();
    for instruction in &found {
        apply(&mut nodes, instruction).unwrap_or_else(|why| panic!("{why}: {instruction:?}"));
    }
    assert!(whole(&nodes).ends_with("Hoá chất, chất độc và giao việc; chủ."), "{}", whole(&nodes));
}

#[test]
fn what_cannot_be_done_changes_nothing() {
    let target = |article: &str| Target {
        provision: Provision { article: Some(article.into()), ..Provision::default() },
        part: Part::All,
    };
    let instruction = |act, target| Instruction {
        act,
        law: None,
        target,
        source: lawtext::Source::default(),
        sentence: String::new(),
    };
    let before = law();
    let words = |words: &str| Act::RemoveWords { words: vec![words.into()] };
    for (act, article, why) in [
        (Act::Repeal, "9", CannotApply::NoSuchPlace),
        (words("hải đăng"), "1", CannotApply::NoSuchWords),
        // Words, not parts of words.
        (words("uyền"), "1", CannotApply::NoSuchWords),
        (words(""), "1", CannotApply::NoSuchWords),
        (Act::ByHand, "1", CannotApply::ByHand),
        (Act::Replace { text: vec![] }, "1", CannotApply::NoText),
    ] {
        let mut nodes = before.clone();
        assert_eq!(apply(&mut nodes, &instruction(act, target(article))), Err(why));
        assert_eq!(nodes, before);
    }
    let mut nodes = before.clone();
    let edits = apply(&mut nodes, &instruction(Act::Repeal, target("1"))).expect("applied");
    let mut other = before.clone();
    assert_eq!(undo(&mut other, &edits), Err(CannotApply::Changed));
    assert_eq!(other, before);
}

fn label() -> impl Strategy<Value = Provision> {
    let articles = prop::sample::select(vec!["1", "2", "3", "2a", "4"]);
    let clauses = prop::option::of(prop::sample::select(vec!["1", "2", "3", "1a", "5"]));
    let points = prop::option::of(prop::sample::select(vec!["a", "b", "đ", "b1"]));
    (articles, clauses, points).prop_map(|(article, clause, point)| Provision {
        article: Some(article.into()),
        clause: clause.map(String::from),
        point: point.filter(|_| clause.is_some()).map(String::from),
        ..Provision::default()
    })
}

fn new_node(provision: &Provision, words: &str) -> Node {
    let (level, label, printed) = match provision {
        Provision { point: Some(label), .. } => (Level::Point, label.clone(), format!("{label})")),
        Provision { clause: Some(label), .. } => (Level::Clause, label.clone(), format!("{label}.")),
        Provision { article, .. } => {
            let label = article.clone().unwrap_or_default();
            (Level::Article, label.clone(), format!("Điều {label}."))
        }
    };
    Node { label, printed, text: words.into(), ..Node::new(level, 0) }
}

fn instruction() -> impl Strategy<Value = Instruction> {
    let words =
        || prop::sample::select(vec!["bến", "khách", "sổ", "rác, trả", "Quét bến", "thuyền cập bờ", "phà"]);
    let part = prop::sample::select(vec![Part::All, Part::All, Part::All, Part::Heading, Part::Opening]);
    (label(), part, 0..6_u8, words(), words(), prop::option::of(label()), any::<bool>()).prop_map(
        |(provision, part, kind, one, two, after, before)| {
            let node = new_node(&provision, two);
            let act = match kind {
                0 => Act::Replace { text: vec![node] },
                1 => Act::Insert { after, text: vec![node] },
                2 => Act::ReplaceWords { words: vec![Exchange { from: one.into(), to: two.into() }] },
                3 => Act::AddWords { words: one.into(), beside: two.into(), before },
                4 => Act::RemoveWords { words: vec![one.into(), two.into()] },
                _ => Act::Repeal,
            };
            Instruction {
                act,
                law: None,
                target: Target { provision, part },
                source: lawtext::Source::default(),
                sentence: String::new(),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_chain_taken_back_leaves_the_same_bytes(chain in prop::collection::vec(instruction(), 0..25)) {
        let before = law();
        let mut nodes = before.clone();
        let mut done = Vec::new();
        for instruction in &chain {
            let here = nodes.clone();
            let gives_text = matches!(instruction.act, Act::Replace { .. } | Act::Insert { .. } | Act::Repeal);
            let read_so = already_reads(&nodes, instruction).is_some();
            match apply(&mut nodes, instruction) {
                Ok(edits) => {
                    if gives_text {
                        prop_assert!(already_reads(&nodes, instruction).is_some(), "{instruction:?}");
                        prop_assert!(!read_so || words(&nodes) == words(&here), "{instruction:?}");
                    }
                    let mut back = nodes.clone();
                    undo(&mut back, &edits).expect("undone at once");
                    prop_assert_eq!(&back, &here);
                    done.push(edits);
                }
                Err(_) => prop_assert_eq!(&nodes, &here),
            }
        }
        for edits in done.iter().rev() {
            undo(&mut nodes, edits).expect("undone");
        }
        prop_assert_eq!(whole(&nodes), whole(&before));
        prop_assert_eq!(nodes, before);
    }

    #[test]
    fn the_text_of_a_day_is_that_of_the_changes_until_then(
        chain in prop::collection::vec((1..28_i8, instruction()), 0..20),
        taken_back in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        asked in 0..29_i8,
    ) {
        let mut history = History::new(law());
        for (day, instruction) in chain {
            let before = history.clone();
            if history.apply((2099, 1, day), instruction).is_err() {
                prop_assert_eq!(&history, &before);
            }
        }
        for index in taken_back {
            if !history.changes().is_empty() {
                let before = history.clone();
                if history.undo(index.index(history.changes().len())).is_err() {
                    prop_assert_eq!(&history, &before);
                }
            }
        }
        prop_assert!(history.changes().windows(2).all(|pair| pair[0].day <= pair[1].day));
        let mut naive = law();
        for change in history.changes().iter().filter(|change| change.day <= (2099, 1, asked)) {
            apply(&mut naive, &change.instruction).expect("applied before");
        }
        prop_assert_eq!(history.as_of((2099, 1, asked)).expect("a text"), naive);
    }

    #[test]
    fn any_words_are_read(text in "\\PC{0,200}") {
        let text = format!("LUẬT\nSỬA ĐỔI LUẬT BẾN SÔNG\nĐiều 1. Sửa đổi, bổ sung một số điều của Luật Bến sông\n1. Sửa đổi {text}\n2. Bãi bỏ “{text}\n{text}");
        if let Ok(text) = read(Format::Text, text.as_bytes()) {
            instructions(&parse(&text));
        }
    }
}
