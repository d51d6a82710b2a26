-- Drafts of activities stand with all other drafts.
INSERT INTO drafts (account_id, kind, about, unit_id, typed, files, version, tab, updated_at)
SELECT account_id, 'activity', about, unit_id, typed, evidence, version, tab, updated_at FROM activity_drafts;
DROP TABLE activity_drafts;
