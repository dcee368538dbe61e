-- list_views: A viewer's own views and those shared in their tenant.
SELECT v.id, v.tenant_id, v.owner_id AS owner, v.page, v.name, v.query, v.is_shared, v.changed_at,
       coalesce(nullif(u.display_name, ''), u.username) AS owner_name, d.id IS NOT NULL AS is_default
  FROM saved_views_savedview v
  JOIN people_user u ON u.id = v.owner_id
  LEFT JOIN saved_views_defaultview d ON d.view_id = v.id AND d.user_id = %(user)s

-- lock_view: One view that the viewer may see, until the transaction ends.
SELECT v.id, v.tenant_id, v.owner_id AS owner, v.page, v.name, v.query, v.is_shared, v.changed_at,
       coalesce(nullif(u.display_name, ''), u.username) AS owner_name, FALSE AS is_default
  FROM saved_views_savedview v
  JOIN people_user u ON u.id = v.owner_id
 WHERE v.id = %(id)s AND v.tenant_id = %(tenant)s AND (v.owner_id = %(user)s OR v.is_shared)
   FOR UPDATE OF v;

-- count_views: How many a person has of a page. The person is locked, so that the count holds.
SELECT count(v.id) AS count
  FROM (SELECT id FROM people_user WHERE id = %(user)s FOR NO KEY UPDATE) u
  LEFT JOIN saved_views_savedview v ON v.owner_id = u.id AND v.page = %(page)s;

-- add_view: A new view; nothing when its owner has one of that name.
INSERT INTO saved_views_savedview (tenant_id, owner_id, page, name, query, is_shared, changed_at)
VALUES (%(tenant)s, %(user)s, %(page)s, %(name)s, %(query)s, %(is_shared)s, %(now)s)
ON CONFLICT DO NOTHING
RETURNING id;

-- name_taken: Whether a view's owner has another of that name.
SELECT EXISTS (SELECT FROM saved_views_savedview o JOIN saved_views_savedview v
                   ON o.owner_id = v.owner_id AND o.page = v.page AND o.id <> v.id
                WHERE v.id = %(id)s AND o.name = %(name)s) AS is_taken;

-- change_view: A view is different from now on.
UPDATE saved_views_savedview
   SET name = %(name)s, query = %(query)s, is_shared = %(is_shared)s, changed_at = %(now)s
 WHERE id = %(id)s;

-- drop_foreign_defaults: A view that is no longer shared opens nobody else's page.
DELETE FROM saved_views_defaultview d USING saved_views_savedview v
 WHERE v.id = %(id)s AND d.view_id = v.id AND d.user_id <> v.owner_id;

-- remove_view: A view is no more.
DELETE FROM saved_views_savedview WHERE id = %(id)s;

-- remove_defaults: No page opens with a view any more.
DELETE FROM saved_views_defaultview WHERE view_id = %(id)s;

-- set_default: A page opens with this view.
INSERT INTO saved_views_defaultview (user_id, page, view_id) VALUES (%(user)s, %(page)s, %(id)s)
ON CONFLICT (user_id, page) DO UPDATE SET view_id = excluded.view_id;

-- drop_default: A page opens as it comes.
DELETE FROM saved_views_defaultview WHERE user_id = %(user)s AND page = %(page)s;
