-- A generation is one county's areas from valid_from_ms until valid_to_ms (NULL: in force).
CREATE TABLE area_generations (
    generation BIGINT NOT NULL PRIMARY KEY,
    county TEXT NOT NULL,
    source TEXT NOT NULL,
    demo BIGINT NOT NULL,
    valid_from_ms BIGINT NOT NULL,
    valid_to_ms BIGINT
);

CREATE TABLE areas (
    generation BIGINT NOT NULL REFERENCES area_generations (generation),
    code TEXT NOT NULL,
    level TEXT NOT NULL,
    name TEXT NOT NULL,
    name_zh TEXT,
    parent TEXT,
    derived TEXT,
    time_zone TEXT,
    -- GeoJSON geometry, WGS-84
    geometry TEXT NOT NULL,
    PRIMARY KEY (generation, code)
);
