"""Acts over SSH as `every_act` tries them: on a real server, one desktop without an agent."""

import asyncio

from tests.support.acting import World
from tests.support.reading_acts import Try
from tests.support.sshd import Sshd, shared_sshd
from yunwei.base.core.ids import RunId, SshProfileId
from yunwei.base.infra.postgres import cursor, transaction
from yunwei.operate.runs.facts.runs import Choice, TargetState
from yunwei.operate.runs.jobs.ssh import SshTasks
from yunwei.operate.ssh.actions import profiles
from yunwei.operate.ssh.actions.trying import try_profile
from yunwei.operate.ssh.facts import HostTrust, ProfileDraft


def _start(world: World) -> RunId:
    choice = Choice(names=("PC-10",))
    return world.stage.start(script=world.clinic.script, values={}, choice=choice)


def _far_desktop(world: World, server: Sshd) -> SshProfileId:
    """Return the profile by which one desktop without an agent is reached."""
    if "ssh" not in world.kept:
        with transaction() as conn, cursor(conn) as opened:
            opened.execute("UPDATE inventory_desktop SET ip = '127.0.1.1' WHERE name = 'PC-10'")
        draft = ProfileDraft(
            name="linux",
            user=server.user,
            port=server.port,
            private_key=server.login_key,
            condition='name == "PC-10"',
            trust=HostTrust.FIRST_USE,
        )
        tenant, root = world.stage.cloud.tenant, world.stage.cloud.people["root"]
        made = profiles.add_profile(root, tenant, draft, box=world.stage.box, now=world.now)
        world.kept["ssh"] = made
    return SshProfileId(world.kept["ssh"])


def reach_over_ssh(world: World) -> Try:
    _far_desktop(world, shared_sshd())
    run = _start(world)
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


def try_ssh_profile(world: World) -> Try:
    profile = _far_desktop(world, shared_sshd())
    root, box = world.stage.cloud.people["root"], world.stage.box

    def go() -> bool:
        tried = asyncio.run(try_profile(root, profile, "PC-10", box=box, now=world.now))
        return not tried.reason

    return go
