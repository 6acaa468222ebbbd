-- Generations of areas that are not in force yet: the generation in force that each was made on (0 where the county is
-- new; no draft where it is NULL), and when it takes the place of that by itself.
ALTER TABLE area_generations ADD COLUMN base BIGINT;
ALTER TABLE area_generations ADD COLUMN from_ms BIGINT;
