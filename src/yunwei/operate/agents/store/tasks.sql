-- list_tasks: Tasks for a list.
SELECT t.id, t.order_id, o.tenant_id, o.title, t.agent_id, a.name AS agent_name, a.desktop_id,
       coalesce(d.name, '') AS desktop_name, t.attempt, t.state, o.created_at, t.rung_at,
       t.cancel_at IS NOT NULL AS is_cancel_wanted, t.started_at, t.ended_at, t.exit_code,
       t.reason, t.output_bytes, t.is_cut, t.output_digest AS digest,
       NOT EXISTS (SELECT 1 FROM agents_task later
                    WHERE later.order_id = t.order_id AND later.agent_id = t.agent_id
                      AND later.attempt > t.attempt) AS is_last
  FROM agents_task t
  JOIN agents_order o ON o.id = t.order_id
  JOIN agents_agent a ON a.id = t.agent_id
  LEFT JOIN inventory_desktop d ON d.id = a.desktop_id

-- list_orders: Orders for a list.
SELECT o.id, o.tenant_id, o.title, s.language, encode(o.script_id, 'hex') AS digest, o.created_at,
       o.created_by, o.deadline_at, o.timeout_s
  FROM agents_order o
  JOIN agents_script s ON s.digest = o.script_id

-- count_states: Tasks of an order by state, each agent's last attempt.
SELECT state, count(*) AS count
  FROM (SELECT DISTINCT ON (agent_id) state
          FROM agents_task WHERE order_id = %(order)s
         ORDER BY agent_id, attempt DESC) AS last_attempts
 GROUP BY state

-- result_groups: Tasks of an order that ended alike, each agent's last attempt.
SELECT state, exit_code, output_digest AS digest, count(*) AS count, min(id) AS sample
  FROM (SELECT DISTINCT ON (agent_id) id, state, exit_code, output_digest
          FROM agents_task WHERE order_id = %(order)s
         ORDER BY agent_id, attempt DESC) AS last_attempts
 WHERE state NOT IN ('waiting', 'started')
 GROUP BY state, exit_code, output_digest
 ORDER BY count(*) DESC
 LIMIT %(limit)s

-- add_script: A script under its digest, kept once.
INSERT INTO agents_script (digest, language, body)
VALUES (%(digest)s, %(language)s, %(body)s)
ON CONFLICT (digest) DO NOTHING

-- add_order: A new order; nothing when its key was taken before.
INSERT INTO agents_order (
       tenant_id, key, title, script_id, parameters, secret_names, created_at, created_by,
       deadline_at, timeout_s, output_limit_bytes)
VALUES (%(tenant)s, %(key)s, %(title)s, %(digest)s, %(parameters)s, %(secret_names)s::jsonb,
        %(now)s, %(created_by)s, %(deadline_at)s, %(timeout_s)s, %(output_limit_bytes)s)
ON CONFLICT (key) DO NOTHING
RETURNING id

-- order_of_key: The order that took a key before.
SELECT id FROM agents_order WHERE key = %(key)s AND tenant_id = %(tenant)s

-- add_tasks: A task for each of a tenant's agents that is not cut off.
INSERT INTO agents_task (order_id, agent_id, due_at)
SELECT %(order)s, a.id, %(now)s
  FROM agents_agent a
 WHERE a.id = ANY(%(agents)s) AND a.tenant_id = %(tenant)s AND a.revoked_at IS NULL
ON CONFLICT (order_id, agent_id, attempt) DO NOTHING
RETURNING agent_id AS agent, id AS task

-- forget_parameters: What an order gave its script, once nobody will be told it any more.
UPDATE agents_order o SET parameters = ''
 WHERE o.id = %(order)s AND NOT EXISTS (
       SELECT 1 FROM agents_task t
        WHERE t.order_id = o.id AND t.state = 'waiting' AND t.cancel_at IS NULL)

-- agents_of_desktops: The agent of each desktop that has one.
SELECT DISTINCT ON (a.desktop_id) a.desktop_id AS desktop, a.id AS agent
  FROM agents_agent a
 WHERE a.desktop_id = ANY(%(desktops)s) AND a.tenant_id = ANY(%(tenants)s)
   AND a.revoked_at IS NULL
 ORDER BY a.desktop_id, a.id DESC

-- retry_tasks: Another attempt for those whose last one ended in some state.
INSERT INTO agents_task (order_id, agent_id, attempt, due_at)
SELECT last.order_id, last.agent_id, last.attempt + 1, %(now)s
  FROM (SELECT DISTINCT ON (agent_id) order_id, agent_id, attempt, state
          FROM agents_task WHERE order_id = %(order)s
         ORDER BY agent_id, attempt DESC) AS last
  JOIN agents_agent a ON a.id = last.agent_id AND a.revoked_at IS NULL
 WHERE last.state = ANY(%(states)s)
ON CONFLICT (order_id, agent_id, attempt) DO NOTHING
RETURNING id

