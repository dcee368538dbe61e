# What a machine that is reached over WinRM is told to do: the same text for every task. Its input is
# one text of base64 with JSON in it: the script, how it is called, and its parameters. These become
# variables of the environment, the script a file; nothing of them becomes part of a command.
# It ends when its shell is deleted, with all that it started.
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$bytes = [Convert]::FromBase64String(-join @($input))
$given = ConvertFrom-Json ([Text.Encoding]::UTF8.GetString($bytes))
$isPowerShell = $given.language -eq 'powershell'
$place = Join-Path ([IO.Path]::GetTempPath()) ('yunwei.' + [Guid]::NewGuid())
$null = New-Item -ItemType Directory -Path $place
$code = 1
try {
    foreach ($each in $given.environment.PSObject.Properties) {
        [Environment]::SetEnvironmentVariable($each.Name, $each.Value)
    }
    [Environment]::SetEnvironmentVariable('YW_TASK_ID', $given.mark)
    $file = Join-Path $place $given.file
    [IO.File]::WriteAllText($file, $given.body, (New-Object Text.UTF8Encoding $isPowerShell))
    Set-Location -Path $place
    $null = & chcp.com 65001
    [Console]::OutputEncoding = New-Object Text.UTF8Encoding $false
    $ErrorActionPreference = 'Continue'
    if ($isPowerShell) {
        & powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $file
    } else {
        & cmd.exe /d /c $file
    }
    $code = $LASTEXITCODE
} finally {
    Set-Location -Path ([IO.Path]::GetTempPath())
    Remove-Item -Recurse -Force -Path $place -ErrorAction SilentlyContinue
}
exit $code
