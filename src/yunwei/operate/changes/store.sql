-- provider: The tenant that is the provider.
SELECT id FROM people_tenant WHERE is_provider

-- list_templates: Templates for a list.
SELECT m.id, m.tenant_id, t.name AS tenant_name, t.is_provider AS is_shared, m.title, m.text,
       m.sha256, m.steps, m.scripts, m.risk, m.version, m.changed_at, m.changed_by
  FROM changes_template m
  JOIN people_tenant t ON t.id = m.tenant_id
 WHERE m.removed_at IS NULL

-- add_template: How a standard change is carried out.
INSERT INTO changes_template (tenant_id, title, text, sha256, risk, steps, scripts, changed_at,
       changed_by)
VALUES (%(tenant)s, %(title)s::jsonb, %(text)s, %(sha256)s, %(risk)s, %(steps)s, %(scripts)s,
       %(now)s, %(by)s)
RETURNING id

-- change_template: A template says something else, unless it was changed meanwhile.
UPDATE changes_template
   SET title = %(title)s::jsonb, text = %(text)s, sha256 = %(sha256)s, risk = %(risk)s,
       steps = %(steps)s, scripts = %(scripts)s, version = version + 1, changed_at = %(now)s,
       changed_by = %(by)s
 WHERE id = %(id)s AND version = %(version)s AND removed_at IS NULL
RETURNING id

-- remove_template: Nothing is changed by a template any more; its changes stay.
UPDATE changes_template SET removed_at = %(now)s
 WHERE id = %(id)s AND removed_at IS NULL
RETURNING id

-- list_changes: Changes for a list.
SELECT c.id, c.tenant_id, t.name AS tenant_name, c.ticket_id AS ticket, k.title AS ticket_title,
       c.template_id AS template, c.title, c.purpose, c.risk, c.template_version,
       c.template_sha256, c.choice, c.note, c.state, c.starts_at, c.ends_at, c.planned_at,
       c.planned_by, c.started_at, c.started_by, c.ended_at, c.ended_by, c.conclusion,
       c.concluded_at, c.concluded_by, s.steps, s.steps_over
  FROM changes_change c
  JOIN people_tenant t ON t.id = c.tenant_id
  JOIN service_ticket k ON k.id = c.ticket_id
  CROSS JOIN LATERAL (SELECT count(*)::int AS steps,
                             (count(*) FILTER (WHERE state IN ('done', 'skipped')))::int
                             AS steps_over
                        FROM changes_step
                       WHERE change_id = c.id AND spec ->> 'phase' <> 'rollback') s

-- lock_change: One change among some tenants, locked.
SELECT id FROM changes_change
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- add_change: A change is planned; nothing when its ticket has one that is open.
INSERT INTO changes_change (tenant_id, ticket_id, template_id, template_version, template_sha256,
       title, purpose, risk, choice, note, starts_at, ends_at, planned_at, planned_by)
VALUES (%(tenant)s, %(about)s, %(template)s, %(version)s, %(sha256)s, %(title)s::jsonb,
       %(purpose)s::jsonb, %(risk)s, %(choice)s::jsonb, %(note)s, %(starts_at)s, %(ends_at)s,
       %(now)s, %(by)s)
ON CONFLICT DO NOTHING
RETURNING id

-- add_step: One step of a change.
INSERT INTO changes_step (change_id, place, spec, script_id)
VALUES (%(id)s, %(place)s, %(spec)s::jsonb, %(script)s)

-- note_started: A change has begun.
UPDATE changes_change SET state = 'working', started_at = %(now)s, started_by = %(by)s
 WHERE id = %(id)s

-- note_state: What a change is now.
UPDATE changes_change SET state = %(state)s WHERE id = %(id)s

-- note_ended: A change has come to an end.
UPDATE changes_change SET state = %(state)s, ended_at = %(now)s, ended_by = %(by)s
 WHERE id = %(id)s

