-- list_routes: Routes for a list.
SELECT id, tenant_id, position, name, condition, channels, people, roles, schedules, owners,
       duty_role, policy_id AS policy, on_screen, tells_clear,
       min_severity, is_catch_all, goes_on, is_enabled, changed_at
  FROM notify_route
 WHERE removed_at IS NULL

-- current_routes: Every route, of all tenants.
SELECT id, tenant_id AS tenant, position, name, condition, channels, people, roles,
       schedules, owners, duty_role, policy_id AS policy, on_screen, tells_clear,
       min_severity, is_catch_all, goes_on, is_enabled, changed_at
  FROM notify_route
 WHERE removed_at IS NULL

-- lock_route: One route among some tenants, locked.
SELECT id, tenant_id AS tenant, position, name, condition, channels, people, roles,
       schedules, owners, duty_role, policy_id AS policy, on_screen, tells_clear,
       min_severity, is_catch_all, goes_on, is_enabled, changed_at
  FROM notify_route
 WHERE id = %(id)s AND tenant_id = ANY(%(tenants)s) AND removed_at IS NULL
   FOR UPDATE

-- add_route: A new route at the end of its tenant's table.
INSERT INTO notify_route (
       tenant_id, position, name, condition, channels, people, roles, schedules, owners,
       duty_role, policy_id, on_screen, tells_clear, min_severity, is_catch_all, goes_on,
       is_enabled, changed_at)
SELECT %(tenant)s, coalesce(max(position), 0) + 1, %(name)s, %(condition)s::jsonb,
       %(channels)s::jsonb, %(people)s::jsonb, %(roles)s::jsonb, %(schedules)s::jsonb,
       %(owners)s::jsonb, %(duty_role)s, %(policy)s, %(on_screen)s, %(tells_clear)s,
       %(min_severity)s, %(is_catch_all)s, %(goes_on)s, %(is_enabled)s, %(changed_at)s
  FROM notify_route WHERE tenant_id = %(tenant)s AND NOT is_catch_all
RETURNING id

-- change_route: A route's new content.
UPDATE notify_route SET
       name = %(name)s, condition = %(condition)s::jsonb, channels = %(channels)s::jsonb,
       people = %(people)s::jsonb, roles = %(roles)s::jsonb, schedules = %(schedules)s::jsonb,
       owners = %(owners)s::jsonb, duty_role = %(duty_role)s, policy_id = %(policy)s,
       on_screen = %(on_screen)s, tells_clear = %(tells_clear)s,
       min_severity = %(min_severity)s, goes_on = %(goes_on)s,
       is_enabled = %(is_enabled)s, changed_at = %(changed_at)s
 WHERE id = %(id)s

-- remove_route: Takes a route out of the table; messages keep it as their reason.
UPDATE notify_route SET removed_at = %(at)s, is_enabled = false, changed_at = %(at)s
 WHERE id = %(id)s

-- place_routes: Gives routes of one tenant their positions.
UPDATE notify_route r SET position = wanted.position, changed_at = %(at)s
  FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS wanted (id, position)
 WHERE r.id = wanted.id AND r.tenant_id = %(tenant)s

-- provider: The provider's tenant and the names of all.
SELECT id, name, is_provider FROM people_tenant

-- routes_signature: Changes whenever a route does, or what routes lead by.
SELECT (SELECT count(*) FROM notify_route) AS routes,
       (SELECT max(changed_at) FROM notify_route) AS route_changed_at,
       (SELECT count(*) FROM notify_channel) AS channels,
       (SELECT max(changed_at) FROM notify_channel) AS channel_changed_at,
       (SELECT max(changed_at) FROM notify_policy) AS policy_changed_at,
       (SELECT count(*) FROM notify_ownership) AS ownerships,
       (SELECT max(changed_at) FROM notify_ownership) AS ownership_changed_at
