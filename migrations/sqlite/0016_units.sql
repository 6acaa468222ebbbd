-- The tree of units; those of a demonstration have demo 1.
CREATE TABLE units (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_zh TEXT,
    kind TEXT NOT NULL,
    parent TEXT,
    -- code of the area that it serves
    area TEXT,
    office_line TEXT,
    from_ms BIGINT,
    until_ms BIGINT,
    demo BIGINT NOT NULL
);

-- Who of a unit is on duty at which hours, by role.
CREATE TABLE rosters (
    n BIGINT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL REFERENCES units (code),
    role TEXT NOT NULL,
    office_line TEXT NOT NULL,
    leader TEXT,
    area TEXT,
    shifts TEXT NOT NULL,
    from_ms BIGINT,
    until_ms BIGINT
);
