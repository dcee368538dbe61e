-- due_channels: The channels that have something due. The screen has no number and is 0.
SELECT DISTINCT coalesce(channel_id, 0) AS channel
  FROM notify_message
 WHERE ((state = 'pending' AND next_at <= %(now)s)
        OR (state = 'sending' AND lease_until < %(now)s))
   AND coalesce(channel_id, 0) <> ALL(%(busy)s)

-- due_ids: What is due of one channel, critical first; another worker takes others. A clear waits
-- until its raise is told or given up. A digest that waits is among them, for others to join.
SELECT d.id
  FROM notify_message d
 WHERE d.channel_id = %(channel)s
   AND ((d.state = 'pending' AND (d.next_at <= %(now)s OR (d.kind = 'digest' AND d.attempts = 0)))
        OR (d.state = 'sending' AND d.lease_until < %(now)s))
   AND d.hold = ''
   AND (d.kind <> 'clear' OR NOT EXISTS (
            SELECT 1 FROM notify_message raised
             WHERE raised.occurrence = d.occurrence AND raised.kind = 'raise'
               AND raised.channel_id = d.channel_id
               AND raised.user_id IS NOT DISTINCT FROM d.user_id
               AND (raised.state IN ('pending', 'sending')
                    OR (raised.state = 'merged' AND raised.sent_at IS NULL))))
 ORDER BY d.severity <> 'critical', d.next_at, d.id
 LIMIT %(limit)s
   FOR UPDATE OF d SKIP LOCKED

-- held_ids: What was held back, of one channel or (0) on screen, and is to be told together now.
SELECT d.id
  FROM notify_message d
 WHERE coalesce(d.channel_id, 0) = %(channel)s AND d.hold <> ''
   AND d.state = 'pending' AND d.next_at <= %(now)s
 ORDER BY d.next_at, d.id
 LIMIT %(limit)s
   FOR UPDATE OF d SKIP LOCKED

-- member_ids: The messages that some digests tell of.
SELECT id, digest_id AS digest FROM notify_message
 WHERE digest_id = ANY(%(ids)s) AND state = 'merged'
   FOR UPDATE

