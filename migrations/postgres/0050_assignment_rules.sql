-- The rule that a squad would break that was sent and concluded the case alone; null where it may.
ALTER TABLE assignments ADD COLUMN breaks TEXT;
