# Gives one account the local right to sign in through Remote Desktop, and takes it off the list of those who are denied it.
if ((Get-CimInstance -ClassName Win32_ComputerSystem).PartOfDomain) { Leave 'domain' }
try { $sid = (New-Object System.Security.Principal.NTAccount($Account)).Translate([System.Security.Principal.SecurityIdentifier]).Value }
catch { Leave 'no-account' }
$secedit = "$env:windir\System32\secedit.exe"
$work = Join-Path $env:windir "Temp\latchkey-$([guid]::NewGuid())"
New-Item -ItemType Directory -Path $work | Out-Null
try {
  & $secedit /export /cfg "$work\now.inf" /areas USER_RIGHTS /quiet | Out-Null
  $lines = @(Get-Content -LiteralPath "$work\now.inf")
  function Holders([string] $Right) {
    $line = @($lines | Where-Object { $_ -match "^$Right\s*=" })[0]
    if ($null -eq $line) { return @() }
    return @($line.Split('=')[1].Split(',') | ForEach-Object { $_.Trim() } | Where-Object { $_ -ne '' })
  }
  $may = @(Holders 'SeRemoteInteractiveLogonRight') + "*$sid" | Select-Object -Unique
  $mayNot = @(Holders 'SeDenyRemoteInteractiveLogonRight' | Where-Object { $_ -ne "*$sid" -and $_ -ne $Account })
  $text = @('[Unicode]', 'Unicode=yes', '[Version]', 'signature="$CHICAGO$"', 'Revision=1', '[Privilege Rights]', "SeRemoteInteractiveLogonRight = $($may -join ',')", "SeDenyRemoteInteractiveLogonRight = $($mayNot -join ',')")
  Set-Content -LiteralPath "$work\new.inf" -Value $text -Encoding Unicode
  & $secedit /configure /db "$work\new.sdb" /cfg "$work\new.inf" /areas USER_RIGHTS /quiet | Out-Null
  if ($LASTEXITCODE -ne 0) { Leave 'no-access' }
} finally { Remove-Item -LiteralPath $work -Recurse -Force -ErrorAction SilentlyContinue }
