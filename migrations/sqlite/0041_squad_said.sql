-- When a squad's status was so, when that was received, and who told it; null: nobody since it was planned.
ALTER TABLE squads ADD COLUMN said_at_ms BIGINT;
ALTER TABLE squads ADD COLUMN said_received_at_ms BIGINT;
ALTER TABLE squads ADD COLUMN said_by TEXT;
