//! Who does what to whom in a sentence: which verb governs which of the documents it names.

use super::RelationKind;
use crate::cite::{Mention, Words};

/// What verbs govern, and whether only parts of it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Act {
    pub kind: RelationKind,
    pub partial: bool,
}

/// What a paragraph is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Title,
    Heading,
    Basis,
    Text,
}

/// A mention that stands by itself; whether only parts of it are meant.
struct Subject {
    mention: usize,
    partial: bool,
}

/// The sentences of a paragraph, read from left to right.
pub(super) struct Sentences<'w, 't> {
    words: &'w Words<'t>,
    mentions: &'w [Mention],
    kind: Kind,
    quoted: Vec<bool>,
    /// In brackets: "(sửa đổi, bổ sung năm 2020)", "(sau đây gọi là Nghị định số …)".
    aside: Vec<bool>,
    /// What each mention is the object of.
    pub judged: Vec<Option<Act>>,
    /// What the last verb says of what follows.
    pub act: Option<Act>,
    /// It has had its object.
    pub acted: bool,
    /// Where the verb ends.
    verb: usize,
    /// The last mention that is neither in another's title nor in its history.
    top: Option<usize>,
    /// In the title of `top`: "Nghị định số … quy định chi tiết …".
    titled: bool,
    /// In what became of `top`: "… đã được sửa đổi, bổ sung theo …".
    history: bool,
    /// Mentions that a verb at the end of the sentence may speak of.
    subjects: Vec<Subject>,
    /// Where the sentence, and where its part after a semicolon begins.
    sentence: usize,
    part: usize,
    inherited: Option<Act>,
}

/// Verbs before their object, as words; what they do.
const VERBS: &[(&[&str], RelationKind)] = &[
    (&["sửa", "đổi"], RelationKind::Amends),
    (&["bổ", "sung"], RelationKind::Amends),
    (&["đính", "chính"], RelationKind::Amends),
    (&["bãi", "bỏ"], RelationKind::Repeals),
    (&["hủy", "bỏ"], RelationKind::Repeals),
    (&["huỷ", "bỏ"], RelationKind::Repeals),
    (&["thay", "thế"], RelationKind::Replaces),
    (&["thay", "cụm", "từ"], RelationKind::Amends),
    (&["bỏ", "cụm", "từ"], RelationKind::Amends),
    (&["ngưng", "hiệu", "lực"], RelationKind::Suspends),
    (&["ngừng", "hiệu", "lực"], RelationKind::Suspends),
    (&["ngưng", "thi", "hành"], RelationKind::Suspends),
    (&["đình", "chỉ"], RelationKind::Suspends),
    (&["tạm", "ngừng"], RelationKind::Suspends),
    (&["quy", "định", "chi", "tiết"], RelationKind::Guides),
    (&["hướng", "dẫn"], RelationKind::Guides),
    (&["biện", "pháp", "thi", "hành"], RelationKind::Guides),
    (&["biện", "pháp", "để", "tổ", "chức", "hướng", "dẫn", "thi", "hành"], RelationKind::Guides),
];

/// Verbs after their subject.
const ENDINGS: &[&[&str]] = &[
    &["hết", "hiệu", "lực"],
    &["không", "còn", "hiệu", "lực"],
    &["chấm", "dứt", "hiệu", "lực"],
    &["hết", "hiệu", "lưc"],
];

/// Only parts of a document are meant.
const PARTS: &[&[&str]] = &[
    &["một", "số"],
    &["cụm", "từ"],
    &["phụ", "lục"],
    &["mẫu"],
    &["biểu"],
    &["nội", "dung"],
    &["từ"],
    &["điều"],
    &["khoản"],
    &["điểm"],
    &["chương"],
    &["mục"],
    &["đoạn"],
];

/// To replace these is to amend the document.
const WORDING: &[&[&str]] = &[&["một", "số"], &["cụm", "từ"], &["phụ", "lục"], &["mẫu"], &["biểu"], &["từ"]];

