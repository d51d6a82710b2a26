//! Scans: PDF files of pictures, read page by page by the machine's `tesseract` with its Vietnamese words, while nobody
//! waits. What it read stands beside the picture until a person has looked at it; lines that it is not sure of first.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use lawtext::{ScannedLine, Text};
use serde::{Deserialize, Serialize};
use store::{Db, Id, Tx, sql};
use tokio::process::Command;
use tokio::sync::Notify;

use super::document::{NewLaw, Problem};
use super::file;
use super::left;
use crate::apart;
use crate::app::{App, Shared};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::foreign;

/// Dots per inch that letters are recognised at, and that are shown.
const READ_DPI: f64 = 300.0;
const SHOWN_DPI: f64 = 110.0;
/// The longer side of A4, and of the largest page that is taken as it is (A3), in points; a larger one is taken for A4.
const LONG_SIDE: f64 = 842.0;
const LARGEST_SIDE: f64 = 1191.0;
/// Blanks in a line that part columns, in points.
const GAP: f64 = 45.0;
/// The most memory and time that one program may take for one page.
const BYTES: u64 = 1 << 30;
const SECONDS: u64 = 120;
const FILE: &str = "scan.pdf";

/// A line as the machine read it, or a person, with its place on the page in points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    #[serde(rename = "t")]
    pub text: String,
    /// How sure the machine is of its least sure word, of 100.
    #[serde(rename = "c")]
    pub sure: i64,
    #[serde(rename = "x")]
    pub left: f64,
    #[serde(rename = "y")]
    pub top: f64,
    #[serde(rename = "r")]
    pub right: f64,
    #[serde(rename = "b")]
    pub bottom: f64,
}

/// A scan on its way.
pub struct Scan {
    pub trouble: String,
    pub pages: i64,
    pub done: bool,
    pub read: i64,
    pub created_at: Timestamp,
    pub dropped_at: Option<Timestamp>,
}

pub struct Page {
    pub page: i64,
    pub image: String,
    pub width: f64,
    pub height: f64,
    pub lines: Vec<Line>,
    pub looked: bool,
    /// Counts what persons kept.
    pub version: i64,
    /// The machine came to no end with it.
    pub failed: bool,
}

fn bad(e: serde_json::Error) -> Error {
    Error::Internal(e.into())
}

/// Whether this machine can read scans.
pub async fn is_ready(config: &Config) -> bool {
    let time = Duration::from_secs(10);
    let mut languages = Command::new(&config.tesseract);
    languages.arg("--list-langs");
    let mut drawing = Command::new("pdftoppm");
    drawing.arg("-v");
    let knows = match apart::run(languages, &[], time).await {
        Ok(Some(output)) => String::from_utf8_lossy(&output.stdout).lines().any(|l| l.trim() == "vie"),
        _ => false,
    };
    knows && matches!(apart::run(drawing, &[], time).await, Ok(Some(_)))
}

/// From here until the transaction ends no file of a scan is cleaned away.
pub(super) async fn hold_files(tx: &mut Tx) -> Result<()> {
    Ok(tx.alone("files of scans").await?)
}

/// Errors when a file has been cleaned away since it was kept: the same bytes may have belonged to a scan just dropped.
fn still_there(app: &App, file: &str) -> Result<()> {
    if app.files.has(file) { Ok(()) } else { Err(Error::Conflict("error-conflict")) }
}

/// Keeps a scan to be read, in a transaction that holds the files.
pub async fn insert(tx: &mut Tx, app: &App, import: Id, seq: i64, file: &str) -> Result<()> {
    still_there(app, file)?;
    sql!(
        "INSERT INTO law_scans (import_id, seq, file, trouble, pages, done, created_at)
         VALUES ($1, $2, $3, $4, 0, FALSE, $5)",
        import,
        seq,
        file,
        "",
        app.now()
    )
    .run(tx)
    .await?;
    Ok(())
}

