-- Officers by id, without anything personal; those of a demonstration have demo 1.
CREATE TABLE officers (
    id TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    demo BIGINT NOT NULL
);

-- What an officer may enforce, and from when until when.
CREATE TABLE officer_certificates (
    officer TEXT NOT NULL REFERENCES officers (id),
    n BIGINT NOT NULL,
    -- codes of matters and fields of enforcement, a line each; all when empty
    matters TEXT NOT NULL,
    from_ms BIGINT,
    until_ms BIGINT,
    PRIMARY KEY (officer, n)
);

-- What an officer stays away from: one area, or one incident.
CREATE TABLE officer_recusals (
    officer TEXT NOT NULL REFERENCES officers (id),
    area TEXT,
    incident TEXT
);
CREATE INDEX officer_recusals_by_officer ON officer_recusals (officer);

-- Personal data, for those who may know.
CREATE TABLE officer_persons (
    officer TEXT NOT NULL PRIMARY KEY REFERENCES officers (id),
    name TEXT,
    contact TEXT,
    -- in the order of the certificates, a line each
    certificate_numbers TEXT NOT NULL
);

-- Ids, a line each; the head count stands where there are none.
ALTER TABLE squads ADD COLUMN officers TEXT NOT NULL DEFAULT '';
