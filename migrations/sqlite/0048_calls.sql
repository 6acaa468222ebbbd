-- Reports that say where only by an address, held until somebody has located them.
CREATE TABLE calls (
    -- of the incident that it becomes as well
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    -- as it was said
    address TEXT NOT NULL,
    area TEXT,
    matter TEXT,
    urgency TEXT NOT NULL,
    description TEXT,
    reported_at_ms BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT,
    -- when it was located or dropped, by whom and, where it was dropped, why
    ended_at_ms BIGINT,
    ended_by TEXT,
    reason TEXT
);
CREATE INDEX calls_by_state ON calls (state, reported_at_ms, id);
CREATE INDEX calls_by_time ON calls (reported_at_ms);

-- Personal data, apart, as of incidents; it goes along when a call becomes one.
CREATE TABLE call_reporters (
    call TEXT NOT NULL PRIMARY KEY REFERENCES calls (id),
    name TEXT,
    phone TEXT
);
