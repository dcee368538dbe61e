-- list_tickets: Tickets for a list.
SELECT k.id, k.tenant_id, t.name AS tenant_name, k.contract_id AS contract,
       c.name AS contract_name, k.terms, k.type, k.priority, k.state, k.title, k.description,
       k.details, k.alarm_id AS alarm, k.assignee_id AS assignee,
       coalesce(nullif(u.display_name, ''), u.username, '') AS assignee_name, k.opened_by,
       k.opened_side, k.opened_at, k.reported_at, k.changed_at, k.due_at, k.minutes,
       k.merged_into_id AS merged_into, k.split_from_id AS split_from, k.first_priority,
       v.content AS said
  FROM service_ticket k
  JOIN people_tenant t ON t.id = k.tenant_id
  JOIN service_contract c ON c.id = k.contract_id
  JOIN service_terms v ON v.contract_id = k.contract_id AND v.number = k.terms
  LEFT JOIN people_user u ON u.id = k.assignee_id

-- lock_ticket: One ticket among some tenants, locked.
SELECT id FROM service_ticket
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- count_of_type: How often a service of a contract was asked for since a day.
SELECT count(*) AS used FROM service_ticket
 WHERE contract_id = %(contract)s AND type = %(type)s AND state NOT IN ('cancelled', 'merged')
   AND reported_at >= %(since)s AND reported_at < %(until)s

-- add_ticket: Something is asked for.
INSERT INTO service_ticket (tenant_id, contract_id, terms, type, first_priority, priority, state,
       title, description, details, alarm_id, opened_by, opened_side, opened_at, reported_at,
       changed_at, split_from_id)
VALUES (%(tenant)s, %(contract)s, %(version)s, %(type)s, %(priority)s, %(priority)s, 'new',
       %(title)s, %(description)s, %(details)s::jsonb, %(alarm)s, %(by)s, %(side)s, %(now)s,
       %(reported_at)s, %(now)s, %(split_from)s)
RETURNING id

-- move_ticket: What a ticket is after something happened to it.
UPDATE service_ticket
   SET state = %(state)s, priority = coalesce(%(priority)s, priority),
       assignee_id = coalesce(%(assignee)s, assignee_id), minutes = minutes + %(minutes)s,
       changed_at = %(now)s
 WHERE id = %(id)s

-- lock_tickets: Some tickets among some tenants, locked, in an order that all keep.
SELECT id FROM service_ticket
 WHERE id = ANY(%(ids)s) AND tenant_id = ANY(%(tenants)s)
 ORDER BY id
   FOR UPDATE

-- note_merged: A ticket goes on in another; with none it does so no more.
UPDATE service_ticket
   SET state = %(state)s, merged_into_id = %(into)s, changed_at = %(now)s
 WHERE id = %(id)s

-- has_course: Whether something of a ticket goes on by itself: an emergency, a visit.
SELECT EXISTS (SELECT 1 FROM service_emergency WHERE ticket_id = %(id)s AND ended_at IS NULL)
    OR EXISTS (SELECT 1 FROM service_visit
                WHERE ticket_id = %(id)s AND state IN ('planned', 'arrived')) AS has_course

-- merged_into: The tickets that go on in one, those as well that went on in these.
WITH RECURSIVE gone(id) AS (
  SELECT id FROM service_ticket WHERE merged_into_id = %(id)s
  UNION
  SELECT k.id FROM service_ticket k JOIN gone g ON k.merged_into_id = g.id
)
SELECT id FROM gone ORDER BY id

-- note_due: When the next of what is owed is due.
UPDATE service_ticket SET due_at = %(due_at)s WHERE id = %(id)s

-- add_entry: A line of a ticket's log.
INSERT INTO service_entry (ticket_id, at, by, side, kind, text, minutes, reason, priority,
       assignee_name, is_news)
VALUES (%(id)s, %(at)s, %(by)s, %(side)s, %(kind)s, %(text)s, %(minutes)s, %(reason)s,
       coalesce(%(priority)s, ''), %(assignee_name)s, %(is_news)s)

-- entries_of: A ticket's log, the oldest first.
SELECT id, at, by, side, kind, text, minutes, reason, priority, assignee_name
  FROM service_entry
 WHERE ticket_id = %(id)s
 ORDER BY at, id

-- quality_tickets: A tenant's tickets of which something happened in a time, or that are open.
SELECT id, contract_id AS contract, terms, type, first_priority, title, reported_at, due_at, details,
       alarm_id AS alarm
  FROM service_ticket
 WHERE tenant_id = %(tenant)s AND opened_at < %(until)s
   AND (changed_at >= %(since)s OR state IN ('new', 'assigned', 'working', 'waiting'))
 ORDER BY id

-- quality_entries: The logs of these tickets until the end of the time.
SELECT e.ticket_id AS ticket, e.id, e.at, e.by, e.side, e.kind, e.text, e.minutes, e.reason,
       e.priority, e.assignee_name
  FROM service_entry e
  JOIN service_ticket k ON k.id = e.ticket_id
 WHERE k.tenant_id = %(tenant)s AND k.opened_at < %(until)s AND e.at < %(until)s
   AND (k.changed_at >= %(since)s OR k.state IN ('new', 'assigned', 'working', 'waiting'))
 ORDER BY e.ticket_id, e.at, e.id

-- due_tickets: Open tickets that are due until an instant, what is due first before the others.
SELECT k.id, k.tenant_id AS tenant, t.name AS tenant_name, k.contract_id AS contract, k.terms, k.type,
       k.first_priority, k.title, k.assignee_id AS assignee
  FROM service_ticket k
  JOIN people_tenant t ON t.id = k.tenant_id
 WHERE k.state IN ('new', 'assigned', 'working', 'waiting') AND k.due_at < %(until)s
 ORDER BY k.due_at, k.id
 LIMIT %(limit)s

-- entries_to_tell: What those who asked are to be told, for one copy of the job at a time.
SELECT id, ticket_id AS ticket, kind, text, by, at
  FROM service_entry
 WHERE is_news
 ORDER BY ticket_id, at, id
 LIMIT %(limit)s
   FOR UPDATE SKIP LOCKED

-- note_entries_told: They were told.
UPDATE service_entry SET is_news = false WHERE id = ANY(%(ids)s)

-- asked_for: Whose tickets these are and what they are, with those that went on in them.
WITH RECURSIVE heard(asked, id) AS (
  SELECT k.id, k.id FROM service_ticket k WHERE k.id = ANY(%(ids)s)
  UNION
  SELECT h.asked, k.id FROM service_ticket k JOIN heard h ON k.merged_into_id = h.id
)
SELECT h.asked, k.id, k.tenant_id AS tenant, k.title, k.opened_by, k.opened_side,
       u.id AS "user"
  FROM heard h
  JOIN service_ticket k ON k.id = h.id
  LEFT JOIN people_user u ON u.username = k.opened_by AND k.opened_side = 'customer'
                         AND u.tenant_id = k.tenant_id
 ORDER BY h.asked, k.id

-- entries_of_some: The logs of some tickets.
SELECT ticket_id AS ticket, id, at, by, side, kind, text, minutes, reason, priority, assignee_name
  FROM service_entry
 WHERE ticket_id = ANY(%(ids)s)
 ORDER BY ticket_id, at, id
