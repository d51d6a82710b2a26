//! Scans: PDF files of pictures, read page by page by the machine's `tesseract` with its Vietnamese words, while nobody
//! waits. What it read stands beside the picture until a person has looked at it; lines that it is not sure of first.

use std::path::Path;
use std::time::Duration;

use lawtext::{ScannedLine, Text};
use serde::{Deserialize, Serialize};
use store::{Db, Id, Tx, sql};
use tokio::process::Command;
use tokio::sync::Notify;

use crate::apart;
use crate::app::{App, Shared};
use crate::error::{Error, Result};

/// Dots per inch that letters are recognised at, and that are shown.
const READ_DPI: u32 = 300;
const SHOWN_DPI: u32 = 110;
/// Blanks in a line that part columns, in points.
const GAP: f64 = 45.0;
/// The most memory and time that one program may take for one page.
const BYTES: u64 = 1 << 30;
const SECONDS: u64 = 120;

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
}

pub struct Page {
    pub page: i64,
    pub image: String,
    pub width: f64,
    pub height: f64,
    pub lines: Vec<Line>,
    pub looked: bool,
}

fn bad(e: serde_json::Error) -> Error {
    Error::Internal(e.into())
}

/// Whether this machine can read scans.
pub async fn is_ready(app: &App) -> bool {
    let time = Duration::from_secs(10);
    let mut languages = Command::new(&app.config.tesseract);
    languages.arg("--list-langs");
    let mut drawing = Command::new("pdftoppm");
    drawing.arg("-v");
    let knows = match apart::run(languages, &[], time).await {
        Ok(Some(output)) => String::from_utf8_lossy(&output.stdout).lines().any(|l| l.trim() == "vie"),
        _ => false,
    };
    knows && matches!(apart::run(drawing, &[], time).await, Ok(Some(_)))
}

/// Keeps a scan to be read.
pub async fn insert(tx: &mut Tx, app: &App, import: Id, seq: i64, file: &str) -> Result<()> {
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
    store::record! { struct Row { trouble: String, pages: i64, done: bool, read: i64 } }
    let row: Option<Row> = sql!(
        "SELECT s.trouble, s.pages, s.done,
                (SELECT COUNT(*) FROM law_scan_pages p WHERE p.import_id = s.import_id AND p.seq = s.seq) AS read
         FROM law_scans s WHERE s.import_id = $1 AND s.seq = $2",
        import,
        seq
    )
    .find(db)
    .await?;
    Ok(row.map(|r| Scan { trouble: r.trouble, pages: r.pages, done: r.done, read: r.read }))
}

/// The pages that have been read, in order.
pub async fn pages(db: &Db, import: Id, seq: i64) -> Result<Vec<Page>> {
    store::record! {
        struct Row { page: i64, image: String, width: f64, height: f64, lines: String, looked: bool }
    }
    let rows: Vec<Row> = sql!(
        "SELECT page, image, width, height, lines, looked FROM law_scan_pages
         WHERE import_id = $1 AND seq = $2 ORDER BY page",
        import,
        seq
    )
    .all(db)
    .await?;
    let read = |r: Row| {
        let lines = serde_json::from_str(&r.lines).map_err(bad)?;
        Ok(Page { page: r.page, image: r.image, width: r.width, height: r.height, lines, looked: r.looked })
    };
    rows.into_iter().map(read).collect()
}

/// Keeps what a person read on a page.
pub async fn keep(db: &Db, import: Id, seq: i64, page: i64, lines: &[Line]) -> Result<()> {
    let mut tx = db.begin().await?;
    sql!(
        "UPDATE law_scan_pages SET lines = $4, looked = TRUE WHERE import_id = $1 AND seq = $2 AND page = $3",
        import,
        seq,
        page,
        serde_json::to_string(lines).map_err(bad)?
    )
    .run(&mut tx)
    .await?;
    tx.commit().await?;
    Ok(())
}

/// The text of the pages, its lines joined to paragraphs.
pub fn text(pages: &[Page]) -> Text {
    let lines = |p: &Page| {
        let number = u32::try_from(p.page).unwrap_or_default();
        let line = |l: &Line| ScannedLine { text: l.text.clone(), left: l.left, right: l.right };
        (number, p.width, p.lines.iter().map(line).collect())
    };
    lawtext::scanned(pages.iter().map(lines).collect())
}

/// The digests of all files that scans name.
pub async fn kept_files(db: &Db) -> Result<Vec<String>> {
    let files: Vec<(String,)> = sql!(
        "SELECT file FROM law_scans UNION SELECT image FROM law_scan_pages WHERE image <> '' ORDER BY 1"
    )
    .all(db)
    .await?;
    Ok(files.into_iter().map(|f| f.0).collect())
}

