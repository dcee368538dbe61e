"""The command line: names, options, exit codes. What a command does is in `run/commands/`.

Exit code 0: done; 1: it failed, and one line on stderr says why; 2: it was called wrongly.
"""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from yunwei.base.core.errors import Invalid, YunweiError
from yunwei.base.infra.log import set_up_logging
from yunwei.run.names import ROLES

_DATA_DIR = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the installation.  [default: $YUNWEI_DATA_DIR, else ~/.local/share/yunwei]",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Print data as JSON.")


def _command(group: click.Group, name: str, *, prints_data: bool = False) -> Callable[..., Any]:
    """Make a command that takes --data-dir (and --json) and tells errors in one line."""

    def decorate(function: Callable[..., int | None]) -> click.Command:
        @wraps(function)
        def run(**options: Any) -> None:
            set_up_logging("yunwei", "WARNING")  # what runs for long says it in its own way
            try:
                code = function(**options)
            except YunweiError as error:
                field = f"{error.field}: " if isinstance(error, Invalid) and error.field else ""
                click.echo(f"yunwei: {field}{error.message}", err=True)
                sys.exit(1)
            sys.exit(code or 0)

        decorated = _JSON(run) if prints_data else run
        return group.command(name)(_DATA_DIR(decorated))

    return decorate


def _print(data: Any, as_json: bool, text: str) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str) if as_json else text)


_A_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("yunwei"), prog_name="yunwei")
def main() -> None:
    """Yunwei: operate desktop clouds."""


@_command(main, "up")
@click.option("--demo", "has_demo", is_flag=True, help="Also run a simulated desktop cloud.")
@click.option("--demo-desktops", type=click.IntRange(20, 20_000), help="How many desktops it has.")
@click.option("--host", help="Address of the pages and REST.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Their port, 0 any.  [default: 8000]")
@click.option(
    "--trap-port",
    type=click.IntRange(0, 65535),
    help="UDP port for SNMP traps, 0 any.  [default: 162 as root, else and in the demo 1162]",
)
def up(
    data_dir: Path | None, has_demo: bool, demo_desktops: int | None, **address: str | int | None
) -> int:
    """Run the whole platform in the foreground; a signal ends it and all it started."""
    from yunwei.run.up import Wish, run_up

    if has_demo and address["trap_port"] is None and not os.environ.get("YUNWEI_TRAP_PORT"):
        address["trap_port"] = 1162
    for name, value in address.items():
        if value is not None:
            os.environ[f"YUNWEI_{name.upper()}"] = str(value)
    return run_up(data_dir, Wish(has_demo=has_demo, demo_desktops=demo_desktops))


@_command(main, "run")
@click.argument("roles", nargs=-1, required=True, metavar="ROLE…", type=click.Choice(ROLES))
def run(data_dir: Path | None, roles: tuple[str, ...]) -> int:
    """Run chosen roles against external engines: web, telemetry, receive, collect, govern,
    notify, dispatch, jobs."""
    from yunwei.run.commands.roles import run_chosen_roles

    return run_chosen_roles(data_dir, roles)


@_command(main, "migrate", prints_data=True)
def migrate(data_dir: Path | None, as_json: bool) -> None:
    """Bring the stores to the schema of this version."""
    from yunwei.run.commands.stores import migrate_stores

    applied = migrate_stores(data_dir)
    _print({"applied": applied}, as_json, "\n".join(applied) or "nothing to do")


@_command(main, "check", prints_data=True)
def check(data_dir: Path | None, as_json: bool) -> int:
    """Say what is wrong with this installation, one sentence each."""
    from yunwei.run.commands.checks import check_installation

    findings = check_installation(data_dir)
    told = [{"name": each.name, "ok": each.is_ok, "text": each.text} for each in findings]
    lines = [f"{'ok   ' if each.is_ok else 'WRONG'} {each.name}: {each.text}" for each in findings]
    _print(told, as_json, "\n".join(lines))
    wrong = [each.name for each in findings if not each.is_ok]
    if wrong:
        click.echo(f"yunwei: something is wrong with {', '.join(wrong)}", err=True)
    return 1 if wrong else 0


@main.group("user")
def user_group() -> None:
    """People who sign in."""


