-- note_heard: Says that sources were heard by themselves, at most once in 30 s each.
WITH heard AS (
    SELECT s.id, s.tenant_id, told.at, told.read
      FROM unnest(%(sources)s::bigint[], %(ats)s::timestamptz[], %(reads)s::text[])
           AS told (source, at, read)
      JOIN collect_source s ON s.id = told.source
     WHERE s.is_enabled AND s.removed_at IS NULL AND NOT s.is_internal),
marked AS (
    UPDATE collect_source s
       SET last_ok_at = greatest(s.last_ok_at, heard.at),
           state = CASE WHEN s.state = 'new' THEN 'ok' ELSE s.state END,
           state_since = CASE WHEN s.state = 'new' THEN heard.at ELSE s.state_since END,
           state_changes = s.state_changes + (s.state = 'new')::integer
      FROM heard
     WHERE s.id = heard.id
       AND (s.last_ok_at IS NULL OR s.last_ok_at < heard.at - interval '30 seconds'))
INSERT INTO collect_sourceread AS r (tenant_id, source_id, read, state, last_ok_at)
SELECT tenant_id, id, read, 'ok', at FROM heard
ON CONFLICT (source_id, read) DO UPDATE SET state = 'ok', last_ok_at = excluded.last_ok_at
 WHERE r.last_ok_at IS NULL OR r.last_ok_at < excluded.last_ok_at - interval '30 seconds'
    OR r.state <> 'ok'

-- add_counts: Adds to what was counted in this hour, and forgets what is older than is shown.
WITH old AS (DELETE FROM collect_sourcecount WHERE hour < %(since)s)
INSERT INTO collect_sourcecount AS c (source_id, hour, kind, count)
SELECT s.id, %(at)s, told.kind, told.count
  FROM unnest(%(sources)s::bigint[], %(kinds)s::text[], %(counts)s::bigint[])
       AS told (source, kind, count)
  JOIN collect_source s ON s.id = told.source
ON CONFLICT (source_id, hour, kind) DO UPDATE SET count = c.count + excluded.count

-- counts_of_source: What was counted of a source, by hour and kind.
SELECT hour, kind, count
  FROM collect_sourcecount
 WHERE source_id = %(source)s AND hour >= %(since)s
 ORDER BY hour, kind

-- keep_engines: Writes the clocks of senders' engines, never an older over a newer.
INSERT INTO collect_snmpengine AS e (
       tenant_id, source_id, engine_id, address, user_name, boots, time_s, heard_at)
SELECT s.tenant_id, s.id, r.engine_id, r.address, r.user_name, r.boots, r.time_s, r.heard_at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       source bigint, engine_id text, address text, user_name text, boots bigint, time_s bigint,
       heard_at timestamptz)
  JOIN collect_source s ON s.id = r.source AND s.removed_at IS NULL
ON CONFLICT (source_id, engine_id) DO UPDATE SET
       address = excluded.address, user_name = excluded.user_name, boots = excluded.boots,
       time_s = excluded.time_s, heard_at = excluded.heard_at
 WHERE (excluded.boots, excluded.time_s) > (e.boots, e.time_s)

-- fetch_engines: The clocks of all engines, the newest first.
SELECT source_id AS source, engine_id, address, user_name AS "user", boots, time_s,
       greatest(0, extract(epoch FROM %(now)s - heard_at))::float8 AS ago_s
  FROM collect_snmpengine
 ORDER BY heard_at DESC
 LIMIT %(limit)s

-- engines_of_source: The engines that were heard of a source, the newest first.
SELECT engine_id, address, user_name AS "user", boots, time_s, heard_at
  FROM collect_snmpengine
 WHERE source_id = %(source)s
 ORDER BY heard_at DESC, engine_id
 LIMIT %(limit)s

-- forget_engine: Forgets the clock of an engine; returns it when it was there.
DELETE FROM collect_snmpengine
 WHERE source_id = %(source)s AND engine_id = %(engine_id)s
RETURNING address

-- forget_engines: Forgets all engines of a source.
DELETE FROM collect_snmpengine WHERE source_id = %(source)s

-- add_samples: Keeps what came lately.
INSERT INTO collect_sample (source_id, shape, received_at, address, data, outcome)
SELECT s.id, r.shape, r.received_at, r.address, decode(r.data, 'base64'), r.outcome
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       source bigint, shape text, received_at timestamptz, address text, data text, outcome jsonb)
  JOIN collect_source s ON s.id = r.source

-- drop_old_samples: Leaves a few of each shape, and not too many of a source.
DELETE FROM collect_sample
 WHERE id IN (SELECT id
                FROM (SELECT id, row_number() OVER (PARTITION BY source_id, shape ORDER BY id DESC)
                             AS of_shape,
                             row_number() OVER (PARTITION BY source_id ORDER BY id DESC) AS of_all
                        FROM collect_sample
                       WHERE source_id = ANY(%(sources)s)) AS numbered
               WHERE of_shape > %(limit)s OR of_all > %(count)s)

-- samples_of_source: What came of a source lately, newest first.
SELECT id, shape, received_at, address, data, outcome
  FROM collect_sample
 WHERE source_id = %(source)s AND id > %(id)s
 ORDER BY id DESC
 LIMIT %(limit)s

-- last_sample: The newest sample of a source.
SELECT coalesce(max(id), 0) AS id FROM collect_sample WHERE source_id = %(source)s
