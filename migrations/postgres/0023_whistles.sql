-- Which department was called for which incident, and how it answered.
CREATE TABLE whistles (
    id TEXT NOT NULL PRIMARY KEY,
    incident TEXT NOT NULL REFERENCES incidents (id),
    department TEXT NOT NULL,
    -- the unit that called
    township TEXT NOT NULL,
    obligation TEXT NOT NULL,
    -- the version that names the department
    list TEXT NOT NULL,
    version BIGINT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    whistled_at_ms BIGINT NOT NULL,
    whistled_by TEXT NOT NULL,
    clock_from_ms BIGINT NOT NULL,
    acknowledge_due_at_ms BIGINT NOT NULL,
    arrive_due_at_ms BIGINT NOT NULL,
    acknowledged_at_ms BIGINT,
    arrived_at_ms BIGINT,
    ended_at_ms BIGINT,
    ended_for TEXT,
    stars_of_department BIGINT,
    stars_of_township BIGINT
);
CREATE INDEX whistles_by_incident ON whistles (incident);
CREATE INDEX whistles_by_time ON whistles (whistled_at_ms);
