//! The registry of laws: saving, finding, relations both ways, import, addresses, search, who may.

use lantoa::features::laws::{self, By, NewLaw, NewRelation, Relation, Saved, Status};

use crate::support::{TestApp, on_every_engine};

async fn save(t: &TestApp, new: &NewLaw) -> (Saved, Vec<laws::Problem>) {
    let mut tx = t.app.db.begin().await.expect("begin");
    let saved = laws::insert(&mut tx, &t.app, &By::INSTALLATION, new).await.expect("saved");
    tx.commit().await.expect("commit");
    saved
}

fn short(
    number: &str,
    kind: &str,
    title: &str,
    issuer: &str,
    issued: &str,
    on: &[(Relation, &str)],
) -> NewLaw {
    let relation = |(relation, number): &(Relation, &str)| NewRelation {
        relation: *relation,
        number: (*number).to_owned(),
        evidence: String::new(),
        proposed: false,
    };
    NewLaw {
        number: number.into(),
        kind: kind.into(),
        title: title.into(),
        issuer: issuer.into(),
        issued: issued.parse().ok(),
        relations: on.iter().map(relation).collect(),
        ..NewLaw::default()
    }
}

#[tokio::test]
async fn the_chain_from_a_directive_reads_both_ways() {
    on_every_engine(async |t| {
        let directive = short("32-CT/TW", "Chỉ thị", "", "Ban Bí thư", "2003-12-09", &[]);
        let conclusion = short(
            "80-KL/TW",
            "Kết luận",
            "",
            "Ban Bí thư",
            "2020-06-20",
            &[(Relation::CarriesOut, "32-CT/TW")],
        );
        let decision = short(
            "1521/QĐ-TTg",
            "Quyết định",
            "",
            "Thủ tướng",
            "2020-10-06",
            &[(Relation::CarriesOut, "80-KL/TW")],
        );
        let local = short(
            "4402/QĐ-UBND",
            "Quyết định",
            "",
            "Ủy ban nhân dân tỉnh Long An",
            "2020-11-30",
            &[(Relation::CarriesOut, "1521/QĐ-TTg")],
        );
        // The later ones first: a relation waits for the document it names.
        let mut ids = Vec::new();
        for new in [&local, &decision, &conclusion, &directive] {
            ids.push(save(&t, new).await.0.id());
        }
        let db = &t.app.db;
        let numbers = |steps: &[laws::Step]| steps.iter().map(|s| s.law.number.clone()).collect::<Vec<_>>();
        let chain = laws::chain(db, ids[0]).await.unwrap();
        assert_eq!(numbers(&chain.up), ["32-CT/TW", "80-KL/TW", "1521/QĐ-TTg"]);
        assert!(chain.down.is_empty());
        let chain = laws::chain(db, ids[3]).await.unwrap();
        assert!(chain.up.is_empty());
        assert_eq!(numbers(&chain.down), ["80-KL/TW", "1521/QĐ-TTg", "4402/QĐ-UBND"]);
        let chain = laws::chain(db, ids[1]).await.unwrap();
        assert_eq!(numbers(&chain.up), ["32-CT/TW", "80-KL/TW"]);
        assert_eq!(numbers(&chain.down), ["4402/QĐ-UBND"]);
        // Papers that are not normative documents take effect with their issue.
        let law = laws::find_by_number(db, "32-ct/tw").await.unwrap().unwrap();
        assert_eq!((law.slug.as_str(), law.status(t.app.today())), ("32-ct-tw-2003", Status::InForce));
        assert_eq!(laws::get(db, ids[0]).await.unwrap().slug, "tinh-long-an-4402-qd-ubnd-2020");
    })
    .await;
}
