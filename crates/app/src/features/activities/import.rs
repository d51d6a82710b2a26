//! Many activities at once from a workbook: the template goes out, the filled workbook comes back, good rows are
//! kept, and the others return in a new workbook with a note on each cell (promise G21).

use std::collections::{BTreeMap, HashMap, HashSet};

use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use sheets::{Column, Kind, Limits, RowOut, SheetError, SheetProblem, Value, Wrong};
use store::{Id, Runs, Tx, sql};

use super::activity::{self, Content};
use super::entry;
use super::questions::ask;
use super::reference;
use crate::access::Act;
use crate::app::App;
use crate::error::{Error, FieldProblem, Result};
use crate::features::laws::Title;
use crate::features::laws::choose::{each_typed, meant, titles_of};
use crate::foreign;
use crate::i18n::Lang;
use crate::page::{Page, Room, show, show_again};
use crate::web::Signed;
use crate::web::form::Form;
use crate::web::workbook;

/// Most rows of one workbook; what is over is said.
const MOST_ROWS: usize = 2_000;
const LIMITS: Limits =
    Limits { file_bytes: 10 << 20, unpacked_bytes: 64 << 20, cells: 100_000, rows: MOST_ROWS };
/// Most sheets named in one sentence.
const NAMED_SHEETS: usize = 20;
/// Raised when columns change.
const TEMPLATE_VERSION: u32 = 1;

/// The table to fill in. Its words are Vietnamese in every language: it is passed on among offices.
pub fn template(today: Date) -> sheets::Template {
    let column = |key: &str, header: &str, hint: &str, kind: Kind, required: bool, width: u16| Column {
        key: key.into(),
        header: header.into(),
        hint: hint.into(),
        kind,
        required,
        width,
    };
    let count = || Kind::Integer { min: 0, max: 1_000_000_000 };
    let methods = reference::methods(today).map(|m| m.vi.clone()).collect();
    let audiences = reference::audiences(today).map(|a| a.vi.clone()).collect();
    let text = |max| Kind::Text { max };
    sheets::Template {
        name: "activities".into(),
        version: TEMPLATE_VERSION,
        title: "Hoạt động phổ biến, giáo dục pháp luật".into(),
        guidance: [
            "Mỗi dòng là một hoạt động đã diễn ra, ghi một lần. Dòng trống được bỏ qua.",
            "Cột có dấu * phải điền. Ngày ghi theo dạng 23/11/2026.",
            "Nhiều văn bản hoặc nhiều đối tượng thì cách nhau bằng dấu chấm phẩy.",
            "Phát loa không có lượt người dự: để trống cột Số lượt người.",
            "Số khác thường vẫn được nhận khi cột Lý do cho biết vì sao.",
        ]
        .map(String::from)
        .to_vec(),
        columns: vec![
            column("day", "Ngày", "Ví dụ 23/11/2026", Kind::Date, true, 12),
            column("method", "Hình thức", "Chọn trong danh sách", Kind::Choice(methods), true, 26),
            column("title", "Nội dung", "Phổ biến điều gì, ở đâu", text(300), true, 44),
            column("law_text", "Văn bản luật", "Số hiệu, ví dụ 35/2013/QH13", text(500), false, 22),
            column(
                "audience",
                "Đối tượng",
                "Một hoặc nhiều, cách nhau bằng ;",
                Kind::ChoiceMany(audiences),
                false,
                28,
            ),
            column("attendances", "Số lượt người", "Số người dự", count(), false, 12),
            column("women", "Trong đó nữ", "Nếu có đếm", count(), false, 10),
            column("minority", "Trong đó dân tộc thiểu số", "Nếu có đếm", count(), false, 12),
            column("place", "Địa điểm", "Nơi tổ chức", text(200), false, 26),
            column("speaker", "Báo cáo viên, tuyên truyền viên", "Người nói", text(200), false, 24),
            column("copies", "Tài liệu phát ra (bản)", "Số bản", count(), false, 12),
            column("cost", "Kinh phí (đồng)", "Đồng, không phải nghìn đồng", Kind::Money, false, 14),
            column(
                "estimated",
                "Ước tính",
                "Có: việc sẽ làm trong kỳ",
                Kind::Choice(vec!["Có".into()]),
                false,
                9,
            ),
            column("reason", "Lý do", "Vì sao số liệu khác thường", text(500), false, 26),
            column("note", "Ghi chú", "", text(2000), false, 26),
        ],
        example_rows: vec![
            [
                "20/11/2026",
                "Phổ biến trực tiếp",
                "Luật Hòa giải ở cơ sở, ấp 2",
                "35/2013/QH13",
                "Nhân dân",
                "62",
                "30",
            ]
            .map(String::from)
            .to_vec(),
            [
                "21/11/2026",
                "Truyền thanh (loa)",
                "Bản tin Luật Đất đai, phát 5 giờ sáng",
                "31/2024/QH15",
                "Nhân dân",
            ]
            .map(String::from)
            .to_vec(),
        ],
    }
}

