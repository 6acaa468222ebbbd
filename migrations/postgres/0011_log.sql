-- The log as a chain: each row carries the hash of the row before it and its own (src/store/db/chain.rs says
-- over which bytes). `chained` is the last seq whose row has them; rows of earlier programs get theirs at
-- the first start of one that knows the chain. `epoch` tells one database from another.
ALTER TABLE feed_head ADD COLUMN epoch TEXT;
ALTER TABLE feed_head ADD COLUMN chained BIGINT NOT NULL DEFAULT 0;
ALTER TABLE feed_head ADD COLUMN hash TEXT;
ALTER TABLE change_log ADD COLUMN prev_hash TEXT;
ALTER TABLE change_log ADD COLUMN hash TEXT;

-- Every kind and version of facts that was ever written, from this migration on: a program that doesn't know one
-- of them must not write. Those before are known to all that know this table.
CREATE TABLE change_kinds (
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (kind, version)
);

-- Where the log begins since older rows were taken away: the seq and hash of the last of them, and who did it.
CREATE TABLE log_anchors (
    seq BIGINT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL
);

-- The number of the write that a last known position came in with; other processes read what is new by it.
ALTER TABLE squad_fixes ADD COLUMN written BIGINT NOT NULL DEFAULT 0;
CREATE INDEX squad_fixes_by_written ON squad_fixes (written);
