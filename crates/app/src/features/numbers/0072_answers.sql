-- Why a figure that the rules ask about stands: the sentence that was answered, and by whom.
CREATE TABLE number_answers (
    shard_id BIGINT NOT NULL,
    id BYTES NOT NULL,
    -- Whose figure it is, and in whose report it was answered.
    unit_id BYTES NOT NULL REFERENCES units (id),
    answered_at_unit BYTES NOT NULL REFERENCES units (id),
    period TEXT NOT NULL,
    check_code TEXT NOT NULL,
    figure TEXT NOT NULL,
    -- What the rule said, in Vietnamese: with other figures it is another question.
    asked TEXT NOT NULL,
    reason TEXT NOT NULL,
    account_id BYTES NOT NULL,
    created_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    PRIMARY KEY (shard_id, id)
);
CREATE INDEX number_answers_by_period ON number_answers (period, unit_id);
