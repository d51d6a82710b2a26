//! Instructions in the words of amending documents.

use super::{Act, Exchange, Instruction, Part, Target};
use crate::cite::{Place, Words, cited_provisions, mentions, stretches};
use crate::parse::{Kind, label};
use crate::relations::{RelationKind, Source, named_targets};
use crate::{Cited, Document, Level, Node, Parsed, Provision};
use std::collections::HashMap;
use std::ops::Range;

/// Every instruction of the documents, in the order of the text.
pub fn instructions(parsed: &Parsed) -> Vec<Instruction> {
    let addresses = crate::addresses(parsed);
    let paths: HashMap<*const Node, &str> =
        addresses.iter().map(|address| (std::ptr::from_ref(address.node), address.path.as_str())).collect();
    let mut found = Vec::new();
    for (n, document) in parsed.documents.iter().enumerate() {
        let numbered = numbered(document);
        let mut reader = Reader { document: n, paths: &paths, numbered: &numbered, found: &mut found };
        let law = of_title(document).map(|law| reader.known(law));
        let context = Context { law, amends: is_amendment(document), ..Context::default() };
        document.nodes.iter().for_each(|node| reader.node(node, &context));
    }
    found
}

/// The document that the title says is amended, where it is one.
fn of_title(document: &Document) -> Option<Cited> {
    let mut named =
        named_targets(&document.head.title, true).into_iter().filter(|(kind, _)| is_amending(*kind));
    let (_, law) = named.next()?;
    named.next().is_none().then_some(law)
}

/// Whether the title says that the document amends, whatever it says of what.
fn is_amendment(document: &Document) -> bool {
    let title = viet::fold(&document.head.title);
    ["sua doi", "bo sung"].iter().any(|verb| title.starts_with(verb))
}

/// The documents that the title and what stands before the first article cite by number and by name.
fn numbered(document: &Document) -> Vec<Cited> {
    let is_before = |node: &&Node| matches!(node.level, Level::Title | Level::Preamble | Level::Basis);
    let before = document.nodes.iter().filter(is_before).map(|node| node.text.as_str());
    let lines = std::iter::once(document.head.title.as_str()).chain(before.flat_map(str::lines));
    let cited = lines.flat_map(|line| mentions(&Words::of(line), true)).filter_map(|mention| mention.cited);
    cited.filter(|cited| !cited.number.is_empty()).collect()
}

fn is_amending(kind: RelationKind) -> bool {
    matches!(kind, RelationKind::Amends | RelationKind::Repeals | RelationKind::Replaces)
}

/// What stands above an instruction says of it.
#[derive(Clone, Default)]
struct Context {
    law: Option<Cited>,
    /// The title says so; of which document may stand nowhere.
    amends: bool,
    /// "Sửa đổi, bổ sung một số khoản của Điều 39 như sau:"
    provision: Provision,
    verb: Option<Verb>,
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Verb {
    Amend,
    Add,
    Remove,
    Exchange,
}

struct Reader<'p> {
    document: usize,
    paths: &'p HashMap<*const Node, &'p str>,
    /// See [`numbered`].
    numbered: &'p [Cited],
    found: &'p mut Vec<Instruction>,
}

