-- How far squads got, as it was told: when it was so, when that came in, and who said it.
CREATE TABLE assignment_steps (
    -- by age
    id TEXT NOT NULL PRIMARY KEY,
    assignment TEXT NOT NULL REFERENCES assignments (id),
    status TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT
);
CREATE INDEX assignment_steps_by_assignment ON assignment_steps (assignment);
