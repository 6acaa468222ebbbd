-- Small records that are read and written whole, as JSON: the time slots, the calibration in force.
CREATE TABLE documents (
    name TEXT NOT NULL PRIMARY KEY,
    body TEXT NOT NULL
);

-- Observed drives.
CREATE TABLE arrivals (
    id TEXT NOT NULL PRIMARY KEY,
    squad TEXT NOT NULL,
    profile TEXT NOT NULL,
    from_lng DOUBLE PRECISION NOT NULL,
    from_lat DOUBLE PRECISION NOT NULL,
    to_lng DOUBLE PRECISION NOT NULL,
    to_lat DOUBLE PRECISION NOT NULL,
    departed_at_ms BIGINT NOT NULL,
    arrived_at_ms BIGINT NOT NULL
);
CREATE INDEX arrivals_by_time ON arrivals (departed_at_ms, id);
CREATE INDEX arrivals_by_profile ON arrivals (profile, departed_at_ms, id);