-- prolong_order: An order may be begun for longer.
UPDATE agents_order SET deadline_at = greatest(deadline_at, %(deadline_at)s) WHERE id = %(order)s

-- cancel_tasks: Open tasks are not wanted; what was never handed out is over at once.
UPDATE agents_task
   SET cancel_at = %(now)s, due_at = %(now)s, reason = '',
       state = CASE WHEN rung_at IS NULL THEN 'cancelled' ELSE state END,
       ended_at = CASE WHEN rung_at IS NULL THEN %(now)s ELSE ended_at END
 WHERE order_id = %(order)s AND state IN ('waiting', 'started')
   AND (cancel_at IS NULL OR starts_with(reason, 'gate_'))
   AND (%(task)s::bigint IS NULL OR id = %(task)s)
RETURNING id

-- whole_orders: Orders as commands are made of them.
SELECT o.id, s.language, s.digest, s.body, o.parameters, o.secret_names, o.created_at,
       o.deadline_at, o.timeout_s, o.output_limit_bytes
  FROM agents_order o
  JOIN agents_script s ON s.digest = o.script_id
 WHERE o.id = ANY(%(orders)s)

-- hand_out: Tasks that are due at agents that are there, to be told once more later.
WITH due AS (
    SELECT t.id, t.rung_at IS NULL AS is_new
      FROM agents_task t
      JOIN agents_presence p ON p.agent_id = t.agent_id
     WHERE t.state = 'waiting' AND t.due_at <= %(now)s AND t.cancel_at IS NULL
       AND p.seen_at > %(now)s - INTERVAL '3 minutes' AND NOT p.is_doubled
       AND EXISTS (SELECT 1 FROM agents_order o
                    WHERE o.id = t.order_id AND o.deadline_at > %(now)s)
     ORDER BY t.due_at
     LIMIT %(limit)s
       FOR UPDATE OF t SKIP LOCKED)
UPDATE agents_task t
   SET rung_at = %(now)s, rings = least(t.rings + 1, 1000),
       due_at = %(now)s + make_interval(secs => least(300, 10 * 2 ^ least(t.rings, 6)))
  FROM due
 WHERE t.id = due.id
RETURNING t.id AS task, t.order_id AS order, t.agent_id AS agent, false AS is_cancel, due.is_new

-- call_off: Tasks that were handed out and are not wanted any more, to be told once more later.
WITH due AS (
    SELECT t.id
      FROM agents_task t
     WHERE t.state IN ('waiting', 'started') AND t.cancel_at IS NOT NULL AND t.due_at <= %(now)s
     ORDER BY t.due_at
     LIMIT %(limit)s
       FOR UPDATE OF t SKIP LOCKED)
UPDATE agents_task t
   SET rings = least(t.rings + 1, 1000),
       due_at = %(now)s + make_interval(secs => least(300, 5 * 2 ^ least(t.rings, 6)))
  FROM due
 WHERE t.id = due.id
RETURNING t.id AS task, t.order_id AS order, t.agent_id AS agent, true AS is_cancel,
          starts_with(t.reason, 'gate_') AS is_withdrawal

-- hand_out_to: All that is open for agents that ask; what may have been begun even if it is late.
WITH open AS (
    SELECT t.id, t.rung_at IS NULL AS is_new
      FROM agents_task t
      JOIN agents_order o ON o.id = t.order_id
     WHERE t.agent_id = ANY(%(agents)s) AND t.state = 'waiting'
       AND t.cancel_at IS NULL AND (o.deadline_at > %(now)s OR t.rung_at IS NOT NULL)
       FOR UPDATE OF t)
UPDATE agents_task t
   SET rung_at = %(now)s,
       due_at = greatest(t.due_at, %(now)s + INTERVAL '10 seconds')
  FROM open
 WHERE t.id = open.id
RETURNING t.id AS task, t.order_id AS order, t.agent_id AS agent, false AS is_cancel, open.is_new

-- call_off_to: What agents that ask are not to do any more.
SELECT t.id AS task, t.order_id AS order, t.agent_id AS agent, true AS is_cancel,
       starts_with(t.reason, 'gate_') AS is_withdrawal
  FROM agents_task t
 WHERE t.agent_id = ANY(%(agents)s) AND t.state IN ('waiting', 'started')
   AND t.cancel_at IS NOT NULL

-- refuse: Tasks that may not be told. A new one is over; of another its agent says whether it is.
UPDATE agents_task t
   SET cancel_at = %(now)s, due_at = %(now)s, reason = r.reason,
       state = CASE WHEN r.is_new THEN 'refused' ELSE t.state END,
       ended_at = CASE WHEN r.is_new THEN %(now)s END
  FROM unnest(%(rows.task)s::bigint[], %(rows.reason)s::text[], %(rows.is_new)s::boolean[])
       AS r (task, reason, is_new)
 WHERE t.id = r.task AND t.state = 'waiting' AND t.cancel_at IS NULL
