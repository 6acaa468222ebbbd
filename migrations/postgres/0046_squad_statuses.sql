-- Every status that was told of a squad and taken: when it was so, when that came in, and who told it.
CREATE TABLE squad_statuses (
    squad TEXT NOT NULL,
    -- from 1, in the order in which they were taken
    n BIGINT NOT NULL,
    status TEXT NOT NULL,
    at_ms BIGINT NOT NULL,
    received_at_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    PRIMARY KEY (squad, n)
);
-- Of those before only the last is known.
INSERT INTO squad_statuses (squad, n, status, at_ms, received_at_ms, actor)
    SELECT id, 1, status, said_at_ms, said_received_at_ms, said_by FROM squads WHERE said_by IS NOT NULL;