/// After these words a verb no longer reaches what follows.
const BLOCKS: &[&[&str]] = &[
    &["như", "sau"],
    &["theo"],
    &["căn", "cứ"],
    &["kể", "từ"],
    &["trước", "ngày"],
    &["có", "hiệu", "lực"],
    &["phù", "hợp"],
    &["trái", "với"],
    &["thực", "hiện"],
    &["khi"],
    &["nếu"],
    &["để"],
];

/// Words that may stand between an object and the next, or between a list's item and its document.
const JOINTS: &[&str] = &[
    "và", "hoặc", "các", "toàn", "bộ", "điều", "khoản", "điểm", "của", "tại", "phụ", "lục", "mục", "chương",
    "phần", "cụm", "từ", "số", "văn", "bản", "sau", "đây", "cùng", "với",
];

impl<'w, 't> Sentences<'w, 't> {
    pub fn of(words: &'w Words<'t>, mentions: &'w [Mention], kind: Kind, inherited: Option<Act>) -> Self {
        Sentences {
            words,
            mentions,
            kind,
            quoted: quoted(words),
            aside: aside(words),
            judged: vec![None; mentions.len()],
            act: inherited,
            acted: false,
            verb: 0,
            top: None,
            titled: false,
            history: false,
            subjects: Vec::new(),
            sentence: 0,
            part: 0,
            inherited,
        }
    }

    pub fn read(&mut self) {
        let mut n = 0;
        let mut next = 0;
        while n < self.words.len() {
            if n > 0
                && self.words.sentence_ends_before(n)
                && self.mentions.get(next).is_none_or(|m| m.words.start >= n)
            {
                self.begin_sentence(n);
            } else if self.words.before(n).contains([';', ':']) {
                (self.titled, self.history, self.part) = (false, false, n);
            }
            if let Some(mention) = self.mentions.get(next).filter(|mention| mention.words.start <= n) {
                if self.is_quoted(n) {
                    self.judged[next] = None;
                } else {
                    self.mention(next);
                }
                n = mention.words.end.max(n + 1);
                next += 1;
                continue;
            }
            n += if self.is_quoted(n) { 1 } else { self.verb(n) };
        }
    }

    fn is_quoted(&self, n: usize) -> bool {
        self.quoted.get(n).copied().unwrap_or_default()
    }

    fn begin_sentence(&mut self, n: usize) {
        (self.act, self.acted, self.verb) = (None, false, n);
        (self.top, self.titled, self.history) = (None, false, false);
        self.subjects.clear();
        (self.sentence, self.part) = (n, n);
    }

