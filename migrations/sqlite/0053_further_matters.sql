-- Codes of matters that the same act comes under beside its first one, as JSON; none where there are none.
ALTER TABLE incidents ADD COLUMN further_matters TEXT;
