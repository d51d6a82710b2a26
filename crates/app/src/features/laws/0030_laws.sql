-- Legal documents: the nation's reference data; those that one of our own units issued name it.
CREATE TABLE laws (
    id BYTES PRIMARY KEY,
    -- The permanent address; earlier ones are in law_addresses.
    slug TEXT NOT NULL UNIQUE,
    number TEXT NOT NULL,
    -- The number without marks, case and signs, for looking it up.
    number_key TEXT NOT NULL,
    -- A name of kinds.toml: "Luật".
    kind TEXT NOT NULL,
    -- Without the kind.
    title TEXT NOT NULL,
    issuer TEXT NOT NULL,
    issued TEXT,
    -- First day in force; the day after the last; when a part ended; from when to when it is suspended.
    effective TEXT,
    expires TEXT,
    partly_expires TEXT,
    suspended_from TEXT,
    suspended_until TEXT,
    -- The day on which a person found that it stays in force although what it guides has ended.
    reviewed TEXT,
    unit_id BYTES REFERENCES units (id),
    -- What is new, a sentence a line.
    news TEXT NOT NULL,
    -- Where the text came from.
    source TEXT NOT NULL,
    -- Number, title and issuer without marks.
    folded TEXT NOT NULL,
    -- Digest of the text.
    digest TEXT NOT NULL,
    -- Orders lists: the day of issue, else of effect, else empty.
    day TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Grows with every change; the search index follows it.
    revision BIGINT NOT NULL
);
CREATE INDEX laws_by_day ON laws (day, id);
CREATE INDEX laws_by_number ON laws (number_key);
CREATE INDEX laws_by_effective ON laws (effective);
CREATE INDEX laws_by_revision ON laws (revision, id);
CREATE TABLE law_addresses (
    slug TEXT PRIMARY KEY,
    law_id BYTES NOT NULL REFERENCES laws (id)
);
-- Whom a law concerns: codes of audiences.toml, and units with everything under them (none: everywhere).
CREATE TABLE law_audiences (
    law_id BYTES NOT NULL REFERENCES laws (id),
    audience TEXT NOT NULL,
    PRIMARY KEY (law_id, audience)
);
CREATE TABLE law_units (
    law_id BYTES NOT NULL REFERENCES laws (id),
    unit_id BYTES NOT NULL REFERENCES units (id),
    PRIMARY KEY (law_id, unit_id)
);
-- The text in order: heads, articles, appendices and what stands between them, a row each; clauses and points
-- stand in the row of their article.
CREATE TABLE law_nodes (
    law_id BYTES NOT NULL REFERENCES laws (id),
    seq BIGINT NOT NULL,
    -- 0, or which of the documents issued with it.
    document BIGINT NOT NULL,
    depth BIGINT NOT NULL,
    level TEXT NOT NULL,
    label TEXT NOT NULL,
    printed TEXT NOT NULL,
    heading TEXT NOT NULL,
    text TEXT NOT NULL,
    -- The permanent address in the document, where it has one.
    path TEXT,
    -- "35/2013/qh13+12": how sets of questions and answers name an article.
    cited_as TEXT,
    -- What stands in it, as JSON.
    content TEXT NOT NULL,
    PRIMARY KEY (law_id, seq)
);
CREATE UNIQUE INDEX law_nodes_by_path ON law_nodes (law_id, path) WHERE path IS NOT NULL;
-- What a document says of another. The other is named by its number until it is here itself.
CREATE TABLE law_relations (
    from_id BYTES NOT NULL REFERENCES laws (id),
    relation TEXT NOT NULL,
    to_key TEXT NOT NULL,
    to_number TEXT NOT NULL,
    to_id BYTES REFERENCES laws (id),
    -- The sentence it rests on.
    evidence TEXT NOT NULL,
    -- Read from the text and not yet confirmed by a person: changes no status.
    proposed BOOLEAN NOT NULL,
    PRIMARY KEY (from_id, relation, to_key)
);
CREATE INDEX law_relations_to ON law_relations (to_id, relation);
CREATE INDEX law_relations_open ON law_relations (to_key);
-- Files sent for import, between preview and saving.
CREATE TABLE law_imports (
    id BYTES PRIMARY KEY,
    account_id BYTES NOT NULL,
    unit_id BYTES NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE law_import_files (
    import_id BYTES NOT NULL REFERENCES law_imports (id),
    seq BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- What was understood, as JSON; empty when nothing was.
    read TEXT NOT NULL,
    -- What a person should look at, as JSON.
    problems TEXT NOT NULL,
    law_id BYTES,
    PRIMARY KEY (import_id, seq)
);