-- note_conclusion: What is to be said of a change that has ended.
UPDATE changes_change SET conclusion = %(text)s, concluded_at = %(now)s, concluded_by = %(by)s
 WHERE id = %(id)s

-- steps_of: The steps of a change, in order.
SELECT id, change_id AS change, place, spec, script_id, state, attempt, run_id AS run, outcome,
       started_at, started_by, ended_at, ended_by, result
  FROM changes_step
 WHERE change_id = %(id)s
 ORDER BY place

-- begin_step: A step is begun, maybe again.
UPDATE changes_step
   SET state = 'started', attempt = attempt + 1, run_id = NULL, outcome = NULL,
       started_at = %(now)s, started_by = %(by)s, ended_at = NULL, ended_by = '', result = ''
 WHERE id = %(step_id)s
RETURNING attempt

-- note_run: The run of a step that was begun, unless the step is over or begun again.
UPDATE changes_step SET run_id = %(run)s
 WHERE id = %(step_id)s AND attempt = %(attempt)s AND state = 'started'

-- unbegin_step: A step could not be begun after all.
UPDATE changes_step
   SET state = %(state)s, started_at = NULL, started_by = '', result = %(text)s
 WHERE id = %(step_id)s AND attempt = %(attempt)s AND state = 'started' AND run_id IS NULL
RETURNING id

-- end_step: What became of a step.
UPDATE changes_step
   SET state = %(state)s, outcome = %(outcome)s::jsonb, ended_at = %(now)s, ended_by = %(by)s,
       result = %(text)s
 WHERE id = %(step_id)s

-- add_line: One thing that happened.
INSERT INTO changes_line (change_id, step_id, at, by, kind, run, text)
VALUES (%(id)s, %(step_id)s, %(now)s, %(by)s, %(kind)s, %(run)s, %(text)s)

-- lines_of: All that happened to a change, the oldest first.
SELECT at, by, kind, step_id AS step, run, text FROM changes_line
 WHERE change_id = %(id)s
 ORDER BY id

-- add_evidence: A file that shows what came of a step.
INSERT INTO changes_evidence (step_id, name, content_type, data, sha256, by, at)
VALUES (%(step_id)s, %(name)s, %(content_type)s, %(data)s, %(sha256)s, %(by)s, %(now)s)
RETURNING id

-- evidence_of: The files of a change, without their bytes.
SELECT e.id, e.step_id AS step, e.name, e.content_type, octet_length(e.data) AS size_bytes,
       e.sha256, e.by, e.at
  FROM changes_evidence e
  JOIN changes_step s ON s.id = e.step_id
 WHERE s.change_id = %(id)s
 ORDER BY e.id

-- read_evidence: The bytes of one file.
SELECT e.name, e.content_type, e.data
  FROM changes_evidence e
  JOIN changes_step s ON s.id = e.step_id
 WHERE e.id = %(evidence)s AND s.change_id = %(id)s

-- steps_with_runs: Steps whose scripts are to be begun or are begun, whoever's.
SELECT s.id, s.change_id AS change, c.tenant_id AS tenant, s.started_at, s.run_id AS run
  FROM changes_step s
  JOIN changes_change c ON c.id = s.change_id
 WHERE s.state = 'started' AND s.script_id IS NOT NULL
 ORDER BY s.id
 LIMIT %(limit)s

-- windows_between: Changes of some tenants whose windows touch a stretch of time.
SELECT c.id, c.tenant_id AS tenant, t.name AS tenant_name, c.title, c.state, c.starts_at, c.ends_at
  FROM changes_change c
  JOIN people_tenant t ON t.id = c.tenant_id
 WHERE c.tenant_id = ANY(%(tenants)s) AND c.starts_at < %(until)s AND c.ends_at > %(since)s
   AND c.state <> 'cancelled'
 ORDER BY c.starts_at, c.id
 LIMIT %(limit)s
