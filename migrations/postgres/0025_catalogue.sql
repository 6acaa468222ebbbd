-- When people work: one line of kind 'hours' for an ordinary week, and the days that are not as their day of the week.
CREATE TABLE working_time (
    -- YYYY-MM-DD; 'week' for the hours
    day TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    hours TEXT,
    name TEXT,
    source TEXT
);

-- The stages in which cases are handled.
CREATE TABLE stages (
    n BIGINT NOT NULL PRIMARY KEY,
    stage TEXT NOT NULL,
    -- neither: of all
    matter TEXT,
    category TEXT,
    name TEXT NOT NULL,
    name_zh TEXT,
    -- marks of a case
    from_mark TEXT NOT NULL,
    until_mark TEXT NOT NULL,
    amount BIGINT NOT NULL,
    unit TEXT NOT NULL,
    closes_when TEXT,
    source TEXT,
    is_default BIGINT NOT NULL
);

-- Matters that are handled as one thing; codes a line each.
CREATE TABLE scenes (
    n BIGINT NOT NULL PRIMARY KEY,
    scene TEXT NOT NULL,
    name TEXT NOT NULL,
    name_zh TEXT,
    matters TEXT NOT NULL,
    lead TEXT,
    supporters TEXT NOT NULL,
    source TEXT,
    is_default BIGINT NOT NULL
);
