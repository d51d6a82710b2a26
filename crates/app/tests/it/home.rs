//! The work list: what waits, one click from where it is done.

use axum::http::StatusCode;
use lantoa::access::Role;

use crate::support::on_every_engine;

#[tokio::test]
async fn the_work_list_holds_what_waits_and_lets_it_be_settled() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let sibling = t.unit("Xã Mỹ Yên", "commune", Some(nation), "2025-07-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        let home = async || officer.get(&t, "/viec").await.text();

        let page = home().await;
        assert!(!page.contains('⟦'), "{page}");
        for part in [
            "Thứ Hai, 23/11/2026",
            "Xã Bến Lức",
            "Tháng 10/2026 chưa ghi",
            "Tháng 11/2026 chưa ghi",
            "0 hoạt động",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
        // October had nothing: one tap. November is not over, so it has no such button.
        let settle = format!("/hoat-dong/khong-phat-sinh/{commune}/202610");
        assert_eq!(page.matches("khong-phat-sinh").count(), 1);
        assert!(page.contains(&settle));
        assert_eq!(officer.post(&t, &settle, &[]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(officer.post(&t, &settle, &[]).await.status, StatusCode::SEE_OTHER, "again does no harm");
        assert!(!home().await.contains("Tháng 10/2026 chưa ghi"));
        assert_eq!(officer.post(&t, &format!("{settle}/thu-hoi"), &[]).await.status, StatusCode::SEE_OTHER);
        assert!(home().await.contains("Tháng 10/2026 chưa ghi"));
        for bad in ["202611", "202613", "x", "0", "99999999999999"] {
            let answer = officer.post(&t, &format!("/hoat-dong/khong-phat-sinh/{commune}/{bad}"), &[]).await;
            assert!(answer.status.is_client_error(), "{bad}: {}", answer.status);
        }
        let other = format!("/hoat-dong/khong-phat-sinh/{sibling}/202610");
        assert_eq!(officer.post(&t, &other, &[]).await.status, StatusCode::NOT_FOUND);

        // A draft waits; recorded, it becomes this month's figure.
        let typed = [
            ("method", "talk"),
            ("day", "2026-11-20"),
            ("title", "Nói chuyện ở ấp 3"),
            ("attendances", "40"),
        ];
        officer.post(&t, "/hoat-dong/moi/nhap", &[&typed[..], &[("draft_version", "0")]].concat()).await;
        assert!(home().await.contains("Ghi tiếp: Nói chuyện ở ấp 3"));
        let saved =
            officer.post(&t, "/hoat-dong/moi", &[&typed[..], &[("draft_version", "1")]].concat()).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let page = home().await;
        assert!(!page.contains("Ghi tiếp") && !page.contains("Tháng 11/2026 chưa ghi"), "{page}");
        assert!(page.contains("1 hoạt động") && page.contains("40 lượt người"), "{page}");

        // A person who only reads is asked for nothing.
        let reader = t.person(Role::Reader, commune).await;
        let page = reader.get(&t, "/viec").await.text();
        assert!(page.contains("Không có việc nào đang chờ") && !page.contains("/hoat-dong/moi"), "{page}");
        assert!(!officer.get(&t, "/en/viec").await.text().contains('⟦'));
        assert_eq!(lantoa::audit::verify(&t.app.db).await.unwrap().1, vec![]);
    })
    .await;
}
