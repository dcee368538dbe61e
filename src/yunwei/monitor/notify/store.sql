-- list_channels: Channels for a list.
SELECT id, tenant_id, kind, name, settings, secrets_set, language, is_enabled, changed_at
  FROM notify_channel
 WHERE removed_at IS NULL

-- current_channels: Every channel that is in use, of all tenants.
SELECT id, tenant_id AS tenant, kind, name, settings, secrets_set, language, is_enabled,
       changed_at
  FROM notify_channel
 WHERE removed_at IS NULL

-- lock_channel: One channel among some tenants, locked.
SELECT id, tenant_id AS tenant, kind, name, settings, secrets_set, language, is_enabled,
       changed_at
  FROM notify_channel
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) AND removed_at IS NULL
   FOR UPDATE

-- channel_access: What a worker needs to send by a channel, sealed secrets included.
SELECT id, kind, name, settings, secrets, is_enabled, changed_at
  FROM notify_channel
 WHERE id = %(id)s AND removed_at IS NULL

-- add_channel: A new channel.
INSERT INTO notify_channel (
       tenant_id, kind, name, settings, secrets, secrets_set, language, is_enabled, changed_at)
VALUES (%(tenant)s, %(kind)s, %(name)s, %(settings)s::jsonb, %(secrets)s,
        %(secrets_set)s::jsonb, %(language)s, %(is_enabled)s, %(changed_at)s)
RETURNING id

-- change_channel: A channel's new settings.
UPDATE notify_channel SET
       name = %(name)s, settings = %(settings)s::jsonb, secrets = %(secrets)s,
       secrets_set = %(secrets_set)s::jsonb, language = %(language)s,
       is_enabled = %(is_enabled)s, changed_at = %(changed_at)s
 WHERE id = %(id)s

-- remove_channel: Takes a channel out of use; its messages stay.
UPDATE notify_channel SET removed_at = %(at)s, is_enabled = false, changed_at = %(at)s
 WHERE id = %(id)s

-- list_routes: Routes for a list.
SELECT id, tenant_id, position, name, condition, channels, people, roles, on_screen, tells_clear,
       goes_on, is_enabled, changed_at
  FROM notify_route
 WHERE removed_at IS NULL

-- current_routes: Every route, of all tenants.
SELECT id, tenant_id AS tenant, position, name, condition, channels, people, roles, on_screen,
       tells_clear, goes_on, is_enabled, changed_at
  FROM notify_route
 WHERE removed_at IS NULL

-- lock_route: One route among some tenants, locked.
SELECT id, tenant_id AS tenant, position, name, condition, channels, people, roles, on_screen,
       tells_clear, goes_on, is_enabled, changed_at
  FROM notify_route
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) AND removed_at IS NULL
   FOR UPDATE

-- add_route: A new route at the end of its tenant's table.
INSERT INTO notify_route (
       tenant_id, position, name, condition, channels, people, roles, on_screen, tells_clear,
       goes_on, is_enabled, changed_at)
SELECT %(tenant)s, coalesce(max(position), 0) + 1, %(name)s, %(condition)s::jsonb,
       %(channels)s::jsonb, %(people)s::jsonb, %(roles)s::jsonb, %(on_screen)s, %(tells_clear)s,
       %(goes_on)s, %(is_enabled)s, %(changed_at)s
  FROM notify_route WHERE tenant_id = %(tenant)s
RETURNING id

-- change_route: A route's new content.
UPDATE notify_route SET
       name = %(name)s, condition = %(condition)s::jsonb, channels = %(channels)s::jsonb,
       people = %(people)s::jsonb, roles = %(roles)s::jsonb, on_screen = %(on_screen)s,
       tells_clear = %(tells_clear)s, goes_on = %(goes_on)s, is_enabled = %(is_enabled)s,
       changed_at = %(changed_at)s
 WHERE id = %(id)s

-- remove_route: Takes a route out of the table; messages keep it as their reason.
UPDATE notify_route SET removed_at = %(at)s, is_enabled = false, changed_at = %(at)s
 WHERE id = %(id)s

-- place_routes: Gives routes of one tenant their positions.
UPDATE notify_route r SET position = wanted.position, changed_at = %(at)s
  FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted (id, position)
 WHERE r.id = wanted.id AND r.tenant_id = %(tenant)s

-- provider: The provider's tenant and the names of all.
SELECT id, name, is_provider FROM people_tenant

-- add_messages: Puts messages into the outbox; the same one once, or again when it was cancelled
-- before it was sent. On screen is sent at once.
INSERT INTO notify_message (
       dedupe, tenant_id, alarm_id, occurrence, kind, route_id, route_name, channel_id, user_id,
       recipient, address, content, severity, data, state, created_at, next_at, sent_at)
