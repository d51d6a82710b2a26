//! A question taken apart: its words, their pairs, how rare each is, and what it abbreviates.

use crate::index::View;
use crate::retrieve;
use crate::words::{BREAK, folded_part, folded_words, marks_part, numbers};
use std::collections::HashMap;
use std::sync::LazyLock;
use tantivy::Term;

/// More words than this say nothing more; the rest of a pasted page is ignored. Sets of words are bits of a `u64`.
pub(crate) const MOST_WORDS: usize = 64;

/// What people write short, folded, and what the law writes. In capitals: short forms that are words of their own
/// when written small ("ca", "vat").
const SHORT: &str = "\
    bhtn bảo hiểm thất nghiệp\n\
    bhxh bảo hiểm xã hội\n\
    bhyt bảo hiểm y tế\n\
    blds bộ luật dân sự\n\
    blhs bộ luật hình sự\n\
    blld bộ luật lao động\n\
    bvmt bảo vệ môi trường\n\
    bv bệnh viện\n\
    CA công an\n\
    cbcc cán bộ, công chức\n\
    cccd căn cước công dân\n\
    cmnd chứng minh nhân dân\n\
    cnxh chủ nghĩa xã hội\n\
    csgt cảnh sát giao thông\n\
    cty công ty\n\
    dc được\n\
    dn doanh nghiệp\n\
    dkkd đăng ký kinh doanh\n\
    gcn giấy chứng nhận\n\
    gd giáo dục\n\
    gplx giấy phép lái xe\n\
    gtgt giá trị gia tăng\n\
    gtvt giao thông vận tải\n\
    gv giáo viên\n\
    hdld hợp đồng lao động\n\
    hdnd hội đồng nhân dân\n\
    hs học sinh\n\
    hk không\n\
    hok không\n\
    hsmt hồ sơ mời thầu\n\
    kcb khám bệnh, chữa bệnh\n\
    kd kinh doanh\n\
    ko không\n\
    ld lao động\n\
    mxh mạng xã hội\n\
    nd nghị định\n\
    nld người lao động\n\
    nn nhà nước\n\
    nsdld người sử dụng lao động\n\
    nsnn ngân sách nhà nước\n\
    nvqs nghĩa vụ quân sự\n\
    pbgdpl phổ biến, giáo dục pháp luật\n\
    pccc phòng cháy, chữa cháy\n\
    qd quyết định\n\
    qsdd quyền sử dụng đất\n\
    sdd sử dụng đất\n\
    sdt số điện thoại\n\
    TA tòa án\n\
    tand tòa án nhân dân\n\
    tgpl trợ giúp pháp lý\n\
    thads thi hành án dân sự\n\
    thcs trung học cơ sở\n\
    thpt trung học phổ thông\n\
    tnhh trách nhiệm hữu hạn\n\
    tncn thu nhập cá nhân\n\
    tndn thu nhập doanh nghiệp\n\
    tngt tai nạn giao thông\n\
    tnld tai nạn lao động\n\
    tt thông tư\n\
    ttlt thông tư liên tịch\n\
    ttkdtm thanh toán không dùng tiền mặt\n\
    tthc thủ tục hành chính\n\
    ubmttq ủy ban mặt trận tổ quốc\n\
    ubnd ủy ban nhân dân\n\
    ubtvqh ủy ban thường vụ quốc hội\n\
    VAT thuế giá trị gia tăng\n\
    vbqppl văn bản quy phạm pháp luật\n\
    vksnd viện kiểm sát nhân dân\n\
    vphc vi phạm hành chính\n\
    xkld xuất khẩu lao động\n\
    xpvphc xử phạt vi phạm hành chính\n";

static SHORT_FORMS: LazyLock<HashMap<&'static str, &'static str>> =
    LazyLock::new(|| SHORT.lines().filter_map(|line| line.split_once(' ')).collect());

/// The question with its short forms written out: "bhxh" is "bảo hiểm xã hội".
pub fn written_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (range, word) in viet::syllables(text) {
        out.push_str(text.get(end..range.start).unwrap_or_default());
        end = range.end;
        let long = SHORT_FORMS.get(word).or_else(|| SHORT_FORMS.get(viet::fold(word).as_str()));
        out.push_str(long.unwrap_or(&word));
    }
    out.push_str(text.get(end..).unwrap_or_default());
    out
}

/// A question ready to be compared with articles.
#[derive(Default)]
pub(crate) struct Question {
    /// Different words, at most [`MOST_WORDS`]; their places are the bits of sets of words.
    pub words: Vec<Word>,
    /// Different pairs of neighbours.
    pub pairs: Vec<Pair>,
    /// The words in order, as places in `words`; `None` for breaks.
    pub order: Vec<Option<usize>>,
    /// Terms of the bag with their weights.
    pub terms: Vec<(Term, f32)>,
}

#[derive(Clone, Copy)]
pub(crate) struct Word {
    pub folded: u32,
    pub marks: u32,
    pub rarity: f32,
    pub digits: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct Pair {
    pub words: (usize, usize),
    pub rarity: f32,
}

impl Question {
    pub fn of(text: &str, view: &View) -> tantivy::Result<Question> {
        let placed = viet::tone_place(text);
        let mut question = Question::default();
        let mut places: HashMap<u32, usize> = HashMap::new();
        let mut texts: Vec<String> = Vec::new();
        for (number, folded) in numbers(&placed).into_iter().zip(folded_words(&placed)) {
            let Some(folded) = folded.filter(|_| number != BREAK) else {
                question.order.push(None);
                continue;
            };
            let known = places.get(&folded_part(number)).copied();
            let place = known.unwrap_or(question.words.len());
            if known.is_none() {
                if question.words.len() >= MOST_WORDS {
                    break;
                }
                places.insert(folded_part(number), place);
                question.words.push(Word {
                    folded: folded_part(number),
                    marks: marks_part(number),
                    rarity: 0.0,
                    digits: folded.bytes().all(|b| b.is_ascii_digit()),
                });
                texts.push(folded);
            } else if let Some(word) = question.words.get_mut(place)
                && word.marks != marks_part(number)
            {
                // Written in two ways: neither counts as exact.
                word.marks = 0;
            }
            question.order.push(Some(place));
        }
        for pair in question.order.windows(2) {
            if let [Some(a), Some(b)] = *pair
                && !question.pairs.iter().any(|pair| pair.words == (a, b))
            {
                question.pairs.push(Pair { words: (a, b), rarity: 0.0 });
            }
        }
        let text = |n: usize| texts.get(n).map_or("", String::as_str);
        let mut terms: Vec<Term> = texts.iter().map(|t| Term::from_field_text(view.fields.bag, t)).collect();
        terms.extend(question.pairs.iter().map(|pair| {
            Term::from_field_text(view.fields.bag, &format!("{} {}", text(pair.words.0), text(pair.words.1)))
        }));
        let rarities = retrieve::rarities(&view.searcher, &terms)?;
        for (word, rarity) in question.words.iter_mut().zip(&rarities) {
            word.rarity = *rarity;
        }
        for (pair, rarity) in question.pairs.iter_mut().zip(rarities.iter().skip(texts.len())) {
            pair.rarity = *rarity;
        }
        question.terms = terms.into_iter().zip(rarities).collect();
        Ok(question)
    }
}