    /// Hears what verb stands at word `n`; how many words to go on.
    fn verb(&mut self, n: usize) -> usize {
        if self.aside.get(n).is_some_and(|aside| *aside) {
            return 1;
        }
        if let Some(length) = self.words.any(n, ENDINGS) {
            self.ending(n, RelationKind::EndsEffect);
            return length;
        }
        let Some((phrase, kind)) = VERBS.iter().find(|(phrase, _)| self.words.is(n, phrase)) else {
            return 1;
        };
        let length = phrase.len();
        let before = |back: usize| n.checked_sub(back).map_or("", |n| self.words.lower(n));
        let joined =
            self.act.is_some() && !self.acted && self.verb + 1 >= n && self.verb <= n && self.verb > 0;
        if matches!(before(1), "được" | "bị" | "đã") || self.history && self.is_joined(n) {
            self.passive(n, length, *kind);
            return length;
        }
        let after_this = self.speaks(n);
        if *kind == RelationKind::Guides && !(self.kind == Kind::Title || after_this || joined) {
            self.titled |= self.top.is_some();
            return length;
        }
        if self.kind == Kind::Basis {
            self.titled = true;
            return length;
        }
        let object_follows = self.mentions.iter().any(|m| m.words.start == n + length)
            || matches!(self.words.lower(n + length), "toàn" | "điều" | "khoản" | "điểm");
        let of_title = match self.top {
            _ if after_this => false,
            Some(_) if self.titled => {
                !(before(1) == "và"
                    && object_follows
                    && !matches!(*kind, RelationKind::Amends | RelationKind::Guides))
            }
            Some(top) => {
                let tail = self.mentions.get(top).map_or(0, |m| m.tail);
                !(tail..=n).any(|n| self.words.before(n).contains([',', ';', ':'])) && before(1) != "và"
            }
            None => false,
        };
        if of_title {
            self.titled = true;
            return length;
        }
        // "Giao Bộ Tài chính nghiên cứu sửa đổi Nghị định số …" does nothing yet.
        if !(self.kind == Kind::Title || after_this || joined || self.leads(n)) {
            return length;
        }
        // "Bổ sung, thay thế, bãi bỏ một số điều …" amends; "sửa đổi, bổ sung" is one verb.
        let kind = match self.act {
            Some(act) if joined && act.kind != *kind => match (act.kind, *kind) {
                (RelationKind::Guides, RelationKind::Guides) => RelationKind::Guides,
                _ => RelationKind::Amends,
            },
            _ => *kind,
        };
        self.act = Some(Act { kind, partial: false });
        (self.acted, self.history, self.titled) = (false, false, false);
        self.verb = n + length;
        length
    }

    /// Whether only a comma or "và" stands between the verb before and word `n`.
    fn is_joined(&self, n: usize) -> bool {
        self.words.before(n).trim() == "," || n > 0 && self.words.lower(n - 1) == "và"
    }

    /// Whether the verb at `n` begins its sentence or a part of it, or a "và" joins it to such a verb.
    fn leads(&self, n: usize) -> bool {
        const OPENING: &[&str] = &["đồng", "thời", "nay", "việc", "về", "thành"];
        let bare = |n: usize| self.is_joint(n) || OPENING.contains(&self.words.lower(n)) || self.is_quoted(n);
        self.part_from(n).is_some_and(|from| (from..n).all(bare)) || self.act.is_some() && self.verb > 0
    }

    /// Where the part of the sentence begins in which word `n` stands: after a comma, too.
    fn part_from(&self, n: usize) -> Option<usize> {
        (self.part..=n).rev().find(|k| *k == self.part || self.words.before(*k).contains([',', '.']))
    }

    /// Whether the document itself is the subject of the verb at `n`: "Thông tư này quy định chi tiết …",
    /// "Nghị định này có hiệu lực từ … và thay thế …".
    fn speaks(&self, n: usize) -> bool {
        // "… ban hành Thông tư hướng dẫn …"
        if (2..=6).any(|back| n.checked_sub(back + 1).is_some_and(|n| self.words.is(n, &["ban", "hành"])))
            && self.mentions.iter().all(|m| m.words.start > n || m.words.end < self.sentence)
        {
            return true;
        }
        let last = self.mentions.iter().rev().find(|m| m.words.end <= n && m.words.start >= self.sentence);
        last.is_some_and(|mention| mention.cited.is_none())
    }

    /// "… được sửa đổi như sau", "… bị bãi bỏ", "… đã được sửa đổi theo Luật số …".
    fn passive(&mut self, n: usize, length: usize, kind: RelationKind) {
        let mut after = n + length;
        while let Some((more, _)) = VERBS.iter().find(|(phrase, _)| {
            self.words.is(after, phrase)
                || self.words.lower(after) == "và" && self.words.is(after + 1, phrase)
        }) {
            after += more.len() + usize::from(self.words.lower(after) == "và");
        }
        let limit =
            self.mentions.iter().find(|m| m.words.start >= after).map_or(self.words.len(), |m| m.words.start);
        let as_follows = (after..limit.min(after + 30)).any(|n| self.words.is(n, &["như", "sau"]));
        let by = self.words.any(after, &[&["bởi"] as &[&str], &["bằng"], &["theo"], &["tại"]]);
        let by_this = by.is_some_and(|by| {
            self.mentions
                .iter()
                .any(|m| m.cited.is_none() && (after + by..after + by + 8).contains(&m.words.start))
        });
        if as_follows || by_this || by.is_none() && kind != RelationKind::Amends {
            self.ending(n, kind);
        } else {
            self.history = true;
        }
    }

