//! The rules of the house that can be read off the sources: words, imports, SQL, durability, licences.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use store::{Engine, Statement};

use crate::support::on_every_engine;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Every file under a folder with one of the endings, and its text.
fn sources(folder: &Path, endings: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(sources(&path, endings));
        } else if path.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending)) {
            let text = std::fs::read_to_string(&path).expect("text");
            found.push((path, text));
        }
    }
    found.sort();
    found
}

fn app_sources(endings: &[&str]) -> Vec<(PathBuf, String)> {
    sources(&root().join("crates/app/src"), endings)
}

/// The keys of a words file.
fn keys(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| line.split_once(" =")).map(|(key, _)| key).filter(|key| {
        key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    })
}

/// String literals that look like keys, and what stands before a place to fill in ("act-{}").
fn literals(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let is_key = |s: &str| {
        s.contains('-') && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let (mut whole, mut begun) = (BTreeSet::new(), BTreeSet::new());
    for part in text.split('"') {
        if let Some((prefix, _)) = part.split_once('{') {
            begun.extend(Some(prefix.to_owned()).filter(|p| p.ends_with('-') && is_key(p)));
        } else if is_key(part) {
            match part.ends_with('-') {
                true => begun.insert(part.to_owned()),
                false => whole.insert(part.to_owned()),
            };
        }
    }
    (whole, begun)
}

/// Literals that begin like keys and are none: codes of data files, headers.
const NO_WORDS: [&str; 4] =
    ["people-per-talk", "people-per-talk-jump", "content-type", "content-security-policy"];
/// Keys that are made of codes from data: acts and objects of the log.
const MADE: [&str; 2] = ["act-", "object-"];

#[test]
fn every_word_stands_in_both_languages_and_is_said_somewhere() {
    let mut files = vec![
        ("shell", lantoa::SHELL_WORDS),
        ("commands", lantoa::commands::WORDS),
        ("seed", lantoa::seed::WORDS),
    ];
    files.extend(lantoa::features().iter().map(|f| (f.name, f.words)));
    let mut all = BTreeSet::new();
    for (name, (vi, en)) in files {
        let (vi, en): (BTreeSet<&str>, BTreeSet<&str>) = (keys(vi).collect(), keys(en).collect());
        let one_sided: Vec<_> = vi.symmetric_difference(&en).collect();
        assert!(one_sided.is_empty(), "{name}: only in one language: {one_sided:?}");
        for key in vi {
            assert!(all.insert(key.to_owned()), "{key} stands in two words files, {name} is one");
        }
    }
    let first_words: BTreeSet<&str> = all.iter().filter_map(|k| k.split('-').next()).collect();
    let (mut said, mut begun) = (BTreeSet::new(), BTreeSet::new());
    let mut missing = Vec::new();
    for (path, text) in app_sources(&["rs", "html", "toml"]) {
        let (whole, prefixes) = literals(&text);
        for key in &whole {
            let part = |k: &String| k.len() > key.len() && k.starts_with(&format!("{key}-"));
            let looks_like = first_words.contains(key.split('-').next().unwrap_or_default());
            // Codes of data files are not keys.
            let is_code = path.extension().is_some_and(|e| e == "toml") || NO_WORDS.contains(&key.as_str());
            if looks_like && !is_code && !all.contains(key) && !all.iter().any(part) {
                missing.push(format!("{} says {key}, which no words file has", path.display()));
            }
        }
        said.extend(whole);
        begun.extend(prefixes);
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    let is_said = |key: &String| {
        let of = |prefix: &str| key.starts_with(prefix);
        let longer = |s: &String| key.starts_with(&format!("{s}-"));
        said.contains(key)
            || MADE.iter().any(|p| of(p))
            || begun.iter().any(|p| of(p))
            || said.iter().any(longer)
    };
    let unsaid: Vec<&String> = all.iter().filter(|k| !is_said(k)).collect();
    assert!(unsaid.is_empty(), "words that nothing says: {unsaid:?}");
}

/// Which feature imports which, as committed; a new import is a decision.
#[test]
fn imports_between_features_are_the_committed_table_and_have_no_circle() {
    let path = root().join("crates/app/tests/it/imports.txt");
    let text = std::fs::read_to_string(&path).expect("imports.txt");
    let committed: BTreeSet<(String, String)> = text
        .lines()
        .filter(|l| !l.starts_with('#') && !l.trim().is_empty())
        .map(|l| l.split_once(" -> ").expect("a -> b"))
        .map(|(from, to)| (from.trim().to_owned(), to.trim().to_owned()))
        .collect();
    let names: Vec<&str> = lantoa::features().iter().map(|f| f.name).collect();
    let mut found = BTreeSet::new();
    for (file, text) in app_sources(&["rs"]) {
        let inside = file.strip_prefix(root().join("crates/app/src/features")).ok();
        let Some(from) = inside.and_then(|p| p.iter().next()?.to_str()).filter(|n| names.contains(n)) else {
            continue;
        };
        // Unit tests may look around.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (at, _) in code.match_indices("features::") {
            let rest = &code[at + "features::".len()..];
            let list = rest.strip_prefix('{').and_then(|r| r.split_once('}')).map(|(list, _)| list);
            for name in list.unwrap_or(rest).split(',') {
                let name: String =
                    name.trim().chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
                if names.contains(&name.as_str()) && name != from {
                    found.insert((from.to_owned(), name));
                }
                if list.is_none() {
                    break;
                }
            }
        }
    }
    let line = |(from, to): &(String, String)| format!("{from} -> {to}");
    let new: Vec<String> = found.difference(&committed).map(line).collect();
    assert!(new.is_empty(), "imports that imports.txt does not have:\n{}", new.join("\n"));
    let gone: Vec<String> = committed.difference(&found).map(line).collect();
    assert!(gone.is_empty(), "imports that are no more; take them out of imports.txt:\n{}", gone.join("\n"));

    // Take away whatever imports nothing that is left, until nothing is left.
    let mut left: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in &found {
        left.entry(from).or_default().insert(to);
        left.entry(to).or_default();
    }
    while let Some(free) = left.iter().find(|(_, to)| to.is_empty()).map(|(from, _)| *from) {
        left.remove(free);
        left.values_mut().for_each(|to| to.retain(|name| *name != free));
    }
    assert!(left.is_empty(), "a circle of imports: {left:?}");
}

#[test]
fn leaf_crates_know_nothing_of_the_house() {
    let allowed = BTreeMap::from([
        ("viet", vec![]),
        ("lawtext", vec!["viet"]),
        ("seek", vec!["viet"]),
        ("store", vec![]),
        ("press", vec![]),
        ("sheets", vec![]),
    ]);
    for entry in std::fs::read_dir(root().join("crates")).expect("crates") {
        let folder = entry.expect("an entry").path();
        let name = folder.file_name().and_then(|n| n.to_str()).expect("a name").to_owned();
        if name == "app" {
            continue;
        }
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        let manifest: toml::Table = manifest.parse().expect("TOML");
        let own = manifest["dependencies"].as_table().expect("a table").iter();
        let own: Vec<&str> = own.filter(|(_, d)| d.get("path").is_some()).map(|(n, _)| n.as_str()).collect();
        let expected = allowed.get(name.as_str()).unwrap_or_else(|| panic!("{name} is a new crate"));
        assert!(own.iter().all(|d| expected.contains(d)), "{name} depends on {own:?}");
        let text = |needle: &str| -> Vec<PathBuf> {
            let all = sources(&folder.join("src"), &["rs"]).into_iter();
            all.filter(|(_, text)| text.contains(needle)).map(|(path, _)| path).collect()
        };
        if name != "store" {
            assert_eq!(text("sqlx"), Vec::<PathBuf>::new(), "sqlx is named in store only");
        }
        if ["viet", "lawtext", "press", "sheets"].contains(&name.as_str()) {
            assert_eq!(text("async fn"), Vec::<PathBuf>::new(), "{name} has no async");
            assert_eq!(text(".await"), Vec::<PathBuf>::new(), "{name} has no async");
        }
    }
    let named = |folder: &str| {
        let all = sources(&root().join(folder), &["rs"]);
        // This file has to name it.
        let all = all.into_iter().filter(|(p, t)| !p.ends_with("it/house.rs") && t.contains("sqlx"));
        all.map(|(path, _)| path).collect::<Vec<_>>()
    };
    assert_eq!(named("crates/app"), Vec::<PathBuf>::new(), "sqlx is named in store only");
}

/// What an installation is stands in its configuration, which names variables of secrets; the language of
/// messages is the terminal's.
#[test]
fn the_environment_is_read_in_one_place() {
    let allowed = ["main.rs", "mail.rs"];
    for (path, text) in app_sources(&["rs"]) {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let reads = code.contains("env::var");
        assert!(!reads || allowed.contains(&name), "{} reads the environment", path.display());
    }
}

/// SQL that is never prepared on an engine breaks first at a person's click.
#[tokio::test]
async fn every_statement_is_prepared_on_every_engine_and_executed_by_some_test() {
    on_every_engine(async |t| {
        let mut wrong = Vec::new();
        for statement in Statement::all() {
            if let Err(e) = t.app.db.prepare(statement.text(t.engine)).await {
                wrong.push(format!("{}:{}: {e}", statement.file, statement.line));
            }
        }
        // Whatever the composer may put together over the facts.
        let mut shapes = 0;
        for fact in lantoa::facts() {
            let by = fact.by.iter().map(|(_, relation)| *relation);
            let relations =
                [fact.rows].into_iter().chain(by).chain(fact.rolled).chain(fact.changes).chain(fact.asked);
            for query in relations.flat_map(store::shapes) {
                shapes += 1;
                if let Err(e) = t.app.db.prepare(&query.sent_text(t.engine)).await {
                    wrong.push(format!("{}: {e}: {}", fact.name, query.sent_text(t.engine)));
                }
            }
        }
        assert!(shapes > 100, "{shapes} shapes");
        assert!(wrong.is_empty(), "{:?}:\n{}", t.engine, wrong.join("\n"));
    })
    .await;
    // After all tests (see scripts/test): the file of what they executed.
    let Some(path) = std::env::var_os("LANTOA_SQL_CHECK") else { return };
    let executed = std::fs::read_to_string(path).expect("the file of LANTOA_SQL_COVERAGE");
    let executed: BTreeSet<&str> = executed.lines().collect();
    let mut never = Vec::new();
    for engine in store::testing::engines() {
        let lines = Statement::all().map(|s| store::testing::coverage_line(s, engine));
        never.extend(lines.filter(|line| !executed.contains(line.as_str())));
    }
    never.sort();
    assert!(never.is_empty(), "statements that no test executed:\n{}", never.join("\n"));
}

#[tokio::test]
async fn what_is_saved_is_on_the_disk() {
    on_every_engine(async |t| {
        let (first, second) = t.app.db.durability().await.unwrap();
        match t.engine {
            Engine::Sqlite => assert_eq!((first.as_str(), second.as_str()), ("wal", "full")),
            // Whether the server itself writes through is its keeper's to say.
            Engine::Postgres => assert_eq!(second, "on"),
        }
    })
    .await;
}

/// What `deny.toml` asks of licences, without the tool.
#[test]
fn licences_are_those_that_deny_toml_allows() {
    let deny = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml");
    let deny: toml::Table = deny.parse().expect("TOML");
    let list = |value: &toml::Value| -> BTreeSet<String> {
        let all = value.as_array().expect("a list").iter();
        all.map(|v| v.as_str().expect("text").to_owned()).collect()
    };
    let allowed = list(&deny["licenses"]["allow"]);
    let metadata = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .expect("cargo");
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).expect("JSON");
    let mut refused = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let licence = package["license"].as_str().unwrap_or("none");
        let text = licence.replace(['(', ')'], " ").replace('/', " OR ");
        // "(A OR B) AND C": of each part, one of its alternatives.
        let fits = text.split(" AND ").all(|part| part.split(" OR ").any(|l| allowed.contains(l.trim())));
        if !fits {
            refused.push(format!("{}: {licence}", package["name"]));
        }
    }
    assert!(refused.is_empty(), "licences that deny.toml does not allow:\n{}", refused.join("\n"));
}