/// One row of a workbook as understood.
struct RowRead {
    /// Its row number, after the name of its sheet where there are several.
    place: String,
    typed: BTreeMap<String, String>,
    content: Content,
    /// What keeps it from being recorded, by column.
    problems: Vec<(String, String)>,
    /// It is recorded already, alike in every column.
    known: bool,
}

impl RowRead {
    fn is_good(&self) -> bool {
        self.problems.is_empty() && !self.known
    }
}

/// A workbook as understood: rows, and sentences about the whole.
struct Book {
    rows: Vec<RowRead>,
    sentences: Vec<String>,
    /// Whether the rows are of several sheets.
    several: bool,
}

/// Reads a workbook of a unit beside what was recorded before a moment. The error is a sentence: nothing could be read.
async fn read(
    app: &App,
    lang: Lang,
    unit: Id,
    bytes: Vec<u8>,
    before: Timestamp,
) -> Result<Result<Book, String>> {
    let today = app.today();
    let form = template(today);
    let sent = match foreign::read(move || sheets::read(&bytes, &form, &LIMITS)).await? {
        Some(Ok(sent)) => sent,
        Some(Err(e)) => return Ok(Err(refused(app, lang, &e))),
        None => return Ok(Err(app.words.say(lang, "activities-book-damaged", &[]))),
    };
    let named: HashSet<String> = sent
        .sheets
        .iter()
        .flat_map(|sheet| &sheet.rows)
        .filter_map(|row| match row.values.get("law_text") {
            Some(Value::Text(text)) => Some(each_typed(text).map(str::to_owned)),
            _ => None,
        })
        .flatten()
        .collect();
    let laws = titles_of(&app.db, vec![], named.iter().map(String::as_str)).await?;
    let mut sentences: Vec<String> = sent.problems.iter().map(|p| about_sheet(app, lang, p)).collect();
    let several = sent.sheets.len() > 1;
    let mut seen: HashMap<Content, String> = HashMap::new();
    let mut rows = Vec::new();
    for sheet in sent.sheets {
        let named = |what: String| if several { format!("{}: {what}", sheet.name) } else { what };
        sentences.extend(sheet.problems.iter().map(|p| named(about_sheet(app, lang, p))));
        for row in sheet.rows {
            let place = named(row.line.to_string());
            let mut read = understand(app, lang, (unit, today), &laws, row, place);
            if read.problems.is_empty() {
                let alike = recorded_alike(&app.db, &read.content, before).await?;
                read.known = alike.contains(&read.content);
                let twice = seen.get(&read.content);
                // What may be one activity written down twice is two once the row says why.
                let doubt = match twice {
                    _ if read.known => None,
                    Some(place) => Some(("activities-cell-twice", place.clone())),
                    None if alike.is_empty() || !read.content.reason.is_empty() => None,
                    None => Some(("activities-cell-alike", String::new())),
                };
                seen.entry(read.content.clone()).or_insert_with(|| read.place.clone());
                let say = |(key, value)| ("reason".to_owned(), app.words.say(lang, key, &[("value", value)]));
                read.problems.extend(doubt.map(say));
            }
            rows.push(read);
        }
    }
    Ok(Ok(Book { rows, sentences, several }))
}

