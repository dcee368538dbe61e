-- prints: How many connections each source told of each day (of UTC), since when and when last, and
-- a number that changes with any row that comes, however late: every row was read at another
-- instant, or is one more.
SELECT tenant, source, intDiv(toUnixTimestamp64Milli(started_at), 86400000) AS day,
       count() AS rows, sum(cityHash64(started_at, read_at)) AS print,
       toUnixTimestamp64Milli(min(started_at)) AS first_ms,
       toUnixTimestamp64Milli(max(read_at)) AS read_ms
  FROM connections
 WHERE tenant IN {tenants:Array(UInt64)}
   AND started_at >= fromUnixTimestamp64Milli({from_day:Int64} * 86400000)
   AND started_at < fromUnixTimestamp64Milli({to_day:Int64} * 86400000)
 GROUP BY tenant, source, day

-- polls: When the connections of some sources were read last, whether or not there were any.
SELECT source, max(toUnixTimestamp64Milli(at)) AS until_ms
  FROM observations
 WHERE tenant IN {tenants:Array(UInt64)} AND source IN {sources:Array(UInt64)}
   AND metric = 'poll.seconds' AND object_kind = 'source' AND object_id = 'activity'
   AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
 GROUP BY source