pub async fn find(db: &Db, import: Id, seq: i64) -> Result<Option<Scan>> {
    store::record! {
        struct Row {
            trouble: String, pages: i64, done: bool, read: i64, created_at: Timestamp, dropped_at: Option<Timestamp>,
        }
    }
    let row: Option<Row> = sql!(
        "SELECT s.trouble, s.pages, s.done, s.created_at, s.dropped_at,
                (SELECT COUNT(*) FROM law_scan_pages p WHERE p.import_id = s.import_id AND p.seq = s.seq) AS read
         FROM law_scans s WHERE s.import_id = $1 AND s.seq = $2",
        import,
        seq
    )
    .find(db)
    .await?;
    Ok(row.map(|r| Scan {
        trouble: r.trouble,
        pages: r.pages,
        done: r.done,
        read: r.read,
        created_at: r.created_at,
        dropped_at: r.dropped_at,
    }))
}

store::record! {
    struct PageRow {
        page: i64, image: String, width: f64, height: f64, lines: String, looked: bool, version: i64, failed: bool,
    }
}

impl PageRow {
    fn read(self) -> Result<Page> {
        Ok(Page {
            lines: serde_json::from_str(&self.lines).map_err(bad)?,
            page: self.page,
            image: self.image,
            width: self.width,
            height: self.height,
            looked: self.looked,
            version: self.version,
            failed: self.failed,
        })
    }
}

/// The pages that have been read, in order.
pub async fn pages(db: &Db, import: Id, seq: i64) -> Result<Vec<Page>> {
    let rows: Vec<PageRow> = sql!(
        "SELECT page, image, width, height, lines, looked, version, failed FROM law_scan_pages
         WHERE import_id = $1 AND seq = $2 ORDER BY page",
        import,
        seq
    )
    .all(db)
    .await?;
    rows.into_iter().map(PageRow::read).collect()
}

pub async fn find_page(db: &Db, import: Id, seq: i64, page: i64) -> Result<Option<Page>> {
    let row: Option<PageRow> = sql!(
        "SELECT page, image, width, height, lines, looked, version, failed FROM law_scan_pages
         WHERE import_id = $1 AND seq = $2 AND page = $3",
        import,
        seq,
        page
    )
    .find(db)
    .await?;
    row.map(PageRow::read).transpose()
}

/// Keeps what a person read on a page; false: it was kept otherwise since this version of it.
pub async fn keep(db: &Db, import: Id, seq: i64, page: i64, version: i64, lines: &[Line]) -> Result<bool> {
    let mut tx = db.begin().await?;
    let kept = sql!(
        "UPDATE law_scan_pages SET lines = $5, looked = TRUE, version = version + 1
         WHERE import_id = $1 AND seq = $2 AND page = $3 AND version = $4",
        import,
        seq,
        page,
        version,
        serde_json::to_string(lines).map_err(bad)?
    )
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(kept > 0)
}

/// The text of the pages, its lines joined to paragraphs.
pub fn text(pages: &[Page]) -> Text {
    let lines = |p: &Page| {
        let number = u32::try_from(p.page).unwrap_or_default();
        // A line that the machine missed was typed below its neighbour.
        let rows = |l: &Line| {
            let row = |text: &str| ScannedLine { text: text.to_owned(), left: l.left, right: l.right };
            l.text.lines().map(row).collect::<Vec<_>>()
        };
        (number, p.width, p.lines.iter().flat_map(rows).collect())
    };
    lawtext::scanned(pages.iter().map(lines).collect())
}