-- weigh_messages: Messages, with how things stand that decide whether they are worth sending.
SELECT m.id, m.tenant_id AS tenant, m.alarm_id AS alarm, m.dedupe, m.kind,
       coalesce(m.channel_id, 0) AS channel, m.user_id AS "user", m.recipient, m.address, m.content,
       m.severity, m.data, m.link, m.language, m.hold, m.attempts, m.created_at,
       m.is_doubtful OR m.state = 'sending' AS is_doubtful,
       a.id IS NOT NULL AND a.clear_cause <> 'notice'
           AND (a.is_cleared OR a.occurrence <> m.occurrence) AS is_over,
       coalesce(jsonb_array_length(a.suppressed_by) > 0, false) AS is_suppressed,
       -- what was pressed by hand, or is told acknowledged or not, goes all the same
       coalesce(a.operator_state = 'acknowledged' AND a.operator_at > m.created_at, false)
           AND (m.escalation_id IS NULL
                OR m.data #>> '{escalation,despite_acknowledgement}' = 'false') AS is_acknowledged,
       m.kind = 'raise' AND EXISTS (
           SELECT 1 FROM notify_message newer
            WHERE newer.occurrence = m.occurrence AND newer.kind = 'raise'
              AND newer.channel_id IS NOT DISTINCT FROM m.channel_id
              AND newer.user_id IS NOT DISTINCT FROM m.user_id
              -- another step is another fact, told beside this one
              AND newer.escalation_id IS NOT DISTINCT FROM m.escalation_id
              AND newer.data #>> '{escalation,step}'
                  IS NOT DISTINCT FROM m.data #>> '{escalation,step}'
              AND newer.state = 'pending' AND newer.id > m.id) AS is_superseded,
       m.kind = 'clear' AND EXISTS (
           SELECT 1 FROM notify_message raised
            WHERE raised.occurrence = m.occurrence AND raised.kind = 'raise'
              AND raised.channel_id IS NOT DISTINCT FROM m.channel_id
              AND raised.user_id IS NOT DISTINCT FROM m.user_id
              AND raised.sent_at IS NOT NULL) AS is_raise_told
  FROM notify_message m
  LEFT JOIN alarms_alarm a ON a.id = m.alarm_id
 WHERE m.id = ANY(%(ids)s)
 ORDER BY m.id

-- types_told: Which types of alarm each recipient of a channel heard of lately.
SELECT DISTINCT user_id AS "user", address, data ->> 'alarm_type' AS alarm_type
  FROM notify_message
 WHERE channel_id = %(channel)s AND created_at > %(since)s AND kind = 'raise'
   AND (sent_at IS NOT NULL OR state IN ('sending', 'merged'))

-- claim_ids: Takes messages for a while. What another worker had and never finished may have
-- been received already.
UPDATE notify_message SET
       state = 'sending', attempts = attempts + 1, lease_until = %(lease_until)s,
       is_doubtful = is_doubtful OR state = 'sending'
 WHERE id = ANY(%(ids)s)

-- cancel_messages: Gives up messages that are no longer worth sending.
UPDATE notify_message m SET
       state = 'cancelled', reason = gone.reason, next_at = NULL, lease_until = NULL, hold = '',
       digest_id = NULL
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS gone (id bigint, reason text)
 WHERE m.id = gone.id

-- postpone_messages: Lets messages wait for a token.
UPDATE notify_message m SET state = 'pending', lease_until = NULL, next_at = later.at
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS later (id bigint, at timestamptz)
 WHERE m.id = later.id

-- add_digest: A digest, to be filled when it is sent.
INSERT INTO notify_message (
       dedupe, tenant_id, kind, channel_id, user_id, recipient, address, content, severity, link,
       language, state, created_at, next_at)
VALUES (%(dedupe)s, %(tenant)s, 'digest', nullif(%(channel)s::bigint, 0), %(user)s, %(recipient)s, %(address)s,
        %(content)s::jsonb, %(severity)s, %(link)s, %(language)s, 'pending', %(now)s, %(next_at)s)
RETURNING id

-- merge_messages: Lets a digest tell of messages.
UPDATE notify_message SET
       state = 'merged', digest_id = %(digest)s, next_at = NULL, lease_until = NULL,
       -- what waited for the end of quiet hours is told, whatever became of it meanwhile
       hold = CASE WHEN hold = 'quiet' THEN hold ELSE '' END
 WHERE id = ANY(%(ids)s)

-- release_held: Lets held messages go as they are.
UPDATE notify_message SET hold = '' WHERE id = ANY(%(ids)s)

-- fill_digest: Writes what a digest says.
UPDATE notify_message SET
       content = %(content)s::jsonb, severity = %(severity)s, data = %(data)s::jsonb,
       link = '/messages/' || id
 WHERE id = %(id)s

-- note_members_told: The members of a digest that got through are told.
UPDATE notify_message SET sent_at = %(now)s
 WHERE digest_id = %(id)s AND state = 'merged'

-- add_replacement: The same message by another way, because it did not get through by its own.
INSERT INTO notify_message (
       dedupe, tenant_id, alarm_id, occurrence, kind, route_id, route_name, channel_id, user_id,
       escalation_id, recipient, address, content, severity, link, data, language, state,
       created_at, next_at, replaces_id)
SELECT m.dedupe || '-f' || %(channel)s, m.tenant_id, m.alarm_id, m.occurrence, m.kind, m.route_id,
       m.route_name, %(channel)s, m.user_id, m.escalation_id, m.recipient, %(address)s, m.content,
       m.severity, m.link, m.data, m.language, 'pending', %(now)s, %(now)s, m.id
  FROM notify_message m WHERE m.id = %(id)s
ON CONFLICT (dedupe) DO NOTHING
RETURNING id

-- move_members: A digest that goes another way takes its members along.
UPDATE notify_message SET digest_id = %(digest)s WHERE digest_id = %(id)s AND state = 'merged'

-- count_replaced: How many ways a message has been tried before.
WITH RECURSIVE chain AS (
    SELECT id, replaces_id FROM notify_message WHERE id = %(id)s
    UNION ALL
    SELECT m.id, m.replaces_id FROM notify_message m JOIN chain c ON m.id = c.replaces_id)
SELECT count(*) - 1 AS count FROM chain

-- finish_message: Writes what became of a message.
UPDATE notify_message SET
       state = %(state)s, next_at = %(next_at)s, error = %(error)s, lease_until = NULL,
       is_doubtful = is_doubtful OR %(is_doubtful)s,
       sent_at = CASE WHEN %(state)s = 'sent' THEN %(now)s::timestamptz ELSE sent_at END
 WHERE id = %(id)s

-- add_delivery: Writes one attempt into the log.
INSERT INTO notify_delivery (message_id, at, is_ok, detail, duration_s)
VALUES (%(message)s, %(at)s, %(is_ok)s, %(detail)s, %(duration_s)s)

-- seconds_until_due: How long until the next message is due; null when none waits. A clear waits
-- for its raise, not for a time.
SELECT extract(epoch FROM min(coalesce(lease_until, next_at)) - %(now)s::timestamptz)::float8
       AS wait_s
  FROM notify_message WHERE state IN ('pending', 'sending') AND kind <> 'clear'
