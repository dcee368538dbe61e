-- list_reports: Reports for a list, without their content.
SELECT r.id, r.tenant_id, t.name AS tenant_name, r.definition, r.language, r.period, r.first_day,
       r.last_day, r.time_zone, r.is_compared, r.state, r.step, r.steps, r.error, r.created_at,
       r.created_by, r.made_at, r.coverage, r.sha256, r.schedule_id AS schedule,
       coalesce(s.name, '') AS schedule_name, r.is_approval_needed, r.released_at, r.released_by,
       r.is_last_year, r.own_version_id AS own_version, v.number AS own_number,
       coalesce(v.content->>'title_zh', '') AS own_title_zh,
       coalesce(v.content->>'title_en', '') AS own_title_en
  FROM reports_report r
  JOIN people_tenant t ON t.id = r.tenant_id
  LEFT JOIN reports_reportschedule s ON s.id = r.schedule_id
  LEFT JOIN reports_definitionversion v ON v.id = r.own_version_id

-- list_schedules: Schedules for a list, with the last period that was made.
SELECT s.id, s.tenant_id, t.name AS tenant_name, s.name, s.definition, s.language, s.period,
       s.after_minutes, s.time_zone, s.recipients, s.needs_approval, s.is_enabled, s.since,
       s.version, s.created_at, s.created_by,
       coalesce(v.content->>'title_zh', '') AS own_title_zh,
       coalesce(v.content->>'title_en', '') AS own_title_en,
       (SELECT max(last_day) FROM reports_report WHERE schedule_id = s.id) AS last_last_day
  FROM reports_reportschedule s
  JOIN people_tenant t ON t.id = s.tenant_id
  LEFT JOIN reports_reportdefinition d ON s.definition = 'own-' || d.id
  LEFT JOIN reports_definitionversion v ON v.definition_id = d.id AND v.number = d.latest
 WHERE s.removed_at IS NULL

-- one_report: One report, without its content.
SELECT r.id, r.tenant_id, t.name AS tenant_name, r.definition, r.language, r.period, r.first_day,
       r.last_day, r.time_zone, r.is_compared, r.state, r.step, r.steps, r.error, r.created_at,
       r.created_by, r.made_at, r.coverage, r.sha256, r.schedule_id AS schedule,
       coalesce(s.name, '') AS schedule_name, r.is_approval_needed, r.released_at, r.released_by,
       r.is_last_year, r.own_version_id AS own_version, v.number AS own_number,
       coalesce(v.content->>'title_zh', '') AS own_title_zh,
       coalesce(v.content->>'title_en', '') AS own_title_en
  FROM reports_report r
  JOIN people_tenant t ON t.id = r.tenant_id
  LEFT JOIN reports_reportschedule s ON s.id = r.schedule_id
  LEFT JOIN reports_definitionversion v ON v.id = r.own_version_id
 WHERE r.id = %(id)s

-- content_of: The frozen content of one report.
SELECT content FROM reports_report WHERE id = %(id)s

-- add_report: A report that is to be made; nothing when its schedule has it already. One of one's
-- own is made by its newest version where none is named.
INSERT INTO reports_report (tenant_id, schedule_id, definition, language, period, first_day,
       last_day, time_zone, is_compared, created_at, created_by, is_approval_needed, is_last_year,
       own_version_id)
VALUES (%(tenant)s, %(schedule)s, %(definition)s, %(language)s, %(period)s, %(first)s, %(last)s,
        %(time_zone)s, %(is_compared)s, %(now)s, %(by)s, %(is_approval_needed)s, %(is_last_year)s,
        coalesce(%(own_version)s::bigint,
                 (SELECT v.id
                    FROM reports_reportdefinition d
                    JOIN reports_definitionversion v
                      ON v.definition_id = d.id AND v.number = d.latest
                   WHERE 'own-' || d.id = %(definition)s AND d.tenant_id = %(tenant)s)))
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