    /// A verb after its subject: every mention since the sentence began that stands by itself.
    fn ending(&mut self, n: usize, kind: RelationKind) {
        const CONDITIONS: &[&str] = &["khi", "nếu", "đến", "trước", "chưa", "mà", "không", "ngày"];
        let back = |back: usize| n.checked_sub(back).map_or("", |n| self.words.lower(n));
        // Before the first of them, and for "đến khi" after it: titles speak of cases as well.
        let first = self.subjects.first().map_or(self.part, |subject| self.starts(subject.mention));
        let case = (self.part..first.max(self.part)).any(|n| self.words.is(n, &["trường", "hợp"]));
        let conditional = case
            || (self.part..n).any(|n| {
                self.words.is(n, &["đến", "khi"])
                    || self.words.is(n, &["cho", "đến"])
                    || self.words.is(n, &["trước", "khi"])
            });
        if conditional || CONDITIONS.contains(&back(1)) {
            return;
        }
        let mut any = false;
        for subject in std::mem::take(&mut self.subjects) {
            if let Some(judged) = self.judged.get_mut(subject.mention) {
                *judged = Some(Act { kind, partial: subject.partial });
                any = true;
            }
        }
        (self.history, self.titled) = (false, false);
        self.verb = n + 2;
        (self.act, self.acted) = (Some(Act { kind, partial: false }), any);
        // What a list below ends; objects in the sentence itself do not follow this verb.
        if any {
            self.act = None;
        }
    }

