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
