//! The search index over articles, beside the database.
//!
//! It is a copy: a mark beside it says up to which revision of the registry it holds everything. A follower brings
//! it up to date within a second of a save, on this node or another, and makes it again from the database when
//! it is missing, damaged or of another database. Until then the old one answers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use seek::{Answer, Entry, Index, Query, SeekError};
use store::{Db, Id, sql};

use super::concerns;
use super::law::{self, Law};
use super::node;
use crate::app::Shared;
use crate::error::{Error, Result};

pub struct LawIndex {
    index: Arc<Index>,
    mark: PathBuf,
    /// Must be made again from the database.
    stale: AtomicBool,
    state: tokio::sync::Mutex<State>,
    woken: tokio::sync::Notify,
    /// Said once, not every second.
    complained: Mutex<String>,
}

#[derive(Default)]
struct State {
    /// Everything up to this revision is in the index.
    upto: i64,
    /// Revisions indexed lately: a transaction that began before others may be seen after them.
    lately: HashMap<Id, i64>,
}

/// A transaction is seen at most this long (microseconds) after the moment that its revision names.
const LATEST: i64 = 60_000_000;
/// So many changed documents are not taken in one by one.
const MANY: usize = 500;
/// How often a node looks for what others saved.
const EVERY: Duration = Duration::from_millis(700);

impl LawIndex {
    /// Opens the index of a data folder; an empty or damaged one answers nothing until it has been made again.
    pub fn open(data: &Path) -> anyhow::Result<LawIndex> {
        let dir = data.join("index");
        let mark = data.join("index.mark");
        let index = match Index::open(&dir) {
            Ok(index) => index,
            Err(SeekError::Damaged { reason, .. }) => {
                tracing::warn!(reason, "the search index is damaged and will be built again");
                let _ = std::fs::remove_file(&mark);
                Index::create(&dir)?
            }
            Err(e) => return Err(e.into()),
        };
        let upto: Option<i64> = std::fs::read_to_string(&mark).ok().and_then(|t| t.trim().parse().ok());
        Ok(LawIndex {
            index: Arc::new(index),
            mark,
            stale: AtomicBool::new(upto.is_none()),
            state: tokio::sync::Mutex::new(State { upto: upto.unwrap_or(0), lately: HashMap::new() }),
            woken: tokio::sync::Notify::new(),
            complained: Mutex::default(),
        })
    }

    /// A law was saved: the follower need not wait for its next round.
    pub fn wake(&self) {
        self.woken.notify_one();
    }

    /// Articles for a question, best first.
    pub async fn search(&self, query: Query) -> Result<Answer> {
        let index = Arc::clone(&self.index);
        match blocking(move || index.search(&query)).await {
            Err(SeekError::Damaged { reason, .. }) => {
                tracing::warn!(reason, "the search index is damaged and will be built again");
                self.stale.store(true, Ordering::Relaxed);
                self.wake();
                Err(Error::Unavailable("the search index is being built again".into()))
            }
            other => other.map_err(|e| Error::Internal(e.into())),
        }
    }

    /// What is in the index and what the database has, when the index says that it holds everything; none while it
    /// has yet to follow.
    pub async fn compare(&self, db: &Db) -> Result<Option<(u64, u64)>> {
        let state = self.state.lock().await;
        let newest: (Option<i64>,) = sql!("SELECT MAX(revision) FROM laws").get(db).await?;
        if self.stale.load(Ordering::Relaxed) || state.upto != newest.0.unwrap_or(0) {
            return Ok(None);
        }
        let mut there = 0;
        let ids: Vec<(Id,)> = sql!("SELECT id FROM laws ORDER BY id").all(db).await?;
        for some in ids.chunks(50) {
            for law in law::with_ids(db, some.iter().map(|i| i.0).collect()).await? {
                // What has not a word cannot be found.
                let says = |e: &&Entry| {
                    [&e.title, &e.heading, &e.text].into_iter().any(|t| t.contains(char::is_alphanumeric))
                };
                there += entries(db, &law).await?.iter().filter(says).count() as u64;
            }
        }
        Ok(Some((self.index.len(), there)))
    }

    /// Brings the index up to the database; the number of documents taken in.
    pub async fn catch_up(&self, db: &Db) -> Result<usize, anyhow::Error> {
        let mut state = self.state.lock().await;
        let newest: Vec<(Option<i64>,)> = sql!("SELECT MAX(revision) FROM laws").all(db).await?;
        let newest = newest.first().and_then(|n| n.0).unwrap_or(0);
        // A database restored from a backup is older than the index.
        if self.stale.load(Ordering::Relaxed) || state.upto > newest {
            return self.rebuild(db, &mut state).await;
        }
        let changed = changed_since(db, state.upto - LATEST).await?;
        let new: Vec<Changed> =
            changed.into_iter().filter(|c| state.lately.get(&c.id) != Some(&c.revision)).collect();
        // After an import in bulk it is quicker to begin anew.
        if new.len() > MANY {
            return self.rebuild(db, &mut state).await;
        }
        for some in new.chunks(200) {
            let mut documents = Vec::new();
            for law in law::with_ids(db, some.iter().map(|c| c.id).collect()).await? {
                documents.push((law.id.to_string(), entries(db, &law).await?));
            }
            let index = Arc::clone(&self.index);
            blocking(move || {
                documents.iter().try_for_each(|(id, entries)| index.replace(id, entries))?;
                index.commit()
            })
            .await?;
            state.lately.extend(some.iter().map(|c| (c.id, c.revision)));
        }
        if !new.is_empty() {
            state.upto = newest;
            state.lately.retain(|_, revision| *revision > newest - LATEST);
            self.keep_mark(newest)?;
        }
        Ok(new.len())
    }

