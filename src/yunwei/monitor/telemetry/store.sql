-- connections_known: From when until when the connections of each source are known.
-- A poll that found nothing new says as much as one that did.
SELECT source, minIf(known_ms, is_record) AS first_ms, max(until_ms) AS until_ms
  FROM (SELECT source, true AS is_record, min(toUnixTimestamp64Milli(started_at)) AS known_ms,
               max(toUnixTimestamp64Milli(read_at)) AS until_ms
          FROM connections
         WHERE tenant IN {tenants:Array(UInt64)}
         GROUP BY source
         UNION ALL
        SELECT source, false, 0, max(toUnixTimestamp64Milli(at))
          FROM observations
         WHERE tenant IN {tenants:Array(UInt64)} AND metric = 'poll.seconds'
           AND object_kind = 'source' AND object_id = 'activity'
         GROUP BY source)
 GROUP BY source
HAVING max(is_record)

-- metric_of_sources: Every measurement of one metric of the sources themselves.
SELECT source, toUnixTimestamp64Milli(at) AS at_ms, argMax(value, written_at) AS value
  FROM observations
 WHERE tenant IN {tenants:Array(UInt64)} AND metric = {metric:String} AND object_kind = 'source'
   AND object_id = '' AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND at < fromUnixTimestamp64Milli({to_ms:Int64})
 GROUP BY source, at
 ORDER BY at
 LIMIT 200000

-- concurrency: How many desktop users were connected, by source, at evenly spaced instants.
-- An instant t counts a user with any connection for which setup_at <= t < ended_at; one that was
-- open when it was last read counts until then. place: 0 is the first instant, at from_ms; places
-- at which nobody came or went are left out. Of each of a user's connections only what no earlier
-- one of theirs has covered counts, so that comings and goings add up.
SELECT source, place, sum(sum(change)) OVER (PARTITION BY source ORDER BY place) AS online
  FROM (SELECT source, arrayJoin([(came, 1), (went, -1)]) AS step, step.1 AS place,
               step.2 AS change
          FROM (SELECT source, last AS went,
                       greatest(first, max(last) OVER (
                           PARTITION BY source, login ORDER BY first, last
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS came
                  FROM (SELECT source, login,
                               greatest(0, intDiv(begin_ms - {from_ms:Int64} + {step_ms:Int64} - 1,
                                                  {step_ms:Int64})) AS first,
                               least({places:Int64},
                                     intDiv(end_ms - {from_ms:Int64} + {step_ms:Int64} - 1,
                                            {step_ms:Int64})) AS last
                          FROM (SELECT source, login,
                                       toUnixTimestamp64Milli(assumeNotNull(setup_at)) AS begin_ms,
                                       toUnixTimestamp64Milli(coalesce(ended_at, read_at)) AS end_ms
                                  FROM connections FINAL
                                 WHERE tenant IN {tenants:Array(UInt64)} AND login != ''
                                   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64} - 604800000)
                                   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
                                   AND setup_at IS NOT NULL)
                         WHERE end_ms > {from_ms:Int64} AND begin_ms < {to_ms:Int64})
                 WHERE first < last)
         WHERE came < went)
 WHERE place < {places:Int64}
 GROUP BY source, place
 ORDER BY source, place

-- print_of_connections: What changes with any row of a connection that may reach into a stretch of
-- time, however late it comes.
SELECT count() AS rows, sum(cityHash64(started_at, read_at)) AS print
  FROM connections
 WHERE tenant IN {tenants:Array(UInt64)}
   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64} - 604800000)
   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})

-- series_of_object: Means and highest values of an object's metrics in buckets.
SELECT metric, intDiv(at_ms - {from_ms:Int64}, {bucket_ms:Int64}) AS place, avg(value) AS mean,
       max(value) AS highest, count() AS count
  FROM (SELECT metric, toUnixTimestamp64Milli(at) AS at_ms, argMax(value, written_at) AS value
          FROM observations
         WHERE tenant IN {tenants:Array(UInt64)} AND source = {source:UInt64}
           AND metric IN {metrics:Array(String)} AND object_kind = {object_kind:String}
           AND object_id = {object_id:String}
           AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
           AND at < fromUnixTimestamp64Milli({to_ms:Int64})
         GROUP BY metric, at)
 GROUP BY metric, place
 ORDER BY metric, place

-- highest_by_day: The highest value of one metric on each local day, by object. What is measured
-- once is not measured again, so rows written twice change no highest value.
SELECT source, object_id, toDate(at, {zone:String}) AS day, max(value) AS highest
  FROM observations
 WHERE tenant IN {tenants:Array(UInt64)} AND metric = {metric:String}
   AND object_kind = {object_kind:String} AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND at < fromUnixTimestamp64Milli({to_ms:Int64})
 GROUP BY source, object_id, day

