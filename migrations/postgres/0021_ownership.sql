-- Whose an incident is, as its history tells: JSON, null where nobody was asked.
ALTER TABLE incidents ADD COLUMN ownership TEXT;
-- Who led by which list when the incident was filed: JSON, of what is about whose it is.
ALTER TABLE incident_actions ADD COLUMN entitled TEXT;

-- What judges decided for like cases.
CREATE TABLE precedents (
    -- of the judgement
    id TEXT NOT NULL PRIMARY KEY,
    -- not a reference: those of a demonstration are taken away
    incident TEXT NOT NULL,
    matter TEXT NOT NULL,
    area TEXT NOT NULL,
    unit TEXT NOT NULL,
    power TEXT,
    from_ms BIGINT NOT NULL,
    until_ms BIGINT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL
);