fn understand(
    app: &App,
    lang: Lang,
    (unit, today): (Id, Date),
    laws: &[Title],
    row: sheets::Row,
    place: String,
) -> RowRead {
    let text = |key: &str| match row.values.get(key) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    let number = |key: &str| match row.values.get(key) {
        Some(Value::Integer(n)) => Some(*n),
        _ => None,
    };
    let many = match row.values.get("audience") {
        Some(Value::Many(names)) => names.as_slice(),
        _ => &[],
    };
    let day = match row.values.get("day") {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    };
    let mut problems: Vec<(String, String)> =
        row.problems.iter().map(|p| (p.column.clone(), about_cell(app, lang, &p.wrong))).collect();
    let mut named = Vec::new();
    for typed in each_typed(&text("law_text")) {
        match meant(laws, typed) {
            Some(law) => named.push(law),
            None => {
                let message = app.words.say(lang, "activities-error-law", &[("value", typed.to_owned())]);
                problems.push(("law_text".into(), message));
            }
        }
    }
    named.sort();
    named.dedup();
    let mut audiences: Vec<String> =
        reference::audiences(today).filter(|a| many.contains(&a.vi)).map(|a| a.code.clone()).collect();
    audiences.sort();
    let method = text("method");
    let content = Content {
        unit,
        method: reference::methods(today)
            .find(|m| m.vi == method)
            .map(|m| m.code.clone())
            .unwrap_or_default(),
        day: day.unwrap_or(today),
        title: text("title"),
        place: text("place"),
        speaker: text("speaker"),
        note: text("note"),
        laws: named,
        audiences,
        attendances: number("attendances").unwrap_or(0),
        women: number("women"),
        minority: number("minority"),
        copies: number("copies").unwrap_or(0),
        cost: number("cost").unwrap_or(0),
        estimated: !text("estimated").is_empty(),
        reason: text("reason"),
        plan_line: None,
    };
    if problems.is_empty() {
        let found = entry::check(&content, laws);
        let say = |p: FieldProblem| (p.field.to_owned(), app.words.say(lang, p.key, &[("value", p.value)]));
        problems.extend(found.into_iter().map(say));
        let direct = reference::find_method(&content.method).is_some_and(|m| m.direct);
        if direct && number("attendances").is_none() {
            problems.push(("attendances".into(), app.words.say(lang, "activities-cell-attendances", &[])));
        }
        // As on the page: an unusual figure stands with a reason.
        if content.reason.is_empty() {
            let hint = app.words.say(lang, "activities-cell-reason", &[]);
            let asked = ask(&content, today);
            problems.extend(asked.iter().map(|a| (a.field.to_owned(), format!("{} {hint}", a.text(lang)))));
        }
    }
    RowRead { place, typed: row.typed, content, problems, known: false }
}

store::record! {
    /// A recorded activity, once for each of its audiences and laws.
    struct Alike {
        shard_id: i64, id: Id, speaker: String, note: String, women: Option<i64>, minority: Option<i64>, copies: i64,
        cost: i64, estimated: bool, reason: String, audience: Option<String>, law_id: Option<Id>,
    }
}

/// The activities recorded before a moment with the day, method, title, place and attendances of this one; what links
/// them to a plan is no column of a workbook.
async fn recorded_alike(on: impl Runs, c: &Content, before: Timestamp) -> Result<Vec<Content>> {
    let rows: Vec<Alike> = sql!(
        "SELECT a.shard_id, a.id, a.speaker, a.note, a.women, a.minority, a.copies, a.cost, a.estimated, a.reason,
                x.audience, l.law_id
         FROM activities a
         LEFT JOIN activity_audiences x ON x.shard_id = a.shard_id AND x.activity_id = a.id
         LEFT JOIN activity_laws l ON l.shard_id = a.shard_id AND l.activity_id = a.id
         WHERE a.unit_id = $1 AND a.day = $2 AND a.method = $3 AND a.title = $4 AND a.place = $5 AND a.attendances = $6
               AND a.state = 'recorded' AND a.created_at < $7
         ORDER BY a.shard_id, a.id, x.audience, l.law_id",
        c.unit,
        c.day,
        c.method,
        c.title,
        c.place,
        c.attendances,
        before
    )
    .all(on)
    .await?;
    let mut alike: BTreeMap<(i64, Id), Content> = BTreeMap::new();
    for row in rows {
        let kept = alike.entry((row.shard_id, row.id)).or_insert_with(|| Content {
            speaker: row.speaker,
            note: row.note,
            laws: vec![],
            audiences: vec![],
            women: row.women,
            minority: row.minority,
            copies: row.copies,
            cost: row.cost,
            estimated: row.estimated,
            reason: row.reason,
            ..c.clone()
        });
        kept.audiences.extend(row.audience);
        kept.laws.extend(row.law_id);
    }
    for kept in alike.values_mut() {
        kept.audiences.sort();
        kept.audiences.dedup();
        kept.laws.sort();
        kept.laws.dedup();
    }
    Ok(alike.into_values().collect())
}