-- highest_by_hours: The same of whole hours, in zones that are whole hours from UTC: answered by the
-- table's projection `hours`, a sixtieth of what is measured once a minute.
SELECT source, object_id, toDate(toStartOfHour(at), {zone:String}) AS day, max(value) AS highest
  FROM observations
 WHERE tenant IN {tenants:Array(UInt64)} AND metric = {metric:String}
   AND object_kind = {object_kind:String}
   AND toStartOfHour(at) >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND toStartOfHour(at) < fromUnixTimestamp64Milli({to_ms:Int64})
 GROUP BY source, object_id, day

-- cpu_of_desktops: How busy some desktops were in a stretch of time, each measurement once.
SELECT source, object_id AS desktop, avg(value) AS cpu
  FROM (SELECT source, object_id, at, argMax(value, written_at) AS value
          FROM observations
         WHERE tenant = {tenant:UInt64} AND metric = 'desktop.cpu' AND object_kind = 'desktop'
           AND object_id IN {desktops:Array(String)}
           AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
           AND at < fromUnixTimestamp64Milli({to_ms:Int64})
         GROUP BY source, object_id, at)
 GROUP BY source, object_id

-- connecting_of_desktops: How people came to some desktops in a stretch of time.
SELECT source, desktop, count() AS attempts, countIf(failure != '') AS failed,
       if(countIf(rtt_s IS NOT NULL) > 0, avg(rtt_s), NULL) AS rtt_s,
       if(countIf(setup_at IS NOT NULL AND NOT is_reconnect) > 0,
          avgIf(dateDiff('millisecond', started_at, assumeNotNull(setup_at)) / 1000,
                setup_at IS NOT NULL AND NOT is_reconnect), NULL) AS logon_s
  FROM connections FINAL
 WHERE tenant = {tenant:UInt64} AND desktop IN {desktops:Array(String)}
   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
 GROUP BY source, desktop

-- connections_of_desktop: Connections to one desktop, newest first.
SELECT c.tenant AS tenant, c.source AS source, c.native_id AS native_id, c.login AS login,
       c.desktop AS desktop, c.desktop_name AS desktop_name, c.started_at AS started_at,
       c.setup_at AS setup_at, c.ended_at AS ended_at, c.is_reconnect AS is_reconnect,
       c.failure AS failure, c.rtt_s AS rtt_s, c.client_type AS client_type,
       c.client_name AS client_name, c.client_ip AS client_ip,
       c.client_version AS client_version
  FROM connections AS c FINAL
 WHERE tenant IN {tenants:Array(UInt64)} AND source = {source:UInt64}
   AND desktop = {desktop:String}
   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
 ORDER BY started_at DESC, native_id
 LIMIT {limit:UInt32}

-- connections_of_user: Connections of one desktop user, newest first, each as it was read last; whose
-- one is does not change. Answered by the table's projection `of_login`.
SELECT c.tenant AS tenant, c.source AS source, c.native_id AS native_id, c.login AS login,
       c.desktop AS desktop, c.desktop_name AS desktop_name, c.started_at AS started_at,
       c.setup_at AS setup_at, c.ended_at AS ended_at, c.is_reconnect AS is_reconnect,
       c.failure AS failure, c.rtt_s AS rtt_s, c.client_type AS client_type,
       c.client_name AS client_name, c.client_ip AS client_ip,
       c.client_version AS client_version
  FROM connections AS c
 WHERE tenant IN {tenants:Array(UInt64)} AND source = {source:UInt64} AND login = {login:String}
   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
 ORDER BY started_at DESC, native_id, read_at DESC
 LIMIT 1 BY source, started_at, native_id
 LIMIT {limit:UInt32}

-- stages_of_connections: The logon stages of some connections.
SELECT native_id, stage, seconds
  FROM logon_stages FINAL
 WHERE tenant IN {tenants:Array(UInt64)} AND source = {source:UInt64}
   AND started_at IN (SELECT arrayJoin(arrayMap(at -> fromUnixTimestamp64Milli(at, 'UTC'),
                                                {started:Array(Int64)})))
   AND native_id IN {native_ids:Array(String)}

