-- list_acts: Acts for a list.
SELECT a.id, a.tenant_id, t.name AS tenant_name, a.desktop_id AS desktop, d.name AS desktop_name,
       d.native_id, d.source_id AS source, a.act, a.state, a.asked_by, a.asked_at, a.note,
       a.is_repair, a.diagnosis_id AS diagnosis, a.number, a.reason, a.sending_at, a.ended_at,
       a.done_at, a.seen_state, a.seen_login
  FROM selfservice_act a
  JOIN people_tenant t ON t.id = a.tenant_id
  JOIN inventory_desktop d ON d.id = a.desktop_id

-- list_messages: Messages to support for a list.
SELECT m.id, m.tenant_id, t.name AS tenant_name, m.desktop_id AS desktop, d.name AS desktop_name,
       m.by, m.text, m.is_automatic, m.diagnosis_id AS diagnosis, m.act_id AS act, m.at,
       m.closed_at, m.closed_by
  FROM selfservice_supportmessage m
  JOIN people_tenant t ON t.id = m.tenant_id
  JOIN inventory_desktop d ON d.id = m.desktop_id

-- add_act: Somebody asks for an act; nothing when something is being done to the desktop already.
INSERT INTO selfservice_act (
       tenant_id, desktop_id, diagnosis_id, act, asked_by, asked_at, note, is_repair)
VALUES (%(tenant)s, %(desktop)s, %(diagnosis)s, %(act)s, %(by)s, %(now)s, %(note)s, %(is_repair)s)
ON CONFLICT DO NOTHING
RETURNING id

-- lock_asker: A person's repairs are counted one after the other.
SELECT pg_advisory_xact_lock(hashtext('selfservice repairs ' || %(by)s))

-- count_repairs: How many a person has asked for since a time.
SELECT count(*) AS count FROM selfservice_act
 WHERE asked_by = %(by)s AND is_repair AND asked_at >= %(since)s

-- claim_act: One act that is not over and that nobody has in hand, the oldest first.
UPDATE selfservice_act SET claimed_until = %(until)s
 WHERE id = (SELECT id FROM selfservice_act
              WHERE state IN ('asked', 'sending', 'sent', 'checking')
                AND (claimed_until IS NULL OR claimed_until <= %(now)s)
              ORDER BY claimed_until NULLS FIRST, id
              LIMIT 1
                FOR UPDATE SKIP LOCKED)
RETURNING id

-- note_act: How an act stands now. again_at: until when nobody need look.
UPDATE selfservice_act
   SET state = %(state)s, number = %(number)s, reason = %(reason)s, sending_at = %(sending_at)s,
       ended_at = %(ended_at)s, done_at = %(done_at)s, seen_state = %(seen_state)s,
       seen_login = %(seen_login)s, claimed_until = %(again_at)s
 WHERE id = %(id)s

-- add_message: Somebody writes to support.
INSERT INTO selfservice_supportmessage (
       tenant_id, desktop_id, diagnosis_id, act_id, by, text, is_automatic, at)
VALUES (%(tenant)s, %(desktop)s, %(diagnosis)s, %(act_id)s, %(by)s, %(text)s, %(is_automatic)s,
        %(now)s)
RETURNING id

-- close_message: A message was dealt with.
UPDATE selfservice_supportmessage SET closed_at = %(now)s, closed_by = %(by)s
 WHERE id = %(id)s AND closed_at IS NULL AND tenant_id = ANY(%(tenants)s)
RETURNING id

-- message_of_act: What was written when an act did not succeed.
SELECT id FROM selfservice_supportmessage
 WHERE act_id = %(act_id)s AND is_automatic
 ORDER BY id
 LIMIT 1
