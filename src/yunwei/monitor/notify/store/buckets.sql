-- lock_lane: The row of a channel, locked: whoever has it plans what the channel sends.
SELECT address, taken, blocked_until FROM notify_bucket
 WHERE coalesce(channel_id, 0) = %(channel)s AND address = ''
   FOR UPDATE SKIP LOCKED

-- add_lane: The row of a channel that has sent nothing yet.
INSERT INTO notify_bucket (channel_id, address, changed_at)
VALUES (nullif(%(channel)s::bigint, 0), '', %(now)s)
ON CONFLICT (channel_id, address) DO NOTHING

-- buckets_of: The buckets of some addresses of a channel.
SELECT address, taken, blocked_until FROM notify_bucket
 WHERE channel_id = %(channel)s AND address = ANY(%(addresses)s)
   FOR UPDATE

-- save_buckets: Writes buckets.
INSERT INTO notify_bucket (channel_id, address, taken, blocked_until, changed_at)
SELECT %(channel)s, r.address, r.taken, r.blocked_until, %(now)s
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (
       address text, taken jsonb, blocked_until timestamptz)
ON CONFLICT (channel_id, address) DO UPDATE SET
       taken = excluded.taken, blocked_until = excluded.blocked_until,
       changed_at = excluded.changed_at

-- block_bucket: The receiver asked to be left alone, or not to be asked for one address.
INSERT INTO notify_bucket (channel_id, address, blocked_until, changed_at)
VALUES (%(channel)s, %(address)s, %(until)s, %(now)s)
ON CONFLICT (channel_id, address) DO UPDATE SET
       blocked_until = greatest(notify_bucket.blocked_until, excluded.blocked_until),
       changed_at = excluded.changed_at

-- list_buckets: All buckets of some channels, for people to see.
SELECT channel_id AS channel, address, taken, blocked_until FROM notify_bucket
 WHERE channel_id = ANY(%(ids)s)

-- forget_buckets: Buckets of addresses whose tokens are all back by now.
DELETE FROM notify_bucket
 WHERE address <> '' AND changed_at < %(before)s
