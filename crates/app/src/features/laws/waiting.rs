//! What waits for whoever keeps the registry: texts that are not the newest, relations that nobody has confirmed,
//! corrections that a new source asks about, sentences of what is new whose article was changed, texts read from pictures that nobody has looked at; and what waits for
//! whoever sent a scan.

use jiff::civil::Date;
use store::{Id, sql};

use super::{edit, left};
use crate::error::Result;
use crate::tasks::{Later, Task, Tasks};
use crate::web::Signed;

pub struct Waiting;

const SHOWN: i64 = 5;

impl Tasks for Waiting {
    fn tasks<'a>(&'a self, signed: &'a Signed) -> Later<'a, Vec<Task>> {
        Box::pin(async move {
            let mut tasks = left::tasks(signed).await?;
            if !edit::keeps_all(signed) {
                return Ok(tasks);
            }
            tasks.extend(amendments(signed).await?);
            tasks.extend(relations(signed).await?);
            tasks.extend(corrections(signed).await?);
            tasks.extend(news(signed).await?);
            tasks.extend(unlooked(signed).await?);
            Ok(tasks)
        })
    }
}

store::record! { struct Row { id: Id, number: String, count: i64, effective: Option<Date> } }

fn task(signed: &Signed, kind: &str, row: Row, path: &str) -> Task {
    let args = [("number", row.number), ("value", row.count.to_string())];
    Task {
        key: format!("laws-{kind}-{}", row.id),
        due: None,
        state: "laws-state-waiting",
        title: signed.app.words.say(signed.lang(), &format!("laws-task-{kind}"), &args),
        path: format!("/luat/{}/{path}", row.id),
        unit: None,
        quick: None,
    }
}

async fn amendments(signed: &Signed) -> Result<Vec<Task>> {
    let app = &signed.app;
    let rows: Vec<Row> = sql!(
        "SELECT l.id, l.number, COUNT(*) AS count, MIN(f.effective) AS effective
         FROM law_amendments a JOIN laws f ON f.id = a.from_id JOIN laws l ON l.number_key = a.to_key
         WHERE a.state IN ('found', 'undone') AND f.effective <= $1 AND l.id <> f.id
         GROUP BY l.id, l.number ORDER BY MIN(f.effective) DESC, l.id LIMIT $2",
        app.today(),
        SHOWN
    )
    .all(&app.db)
    .await?;
    Ok(rows.into_iter().map(|r| task(signed, "amendments", r, "sua-doi")).collect())
}

async fn relations(signed: &Signed) -> Result<Vec<Task>> {
    let rows: Vec<Row> = sql!(
        "SELECT l.id, l.number, COUNT(*) AS count, MIN(l.effective) AS effective
         FROM law_relations r JOIN laws l ON l.id = r.from_id
         WHERE r.proposed AND r.to_id IS NOT NULL AND r.relation IN ('replaces', 'repeals', 'ends-effect', 'suspends')
         GROUP BY l.id, l.number ORDER BY MIN(l.effective) DESC, l.id LIMIT $1",
        SHOWN
    )
    .all(&signed.app.db)
    .await?;
    Ok(rows.into_iter().map(|r| task(signed, "relations", r, "sua")).collect())
}

async fn corrections(signed: &Signed) -> Result<Vec<Task>> {
    let rows: Vec<Row> = sql!(
        "SELECT l.id, l.number, COUNT(*) AS count, MIN(l.effective) AS effective
         FROM law_corrections c JOIN laws l ON l.id = c.law_id WHERE c.state = 'asks'
         GROUP BY l.id, l.number ORDER BY MIN(c.made_at) DESC, l.id LIMIT $1",
        SHOWN
    )
    .all(&signed.app.db)
    .await?;
    Ok(rows.into_iter().map(|r| task(signed, "corrections", r, "chua-chu")).collect())
}

async fn unlooked(signed: &Signed) -> Result<Vec<Task>> {
    let rows: Vec<Row> = sql!(
        "SELECT l.id, l.number, COUNT(*) AS count, MIN(l.effective) AS effective
         FROM law_unlooked u JOIN laws l ON l.id = u.law_id
         GROUP BY l.id, l.number ORDER BY MIN(u.since) DESC, l.id LIMIT $1",
        SHOWN
    )
    .all(&signed.app.db)
    .await?;
    Ok(rows.into_iter().map(|r| task(signed, "unlooked", r, "chua-chu")).collect())
}

/// Sentences of what is new whose article reads otherwise since.
async fn news(signed: &Signed) -> Result<Vec<Task>> {
    let rows: Vec<Row> = sql!(
        "SELECT l.id, l.number, COUNT(*) AS count, MIN(l.effective) AS effective
         FROM law_news w JOIN laws l ON l.id = w.law_id
         LEFT JOIN law_nodes n ON n.law_id = w.law_id AND n.path = w.path
         WHERE n.version IS NULL OR n.version <> w.version
         GROUP BY l.id, l.number ORDER BY MIN(l.effective) DESC, l.id LIMIT $1",
        SHOWN
    )
    .all(&signed.app.db)
    .await?;
    Ok(rows.into_iter().map(|r| task(signed, "news", r, "so-sanh")).collect())
}
