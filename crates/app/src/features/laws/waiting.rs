//! What waits for whoever keeps the registry: texts that are not the newest, relations that nobody has confirmed,
//! corrections that a new source asks about, sentences of what is new whose article was changed, texts read from pictures that nobody has looked at; and what waits for
//! whoever sent a scan.

use jiff::civil::Date;
use store::{Id, Query, sql};

use super::{edit, left};
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
            for (kind, path, laws) in waiting(signed.app.today()) {
                let laws: Vec<OfLaw> = laws.all(&signed.app.db).await?;
                tasks.extend(laws.into_iter().map(|law| task(signed, kind, path, law)));
            }
            Ok(tasks)
        })
    }
}

store::record! { struct OfLaw { id: Id, number: String, count: i64 } }

fn task(signed: &Signed, kind: &str, path: &str, law: OfLaw) -> Task {
    let args = [("number", law.number), ("value", law.count.to_string())];
    Task {
        key: format!("laws-{kind}-{}", law.id),
        due: None,
        state: "laws-state-waiting",
        title: signed.app.words.say(signed.lang(), &format!("laws-task-{kind}"), &args),
        path: format!("/luat/{}/{path}", law.id),
        unit: None,
        quick: None,
    }
}

/// What waits, the page of the law where it is decided, and the laws with how much of it they have.
fn waiting(today: Date) -> [(&'static str, &'static str, Query); 5] {
    [
        (
            "amendments",
            "sua-doi",
            sql!(
                "SELECT l.id, l.number, COUNT(*) AS count
                 FROM law_amendments a JOIN laws f ON f.id = a.from_id JOIN laws l ON l.number_key = a.to_key
                 WHERE a.state IN ('found', 'undone') AND f.effective <= $1 AND l.id <> f.id
                 GROUP BY l.id, l.number ORDER BY MIN(f.effective) DESC, l.id LIMIT $2",
                today,
                SHOWN
            ),
        ),
        (
            "relations",
            "sua",
            sql!(
                "SELECT l.id, l.number, COUNT(*) AS count FROM law_relations r JOIN laws l ON l.id = r.from_id
                 WHERE r.proposed AND r.to_id IS NOT NULL
                   AND r.relation IN ('replaces', 'repeals', 'ends-effect', 'suspends')
                 GROUP BY l.id, l.number ORDER BY MIN(l.effective) DESC, l.id LIMIT $1",
                SHOWN
            ),
        ),
        (
            "corrections",
            "chua-chu",
            sql!(
                "SELECT l.id, l.number, COUNT(*) AS count FROM law_corrections c JOIN laws l ON l.id = c.law_id
                 WHERE c.state = 'asks' GROUP BY l.id, l.number ORDER BY MIN(c.made_at) DESC, l.id LIMIT $1",
                SHOWN
            ),
        ),
        (
            // The article reads otherwise since.
            "news",
            "so-sanh",
            sql!(
                "SELECT l.id, l.number, COUNT(*) AS count FROM law_news w JOIN laws l ON l.id = w.law_id
                 LEFT JOIN law_nodes n ON n.law_id = w.law_id AND n.path = w.path
                 WHERE n.version IS NULL OR n.version <> w.version
                 GROUP BY l.id, l.number ORDER BY MIN(l.effective) DESC, l.id LIMIT $1",
                SHOWN
            ),
        ),
        (
            "unlooked",
            "chua-chu",
            sql!(
                "SELECT l.id, l.number, COUNT(*) AS count FROM law_unlooked u JOIN laws l ON l.id = u.law_id
                 GROUP BY l.id, l.number ORDER BY MIN(u.since) DESC, l.id LIMIT $1",
                SHOWN
            ),
        ),
    ]
}
