-- References to evidence, as JSON; none where there is none.
ALTER TABLE incident_actions ADD COLUMN evidence TEXT;
