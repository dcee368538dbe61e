-- list_emergencies: Emergencies for a list.
SELECT e.id, e.tenant_id, t.name AS tenant_name, e.ticket_id AS ticket, k.title AS ticket_title,
       k.contract_id AS contract, k.reported_at, e.declared_by, e.declared_at, e.reason, e.telling,
       coalesce(nullif(c.display_name, ''), c.username, '') AS commander_name,
       coalesce(nullif(s.display_name, ''), s.username, '') AS teller_name,
       e.update_due_at, e.ended_by, e.ended_at, e.resolution, e.timeline, e.postmortem, e.version,
       e.written_by, e.written_at, e.released_by, e.released_at, e.sha256
  FROM service_emergency e
  JOIN people_tenant t ON t.id = e.tenant_id
  JOIN service_ticket k ON k.id = e.ticket_id
  LEFT JOIN people_user c ON c.id = (e.telling ->> 'commander')::bigint
  LEFT JOIN people_user s ON s.id = (e.telling ->> 'teller')::bigint

-- lock_emergency: One emergency among some tenants, locked.
SELECT id FROM service_emergency
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- add_emergency: A ticket is declared an emergency; nothing when it is one already.
INSERT INTO service_emergency (tenant_id, ticket_id, declared_by, declared_at, reason, telling,
       update_due_at)
VALUES (%(tenant)s, %(ticket)s, %(by)s, %(now)s, %(reason)s, %(telling)s::jsonb, %(due_at)s)
    ON CONFLICT DO NOTHING
RETURNING id

-- add_line: A line of an emergency's time line.
INSERT INTO service_emergencyline (emergency_id, at, kind, by, text, written_at)
VALUES (%(id)s, %(at)s, %(kind)s, %(by)s, %(text)s, %(now)s)
RETURNING id

-- lines_of: What was written on an emergency's time line, the oldest first.
SELECT at, kind, by, text
  FROM service_emergencyline
 WHERE emergency_id = %(id)s
 ORDER BY at, id

-- lead_emergency: Who leads and tells from now on.
UPDATE service_emergency SET telling = %(telling)s::jsonb, update_due_at = %(due_at)s
 WHERE id = %(id)s

-- note_update_due: When people are to be told again.
UPDATE service_emergency SET update_due_at = %(due_at)s WHERE id = %(id)s

-- end_emergency: It has ended; its time line is kept as it is.
UPDATE service_emergency
   SET ended_by = %(by)s, ended_at = %(now)s, resolution = %(resolution)s,
       timeline = %(timeline)s::jsonb, update_due_at = NULL
 WHERE id = %(id)s

-- write_postmortem: What was found when looking back, unless somebody wrote meanwhile.
UPDATE service_emergency
   SET postmortem = %(said)s::jsonb, version = version + 1, written_by = %(by)s,
       written_at = %(now)s
 WHERE id = %(id)s AND version = %(version)s
RETURNING id

-- release_postmortem: The customer reads it from now on.
UPDATE service_emergency SET released_by = %(by)s, released_at = %(now)s, sha256 = %(sha256)s
 WHERE id = %(id)s

-- lines_to_tell: Updates that nobody was told of yet, locked.
SELECT l.id, l.emergency_id AS emergency, l.text, l.kind, k.contract_id AS contract, e.tenant_id AS tenant
  FROM service_emergencyline l
  JOIN service_emergency e ON e.id = l.emergency_id
  JOIN service_ticket k ON k.id = e.ticket_id
 WHERE l.kind IN ('declared', 'told', 'ended') AND l.told_at IS NULL
 ORDER BY l.id
 LIMIT 200
   FOR UPDATE OF l SKIP LOCKED

-- note_told: Those who are to know were told.
UPDATE service_emergencyline SET told_at = %(now)s WHERE id = ANY(%(ids)s)

-- due_emergencies: Emergencies of which people are to be told until an instant.
SELECT id, tenant_id AS tenant FROM service_emergency
 WHERE ended_at IS NULL AND update_due_at < %(until)s
 ORDER BY update_due_at, id
 LIMIT 200

