-- list_schedules: Schedules for a list.
SELECT s.id, s.tenant_id, s.name, s.time_zone, s.coverage, s.notice_minutes, s.note, s.changed_at,
       s.recorded_until,
       (SELECT count(*) FROM duty_layer l WHERE l.schedule_id = s.id) AS layers
  FROM duty_schedule s
 WHERE s.removed_at IS NULL

-- current_schedules: Every schedule that is in use, of all tenants.
SELECT id, tenant_id AS tenant, name, time_zone, coverage, notice_minutes, note, changed_at,
       recorded_until
  FROM duty_schedule
 WHERE removed_at IS NULL
 ORDER BY id

-- current_layers: The layers of every schedule that is in use, those that go before others first.
SELECT l.id, l.schedule_id AS schedule, l.name, l.role, l.unit, l.length, l.handoff_minute,
       l.starts_on, l.ends_on, l.groups, l.times, l.is_fair
  FROM duty_layer l
  JOIN duty_schedule s ON s.id = l.schedule_id
 WHERE s.removed_at IS NULL
 ORDER BY l.schedule_id, l.position, l.id

-- lock_duty: Changes of who is on duty, and the record of it, come one after another.
SELECT pg_advisory_xact_lock(7318349302072)

-- tenant_of_schedule: Whose schedule this is, among some tenants.
SELECT tenant_id AS tenant
  FROM duty_schedule
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) AND removed_at IS NULL

-- add_schedule: A new schedule; nothing is recorded of it before now.
INSERT INTO duty_schedule (tenant_id, name, time_zone, coverage, notice_minutes, note, changed_at,
                           recorded_until)
VALUES (%(tenant)s, %(name)s, %(time_zone)s, %(coverage)s::jsonb, %(notice_minutes)s, %(note)s,
        %(changed_at)s, %(changed_at)s)
RETURNING id

-- change_schedule: What may change of a schedule.
UPDATE duty_schedule
   SET name = %(name)s, time_zone = %(time_zone)s, coverage = %(coverage)s::jsonb,
       notice_minutes = %(notice_minutes)s, note = %(note)s, changed_at = %(changed_at)s
 WHERE id = %(id)s

-- touch_schedule: Something that goes before its layers changed.
UPDATE duty_schedule SET changed_at = %(now)s WHERE id = %(id)s

-- remove_schedule: A schedule is not used any more; its record stays.
UPDATE duty_schedule SET removed_at = %(at)s, changed_at = %(at)s WHERE id = %(id)s

-- note_recorded: Up to when it is written down who was on duty.
UPDATE duty_schedule SET recorded_until = %(until)s WHERE id = %(id)s

-- drop_layers: Layers that a schedule has no more.
DELETE FROM duty_layer WHERE schedule_id = %(schedule)s AND NOT id = ANY(%(ids)s)

-- add_layer: A new layer.
INSERT INTO duty_layer (schedule_id, position, name, role, unit, length, handoff_minute, starts_on,
                        ends_on, groups, times, is_fair)
VALUES (%(schedule)s, %(position)s, %(name)s, %(role)s, %(unit)s, %(length)s,
        %(handoff_minute)s, %(starts_on)s, %(ends_on)s, %(groups)s::jsonb, %(times)s::jsonb,
        %(is_fair)s)
RETURNING id

-- change_layer: A layer as it is now; nothing when the schedule has no such layer.
UPDATE duty_layer
   SET position = %(position)s, name = %(name)s, role = %(role)s, unit = %(unit)s,
       length = %(length)s, handoff_minute = %(handoff_minute)s, starts_on = %(starts_on)s,
       ends_on = %(ends_on)s, groups = %(groups)s::jsonb, times = %(times)s::jsonb,
       is_fair = %(is_fair)s
 WHERE id = %(id)s AND schedule_id = %(schedule)s
RETURNING id

-- signature: Differs whenever a schedule, or what goes before its layers, does.
SELECT (SELECT max(changed_at) FROM duty_schedule) AS schedules,
       (SELECT count(*) FROM duty_schedule WHERE removed_at IS NULL) AS schedule_count,
       (SELECT max(greatest(made_at, removed_at)) FROM duty_leave) AS leaves
