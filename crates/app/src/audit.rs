//! Everything that changes is written down: one hash chain per unit, of ids and digests, never of values.
//! Heads of chains are printed in frozen reports and kept in backups, so that even an owner of the database
//! cannot rewrite the past unseen (promise G13).

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use store::{Db, Id, Migration, Tx, migration, sql};

use crate::error::Result;

pub const MIGRATIONS: &[Migration] = &[migration!(2, "audit", "0002_audit.sql")];

/// One act to write down. `content` is what was saved, in any stable form; only its digest is kept.
pub struct Entry<'a> {
    /// The unit whose chain it joins, and that unit's shard.
    pub unit: Id,
    pub shard: i64,
    pub at: Timestamp,
    pub account: Option<Id>,
    pub act: &'a str,
    pub object_kind: &'a str,
    pub object_id: String,
    pub content: &'a [u8],
}

store::record! {
    /// The newest link of a unit's chain.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Head {
        pub seq: i64,
        pub hash: Vec<u8>,
    }
}

impl Head {
    /// The first twelve hex digits, as printed.
    pub fn short(&self) -> String {
        hex::encode(self.hash.get(..6).unwrap_or(&self.hash))
    }
}

/// Appends to the unit's chain inside the transaction of the act itself. The head's row is taken first, so
/// that two savers of one unit queue up and the chain never forks.
pub async fn write(tx: &mut Tx, e: &Entry<'_>) -> Result<()> {
    sql!(
        "INSERT INTO audit_heads (shard_id, unit_id, seq, hash) VALUES ($1, $2, 0, $3)
         ON CONFLICT (shard_id, unit_id) DO NOTHING",
        e.shard,
        e.unit,
        vec![0u8; 32]
    )
    .run(tx)
    .await?;
    let head: Head = sql!(
        "UPDATE audit_heads SET seq = seq + 1 WHERE shard_id = $1 AND unit_id = $2 RETURNING seq, hash",
        e.shard,
        e.unit
    )
    .get(&mut *tx)
    .await?;
    let digest = Sha256::digest(e.content).to_vec();
    let at = e.at.as_microsecond();
    let hash = link(&head.hash, head.seq, at, e.account, e.act, e.object_kind, &e.object_id, &digest);
    sql!(
        "INSERT INTO audit_entries (shard_id, unit_id, seq, at, account_id, act, object_kind, object_id, digest,
                                    previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        e.shard,
        e.unit,
        head.seq,
        at,
        e.account,
        e.act,
        e.object_kind,
        e.object_id,
        digest,
        head.hash,
        hash.clone()
    )
    .run(tx)
    .await?;
    sql!("UPDATE audit_heads SET hash = $3 WHERE shard_id = $1 AND unit_id = $2", e.shard, e.unit, hash)
        .run(tx)
        .await?;
    Ok(())
}

#[allow(clippy::too_many_arguments)]
fn link(
    previous: &[u8],
    seq: i64,
    at: i64,
    account: Option<Id>,
    act: &str,
    object_kind: &str,
    object_id: &str,
    digest: &[u8],
) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(seq.to_be_bytes());
    hash.update(at.to_be_bytes());
    hash.update(account.map_or([0; 16], |a| a.0));
    for part in [act, object_kind, object_id] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.update(digest);
    hash.finalize().to_vec()
}

/// The head of a unit's chain; none when nothing was ever done there.
pub async fn head(db: &Db, unit: Id) -> Result<Option<Head>> {
    Ok(sql!("SELECT seq, hash FROM audit_heads WHERE unit_id = $1", unit).find(db).await?)
}

/// The head as the transaction sees it, its own entries included.
pub async fn head_in(tx: &mut Tx, unit: Id) -> Result<Option<Head>> {
    Ok(sql!("SELECT seq, hash FROM audit_heads WHERE unit_id = $1 ORDER BY unit_id", unit).find(tx).await?)
}

store::record! {
    /// Where an act stands in its unit's chain.
    #[derive(Debug, Clone)]
    pub struct Written {
        pub seq: i64,
        pub at: Timestamp,
        pub account_id: Option<Id>,
        pub act: String,
        pub hash: Vec<u8>,
    }
}

impl Written {
    /// The first twelve hex digits, as printed.
    pub fn short(&self) -> String {
        hex::encode(self.hash.get(..6).unwrap_or(&self.hash))
    }
}

/// Every act on an object, oldest first.
pub async fn of_object(db: &Db, object_id: &str) -> Result<Vec<Written>> {
    Ok(sql!(
        "SELECT seq, at, account_id, act, hash FROM audit_entries WHERE object_id = $1 ORDER BY at, seq",
        object_id
    )
    .all(db)
    .await?)
}

store::record! {
    struct Link {
        seq: i64,
        at: i64,
        account_id: Option<Id>,
        act: String,
        object_kind: String,
        object_id: String,
        digest: Vec<u8>,
        previous: Vec<u8>,
        hash: Vec<u8>,
    }
}

/// Why a chain does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    pub unit: Id,
    pub seq: i64,
}

/// Recomputes every chain; the number of links checked, and the first broken link of each broken chain.
pub async fn verify(db: &Db) -> Result<(u64, Vec<Broken>)> {
    store::record! { struct UnitHead { shard_id: i64, unit_id: Id, seq: i64, hash: Vec<u8> } }
    let heads: Vec<UnitHead> =
        sql!("SELECT shard_id, unit_id, seq, hash FROM audit_heads ORDER BY unit_id").all(db).await?;
    let mut checked = 0;
    let mut broken = Vec::new();
    for head in heads {
        let mut previous = vec![0u8; 32];
        let mut seq = 0;
        let mut bad = None;
        while bad.is_none() {
            let links: Vec<Link> = sql!(
                "SELECT seq, at, account_id, act, object_kind, object_id, digest, previous, hash FROM audit_entries
                 WHERE shard_id = $1 AND unit_id = $2 AND seq > $3 ORDER BY seq LIMIT 1000",
                head.shard_id,
                head.unit_id,
                seq
            )
            .all(db)
            .await?;
            if links.is_empty() {
                break;
            }
            for l in links {
                let hash = link(
                    &previous,
                    l.seq,
                    l.at,
                    l.account_id,
                    &l.act,
                    &l.object_kind,
                    &l.object_id,
                    &l.digest,
                );
                if l.seq != seq + 1 || l.previous != previous || l.hash != hash {
                    bad = Some(l.seq);
                    break;
                }
                checked += 1;
                seq = l.seq;
                previous = hash;
            }
        }
        if bad.is_none() && (seq != head.seq || previous != head.hash) {
            bad = Some(head.seq);
        }
        broken.extend(bad.map(|seq| Broken { unit: head.unit_id, seq }));
    }
    Ok((checked, broken))
}
