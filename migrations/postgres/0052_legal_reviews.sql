-- No case of it is closed before it was legally reviewed (法制审核).
ALTER TABLE matters ADD COLUMN legal_review BIGINT NOT NULL DEFAULT 0;
-- The review of a case, as JSON; none where nobody wanted one beside its matter, or reviewed it.
ALTER TABLE incidents ADD COLUMN legal_review TEXT;
