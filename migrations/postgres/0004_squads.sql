CREATE TABLE squads (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_zh TEXT,
    kind TEXT NOT NULL,
    unit TEXT NOT NULL,
    command_area TEXT NOT NULL,
    profile TEXT NOT NULL,
    lng DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    status TEXT NOT NULL,
    turnout_s BIGINT NOT NULL,
    certified_officers BIGINT NOT NULL,
    uncertified_officers BIGINT NOT NULL,
    assistants BIGINT NOT NULL,
    shifts TEXT NOT NULL,
    demo BIGINT NOT NULL
);

-- Last known positions: not in the change log, at most one second of them may be lost.
CREATE TABLE squad_fixes (
    squad TEXT NOT NULL PRIMARY KEY,
    lng DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    fixed_at_ms BIGINT NOT NULL,
    accuracy_m DOUBLE PRECISION
);
