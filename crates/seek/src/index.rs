//! The index on disk: opening, filling, replacing, building again.

use crate::words::{Bag, hash};
use crate::{Entry, SeekError, entry::Record, words};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tantivy::indexer::UserOperation;
use tantivy::schema::{Field, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions};
use tantivy::store::StoreReader;
use tantivy::{
    DocAddress, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term,
};

/// Bytes of stored records packed together, and how many such blocks of a segment are kept unpacked in memory.
const BLOCK: usize = 4096;
const CACHED_BLOCKS: usize = 2000;
/// Changes with everything that is stored: an index of another format counts as damaged.
const FORMAT: &str = "4";
/// Names the folder that answers.
const CURRENT: &str = "current";
/// A document is found by its number and name, of whatever topics its articles are.
pub(crate) const ANY_TOPIC: &str = "*";
const BUFFER: usize = 64 << 20;

/// The index of articles in one folder. Shared between threads; one process writes.
///
/// Changes are found once [`commit`](Index::commit) returns.
pub struct Index {
    dir: PathBuf,
    live: RwLock<Arc<Live>>,
    /// Documents changed since a rebuild began: the rebuild must not bring back older text.
    rebuilding: Mutex<Option<Changes>>,
}

struct Changes {
    live: Arc<Live>,
    documents: HashSet<String>,
}

/// One generation of the index.
pub(crate) struct Live {
    dir: PathBuf,
    fields: Fields,
    index: tantivy::Index,
    reader: IndexReader,
    view: RwLock<Arc<View>>,
    /// Opened at the first change: readers need no lock on the folder.
    writer: Mutex<Option<IndexWriter>>,
}

/// What was committed at one moment.
pub(crate) struct View {
    pub fields: Fields,
    pub searcher: Searcher,
    stores: Vec<StoreReader>,
}

impl View {
    fn of(reader: &IndexReader, fields: Fields) -> tantivy::Result<View> {
        let searcher = reader.searcher();
        let store = |segment: &tantivy::SegmentReader| segment.get_store_reader(CACHED_BLOCKS);
        let stores = searcher.segment_readers().iter().map(store).collect::<std::io::Result<_>>()?;
        Ok(View { fields, searcher, stores })
    }

