"""Each rule of tools/check_rules.py is broken on purpose; its nearest lawful neighbour is not."""

import pytest

from tools.check_rules import RULES, check_text

CLOCK = "from datetime import UTC, datetime\n\n\ndef stamp():\n    return datetime.now(UTC)\n"
ADD_INDEX = "migrations.AddIndex(model_name='alarm', index=i)"

# (rule, where, what breaks it)
BROKEN = [
    ("rows_only_in_store", "src/yunwei/monitor/alarms/queries.py", "a = Alarm.objects.all()"),
    ("rows_only_in_store", "src/yunwei/faces/web/console/alarms.py", "Alarm._default_manager"),
    ("no_table_by_name", "src/yunwei/operate/scripts/jobs.py", "apps.get_model('alarms.Alarm')"),
    ("no_built_sql", "src/yunwei/monitor/alarms/store.py", "c.execute(f'{verb} alarm')"),
    ("no_built_sql", "src/yunwei/monitor/alarms/store.py", "c.execute('x ' + where)"),
    ("no_built_sql", "src/yunwei/monitor/alarms/store.py", "c.query('x %s' % name)"),
    ("no_built_sql", "src/yunwei/monitor/alarms/store.py", "c.query('x {}'.format(name))"),
    ("no_built_sql", "src/yunwei/monitor/telemetry/store.py", "sql = f'SELECT {columns} FROM t'"),
    ("no_built_sql", "src/yunwei/monitor/telemetry/store.py", "sql = 'DELETE FROM ' + table"),
    (
        "faces_say_who_asks",
        "src/yunwei/faces/web/console/alarms.py",
        "from yunwei.monitor.alarms import queries as q\nq.fetch_open_alarms(filters)",
    ),
    (
        "faces_say_who_asks",
        "src/yunwei/faces/api/alarms.py",
        "from yunwei.monitor.alarms.queries import fetch_alarm\nfetch_alarm(alarm_id)",
    ),
    (
        "faces_say_who_asks",
        "src/yunwei/faces/api/alarms.py",
        "from yunwei.monitor.alarms import queries\nqueries.system_fetch(viewer=request.viewer)",
    ),
    (
        "no_trusted_text",
        "src/yunwei/faces/web/shared/tables.py",
        "from django.utils.safestring import mark_safe\nmark_safe('<b>' + name)",
    ),
    ("one_clock", "src/yunwei/monitor/alarms/actions.py", CLOCK),
    ("one_clock", "src/yunwei_sim/world/sessions.py", "import time\ntime.time()"),
    (
        "one_clock",
        "src/yunwei/base/people/actions.py",
        "from django.utils import timezone\ntimezone.now()",
    ),
    (
        "one_clock",
        "src/yunwei/faces/web/shared/say.py",
        "from django.utils import timezone\ntimezone.localtime()",
    ),
    ("loops_are_wired", "src/yunwei/monitor/collect/runner.py", "import asyncio\nasyncio.run(f())"),
    ("loops_are_wired", "src/yunwei/operate/scripts/actions.py", "import nats\nnats.connect()"),
    ("loops_are_wired", "src/yunwei/faces/web/live.py", "from time import sleep\nsleep(1)"),
    (
        "plugins_do_not_wait",
        "src/yunwei/plugins/connectors/acme/client.py",
        "import asyncio\n\n\nasync def f():\n    await asyncio.sleep(3)",
    ),
    ("tests_do_not_sleep", "tests/unit/alarms/test_machine.py", "import time\ntime.sleep(0.1)"),
    ("tests_do_not_sleep", "tests/flows/test_trap.py", "import asyncio\nasyncio.sleep(0.1)"),
    (
        "one_loop_catches_all",
        "src/yunwei/monitor/governance/jobs.py",
        "try:\n    f()\nexcept Exception:\n    log()",
    ),
    ("one_loop_catches_all", "src/yunwei_sim/serve.py", "try:\n    f()\nexcept:\n    pass"),
    (
        "one_loop_catches_all",
        "src/yunwei_agent/client.py",
        "try:\n    f()\nexcept (OSError, BaseException) as error:\n    print(error)",
    ),
    ("package_files_are_empty", "src/yunwei/monitor/alarms/__init__.py", "from . import facts"),
    (
        "migrations_stand_alone",
        "src/yunwei/monitor/alarms/migrations/0002_pre_add.py",
        "from yunwei.monitor.alarms import models",
    ),
    (
        "indexes_are_concurrent",
        "src/yunwei/monitor/alarms/migrations/0002_pre_add.py",
        f"from django.db import migrations\n{ADD_INDEX}",
    ),
]

