-- list_reclaims: Reclaims for a list.
SELECT c.id, c.tenant_id, t.name AS tenant_name, c.desktop_id AS desktop, c.desktop_name,
       c.source_id AS source, c.native_id, c.logins, c.asked, c.state, c.started_by, c.started_at,
       c.due_at, c.grace_days, c.remind_days, c.keep_days, c.quiet_days, c.unused_days,
       c.last_used_at, c.cpu, c.memory_mb, c.disk_gib, c.reminded_at, c.answer, c.answered_by,
       c.answered_at, c.note, c.request_id AS request, c.leaves_as, c.held_by, c.ended_at,
       c.given_back_at
  FROM reclaim_reclaim c
  JOIN people_tenant t ON t.id = c.tenant_id

-- lock_tenant: Reclaims of a tenant are counted one after the other.
SELECT pg_advisory_xact_lock(hashtext('reclaims'), hashint8(%(tenant)s::bigint))

-- count_within: How many of a tenant's desktops were asked back since a time.
SELECT count(*) AS count FROM reclaim_reclaim
 WHERE tenant_id = %(tenant)s AND started_at >= %(since)s

-- standing: Of some desktops, whether they are being asked back, and until when they are kept.
SELECT desktop_id AS desktop, bool_or(ended_at IS NULL) AS is_open,
       max(answered_at + make_interval(days => quiet_days)) FILTER (WHERE state = 'kept')
           AS quiet_until
  FROM reclaim_reclaim
 WHERE desktop_id = ANY(%(desktops)s)
 GROUP BY desktop_id

-- add_reclaim: A desktop is asked back; nothing when it is already.
INSERT INTO reclaim_reclaim (
       tenant_id, desktop_id, source_id, native_id, desktop_name, logins, asked, started_by, started_at, due_at,
       grace_days, remind_days, keep_days, quiet_days, unused_days, last_used_at, cpu, memory_mb,
       disk_gib)
VALUES (%(tenant)s, %(desktop)s, %(source)s, %(native)s, %(name)s, %(logins)s, %(asked)s, %(by)s, %(now)s, %(due_at)s,
        %(grace_days)s, %(remind_days)s, %(keep_days)s, %(quiet_days)s, %(unused_days)s,
        %(last_used_at)s, %(cpu)s, %(memory_mb)s, %(disk_gib)s)
ON CONFLICT DO NOTHING
RETURNING id

-- lock_reclaim: One that is about to change.
SELECT id FROM reclaim_reclaim WHERE id = %(id)s FOR UPDATE

-- claim_reclaim: One that is open and that nobody has looked at lately.
UPDATE reclaim_reclaim SET claimed_until = %(until)s
 WHERE id = (SELECT id FROM reclaim_reclaim
              WHERE ended_at IS NULL AND (claimed_until IS NULL OR claimed_until <= %(now)s)
              ORDER BY claimed_until NULLS FIRST, id
              LIMIT 1
                FOR UPDATE SKIP LOCKED)
RETURNING id

-- note_reclaim: How it stands now. again_at: until when nobody need look.
UPDATE reclaim_reclaim
   SET state = %(state)s, reminded_at = %(reminded_at)s, answer = %(answer)s,
       answered_by = %(answered_by)s, answered_at = %(answered_at)s, note = %(note)s,
       request_id = %(request)s, leaves_as = %(leaves_as)s, held_by = %(held_by)s,
       ended_at = %(ended_at)s, given_back_at = %(given_back_at)s, claimed_until = %(again_at)s
 WHERE id = %(id)s

-- ledger: What was given back, by month of a zone and tenant.
SELECT to_char(date_trunc('month', c.given_back_at AT TIME ZONE %(zone)s), 'YYYY-MM') AS month,
       c.tenant_id AS tenant, t.name AS tenant_name, count(*) AS desktops,
       coalesce(sum(c.cpu), 0)::int AS cpu, coalesce(sum(c.memory_mb), 0)::int AS memory_mb,
       coalesce(sum(c.disk_gib), 0)::int AS disk_gib,
       count(*) FILTER (WHERE c.disk_gib IS NULL) AS disk_unknown,
       min(c.given_back_at) AS first_at
  FROM reclaim_reclaim c
  JOIN people_tenant t ON t.id = c.tenant_id
 WHERE c.tenant_id = ANY(%(tenants)s) AND c.given_back_at IS NOT NULL
 GROUP BY 1, 2, 3
 ORDER BY 1 DESC, 3, 2
