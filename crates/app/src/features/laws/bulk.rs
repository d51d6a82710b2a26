//! Importing in bulk, by command: files, folders, packages of them (zip, tar, tar.zst), and corpora with an article a line (JSON Lines, also `.zst`).
//! What was interrupted goes on where it stopped when it is started again; a second run changes nothing.

use std::collections::HashSet;
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use lawtext::{Document, Head, Parsed};
use serde::{Deserialize, Serialize};
use viet::DocumentKind;

use super::document::{self, By, NewLaw, Problem, Saved};
use super::facts;
use super::file;
use super::scan;
use crate::app::App;
use crate::commands::trouble;

/// What an import did.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub new: usize,
    pub changed: usize,
    pub same: usize,
    pub articles: usize,
    /// Scans whose letters a machine read: somebody has to hold them against the paper.
    pub scans: Vec<String>,
    /// Files and lines that gave nothing; the others are in.
    pub unread: Vec<Unread>,
    /// What to look at in what was entered: no number of it is exact but the first thousand are named.
    pub problems: Vec<Said>,
    /// False while another process holds the index: the running program takes the laws in.
    pub indexed: bool,
}

#[derive(Debug, Serialize)]
pub struct Unread {
    pub file: String,
    pub line: Option<usize>,
    /// A code of `laws-unreadable-…` or the parser's words.
    pub why: String,
}

#[derive(Debug, Serialize)]
pub struct Said {
    pub file: String,
    pub code: String,
    pub excerpt: String,
}

const MOST_SAID: usize = 1_000;
/// Documents of one transaction.
const BATCH: usize = 100;

/// How far an import has come: done and all, in steps of its own.
pub trait Progress: Send + Sync {
    fn at(&self, done: u64, all: u64, what: &str);
}

/// Imports files and folders.
pub async fn import(app: &App, paths: &[PathBuf], progress: &dyn Progress) -> anyhow::Result<Report> {
    let mut report = Report::default();
    let mut files = Vec::new();
    // Packages are read from where they were unpacked; their folders go when all is done.
    let mut unpacked = Vec::new();
    for path in paths {
        let there = std::fs::metadata(path).map_err(|cause| trouble::unreadable(cause, path))?;
        if is_package(&path.to_string_lossy()) {
            let folder = tempfile::tempdir()?;
            let (from, to) = (path.clone(), folder.path().to_owned());
            // What could be taken out of a damaged package is imported all the same.
            report.unread.extend(tokio::task::spawn_blocking(move || unpack(&from, &to)).await?);
            collect(folder.path(), &mut files, &mut report.unread)?;
            unpacked.push(folder);
        } else if there.is_dir() {
            collect(path, &mut files, &mut report.unread)?;
        } else {
            files.push(path.clone());
        }
    }
    for (n, path) in files.iter().enumerate() {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if is_corpus(&name) {
            import_corpus(app, path, progress, &mut report).await?;
            continue;
        }
        progress.at(n as u64, files.len() as u64, &name);
        let unread = |why: String| Unread { file: path.display().to_string(), line: None, why };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(e) => {
                report.unread.push(unread(e.to_string()));
                continue;
            }
        };
        let told = |e: crate::error::Error| anyhow::anyhow!("{e}");
        let is_pdf = file::format(&name, &bytes) == Some(lawtext::Format::Pdf);
        let kept = is_pdf.then(|| bytes.clone());
        let mut read = file::read(&app.config, &name, bytes, file::SENT_TIME).await.map_err(told)?;
        if let (Err(file::ONLY_PICTURES), Some(bytes)) = (read.as_ref().map_err(String::as_str), kept) {
            let at = |page, pages| {
                progress.at(n as u64, files.len() as u64, &format!("{name} ({page}/{pages})"));
            };
            read = match scan::read_all(&app.config, bytes, at).await.map_err(told)? {
                Ok(pages) => Ok(vec![scan::understand(pages, name.clone()).await.map_err(told)?]),
                Err(code) => Err(code.to_owned()),
            };
            report.scans.extend(read.is_ok().then(|| path.display().to_string()));
        }
        match read {
            Err(code) => report.unread.push(unread(code)),
            Ok(documents) => {
                for (mut new, problems) in documents {
                    // A text without a name is called by its file's, but only when it reads as a law.
                    if new.number.is_empty() && new.title.is_empty() {
                        if !new.nodes.iter().any(|n| n.is_article()) {
                            report.unread.push(unread("no-name".to_owned()));
                            continue;
                        }
                        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
                        new.title = viet::clean(&stem.unwrap_or_default());
                    }
                    report.say(&name, problems);
                    save(app, &[new], &mut report).await?;
                }
            }
        }
    }
    progress.at(files.len() as u64, files.len() as u64, "");
    report.indexed = match app.index.catch_up(&app.db).await {
        Ok(_) => true,
        Err(e) => {
            tracing::warn!(cause = format!("{e:#}"), "the search index was not brought up to date");
            false
        }
    };
    Ok(report)
}

