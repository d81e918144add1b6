# Ends one session. The words of quser are translated, its columns are not: a session without a name is disconnected.
$sessions = foreach ($line in @(& "$env:windir\System32\quser.exe" 2>$null | Select-Object -Skip 1)) {
  $words = @($line.Trim().TrimStart('>').Trim() -split '\s+')
  if ($words.Count -lt 4) { continue }
  $disconnected = $words[1] -match '^\d+$'
  [pscustomobject] @{ user = $words[0]; state = $(if ($disconnected) { 'disconnected' } else { 'active' }); id = [int] $(if ($disconnected) { $words[1] } else { $words[2] }) }
}
$meant = @($sessions | Where-Object { $_.user -eq $User -and $_.state -eq $State })
if ($meant.Count -eq 0) { Leave 'no-session' }
if ($meant.Count -gt 1) { Leave 'several-sessions' }
& "$env:windir\System32\logoff.exe" $meant[0].id
if ($LASTEXITCODE -ne 0) { Leave 'unchanged' }