/// The document that the pages are, with what to look at. With a page that nobody has looked at, its text is marked so.
pub async fn understand(pages: Vec<Page>, name: String) -> Result<(NewLaw, Vec<Problem>)> {
    let read = foreign::read(move || {
        let (mut new, mut problems) = NewLaw::of(&lawtext::parse(&text(&pages)), &name);
        new.tidy();
        new.is_unlooked = pages.iter().any(|p| !p.looked);
        // Numbers and dates are often written by hand, which no machine here reads.
        problems.push(Problem::new("scan-facts", ""));
        for (code, failed) in [("scan-pages-unlooked", false), ("scan-pages-failed", true)] {
            let some = pages.iter().filter(|p| !p.looked && p.failed == failed);
            let numbers: Vec<String> = some.map(|p| p.page.to_string()).collect();
            problems.extend((!numbers.is_empty()).then(|| Problem::new(code, numbers.join(", "))));
        }
        (new, problems)
    });
    read.await?.ok_or_else(|| Error::invalid("file", "laws-unreadable-damaged"))
}

/// Whether somebody still has to hold a law's text against the paper that it was read from.
pub async fn is_unlooked(db: &Db, law: Id) -> Result<bool> {
    let (count,): (i64,) = sql!("SELECT COUNT(*) FROM law_unlooked WHERE law_id = $1", law).get(db).await?;
    Ok(count > 0)
}

/// Notes that somebody has to, or that nobody has to any more.
pub(super) async fn note(tx: &mut Tx, app: &App, law: Id, is_unlooked: bool) -> Result<()> {
    if is_unlooked {
        sql!(
            "INSERT INTO law_unlooked (law_id, since) VALUES ($1, $2) ON CONFLICT (law_id) DO NOTHING",
            law,
            app.now()
        )
        .run(tx)
        .await?;
    } else {
        sql!("DELETE FROM law_unlooked WHERE law_id = $1", law).run(tx).await?;
    }
    Ok(())
}

/// The digests of all files that scans name.
pub async fn kept_files(tx: &mut Tx) -> Result<Vec<String>> {
    let files: Vec<(String,)> = sql!(
        "SELECT file FROM law_scans UNION SELECT image FROM law_scan_pages WHERE image <> '' ORDER BY 1"
    )
    .all(tx)
    .await?;
    Ok(files.into_iter().map(|f| f.0).collect())
}

static WOKEN: Notify = Notify::const_new();
const EVERY: Duration = Duration::from_secs(10);
/// How often what nobody wants any more is looked for, in microseconds.
const CLEANING: i64 = 3_600_000_000;

/// There is something to read.
pub fn wake() {
    WOKEN.notify_one();
}

/// Reads what was sent, for ever; what was cut off goes on at its page.
pub async fn follow(app: Shared) {
    let mut cleaned = 0;
    loop {
        let now = app.now().as_microsecond();
        if now - cleaned >= CLEANING {
            cleaned = now;
            if let Err(e) = left::clean_up(&app).await {
                tracing::warn!(cause = format!("{e:#}"), "old scans could not be cleaned away");
            }
        }
        match read_next(&app).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(e) => tracing::warn!(cause = format!("{e:#}"), "a scan could not be read"),
        }
        let _ = tokio::time::timeout(EVERY, WOKEN.notified()).await;
    }
}