impl Reader<'_> {
    /// A law that is called by its name alone, with the number that the document gives it elsewhere.
    fn known(&self, law: Cited) -> Cited {
        let mut same = self.numbered.iter().filter(|other| law.number.is_empty() && other.is_named_as(&law));
        match same.next() {
            Some(one) if same.all(|other| other.number == one.number) => one.clone(),
            _ => law,
        }
    }

    fn node(&mut self, node: &Node, context: &Context) {
        let mut below = context.clone();
        match node.level {
            Level::Part | Level::Chapter | Level::Section | Level::Subsection => {
                node.children.iter().for_each(|child| self.node(child, context));
                return;
            }
            Level::Article | Level::Clause | Level::Point => {}
            _ => return,
        }
        let path = self.paths.get(&std::ptr::from_ref(node)).map(|path| path.to_string());
        let source = Source { document: self.document, path, paragraph: node.paragraph, ..Source::default() };
        let items = |node: &&Node| matches!(node.level, Level::Clause | Level::Point);
        let has_items = node.children.iter().any(|child| items(&child));
        let new = new_text(node);
        for (in_heading, text) in [(true, &node.heading), (false, &node.text)] {
            // The rest of the paragraphs is new text without marks, or none of the instruction's.
            let first = stretches(text).first().cloned().unwrap_or_default();
            let line = text.get(first).unwrap_or_default();
            if line.is_empty() {
                continue;
            }
            let source = Source { in_heading, range: 0..line.len(), ..source.clone() };
            if let Some(read) = self.line(line, &below, new.as_deref(), has_items, &source) {
                below = read;
            }
        }
        node.children.iter().filter(items).for_each(|child| self.node(child, &below));
    }

    /// Reads the instructions of a paragraph. Returns what it says of the items below it, where it speaks of amending.
    fn line(
        &mut self,
        line: &str,
        context: &Context,
        new: Option<&str>,
        has_items: bool,
        source: &Source,
    ) -> Option<Context> {
        let named = named_targets(line, source.in_heading);
        let law = named.into_iter().find(|(kind, _)| is_amending(*kind)).map(|(_, law)| self.known(law));
        let mut below = Context { law: law.clone().or_else(|| context.law.clone()), ..context.clone() };
        if law.is_some() {
            below.provision = Provision::default();
        }
        let parts = parts(line);
        let first = parts.first().map(|range| verb(&line[range.clone()]))?;
        if first.is_none() && !(context.verb.is_some() && begins_with_words(line)) {
            // "Luật X số …:" above a list of instructions.
            return law.map(|_| below);
        }
        if below.law.is_none() && !below.amends {
            return None;
        }
        let mut last = context.verb;
        let new_nodes = new.map(nodes_of);
        // "Sửa đổi khoản 2; bổ sung khoản 3 vào sau khoản 2 Điều 5 như sau": both are of Article 5.
        let mut later: Vec<Option<String>> = Vec::new();
        for part in parts.iter().rev() {
            let behind = later.last().cloned().flatten();
            later.push(stated_article(&line[part.clone()]).or(behind));
        }
        later.reverse();
        for (n, part) in parts.iter().enumerate() {
            let text = &line[part.clone()];
            last = verb(text).or(last);
            let Some(verb) = last else { continue };
            let later = later.get(n + 1).cloned().flatten();
            let sentence = Sentence { text, quotes: quotes(text), verb, context: &below, later };
            let source = Source { range: part.clone(), ..source.clone() };
            if has_items && new.is_none() && sentence.quotes.is_empty() && verb != Verb::Remove {
                below.provision = sentence.container();
                below.verb = Some(verb);
            } else {
                let read = sentence.read(new_nodes.as_deref());
                let instruction = |(act, target)| Instruction {
                    act,
                    law: below.law.clone(),
                    target,
                    source: source.clone(),
                    sentence: text.to_string(),
                };
                self.found.extend(read.into_iter().map(instruction));
            }
        }
        below.verb = last;
        Some(below)
    }
}

/// The words that a node puts in place, without the outer marks; none where it quotes nothing.
fn new_text(node: &Node) -> Option<String> {
    let mut lines = Vec::new();
    // A quotation may open in the line itself: "… như sau: “2. …".
    let own = node.text.split('\n').next().unwrap_or_default();
    for marker in ["như sau:", "như sau :"] {
        if let Some((_, inline)) = own.split_once(marker)
            && inline.trim_start().starts_with(OPENING)
        {
            lines.push(inline.trim());
        }
    }
    lines.extend(node.text.split('\n').skip(1));
    let quoted = node.children.iter().filter(|child| child.level == Level::Quote);
    let has_quote = quoted.clone().next().is_some() || !lines.is_empty();
    lines.extend(quoted.flat_map(|quote| quote.text.split('\n')));
    has_quote.then(|| lines.into_iter().map(unquoted).collect::<Vec<_>>().join("\n"))
}

const OPENING: [char; 4] = ['“', '"', '«', '„'];
const CLOSING: [char; 3] = ['”', '"', '»'];

/// A line without the marks that open or close the quotation.
fn unquoted(line: &str) -> &str {
    let mut line = line.trim();
    let count = |line: &str, marks: &[char]| line.chars().filter(|c| *c != '"' && marks.contains(c)).count();
    if let Some(inside) = line.strip_prefix(OPENING) {
        let closed = inside.trim_end_matches(['.', ';', ',', ' ', '/']).ends_with(CLOSING);
        let balanced = count(line, &OPENING) == count(line, &CLOSING);
        // A line that begins with a quoted word of its own: "“Bến” là …".
        if !balanced || closed {
            line = inside;
        }
    }
    let end = line.trim_end_matches(['.', ';', ',', ' ', '/']);
    if let Some(inside) = end.strip_suffix(CLOSING)
        && (count(line, &CLOSING) > count(line, &OPENING)
            || end.ends_with('"') && end.matches('"').count() % 2 == 1)
    {
        return inside.trim_end();
    }
    line
}

