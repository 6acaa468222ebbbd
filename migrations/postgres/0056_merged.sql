-- The case that stands for one that tells of the same.
ALTER TABLE incidents ADD COLUMN merged_into TEXT;
CREATE INDEX incidents_merged ON incidents (merged_into) WHERE merged_into IS NOT NULL;
