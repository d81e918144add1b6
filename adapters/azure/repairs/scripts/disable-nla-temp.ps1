# Lets people sign in without NLA for a while. Windows puts it back by a task of its own, also when nobody else remembers.
if ((Setting $policy 'UserAuthentication') -eq 1) { Leave 'policy' }
if ($Minutes -notmatch '^\d{1,3}$' -or [int] $Minutes -lt 5 -or [int] $Minutes -gt 480) { Leave 'bad-order' }
$query = "TerminalName='RDP-tcp'"
$undo = "Get-CimInstance -Namespace root/cimv2/TerminalServices -ClassName Win32_TSGeneralSetting -Filter ""$query"" | Invoke-CimMethod -MethodName SetUserAuthenticationRequired -Arguments @{UserAuthenticationRequired=[uint32]1}; Unregister-ScheduledTask -TaskName Latchkey-NLA-on -Confirm:`$false"
$encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($undo))
$action = New-ScheduledTaskAction -Execute "$env:windir\System32\WindowsPowerShell\v1.0\powershell.exe" -Argument "-NoProfile -NonInteractive -EncodedCommand $encoded"
$trigger = New-ScheduledTaskTrigger -Once -At (Get-Date).AddMinutes([int] $Minutes)
$settings = New-ScheduledTaskSettingsSet -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
Register-ScheduledTask -TaskName Latchkey-NLA-on -Action $action -Trigger $trigger -Settings $settings -User 'NT AUTHORITY\SYSTEM' -RunLevel Highest -Force | Out-Null
$listener = Get-CimInstance -Namespace root/cimv2/TerminalServices -ClassName Win32_TSGeneralSetting -Filter $query
Invoke-CimMethod -InputObject $listener -MethodName SetUserAuthenticationRequired -Arguments @{ UserAuthenticationRequired = [uint32] 0 } | Out-Null
if ((Setting $station 'UserAuthentication') -ne 0) { Leave 'unchanged' }
