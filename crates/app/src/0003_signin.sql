CREATE TABLE accounts (
    id BYTES PRIMARY KEY,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT
);
CREATE TABLE appointments (
    id BYTES PRIMARY KEY,
    account_id BYTES NOT NULL REFERENCES accounts (id),
    unit_id BYTES NOT NULL REFERENCES units (id),
    role TEXT NOT NULL,
    valid_from TEXT NOT NULL,
    -- The first day on which it is no longer held.
    valid_until TEXT
);
CREATE INDEX appointments_by_account ON appointments (account_id);
CREATE INDEX appointments_by_unit ON appointments (unit_id);
-- Only digests of cookies, links and tokens are kept: who reads the database cannot sign in with it.
CREATE TABLE sign_ins (
    token_hash BYTES PRIMARY KEY,
    account_id BYTES NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_ins_by_account ON sign_ins (account_id);
CREATE TABLE one_time_links (
    token_hash BYTES PRIMARY KEY,
    account_id BYTES NOT NULL REFERENCES accounts (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX one_time_links_by_account ON one_time_links (account_id);
CREATE TABLE api_tokens (
    id BYTES PRIMARY KEY,
    token_hash BYTES NOT NULL UNIQUE,
    account_id BYTES NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX api_tokens_by_account ON api_tokens (account_id);
