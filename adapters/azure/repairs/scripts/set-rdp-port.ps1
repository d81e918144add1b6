# Puts RDP back on port 3389. Where it is there already, nobody is cut off.
if ((Setting $policy 'PortNumber') -notin $null, 3389) { Leave 'policy' }
if ((Setting $station 'PortNumber') -ne 3389) {
  $others = @(Get-NetTCPConnection -State Listen -LocalPort 3389 -ErrorAction SilentlyContinue)
  if ($others.Count -gt 0) { Leave 'port-taken' }
  Set-ItemProperty -LiteralPath $station -Name PortNumber -Value 3389 -Type DWord
  Restart-Service -Name TermService -Force
}
if (-not (WaitFor { IsListening 3389 } 60)) { Leave 'not-listening' }
