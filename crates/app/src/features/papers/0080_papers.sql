-- Reports: the numbers are computed, the texts are kept here, the frozen paper as it was.
CREATE TABLE reports (
    shard_id BIGINT NOT NULL,
    id BYTES NOT NULL,
    unit_id BYTES NOT NULL REFERENCES units (id),
    template TEXT NOT NULL,
    period TEXT NOT NULL,
    -- The tree of units: a day, or NULL for the units as they were.
    units_on TEXT,
    state TEXT NOT NULL,
    -- Given by the agency's own register, never invented.
    number TEXT,
    issued_on TEXT,
    -- Who signs, as printed.
    signer TEXT,
    -- Why it was returned or withdrawn.
    note TEXT,
    freeze_shard BIGINT,
    freeze_id BYTES,
    -- The paper as it was frozen (JSON of the document model).
    frozen TEXT,
    version BIGINT NOT NULL,
    created_by BYTES NOT NULL,
    submitted_by BYTES,
    approved_by BYTES,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shard_id, id)
);
CREATE INDEX reports_by_unit ON reports (unit_id, period);
-- What the officer wrote: a block's text, or a figure stated by hand ("figure:mediation-received").
CREATE TABLE report_texts (
    shard_id BIGINT NOT NULL,
    report_id BYTES NOT NULL,
    key TEXT NOT NULL,
    content TEXT NOT NULL,
    -- Counts changes: a page knows which of them it began from.
    version BIGINT NOT NULL,
    written_by BYTES NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shard_id, report_id, key),
    FOREIGN KEY (shard_id, report_id) REFERENCES reports (shard_id, id)
);
