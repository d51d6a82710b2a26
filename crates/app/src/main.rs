//! Commands, nothing else.
#![deny(clippy::print_stdout, clippy::print_stderr)] // They panic when nobody reads.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use lantoa::app::{Clock, Random};
use lantoa::commands::{Maintenance, print, print_aside, trouble};
use lantoa::i18n::Lang;
use lantoa::seed::command as demo;
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

#[derive(Args)]
struct Demo {
    /// The address to serve on
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Folder of the two annual reports; "out" in the data folder by default
    #[arg(long)]
    out: Option<PathBuf>,
    /// Make the data and the reports, then stop
    #[arg(long)]
    no_serve: bool,
    /// Say what was done as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Make the demo's data once, do the main job from end to end, write the two annual reports, and serve
    Demo(Demo),
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
    /// Read a PDF or a web page from standard input: started by the program itself
    #[command(hide = true)]
    ReadText {
        #[arg(long)]
        html: bool,
    },
    /// Look into legal documents without a database
    Laws {
        #[command(subcommand)]
        act: Laws,
    },
    /// Write data as open data
    Export {
        #[command(subcommand)]
        what: Export,
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
enum Laws {
    /// The outline of each file: articles, clauses, points, problems
    Outline {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// One JSON object a file and line
        #[arg(long)]
        json: bool,
    },
}

#[derive(Subcommand)]
enum Export {
    /// Legal documents: laws.jsonl and, as Akoma Ntoso, akn/….xml in this folder
    Laws { folder: PathBuf },
}

#[derive(Subcommand)]
enum Import {
    /// Units and successions: units.csv and successions.csv of a folder, or all of Vietnam as the program knows it
    Units { folder: Option<PathBuf> },
    /// Legal documents: DOCX, HTML, PDF with text, plain text, folders of them, and JSON Lines (.jsonl, .jsonl.zst)
    Laws {
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Say what was done as JSON
        #[arg(long)]
        json: bool,
    },
    /// Activities of a unit from a workbook made from the template (/hoat-dong/mau.xlsx)
    Activities {
        workbook: PathBuf,
        /// The unit: its code or its name, as today
        #[arg(long)]
        unit: String,
        /// The account that records: its e-mail address
        #[arg(long)]
        account: Option<String>,
        /// Say what was done as JSON
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    lantoa::memory::keep_little();
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| "warn,lantoa=info".into()),
        )
        .with_writer(std::io::stderr)
        // Where nobody reads the log any more, there is nothing to say about it either.
        .log_internal_errors(false)
        .init();
    lantoa::foreign::quiet_panics();
    let cli = Cli::parse();
    if let Some(Command::ReadText { html }) = cli.command {
        let (input, output) = (&mut std::io::stdin(), &mut std::io::stdout());
        let done = lantoa::features::laws::read_text_process(html, input, output);
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(1) };
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(e) => {
            print_aside(format_args!("cannot start: {e}"));
            return ExitCode::from(1);
        }
    };
    let data = Data { folder: cli.place.data, postgres: cli.place.database };
    match runtime.block_on(run(cli.command, data.clone())) {
        Ok(code) => code,
        Err(e) => {
            trouble::sentences(&e, &data).into_iter().for_each(print_aside);
            ExitCode::from(1)
        }
    }
}

