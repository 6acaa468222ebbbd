-- When something was last said that changed a case, or a remark: the watchdog of stuck cases asks.
ALTER TABLE incidents ADD COLUMN touched_at_ms BIGINT;

-- Shifts that were handed over, each with what was open then.
CREATE TABLE handovers (
    id TEXT NOT NULL PRIMARY KEY,
    -- one of these, or all
    area TEXT,
    unit TEXT,
    -- a key's id, where one was named
    handed_to TEXT,
    note TEXT,
    at_ms BIGINT NOT NULL,
    handed_by TEXT NOT NULL,
    counts TEXT NOT NULL,
    -- the list as it was
    open_things TEXT NOT NULL,
    accepted_at_ms BIGINT,
    accepted_by TEXT,
    accepted_note TEXT,
    accepted_remarks BIGINT NOT NULL DEFAULT 0,
    remarks TEXT
);
CREATE INDEX handovers_by_time ON handovers (at_ms, id);
