//! Kinds of official documents, their names and abbreviations.

use crate::text::fold;
use std::sync::LazyLock;

macro_rules! kinds {
    ($($variant:ident, $name:literal, $abbreviation:literal;)*) => {
        /// A kind of official document: the kinds of laws (Luật 64/2025/QH15) and the kinds of administrative
        /// papers with the abbreviations of Nghị định 30/2020/NĐ-CP, Phụ lục III.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        pub enum DocumentKind { $(#[doc = $name] $variant,)* }

        impl DocumentKind {
            /// Every kind; where two abbreviations fold alike, the commoner comes first.
            pub const ALL: &[DocumentKind] = &[$(DocumentKind::$variant,)*];

            /// The Vietnamese name with its capital: `Nghị định`.
            pub fn name(self) -> &'static str {
                match self { $(DocumentKind::$variant => $name,)* }
            }

            /// The abbreviation used in numbers: `NĐ`. Empty for official letters and constitutions, which
            /// have none.
            pub fn abbreviation(self) -> &'static str {
                match self { $(DocumentKind::$variant => $abbreviation,)* }
            }
        }
    };
}

kinds! {
    Constitution, "Hiến pháp", "";
    Code, "Bộ luật", "BL";
    Law, "Luật", "L";
    Ordinance, "Pháp lệnh", "PL";
    Order, "Lệnh", "LCT";
    JointResolution, "Nghị quyết liên tịch", "NQLT";
    Resolution, "Nghị quyết", "NQ";
    Decree, "Nghị định", "NĐ";
    Decision, "Quyết định", "QĐ";
    JointCircular, "Thông tư liên tịch", "TTLT";
    InterministerialCircular, "Thông tư liên bộ", "TTLB";
    InterbranchCircular, "Thông tư liên ngành", "TTLN";
    Circular, "Thông tư", "TT";
    Directive, "Chỉ thị", "CT";
    Conclusion, "Kết luận", "KL";
    ConsolidatedText, "Văn bản hợp nhất", "VBHN";
    TechnicalRegulation, "Quy chuẩn kỹ thuật quốc gia", "QCVN";
    NationalStandard, "Tiêu chuẩn quốc gia", "TCVN";
    Plan, "Kế hoạch", "KH";
    Report, "Báo cáo", "BC";
    OfficialLetter, "Công văn", "";
    Guidance, "Hướng dẫn", "HD";
    Notice, "Thông báo", "TB";
    Submission, "Tờ trình", "TTr";
    Programme, "Chương trình", "CTr";
    Scheme, "Phương án", "PA";
    Project, "Đề án", "ĐA";
    Undertaking, "Dự án", "DA";
    Regulation, "Quy chế", "QC";
    Rules, "Quy định", "QyĐ";
    Communique, "Thông cáo", "TC";
    Minutes, "Biên bản", "BB";
    Contract, "Hợp đồng", "HĐ";
    Telegram, "Công điện", "CĐ";
    Memorandum, "Bản ghi nhớ", "BGN";
    Agreement, "Bản thỏa thuận", "BTT";
    Authorization, "Giấy ủy quyền", "GUQ";
    Invitation, "Giấy mời", "GM";
    Introduction, "Giấy giới thiệu", "GGT";
    LeavePermit, "Giấy nghỉ phép", "GNP";
    DispatchNote, "Phiếu gửi", "PG";
    TransferNote, "Phiếu chuyển", "PC";
    NoticeSlip, "Phiếu báo", "PB";
}

struct Folded {
    kind: DocumentKind,
    name: String,
    abbreviation: String,
}

static FOLDED: LazyLock<Vec<Folded>> = LazyLock::new(|| {
    let folded =
        |k: &DocumentKind| Folded { kind: *k, name: fold(k.name()), abbreviation: k.folded_abbreviation() };
    DocumentKind::ALL.iter().map(folded).collect()
});

impl DocumentKind {
    /// The abbreviation folded for matching: `nd`.
    pub fn folded_abbreviation(self) -> String {
        fold(self.abbreviation())
    }

    /// The kind of an abbreviation, with or without marks, in any case: `NĐ`, `nđ`, `nd`.
    pub fn from_abbreviation(text: &str) -> Option<DocumentKind> {
        let folded = fold(text);
        if folded.is_empty() || folded.len() > 4 {
            return None;
        }
        let exact = FOLDED.iter().find(|f| f.kind.abbreviation() == text);
        exact.or_else(|| FOLDED.iter().find(|f| f.abbreviation == folded)).map(|f| f.kind)
    }

    /// The kind of a name, with or without marks, in any case: `Nghị định`, `nghi dinh`.
    pub fn from_name(text: &str) -> Option<DocumentKind> {
        let folded = fold(text.trim());
        FOLDED.iter().find(|f| f.name == folded).map(|f| f.kind)
    }

    /// Law in the wide sense: citizens cite it by short forms such as `nd 30/2020`. Of other papers a bare
    /// `BC 6/2025` is rather a month.
    pub(super) fn is_cited_short(self) -> bool {
        use DocumentKind::*;
        matches!(
            self,
            Code | Law
                | Ordinance
                | JointResolution
                | Resolution
                | Decree
                | Decision
                | JointCircular
                | Circular
                | Directive
                | ConsolidatedText
        )
    }
}
