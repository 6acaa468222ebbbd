-- Used on PostgreSQL, where processes share a database and no folder. Here the file lies beside the database.
CREATE TABLE network_files (
    hash TEXT NOT NULL,
    piece BIGINT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (hash, piece)
);