impl Report {
    fn say(&mut self, file: &str, problems: Vec<Problem>) {
        let room = MOST_SAID.saturating_sub(self.problems.len());
        let said = problems.into_iter().take(room);
        self.problems.extend(said.map(|p| Said { file: file.to_owned(), code: p.code, excerpt: p.excerpt }));
    }
}

/// The files of a folder that may be read; packages in it are not, and that is told.
fn collect(folder: &Path, files: &mut Vec<PathBuf>, unread: &mut Vec<Unread>) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<std::io::Result<_>>()?;
    entries.sort();
    for path in entries {
        let name = path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
        let is_text = ["docx", "doc", "html", "htm", "pdf", "txt", "md"]
            .iter()
            .any(|e| name.ends_with(&format!(".{e}")));
        if path.is_dir() {
            collect(&path, files, unread)?;
        } else if file::is_package(&name) {
            unread.push(Unread { file: name, line: None, why: "package-inside".into() });
        } else if is_corpus(&name) || is_text && !name.starts_with("readme") {
            files.push(path);
        }
    }
    Ok(())
}

/// A package of files, as the codification is downloaded.
fn is_package(name: &str) -> bool {
    let name = name.to_lowercase();
    [".zip", ".tar", ".tar.zst"].iter().any(|ending| name.ends_with(ending))
}

/// Most that a package may hold.
const UNPACKED_BYTES: u64 = 4 << 30;
const UNPACKED_FILES: usize = 200_000;

/// Unpacks the files of a package; links, and whatever would lie outside the folder, are left out. What could not be
/// unpacked is told.
fn unpack(package: &Path, folder: &Path) -> Vec<Unread> {
    let mut left = Left { bytes: UNPACKED_BYTES, files: UNPACKED_FILES, unread: Vec::new() };
    let name = package.display().to_string();
    let done = std::fs::File::open(package).and_then(|file| {
        if name.to_lowercase().ends_with(".zip") {
            unpack_zip(file, folder, &mut left)
        } else {
            unpack_tar(file, name.to_lowercase().ends_with(".zst"), folder, &mut left)
        }
    });
    if let Err(cause) = done {
        let why = match left.is_full() {
            true => "package-too-large",
            false => "package-damaged",
        };
        tracing::warn!(cause = cause.to_string(), "a package could not be unpacked whole");
        left.unread.push(Unread { file: name, line: None, why: why.into() });
    }
    left.unread
}

fn unpack_tar(file: std::fs::File, packed: bool, folder: &Path, left: &mut Left) -> std::io::Result<()> {
    let input: Box<dyn std::io::Read> = match packed {
        true => Box::new(zstd::stream::read::Decoder::new(file)?),
        false => Box::new(std::io::BufReader::new(file)),
    };
    for entry in tar::Archive::new(input).entries()? {
        let mut entry = entry?;
        if entry.header().entry_type().is_file() {
            let path = entry.path()?.into_owned();
            left.keep(&mut entry, &path, folder)?;
        }
    }
    Ok(())
}

fn unpack_zip(file: std::fs::File, folder: &Path, left: &mut Left) -> std::io::Result<()> {
    let mut zip = zip::ZipArchive::new(std::io::BufReader::new(file))?;
    for n in 0..zip.len() {
        let name = zip.name_for_index(n).and_then(|name| name.ok()).unwrap_or_default().into_owned();
        let mut entry = match zip.by_index(n) {
            Ok(entry) => entry,
            // The list of files stands at the end of a package: the others can be read all the same.
            Err(cause) => {
                left.lose(&name, "package-damaged", &cause);
                continue;
            }
        };
        let Some(path) = entry.enclosed_name().filter(|_| entry.is_file()) else { continue };
        match left.keep(&mut entry, &path, folder) {
            Err(cause) if !left.is_full() => {
                // Half of a file is not taken for the whole of it.
                std::fs::remove_file(folder.join(&path))?;
                left.lose(&path.display().to_string(), "package-damaged", &cause);
            }
            kept => kept?,
        }
    }
    Ok(())
}

/// What of a package may still be unpacked, and what could not be.
struct Left {
    bytes: u64,
    files: usize,
    unread: Vec<Unread>,
}

impl Left {
    fn is_full(&self) -> bool {
        self.bytes == 0 || self.files == 0
    }

