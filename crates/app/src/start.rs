//! Starting up: opening the data folder and the database, serving.

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use store::{Db, Place};
use tokio::sync::Semaphore;
use tower::{Service, ServiceExt as _};

use crate::app::{App, Clock, Keys, Random, Shared};
use crate::commands::print_aside;
use crate::config::Config;

/// Where the data are: a folder, and a database in it unless another is named.
#[derive(Debug, Clone)]
pub struct Data {
    pub folder: PathBuf,
    pub postgres: Option<String>,
}

impl Data {
    /// Whether there is a database to open; one on a server is known only by opening it.
    pub fn exists(&self) -> bool {
        match self.place() {
            Place::Postgres(_) => true,
            Place::File(file) => file.exists(),
        }
    }
    pub fn place(&self) -> Place {
        match &self.postgres {
            Some(url) => Place::Postgres(url.clone()),
            None => Place::File(self.folder.join("lantoa.db")),
        }
    }
}

/// Opens everything and brings the database up to date. A database with the demo's data stays a demo, whoever
/// opens it.
pub async fn open(data: &Data, demo: bool, clock: Clock, random: Random) -> anyhow::Result<Shared> {
    std::fs::create_dir_all(&data.folder).with_context(|| data.folder.display().to_string())?;
    let mut config = Config::load(data.folder.clone(), demo)?;
    let db = Db::open(&data.place()).await?;
    store::migrate(&db, &crate::migrations()).await?;
    config.demo |=
        crate::seed::find_mark(&db).await.map_err(|e| anyhow::anyhow!("{e}"))? != crate::seed::Marked::No;
    Ok(Arc::new(App {
        keys: Keys::load(&data.folder, &random)?,
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

/// Without an address in `lantoa.toml`, links lead where the program listens.
pub fn reached_at(app: &mut Shared, listen: &str) {
    if let Some(app) = Arc::get_mut(app)
        && app.config.public_url == Config::default().public_url
    {
        app.config.public_url = format!("http://{}", listen.replace("0.0.0.0", "127.0.0.1"));
    }
}

/// The address to serve on is taken or not to be had.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct CannotListen {
    pub listen: String,
    pub cause: std::io::Error,
}

/// Serves until the process is asked to stop; requests under way are answered first.
pub async fn serve(app: Shared, listen: &str) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .map_err(|cause| CannotListen { listen: listen.to_owned(), cause })?;
    tokio::spawn(crate::features::laws::index::follow(Arc::clone(&app)));
    tokio::spawn(crate::features::laws::alerts::follow(Arc::clone(&app)));
    // The port may have been left to the system.
    print_aside(format_args!("http://{}", listener.local_addr()?));
    if !app.config.demo
        && let Some(said) = crate::commands::admin::first(&app).await.map_err(|e| anyhow::anyhow!("{e}"))?
    {
        crate::i18n::Lang::ALL
            .into_iter()
            .for_each(|lang| said.sentences(&app.words, lang).for_each(print_aside));
    }
    answer(crate::router(app), listener, &Patience::default(), asked_to_stop()).await;
    Ok(())
}

/// How long others are waited for, and how many at once.
pub struct Patience {
    /// For the head of a request, from the first byte it could come on.
    pub head: Duration,
    /// For requests under way when the process is asked to stop.
    pub end: Duration,
    /// Below the 1,024 files that a process may usually open.
    pub connections: usize,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience { head: Duration::from_secs(30), end: Duration::from_secs(10), connections: 512 }
    }
}

/// Answers at a listener until `stop`. Whoever says nothing is not waited for: an open connection costs a file.
pub async fn answer(
    service: impl Answers,
    listener: tokio::net::TcpListener,
    patience: &Patience,
    stop: impl Future<Output = ()>,
) {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1().timer(TokioTimer::new()).header_read_timeout(patience.head);
    let places = Arc::new(Semaphore::new(patience.connections));
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
        let _ = stream.set_nodelay(true);
        let service = service.clone().map_request(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            request
        });
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        let connection = open.watch(connection.into_owned());
        tokio::spawn(async move {
            // Its end, good or bad, is the other side's matter.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(patience.end, open.shutdown()).await.is_err() {
        tracing::warn!("some requests were not ended in time");
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
