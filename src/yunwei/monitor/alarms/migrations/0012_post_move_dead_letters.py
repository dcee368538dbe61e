from django.db import migrations

_MOVE = """
INSERT INTO collect_deadletter (
       intake_id, tenant_id, source_id, received_at, address, kind, error, data, state)
SELECT intake_id, tenant_id, source_id, received_at, address,
       CASE WHEN source_id IS NULL THEN 'refused' ELSE 'datagram' END, error, data, state
  FROM alarms_deadletter
ON CONFLICT (intake_id) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("alarms", "0011_pre_index_deeds"),
        ("collect", "0004_pre_add_dead_letters"),
    ]

    operations = [
        migrations.RunSQL(_MOVE, migrations.RunSQL.noop),
        migrations.DeleteModel(name="DeadLetter"),
    ]