/// The parts of a paragraph that are instructions of their own, parted by ";" outside quotations.
fn parts(line: &str) -> Vec<Range<usize>> {
    let quotes = quotes(line);
    let outside = |at: &usize| !quotes.iter().any(|quote| quote.outer.contains(at));
    let mut parts = Vec::new();
    let mut from = 0;
    let ends = line.match_indices("; ").map(|(at, _)| at).filter(outside);
    for at in ends.chain([line.len()]) {
        let text = line.get(from..at).unwrap_or_default();
        let next = line.get(at..).unwrap_or_default().trim_start_matches([';', ' ']);
        // "tại khoản 2 Điều 16; điểm b khoản 2 Điều 18": the list of places goes on.
        if at < line.len() && verb(next).is_none() && !begins_with_words(next) {
            continue;
        }
        let start = from + (text.len() - text.trim_start().len());
        if start < at {
            parts.push(start..at);
        }
        from = at + 2;
    }
    parts
}

fn begins_with_words(text: &str) -> bool {
    ["cụm từ", "từ “", "các cụm từ"].iter().any(|words| text.starts_with(words))
}

fn verb(text: &str) -> Option<Verb> {
    const VERBS: &[(&str, Verb)] = &[
        ("sửa đổi", Verb::Amend),
        ("sửa ", Verb::Amend),
        ("đính chính", Verb::Amend),
        ("bổ sung", Verb::Add),
        ("thêm ", Verb::Add),
        ("bãi bỏ", Verb::Remove),
        ("hủy bỏ", Verb::Remove),
        ("huỷ bỏ", Verb::Remove),
        ("bỏ ", Verb::Remove),
        ("thay ", Verb::Exchange),
    ];
    const PASSIVE: &[(&str, Verb)] = &[
        ("được sửa đổi", Verb::Amend),
        ("được bổ sung", Verb::Add),
        ("được thay thế", Verb::Exchange),
        ("được bãi bỏ", Verb::Remove),
        ("bị bãi bỏ", Verb::Remove),
    ];
    let lower: String = text.chars().take(24).collect::<String>().to_lowercase();
    let lower = lower.trim_start_matches("và ");
    let active = VERBS.iter().find(|(word, _)| lower.starts_with(word)).map(|(_, verb)| *verb);
    active.or_else(|| {
        let places = ["Điều", "Khoản", "Điểm", "Tên", "khoản", "điểm", "Các ", "Đoạn"];
        let begins = places.iter().any(|place| text.starts_with(place));
        let until = text.find(OPENING).unwrap_or(text.len());
        let found = |(word, _): &&(&str, Verb)| text.get(..until).is_some_and(|text| text.contains(word));
        let follows = text.contains("như sau") || text.contains("bãi bỏ");
        PASSIVE.iter().find(found).filter(|_| begins && follows).map(|(_, verb)| *verb)
    })
}

/// A quotation within a paragraph: with its marks, and without.
struct Quotation {
    outer: Range<usize>,
    inner: Range<usize>,
}

fn quotes(text: &str) -> Vec<Quotation> {
    let mut found = Vec::new();
    let mut open: Option<(usize, usize)> = None;
    let mut depth = 0;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        match (c, open) {
            ('"', Some((from, inner))) if text.get(from..inner) == Some("\"") => {
                found.push(Quotation { outer: from..end, inner: inner..at });
                open = None;
            }
            ('“' | '«' | '„' | '"', None) => (open, depth) = (Some((at, end)), 1),
            ('“' | '«' | '„', Some(_)) => depth += 1,
            ('”' | '»', Some((from, inner))) => {
                depth -= 1;
                if depth == 0 {
                    found.push(Quotation { outer: from..end, inner: inner..at });
                    open = None;
                }
            }
            _ => {}
        }
    }
    found
}

/// One instruction as words.
struct Sentence<'t> {
    text: &'t str,
    quotes: Vec<Quotation>,
    verb: Verb,
    context: &'t Context,
    /// The article that a later part of the paragraph names.
    later: Option<String>,
}

/// The first article that a text names outside quotations.
fn stated_article(text: &str) -> Option<String> {
    let quotes = quotes(text);
    let outside = |at: usize| !quotes.iter().any(|quote| quote.outer.contains(&at));
    let words = Words::of(text);
    let cited = cited_provisions(&words, &mentions(&words, false), &Place::default());
    cited
        .into_iter()
        .filter(|(_, range, _)| outside(range.start))
        .find_map(|(provision, _, _)| provision.article)
}