    /// The stored record at the address.
    pub fn record(&self, at: DocAddress) -> tantivy::Result<Record> {
        let store = self.stores.get(at.segment_ord as usize);
        let bytes = store.map(|store| store.get_document_bytes(at.doc_id)).transpose()?;
        bytes.and_then(Record::at_end_of).ok_or_else(|| {
            tantivy::error::DataCorruption::comment_only("a record of the index cannot be read").into()
        })
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Fields {
    pub document: Field,
    /// Document and label of the article: one place in the law.
    pub place: Field,
    pub bag: Field,
    /// The whole heading as one term: how many articles share it.
    pub heading: Field,
    /// Words of a document's kind and title; only on the document's own record.
    pub name: Field,
    /// The whole name without the kind; only on the document's own record.
    pub core: Field,
    /// Keys of a document's number; only on the document's own record.
    pub number: Field,
    pub kind: Field,
    pub issuer: Field,
    /// Fields of an article; [`ANY_TOPIC`] on the document's own record.
    pub topic: Field,
    pub issued: Field,
    pub record: Field,
}

impl Fields {
    fn schema() -> (Schema, Fields) {
        let mut schema = Schema::builder();
        let indexed = |tokenizer: &str, option, norms| {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_index_option(option)
                .set_fieldnorms(norms);
            TextOptions::default().set_indexing_options(indexing)
        };
        let whole = indexed("raw", IndexRecordOption::Basic, false);
        let bag = indexed("bag", IndexRecordOption::WithFreqs, true);
        let fields = Fields {
            document: schema.add_text_field("document", whole.clone()),
            place: schema.add_text_field("place", whole.clone()),
            bag: schema.add_text_field("bag", bag.clone()),
            heading: schema.add_text_field("heading", whole.clone()),
            name: schema.add_text_field("name", bag),
            core: schema.add_text_field("core", whole.clone()),
            number: schema.add_text_field("number", whole.clone()),
            kind: schema.add_text_field("kind", whole.clone()),
            issuer: schema.add_text_field("issuer", whole.clone()),
            topic: schema.add_text_field("topic", whole),
            issued: schema.add_u64_field("issued", NumericOptions::default().set_fast()),
            record: schema.add_bytes_field("record", tantivy::schema::STORED),
        };
        (schema.build(), fields)
    }

    fn common(self, entry: &Entry) -> TantivyDocument {
        let mut doc = TantivyDocument::new();
        doc.add_text(self.document, &entry.document);
        doc.add_text(self.kind, filter_key(&entry.kind));
        for issuer in entry.issuer.split(';') {
            doc.add_text(self.issuer, filter_key(issuer));
        }
        doc.add_u64(self.issued, entry.issued.as_deref().and_then(day).unwrap_or(0));
        doc
    }

    fn article(self, entry: &Entry) -> TantivyDocument {
        let mut doc = self.common(entry);
        doc.add_text(self.place, place_key(&entry.document, &entry.article));
        for topic in &entry.topics {
            doc.add_text(self.topic, filter_key(topic));
        }
        for part in [&entry.title, &entry.heading, &entry.text] {
            doc.add_text(self.bag, part);
        }
        doc.add_text(self.heading, heading_key(&entry.heading));
        doc.add_bytes(self.record, &Record::of_article(entry));
        doc
    }

    fn document(self, entry: &Entry) -> TantivyDocument {
        let mut doc = self.common(entry);
        doc.add_text(self.topic, ANY_TOPIC);
        doc.add_text(self.name, format!("{} {}", entry.kind, entry.title));
        if let Some(core) = crate::lookup::name_key(&entry.kind, &entry.title) {
            doc.add_text(self.core, core);
        }
        for key in crate::lookup::number_keys(&entry.number) {
            doc.add_text(self.number, key);
        }
        doc.add_bytes(self.record, &Record::of_document(entry));
        doc
    }
}

pub(crate) fn filter_key(text: &str) -> String {
    viet::fold(&viet::clean(text))
}

pub(crate) fn place_key(document: &str, article: &str) -> String {
    format!("{document}\n{}", viet::clean(article).to_lowercase())
}

/// Headings of one wording share a key.
pub(crate) fn heading_key(heading: &str) -> String {
    let words: Vec<String> = words::folded_words(heading).into_iter().flatten().collect();
    hash(&words.join(" ")).to_string()
}

/// `2020-03-05` as 20200305.
pub(crate) fn day(iso: &str) -> Option<u64> {
    let digits: String = iso.get(..10)?.split('-').collect();
    (digits.len() == 8).then(|| digits.parse().ok()).flatten()
}

impl Live {
    fn create(dir: &Path) -> Result<Live, SeekError> {
        if dir.exists() {
            fs::remove_dir_all(dir).map_err(SeekError::io(dir))?;
        }
        fs::create_dir_all(dir).map_err(SeekError::io(dir))?;
        let (schema, fields) = Fields::schema();
        // A block unpacked for one record brings few others.
        let settings = IndexSettings { docstore_blocksize: BLOCK, ..IndexSettings::default() };
        let made = tantivy::Index::builder().schema(schema).settings(settings).create_in_dir(dir);
        let index = made.map_err(SeekError::engine(dir))?;
        Live::with(dir, index, fields)
    }

    fn open(dir: &Path) -> Result<Live, SeekError> {
        let broken = |error: tantivy::TantivyError| match SeekError::engine(dir)(error) {
            SeekError::Engine(reason) => SeekError::damaged(dir, reason),
            other => other,
        };
        let index = tantivy::Index::open_in_dir(dir).map_err(broken)?;
        let (schema, fields) = Fields::schema();
        if index.schema() != schema {
            return Err(SeekError::damaged(dir, "the format is another one"));
        }
        if let Some(file) = index.validate_checksum().map_err(broken)?.into_iter().next() {
            return Err(SeekError::damaged(dir, format!("the checksum of {} is wrong", file.display())));
        }
        Live::with(dir, index, fields).map_err(|error| match error {
            SeekError::Engine(reason) => SeekError::damaged(dir, reason),
            other => other,
        })
    }

    fn with(dir: &Path, index: tantivy::Index, fields: Fields) -> Result<Live, SeekError> {
        index.tokenizers().register("bag", Bag);
        let made = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into();
        let reader = made.map_err(SeekError::engine(dir))?;
        let view = RwLock::new(Arc::new(View::of(&reader, fields).map_err(SeekError::engine(dir))?));
        Ok(Live { dir: dir.into(), fields, index, reader, view, writer: Mutex::new(None) })
    }

    /// What can be found now.
    pub fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn dir(&self) -> &Path {
        &self.dir
    }

    fn write<T>(&self, act: impl FnOnce(&mut IndexWriter) -> tantivy::Result<T>) -> Result<T, SeekError> {
        let mut writer = lock(&self.writer);
        let open = match &mut *writer {
            Some(open) => open,
            none => {
                let threads = std::thread::available_parallelism().map_or(1, |n| n.get().min(4));
                let made = self.index.writer_with_num_threads(threads, BUFFER * threads);
                none.insert(made.map_err(SeekError::engine(&self.dir))?)
            }
        };
        let done = act(open).map_err(SeekError::engine(&self.dir));
        if done.is_err() {
            // A writer that failed once answers nothing but errors; the next change opens a new one.
            *writer = None;
        }
        done
    }

    fn replace(&self, document: &str, entries: &[Entry]) -> Result<(), SeekError> {
        let mut acts = vec![UserOperation::Delete(Term::from_field_text(self.fields.document, document))];
        acts.extend(entries.first().map(|entry| UserOperation::Add(self.fields.document(entry))));
        acts.extend(entries.iter().map(|entry| UserOperation::Add(self.fields.article(entry))));
        self.write(|writer| writer.run(acts)).map(drop)
    }

    fn add(&self, entry: &Entry, first: bool) -> Result<(), SeekError> {
        self.write(|writer| {
            if first {
                writer.add_document(self.fields.document(entry))?;
            }
            writer.add_document(self.fields.article(entry))
        })
        .map(drop)
    }

    fn commit(&self) -> Result<(), SeekError> {
        if lock(&self.writer).is_some() {
            self.write(IndexWriter::commit)?;
        }
        let view = || {
            self.reader.reload()?;
            View::of(&self.reader, self.fields)
        };
        let view = view().map_err(SeekError::engine(&self.dir))?;
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(view);
        Ok(())
    }

    /// Ends writing: running merges finish, the lock on the folder is given back.
    fn close(&self) -> Result<(), SeekError> {
        match lock(&self.writer).take() {
            Some(writer) => writer.wait_merging_threads().map_err(SeekError::engine(&self.dir)),
            None => Ok(()),
        }
    }
}

/// A thread that panicked while it held the lock left the data whole: every change is one call of the engine.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Index {
    /// Opens the index in the folder; makes an empty one if there is none.
    ///
    /// [`SeekError::Damaged`] when the files are damaged or of another format: call [`Index::create`] and fill it.
    pub fn open(dir: &Path) -> Result<Index, SeekError> {
        let current = match fs::read_to_string(dir.join(CURRENT)) {
            Ok(current) => current,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Index::create(dir),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                return Err(SeekError::damaged(dir, error));
            }
            Err(error) => return Err(SeekError::io(dir)(error)),
        };
        let name = current.trim();
        if name.split_once('-').is_none_or(|(format, number)| {
            format != FORMAT || number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit())
        }) {
            return Err(SeekError::damaged(dir, format!("its format is {name:?}, not {FORMAT:?}")));
        }
        let live = Live::open(&dir.join(name)).map_err(|error| match error {
            SeekError::Damaged { reason, .. } => SeekError::damaged(dir, reason),
            other => other,
        })?;
        Ok(Index::of(dir, live))
    }

    /// A new, empty index in the folder; what was there is gone.
    pub fn create(dir: &Path) -> Result<Index, SeekError> {
        fs::create_dir_all(dir).map_err(SeekError::io(dir))?;
        let live = Live::create(&next_folder(dir)?)?;
        point_to(dir, &live.dir)?;
        sweep(dir, &live.dir)?;
        Ok(Index::of(dir, live))
    }

    fn of(dir: &Path, live: Live) -> Index {
        Index { dir: dir.into(), live: RwLock::new(Arc::new(live)), rebuilding: Mutex::new(None) }
    }

    pub(crate) fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The folder of the index.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Articles of the document are those given, and no others.
    pub fn replace(&self, document: &str, entries: &[Entry]) -> Result<(), SeekError> {
        let mut rebuilding = lock(&self.rebuilding);
        if let Some(changes) = rebuilding.as_mut() {
            changes.live.replace(document, entries)?;
            changes.documents.insert(document.to_owned());
        }
        self.live().replace(document, entries)
    }

    /// The document and its articles are no longer found.
    pub fn remove(&self, document: &str) -> Result<(), SeekError> {
        self.replace(document, &[])
    }

    /// Adds entries of documents that are not in the index yet, in bulk.
    pub fn add_all(&self, entries: impl IntoIterator<Item = Entry>) -> Result<u64, SeekError> {
        let live = self.live();
        let mut known = HashSet::new();
        let mut added = 0;
        for entry in entries {
            let first = known.insert(entry.document.clone());
            if let Some(changes) = lock(&self.rebuilding).as_mut() {
                changes.live.add(&entry, first)?;
                changes.documents.insert(entry.document.clone());
            }
            live.add(&entry, first)?;
            added += 1;
        }
        Ok(added)
    }

    /// Everything done so far is found, and survives a crash, when this returns.
    pub fn commit(&self) -> Result<(), SeekError> {
        self.live().commit()
    }

    /// Articles that can be found.
    pub fn len(&self) -> u64 {
        let view = self.live().view();
        let count = |segment: &tantivy::SegmentReader| -> tantivy::Result<u64> {
            let bag = segment.get_fieldnorms_reader(view.fields.bag)?;
            Ok(segment.doc_ids_alive().filter(|doc| bag.fieldnorm_id(*doc) > 0).count() as u64)
        };
        view.searcher.segment_readers().iter().map(|segment| count(segment).unwrap_or(0)).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Begins to build the index again beside the present one, which goes on answering.
    ///
    /// Changes made meanwhile go into both. A rebuild that began earlier and is not finished comes to nothing.
    pub fn rebuild(&self) -> Result<Rebuild<'_>, SeekError> {
        let mut rebuilding = lock(&self.rebuilding);
        let live = Arc::new(Live::create(&next_folder(&self.dir)?)?);
        *rebuilding = Some(Changes { live: Arc::clone(&live), documents: HashSet::new() });
        Ok(Rebuild { index: self, live, known: HashSet::new() })
    }
}

