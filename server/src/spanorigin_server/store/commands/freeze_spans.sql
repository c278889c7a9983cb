-- The parts as they are now, once more as hard links below `shadow/`: no data is read or written.
-- The name is of our own making.
ALTER TABLE ${database}.spans FREEZE WITH NAME '${name}'
