-- What a key is for: JSON array of area:CODE, unit:CODE and squad:CODE; everything when null.
ALTER TABLE api_keys ADD COLUMN scope TEXT;
ALTER TABLE api_keys ADD COLUMN expires_at_ms BIGINT;

-- Secrets whose place another one took, and until when they open their key as well.
CREATE TABLE former_secrets (
    hash TEXT NOT NULL PRIMARY KEY,
    api_key TEXT NOT NULL REFERENCES api_keys (id),
    until_ms BIGINT NOT NULL
);
