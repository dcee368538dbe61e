-- list_targets: Targets for a list.
SELECT g.id, g.run_id, r.tenant_id, g.place, g.desktop_id AS desktop, g.desktop_name,
       g.agent_id AS agent, g.task_id AS task, g.cloud_order_id AS cloud_order,
       g.ssh_profile_id AS ssh_profile, g.batch, g.state,
       g.reason, g.sent_at, g.started_at, g.ended_at, g.exit_code, g.output_bytes, g.is_cut,
       g.output_digest AS digest
  FROM runs_target g
  JOIN runs_run r ON r.id = g.run_id

-- add_targets: The desktops of a run, frozen.
INSERT INTO runs_target (
       run_id, desktop_id, place, desktop_name, state, reason, ssh_profile_id, ended_at)
SELECT %(run)s, r.desktop, r.place, r.name, r.state, r.reason, r.ssh_profile,
       CASE WHEN r.state = 'skipped' THEN %(now)s END
  FROM unnest(%(rows.desktop)s::bigint[], %(rows.place)s::integer[], %(rows.name)s::text[],
              %(rows.state)s::text[], %(rows.reason)s::text[], %(rows.ssh_profile)s::bigint[])
       AS r (desktop, place, name, state, reason, ssh_profile)

-- count_states: Targets of a run by state and batch; of those in flight, whose agent is not heard.
SELECT g.state, g.batch, count(*) AS count,
       count(*) FILTER (
           WHERE g.state IN ('sent', 'running') AND g.sent_at < %(now)s - INTERVAL '3 minutes'
             AND p.seen_at < %(now)s - INTERVAL '5 minutes') AS stalled
  FROM runs_target g
  LEFT JOIN agents_presence p ON p.agent_id = g.agent_id
 WHERE g.run_id = %(run)s
 GROUP BY g.state, g.batch

-- take_news: What became of a run's targets by the ledger of agents.
UPDATE runs_target g
   SET state = CASE t.state WHEN 'waiting' THEN 'sent' WHEN 'started' THEN 'running'
                            ELSE t.state END,
       reason = t.reason, started_at = t.started_at, ended_at = t.ended_at,
       exit_code = t.exit_code, output_bytes = t.output_bytes, output_digest = t.output_digest,
       is_cut = t.is_cut
  FROM agents_task t
 WHERE g.run_id = %(run)s AND t.id = g.task_id
   AND ((g.state = 'sent' AND t.state <> 'waiting')
        OR (g.state = 'running' AND t.state NOT IN ('waiting', 'started')))

-- take_late_news: What was unknown, and was heard of after all; returns the runs.
UPDATE runs_target g
   SET state = t.state, reason = t.reason, started_at = t.started_at, ended_at = t.ended_at,
       exit_code = t.exit_code, output_bytes = t.output_bytes, output_digest = t.output_digest,
       is_cut = t.is_cut
  FROM agents_task t
 WHERE g.state = 'unknown' AND t.id = g.task_id
   AND t.state NOT IN ('unknown', 'waiting', 'started')
RETURNING g.run_id AS run

-- note_presence: Which targets that were not sent are reached now: by agent, else otherwise.
UPDATE runs_target g
   SET state = CASE WHEN now_is.here THEN 'queued' ELSE 'waiting' END
  FROM (SELECT x.id, coalesce(
               (SELECT bool_or(NOT p.is_doubled AND p.seen_at > %(now)s - INTERVAL '3 minutes')
                  FROM agents_agent a LEFT JOIN agents_presence p ON p.agent_id = a.id
                 WHERE a.desktop_id = x.desktop_id AND a.revoked_at IS NULL
                   AND a.tenant_id = %(tenant)s
                HAVING count(*) > 0),
               EXISTS (
               SELECT 1 FROM inventory_desktop d JOIN collect_source s ON s.id = d.source_id
                WHERE d.id = x.desktop_id AND d.gone_at IS NULL
                  AND d.state NOT IN ('stopped', 'hibernated') AND s.removed_at IS NULL
                  AND (x.ssh_profile_id IS NOT NULL
                       OR (s.is_enabled AND s.connector = ANY(%(connectors)s::text[]))))) AS here
          FROM runs_target x
         WHERE x.run_id = %(run)s AND x.state IN ('queued', 'waiting')) AS now_is
 WHERE g.id = now_is.id AND (g.state = 'queued') <> now_is.here

