-- list_templates: Templates for a list.
SELECT m.id, m.tenant_id, t.name AS tenant_name, m.title, m.text, m.sha256, m.checks, m.items,
       m.version, m.changed_at, m.changed_by
  FROM inspection_inspectiontemplate m
  JOIN people_tenant t ON t.id = m.tenant_id
 WHERE m.removed_at IS NULL

-- template_text: What a template says.
SELECT text FROM inspection_inspectiontemplate WHERE id = %(id)s

-- add_template: A template of a tenant's own.
INSERT INTO inspection_inspectiontemplate (tenant_id, title, text, sha256, checks, items,
       changed_at, changed_by)
VALUES (%(tenant)s, %(title)s::jsonb, %(text)s, %(sha256)s, %(checks)s, %(items)s, %(now)s, %(by)s)
RETURNING id

-- change_template: A template says something else, unless it was changed meanwhile.
UPDATE inspection_inspectiontemplate
   SET title = %(title)s::jsonb, text = %(text)s, sha256 = %(sha256)s, checks = %(checks)s,
       items = %(items)s, version = version + 1, changed_at = %(now)s, changed_by = %(by)s
 WHERE id = %(id)s AND version = %(version)s AND removed_at IS NULL
RETURNING id

-- remove_template: Nobody inspects by a template any more; its inspections stay.
UPDATE inspection_inspectiontemplate SET removed_at = %(now)s
 WHERE id = %(id)s AND removed_at IS NULL
RETURNING id

-- end_schedules: A template that is gone has no schedules.
UPDATE inspection_inspectionschedule SET removed_at = %(now)s
 WHERE template_id = %(id)s AND removed_at IS NULL

-- list_schedules: Schedules for a list.
SELECT s.id, s.tenant_id, t.name AS tenant_name, s.template_id AS template,
       coalesce(m.title, s.title) AS title, s.rhythm, s.first_day, s.minute, s.time_zone,
       s.is_enabled, s.created_at, s.created_by, s.last_due_at
  FROM inspection_inspectionschedule s
  JOIN people_tenant t ON t.id = s.tenant_id
  LEFT JOIN inspection_inspectiontemplate m ON m.id = s.template_id
 WHERE s.removed_at IS NULL

-- add_schedule: Inspections again and again.
INSERT INTO inspection_inspectionschedule (tenant_id, template_id, title, rhythm, first_day, minute,
       time_zone, is_enabled, created_at, created_by)
VALUES (%(tenant)s, %(template)s, %(title)s::jsonb, %(rhythm)s, %(first)s, %(minute)s,
       %(time_zone)s, %(is_enabled)s, %(now)s, %(by)s)
RETURNING id

-- remove_schedule: A schedule ends; its inspections stay.
UPDATE inspection_inspectionschedule SET removed_at = %(now)s
 WHERE id = %(id)s AND removed_at IS NULL
RETURNING id

-- claim_due: An inspection was asked for a time; nothing when another process did so.
UPDATE inspection_inspectionschedule SET last_due_at = %(at)s
 WHERE id = %(id)s AND removed_at IS NULL AND (last_due_at IS NULL OR last_due_at < %(at)s)
RETURNING id
