-- Scans sent for import, which are read page by page: the file, and what the machine and a person read.
CREATE TABLE law_scans (
    import_id BYTES NOT NULL,
    seq BIGINT NOT NULL,
    file TEXT NOT NULL,
    -- Empty, or the code of what is wrong with it.
    trouble TEXT NOT NULL,
    -- 0: not yet known.
    pages BIGINT NOT NULL,
    -- Every page has been read.
    done BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (import_id, seq),
    FOREIGN KEY (import_id, seq) REFERENCES law_import_files (import_id, seq)
);
CREATE INDEX law_scans_by_state ON law_scans (done, created_at);
CREATE TABLE law_scan_pages (
    import_id BYTES NOT NULL,
    seq BIGINT NOT NULL,
    page BIGINT NOT NULL,
    -- The picture that is shown; empty when the page could not be drawn.
    image TEXT NOT NULL,
    -- Its size in points, the lines with their places as JSON.
    width DOUBLE PRECISION NOT NULL,
    height DOUBLE PRECISION NOT NULL,
    lines TEXT NOT NULL,
    -- A person has looked at it.
    looked BOOLEAN NOT NULL,
    PRIMARY KEY (import_id, seq, page),
    FOREIGN KEY (import_id, seq) REFERENCES law_scans (import_id, seq)
);
