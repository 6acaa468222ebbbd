-- Special areas (level 'special') lie over townships; the higher priority comes first.
ALTER TABLE areas ADD COLUMN priority BIGINT;
