-- The issued reports of units below whose stated figures were summed for a block of a report.
CREATE TABLE report_parts (
    shard_id BIGINT NOT NULL,
    report_id BYTES NOT NULL,
    block TEXT NOT NULL,
    part_shard BIGINT NOT NULL,
    part_id BYTES NOT NULL,
    PRIMARY KEY (shard_id, report_id, block, part_shard, part_id),
    FOREIGN KEY (shard_id, report_id) REFERENCES reports (shard_id, id)
);
