-- What waits for a writer, as rows of `spans` (commands/store_spans).
CREATE OR REPLACE VIEW ${database}.arrived_${lane} AS
${arrived_spans}
