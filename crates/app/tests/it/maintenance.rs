//! Commands of whoever looks after an installation, by the real binary; backup and restore; `kill -9`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::StatusCode;
use lantoa::access::Role;
use lantoa::app::{Clock, Random};
use lantoa::commands::{Said, admin, backup, check};
use lantoa::features::activities;
use lantoa::start::{self, Data};
use store::{Engine, Id, Place, Snapshot, sql};

use crate::spine::talk;
use crate::support::{TestApp, on_every_engine};

async fn place(engine: Engine) -> (tempfile::TempDir, Data) {
    let folder = tempfile::tempdir().unwrap();
    let postgres = match store::testing::new_place(engine).await.unwrap() {
        Place::Postgres(url) => Some(url),
        Place::File(_) => None,
    };
    let data = Data { folder: folder.path().join("data"), postgres };
    (folder, data)
}

/// The real binary on some data.
fn lantoa(data: &Data, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lantoa"));
    command.args(arguments).arg("--data").arg(&data.folder);
    if let Some(url) = &data.postgres {
        command.args(["--database", url]);
    }
    command
}

#[track_caller]
fn run(data: &Data, arguments: &[&str], status: i32) -> Output {
    let output = lantoa(data, arguments).output().unwrap();
    let said = [&output.stdout[..], &output.stderr].concat();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", String::from_utf8_lossy(&said));
    assert!(!String::from_utf8_lossy(&said).contains('⟦'), "{}", String::from_utf8_lossy(&said));
    output
}

#[track_caller]
fn json(data: &Data, arguments: &[&str], status: i32) -> serde_json::Value {
    let output = run(data, &[arguments, &["--json"]].concat(), status);
    serde_json::from_slice(&output.stdout).expect("one JSON value")
}

/// Every row of every table, written out and sorted.
async fn all_rows(db: &store::Db) -> BTreeMap<String, Vec<String>> {
    let mut snapshot = Snapshot::of(db).await.unwrap();
    let mut all = BTreeMap::new();
    for mut table in snapshot.tables().await.unwrap() {
        // What is used on one engine may come in another order on the other.
        let mut rows = Vec::new();
        snapshot
            .rows(&table, |row| {
                let mut cells: Vec<String> = table
                    .columns
                    .iter()
                    .zip(row)
                    .map(|((name, _), value)| format!("{name}: {value:?}"))
                    .collect();
                cells.sort();
                rows.push(cells.join(", "));
                Ok(())
            })
            .await
            .unwrap();
        rows.sort();
        all.insert(std::mem::take(&mut table.name), rows);
    }
    all
}

#[tokio::test]
async fn what_was_backed_up_is_restored_row_by_row_on_either_engine() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        for n in 0..3 {
            let mut tx = t.app.db.begin().await.unwrap();
            activities::insert(&mut tx, &t.app, Some(officer.account), 1, &talk(commune, 40 + n))
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let listed = officer.get(&t, "/hoat-dong").await.text();
        let at = listed.find("/hoat-dong/1-").expect("an activity");
        let activity: String = listed[at..].chars().take_while(|c| *c != '"' && *c != '?').collect();
        let evidence = format!("{activity}/minh-chung");
        let sent = officer.upload(&t, &evidence, &[], ("photo", "quét.pdf", b"%PDF-1.4 test")).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let frozen =
            officer.post(&t, "/so-lieu/chot", &[("don-vi", &commune.to_string()), ("ky", "2026")]).await;
        assert_eq!(frozen.status, StatusCode::SEE_OTHER, "{}", frozen.text());
        let mut tx = t.app.db.begin().await.unwrap();
        let version = sql!("UPDATE unit_versions SET lat = $2 WHERE unit_id = $1", commune, 10.637_213_9_f64);
        version.run(&mut tx).await.unwrap();
        tx.commit().await.unwrap();

        let file = t.data_folder().join("sao-luu.zip");
        let manifest = backup::write(&t.app, &file, true).await.unwrap();
        assert_eq!((manifest.tables["activities"], manifest.files), (3, 1));
        assert_eq!(manifest.chains.len(), 1);
        #[cfg(unix)]
        {
            let mode =
                std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions());
            assert_eq!(mode & 0o077, 0, "the backup is its owner's alone");
        }
        assert!(backup::write(&t.app, &file, true).await.is_err(), "a backup is never written over");
        let before = all_rows(&t.app.db).await;

        // Into the other engine too.
        for engine in store::testing::engines() {
            let (_folder, data) = place(engine).await;
            let said = json(&data, &["restore", file.to_str().unwrap()], 0);
            assert_eq!(said["links"], 5, "{said}");
            let again = run(&data, &["restore", file.to_str().unwrap()], 1);
            assert!(String::from_utf8_lossy(&again.stderr).contains("is not empty"));
            let restored = start::open(&data, false, Clock::System, Random::System).await.unwrap();
            let after = all_rows(&restored.db).await;
            for (table, rows) in &before {
                assert_eq!(rows, &after[table], "{table} from {:?} to {engine:?}", t.engine);
            }
            assert_eq!(before.len(), after.len());
            let key = |folder: &Path| std::fs::read(folder.join("secret.key")).unwrap();
            assert_eq!(key(t.data_folder()), key(&data.folder));
            // It goes on from there: keys of other tables still guard, the next act joins its chain.
            let mut tx = restored.db.begin().await.unwrap();
            assert!(activities::insert(&mut tx, &restored, None, 1, &talk(Id([9; 16]), 1)).await.is_err());
            tx.rollback().await.unwrap();
            let mut tx = restored.db.begin().await.unwrap();
            activities::insert(&mut tx, &restored, None, 1, &talk(commune, 1)).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(lantoa::audit::verify(&restored.db).await.unwrap(), (6, vec![]));

            // An owner of the database writes the past anew, chain and all: the backup tells.
            let mut tx = restored.db.begin().await.unwrap();
            sql!("DELETE FROM audit_entries").run(&mut tx).await.unwrap();
            sql!("DELETE FROM audit_heads").run(&mut tx).await.unwrap();
            sql!("DELETE FROM number_frozen").run(&mut tx).await.unwrap();
            sql!("DELETE FROM number_freezes").run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
            restored.db.close().await;
            run(&data, &["check"], 0);
            let said = run(&data, &["check", "--against", file.to_str().unwrap()], 1);
            assert!(String::from_utf8_lossy(&said.stderr).contains("quá khứ đã bị viết lại"));
        }

        // What is no backup is called so, and nothing is made of it.
        let other = t.data_folder().join("lantoa.toml");
        let book = t.data_folder().join("so.xlsx");
        std::fs::write(&book, crate::parts::zip(&[("xl/workbook.xml".to_owned(), b"<a/>".to_vec())]))
            .unwrap();
        for no_backup in [&other, &book] {
            let (_folder, data) = place(t.engine).await;
            let said = run(&data, &["restore", no_backup.to_str().unwrap()], 1);
            let said = String::from_utf8_lossy(&said.stderr).into_owned();
            assert!(said.contains("không phải bản sao lưu") && said.contains("is not a backup"), "{said}");
            assert!(!data.folder.exists());
        }

        // A damaged backup leaves a sentence, not half a restore taken for a whole one.
        let mut bytes = std::fs::read(&file).unwrap();
        bytes.iter_mut().skip(60).step_by(97).for_each(|b| *b ^= 0x55);
        let damaged = t.data_folder().join("hong.zip");
        std::fs::write(&damaged, &bytes).unwrap();
        let (_folder, data) = place(Engine::Sqlite).await;
        let said = run(&data, &["restore", damaged.to_str().unwrap()], 1);
        assert!(String::from_utf8_lossy(&said.stderr).contains("Chưa phục hồi được"));
    })
    .await;
}

