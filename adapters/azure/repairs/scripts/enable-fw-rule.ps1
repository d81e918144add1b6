# Lets RDP in through Windows Firewall, which stays on: the rules that came with Windows, and for another port than 3389 one of our own.
$port = [int] (Setting $station 'PortNumber')
$group = '@FirewallAPI.dll,-28752'
Get-NetFirewallRule -Group $group -ErrorAction SilentlyContinue | Enable-NetFirewallRule
if ($port -ne 3389) {
  $name = 'Latchkey-RDP-Port'
  Get-NetFirewallRule -Name $name -ErrorAction SilentlyContinue | Remove-NetFirewallRule
  New-NetFirewallRule -Name $name -DisplayName "Remote Desktop on port $port (Latchkey)" -Direction Inbound -Action Allow -Protocol TCP -LocalPort $port -Program '%SystemRoot%\system32\svchost.exe' -Service TermService | Out-Null
}
$enabled = @(Get-NetFirewallRule -Direction Inbound -Action Allow -Enabled True | Where-Object { $_.Group -eq $group -or $_.Name -eq 'Latchkey-RDP-Port' })
if ($enabled.Count -eq 0) { Leave 'unchanged' }
