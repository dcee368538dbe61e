"""`yunwei run ROLE…`: chosen roles in this process, against engines that run elsewhere."""

from pathlib import Path

from yunwei.base.infra.log import set_up_logging
from yunwei.base.infra.settings import load_settings
from yunwei.run.commands.stores import choose_data_dir
from yunwei.run.doors import Handed
from yunwei.run.process import run_process


def run_chosen_roles(data_dir: Path | None, roles: tuple[str, ...]) -> int:
    """Run the roles, each once, until a signal; returns the exit code."""
    settings = load_settings(choose_data_dir(data_dir))
    set_up_logging("+".join(roles), settings.log_level)
    return run_process(settings, tuple(dict.fromkeys(roles)), Handed())
