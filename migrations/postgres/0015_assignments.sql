-- What holds beside an incident's state, and when what was reached first: JSON, null where nothing is.
ALTER TABLE incidents ADD COLUMN flags TEXT;
ALTER TABLE incidents ADD COLUMN milestones TEXT;

-- What was done to each incident; its state follows from it.
CREATE TABLE incident_actions (
    incident TEXT NOT NULL REFERENCES incidents (id),
    -- as they were received, from 1
    n BIGINT NOT NULL,
    id TEXT NOT NULL,
    -- JSON
    act TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT,
    assignment TEXT,
    late BIGINT NOT NULL,
    -- the state it was received in
    status TEXT NOT NULL,
    PRIMARY KEY (incident, n)
);

-- Which squad was sent to which incident.
CREATE TABLE assignments (
    id TEXT NOT NULL PRIMARY KEY,
    incident TEXT NOT NULL REFERENCES incidents (id),
    squad TEXT NOT NULL,
    status TEXT NOT NULL,
    competence TEXT NOT NULL,
    assigned_at_ms BIGINT NOT NULL,
    assigned_by TEXT NOT NULL,
    departed_at_ms BIGINT,
    arrived_at_ms BIGINT,
    ended_at_ms BIGINT,
    reason TEXT
);
CREATE INDEX assignments_by_incident ON assignments (incident, assigned_at_ms);
-- A squad has one at a time.
CREATE UNIQUE INDEX assignments_open ON assignments (squad) WHERE ended_at_ms IS NULL;