/// A place that a sentence names.
struct Named {
    range: Range<usize>,
    target: Target,
    /// A section or subsection, which has no address of its own here.
    head: bool,
}

impl Sentence<'_> {
    fn quoted(&self, n: usize) -> Option<&str> {
        self.quotes.get(n).and_then(|quote| self.text.get(quote.inner.clone()))
    }

    /// What the items below speak of: "một số khoản của Điều 39", "khoản 1 và khoản 2 Điều 6".
    fn container(&self) -> Provision {
        let places = self.places();
        let Some(first) = places.first() else { return self.context.provision.clone() };
        let mut common = first.target.provision.clone();
        for place in &places {
            let other = &place.target.provision;
            if common.article != other.article {
                return Provision::default();
            }
            common.clause = common.clause.filter(|clause| Some(clause) == other.clause.as_ref());
            common.point = None;
        }
        common
    }

    fn read(&self, new: Option<&[Node]>) -> Vec<(Act, Target)> {
        // The new text begins after "như sau": what stands there is not words to look for.
        let limit = self.text.find("như sau").unwrap_or(self.text.len());
        let speaks_of_words = self.quotes.first().is_some_and(|quote| quote.outer.start < limit)
            && ["cụm từ", "từ ", "chữ ", "số "].iter().any(|word| {
                self.text.get(..self.quotes[0].outer.start).is_some_and(|text| text.contains(word))
            });
        if speaks_of_words {
            return self.words();
        }
        let by_hand = |target| vec![(Act::ByHand, target)];
        let places = self.places();
        if self.verb == Verb::Exchange || places.is_empty() {
            // Forms and appendices; a sentence without a place is no instruction.
            let forms = ["Phụ lục", "phụ lục", "Mẫu", "mẫu", "Biểu", "biểu", "Danh mục"];
            let named = forms.iter().any(|word| self.text.contains(word)) || !places.is_empty();
            let target = places.into_iter().next().map(|place| place.target).unwrap_or_default();
            return if named { by_hand(target) } else { Vec::new() };
        }
        if self.verb == Verb::Remove {
            let in_force = |place: Named| match place.target.provision.article {
                Some(_) => (Act::Repeal, place.target),
                None => (Act::ByHand, place.target),
            };
            return places.into_iter().map(in_force).collect();
        }
        let Some(new) = new else {
            return places.into_iter().map(|place| (Act::ByHand, place.target)).collect();
        };
        let anchors = ["sau", "trước", "tiếp theo"];
        let is_anchor = |place: &Named| anchors.iter().any(|word| self.before(place).ends_with(word));
        let targets = places.iter().filter(|place| !is_anchor(place)).count();
        let mut read = Vec::new();
        let mut after: Option<Provision> = None;
        // From behind: of "khoản 7 vào sau khoản 6" the second tells where the first goes.
        for (n, place) in places.iter().enumerate().rev() {
            let before = self.before(place);
            if is_anchor(place) {
                after = Some(place.target.provision.clone()).filter(|_| !before.ends_with("trước"));
                continue;
            }
            let target = place.target.clone();
            let added = self.verb_at(place.range.start) == Verb::Add;
            let text = piece(new, &target.provision, targets);
            let act = match (added, target.provision.article.is_some() && !place.head) {
                (_, false) => Act::ByHand,
                (true, true) => Act::Insert { after: after.clone(), text },
                (false, true) => Act::Replace { text },
            };
            read.push((act, target));
            // "khoản 3 và bổ sung khoản 3a vào sau khoản 3"; items of a list begin at one place.
            let same = n > 0 && places.get(n - 1).is_some_and(|other| other.range.start == place.range.start);
            if !same && (before.ends_with("sung") || before.ends_with("đổi")) {
                after = None;
            }
        }
        read.reverse();
        // Each new one follows the one before it.
        for n in 1..read.len() {
            let (done, rest) = read.split_at_mut(n);
            if let (
                Some((Act::Insert { after: before, .. }, target)),
                Some((Act::Insert { after, .. }, next)),
            ) = (done.last(), rest.first_mut())
                && before == after
                && after.is_some()
                && next.provision.article == target.provision.article
            {
                *after = Some(target.provision.clone());
            }
        }
        read
    }

    /// What stands before a place, without "các".
    fn before(&self, place: &Named) -> &str {
        let before = self.text.get(..place.range.start).unwrap_or_default().trim_end();
        before.strip_suffix("các").unwrap_or(before).trim_end()
    }

    /// The verb that governs a place: the last before it.
    fn verb_at(&self, at: usize) -> Verb {
        let before = self.text.get(..at).unwrap_or_default().to_lowercase();
        let last = |word: &str| before.rfind(word);
        match (last("sửa đổi"), last("bổ sung")) {
            (Some(amend), Some(add)) if add > amend + "sửa đổi, bổ sung".len() => Verb::Add,
            (Some(_), _) => Verb::Amend,
            (None, Some(_)) => Verb::Add,
            _ => self.verb,
        }
    }

    /// Instructions about words.
    fn words(&self) -> Vec<(Act, Target)> {
        let between = |n: usize| -> &str {
            let from = n.checked_sub(1).and_then(|n| self.quotes.get(n)).map_or(0, |quote| quote.outer.end);
            let to = self.quotes.get(n).map_or(self.text.len(), |quote| quote.outer.start);
            self.text.get(from..to).unwrap_or_default()
        };
        let says = |n: usize, words: &[&str]| {
            between(n).split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
        };
        let mut acts = Vec::new();
        match self.verb {
            Verb::Remove => {
                let words = (0..self.quotes.len()).filter_map(|n| self.quoted(n)).map(String::from).collect();
                acts.push(Act::RemoveWords { words });
            }
            Verb::Add => {
                for n in (1..self.quotes.len()).step_by(2) {
                    let (Some(words), Some(beside)) = (self.quoted(n - 1), self.quoted(n)) else { continue };
                    let before = says(n, &["trước"]);
                    acts.push(Act::AddWords { words: words.into(), beside: beside.into(), before });
                }
            }
            Verb::Amend | Verb::Exchange => {
                // "cụm từ A, cụm từ B bằng cụm từ C và cụm từ D thành E": those since the last exchange become the next.
                let mut from = Vec::new();
                let mut exchanges = Vec::new();
                for n in 0..self.quotes.len() {
                    let Some(words) = self.quoted(n) else { continue };
                    if !from.is_empty() && says(n, &["bằng", "thành", "bởi"]) {
                        for from in std::mem::take(&mut from) {
                            exchanges.push(Exchange { from, to: words.into() });
                        }
                    } else {
                        from.push(words.to_string());
                    }
                }
                if !exchanges.is_empty() {
                    acts.push(Act::ReplaceWords { words: exchanges });
                }
            }
        }
        let mut places = self.places();
        if places.is_empty() {
            let target = Target { provision: self.context.provision.clone(), part: Part::All };
            places.push(Named { range: 0..0, target, head: false });
        }
        if acts.is_empty() {
            acts.push(Act::ByHand);
        }
        let each = |place: &Named| {
            let by_hand = place.head || place.target.provision.appendix.is_some();
            let acts = if by_hand { vec![Act::ByHand] } else { acts.clone() };
            acts.into_iter().map(|act| (act, place.target.clone())).collect::<Vec<_>>()
        };
        places.iter().flat_map(each).collect()
    }

    /// The places that the sentence names outside quotations and before "như sau", in order.
    fn places(&self) -> Vec<Named> {
        let limit = self.text.find("như sau").unwrap_or(self.text.len());
        let inside = |at: usize| self.quotes.iter().any(|quote| quote.outer.contains(&at));
        let words = Words::of(self.text);
        let mentions = mentions(&words, false);
        let context = &self.context.provision;
        let mut named: Vec<Named> = Vec::new();
        let cited = cited_provisions(&words, &mentions, &Place::default());
        let has_article = cited.iter().any(|(provision, _, _)| provision.article.is_some());
        for (provision, range, _) in cited {
            if inside(range.start) || range.start >= limit {
                continue;
            }
            let before = self.text.get(..range.start).unwrap_or_default().trim_end();
            let word = before.rsplit(' ').next().unwrap_or_default();
            // "Điều 140a vào sau Điều 140 trong Chương II"
            if provision.chapter.is_some() && has_article && matches!(word, "trong" | "thuộc" | "vào") {
                continue;
            }
            let part = match word {
                "tên" | "Tên" => Part::Heading,
                _ if before.ends_with("mở đầu") || before.ends_with("mở đầu của") => {
                    Part::Opening
                }
                _ => Part::All,
            };
            let head = provision.chapter.is_some() && of_section(before);
            named.push(Named { range, target: Target { provision, part }, head });
        }
        // What names less than the place behind it is of the same article and clause; else of what stands above.
        let mut later = Provision { article: self.later.clone(), ..Provision::default() };
        for place in named.iter_mut().rev() {
            let provision = &mut place.target.provision;
            if provision.chapter.is_some() || provision.appendix.is_some() {
                continue;
            }
            if provision.article.is_none() {
                if provision.point.is_some() && provision.clause.is_none() {
                    provision.clause = later.clause.clone().or_else(|| context.clause.clone());
                }
                provision.article = later.article.clone().or_else(|| context.article.clone());
            }
            later.clone_from(provision);
        }
        // "tên Điều và bổ sung khoản 4 Điều 9", "đoạn mở đầu vào trước khoản 1 Điều 44"
        for (words, part) in [("tên điều", Part::Heading), ("đoạn mở đầu vào", Part::Opening)] {
            if let Some(at) = self.text.to_lowercase().find(words)
                && at < limit
                && !named.iter().any(|place| place.target.part == part)
                && let Some(article) = named
                    .first()
                    .and_then(|place| place.target.provision.article.clone())
                    .or_else(|| context.article.clone())
            {
                let provision = Provision { article: Some(article), ..Provision::default() };
                named.insert(0, Named { range: at..at, target: Target { provision, part }, head: false });
            }
        }
        named
    }
}

