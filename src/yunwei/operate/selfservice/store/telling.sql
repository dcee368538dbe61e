-- add_untold: Something is to be said; nothing when it was before.
INSERT INTO selfservice_telling (tenant_id, key, untold, at)
VALUES (%(tenant)s, %(key)s, %(untold)s, %(now)s)
ON CONFLICT (key) DO NOTHING

-- lock_untold: The oldest that nobody was told of yet, each for one process.
SELECT id, untold FROM selfservice_telling
 WHERE told_at IS NULL
 ORDER BY id
 LIMIT 100
   FOR UPDATE SKIP LOCKED

-- note_told: They are in the outbox.
UPDATE selfservice_telling SET told_at = %(now)s WHERE id = ANY(%(ids)s)

-- remove_told: What was told long ago.
DELETE FROM selfservice_telling WHERE told_at < %(told_before)s