RETURNING t.order_id AS order

-- needed_scripts: Which of the scripts that agents ask for an open task of theirs needs.
SELECT DISTINCT r.agent, r.digest
  FROM unnest(%(agents)s::bigint[], %(digests)s::bytea[]) AS r (agent, digest)
  JOIN agents_task t ON t.agent_id = r.agent AND t.state IN ('waiting', 'started')
  JOIN agents_order o ON o.id = t.order_id AND o.script_id = r.digest

-- script_bodies: Scripts by their digests.
SELECT digest, body FROM agents_script WHERE digest = ANY(%(digests)s::bytea[])

-- note_started: Tasks that have begun, each on its agent; then it is too late to withdraw them.
UPDATE agents_task t
   SET state = 'started', started_at = r.at, reason = '',
       cancel_at = CASE WHEN starts_with(t.reason, 'gate_') THEN NULL ELSE t.cancel_at END
  FROM unnest(%(rows.task)s::bigint[], %(rows.agent)s::bigint[], %(rows.at)s::timestamptz[])
       AS r (task, agent, at)
 WHERE t.id = r.task AND t.agent_id = r.agent AND t.state = 'waiting'
RETURNING t.order_id AS order

-- note_ended: Tasks that are over, each on the agent that it is of; an end stays what it is. What
-- was withdrawn and let go of was refused.
UPDATE agents_task t
   SET state = CASE WHEN r.state = 'cancelled' AND r.started_at IS NULL
                     AND starts_with(t.reason, 'gate_') THEN 'refused' ELSE r.state END,
       reason = CASE WHEN r.state = 'cancelled' AND r.started_at IS NULL
                      AND starts_with(t.reason, 'gate_') THEN t.reason ELSE r.reason END,
       started_at = coalesce(t.started_at, r.started_at), ended_at = r.at,
       exit_code = r.exit_code, output_bytes = r.size_bytes,
       is_cut = r.is_cut, output_digest = r.digest
  FROM unnest(%(rows.task)s::bigint[], %(rows.agent)s::bigint[], %(rows.at)s::timestamptz[],
              %(rows.started_at)s::timestamptz[], %(rows.state)s::text[],
              %(rows.exit_code)s::integer[], %(rows.reason)s::text[], %(rows.size_bytes)s::bigint[],
              %(rows.is_cut)s::boolean[], %(rows.digest)s::text[])
       AS r (task, agent, at, started_at, state, exit_code, reason, size_bytes, is_cut, digest)
 WHERE t.id = r.task AND t.agent_id = r.agent AND t.state IN ('waiting', 'started', 'unknown')
RETURNING t.order_id AS order

-- add_output: Pieces of what tasks printed, each within what its order keeps.
INSERT INTO agents_output (task_id, place, data)
SELECT r.task, r.place, r.data
  FROM (SELECT x.task, x.agent, x.place, x.data,
               sum(length(x.data)) OVER (PARTITION BY x.task ORDER BY x.place, x.nr) AS so_far
          FROM unnest(%(tasks)s::bigint[], %(agents)s::bigint[], %(places)s::integer[],
                      %(pieces)s::bytea[])
               WITH ORDINALITY AS x (task, agent, place, data, nr)) AS r
  JOIN agents_task t ON t.id = r.task AND t.agent_id = r.agent
  JOIN agents_order o ON o.id = t.order_id
 WHERE r.so_far + (SELECT coalesce(sum(length(k.data)), 0) FROM agents_output k
                    WHERE k.task_id = t.id) <= o.output_limit_bytes
ON CONFLICT (task_id, place) DO NOTHING

-- output_of_task: What a task printed, as far as it was kept.
SELECT place, data FROM agents_output WHERE task_id = %(task)s ORDER BY place

-- close_late: Tasks of which nothing more is to be expected.
UPDATE agents_task t
   SET state = CASE WHEN t.rung_at IS NOT NULL THEN 'unknown'
                    WHEN a.revoked_at IS NOT NULL THEN 'refused'
                    ELSE 'expired' END,
       reason = CASE WHEN a.revoked_at IS NOT NULL THEN 'cut_off' ELSE 'silent' END,
       ended_at = %(now)s
  FROM agents_order o, agents_agent a
 WHERE t.state IN ('waiting', 'started') AND o.id = t.order_id AND a.id = t.agent_id
   AND (a.revoked_at IS NOT NULL
        OR (t.rung_at IS NULL AND o.deadline_at <= %(now)s)
        OR o.deadline_at + make_interval(secs => o.timeout_s) < %(now)s - INTERVAL '1 day')
RETURNING t.order_id AS order

-- tenants_of_orders: Whose orders these are.
SELECT DISTINCT tenant_id AS tenant FROM agents_order WHERE id = ANY(%(orders)s)

-- count_open: Tasks that are not over, of all tenants.
SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
       count(*) FILTER (WHERE state = 'started') AS started
  FROM agents_task WHERE state IN ('waiting', 'started')
