//! Draws a sheet as WordprocessingML (ECMA-376, part 1).
//!
//! Written here rather than with a DOCX library: those at hand can say neither the repeated header
//! row of a table, nor the title and language of the file, nor compress it.

use crate::PressError;
use crate::clean::clean;
use crate::compose::{self, Align, Columns, Grid, Par, Piece, Rule, Section, Sheet, Span, Style, compose};
use crate::marks::bookmark_name;
use crate::model::Document;
use quick_xml::escape::escape;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

/// The document as a DOCX file for Word 2013 and later, and LibreOffice.
///
/// Equal documents give equal bytes. What cannot be printed is replaced as [`crate::problems`] says.
pub fn docx(document: &Document) -> Result<Vec<u8>, PressError> {
    let (document, _) = clean(document);
    let sheet = compose(&document);
    let mut body = Body::default();
    body.sheet(&sheet);

    // The package says no time: left alone it would take the clock's, if any crate asks zip for one.
    let options = SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    let mut package = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, xml) in [
        ("[Content_Types].xml", CONTENT_TYPES.to_owned()),
        ("_rels/.rels", PACKAGE_RELS.to_owned()),
        ("docProps/core.xml", core_properties(&sheet)),
        (
            "word/document.xml",
            format!("{DECLARATION}<w:document {NAMESPACES}><w:body>{}</w:body></w:document>", body.xml),
        ),
        ("word/_rels/document.xml.rels", relations(&body.links)),
        ("word/styles.xml", styles(sheet.lang)),
        ("word/settings.xml", settings(sheet.lang)),
        ("word/header1.xml", header()),
        ("word/footer1.xml", footer(&sheet)),
        ("word/footer2.xml", footer(&sheet)),
    ] {
        package.start_file(name, options)?;
        package.write_all(xml.as_bytes())?;
    }
    Ok(package.finish()?.into_inner())
}

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

const NAMESPACES: &str = concat!(
    r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" "#,
    r#"xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#
);

const CONTENT_TYPES: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">"#,
    r#"<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>"#,
    r#"<Default Extension="xml" ContentType="application/xml"/>"#,
    r#"<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>"#,
    r#"<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>"#,
    r#"<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/>"#,
    r#"<Override PartName="/word/settings.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.settings+xml"/>"#,
    r#"<Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/>"#,
    r#"<Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>"#,
    r#"<Override PartName="/word/footer2.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/>"#,
    r#"</Types>"#
);

const PACKAGE_RELS: &str = concat!(
    r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#,
    r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
    r#"<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>"#,
    r#"<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>"#,
    r#"</Relationships>"#
);

/// Points as twips.
fn tw(points: f64) -> i64 {
    (points * 20.0).round() as i64
}

/// word/document.xml while it grows.
#[derive(Default)]
struct Body {
    xml: String,
    /// External addresses and the number of their relation: rIdLink0, rIdLink1, …
    links: BTreeMap<String, usize>,
    /// How often each mark was used.
    marks: BTreeMap<String, usize>,
    bookmarks: usize,
    /// The next paragraph begins a page.
    breaks: bool,
}

impl Body {
    fn sheet(&mut self, sheet: &Sheet) {
        for (i, section) in sheet.sections.iter().enumerate() {
            self.pieces(&section.pieces);
            self.breaks = false;
            let properties = section_properties(section);
            let ends_in_table = !matches!(section.pieces.last(), Some(Piece::Par(_)));
            if i + 1 < sheet.sections.len() {
                self.thin_paragraph(&properties);
            } else {
                if ends_in_table {
                    self.thin_paragraph("");
                }
                self.xml.push_str(&properties);
            }
        }
    }

    /// Word wants a paragraph after a table and at the end of a section.
    fn thin_paragraph(&mut self, section: &str) {
        let _ = write!(
            self.xml,
            r#"<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/>{section}</w:pPr></w:p>"#
        );
    }

