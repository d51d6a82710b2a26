//! Whether what was found fits a question at all: an index always has nearest articles, also for what no law says.

use std::collections::HashSet;

/// Words that do not say what is asked about.
const SAYING_NOTHING: &str = "ai anh ạ bao bị bởi các cách cái cần chị cho chưa có của cũng đã đang đâu để đến đi điều \
    do đó được em gì giúp hay hãy hỏi không khi khoản là làm lại lên luật mà mấy mình mỗi một muốn nào này nên nếu \
    ngoài nhé nhiêu như những nhưng ở phải qua quy ra rằng rồi sao sau sẽ ta tại theo thế thì tôi trên trong từ và vào \
    về vì việc với vừa xin";

/// A question as words to look for. A word written without marks may be any of many: it counts only beside the word
/// that stands beside it in the question.
pub struct Asked {
    /// In order; none where a word says nothing.
    words: Vec<Option<String>>,
    marked: bool,
}

impl Asked {
    pub fn of(question: &str) -> Asked {
        let question = seek::written_out(question);
        let marked = viet::syllables(&question).any(|(_, word)| viet::is_marked_syllable(word));
        let all = keys(&question, marked);
        let nothing: HashSet<String> = keys(SAYING_NOTHING, marked).into_iter().collect();
        let mut words: Vec<Option<String>> =
            all.iter().map(|w| (!nothing.contains(w)).then(|| w.clone())).collect();
        if words.iter().all(Option::is_none) {
            words = all.into_iter().map(Some).collect();
        }
        Asked { words, marked }
    }

    /// Whether a text has at least half of the words, and of the pairs of neighbours among them.
    pub fn fits(&self, text: &str) -> bool {
        let there = keys(text, self.marked);
        let pairs_there: HashSet<(&str, &str)> = pairs(there.iter().map(|w| Some(w.as_str()))).collect();
        let there: HashSet<&str> = there.iter().map(String::as_str).collect();
        let asked = || self.words.iter().map(Option::as_deref);
        let pairs: HashSet<(&str, &str)> = pairs(asked()).collect();
        let words: HashSet<&str> = asked().flatten().collect();
        let found: Vec<&(&str, &str)> = pairs.iter().filter(|p| pairs_there.contains(*p)).collect();
        let counts = |w: &&&str| match self.marked || words.len() == 1 {
            true => there.contains(**w),
            false => found.iter().any(|p| p.0 == **w || p.1 == **w),
        };
        let met = found.len() + words.iter().filter(counts).count();
        met > 0 && met * 2 >= words.len() + pairs.len()
    }
}

/// The words of a text as they are compared.
fn keys(text: &str, marked: bool) -> Vec<String> {
    let text = if marked { viet::tone_place(&viet::nfc(text)).to_lowercase() } else { viet::fold(text) };
    viet::syllables(&text).map(|(_, word)| word.to_owned()).collect()
}

/// Neighbours in a text.
fn pairs<'w>(
    words: impl Iterator<Item = Option<&'w str>> + Clone,
) -> impl Iterator<Item = (&'w str, &'w str)> {
    words.clone().zip(words.skip(1)).filter_map(|(a, b)| Some((a?, b?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_fits_when_it_speaks_of_what_is_asked() {
        let check = |question: &str, text: &str, expected: bool| {
            assert_eq!(Asked::of(question).fits(text), expected, "{question} in {text}");
        };
        let rest =
            "Điều 9. Thời gian nghỉ thai sản. Lao động nữ được nghỉ trước và sau khi sinh con là 06 tháng.";
        check("nghỉ thai sản mấy tháng", rest, true);
        check("nghi thai san may thang", rest, true);
        check("NGHỈ THAI SẢN", rest, true);
        check("karaoke", rest, false);
        let river =
            "Điều 3. Không đổ rác, nước thải xuống bến. Sản xuất trên địa bàn; bản nháp; đếm ghe mỗi tháng.";
        check("nghỉ thai sản mấy tháng", river, false);
        check("nghi thai san may thang", river, false);
        check("karaoke ban dem", river, false);
        check("đổ rác xuống bến bị phạt không", river, true);
        check("đốt rác ngoài đường", river, false);
        check("rác", river, true);
        check("rac", river, true);
        // Nothing but small words is still asked for, with its marks where they were typed.
        check("cho", "Nơi cho thuê", true);
        check("cho", "Chợ", true);
        check("chợ", "Nơi cho thuê", false);
        // Short forms are written out.
        check("bhxh", "Luật Bảo hiểm xã hội", true);
        check("???", river, false);
        check("", river, false);
    }
}
