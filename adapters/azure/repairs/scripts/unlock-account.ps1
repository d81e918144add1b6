# Unlocks one local account.
$known = Get-LocalUser -Name $Account -ErrorAction SilentlyContinue
if ($null -eq $known) { Leave 'no-account' }
$entry = [ADSI] "WinNT://$env:COMPUTERNAME/$($known.Name),user"
if ($entry.InvokeGet('IsAccountLocked')) {
  $entry.InvokeSet('IsAccountLocked', $false)
  $entry.CommitChanges()
  $entry.RefreshCache()
}
if ($entry.InvokeGet('IsAccountLocked')) { Leave 'unchanged' }
