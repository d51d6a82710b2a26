-- What was done, once, where it happened.
CREATE TABLE activities (
    shard_id BIGINT NOT NULL,
    id BYTES NOT NULL,
    unit_id BYTES NOT NULL REFERENCES units (id),
    method TEXT NOT NULL,
    day TEXT NOT NULL,
    month BIGINT NOT NULL,
    title TEXT NOT NULL,
    place TEXT NOT NULL,
    speaker TEXT NOT NULL,
    note TEXT NOT NULL,
    attendances BIGINT NOT NULL,
    -- Counts, if known.
    women BIGINT,
    minority BIGINT,
    copies BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    -- An estimate of what is yet to be done in the period; actual and estimate are always shown apart.
    estimated BOOLEAN NOT NULL,
    -- Why an unusual figure is right, in the recorder's words.
    reason TEXT NOT NULL,
    plan_shard BIGINT,
    plan_line BYTES,
    state TEXT NOT NULL,
    withdrawn_reason TEXT,
    version BIGINT NOT NULL,
    created_by BYTES,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shard_id, id)
);
CREATE INDEX activities_by_unit ON activities (unit_id, day, id);
CREATE INDEX activities_by_day ON activities (day, id);
CREATE INDEX activities_by_plan_line ON activities (plan_shard, plan_line);
CREATE TABLE activity_audiences (
    shard_id BIGINT NOT NULL,
    activity_id BYTES NOT NULL,
    audience TEXT NOT NULL,
    PRIMARY KEY (shard_id, activity_id, audience),
    FOREIGN KEY (shard_id, activity_id) REFERENCES activities (shard_id, id)
);
CREATE TABLE activity_laws (
    shard_id BIGINT NOT NULL,
    activity_id BYTES NOT NULL,
    law_id BYTES NOT NULL,
    PRIMARY KEY (shard_id, activity_id, law_id),
    FOREIGN KEY (shard_id, activity_id) REFERENCES activities (shard_id, id)
);
CREATE INDEX activity_laws_by_law ON activity_laws (law_id);
-- Photos and scans; the bytes are a file named by its digest.
CREATE TABLE activity_evidence (
    shard_id BIGINT NOT NULL,
    id BYTES NOT NULL,
    activity_id BYTES NOT NULL,
    file TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shard_id, id),
    FOREIGN KEY (shard_id, activity_id) REFERENCES activities (shard_id, id)
);
CREATE INDEX activity_evidence_by_activity ON activity_evidence (shard_id, activity_id);
-- Every state an activity has had, as JSON.
CREATE TABLE activity_versions (
    shard_id BIGINT NOT NULL,
    activity_id BYTES NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    account_id BYTES,
    content TEXT NOT NULL,
    PRIMARY KEY (shard_id, activity_id, version),
    FOREIGN KEY (shard_id, activity_id) REFERENCES activities (shard_id, id)
);
-- Sums at recording unit x month x dimension, changed in the transaction of the record itself.
CREATE TABLE activity_rollups (
    shard_id BIGINT NOT NULL,
    dimension TEXT NOT NULL,
    unit_id BYTES NOT NULL,
    month BIGINT NOT NULL,
    method TEXT NOT NULL,
    key TEXT NOT NULL,
    estimated BOOLEAN NOT NULL,
    rows BIGINT NOT NULL,
    attendances BIGINT NOT NULL,
    women BIGINT NOT NULL,
    minority BIGINT NOT NULL,
    copies BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    PRIMARY KEY (dimension, unit_id, month, method, key, estimated, shard_id)
);
