-- add_trial: A trial that begins.
INSERT INTO thresholds_trial (
       tenant_id, rule_id, content, days, state, by, started_at, touched_at)
VALUES (%(tenant)s, %(rule)s, %(content)s::jsonb, %(days)s, 'running', %(by)s, %(now)s, %(now)s)
RETURNING id

-- fetch_trial: One trial among some tenants.
SELECT t.id, t.tenant_id AS tenant, t.rule_id AS rule, coalesce(r.name, '') AS name, t.content,
       t.days, t.state, t.progress, t.by, t.started_at, t.finished_at, t.error, t.trial
  FROM thresholds_trial t
  LEFT JOIN thresholds_thresholdrule r ON r.id = t.rule_id
 WHERE t.id = %(id)s AND t.tenant_id = ANY(%(tenants)s)

-- touch_trial: It has come further; nothing when somebody gave it up.
UPDATE thresholds_trial SET progress = %(progress)s, touched_at = %(now)s
 WHERE id = %(id)s AND state = 'running'
RETURNING id

-- finish_trial: It is over.
UPDATE thresholds_trial
   SET state = %(state)s, trial = %(trial)s::jsonb, error = %(error)s, finished_at = %(now)s
 WHERE id = %(id)s AND state = 'running'
RETURNING id

-- give_up_lost_trials: Trials of a process that died.
UPDATE thresholds_trial
   SET state = 'failed', error = 'the process that ran it is gone', finished_at = %(now)s
 WHERE state = 'running' AND touched_at < %(before)s

-- forget_old_trials: Keeps a tenant's trials for a while.
DELETE FROM thresholds_trial
 WHERE tenant_id = %(tenant)s AND state <> 'running' AND started_at < %(before)s
