-- Off-list work: the documents in which the township agrees and by which it was approved.
ALTER TABLE list_entries ADD COLUMN consent TEXT;
ALTER TABLE list_entries ADD COLUMN approval TEXT;