    fn lose(&mut self, file: &str, why: &str, cause: &dyn std::fmt::Display) {
        tracing::warn!(cause = cause.to_string(), file, "a file of a package could not be unpacked");
        self.unread.push(Unread { file: file.to_owned(), line: None, why: why.to_owned() });
    }

    /// Errors when the package itself cannot be read on, or holds too much.
    fn keep(&mut self, from: &mut dyn std::io::Read, path: &Path, folder: &Path) -> std::io::Result<()> {
        use std::path::Component;
        if path.components().any(|c| !matches!(c, Component::Normal(_) | Component::CurDir)) {
            return Ok(());
        }
        let to = folder.join(path);
        let made = to.parent().map_or(Ok(()), std::fs::create_dir_all);
        let mut file = match made.and_then(|()| std::fs::File::create_new(to)) {
            Ok(file) => file,
            // Two of one name, or a file where another has its folder: the package is at fault, not the rest of it.
            Err(cause) => {
                self.lose(&path.display().to_string(), "package-name", &cause);
                return Ok(());
            }
        };
        let kept = std::io::copy(&mut std::io::Read::take(from, self.bytes + 1), &mut file)?;
        self.bytes = self.bytes.saturating_sub(kept);
        self.files = self.files.saturating_sub(1);
        if self.is_full() {
            return Err(std::io::Error::other("the package holds too much"));
        }
        Ok(())
    }
}

fn is_corpus(name: &str) -> bool {
    [".jsonl", ".jsonl.zst"].iter().any(|ending| name.ends_with(ending))
}

async fn save(app: &App, laws: &[NewLaw], report: &mut Report) -> anyhow::Result<()> {
    let mut tx = app.db.begin().await?;
    for new in laws {
        let saved = document::insert(&mut tx, app, &By::INSTALLATION, new).await;
        let (saved, problems) = saved.map_err(|e| anyhow::anyhow!("{} {}: {e}", new.source, new.number))?;
        match saved {
            Saved::New(_) => report.new += 1,
            Saved::Changed(_) => report.changed += 1,
            Saved::Same(_) => report.same += 1,
        }
        report.articles += new.nodes.iter().filter(|n| n.is_article()).count();
        report.say(&new.number, problems);
    }
    tx.commit().await?;
    Ok(())
}

/// An article of a corpus, a JSON object a line; lines of one document stand together.
#[derive(Deserialize)]
struct Line {
    /// "91/2015/qh13+584"
    id: String,
    number: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(rename = "body", default)]
    issuer: String,
    #[serde(default)]
    issued: String,
    #[serde(default)]
    effective: String,
    art: String,
    #[serde(default)]
    art_title: String,
    text: String,
}

impl Line {
    fn fact(&self, name: &str) -> &str {
        match name {
            "number" => &self.number,
            "title" => &self.title,
            _ => &self.issuer,
        }
    }
}

/// What the reading thread hands over.
enum Read {
    Document(Box<NewLaw>),
    Unread(Unread),
    /// How much of the file has been read.
    At(u64),
}

async fn import_corpus(
    app: &App,
    path: &Path,
    progress: &dyn Progress,
    report: &mut Report,
) -> anyhow::Result<()> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let size = std::fs::metadata(path)?.len();
    let file = std::fs::File::open(path)?;
    let (send, receive) = sync_channel(64);
    let reading = {
        let (name, zipped) = (name.clone(), name.ends_with(".zst"));
        tokio::task::spawn_blocking(move || read_corpus(file, zipped, &name, &send))
    };
    let mut receive = Some(receive);
    while let Some(from) = receive.take() {
        let (batch, from) = tokio::task::spawn_blocking(move || next_batch(from)).await?;
        if batch.is_empty() {
            break;
        }
        let mut laws = Vec::new();
        for read in batch {
            match read {
                Read::Document(new) => laws.push(*new),
                Read::Unread(unread) => report.unread.push(unread),
                Read::At(at) => progress.at(at, size, &name),
            }
        }
        save(app, &laws, report).await?;
        receive = Some(from);
    }
    reading.await??;
    Ok(())
}

fn next_batch(from: Receiver<Read>) -> (Vec<Read>, Receiver<Read>) {
    let mut batch = Vec::new();
    while batch.len() < BATCH
        && let Ok(read) = from.recv()
    {
        batch.push(read);
    }
    (batch, from)
}

/// Counts what is read of the packed file.
struct Counted<R> {
    inner: R,
    read: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl<R: std::io::Read> std::io::Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read.fetch_add(n as u64, std::sync::atomic::Ordering::Relaxed);
        Ok(n)
    }
}

/// Longest line of a corpus in bytes: the longest article known has a hundredth of it.
const LONGEST_LINE: u64 = 32 << 20;