-- attempts_of_source: Attempts to connect at one source, newest first, each with the login's own
-- median round trip of the days before.
SELECT c.login AS login, c.desktop AS desktop, c.started_at AS started_at, c.setup_at AS setup_at,
       c.is_reconnect AS is_reconnect, c.failure AS failure, c.rtt_s AS rtt_s,
       if(u.known > 0, u.usual_s, NULL) AS usual_rtt_s
  FROM (SELECT * FROM connections FINAL
         WHERE tenant IN {tenants:Array(UInt64)} AND source = {source:UInt64}
           AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
           AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})) AS c
  LEFT JOIN (SELECT login, quantileExact(0.5)(assumeNotNull(rtt_s)) AS usual_s, count() AS known
               FROM connections FINAL
              WHERE tenant IN {tenants:Array(UInt64)} AND source = {source:UInt64}
                AND rtt_s IS NOT NULL
                AND started_at >= fromUnixTimestamp64Milli({past_ms:Int64})
                AND started_at < fromUnixTimestamp64Milli({from_ms:Int64})
              GROUP BY login) AS u ON u.login = c.login
 ORDER BY started_at DESC, login
 LIMIT {limit:UInt32}

-- usual_of_source: What is usual of a source's connections in a stretch of the past. per_hour: the
-- attempts of the busiest such hour of the day.
SELECT count() AS attempts, avg(failure != '') AS failed_ratio,
       quantileExactIf(0.5)(logon_s, is_timed) AS logon_p50_s,
       quantileExactIf(0.95)(logon_s, is_timed) AS logon_p95_s, countIf(is_timed) AS timed,
       quantileExactIf(0.5)(assumeNotNull(rtt_s), rtt_s IS NOT NULL) AS rtt_p50_s,
       quantileExactIf(0.95)(assumeNotNull(rtt_s), rtt_s IS NOT NULL) AS rtt_p95_s,
       countIf(rtt_s IS NOT NULL) AS told,
       arrayMax(mapValues(sumMap(map(toDate(started_at, 'UTC'),
           toUInt64(toHour(started_at, 'UTC') = {hour:UInt8}))))) AS per_hour
  FROM (SELECT started_at, failure, rtt_s, NOT is_reconnect AND setup_at IS NOT NULL AS is_timed,
               toFloat64(dateDiff('millisecond', started_at, ifNull(setup_at, started_at))) / 1000
                   AS logon_s
          FROM connections FINAL
         WHERE tenant IN {tenants:Array(UInt64)} AND source = {source:UInt64}
           AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
           AND started_at < fromUnixTimestamp64Milli({to_ms:Int64}))

-- actions_of_user: What one desktop user did, newest first.
SELECT tenant, source, native_id, at, login, kind, object_kind, object_id, object_name,
       is_success, error, client_type, client_ip
  FROM user_actions FINAL
 WHERE tenant IN {tenants:Array(UInt64)} AND source = {source:UInt64} AND login = {login:String}
   AND at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND at < fromUnixTimestamp64Milli({to_ms:Int64})
 ORDER BY at DESC, native_id
 LIMIT {limit:UInt32}

-- logons_per_hour: Attempts to connect by hour, with failures and the duration of first logons.
SELECT toUnixTimestamp(toStartOfHour(started_at)) * 1000 AS at_ms, count() AS attempts,
       countIf(failure != '') AS failures, countIf(is_reconnect) AS reconnects,
       countIf(NOT is_reconnect AND setup_at IS NOT NULL) AS timed,
       quantileExactIf(0.5)(toFloat64(dateDiff('millisecond', started_at, assumeNotNull(setup_at)))
           / 1000, NOT is_reconnect AND setup_at IS NOT NULL) AS p50_s,
       quantileExactIf(0.95)(toFloat64(dateDiff('millisecond', started_at, assumeNotNull(setup_at)))
           / 1000, NOT is_reconnect AND setup_at IS NOT NULL) AS p95_s
  FROM connections FINAL
 WHERE tenant IN {tenants:Array(UInt64)}
   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
 GROUP BY at_ms
 ORDER BY at_ms

-- failures_by_day: Attempts that failed for a told reason, by local day, source and reason.
SELECT toDate(started_at, {zone:String}) AS day, source, failure AS reason, count() AS attempts,
       uniqExactIf(login, login != '') AS users,
       max(toUnixTimestamp64Milli(started_at)) AS last_ms
  FROM connections FINAL
 WHERE tenant IN {tenants:Array(UInt64)} AND failure != ''
   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
 GROUP BY day, source, reason
 ORDER BY day DESC, attempts DESC, reason
 LIMIT 20000

