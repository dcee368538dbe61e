-- list_reports: Reports for a list, without their content.
SELECT r.id, r.tenant_id, t.name AS tenant_name, r.definition, r.language, r.period, r.first_day,
       r.last_day, r.time_zone, r.is_compared, r.state, r.step, r.steps, r.error, r.created_at,
       r.created_by, r.made_at, r.coverage, r.sha256, r.schedule_id AS schedule,
       coalesce(s.name, '') AS schedule_name, r.is_approval_needed, r.released_at, r.released_by
  FROM reports_report r
  JOIN people_tenant t ON t.id = r.tenant_id
  LEFT JOIN reports_reportschedule s ON s.id = r.schedule_id

-- list_schedules: Schedules for a list, with the last period that was made.
SELECT s.id, s.tenant_id, t.name AS tenant_name, s.name, s.definition, s.language, s.period,
       s.after_minutes, s.time_zone, s.recipients, s.needs_approval, s.is_enabled, s.since,
       s.version, s.created_at, s.created_by,
       (SELECT max(last_day) FROM reports_report WHERE schedule_id = s.id) AS last_last_day
  FROM reports_reportschedule s
  JOIN people_tenant t ON t.id = s.tenant_id
 WHERE s.removed_at IS NULL

-- one_report: One report, without its content.
SELECT r.id, r.tenant_id, t.name AS tenant_name, r.definition, r.language, r.period, r.first_day,
       r.last_day, r.time_zone, r.is_compared, r.state, r.step, r.steps, r.error, r.created_at,
       r.created_by, r.made_at, r.coverage, r.sha256, r.schedule_id AS schedule,
       coalesce(s.name, '') AS schedule_name, r.is_approval_needed, r.released_at, r.released_by
  FROM reports_report r
  JOIN people_tenant t ON t.id = r.tenant_id
  LEFT JOIN reports_reportschedule s ON s.id = r.schedule_id
 WHERE r.id = %(id)s

-- content_of: The frozen content of one report.
SELECT content FROM reports_report WHERE id = %(id)s

-- add_report: A report that is to be made; nothing when its schedule has it already.
INSERT INTO reports_report (tenant_id, schedule_id, definition, language, period, first_day,
       last_day, time_zone, is_compared, created_at, created_by, is_approval_needed)
VALUES (%(tenant)s, %(schedule)s, %(definition)s, %(language)s, %(period)s, %(first)s, %(last)s,
        %(time_zone)s, %(is_compared)s, %(now)s, %(by)s, %(is_approval_needed)s)
ON CONFLICT DO NOTHING
RETURNING id

-- lock_report: One report, to be changed.
SELECT id FROM reports_report WHERE id = %(id)s FOR UPDATE

-- claim: The next report to be made, by one process; one that its process left is taken again.
UPDATE reports_report
   SET state = 'working', claimed_until = %(until)s, tries = tries + 1, step = 0
 WHERE id = (SELECT id FROM reports_report
              WHERE state = 'queued' OR (state = 'working' AND claimed_until < %(now)s)
              ORDER BY id
              LIMIT 1
                FOR UPDATE SKIP LOCKED)
RETURNING id, tries

-- go_on: How far a report's making is; nothing when it is not wanted any more.
UPDATE reports_report SET step = %(done)s, steps = %(of)s, claimed_until = %(until)s
 WHERE id = %(id)s AND state = 'working'
RETURNING id

-- note_made: A report is frozen, unless it was cancelled meanwhile or made by another process.
UPDATE reports_report
   SET state = 'ready', content = %(data)s, sha256 = %(sha256)s, made_at = %(made_at)s,
       coverage = %(share)s, claimed_until = NULL, step = steps
 WHERE id = %(id)s AND state = 'working'
RETURNING id

-- note_failed: A report can not be made.
UPDATE reports_report SET state = 'failed', error = %(error)s, claimed_until = NULL
 WHERE id = %(id)s AND state = 'working'

-- put_back: A report is made later, since what it reads is away.
UPDATE reports_report SET state = 'queued', claimed_until = NULL, tries = tries - 1
 WHERE id = %(id)s AND state = 'working'

-- note_cancelled: Nobody wants a report any more.
UPDATE reports_report SET state = 'cancelled', claimed_until = NULL
 WHERE id = %(id)s AND state IN ('queued', 'working')