/// Reads a page of the scan of which least has been read, so that a long one does not keep the others waiting; false:
/// none waits.
pub async fn read_next(app: &App) -> Result<bool> {
    store::record! { struct Row { import_id: Id, seq: i64, file: String, pages: i64, read: i64 } }
    let next: Option<Row> = sql!(
        "SELECT s.import_id, s.seq, s.file, s.pages,
                (SELECT COUNT(*) FROM law_scan_pages p WHERE p.import_id = s.import_id AND p.seq = s.seq) AS read
         FROM law_scans s WHERE NOT s.done AND s.dropped_at IS NULL
         ORDER BY read, s.created_at, s.import_id, s.seq LIMIT 1"
    )
    .find(&app.db)
    .await?;
    let Some(scan) = next else { return Ok(false) };
    let bytes = match app.files.read(&scan.file).await {
        Ok(bytes) => bytes,
        Err(Error::NotFound) => {
            tracing::warn!(file = scan.file, "the file of a scan is not there");
            end(app, scan.import_id, scan.seq, 0, "damaged").await?;
            return Ok(true);
        }
        Err(e) => return Err(e),
    };
    let paper = Paper::open(bytes).await?;
    if let Some(trouble) = paper.trouble(&app.config) {
        end(app, scan.import_id, scan.seq, paper.pages, trouble).await?;
        return Ok(true);
    }
    let there: Vec<(i64,)> = sql!(
        "SELECT page FROM law_scan_pages WHERE import_id = $1 AND seq = $2 ORDER BY page",
        scan.import_id,
        scan.seq
    )
    .all(&app.db)
    .await?;
    let number =
        (1..).zip(&there).find(|(n, there)| *n != there.0).map_or(there.len() as i64 + 1, |(n, _)| n);
    let (picture, mut page) = paper.read(&app.config, number).await?;
    // A program that is not there fails page after page: the scan waits for it.
    if page.failed && !is_ready(&app.config).await {
        return Err(Error::Unavailable("what reads scans is not installed".into()));
    }
    if !picture.is_empty() {
        page.image = app.files.keep(picture).await?;
    }
    let mut tx = app.db.begin().await?;
    hold_files(&mut tx).await?;
    if !page.image.is_empty() {
        still_there(app, &page.image)?;
    }
    sql!(
        "INSERT INTO law_scan_pages (import_id, seq, page, image, width, height, lines, looked, failed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8) ON CONFLICT (import_id, seq, page) DO NOTHING",
        scan.import_id,
        scan.seq,
        number,
        page.image,
        page.width,
        page.height,
        serde_json::to_string(&page.lines).map_err(bad)?,
        page.failed
    )
    .run(&mut tx)
    .await?;
    sql!(
        "UPDATE law_scans SET pages = $3, done = $4 WHERE import_id = $1 AND seq = $2",
        scan.import_id,
        scan.seq,
        paper.pages,
        there.len() as i64 + 1 >= paper.pages
    )
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(true)
}

async fn end(app: &App, import: Id, seq: i64, pages: i64, trouble: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    sql!(
        "UPDATE law_scans SET pages = $3, trouble = $4, done = TRUE WHERE import_id = $1 AND seq = $2",
        import,
        seq,
        pages,
        trouble
    )
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Pages with which the machine came to no end are read once more.
pub async fn read_again(db: &Db, import: Id, seq: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    sql!(
        "DELETE FROM law_scan_pages WHERE import_id = $1 AND seq = $2 AND failed AND NOT looked",
        import,
        seq
    )
    .run(&mut tx)
    .await?;
    sql!("UPDATE law_scans SET done = FALSE WHERE import_id = $1 AND seq = $2 AND trouble = ''", import, seq)
        .run(&mut tx)
        .await?;
    tx.commit().await?;
    wake();
    Ok(())
}

/// All pages of a scan, where somebody waits for them; or the code of the sentence that says why there are none.
/// `at` is told each page before it is read, and how many there are.
pub async fn read_all(
    config: &Config,
    bytes: Vec<u8>,
    at: impl Fn(i64, i64),
) -> Result<Result<Vec<Page>, &'static str>> {
    if !is_ready(config).await {
        return Ok(Err(file::ONLY_PICTURES));
    }
    let paper = Paper::open(bytes).await?;
    if let Some(trouble) = paper.trouble(config) {
        return Ok(Err(trouble));
    }
    let mut pages = Vec::new();
    for number in 1..=paper.pages {
        at(number, paper.pages);
        pages.push(paper.read(config, number).await?.1);
    }
    Ok(Ok(pages))
}

async fn said(command: Command) -> Result<Vec<u8>> {
    let output = apart::run(command, &[], Duration::from_secs(SECONDS)).await?;
    Ok(output.filter(|o| o.status.success()).map(|o| o.stdout).unwrap_or_default())
}

/// A scan in a folder of its own, where the programs of the machine read it.
struct Paper {
    folder: tempfile::TempDir,
    pages: i64,
}

