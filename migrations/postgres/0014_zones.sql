-- Plans of patrol zones, each over the atoms of one generation of a county's areas.
CREATE TABLE plans (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_zh TEXT,
    -- draft, in_review or frozen
    state TEXT NOT NULL,
    county TEXT NOT NULL,
    generation BIGINT NOT NULL REFERENCES area_generations (generation),
    -- H3 resolution of the atoms where there are no grids
    cell_resolution BIGINT NOT NULL,
    author TEXT NOT NULL,
    reviewer TEXT,
    parent TEXT,
    parent_revision BIGINT,
    revision BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL
);

-- What a plan is now: its layers, and the zones of each with their atoms.
CREATE TABLE plan_layers (
    plan TEXT NOT NULL REFERENCES plans (id),
    layer TEXT NOT NULL,
    -- JSON: name, owner, mode, lock
    head TEXT NOT NULL,
    -- JSON array of codes
    locked_atoms TEXT NOT NULL,
    -- JSON array
    corridors TEXT NOT NULL,
    PRIMARY KEY (plan, layer)
);
CREATE TABLE plan_zones (
    plan TEXT NOT NULL REFERENCES plans (id),
    layer TEXT NOT NULL,
    zone TEXT NOT NULL,
    -- JSON: name, colour, squads, team, comments, lock
    body TEXT NOT NULL,
    -- JSON array of codes
    atoms TEXT NOT NULL,
    PRIMARY KEY (plan, layer, zone)
);

-- Every edit, undo and redo, for ever: what a plan was at each revision follows from them.
CREATE TABLE plan_batches (
    plan TEXT NOT NULL REFERENCES plans (id),
    -- the one that it made
    revision BIGINT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    author TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    -- JSON: edit, undo or redo of which revision
    kind TEXT NOT NULL,
    -- JSON
    body TEXT NOT NULL,
    PRIMARY KEY (plan, revision)
);
CREATE INDEX plan_batches_by_author ON plan_batches (plan, author, revision);

-- Who sent a plan to review, back, or froze it, and why.
CREATE TABLE plan_verdicts (
    plan TEXT NOT NULL REFERENCES plans (id),
    n BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    revision BIGINT NOT NULL,
    PRIMARY KEY (plan, n)
);

-- From when on which plan holds for a layer.
CREATE TABLE zone_force (
    id TEXT NOT NULL PRIMARY KEY,
    county TEXT NOT NULL,
    layer TEXT NOT NULL,
    plan TEXT NOT NULL REFERENCES plans (id),
    from_ms BIGINT NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    -- 1 when the switch at its date stands in the change log
    announced BIGINT NOT NULL,
    UNIQUE (county, layer, from_ms)
);

-- The zones an incident was filed in: JSON array of {layer, plan, zone}.
ALTER TABLE incidents ADD COLUMN zones TEXT;
