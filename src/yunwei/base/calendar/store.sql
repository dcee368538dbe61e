-- years: Every year that is known, with how many days of either kind.
SELECT y.country, y.year, y.source, y.published_on, y.by, y.changed_at,
       count(d.*) FILTER (WHERE d.kind = 'statutory_holiday') AS holidays,
       count(d.*) FILTER (WHERE d.kind = 'makeup_workday') AS makeups
  FROM calendar_year y
  LEFT JOIN calendar_day d
    ON d.country = y.country AND date_part('year', d.day) = y.year
 GROUP BY y.id
 ORDER BY y.country, y.year;

-- days: The special days of all countries.
SELECT country, day, kind, name, name_en FROM calendar_day ORDER BY country, day;

-- days_of_year: The special days of one country's year.
SELECT day, kind, name, name_en
  FROM calendar_day
 WHERE country = %(country)s AND day >= %(first)s AND day < %(last)s
 ORDER BY day;

-- own_days: The exceptions of all tenants.
SELECT tenant_id AS tenant, day, kind, name FROM calendar_ownday ORDER BY tenant_id, day;

-- own_days_of_year: One tenant's exceptions of a year.
SELECT day, kind, name
  FROM calendar_ownday
 WHERE tenant_id = %(tenant)s AND day >= %(first)s AND day < %(last)s
 ORDER BY day;

-- choices: By whose calendar each tenant goes.
SELECT t.id AS tenant, coalesce(c.country, %(fallback)s) AS country,
       (SELECT count(*) FROM calendar_ownday o WHERE o.tenant_id = t.id) AS own_days
  FROM people_tenant t
  LEFT JOIN calendar_choice c ON c.tenant_id = t.id
 ORDER BY t.id;

-- drop_days: A country's year becomes empty.
DELETE FROM calendar_day
 WHERE country = %(country)s AND day >= %(first)s AND day < %(last)s;

-- add_days: Special days of a country.
INSERT INTO calendar_day (country, day, kind, name, name_en)
SELECT %(country)s, d.day, d.kind, d.name, d.name_en
  FROM jsonb_to_recordset(%(rows)s::jsonb)
       AS d(day date, kind text, name text, name_en text);

-- save_year: A country's year is known from now on.
INSERT INTO calendar_year (country, year, source, published_on, by, changed_at)
VALUES (%(country)s, %(year)s, %(source)s, %(published_on)s, %(by)s, %(now)s)
ON CONFLICT (country, year) DO UPDATE
   SET source = excluded.source, published_on = excluded.published_on, by = excluded.by,
       changed_at = excluded.changed_at;

-- touch_year: One day of a country's year was changed by hand; nothing when it is not known.
UPDATE calendar_year SET by = %(by)s, changed_at = %(now)s
 WHERE country = %(country)s AND year = %(year)s
RETURNING id;

-- save_day: One special day of a country.
INSERT INTO calendar_day (country, day, kind, name, name_en)
VALUES (%(country)s, %(day)s, %(kind)s, %(name)s, '')
ON CONFLICT (country, day) DO UPDATE SET kind = excluded.kind, name = excluded.name;

-- drop_day: A country's day is what its weekday says again.
DELETE FROM calendar_day WHERE country = %(country)s AND day = %(day)s;

-- save_own_day: A tenant's own exception.
INSERT INTO calendar_ownday (tenant_id, day, kind, name, by, changed_at)
VALUES (%(tenant)s, %(day)s, %(kind)s, %(name)s, %(by)s, %(now)s)
ON CONFLICT (tenant_id, day) DO UPDATE
   SET kind = excluded.kind, name = excluded.name, by = excluded.by,
       changed_at = excluded.changed_at;

-- drop_own_day: A tenant goes by its country on that day again; nothing when it did already.
DELETE FROM calendar_ownday WHERE tenant_id = %(tenant)s AND day = %(day)s RETURNING id;

-- save_choice: A tenant goes by a country's calendar.
INSERT INTO calendar_choice (tenant_id, country, changed_at)
VALUES (%(tenant)s, %(country)s, %(now)s)
ON CONFLICT (tenant_id) DO UPDATE
   SET country = excluded.country, changed_at = excluded.changed_at;

-- lock_calendars: Changes of calendars come one after another.
SELECT pg_advisory_xact_lock(7318349302071);

-- signature: Differs whenever a calendar does.
SELECT (SELECT max(changed_at) FROM calendar_year) AS years,
       (SELECT max(changed_at) FROM calendar_ownday) AS own,
       (SELECT count(*) FROM calendar_ownday) AS own_count,
       (SELECT max(changed_at) FROM calendar_choice) AS choices;
