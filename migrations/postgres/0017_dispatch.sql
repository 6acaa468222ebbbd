-- What tells that a squad arrived, and when it expects to be free, as it said last.
ALTER TABLE assignments ADD COLUMN arrived_by TEXT;
ALTER TABLE assignments ADD COLUMN ready_at_ms BIGINT;

-- A squad has one at a time; others wait.
DROP INDEX assignments_open;
CREATE UNIQUE INDEX assignments_open ON assignments (squad) WHERE ended_at_ms IS NULL AND status <> 'queued';
CREATE INDEX assignments_queued ON assignments (squad, assigned_at_ms) WHERE status = 'queued';
