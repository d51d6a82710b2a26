//! `backup` and `restore`: everything an installation is made of in one ZIP file that common tools open.
//!
//! `manifest.json` says what is in it, with the heads of all audit chains; `tables/NAME.jsonl` holds a table,
//! its columns in the first line and then a row a line; `files/` what people attached; `secret.key` and
//! `lantoa.toml` as in the data folder. Rows are the same from both engines: what was backed up on SQLite may
//! be restored into PostgreSQL, and the other way round. The search index is made anew from the tables.
//!
//! The tables are of one moment; files are copied after it, and are never changed or taken away, so that each
//! row finds its file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use store::{Db, Filling, Kind, Place, Snapshot, Table, Value};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use super::{Said, Speech, Trouble, check, progress, trouble};
use crate::app::{App, Clock, Random, write_private};
use crate::audit;
use crate::start::{self, Data, RESTORING};

#[derive(clap::Args)]
pub struct Backup {
    /// Tệp sẽ ghi; tên chưa có ai dùng · The file to write; it must not be there yet
    file: PathBuf,
}

#[derive(clap::Args)]
pub struct Restore {
    /// Tệp sao lưu · The backup
    file: PathBuf,
}

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the program that wrote it.
    pub version: String,
    pub made_at: jiff::Timestamp,
    /// Numbers of the migrations that its tables have had.
    pub migrations: BTreeSet<i64>,
    /// Rows of each table.
    pub tables: BTreeMap<String, u64>,
    pub files: usize,
    pub chains: Vec<audit::At>,
}

const MANIFEST: &str = "manifest.json";
/// Written by `migrate`, not copied.
const MIGRATIONS: &str = "migrations";

impl Backup {
    pub async fn run(self, app: &App, speech: Speech) -> anyhow::Result<ExitCode> {
        let mut said = Said::default();
        let manifest = write(app, &self.file, speech.json).await?;
        let rows: u64 = manifest.tables.values().sum();
        let file = self.file.display().to_string();
        let count = |n: u64| viet::format_int(i64::try_from(n).unwrap_or(i64::MAX));
        let args =
            vec![("file", file.clone()), ("rows", count(rows)), ("files", count(manifest.files as u64))];
        said.say("command-backed-up", args);
        said.put("file", file).put("rows", rows).put("files", manifest.files);
        Ok(said.print(&app.words, speech))
    }
}

/// Writes a backup, beside its name first: a file with the right name is complete.
pub async fn write(app: &App, file: &Path, quiet: bool) -> anyhow::Result<Manifest> {
    if file.exists() {
        return Err(Trouble::of_file("command-file-there", file).into());
    }
    let part = file.with_extension("part");
    // Private from the first byte: it holds the installation's secret.
    write_private(&part, b"").with_context(|| part.display().to_string())?;
    let written = fill_archive(app, &part, quiet).await;
    match written {
        Ok(manifest) => {
            std::fs::rename(&part, file)?;
            Ok(manifest)
        }
        Err(e) => {
            let _ = std::fs::remove_file(&part);
            Err(e)
        }
    }
}

async fn fill_archive(app: &App, part: &Path, quiet: bool) -> anyhow::Result<Manifest> {
    let mut zip = ZipWriter::new(BufWriter::new(File::options().write(true).open(part)?));
    let options = SimpleFileOptions::default().large_file(true).unix_permissions(0o600);
    let mut snapshot = Snapshot::of(&app.db).await?;
    let tables = snapshot.tables().await?;
    let bar = progress(quiet, tables.len() + 1);
    let mut manifest = Manifest {
        version: env!("CARGO_PKG_VERSION").into(),
        made_at: app.now(),
        migrations: BTreeSet::new(),
        tables: BTreeMap::new(),
        files: 0,
        chains: vec![],
    };
    for table in tables {
        if table.name == MIGRATIONS {
            snapshot
                .rows(&table, |row| {
                    manifest.migrations.extend(row.first().and_then(as_int));
                    Ok(())
                })
                .await?;
            continue;
        }
        zip.start_file(format!("tables/{}.jsonl", table.name), options)?;
        writeln!(zip, "{}", serde_json::to_string(&table)?)?;
        let chains = (table.name == "audit_heads").then(|| table.clone());
        let rows = snapshot
            .rows(&table, |row| {
                if let Some(table) = &chains {
                    manifest.chains.extend(head_of(table, &row));
                }
                let row: Vec<Json> = row.into_iter().map(to_json).collect();
                serde_json::to_writer(&mut zip, &row)?;
                zip.write_all(b"\n")
            })
            .await?;
        manifest.tables.insert(table.name, rows);
        bar.inc(1);
    }
    let folder = &app.config.data;
    for name in ["secret.key", "lantoa.toml"] {
        if let Ok(bytes) = std::fs::read(folder.join(name)) {
            zip.start_file(name, options)?;
            zip.write_all(&bytes)?;
        }
    }
    for digest in app.files.all()? {
        zip.start_file(format!("files/{digest}"), options)?;
        zip.write_all(&app.files.read(&digest).await.map_err(|e| anyhow::anyhow!("{digest}: {e}"))?)?;
        manifest.files += 1;
    }
    bar.finish_and_clear();
    zip.start_file(MANIFEST, options)?;
    zip.write_all(&serde_json::to_vec_pretty(&manifest)?)?;
    zip.finish()?.into_inner().map_err(|e| e.into_error())?.sync_all()?;
    Ok(manifest)
}

