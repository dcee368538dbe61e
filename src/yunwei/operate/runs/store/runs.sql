-- list_runs: Runs for a list.
SELECT r.id, r.tenant_id, t.name AS tenant_name, r.script_id AS script, r.script_name, r.version,
       r.language, r.sha256, r.digest, r.parameters, r.plan, r.choice, r.note, r.state, r.reason,
       r.total, r.counts, r.batch, r.batch_over_at, r.order_id AS order, r.retry_of_id AS retry_of,
       r.timeout_s, r.created_at, r.created_by, r.approve_until, r.judged_by, r.judged_at,
       r.judgement_note, r.started_at, r.ended_at, r.cancelled_by, r.deadline_at,
       r.watched, r.follows_id AS follows
  FROM runs_run r
  JOIN people_tenant t ON t.id = r.tenant_id

-- candidates: A tenant's desktops as possible targets, each with its agent.
SELECT d.id AS desktop, d.name, d.native_id, d.ip, s.name AS source_name, p.id AS pool,
       coalesce(p.name, d.pool) AS pool_name, coalesce(h.name, d.host) AS host_name, d.site, d.image,
       d.kind, d.operating_system, d.agent_version, d.state, d.login_state, d.tags,
       d.is_in_maintenance, a.id AS agent, s.connector, s.is_enabled,
       CASE WHEN a.id IS NULL THEN
                 CASE WHEN NOT s.is_enabled OR s.connector <> ALL(%(connectors)s::text[])
                      THEN 'no_agent'
                      WHEN d.state IN ('stopped', 'hibernated') THEN 'off'
                      ELSE 'cloud' END
            WHEN a.is_doubled THEN 'doubled'
            WHEN a.seen_at > %(now)s - INTERVAL '3 minutes' THEN 'here'
            WHEN d.state IN ('stopped', 'hibernated') THEN 'off'
            ELSE 'silent' END AS reachability
  FROM inventory_desktop d
  JOIN collect_source s ON s.id = d.source_id AND s.removed_at IS NULL
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
  LEFT JOIN inventory_host h ON h.source_id = d.source_id AND h.native_id = d.host
  LEFT JOIN LATERAL (
       SELECT g.id, n.is_doubled, n.seen_at
         FROM agents_agent g
         LEFT JOIN agents_presence n ON n.agent_id = g.id
        WHERE g.desktop_id = d.id AND g.revoked_at IS NULL AND g.tenant_id = %(tenant)s
        ORDER BY g.id DESC
        LIMIT 1) AS a ON TRUE
 WHERE d.tenant_id = %(tenant)s AND d.gone_at IS NULL

-- things: Targets of a run with what is known of their desktops now: some, or all not sent.
SELECT g.id AS target, d.name, d.native_id, s.name AS source_name, coalesce(p.name, d.pool)
       AS pool_name, coalesce(h.name, d.host) AS host_name, d.site, d.image, d.kind,
       d.operating_system, d.agent_version, d.state, d.login_state, d.tags
  FROM runs_target g
  JOIN inventory_desktop d ON d.id = g.desktop_id
  JOIN collect_source s ON s.id = d.source_id
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
  LEFT JOIN inventory_host h ON h.source_id = d.source_id AND h.native_id = d.host
 WHERE g.run_id = %(run)s
   AND (g.id = ANY(%(targets)s::bigint[])
        OR (%(targets)s::bigint[] IS NULL AND g.state IN ('queued', 'waiting')))
 ORDER BY g.place

-- things_of_tasks: Targets of a run with what is known of their desktops now, by agents' tasks.
SELECT g.task_id AS task, d.name, d.native_id, s.name AS source_name, coalesce(p.name, d.pool)
       AS pool_name, coalesce(h.name, d.host) AS host_name, d.site, d.image, d.kind,
       d.operating_system, d.agent_version, d.state, d.login_state, d.tags
  FROM runs_target g
  JOIN inventory_desktop d ON d.id = g.desktop_id
  JOIN collect_source s ON s.id = d.source_id
  LEFT JOIN inventory_pool p ON p.source_id = d.source_id AND p.native_id = d.pool
  LEFT JOIN inventory_host h ON h.source_id = d.source_id AND h.native_id = d.host
 WHERE g.run_id = %(run)s AND g.state = 'sent' AND g.task_id = ANY(%(tasks)s)

