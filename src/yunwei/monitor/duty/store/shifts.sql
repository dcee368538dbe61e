-- list_shifts: Who was on duty, for a list.
SELECT h.id, s.tenant_id, s.tenant_id AS tenant, h.schedule_id AS schedule,
       s.name AS schedule_name, h.user_id AS user, h.user_name, h.role, h.starts_at, h.ends_at,
       h.because_zh, h.because_en
  FROM duty_shift h
  JOIN duty_schedule s ON s.id = h.schedule_id

-- recorded: The record of one schedule that touches a time, in order.
SELECT h.id, s.tenant_id AS tenant, h.schedule_id AS schedule, s.name AS schedule_name,
       h.user_id AS user, h.user_name, h.role, h.starts_at, h.ends_at, h.because_zh,
       h.because_en
  FROM duty_shift h
  JOIN duty_schedule s ON s.id = h.schedule_id
 WHERE h.schedule_id = %(schedule)s AND h.starts_at < %(until)s
   AND (h.ends_at IS NULL OR h.ends_at > %(since)s)
 ORDER BY h.starts_at, h.id

-- present: Every schedule of some tenants with who is on duty as far as it is recorded; a row
-- without a user where nobody is.
SELECT s.id AS schedule, s.name AS schedule_name, h.user_name, h.role, h.starts_at
  FROM duty_schedule s
  LEFT JOIN duty_shift h ON h.schedule_id = s.id AND h.ends_at IS NULL
 WHERE s.removed_at IS NULL AND s.tenant_id = ANY(%(tenants)s)
 ORDER BY lower(s.name), s.id, h.role DESC, h.starts_at

-- recorded_of_user: The record of one person that touches a time, in order.
SELECT h.id, s.tenant_id AS tenant, h.schedule_id AS schedule, s.name AS schedule_name,
       h.user_id AS user, h.user_name, h.role, h.starts_at, h.ends_at, h.because_zh, h.because_en
  FROM duty_shift h
  JOIN duty_schedule s ON s.id = h.schedule_id
 WHERE h.user_id = %(user)s AND h.starts_at < %(until)s
   AND (h.ends_at IS NULL OR h.ends_at > %(since)s)
 ORDER BY h.starts_at, h.id

-- open_shifts: What of a schedule is on duty as far as it is recorded.
SELECT id, user_id AS user, role, because
  FROM duty_shift
 WHERE schedule_id = %(schedule)s AND ends_at IS NULL

-- served: Shifts of some schedules as primary, for counting rest days.
SELECT schedule_id AS schedule, user_id AS user, starts_at, coalesce(ends_at, %(now)s) AS ends_at
  FROM duty_shift
 WHERE schedule_id = ANY(%(ids)s) AND role = 'primary' AND starts_at < %(now)s
 ORDER BY starts_at

-- add_shift: Somebody came on duty.
INSERT INTO duty_shift (schedule_id, user_id, user_name, role, starts_at, ends_at, because,
                        because_zh, because_en)
VALUES (%(schedule)s, %(user)s, %(user_name)s, %(role)s, %(starts_at)s, %(ends_at)s,
        %(because)s::jsonb, %(because_zh)s, %(because_en)s)

-- close_shift: Somebody went off duty.
UPDATE duty_shift SET ends_at = %(at)s WHERE id = %(id)s AND ends_at IS NULL