    /// Makes the index again from the database beside the present one.
    async fn rebuild(&self, db: &Db, state: &mut State) -> Result<usize, anyhow::Error> {
        let newest: Vec<(Option<i64>,)> = sql!("SELECT MAX(revision) FROM laws").all(db).await?;
        let newest = newest.first().and_then(|n| n.0).unwrap_or(0);
        // Read before the texts: what changes meanwhile is taken in afterwards.
        let lately =
            changed_since(db, newest - LATEST).await?.into_iter().map(|c| (c.id, c.revision)).collect();
        let ids: Vec<(Id,)> = sql!("SELECT id FROM laws ORDER BY id").all(db).await?;
        let (send, receive) = std::sync::mpsc::sync_channel::<Vec<Entry>>(16);
        let index = Arc::clone(&self.index);
        let building = tokio::task::spawn_blocking(move || -> Result<(), SeekError> {
            let mut rebuild = index.rebuild()?;
            rebuild.add_all(receive.into_iter().flatten())?;
            rebuild.finish()
        });
        for some in ids.chunks(50) {
            let mut all = Vec::new();
            for law in law::with_ids(db, some.iter().map(|i| i.0).collect()).await? {
                all.extend(entries(db, &law).await?);
            }
            let send = send.clone();
            // The builder has ended early when nobody receives; what it met is its result.
            if tokio::task::spawn_blocking(move || send.send(all)).await?.is_err() {
                break;
            }
        }
        drop(send);
        building.await??;
        state.upto = newest;
        state.lately = lately;
        self.stale.store(false, Ordering::Relaxed);
        self.keep_mark(newest)?;
        Ok(ids.len())
    }

    fn keep_mark(&self, upto: i64) -> std::io::Result<()> {
        let part = self.mark.with_extension("part");
        std::fs::write(&part, upto.to_string())?;
        std::fs::rename(&part, &self.mark)
    }

    /// Logs a cause once until it changes.
    fn complain(&self, cause: String) {
        let mut last = self.complained.lock().unwrap_or_else(|e| e.into_inner());
        if *last != cause {
            if !cause.is_empty() {
                tracing::warn!(cause, "the search index does not follow the database");
            }
            *last = cause;
        }
    }
}

store::record! { struct Changed { id: Id, revision: i64 } }

async fn changed_since(db: &Db, revision: i64) -> Result<Vec<Changed>, store::Error> {
    sql!("SELECT id, revision FROM laws WHERE revision > $1 ORDER BY revision, id", revision).all(db).await
}

/// Follows the database as long as the program runs. Another process may hold the index (an import by command):
/// then this one tries again.
pub async fn follow(app: Shared) {
    loop {
        match app.index.catch_up(&app.db).await {
            Ok(_) => app.index.complain(String::new()),
            Err(e) => app.index.complain(format!("{e:#}")),
        }
        let _ = tokio::time::timeout(EVERY, app.index.woken.notified()).await;
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SeekError> + Send + 'static,
) -> Result<T, SeekError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(e) => Err(SeekError::Engine(e.to_string())),
    }
}

/// What is found of a law: its articles; of a document without articles the parts of its outline; of one without a
/// text its name.
async fn entries(db: &Db, law: &Law) -> Result<Vec<Entry>> {
    let nodes = node::nodes(db, law.id).await?;
    let entry = |path: &str, cited_as: &str| Entry {
        id: hit_id(&law.slug, path, cited_as),
        document: law.id.to_string(),
        number: law.number.clone(),
        kind: law.kind.clone(),
        title: law.title.clone(),
        issuer: law.issuer.clone(),
        issued: law.issued.map(|d| d.to_string()),
        effective: law.effective.map(|d| d.to_string()),
        ..Entry::default()
    };
    let articles = nodes.iter().any(node::Node::is_article);
    let fields = concerns::Fields::of_law(db, law).await?;
    let mut entries: Vec<Entry> = Vec::new();
    for node in &nodes {
        let wanted =
            if articles { node.is_article() } else { !node.text.is_empty() || !node.content.is_empty() };
        let Some(path) = node.path.as_deref().filter(|_| wanted) else { continue };
        let mut entry = entry(path, node.cited_as.as_deref().unwrap_or_default());
        entry.heading = if articles { node.heading.clone() } else { node.title() };
        entry.article = if articles { node.label.clone() } else { String::new() };
        entry.text = node.body();
        entry.topics = fields.of(node, &entry.text);
        entries.push(entry);
    }
    if entries.is_empty() {
        let text = nodes.iter().map(node::Node::body).collect::<Vec<_>>().join("\n");
        entries.push(Entry { text: if text.is_empty() { law.name() } else { text }, ..entry("", "") });
    }
    Ok(entries)
}

/// What a hit says of its place: enough for a link and for programs.
fn hit_id(slug: &str, path: &str, cited_as: &str) -> String {
    format!("{slug}\t{path}\t{cited_as}")
}

/// Address of the document, path in it, name for programs.
pub(super) fn read_hit_id(id: &str) -> (&str, &str, &str) {
    let mut parts = id.split('\t');
    let mut next = || parts.next().unwrap_or_default();
    (next(), next(), next())
}
