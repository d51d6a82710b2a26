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
    /// Print the route table: method, path, who may come
    #[command(hide = true)]
    Routes {
        #[arg(long)]
        json: bool,
    },
    /// Read a PDF from standard input: started by the program itself
    #[command(hide = true)]
    PdfText,
    /// Enter data from files
    Import {
        #[command(subcommand)]
        what: Import,
    },
}

#[derive(Subcommand)]
enum Import {
    /// Units and successions: units.csv and successions.csv of a folder, or all of Vietnam as the program knows it
    Units { folder: Option<PathBuf> },
    /// Legal documents: DOCX, HTML, PDF with text, plain text, folders of them, and JSON Lines (.jsonl, .jsonl.zst)
    Laws {
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Print what was done as JSON
        #[arg(long)]
        json: bool,
    },
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
    if let Some(Command::PdfText) = cli.command {
        let done = lantoa::features::laws::pdf_text_process(&mut std::io::stdin(), &mut std::io::stdout());
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(1) };
    }
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
        Some(Command::Routes { json }) => {
            print_routes(json);
            Ok(())
        }
        Some(Command::Import { what: Import::Units { folder } }) => {
            let app = start::open(&data, false, Clock::System, Random::System).await?;
            import_units(&app, folder.as_deref()).await
        }
        Some(Command::Import { what: Import::Laws { paths, json } }) => {
            let app = start::open(&data, false, Clock::System, Random::System).await?;
            import_laws(&app, &paths, json).await
        }
        Some(Command::PdfText) | None => Ok(()),
    }
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

/// Shows how far it is; what could not be read is named, the rest is in.
async fn import_laws(app: &lantoa::app::App, paths: &[PathBuf], json: bool) -> anyhow::Result<()> {
    use lantoa::features::laws::bulk::{self, Progress};
    struct Bar(indicatif::ProgressBar);
    impl Progress for Bar {
        fn at(&self, done: u64, all: u64, what: &str) {
            self.0.set_length(all);
            self.0.set_position(done);
            self.0.set_message(what.to_owned());
        }
    }
    let bar = Bar(indicatif::ProgressBar::new(0)
        .with_style(indicatif::ProgressStyle::with_template("{bar:40} {percent}% {elapsed} {msg}")?));
    let report = bulk::import(app, paths, &bar).await?;
    bar.0.finish_and_clear();
    if json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        report.unread.iter().for_each(|u| {
            let line = u.line.map(|n| format!(", line {n}")).unwrap_or_default();
            eprintln!("{}{line}: {}", u.file, u.why);
        });
        println!(
            "new {} changed {} same {} articles {} problems {} unread {}",
            report.new,
            report.changed,
            report.same,
            report.articles,
            report.problems.len(),
            report.unread.len()
        );
    }
    if report.new + report.changed + report.same == 0 && !report.unread.is_empty() {
        anyhow::bail!(
            "nothing could be read; give DOCX, HTML, PDF with text, plain text or JSON Lines files"
        );
    }
    Ok(())
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
