-- What the filters of the search offer is counted without reading the laws.
CREATE INDEX laws_by_issuer ON laws (issuer);
CREATE INDEX laws_by_kind ON laws (kind);
-- Of an instruction that the text had in it when it came: how the place read.
ALTER TABLE law_amendments ADD COLUMN evidence TEXT NOT NULL DEFAULT '';
-- The sources that a text came from, each with the digest of what it said.
CREATE TABLE law_sources (
    law_id BYTES NOT NULL REFERENCES laws (id),
    source TEXT NOT NULL,
    digest TEXT NOT NULL,
    came_at BIGINT NOT NULL,
    PRIMARY KEY (law_id, source)
);
-- Articles in which sources differ, as each gave them: the latest shows.
CREATE TABLE law_texts (
    law_id BYTES NOT NULL REFERENCES laws (id),
    path TEXT NOT NULL,
    source TEXT NOT NULL,
    came_at BIGINT NOT NULL,
    -- The article as JSON.
    node TEXT NOT NULL,
    PRIMARY KEY (law_id, path, source)
);