static WOKEN: Notify = Notify::const_new();
const EVERY: Duration = Duration::from_secs(10);

/// There is something to read.
pub fn wake() {
    WOKEN.notify_one();
}

/// Reads what was sent, for ever; what was cut off goes on at its page.
pub async fn follow(app: Shared) {
    loop {
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
         FROM law_scans s WHERE NOT s.done ORDER BY read, s.created_at, s.import_id, s.seq LIMIT 1"
    )
    .find(&app.db)
    .await?;
    let Some(mut scan) = next else { return Ok(false) };
    let folder = tempfile::tempdir()?;
    let pdf = folder.path().join("scan.pdf");
    let bytes = match app.files.read(&scan.file).await {
        Ok(bytes) => bytes,
        Err(e) => {
            tracing::warn!(cause = format!("{e:#}"), "the file of a scan is not there");
            end(app, scan.import_id, scan.seq, 0, "damaged").await?;
            return Ok(true);
        }
    };
    tokio::fs::write(&pdf, bytes).await?;
    if scan.pages == 0 {
        scan.pages = count_pages(&pdf).await?;
        let trouble = match scan.pages {
            0 => "damaged",
            n if n > app.config.scan_pages => "scan-too-long",
            _ => "",
        };
        if !trouble.is_empty() {
            end(app, scan.import_id, scan.seq, scan.pages, trouble).await?;
            return Ok(true);
        }
    }
    let number = scan.read + 1;
    let page = read_page(app, &pdf, number).await?;
    let mut tx = app.db.begin().await?;
    sql!(
        "INSERT INTO law_scan_pages (import_id, seq, page, image, width, height, lines, looked)
         VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE) ON CONFLICT (import_id, seq, page) DO NOTHING",
        scan.import_id,
        scan.seq,
        number,
        page.image,
        page.width,
        page.height,
        serde_json::to_string(&page.lines).map_err(bad)?
    )
    .run(&mut tx)
    .await?;
    sql!(
        "UPDATE law_scans SET pages = $3, done = $4 WHERE import_id = $1 AND seq = $2",
        scan.import_id,
        scan.seq,
        scan.pages,
        number >= scan.pages
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

async fn said(command: Command) -> Result<Vec<u8>> {
    let output = apart::run(command, &[], Duration::from_secs(SECONDS)).await?;
    Ok(output.filter(|o| o.status.success()).map(|o| o.stdout).unwrap_or_default())
}

/// 0: it is no PDF that can be opened.
async fn count_pages(pdf: &Path) -> Result<i64> {
    let mut command = apart::limited("pdfinfo", BYTES, SECONDS);
    command.arg(pdf);
    let said = String::from_utf8_lossy(&said(command).await?).into_owned();
    Ok(said.lines().find_map(|l| l.strip_prefix("Pages:")?.trim().parse().ok()).unwrap_or(0))
}

async fn draw(pdf: &Path, page: i64, dpi: u32, options: &[&str]) -> Result<Vec<u8>> {
    let page = page.to_string();
    let mut command = apart::limited("pdftoppm", BYTES, SECONDS);
    command.args(["-gray", "-singlefile", "-f", &page, "-l", &page, "-r", &dpi.to_string()]);
    command.args(options).arg(pdf);
    said(command).await
}

/// A page that cannot be read is one without lines: a person sees its picture, or that there is none.
async fn read_page(app: &App, pdf: &Path, number: i64) -> Result<Page> {
    let shown = draw(pdf, number, SHOWN_DPI, &["-jpeg"]).await?;
    let image = if shown.is_empty() { String::new() } else { app.files.keep(shown).await? };
    let drawn = draw(pdf, number, READ_DPI, &[]).await?;
    let mut command = apart::limited(&app.config.tesseract, BYTES, SECONDS);
    // More threads do not make one page faster, and slow everybody else down.
    command.env("OMP_THREAD_LIMIT", "1");
    command.args(["stdin", "stdout", "-l", "vie", "--dpi", &READ_DPI.to_string(), "tsv"]);
    let output = if drawn.is_empty() {
        None
    } else {
        apart::run(command, &drawn, Duration::from_secs(SECONDS)).await?
    };
    let tsv = output.filter(|o| o.status.success()).map(|o| o.stdout).unwrap_or_default();
    let (width, height, lines) = lines(&String::from_utf8_lossy(&tsv));
    Ok(Page { page: number, image, width, height, lines, looked: false })
}

/// The table that `tesseract` writes: the size of the page and its lines, in points.
fn lines(tsv: &str) -> (f64, f64, Vec<Line>) {
    let point = 72.0 / f64::from(READ_DPI);
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
    (width, height, lines)
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
}