-- choose: The next targets, each with what it is reached by, and what speaks against it.
SELECT g.id, a.id AS agent, CASE WHEN a.id IS NULL THEN g.ssh_profile_id END AS ssh_profile,
       CASE WHEN a.id IS NULL AND g.ssh_profile_id IS NULL THEN d.source_id END AS source,
       coalesce(d.is_in_maintenance, false) AS is_in_maintenance,
       coalesce(d.login_state, '') = 'connected' AS is_active
  FROM runs_target g
  JOIN inventory_desktop d ON d.id = g.desktop_id
  JOIN collect_source s ON s.id = d.source_id
  LEFT JOIN LATERAL (SELECT x.id FROM agents_agent x
                 WHERE x.desktop_id = d.id AND x.revoked_at IS NULL AND x.tenant_id = %(tenant)s
                 ORDER BY x.id DESC LIMIT 1) AS a ON TRUE
 WHERE g.run_id = %(run)s AND g.state = 'queued'
   AND (a.id IS NOT NULL OR g.ssh_profile_id IS NOT NULL
        OR (s.is_enabled AND s.removed_at IS NULL AND s.connector = ANY(%(connectors)s::text[])))
 ORDER BY g.place
 LIMIT %(limit)s

-- note_sent: Targets that are given to their agents, each with its task in the ledger.
UPDATE runs_target g
   SET state = 'sent', batch = %(batch)s, sent_at = %(now)s, agent_id = r.agent, task_id = r.task
  FROM unnest(%(rows.id)s::bigint[], %(rows.agent)s::bigint[], %(rows.task)s::bigint[])
       AS r (id, agent, task)
 WHERE g.id = r.id AND g.state = 'queued'

-- skip: Targets that are left out, each for its reason.
UPDATE runs_target g
   SET state = 'skipped', reason = r.reason, ended_at = %(now)s
  FROM unnest(%(rows.id)s::bigint[], %(rows.reason)s::text[]) AS r (id, reason)
 WHERE g.id = r.id AND g.state IN ('queued', 'waiting')

-- end_pending: What was not sent is not sent any more.
UPDATE runs_target
   SET state = %(state)s, reason = %(reason)s, ended_at = %(now)s
 WHERE run_id = %(run)s AND state IN ('queued', 'waiting')

-- groups: Targets of a run that ended alike.
SELECT state, CASE WHEN state IN ('skipped', 'refused') THEN reason ELSE '' END AS reason,
       exit_code, output_digest AS digest, count(*) AS count, min(id) AS sample
  FROM runs_target
 WHERE run_id = %(run)s AND state NOT IN ('queued', 'waiting', 'sent', 'running')
 GROUP BY 1, 2, 3, 4
 ORDER BY count(*) DESC, min(id)
 LIMIT %(limit)s

-- retried: The desktops of a run that did not succeed.
SELECT desktop_id AS desktop FROM runs_target
 WHERE run_id = %(run)s AND desktop_id IS NOT NULL
   AND state NOT IN ('queued', 'waiting', 'sent', 'running', 'succeeded')
 ORDER BY place

-- followed: The desktops of a run that ended so; what is null does not matter.
SELECT desktop_id AS desktop FROM runs_target
 WHERE run_id = %(run)s AND desktop_id IS NOT NULL
   AND state NOT IN ('queued', 'waiting', 'sent', 'running')
   AND (%(states)s::text[] IS NULL OR state = ANY(%(states)s::text[]))
   AND (%(exit_codes)s::integer[] IS NULL OR exit_code = ANY(%(exit_codes)s::integer[]))
   AND (%(digest)s::text IS NULL OR output_digest = %(digest)s::text)
   AND (%(reason)s::text IS NULL OR reason = %(reason)s::text)
 ORDER BY place

-- output_heads: How the output of some targets begins.
(SELECT DISTINCT ON (g.id) g.id AS target, o.data
   FROM runs_target g
   JOIN agents_output o ON o.task_id = g.task_id
  WHERE g.id = ANY(%(targets)s)
  ORDER BY g.id, o.place)
 UNION ALL
SELECT c.target_id, substring(c.data FOR 4096)
  FROM runs_cloudoutput c WHERE c.target_id = ANY(%(targets)s)
 ORDER BY 1

-- outputs: What some targets of a run printed, as far as it was kept.
SELECT g.id AS target, o.place, o.data
  FROM runs_target g
  JOIN agents_output o ON o.task_id = g.task_id
 WHERE g.id = ANY(%(targets)s)
 UNION ALL
SELECT c.target_id, 0, c.data FROM runs_cloudoutput c WHERE c.target_id = ANY(%(targets)s)
 ORDER BY 1, 2
