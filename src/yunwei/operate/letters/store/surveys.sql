-- surveys_to_send: Surveys whose link is to be sent, or whose reader is to be reminded, for one copy of the
-- job at a time; none to customers who want none.
SELECT s.id AS survey, s.tenant_id AS tenant, l.sent_at IS NOT NULL AS is_reminder
  FROM service_survey s
  LEFT JOIN letters_surveyletter l ON l.survey_id = s.id
  LEFT JOIN letters_surveychoice c ON c.tenant_id = s.tenant_id
 WHERE s.answered_at IS NULL AND s.expires_at > %(now)s AND s.asked_at > %(since)s
   AND coalesce(c.sends, true)
   AND (l.sent_at IS NULL OR (l.reminded_at IS NULL AND l.sent_at <= %(until)s))
 ORDER BY s.id
 LIMIT %(limit)s
   FOR UPDATE OF s SKIP LOCKED

-- note_sent: A survey's link was sent; the second time it was a reminder.
INSERT INTO letters_surveyletter AS l (survey_id, sent_at) VALUES (%(survey)s, %(now)s)
    ON CONFLICT (survey_id) DO UPDATE SET reminded_at = excluded.sent_at

-- choices: Which customers are sent surveys.
SELECT t.id AS tenant, t.name AS tenant_name, coalesce(c.sends, true) AS sends,
       coalesce(c.changed_by, '') AS changed_by, c.changed_at
  FROM people_tenant t
  LEFT JOIN letters_surveychoice c ON c.tenant_id = t.id
 WHERE NOT t.is_provider AND t.id = ANY(%(tenants)s)
 ORDER BY t.name, t.id

-- choose: A customer is sent surveys, or is not.
INSERT INTO letters_surveychoice (tenant_id, sends, changed_by, changed_at)
VALUES (%(tenant)s, %(sends)s, %(by)s, %(now)s)
    ON CONFLICT (tenant_id) DO UPDATE
   SET sends = excluded.sends, changed_by = excluded.changed_by, changed_at = excluded.changed_at
