-- What a person has typed and not yet saved, as typed; nobody else sees it. `about` is the public id of the thing that
-- is changed, or the key of a new one.
CREATE TABLE drafts (
    account_id BYTES NOT NULL,
    -- What it is a draft of: activity, post.
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    unit_id BYTES NOT NULL,
    typed TEXT NOT NULL,
    -- Files already sent and kept, as JSON.
    files TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- The open page that wrote it last.
    tab TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, kind, about)
);
