-- A unit is an identity; what it is called, where it hangs and what kind it is are dated rows beside it.
CREATE TABLE units (
    id BYTES PRIMARY KEY,
    shard_id BIGINT NOT NULL
);
CREATE TABLE unit_versions (
    unit_id BYTES NOT NULL REFERENCES units (id),
    valid_from TEXT NOT NULL,
    valid_until TEXT,
    code TEXT,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    level TEXT NOT NULL,
    parent_id BYTES REFERENCES units (id),
    lat DOUBLE PRECISION,
    lon DOUBLE PRECISION,
    area_km2 DOUBLE PRECISION,
    -- Set where the source knows the unit only as on one day: a page about an earlier day says so.
    known_on TEXT,
    PRIMARY KEY (unit_id, valid_from)
);
CREATE INDEX unit_versions_by_parent ON unit_versions (parent_id);
CREATE INDEX unit_versions_by_code ON unit_versions (code);
-- A merger, a division, a change of kind: decided by a legal act, in force on a day, possibly a day to come.
CREATE TABLE reorganisations (
    id BYTES PRIMARY KEY,
    effective TEXT NOT NULL,
    title TEXT NOT NULL,
    legal_basis TEXT NOT NULL,
    -- merger, division, rename, kind, regrouping; import for what came with the program or a file.
    kind TEXT NOT NULL,
    -- The unit under which it happens: whoever manages that unit decides.
    unit_id BYTES NOT NULL REFERENCES units (id),
    -- What was entered, as JSON: previewed and then decided by the same code.
    proposal TEXT,
    created_by BYTES,
    created_at BIGINT NOT NULL,
    -- Nothing of a proposal stands in the tree before it is decided.
    decided_at BIGINT,
    cancelled_at BIGINT
);
CREATE INDEX reorganisations_by_unit ON reorganisations (unit_id);
CREATE TABLE successions (
    reorganisation_id BYTES NOT NULL REFERENCES reorganisations (id),
    from_unit BYTES NOT NULL REFERENCES units (id),
    to_unit BYTES NOT NULL REFERENCES units (id),
    share TEXT NOT NULL,
    -- A key stated by a person, in hundredths of a percent; figures apportioned by it are estimates.
    apportion BIGINT,
    -- The area that went over, where the decision states it.
    area_km2 DOUBLE PRECISION,
    PRIMARY KEY (reorganisation_id, from_unit, to_unit)
);
CREATE INDEX successions_by_to ON successions (to_unit);
CREATE INDEX successions_by_from ON successions (from_unit);
-- Everything under a unit, itself included, with dates: kept by orgs whenever the tree changes.
CREATE TABLE unit_scopes (
    ancestor_id BYTES NOT NULL,
    unit_id BYTES NOT NULL,
    valid_from TEXT NOT NULL,
    valid_until TEXT,
    PRIMARY KEY (ancestor_id, unit_id, valid_from)
);
CREATE INDEX unit_scopes_by_unit ON unit_scopes (unit_id);
-- Counts changes of the tree, so that every node forgets its cached trees.
CREATE TABLE tree_changes (
    id BIGINT PRIMARY KEY,
    version BIGINT NOT NULL
);
INSERT INTO tree_changes (id, version) VALUES (1, 0);
