-- The withdrawn report whose texts this one began with.
ALTER TABLE reports ADD COLUMN taken_shard BIGINT;
ALTER TABLE reports ADD COLUMN taken_id BYTES;
