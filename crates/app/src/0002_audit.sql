-- One chain for each unit: ids and digests, no personal values.
CREATE TABLE audit_heads (
    shard_id BIGINT NOT NULL,
    unit_id BYTES NOT NULL,
    seq BIGINT NOT NULL,
    hash BYTES NOT NULL,
    PRIMARY KEY (shard_id, unit_id)
);
CREATE TABLE audit_entries (
    shard_id BIGINT NOT NULL,
    unit_id BYTES NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    account_id BYTES,
    act TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    digest BYTES NOT NULL,
    previous BYTES NOT NULL,
    hash BYTES NOT NULL,
    PRIMARY KEY (shard_id, unit_id, seq)
);
CREATE INDEX audit_by_object ON audit_entries (object_id);
