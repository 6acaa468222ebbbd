-- What a response to a case wants, a line for each alarm level; codes a line each.
CREATE TABLE response_plans (
    n BIGINT NOT NULL PRIMARY KEY,
    plan TEXT NOT NULL,
    -- neither: of all
    matter TEXT,
    category TEXT,
    -- null: everywhere
    area TEXT,
    -- null: always
    hours TEXT,
    level BIGINT NOT NULL,
    squads BIGINT NOT NULL,
    officers BIGINT NOT NULL,
    units TEXT NOT NULL,
    equipment TEXT NOT NULL,
    source TEXT,
    is_default BIGINT NOT NULL
);

-- What a squad has with it, a line each.
ALTER TABLE squads ADD COLUMN equipment TEXT;
