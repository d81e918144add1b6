# Lets Windows Firewall honour its allow rules again, and answers out. It stays on, and still blocks what no rule allows.
Set-NetFirewallProfile -All -Enabled True -AllowInboundRules True -DefaultInboundAction Block -DefaultOutboundAction Allow
$inForce = @(Get-NetFirewallProfile -PolicyStore ActiveStore)
if (@($inForce | Where-Object { "$($_.AllowInboundRules)" -eq 'False' -or "$($_.DefaultOutboundAction)" -eq 'Block' }).Count -gt 0) { Leave 'policy' }