/// The next line without its end, cut at [`LONGEST_LINE`]; whether it was longer. None at the end.
fn next_line(lines: &mut impl std::io::BufRead, line: &mut Vec<u8>) -> std::io::Result<Option<bool>> {
    line.clear();
    let read = std::io::Read::take(&mut *lines, LONGEST_LINE).read_until(b'\n', line)?;
    if read == 0 {
        return Ok(None);
    }
    let mut rest = Vec::new();
    let mut is_whole = line.ends_with(b"\n") || (read as u64) < LONGEST_LINE;
    let is_long = !is_whole;
    while !is_whole {
        rest.clear();
        let read = std::io::Read::take(&mut *lines, 1 << 20).read_until(b'\n', &mut rest)?;
        is_whole = read == 0 || rest.ends_with(b"\n");
    }
    Ok(Some(is_long))
}

/// Reads a corpus line by line; lines that cannot be read, and what comes after the file breaks off, are told.
fn read_corpus(
    file: std::fs::File,
    zipped: bool,
    name: &str,
    send: &std::sync::mpsc::SyncSender<Read>,
) -> anyhow::Result<()> {
    let read = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counted = Counted { inner: file, read: read.clone() };
    let input: Box<dyn std::io::Read> =
        if zipped { Box::new(zstd::stream::read::Decoder::new(counted)?) } else { Box::new(counted) };
    let mut lines = std::io::BufReader::with_capacity(1 << 20, input);
    let mut together: Vec<Line> = Vec::new();
    let mut ended: HashSet<String> = HashSet::new();
    let mut bytes = Vec::new();
    let mut number = 0;
    loop {
        let next = next_line(&mut lines, &mut bytes);
        number += 1;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| number == 1).unwrap_or(&bytes);
        let (line, why, more) = match next {
            Err(e) => {
                tracing::warn!(cause = e.to_string(), "a corpus breaks off");
                (None, Some("breaks-off".to_owned()), false)
            }
            Ok(None) => (None, None, false),
            Ok(Some(true)) => (None, Some("too-large".to_owned()), true),
            Ok(Some(false)) if text.trim_ascii().is_empty() => (None, None, true),
            Ok(Some(false)) => match serde_json::from_slice::<Line>(text) {
                Ok(line)
                    if facts::LONGEST
                        .iter()
                        .any(|(name, longest)| line.fact(name).chars().count() > *longest) =>
                {
                    (None, Some("fact-too-long".to_owned()), true)
                }
                Ok(line) if viet::clean(&line.number).is_empty() && viet::clean(&line.title).is_empty() => {
                    (None, Some("no-name".to_owned()), true)
                }
                Ok(line) if ended.contains(&line.number) => (None, Some("lines-apart".to_owned()), true),
                Ok(line) => (Some(line), None, true),
                Err(e) => (None, Some(e.to_string()), true),
            },
        };
        if let Some(why) = why {
            let unread = Unread { file: name.to_owned(), line: Some(number), why };
            let _ = send.send(Read::Unread(unread));
        }
        let ends =
            !more || line.as_ref().is_some_and(|l| together.first().is_some_and(|f| f.number != l.number));
        if ends && let Some(first) = together.first() {
            ended.insert(first.number.clone());
            let document = of_lines(&together, name);
            let at = read.load(std::sync::atomic::Ordering::Relaxed);
            // The receiver has stopped: what it met is its own result.
            if send.send(Read::Document(Box::new(document))).is_err() || send.send(Read::At(at)).is_err() {
                return Ok(());
            }
            together.clear();
        }
        together.extend(line);
        if !more {
            return Ok(());
        }
    }
}

/// A document from its articles.
fn of_lines(lines: &[Line], source: &str) -> NewLaw {
    let Some(first) = lines.first() else { return NewLaw::default() };
    let date = |text: &str| viet::parse_date(text);
    let head = Head {
        number: first.number.clone(),
        kind: DocumentKind::from_name(&first.kind),
        title: viet::clean(&first.title),
        issuer: viet::clean(&first.issuer),
        issued: date(&first.issued),
        effective: date(&first.effective),
        ..Head::default()
    };
    let nodes = lines.iter().map(|l| lawtext::article(&l.art, &l.art_title, l.text.lines())).collect();
    let parsed =
        Parsed { documents: vec![Document { head, nodes, ..Document::default() }], ..Parsed::default() };
    let (mut new, _) = NewLaw::of(&parsed, source);
    if new.kind.is_empty() {
        new.kind = viet::clean(&first.kind);
    }
    for (node, line) in new.nodes.iter_mut().zip(lines) {
        node.cited_as = Some(line.id.clone());
    }
    new
}