fn about_cell(app: &App, lang: Lang, wrong: &Wrong) -> String {
    let value = match wrong {
        Wrong::TooLong { max, .. } => max.to_string(),
        Wrong::TooSmall { min } => viet::format_int(*min),
        Wrong::TooLarge { max } => viet::format_int(*max),
        Wrong::NotAChoice { part } => part.clone(),
        Wrong::ErrorCell { error } => error.clone(),
        _ => String::new(),
    };
    app.words.say(lang, &format!("activities-cell-{}", wrong.code()), &[("value", value)])
}

fn about_sheet(app: &App, lang: Lang, problem: &SheetProblem) -> String {
    let value = match problem {
        SheetProblem::ColumnMissing { header }
        | SheetProblem::ColumnTwice { header }
        | SheetProblem::ColumnExtra { header } => header.clone(),
        SheetProblem::RowOutside { line, .. }
        | SheetProblem::Unreadable { line }
        | SheetProblem::BreaksOff { line } => line.to_string(),
        SheetProblem::RowsOverLimit { limit } => viet::format_int(*limit as i64),
        SheetProblem::SheetWithoutHeader { name, .. } => name.clone(),
        SheetProblem::SheetsSkipped { names } => {
            let more = if names.len() > NAMED_SHEETS { ", …" } else { "" };
            let named: Vec<&str> = names.iter().take(NAMED_SHEETS).map(String::as_str).collect();
            format!("{}{more}", named.join(", "))
        }
        SheetProblem::OtherVersion { .. } | SheetProblem::OtherTemplate { .. } => String::new(),
    };
    let rows = match problem {
        SheetProblem::SheetWithoutHeader { rows, .. } => viet::format_int(*rows as i64),
        _ => String::new(),
    };
    let key = format!("activities-sheet-{}", problem.code());
    app.words.say(lang, &key, &[("value", value), ("rows", rows)])
}

fn refused(app: &App, lang: Lang, e: &SheetError) -> String {
    let value = match e {
        SheetError::NotWorkbook { looks_like } => {
            app.words.say(lang, &format!("activities-looks-{}", looks_like.code()), &[])
        }
        SheetError::NoHeader { missing } => missing.join(", "),
        SheetError::FileTooLarge { limit, .. } => (limit >> 20).to_string(),
        _ => String::new(),
    };
    app.words.say(lang, &format!("activities-book-{}", e.code()), &[("value", value)])
}

/// Two workbooks of one unit wait for each other, so that what the other has recorded meanwhile is known.
async fn wait(tx: &mut Tx, unit: Id) -> Result<()> {
    Ok(tx.alone(&format!("workbooks {unit}")).await?)
}

/// Records the good rows of a workbook for a unit: how many. They have not been recorded since it was read.
async fn keep(tx: &mut Tx, app: &App, account: Option<Id>, shard: i64, book: &Book) -> Result<usize> {
    let mut saved = 0;
    for row in book.rows.iter().filter(|r| r.is_good()) {
        if !recorded_alike(&mut *tx, &row.content, Timestamp::MAX).await?.contains(&row.content) {
            activity::insert(tx, app, account, shard, &row.content).await?;
            saved += 1;
        }
    }
    Ok(saved)
}

/// What became of a workbook.
#[derive(Debug)]
pub struct Imported {
    pub saved: usize,
    /// Rows not recorded: with a problem, or recorded before.
    pub refused: usize,
    /// Whether any has a problem.
    pub is_wrong: bool,
    /// The rows not recorded, each noted on its cell; none when there are none.
    pub returned: Option<Vec<u8>>,
    /// Sentences about the sheet as a whole.
    pub sentences: Vec<String>,
}

/// Records the good rows of a workbook for a unit. Commands and the page share it.
///
/// Errors: `Invalid` when nothing can be read from the file, with the sentence in `value`.
pub async fn import_workbook(
    app: &App,
    lang: Lang,
    account: Option<Id>,
    unit: Id,
    bytes: Vec<u8>,
) -> Result<Imported> {
    let tree = app.trees.on(&app.db, app.today()).await?;
    let shard = tree.get(unit).ok_or(Error::NotFound)?.shard_id;
    let book = match read(app, lang, unit, bytes, Timestamp::MAX).await? {
        Ok(book) => book,
        Err(sentence) => {
            let problem = FieldProblem { field: "file", key: "activities-book-refused", value: sentence };
            return Err(Error::Invalid(vec![problem]));
        }
    };
    let mut tx = app.db.begin().await?;
    wait(&mut tx, unit).await?;
    let saved = keep(&mut tx, app, account, shard, &book).await?;
    tx.commit().await?;
    app.pages.forget();
    let refused = book.rows.len() - saved;
    let is_wrong = book.rows.iter().any(|r| !r.problems.is_empty());
    let returned =
        if book.rows.iter().all(RowRead::is_good) { None } else { Some(write_back(app, lang, &book)?) };
    Ok(Imported { saved, refused, is_wrong, returned, sentences: book.sentences })
}

