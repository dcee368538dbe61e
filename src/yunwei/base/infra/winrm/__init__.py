"""The door to Windows machines over WinRM: whom one talks to is known first, then scripts run."""
