-- "2026 215": the number of the agency's register in its year, as long as the paper stands. Papers issued before have
-- none.
ALTER TABLE reports ADD COLUMN register_key TEXT;
CREATE UNIQUE INDEX reports_by_number ON reports (shard_id, unit_id, register_key);
-- When it was frozen with every figure looked at, or answered for.
ALTER TABLE reports ADD COLUMN settled_at BIGINT;
