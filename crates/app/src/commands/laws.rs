//! `laws`: legal documents looked into without a database.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use super::{Speech, Trouble, print, print_aside, trouble};
use crate::config::Config;
use crate::features::laws;

#[derive(Subcommand)]
pub enum Act {
    /// Cấu trúc của từng tệp: điều, khoản, điểm, chỗ cần xem; với --json, mỗi văn bản một dòng · The outline of each file:
    /// articles, clauses, points, problems; with --json one object a document and line
    Outline {
        /// Tệp · Files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

impl Act {
    /// Prints the outline of each file; status 1 when one could not be read.
    pub async fn run(self, speech: Speech) -> anyhow::Result<ExitCode> {
        let Act::Outline { files } = self;
        let mut done = ExitCode::SUCCESS;
        for file in &files {
            if !outline(file, speech).await? {
                done = ExitCode::FAILURE;
            }
        }
        Ok(done)
    }
}

async fn outline(file: &Path, speech: Speech) -> anyhow::Result<bool> {
    let words = crate::words()?;
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let read = laws::outlines(&Config::default(), &name, trouble::read(file)?).await;
    let outlines = match read.map_err(Trouble::of)? {
        Ok(outlines) => outlines,
        Err(code) => {
            for lang in speech.langs() {
                let why = words.say(lang, &format!("laws-unreadable-{code}"), &[]);
                print_aside(words.say(lang, "command-law-unread", &[("file", name.clone()), ("why", why)]));
            }
            return Ok(false);
        }
    };
    for outline in outlines {
        if speech.json {
            print(serde_json::to_string(&outline)?);
        } else {
            let c = &outline.counts;
            let counts = [
                ("file", name.clone()),
                ("law", format!("{} {}", outline.kind, outline.number).trim().to_owned()),
                ("articles", c.dieu.to_string()),
                ("clauses", c.khoan.to_string()),
                ("points", c.diem.to_string()),
                ("problems", outline.problems.len().to_string()),
            ];
            print(words.say(speech.lang(), "command-law-outline", &counts));
            for article in outline.docs.iter().flat_map(|d| &d.articles) {
                print(format_args!("  {} {}", article.number, article.heading));
            }
        }
    }
    Ok(true)
}
