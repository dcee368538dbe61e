-- list_cloud_orders: Orders of runs to clouds, for a page.
SELECT o.id, o.run_id, r.tenant_id, o.source_id AS source, s.name AS source_name, o.batch, o.state,
       o.native_id, o.reason, o.canary, o.fail_threshold, o.created_at, o.asked_at, o.given_at,
       o.ended_at, o.is_stop_wanted,
       (SELECT count(*) FROM runs_target g WHERE g.cloud_order_id = o.id) AS targets
  FROM runs_cloudorder o
  JOIN runs_run r ON r.id = o.run_id
  JOIN collect_source s ON s.id = o.source_id
 WHERE o.run_id = %(run)s
 ORDER BY o.id

-- add_cloud_order: An order that is intended; its cloud knows nothing of it yet.
INSERT INTO runs_cloudorder (run_id, source_id, batch, canary, fail_threshold, created_at, due_at)
VALUES (%(run)s, %(source)s, %(batch)s, %(canary)s, %(fail_threshold)s, %(now)s, %(now)s)
RETURNING id

-- note_ordered: Targets that go by an order to their cloud.
UPDATE runs_target g
   SET state = 'sent', batch = %(batch)s, sent_at = %(now)s, cloud_order_id = %(order)s
 WHERE g.id = ANY(%(targets)s) AND g.state = 'queued'

-- claim: Orders that are due. Who holds one that is asked has died if it is due again: it is lost.
WITH due AS (
    SELECT o.id
      FROM runs_cloudorder o
     WHERE o.state <> 'over' AND o.due_at <= %(now)s
     ORDER BY o.due_at
     LIMIT %(limit)s
       FOR UPDATE SKIP LOCKED)
UPDATE runs_cloudorder o
   SET state = CASE o.state WHEN 'intended' THEN 'asked' WHEN 'asked' THEN 'lost' ELSE o.state END,
       asked_at = CASE WHEN o.state = 'intended' THEN %(now)s ELSE o.asked_at END,
       due_at = %(now)s + make_interval(secs => %(lease_s)s), tries = o.tries + 1
  FROM due, runs_run r
 WHERE o.id = due.id AND r.id = o.run_id
RETURNING o.id, o.run_id AS run, r.tenant_id AS tenant, o.source_id AS source, r.order_id AS order,
          o.state, o.native_id, o.canary, o.fail_threshold, r.timeout_s, o.asked_at, o.given_at,
          o.tries, o.is_stop_wanted, o.is_stopped, r.deadline_at

-- desktops_of: The desktops of orders, in the order of their turns.
SELECT g.cloud_order_id AS order, g.id AS target, g.state, coalesce(d.native_id, '') AS native_id
  FROM runs_target g
  LEFT JOIN inventory_desktop d ON d.id = g.desktop_id
 WHERE g.cloud_order_id = ANY(%(orders)s)
 ORDER BY g.place

-- count_open: Orders to clouds that are not over.
SELECT count(*) AS count FROM runs_cloudorder WHERE state <> 'over'

-- note_given: The cloud took an order.
UPDATE runs_cloudorder
   SET state = 'given', native_id = %(native_id)s, given_at = %(now)s, due_at = %(due_at)s,
       tries = 0, reason = ''
 WHERE id = %(id)s AND state IN ('asked', 'lost')

-- is_known: Whether another order of ours is this one of a cloud.
SELECT id FROM runs_cloudorder WHERE source_id = %(source)s AND native_id = %(native_id)s

-- note_later: An order is looked at again later.
UPDATE runs_cloudorder
   SET state = %(state)s, due_at = %(due_at)s, reason = %(reason)s
 WHERE id = %(id)s AND state <> 'over'

-- note_stopped: The cloud was told to stop an order.
UPDATE runs_cloudorder SET is_stopped = true WHERE id = %(id)s

-- end_order: Nothing more is expected of an order.
UPDATE runs_cloudorder SET state = 'over', ended_at = %(now)s, reason = %(reason)s
 WHERE id = %(id)s AND state <> 'over'

-- end_targets: What is open of an order ends in one way.
UPDATE runs_target
   SET state = %(state)s, reason = %(reason)s, ended_at = %(now)s
 WHERE cloud_order_id = %(id)s AND state IN ('sent', 'running')

-- want_stop: A run is not wanted any more; what its clouds do not know yet is over at once.
UPDATE runs_cloudorder
   SET is_stop_wanted = true, due_at = %(now)s,
       state = CASE WHEN state = 'intended' THEN 'over' ELSE state END,
       ended_at = CASE WHEN state = 'intended' THEN %(now)s ELSE ended_at END
 WHERE run_id = %(run)s AND state IN ('intended', 'lost', 'given')
RETURNING id, state

-- want_stop_soon: What is just being told to its cloud is stopped once that has answered.
UPDATE runs_cloudorder SET is_stop_wanted = true WHERE run_id = %(run)s AND state = 'asked'

-- note_results: What became of targets by the word of their cloud.
UPDATE runs_target g
   SET state = r.state, reason = r.reason, record = r.record, exit_code = r.exit_code,
       started_at = r.started_at, ended_at = r.ended_at, output_bytes = r.size_bytes,
       output_digest = r.digest, is_cut = r.is_cut
  FROM unnest(%(rows.target)s::bigint[], %(rows.state)s::text[], %(rows.reason)s::text[],
              %(rows.record)s::text[], %(rows.exit_code)s::integer[],
              %(rows.started_at)s::timestamptz[], %(rows.ended_at)s::timestamptz[],
              %(rows.size_bytes)s::bigint[], %(rows.digest)s::text[], %(rows.is_cut)s::boolean[])
       AS r (target, state, reason, record, exit_code, started_at, ended_at, size_bytes, digest,
             is_cut)
 WHERE g.id = r.target AND g.state IN ('sent', 'running')
RETURNING g.id AS target

-- add_outputs: What targets printed, kept once.
INSERT INTO runs_cloudoutput (target_id, data)
SELECT x.target, x.data FROM unnest(%(targets)s::bigint[], %(pieces)s::bytea[]) AS x (target, data)
ON CONFLICT (target_id) DO NOTHING
