-- await_receipt: A receiver took a message and will say later what became of it. What it said
-- already stands.
INSERT INTO notify_receipt (message_id, channel_id, native_id, state, ask_at)
VALUES (%(message)s, %(channel)s, %(native_id)s, 'awaited', %(ask_at)s)
ON CONFLICT (message_id) DO UPDATE SET
       channel_id = excluded.channel_id, native_id = excluded.native_id, asked = 0,
       ask_at = CASE WHEN notify_receipt.state = 'awaited' THEN excluded.ask_at END

-- lock_receipts: How the receipts of a channel stand that have some native ids.
SELECT r.message_id AS message, m.tenant_id AS tenant, r.channel_id AS channel, r.state,
       r.native_id, r.reason, r.at, r.said_at, r.is_settled
  FROM notify_receipt r
  JOIN notify_message m ON m.id = r.message_id
 WHERE r.channel_id = %(channel)s AND r.native_id = ANY(%(native_ids)s) AND r.native_id <> ''
 ORDER BY m.id
   FOR UPDATE OF m

-- lock_receipt: How the receipt of a message stands that a channel has, or had.
SELECT m.id AS message, m.tenant_id AS tenant, m.channel_id AS channel,
       coalesce(r.state, 'awaited') AS state, coalesce(r.native_id, '') AS native_id,
       coalesce(r.reason, '') AS reason, r.at, r.said_at,
       coalesce(r.is_settled, false) AS is_settled
  FROM notify_message m
  LEFT JOIN notify_receipt r ON r.message_id = m.id
 WHERE m.id = %(message)s AND m.channel_id IS NOT NULL AND m.attempts > 0
   FOR UPDATE OF m

-- save_receipt: What a receiver said of a message.
INSERT INTO notify_receipt (message_id, channel_id, native_id, state, reason, at, said_at)
VALUES (%(message)s, %(channel)s, %(native_id)s, %(state)s, %(reason)s, %(at)s, %(said_at)s)
ON CONFLICT (message_id) DO UPDATE SET
       state = excluded.state, reason = excluded.reason, at = excluded.at,
       said_at = excluded.said_at, ask_at = NULL

-- drop_receipt: A message is sent again: what was said of it is of the past.
DELETE FROM notify_receipt WHERE message_id = %(message)s

-- unsettled_receipts: Messages that did not arrive, and of which nobody thought yet.
SELECT message_id AS message FROM notify_receipt
 WHERE state = 'undelivered' AND NOT is_settled
 ORDER BY message_id
 LIMIT %(limit)s

-- lock_unsettled: One of them, when it is still to be thought of, locked with its message.
SELECT m.id, m.state, r.reason
  FROM notify_receipt r
  JOIN notify_message m ON m.id = r.message_id
 WHERE r.message_id = %(message)s AND r.state = 'undelivered' AND NOT r.is_settled
   AND m.state <> 'sending'
   FOR UPDATE OF m

-- settle_receipt: What follows from a receipt is done.
UPDATE notify_receipt SET is_settled = true WHERE message_id = %(message)s

-- claim_questions: Receipts to ask for now; nobody else asks for them meanwhile.
UPDATE notify_receipt r SET asked = r.asked + 1, ask_at = %(until)s
  FROM notify_message m
 WHERE m.id = r.message_id
   AND r.message_id IN (
       SELECT d.message_id FROM notify_receipt d
        WHERE d.ask_at <= %(now)s
        ORDER BY d.ask_at
        LIMIT %(limit)s
          FOR UPDATE SKIP LOCKED)
RETURNING r.message_id AS message, r.channel_id AS channel, r.native_id, m.address,
          coalesce(m.sent_at, m.created_at) AS sent_at, r.asked

-- ask_later: When to ask again, null for never, and what became of asking.
UPDATE notify_receipt SET ask_at = %(ask_at)s, reason = %(reason)s
 WHERE message_id = %(message)s AND state = 'awaited'

-- reader_of: Who got a message, and of which occurrence it tells.
SELECT tenant_id AS tenant, alarm_id AS alarm, occurrence, user_id AS "user"
  FROM notify_message
 WHERE id = %(message)s AND user_id IS NOT NULL AND alarm_id IS NOT NULL
