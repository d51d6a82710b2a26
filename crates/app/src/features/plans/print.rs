//! A plan as it is printed (Nghị định 30/2020/NĐ-CP): what the page shows as the paper, and both files.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use press::{Align, Appendix, Block, Column, Document, Row, Run, Signature, Table, Weight};

use super::choose;
use super::line;
use super::plan::{self, Plan, State};
use super::show::{Shown, shown_lines};
use super::template::{Words, in_sentence, template};
use crate::access::Act;
use crate::error::Result;
use crate::features::laws::Law;
use crate::page::date_text;
use crate::printing;
use crate::web::Signed;
use crate::web::api::DEMO_NOTICE;

/// A base as it stands in the paper: "Căn cứ Luật Hòa giải ở cơ sở số 35/2013/QH13".
fn basis(law: &Law) -> Vec<Run> {
    let number = if law.number.is_empty() { String::new() } else { format!(" số {}", law.number) };
    let on = law.issued.map(|d| format!(" ngày {}", date_text(d))).unwrap_or_default();
    let name = law.name();
    let text = match name.contains(&law.number) && !law.number.is_empty() {
        true => format!("Căn cứ {name}{on}"),
        false => format!("Căn cứ {name}{number}{on}"),
    };
    vec![Run::italic(text)]
}

/// "Kế hoạch phổ biến …" as the subject under the kind: "Phổ biến …".
fn about(kind: &str, title: &str) -> String {
    let lower = title.to_lowercase();
    match lower.strip_prefix(&kind.to_lowercase()) {
        Some(rest) => {
            let skipped = title.chars().count() - rest.chars().count();
            let rest: String = title.chars().skip(skipped).collect();
            let mut letters = rest.trim_start().chars();
            match letters.next() {
                Some(first) => first.to_uppercase().chain(letters).collect(),
                None => title.to_owned(),
            }
        }
        None => title.to_owned(),
    }
}

fn paragraphs(text: &str) -> impl Iterator<Item = Block> + '_ {
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
    lines.map(|l| Block::Paragraph(vec![Run::text(l)]))
}

fn heading(n: u32, text: &str) -> Block {
    Block::Heading { level: 1, number: Some(format!("{}.", viet::roman(n))), text: text.to_owned() }
}

/// "5/KH-UBND" as number and symbol: "05" and "KH-UBND" (Nghị định 30/2020/NĐ-CP, Phụ lục I: a number below 10 begins
/// with 0).
fn number_and_symbol(number: &str) -> (String, String) {
    let (number, symbol) = number.split_once('/').unwrap_or((number, ""));
    let number = number.trim();
    let short = number.len() == 1 && number.chars().all(|c| c.is_ascii_digit());
    (if short { format!("0{number}") } else { number.to_owned() }, symbol.trim().to_owned())
}

