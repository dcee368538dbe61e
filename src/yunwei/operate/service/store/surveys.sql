-- list_surveys: Surveys for a list; what they are is said for the asking instant.
SELECT s.id, s.tenant_id, t.name AS tenant_name, s.contract_id AS contract,
       c.name AS contract_name, s.kind, s.ticket_id AS ticket, coalesce(k.title, '') AS ticket_title,
       s.first_on, s.last_on, s.nonce, s.asked_by, s.asked_at, s.expires_at, s.answered_at, s.csat,
       s.nps, s.comment, s.name, s.address
  FROM service_survey s
  JOIN people_tenant t ON t.id = s.tenant_id
  JOIN service_contract c ON c.id = s.contract_id
  LEFT JOIN service_ticket k ON k.id = s.ticket_id

-- add_survey: A customer is asked; nothing when they were asked about this ticket before.
INSERT INTO service_survey (tenant_id, contract_id, kind, ticket_id, first_on, last_on, nonce,
       asked_by, asked_at, expires_at)
VALUES (%(tenant)s, %(contract)s, %(kind)s, %(ticket)s, %(first_on)s, %(last_on)s, %(nonce)s,
       %(by)s, %(now)s, %(expires_at)s)
    ON CONFLICT DO NOTHING
RETURNING id

-- tenant_of: Whose a survey is, by what its link says.
SELECT tenant_id FROM service_survey WHERE id = %(id)s AND nonce = %(nonce)s

-- answer_survey: The answer, once.
UPDATE service_survey
   SET answered_at = %(now)s, csat = %(csat)s, nps = %(nps)s, comment = %(comment)s,
       name = %(name)s, address = %(address)s
 WHERE id = %(id)s AND answered_at IS NULL AND expires_at > %(now)s
RETURNING id

-- survey_of_ticket: The survey about a ticket.
SELECT id FROM service_survey WHERE ticket_id = %(id)s

-- sum_up: What the answers of some tenants come to, of those asked within a time.
SELECT count(*) AS asked, count(answered_at) AS answered, avg(csat)::float8 AS csat,
       count(*) FILTER (WHERE csat >= 4) AS satisfied, count(nps) AS nps_answers,
       count(*) FILTER (WHERE nps >= 9) AS promoters,
       count(*) FILTER (WHERE nps <= 6) AS detractors
  FROM service_survey
 WHERE tenant_id = ANY(%(tenants)s) AND asked_at >= %(since)s AND asked_at < %(until)s

-- by_month: Answers by the month in which they came, on a zone's wall.
SELECT date_trunc('month', answered_at AT TIME ZONE %(zone)s)::date AS first_on,
       count(*) AS answers, avg(csat)::float8 AS csat
  FROM service_survey
 WHERE tenant_id = ANY(%(tenants)s) AND answered_at >= %(since)s
 GROUP BY 1
 ORDER BY 1

-- answers_of: What a contract's customer said until an instant, the oldest first.
SELECT s.kind, s.ticket_id AS ticket, coalesce(k.title, '') AS title, s.first_on, s.last_on,
       s.answered_at AS at, s.csat, s.nps, s.comment, s.name
  FROM service_survey s
  LEFT JOIN service_ticket k ON k.id = s.ticket_id
 WHERE s.contract_id = %(contract)s AND s.answered_at <= %(until)s
 ORDER BY s.answered_at, s.id