/// Power goes in the middle of a restore: what is left is not taken for a sound installation by any command, until
/// a restore over it has come to its end.
#[tokio::test]
async fn a_restore_cut_off_by_kill_9_is_known_and_done_again() {
    const FILES: usize = 60;
    type Seen = fn(&Path) -> bool;
    let moments: [(&str, Seen); 3] = [
        ("marked", |folder| folder.join(start::RESTORING).exists()),
        ("one file is there", |folder| {
            folder.join("files").read_dir().is_ok_and(|mut all| all.next().is_some())
        }),
        ("many are there", |folder| folder.join("files").read_dir().is_ok_and(|all| all.count() > FILES / 4)),
    ];
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        t.person(Role::CommuneOfficer, nation).await;
        for n in 0..FILES {
            t.app.files.keep(format!("scan {n}").into_bytes()).await.unwrap();
        }
        let file = t.data_folder().join("sao-luu.zip");
        backup::write(&t.app, &file, true).await.unwrap();
        let file = file.to_str().unwrap();
        for (moment, is_there) in moments {
            let (_folder, data) = place(t.engine).await;
            let mut restoring = lantoa(&data, &["restore", file]).stderr(Stdio::null()).spawn().unwrap();
            while !is_there(&data.folder) {
                assert_eq!(restoring.try_wait().unwrap(), None, "done before {moment}");
                std::thread::sleep(Duration::from_millis(1));
            }
            // While it lives, no other restores over it.
            if moment == "marked" {
                run(&data, &["restore", file], 1);
            }
            restoring.kill().unwrap();
            let ended = restoring.wait().unwrap();
            assert_eq!(ended.code(), None, "{moment}: it was done before it was killed");

            for arguments in [
                &["check"][..],
                &["serve", "--listen", "127.0.0.1:0"],
                &["backup", "x.zip"],
                &["migrate"],
                &["demo"],
                &["admin", "link", "--email", "a@example.vn"],
                &["import", "units"],
            ] {
                let said = run(&data, arguments, 1);
                let said = String::from_utf8_lossy(&said.stderr).into_owned();
                for part in ["bị ngắt giữa chừng", "was cut off", "lantoa restore"] {
                    assert!(said.contains(part), "{moment}, {arguments:?}: {part} in {said}");
                }
            }
            // Neither does the database serve from another folder.
            if data.postgres.is_some() && moment != "marked" {
                let elsewhere = tempfile::tempdir().unwrap();
                let elsewhere = Data { folder: elsewhere.path().to_owned(), ..data.clone() };
                run(&elsewhere, &["check"], 1);
                // And a folder with something in it is not written over because the database may be.
                std::fs::write(elsewhere.folder.join("secret.key"), "another's").unwrap();
                run(&elsewhere, &["restore", file], 1);
                assert_eq!(std::fs::read(elsewhere.folder.join("secret.key")).unwrap(), b"another's");
            }
            assert_eq!(json(&data, &["check"], 1)["ok"], false);
            assert_eq!(json(&data, &["restore", file], 0)["ok"], true, "{moment}");
            let said = json(&data, &["check", "--against", file], 0);
            assert_eq!((&said["units"], &said["accounts"]), (&1.into(), &1.into()), "{moment}: {said}");
            let restored = start::open(&data, false, Clock::System, Random::System).await.unwrap();
            assert_eq!(restored.files.all().unwrap().len(), FILES);
            assert_eq!(all_rows(&t.app.db).await, all_rows(&restored.db).await, "{moment}");
            restored.db.close().await;
        }
    })
    .await;
}