/// The rows not recorded, in a new workbook.
fn write_back(app: &App, lang: Lang, book: &Book) -> Result<Vec<u8>> {
    let about_row = |r: &RowRead| {
        let known = r.known.then(|| app.words.say(lang, "activities-import-known", &[]));
        let from = || app.words.say(lang, "activities-import-from", &[("value", r.place.clone())]);
        [known, book.several.then(from)].into_iter().flatten().map(|said| (String::new(), said))
    };
    let rows: Vec<RowOut> = book
        .rows
        .iter()
        .filter(|r| !r.is_good())
        .map(|r| RowOut {
            typed: r.typed.clone(),
            notes: r.problems.iter().cloned().chain(about_row(r)).collect(),
            ok: false,
        })
        .collect();
    sheets::write_back(&template(app.today()), &rows).map_err(|e| Error::Internal(e.into()))
}

/// `GET /hoat-dong/mau.xlsx`
pub async fn blank(signed: Signed) -> Result<Response> {
    let bytes = template(signed.app.today()).write().map_err(|e| Error::Internal(e.into()))?;
    Ok(workbook::answer(bytes, "mau-hoat-dong.xlsx"))
}

#[derive(Template)]
#[template(path = "activities/import.html")]
struct ImportPage {
    page: Page,
    unit: Id,
    units: Vec<(Id, String)>,
}

async fn upload_page(signed: &Signed, unit: Id, problems: Vec<FieldProblem>) -> ImportPage {
    let mut page = signed
        .page(Room::Activities, &signed.say("activities-import-title"))
        .crumb(signed.say("room-activities"), "/hoat-dong");
    page.problems = problems;
    let mut units: Vec<(Id, String)> = signed
        .actor
        .units_for(Act::RecordActivity)
        .filter_map(|u| Some((u, signed.tree.get(u)?.name.clone())))
        .collect();
    units.dedup();
    ImportPage { page, unit, units }
}

/// `GET /hoat-dong/nhap`
pub async fn form(signed: Signed) -> Result<Response> {
    let unit = signed.unit(None, Act::RecordActivity)?;
    show(&upload_page(&signed, unit, vec![]).await)
}

/// `POST /hoat-dong/nhap`: takes the workbook and shows what it says before anything is recorded.
pub async fn send(signed: Signed, mut form: Form) -> Result<Response> {
    let app = &signed.app;
    let unit = signed.unit_named(form.text("unit"), Act::RecordActivity)?;
    let sent = form.files.drain(..).find(|f| f.field == "file");
    let problem = |key, value| vec![FieldProblem { field: "file", key, value }];
    let Some(sent) = sent else {
        return show_again(
            &upload_page(&signed, unit, problem("activities-error-no-file", String::new())).await,
        );
    };
    if let Err(sentence) = read(app, signed.lang(), unit, sent.bytes.clone(), Timestamp::MAX).await? {
        return show_again(&upload_page(&signed, unit, problem("activities-book-refused", sentence)).await);
    }
    let file = app.files.keep(sent.bytes).await?;
    let id = app.new_id();
    let mut tx = app.db.begin().await?;
    sql!(
        "INSERT INTO activity_imports (id, account_id, unit_id, file, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        id,
        signed.actor.account,
        unit,
        file,
        viet::clean(&sent.name),
        app.now()
    )
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(signed.redirect(&format!("/hoat-dong/nhap/{id}")))
}

store::record! {
    struct Import {
        account_id: Id, unit_id: Id, file: String, name: String, saved_at: Option<Timestamp>,
        saved_rows: Option<i64>,
    }
}

/// A workbook that this person sent and may still record.
async fn find(signed: &Signed, id: Id) -> Result<Import> {
    let import: Import = sql!(
        "SELECT account_id, unit_id, file, name, saved_at, saved_rows FROM activity_imports WHERE id = $1",
        id
    )
    .get(&signed.app.db)
    .await?;
    if import.account_id != signed.actor.account {
        return Err(Error::NotFound);
    }
    signed.require(Act::RecordActivity, import.unit_id)?;
    Ok(import)
}

/// A row with something to say about it, as the preview shows it.
struct Said {
    place: String,
    title: String,
    notes: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "activities/preview.html")]
