-- list_improvements: Entries of the improvement register for a list.
SELECT i.id, i.tenant_id, t.name AS tenant_name, i.contract_id AS contract,
       coalesce(c.name, '') AS contract_name, i.survey_id AS survey,
       i.emergency_id AS emergency, i.title, i.text, i.owner_id AS owner,
       coalesce(nullif(u.display_name, ''), u.username, '') AS owner_name, i.due_on, i.state,
       i.result, i.opened_by, i.opened_at, i.ended_by, i.ended_at, i.changed_at
  FROM service_improvement i
  JOIN people_tenant t ON t.id = i.tenant_id
  LEFT JOIN service_contract c ON c.id = i.contract_id
  LEFT JOIN people_user u ON u.id = i.owner_id

-- get_improvement: One entry.
SELECT i.id, i.tenant_id, t.name AS tenant_name, i.contract_id AS contract,
       coalesce(c.name, '') AS contract_name, i.survey_id AS survey,
       i.emergency_id AS emergency, i.title, i.text, i.owner_id AS owner,
       coalesce(nullif(u.display_name, ''), u.username, '') AS owner_name, i.due_on, i.state,
       i.result, i.opened_by, i.opened_at, i.ended_by, i.ended_at, i.changed_at
  FROM service_improvement i
  JOIN people_tenant t ON t.id = i.tenant_id
  LEFT JOIN service_contract c ON c.id = i.contract_id
  LEFT JOIN people_user u ON u.id = i.owner_id
 WHERE i.id = %(id)s

-- add_improvement: Something is to become better; nothing when its survey has its entry.
INSERT INTO service_improvement (tenant_id, contract_id, survey_id, emergency_id, title, text,
       owner_id, due_on, opened_by, opened_at, changed_at)
VALUES (%(tenant)s, %(contract)s, %(survey)s, %(emergency)s, %(title)s, %(text)s, %(owner)s,
       %(due_on)s, %(by)s, %(now)s, %(now)s)
    ON CONFLICT DO NOTHING
RETURNING id

-- lock_improvement: One entry among some tenants, locked.
SELECT id FROM service_improvement
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s)
   FOR UPDATE

-- change_improvement: What an entry says now.
UPDATE service_improvement
   SET title = %(title)s, text = %(text)s, contract_id = %(contract)s, owner_id = %(owner)s,
       due_on = %(due_on)s, changed_at = %(now)s
 WHERE id = %(id)s

-- end_improvement: What became of an entry.
UPDATE service_improvement
   SET state = %(state)s, result = %(result)s, ended_by = %(by)s, ended_at = %(now)s,
       changed_at = %(now)s
 WHERE id = %(id)s