/// An index being built again; without [`finish`](Rebuild::finish) it comes to nothing.
pub struct Rebuild<'i> {
    index: &'i Index,
    live: Arc<Live>,
    known: HashSet<String>,
}

impl Rebuild<'_> {
    /// Adds entries; those of documents changed since the rebuild began are left out, their new text is in.
    pub fn add_all(&mut self, entries: impl IntoIterator<Item = Entry>) -> Result<u64, SeekError> {
        let mut added = 0;
        for entry in entries {
            let rebuilding = lock(&self.index.rebuilding);
            let changed = rebuilding.as_ref().is_some_and(|c| c.documents.contains(&entry.document));
            if !changed {
                self.live.add(&entry, self.known.insert(entry.document.clone()))?;
                added += 1;
            }
        }
        Ok(added)
    }

    /// The new index answers from now on.
    pub fn finish(self) -> Result<(), SeekError> {
        let mut rebuilding = lock(&self.index.rebuilding);
        if !rebuilding.as_ref().is_some_and(|changes| Arc::ptr_eq(&changes.live, &self.live)) {
            return Err(SeekError::Engine("another rebuild has begun since".into()));
        }
        self.live.commit()?;
        point_to(&self.index.dir, &self.live.dir)?;
        let old = {
            let mut live = self.index.live.write().unwrap_or_else(PoisonError::into_inner);
            std::mem::replace(&mut *live, Arc::clone(&self.live))
        };
        *rebuilding = None;
        drop(rebuilding);
        old.close()?;
        // Searches under way keep the old files open; the folder itself can go.
        sweep(&self.index.dir, &self.live.dir)
    }
}

