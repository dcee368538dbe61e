"""The demo as `up` sees it: the simulated cloud's process, and the words it greets with.

What the demo puts into the platform is `demo_content`.
"""

import json
import secrets
import socket
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from yunwei.base.infra.engines.folder import write_private
from yunwei.base.infra.engines.ports import find_free_port, is_free
from yunwei.base.infra.engines.process import ChildProcess
from yunwei.run.supervise import Program

DESKTOPS = 2000
COMMUNITY = "yunwei-demo"
PEOPLE = (
    ("admin", "平台管理员", "platform administrator"),
    ("operator", "值班工程师", "operator"),
    ("manager", "服务经理", "service manager"),
    ("auditor", "审计员", "auditor"),
    ("contact", "客户联系人", "customer contact"),
    ("desktop", "桌面用户", "desktop user"),
)
_FILE = "demo.json"
# No vowels and nothing that looks like something else: it is read from one screen into another.
_LETTERS = "bcdfghjkmnpqrstvwxz23456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFacts:
    """What stays the same for a demo folder. cloud_port: of the simulated cloud."""

    password: str
    cloud_port: int
    ak: str
    sk: str
    project: str

    @property
    def cloud_url(self) -> str:
        return f"http://127.0.0.1:{self.cloud_port}"


def recall_demo(data_dir: Path) -> DemoFacts:
    """Return the demo's facts for a new start; makes them up, for the owner's eyes, at first.

    The cloud keeps its port unless another program has taken it since.
    """
    try:
        facts = read_demo(data_dir)
    except (OSError, ValueError, TypeError):
        facts = DemoFacts(
            password="-".join(_word(4) for _ in range(4)),
            cloud_port=0,
            ak=f"AK{_word(16).upper()}",
            sk=_word(40),
            project=secrets.token_hex(16),
        )
    if facts.cloud_port == 0 or not is_free(facts.cloud_port):
        facts = DemoFacts(**(asdict(facts) | {"cloud_port": find_free_port()}))
    write_private(data_dir / _FILE, json.dumps(asdict(facts), indent=1))
    return facts


def read_demo(data_dir: Path) -> DemoFacts:
    """Return the facts of the demo that runs. Raises OSError when there is none."""
    return DemoFacts(**json.loads((data_dir / _FILE).read_text("utf-8")))


def build_cloud(
    facts: DemoFacts, traps: socket.socket, *, desktops: int, has_chaos: bool = True
) -> Program:
    """Return the simulated cloud as a unit to keep; it sends its traps to our own socket."""
    trap_port = traps.getsockname()[1]
    words = [sys.executable, "-m", "yunwei_sim", "--port", str(facts.cloud_port)]
    words += ["--desktops", str(desktops), "--trap-target", f"127.0.0.1:{trap_port}"]
    words += ["--ak", facts.ak, "--sk", facts.sk, "--project", facts.project]
    words += ["--trap-community", COMMUNITY, *(["--chaos"] if has_chaos else [])]
    child = ChildProcess(name="simulated cloud", command=words)
    return Program(child=child, health_url=f"{facts.cloud_url}/sim/state")


def render_welcome(facts: DemoFacts, address: str) -> str:
    """Return what a person needs to begin: the address and who can sign in, in both languages."""
    people = "\n".join(f"    {name:<10}{facts.password:<22}{zh} / {en}" for name, zh, en in PEOPLE)
    line = "─" * 72
    return (
        f"{line}\n"
        f"  云维演示已就绪 / The demo of Yunwei is ready\n\n"
        f"  地址 / Address    {address}\n"
        f"  登录名、密码、角色 / Sign-in name, password, role\n{people}\n\n"
        f"  模拟桌面云 / Simulated desktop cloud    {facts.cloud_url}\n"
        f"  按 Ctrl-C 结束 / Ctrl-C ends it\n"
        f"{line}"
    )


def _word(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))
