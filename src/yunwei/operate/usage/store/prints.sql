-- prints: How many connections each source told of each day (of UTC), since when and when last, from
-- which kinds of client, and a number that changes with any row that comes, however late: every row
-- was read at another instant, or is one more. Answered by the table's projection `days`, for as long
-- as both are spelt alike.
SELECT tenant, source, intDiv(toUnixTimestamp64Milli(started_at), 86400000) AS day,
       count() AS rows, sum(cityHash64(started_at, read_at)) AS print,
       toUnixTimestamp64Milli(min(started_at)) AS first_ms,
       toUnixTimestamp64Milli(max(read_at)) AS read_ms,
       groupUniqArray(client_type) AS clients
  FROM connections
 WHERE tenant IN {tenants:Array(UInt64)}
   AND intDiv(toUnixTimestamp64Milli(started_at), 86400000) >= {from_day:Int64}
   AND intDiv(toUnixTimestamp64Milli(started_at), 86400000) < {to_day:Int64}
 GROUP BY tenant, source, day

-- prints_of_stages: The same of the stages of logons.
SELECT tenant, intDiv(toUnixTimestamp64Milli(started_at), 86400000) AS day, count() AS rows,
       sum(cityHash64(started_at, native_id, stage, written_at)) AS print
  FROM logon_stages
 WHERE tenant IN {tenants:Array(UInt64)}
   AND intDiv(toUnixTimestamp64Milli(started_at), 86400000) >= {from_day:Int64}
   AND intDiv(toUnixTimestamp64Milli(started_at), 86400000) < {to_day:Int64}
 GROUP BY tenant, day

-- polls: When the connections of some sources were read last, whether or not there were any.
SELECT source, max(toUnixTimestamp64Milli(at)) AS until_ms
  FROM observations
 WHERE tenant IN {tenants:Array(UInt64)} AND source IN {sources:Array(UInt64)}
   AND metric = 'poll.seconds' AND object_kind = 'source' AND object_id = 'activity'
   AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
 GROUP BY source
