//! `export`: data as open data.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use super::{Bar, Said, Speech};
use crate::app::App;
use crate::features::laws::open_data;

#[derive(Subcommand)]
pub enum What {
    /// Văn bản: laws.jsonl và, dạng Akoma Ntoso, akn/….xml · Legal documents: laws.jsonl and, as Akoma Ntoso, akn/….xml
    Laws {
        /// Thư mục sẽ ghi vào · The folder to write into
        folder: PathBuf,
    },
}

impl What {
    pub async fn run(self, app: &App, speech: Speech) -> anyhow::Result<ExitCode> {
        let What::Laws { folder } = self;
        let bar = Bar::new()?;
        let count = open_data::export(app, &folder, &bar).await?;
        bar.0.finish_and_clear();
        let mut said = Said::default();
        let folder = folder.display().to_string();
        said.say("command-laws-exported", vec![("count", count.to_string()), ("folder", folder.clone())]);
        said.put("laws", count).put("folder", folder);
        Ok(said.print(&app.words, speech))
    }
}
