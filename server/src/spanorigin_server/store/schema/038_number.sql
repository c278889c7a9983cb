-- A number from 0 to 2^32 - 1 in whichever form its sender wrote it; 0 when it is none of these. Of the three one is there.
CREATE OR REPLACE FUNCTION spanorigin_number ${on_cluster} AS (text, whole, number) -> multiIf(
    whole BETWEEN 1 AND 4294967295, toUInt32(whole),
    number BETWEEN 1 AND 4294967295, toUInt32(number),
    toUInt32OrZero(text))
