-- Roads closed or slow for a time.
CREATE TABLE disruptions (
    id TEXT NOT NULL PRIMARY KEY,
    -- JSON: stretches of ways, a polygon or a street
    place TEXT NOT NULL,
    -- 0 closes
    speed_factor DOUBLE PRECISION NOT NULL,
    -- words, joined by commas
    profiles TEXT NOT NULL,
    from_ms BIGINT NOT NULL,
    until_ms BIGINT,
    reason TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    lifted_at_ms BIGINT
);
