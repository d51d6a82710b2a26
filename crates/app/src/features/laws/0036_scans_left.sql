-- A person dropped it: it can be taken back until its files are cleaned away.
ALTER TABLE law_scans ADD COLUMN dropped_at BIGINT;
-- Counts what persons kept: what is typed on a page belongs to the lines that it showed.
ALTER TABLE law_scan_pages ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
-- The machine came to no end with it; it has no lines yet.
ALTER TABLE law_scan_pages ADD COLUMN failed BOOLEAN NOT NULL DEFAULT FALSE;
-- Laws whose text, or some page of it, a machine read from pictures and nobody has held against the paper yet.
CREATE TABLE law_unlooked (
    law_id BYTES PRIMARY KEY REFERENCES laws (id),
    since BIGINT NOT NULL
);