-- runs_of_orders: The open runs that ordered these of agents.
SELECT id AS run, order_id AS order FROM runs_run
 WHERE order_id = ANY(%(orders)s) AND state IN ('running', 'stopping', 'asked')

-- add_run: A new run; nothing when its key was taken before.
INSERT INTO runs_run (
       tenant_id, script_id, order_id, retry_of_id, follows_id, key, script_name, version, language, sha256,
       digest, parameters, plan, choice, note, state, reason, total, batch, timeout_s, created_at,
       created_by, approve_until, started_at, deadline_at)
VALUES (%(tenant)s, %(script)s, %(order)s, %(retry_of)s, %(follows)s, %(key)s, %(script_name)s,
        %(version)s, %(language)s, %(sha256)s, %(digest)s, %(parameters)s::jsonb, %(plan)s::jsonb,
        %(choice)s::jsonb, %(note)s, %(state)s, %(reason)s, %(total)s, %(batch)s, %(timeout_s)s,
        %(now)s, %(created_by)s, %(approve_until)s, %(started_at)s, %(deadline_at)s)
ON CONFLICT (key) DO NOTHING
RETURNING id

-- run_of_key: The run that took a key before.
SELECT id FROM runs_run WHERE key = %(key)s AND tenant_id = %(tenant)s

-- open_runs: Runs that are not over, those that were looked at by nobody else first.
SELECT id FROM runs_run WHERE state IN ('running', 'stopping', 'asked') ORDER BY id

-- lock_open: One run that is not over, unless another copy has it in hand.
SELECT id FROM runs_run
 WHERE id = %(run)s AND state IN ('running', 'stopping', 'asked')
   FOR UPDATE SKIP LOCKED

-- lock_run: One run, to be changed by a person.
SELECT id FROM runs_run WHERE id = %(run)s FOR UPDATE

-- note_standing: How a run stands now.
UPDATE runs_run
   SET state = %(state)s, reason = %(reason)s, batch = %(batch)s, batch_over_at = %(batch_over_at)s,
       counts = %(counts)s::jsonb
 WHERE id = %(run)s

-- note_judged: A person approved a run, or did not.
UPDATE runs_run
   SET state = %(state)s, judged_by = %(by)s, judged_at = %(now)s, judgement_note = %(note)s,
       started_at = %(started_at)s
 WHERE id = %(run)s

-- note_cancelled: A person wants no more of a run.
UPDATE runs_run SET state = 'stopping', reason = 'cancelled', cancelled_by = %(by)s
 WHERE id = %(run)s

-- note_over: A run is over.
UPDATE runs_run
   SET state = %(state)s, reason = %(reason)s, batch = %(batch)s, counts = %(counts)s::jsonb,
       ended_at = %(now)s
 WHERE id = %(run)s

-- watched_runs: Runs whose canary is over and whose guard has not decided.
SELECT id FROM runs_run
 WHERE state = 'running' AND batch = 0 AND batch_over_at IS NOT NULL
   AND (plan->>'watch_minutes')::integer > 0
   AND coalesce(watched->>'verdict', 'watching') = 'watching'
 ORDER BY id

-- scene: The desktops of a run's canary, and some of those that were not begun.
(SELECT g.batch, g.sent_at, d.source_id AS source, d.native_id
   FROM runs_target g
   JOIN inventory_desktop d ON d.id = g.desktop_id
  WHERE g.run_id = %(run)s AND g.batch = 0)
 UNION ALL
(SELECT g.batch, g.sent_at, d.source_id AS source, d.native_id
   FROM runs_target g
   JOIN inventory_desktop d ON d.id = g.desktop_id
  WHERE g.run_id = %(run)s AND g.batch IS NULL AND g.state IN ('queued', 'waiting')
    AND d.state = 'running'
  ORDER BY g.place
  LIMIT %(limit)s)

-- note_watched: What the guard of a run sees.
UPDATE runs_run SET watched = %(watched)s::jsonb WHERE id = %(run)s
