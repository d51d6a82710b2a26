//! Hand-over: a leaver's open drafts go on with their successor. Who wrote what stays written, so neither can
//! approve their own.

use store::{Id, RecordId, Tx, sql};

use super::post;
use crate::app::App;
use crate::features::people::{HandOver, HandedOver, Moved};
use crate::tasks::Later;

pub struct Hands;
pub static HANDS: Hands = Hands;

store::record! { struct Open { shard_id: i64, id: Id } }

impl HandOver for Hands {
    fn hand_over<'a>(&'a self, tx: &'a mut Tx, app: &'a App, what: &'a HandedOver) -> Later<'a, Vec<Moved>> {
        Box::pin(async move {
            let open: Vec<Open> = sql!(
                "SELECT shard_id, id FROM posts WHERE owner_id = $1 AND unit_id = $2 AND state IN ('draft', 'submitted')
                 ORDER BY id",
                what.from,
                what.unit
            )
            .all(&mut *tx)
            .await?;
            let mut moved = Vec::new();
            for o in open {
                let id = RecordId { shard: o.shard_id, id: o.id };
                let post = post::get(&mut *tx, id).await?;
                post::give_to(tx, app, what.by, &post, what.to).await?;
                moved.push(Moved { kind: "post".into(), object: id.to_string() });
            }
            Ok(moved)
        })
    }
    fn take_back<'a>(
        &'a self,
        tx: &'a mut Tx,
        app: &'a App,
        what: &'a HandedOver,
        moved: &'a [Moved],
    ) -> Later<'a, ()> {
        Box::pin(async move {
            for m in moved.iter().filter(|m| m.kind == "post") {
                let post = post::get(&mut *tx, m.object.parse()?).await?;
                if post.owner == what.to {
                    post::give_to(tx, app, what.by, &post, what.from).await?;
                }
            }
            Ok(())
        })
    }
}
