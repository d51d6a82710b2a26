//! `import`: data from files. What could not be read is named, the rest is in, and the status is 1.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;
use store::Id;

use super::{Bar, Speech, Trouble, print, print_aside, trouble};
use crate::app::App;
use crate::features::activities;
use crate::features::laws::bulk;
use crate::features::orgs::{self, import, source};
use crate::signin;

#[derive(Subcommand)]
pub enum What {
    /// Đơn vị và kế thừa: units.csv và successions.csv trong thư mục, hoặc cả nước theo dữ liệu có sẵn · Units and
    /// successions: units.csv and successions.csv of a folder, or all of Vietnam as the program knows it
    Units {
        /// Thư mục có hai tệp; bỏ trống thì lấy dữ liệu có sẵn · The folder of the two files; left out, what the program
        /// carries
        folder: Option<PathBuf>,
    },
    /// Văn bản: DOCX, HTML, PDF có chữ, PDF quét (máy có tesseract), văn bản thuần, thư mục, và JSON Lines (.jsonl,
    /// .jsonl.zst) · Legal documents: DOCX, HTML, PDF with text, scanned PDF (with tesseract on the machine), plain text,
    /// folders of them, and JSON Lines (.jsonl, .jsonl.zst)
    Laws {
        /// Tệp và thư mục · Files and folders
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Hoạt động của một đơn vị, từ sổ Excel theo mẫu (/hoat-dong/mau.xlsx) · Activities of a unit from a workbook made
    /// from the template (/hoat-dong/mau.xlsx)
    Activities {
        /// Sổ Excel (.xlsx) · The workbook
        workbook: PathBuf,
        /// Đơn vị: mã hoặc tên như hôm nay · The unit: its code or its name, as today
        #[arg(long)]
        unit: String,
        /// Tài khoản đứng tên ghi: địa chỉ thư điện tử · The account that records: its e-mail address
        #[arg(long)]
        account: Option<String>,
    },
}

impl What {
    pub async fn run(self, app: &App, speech: Speech) -> anyhow::Result<ExitCode> {
        match self {
            What::Units { folder } => units(app, folder.as_deref(), speech).await,
            What::Laws { paths } => laws(app, &paths, speech).await,
            What::Activities { workbook, unit, account } => {
                let unit = unit_named(app, &unit).await?;
                let account = match account {
                    Some(email) => Some(account_of(app, email).await?),
                    None => None,
                };
                of_workbook(app, &workbook, unit, account, speech).await
            }
        }
    }
}

fn status(all_is_in: bool) -> ExitCode {
    if all_is_in { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn units(app: &App, folder: Option<&Path>, speech: Speech) -> anyhow::Result<ExitCode> {
    let (source, problems) = match folder {
        None => (source::vietnam()?, vec![]),
        Some(folder) => {
            let table = |name: &str| trouble::read_text(&folder.join(name));
            source::read(&table("units.csv")?, &table("successions.csv")?)
        }
    };
    let entered = import::import(&app.db, &source, app.now()).await.map_err(Trouble::of)?;
    let lang = speech.lang();
    let sentence = |p: &source::Problem| {
        let what = app.words.say(lang, &format!("command-units-{}", p.kind.code()), &[]);
        let value = [("file", p.table.to_owned()), ("line", p.line.to_string()), ("value", p.value.clone())];
        app.words.say(lang, "command-units-row", &[&value[..], &[("what", what)]].concat())
    };
    let counts = [
        ("units", entered.units),
        ("versions", entered.versions),
        ("reorganisations", entered.reorganisations),
        ("successions", entered.successions),
        ("problems", problems.len() as u64),
    ];
    if speech.json {
        let mut answer: serde_json::Map<_, _> =
            counts.map(|(name, n)| (name.to_owned(), n.into())).into_iter().collect();
        answer.insert("said".into(), problems.iter().map(sentence).collect::<Vec<_>>().into());
        print(serde_json::Value::Object(answer));
    } else {
        problems.iter().map(sentence).for_each(print_aside);
        print(app.words.say(lang, "command-units-imported", &counts.map(|(name, n)| (name, n.to_string()))));
    }
    Ok(status(problems.is_empty()))
}

async fn laws(app: &App, paths: &[PathBuf], speech: Speech) -> anyhow::Result<ExitCode> {
    let bar = Bar::new()?;
    let report = bulk::import(app, paths, &bar).await?;
    bar.0.finish_and_clear();
    let lang = speech.lang();
    let sentence = |u: &bulk::Unread| {
        let key = format!("laws-unreadable-{}", u.why);
        let why = if app.words.has(lang, &key) { app.words.say(lang, &key, &[]) } else { u.why.clone() };
        match u.line {
            Some(line) => {
                let args = [("file", u.file.clone()), ("line", line.to_string()), ("why", why)];
                app.words.say(lang, "command-law-line-unread", &args)
            }
            None => app.words.say(lang, "command-law-unread", &[("file", u.file.clone()), ("why", why)]),
        }
    };
    let scanned = |file: &String| app.words.say(lang, "command-law-scanned", &[("file", file.clone())]);
    let said = || report.unread.iter().map(sentence).chain(report.scans.iter().map(scanned));
    if speech.json {
        let mut answer = serde_json::to_value(&report)?;
        answer["said"] = said().collect::<Vec<_>>().into();
        print(answer);
    } else {
        said().for_each(print_aside);
        let counts = [
            ("new", report.new),
            ("changed", report.changed),
            ("same", report.same),
            ("articles", report.articles),
            ("problems", report.problems.len()),
            ("unread", report.unread.len()),
        ];
        print(app.words.say(lang, "command-laws-imported", &counts.map(|(name, n)| (name, n.to_string()))));
        if !report.indexed {
            print(app.words.say(lang, "command-laws-indexed-later", &[]));
        }
    }
    Ok(status(report.unread.is_empty()))
}

async fn unit_named(app: &App, unit: &str) -> anyhow::Result<Id> {
    let tree = app.trees.on(&app.db, app.today()).await.map_err(Trouble::of)?;
    let named: Vec<&orgs::Unit> =
        tree.units().filter(|u| u.name == unit || u.code.as_deref() == Some(unit)).collect();
    match named.as_slice() {
        [one] => Ok(one.unit_id),
        [] => Err(Trouble::new("activities-import-no-unit", vec![("value", unit.to_owned())]).into()),
        many => {
            let codes: Vec<&str> = many.iter().filter_map(|u| u.code.as_deref()).collect();
            let args = vec![("value", unit.to_owned()), ("codes", codes.join(", "))];
            Err(Trouble::new("activities-import-many-units", args).into())
        }
    }
}

async fn account_of(app: &App, email: String) -> anyhow::Result<Id> {
    let found = signin::find_account_by_email(&app.db, &email).await.map_err(Trouble::of)?;
    Ok(found.ok_or_else(|| Trouble::new("activities-import-no-account", vec![("value", email)]))?.id)
}

/// Good rows are kept; the others come back beside the workbook with notes on their cells.
async fn of_workbook(
    app: &App,
    workbook: &Path,
    unit: Id,
    account: Option<Id>,
    speech: Speech,
) -> anyhow::Result<ExitCode> {
    let lang = speech.lang();
    let bytes = trouble::read(workbook)?;
    let done = activities::import_workbook(app, lang, account, unit, bytes).await.map_err(Trouble::of)?;
    let returned = done.returned.as_ref().map(|_| workbook.with_extension("can-sua.xlsx"));
    if let (Some(bytes), Some(path)) = (&done.returned, &returned) {
        std::fs::write(path, bytes).map_err(|cause| trouble::unreadable(cause, path))?;
    }
    if speech.json {
        print(json!({
            "saved": done.saved, "refused": done.refused, "returned": returned, "sentences": done.sentences,
        }));
    } else {
        done.sentences.iter().for_each(print_aside);
        let counts = [("saved", done.saved.to_string()), ("refused", done.refused.to_string())];
        print(app.words.say(lang, "activities-import-did", &counts));
        if let Some(path) = &returned {
            let path = path.display().to_string();
            print(app.words.say(lang, "activities-import-beside", &[("value", path)]));
        }
    }
    Ok(status(!done.is_wrong))
}
