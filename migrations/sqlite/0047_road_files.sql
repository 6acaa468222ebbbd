-- Used on PostgreSQL, where processes share a database and no folder. Here the files lie beside the database.
CREATE TABLE road_files (
    hash TEXT NOT NULL,
    -- network, order or basemap
    kind TEXT NOT NULL,
    piece BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    -- of the whole file; none of those from before it was kept
    sha256 TEXT,
    PRIMARY KEY (hash, kind, piece)
);
INSERT INTO road_files (hash, kind, piece, bytes) SELECT hash, 'network', piece, bytes FROM network_files;
DELETE FROM network_files;