    fn pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Par(par) => self.par(par),
                Piece::Rule(rule) => self.rule(rule),
                Piece::Columns(columns) => self.columns(columns),
                Piece::Grid(grid) => self.grid(grid),
                Piece::Break => self.breaks = true,
            }
        }
    }

    fn par(&mut self, par: &Par) {
        let _ = write!(self.xml, r#"<w:p><w:pPr><w:pStyle w:val="{:?}"/>"#, par.style);
        self.paragraph_flow(par.keep);
        if let Some(align) = par.align
            && align != par.style.format().align
        {
            let _ = write!(self.xml, r#"<w:jc w:val="{}"/>"#, jc(align));
        }
        self.xml.push_str("</w:pPr>");
        for span in &par.spans {
            self.span(span);
        }
        self.xml.push_str("</w:p>");
    }

    fn paragraph_flow(&mut self, keep: bool) {
        if keep {
            self.xml.push_str("<w:keepNext/>");
        }
        if std::mem::take(&mut self.breaks) {
            self.xml.push_str("<w:pageBreakBefore/>");
        }
    }

    fn span(&mut self, span: &Span) {
        let bookmark = span.mark.as_ref().map(|mark| {
            let name = bookmark_name(mark);
            let uses = self.marks.entry(name.clone()).or_default();
            *uses += 1;
            self.bookmarks += 1;
            (self.bookmarks, if *uses == 1 { name } else { format!("{name}_{uses}") })
        });
        if let Some((id, name)) = &bookmark {
            let _ = write!(self.xml, r#"<w:bookmarkStart w:id="{id}" w:name="{name}"/>"#);
        }
        if let Some(href) = &span.href {
            let next = self.links.len();
            let link = *self.links.entry(href.clone()).or_insert(next);
            let _ = write!(self.xml, r#"<w:hyperlink r:id="rIdLink{link}">"#);
        }
        self.xml.push_str("<w:r>");
        if span.bold || span.italic {
            self.xml.push_str("<w:rPr>");
            self.xml.push_str(if span.bold { "<w:b/><w:bCs/>" } else { "" });
            self.xml.push_str(if span.italic { "<w:i/><w:iCs/>" } else { "" });
            self.xml.push_str("</w:rPr>");
        }
        for (i, line) in span.text.split('\n').enumerate() {
            self.xml.push_str(if i > 0 { "<w:br/>" } else { "" });
            let _ = write!(self.xml, r#"<w:t xml:space="preserve">{}</w:t>"#, escape(line));
        }
        self.xml.push_str("</w:r>");
        if span.href.is_some() {
            self.xml.push_str("</w:hyperlink>");
        }
        if let Some((id, _)) = bookmark {
            let _ = write!(self.xml, r#"<w:bookmarkEnd w:id="{id}"/>"#);
        }
    }

    fn rule(&mut self, rule: &Rule) {
        self.xml.push_str("<w:p><w:pPr>");
        self.paragraph_flow(rule.keep);
        if rule.length > 0.0 {
            self.xml.push_str(
                r#"<w:pBdr><w:top w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:pBdr>"#,
            );
        }
        let lead = if rule.length > 0.0 { compose::RULE_LEAD } else { 0.0 };
        let (before, line) = (tw(lead), tw(rule.height - lead));
        let _ = write!(self.xml, r#"<w:spacing w:before="{before}" w:line="{line}" w:lineRule="exact"/>"#);
        if rule.length > 0.0 {
            let side = tw((rule.room - rule.length) / 2.0);
            let _ = write!(self.xml, r#"<w:ind w:left="{side}" w:right="{side}"/>"#);
        }
        self.xml.push_str("</w:pPr></w:p>");
    }

    fn columns(&mut self, columns: &Columns) {
        self.break_before_table();
        self.open_table(&columns.widths, false);
        for row in &columns.rows {
            self.xml.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
            for (width, pieces) in columns.widths.iter().zip(row) {
                self.open_cell(*width, 1, "");
                self.pieces(pieces);
                self.xml.push_str("</w:tc>");
            }
            self.xml.push_str("</w:tr>");
        }
        self.xml.push_str("</w:tbl>");
    }

    fn grid(&mut self, grid: &Grid) {
        self.break_before_table();
        self.open_table(&grid.widths, true);
        self.xml.push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
        for (width, cell) in grid.widths.iter().zip(&grid.header) {
            self.open_cell(*width, 1, r#"<w:vAlign w:val="center"/>"#);
            self.par(cell);
            self.xml.push_str("</w:tc>");
        }
        self.xml.push_str("</w:tr>");
        for row in &grid.rows {
            self.xml.push_str(if row.whole { "<w:tr><w:trPr><w:cantSplit/></w:trPr>" } else { "<w:tr>" });
            if row.spans_all {
                for cell in &row.cells {
                    self.open_cell(grid.widths.iter().sum(), grid.widths.len(), "");
                    self.par(cell);
                    self.xml.push_str("</w:tc>");
                }
            } else {
                for (width, cell) in grid.widths.iter().zip(&row.cells) {
                    self.open_cell(*width, 1, "");
                    self.par(cell);
                    self.xml.push_str("</w:tc>");
                }
            }
            self.xml.push_str("</w:tr>");
        }
        self.xml.push_str("</w:tbl>");
    }

    /// A table cannot carry a page break itself.
    fn break_before_table(&mut self) {
        if self.breaks {
            self.rule(&Rule { height: 1.0, length: 0.0, room: 0.0, keep: true });
        }
    }

    fn open_table(&mut self, widths: &[f64], ruled: bool) {
        let total: i64 = widths.iter().map(|width| tw(*width)).sum();
        let (x, y) = if ruled { (tw(compose::CELL_PAD_X), tw(compose::CELL_PAD_Y)) } else { (0, 0) };
        let _ = write!(
            self.xml,
            r#"<w:tbl><w:tblPr><w:tblW w:w="{total}" w:type="dxa"/><w:tblInd w:w="0" w:type="dxa"/>"#
        );
        if ruled {
            self.xml.push_str("<w:tblBorders>");
            for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
                let _ =
                    write!(self.xml, r#"<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>"#);
            }
            self.xml.push_str("</w:tblBorders>");
        }
        self.xml.push_str(r#"<w:tblLayout w:type="fixed"/><w:tblCellMar>"#);
        for (side, margin) in [("top", y), ("left", x), ("bottom", y), ("right", x)] {
            let _ = write!(self.xml, r#"<w:{side} w:w="{margin}" w:type="dxa"/>"#);
        }
        self.xml.push_str("</w:tblCellMar></w:tblPr><w:tblGrid>");
        for width in widths {
            let _ = write!(self.xml, r#"<w:gridCol w:w="{}"/>"#, tw(*width));
        }
        self.xml.push_str("</w:tblGrid>");
    }

    fn open_cell(&mut self, width: f64, span: usize, more: &str) {
        let _ = write!(self.xml, r#"<w:tc><w:tcPr><w:tcW w:w="{}" w:type="dxa"/>"#, tw(width));
        if span > 1 {
            let _ = write!(self.xml, r#"<w:gridSpan w:val="{span}"/>"#);
        }
        let _ = write!(self.xml, "{more}</w:tcPr>");
    }
}

fn jc(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
        Align::Justify => "both",
    }
}

fn section_properties(section: &Section) -> String {
    let (width, height) = (tw(compose::PAGE.0), tw(compose::PAGE.1));
    let size = if section.landscape {
        format!(r#"<w:pgSz w:w="{height}" w:h="{width}" w:orient="landscape"/>"#)
    } else {
        format!(r#"<w:pgSz w:w="{width}" w:h="{height}"/>"#)
    };
    format!(
        concat!(
            r#"<w:sectPr><w:headerReference w:type="default" r:id="rIdHeader"/>"#,
            r#"<w:footerReference w:type="default" r:id="rIdFooter"/>"#,
            r#"<w:footerReference w:type="first" r:id="rIdFirstFooter"/>"#,
            r#"<w:type w:val="nextPage"/>{}<w:pgMar w:top="{}" w:right="{}" w:bottom="{}" w:left="{}" "#,
            r#"w:header="{}" w:footer="{}" w:gutter="0"/><w:pgNumType w:start="1"/><w:titlePg/></w:sectPr>"#
        ),
        size,
        tw(compose::MARGIN_TOP),
        tw(compose::MARGIN_RIGHT),
        tw(compose::MARGIN_BOTTOM),
        tw(compose::MARGIN_LEFT),
        tw(compose::HEADER_FROM_EDGE),
        tw(compose::FOOTER_FROM_EDGE),
    )
}

fn header() -> String {
    format!(
        concat!(
            r#"{}<w:hdr {}><w:p><w:pPr><w:pStyle w:val="PageNumber"/></w:pPr>"#,
            r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r>"#,
            r#"<w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>"#,
            r#"<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2</w:t></w:r>"#,
            r#"<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:hdr>"#
        ),
        DECLARATION, NAMESPACES
    )
}

fn footer(sheet: &Sheet) -> String {
    let text = escape(sheet.footer.as_deref().unwrap_or_default());
    format!(
        concat!(
            r#"{}<w:ftr {}><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>"#,
            r#"<w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p></w:ftr>"#
        ),
        DECLARATION, NAMESPACES, text
    )
}

fn core_properties(sheet: &Sheet) -> String {
    format!(
        concat!(
            r#"{}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" "#,
            r#"xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title><dc:creator>{}</dc:creator>"#,
            r#"<dc:language>{}</dc:language></cp:coreProperties>"#
        ),
        DECLARATION,
        escape(&sheet.title),
        escape(&sheet.author),
        locale(sheet.lang)
    )
}

fn relations(links: &BTreeMap<String, usize>) -> String {
    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut xml = format!(
        r#"{DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#
    );
    for (id, kind, target) in [
        ("rIdStyles", "styles", "styles.xml"),
        ("rIdSettings", "settings", "settings.xml"),
        ("rIdHeader", "header", "header1.xml"),
        ("rIdFooter", "footer", "footer1.xml"),
        ("rIdFirstFooter", "footer", "footer2.xml"),
    ] {
        let _ = write!(xml, r#"<Relationship Id="{id}" Type="{TYPES}/{kind}" Target="{target}"/>"#);
    }
    for (href, i) in links {
        let href = escape(href.as_str());
        let _ = write!(
            xml,
            r#"<Relationship Id="rIdLink{i}" Type="{TYPES}/hyperlink" Target="{href}" TargetMode="External"/>"#
        );
    }
    xml.push_str("</Relationships>");
    xml
}

fn styles(lang: &str) -> String {
    let locale = locale(lang);
    let mut xml = format!(
        concat!(
            r#"{}<w:styles {}><w:docDefaults><w:rPrDefault><w:rPr>"#,
            r#"<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="Times New Roman" w:cs="Times New Roman"/>"#,
            r#"<w:color w:val="000000"/><w:sz w:val="28"/><w:szCs w:val="28"/><w:lang w:val="{}" w:eastAsia="{}"/>"#,
            r#"</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:widowControl/><w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>"#,
            r#"<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>"#
        ),
        DECLARATION, NAMESPACES, locale, locale
    );
    for style in Style::ALL {
        let f = style.format();
        let _ = write!(
            xml,
            r#"<w:style w:type="paragraph" w:styleId="{style:?}"><w:name w:val="{}"/><w:basedOn w:val="Normal"/>"#,
            f.name
        );
        if f.heading.is_some() {
            xml.push_str(r#"<w:next w:val="Body"/>"#);
        }
        xml.push_str("<w:qFormat/><w:pPr>");
        let _ = write!(xml, r#"<w:spacing w:after="{}"/>"#, tw(f.after));
        let _ = write!(xml, r#"<w:ind w:left="{}" w:firstLine="{}"/>"#, tw(f.left), tw(f.first));
        let _ = write!(xml, r#"<w:jc w:val="{}"/>"#, jc(f.align));
        if let Some(level) = f.heading {
            let _ = write!(xml, r#"<w:outlineLvl w:val="{}"/>"#, level - 1);
        }
        xml.push_str("</w:pPr><w:rPr>");
        xml.push_str(if f.bold { "<w:b/><w:bCs/>" } else { "" });
        xml.push_str(if f.italic { "<w:i/><w:iCs/>" } else { "" });
        let half_points = (f.size * 2.0).round() as i64;
        let _ =
            write!(xml, r#"<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr></w:style>"#);
    }
    xml.push_str("</w:styles>");
    xml
}

fn settings(lang: &str) -> String {
    format!(
        concat!(
            r#"{}<w:settings {}><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>"#,
            r#"<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" "#,
            r#"w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat><w:themeFontLang w:val="{}"/></w:settings>"#
        ),
        DECLARATION,
        NAMESPACES,
        locale(lang)
    )
}

fn locale(lang: &str) -> &'static str {
    if lang == "vi" { "vi-VN" } else { "en-GB" }
}