# (where, what is lawful there)
LAWFUL = [
    ("src/yunwei/monitor/alarms/store.py", "a = Alarm.objects.all()"),
    ("src/yunwei/monitor/alarms/store/rows.py", "a = Alarm.objects.all()"),
    ("src/yunwei/monitor/alarms/migrations/0002_x.py", "apps.get_model('alarms', 'Alarm')"),
    ("src/yunwei/monitor/alarms/store.py", "c.execute('SELECT 1 WHERE a = %(a)s', {'a': a})"),
    ("src/yunwei/monitor/alarms/store.py", "c.execute(sql.SQL('x {}').format(name))"),
    ("src/yunwei/monitor/alarms/store.py", "raise Refused(f'Selecting {name} failed')"),
    (
        "src/yunwei/faces/web/console/alarms.py",
        "from yunwei.monitor.alarms import queries as q\nq.fetch(filters, viewer=request.viewer)",
    ),
    (
        "src/yunwei/faces/web/console/alarms.py",
        "from yunwei.monitor.alarms import queries as q\nq.fetch(request.viewer, filters)",
    ),
    (
        "src/yunwei/faces/api/tenants.py",
        "from yunwei.base.people import queries\nqueries.access_tenant(viewer_of_request(r), 1)",
    ),
    (
        "src/yunwei/faces/api/security.py",
        "from yunwei.base.people import queries\nqueries.viewer_of_token(token)",
    ),
    (
        "src/yunwei/faces/web/shared/say.py",
        "from django.utils import timezone\ntimezone.localtime(at)",
    ),
    (
        "src/yunwei/monitor/notify/jobs.py",
        "from yunwei.monitor.alarms import queries\nqueries.system_fetch_open()",
    ),
    (
        "src/yunwei/faces/web/shared/tables.py",
        "from django.utils.safestring import mark_safe\nmark_safe('<br>')",
    ),
    ("src/yunwei/base/infra/clock.py", CLOCK),
    ("src/yunwei/run/migrations.py", "from yunwei.base.people import actions"),
    (
        "src/yunwei/monitor/telemetry/migrations/operations.py",
        "from yunwei.monitor.telemetry.rules import tables",
    ),
    ("src/yunwei/run/engine.py", CLOCK),
    ("src/yunwei/monitor/collect/runner.py", "import time\ntime.monotonic()"),
    ("src/yunwei/run/engine.py", "import asyncio\nasyncio.run(f())"),
    ("src/yunwei/base/infra/bus.py", "import nats\nnats.connect()"),
    ("tests/unit/test_bus.py", "import asyncio\nasyncio.sleep(0)"),
    ("tests/unit/test_bus.py", "import time\n\n\ndef wait_until(f):\n    time.sleep(0.01)"),
    ("tests/support/waiting.py", "import time\ntime.sleep(0.01)"),
    ("src/yunwei/base/infra/loop.py", "try:\n    f()\nexcept Exception:\n    log()"),
    ("src/yunwei/run/up.py", "try:\n    f()\nexcept BaseException:\n    stop()\n    raise"),
    ("src/yunwei/monitor/alarms/__init__.py", '"""What is wrong."""'),
    ("src/yunwei/plugins/channels/email/__init__.py", "from .channel import Channel"),
    (
        "src/yunwei/monitor/alarms/migrations/0001_make_tables.py",
        "from django.db import migrations\n"
        f"migrations.CreateModel(name='Alarm', fields=[])\n{ADD_INDEX}",
    ),
    (
        "src/yunwei/base/infra/clickhouse.py",
        "c.command(f'CREATE DATABASE {NAME}')  # rule: the name is a constant of this file",
    ),
]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_rule_bites(rule: str, path: str, text: str) -> None:
    (finding,) = check_text(path, text)
    assert finding.message.endswith(f"[{rule}]")


@pytest.mark.parametrize(("path", "text"), LAWFUL)
def test_lawful_code_passes(path: str, text: str) -> None:
    assert list(check_text(path, text)) == []


def test_every_rule_is_tried() -> None:
    assert {rule.__name__ for rule in RULES} == {rule for rule, _, _ in BROKEN}


def test_reason_must_be_given() -> None:
    finding = list(check_text("src/yunwei/monitor/a.py", "import time\ntime.time()  # rule: ok"))
    assert len(finding) == 1
