//! Hand-over: a leaver's drafts at a unit go on with their successor. Drafts are no records: which went over
//! stands in the record of the hand-over, whose act the audit log names.

use store::{Id, Tx, sql};

use super::draft;
use crate::app::App;
use crate::error::{Error, Result};
use crate::features::people::{HandOver, HandedOver, Moved};
use crate::tasks::Later;

pub struct Drafts;
pub static DRAFTS: Drafts = Drafts;

/// How the record of a hand-over names a draft; its object is the key at the receiver.
const KIND: &str = "activity-draft";

store::record! { struct Open { about: String } }

async fn has(tx: &mut Tx, account: Id, about: &str) -> Result<bool> {
    let found: Option<Open> =
        sql!("SELECT about FROM activity_drafts WHERE account_id = $1 AND about = $2", account, about)
            .find(tx)
            .await?;
    Ok(found.is_some())
}

impl HandOver for Drafts {
    fn hand_over<'a>(&'a self, tx: &'a mut Tx, app: &'a App, what: &'a HandedOver) -> Later<'a, Vec<Moved>> {
        Box::pin(async move {
            let open: Vec<Open> = sql!(
                "SELECT about FROM activity_drafts WHERE account_id = $1 AND unit_id = $2 ORDER BY about",
                what.from,
                what.unit
            )
            .all(&mut *tx)
            .await?;
            let mut moved = Vec::new();
            for o in open {
                // A person has one draft of a new activity; one that comes from somebody else has a key of its own.
                let key = if o.about.is_empty() { format!("~{}", app.new_id()) } else { o.about.clone() };
                // Both have begun to change the same activity: nobody's words are thrown away.
                if has(tx, what.to, &key).await? {
                    continue;
                }
                draft::give(tx, (what.from, &o.about), (what.to, &key)).await?;
                moved.push(Moved { kind: KIND.to_owned(), object: key });
            }
            Ok(moved)
        })
    }

    fn take_back<'a>(
        &'a self,
        tx: &'a mut Tx,
        _: &'a App,
        what: &'a HandedOver,
        moved: &'a [Moved],
    ) -> Later<'a, ()> {
        Box::pin(async move {
            for m in moved.iter().filter(|m| m.kind == KIND) {
                if has(tx, what.to, &m.object).await? && !has(tx, what.from, &m.object).await? {
                    draft::give(tx, (what.to, &m.object), (what.from, &m.object)).await?;
                }
            }
            Ok::<(), Error>(())
        })
    }
}
