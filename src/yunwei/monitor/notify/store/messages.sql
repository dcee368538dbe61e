-- add_messages: Puts messages into the outbox; the same one once, or again when it was cancelled
-- before it was sent. On screen is sent at once.
INSERT INTO notify_message (
       dedupe, tenant_id, alarm_id, occurrence, kind, route_id, route_name, channel_id, user_id,
       escalation_id, recipient, address, content, severity, link, data, language, hold, reason,
       state, created_at, next_at, sent_at)
SELECT r.dedupe, r.tenant, r.alarm, r.occurrence, r.kind, r.route, r.route_name, r.channel,
       r."user", r.escalation, r.recipient, r.address, r.content, r.severity, r.link, r.data,
       r.language, r.hold, r.reason,
       CASE WHEN r.reason <> '' THEN 'cancelled'
            WHEN r.channel IS NULL AND r.due_at IS NULL THEN 'sent' ELSE 'pending' END,
       r.at,
       CASE WHEN r.reason <> '' OR (r.channel IS NULL AND r.due_at IS NULL) THEN NULL
            ELSE coalesce(r.due_at, r.at) END,
       CASE WHEN r.channel IS NULL AND r.due_at IS NULL THEN r.at ELSE NULL END
  FROM unnest(%(rows.dedupe)s::text[], %(rows.tenant)s::bigint[], %(rows.alarm)s::bigint[],
              %(rows.occurrence)s::bigint[], %(rows.kind)s::text[], %(rows.route)s::bigint[],
              %(rows.route_name)s::text[], %(rows.channel)s::bigint[], %(rows.user)s::bigint[],
              %(rows.escalation)s::bigint[], %(rows.recipient)s::text[],
              %(rows.address)s::text[], %(rows.content)s::jsonb[], %(rows.severity)s::text[],
              %(rows.link)s::text[], %(rows.data)s::jsonb[], %(rows.language)s::text[],
              %(rows.hold)s::text[], %(rows.reason)s::text[], %(rows.due_at)s::timestamptz[],
              %(rows.at)s::timestamptz[])
       AS r (dedupe, tenant, alarm, occurrence, kind, route, route_name, channel, "user",
             escalation, recipient, address, content, severity, link, data, language, hold, reason,
             due_at, at)
ON CONFLICT (dedupe) DO UPDATE SET
       state = excluded.state, next_at = excluded.next_at, created_at = excluded.created_at,
       sent_at = excluded.sent_at, hold = excluded.hold, digest_id = NULL,
       reason = excluded.reason, attempts = 0, error = '', content = excluded.content, severity = excluded.severity,
       data = excluded.data, route_id = excluded.route_id, route_name = excluded.route_name
 WHERE notify_message.state = 'cancelled'

-- told_of: The raises that people were told of, per occurrence, to tell the same of the end.
SELECT m.id, m.occurrence, m.route_id AS route, m.route_name, m.channel_id AS channel,
       m.user_id AS "user", m.recipient, m.address, m.hold, m.created_at,
       CASE WHEN m.hold <> '' THEN m.next_at END AS due_at,
       coalesce(r.tells_clear, true) AS tells_clear
  FROM notify_message m
  LEFT JOIN notify_route r ON r.id = m.route_id
 WHERE m.occurrence = ANY(%(occurrences)s) AND m.kind = 'raise'
   AND m.state IN ('pending', 'sending', 'sent', 'merged')
 ORDER BY m.id

-- told_of_flapping: Who was told that alarms flap, by the beginnings of those messages' keys.
SELECT k.key, m.id, m.occurrence, m.route_id AS route, m.route_name, m.channel_id AS channel,
       m.user_id AS "user", m.recipient, m.address, m.hold, m.created_at,
       CASE WHEN m.hold <> '' THEN m.next_at END AS due_at,
       coalesce(r.tells_clear, true) AS tells_clear
  FROM unnest(%(keys)s::text[]) AS k (key)
  JOIN notify_message m ON m.alarm_id = split_part(k.key, '-', 1)::bigint
   AND m.kind = 'flapping' AND starts_with(m.dedupe, k.key || '-')
  LEFT JOIN notify_route r ON r.id = m.route_id
 WHERE m.state IN ('pending', 'sending', 'sent', 'merged')
 ORDER BY m.id

-- told_by_keys: What became of messages, by their keys.
SELECT m.dedupe AS key, m.recipient, coalesce(c.name, '') AS channel_name, m.state, m.sent_at,
       m.error
  FROM notify_message m
  LEFT JOIN notify_channel c ON c.id = m.channel_id
 WHERE m.dedupe = ANY(%(keys)s)

-- told_occurrences: Which of some occurrences anybody was told of, or is to be.
SELECT DISTINCT occurrence FROM notify_message
 WHERE occurrence = ANY(%(occurrences)s) AND kind = 'raise' AND state <> 'cancelled'

-- deliveries_of_message: The attempts of one message, oldest first.
SELECT at, is_ok, detail, duration_s FROM notify_delivery
 WHERE message_id = %(message)s ORDER BY at, id

-- list_messages: Messages for a list.
SELECT m.id, m.tenant_id, m.alarm_id, m.kind, m.state, m.route_name,
       coalesce(c.name, '') AS channel_name, m.channel_id, m.user_id, m.recipient, m.address,
       m.content, m.severity, m.link, m.reason, m.digest_id AS digest, m.hold, m.is_doubtful, m.attempts,
       m.error, m.created_at, m.sent_at, m.next_at, m.read_at, m.replaces_id AS replaces,
       coalesce(r.state, '') AS receipt, r.at AS receipt_at, coalesce(r.reason, '') AS receipt_reason,
       r.said_at AS receipt_said_at, coalesce(r.native_id, '') AS native_id
  FROM notify_message m
  LEFT JOIN notify_receipt r ON r.message_id = m.id
  LEFT JOIN notify_channel c ON c.id = m.channel_id

-- lock_message: One message among some tenants, locked.
SELECT id, state, channel_id, user_id FROM notify_message
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- retry_message: Sends a dead message again.
UPDATE notify_message SET state = 'pending', next_at = %(now)s, attempts = 0, error = ''
 WHERE id = %(id)s

-- count_unread: Messages on screen that a person has not read.
SELECT count(*) AS count FROM notify_message
 WHERE user_id = %(user)s AND channel_id IS NULL AND read_at IS NULL

-- mark_read: A person has read their messages on screen.
UPDATE notify_message SET read_at = %(now)s
 WHERE user_id = %(user)s AND channel_id IS NULL AND read_at IS NULL
   AND (%(id)s::bigint IS NULL OR id = %(id)s)
