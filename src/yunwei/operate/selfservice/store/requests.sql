-- list_requests: Requests for a list.
SELECT r.id, r.tenant_id, t.name AS tenant_name, r.kind, r.state, r.desktop_id AS desktop,
       COALESCE(d.name, '') AS desktop_name, r.asked_by, r.login, r.reason, r.details, r.approvers,
       r.needs_provider, r.asked_at, r.expires_at, r.held_by, r.ended_at, r.end_note, r.monthly,
       r.once, r.currency, r.cost_note, r.department
  FROM selfservice_request r
  JOIN people_tenant t ON t.id = r.tenant_id
  LEFT JOIN inventory_desktop d ON d.id = r.desktop_id

-- lock_tenant: Requests of a tenant are counted one after the other.
SELECT pg_advisory_xact_lock(hashtext('selfservice requests'), hashint8(%(tenant)s::bigint))

-- count_asked: How much of a kind a person, and their tenant, has asked for.
SELECT count(*) FILTER (WHERE asked_by = %(by)s AND ended_at IS NULL) AS open_now,
       count(*) FILTER (WHERE asked_by = %(by)s AND asked_at >= %(since)s
                          AND state NOT IN ('cancelled', 'declined', 'expired')) AS within,
       count(*) FILTER (WHERE asked_at >= %(since)s
                          AND state NOT IN ('cancelled', 'declined', 'expired')) AS of_tenant
  FROM selfservice_request
 WHERE tenant_id = %(tenant)s AND kind = %(kind)s
   AND (ended_at IS NULL OR asked_at >= %(since)s)

-- add_request: Somebody asks for something.
INSERT INTO selfservice_request (
       tenant_id, desktop_id, kind, state, asked_by, login, reason, details, approvers,
       needs_provider, asked_at, expires_at, monthly, once, currency, cost_note, department)
VALUES (%(tenant)s, %(desktop)s, %(kind)s, %(state)s, %(by)s, %(login)s, %(reason)s, %(details)s,
        %(approvers)s, %(needs_provider)s, %(now)s, %(expires_at)s, %(monthly)s, %(once)s,
        %(currency)s, %(cost_note)s, %(department)s)
RETURNING id

-- sum_spent: What requests that were agreed to cost, by somebody or for a department ('' for all).
SELECT r.currency, count(*) AS requests, sum(r.monthly) AS monthly, sum(r.once) AS once
  FROM selfservice_request r
 WHERE r.tenant_id = %(tenant)s AND r.asked_at >= %(since)s AND r.currency <> ''
   AND r.state IN ('approved', 'fulfilling', 'stuck', 'fulfilled')
   AND (%(department)s::text = '' OR r.department = %(department)s::text)
   AND (%(by)s::text = '' OR EXISTS (
        SELECT FROM selfservice_requestevent e
         WHERE e.request_id = r.id AND e.kind = 'approved' AND e.by = %(by)s::text))
 GROUP BY r.currency
 ORDER BY r.currency

-- kept_until: Until when desktops are left to their users: the end of that day in every time zone.
SELECT desktop_id AS desktop,
       max(((details->>'until') || ' 12:00+00')::timestamptz + interval '1 day') AS kept_until
  FROM selfservice_request
 WHERE desktop_id = ANY(%(desktops)s) AND kind = 'extra_time' AND state = 'fulfilled'
 GROUP BY desktop_id

-- add_step: Something is to be done about it.
INSERT INTO selfservice_step (
       request_id, place, kind, what, source_id, desktop, name, login)
VALUES (%(request)s, %(place)s, %(kind)s, %(what)s, %(source)s, %(desktop)s, %(name)s, %(login)s)

-- add_event: Something happened to a request.
INSERT INTO selfservice_requestevent (request_id, at, by, kind, text)
VALUES (%(request)s, %(now)s, %(by)s, %(kind)s, %(text)s)

-- steps: What is to be done about a request, in order.
SELECT id, place, kind, what, state, source_id AS source, desktop, name, login, number, reason,
       act_id AS act, sending_at, done_at, done_by
  FROM selfservice_step WHERE request_id = %(request)s ORDER BY place

-- events: Its story, the oldest first.
SELECT at, by, kind, text FROM selfservice_requestevent WHERE request_id = %(request)s ORDER BY id

-- lock_request: A request that is about to change.
SELECT id FROM selfservice_request
 WHERE id = %(request)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- note_request: How a request stands now. again_at: until when nobody need look.
UPDATE selfservice_request
   SET state = %(state)s, held_by = %(held_by)s, ended_at = %(ended_at)s, end_note = %(end_note)s,
       claimed_until = %(again_at)s
 WHERE id = %(request)s

-- claim_request: One that goes on by itself and that nobody has in hand.
UPDATE selfservice_request SET claimed_until = %(until)s
 WHERE id = (SELECT id FROM selfservice_request
              WHERE state IN ('approved', 'fulfilling')
                AND (claimed_until IS NULL OR claimed_until <= %(now)s)
              ORDER BY claimed_until NULLS FIRST, id
              LIMIT 1
                FOR UPDATE SKIP LOCKED)
RETURNING id

-- claim_expired: Those whose approvals did not come in time.
SELECT id FROM selfservice_request
 WHERE state IN ('line', 'provider') AND expires_at <= %(now)s
 ORDER BY id
 LIMIT 100
   FOR UPDATE SKIP LOCKED

-- note_step: How a step stands now.
UPDATE selfservice_step
   SET state = %(state)s, number = %(number)s, reason = %(reason)s, act_id = %(act_id)s,
       desktop = %(native)s, sending_at = %(sending_at)s, done_at = %(done_at)s,
       done_by = %(done_by)s
 WHERE id = %(id)s

-- rules: How kinds of requests go for tenants.
SELECT tenant_id, kind, is_offered, approvers, needs_provider, most_open, most_within,
       most_of_tenant, frozen, expires_days, "like", monthly, once, currency, cost_note
  FROM selfservice_requestrule WHERE tenant_id = ANY(%(tenants)s)

-- save_rule: A tenant's kind goes so from now on.
INSERT INTO selfservice_requestrule (
       tenant_id, kind, is_offered, approvers, needs_provider, most_open, most_within,
       most_of_tenant, frozen, expires_days, "like", monthly, once, currency, cost_note)
VALUES (%(tenant)s, %(kind)s, %(is_offered)s, %(approvers)s, %(needs_provider)s, %(most_open)s,
        %(most_within)s, %(most_of_tenant)s, %(frozen)s, %(expires_days)s, %(like)s, %(monthly)s,
        %(once)s, %(currency)s, %(cost_note)s)
ON CONFLICT (tenant_id, kind) DO UPDATE
   SET is_offered = EXCLUDED.is_offered, approvers = EXCLUDED.approvers,
       needs_provider = EXCLUDED.needs_provider, most_open = EXCLUDED.most_open,
       most_within = EXCLUDED.most_within, most_of_tenant = EXCLUDED.most_of_tenant,
       frozen = EXCLUDED.frozen, expires_days = EXCLUDED.expires_days, "like" = EXCLUDED."like",
       monthly = EXCLUDED.monthly, once = EXCLUDED.once, currency = EXCLUDED.currency,
       cost_note = EXCLUDED.cost_note