-- list_own: Reports of one's own for a list, with what the newest version is called.
SELECT d.id, d.tenant_id, t.name AS tenant_name, d.is_shared, d.owner_id AS owner, d.created_at,
       d.created_by, d.changed_at, d.changed_by, d.removed_at, d.latest AS version,
       v.id AS version_id, coalesce(v.content->>'title_zh', '') AS title_zh,
       coalesce(v.content->>'title_en', '') AS title_en
  FROM reports_reportdefinition d
  JOIN people_tenant t ON t.id = d.tenant_id
  JOIN reports_definitionversion v ON v.definition_id = d.id AND v.number = d.latest

-- latest_own: The newest version of a report of one's own that is not removed.
SELECT v.id, v.definition_id AS definition, v.number, v.content, v.at, v.by, v.note
  FROM reports_reportdefinition d
  JOIN reports_definitionversion v ON v.definition_id = d.id AND v.number = d.latest
 WHERE d.id = %(id)s AND d.tenant_id = %(tenant)s AND d.removed_at IS NULL

-- own_version: One version of a report of one's own, whichever is the newest.
SELECT v.id, v.definition_id AS definition, v.number, v.content, v.at, v.by, v.note
  FROM reports_definitionversion v
 WHERE v.id = %(id)s

-- own_versions: All versions of a report of one's own, the newest first.
SELECT v.id, v.definition_id AS definition, v.number, v.content, v.at, v.by, v.note
  FROM reports_definitionversion v
 WHERE v.definition_id = %(id)s
 ORDER BY v.number DESC

-- add_own: A report of one's own; what it says comes as its first version.
INSERT INTO reports_reportdefinition (tenant_id, is_shared, owner_id, latest, created_at,
       created_by, changed_at, changed_by)
VALUES (%(tenant)s, %(is_shared)s, %(owner)s, 1, %(now)s, %(by)s, %(now)s, %(by)s)
RETURNING id

-- next_own: A report of one's own gets a newer version, unless somebody else gave it one.
UPDATE reports_reportdefinition
   SET latest = latest + 1, is_shared = %(is_shared)s, changed_at = %(now)s, changed_by = %(by)s
 WHERE id = %(id)s AND latest = %(version)s AND removed_at IS NULL
RETURNING latest

-- share_own: Whether others of the tenant see a report of one's own.
UPDATE reports_reportdefinition
   SET is_shared = %(is_shared)s, changed_at = %(now)s, changed_by = %(by)s
 WHERE id = %(id)s AND latest = %(version)s AND removed_at IS NULL
RETURNING latest

-- add_own_version: What a report of one's own says from now on.
INSERT INTO reports_definitionversion (definition_id, number, content, note, at, by)
VALUES (%(id)s, %(number)s, %(content)s::jsonb, %(note)s, %(now)s, %(by)s)
RETURNING id

-- remove_own: A report of one's own is put away; reports that were made of it stay.
UPDATE reports_reportdefinition SET removed_at = %(now)s, changed_at = %(now)s, changed_by = %(by)s
 WHERE id = %(id)s AND removed_at IS NULL
RETURNING id

-- restore_own: A report of one's own that was put away comes back.
UPDATE reports_reportdefinition SET removed_at = NULL, changed_at = %(now)s, changed_by = %(by)s
 WHERE id = %(id)s AND removed_at IS NOT NULL
RETURNING id

-- schedules_of: How many schedules make a report of one's own.
SELECT count(*) AS count FROM reports_reportschedule
 WHERE definition = %(definition)s AND removed_at IS NULL

-- logo: A logo of a tenant.
SELECT content_type, data FROM reports_reportlogo
 WHERE tenant_id = %(tenant)s AND sha256 = %(sha256)s

-- count_logos: How many logos a tenant gave.
SELECT count(*) AS count FROM reports_reportlogo WHERE tenant_id = %(tenant)s

-- add_logo: A logo is kept, each once.
INSERT INTO reports_reportlogo (tenant_id, sha256, content_type, data, at, by)
VALUES (%(tenant)s, %(sha256)s, %(content_type)s, %(data)s, %(now)s, %(by)s)
ON CONFLICT DO NOTHING
