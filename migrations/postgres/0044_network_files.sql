-- The file of the network in force, in pieces: replicas that lack it fetch it from here.
CREATE TABLE network_files (
    hash TEXT NOT NULL,
    piece BIGINT NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (hash, piece)
);