@_command(user_group, "create", prints_data=True)
@click.argument("name")
@click.option("--role", required=True, help="E.g. platform-administrator, operator, auditor.")
@click.option("--tenant", help="Slug of the tenant.  [default: the provider]")
@click.option("--display-name", default="", help="The name people see.")
@click.option("--email", default="", help="Where messages for this person go.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def user_create(data_dir: Path | None, as_json: bool, password_stdin: bool, **person: Any) -> None:
    """Let somebody sign in as NAME."""
    from yunwei.run.commands.people import create_person

    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    made = create_person(data_dir, password=password, **person)
    _print(made, as_json, f"{made['username']} ({made['role']}) can sign in")


@_command(user_group, "list", prints_data=True)
def user_list(data_dir: Path | None, as_json: bool) -> None:
    """List the people who sign in."""
    from yunwei.run.commands.people import list_people

    _print_table(list_people(data_dir), as_json)


@main.group("token")
def token_group() -> None:
    """Tokens for the REST interface."""


@_command(token_group, "create", prints_data=True)
@click.argument("name")
@click.option("--user", help="Whose.  [default: person NAME, else the platform administrator]")
@click.option("--days", type=click.IntRange(1, 3650), help="Ends after that.  [default: never]")
def token_create(
    data_dir: Path | None, as_json: bool, name: str, user: str | None, days: int | None
) -> None:
    """Make a token called NAME. It is shown this once."""
    from yunwei.run.commands.people import create_api_token

    made = create_api_token(data_dir, name=name, user=user, days=days)
    _print(made, as_json, made["token"])


@main.group("source")
def source_group() -> None:
    """Desktop clouds that are read."""


@_command(source_group, "add", prints_data=True)
@click.argument("connector")
@click.argument("name")
@click.option("--tenant", help="Slug of the tenant.  [default: the provider]")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting.")
@click.option(
    "--secret-stdin",
    "secrets",
    multiple=True,
    metavar="KEY",
    help="Read this secret from standard input, one line each in the order given.",
)
@click.option("--history-days", type=click.IntRange(0, 400), default=30, show_default=True)
def source_add(
    data_dir: Path | None, as_json: bool, secrets: tuple[str, ...], **source: Any
) -> None:
    """Add a source: CONNECTOR is its kind (e.g. huawei_workspace), NAME what people see."""
    from yunwei.run.commands.sources import add

    lines = {key: sys.stdin.readline().rstrip("\r\n") for key in secrets}
    made = add(data_dir, secrets=lines, **source)
    _print(made, as_json, f"source {made['id']}: {made['name']}")


@_command(source_group, "test", prints_data=True)
@click.argument("name")
def source_test(data_dir: Path | None, as_json: bool, name: str) -> int:
    """Ask a source (name or number) whether it can be read."""
    from yunwei.run.commands.sources import test

    answer = test(data_dir, name)
    facts = ", ".join(f"{key}: {value}" for key, value in answer["facts"].items())
    lines = [f"{answer['state']}: {answer['text'] or facts}", *answer["warnings"]]
    _print(answer, as_json, "\n".join(lines))
    return 0 if answer["state"] == "ok" else 1


@_command(source_group, "list", prints_data=True)
def source_list(data_dir: Path | None, as_json: bool) -> None:
    """List the sources and how they are."""
    from yunwei.run.commands.sources import list_all

    _print_table(list_all(data_dir), as_json)


@main.group("mib")
def mib_group() -> None:
    """What devices' traps mean, from their vendors' files."""


@_command(mib_group, "import", prints_data=True)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--tenant", help="Slug of the tenant.  [default: the provider]")
def mib_import(
    data_dir: Path | None, as_json: bool, files: tuple[Path, ...], tenant: str | None
) -> None:
    """Make trap definitions of MIB FILES that belong together, or of exported ones (.json)."""
    from yunwei.run.commands.mibs import import_files

    told = import_files(data_dir, files, tenant=tenant)
    lines = [f"imported: {', '.join(told['families'])}"]
    lines += [f"{place}: {fault}" for place, fault in told["faults"]]
    _print(told, as_json, "\n".join(lines))


@main.group("agent")
def agent_group() -> None:
    """Agents on desktops."""


@_command(agent_group, "token", prints_data=True)
@click.argument("name")
@click.option("--tenant", help="Slug of the tenant.  [default: the provider]")
@click.option("--days", type=click.IntRange(1, 366), default=1, show_default=True)
@click.option("--uses", type=click.IntRange(1, 100_000), default=1, show_default=True)
def agent_token(data_dir: Path | None, as_json: bool, **token: Any) -> None:
    """Make a token called NAME by which machines become agents. It is shown this once."""
    from yunwei.run.commands.agents import create_token

    made = create_token(data_dir, **token)
    _print(made, as_json, made["token"])


@_command(agent_group, "bundle", prints_data=True)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def agent_bundle(data_dir: Path | None, as_json: bool, file: Path) -> None:
    """Write the agent to FILE (.pyz): plain Python, for Linux and Windows alike."""
    from yunwei.run.commands.agents import write_bundle

    told = write_bundle(file)
    _print(told, as_json, f"{file}: {told['size_bytes']:,} bytes")


@_command(agent_group, "offer", prints_data=True)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--share",
    type=click.IntRange(1, 100),
    default=100,
    show_default=True,
    help="To so many of a hundred agents.",
)
def agent_offer(data_dir: Path | None, as_json: bool, file: Path, share: int) -> None:
    """Offer a newer agent, a bundle FILE (.pyz), to the agents of all customers that let their
    desktops be changed."""
    from yunwei.run.commands.agents import offer_release

    told = offer_release(data_dir, file, share=share)
    _print(told, as_json, f"version {told['version']} is offered to {share} of 100 agents")