fn as_int(value: &Value) -> Option<i64> {
    if let Value::Int(n) = value { *n } else { None }
}

fn head_of(table: &Table, row: &[Value]) -> Option<audit::At> {
    let at = |name: &str| row.get(table.columns.iter().position(|(column, _)| column == name)?);
    let bytes = |name: &str| match at(name) {
        Some(Value::Bytes(Some(bytes))) => Some(bytes.clone()),
        _ => None,
    };
    Some(audit::At {
        shard_id: as_int(at("shard_id")?)?,
        unit_id: store::Id(bytes("unit_id")?.try_into().ok()?),
        seq: as_int(at("seq")?)?,
        hash: hex::encode(bytes("hash")?),
    })
}

/// Floats and bytes as text: neither loses a bit.
fn to_json(value: Value) -> Json {
    match value {
        Value::Int(v) => v.into(),
        Value::Float(v) => v.map(|v| v.to_string()).into(),
        Value::Text(v) => v.into(),
        Value::Bool(v) => v.into(),
        Value::Bytes(v) => v.map(hex::encode).into(),
    }
}

fn from_json(kind: Kind, json: &Json) -> Option<Value> {
    let text = |json: &Json| json.as_str().map(str::to_owned);
    Some(match (kind, json.is_null()) {
        (Kind::Int, true) => Value::Int(None),
        (Kind::Float, true) => Value::Float(None),
        (Kind::Text, true) => Value::Text(None),
        (Kind::Bool, true) => Value::Bool(None),
        (Kind::Bytes, true) => Value::Bytes(None),
        (Kind::Int, false) => Value::Int(Some(json.as_i64()?)),
        (Kind::Float, false) => Value::Float(Some(text(json)?.parse().ok()?)),
        (Kind::Text, false) => Value::Text(Some(text(json)?)),
        (Kind::Bool, false) => Value::Bool(Some(json.as_bool()?)),
        (Kind::Bytes, false) => Value::Bytes(Some(hex::decode(text(json)?).ok()?)),
    })
}

fn archive(file: &Path) -> anyhow::Result<ZipArchive<BufReader<File>>> {
    let opened = File::open(file).map_err(|cause| trouble::unreadable(cause, file))?;
    ZipArchive::new(BufReader::new(opened)).with_context(|| Trouble::of_file("command-not-a-backup", file))
}

/// What a backup says of itself.
pub fn manifest(file: &Path) -> anyhow::Result<Manifest> {
    let mut zip = archive(file)?;
    let mut text = String::new();
    zip.by_name(MANIFEST)
        .map_err(anyhow::Error::from)
        .and_then(|mut part| Ok(part.read_to_string(&mut text)?))
        .and_then(|_| Ok(serde_json::from_str(&text)?))
        .with_context(|| Trouble::of_file("command-not-a-backup", file))
}

impl Restore {
    pub async fn run(self, data: &Data, speech: Speech) -> anyhow::Result<ExitCode> {
        let app = match restore(data, &self.file, speech.json).await {
            Ok(app) => app,
            Err(e) if e.is::<Trouble>() => return Err(e),
            Err(e) => return Err(e.context(Trouble::of_file("command-restore-failed", &self.file))),
        };
        let mut said = Said::default();
        let heads = manifest(&self.file)?.chains;
        check::check(&app, &heads, &mut said, speech.json).await?;
        let key = if said.failed { "command-restored-wrong" } else { "command-restored" };
        said.say(key, vec![("folder", data.folder.display().to_string())]);
        app.db.close().await;
        Ok(said.print(&app.words, speech))
    }
}

/// The mark that a restore is under way, in the data folder; locked while the process that made it lives.
struct Mark {
    path: PathBuf,
    /// Left by a restore that was cut off: what it has written is written over.
    again: bool,
    _locked: File,
}