/// Power goes in the middle of an import: what came in is whole, and the rest comes in when it is run again.
#[tokio::test]
async fn an_import_of_laws_cut_off_by_kill_9_goes_on_when_run_again() {
    const LAWS: usize = 1_500;
    for engine in store::testing::engines() {
        let (folder, data) = place(engine).await;
        let lines: Vec<String> = (1..=LAWS)
            .map(|n| {
                serde_json::json!({
                    "id": format!("{n}/2099/nđ-cp+1"), "number": format!("{n}/2099/NĐ-CP"), "type": "Nghị định",
                    "title": format!("Về bến đò số {n}"), "body": "Chính phủ", "issued": "2099-01-01",
                    "effective": "2099-02-01", "art": "1", "art_title": "Phạm vi", "text": "Về bến đò.",
                })
                .to_string()
            })
            .collect();
        let file = folder.path().join("luat.jsonl");
        std::fs::write(&file, lines.join("\n")).unwrap();
        let arguments = ["import", "laws", file.to_str().unwrap()];
        run(&data, &["migrate"], 0);
        let app = start::open(&data, false, Clock::System, Random::System).await.unwrap();
        let count = async || {
            let (laws,): (i64,) = sql!("SELECT COUNT(*) FROM laws").get(&app.db).await.unwrap();
            laws
        };
        let mut importing = lantoa(&data, &arguments).stderr(Stdio::null()).spawn().unwrap();
        while count().await == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        importing.kill().unwrap();
        assert_eq!(importing.wait().unwrap().code(), None, "it was done before it was killed");
        let there = count().await;
        assert!(0 < there && there < LAWS as i64, "{there}");
        run(&data, &["check"], 0);
        let said = json(&data, &arguments, 0);
        assert_eq!((&said["new"], &said["same"]), (&(LAWS as i64 - there).into(), &there.into()), "{said}");
        assert_eq!(count().await, LAWS as i64);
        app.db.close().await;
        run(&data, &["check"], 0);
    }
}

