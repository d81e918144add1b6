# Turns TLS 1.2 on for the server side. Windows learns it at a restart, which follows in a minute; where it is on already, nothing happens.
$protocol = 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server'
$off = (Setting $protocol 'Enabled') -eq 0 -or (Setting $protocol 'DisabledByDefault') -eq 1
if ($off) {
  Set-ItemProperty -LiteralPath $protocol -Name Enabled -Value 1 -Type DWord
  Set-ItemProperty -LiteralPath $protocol -Name DisabledByDefault -Value 0 -Type DWord
  & "$env:windir\System32\shutdown.exe" /r /t 60 /d p:2:4
  if ($LASTEXITCODE -ne 0) { Leave 'needs-restart' }
}
