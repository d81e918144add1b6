# Stops the named program if it is what holds the port of RDP, and lets RDP have it. What starts it again at the next restart stays.
$port = [int] (Setting $station 'PortNumber')
$wanted = $Program -replace '\.exe$', ''
if (-not (IsListening $port)) {
  $holders = @(Get-NetTCPConnection -State Listen -LocalPort $port -ErrorAction SilentlyContinue | ForEach-Object { [int] $_.OwningProcess } | Select-Object -Unique)
  foreach ($holder in $holders) {
    $process = Get-Process -Id $holder
    $services = @(Get-CimInstance -ClassName Win32_Service -Filter "ProcessId = $holder")
    $names = @($process.ProcessName) + @($services | ForEach-Object { $_.Name })
    # Whatever shares a process with others, or belongs to Windows, is not stopped from here.
    if ($names -notcontains $wanted -or $services.Count -gt 1 -or $holder -le 4) { Leave 'another-program' }
    if ($services.Count -eq 1) { Stop-Service -Name $services[0].Name -Force } else { Stop-Process -Id $holder -Force }
  }
  Restart-Service -Name TermService -Force
}
if (-not (WaitFor { IsListening $port } 60)) { Leave 'not-listening' }
