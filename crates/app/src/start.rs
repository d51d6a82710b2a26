//! Starting up: opening the data folder and the database, serving.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use store::{Db, Place};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tower::{Service, ServiceExt as _};

use crate::app::{App, Clock, Keys, Random, Shared};
use crate::commands::{Trouble, print_aside};
use crate::config::Config;
use crate::i18n::Lang;

/// Where the data are: a folder, and a database in it unless another is named.
#[derive(Debug, Clone)]
pub struct Data {
    pub folder: PathBuf,
    pub postgres: Option<String>,
}

impl Data {
    /// Whether there is a database to open, or what a restore has left of one; a database on a server is known only by
    /// opening it.
    pub fn exists(&self) -> bool {
        match self.place() {
            Place::Postgres(_) => true,
            Place::File(file) => file.exists() || self.folder.join(RESTORING).exists(),
        }
    }
    pub fn place(&self) -> Place {
        match &self.postgres {
            Some(url) => Place::Postgres(url.clone()),
            None => Place::File(self.folder.join("lantoa.db")),
        }
    }
}

/// Stands in a data folder from the first moment of a restore to the last. What is cut off between them looks like
/// a sound installation with nothing in it, and must not be taken for one.
pub const RESTORING: &str = "restoring";

/// Errors when a restore into this place was begun and has not ended.
fn refuse_half_restored(data: &Data, is_marked: bool) -> anyhow::Result<()> {
    if is_marked {
        Err(Trouble::of_folder("command-restore-unfinished", &data.folder).into())
    } else {
        Ok(())
    }
}

/// Opens everything and brings the database up to date. A database with the demo's data stays a demo, whoever
/// opens it.
pub async fn open(data: &Data, demo: bool, clock: Clock, random: Random) -> anyhow::Result<Shared> {
    refuse_half_restored(data, data.folder.join(RESTORING).exists())?;
    std::fs::create_dir_all(&data.folder).with_context(|| data.folder.display().to_string())?;
    let mut config = Config::load(data.folder.clone(), demo)?;
    let older = data.exists();
    let db = Db::open(&data.place()).await?;
    refuse_half_restored(data, store::is_being_filled(&db).await?)?;
    store::migrate(&db, &crate::migrations()).await?;
    crate::features::activities::fold_again(&db).await.map_err(|e| anyhow::anyhow!("{e}"))?;
    config.demo |=
        crate::seed::find_mark(&db).await.map_err(|e| anyhow::anyhow!("{e}"))? != crate::seed::Marked::No;
    Ok(Arc::new(App {
        keys: Keys::load(&data.folder, &random, older)?,
        mail: crate::mail::Mail::from_config(&config)?,
        files: crate::files::Files::open(&data.folder)?,
        index: crate::features::laws::index::LawIndex::open(&data.folder)?,
        words: crate::words()?,
        trees: Default::default(),
        pages: Default::default(),
        attempts: crate::web::limits::Attempts::new(&clock),
        db,
        clock,
        random,
        config,
    }))
}

/// Takes away an SQLite database that is half made.
pub fn remove_database(file: &Path) -> anyhow::Result<()> {
    for end in ["", "-wal", "-shm"] {
        let path = PathBuf::from(format!("{}{end}", file.display()));
        if path.exists() {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
    }
    Ok(())
}

/// Without an address in `lantoa.toml`, links lead where the program listens.
pub fn reached_at(app: &mut Shared, listen: &str) {
    if let Some(app) = Arc::get_mut(app)
        && app.config.public_url == Config::default().public_url
    {
        app.config.public_url = format!("http://{}", listen.replace("0.0.0.0", "127.0.0.1"));
    }
}

/// Takes the address to serve on.
pub async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|cause| {
        let key = match cause.kind() {
            std::io::ErrorKind::AddrInUse => "command-port-in-use",
            _ => "command-cannot-listen",
        };
        anyhow::Error::new(cause).context(Trouble::new(key, vec![("listen", address.to_owned())]))
    })
}

/// Serves until the process is asked to stop; requests under way are answered first.
pub async fn serve(app: Shared, listener: TcpListener, langs: &[Lang]) -> anyhow::Result<()> {
    tokio::spawn(crate::features::laws::index::follow(Arc::clone(&app)));
    tokio::spawn(crate::features::laws::alerts::follow(Arc::clone(&app)));
    tokio::spawn(crate::features::people::follow(Arc::clone(&app)));
    tokio::spawn(crate::features::laws::scan::follow(Arc::clone(&app)));
    // The port may have been left to the system.
    print_aside(format_args!("http://{}", listener.local_addr()?));
    if !app.config.demo
        && let Some(said) = crate::commands::admin::first(&app).await.map_err(|e| anyhow::anyhow!("{e}"))?
    {
        langs.iter().for_each(|lang| said.sentences(&app.words, *lang).for_each(print_aside));
    }
    let mut patience = Patience::default();
    if app.config.proxies > 0 {
        patience.of_one_address = patience.connections;
    }
    answer(crate::router(app), listener, &patience, asked_to_stop()).await;
    Ok(())
}

/// How long others are waited for, and how many at once.
pub struct Patience {
    /// For the head of a request, from the first byte it could come on.
    pub head: Duration,
    /// For requests under way when the process is asked to stop.
    pub end: Duration,
    /// For the other side to take something of an answer.
    pub taking: Duration,
    /// Below the 1,024 files that a process may usually open.
    pub connections: usize,
    /// Of them for one address: nobody takes all. Behind proxies all come from theirs, which count for themselves.
    pub of_one_address: usize,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            head: Duration::from_secs(30),
            end: Duration::from_secs(10),
            taking: Duration::from_secs(30),
            connections: 512,
            of_one_address: 128,
        }
    }
}

/// Answers at a listener until `stop`. Whoever says nothing is not waited for: an open connection costs a file.
pub async fn answer(
    service: impl Answers,
    listener: TcpListener,
    patience: &Patience,
    stop: impl Future<Output = ()>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience.head);
    let places = Arc::new(Semaphore::new(patience.connections));
    let addresses = Addresses::default();
    let open = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            next = next => next,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(e) => {
                tracing::error!("no connection could be taken: {e}");
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        let Some(address) = addresses.enter(peer.ip(), patience.of_one_address) else { continue };
        let _ = stream.set_nodelay(true);
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(patience.taking));
        let service = service.clone().map_request(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let stream = TokioIo::new(Box::pin(stream));
        let connection = open.watch(http.serve_connection(stream, TowerToHyperService::new(service)));
        tokio::spawn(async move {
            // Its end, good or bad, is the other side's matter.
            let _ = connection.await;
            drop((place, address));
        });
    }
    drop(listener);
    if tokio::time::timeout(patience.end, open.shutdown()).await.is_err() {
        tracing::warn!("some requests were not ended in time");
    }
}

/// How many connections each address has open.
#[derive(Clone, Default)]
struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection of an address, until dropped.
struct Entered(Addresses, IpAddr);

impl Addresses {
    fn enter(&self, address: IpAddr, most: usize) -> Option<Entered> {
        let mut open = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let count = open.entry(address).or_default();
        (*count < most).then(|| {
            *count += 1;
            Entered(self.clone(), address)
        })
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let mut open = self.0.0.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(count) = open.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.1);
            }
        }
    }
}

/// What answers requests.
pub trait Answers:
    Service<Request<Body>, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}
impl<S> Answers for S where
    S: Service<Request<Body>, Response = Response, Error = Infallible, Future: Send> + Clone + Send + 'static
{
}

async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(_) => {
            let _ = interrupt.await;
            return;
        }
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}
