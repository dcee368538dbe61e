-- last_uses: When each desktop was last used, and by whom, as far as connections that began in a
-- stretch of time tell. One without an end counts until it was last read, and for no more than 7 days.
SELECT source, desktop, argMax(told.login, told.used_ms) AS login, max(told.used_ms) AS until_ms
  FROM (SELECT toInt64(source) AS source, desktop, login,
               ifNull(toUnixTimestamp64Milli(ended_at),
                      least(toUnixTimestamp64Milli(read_at),
                            toUnixTimestamp64Milli(started_at) + 604800000)) AS used_ms
          FROM connections
         WHERE tenant IN {tenants:Array(UInt64)} AND desktop != '' AND failure = ''
           AND setup_at IS NOT NULL
           AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
           AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})) AS told
 GROUP BY source, desktop
