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

-- rows: Connections, each as it was read last; the chosen ones only.
SELECT c.tenant AS tenant, c.source AS source, c.native_id AS native_id,
       toUnixTimestamp64Milli(c.started_at) AS started_ms,
       toUnixTimestamp64Milli(c.setup_at) AS setup_ms,
       toUnixTimestamp64Milli(c.ended_at) AS ended_ms, c.login AS login, c.desktop AS desktop,
       c.client_type AS client_type, c.client_version AS client_version,
       c.is_reconnect AS is_reconnect, c.failure AS failure
  FROM connections AS c FINAL
 WHERE tenant IN {tenants:Array(UInt64)}
   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64} - {before_ms:Int64})
   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
   AND ({login:String} = '' OR positionCaseInsensitiveUTF8(c.login, {login:String}) > 0)
   AND ({department:String} = '' OR (tenant, source, c.login) IN
        (SELECT tenant, source, login FROM known_users FINAL
          WHERE tenant IN {tenants:Array(UInt64)} AND department = {department:String}))
   AND ({pool:String} = '' OR (source, c.desktop) IN
        (SELECT source, desktop FROM known_desktops FINAL
          WHERE tenant IN {tenants:Array(UInt64)} AND source = {pool_source:UInt64}
            AND pool = {pool:String}))

-- intervals: The connected time of connections: `rules/intervals.py` says the same in Python.
-- Only for those without an end it is looked up when the same user came to the same desktop again.
SELECT source, native_id, login, desktop, client_type, client_version,
       greatest(started_ms, assumeNotNull(setup_ms)) AS begin_ms,
       greatest(begin_ms, least(transform(source, {sources:Array(UInt64)},
                                          {until_ms:Array(Int64)}, toInt64(0)),
                                started_ms + 604800000, over_ms)) AS end_ms
  FROM (SELECT source, native_id, login, desktop, client_type, client_version, started_ms,
               setup_ms, assumeNotNull(ended_ms) AS over_ms
          FROM (__rows__)
         WHERE setup_ms IS NOT NULL AND ended_ms IS NOT NULL
         UNION ALL
        SELECT o.source, o.native_id, o.login, o.desktop, o.client_type, o.client_version,
               o.started_ms, o.setup_ms,
               if(n.started_ms > 0 AND o.login != '', n.started_ms, toInt64(9000000000000000))
          FROM (SELECT * FROM (__rows__) WHERE setup_ms IS NOT NULL AND ended_ms IS NULL) AS o
          ASOF LEFT JOIN (SELECT source, login, desktop, started_ms FROM (__rows__)
                           WHERE setup_ms IS NOT NULL AND started_ms >
                                 (SELECT min(started_ms) FROM (__rows__)
                                   WHERE setup_ms IS NOT NULL AND ended_ms IS NULL)) AS n
            ON n.source = o.source AND n.login = o.login AND n.desktop = o.desktop
           AND o.started_ms < n.started_ms)
 WHERE {client:String} = '' OR client_type = {client:String}

