# Installs the agent as a task of the system that starts with Windows and starts again when it ends.
# Written for Windows 10 and newer with Python 3.12; NOT YET TRIED on a real machine.
#   powershell -ExecutionPolicy RemoteSigned -File install-agent.ps1 -Url https://PLATFORM
# asks for the enrolment token. Run it as an administrator, beside yunwei-agent.pyz.
param([Parameter(Mandatory = $true)][string]$Url)
$ErrorActionPreference = 'Stop'
$folder = Join-Path $env:ProgramData 'YunweiAgent'
$program = Join-Path $env:ProgramFiles 'YunweiAgent'
New-Item -ItemType Directory -Force -Path $folder, $program | Out-Null
# Only the system and administrators: a script must not be changed between writing and start.
icacls $folder /inheritance:r /grant:r 'SYSTEM:(OI)(CI)F' 'Administrators:(OI)(CI)F' | Out-Null
Copy-Item (Join-Path $PSScriptRoot 'yunwei-agent.pyz') $program -Force
$python = (Get-Command python.exe).Source
$bundle = Join-Path $program 'yunwei-agent.pyz'
$secure = Read-Host 'Enrolment token' -AsSecureString
$token = [Net.NetworkCredential]::new('', $secure).Password
$token | & $python $bundle enrol --url $Url --token-stdin --folder $folder
if ($LASTEXITCODE -ne 0) { throw 'the machine did not enrol' }
$action = New-ScheduledTaskAction -Execute $python -Argument "`"$bundle`" run --folder `"$folder`""
$start = New-ScheduledTaskTrigger -AtStartup
$rules = New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) `
    -ExecutionTimeLimit ([TimeSpan]::Zero) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
$user = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType ServiceAccount -RunLevel Highest
Register-ScheduledTask -TaskName 'YunweiAgent' -Action $action -Trigger $start `
    -Settings $rules -Principal $user -Force | Out-Null
Start-ScheduledTask -TaskName 'YunweiAgent'
