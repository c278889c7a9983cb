-- The name has been checked to be a part's.
ALTER TABLE ${database}.spans ATTACH PART '${part}'