@_command(agent_group, "withdraw", prints_data=True)
def agent_withdraw(data_dir: Path | None, as_json: bool) -> None:
    """Offer no newer agent any more; who has it keeps it."""
    from yunwei.run.commands.agents import withdraw_release

    told = withdraw_release(data_dir)
    text = "it is withdrawn" if told["was_offered"] else "none was offered"
    _print(told, as_json, text)


@_command(agent_group, "server-config")
def agent_server_config(data_dir: Path | None) -> None:
    """Print what NATS servers of your own need to take this installation's agents."""
    from yunwei.run.commands.agents import render_server_config

    click.echo(render_server_config(data_dir))


@main.group("ssh")
def ssh_group() -> None:
    """Desktops without an agent, reached over SSH or WinRM."""


@_command(ssh_group, "profiles", prints_data=True)
def ssh_profiles(data_dir: Path | None, as_json: bool) -> None:
    """List the connection profiles."""
    from yunwei.run.commands.ssh import list_profiles

    _print_table(list_profiles(data_dir), as_json)


@_command(ssh_group, "try", prints_data=True)
@click.argument("profile")
@click.argument("desktop")
def ssh_try(data_dir: Path | None, as_json: bool, profile: str, desktop: str) -> int:
    """Reach DESKTOP by PROFILE (name or number); exit code 1 when it is not reached."""
    from yunwei.run.commands.ssh import try_one

    tried = try_one(data_dir, profile, desktop)
    said = tried["told"] or f"{tried['reason']}: {tried['said']}"
    _print(tried, as_json, f"{tried['desktop']} {tried['fingerprint']}\n{said}")
    return 1 if tried["reason"] else 0


@_command(ssh_group, "keys", prints_data=True)
def ssh_keys(data_dir: Path | None, as_json: bool) -> None:
    """List the host keys of desktops, those that somebody has to look at first."""
    from yunwei.run.commands.ssh import list_keys

    _print_table(list_keys(data_dir), as_json)


@_command(ssh_group, "accept", prints_data=True)
@click.argument("desktop")
@click.argument("fingerprint")
def ssh_accept(data_dir: Path | None, as_json: bool, desktop: str, fingerprint: str) -> None:
    """Trust the key with FINGERPRINT (SHA256:…) that DESKTOP showed."""
    from yunwei.run.commands.ssh import accept

    told = accept(data_dir, desktop, fingerprint)
    _print(told, as_json, f"{told['desktop']}: {told['trusted']}")


@main.group("script")
def script_group() -> None:
    """The library of scripts."""


@_command(script_group, "list", prints_data=True)
def script_list(data_dir: Path | None, as_json: bool) -> None:
    """List the scripts, and which version of each may run."""
    from yunwei.run.commands.scripts import list_all

    _print_table(list_all(data_dir), as_json)


@_command(script_group, "check", prints_data=True)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def script_check(data_dir: Path | None, as_json: bool, file: Path) -> int:
    """Say what stands out in a script's FILE; exit code 1 when it is dangerous."""
    from yunwei.run.commands.scripts import check_file

    found = check_file(file)
    lines = [f"{file}:{e['line']}: {e['level']} {e['code']} {e['detail']}".rstrip() for e in found]
    _print(found, as_json, "\n".join(lines) or "nothing found")
    return 1 if any(each["level"] == "danger" for each in found) else 0


