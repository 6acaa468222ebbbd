-- What was ordered to be rectified by a day and waits for its visit, as JSON; none where there is none.
ALTER TABLE incidents ADD COLUMN rectification TEXT;
