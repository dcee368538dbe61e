-- list_plans: Plans for a list.
SELECT p.id, p.tenant_id, t.name AS tenant_name, p.kind, p.name, p.content, p.starts_at, p.ends_at,
       p.frozen_from, p.frozen_until, p.state, p.version, p.made_at, p.made_by,
       p.inspection_id AS inspection, p.started_at, p.started_by, p.ended_at, p.ended_by, p.summary
  FROM assurance_plan p
  JOIN people_tenant t ON t.id = p.tenant_id

-- started_plans: Plans of a tenant that are started and freeze something at a time.
SELECT p.id, p.tenant_id, t.name AS tenant_name, p.kind, p.name, p.content, p.starts_at, p.ends_at,
       p.frozen_from, p.frozen_until, p.state, p.version, p.made_at, p.made_by,
       p.inspection_id AS inspection, p.started_at, p.started_by, p.ended_at, p.ended_by, p.summary
  FROM assurance_plan p
  JOIN people_tenant t ON t.id = p.tenant_id
 WHERE p.tenant_id = %(tenant)s AND p.state = 'started'
   AND p.frozen_from <= %(now)s AND p.frozen_until > %(now)s

-- lock_plan: One plan among some tenants, to be changed.
SELECT id FROM assurance_plan WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) FOR UPDATE

-- add_plan: A new plan.
INSERT INTO assurance_plan (tenant_id, kind, name, content, starts_at, ends_at, frozen_from,
       frozen_until, made_at, made_by)
VALUES (%(tenant)s, %(kind)s, %(name)s, %(content)s::jsonb, %(starts_at)s, %(ends_at)s,
       %(frozen_from)s, %(frozen_until)s, %(now)s, %(by)s)
RETURNING id

-- change_plan: A plan that was not started says something else, unless it was changed meanwhile.
UPDATE assurance_plan
   SET kind = %(kind)s, name = %(name)s, content = %(content)s::jsonb, starts_at = %(starts_at)s,
       ends_at = %(ends_at)s, frozen_from = %(frozen_from)s, frozen_until = %(frozen_until)s,
       version = version + 1
 WHERE id = %(id)s AND version = %(version)s AND state = 'drafted'
RETURNING id

-- note_started: A plan holds from now on.
UPDATE assurance_plan
   SET state = 'started', started_at = %(now)s, started_by = %(by)s, inspection_id = %(inspection)s
 WHERE id = %(id)s AND state = 'drafted'
RETURNING id

-- note_ended: A plan holds no more.
UPDATE assurance_plan
   SET state = %(state)s, ended_at = %(now)s, ended_by = %(by)s, summary = %(summary)s::jsonb
 WHERE id = %(id)s AND state IN ('drafted', 'started')
RETURNING id

-- add_exception: Somebody may act in spite of a freeze.
INSERT INTO assurance_freezeexception (plan_id, who, reason, until, granted_by, granted_at)
VALUES (%(id)s, %(name)s, %(reason)s, %(until)s, %(by)s, %(now)s)
RETURNING id

-- exceptions_of: Exceptions from the freezes of some plans, the newest first.
SELECT id, plan_id AS plan, who, reason, until, granted_by, granted_at
  FROM assurance_freezeexception
 WHERE plan_id = ANY(%(ids)s)
 ORDER BY id DESC
