-- reaches: From when until when the connections of each source are known, as far as it concerns a
-- stretch of time. A poll that found nothing new says as much as one that did.
SELECT source, minIf(at_ms, is_record) AS first_ms, max(read_ms) AS until_ms
  FROM (SELECT source, true AS is_record, min(toUnixTimestamp64Milli(started_at)) AS at_ms,
               max(toUnixTimestamp64Milli(read_at)) AS read_ms
          FROM connections
         WHERE tenant IN {tenants:Array(UInt64)}
           AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64} - 2678400000)
         GROUP BY source
         UNION ALL
        SELECT source, false, 0, max(toUnixTimestamp64Milli(at))
          FROM observations
         WHERE tenant IN {tenants:Array(UInt64)} AND metric = 'poll.seconds'
           AND object_kind = 'source' AND object_id = 'activity'
           AND at >= fromUnixTimestamp64Milli({from_ms:Int64} - 2678400000)
         GROUP BY source)
 GROUP BY source
HAVING max(is_record)

-- prints: How many connections each day (of UTC) has, and a number that changes with any row that
-- comes, however late: every row was read at another instant, or is one more.
SELECT tenant, intDiv(toUnixTimestamp64Milli(started_at), 86400000) AS day, count() AS rows,
       sum(cityHash64(started_at, read_at)) AS print
  FROM connections
 WHERE tenant IN {tenants:Array(UInt64)}
   AND started_at >= fromUnixTimestamp64Milli({from_day:Int64} * 86400000)
   AND started_at < fromUnixTimestamp64Milli({to_day:Int64} * 86400000)
 GROUP BY tenant, day

-- connections: The connections of whole days, each as it was read last. missing: what stands for
-- an instant that is not told. A session's number is that of its id, 64 bits of it.
SELECT toInt64(c.source) AS source, toUnixTimestamp64Milli(c.started_at) AS started,
       ifNull(toUnixTimestamp64Milli(c.setup_at), {missing:Int64}) AS setup,
       ifNull(toUnixTimestamp64Milli(c.ended_at), {missing:Int64}) AS ended,
       cityHash64(c.native_id) AS session, toLowCardinality(c.login) AS login,
       toLowCardinality(c.desktop) AS desktop, c.client_type AS client,
       c.client_version AS version, c.failure AS failure, c.is_reconnect AS is_reconnect,
       ifNull(c.rtt_s, nan) AS rtt
  FROM connections AS c FINAL
 WHERE tenant = {tenant:UInt64}
   AND started_at >= fromUnixTimestamp64Milli({from_day:Int64} * 86400000)
   AND started_at < fromUnixTimestamp64Milli({to_day:Int64} * 86400000)
SETTINGS output_format_arrow_low_cardinality_as_dictionary = 1

-- departments: Which department each login name is in.
SELECT source, login, department FROM known_users FINAL
 WHERE tenant IN {tenants:Array(UInt64)} AND department != ''

-- pools: Which pool each desktop is in.
SELECT source, desktop, pool FROM known_desktops FINAL
 WHERE tenant IN {tenants:Array(UInt64)} AND pool != ''

-- clients: The kinds of client that were used lately.
SELECT DISTINCT client_type FROM connections
 WHERE tenant IN {tenants:Array(UInt64)} AND client_type != ''
   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
 ORDER BY client_type
 LIMIT 100
