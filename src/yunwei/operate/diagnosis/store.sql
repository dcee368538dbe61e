-- list_diagnoses: Diagnoses for a list, without what they said.
SELECT d.id, d.tenant_id, t.name AS tenant_name, d.subject_kind, d.subject_id, d.subject_name,
       d.at, d.by, d.cause, d.score, d.took_s
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
