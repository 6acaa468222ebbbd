-- How others number matters: versions of schemes.
CREATE TABLE code_schemes (
    scheme TEXT NOT NULL,
    version TEXT NOT NULL,
    name TEXT NOT NULL,
    name_zh TEXT,
    from_ms BIGINT,
    until_ms BIGINT,
    source TEXT,
    is_default BIGINT NOT NULL,
    PRIMARY KEY (scheme, version)
);

-- What their codes stand for: a matter, or else all of a category.
CREATE TABLE scheme_codes (
    scheme TEXT NOT NULL,
    version TEXT NOT NULL,
    n BIGINT NOT NULL,
    code TEXT NOT NULL,
    name TEXT,
    matter TEXT,
    category TEXT,
    PRIMARY KEY (scheme, version, n)
);
