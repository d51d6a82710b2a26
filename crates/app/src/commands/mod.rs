//! Commands. `main.rs` starts the program and hands over to [`run`].
//!
//! A command says what it did in the language chosen with `--lang`; without it, those of whoever looks after an
//! installation speak both languages and the others that of the machine. For a program they say it as one JSON
//! value. A command ends with 0 when all is well, 1 when it found something wrong or could not do its work, 2 (from
//! the command line's reader) when it was asked wrongly.

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand};

use crate::app::{Clock, Random, Shared};
use crate::features::laws::bulk::Progress;
use crate::i18n::{Arg, Lang, Words};
use crate::seed::command as demo;
use crate::start::{self, Data};

pub mod admin;
pub mod backup;
pub mod check;
pub mod export;
pub mod import;
pub mod laws;
pub mod trouble;

pub use trouble::Trouble;

/// The words of commands: Vietnamese, English.
pub const WORDS: (&str, &str) =
    (include_str!("../words/commands.vi.ftl"), include_str!("../words/commands.en.ftl"));

/// Lan Tỏa: đưa pháp luật đến người dân, từ luật đến báo cáo. Không có lệnh: bản minh họa · From the law to the
/// people, from the law to the report. Without a command: the demo
#[derive(Parser)]
#[command(name = "lantoa", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    every: Every,
}

/// What every command takes.
#[derive(Args)]
struct Every {
    /// Thư mục chứa cơ sở dữ liệu, tệp, khóa, thư · Folder of the database, files, keys and mails
    #[arg(long, global = true, default_value = "lantoa-data", value_name = "FOLDER")]
    data: PathBuf,
    /// Dùng cơ sở dữ liệu PostgreSQL này thay SQLite trong thư mục dữ liệu · Use this PostgreSQL database instead of
    /// SQLite in the data folder
    #[arg(long, global = true, value_name = "postgres://…")]
    database: Option<String>,
    /// Nói tiếng Việt hay tiếng Anh · Speak Vietnamese or English
    #[arg(long, global = true, value_name = "vi|en", hide_possible_values = true,
          value_parser = PossibleValuesParser::new(["vi", "en"])
              .map(|code| if code == "en" { Lang::En } else { Lang::Vi }))]
    lang: Option<Lang>,
    /// Nói kết quả, cả lỗi, dạng JSON cho chương trình đọc · Say what was done, or what is wrong, as JSON for a program
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Args)]
struct Listen {
    /// Địa chỉ và cổng để phục vụ · The address and port to serve on
    #[arg(long, default_value = "127.0.0.1:8080", value_parser = address)]
    listen: String,
}

fn address(text: &str) -> Result<String, &'static str> {
    let port =
        text.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port.parse::<u16>());
    match port {
        Some(Ok(_)) => Ok(text.to_owned()),
        _ => Err(
            "hãy ghi địa chỉ và cổng, ví dụ 127.0.0.1:8080 · give an address and a port, such as 127.0.0.1:8080",
        ),
    }
}

#[derive(Args)]
struct Demo {
    #[command(flatten)]
    at: Listen,
    /// Thư mục chứa hai báo cáo năm; mặc định là "out" trong thư mục dữ liệu · Folder of the two annual reports; "out"
    /// in the data folder by default
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Tạo dữ liệu và báo cáo rồi dừng · Make the data and the reports, then stop
    #[arg(long)]
    no_serve: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Tạo dữ liệu minh họa một lần, làm việc chính từ đầu đến cuối, ghi hai báo cáo năm, rồi phục vụ · Make the demo's
    /// data once, do the main job from end to end, write the two annual reports, and serve
    Demo(Demo),
    /// Phục vụ các trang và giao diện lập trình · Serve pages and the programming interface
    Serve(Listen),
    /// Cập nhật cơ sở dữ liệu theo phiên bản này · Bring the database up to date
    Migrate,
    /// Bảng các đường dẫn: cách gọi, đường dẫn, ai được vào · Print the route table: method, path, who may come
    #[command(hide = true)]
    Routes,
    /// Đọc PDF hoặc trang web từ đầu vào; chương trình tự gọi · Read a PDF or a web page from standard input: started by
    /// the program itself
    #[command(hide = true)]
    ReadText {
        /// Trang web · A web page
        #[arg(long)]
        html: bool,
    },
    /// Xem văn bản mà không cần cơ sở dữ liệu · Look into legal documents without a database
    Laws {
        #[command(subcommand)]
        act: laws::Act,
    },
    /// Ghi dữ liệu mở · Write data as open data
    Export {
        #[command(subcommand)]
        what: export::What,
    },
    /// Nhập dữ liệu từ tệp · Enter data from files
    Import {
        #[command(subcommand)]
        what: import::What,
    },
    #[command(flatten)]
    Maintain(Maintenance),
}