RETURNING id

-- ask_again: A report that failed or was cancelled is made once more.
UPDATE reports_report SET state = 'queued', error = '', tries = 0, step = 0
 WHERE id = %(id)s AND state IN ('failed', 'cancelled')
RETURNING id

-- note_released: A report may be seen by the customer's people from now on.
UPDATE reports_report SET released_at = %(now)s, released_by = %(by)s
 WHERE id = %(id)s AND released_at IS NULL
RETURNING id

-- remove_report: A report and what is known of it are gone.
DELETE FROM reports_report WHERE id = %(id)s

-- schedule_of: One schedule's recipients and how it is released.
SELECT recipients, needs_approval FROM reports_reportschedule WHERE id = %(id)s

-- add_schedule: A new schedule; nothing when its tenant has one of the name.
INSERT INTO reports_reportschedule (tenant_id, name, definition, language, period, after_minutes,
       time_zone, recipients, needs_approval, is_enabled, since, created_at, created_by)
VALUES (%(tenant)s, %(name)s, %(definition)s, %(language)s, %(period)s, %(after_minutes)s,
        %(time_zone)s, %(recipients)s::jsonb, %(needs_approval)s, %(is_enabled)s, %(since)s,
        %(now)s, %(by)s)
ON CONFLICT DO NOTHING
RETURNING id

-- change_schedule: A schedule says something else, unless it was changed meanwhile.
UPDATE reports_reportschedule
   SET name = %(name)s, definition = %(definition)s, language = %(language)s, period = %(period)s,
       after_minutes = %(after_minutes)s, time_zone = %(time_zone)s,
       recipients = %(recipients)s::jsonb, needs_approval = %(needs_approval)s,
       is_enabled = %(is_enabled)s, since = %(since)s, version = version + 1
 WHERE id = %(id)s AND version = %(version)s AND removed_at IS NULL
RETURNING id

-- remove_schedule: A schedule ends; its reports stay.
UPDATE reports_reportschedule SET removed_at = %(now)s WHERE id = %(id)s AND removed_at IS NULL
RETURNING id

-- deliveries_of: How a report was delivered, the newest first.
SELECT id, report_id AS report, turn, recipients, asked_at, asked_by, sent_at, reached, told
  FROM reports_delivery
 WHERE report_id = %(id)s
 ORDER BY id DESC

-- add_delivery: A report is to be told; the same turn once.
INSERT INTO reports_delivery (report_id, turn, recipients, asked_at, asked_by)
VALUES (%(id)s, %(turn)s, %(recipients)s::jsonb, %(now)s, %(by)s)
ON CONFLICT DO NOTHING
RETURNING id

-- last_turn: How often a report was told.
SELECT coalesce(max(turn), 0) AS turn FROM reports_delivery WHERE report_id = %(id)s

-- unsent: Deliveries that are to be written, each by one process.
SELECT id, report_id AS report, turn, recipients, asked_at, asked_by, sent_at, reached, told
  FROM reports_delivery
 WHERE sent_at IS NULL
 ORDER BY id
 LIMIT 20
   FOR UPDATE SKIP LOCKED

-- note_sent: A delivery stands in the outbox of messages.
UPDATE reports_delivery SET sent_at = %(now)s, reached = %(reached)s, told = %(told)s::jsonb
 WHERE id = %(id)s

-- settings_of: What a tenant wants of its reports; nothing while it never said.
SELECT tenant_id AS tenant, version, allows_outside, domains, most_bytes
  FROM reports_reportsetting
 WHERE tenant_id = %(tenant)s

-- save_settings: What a tenant wants of its reports, unless it was changed meanwhile.
INSERT INTO reports_reportsetting (tenant_id, version, allows_outside, domains, most_bytes,
       changed_at)
SELECT %(tenant)s, 1, %(allows_outside)s, %(domains)s::jsonb, %(most_bytes)s, %(now)s
ON CONFLICT (tenant_id) DO UPDATE
   SET version = reports_reportsetting.version + 1, allows_outside = excluded.allows_outside,
       domains = excluded.domains, most_bytes = excluded.most_bytes,
       changed_at = excluded.changed_at
 WHERE reports_reportsetting.version = %(version)s
RETURNING version
