-- current_overrides: Overrides that hold or will, or did not long ago, in the order they were made.
SELECT o.id, o.schedule_id AS schedule, o.kind, o.user_id AS user, o.stand_in_id AS stand_in,
       o.role, o.starts_at, o.ends_at, o.note, o.by, o.swap_id AS swap
  FROM duty_override o
 WHERE o.removed_at IS NULL AND o.ends_at > %(since)s
 ORDER BY o.id

-- current_temporaries: Temporary shifts that hold or will, or did not long ago.
SELECT t.id, t.schedule_id AS schedule, t.user_id AS user, t.role, t.starts_at, t.ends_at, t.note,
       t.by
  FROM duty_temporary t
 WHERE t.removed_at IS NULL AND t.ends_at > %(since)s
 ORDER BY t.id

-- current_leaves: When people are away, or will be, or were not long ago.
SELECT l.id, l.user_id AS user, coalesce(nullif(u.display_name, ''), u.username) AS user_name,
       u.tenant_id AS tenant, l.starts_at, l.ends_at, l.note, l.by
  FROM duty_leave l
  JOIN people_user u ON u.id = l.user_id
 WHERE l.removed_at IS NULL AND l.ends_at > %(since)s
 ORDER BY l.starts_at, l.id

-- list_overrides: Overrides for a list.
SELECT o.id, s.tenant_id, o.schedule_id AS schedule, s.name AS schedule_name, o.kind,
       o.user_id AS user, o.stand_in_id AS stand_in,
       coalesce(nullif(u.display_name, ''), u.username, '') AS user_name,
       coalesce(nullif(i.display_name, ''), i.username, '') AS stand_in_name,
       o.role, o.starts_at, o.ends_at, o.note, o.by, o.swap_id AS swap
  FROM duty_override o
  JOIN duty_schedule s ON s.id = o.schedule_id
  LEFT JOIN people_user u ON u.id = o.user_id
  LEFT JOIN people_user i ON i.id = o.stand_in_id
 WHERE o.removed_at IS NULL AND s.removed_at IS NULL

-- list_temporaries: Temporary shifts for a list.
SELECT t.id, s.tenant_id, t.schedule_id AS schedule, s.name AS schedule_name, t.user_id AS user,
       coalesce(nullif(u.display_name, ''), u.username) AS user_name, t.role, t.starts_at,
       t.ends_at, t.note, t.by
  FROM duty_temporary t
  JOIN duty_schedule s ON s.id = t.schedule_id
  JOIN people_user u ON u.id = t.user_id
 WHERE t.removed_at IS NULL AND s.removed_at IS NULL

-- list_leaves: Leave for a list.
SELECT l.id, u.tenant_id, u.tenant_id AS tenant, l.user_id AS user,
       coalesce(nullif(u.display_name, ''), u.username) AS user_name, l.starts_at, l.ends_at,
       l.note, l.by
  FROM duty_leave l
  JOIN people_user u ON u.id = l.user_id
 WHERE l.removed_at IS NULL

-- list_swaps: Requests to swap for a list.
SELECT w.id, s.tenant_id, s.tenant_id AS tenant, w.schedule_id AS schedule,
       s.name AS schedule_name, w.asker_id AS asker, w.asked_id AS asked,
       coalesce(nullif(a.display_name, ''), a.username) AS asker_name,
       coalesce(nullif(b.display_name, ''), b.username) AS asked_name,
       w.starts_at, w.ends_at, w.return_starts_at, w.return_ends_at, w.note, w.state, w.asked_at,
       w.answered_at
  FROM duty_swap w
  JOIN duty_schedule s ON s.id = w.schedule_id
  JOIN people_user a ON a.id = w.asker_id
  JOIN people_user b ON b.id = w.asked_id
 WHERE s.removed_at IS NULL

-- recent_swaps: Requests that were asked or answered lately.
SELECT w.id, s.tenant_id AS tenant, w.schedule_id AS schedule,
       s.name AS schedule_name, w.asker_id AS asker, w.asked_id AS asked,
       coalesce(nullif(a.display_name, ''), a.username) AS asker_name,
       coalesce(nullif(b.display_name, ''), b.username) AS asked_name,
       w.starts_at, w.ends_at, w.return_starts_at, w.return_ends_at, w.note, w.state, w.asked_at,
       w.answered_at
  FROM duty_swap w
  JOIN duty_schedule s ON s.id = w.schedule_id
  JOIN people_user a ON a.id = w.asker_id
  JOIN people_user b ON b.id = w.asked_id
 WHERE s.removed_at IS NULL AND coalesce(w.answered_at, w.asked_at) > %(since)s
 ORDER BY w.id

-- add_override: A new override.
INSERT INTO duty_override (schedule_id, kind, user_id, stand_in_id, role, starts_at, ends_at, note,
                           by, swap_id, made_at)
VALUES (%(schedule)s, %(kind)s, %(user)s, %(stand_in)s, %(role)s, %(starts_at)s, %(ends_at)s,
        %(note)s, %(by)s, %(swap)s, %(now)s)
RETURNING id

-- end_override: An override ends, or is taken back when it has not begun.
UPDATE duty_override
   SET ends_at = least(ends_at, greatest(starts_at, %(now)s)),
       removed_at = CASE WHEN starts_at >= %(now)s THEN %(now)s END
 WHERE id = %(id)s AND ends_at > %(now)s
RETURNING id

-- add_temporary: A new temporary shift.
INSERT INTO duty_temporary (schedule_id, user_id, role, starts_at, ends_at, note, by, made_at)
VALUES (%(schedule)s, %(user)s, %(role)s, %(starts_at)s, %(ends_at)s, %(note)s, %(by)s, %(now)s)
RETURNING id

-- end_temporary: A temporary shift ends, or is taken back when it has not begun.
UPDATE duty_temporary
   SET ends_at = least(ends_at, greatest(starts_at, %(now)s)),
       removed_at = CASE WHEN starts_at >= %(now)s THEN %(now)s END
 WHERE id = %(id)s AND ends_at > %(now)s
RETURNING id

-- add_leave: Somebody is away.
INSERT INTO duty_leave (user_id, starts_at, ends_at, note, by, made_at)
VALUES (%(user)s, %(starts_at)s, %(ends_at)s, %(note)s, %(by)s, %(now)s)
RETURNING id

-- end_leave: Leave ends, or is taken back when it has not begun.
UPDATE duty_leave
   SET ends_at = least(ends_at, greatest(starts_at, %(now)s)),
       removed_at = CASE WHEN starts_at >= %(now)s THEN %(now)s END, made_at = %(now)s
 WHERE id = %(id)s AND ends_at > %(now)s
RETURNING id

-- add_swap: Somebody asks somebody to swap.
INSERT INTO duty_swap (schedule_id, asker_id, asked_id, starts_at, ends_at, return_starts_at,
                       return_ends_at, note, state, asked_at)
VALUES (%(schedule)s, %(asker)s, %(asked)s, %(starts_at)s, %(ends_at)s, %(return_starts_at)s,
        %(return_ends_at)s, %(note)s, 'asked', %(now)s)
RETURNING id

-- answer_swap: What became of a request; nothing when it was answered already.
UPDATE duty_swap SET state = %(state)s, answered_at = %(now)s
 WHERE id = %(id)s AND state = 'asked'
RETURNING id

-- expire_swaps: Requests whose time has begun without an answer.
UPDATE duty_swap SET state = 'expired', answered_at = %(now)s
 WHERE state = 'asked' AND least(starts_at, coalesce(return_starts_at, starts_at)) <= %(now)s
RETURNING id
