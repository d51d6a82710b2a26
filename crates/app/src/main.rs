//! Commands, nothing else.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use lantoa::app::{Clock, Random};
use lantoa::commands::Maintenance;
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
    /// Print the route table: method, path, who may come
    #[command(hide = true)]
    Routes {
        #[arg(long)]
        json: bool,
    },
    /// Enter data from files
    Import {
        #[command(subcommand)]
        what: Import,
    },
    #[command(flatten)]
    Maintain(Maintenance),
}

#[derive(Subcommand)]
enum Import {
    /// Units and successions: units.csv and successions.csv of a folder, or all of Vietnam as the program knows it
    Units { folder: Option<PathBuf> },
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
        Ok(code) => code,
        Err(e) => {
            eprintln!("{e:#}");
            ExitCode::from(1)
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let data = Data { folder: cli.place.data, postgres: cli.place.database };
    match cli.command {
        Some(Command::Serve { listen }) => {
            let app = start::open(&data, false, Clock::System, Random::System).await?;
            start::serve(app, &listen).await?;
        }
        Some(Command::Migrate) => {
            start::open(&data, false, Clock::System, Random::System).await?;
        }
        Some(Command::Routes { json }) => print_routes(json),
        Some(Command::Import { what: Import::Units { folder } }) => {
            let app = start::open(&data, false, Clock::System, Random::System).await?;
            import_units(&app, folder.as_deref()).await?;
        }
        Some(Command::Maintain(command)) => return command.run(&data).await,
        None => {}
    }
    Ok(ExitCode::SUCCESS)
}

fn print_routes(json: bool) {
    let routes = lantoa::routes().list;
    if json {
        let rows: Vec<_> = routes
            .iter()
            .map(|r| serde_json::json!({ "method": r.method.as_str(), "path": r.path, "who": format!("{:?}", r.who) }))
            .collect();
        println!("{}", serde_json::Value::Array(rows));
    } else {
        routes.iter().for_each(|r| println!("{} {} {:?}", r.method, r.path, r.who));
    }
}

/// Prints each row that could not be used; the others are entered.
async fn import_units(app: &lantoa::app::App, folder: Option<&std::path::Path>) -> anyhow::Result<()> {
    use lantoa::features::orgs::{import, source};
    let (source, problems) = match folder {
        None => (source::vietnam()?, vec![]),
        Some(folder) => {
            let table = |name: &str| {
                let path = folder.join(name);
                std::fs::read_to_string(&path).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))
            };
            source::read(&table("units.csv")?, &table("successions.csv")?)
        }
    };
    problems.iter().for_each(|p| eprintln!("{p}"));
    let e = import::import(&app.db, &source, app.now()).await.map_err(|e| anyhow::anyhow!("{e}"))?;
    println!(
        "units {} versions {} reorganisations {} successions {} problems {}",
        e.units,
        e.versions,
        e.reorganisations,
        e.successions,
        problems.len()
    );
    Ok(())
}
