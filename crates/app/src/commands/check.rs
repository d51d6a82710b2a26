//! `check`: whether the data hold together. Nothing is mended here: what is wrong is said, with what to do.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{Said, Speech, backup, progress};
use crate::app::App;
use crate::audit;
use crate::error::{Error, Result};
use crate::features::{activities, laws, numbers, papers, people};

#[derive(clap::Args)]
pub struct Args {
    /// So cả với bản sao lưu này: nhật ký phải còn nguyên như lúc sao lưu · Compare with this backup too: every head of an
    /// audit chain in it must still stand in its chain
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
}

impl Args {
    pub async fn run(self, app: &App, speech: Speech) -> anyhow::Result<ExitCode> {
        let heads = match &self.against {
            None => vec![],
            Some(file) => backup::manifest(file)?.chains,
        };
        let mut said = Said::default();
        check(app, &heads, &mut said, speech.json).await?;
        Ok(said.print(&app.words, speech))
    }
}

/// Checks everything; `heads` are heads of audit chains known from elsewhere.
pub async fn check(app: &App, heads: &[audit::At], said: &mut Said, quiet: bool) -> Result<()> {
    let bar = progress(quiet, 8);
    let (links, broken) = audit::verify(&app.db).await?;
    for b in &broken {
        let unit = unit_name(app, b.unit).await?;
        said.wrong("command-chain-broken", vec![("unit", unit), ("seq", b.seq.to_string())]);
    }
    bar.inc(1);

    // Heads printed in frozen reports, and those of the backup.
    let mut known = numbers::frozen_heads(&app.db).await?;
    known.extend_from_slice(heads);
    for head in &known {
        if !audit::stands(&app.db, head).await? {
            let unit = unit_name(app, head.unit_id).await?;
            said.wrong("command-head-gone", vec![("unit", unit), ("seq", head.seq.to_string())]);
        }
    }
    bar.inc(1);

    let wrong = activities::wrong_sums(&app.db).await?;
    for unit in &wrong {
        said.wrong("command-wrong-sums", vec![("unit", unit_name(app, *unit).await?)]);
    }
    bar.inc(1);

    let mut files = 0;
    let mut tx = app.db.begin().await?;
    let kept = crate::kept_files(&mut tx).await?;
    drop(tx);
    for file in kept.iter().cloned() {
        files += 1;
        match app.files.verify(&file).await {
            Ok(true) => {}
            Ok(false) => {
                said.wrong("command-file-damaged", vec![("file", file)]);
            }
            Err(Error::NotFound) => {
                said.wrong("command-file-missing", vec![("file", file)]);
            }
            Err(other) => return Err(other),
        }
    }
    bar.inc(1);

    let unclaimed = app.files.all()?.iter().filter(|f| kept.binary_search(f).is_err()).count();
    let changed = numbers::changed_freezes(&app.db).await?;
    for (unit, period) in &changed {
        let args = vec![("unit", unit_name(app, *unit).await?), ("period", period.clone())];
        said.wrong("command-freeze-changed", args);
    }
    bar.inc(1);

    if let Some((indexed, there)) = app.index.compare(&app.db).await?
        && indexed != there
    {
        let count = |n: u64| viet::format_int(i64::try_from(n).unwrap_or(i64::MAX));
        said.wrong("command-index-differs", vec![("indexed", count(indexed)), ("there", count(there))]);
    }
    bar.inc(1);

    // Made before the program let only one of several at the same moment make it.
    let doubled = [
        ("command-doubled-reports", papers::doubled(&app.db).await?),
        ("command-doubled-figures", numbers::doubled(&app.db).await?),
        ("command-doubled-roles", people::doubled(&app.db).await?),
    ];
    for (key, units) in &doubled {
        for unit in units {
            said.wrong(key, vec![("unit", unit_name(app, *unit).await?)]);
        }
    }
    bar.inc(1);

    let scans = laws::left::unfinished(app).await?;
    if scans > 0 {
        said.say("command-scans-unfinished", vec![("count", scans.to_string())]);
    }
    let orphans = people::orphans(&app.db).await?;
    if orphans > 0 {
        said.wrong("command-orphans", vec![("count", orphans.to_string())]);
    }
    bar.finish_and_clear();

    // A place where nobody works holds together too: it must not be taken for the one that was meant.
    let (units, accounts) = crate::seed::counted(&app.db).await?;
    if units == 0 || accounts == 0 {
        said.say(
            "command-check-empty",
            vec![("units", viet::format_int(units)), ("accounts", viet::format_int(accounts))],
        );
    } else if !said.failed {
        said.say("command-check-clean", vec![("links", links.to_string()), ("files", files.to_string())]);
    }
    said.put("units", units).put("accounts", accounts);
    said.put("links", links).put("heads", known.len()).put("files", files);
    said.put("broken_chains", broken.iter().map(|b| b.unit.to_string()).collect::<Vec<_>>());
    said.put("wrong_sums", wrong.iter().map(|u| u.to_string()).collect::<Vec<_>>());
    said.put("changed_freezes", changed.iter().map(|(unit, _)| unit.to_string()).collect::<Vec<_>>());
    said.put("orphans", orphans).put("unclaimed_files", unclaimed).put("unfinished_scans", scans);
    Ok(())
}

async fn unit_name(app: &App, unit: store::Id) -> Result<String> {
    match app.trees.name(&app.db, unit).await {
        Err(Error::NotFound) => Ok(unit.to_string()),
        other => other,
    }
}
