//! What several people do at the same moment: it is done once, and nobody is told that something is kept which is not.

use std::time::Duration;

use axum::http::StatusCode;
use lantoa::access::Role;
use lantoa::commands::Said;
use lantoa::commands::check::check;
use lantoa::features::numbers::{Period, Units};
use lantoa::features::papers;
use lantoa::i18n::Lang;
use store::{Id, sql};

use crate::support::{Answer, Person, TestApp, on_every_engine};

/// One form sent four times at once.
async fn at_once(t: &TestApp, who: &Person, path: &str, pairs: &[(&str, &str)]) -> [Answer; 4] {
    let send = || who.post(t, path, pairs);
    tokio::join!(send(), send(), send(), send()).into()
}

fn count(answers: &[Answer], status: StatusCode) -> usize {
    let all: Vec<String> = answers.iter().map(Answer::text).collect();
    assert!(answers.iter().all(|a| a.status != StatusCode::INTERNAL_SERVER_ERROR), "{all:?}");
    answers.iter().filter(|a| a.status == status).count()
}

async fn rows(t: &TestApp, query: store::Query) -> i64 {
    let (n,): (i64,) = query.get(&t.app.db).await.unwrap();
    n
}

#[tokio::test]
async fn what_may_stand_once_stands_once() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        let keeper = t.person(Role::ProvincialOfficer, nation).await;
        let unit = commune.to_string();
        let done = StatusCode::SEE_OTHER;

        // One report of a period.
        let report = [("don-vi", &*unit), ("ky", "2026"), ("cay", "nay")];
        assert_eq!(count(&at_once(&t, &officer, "/bao-cao", &report).await, done), 1);
        assert_eq!(rows(&t, sql!("SELECT COUNT(*) FROM reports")).await, 1);

        // One stated value of a figure: the last.
        let stated =
            [("don-vi", &*unit), ("ky", "2026"), ("chi-tieu", "talks"), ("gia-tri", "7"), ("ly-do", "Sổ")];
        assert_eq!(count(&at_once(&t, &officer, "/so-lieu/ghi-de", &stated).await, done), 4);
        let in_force = sql!("SELECT COUNT(*) FROM number_overrides WHERE withdrawn_at IS NULL");
        assert_eq!(rows(&t, in_force).await, 1);

        // One law of a number.
        let law =
            [("number", "7-HD/HU"), ("kind", "Hướng dẫn"), ("title", "Về tủ sách"), ("issued", "02/03/2026")];
        assert_eq!(count(&at_once(&t, &keeper, "/luat/moi", &law).await, done), 4);
        assert_eq!(rows(&t, sql!("SELECT COUNT(*) FROM laws")).await, 1);

        // One hamlet of a name.
        let hamlet = [("level", "hamlet"), ("kind", "ấp"), ("name", "Ấp 3"), ("from", "01/11/2026")];
        let add = format!("/don-vi/{commune}/don-vi-con");
        assert_eq!(count(&at_once(&t, &officer, &add, &hamlet).await, done), 1);
        assert_eq!(rows(&t, sql!("SELECT COUNT(*) FROM unit_versions WHERE name = 'Ấp 3'")).await, 1);

        // A role given once, and handed over once.
        let reader = t.person(Role::Reader, commune).await;
        let successor = t.person(Role::Reader, commune).await.account;
        let appoint = format!("/quan-tri/nguoi/{}/bo-nhiem", reader.account);
        let role = [("don-vi", &*unit), ("role", "editor")];
        assert_eq!(count(&at_once(&t, &keeper, &appoint, &role).await, done), 1);
        let of = async |role: &str| -> Id {
            let mine =
                sql!("SELECT id FROM appointments WHERE account_id = $1 AND role = $2", reader.account, role);
            let all: Vec<(Id,)> = mine.all(&t.app.db).await.unwrap();
            assert_eq!(all.len(), 1);
            all[0].0
        };
        let hand_over = format!("/quan-tri/bo-nhiem/{}/ban-giao", of("editor").await);
        let to = [("nguoi", &*successor.to_string()), ("ngay", "01/12/2026")];
        assert_eq!(count(&at_once(&t, &keeper, &hand_over, &to).await, done), 1);
        // Nor later, to whomever, on that day or before it.
        let other = t.person(Role::Reader, commune).await.account.to_string();
        for day in ["01/12/2026", "30/11/2026"] {
            let again = keeper.post(&t, &hand_over, &[("nguoi", &other), ("ngay", day)]).await;
            assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.text());
            assert!(again.text().contains("đã được bàn giao"), "{}", again.text());
        }
        assert_eq!(rows(&t, sql!("SELECT COUNT(*) FROM hand_overs")).await, 1);
        // A role that ends on a day anyway goes to a successor from that day.
        let leaving = of("reader").await;
        let ends = [("den", "30/11/2026")];
        let end = format!("/quan-tri/bo-nhiem/{leaving}/thoi-han");
        assert_eq!(keeper.post(&t, &end, &ends).await.status, done);
        let clerk = t.person(Role::Editor, commune).await.account.to_string();
        let to = [("nguoi", &*clerk), ("ngay", "01/12/2026")];
        let hand_over = format!("/quan-tri/bo-nhiem/{leaving}/ban-giao");
        assert_eq!(count(&at_once(&t, &keeper, &hand_over, &to).await, done), 1);
        assert_eq!(rows(&t, sql!("SELECT COUNT(*) FROM hand_overs")).await, 2);

        // The same workbook, sent twice and recorded at the same moment.
        let book = crate::activities::book(&[&[
            "20/11/2026",
            "Phổ biến trực tiếp",
            "Buổi ở ấp 1",
            "62",
            "30",
            "Nhân dân",
            "",
            "",
        ]]);
        let send = async || {
            let file = ("file", "xã.xlsx", &*book);
            officer.upload(&t, "/hoat-dong/nhap", &[], file).await.location().to_owned()
        };
        let (first, second) = (send().await, send().await);
        let both = tokio::join!(officer.post(&t, &first, &[]), officer.post(&t, &second, &[]));
        assert_eq!(count(&<[Answer; 2]>::from(both), done), 2);
        assert_eq!(rows(&t, sql!("SELECT COUNT(*) FROM activities")).await, 1);
        let told = [officer.get(&t, &first).await.text(), officer.get(&t, &second).await.text()];
        assert!(told.iter().any(|page| page.contains("Đã ghi 0 dòng")), "{told:?}");
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}

