# Takes the listener's own certificate away; the service makes a new one when it starts. Security settings stay as they are.
if ($null -ne (Setting $policy 'CertTemplateName')) { Leave 'policy' }
$store = 'Cert:\LocalMachine\Remote Desktop'
$chosen = Setting $station 'SSLCertificateSHA1Hash'
if ($null -ne $chosen) {
  # One that somebody has chosen stays, as long as it can be used.
  $thumbprint = ($chosen | ForEach-Object { $_.ToString('X2') }) -join ''
  $good = Get-ChildItem -Path 'Cert:\LocalMachine\My' | Where-Object { $_.Thumbprint -eq $thumbprint -and $_.HasPrivateKey -and $_.NotAfter -gt (Get-Date) }
  if ($null -eq $good) { Remove-ItemProperty -LiteralPath $station -Name SSLCertificateSHA1Hash }
}
$before = @(Get-ChildItem -Path $store -ErrorAction SilentlyContinue | ForEach-Object { $_.Thumbprint })
Get-ChildItem -Path $store -ErrorAction SilentlyContinue | Remove-Item -Force # from the store named Remote Desktop
Restart-Service -Name TermService -Force
$port = Setting $station 'PortNumber'
if (-not (WaitFor { IsListening $port } 60)) { Leave 'not-listening' }
$made = WaitFor { @(Get-ChildItem -Path $store -ErrorAction SilentlyContinue | Where-Object { $_.Thumbprint -notin $before -and $_.HasPrivateKey -and $_.NotAfter -gt (Get-Date) }).Count -gt 0 } 30
if (-not $made -and $null -eq (Setting $station 'SSLCertificateSHA1Hash')) { Leave 'unchanged' }
