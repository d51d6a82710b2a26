-- What persons corrected in our copy of a text, which is no change of the law: the words of a provision as its source
-- has them and as corrected, as JSON.
CREATE TABLE law_corrections (
    id BYTES PRIMARY KEY,
    law_id BYTES NOT NULL REFERENCES laws (id),
    path TEXT NOT NULL,
    source_words TEXT NOT NULL,
    words TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- holds; asks: the source has changed there too, a person decides; arrived: the source reads so itself now;
    -- replaced by a later one; undone.
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    account_id BYTES
);
CREATE INDEX law_corrections_by_law ON law_corrections (law_id, made_at);
CREATE INDEX law_corrections_by_state ON law_corrections (state, law_id);