/// Commands speak the language asked for, to a program in JSON also when something is wrong; each is explained in
/// both languages.
#[test]
fn commands_speak_the_language_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data { folder: folder.path().join("data"), postgres: None };
    let said = |arguments: &[&str], status: i32| {
        let output = run(&data, arguments, status);
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    run(&data, &["migrate"], 0);
    // Nobody works there: not "sound".
    let empty = json(&data, &["check"], 0);
    assert_eq!((&empty["units"], &empty["accounts"]), (&0.into(), &0.into()));
    let (vi, en) = ("Chưa có ai làm việc ở đây", "Nobody works here yet");
    for (arguments, words) in [
        (&["check"][..], [true, true]),
        (&["check", "--lang", "vi"], [true, false]),
        (&["check", "--lang", "en"], [false, true]),
    ] {
        let said = said(arguments, 0);
        assert_eq!([said.contains(vi), said.contains(en)], words, "{arguments:?}: {said}");
    }

    let at = |name: &str| folder.path().join(name).display().to_string();
    for (name, content) in [
        ("cu.doc", &b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old Word"[..]),
        ("la.xyz", b"\x00\x01\x02"),
        ("so.doc", b"\xd0\xcf\x11\xe0"),
    ] {
        std::fs::write(at(name), content).unwrap();
    }
    let bad_units = folder.path().join("units");
    std::fs::create_dir(&bad_units).unwrap();
    std::fs::write(
        bad_units.join("units.csv"),
        "era,code,level,kind,name,parent_code,lat,lon,area_km2\nx,1,province,Tỉnh,A,,,,\n",
    )
    .unwrap();
    std::fs::write(bad_units.join("successions.csv"), "level,old_code,new_code,share\n").unwrap();
    let (doc, odd, units, none) = (at("cu.doc"), at("la.xyz"), at("units"), at("khong-co"));
    run(&data, &["import", "units"], 0);
    for (arguments, vi, en) in [
        (&["import", "laws", &doc][..], "lưu dạng .docx", "as .docx"),
        (&["import", "laws", &odd], "không phải Word", "not Word"),
        (&["import", "laws", &none], "Không có tệp", "There is no file"),
        (&["import", "units", &units], "không rõ thời kỳ", "the era is unknown"),
        (&["import", "units", &none], "Không có tệp", "There is no file"),
        (&["import", "activities", &none, "--unit", "Tỉnh Tây Ninh"], "Không có tệp", "There is no file"),
        (&["import", "activities", &doc, "--unit", "Tỉnh Tây Ninh"], ".xlsx", ".xlsx"),
        // What was asked wrongly is said before anything is read.
        (
            &["import", "activities", &none, "--unit", "Xã Lạ"],
            "Không có đơn vị Xã Lạ",
            "There is no unit Xã Lạ",
        ),
        (
            &["import", "activities", &none, "--unit", "Tỉnh Tây Ninh", "--account", "a@b.vn"],
            "Không có tài khoản",
            "There is no account",
        ),
        (&["check", "--against", &none], "Không có tệp", "There is no file"),
        (&["check", "--against", &doc], "không phải bản sao lưu", "is not a backup"),
        (&["restore", &none], "Không có tệp", "There is no file"),
        (&["backup", &doc], "Hãy chọn tên khác", "Choose another name"),
    ] {
        for (lang, words) in [("vi", vi), ("en", en)] {
            let arguments = &[arguments, &["--lang", lang]].concat();
            let text = said(arguments, 1);
            assert!(text.contains(words), "{arguments:?}: {words} in {text}");
            let answer = json(&data, arguments, 1);
            let said = format!("{}{}", answer["said"], answer["sentences"]);
            assert!(said.contains(words), "{arguments:?}: {words} in {answer}");
        }
    }
    let nowhere = Data { folder: folder.path().join("nowhere"), postgres: None };
    assert_eq!(json(&nowhere, &["check"], 1)["ok"], false);
    assert_eq!(json(&nowhere, &["backup", "x.zip"], 1)["ok"], false);

    // An address that is none is refused before the demo is made.
    for listen in ["abc", "8080", ":8080", "127.0.0.1:99999", "127.0.0.1:"] {
        for command in ["serve", "demo"] {
            let output = run(&nowhere, &[command, "--listen", listen], 2);
            assert!(String::from_utf8_lossy(&output.stderr).contains("127.0.0.1:8080"));
        }
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    run(&nowhere, &["demo", "--listen", &taken.local_addr().unwrap().to_string()], 1);
    assert!(!nowhere.folder.exists());

    fn explained(command: &clap::Command, path: &str) {
        let both = |help: Option<&clap::builder::StyledStr>, what: &str| {
            let help = help.map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(" · "), "{path} {what}: {help:?}");
        };
        both(command.get_about(), "");
        for argument in command.get_arguments() {
            both(argument.get_help(), argument.get_id().as_str());
        }
        command.get_subcommands().for_each(|c| explained(c, &format!("{path} {}", c.get_name())));
    }
    explained(&<lantoa::commands::Cli as clap::CommandFactory>::command(), "lantoa");
}

#[tokio::test]
async fn check_names_what_is_wrong() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        let form = [("method", "talk"), ("day", "2026-11-20"), ("title", "Buổi"), ("attendances", "62")];
        let form = [&form[..], &[("audience", "people")]].concat();
        let made = officer.post(&t, "/hoat-dong/moi", &form).await;
        let path = made.location().split('?').next().unwrap().to_owned();
        let evidence = ("photo", "quét.pdf", &b"%PDF-1.4 test"[..]);
        officer.upload(&t, &format!("{path}/minh-chung"), &[], evidence).await;
        let wrong = async || {
            let mut said = Said::default();
            check::check(&t.app, &[], &mut said, true).await.unwrap();
            let words: Vec<String> = said.sentences(&t.app.words, lantoa::i18n::Lang::Vi).collect();
            (said.failed, words.join("\n"))
        };
        let (failed, said) = wrong().await;
        assert!(!failed && said.contains("Dữ liệu nguyên vẹn") && said.contains("1 tệp"), "{said}");

        let file = t.app.files.all().unwrap().remove(0);
        let stored = t.data_folder().join("files").join(&file[..2]).join(&file);
        std::fs::write(&stored, b"else").unwrap();
        assert!(wrong().await.1.contains("đã bị hỏng"));
        std::fs::remove_file(&stored).unwrap();
        assert!(wrong().await.1.contains("Thiếu tệp"));
        std::fs::write(&stored, evidence.2).unwrap();
        assert!(!wrong().await.0);

        let change = async |query: store::Query| {
            let mut tx = t.app.db.begin().await.unwrap();
            query.run(&mut tx).await.unwrap();
            tx.commit().await.unwrap();
        };
        change(sql!("UPDATE activity_rollups SET attendances = attendances + 1 WHERE dimension = ''")).await;
        assert!(wrong().await.1.contains("Số cộng dồn của Xã Bến Lức"));
        change(sql!("UPDATE activity_rollups SET attendances = attendances - 1 WHERE dimension = ''")).await;
        assert!(!wrong().await.0);
        for sum in [
            sql!("UPDATE activity_rollups SET women = women + 1 WHERE dimension = ''"),
            sql!("UPDATE activity_rollups SET rows = rows + 1 WHERE dimension = 'audience'"),
            sql!("UPDATE activity_rollups SET estimated = NOT estimated WHERE dimension = ''"),
        ] {
            change(sum).await;
            assert!(wrong().await.1.contains("Số cộng dồn của Xã Bến Lức"));
            change(sql!("UPDATE activity_rollups SET estimated = FALSE WHERE dimension = ''")).await;
            change(sql!("UPDATE activity_rollups SET women = 0, rows = 1")).await;
            assert!(!wrong().await.0, "{}", wrong().await.1);
        }

        // Photos of drafts are looked for as well; one that nothing names any more is no fault.
        let photo = ("photo", "ảnh.pdf", &b"%PDF-1.4 draft"[..]);
        officer.upload(&t, "/hoat-dong/moi", &[("act", "draft"), ("title", "Dở")], photo).await;
        let of_draft = t.app.files.all().unwrap().into_iter().find(|f| *f != file).unwrap();
        let stored = t.data_folder().join("files").join(&of_draft[..2]).join(&of_draft);
        std::fs::remove_file(&stored).unwrap();
        assert!(wrong().await.1.contains("Thiếu tệp"));
        std::fs::write(&stored, photo.2).unwrap();
        officer.post(&t, "/hoat-dong/moi", &[("act", "drop"), ("draft_version", "1")]).await;
        assert!(!wrong().await.0);

        // Frozen figures are those of the log.
        let frozen =
            officer.post(&t, "/so-lieu/chot", &[("don-vi", &commune.to_string()), ("ky", "2026")]).await;
        assert_eq!(frozen.status, StatusCode::SEE_OTHER, "{}", frozen.text());
        assert!(!wrong().await.0, "{}", wrong().await.1);
        change(sql!("UPDATE number_frozen SET actual = actual + 1 WHERE indicator = 'talks'")).await;
        assert!(wrong().await.1.contains("Số liệu đã chốt của Xã Bến Lức"));
        change(sql!("UPDATE number_frozen SET actual = actual - 1 WHERE indicator = 'talks'")).await;
        assert!(!wrong().await.0);

        // The index has every article.
        crate::content::law(&t, "91/2099/QH99", "Luật Đò ngang", "2026-01-01", vec![]).await;
        assert!(!wrong().await.0, "an index that has yet to follow is no fault");
        t.app.index.catch_up(&t.app.db).await.unwrap();
        assert!(!wrong().await.0, "{}", wrong().await.1);
        change(sql!("UPDATE law_nodes SET path = NULL")).await;
        assert!(wrong().await.1.contains("Chỉ mục tìm kiếm có"));
        change(sql!("UPDATE audit_entries SET account_id = NULL WHERE seq = 1")).await;
        assert!(wrong().await.1.contains("Nhật ký của Xã Bến Lức bị đứt tại số 1"));

        // A migration between the known ones is a newer program's: each feature counts on in its own tens.
        change(sql!("INSERT INTO migrations (number, name) VALUES (59, 'newer')")).await;
        let refused = store::migrate(&t.app.db, &lantoa::migrations()).await.unwrap_err();
        assert_eq!(refused.trouble(), Some(store::Trouble::Newer), "{refused}");
    })
    .await;
}

