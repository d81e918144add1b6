# What every repair inside Windows begins with. Windows PowerShell 5.1, as SYSTEM.
#
# The last line that begins with "latchkey:" is the answer: "done", or one word for why not. A repair that cannot be seen to have worked
# does not say "done". Domain controllers are left alone, whatever was seen before.
param([string] $Account = '', [string] $Program = '', [string] $User = '', [string] $State = '', [string] $Minutes = '')

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
if ((Get-CimInstance -ClassName Win32_OperatingSystem).ProductType -eq 2) { Write-Output 'latchkey: domain-controller'; exit 0 }

$server = 'HKLM:\SYSTEM\CurrentControlSet\Control\Terminal Server'
$station = "$server\WinStations\RDP-Tcp"
$policy = 'HKLM:\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services'

function Leave([string] $Word) { Write-Output "latchkey: $Word"; exit 0 }

function Setting([string] $Path, [string] $Name) {
  if (-not (Test-Path -LiteralPath $Path)) { return $null }
  $found = Get-ItemProperty -LiteralPath $Path -ErrorAction SilentlyContinue
  if ($null -eq $found -or $null -eq $found.PSObject.Properties[$Name]) { return $null }
  return $found.$Name
}

function WaitFor([scriptblock] $Test, [int] $Seconds) {
  for ($waited = 0; $waited -lt $Seconds; $waited++) {
    if (. $Test) { return $true }
    Start-Sleep -Seconds 1
  }
  return [bool] (. $Test)
}

function IsListening([int] $Port) {
  $service = Get-CimInstance -ClassName Win32_Service -Filter "Name = 'TermService'"
  $owners = @(Get-NetTCPConnection -State Listen -LocalPort $Port -ErrorAction SilentlyContinue | ForEach-Object { [int] $_.OwningProcess })
  return $owners -contains [int] $service.ProcessId
}

try {
