//! What the parser makes of a text.

use serde::{Deserialize, Serialize};
use viet::DocumentKind;

/// A text understood: the document, then what was issued with it and has its own articles, and what looked wrong.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Parsed {
    /// The document first, then attached regulations ("ban hành kèm theo"). Never empty.
    pub documents: Vec<Document>,
    /// In the order of the text.
    pub problems: Vec<Problem>,
}

/// One document with a numbering of its own. Its nodes and then its appendices, in order, hold the whole text.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Document {
    pub head: Head,
    pub nodes: Vec<Node>,
    pub appendices: Vec<Node>,
}

/// What stands above and below the articles. Empty where the document does not say.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Head {
    /// CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM / Độc lập - Tự do - Hạnh phúc stands on it.
    pub national_heading: bool,
    /// `Ủy ban Thường vụ Quốc hội`; several, where issued jointly, parted by `; `.
    pub issuer: String,
    /// `35/2013/QH13`
    pub number: String,
    pub kind: Option<DocumentKind>,
    /// Without the kind: `Hòa giải ở cơ sở`, `Quy định chi tiết …`.
    pub title: String,
    /// `Hà Nội`
    pub place: String,
    /// Year, month, day.
    pub issued: Option<(i16, i8, i8)>,
    /// The day the effect article names for the whole document; the day of signing where it says so.
    pub effective: Option<(i16, i8, i8)>,
    /// Lines of the signature: office, name.
    pub signature: Vec<String>,
    pub recipients: Vec<String>,
    /// Each "Căn cứ …" as printed.
    pub bases: Vec<String>,
}

/// A piece of a document. `printed`, `heading`, `text`, then the children's, is the text in order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Node {
    pub level: Level,
    /// As it is cited, small letters: `12`, `2a`, `đ`; of chapters and parts the number: `3`. Empty where none.
    pub label: String,
    /// The label as printed: `Điều 12.`, `Chương III`, `đ)`.
    pub printed: String,
    pub heading: String,
    /// Paragraphs of its own before the children, parted by `\n`.
    pub text: String,
    pub children: Vec<Node>,
    /// The paragraph of the [`Text`](crate::Text) where it begins.
    pub paragraph: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Issuer, national heading, number, place and date.
    Heading,
    /// Kind and title.
    Title,
    /// "Căn cứ …"
    Basis,
    /// Before the first article: who enacts, on whose proposal.
    Preamble,
    /// Phần
    Part,
    /// Chương
    Chapter,
    /// Mục
    Section,
    /// Tiểu mục
    Subsection,
    /// Điều
    Article,
    /// Khoản
    Clause,
    /// Điểm
    Point,
    /// Of documents without articles, and of regulations that number so: `I.`
    Roman,
    /// `1.` where there is no article.
    Number,
    /// `1.1.` where there is no article.
    Decimal,
    /// `a)` where there is no article.
    Letter,
    /// `-`, `+`
    Dash,
    /// Words of another document that an amending one puts in place.
    Quote,
    /// A paragraph after the labelled children of its parent.
    Paragraph,
    Table,
    /// One row of a table, cells parted by ` | `.
    Row,
    /// "Luật này được Quốc hội … thông qua ngày …"
    Closing,
    Signature,
    /// "Nơi nhận"
    Recipients,
    /// Phụ lục, Mẫu
    Appendix,
    Footnote,
}

/// Something a person should look at before saving. The rest of the document is none the worse for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    pub kind: ProblemKind,
    /// Index into the paragraphs of the text.
    pub paragraph: usize,
    pub page: Option<u32>,
    /// The first words of the place.
    pub excerpt: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum ProblemKind {
    NoNumber,
    NoKind,
    NoTitle,
    NoIssuer,
    NoIssueDate,
    NoEffectiveDate,
    /// No article and no other outline.
    NoStructure,
    /// Articles leave out a number.
    MissingArticle,
    RepeatedArticle,
    /// A chapter, part or section is not the next one.
    HeadOutOfOrder,
    /// A clause or point bears another label than the one it stands for.
    MisprintedLabel,
    /// A point or clause begins in the middle of a paragraph.
    RunIn,
    QuoteNeverClosed,
    /// Two nodes would have one address.
    AddressTaken,
    /// A page of a PDF could not be read.
    PageLost,
    /// An article of a codification does not say which document it is of; it was left out.
    NoSource,
}