/// The plan as a paper.
pub async fn document(signed: &Signed, plan: &Plan, lines: &[Shown]) -> Result<Document> {
    let app = &signed.app;
    let c = &plan.content;
    let t = template(plan.issued_on.unwrap_or(app.today()));
    let tree = app.trees.on(&app.db, plan.issued_on.unwrap_or(app.today())).await?;
    let name = match tree.get(c.unit) {
        Some(unit) => unit.name.clone(),
        None => signed.unit_name(c.unit).await?,
    };
    let words: Words = t.words(&tree, c.unit, &name, c.year);
    let mut bases: Vec<Vec<Run>> = Vec::new();
    bases.extend(choose::named(&app.db, &c.bases).await?.iter().map(basis));
    if let Some(above) = match c.above {
        Some(id) => plan::find(&app.db, id).await?,
        None => None,
    } {
        let number = above.number.as_ref().map(|n| format!(" số {n}")).unwrap_or_default();
        let on = above.issued_on.map(|d| format!(" ngày {}", date_text(d))).unwrap_or_default();
        let above_name = signed.unit_name(above.content.unit).await?;
        let by = t.words(&tree, above.content.unit, &above_name, c.year).agency();
        let subject = in_sentence(&about(&t.kind, &above.content.title));
        bases.push(vec![Run::italic(format!("Thực hiện Kế hoạch{number}{on} của {by} về {subject}"))]);
    }
    let budget: i64 = lines.iter().map(|l| l.line.content.budget).sum();
    let subject = about(&t.kind, &c.title);
    let mut blocks = vec![Block::Paragraph(vec![Run::text(format!(
        "{} ban hành Kế hoạch {} như sau:",
        words.agency(),
        in_sentence(&subject)
    ))])];
    let mut part = 0;
    let mut next = || {
        part += 1;
        part
    };
    if !c.purpose.is_empty() {
        blocks.push(heading(next(), "MỤC ĐÍCH, YÊU CẦU"));
        blocks.extend(paragraphs(&c.purpose));
    }
    blocks.push(heading(next(), "NHIỆM VỤ"));
    blocks.push(Block::Paragraph(vec![
        Run::text("Năm "),
        Run::text(c.year.to_string()),
        Run::text(" thực hiện "),
        Run::number("plan:lines", viet::format_int(lines.len() as i64)),
        Run::text(" nhiệm vụ nêu tại Phụ lục kèm theo."),
    ]));
    if let Some(days) = c.due_days {
        blocks.push(Block::Paragraph(vec![
            Run::text("Các đơn vị cấp dưới ban hành kế hoạch của mình trong "),
            Run::number("plan:due-days", viet::format_int(days)),
            Run::text(" ngày làm việc sau ngày ban hành Kế hoạch này."),
        ]));
    }
    blocks.push(heading(next(), "KINH PHÍ"));
    blocks.push(Block::Paragraph(match budget {
        0 => vec![Run::text("Kinh phí thực hiện bố trí trong dự toán chi thường xuyên được giao.")],
        _ => vec![
            Run::text("Tổng kinh phí dự kiến: "),
            Run::number("plan:budget", viet::format_int(budget)),
            Run::text(format!(" đồng (bằng chữ: {}).", viet::money_in_words(budget))),
        ],
    }));
    if !c.organisation.is_empty() {
        blocks.push(heading(next(), "TỔ CHỨC THỰC HIỆN"));
        blocks.extend(paragraphs(&c.organisation));
    }
    let issued = matches!(plan.state, State::Issued) || plan.number.is_some();
    let (number, symbol) = number_and_symbol(plan.number.as_deref().unwrap_or_default());
    let symbol = match symbol.as_str() {
        "" => format!("{}-{}", t.kind_code, words.symbol()).trim_end_matches('-').to_owned(),
        _ => symbol,
    };
    let kind = in_sentence(&t.kind.to_lowercase());
    let with = match plan.issued_on {
        Some(day) => format!("số {number}/{symbol} ngày {}", date_text(day)),
        None => format!("số …/{symbol} ngày …"),
    };
    let mut kind_capital = kind.chars();
    let kind = match kind_capital.next() {
        Some(first) => first.to_uppercase().chain(kind_capital).collect::<String>(),
        None => kind,
    };
    Ok(Document {
        parent_agency: words.parent_agency(),
        agency: words.agency(),
        number: (!number.is_empty()).then_some(number),
        symbol,
        place: words.place(),
        date: plan.issued_on,
        kind: t.kind.clone(),
        about: subject,
        bases,
        blocks,
        signature: Signature {
            authority: c.authority.lines().map(str::to_owned).collect(),
            name: Some(c.signer.clone()).filter(|s| !s.is_empty() && issued),
        },
        recipients: c.recipients.lines().map(str::to_owned).filter(|l| !l.trim().is_empty()).collect(),
        appendices: vec![Appendix {
            title: "Phụ lục\nNhiệm vụ phổ biến, giáo dục pháp luật".into(),
            note: format!("(Kèm theo {kind} {with} của {})", words.agency()),
            landscape: true,
            blocks: vec![Block::Table(table(lines, budget))],
        }],
        banner: app.config.demo.then(|| DEMO_NOTICE.to_owned()),
        colophon: (plan.state == State::Withdrawn).then(|| format!("Đã thu hồi. Lý do: {}", plan.remarks)),
        draft: !issued,
        ..Document::default()
    })
}

