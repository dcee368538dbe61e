-- list_cases: Cases for a list.
SELECT s.id, s.tenant_id, t.name AS tenant_name, s.contract_id AS contract,
       coalesce(c.name, '') AS contract_name, s.title, s.need, s.step, s.opened_by, s.opened_at,
       s.since, s.changed_at, s.changed_by,
       array_position(ARRAY['enquiry', 'order', 'plan', 'request', 'delivery', 'acceptance',
                            'done', 'cancelled'], s.step) AS place
  FROM service_case s
  JOIN people_tenant t ON t.id = s.tenant_id
  LEFT JOIN service_contract c ON c.id = s.contract_id

-- lock_case: One case among some tenants, locked.
SELECT id FROM service_case
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- add_case: A customer needs something.
INSERT INTO service_case (tenant_id, contract_id, title, need, step, opened_by, opened_at, since,
       changed_at, changed_by)
VALUES (%(tenant)s, %(contract)s, %(title)s, %(need)s, 'enquiry', %(by)s, %(now)s, %(now)s,
       %(now)s, %(by)s)
RETURNING id

-- contract_is_taken: Whether a contract has a case already.
SELECT EXISTS (SELECT 1 FROM service_case
                WHERE contract_id = %(contract)s AND id <> %(id)s AND step <> 'cancelled')
       AS is_taken

-- change_case: What is needed, and by which contract.
UPDATE service_case
   SET title = %(title)s, need = %(need)s, contract_id = %(contract)s, changed_at = %(now)s,
       changed_by = %(by)s
 WHERE id = %(id)s

-- touch_case: Something of a case changed.
UPDATE service_case SET changed_at = %(now)s, changed_by = %(by)s WHERE id = %(id)s

-- move_case: A case is at another step.
UPDATE service_case
   SET step = %(to_step)s, since = %(now)s, changed_at = %(now)s, changed_by = %(by)s
 WHERE id = %(id)s

-- add_move: What is kept of a move.
INSERT INTO service_casemove (case_id, at, by, from_step, to_step, note)
VALUES (%(id)s, %(now)s, %(by)s, %(from_step)s, %(to_step)s, %(note)s)

-- moves_of: All moves of a case, the oldest first.
SELECT at, by, from_step, to_step, note FROM service_casemove
 WHERE case_id = %(id)s
 ORDER BY at, id

-- tasks_of: Which tasks of a case are done.
SELECT key, "on", by, side, at, note FROM service_casetask
 WHERE case_id = %(id)s

-- note_task: A task is done, or was done otherwise than was said.
INSERT INTO service_casetask (case_id, key, "on", by, side, at, note)
VALUES (%(id)s, %(key)s, %(day)s, %(by)s, %(side)s, %(now)s, %(note)s)
ON CONFLICT (case_id, key) DO UPDATE
   SET "on" = excluded."on", by = excluded.by, side = excluded.side, at = excluded.at,
       note = excluded.note

-- undo_tasks: Tasks are to be done again.
DELETE FROM service_casetask WHERE case_id = %(id)s AND key = ANY(%(keys)s)

-- documents_of: The files in a case, without their bytes.
SELECT id, case_id AS case, step, kind, name, content_type, octet_length(data) AS size_bytes,
       sha256, by, side, at
  FROM service_casedocument
 WHERE case_id = %(id)s
 ORDER BY at, id

-- read_document: The bytes of one file.
SELECT name, content_type, data, sha256 FROM service_casedocument
 WHERE id = %(document)s AND case_id = %(id)s

-- add_document: A file is put into a case.
INSERT INTO service_casedocument (case_id, step, kind, name, content_type, data, sha256, by, side,
       at)
VALUES (%(id)s, %(step_name)s, %(kind)s, %(name)s, %(content_type)s, %(data)s, %(sha256)s, %(by)s,
       %(side)s, %(now)s)
RETURNING id

-- plans_of: All versions of a case's plan, the newest first.
SELECT case_id AS case, number, content AS plan, sha256, state, by, at, offered_by, offered_at,
       judged_by, judged_at, paper, note
  FROM service_plan
 WHERE case_id = %(id)s
 ORDER BY number DESC

-- write_plan: What a case's plan says at a version; a draft may be written again.
INSERT INTO service_plan (case_id, number, content, sha256, state, by, at)
VALUES (%(id)s, %(number)s, %(content)s::jsonb, %(sha256)s, 'draft', %(by)s, %(now)s)
ON CONFLICT (case_id, number) DO UPDATE
   SET content = excluded.content, sha256 = excluded.sha256, by = excluded.by, at = excluded.at
 WHERE service_plan.state = 'draft'

-- offer_plan: The customer is asked.
UPDATE service_plan SET state = 'offered', offered_by = %(by)s, offered_at = %(now)s
 WHERE case_id = %(id)s AND number = %(number)s

-- replace_plan: What was confirmed before holds no more.
UPDATE service_plan SET state = 'replaced' WHERE case_id = %(id)s AND state = 'agreed'

-- judge_plan: The customer confirmed it, or did not.
UPDATE service_plan
   SET state = %(state)s, judged_by = %(by)s, judged_at = %(now)s, paper = %(paper)s,
       note = %(note)s
 WHERE case_id = %(id)s AND number = %(number)s

-- work_of: How many tickets a contract has, how many are open, what the customer authorises now.
SELECT (SELECT count(*) FROM service_ticket
         WHERE contract_id = %(contract)s AND state NOT IN ('cancelled', 'merged')) AS tickets,
       (SELECT count(*) FROM service_ticket
         WHERE contract_id = %(contract)s AND state IN ('new', 'assigned', 'working', 'waiting'))
       AS open_tickets,
       (SELECT count(*) FROM service_authorisation
         WHERE contract_id = %(contract)s AND state = 'granted' AND starts_at <= %(now)s
           AND ends_at > %(now)s AND revoked_at IS NULL) AS authorisations