    fn mention(&mut self, n: usize) {
        let refers = Some(Act { kind: RelationKind::RefersTo, partial: false });
        let Some(mention) = self.mentions.get(n) else { return };
        if mention.cited.is_none() {
            (self.titled, self.history) = (false, false);
            self.top = Some(n);
            return;
        }
        self.judged[n] = refers;
        if self.history || self.aside.get(mention.words.start).is_some_and(|aside| *aside) {
            return;
        }
        let start = mention.words.start;
        // "Quốc hội ban hành Luật sửa đổi, bổ sung một số điều của …": what follows is amended.
        let issued = start.checked_sub(2).is_some_and(|n| self.words.is(n, &["ban", "hành"]));
        if issued
            && !mention.is_numbered()
            && mention.cited.as_ref().is_some_and(|cited| cited.date.is_none())
        {
            self.judged[n] = None;
            let amends = (mention.words.start..mention.words.end).any(|n| self.words.is(n, &["sửa", "đổi"]));
            self.act = amends.then_some(Act { kind: RelationKind::Amends, partial: false });
            (self.acted, self.verb, self.top, self.titled) = (false, mention.words.end, None, false);
            return;
        }
        let before = start.checked_sub(1).map_or("", |n| self.words.lower(n));
        let listed = matches!(before, "và" | "hoặc" | "các")
            || self.words.before(start).trim_end().ends_with([',', ';', ':'])
            || start == self.part
            || self.part_begins(start);
        let last =
            n.checked_sub(1).and_then(|n| self.mentions.get(n)).filter(|m| m.words.start >= self.sentence);
        if self.kind == Kind::Basis {
            let first = self.top.is_none()
                || self.part > 0 && self.top.is_some_and(|top| self.starts(top) < self.part);
            let next =
                last.is_some_and(|last| self.is_list(last.tail, start)) && before == "và" && !self.titled;
            if first || next {
                self.judged[n] = Some(Act { kind: RelationKind::BasedOn, partial: false });
                (self.top, self.titled) = (Some(n), false);
            }
            return;
        }
        if let Some(top) = self.top.filter(|top| self.mentions.get(*top).is_some_and(|m| m.cited.is_some())) {
            let top = &self.mentions[top];
            let pure = last.is_some_and(|last| self.is_list(last.tail, start));
            let sibling = if pure && last.is_some_and(|last| last.words.start == top.words.start) {
                true
            } else if pure && self.titled {
                mention.kind() == top.kind() && last.is_some_and(|last| last.kind() != top.kind())
            } else {
                listed && (mention.is_numbered() || !self.titled && self.part_begins(start))
                    || listed && self.kind != Kind::Text && self.act.is_some() && self.acted && !self.titled
            };
            if !sibling {
                self.titled = true;
                return;
            }
        }
        self.titled = false;
        self.top = Some(n);
        if let Some(act) = self.act {
            let from = if self.acted { self.part.max(self.tail_before(n)) } else { self.verb.max(self.part) };
            // "Hướng dẫn thực hiện một số điều của …"
            let guides = |n: usize| act.kind == RelationKind::Guides && self.words.lower(n) == "thực";
            let attached = |n: usize| n > 0 && self.words.is(n - 1, &["kèm", "theo"]);
            let blocks = |n: usize| {
                !(self.is_quoted(n) || guides(n) || attached(n)) && self.words.any(n, BLOCKS).is_some()
            };
            let blocked = (from..start).any(blocks);
            let inherited_late = self.verb == 0
                && self.inherited.is_some()
                && !(0..start).all(|n| self.is_joint(n) || self.is_quoted(n));
            if !blocked && !inherited_late && (!self.acted || self.is_list(from, start)) {
                // "Điều 5" is of the document behind it, "một số điều" of every one of the list.
                let own = from.max(self.verb)..start;
                let says = |words: &[&[&str]]| {
                    own.clone().any(|n| !self.is_quoted(n) && self.words.any(n, words).is_some())
                };
                let wording = act.partial || says(WORDING);
                let partial = wording || says(PARTS);
                let kind = match act.kind {
                    RelationKind::Replaces if wording => RelationKind::Amends,
                    kind => kind,
                };
                self.act = Some(Act { partial: wording, ..act });
                self.judged[n] = Some(Act { kind, partial: partial && kind != RelationKind::Guides });
                self.acted = true;
                return;
            }
            if blocked && !self.acted {
                self.act = None;
            }
        }
        if listed || self.opens_with_parts(start) {
            // What stands directly before it: the title of the one before it names parts as well.
            let end = self.subjects_end();
            let from = (end..start).rev().take_while(|n| self.is_joint(*n) || self.is_quoted(*n)).last();
            let parts =
                |from: usize| (from..start).any(|n| !self.is_quoted(n) && self.words.any(n, PARTS).is_some());
            let partial = from.is_some_and(parts) || !listed && parts(end);
            self.subjects.push(Subject { mention: n, partial });
        }
    }

    /// Where the last of the subjects so far ends.
    fn subjects_end(&self) -> usize {
        let last = self.subjects.last().and_then(|last| self.mentions.get(last.mention));
        last.map_or(self.part, |m| m.tail.max(self.part))
    }

    fn starts(&self, mention: usize) -> usize {
        self.mentions.get(mention).map_or(0, |m| m.words.start)
    }

    fn tail_before(&self, mention: usize) -> usize {
        mention.checked_sub(1).and_then(|n| self.mentions.get(n)).map_or(0, |m| m.tail)
    }

    /// Whether nothing but words of lists stands between the beginning of this part of the sentence and word `n`.
    fn part_begins(&self, n: usize) -> bool {
        (self.part..n).all(|n| self.is_joint(n))
    }

