-- What came in from files of which something may stay out: what was taken, what was not, and why.
CREATE TABLE imports (
    id TEXT NOT NULL PRIMARY KEY,
    -- areas, roads or zones
    kind TEXT NOT NULL,
    -- the files' names
    source TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    -- JSON
    report TEXT NOT NULL
);
CREATE INDEX imports_by_time ON imports (at_ms, id);