-- pieces: The connected time of each user (or session) within a stretch of time, in pieces that do
-- not overlap: of each interval, in order, what no earlier one has covered.
SELECT part, source, name, greatest(begin_ms, before_ms, {from_ms:Int64}) AS piece_from,
       least(end_ms, {to_ms:Int64}) AS piece_to
  FROM (SELECT part, source, name, begin_ms, end_ms,
               max(end_ms) OVER (PARTITION BY sipHash128(part, source, name)
                                 ORDER BY begin_ms, end_ms
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_ms
          FROM (SELECT multiIf({by:String} = 'pool', concat(toString(i.source), ':', d.pool),
                               {by:String} = 'department', u.department,
                               {by:String} = 'client', i.client_type,
                               {by:String} = 'client_version', i.client_version, '') AS part,
                       i.source AS source,
                       if({counted:String} = 'users', i.login, i.native_id) AS name,
                       i.begin_ms AS begin_ms, i.end_ms AS end_ms
                  FROM (__intervals__) AS i
                  LEFT ANY JOIN (SELECT source, login, department FROM known_users FINAL
                                  WHERE tenant IN {tenants:Array(UInt64)}
                                    AND {by:String} = 'department') AS u
                    ON u.source = i.source AND u.login = i.login
                  LEFT ANY JOIN (SELECT source, desktop, pool FROM known_desktops FINAL
                                  WHERE tenant IN {tenants:Array(UInt64)}
                                    AND {by:String} = 'pool') AS d
                    ON d.source = i.source AND d.desktop = i.desktop
                 WHERE i.end_ms > i.begin_ms AND i.end_ms > {from_ms:Int64})
         WHERE name != '')
 WHERE piece_to > piece_from

-- concurrency: A sweep over all beginnings and ends: for each part and step of time that holds any,
-- the first change in it, the highest count after a change and its first instant, the count at
-- the end. All exact; instants in milliseconds since the beginning of the step.
SELECT part, place, min(at) - {from_ms:Int64} - place * {step_ms:Int64} AS first_ms,
       max(standing) AS highest,
       argMin(at, (-standing, at)) - {from_ms:Int64} - place * {step_ms:Int64} AS highest_ms,
       argMax(standing, at) AS last
  FROM (SELECT part, at, intDiv(at - {from_ms:Int64}, {step_ms:Int64}) AS place,
               sum(change) OVER (PARTITION BY part ORDER BY at
                                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS standing
          FROM (SELECT part, at, sum(step) AS change
                  FROM (SELECT part, piece_from, piece_to FROM (__pieces__))
                 ARRAY JOIN [piece_from, piece_to] AS at, [1, -1] AS step
                 GROUP BY part, at))
 WHERE at < {to_ms:Int64}
 GROUP BY part, place
 ORDER BY part, place

-- days: Users and their connected time by day. days_ms: the first instants of days, and the end.
SELECT number, uniqExact((source, name)) AS users,
       sum(least(piece_to, {days_ms:Array(Int64)}[number + 1])
           - greatest(piece_from, {days_ms:Array(Int64)}[number])) AS connected_ms
  FROM (SELECT source, name, piece_from, piece_to FROM (__pieces__))
 ARRAY JOIN arrayFilter(n -> {days_ms:Array(Int64)}[n] < piece_to
                             AND {days_ms:Array(Int64)}[n + 1] > piece_from,
                        range(1, length({days_ms:Array(Int64)}))) AS number
 GROUP BY number
 ORDER BY number

-- active: Different users of the time, and of its end.
SELECT uniqExactIf((source, name), piece_to > {since_ms:Int64}) AS users,
       uniqExactIf((source, name), piece_to > {week_ms:Int64}) AS week,
       uniqExactIf((source, name), piece_to > {month_ms:Int64}) AS month,
       sum(greatest(0, piece_to - greatest(piece_from, {since_ms:Int64}))) AS connected_ms
  FROM (__pieces__)

-- user_times: The users with the most connected time.
SELECT source, name AS login, sum(day_ms) AS connected_ms, count() AS days,
       quantileExactInclusive(0.5)(first_ms) AS first_in_ms,
       quantileExactInclusive(0.5)(last_ms) AS last_out_ms, count() OVER () AS total
  FROM (SELECT source, name, number,
               sum(least(piece_to, {days_ms:Array(Int64)}[number + 1])
                   - greatest(piece_from, {days_ms:Array(Int64)}[number])) AS day_ms,
               greatest(min(piece_from), {days_ms:Array(Int64)}[number])
                   - {days_ms:Array(Int64)}[number] AS first_ms,
               least(max(piece_to), {days_ms:Array(Int64)}[number + 1])
                   - {days_ms:Array(Int64)}[number] AS last_ms
          FROM (SELECT source, name, piece_from, piece_to FROM (__pieces__))
         ARRAY JOIN arrayFilter(n -> {days_ms:Array(Int64)}[n] < piece_to
                                     AND {days_ms:Array(Int64)}[n + 1] > piece_from,
                                range(1, length({days_ms:Array(Int64)}))) AS number
         GROUP BY source, name, number)
 GROUP BY source, name
 ORDER BY connected_ms DESC, source, login
 LIMIT {limit:UInt32} OFFSET {offset:UInt32}

-- part_times: Users and connected time by what they are told apart by.
SELECT part, uniqExact((source, name)) AS users, sum(piece_to - piece_from) AS connected_ms
  FROM (__pieces__)
 GROUP BY part
 ORDER BY connected_ms DESC, part
 LIMIT {limit:UInt32}

-- hours: Users' connected time by hour, counted from hour_ms on.
SELECT place, sum(least(piece_to, {hour_ms:Int64} + (place + 1) * 3600000)
                  - greatest(piece_from, {hour_ms:Int64} + place * 3600000)) AS connected_ms
  FROM (SELECT piece_from, piece_to FROM (__pieces__))
 ARRAY JOIN range(toUInt32(intDiv(piece_from - {hour_ms:Int64}, 3600000)),
                  toUInt32(intDiv(piece_to - 1 - {hour_ms:Int64}, 3600000)) + 1) AS place
 GROUP BY place
 ORDER BY place

-- attempts: Attempts to connect that began in a stretch of time, by what they are told apart by.
-- An attempt that ended without ever being usable has failed, whether a reason was told or not.
SELECT part, count() AS attempts, countIf(has_failed) AS failures,
       countIf(is_reconnect AND NOT has_failed) AS reconnects, countIf(is_timed) AS timed,
       quantileExactInclusiveIf(0.5)(logon_s, is_timed) AS p50_s,
       quantileExactInclusiveIf(0.95)(logon_s, is_timed) AS p95_s
  FROM (SELECT multiIf({by:String} = 'pool', concat(toString(r.source), ':', d.pool),
                       {by:String} = 'department', u.department,
                       {by:String} = 'client', r.client_type,
                       {by:String} = 'client_version', r.client_version, '') AS part,
               r.is_reconnect AS is_reconnect,
               r.failure != '' OR (r.setup_ms IS NULL AND r.ended_ms IS NOT NULL) AS has_failed,
               NOT r.is_reconnect AND r.failure = '' AND ifNull(r.setup_ms >= r.started_ms, false)
                   AS is_timed,
               (ifNull(r.setup_ms, 0) - r.started_ms) / 1000 AS logon_s
          FROM (__rows__) AS r
          LEFT ANY JOIN (SELECT source, login, department FROM known_users FINAL
                          WHERE tenant IN {tenants:Array(UInt64)}
                            AND {by:String} = 'department') AS u
            ON u.source = r.source AND u.login = r.login
          LEFT ANY JOIN (SELECT source, desktop, pool FROM known_desktops FINAL
                          WHERE tenant IN {tenants:Array(UInt64)}
                            AND {by:String} = 'pool') AS d
            ON d.source = r.source AND d.desktop = r.desktop
         WHERE r.started_ms >= {from_ms:Int64} AND r.started_ms < {to_ms:Int64}
           AND ({client:String} = '' OR r.client_type = {client:String}))
 GROUP BY part
 ORDER BY attempts DESC, part
 LIMIT {limit:UInt32}

-- failures: Failed attempts by the reason that the source gave, most first.
SELECT failure AS reason, count() AS attempts, uniqExactIf((source, login), login != '') AS users,
       max(started_ms) AS last_ms
  FROM (__rows__)
 WHERE started_ms >= {from_ms:Int64} AND started_ms < {to_ms:Int64}
   AND ({client:String} = '' OR client_type = {client:String})
   AND (failure != '' OR (setup_ms IS NULL AND ended_ms IS NOT NULL))
 GROUP BY reason
 ORDER BY attempts DESC, reason
 LIMIT {limit:UInt32}

-- clients: The kinds of client that were used lately.
SELECT DISTINCT client_type FROM connections
 WHERE tenant IN {tenants:Array(UInt64)} AND client_type != ''
   AND started_at >= fromUnixTimestamp64Milli({from_ms:Int64})
   AND started_at < fromUnixTimestamp64Milli({to_ms:Int64})
 ORDER BY client_type
 LIMIT 100
