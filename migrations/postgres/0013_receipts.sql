-- What was sent to create a record: the same again is answered with the record as it is now, something
-- else is refused.
CREATE TABLE receipts (
    word TEXT NOT NULL,
    id TEXT NOT NULL,
    -- SHA-256 of the body as it was understood, with its defaults
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (word, id)
);

-- Reports had their fingerprint beside the record.
INSERT INTO receipts (word, id, fingerprint) SELECT 'incidents', id, fingerprint FROM incidents WHERE batch IS NULL;
