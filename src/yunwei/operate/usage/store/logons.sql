-- stages: How long each stage of logons took that began in a stretch of time.
SELECT toInt64(source) AS source, toUnixTimestamp64Milli(started_at) AS started,
       cityHash64(native_id) AS session, stage, seconds, has_failed
  FROM logon_stages FINAL
 WHERE tenant IN {tenants:Array(UInt64)}
   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
SETTINGS output_format_arrow_low_cardinality_as_dictionary = 1

-- attempts: Some attempts, by when they began and the numbers of their ids.
SELECT cityHash64(c.native_id) AS session, c.source AS source, c.native_id AS native_id, c.login AS login, c.desktop AS desktop,
       c.desktop_name AS desktop_name, c.started_at AS started_at, c.setup_at AS setup_at,
       c.ended_at AS ended_at, c.is_reconnect AS is_reconnect, c.failure AS failure,
       c.rtt_s AS rtt_s, c.client_type AS client_type, c.client_name AS client_name,
       c.client_ip AS client_ip, c.client_version AS client_version
  FROM connections AS c FINAL
 WHERE tenant IN {tenants:Array(UInt64)}
   AND started_at IN (SELECT arrayJoin(arrayMap(at -> fromUnixTimestamp64Milli(at, 'UTC'),
                                                {started:Array(Int64)})))
   AND cityHash64(c.native_id) IN {sessions:Array(UInt64)}

-- attempt: One attempt.
SELECT c.source AS source, c.native_id AS native_id, c.login AS login, c.desktop AS desktop,
       c.desktop_name AS desktop_name, c.started_at AS started_at, c.setup_at AS setup_at,
       c.ended_at AS ended_at, c.is_reconnect AS is_reconnect, c.failure AS failure,
       c.rtt_s AS rtt_s, c.client_type AS client_type, c.client_name AS client_name,
       c.client_ip AS client_ip, c.client_version AS client_version
  FROM connections AS c FINAL
 WHERE tenant IN {tenants:Array(UInt64)} AND source = {source:UInt64}
   AND started_at = fromUnixTimestamp64Milli({started_ms:Int64}) AND native_id = {id:String}

-- stages_of_attempts: The stages of some attempts. began_ms: 0, where that is not told.
SELECT source, native_id, stage, seconds, toUnixTimestamp64Milli(began_at) AS began_ms, has_failed
  FROM logon_stages FINAL
 WHERE tenant IN {tenants:Array(UInt64)}
   AND started_at IN (SELECT arrayJoin(arrayMap(at -> fromUnixTimestamp64Milli(at, 'UTC'),
                                                {started:Array(Int64)})))
   AND native_id IN {ids:Array(String)}
 ORDER BY source, native_id, began_at, stage
