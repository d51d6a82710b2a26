//! Everything under a unit on a day, as rows that queries join (`unit_scopes`): the closure of dated parents,
//! kept up in the transaction of every change.

use jiff::civil::Date;
use store::{Db, Id, Tx, sql};

use crate::error::Result;

/// The unit itself and everything under it on a day, in no particular order.
pub async fn under(db: &Db, unit: Id, day: Date) -> Result<Vec<Id>> {
    let rows: Vec<(Id,)> = sql!(
        "SELECT unit_id FROM unit_scopes
         WHERE ancestor_id = $1 AND valid_from <= $2 AND (valid_until IS NULL OR valid_until > $2)",
        unit,
        day
    )
    .all(db)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Makes all rows anew: those of every unit that ever was a root.
pub async fn rebuild(tx: &mut Tx) -> Result<()> {
    let roots: Vec<(Id,)> =
        sql!("SELECT DISTINCT unit_id FROM unit_versions WHERE parent_id IS NULL").all(&mut *tx).await?;
    for (root,) in roots {
        refresh(tx, root).await?;
    }
    Ok(())
}

/// Makes the rows of a unit, and of all that hangs, hung or will hang under it, anew.
pub async fn refresh(tx: &mut Tx, unit: Id) -> Result<()> {
    sql!(
        "WITH RECURSIVE down (unit_id) AS (
             SELECT id FROM units WHERE id = $1
             UNION SELECT v.unit_id FROM down JOIN unit_versions v ON v.parent_id = down.unit_id
         )
         DELETE FROM unit_scopes WHERE unit_id IN (SELECT unit_id FROM down)",
        unit
    )
    .run(tx)
    .await?;
    sql!(
        "INSERT INTO unit_scopes (ancestor_id, unit_id, valid_from, valid_until)
         WITH RECURSIVE down (unit_id) AS (
             SELECT id FROM units WHERE id = $1
             UNION SELECT v.unit_id FROM down JOIN unit_versions v ON v.parent_id = down.unit_id
         ), up (ancestor_id, unit_id, parent_id, valid_from, valid_until) AS (
             SELECT v.unit_id, v.unit_id, v.parent_id, v.valid_from, v.valid_until
             FROM unit_versions v JOIN down ON down.unit_id = v.unit_id
             UNION
             SELECT v.unit_id, up.unit_id, v.parent_id,
                    CASE WHEN v.valid_from > up.valid_from THEN v.valid_from ELSE up.valid_from END,
                    CASE WHEN up.valid_until IS NULL OR v.valid_until < up.valid_until THEN v.valid_until
                         ELSE up.valid_until END
             FROM up JOIN unit_versions v ON v.unit_id = up.parent_id
             WHERE (v.valid_until IS NULL OR v.valid_until > up.valid_from)
               AND (up.valid_until IS NULL OR up.valid_until > v.valid_from)
         )
         SELECT ancestor_id, unit_id, valid_from, valid_until FROM up WHERE TRUE ON CONFLICT DO NOTHING",
        unit
    )
    .run(tx)
    .await?;
    Ok(())
}
