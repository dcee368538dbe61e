-- list_diagnoses: Diagnoses for a list, without what they said.
SELECT d.id, d.tenant_id, t.name AS tenant_name, d.subject_kind, d.subject_id, d.subject_name,
       coalesce(d.verdict -> 'subject' ->> 'alarm_type', '') AS subject_type, d.at, d.by, d.cause, d.score, d.took_s
  FROM diagnosis_diagnosis d
  JOIN people_tenant t ON t.id = d.tenant_id

-- verdict: What a diagnosis said.
SELECT verdict FROM diagnosis_diagnosis WHERE id = %(diagnosis)s

-- add_diagnosis: A diagnosis was made.
INSERT INTO diagnosis_diagnosis (
       tenant_id, subject_kind, subject_id, subject_name, at, by, cause, score, took_s, verdict)
VALUES (%(tenant)s, %(kind)s, %(subject)s, %(name)s, %(now)s, %(by)s, %(cause)s, %(score)s,
        %(took_s)s, %(verdict)s::jsonb)
RETURNING id

-- case: A diagnosis, and what was said of the same subject when it was looked at next.
SELECT d.id, d.subject_kind, d.subject_name, d.at, d.cause, n.id AS next,
       coalesce(d.verdict -> 'subject' ->> 'alarm_type', '') AS subject_type,
       coalesce(n.cause, '') AS next_cause, n.at AS next_at, 1 AS count
  FROM diagnosis_diagnosis d
  LEFT JOIN LATERAL (SELECT id, cause, at FROM diagnosis_diagnosis
                      WHERE subject_kind = d.subject_kind AND subject_id = d.subject_id
                        AND id > d.id
                      ORDER BY id LIMIT 1) n ON TRUE
 WHERE d.id = %(diagnosis)s

-- cases_before: The same cause of the same tenant before a diagnosis, the newest first.
SELECT d.id, d.subject_kind, d.subject_name, d.at, d.cause, n.id AS next,
       coalesce(d.verdict -> 'subject' ->> 'alarm_type', '') AS subject_type,
       coalesce(n.cause, '') AS next_cause, n.at AS next_at, count(*) OVER () AS count
  FROM diagnosis_diagnosis d
  LEFT JOIN LATERAL (SELECT id, cause, at FROM diagnosis_diagnosis
                      WHERE subject_kind = d.subject_kind AND subject_id = d.subject_id
                        AND id > d.id
                      ORDER BY id LIMIT 1) n ON TRUE
 WHERE d.tenant_id = %(tenant)s AND d.cause = %(cause)s AND d.id < %(diagnosis)s
   AND d.at >= %(since)s
 ORDER BY d.at DESC, d.id DESC
 LIMIT %(limit)s
