//! Commands, nothing else.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use lantoa::app::{Clock, Random};
use lantoa::start::{self, Data};

/// Lan Tỏa: đưa pháp luật đến người dân, từ luật đến báo cáo. Without a command: the demo.
#[derive(Parser)]
#[command(name = "lantoa", version)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    place: Place,
}

#[derive(Args, Clone)]
struct Place {
    /// Folder of the database, files, keys and mails
    #[arg(long, global = true, default_value = "lantoa-data")]
    data: PathBuf,
    /// Use this PostgreSQL database instead of SQLite in the data folder
    #[arg(long, global = true, value_name = "postgres://…")]
    database: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve pages and the programming interface
    Serve {
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: String,
    },
    /// Bring the database up to date
    Migrate,
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| "warn,lantoa=info".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("cannot start: {e}");
            return ExitCode::from(1);
        }
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("{e:#}");
            ExitCode::from(1)
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let data = Data { folder: cli.place.data, postgres: cli.place.database };
    match cli.command {
        Some(Command::Serve { listen }) => {
            let app = start::open(&data, false, Clock::System, Random::System).await?;
            eprintln!("http://{listen}");
            start::serve(app, &listen).await
        }
        Some(Command::Migrate) => {
            start::open(&data, false, Clock::System, Random::System).await?;
            Ok(())
        }
        None => Ok(()),
    }
}
