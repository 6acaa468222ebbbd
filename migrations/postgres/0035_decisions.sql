-- In which of the areas in doubt a case lies, once somebody has decided that: as JSON.
ALTER TABLE incidents ADD COLUMN decision TEXT;
