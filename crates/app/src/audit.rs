//! Everything that changes is written down: one hash chain per unit, of ids and digests, never of values.
//! Heads of chains are printed in frozen reports and kept in backups, so that even an owner of the database
//! cannot rewrite the past unseen (promise G13).

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use store::{Db, Id, Migration, Tx, migration, sql};

use crate::error::Result;

pub const MIGRATIONS: &[Migration] = &[migration!(2, "audit", "0002_audit.sql")];

/// Unit and shard of the chain for acts that concern no unit: those of the installation itself.
pub const NOWHERE: (Id, i64) = (Id([0; 16]), 0);

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
    let entry = Link {
        seq: head.seq,
        at: e.at.as_microsecond(),
        account_id: e.account,
        act: e.act.to_owned(),
        object_kind: e.object_kind.to_owned(),
        object_id: e.object_id.clone(),
        digest: Sha256::digest(e.content).to_vec(),
        hash: vec![],
    };
    let hash = entry.hash_after(e.unit, &head.hash);
    sql!(
        "INSERT INTO audit_entries (shard_id, unit_id, seq, at, account_id, act, object_kind, object_id, digest,
                                    previous, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        e.shard,
        e.unit,
        entry.seq,
        entry.at,
        entry.account_id,
        entry.act,
        entry.object_kind,
        entry.object_id,
        entry.digest,
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

/// Whether the entry at a place of a unit's chain is about this content.
pub async fn says(db: &Db, unit: Id, seq: i64, content: &[u8]) -> Result<bool> {
    let digest: Option<(Vec<u8>,)> =
        sql!("SELECT digest FROM audit_entries WHERE unit_id = $1 AND seq = $2", unit, seq).find(db).await?;
    Ok(digest.is_some_and(|d| d.0[..] == Sha256::digest(content)[..]))
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
        hash: Vec<u8>,
    }
}

impl Link {
    /// Everything the row says, in the chain of a unit, after the link before it.
    fn hash_after(&self, unit: Id, previous: &[u8]) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(previous);
        hash.update(unit.0);
        hash.update(self.seq.to_be_bytes());
        hash.update(self.at.to_be_bytes());
        hash.update([u8::from(self.account_id.is_some())]);
        hash.update(self.account_id.map_or([0; 16], |a| a.0));
        for part in [&self.act, &self.object_kind, &self.object_id] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hash.update(&self.digest);
        hash.finalize().to_vec()
    }
}

/// The head of a unit's chain; none when nothing was ever done there.
pub async fn head(db: &Db, unit: Id) -> Result<Option<Head>> {
    Ok(sql!("SELECT seq, hash FROM audit_heads WHERE unit_id = $1", unit).find(db).await?)
}

store::record! {
    struct LinkHash { hash: Vec<u8> }
}

/// A place in a chain and the hash it had there, as printed or backed up.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct At {
    pub shard_id: i64,
    pub unit_id: Id,
    pub seq: i64,
    /// In hex digits.
    pub hash: String,
}

/// Whether the chain still has that hash at that place.
pub async fn stands(db: &Db, at: &At) -> Result<bool> {
    let found: Option<LinkHash> = sql!(
        "SELECT hash FROM audit_entries WHERE shard_id = $1 AND unit_id = $2 AND seq = $3",
        at.shard_id,
        at.unit_id,
        at.seq
    )
    .find(db)
    .await?;
    Ok(found.is_some_and(|link| hex::encode(link.hash) == at.hash))
}

/// Where a chain does not hold: its first bad link, or its head.
#[derive(Debug, Clone, PartialEq)]
pub struct Broken {
    pub unit: Id,
    pub seq: i64,
}

store::record! { struct Chain { shard_id: i64, unit_id: Id, seq: i64, hash: Vec<u8> } }

/// Recomputes every chain; the number of links checked, and the first broken link of each broken chain.
pub async fn verify(db: &Db) -> Result<(u64, Vec<Broken>)> {
    // A chain whose head was taken away is checked against no head at all, and so found.
    let chains: Vec<Chain> = sql!(
        "SELECT shard_id, unit_id, seq, hash FROM audit_heads
         UNION ALL
         SELECT e.shard_id, e.unit_id, CAST(0 AS BIGINT) AS seq, e.previous AS hash
         FROM audit_entries e
         LEFT JOIN audit_heads h ON h.shard_id = e.shard_id AND h.unit_id = e.unit_id
         WHERE h.unit_id IS NULL AND e.seq = (SELECT MIN(seq) FROM audit_entries f
                                              WHERE f.shard_id = e.shard_id AND f.unit_id = e.unit_id)"
    )
    .all(db)
    .await?;
    verify_chains(db, chains).await
}

