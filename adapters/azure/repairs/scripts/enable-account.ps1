# Enables one local account.
$known = Get-LocalUser -Name $Account -ErrorAction SilentlyContinue
if ($null -eq $known) { Leave 'no-account' }
Enable-LocalUser -Name $Account
if (-not (Get-LocalUser -Name $Account).Enabled) { Leave 'unchanged' }
