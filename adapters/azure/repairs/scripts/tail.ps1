} catch {
  Write-Output "latchkey: failed"
  # For the operator who reads the log of Run Command on the VM. It does not come back to Latchkey.
  [Console]::Error.WriteLine([string] $_.FullyQualifiedErrorId)
  exit 0
}
Write-Output 'latchkey: done'
