-- Present only where the data are invented: every page, answer and paper then says so.
CREATE TABLE demo_data (
    id BIGINT PRIMARY KEY,
    seed BIGINT NOT NULL,
    finished_at BIGINT
);
