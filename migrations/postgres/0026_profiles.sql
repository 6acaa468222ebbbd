-- What states cases go through; versions stay as they are. The loop of townships that comes with the program is not here.
CREATE TABLE case_profiles (
    profile TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- JSON
    body TEXT NOT NULL,
    PRIMARY KEY (profile, version)
);

-- Under which profile it came in, and its state there; null under the loop that comes with the program.
ALTER TABLE incidents ADD COLUMN profile TEXT;
ALTER TABLE incidents ADD COLUMN profile_version BIGINT;
ALTER TABLE incidents ADD COLUMN state TEXT;
-- The state of its profile before the action; null likewise.
ALTER TABLE incident_actions ADD COLUMN state TEXT;
