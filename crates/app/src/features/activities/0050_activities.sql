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
    -- How many questions were raised when it was saved without a reason.
    open_questions BIGINT NOT NULL,
    -- What people search: title, place, speaker and note without marks.
    folded TEXT NOT NULL,
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
CREATE INDEX activities_with_questions ON activities (unit_id, day) WHERE open_questions > 0;
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
    -- A small picture of it, when it is one.
    thumbnail TEXT,
    name TEXT NOT NULL,
    -- Media type.
    kind TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    created_by BYTES,
    created_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
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
    act TEXT NOT NULL,
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
-- What a person has typed and not yet saved, as typed; nobody else sees it. `about` is the activity changed,
-- or empty for a new one.
CREATE TABLE activity_drafts (
    account_id BYTES NOT NULL,
    about TEXT NOT NULL,
    unit_id BYTES NOT NULL,
    typed TEXT NOT NULL,
    -- Photos already sent, kept as files.
    evidence TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- The open page that wrote it last.
    tab TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, about)
);
-- "Nothing arose": a unit says that in a month nothing was done.
CREATE TABLE activity_quiet_months (
    shard_id BIGINT NOT NULL,
    unit_id BYTES NOT NULL,
    month BIGINT NOT NULL,
    account_id BYTES,
    at BIGINT NOT NULL,
    PRIMARY KEY (shard_id, unit_id, month)
);
-- A workbook sent for import, between preview and saving.
CREATE TABLE activity_imports (
    id BYTES PRIMARY KEY,
    account_id BYTES NOT NULL,
    unit_id BYTES NOT NULL,
    file TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    saved_at BIGINT,
    saved_rows BIGINT
);
