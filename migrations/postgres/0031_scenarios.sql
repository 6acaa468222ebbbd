-- Questions of "what if" with a name.
CREATE TABLE scenarios (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- the plan that it belongs to
    plan TEXT,
    -- JSON
    question TEXT NOT NULL,
    revision BIGINT NOT NULL,
    author TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at_ms BIGINT NOT NULL
);