impl Paper {
    async fn open(bytes: Vec<u8>) -> Result<Paper> {
        let folder = tempfile::tempdir()?;
        tokio::fs::write(folder.path().join(FILE), bytes).await?;
        let mut paper = Paper { folder, pages: 0 };
        let said = paper.told(1).await?;
        paper.pages = said.lines().find_map(|l| l.strip_prefix("Pages:")?.trim().parse().ok()).unwrap_or(0);
        Ok(paper)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// Why it is not read at all.
    fn trouble(&self, config: &Config) -> Option<&'static str> {
        match self.pages {
            0 => Some("damaged"),
            n if n > config.scan_pages => Some("scan-too-long"),
            _ => None,
        }
    }

    /// What the machine knows of a page without drawing it.
    async fn told(&self, page: i64) -> Result<String> {
        let mut command = apart::limited("pdfinfo", BYTES, SECONDS);
        command.args(["-f", &page.to_string(), "-l", &page.to_string()]).arg(self.file());
        Ok(String::from_utf8_lossy(&said(command).await?).into_owned())
    }

    /// The longer side of a page in points.
    async fn long_side(&self, page: i64) -> Result<f64> {
        let size = |line: &str| {
            let (_, size) = line.strip_prefix("Page ")?.split_once(" size:")?;
            let (width, rest) = size.trim().split_once(" x ")?;
            let height = rest.split_whitespace().next()?;
            Some(width.parse::<f64>().ok()?.max(height.parse().ok()?))
        };
        let side = self.told(page).await?.lines().find_map(size);
        Ok(side.filter(|side| *side > 0.0).unwrap_or(LONG_SIDE))
    }

    async fn draw(&self, page: i64, dpi: f64, options: &[&str]) -> Result<Vec<u8>> {
        let page = page.to_string();
        let mut command = apart::limited("pdftoppm", BYTES, SECONDS);
        command.args(["-gray", "-singlefile", "-f", &page, "-l", &page, "-r", &dpi.to_string()]);
        command.args(options).arg(self.file());
        said(command).await
    }

    /// The picture to show of a page, and what the machine reads on it. A page that cannot be read is one without
    /// lines: a person sees its picture, or that there is none.
    async fn read(&self, config: &Config, number: i64) -> Result<(Vec<u8>, Page)> {
        let side = self.long_side(number).await?;
        // A scanner that takes each dot for a point makes pages as large as a door.
        let dpi = |usual: f64| if side > LARGEST_SIDE { usual * LONG_SIDE / side } else { usual };
        let picture = self.draw(number, dpi(SHOWN_DPI), &["-jpeg"]).await?;
        let tsv = recognise(config, &self.draw(number, dpi(READ_DPI), &[]).await?).await?;
        let failed = tsv.is_none();
        let (width, height, lines) = lines(&tsv.unwrap_or_default());
        let image = String::new();
        let page = Page { page: number, image, width, height, lines, looked: false, version: 0, failed };
        Ok((picture, page))
    }
}

/// The table that `tesseract` makes of a picture; none: it came to no end.
async fn recognise(config: &Config, picture: &[u8]) -> Result<Option<String>> {
    if picture.is_empty() {
        return Ok(None);
    }
    let mut command = apart::limited(&config.tesseract, BYTES, SECONDS);
    // More threads do not make one page faster, and slow everybody else down.
    command.env("OMP_THREAD_LIMIT", "1");
    command.args(["stdin", "stdout", "-l", "vie", "--dpi", &READ_DPI.to_string(), "tsv"]);
    let output = apart::run(command, picture, Duration::from_secs(SECONDS)).await?;
    Ok(output.filter(|o| o.status.success()).map(|o| String::from_utf8_lossy(&o.stdout).into_owned()))
}

