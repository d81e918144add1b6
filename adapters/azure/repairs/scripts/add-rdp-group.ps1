# Puts one account into the group of those who may sign in through Remote Desktop. The group goes by its number: its name is translated.
$group = 'S-1-5-32-555'
try { Add-LocalGroupMember -SID $group -Member $Account }
catch {
  if ($_.FullyQualifiedErrorId -like 'PrincipalNotFound*') { Leave 'no-account' }
  if ($_.FullyQualifiedErrorId -notlike 'MemberExists*') { throw }
}