/// Whether a text ends with "Mục 2 (của)", before the chapter.
fn of_section(before: &str) -> bool {
    let before = before.strip_suffix("của").unwrap_or(before).trim_end();
    let mut words = before.rsplit(' ');
    words.next().is_some_and(|number| number.starts_with(|c: char| c.is_ascii_digit() || "IVX".contains(c)))
        && words.next().is_some_and(|word| word.eq_ignore_ascii_case("mục") || word == "Mục")
}

/// The piece of the new text that is meant for a place.
fn piece(new: &[Node], provision: &Provision, targets: usize) -> Vec<Node> {
    let (level, label) = match provision {
        Provision { point: Some(label), .. } => (Level::Point, label),
        Provision { clause: Some(label), .. } => (Level::Clause, label),
        Provision { article: Some(label), .. } => (Level::Article, label),
        _ => return new.to_vec(),
    };
    let mut all = new.iter().flat_map(Node::walk_own);
    match all.find(|node| node.level == level && node.label == *label) {
        Some(node) => vec![node.clone()],
        None if targets <= 1 => new.to_vec(),
        None => Vec::new(),
    }
}

/// Quoted lines as nodes: articles, clauses, points in one another, other lines in the text of what they follow.
fn nodes_of(text: &str) -> Vec<Node> {
    let mut done: Vec<Node> = Vec::new();
    let mut open: Vec<Node> = Vec::new();
    let close = |open: &mut Vec<Node>, done: &mut Vec<Node>| {
        let Some(node) = open.pop() else { return };
        match open.last_mut() {
            Some(parent) => parent.children.push(node),
            None => done.push(node),
        }
    };
    for line in text.split('\n').filter(|line| !line.is_empty()) {
        let label = label(line).filter(|label| label.usual);
        let level = label.as_ref().and_then(|label| match label.kind {
            Kind::Chapter => Some(Level::Chapter),
            Kind::Section => Some(Level::Section),
            Kind::Article => Some(Level::Article),
            Kind::Number => Some(Level::Clause),
            Kind::Letter => Some(Level::Point),
            _ => None,
        });
        let (Some(label), Some(level)) = (label, level) else {
            match open.last_mut() {
                Some(node) if node.children.is_empty() => {
                    if !node.text.is_empty() {
                        node.text.push('\n');
                    }
                    node.text.push_str(line);
                }
                Some(node) => {
                    node.children.push(Node { text: line.into(), ..Node::new(Level::Paragraph, 0) })
                }
                None => done.push(Node { text: line.into(), ..Node::new(Level::Paragraph, 0) }),
            }
            continue;
        };
        while open.last().is_some_and(|last| last.level >= level) {
            close(&mut open, &mut done);
        }
        let (printed, rest) = line.split_at_checked(label.len).unwrap_or((line, ""));
        let mut node = Node { label: label.text, printed: printed.trim_end().into(), ..Node::new(level, 0) };
        let sentence = rest.trim_end().ends_with(['.', ';', ':', ',']);
        if level <= Level::Article && !sentence {
            node.heading = rest.into();
        } else {
            node.text = rest.into();
        }
        open.push(node);
    }
    while !open.is_empty() {
        close(&mut open, &mut done);
    }
    done
}
