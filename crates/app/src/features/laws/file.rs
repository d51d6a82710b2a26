//! From a file to a document: what it is, its text, its structure. PDF and web pages are read in a process of
//! their own, with limits on time and memory: their readers may need much of both for a damaged file.

use std::io::Write as _;
use std::time::Duration;

use lawtext::{Format, Text, Unreadable};

use super::document::{NewLaw, Problem};
use crate::apart;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::foreign;

/// Longest that the reader of one file may take, and all that one person sends at once; the most memory (address
/// space) that a reader may ask for.
const READER_SECONDS: u64 = 30;
pub const SENT_TIME: Duration = Duration::from_secs(60);
const READER_BYTES: u64 = 1 << 30;
/// The code of a PDF without a letter: pages that were scanned.
pub const ONLY_PICTURES: &str = "only-pictures";
/// Readers are two at a time: each may take all of that.
static READERS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// The documents that a file holds: one, or all those of which a codification has articles; or the code of the
/// sentence (`laws-unreadable-…`) that says why nothing could be read. The reader is stopped when `left` is over.
pub async fn read(
    config: &Config,
    name: &str,
    bytes: Vec<u8>,
    left: Duration,
) -> Result<Result<Vec<(NewLaw, Vec<Problem>)>, String>> {
    if bytes.is_empty() {
        return Ok(Err("empty".to_owned()));
    }
    if bytes.len() > config.upload_bytes {
        return Ok(Err(Unreadable::TooLarge.code().to_owned()));
    }
    let text = match text(config, name, bytes, left).await? {
        Ok(text) => text,
        Err(code) => return Ok(Err(code)),
    };
    let source = name.to_owned();
    let read = foreign::read(move || {
        let (documents, is_extract) = documents(&text);
        let of = |parsed: &lawtext::Parsed| {
            let (new, problems) = NewLaw::of(parsed, &source);
            (NewLaw { is_extract, ..new }, problems)
        };
        documents.iter().map(of).collect()
    })
    .await?;
    Ok(read.ok_or_else(damaged))
}

/// The documents of a text, and whether they are what a codification has of each.
fn documents(text: &Text) -> (Vec<lawtext::Parsed>, bool) {
    match lawtext::codified(text) {
        Some(documents) => (documents, true),
        None => (vec![lawtext::parse(text)], false),
    }
}

/// The format of a file by its content and name.
pub fn format(name: &str, bytes: &[u8]) -> Option<Format> {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase());
    lawtext::detect(name, bytes).or(match ending.as_deref() {
        // The reader says what to do about an old Word file.
        Some("doc") => Some(Format::Docx),
        _ => None,
    })
}

async fn text(config: &Config, name: &str, bytes: Vec<u8>, left: Duration) -> Result<Result<Text, String>> {
    let bytes = if bytes.starts_with(OLD_WORD) {
        match as_docx(bytes, left).await? {
            Ok(bytes) => bytes,
            Err(code) => return Ok(Err(code)),
        }
    } else {
        bytes
    };
    if is_package(name) {
        return Ok(Err("package".to_owned()));
    }
    let Some(format) = format(name, &bytes) else {
        return Ok(Err(Unreadable::NotThisFormat.code().to_owned()));
    };
    if matches!(format, Format::Pdf | Format::Html) {
        return text_apart(config, format, bytes, left).await;
    }
    let Some(read) = foreign::read(move || lawtext::read(format, &bytes)).await? else {
        return Ok(Err(damaged()));
    };
    Ok(read.map_err(|e| e.code().to_owned()))
}

/// A package of files.
pub fn is_package(name: &str) -> bool {
    let name = name.to_lowercase();
    [".zip", ".tar", ".tar.zst", ".tar.gz", ".tgz", ".rar", ".7z"].iter().any(|ending| name.ends_with(ending))
}

