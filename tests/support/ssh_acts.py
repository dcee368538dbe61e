"""Acts over SSH and WinRM as `every_act` tries them: on a real server of the one, on a stand-in for
the other, for one desktop without an agent."""

import asyncio
from dataclasses import dataclass

from tests.support.acting import World
from tests.support.reading_acts import Try
from tests.support.sshd import shared_sshd
from tests.support.windows import PASSWORD, USER, shared_windows
from yunwei.base.core.ids import ScriptId, SshProfileId
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.runs.facts.runs import Choice, TargetState
from yunwei.operate.runs.jobs.ssh import SshTasks
from yunwei.operate.scripts.facts.library import ScriptLanguage, VersionDraft
from yunwei.operate.ssh.actions import profiles
from yunwei.operate.ssh.actions.trying import try_profile
from yunwei.operate.ssh.facts import HostTrust, Kind, ProfileDraft


@dataclass(frozen=True)
class _Far:
    """One desktop without an agent, the profile by which it is reached, and what runs there."""

    desktop: str
    profile: SshProfileId
    script: ScriptId


def _over_ssh(world: World) -> _Far:
    server = shared_sshd()
    draft = ProfileDraft(
        name="linux",
        user=server.user,
        port=server.port,
        private_key=server.login_key,
        condition='name == "PC-10"',
        trust=HostTrust.FIRST_USE,
    )
    return _Far("PC-10", _profile(world, draft, "PC-10", "127.0.1.1"), world.clinic.script)


def _over_winrm(world: World) -> _Far:
    windows = shared_windows()
    draft = ProfileDraft(
        name="windows",
        kind=Kind.WINRM,
        user=USER,
        port=windows.port,
        password=PASSWORD,
        condition='name == "PC-10"',
        trust=HostTrust.FIRST_USE,
    )
    profile = _profile(world, draft, "PC-10", "127.0.1.1")
    if "batch" not in world.kept:
        body = VersionDraft(body="echo hello\n")
        world.kept["batch"] = world.stage.approve("batch", body, ScriptLanguage.BATCH)
    return _Far("PC-10", profile, ScriptId(world.kept["batch"]))


def _profile(world: World, draft: ProfileDraft, desktop: str, address: str) -> SshProfileId:
    if draft.name not in world.kept:
        with transaction() as conn, cursor(conn) as opened:
            place = "UPDATE inventory_desktop SET ip = %s WHERE name = %s"
            opened.execute(place, (address, desktop))
        tenant, root = world.stage.cloud.tenant, world.stage.cloud.people["root"]
        made = profiles.add_profile(root, tenant, draft, box=world.stage.box, now=world.now)
        world.kept[draft.name] = made
    return SshProfileId(world.kept[draft.name])


def _reach(world: World, far: _Far) -> Try:
    choice = Choice(names=(far.desktop,))
    run = world.stage.start(script=far.script, values={}, choice=choice)
    world.stage.advance(run)

    async def work() -> None:
        worker = SshTasks(world.clock, world.stage.box, lambda: None)
        await worker.step()
        await worker.finish()
        await worker.close()

    def go() -> bool:
        asyncio.run(work())
        (target,) = world.stage.targets(run)
        return target.state is TargetState.SUCCEEDED

    return go


def _try(world: World, far: _Far) -> Try:
    root, box = world.stage.cloud.people["root"], world.stage.box

    def go() -> bool:
        tried = asyncio.run(try_profile(root, far.profile, far.desktop, box=box, now=world.now))
        return not tried.reason

    return go


def _reach_over_ssh(world: World) -> Try:
    return _reach(world, _over_ssh(world))


def _reach_over_winrm(world: World) -> Try:
    return _reach(world, _over_winrm(world))


def _try_ssh_profile(world: World) -> Try:
    return _try(world, _over_ssh(world))


def _try_winrm_profile(world: World) -> Try:
    return _try(world, _over_winrm(world))


_WINRM = "operate.runs.jobs.winrm_connections"
FAR_ACTS = (
    (
        "desktop is reached over SSH",
        _reach_over_ssh,
        "operate.runs.actions.asking:_ask",
        ("operate.runs.jobs.ssh_connections:run",),
    ),
    (
        "desktop is reached over WinRM",
        _reach_over_winrm,
        "operate.runs.actions.asking:_ask",
        (f"{_WINRM}:run", f"{_WINRM}:begin"),
    ),
    (
        "SSH profile is tried",
        _try_ssh_profile,
        "operate.ssh.actions.trying:_prepare",
        ("operate.ssh.actions.trying:_ask_over_ssh",),
    ),
    (
        "WinRM profile is tried",
        _try_winrm_profile,
        "operate.ssh.actions.trying:_prepare",
        ("operate.ssh.actions.trying:_run_over_winrm",),
    ),
)
"""Name, how it is prepared and tried, who asks the gate, who does it far away."""
