-- A list of our own of places that are found by their names, imported whole; those of the extract lie in a file.
CREATE TABLE places (
    n BIGINT NOT NULL PRIMARY KEY,
    category TEXT NOT NULL,
    name TEXT NOT NULL,
    name_zh TEXT,
    -- a line each
    aliases TEXT NOT NULL,
    address TEXT,
    lng DOUBLE PRECISION NOT NULL,
    lat DOUBLE PRECISION NOT NULL
);
