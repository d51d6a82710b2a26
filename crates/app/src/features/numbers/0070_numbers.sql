-- A figure that a person states instead of the computed one; both are kept.
CREATE TABLE number_overrides (
    shard_id BIGINT NOT NULL,
    id BYTES NOT NULL,
    unit_id BYTES NOT NULL REFERENCES units (id),
    period TEXT NOT NULL,
    indicator TEXT NOT NULL,
    computed BIGINT NOT NULL,
    stated BIGINT NOT NULL,
    reason TEXT NOT NULL,
    account_id BYTES NOT NULL,
    created_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    PRIMARY KEY (shard_id, id)
);
CREATE INDEX number_overrides_by_unit ON number_overrides (unit_id, period);
-- A frozen period: its figures stay as they were.
CREATE TABLE number_freezes (
    shard_id BIGINT NOT NULL,
    id BYTES NOT NULL,
    unit_id BYTES NOT NULL REFERENCES units (id),
    period TEXT NOT NULL,
    -- The tree of units: a day, or NULL for the units as they were.
    units_on TEXT,
    -- Opens the frozen figures, and only them, to whoever holds the paper.
    code TEXT NOT NULL,
    audit_seq BIGINT NOT NULL,
    audit_hash BYTES NOT NULL,
    account_id BYTES NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shard_id, id)
);
CREATE INDEX number_freezes_by_unit ON number_freezes (unit_id, created_at);
CREATE INDEX number_freezes_by_code ON number_freezes (code);
CREATE TABLE number_frozen (
    shard_id BIGINT NOT NULL,
    freeze_id BYTES NOT NULL,
    indicator TEXT NOT NULL,
    actual BIGINT NOT NULL,
    estimate BIGINT NOT NULL,
    rows BIGINT NOT NULL,
    -- What a person stated instead, if anybody did.
    stated BIGINT,
    PRIMARY KEY (shard_id, freeze_id, indicator),
    FOREIGN KEY (shard_id, freeze_id) REFERENCES number_freezes (shard_id, id)
);