-- last_uses_of_users: Until when each login name was connected last, as far as connections that
-- began in a stretch of time tell. One without an end counts until it was last read, at most 7 days.
SELECT source, login, max(used_ms) AS until_ms
  FROM (SELECT source, login,
               ifNull(toUnixTimestamp64Milli(ended_at),
                      least(toUnixTimestamp64Milli(read_at),
                            toUnixTimestamp64Milli(started_at) + 604800000)) AS used_ms
          FROM connections
         WHERE tenant IN {tenants:Array(UInt64)} AND login != '' AND failure = ''
           AND setup_at IS NOT NULL
           AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
           AND started_at < fromUnixTimestamp64Milli({to_ms:Int64}))
 GROUP BY source, login

-- raw_alarms_of_alarm: The raw alarms that went into one alarm, newest first.
SELECT id, tenant, source, native_id, act, alarm_type, managed_object, qualifier, severity, text,
       event_at, received_at, verdict, alarm, raw
  FROM raw_alarms FINAL
 WHERE tenant IN {tenants:Array(UInt64)} AND alarm = {alarm:UInt64}
   AND received_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND received_at < fromUnixTimestamp64Milli({to_ms:Int64})
 ORDER BY received_at DESC, id DESC
 LIMIT {limit:UInt32}

-- count_verdicts: How many raw alarms had which verdict, by hour.
SELECT toUnixTimestamp(toStartOfHour(received_at)) * 1000 AS at_ms, verdict, count() AS count
  FROM raw_alarms FINAL
 WHERE tenant IN {tenants:Array(UInt64)}
   AND received_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND received_at < fromUnixTimestamp64Milli({to_ms:Int64})
 GROUP BY at_ms, verdict
 ORDER BY at_ms, verdict

-- create_versions: The list of migrations that were applied.
CREATE TABLE IF NOT EXISTS schema_versions (name String, applied_at DateTime64(3, 'UTC'))
ENGINE = MergeTree ORDER BY name

-- fetch_versions: The migrations that were applied.
SELECT DISTINCT name FROM schema_versions ORDER BY name

-- fetch_retention: How each table is kept now.
SELECT name, engine_full FROM system.tables WHERE database = currentDatabase()

-- past_days: Occurrences that began in a stretch of a tenant's past, by day.
SELECT toDate(received_at, {zone:String}) AS day, count() AS count
  FROM raw_alarms FINAL
 WHERE tenant = {tenant:UInt64} AND received_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND received_at < fromUnixTimestamp64Milli({to_ms:Int64})
   AND verdict IN ('raised', 'noticed')
 GROUP BY day

-- past_groups: Those of them that match, by day, severity, type and object.
SELECT grouping(day, severity, alarm_type, managed_object) AS what, day, severity, alarm_type,
       managed_object, count() AS count
  FROM (SELECT toDate(received_at, {zone:String}) AS day, severity, alarm_type, managed_object
          FROM raw_alarms FINAL
         WHERE tenant = {tenant:UInt64} AND received_at >= fromUnixTimestamp64Milli({from_ms:Int64})
           AND received_at < fromUnixTimestamp64Milli({to_ms:Int64})
           AND verdict IN ('raised', 'noticed') AND __match__)
 GROUP BY GROUPING SETS ((day), (severity), (alarm_type), (managed_object))
 ORDER BY what, count DESC, severity, alarm_type, managed_object
 LIMIT {limit:UInt32} BY what

-- past_kinds: How many types and objects these have.
SELECT uniqExact(alarm_type) AS types, uniqExact(managed_object) AS objects
  FROM raw_alarms FINAL
 WHERE tenant = {tenant:UInt64} AND received_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND received_at < fromUnixTimestamp64Milli({to_ms:Int64})
   AND verdict IN ('raised', 'noticed') AND __match__

-- past_samples: The newest of them.
SELECT id, tenant, source, native_id, act, alarm_type, managed_object, qualifier, severity, text,
       event_at, received_at, verdict, alarm, raw
  FROM raw_alarms FINAL
 WHERE tenant = {tenant:UInt64} AND received_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND received_at < fromUnixTimestamp64Milli({to_ms:Int64})
   AND verdict IN ('raised', 'noticed') AND __match__
 ORDER BY received_at DESC
 LIMIT {limit:UInt32}

-- past_shared: How many of them others match, too: any of the others, and each.
SELECT countIf(arrayExists(each -> each = 1, shared)) AS by_any, sumForEach(shared) AS each
  FROM (SELECT [__others__] AS shared
          FROM raw_alarms FINAL
         WHERE tenant = {tenant:UInt64} AND received_at >= fromUnixTimestamp64Milli({from_ms:Int64})
           AND received_at < fromUnixTimestamp64Milli({to_ms:Int64})
           AND verdict IN ('raised', 'noticed') AND __match__)