/// The outlines of the documents that a file holds, as an import would read them, without a database; or the code of the
/// sentence that says why there is none.
pub async fn outlines(
    config: &Config,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Result<Vec<lawtext::Outline>, String>> {
    let text = match text(config, name, bytes, SENT_TIME).await? {
        Ok(text) => text,
        Err(code) => return Ok(Err(code)),
    };
    let file = name.to_owned();
    let of = move |parsed: &lawtext::Parsed| lawtext::Outline {
        file: file.clone(),
        ..lawtext::outline_json(parsed)
    };
    let read = foreign::read(move || documents(&text).0.iter().map(of).collect());
    Ok(read.await?.ok_or_else(damaged))
}

/// How files of Word before 2007 begin.
const OLD_WORD: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// An old Word file as DOCX, by the LibreOffice of the machine where it has one.
async fn as_docx(bytes: Vec<u8>, left: Duration) -> Result<Result<Vec<u8>, String>> {
    let unsupported = || Ok(Err("unsupported-doc".to_owned()));
    let _permit = READERS.acquire().await.map_err(|e| Error::Internal(e.into()))?;
    // The filter is named: left to itself it reads whatever it does not know as plain text. A profile of its own: it may run beside others, and nothing of it stays.
    let folder = tempfile::tempdir()?;
    let (from, to) = (folder.path().join("van-ban.doc"), folder.path().join("van-ban.docx"));
    tokio::fs::write(&from, bytes).await?;
    let mut command = tokio::process::Command::new("soffice");
    command
        .arg(format!("-env:UserInstallation=file://{}/profile", folder.path().display()))
        .args(["--headless", "--norestore", "--infilter=MS Word 97", "--convert-to", "docx", "--outdir"])
        .args([folder.path(), &from]);
    match apart::run(command, &[], left.min(SENT_TIME)).await {
        Ok(None) => Ok(Err("took-too-long".to_owned())),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => unsupported(),
        Err(e) => Err(e.into()),
        // What it cannot read it leaves out, and says that all is well.
        Ok(Some(_)) => match tokio::fs::read(&to).await {
            Ok(bytes) => Ok(Ok(bytes)),
            Err(_) => unsupported(),
        },
    }
}

fn damaged() -> String {
    Unreadable::Damaged.code().to_owned()
}

/// What `lantoa read-text` does: a PDF, or with `html` a web page, from standard input, its text as JSON to
/// standard output, or as a JSON string the code of what is wrong. It is started by [`text_apart`], never by a
/// person.
pub fn read_text_process(
    html: bool,
    input: &mut dyn std::io::Read,
    output: &mut dyn std::io::Write,
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let format = if html { Format::Html } else { Format::Pdf };
    let text = lawtext::read(format, &bytes).map_err(Unreadable::code);
    let mut output = std::io::BufWriter::new(output);
    serde_json::to_writer(&mut output, &text)?;
    output.flush()
}

async fn text_apart(
    config: &Config,
    format: Format,
    bytes: Vec<u8>,
    left: Duration,
) -> Result<Result<Text, String>> {
    let _permit = READERS.acquire().await.map_err(|e| Error::Internal(e.into()))?;
    let program = match &config.program {
        Some(program) => program.clone(),
        None => std::env::current_exe()?,
    };
    let mut command = apart::limited(&program, READER_BYTES, READER_SECONDS);
    command.arg("read-text").args((format == Format::Html).then_some("--html"));
    let time = left.min(Duration::from_secs(READER_SECONDS));
    let Some(output) = apart::run(command, &bytes, time).await? else {
        return Ok(Err("took-too-long".to_owned()));
    };
    // No answer: it died of what it read, or of its limits.
    let text: Result<Text, String> =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| Err(damaged()));
    let no_text = Unreadable::NoText.code();
    let is_scan = format == Format::Pdf && text.as_ref().is_err_and(|code| code == no_text);
    Ok(if is_scan { Err(ONLY_PICTURES.to_owned()) } else { text })
}
