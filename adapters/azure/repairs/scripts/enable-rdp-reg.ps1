# Turns the Remote Desktop switch on. A policy that turns it off would win again, so then nothing is changed.
if ((Setting $policy 'fDenyTSConnections') -eq 1) { Leave 'policy' }
Set-ItemProperty -LiteralPath $server -Name fDenyTSConnections -Value 0 -Type DWord
Set-ItemProperty -LiteralPath $station -Name fEnableWinStation -Value 1 -Type DWord
if ((Setting $server 'fDenyTSConnections') -ne 0) { Leave 'unchanged' }
