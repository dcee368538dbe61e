"""What stands out in a script: dangers are found on the syntax tree, not by looking for words."""

import pytest

from yunwei.base.core.errors import Invalid
from yunwei.operate.scripts.actions.checking import check_script
from yunwei.operate.scripts.facts.library import Level, ScriptLanguage, VersionDraft
from yunwei.operate.scripts.rules.checks.body import check_body
from yunwei.operate.scripts.rules.drafts import check_version

SHELL, POWERSHELL = ScriptLanguage.SHELL, ScriptLanguage.POWERSHELL
BATCH, PYTHON = ScriptLanguage.BATCH, ScriptLanguage.PYTHON


def codes(language: ScriptLanguage, body: str) -> list[tuple[int, str]]:
    return [(each.line, each.code) for each in check_body(language, body)]


@pytest.mark.parametrize(
    ("language", "body", "code"),
    [
        (SHELL, "rm -rf /tmp/x", "YW101"),
        (SHELL, "sudo -n env A=1 timeout 5 rm -r x", "YW101"),
        (SHELL, "echo a\n\\rm -rf /", "YW101"),
        (SHELL, "find / -name x -delete", "YW101"),
        (SHELL, "dd if=/dev/zero of=/dev/sda", "YW102"),
        (SHELL, "echo x > /dev/sda", "YW102"),
        (SHELL, "systemctl reboot", "YW103"),
        (SHELL, 'eval "$A"', "YW104"),
        (SHELL, 'bash -c "$A"', "YW104"),
        (SHELL, "curl http://x | sudo sh", "YW105"),
        (SHELL, 'bash -c "$(curl http://x)"', "YW105"),
        (SHELL, "echo cm0= | base64 -d | sh", "YW106"),
        (SHELL, "$CMD -rf x", "YW107"),
        (SHELL, "if true; then", "YW002"),
        (POWERSHELL, "Remove-Item -Recurse -Force C:\\x", "YW101"),
        (POWERSHELL, "ri -r C:\\x", "YW101"),
        (POWERSHELL, "R`emove-Item C:\\x -Recurse", "YW101"),
        (POWERSHELL, "Format-Volume -DriveLetter D", "YW102"),
        (POWERSHELL, "if ($x) { Restart-Computer -Force }", "YW103"),
        (POWERSHELL, "iex $env:YW_PARAM_X", "YW104"),
        (POWERSHELL, '(New-Object Net.WebClient).DownloadString("http://x")', "YW105"),
        (POWERSHELL, "powershell.exe -enc YQBiAGMA", "YW106"),
        (POWERSHELL, "& $x -y", "YW107"),
        (POWERSHELL, "Set-ADUser kai -Enabled $false", "YW108"),
        (POWERSHELL, "Set-MpPreference -DisableRealtimeMonitoring $true", "YW109"),
        (POWERSHELL, "& 'C:\\Windows\\reg.exe' delete HKLM\\x /f", "YW110"),
        (POWERSHELL, "Remove-Item HKLM:\\Software\\x", "YW110"),
        (POWERSHELL, "wevtutil cl System", "YW113"),
        (POWERSHELL, "if ($x) {", "YW002"),
        (BATCH, "rd/s/q C:\\x", "YW101"),
        (BATCH, 'if exist "a b" del /s /q x', "YW101"),
        (BATCH, "d^el /s x", "YW101"),
        (BATCH, "echo a & format d:", "YW102"),
        (BATCH, "for %%i in (x) do shutdown /r", "YW103"),
        (BATCH, "%CMD% x", "YW107"),
        (BATCH, "net user a b /add", "YW108"),
        (PYTHON, "from shutil import rmtree as r\nr('/x')", "YW101"),
        (PYTHON, "import os as o\no.system('x')", "YW104"),
        (PYTHON, "import subprocess\nsubprocess.run('x', shell=True)", "YW104"),
        (PYTHON, "import subprocess\nsubprocess.run(['/sbin/reboot'])", "YW103"),
        (PYTHON, "def (", "YW001"),
    ],
)
def test_what_can_destroy_is_found_at_its_line(
    language: ScriptLanguage, body: str, code: str
) -> None:
    found = codes(language, body)
    assert (len(body.splitlines()), code) in found, found


@pytest.mark.parametrize(
    ("language", "body"),
    [
        (SHELL, 'echo "rm -rf / is what nobody types"\n# rm -rf /\nls | sort\nfind /tmp/x -delete'),
        (
            POWERSHELL,
            '# Remove-Item -Recurse\nWrite-Output "iex"\nGet-ADUser kai\n& { Get-Date }',
        ),
        (POWERSHELL, "ps | ft A, B -AutoSize\n$x / 1MB"),
        (BATCH, "@echo off\nrem del /s /q x\necho format (c:\nnet start Spooler"),
        (PYTHON, "import os\nprint('rm -rf')\nos.remove('x')\nopen('x').read()"),
    ],
)
def test_words_in_texts_and_comments_are_no_commands(language: ScriptLanguage, body: str) -> None:
    assert codes(language, body) == []


def test_a_deeply_nested_script_is_read_all_the_same() -> None:
    assert codes(SHELL, "(" * 3000 + "ls" + ")" * 3000) in ([], [(1, "YW002")])


def test_shellcheck_and_ruff_say_what_they_know() -> None:
    shell = check_script(SHELL, "#!/bin/sh\nx=$(ls)\nrm $y\n")
    assert {"SC2034", "SC2086"} <= {each.code for each in shell}
    python = check_script(PYTHON, "print(nothing)\n")
    assert [(each.line, each.code, each.level) for each in python] == [(1, "F821", Level.WARNING)]


def test_batch_never_has_a_value_put_into_its_text() -> None:
    with pytest.raises(Invalid) as caught:
        check_version(BATCH, VersionDraft(body="echo %YW_PARAM_NAME%\n"))
    assert caught.value.field == "body"
    check_version(
        BATCH, VersionDraft(body="setlocal enabledelayedexpansion\necho !YW_PARAM_NAME!\n")
    )
