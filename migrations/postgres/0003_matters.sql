CREATE TABLE matters (
    code TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_zh TEXT NOT NULL,
    domain TEXT NOT NULL,
    urgency TEXT NOT NULL,
    arrive_limit_min BIGINT NOT NULL
);
