//! From one activity to its sums, on every engine.

use lantoa::access::Role;
use lantoa::features::activities::{self, Content};

use crate::support::on_every_engine;

pub fn talk(unit: store::Id, attendances: i64) -> Content {
    Content {
        unit,
        method: "talk".into(),
        day: "2026-03-05".parse().unwrap(),
        title: "Phổ biến Luật Hòa giải ở cơ sở".into(),
        place: "Nhà văn hóa ấp 2".into(),
        speaker: String::new(),
        note: String::new(),
        laws: vec![],
        audiences: vec!["people".into()],
        attendances,
        women: Some(20),
        minority: None,
        copies: 50,
        cost: 500_000,
        estimated: false,
        reason: String::new(),
        plan_line: None,
    }
}

#[tokio::test]
async fn sums_follow_every_change_of_a_row() {
    on_every_engine(async |t| {
        let nation = t.unit("Việt Nam", "nation", None, "1945-09-02").await;
        let commune = t.unit("Xã Bến Lức", "commune", Some(nation), "2025-07-01").await;
        let officer = t.person(Role::CommuneOfficer, commune).await;
        let app = &t.app;
        let mut tx = app.db.begin().await.unwrap();
        let id =
            activities::insert(&mut tx, app, Some(officer.account), 1, &talk(commune, 60)).await.unwrap();
        activities::insert(&mut tx, app, Some(officer.account), 1, &talk(commune, 40)).await.unwrap();
        tx.commit().await.unwrap();
        let total = async || -> i64 {
            let query = store::Select::from(activities::FACT.rolled.unwrap())
                .filter(store::Filter::is("dimension", ""))
                .sum("attendances", vec![])
                .query();
            query.get::<(i64,)>(&app.db).await.unwrap().0
        };
        assert_eq!(total().await, 100);

        let first = activities::get(&app.db, id).await.unwrap();
        let mut tx = app.db.begin().await.unwrap();
        activities::update(&mut tx, app, None, &first, &talk(commune, 70)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(total().await, 110);

        // Somebody still holding the old page is told, and changes nothing.
        let mut tx = app.db.begin().await.unwrap();
        assert!(activities::update(&mut tx, app, None, &first, &talk(commune, 1)).await.is_err());
        tx.rollback().await.unwrap();

        let changed = activities::get(&app.db, id).await.unwrap();
        let mut tx = app.db.begin().await.unwrap();
        activities::withdraw(&mut tx, app, None, &changed, "ghi nhầm").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(total().await, 40);
        assert_eq!(activities::wrong_sums(&app.db).await.unwrap(), vec![]);
        let (links, broken) = lantoa::audit::verify(&app.db).await.unwrap();
        assert_eq!((links, broken), (4, vec![]));
    })
    .await;
}