struct PreviewPage {
    page: Page,
    id: Id,
    name: String,
    unit_name: String,
    good: usize,
    bad: usize,
    known: usize,
    /// Rows recorded, once they are.
    saved: Option<i64>,
    sentences: Vec<String>,
    said: Vec<Said>,
    /// More rows have something said about them than are shown.
    cut: bool,
}

const SHOWN_ROWS: usize = 50;

/// The workbook, beside what was recorded before its rows were.
async fn book_of(signed: &Signed, import: &Import) -> Result<Book> {
    let app = &signed.app;
    let bytes = app.files.read(&import.file).await?;
    read(app, signed.lang(), import.unit_id, bytes, import.saved_at.unwrap_or(Timestamp::MAX))
        .await?
        .map_err(|_| Error::Internal(anyhow::anyhow!("a workbook that was read can no longer be read")))
}

#[derive(Deserialize)]
pub struct Done {
    xong: Option<String>,
}

/// `GET /hoat-dong/nhap/{id}`: what the workbook says, or what became of it.
pub async fn preview(signed: Signed, Path(id): Path<String>, Query(done): Query<Done>) -> Result<Response> {
    let id: Id = id.parse()?;
    let import = find(&signed, id).await?;
    let book = book_of(&signed, &import).await?;
    let mut page = signed
        .page(Room::Activities, &signed.say("activities-import-title"))
        .crumb(signed.say("room-activities"), "/hoat-dong")
        .crumb(signed.say("activities-import-title"), "/hoat-dong/nhap");
    if let (Some(rows), Some(_)) = (import.saved_rows, done.xong) {
        page.done = Some(page.t1("activities-import-done", "value", rows));
    }
    let columns = template(page.today).columns;
    let header =
        |key: &str| columns.iter().find(|c| c.key == key).map_or(String::new(), |c| c.header.clone());
    let already = page.t("activities-import-known");
    let mut said: Vec<Said> = book
        .rows
        .iter()
        .filter(|r| !r.is_good())
        .map(|r| Said {
            place: r.place.clone(),
            title: r.content.title.clone(),
            notes: r
                .problems
                .iter()
                .map(|(column, message)| (header(column), message.clone()))
                .chain(r.known.then(|| (String::new(), already.clone())))
                .collect(),
        })
        .collect();
    let cut = said.len() > SHOWN_ROWS;
    said.truncate(SHOWN_ROWS);
    show(&PreviewPage {
        id,
        name: import.name.clone(),
        unit_name: signed.unit_name(import.unit_id).await?,
        good: book.rows.iter().filter(|r| r.is_good()).count(),
        bad: book.rows.iter().filter(|r| !r.problems.is_empty()).count(),
        known: book.rows.iter().filter(|r| r.known).count(),
        saved: import.saved_at.and(import.saved_rows),
        sentences: book.sentences,
        said,
        cut,
        page,
    })
}

/// `POST /hoat-dong/nhap/{id}`: records the good rows; sent twice, it records once.
pub async fn save(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let app = &signed.app;
    let id: Id = id.parse()?;
    let import = find(&signed, id).await?;
    let done = format!("/hoat-dong/nhap/{id}?xong=1");
    // Read before the transaction: whoever else writes need not wait for a workbook.
    let book = book_of(&signed, &import).await?;
    let mut tx = app.db.begin().await?;
    wait(&mut tx, import.unit_id).await?;
    let taken =
        sql!("UPDATE activity_imports SET saved_at = $2 WHERE id = $1 AND saved_at IS NULL", id, app.now())
            .run(&mut tx)
            .await?;
    if taken == 0 {
        return Ok(signed.redirect(&done));
    }
    let shard = signed.tree.get(import.unit_id).ok_or(Error::NotFound)?.shard_id;
    let saved = keep(&mut tx, app, Some(signed.actor.account), shard, &book).await?;
    sql!("UPDATE activity_imports SET saved_rows = $2 WHERE id = $1", id, saved as i64).run(&mut tx).await?;
    tx.commit().await?;
    app.pages.forget();
    Ok(signed.redirect(&done))
}

/// `GET /hoat-dong/nhap/{id}/tra-lai.xlsx`: the rows not recorded, each problem noted on its cell.
pub async fn returned(signed: Signed, Path(id): Path<String>) -> Result<Response> {
    let import = find(&signed, id.parse()?).await?;
    let book = book_of(&signed, &import).await?;
    let bytes = write_back(&signed.app, signed.lang(), &book)?;
    Ok(workbook::answer(bytes, "can-sua.xlsx"))
}
