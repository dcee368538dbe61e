-- totals: Runs that were asked for in a stretch of time, with their targets.
SELECT count(*) AS runs,
       count(*) FILTER (WHERE r.approve_until IS NOT NULL) AS waited,
       count(*) FILTER (WHERE r.state IN ('declined', 'lapsed')) AS refused,
       count(*) FILTER (WHERE r.state = 'stopped') AS stopped,
       count(*) FILTER (WHERE r.state = 'stopped' AND r.reason IN ('harmful', 'blind')) AS guarded,
       count(DISTINCT r.created_by) AS people,
       coalesce(sum(t.targets), 0)::bigint AS targets,
       coalesce(sum(t.succeeded), 0)::bigint AS succeeded,
       coalesce(sum(t.failed), 0)::bigint AS failed,
       coalesce(sum(t.open), 0)::bigint AS open,
       coalesce(sum(t.targets - t.succeeded - t.failed - t.open), 0)::bigint AS unreached
  FROM runs_run r
  LEFT JOIN LATERAL (
       SELECT count(*) AS targets,
              count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
              count(*) FILTER (WHERE state IN ('failed', 'timed_out', 'interrupted')) AS failed,
              count(*) FILTER (WHERE state IN ('queued', 'waiting', 'sent', 'running')) AS open
         FROM runs_target WHERE run_id = r.id) t ON true
 WHERE r.tenant_id = ANY(%(tenants)s)
   AND r.created_at >= %(since)s AND r.created_at < %(until)s

-- by_script: The same by script, those with the most targets first.
SELECT r.script_name AS script, count(DISTINCT r.id) AS runs,
       count(DISTINCT t.desktop_id) AS desktops, count(t.id) AS targets,
       count(*) FILTER (WHERE t.state = 'succeeded') AS succeeded,
       count(*) FILTER (WHERE t.state IN ('failed', 'timed_out', 'interrupted')) AS failed,
       count(*) FILTER (WHERE t.state IN ('expired', 'cancelled', 'refused', 'unknown', 'skipped'))
           AS unreached,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.ended_at - t.started_at))
           FILTER (WHERE t.state = 'succeeded') AS median_s,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM t.ended_at - t.started_at))
           FILTER (WHERE t.state = 'succeeded') AS p95_s
  FROM runs_run r
  LEFT JOIN runs_target t ON t.run_id = r.id
 WHERE r.tenant_id = ANY(%(tenants)s)
   AND r.created_at >= %(since)s AND r.created_at < %(until)s
 GROUP BY r.script_name
 ORDER BY count(t.id) DESC, r.script_name
 LIMIT 500

-- by_pool: The same by the pool in which a desktop is now.
SELECT coalesce(p.name, '') AS pool, count(DISTINCT t.desktop_id) AS desktops,
       count(*) AS targets,
       count(*) FILTER (WHERE t.state = 'succeeded') AS succeeded,
       count(*) FILTER (WHERE t.state IN ('failed', 'timed_out', 'interrupted')) AS failed
  FROM runs_run r
  JOIN runs_target t ON t.run_id = r.id
  LEFT JOIN inventory_desktop d ON d.id = t.desktop_id
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
 WHERE r.tenant_id = ANY(%(tenants)s)
   AND r.created_at >= %(since)s AND r.created_at < %(until)s
 GROUP BY coalesce(p.name, '')
 ORDER BY count(*) DESC, coalesce(p.name, '')
 LIMIT 500

-- causes: Why targets did not succeed, the most frequent first.
SELECT r.script_name AS script, t.state, t.reason, t.exit_code, count(*) AS targets,
       max(t.ended_at) AS last_at
  FROM runs_run r
  JOIN runs_target t ON t.run_id = r.id
 WHERE r.tenant_id = ANY(%(tenants)s)
   AND r.created_at >= %(since)s AND r.created_at < %(until)s
   AND t.state NOT IN ('succeeded', 'queued', 'waiting', 'sent', 'running')
 GROUP BY r.script_name, t.state, t.reason, t.exit_code
 ORDER BY count(*) DESC, r.script_name, t.state, t.reason
 LIMIT 100

-- slowest: The targets on which something took longest.
SELECT r.script_name AS script, t.desktop_name AS desktop, r.id AS run,
       extract(epoch FROM t.ended_at - t.started_at)::float8 AS seconds, t.ended_at
  FROM runs_run r
  JOIN runs_target t ON t.run_id = r.id
 WHERE r.tenant_id = ANY(%(tenants)s)
   AND r.created_at >= %(since)s AND r.created_at < %(until)s
   AND t.started_at IS NOT NULL AND t.ended_at IS NOT NULL
 ORDER BY t.ended_at - t.started_at DESC, t.id
 LIMIT 15

-- judged: Runs that waited for an approval, or were stopped, the newest first.
SELECT r.id AS run, r.script_name AS script, r.state, r.reason, r.total, r.created_at,
       r.created_by, r.judged_by
  FROM runs_run r
 WHERE r.tenant_id = ANY(%(tenants)s)
   AND r.created_at >= %(since)s AND r.created_at < %(until)s
   AND (r.approve_until IS NOT NULL OR r.state = 'stopped')
 ORDER BY r.id DESC
 LIMIT 200

-- by_day: Targets that came to an end on each local day.
SELECT date_trunc('day', t.ended_at AT TIME ZONE %(time_zone)s) AT TIME ZONE %(time_zone)s AS at,
       count(*) FILTER (WHERE t.state = 'succeeded') AS succeeded,
       count(*) FILTER (WHERE t.state IN ('failed', 'timed_out', 'interrupted')) AS failed
  FROM runs_run r
  JOIN runs_target t ON t.run_id = r.id
 WHERE r.tenant_id = ANY(%(tenants)s)
   AND r.created_at >= %(since)s AND r.created_at < %(until)s AND t.ended_at IS NOT NULL
 GROUP BY 1
 ORDER BY 1
