-- Whether the open work has gone over to the successor: it does on the day, not before.
ALTER TABLE hand_overs ADD COLUMN moved BOOLEAN NOT NULL DEFAULT TRUE;
