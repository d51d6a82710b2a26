-- A unit's plan of legal education for a year, or a further one beside it.
CREATE TABLE plans (
    shard_id BIGINT NOT NULL,
    id BYTES NOT NULL,
    unit_id BYTES NOT NULL REFERENCES units (id),
    year BIGINT NOT NULL,
    -- 'annual': the year's own, one at a time; 'further': for what came later.
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    purpose TEXT NOT NULL,
    organisation TEXT NOT NULL,
    -- The signature's box and the recipients, a line each.
    authority TEXT NOT NULL,
    signer TEXT NOT NULL,
    recipients TEXT NOT NULL,
    -- The plan above that it carries out.
    above_shard BIGINT,
    above_id BYTES,
    -- Working days that the units below have for their own plans, when it is issued to them.
    due_days BIGINT,
    state TEXT NOT NULL,
    -- Given by the agency's own register, never invented.
    number TEXT,
    issued_on TEXT,
    -- What was said when it was returned or withdrawn.
    remarks TEXT NOT NULL,
    -- Counts every change, of lines too; `head_version` only those of the plan's own fields.
    version BIGINT NOT NULL,
    head_version BIGINT NOT NULL,
    created_by BYTES,
    submitted_by BYTES,
    approved_by BYTES,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shard_id, id)
);
CREATE UNIQUE INDEX plans_annual ON plans (shard_id, unit_id, year) WHERE kind = 'annual' AND state <> 'withdrawn';
CREATE INDEX plans_by_unit ON plans (unit_id, year);
CREATE INDEX plans_by_above ON plans (above_shard, above_id);
-- Its legal bases, in the order of the paper.
CREATE TABLE plan_bases (
    shard_id BIGINT NOT NULL,
    plan_id BYTES NOT NULL,
    position BIGINT NOT NULL,
    law_id BYTES NOT NULL,
    PRIMARY KEY (shard_id, plan_id, law_id),
    FOREIGN KEY (shard_id, plan_id) REFERENCES plans (shard_id, id)
);
CREATE INDEX plan_bases_by_law ON plan_bases (law_id);
-- What is to be done. How far it is, is counted from activities.
CREATE TABLE plan_lines (
    shard_id BIGINT NOT NULL,
    id BYTES NOT NULL,
    plan_id BYTES NOT NULL,
    unit_id BYTES NOT NULL REFERENCES units (id),
    position BIGINT NOT NULL,
    content TEXT NOT NULL,
    -- Codes and ids as JSON lists.
    audiences TEXT NOT NULL,
    methods TEXT NOT NULL,
    lead_unit BYTES NOT NULL REFERENCES units (id),
    with_units TEXT NOT NULL,
    with_others TEXT NOT NULL,
    from_day TEXT,
    until_day TEXT NOT NULL,
    product TEXT NOT NULL,
    -- How many times it is to be done, at least 1.
    talks BIGINT NOT NULL,
    -- Đồng.
    budget BIGINT NOT NULL,
    -- The line of the plan above that it carries out.
    above_shard BIGINT,
    above_line BYTES,
    version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shard_id, id),
    FOREIGN KEY (shard_id, plan_id) REFERENCES plans (shard_id, id)
);
CREATE INDEX plan_lines_by_plan ON plan_lines (shard_id, plan_id, position);
CREATE INDEX plan_lines_by_unit ON plan_lines (unit_id, until_day);
CREATE INDEX plan_lines_by_above ON plan_lines (above_shard, above_line);
CREATE TABLE plan_line_laws (
    shard_id BIGINT NOT NULL,
    line_id BYTES NOT NULL,
    law_id BYTES NOT NULL,
    PRIMARY KEY (shard_id, line_id, law_id),
    FOREIGN KEY (shard_id, line_id) REFERENCES plan_lines (shard_id, id)
);
CREATE INDEX plan_line_laws_by_law ON plan_line_laws (law_id);
-- Every act on a plan: who wrote, returned, approved; what was saved, as JSON.
CREATE TABLE plan_versions (
    shard_id BIGINT NOT NULL,
    plan_id BYTES NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    account_id BYTES,
    act TEXT NOT NULL,
    line_id BYTES,
    content TEXT NOT NULL,
    PRIMARY KEY (shard_id, plan_id, version),
    FOREIGN KEY (shard_id, plan_id) REFERENCES plans (shard_id, id)
);
-- What a unit says of a new law on its board: whom it concerns here and what is new; or why it needs no plan.
CREATE TABLE plan_law_notes (
    shard_id BIGINT NOT NULL,
    unit_id BYTES NOT NULL REFERENCES units (id),
    law_id BYTES NOT NULL,
    audiences TEXT NOT NULL,
    news TEXT NOT NULL,
    not_here TEXT NOT NULL,
    version BIGINT NOT NULL,
    account_id BYTES,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shard_id, unit_id, law_id)
);
