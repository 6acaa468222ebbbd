-- The files of the network in force, in pieces: replicas that lack them fetch them from here.
CREATE TABLE road_files (
    hash TEXT NOT NULL,
    -- network, order or basemap
    kind TEXT NOT NULL,
    piece BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    -- of the whole file; none of those from before it was kept
    sha256 TEXT,
    PRIMARY KEY (hash, kind, piece)
);
INSERT INTO road_files (hash, kind, piece, bytes) SELECT hash, 'network', piece, bytes FROM network_files;
DELETE FROM network_files;
