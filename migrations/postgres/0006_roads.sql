-- Networks that were imported; the newest by seq is in force. The file lies in the data folder under its hash.
CREATE TABLE road_networks (
    id BIGINT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    source TEXT NOT NULL,
    demo BIGINT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    retired_at_ms BIGINT
);
