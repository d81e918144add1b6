# Puts the service back to its normal start type and starts it, with the one that serves its redirected ports.
foreach ($name in 'UmRdpService', 'TermService') {
  $service = Get-Service -Name $name -ErrorAction SilentlyContinue
  if ($null -eq $service) { if ($name -eq 'TermService') { Leave 'no-service' } else { continue } }
  if ($service.StartType -eq 'Disabled') { Set-Service -Name $name -StartupType Manual }
}
Start-Service -Name TermService
if (-not (WaitFor { (Get-Service -Name TermService).Status -eq 'Running' } 30)) { Leave 'unchanged' }