/// The table that `tesseract` writes: the size of the page and its lines in points.
fn lines(tsv: &str) -> (f64, f64, Vec<Line>) {
    let point = 72.0 / READ_DPI;
    let (mut width, mut height) = (595.0, 842.0);
    let mut lines: Vec<Line> = Vec::new();
    // Block, paragraph and line that the last word stands in.
    let mut last = [0; 3];
    for row in tsv.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let [level, _, block, paragraph, line, _, left, top, w, h, sure, text] = cells.as_slice() else {
            continue;
        };
        let number = |cell: &str| cell.parse::<f64>().unwrap_or_default();
        let [left, top, w, h] = [left, top, w, h].map(|cell| number(cell) * point);
        if *level == "1" && w > 0.0 && h > 0.0 {
            (width, height) = (w, h);
        }
        let text = viet::clean(text);
        if *level != "5" || text.is_empty() {
            continue;
        }
        let place = [block, paragraph, line].map(|cell| number(cell) as i64);
        let sure = number(sure) as i64;
        // Columns side by side are lines of their own.
        match lines.last_mut().filter(|line| place == last && left - line.right < GAP) {
            Some(line) => {
                line.text.push(' ');
                line.text.push_str(&text);
                line.sure = line.sure.min(sure);
                line.left = line.left.min(left);
                line.top = line.top.min(top);
                line.right = line.right.max(left + w);
                line.bottom = line.bottom.max(top + h);
            }
            None => {
                lines.push(Line { text, sure, left, top, right: left + w, bottom: top + h });
            }
        }
        last = place;
    }
    lines.iter_mut().for_each(|line| line.text = with_label(&line.text));
    (width, height, lines)
}

/// A line with the word that begins an article or a chapter as it is written: the machine often misses a mark of bold
/// letters, and the document would lose the article. The stroke of a number is a stroke, not that of a fraction.
fn with_label(line: &str) -> String {
    let line = line.replace('\u{2044}', "/");
    let Some((word, rest)) = line.split_once(' ') else { return line };
    let begins = |is: fn(char) -> bool| rest.starts_with(is) && word.starts_with(char::is_uppercase);
    let label = match viet::fold(word).as_str() {
        "dieu" if begins(|c| c.is_ascii_digit()) => "Điều",
        "chuong" if begins(|c| matches!(c, 'I' | 'V' | 'X')) && word != word.to_uppercase() => "Chương",
        "chuong" if begins(|c| matches!(c, 'I' | 'V' | 'X')) => "CHƯƠNG",
        _ => return line,
    };
    format!("{label} {rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_lines_with_their_least_sure_word() {
        let head =
            "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";
        let rows = "1\t1\t0\t0\t0\t0\t0\t0\t2480\t3508\t-1\t\n\
                    5\t1\t1\t1\t1\t1\t300\t600\t150\t50\t96.4\tĐiều\n5\t1\t1\t1\t1\t2\t475\t600\t50\t50\t41.0\tl.\n\
                    5\t1\t1\t1\t2\t1\t300\t675\t150\t50\t90\tkhác\n5\t1\t1\t1\t2\t2\t300\t675\n";
        let (width, height, lines) = lines(&format!("{head}{rows}"));
        assert_eq!((width.round(), height.round()), (595.0, 842.0));
        let read: Vec<(&str, i64)> = lines.iter().map(|l| (l.text.as_str(), l.sure)).collect();
        assert_eq!(read, [("Điều l.", 41), ("khác", 90)]);
        assert_eq!((lines[0].left, lines[0].right, lines[0].bottom), (72.0, 126.0, 156.0));
    }

    #[test]
    fn an_article_keeps_its_label_where_a_mark_of_it_was_missed() {
        let check = |read: &str, expected: &str| assert_eq!(with_label(read), expected);
        check("Điêu 1. Sửa đôi", "Điều 1. Sửa đôi");
        check("Diểu 12a. Tên", "Điều 12a. Tên");
        check("CHUƠNG II", "CHƯƠNG II");
        check("Chuơng II", "Chương II");
        check("Số 85/2024⁄NĐ-CP", "Số 85/2024/NĐ-CP");
        check("điêu 5 của Luật này", "điêu 5 của Luật này");
        check("Điểu khoản chuyển tiếp", "Điểu khoản chuyển tiếp");
        check("Điều", "Điều");
    }
}
