//! Commands of whoever looks after an installation: administrators, the check, backup and restore.
//!
//! A command says what it did in both languages, or as one JSON value for a program; it ends with 0 when all is
//! well, 1 when it found something wrong or could not do its work, 2 (from the command line's reader) when it
//! was asked wrongly.

use std::fmt::Display;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::Subcommand;

use crate::app::{Clock, Random};
use crate::i18n::{Arg, Lang, Words};
use crate::start::{self, Data};

pub mod admin;
pub mod backup;
pub mod check;
pub mod trouble;

/// The words of commands: Vietnamese, English.
pub const WORDS: (&str, &str) =
    (include_str!("../words/commands.vi.ftl"), include_str!("../words/commands.en.ftl"));

#[derive(Subcommand)]
pub enum Maintenance {
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

impl Maintenance {
    pub async fn run(self, data: &Data) -> anyhow::Result<ExitCode> {
        let open = async || start::open(data, false, Clock::System, Random::System).await;
        match self {
            Maintenance::Admin { act } => act.run(&*open().await?).await,
            Maintenance::Check(args) => args.run(&*open().await?).await,
            Maintenance::Backup(args) => args.run(&*open().await?).await,
            Maintenance::Restore(args) => args.run(data).await,
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
    pub fn print(mut self, words: &Words, json: bool) -> ExitCode {
        if json {
            let said: Vec<String> = self.sentences(words, Lang::En).collect();
            self.put("ok", !self.failed).put("said", said);
            print(serde_json::Value::Object(self.json));
        } else {
            for lang in Lang::ALL {
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
