# The permissions that Windows gives the folder of machine keys, and the key of the RDP certificate in it. How they were is kept beside.
$folder = "$env:ProgramData\Microsoft\Crypto\RSA\MachineKeys"
$icacls = "$env:windir\System32\icacls.exe"
$kept = "$env:ProgramData\Latchkey"
New-Item -ItemType Directory -Path $kept -Force | Out-Null
& $icacls $folder /save "$kept\MachineKeys-$(Get-Date -Format yyyyMMddHHmmss).acl" /t /c /q | Out-Null
# By their numbers, because the names of the groups are translated: everyone, SYSTEM, Administrators, NETWORK SERVICE.
& $icacls $folder /grant '*S-1-1-0:(Rc,S,RD,WD,AD,REA,WEA,RA,WA)' '*S-1-5-18:(F)' '*S-1-5-32-544:(F)' /c /q | Out-Null
if ($LASTEXITCODE -ne 0) { Leave 'no-access' }
foreach ($key in @(Get-ChildItem -LiteralPath $folder -Force | Where-Object { $_.Name -like 'f686aace6942fb7f7ceb231212eef4a4_*' })) {
  & $icacls $key.FullName /grant '*S-1-5-18:(F)' '*S-1-5-32-544:(F)' '*S-1-5-20:(R)' /c /q | Out-Null
  if ($LASTEXITCODE -ne 0) { Leave 'no-access' }
}
