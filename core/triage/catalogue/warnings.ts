/**
 * What a remedy may cost, said beside its button before it is pressed. Each text is complete and stands alone.
 *
 * Facts: Microsoft's pages on VMAccess, redeploy, just-in-time access, NSGs, Bastion and the serial console (read 2026-11-20).
 */

export const WARNINGS = {
  'W-START':
    'Billing starts again. If the public address is dynamic, the VM comes back on another one. An auto-shutdown schedule may stop it again.',
  'W-START-FAIL':
    'The start can fail because Azure lacks capacity or a quota is used up. Then another size, another zone or a later try is needed.',
  'W-RESTART':
    'Everyone who is signed in is thrown out and unsaved work is lost. While Windows installs updates or checks its disk, a restart can break it.',
  'W-REDEPLOY':
    'Everything on the temporary disk, and on the system disk if it is ephemeral, is lost. A dynamic public address changes, and saved .rdp files and allow-lists for it stop working. The VM is away for several minutes.',
  'W-DEALLOC':
    'Everything on the temporary disk is lost and a dynamic public address changes. The virtual TPM is reset. Azure may lack the capacity to start the VM again.',
  'W-RESET-RDP':
    'This installs the VMAccess extension in Windows. It turns RDP and all firewall profiles on and opens the built-in rule for port 3389 only: RDP on another port stays closed. It does not work on domain controllers or without a ready VM agent, and a Group Policy may undo it.',
  'W-RESET-PW':
    'A name that does not exist becomes a new local administrator, and a disabled account is enabled. Services, tasks and secrets that use the old password break. It works for local accounts only, not on domain controllers. The password is never shown in chat.',
  'W-NSG-OPEN':
    'This makes the VM reachable from more places. Allow one source address, TCP, the real RDP port and an end time, never the whole internet. A rule on the subnet reaches every VM in it.',
  'W-NSG-SHARED':
    'Other resources use the same security group, or code manages it. A change reaches all of them and may be undone by the next deployment.',
  'W-PUBLIC-IP':
    'This puts the VM on the internet. Bastion, VPN or just-in-time access are safer. A Standard address stays closed until a rule allows the port.',
  'W-JIT':
    'The port opens only for the stated address and only until the end time. A session that is open then goes on, a new one does not start.',
  'W-NLA-OFF':
    'Without NLA anybody who reaches the port sees the sign-in screen. Turn it off for a short time only. It needs a restart and must be turned on again.',
  'W-CERT-SCRIPT':
    "Microsoft's ready-made script also lowers the security level of RDP. Use a script that replaces the certificate and nothing else.",
  'W-RDPSETTINGS':
    "Microsoft's ready-made settings script is not only a read: on machines outside a domain it writes default time-outs and limits.",
  'W-REMOTEPS':
    "Microsoft's ready-made script for remote PowerShell opens port 5986 to every address and uses a self-signed certificate.",
  'W-PORT':
    'Changing the RDP port cuts sessions. Every saved client, NAT rule, security rule and just-in-time policy that names the old port stops fitting.',
  'W-NIC-RESET':
    'The VM gets another private address and restarts, and a ghost adapter stays behind in Windows. Whatever is tied to the old address breaks until it is put back.',
  'W-CREDSSP':
    'Never set the policy to Vulnerable to get in: it exposes passwords on the network. Install the updates instead. If it was set, undo it at once.',
  'W-TLS': 'Some articles advise turning TLS 1.0 or 1.1 on. Do not: turn TLS 1.2 or newer on instead.',
  'W-LICENCE':
    'mstsc /admin goes round licensing for administrators only. Removing the Session Host role limits the server to two sessions and signs everyone off.',
  'W-LOGOFF': 'Signing a person off destroys their unsaved work. Ask them first where you can.',
  'W-OFFLINE':
    'This creates a second VM and a disk copy that cost money, and the VM is stopped meanwhile. A snapshot comes first. It does not suit ephemeral disks and some encrypted ones.',
  'W-SERIAL':
    'The serial console needs Virtual Machine Contributor, boot diagnostics and an account with a password. A person works there, not Latchkey.',
  'W-GPO':
    'A domain policy sets this. A local change is undone at the next refresh, so the domain team has to change the policy.',
  'W-TRUST':
    'Repairing the trust needs domain rights and perhaps a restart. Make sure that a local administrator can sign in first.',
  'W-RESIZE':
    'Resizing restarts the VM and may move it to another host, where the temporary disk starts empty.',
  'W-FW':
    'Do not turn Windows Firewall off to test, open the one rule instead. If somebody has turned it off, turn it on again.',
  'W-CS-RESTART':
    'Turning RDP on for the first time restarts every instance of the role, unless the certificate for the password is already there.',
  'W-CS-RETIRED':
    'Cloud Services (classic) and classic VMs are retired. Make sure that the resource still exists.',
  'W-BASTION-SKU':
    'A higher Bastion SKU costs more per hour and cannot be taken back; if the SKU is already enough, only the feature has to be switched on. Work on the host drops the sessions that run through it.',
  'W-ROUTE': "Routes, firewalls and network-wide rules carry other traffic too. The network's owner decides.",
  'W-CLIENT-OFF':
    'Pause local security software for one test only and turn it on again. Some companies forbid this.',
  'W-ATTACK':
    'If somebody is guessing passwords, narrow the source first. A reset, unlock or restart alone brings the trouble back.',
  'W-ROLE':
    'A role gives standing access. Choose the smallest role, and an eligible or time-limited assignment where you can.',
} as const satisfies Readonly<Record<string, string>>

export type WarningId = keyof typeof WARNINGS
