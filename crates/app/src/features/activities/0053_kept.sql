-- Frozen figures ask which rows have changed since: few ever do.
CREATE INDEX activities_changed ON activities (unit_id, updated_at) WHERE version > 1;
-- Who took a file off, and why: the file stays.
ALTER TABLE activity_evidence ADD COLUMN withdrawn_by BYTES;
ALTER TABLE activity_evidence ADD COLUMN withdrawn_reason TEXT;
