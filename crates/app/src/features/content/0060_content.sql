-- Articles for publishing (tin bài).
CREATE TABLE posts (
    shard_id BIGINT NOT NULL,
    id BYTES NOT NULL,
    unit_id BYTES NOT NULL REFERENCES units (id),
    title TEXT NOT NULL,
    -- Paragraphs with what each rests on, as JSON.
    body TEXT NOT NULL,
    -- The law it is about, if it is about one.
    law_id BYTES,
    -- draft, submitted, published, withdrawn.
    state TEXT NOT NULL,
    -- What whoever gave it back last asked for.
    remarks TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- Whose work it is while it is a draft: the author's, or their successor's.
    owner_id BYTES NOT NULL,
    created_by BYTES NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    submitted_at BIGINT,
    approved_by BYTES,
    published_at BIGINT,
    -- The day in Vietnam on which it was published: the day it counts for.
    day TEXT,
    month BIGINT,
    -- Its public address, given once and kept for ever.
    slug TEXT,
    withdrawn_at BIGINT,
    withdrawal_notice TEXT,
    -- The withdrawn article that this one was written instead of.
    replaces_shard BIGINT,
    replaces_id BYTES,
    -- What people search: title and text without marks.
    folded TEXT NOT NULL,
    PRIMARY KEY (shard_id, id),
    CHECK (approved_by IS NULL OR approved_by <> created_by)
);
CREATE INDEX posts_by_unit ON posts (unit_id, updated_at);
CREATE INDEX posts_by_state ON posts (state, updated_at);
CREATE INDEX posts_published ON posts (published_at, id) WHERE state = 'published';
CREATE INDEX posts_published_by_day ON posts (day, unit_id) WHERE state = 'published';
CREATE INDEX posts_by_slug ON posts (slug);
CREATE INDEX posts_by_replaced ON posts (replaces_shard, replaces_id);
-- The laws and the provisions that a post rests on: of its newest text.
CREATE TABLE post_laws (
    shard_id BIGINT NOT NULL,
    post_id BYTES NOT NULL,
    law_id BYTES NOT NULL,
    PRIMARY KEY (shard_id, post_id, law_id),
    FOREIGN KEY (shard_id, post_id) REFERENCES posts (shard_id, id)
);
CREATE INDEX post_laws_by_law ON post_laws (law_id);
CREATE TABLE post_sources (
    shard_id BIGINT NOT NULL,
    post_id BYTES NOT NULL,
    law_id BYTES NOT NULL,
    -- The provision's permanent address in the law.
    path TEXT NOT NULL,
    PRIMARY KEY (shard_id, post_id, law_id, path),
    FOREIGN KEY (shard_id, post_id) REFERENCES posts (shard_id, id)
);
CREATE INDEX post_sources_by_provision ON post_sources (law_id, path);
-- Everything that was done to a post, by whom, with its text at that moment as JSON.
CREATE TABLE post_versions (
    shard_id BIGINT NOT NULL,
    post_id BYTES NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    account_id BYTES NOT NULL,
    -- write, change, submit, recall, return, approve, withdraw, hand-over.
    act TEXT NOT NULL,
    -- Remarks of a return, notice of a withdrawal.
    note TEXT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (shard_id, post_id, version),
    FOREIGN KEY (shard_id, post_id) REFERENCES posts (shard_id, id)
);
-- Where people ask in person: an office, never somebody's own telephone.
CREATE TABLE ask_places (
    shard_id BIGINT NOT NULL,
    unit_id BYTES NOT NULL REFERENCES units (id),
    office TEXT NOT NULL,
    address TEXT NOT NULL,
    telephone TEXT NOT NULL,
    hours TEXT NOT NULL,
    version BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shard_id, unit_id)
);