fn table(lines: &[Shown], budget: i64) -> Table {
    let column = |header: &str, width: f64, align: Align| Column { header: header.into(), width, align };
    let text = |t: &str| vec![Run::text(t)];
    let mut rows: Vec<Row> = lines
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let c = &s.line.content;
            let n = i + 1;
            let when = match c.from {
                Some(from) => format!("{} – {}", date_text(from), date_text(c.until)),
                None => format!("Đến {}", date_text(c.until)),
            };
            Row {
                cells: vec![
                    text(&n.to_string()),
                    text(&c.content),
                    text(&s.audiences),
                    text(&s.methods),
                    text(&s.lead),
                    text(&s.with),
                    text(&when),
                    text(&c.product),
                    vec![Run::number(format!("plan:talks:{n}"), viet::format_int(c.talks))],
                    match c.budget {
                        0 => vec![],
                        b => vec![Run::number(format!("plan:budget:{n}"), viet::format_int(b))],
                    },
                ],
                weight: Weight::Normal,
            }
        })
        .collect();
    let talks: i64 = lines.iter().map(|l| l.line.content.talks).sum();
    let mut total = vec![vec![]; 10];
    if let Some(cell) = total.get_mut(1) {
        *cell = text("Tổng cộng");
    }
    if let Some(cell) = total.get_mut(8) {
        *cell = vec![Run::number("plan:talks", viet::format_int(talks))];
    }
    if let Some(cell) = total.get_mut(9).filter(|_| budget > 0) {
        *cell = vec![Run::number("plan:budget:total", viet::format_int(budget))];
    }
    rows.push(Row { cells: total, weight: Weight::Total });
    Table {
        columns: vec![
            column("TT", 0.5, Align::Centre),
            column("Nội dung", 2.8, Align::Left),
            column("Đối tượng", 1.6, Align::Left),
            column("Hình thức", 1.6, Align::Left),
            column("Chủ trì", 1.3, Align::Left),
            column("Phối hợp", 1.5, Align::Left),
            column("Thời gian", 1.4, Align::Left),
            column("Sản phẩm", 1.5, Align::Left),
            column("Số cuộc", 0.7, Align::Right),
            column("Kinh phí (đồng)", 1.5, Align::Right),
        ],
        rows,
        caption: None,
    }
}

/// The paper of a plan that the person may see, and the files' name.
async fn of(signed: &Signed, id: &str) -> Result<(Document, String)> {
    let plan = plan::get(&signed.app.db, id.parse()?).await?;
    signed.require(Act::See, plan.content.unit)?;
    let lines = shown_lines(signed, line::lines(&signed.app.db, plan.id).await?).await?;
    let unit = signed.unit_name(plan.content.unit).await?;
    let name = format!("ke-hoach-{}-{}", plan.content.year, viet::slug(&unit));
    Ok((document(signed, &plan, &lines).await?, name))
}

async fn file(
    name: String,
    kind: &'static str,
    work: impl FnOnce() -> Result<Vec<u8>, press::PressError> + Send + 'static,
) -> Result<Response> {
    let bytes = printing::set(work).await?;
    let place = format!("attachment; filename=\"{name}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, place)], bytes)
        .into_response())
}

/// `GET /ke-hoach/{id}/ke-hoach.docx`
pub async fn docx(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let (document, name) = of(&signed, &id).await?;
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    file(format!("{name}.docx"), kind, move || press::docx(&document)).await
}

/// `GET /ke-hoach/{id}/ke-hoach.pdf`
pub async fn pdf(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let (document, name) = of(&signed, &id).await?;
    let at = signed.app.now();
    file(format!("{name}.pdf"), "application/pdf", move || press::pdf(&document, at)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_stands_without_the_kind() {
        let check = |title: &str, expected: &str| assert_eq!(about("KẾ HOẠCH", title), expected);
        check("Kế hoạch phổ biến pháp luật năm 2026", "Phổ biến pháp luật năm 2026");
        check("kế hoạch  PBGDPL", "PBGDPL");
        check("Phổ biến Luật Đất đai", "Phổ biến Luật Đất đai");
        check("Kế hoạch", "Kế hoạch");
    }

    #[test]
    fn a_number_is_read_with_its_symbol() {
        assert_eq!(number_and_symbol("05/KH-UBND"), ("05".into(), "KH-UBND".into()));
        assert_eq!(number_and_symbol("5/KH-UBND"), ("05".into(), "KH-UBND".into()));
        assert_eq!(number_and_symbol("15"), ("15".into(), String::new()));
    }
}
