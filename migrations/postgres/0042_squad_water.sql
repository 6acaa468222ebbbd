-- The area that a boat stays on.
ALTER TABLE squads ADD COLUMN water TEXT;