SELECT r.dedupe, r.tenant, r.alarm, r.occurrence, r.kind, r.route, r.route_name, r.channel,
       r."user", r.recipient, r.address, r.content, r.severity, r.data,
       CASE WHEN r.channel IS NULL THEN 'sent' ELSE 'pending' END,
       r.at, CASE WHEN r.channel IS NULL THEN NULL ELSE r.at END,
       CASE WHEN r.channel IS NULL THEN r.at ELSE NULL END
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       dedupe text, tenant bigint, alarm bigint, occurrence bigint, kind text, route bigint,
       route_name text, channel bigint, "user" bigint, recipient text, address text,
       content jsonb, severity text, data jsonb, at timestamptz)
ON CONFLICT (dedupe) DO UPDATE SET
       state = 'pending', next_at = excluded.next_at, created_at = excluded.created_at,
       attempts = 0, error = '', content = excluded.content, severity = excluded.severity,
       data = excluded.data, route_id = excluded.route_id, route_name = excluded.route_name
 WHERE notify_message.state = 'cancelled'

-- told_of: The raises that people were told of, per occurrence, to tell the same of the end.
SELECT m.id, m.occurrence, m.route_id AS route, m.route_name, m.channel_id AS channel,
       m.user_id AS "user", m.recipient, m.address, coalesce(r.tells_clear, true) AS tells_clear
  FROM notify_message m
  LEFT JOIN notify_route r ON r.id = m.route_id
 WHERE m.occurrence = ANY(%(occurrences)s) AND m.kind = 'raise'
   AND m.state IN ('pending', 'sending', 'sent')
 ORDER BY m.id

-- claim_messages: Takes due messages for a while; another worker takes others.
UPDATE notify_message m SET
       state = 'sending', attempts = m.attempts + 1, lease_until = %(lease_until)s
  FROM (SELECT d.id
          FROM notify_message d
         WHERE ((d.state = 'pending' AND d.next_at <= %(now)s)
                OR (d.state = 'sending' AND d.lease_until < %(now)s))
           AND d.channel_id <> ALL(%(busy)s)
           AND (d.kind <> 'clear' OR NOT EXISTS (
                    SELECT 1 FROM notify_message raised
                     WHERE raised.occurrence = d.occurrence AND raised.kind = 'raise'
                       AND raised.channel_id = d.channel_id
                       AND raised.user_id IS NOT DISTINCT FROM d.user_id
                       AND raised.state IN ('pending', 'sending')))
         ORDER BY d.next_at, d.id
         LIMIT %(limit)s
           FOR UPDATE OF d SKIP LOCKED) due
 WHERE m.id = due.id
RETURNING m.id, m.tenant_id AS tenant, m.alarm_id AS alarm, m.dedupe, m.kind,
          m.channel_id AS channel, m.recipient, m.address, m.content, m.severity, m.data,
          m.attempts, m.created_at,
          m.kind = 'raise' AND EXISTS (
              SELECT 1 FROM alarms_alarm a
               WHERE a.id = m.alarm_id AND jsonb_array_length(a.suppressed_by) > 0
          ) OR m.kind = 'clear' AND NOT EXISTS (
              SELECT 1 FROM notify_message raised
               WHERE raised.occurrence = m.occurrence AND raised.kind = 'raise'
                 AND raised.channel_id = m.channel_id
                 AND raised.user_id IS NOT DISTINCT FROM m.user_id AND raised.state = 'sent'
          ) AS is_suppressed

-- finish_message: Writes what became of a message.
UPDATE notify_message SET
       state = %(state)s, next_at = %(next_at)s, error = %(error)s, lease_until = NULL,
       sent_at = CASE WHEN %(state)s = 'sent' THEN %(now)s::timestamptz ELSE sent_at END
 WHERE id = %(id)s

-- add_delivery: Writes one attempt into the log.
INSERT INTO notify_delivery (message_id, at, is_ok, detail, duration_s)
VALUES (%(message)s, %(at)s, %(is_ok)s, %(detail)s, %(duration_s)s)

-- deliveries_of_message: The attempts of one message, oldest first.
SELECT at, is_ok, detail, duration_s FROM notify_delivery
 WHERE message_id = %(message)s ORDER BY at, id

-- list_messages: Messages for a list.
SELECT m.id, m.tenant_id, m.alarm_id, m.kind, m.state, m.route_name,
       coalesce(c.name, '') AS channel_name, m.channel_id, m.user_id, m.recipient, m.address,
       m.content, m.severity, m.attempts, m.error, m.created_at, m.sent_at, m.next_at, m.read_at
  FROM notify_message m
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

-- seconds_until_due: How long until the next message is due; null when none waits. A clear waits
-- for its raise, not for a time.
SELECT extract(epoch FROM min(coalesce(lease_until, next_at)) - %(now)s::timestamptz)::float8
       AS wait_s
  FROM notify_message WHERE state IN ('pending', 'sending') AND kind <> 'clear'

-- routes_signature: Changes whenever a route or a channel does.
SELECT (SELECT count(*) FROM notify_route) AS routes,
       (SELECT max(changed_at) FROM notify_route) AS route_changed_at,
       (SELECT count(*) FROM notify_channel) AS channels,
       (SELECT max(changed_at) FROM notify_channel) AS channel_changed_at