@_command(script_group, "import", prints_data=True)
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option("--tenant", help="Slug of the tenant.  [default: the provider]")
def script_import(
    data_dir: Path | None, as_json: bool, files: tuple[Path, ...], tenant: str | None
) -> None:
    """Add scripts from FILES as drafts; another person has to approve each."""
    from yunwei.run.commands.scripts import import_files

    made = import_files(data_dir, files, tenant=tenant)
    _print(made, as_json, "\n".join(f"script {each['id']}: {each['file']}" for each in made))


@_command(script_group, "export")
@click.argument("script", type=int)
def script_export(data_dir: Path | None, script: int) -> None:
    """Write the newest version of SCRIPT (its number) to standard output, as a file."""
    from yunwei.run.commands.scripts import export

    click.echo(export(data_dir, script), nl=False)


@main.command("run-script")
@click.argument("script")
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Of the pages.")
@click.option(
    "--token-file",
    required=True,
    type=click.File("r", "utf-8"),
    help="Holds an API token; - is standard input.",
)
@click.option("--desktop", "desktops", multiple=True, help="A desktop's name; as often as needed.")
@click.option("--desktops-from", type=_A_FILE, help="A file with names of desktops, one a line.")
@click.option("--condition", default="", help="All desktops that match it.")
@click.option("-p", "--parameter", "parameters", multiple=True, help="NAME=VALUE or NAME=@FILE.")
@click.option("--then", multiple=True, help="WHEN:SCRIPT, such as failed,3-5:NAME; four at most.")
@click.option("--then-parameter", "then_parameters", multiple=True, help="PLACE:NAME=VALUE.")
@click.option("--canary", default="1", show_default=True, help="So many go first: 5 or 10%.")
@click.option("--batch", default="", help="Then so many at a time.")
@click.option("--parallel", default=100, show_default=True, help="At most so many at once.")
@click.option("--stop-at", default="10%", show_default=True, help="Stop when more have failed.")
@click.option("--skip-offline", is_flag=True, help="Do not wait for desktops that are away.")
@click.option("--tenant", help="Slug of the tenant whose desktops are meant.  [default: one's own]")
@click.option("--note", default="", help="What it is for.")
@click.option("--key", default="", help="The same key starts one run, however often it is said.")
@click.option("--wait", "wait_s", default=3600.0, show_default=True, help="Seconds to wait.")
@click.option("--json", "as_json", is_flag=True, help="Print data as JSON.")
def run_script(**said: Any) -> None:
    """Run SCRIPT (its number or name) on desktops and wait for what becomes of it.

    Exit code 0: every desktop succeeded. 3: not every one. 4: it was not approved. 5: it is not
    over in time, and goes on. 1: it could not be started. Progress is told on standard error.

    --then runs another script by itself when it is over, on desktops that ended there in one of
    these states and with one of these exit codes; a second --then follows the first. All of them
    are waited for, and 0 says that the last script that each desktop had succeeded there.
    """
    from yunwei.run.commands.run_script import run_said

    sys.exit(run_said(**said))


@_command(main, "backup", prints_data=True)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--with-secret-key", is_flag=True, help="Also the key that opens stored credentials.")
def backup(data_dir: Path | None, as_json: bool, file: Path, with_secret_key: bool) -> None:
    """Write everything the platform keeps to FILE; it may go on running."""
    from yunwei.run.commands.backup import write_backup

    told = write_backup(data_dir, file, with_secret_key=with_secret_key)
    _print(told, as_json, f"{file}: {told['size_bytes']:,} bytes; {told['note']}")


@_command(main, "restore", prints_data=True)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(data_dir: Path | None, as_json: bool, file: Path) -> None:
    """Fill an empty installation with a backup. The platform must not run."""
    from yunwei.run.commands.restore import restore_backup

    told = restore_backup(data_dir, file)
    _print(told, as_json, f"restored what {file} held at {told['written_at']}")


@_command(main, "bench")
def bench(data_dir: Path | None) -> int:
    """Measure this version on this machine; needs the source tree (same as `make bench`)."""
    from yunwei.run.commands.bench import run_benchmarks

    return run_benchmarks()


def _print_table(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json or not rows:
        _print(rows, as_json, "")
        return
    shown = [list(rows[0]), *([str(value) for value in row.values()] for row in rows)]
    widths = [max(len(line[column]) for line in shown) for column in range(len(shown[0]))]
    for line in shown:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


if __name__ == "__main__":
    main()