impl Drop for Rebuild<'_> {
    fn drop(&mut self) {
        let mut rebuilding = lock(&self.index.rebuilding);
        if rebuilding.as_ref().is_some_and(|changes| Arc::ptr_eq(&changes.live, &self.live)) {
            *rebuilding = None;
            drop(rebuilding);
            // What is left behind is swept away by the next rebuild.
            if self.live.close().is_ok() {
                let _ = fs::remove_dir_all(&self.live.dir);
            }
        }
    }
}

/// A folder name that no generation in `dir` has had.
fn next_folder(dir: &Path) -> Result<PathBuf, SeekError> {
    let mut last = 0;
    for found in fs::read_dir(dir).map_err(SeekError::io(dir))? {
        let name = found.map_err(SeekError::io(dir))?.file_name();
        let number = name.to_str().and_then(|name| name.split_once('-')).and_then(|(_, n)| n.parse().ok());
        last = last.max(number.unwrap_or(0));
    }
    Ok(dir.join(format!("{FORMAT}-{}", last + 1)))
}

/// Makes `folder` the one that answers, in one step that survives a crash.
fn point_to(dir: &Path, folder: &Path) -> Result<(), SeekError> {
    let written = dir.join("current.new");
    let write = || {
        fs::write(&written, folder_name(folder))?;
        fs::File::open(&written)?.sync_all()?;
        fs::rename(&written, dir.join(CURRENT))?;
        fs::File::open(dir)?.sync_all()
    };
    write().map_err(SeekError::io(dir))
}

/// Removes every generation but one.
fn sweep(dir: &Path, keep: &Path) -> Result<(), SeekError> {
    let sweep = || {
        for found in fs::read_dir(dir)? {
            let found = found?;
            if found.file_type()?.is_dir() && found.file_name() != folder_name(keep) {
                fs::remove_dir_all(found.path())?;
            }
        }
        Ok(())
    };
    sweep().map_err(SeekError::io(dir))
}

fn folder_name(folder: &Path) -> &str {
    folder.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}
