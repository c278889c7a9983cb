-- A number from 0 to 2^32 - 1 in whichever form its sender wrote it; 0 when it is none of these. One of the three is there.
CREATE OR REPLACE FUNCTION spanorigin_number ${on_cluster} AS (text, whole, number) ->
    toUInt32OrZero(text) + accurateCastOrDefault(whole, 'UInt32') + accurateCastOrDefault(number, 'UInt32')
