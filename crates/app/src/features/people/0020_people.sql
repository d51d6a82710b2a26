-- A leaver's work given to a successor: one appointment ends and the other begins on a day.
CREATE TABLE hand_overs (
    id BYTES PRIMARY KEY,
    unit_id BYTES NOT NULL REFERENCES units (id),
    ended_id BYTES NOT NULL REFERENCES appointments (id),
    begun_id BYTES NOT NULL REFERENCES appointments (id),
    day TEXT NOT NULL,
    -- Until when the leaver's appointment ran before.
    previous_until TEXT,
    created_by BYTES,
    created_at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX hand_overs_by_ended ON hand_overs (ended_id);
-- What went over with it, feature by feature, so that it can go back.
CREATE TABLE hand_over_items (
    hand_over_id BYTES NOT NULL REFERENCES hand_overs (id),
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    PRIMARY KEY (hand_over_id, kind, object_id)
);
