-- The form that froze: sent twice, it freezes once.
ALTER TABLE number_freezes ADD COLUMN once BYTES;
CREATE UNIQUE INDEX number_freezes_once ON number_freezes (shard_id, once);
