-- Versions of lists: which unit has which power over which matter. They never change.
CREATE TABLE lists (
    list TEXT NOT NULL,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    name TEXT NOT NULL,
    name_zh TEXT,
    parent TEXT,
    basis TEXT,
    basis_uri TEXT,
    from_ms BIGINT,
    until_ms BIGINT,
    taken_at_ms BIGINT NOT NULL,
    demo BIGINT NOT NULL,
    PRIMARY KEY (list, version)
);

CREATE TABLE list_entries (
    list TEXT NOT NULL,
    version BIGINT NOT NULL,
    n BIGINT NOT NULL,
    -- JSON: a matter, a category or all, with exceptions
    scope TEXT NOT NULL,
    -- joined by ;
    powers TEXT NOT NULL,
    mode TEXT,
    subject TEXT,
    acting TEXT,
    liable TEXT,
    lead TEXT,
    -- JSON array of codes
    supporters TEXT NOT NULL,
    basis TEXT,
    basis_uri TEXT,
    from_ms BIGINT,
    until_ms BIGINT,
    PRIMARY KEY (list, version, n),
    FOREIGN KEY (list, version) REFERENCES lists (list, version)
);