/// What slipped in twice before is told by `check`.
#[tokio::test]
async fn what_stands_twice_is_told() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        let unit = commune.to_string();
        let report = [("don-vi", &*unit), ("ky", "2026"), ("cay", "nay")];
        assert_eq!(officer.post(&t, "/bao-cao", &report).await.status, StatusCode::SEE_OTHER);
        let stated =
            [("don-vi", &*unit), ("ky", "2026"), ("chi-tieu", "talks"), ("gia-tri", "7"), ("ly-do", "Sổ")];
        assert_eq!(officer.post(&t, "/so-lieu/ghi-de", &stated).await.status, StatusCode::SEE_OTHER);
        let said = async || {
            let mut said = Said::default();
            check(&t.app, &[], &mut said, true).await.unwrap();
            assert!(said.sentences(&t.app.words, Lang::En).all(|s| !s.contains('⟦')));
            said.sentences(&t.app.words, Lang::Vi).filter(|s| s.contains("Xã Bến Lức")).collect::<Vec<_>>()
        };
        assert_eq!(said().await, [""; 0]);
        let mut tx = t.app.db.begin().await.unwrap();
        let twice = [
            sql!(
                "INSERT INTO reports (shard_id, id, unit_id, template, period, state, version, created_by, created_at,
                                      updated_at)
                 SELECT shard_id, $1, unit_id, template, period, state, version, created_by, created_at, updated_at
                 FROM reports",
                t.app.new_id()
            ),
            sql!(
                "INSERT INTO number_overrides (shard_id, id, unit_id, period, indicator, computed, stated, reason,
                                               account_id, created_at)
                 SELECT shard_id, $1, unit_id, period, indicator, computed, stated, reason, account_id, created_at
                 FROM number_overrides",
                t.app.new_id()
            ),
            sql!(
                "INSERT INTO appointments (id, account_id, unit_id, role, valid_from)
                 SELECT $1, account_id, unit_id, role, valid_from FROM appointments",
                t.app.new_id()
            ),
        ];
        for insert in twice {
            insert.run(&mut tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        let said = said().await;
        assert_eq!(said.len(), 3, "{said:?}");
        for what in ["hai báo cáo", "hai số ghi đè", "cùng một vai trò"] {
            assert!(said.iter().any(|s| s.contains(what)), "{what} in {said:?}");
        }
    })
    .await;
}

/// A text is saved while the report is being frozen: it is in the paper, or whoever saved it is told that it is not.
#[tokio::test]
async fn what_is_told_as_saved_is_in_the_paper() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        let app = &t.app;
        let id = papers::create(app, officer.account, commune, Period::year(2026), Units::AsTheyWere)
            .await
            .unwrap();
        let none = (papers::absent_key("mediation"), "không phát sinh vụ việc");
        papers::write(app, officer.account, id, &[none]).await.unwrap();
        papers::keep_proposed(app, officer.account, id).await.unwrap();
        for flag in papers::open_flags(app, id).await.unwrap() {
            papers::answer(app, officer.account, id, &flag, "Đã đối chiếu").await.unwrap();
        }
        let path = papers::path(id);
        let version = papers::get(&app.db, id).await.unwrap().version.to_string();

        // Whoever writes to the unit's log waits: the freezing has read all texts by then, and kept nothing.
        let mut tx = app.db.begin().await.unwrap();
        sql!("UPDATE audit_heads SET seq = seq WHERE unit_id = $1", commune).run(&mut tx).await.unwrap();
        let (freeze, save) = (format!("{path}/chot"), format!("{path}/noi-dung"));
        let shown = [("version", &*version)];
        let text = [("khoa", "causes"), ("phien-ban", "1"), ("noi-dung", "Nói sau cùng.")];
        let (frozen, saved, ()) = tokio::join!(
            officer.post(&t, &freeze, &shown),
            async {
                tokio::time::sleep(Duration::from_secs(2)).await;
                officer.post(&t, &save, &text).await
            },
            async move {
                tokio::time::sleep(Duration::from_secs(4)).await;
                tx.commit().await.unwrap();
            },
        );
        // Whichever came first, the other is told.
        let answers = [frozen, saved];
        assert_eq!(count(&answers, StatusCode::SEE_OTHER), 1, "{}", answers[1].text());
        assert_eq!(count(&answers, StatusCode::CONFLICT), 1, "{}", answers[0].text());
        let texts = sql!("SELECT COUNT(*) FROM report_texts WHERE content = 'Nói sau cùng.'");
        assert_eq!(rows(&t, texts).await == 1, answers[1].status == StatusCode::SEE_OTHER);
    })
    .await;
}