#[derive(Subcommand)]
enum Maintenance {
    /// Quản trị viên hệ thống · System administrators: make one, reset one, give a one-time link
    Admin {
        #[command(subcommand)]
        act: admin::Act,
    },
    /// Kiểm tra dữ liệu: nhật ký, số cộng dồn, tệp · Check the data: audit chains, sums, files; status 1 when something is wrong
    Check(check::Args),
    /// Sao lưu vào một tệp · Back up everything into one file; the program may be running
    Backup(backup::Backup),
    /// Phục hồi từ tệp sao lưu vào thư mục trống · Restore a backup into an empty data folder (and an empty database)
    Restore(backup::Restore),
}

/// How a command speaks.
#[derive(Debug, Clone, Copy)]
pub struct Speech {
    /// The language asked for.
    chosen: Option<Lang>,
    /// The machine's.
    machine: Lang,
    /// As one JSON value for a program.
    pub json: bool,
}

impl Speech {
    /// For what is said in both languages unless one is chosen.
    pub fn langs(&self) -> Vec<Lang> {
        self.chosen.map_or(Lang::ALL.to_vec(), |lang| vec![lang])
    }
    /// For what is said once.
    pub fn lang(&self) -> Lang {
        self.chosen.unwrap_or(self.machine)
    }
}

/// Does what the command line asks.
pub fn run(cli: Cli, machine: Lang) -> ExitCode {
    if let Some(Command::ReadText { html }) = cli.command {
        let (input, output) = (&mut std::io::stdin(), &mut std::io::stdout());
        let done = crate::features::laws::read_text_process(html, input, output);
        return if done.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    let Every { data, database, lang, json } = cli.every;
    let speech = Speech { chosen: lang, machine, json };
    let data = Data { folder: data, postgres: database };
    let done = tokio::runtime::Runtime::new()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(act(cli.command, &data, speech)));
    done.unwrap_or_else(|e| match crate::words() {
        Ok(words) => trouble::said(&e, &data).print(&words, speech),
        Err(_) => {
            print_aside(format_args!("{e:#}"));
            ExitCode::FAILURE
        }
    })
}

