-- add_tasks: Targets that are to be reached over SSH; nothing has been begun there.
INSERT INTO runs_sshtask (target_id, profile_id, due_at)
SELECT r.target, r.profile, %(now)s
  FROM unnest(%(rows.target)s::bigint[], %(rows.profile)s::bigint[]) AS r (target, profile)

-- note_sent_over_ssh: The same, as targets of their run.
UPDATE runs_target g
   SET state = 'sent', batch = %(batch)s, sent_at = %(now)s
 WHERE g.id = ANY(%(targets)s) AND g.state = 'queued'

-- give_back: What a worker took and began nothing of, when nothing was heard of it for too long.
UPDATE runs_sshtask SET state = 'intended', holder = ''
 WHERE state = 'taken' AND due_at <= %(now)s

-- give_up: What a worker had begun, when nothing was heard of it for too long.
WITH lost AS (
    UPDATE runs_sshtask SET state = 'over'
     WHERE state = 'begun' AND due_at <= %(now)s
    RETURNING target_id)
UPDATE runs_target g
   SET state = 'interrupted', reason = 'ssh_worker', ended_at = %(now)s,
       output_bytes = coalesce(
           (SELECT length(c.data) FROM runs_cloudoutput c WHERE c.target_id = g.id), 0)
  FROM lost, runs_run r
 WHERE g.id = lost.target_id AND g.state IN ('sent', 'running') AND r.id = g.run_id
RETURNING r.tenant_id AS tenant

-- take: Tasks that are due, of each profile as many as it lets be at once.
WITH rooms AS (
    SELECT t.profile_id,
           p.parallel - count(*) FILTER (WHERE t.state IN ('taken', 'begun')) AS room
      FROM runs_sshtask t
      JOIN ssh_profile p ON p.id = t.profile_id
     WHERE t.state <> 'over'
     GROUP BY t.profile_id, p.parallel),
due AS (
    SELECT x.target_id
      FROM rooms
     CROSS JOIN LATERAL (
           SELECT s.target_id
             FROM runs_sshtask s
            WHERE s.profile_id = rooms.profile_id AND s.state = 'intended' AND s.due_at <= %(now)s
            ORDER BY s.due_at, s.target_id
            LIMIT greatest(0, rooms.room)
              FOR UPDATE SKIP LOCKED) AS x
     LIMIT %(limit)s)
UPDATE runs_sshtask t
   SET state = 'taken', holder = %(holder)s, tries = t.tries + 1,
       due_at = %(now)s + make_interval(secs => %(lease_s)s)
  FROM due, runs_target g, runs_run r
 WHERE t.target_id = due.target_id AND g.id = t.target_id AND r.id = g.run_id
RETURNING t.target_id AS target, t.profile_id AS profile, t.tries, g.run_id AS run,
          g.desktop_id AS desktop, r.tenant_id AS tenant, r.order_id AS order, r.deadline_at,
          g.desktop_name AS name,
          (SELECT d.ip FROM inventory_desktop d WHERE d.id = g.desktop_id) AS address

-- note_begun: Tasks whose script begins now, of those that the worker still has in hand.
WITH begun AS (
    UPDATE runs_sshtask
       SET state = 'begun', due_at = %(now)s + make_interval(secs => %(lease_s)s)
     WHERE target_id = ANY(%(targets)s) AND holder = %(holder)s AND state = 'taken'
       AND NOT is_stop_wanted
    RETURNING target_id)
UPDATE runs_target g
   SET state = 'running', started_at = %(now)s
  FROM begun
 WHERE g.id = begun.target_id AND g.state = 'sent'
RETURNING g.id AS target

-- keep: What a worker has in hand it has for longer; and what is not wanted any more.
UPDATE runs_sshtask SET due_at = %(now)s + make_interval(secs => %(lease_s)s)
 WHERE target_id = ANY(%(targets)s) AND holder = %(holder)s AND state IN ('taken', 'begun')
RETURNING target_id AS target, is_stop_wanted

-- note_ended: What became of tasks that a worker has in hand.
WITH r AS (
    SELECT *
      FROM unnest(%(rows.target)s::bigint[], %(rows.state)s::text[], %(rows.reason)s::text[],
                  %(rows.exit_code)s::integer[], %(rows.ended_at)s::timestamptz[],
                  %(rows.size_bytes)s::bigint[], %(rows.digest)s::text[],
                  %(rows.is_cut)s::boolean[])
           AS r (target, state, reason, exit_code, ended_at, size_bytes, digest, is_cut)),
over AS (
    UPDATE runs_sshtask t SET state = 'over'
      FROM r
     WHERE t.target_id = r.target AND t.holder = %(holder)s AND t.state IN ('taken', 'begun')
    RETURNING t.target_id)
UPDATE runs_target g
   SET state = r.state, reason = r.reason, exit_code = r.exit_code, ended_at = r.ended_at,
       output_bytes = r.size_bytes, output_digest = r.digest, is_cut = r.is_cut
  FROM r
  JOIN over ON over.target_id = r.target
 WHERE g.id = r.target AND g.state IN ('sent', 'running')
RETURNING g.id AS target

-- keep_output: All that is kept of what targets printed; what was told while they ran goes.
INSERT INTO runs_cloudoutput (target_id, data)
SELECT x.target, x.data FROM unnest(%(targets)s::bigint[], %(pieces)s::bytea[]) AS x (target, data)
ON CONFLICT (target_id) DO UPDATE SET data = excluded.data

-- begin_output: What targets printed so far, while a worker has them in hand.
INSERT INTO runs_cloudoutput (target_id, data)
SELECT x.target, x.data
  FROM unnest(%(targets)s::bigint[], %(pieces)s::bytea[]) AS x (target, data)
  JOIN runs_sshtask t ON t.target_id = x.target AND t.holder = %(holder)s AND t.state = 'begun'
ON CONFLICT (target_id) DO UPDATE SET data = excluded.data
RETURNING target_id AS target, length(data) AS size

-- go_on_with_output: What they printed since, where it follows on what is kept.
UPDATE runs_cloudoutput c SET data = c.data || x.data
  FROM unnest(%(targets)s::bigint[], %(places)s::integer[], %(pieces)s::bytea[])
       AS x (target, place, data)
  JOIN runs_sshtask t ON t.target_id = x.target AND t.holder = %(holder)s AND t.state = 'begun'
 WHERE c.target_id = x.target AND length(c.data) = x.place
RETURNING c.target_id AS target, length(c.data) AS size

-- try_later: A task of which nothing was begun is tried again later.
UPDATE runs_sshtask SET state = 'intended', holder = '', due_at = %(due_at)s
 WHERE target_id = %(target)s AND holder = %(holder)s AND state = 'taken'

-- want_ssh_stop: A run is not wanted any more; what nobody has in hand is over at once.
UPDATE runs_sshtask t
   SET is_stop_wanted = true, state = CASE WHEN t.state = 'intended' THEN 'over' ELSE t.state END
  FROM runs_target g
 WHERE g.run_id = %(run)s AND t.target_id = g.id AND t.state <> 'over'
RETURNING t.target_id AS target, t.state

-- end_unbegun: Targets that nobody had in hand when their run was called off.
UPDATE runs_target SET state = 'cancelled', ended_at = %(now)s
 WHERE id = ANY(%(targets)s) AND state = 'sent'

-- count_ssh_open: Tasks over SSH that are not over.
SELECT count(*) AS count FROM runs_sshtask WHERE state <> 'over'