/// What lies outside the program is said in both languages with what to do, and the status is 1.
#[test]
fn a_folder_a_file_or_a_port_that_cannot_be_used_is_said_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |data: &Data, arguments: &[&str], parts: &[&str]| {
        let output = run(data, arguments, 1);
        let said = String::from_utf8(output.stderr).unwrap();
        for part in parts {
            assert!(said.contains(part), "{arguments:?}: {part} in {said}");
        }
        assert!(!said.contains("panicked"), "{said}");
    };
    let at = |name: &str| Data { folder: folder.path().join(name), postgres: None };
    std::fs::write(folder.path().join("tep"), "x").unwrap();
    refused(&at("tep"), &["migrate"], &["không phải là thư mục", "is not a folder", "--data"]);
    refused(&at("tep/trong"), &["migrate"], &["không phải là thư mục", "is not a folder"]);
    refused(&at("nham"), &["check"], &["Không có dữ liệu", "no data", "--data"]);
    refused(&at("nham"), &["backup", "x"], &["Không có dữ liệu", "no data"]);
    assert!(!at("nham").folder.exists(), "a look makes nothing");

    std::fs::create_dir(folder.path().join("la")).unwrap();
    std::fs::write(
        folder.path().join("la/lantoa.db"),
        "not a database, but long enough to be looked at ".repeat(40),
    )
    .unwrap();
    refused(
        &at("la"),
        &["check"],
        &["không phải cơ sở dữ liệu SQLite", "is not an SQLite database", "restore"],
    );
    // No file can be made where a folder stands: as in a folder that may not be written, also for root.
    std::fs::create_dir_all(folder.path().join("khoa/lantoa.db")).unwrap();
    refused(&at("khoa"), &["migrate"], &["Không ghi được vào thư mục dữ liệu", "cannot be written"]);

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let port = ["Đã có chương trình khác dùng", "Another program uses", "--listen", address.as_str()];
    refused(&at("tot"), &["serve", "--listen", &address], &port);
    refused(&at("tot"), &["serve", "--listen", "192.0.2.1:80"], &["Không phục vụ được", "cannot be served"]);

    // Damaged behind its head: it opens, and breaks where it is read.
    let database = at("tot").folder.join("lantoa.db");
    let mut bytes = std::fs::read(&database).unwrap();
    bytes[8_192..].fill(0x55);
    std::fs::write(&database, bytes).unwrap();
    for rest in ["lantoa.db-wal", "lantoa.db-shm"] {
        let _ = std::fs::remove_file(at("tot").folder.join(rest));
    }
    refused(&at("tot"), &["check"], &["đã hỏng", "is damaged", "restore"]);

    let nowhere =
        Data { folder: folder.path().join("pg"), postgres: Some("postgres://a@127.0.0.1:1/b".into()) };
    refused(&nowhere, &["migrate"], &["Không mở được cơ sở dữ liệu", "PostgreSQL is running"]);
}

