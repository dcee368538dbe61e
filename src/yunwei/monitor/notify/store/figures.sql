-- figures_of_channels: What became of the messages of each channel since a time.
SELECT m.channel_id AS channel,
       count(*) FILTER (WHERE m.state IN ('sent', 'merged')) AS sent,
       count(*) FILTER (WHERE m.state IN ('dead', 'replaced')) AS dead,
       count(*) FILTER (WHERE m.state IN ('pending', 'sending')) AS waiting,
       count(*) FILTER (WHERE m.state = 'sent' AND r.state = 'undelivered') AS undelivered,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY took.s) AS usual_s,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY took.s) AS slow_s
  FROM notify_message m
  LEFT JOIN notify_receipt r ON r.message_id = m.id
 CROSS JOIN LATERAL (SELECT CASE WHEN m.state = 'sent' AND m.hold = ''
                                 THEN extract(epoch FROM m.sent_at - m.created_at)::float8
                            END AS s) AS took
 WHERE m.channel_id = ANY(%(ids)s) AND m.created_at >= %(since)s
 GROUP BY m.channel_id

-- figures_of_routes: What each route led to since a time.
SELECT m.route_id AS route, count(*) AS messages, max(m.created_at) AS last_at
  FROM notify_message m
 WHERE m.tenant_id = ANY(%(tenants)s) AND m.created_at >= %(since)s AND m.route_id IS NOT NULL
 GROUP BY m.route_id
