CREATE TABLE incidents (
    id TEXT NOT NULL PRIMARY KEY,
    lng DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    accuracy_m DOUBLE PRECISION,
    status TEXT NOT NULL,
    matter TEXT,
    urgency TEXT NOT NULL,
    description TEXT,
    reported_at_ms BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    county TEXT,
    township TEXT,
    village TEXT,
    grid TEXT,
    ambiguous BIGINT NOT NULL,
    -- JSON array of {code, name, distance_m}
    candidates TEXT NOT NULL,
    synthetic BIGINT NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT,
    -- the import it came with
    batch TEXT,
    -- SHA-256 of the report as it was sent: tells a replay from another report with the same id
    fingerprint TEXT NOT NULL
);
CREATE INDEX incidents_by_time ON incidents (reported_at_ms, id);
CREATE INDEX incidents_by_batch ON incidents (batch);

-- Personal data, apart from everything that is mapped, logged or sent as an event.
CREATE TABLE incident_reporters (
    incident TEXT NOT NULL PRIMARY KEY REFERENCES incidents (id),
    name TEXT,
    phone TEXT
);
