# Restarts Remote Desktop Services. Who is connected is cut off and finds the session again.
if ($null -eq (Get-Service -Name TermService -ErrorAction SilentlyContinue)) { Leave 'no-service' }
Restart-Service -Name TermService -Force
$port = Setting $station 'PortNumber'
if (-not (WaitFor { IsListening $port } 60)) { Leave 'not-listening' }
