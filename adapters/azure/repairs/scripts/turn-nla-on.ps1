# Asks for NLA again, and takes the task away that would have done so later.
$listener = Get-CimInstance -Namespace root/cimv2/TerminalServices -ClassName Win32_TSGeneralSetting -Filter "TerminalName='RDP-tcp'"
Invoke-CimMethod -InputObject $listener -MethodName SetUserAuthenticationRequired -Arguments @{ UserAuthenticationRequired = [uint32] 1 } | Out-Null
Unregister-ScheduledTask -TaskName Latchkey-NLA-on -Confirm:$false -ErrorAction SilentlyContinue
if ((Setting $station 'UserAuthentication') -ne 1) { Leave 'unchanged' }