/// `lantoa … | head -1`: whoever reads has seen enough.
#[test]
fn a_reader_that_has_seen_enough_is_no_fault() {
    let folder = tempfile::tempdir().unwrap();
    let data = Data { folder: folder.path().join("data"), postgres: None };
    run(&data, &["migrate"], 0);
    for arguments in [&["routes"][..], &["routes", "--json"], &["--help"], &["check"], &["check", "--json"]] {
        let mut child =
            lantoa(&data, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Closed before anything is written.
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    }
    // Neither is a closed standard error.
    let mut child = lantoa(&data, &["import", "activities", "none.xlsx", "--unit", "x"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

/// When no room is left nothing is lost, and a person is told what to do.
#[tokio::test]
async fn a_full_disk_is_said_and_what_was_there_stays() {
    let t = TestApp::on(Engine::Sqlite).await;
    let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
    let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
    let officer = t.person(Role::CommuneOfficer, commune).await;
    let note = "Dài dòng ".repeat(200);
    let form = |title: &'static str| {
        [
            ("method", "talk"),
            ("day", "2026-11-20"),
            ("title", title),
            ("attendances", "62"),
            ("audience", "people"),
            ("note", note.as_str()),
        ]
    };
    assert_eq!(officer.post(&t, "/hoat-dong/moi", &form("Trước")).await.status, StatusCode::SEE_OTHER);
    // The database may not grow any more.
    store::testing::allow_no_growth(&t.app.db).await.unwrap();
    let mut refused = None;
    for n in 0..200 {
        let title: &'static str = Box::leak(format!("Sau {n}").into_boxed_str());
        let answer = officer.post(&t, "/hoat-dong/moi", &form(title)).await;
        if answer.status != StatusCode::SEE_OTHER {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a disk that is full");
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.text());
    assert!(refused.text().contains("Máy chủ đã hết chỗ lưu"), "{}", refused.text());
    assert!(officer.get(&t, "/hoat-dong").await.text().contains("Trước"));
}

/// The command: good rows are kept, the others come back beside the workbook, status 1.
#[tokio::test]
async fn activities_come_in_by_the_command() {
    for engine in store::testing::engines() {
        let (folder, data) = place(engine).await;
        let app = start::open(&data, false, Clock::System, Random::System).await.unwrap();
        let t = TestApp::opened(app, engine, tempfile::tempdir().unwrap());
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        let email = format!("{}@example.vn", officer.account);
        t.app.db.close().await;

        let book = |name: &str, rows: &[[&str; 4]]| {
            let headers = ["Ngày", "Hình thức", "Nội dung", "Số lượt người"].map(String::from).to_vec();
            let row = |r: &[&str; 4]| r.map(|c| sheets::Cell::Text(c.to_owned())).to_vec();
            let rows = rows.iter().map(row).collect();
            let table = sheets::Table { title: "Xã".into(), headers, rows, ..sheets::Table::default() };
            let path = folder.path().join(name);
            std::fs::write(&path, sheets::write_table(&table).unwrap()).unwrap();
            path
        };
        let good = ["20/11/2025", "Phổ biến trực tiếp", "Buổi ở ấp 1", "62"];
        let mixed = book("xa.xlsx", &[good, ["21/11/2025", "Phổ biến trực tiếp", "Buổi ở ấp 2", "sáu mươi"]]);
        let import = |file: &Path, unit: &str| {
            ["import", "activities", file.to_str().unwrap(), "--unit", unit, "--account", &email]
                .map(String::from)
        };
        let said = |arguments: &[String], status: i32| {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let output = run(&data, &arguments, status);
            String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
        };
        let first = said(&import(&mixed, "Xã Bến Lức"), 1);
        let returned = folder.path().join("xa.can-sua.xlsx");
        assert!(first.contains("xa.can-sua.xlsx") && returned.is_file(), "{first}");
        // Again: what is recorded is not recorded twice. For a program, as JSON.
        let again = import(&mixed, "Xã Bến Lức");
        let again: Vec<&str> = again.iter().map(String::as_str).collect();
        let again = json(&data, &again, 1);
        assert_eq!((&again["saved"], &again["refused"]), (&0.into(), &2.into()), "{again}");
        // Nothing wrong, status 0.
        let clean = book("tot.xlsx", &[["22/11/2025", "Phổ biến trực tiếp", "Buổi ở ấp 3", "40"]]);
        said(&import(&clean, "Xã Bến Lức"), 0);
        // Wrong questions say what to do.
        assert!(said(&import(&clean, "Xã Không Có"), 1).contains("Xã Không Có"));
        let missing = folder.path().join("khong-co.xlsx");
        assert!(said(&import(&missing, "Xã Bến Lức"), 1).contains("khong-co.xlsx"));
        let broken = folder.path().join("hong.xlsx");
        std::fs::write(&broken, b"PK\x03\x04 broken").unwrap();
        assert!(said(&import(&broken, "Xã Bến Lức"), 1).contains("Hãy"));
        // A workbook whose reader panics: one clear sentence, no report of a fault.
        let mut parts = crate::parts::unzip(&std::fs::read(&clean).unwrap());
        for (name, part) in &mut parts {
            if name == "xl/worksheets/sheet1.xml" {
                let text = String::from_utf8(std::mem::take(part)).unwrap();
                *part = text.replacen("<sheetData>", HOSTILE, 1).into_bytes();
            }
        }
        std::fs::write(&broken, crate::parts::zip(&parts)).unwrap();
        let arguments = import(&broken, "Xã Bến Lức");
        let output = lantoa(&data, &arguments.each_ref().map(String::as_str)).output().unwrap();
        let log = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!log.contains("panicked") && !log.contains("backtrace"), "{log}");

        let app = start::open(&data, false, Clock::System, Random::System).await.unwrap();
        store::record! { struct Row { title: String, attendances: i64, created_by: Option<Id> } }
        let rows: Vec<Row> = sql!("SELECT title, attendances, created_by FROM activities ORDER BY day")
            .all(&app.db)
            .await
            .unwrap();
        let rows: Vec<_> = rows.iter().map(|r| (r.title.as_str(), r.attendances, r.created_by)).collect();
        let by = Some(officer.account);
        assert_eq!(rows, [("Buổi ở ấp 1", 62, by), ("Buổi ở ấp 3", 40, by)]);
        assert_eq!(activities::wrong_sums(&app.db).await.unwrap(), vec![]);
        app.db.close().await;
    }
}

/// Cell addresses that calamine adds up past what its numbers hold.
const HOSTILE: &str = "<dimension ref=\"Z9:A1\"/><sheetData><row r=\"4294967295\"><c r=\"A4294967295\"><f t=\"shared\" si=\"1\" ref=\"B9:A1\">1</f><v>1</v></c></row>";

#[tokio::test]
async fn administrators_come_from_the_command_line() {
    for engine in store::testing::engines() {
        let (_folder, data) = place(engine).await;
        let create = ["admin", "create", "--email", "an@example.vn", "--name", "Nguyễn Văn An"];
        let said = run(&data, &create, 1);
        assert!(String::from_utf8_lossy(&said.stderr).contains("lantoa import units"));
        run(&data, &["import", "units"], 0);
        run(&data, &["admin", "create", "--email", "không phải", "--name", "An"], 1);
        run(&data, &[&create[..], &["--unit", "không có"]].concat(), 1);
        let made = json(&data, &create, 0);
        let link = made["link"].as_str().expect("a link");
        assert!(link.starts_with("http://127.0.0.1:8080/lien-ket/"), "{made}");
        run(&data, &create, 1);
        // Asked wrongly.
        run(&data, &["admin", "create", "--email", "b@example.vn"], 2);
        run(&data, &["admin", "make"], 2);
        run(&data, &["admin", "--help"], 0);

        let open = async || start::open(&data, false, Clock::System, Random::System).await.unwrap();
        let app = open().await;
        let word = link.rsplit('/').next().unwrap();
        let account = lantoa::signin::get_account_of_link(&app, word).await.unwrap();
        let mut tx = app.db.begin().await.unwrap();
        lantoa::signin::set_password_hash(&mut tx, account.id, "a hash").await.unwrap();
        tx.commit().await.unwrap();
        let cookie = lantoa::signin::open(&app, account.id).await.unwrap();
        let (actor, _) = lantoa::signin::find_actor(&app, &cookie).await.unwrap().expect("signed in");
        assert!(actor.has_role(Role::SystemAdministrator));

        let again = json(&data, &["admin", "link", "--email", "an@example.vn"], 0);
        assert_ne!(again["link"], made["link"]);
        assert!(lantoa::signin::find_actor(&app, &cookie).await.unwrap().is_some());
        json(&data, &["admin", "reset", "--email", "AN@example.vn"], 0);
        assert!(lantoa::signin::find_actor(&app, &cookie).await.unwrap().is_none());
        assert_eq!(lantoa::signin::get_account(&app.db, account.id).await.unwrap().password_hash, None);
        assert!(lantoa::signin::get_account_of_link(&app, word).await.is_err());
        run(&data, &["admin", "link", "--email", "khong-co@example.vn"], 1);
        let mut tx = app.db.begin().await.unwrap();
        lantoa::features::people::disable(&mut tx, &app, None, account.id, true).await.unwrap();
        tx.commit().await.unwrap();
        run(&data, &["admin", "link", "--email", "an@example.vn"], 1);
        run(&data, &["admin", "reset", "--email", "an@example.vn"], 0);
        assert_eq!(json(&data, &["check"], 0)["ok"], true);
    }
}

#[tokio::test]
async fn an_empty_installation_gives_its_first_administrator_a_link() {
    on_every_engine(async |t| {
        assert!(lantoa::seed::is_empty(&t.app.db).await.unwrap());
        let link = async || {
            let said = admin::first(&t.app).await.unwrap()?;
            Some(said.json["link"].as_str().expect("a link").replace("http://127.0.0.1:8080", ""))
        };
        let first = link().await.expect("nobody is there yet");
        // Started again before it was used: a link again, not another administrator.
        let path = link().await.expect("nobody has a password yet");
        assert_eq!(t.get(&first).await.status, StatusCode::OK);
        let page = t.get(&path).await.text();
        assert!(page.contains("name=\"email\"") && page.contains("name=\"name\""), "{page}");
        let password = ("new", "lúa chín vàng đồng");
        let nameless = t.post(&path, &[password]).await;
        assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
        let own = [("name", "Trần Thị Bình"), ("email", "binh@example.vn"), password];
        assert_eq!(t.post(&path, &own).await.status, StatusCode::SEE_OTHER);
        assert_eq!(link().await, None);
        assert_eq!(t.get(&first).await.status, StatusCode::NOT_FOUND);
        let signed = t.sign_in("binh@example.vn", password.1).await;
        assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text());
        assert!(!lantoa::seed::is_empty(&t.app.db).await.unwrap());
        // There is no other way in.
        let (accounts,): (i64,) = sql!("SELECT COUNT(*) FROM accounts").get(&t.app.db).await.unwrap();
        assert_eq!(accounts, 1);
    })
    .await;
}

/// The program serving, and the address it has taken.
fn serve(data: &Data) -> (Child, String) {
    let mut child =
        lantoa(data, &["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address = loop {
        let line = lines.next().expect("it says its address").unwrap();
        if let Some(address) = line.strip_prefix("http://") {
            break address.to_owned();
        }
    };
    // Keep reading, or it would wait for us.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address)
}

/// Saves one activity; its id once the program has acknowledged it.
fn save(address: &str, token: &str, n: u64) -> std::io::Result<Option<String>> {
    let body = serde_json::json!({
        "method": "talk", "day": "2026-11-20", "title": format!("Buổi {n}"), "attendances": 40,
        "audiences": ["people"],
    })
    .to_string();
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "POST /api/v1/activities HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    if !answer.starts_with("HTTP/1.1 201") {
        return Ok(None);
    }
    let id = answer.split_once("\"id\":\"").and_then(|(_, rest)| rest.split('"').next());
    Ok(id.filter(|id| id.len() > 32).map(str::to_owned))
}

/// Power goes at a random moment of many saves, again and again.
#[tokio::test]
async fn every_acknowledged_save_survives_kill_9() {
    const ROUNDS: u64 = 6;
    const CLIENTS: u64 = 4;
    let seed = u64::from_le_bytes(Random::System.bytes());
    for engine in store::testing::engines() {
        println!("{engine:?}: seed {seed}");
        let chance = Random::seeded(seed);
        let (folder, data) = place(engine).await;
        let app = start::open(&data, false, Clock::System, Random::System).await.unwrap();
        let t = TestApp::opened(app, engine, folder);
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        let mut tx = t.app.db.begin().await.unwrap();
        let token =
            lantoa::signin::insert_api_token(&t.app, &mut tx, officer.account, "thử", 30).await.unwrap();
        tx.commit().await.unwrap();
        t.app.db.close().await;

        let acknowledged = Arc::new(Mutex::new(BTreeSet::new()));
        let next = Arc::new(AtomicU64::new(0));
        for round in 0..ROUNDS {
            let (mut child, address) = serve(&data);
            let stop = Arc::new(AtomicBool::new(false));
            let clients: Vec<_> = (0..CLIENTS)
                .map(|_| {
                    let (address, token) = (address.clone(), token.clone());
                    let (acknowledged, next, stop) = (acknowledged.clone(), next.clone(), stop.clone());
                    std::thread::spawn(move || {
                        while !stop.load(Ordering::Relaxed) {
                            let n = next.fetch_add(1, Ordering::Relaxed);
                            if let Ok(Some(id)) = save(&address, &token, n) {
                                acknowledged.lock().unwrap().insert(id);
                            }
                        }
                    })
                })
                .collect();
            let before = acknowledged.lock().unwrap().len();
            // Once saves flow, at a random moment.
            while acknowledged.lock().unwrap().len() < before + 5 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let moment = u64::from_le_bytes(chance.bytes()) % 300;
            tokio::time::sleep(Duration::from_millis(moment)).await;
            child.kill().unwrap();
            stop.store(true, Ordering::Relaxed);
            child.wait().unwrap();
            clients.into_iter().for_each(|c| c.join().unwrap());

            let app = start::open(&data, false, Clock::System, Random::System).await.unwrap();
            store::record! { struct Saved { shard_id: i64, id: Id } }
            let saved: Vec<Saved> = sql!("SELECT shard_id, id FROM activities").all(&app.db).await.unwrap();
            let saved: BTreeSet<String> = saved.iter().map(|s| format!("{}-{}", s.shard_id, s.id)).collect();
            let lost: Vec<String> = acknowledged.lock().unwrap().difference(&saved).cloned().collect();
            assert!(
                lost.is_empty(),
                "{engine:?}, seed {seed}, round {round}, after {moment} ms: lost {lost:?}"
            );
            println!("{engine:?} round {round}: killed after {moment} ms, {} saved", saved.len());
            app.db.close().await;
        }
        let said = json(&data, &["check"], 0);
        assert_eq!(said["ok"], true, "seed {seed}: {said}");
    }
}

/// Mails hold one-time links, the database digests of passwords; and a configuration that cannot be read is not
/// taken for none.
#[cfg(unix)]
#[tokio::test]
async fn the_data_folder_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, data) = place(Engine::Sqlite).await;
    run(&data, &["migrate"], 0);
    for name in ["lantoa.db", "secret.key", "mail", "files"] {
        let mode = std::fs::metadata(data.folder.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
    let utf16: Vec<u8> = "\u{feff}proxies = 1".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(data.folder.join("lantoa.toml"), utf16).unwrap();
    let said = String::from_utf8_lossy(&run(&data, &["migrate"], 1).stderr).into_owned();
    assert!(said.contains("lantoa.toml") && said.contains("UTF-8"), "{said}");
}

/// Whoever opens connections and says nothing keeps nobody else out, and does not hold up the end.
#[tokio::test]
async fn the_silent_are_not_waited_for() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let t = TestApp::on(Engine::Sqlite).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let patience = start::Patience {
        head: Duration::from_secs(3),
        end: Duration::from_millis(500),
        taking: Duration::from_secs(3),
        connections: 40,
        of_one_address: 20,
    };
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let router = lantoa::router(t.app.clone());
    let served = tokio::spawn(async move {
        let stop = async { ended.await.unwrap_or_default() };
        start::answer(router, listener, &patience, stop).await;
    });
    let begin = async |said: &str| {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        stream
    };
    let mut silent = Vec::new();
    // Not a byte, half a head, another protocol's half beginning, and answers that nobody takes.
    let unread = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(5_000);
    for said in ["", "GET / HTTP/1.1\r\nHost: x\r\nX-a: b\r\n", "PRI * HT", &unread] {
        for _ in 0..5 {
            silent.push(begin(said).await);
        }
    }
    let ask = async || {
        let mut asked = begin("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        let mut answer = String::new();
        let _ = asked.read_to_string(&mut answer).await;
        answer
    };
    assert_eq!(ask().await, "", "an address has so many places and no more");
    // All twenty end, not only one of them: as many others are answered together.
    let rest = "Host: x\r\nConnection: close\r\n\r\n";
    let together = async || {
        let mut open = Vec::new();
        for _ in 0..20 {
            open.push(begin("GET / HTTP/1.1\r\n").await);
        }
        let mut answered = 0;
        for mut stream in open {
            let _ = stream.write_all(rest.as_bytes()).await;
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer).await;
            answered += usize::from(answer.starts_with("HTTP/1.1 200"));
        }
        answered
    };
    let all = async { while together().await < 20 {} };
    tokio::time::timeout(Duration::from_secs(20), all).await.expect("all twenty places again");

    let _half = begin("POST /dang-nhap HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nemail=").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    end.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(20), served).await.expect("an end in time").unwrap();
}
