-- Searches that people asked to be told about.
CREATE TABLE law_searches (
    id BYTES PRIMARY KEY,
    account_id BYTES NOT NULL,
    question TEXT NOT NULL,
    lang TEXT NOT NULL,
    -- The word in the address of its feed.
    feed TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    -- Laws entered up to then were looked at.
    upto BIGINT NOT NULL
);
CREATE INDEX law_searches_by_account ON law_searches (account_id, created_at);
-- What they were told: once each.
CREATE TABLE law_alerts (
    search_id BYTES NOT NULL REFERENCES law_searches (id),
    law_id BYTES NOT NULL REFERENCES laws (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (search_id, law_id)
);
CREATE INDEX laws_by_creation ON laws (created_at, id);