async fn run(command: Option<Command>, data: Data) -> anyhow::Result<ExitCode> {
    let Some(command) = command else {
        let listen = "127.0.0.1:8080".to_owned();
        run_demo(data, Demo { listen, out: None, no_serve: false, json: false }).await?;
        return Ok(ExitCode::SUCCESS);
    };
    match command {
        Command::Demo(options) => run_demo(data, options).await?,
        Command::Serve { listen } => {
            let mut app = start::open(&data, false, Clock::System, Random::System).await?;
            start::reached_at(&mut app, &listen);
            start::serve(app, &listen).await?;
        }
        Command::Migrate => {
            start::open(&data, false, Clock::System, Random::System).await?;
        }
        Command::Routes { json } => print_routes(json),
        Command::Laws { act: Laws::Outline { files, json } } => return outline(&files, json).await,
        Command::Export { what: Export::Laws { folder } } => {
            let app = start::open(&data, false, Clock::System, Random::System).await?;
            let bar = Bar::new()?;
            let count = lantoa::features::laws::open_data::export(&app, &folder, &bar).await?;
            bar.0.finish_and_clear();
            print(format_args!("{count} văn bản · documents → {}", folder.display()));
        }
        Command::Import { what: Import::Units { folder } } => {
            let app = start::open(&data, false, Clock::System, Random::System).await?;
            import_units(&app, folder.as_deref()).await?;
        }
        Command::Import { what: Import::Activities { workbook, unit, account, json } } => {
            let app = start::open(&data, false, Clock::System, Random::System).await?;
            return import_activities(&app, &workbook, &unit, account.as_deref(), json).await;
        }
        Command::Import { what: Import::Laws { paths, json } } => {
            let app = start::open(&data, false, Clock::System, Random::System).await?;
            return import_laws(&app, &paths, json).await;
        }
        Command::ReadText { .. } => {}
        Command::Maintain(command) => return command.run(&data).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// The language of the machine when it is English, else Vietnamese.
fn language() -> Lang {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok());
    if set.is_some_and(|l| l.starts_with("en")) { Lang::En } else { Lang::Vi }
}

async fn run_demo(data: Data, demo: Demo) -> anyhow::Result<()> {
    let options = demo::Options { data, out: demo.out, listen: demo.listen, lang: language() };
    let (app, done) = demo::run(&options).await?;
    if demo.json {
        print(serde_json::to_string_pretty(&done)?);
    } else {
        print(demo::text(&app, options.lang, &done));
    }
    if demo.no_serve {
        return Ok(());
    }
    start::serve(app, &options.listen).await
}

/// Prints the outline of each file; status 1 when one could not be read.
async fn outline(files: &[PathBuf], json: bool) -> anyhow::Result<ExitCode> {
    let config = lantoa::config::Config::default();
    let words = lantoa::words()?;
    let mut done = ExitCode::SUCCESS;
    for file in files {
        let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let read = match std::fs::read(file) {
            Ok(bytes) => lantoa::features::laws::outline(&config, &name, bytes).await,
            Err(e) => return Err(anyhow::Error::from(e).context(file.display().to_string())),
        };
        match read.map_err(|e| anyhow::anyhow!("{e}"))? {
            Ok(outline) if json => print(serde_json::to_string(&outline)?),
            Ok(outline) => {
                let c = &outline.counts;
                print(format_args!(
                    "{name}: {} {} – {} điều · articles, {} khoản · clauses, {} điểm · points, {} chỗ cần xem · problems",
                    outline.kind,
                    outline.number,
                    c.dieu,
                    c.khoan,
                    c.diem,
                    outline.problems.len()
                ));
                for article in outline.docs.iter().flat_map(|d| &d.articles) {
                    print(format_args!("  {} {}", article.number, article.heading));
                }
            }
            Err(code) => {
                done = ExitCode::from(1);
                for lang in Lang::ALL {
                    print_aside(format_args!(
                        "{name}: {}",
                        words.say(lang, &format!("laws-unreadable-{code}"), &[])
                    ));
                }
            }
        }
    }
    Ok(done)
}

/// Good rows are kept; the others come back beside the workbook with notes on their cells, and the status is 1.
async fn import_activities(
    app: &lantoa::app::App,
    workbook: &std::path::Path,
    unit: &str,
    account: Option<&str>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    use lantoa::error::Error;
    use lantoa::features::activities;
    let lang = language();
    let sentence = |e: Error| match e {
        Error::Internal(cause) => cause,
        Error::Invalid(problems) => {
            let say =
                |p: &lantoa::error::FieldProblem| app.words.say(lang, p.key, &[("value", p.value.clone())]);
            anyhow::anyhow!("{}", problems.iter().map(say).collect::<Vec<_>>().join("\n"))
        }
        other => anyhow::anyhow!("{}", app.words.say(lang, other.key(), &[])),
    };
    let bytes = std::fs::read(workbook).map_err(|e| anyhow::anyhow!("{}: {e}", workbook.display()))?;
    let tree = app.trees.on(&app.db, app.today()).await.map_err(sentence)?;
    let named: Vec<_> = tree.units().filter(|u| u.name == unit || u.code.as_deref() == Some(unit)).collect();
    let unit = match named.as_slice() {
        [one] => one.unit_id,
        [] => anyhow::bail!(
            "{}",
            app.words.say(lang, "activities-import-no-unit", &[("value", unit.to_owned())])
        ),
        many => anyhow::bail!(
            "{}",
            app.words.say(
                lang,
                "activities-import-many-units",
                &[("value", unit.to_owned()), ("codes", codes(many))]
            )
        ),
    };
    let account = match account {
        None => None,
        Some(email) => {
            let found = lantoa::signin::find_account_by_email(&app.db, email).await.map_err(sentence)?;
            let missing =
                || app.words.say(lang, "activities-import-no-account", &[("value", email.to_owned())]);
            Some(found.ok_or_else(|| anyhow::anyhow!("{}", missing()))?.id)
        }
    };
    let done = activities::import_workbook(app, lang, account, unit, bytes).await.map_err(sentence)?;
    let returned = done.returned.as_ref().map(|_| workbook.with_extension("can-sua.xlsx"));
    if let (Some(bytes), Some(path)) = (&done.returned, &returned) {
        std::fs::write(path, bytes).map_err(|e| anyhow::anyhow!("{}: {e}", path.display()))?;
    }
    if json {
        let answer = serde_json::json!({
            "saved": done.saved, "refused": done.refused, "returned": returned, "sentences": done.sentences,
        });
        print(answer);
    } else {
        done.sentences.iter().for_each(print_aside);
        let counts = [("saved", done.saved.to_string()), ("refused", done.refused.to_string())];
        print(app.words.say(lang, "activities-import-did", &counts));
        if let Some(path) = &returned {
            let path = path.display().to_string();
            print(app.words.say(lang, "activities-import-beside", &[("value", path)]));
        }
    }
    Ok(if returned.is_some() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn codes(units: &[&lantoa::features::orgs::Unit]) -> String {
    let codes: Vec<&str> = units.iter().filter_map(|u| u.code.as_deref()).collect();
    codes.join(", ")
}

fn print_routes(json: bool) {
    let routes = lantoa::routes().list;
    if json {
        let rows: Vec<_> = routes
            .iter()
            .map(|r| serde_json::json!({ "method": r.method.as_str(), "path": r.path, "who": format!("{:?}", r.who) }))
            .collect();
        print(serde_json::Value::Array(rows));
    } else {
        routes.iter().for_each(|r| print(format_args!("{} {} {:?}", r.method, r.path, r.who)));
    }
}

/// Shows how far it is; what could not be read is named, the rest is in, and the status is 1.
/// How far a long work has come.
struct Bar(indicatif::ProgressBar);

impl Bar {
    fn new() -> anyhow::Result<Bar> {
        let style = indicatif::ProgressStyle::with_template("{bar:40} {percent}% {elapsed} {msg}")?;
        Ok(Bar(indicatif::ProgressBar::new(0).with_style(style)))
    }
}

impl lantoa::features::laws::bulk::Progress for Bar {
    fn at(&self, done: u64, all: u64, what: &str) {
        self.0.set_length(all);
        self.0.set_position(done);
        self.0.set_message(what.to_owned());
    }
}

async fn import_laws(app: &lantoa::app::App, paths: &[PathBuf], json: bool) -> anyhow::Result<ExitCode> {
    use lantoa::features::laws::bulk;
    let bar = Bar::new()?;
    let report = bulk::import(app, paths, &bar).await?;
    bar.0.finish_and_clear();
    if json {
        print(serde_json::to_string(&report)?);
    } else {
        report.unread.iter().for_each(|u| {
            let line = u.line.map(|n| format!(", line {n}")).unwrap_or_default();
            print_aside(format_args!("{}{line}: {}", u.file, u.why));
        });
        print(format_args!(
            "new {} changed {} same {} articles {} problems {} unread {}",
            report.new,
            report.changed,
            report.same,
            report.articles,
            report.problems.len(),
            report.unread.len()
        ));
    }
    Ok(if report.unread.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
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
    problems.iter().for_each(print_aside);
    let e = import::import(&app.db, &source, app.now()).await.map_err(|e| anyhow::anyhow!("{e}"))?;
    print(format_args!(
        "units {} versions {} reorganisations {} successions {} problems {}",
        e.units,
        e.versions,
        e.reorganisations,
        e.successions,
        problems.len()
    ));
    Ok(())
}