    /// Whether the mention at `n` is only the place of what the part of the sentence speaks of: "Điều 5 và khoản 2 Điều 7
    /// của Luật …", "Danh mục … ban hành kèm theo Thông tư số …".
    fn opens_with_parts(&self, n: usize) -> bool {
        const OPENING: &[&[&str]] = &[
            &["quy", "định"],
            &["nội", "dung"],
            &["danh", "mục"],
            &["mẫu"],
            &["biểu"],
            &["phụ", "lục"],
            &["điều"],
            &["khoản"],
            &["điểm"],
            &["mục"],
            &["chương"],
        ];
        let from = self.subjects_end();
        if (from..n).all(|n| self.is_joint(n)) {
            return n.checked_sub(1).is_some_and(|n| matches!(self.words.lower(n), "của" | "tại"));
        }
        let opens = (from..n).find(|n| !matches!(self.words.lower(*n), "các" | "những" | "và" | "hoặc"));
        let attached = |n: usize| self.words.lower(n) == "theo" && n > 0 && self.words.lower(n - 1) == "kèm";
        opens.is_some_and(|n| self.words.any(n, OPENING).is_some())
            && !(from..n).any(|n| !attached(n) && self.words.any(n, BLOCKS).is_some())
            && n.checked_sub(1).is_some_and(|last| {
                matches!(self.words.lower(last), "của" | "tại" | "theo") || self.is_joint(last)
            })
    }

    /// A word of lists, or a label.
    fn is_joint(&self, n: usize) -> bool {
        let word = self.words.lower(n);
        JOINTS.contains(&word)
            || word.chars().count() <= 3 && word.chars().any(|c| c.is_ascii_digit())
            || word.chars().count() == 1
    }

    /// Whether nothing but signs and words of lists stands between two places; a body that issued may: "của Chính phủ".
    fn is_list(&self, from: usize, to: usize) -> bool {
        (from..to).all(|n| self.is_joint(n) || self.is_quoted(n) || self.is_issuer(from, n))
    }

    fn is_issuer(&self, from: usize, n: usize) -> bool {
        const BODIES: &[&str] = &[
            "chính",
            "phủ",
            "quốc",
            "hội",
            "thủ",
            "tướng",
            "bộ",
            "trưởng",
            "ủy",
            "ban",
            "thường",
            "vụ",
            "uỷ",
            "nhân",
            "dân",
        ];
        self.words.lower(from) == "của" && n <= from + 8 && BODIES.contains(&self.words.lower(n))
    }
}

/// For each word whether it is quoted within the paragraph.
fn quoted(words: &Words) -> Vec<bool> {
    let mut quoted = vec![false; words.len()];
    let mut from = None;
    for n in 0..words.len() {
        let mut straight = from.is_some();
        for c in words.before(n).chars() {
            match c {
                '“' | '«' | '„' => {
                    from.get_or_insert(n);
                }
                '”' | '»' => close(&mut quoted, &mut from, n),
                '"' if straight => {
                    close(&mut quoted, &mut from, n);
                    straight = false;
                }
                '"' => {
                    from.get_or_insert(n);
                    straight = true;
                }
                _ => {}
            }
        }
    }
    let rest = words.text.get(words.end(words.len().saturating_sub(1))..).unwrap_or_default();
    if rest.contains(['”', '»', '"']) {
        close(&mut quoted, &mut from, words.len());
    }
    quoted
}

/// For each word whether it stands in brackets.
fn aside(words: &Words) -> Vec<bool> {
    let mut aside = vec![false; words.len()];
    let mut from = None;
    for n in 0..=words.len() {
        for c in words.before(n).chars() {
            match c {
                '(' => from = Some(n),
                ')' => close(&mut aside, &mut from, n),
                _ => {}
            }
        }
    }
    aside
}

fn close(quoted: &mut [bool], from: &mut Option<usize>, to: usize) {
    if let Some(range) = from.take().and_then(|from| quoted.get_mut(from..to)) {
        range.fill(true);
    }
}