/// [`verify`] for one unit.
pub async fn verify_unit(db: &Db, unit: Id) -> Result<(u64, Vec<Broken>)> {
    let chains: Vec<Chain> =
        sql!("SELECT shard_id, unit_id, seq, hash FROM audit_heads WHERE unit_id = $1", unit).all(db).await?;
    verify_chains(db, chains).await
}

async fn verify_chains(db: &Db, chains: Vec<Chain>) -> Result<(u64, Vec<Broken>)> {
    let mut checked = 0;
    let mut broken = Vec::new();
    for chain in chains {
        let mut previous = vec![0u8; 32];
        let mut seq = 0;
        let mut bad = None;
        while bad.is_none() {
            let links: Vec<Link> = sql!(
                "SELECT seq, at, account_id, act, object_kind, object_id, digest, hash FROM audit_entries
                 WHERE shard_id = $1 AND unit_id = $2 AND seq > $3 ORDER BY seq LIMIT 1000",
                chain.shard_id,
                chain.unit_id,
                seq
            )
            .all(db)
            .await?;
            if links.is_empty() {
                break;
            }
            for l in links {
                let hash = l.hash_after(chain.unit_id, &previous);
                if l.seq != seq + 1 || l.hash != hash {
                    bad = Some(l.seq);
                    break;
                }
                checked += 1;
                seq = l.seq;
                previous = hash;
            }
        }
        if bad.is_none() && (seq != chain.seq || previous != chain.hash) {
            bad = Some(chain.seq);
        }
        broken.extend(bad.map(|seq| Broken { unit: chain.unit_id, seq }));
    }
    broken.sort_by_key(|b| (b.unit, b.seq));
    Ok((checked, broken))
}

store::record! {
    /// An act as the log shows it.
    #[derive(Debug)]
    pub struct Logged {
        pub seq: i64,
        pub at: Timestamp,
        pub account_id: Option<Id>,
        /// The account's name as it is today; none for what the installation did itself.
        pub name: Option<String>,
        pub act: String,
        pub object_kind: String,
        pub object_id: String,
    }
}

/// Which acts to list.
#[derive(Debug, Default)]
pub struct Wanted {
    pub account: Option<Id>,
    pub act: Option<String>,
    pub object_id: Option<String>,
    /// Instants: at or after, and before.
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Only what is older than this place in the chain.
    pub before: Option<i64>,
}

/// A unit's acts, newest first.
pub async fn list(db: &Db, unit: Id, wanted: &Wanted, limit: i64) -> Result<Vec<Logged>> {
    Ok(sql!(
        "SELECT e.seq, e.at, e.account_id, a.name, e.act, e.object_kind, e.object_id
         FROM audit_entries e LEFT JOIN accounts a ON a.id = e.account_id
         WHERE e.unit_id = $1
           AND (CAST($2 AS BOOLEAN) OR e.account_id = $3)
           AND (CAST($4 AS TEXT) IS NULL OR e.act = $4)
           AND (CAST($5 AS TEXT) IS NULL OR e.object_id = $5)
           AND e.at >= $6 AND e.at < $7 AND e.seq < $8
         ORDER BY e.seq DESC LIMIT $9",
        unit,
        wanted.account.is_none(),
        wanted.account,
        wanted.act.clone(),
        wanted.object_id.clone(),
        wanted.from.map_or(i64::MIN, |t| t.as_microsecond()),
        wanted.until.map_or(i64::MAX, |t| t.as_microsecond()),
        wanted.before.unwrap_or(i64::MAX),
        limit
    )
    .all(db)
    .await?)
}

/// The kinds of acts that a unit's chain holds, and who did them, to choose from.
pub async fn choices(db: &Db, unit: Id) -> Result<(Vec<String>, Vec<(Id, String)>)> {
    store::record! { struct Who { id: Id, name: String } }
    let acts: Vec<(String,)> =
        sql!("SELECT DISTINCT act FROM audit_entries WHERE unit_id = $1 ORDER BY act", unit).all(db).await?;
    let people: Vec<Who> = sql!(
        "SELECT a.id, a.name FROM accounts a
         WHERE a.id IN (SELECT e.account_id FROM audit_entries e WHERE e.unit_id = $1)
         ORDER BY a.name_key, a.id",
        unit
    )
    .all(db)
    .await?;
    Ok((acts.into_iter().map(|a| a.0).collect(), people.into_iter().map(|p| (p.id, p.name)).collect()))
}
