-- list_inspections: Inspections for a list, without their content.
SELECT i.id, i.tenant_id, t.name AS tenant_name, i.template_id AS template, i.title,
       i.schedule_id AS schedule, i.state, i.error, i.asked_at, i.asked_by, i.measured_at, i.score,
       i.grade, i.coverage, i.failed, i.warned, i.unmeasured, i.sha256, i.before_id AS before,
       i.sealed_at, i.sealed_by, i.seal
  FROM inspection_inspection i
  JOIN people_tenant t ON t.id = i.tenant_id

-- content_of: What was measured by one inspection, and what was answered.
SELECT content, answers FROM inspection_inspection WHERE id = %(id)s

-- add_inspection: An inspection that is to be made.
INSERT INTO inspection_inspection (tenant_id, template_id, schedule_id, title, template_text,
       asked_at, asked_by)
VALUES (%(tenant)s, %(template)s, %(schedule)s, %(title)s::jsonb, %(text)s, %(now)s, %(by)s)
RETURNING id

-- claim: The next inspection to be made, by one process; one that its process left is taken again.
UPDATE inspection_inspection
   SET state = 'working', claimed_until = %(until)s, tries = tries + 1
 WHERE id = (SELECT id FROM inspection_inspection
              WHERE state = 'queued' OR (state = 'working' AND claimed_until < %(now)s)
              ORDER BY id
              LIMIT 1
                FOR UPDATE SKIP LOCKED)
RETURNING id, tenant_id AS tenant, template_id AS template, template_text, tries,
          title, asked_by, (SELECT name FROM people_tenant WHERE id = tenant_id) AS tenant_name

-- previous: The last inspection by the same template before one.
SELECT id FROM inspection_inspection
 WHERE tenant_id = %(tenant)s AND id < %(id)s AND template_id IS NOT DISTINCT FROM %(template)s
   AND content IS NOT NULL
 ORDER BY id DESC
 LIMIT 1

-- note_measured: What was measured is frozen, unless another process did so.
UPDATE inspection_inspection
   SET state = 'measured', content = %(data)s, sha256 = %(sha256)s, measured_at = %(now)s,
       score = %(score)s, grade = %(grade)s, coverage = %(share)s, failed = %(failed)s,
       warned = %(warned)s, unmeasured = %(unmeasured)s, before_id = %(before)s,
       claimed_until = NULL
 WHERE id = %(id)s AND state = 'working'
RETURNING id

-- note_failed: An inspection can not be made.
UPDATE inspection_inspection SET state = 'failed', error = %(error)s, claimed_until = NULL
 WHERE id = %(id)s AND state = 'working'

-- put_back: An inspection is made later, since what it reads is away.
UPDATE inspection_inspection SET state = 'queued', claimed_until = NULL, tries = tries - 1
 WHERE id = %(id)s AND state = 'working'

-- lock_inspection: One inspection among some tenants, to be changed.
SELECT id, state, tenant_id AS tenant FROM inspection_inspection
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- note_answers: What people said, and what it comes to.
UPDATE inspection_inspection
   SET answers = %(answers)s::jsonb, score = %(score)s, grade = %(grade)s, coverage = %(share)s,
       failed = %(failed)s, warned = %(warned)s, unmeasured = %(unmeasured)s
 WHERE id = %(id)s AND state = 'measured'

-- note_sealed: Nothing of an inspection changes any more.
UPDATE inspection_inspection
   SET state = 'sealed', sealed_at = %(now)s, sealed_by = %(by)s, seal = %(seal)s
 WHERE id = %(id)s AND state = 'measured'
RETURNING id

-- remove_inspection: An inspection that was not sealed is gone.
DELETE FROM inspection_inspection WHERE id = %(id)s

-- forget_before: What was compared with an inspection that goes is compared with nothing.
UPDATE inspection_inspection SET before_id = NULL WHERE before_id = %(id)s

-- follow_ups: Tickets that were made of an inspection.
SELECT check_name AS check, key, ticket_id AS ticket, at, by
  FROM inspection_followup
 WHERE inspection_id = %(id)s AND ticket_id IS NOT NULL

-- standing_follow_ups: Tickets of a tenant that were made of findings, the newest of each.
SELECT DISTINCT ON (f.check_name, f.key) f.check_name AS check, f.key, f.ticket_id AS ticket, f.at,
       f.by
  FROM inspection_followup f
  JOIN inspection_inspection i ON i.id = f.inspection_id
 WHERE i.tenant_id = %(tenant)s AND f.ticket_id IS NOT NULL
 ORDER BY f.check_name, f.key, f.id DESC

-- claim_follow_up: A ticket is about to be made of a finding; nothing when there is one. One that
-- was left half made is taken again.
INSERT INTO inspection_followup (inspection_id, check_name, key, at, by)
VALUES (%(id)s, %(name)s, %(key)s, %(now)s, %(by)s)
ON CONFLICT (inspection_id, check_name, key) DO UPDATE
   SET at = %(now)s, by = %(by)s
 WHERE inspection_followup.ticket_id IS NULL AND inspection_followup.at < %(since)s
RETURNING id

-- note_follow_up: The ticket was made.
UPDATE inspection_followup SET ticket_id = %(ticket_id)s WHERE id = %(id)s

-- drop_follow_up: The ticket could not be made.
DELETE FROM inspection_followup WHERE id = %(id)s AND ticket_id IS NULL