impl ProblemKind {
    /// Stable word for messages and programs: `missing-article`.
    pub fn code(self) -> &'static str {
        match self {
            ProblemKind::NoNumber => "no-number",
            ProblemKind::NoKind => "no-kind",
            ProblemKind::NoTitle => "no-title",
            ProblemKind::NoIssuer => "no-issuer",
            ProblemKind::NoIssueDate => "no-issue-date",
            ProblemKind::NoEffectiveDate => "no-effective-date",
            ProblemKind::NoStructure => "no-structure",
            ProblemKind::MissingArticle => "missing-article",
            ProblemKind::RepeatedArticle => "repeated-article",
            ProblemKind::HeadOutOfOrder => "head-out-of-order",
            ProblemKind::MisprintedLabel => "misprinted-label",
            ProblemKind::RunIn => "run-in",
            ProblemKind::QuoteNeverClosed => "quote-never-closed",
            ProblemKind::AddressTaken => "address-taken",
            ProblemKind::PageLost => "page-lost",
            ProblemKind::NoSource => "no-source",
        }
    }
}

impl Parsed {
    /// Every article of every document, in order.
    pub fn articles(&self) -> impl Iterator<Item = &Node> {
        self.documents.iter().flat_map(Document::articles)
    }
}

impl Document {
    /// Its articles, in order.
    pub fn articles(&self) -> impl Iterator<Item = &Node> {
        self.walk().map(|(node, _)| node).filter(|node| node.level == Level::Article)
    }

    /// Every node with its depth, parents before children, appendices last.
    pub fn walk(&self) -> impl Iterator<Item = (&Node, usize)> {
        let mut stack: Vec<(&Node, usize)> =
            self.nodes.iter().chain(&self.appendices).rev().map(|node| (node, 0)).collect();
        std::iter::from_fn(move || {
            let (node, depth) = stack.pop()?;
            stack.extend(node.children.iter().rev().map(|child| (child, depth + 1)));
            Some((node, depth))
        })
    }
}

impl Node {
    pub fn new(level: Level, paragraph: usize) -> Node {
        Node {
            level,
            label: String::new(),
            printed: String::new(),
            heading: String::new(),
            text: String::new(),
            children: Vec::new(),
            paragraph,
        }
    }

    /// Itself and the nodes in it that are the document's own: not what is quoted from another.
    pub fn walk_own(&self) -> impl Iterator<Item = &Node> {
        let mut stack = vec![self];
        std::iter::from_fn(move || {
            let node = stack.pop()?;
            stack.extend(node.children.iter().rev().filter(|child| child.level != Level::Quote));
            Some(node)
        })
    }

    /// Everything in it as printed, one paragraph a line: `Điều 12. Hòa giải viên`, then `1. …`.
    pub fn full_text(&self) -> String {
        let mut text = String::new();
        self.write_lines(&mut text);
        text
    }

    /// [`full_text`](Self::full_text) without its own label and heading.
    pub fn body_text(&self) -> String {
        let mut text = self.text.clone();
        for child in &self.children {
            child.write_lines(&mut text);
        }
        text
    }

    fn write_lines(&self, text: &mut String) {
        let first =
            [&self.printed, &self.heading].map(String::as_str).into_iter().filter(|part| !part.is_empty());
        let mut first = first.collect::<Vec<_>>().join(" ");
        // A clause's own words follow its label in the line; an article's follow its heading below.
        if !self.text.is_empty() {
            if !first.is_empty() {
                first.push(if self.heading.is_empty() { ' ' } else { '\n' });
            }
            first.push_str(&self.text);
        }
        if !first.is_empty() {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&first);
        }
        for child in &self.children {
            child.write_lines(text);
        }
    }
}
