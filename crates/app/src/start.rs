//! Starting up: opening the data folder and the database, serving.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use store::{Db, Place};

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
    // The port may have been left to the system.
    print_aside(format_args!("http://{}", listener.local_addr()?));
    if !app.config.demo
        && let Some(said) = crate::commands::admin::first(&app).await.map_err(|e| anyhow::anyhow!("{e}"))?
    {
        crate::i18n::Lang::ALL
            .into_iter()
            .for_each(|lang| said.sentences(&app.words, lang).for_each(print_aside));
    }
    let service = crate::router(app);
    let make = axum::ServiceExt::<axum::extract::Request>::into_make_service_with_connect_info::<SocketAddr>(
        service,
    );
    axum::serve(listener, make).with_graceful_shutdown(asked_to_stop()).await?;
    Ok(())
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
