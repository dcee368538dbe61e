-- count_pairs: Desktops of two runs by their states in both.
SELECT b.state AS before, a.state AS after,
       coalesce(a.output_digest <> b.output_digest, false) AS differs, count(*) AS count
  FROM (SELECT desktop_id, state, output_digest FROM runs_target
         WHERE run_id = %(before)s AND desktop_id IS NOT NULL) AS b
  FULL JOIN (SELECT desktop_id, state, output_digest FROM runs_target
              WHERE run_id = %(run)s AND desktop_id IS NOT NULL) AS a
       ON a.desktop_id = b.desktop_id
 GROUP BY 1, 2, 3

-- list_pairs: Desktops of two runs whose states in both are among some, by name.
SELECT coalesce(a.desktop_id, b.desktop_id) AS desktop,
       coalesce(a.desktop_name, b.desktop_name) AS name, b.state AS before, a.state AS after,
       b.id AS target_before, a.id AS target, b.exit_code AS exit_before, a.exit_code
  FROM (SELECT id, desktop_id, desktop_name, state, output_digest, exit_code FROM runs_target
         WHERE run_id = %(before)s AND desktop_id IS NOT NULL) AS b
  FULL JOIN (SELECT id, desktop_id, desktop_name, state, output_digest, exit_code FROM runs_target
              WHERE run_id = %(run)s AND desktop_id IS NOT NULL) AS a
       ON a.desktop_id = b.desktop_id
 WHERE concat_ws('>', coalesce(b.state, '-'), coalesce(a.state, '-'),
                 coalesce(a.output_digest <> b.output_digest, false)::text) = ANY(%(pairs)s::text[])
 ORDER BY lower(coalesce(a.desktop_name, b.desktop_name)), 1
 LIMIT %(limit)s

-- run_before: The latest run of the same script on the same customer's desktops before a run.
SELECT b.id FROM runs_run a
  JOIN runs_run b ON b.script_id = a.script_id AND b.tenant_id = a.tenant_id AND b.id < a.id
 WHERE a.id = %(run)s AND b.started_at IS NOT NULL
 ORDER BY b.id DESC
 LIMIT 1