async fn act(command: Option<Command>, data: &Data, speech: Speech) -> anyhow::Result<ExitCode> {
    let open = async || start::open(data, false, Clock::System, Random::System).await;
    let command = command.unwrap_or_else(|| {
        let at = Listen { listen: "127.0.0.1:8080".to_owned() };
        Command::Demo(Demo { at, out: None, no_serve: false })
    });
    match command {
        Command::Demo(options) => run_demo(data, options, speech).await?,
        Command::Serve(Listen { listen }) => {
            let mut app = open().await?;
            let listener = start::listen(&listen).await?;
            start::reached_at(&mut app, &listen);
            start::serve(app, listener, &speech.langs()).await?;
        }
        Command::Migrate => {
            let app: Shared = open().await?;
            let mut said = Said::default();
            said.say("command-migrated", vec![("folder", data.folder.display().to_string())]);
            return Ok(said.print(&app.words, speech));
        }
        Command::Routes => print_routes(speech.json),
        Command::ReadText { .. } => {}
        Command::Laws { act } => return act.run(speech).await,
        Command::Export { what } => return what.run(&*open().await?, speech).await,
        Command::Import { what } => return what.run(&*open().await?, speech).await,
        Command::Maintain(command) => return command.run(data, speech).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_demo(data: &Data, demo: Demo, speech: Speech) -> anyhow::Result<()> {
    let lang = speech.lang();
    // Before the work, which takes a minute: an address that is not to be had.
    let listener = match demo.no_serve {
        true => None,
        false => Some(start::listen(&demo.at.listen).await?),
    };
    let options = demo::Options { data: data.clone(), out: demo.out, listen: demo.at.listen, lang };
    let (app, done) = demo::run(&options).await?;
    if speech.json {
        print(serde_json::to_string_pretty(&done)?);
    } else {
        print(demo::text(&app, lang, &done));
    }
    match listener {
        Some(listener) => start::serve(app, listener, &speech.langs()).await,
        None => Ok(()),
    }
}

fn print_routes(json: bool) {
    let routes = crate::routes().list;
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

impl Maintenance {
    async fn run(self, data: &Data, speech: Speech) -> anyhow::Result<ExitCode> {
        // A wrong folder must not look like a sound one.
        if matches!(self, Maintenance::Check(_) | Maintenance::Backup(_)) && !data.exists() {
            return Err(Trouble::of_folder("command-no-data", &data.folder).into());
        }
        let open = async || start::open(data, false, Clock::System, Random::System).await;
        match self {
            Maintenance::Admin { act } => act.run(&*open().await?, speech).await,
            Maintenance::Check(args) => args.run(&*open().await?, speech).await,
            Maintenance::Backup(args) => args.run(&*open().await?, speech).await,
            Maintenance::Restore(args) => args.run(data, speech).await,
        }
    }
}

/// What a command has to say.
#[derive(Default)]
pub struct Said {
    sentences: Vec<(&'static str, Vec<Arg<'static>>)>,
    /// For a program.
    pub json: serde_json::Map<String, serde_json::Value>,
    pub failed: bool,
}

impl Said {
    pub fn say(&mut self, key: &'static str, args: Vec<Arg<'static>>) -> &mut Said {
        self.sentences.push((key, args));
        self
    }
    /// A sentence that says what is wrong and what to do.
    pub fn wrong(&mut self, key: &'static str, args: Vec<Arg<'static>>) -> &mut Said {
        self.failed = true;
        self.say(key, args)
    }
    pub fn put(&mut self, name: &str, value: impl Into<serde_json::Value>) -> &mut Said {
        self.json.insert(name.to_owned(), value.into());
        self
    }
    pub fn sentences<'a>(&'a self, words: &'a Words, lang: Lang) -> impl Iterator<Item = String> + 'a {
        self.sentences.iter().map(move |(key, args)| words.say(lang, key, args))
    }

    /// Prints it, what is wrong to the standard error; the exit status.
    pub fn print(mut self, words: &Words, speech: Speech) -> ExitCode {
        if speech.json {
            let said: Vec<String> = self.sentences(words, speech.chosen.unwrap_or(Lang::En)).collect();
            self.put("ok", !self.failed).put("said", said);
            print(serde_json::Value::Object(self.json));
        } else {
            for lang in speech.langs() {
                for sentence in self.sentences(words, lang) {
                    match self.failed {
                        true => print_aside(sentence),
                        false => print(sentence),
                    }
                }
            }
        }
        if self.failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// Prints a line to the standard output.
pub fn print(line: impl Display) {
    write_line(&mut std::io::stdout().lock(), line);
}

/// Prints a line to the standard error.
pub fn print_aside(line: impl Display) {
    write_line(&mut std::io::stderr().lock(), line);
}

fn write_line(to: &mut dyn Write, line: impl Display) {
    match writeln!(to, "{line}").and_then(|()| to.flush()) {
        Ok(()) => {}
        // Who reads has seen enough: `lantoa … | head`.
        Err(e) if e.kind() == ErrorKind::BrokenPipe => {}
        // What was to be said can be said nowhere; the status tells it.
        Err(_) => std::process::exit(1),
    }
}

/// A progress bar on the standard error; none where nobody looks.
fn progress(json: bool, steps: usize) -> indicatif::ProgressBar {
    if json { indicatif::ProgressBar::hidden() } else { indicatif::ProgressBar::new(steps as u64) }
}

/// How far a long work has come.
struct Bar(indicatif::ProgressBar);

impl Bar {
    fn new() -> anyhow::Result<Bar> {
        let style = indicatif::ProgressStyle::with_template("{bar:40} {percent}% {elapsed} {msg}")?;
        Ok(Bar(indicatif::ProgressBar::new(0).with_style(style)))
    }
}

impl Progress for Bar {
    fn at(&self, done: u64, all: u64, what: &str) {
        self.0.set_length(all);
        self.0.set_position(done);
        self.0.set_message(what.to_owned());
    }
}