impl Mark {
    /// Marks a folder that has nothing in it, or what a restore that was cut off has left.
    fn set(folder: &Path) -> anyhow::Result<Mark> {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let path = folder.join(RESTORING);
        let again = path.exists();
        if !again && std::fs::read_dir(folder)?.next().is_some() {
            return Err(Trouble::of_folder("command-folder-not-empty", folder).into());
        }
        let locked = File::options().write(true).create(true).truncate(false).open(&path)?;
        if locked.try_lock().is_err() {
            return Err(Trouble::of_folder("command-restore-running", folder).into());
        }
        locked.sync_all()?;
        File::open(folder)?.sync_all()?;
        Ok(Mark { path, again, _locked: locked })
    }
    fn remove(&self) -> std::io::Result<()> {
        std::fs::remove_file(&self.path)?;
        self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }
}

/// Restores a backup into an empty data folder and an empty database, or over what a restore that was cut off has
/// left; the installation, opened. Until everything is in its place, folder and database carry a mark that keeps
/// every other command away.
pub async fn restore(data: &Data, file: &Path, quiet: bool) -> anyhow::Result<crate::app::Shared> {
    let manifest = manifest(file)?;
    let mut zip = archive(file)?;
    let folder = &data.folder;
    let known = crate::migrations();
    if manifest.migrations.iter().any(|n| !known.iter().any(|m| m.number == *n)) {
        return Err(Trouble::new("command-backup-newer", vec![("version", manifest.version)]).into());
    }
    let mark = Mark::set(folder)?;
    if let (true, Place::File(database)) = (mark.again, data.place()) {
        start::remove_database(&database)?;
    }
    let db = Db::open(&data.place()).await?;
    if !store::begin_filling(&db).await? {
        if !mark.again {
            mark.remove()?;
        }
        return Err(Trouble::new("command-database-not-empty", vec![]).into());
    }
    // First as it was, then forward to what this program knows.
    let then: Vec<_> = known.into_iter().filter(|m| manifest.migrations.contains(&m.number)).collect();
    store::migrate(&db, &then).await?;
    fill_tables(&db, &mut zip, &manifest, quiet).await?;

    let files = crate::files::Files::open(folder)?;
    let names: Vec<String> = zip.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect();
    for name in names {
        let mut bytes = Vec::new();
        match name.as_str() {
            "secret.key" | "lantoa.toml" => {
                zip.by_name(&name)?.read_to_end(&mut bytes)?;
                write_private(&folder.join(&name), &bytes)?;
            }
            other => {
                let Some(digest) = other.strip_prefix("files/") else { continue };
                zip.by_name(&name)?.read_to_end(&mut bytes)?;
                let kept = files.keep(bytes).await.map_err(|e| anyhow::anyhow!("{name}: {e}"))?;
                anyhow::ensure!(kept == digest, "{name} is damaged");
            }
        }
    }
    store::end_filling(&db).await?;
    db.close().await;
    mark.remove()?;
    start::open(data, false, Clock::System, Random::System).await
}

/// Rows filled in at a time.
const ROWS: usize = 5_000;

async fn fill_tables(
    db: &Db,
    zip: &mut ZipArchive<BufReader<File>>,
    manifest: &Manifest,
    quiet: bool,
) -> anyhow::Result<()> {
    let here = store::tables(db).await?;
    let bar = progress(quiet, manifest.tables.len());
    let mut filling = Filling::of(db).await?;
    for (name, expected) in &manifest.tables {
        let file = zip.by_name(&format!("tables/{name}.jsonl"))?;
        let mut lines = BufReader::new(file).lines();
        let head = lines.next().with_context(|| format!("tables/{name}.jsonl is empty"))??;
        let table: Table = serde_json::from_str(&head)?;
        // Names go into statements: only those that the database itself has.
        let same = here.iter().any(|t| t.name == table.name && is_permutation(&t.columns, &table.columns));
        anyhow::ensure!(same && table.name == *name, "the table {name} is not as this program knows it");
        filling.empty(&table).await?;
        let mut rows = Vec::new();
        let mut filled = 0;
        for line in lines {
            let line = line?;
            let values: Vec<Json> =
                serde_json::from_str(&line).with_context(|| format!("tables/{name}.jsonl"))?;
            let row: Option<Vec<Value>> =
                table.columns.iter().zip(&values).map(|((_, kind), v)| from_json(*kind, v)).collect();
            let row = row.filter(|r| r.len() == table.columns.len());
            rows.push(row.with_context(|| format!("tables/{name}.jsonl holds a damaged row: {line}"))?);
            filled += 1;
            if rows.len() == ROWS {
                filling.insert(&table, &rows).await?;
                rows.clear();
            }
        }
        filling.insert(&table, &rows).await?;
        anyhow::ensure!(filled == *expected, "tables/{name}.jsonl has {filled} rows instead of {expected}");
        bar.inc(1);
    }
    filling.finish().await.context("rows refer to rows that are not there")?;
    bar.finish_and_clear();
    Ok(())
}

fn is_permutation(a: &[(String, Kind)], b: &[(String, Kind)]) -> bool {
    a.len() == b.len() && a.iter().all(|column| b.contains(column))
}
