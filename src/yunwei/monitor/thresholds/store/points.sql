-- points_of_metric: What was measured of the objects of one kind, by step; steps are numbered from
-- 1970. Of a measure made of two metrics, one divided by the other. With is_filtered only objects
-- that were beyond at_least or at_most at some step.
SELECT source, object_id, groupArray(place) AS places, groupArray(level) AS levels
  FROM (SELECT source, object_id, intDiv(toUnixTimestamp64Milli(at), {step_ms:Int64}) AS place,
               multiIf({reduce:String} = 'max', maxIf(value, metric = {of:String}),
                       {reduce:String} = 'min', minIf(value, metric = {of:String}),
                       {reduce:String} = 'last', argMaxIf(value, at, metric = {of:String}),
                       avgIf(value, metric = {of:String})) AS upper,
               if({by:String} = '', 1, avgIf(value, metric = {by:String})) AS lower,
               upper / lower AS level
          FROM observations FINAL
         WHERE tenant IN {tenants:Array(UInt64)}
           AND metric IN [{of:String}, if({by:String} = '', {of:String}, {by:String})]
           AND object_kind = {object_kind:String}
           AND (object_kind != 'source' OR object_id = '')
           AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
           AND at < fromUnixTimestamp64Milli({to_ms:Int64})
           AND (length({froms:Array(Int64)}) = 1
                OR arrayExists((a, b) -> toUnixTimestamp64Milli(at) >= a
                                         AND toUnixTimestamp64Milli(at) < b,
                               {froms:Array(Int64)}, {tos:Array(Int64)}))
         GROUP BY source, object_id, place
        HAVING countIf(metric = {of:String}) > 0 AND isFinite(level))
 GROUP BY source, object_id
HAVING {is_filtered:UInt8} = 0 OR max(level) >= {at_least:Float64} OR min(level) <= {at_most:Float64}

-- heard_of_metric: In which steps each source told of any object of the kind.
SELECT source, groupUniqArray(intDiv(toUnixTimestamp64Milli(at), {step_ms:Int64})) AS places
  FROM observations
 WHERE tenant IN {tenants:Array(UInt64)} AND metric = {of:String}
   AND object_kind = {object_kind:String} AND (object_kind != 'source' OR object_id = '')
   AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND at < fromUnixTimestamp64Milli({to_ms:Int64})
 GROUP BY source

-- points_of_connections: Attempts to connect and what became of them, by source and step.
WITH by_step AS (
    SELECT source, intDiv(toUnixTimestamp64Milli(started_at), {step_ms:Int64}) AS place,
           multiIf({of:String} = 'attempts', count(), {of:String} = 'failed',
                   countIf(failure != ''), countIf(failure != '') / count()) AS level
      FROM connections FINAL
     WHERE tenant IN {tenants:Array(UInt64)}
       AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
       AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
       AND arrayExists((a, b) -> toUnixTimestamp64Milli(started_at) >= a
                                 AND toUnixTimestamp64Milli(started_at) < b,
                       {froms:Array(Int64)}, {tos:Array(Int64)})
     GROUP BY source, place)
SELECT source, '' AS object_id, groupArray(place) AS places,
       groupArray(toFloat64(level)) AS levels
  FROM by_step
 GROUP BY source

-- read_steps: In which steps each source was read; read: of what.
SELECT source, groupUniqArray(intDiv(toUnixTimestamp64Milli(at), {step_ms:Int64})) AS places
  FROM observations
 WHERE tenant IN {tenants:Array(UInt64)} AND metric = 'poll.seconds'
   AND object_kind = 'source' AND object_id = {read:String}
   AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND at < fromUnixTimestamp64Milli({to_ms:Int64})
   AND arrayExists((a, b) -> toUnixTimestamp64Milli(at) >= a AND toUnixTimestamp64Milli(at) < b,
                   {froms:Array(Int64)}, {tos:Array(Int64)})
 GROUP BY source

-- count_points: How many measurements there are, by day.
SELECT intDiv(toUnixTimestamp64Milli(at), 86400000) AS day, count() AS count
  FROM observations
 WHERE tenant IN {tenants:Array(UInt64)} AND metric = {of:String}
   AND object_kind = {object_kind:String}
   AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND at < fromUnixTimestamp64Milli({to_ms:Int64})
 GROUP BY day
 ORDER BY day DESC
