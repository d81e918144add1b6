/**
 * Product messages as people pasted them in public issue trackers, blogs and articles (source beside each), with nothing of what the people
 * wrote round them. `expect` lists the entries that are right as the first one.
 */
import type { ErrorId } from '../../../../core/triage/catalogue/errors/index.ts'

export const PASTED: readonly { pasted: string; expect: readonly ErrorId[]; source: string }[] = [
  {
    pasted: `[Window Title]
Remote Desktop Connection

[Content]
Remote Desktop can't connect to the remote computer for one of these reasons:

1) Remote access to the server is not enabled
2) The remote computer is turned off
3) The remote computer is not available on the network

Make sure that the remote computer is turned on and connected to the network and that remote access is enabled.

[^] Hide details  [OK]

[Expanded Information]
Error code: 0x204
Extended error code: 0x0
Timestamp (UTC): 10/16/23 09:18:47 AM`,
    expect: ['E-GENERAL-3'],
    source: 'sebaxakerhtc/rdpwrap.ini issue 305',
  },
  {
    pasted: `We couldn't connect to the remote PC because the PC can't be found. Please provide the fully-qualified name or the IP address of the remote PC, and then try again.

Error code: 0x104`,
    expect: ['E-NAME'],
    source: 'kimmknight/remoteapptool issue 57',
  },
  {
    pasted: `Your session ended because of an error. If this keeps happening, contact your network administrator for assistance.

Error code: 0x807`,
    expect: ['E-0x207'],
    source: 'windowsserverdocs issue 1955',
  },
  {
    pasted:
      'Your session ended because of an error. If this keeps happening, ask your admin or tech support for help. Error code: 0x4',
    expect: ['E-0x4'],
    source: 'stascorp/rdpwrap issue 1340',
  },
  {
    pasted: `Error code: 0x4 
Extended error code: 0x0 
Activity ID: {9078ef5c-661c-48f0-b401-1c48db150000}`,
    expect: ['E-0x4', 'E-INTERNAL'],
    source: 'windowsserverdocs issue 6726',
  },
  {
    pasted:
      'Because of a protocol error detected at the client (code 0x1104), this session will be disconnected.',
    expect: ['E-1104'],
    source: 'stascorp/rdpwrap issue 363',
  },
  {
    pasted: `[Content]
计算机无法连接到远程计算机上的另一个控制台会话，原因是你正在运行一个控制台会话。
[Expanded Information]
错误代码： 0x708
扩展错误代码： 0x0`,
    expect: ['E-CONSOLE'],
    source: 'anhkgg/SuperRDP issue 38',
  },
  {
    pasted: `An authentication error has occurred.
The function requested is not supported.
Remote computer: [computername]
This could be due to CredSSP encryption oracle remediation.
For more information, see hhtps://go.microsoft.com/fwlink/?linkid=866660`,
    expect: ['E-CREDSSP'],
    source: 'stascorp/rdpwrap issue 480',
  },
  {
    pasted: 'An authentication error has occurred and the required function is not supported',
    expect: ['E-CREDSSP'],
    source: 'Terminals-Origin/Terminals issue 184',
  },
  {
    pasted: `An authentication error has occurred. The function is not supported.
Remote Computer: [ip address] 
This could be due to CredSSP encryption oracle remediation.`,
    expect: ['E-CREDSSP'],
    source: 'ansible-lockdown/Windows-2022-CIS issue 65',
  },
  {
    pasted: 'The network connection to the Bastion Host appears unstable.',
    expect: ['E-BAS-UNSTABLE'],
    source: 'azure-docs issue 33632',
  },
  {
    pasted:
      'The connection has been closed because the target machine is taking too long to respond. This is usually caused by network problems, such as a spotty wireless signal, or slow network speeds.',
    expect: ['E-BAS-UNSTABLE'],
    source: 'azure-docs issue 33632',
  },
  {
    pasted: 'CONNECTION ERROR: Log in failed. Please, reconnect and try again',
    expect: ['E-BAS-LOGIN'],
    source: 'azure-docs issue 83481',
  },
  {
    pasted: 'Connection Error Bastion - Target machine is unreachable',
    expect: ['E-BAS-UNREACH'],
    source: 'AZ-140 course issue 143',
  },
  { pasted: '你的凭据不起作用 登录没有成功', expect: ['E-CREDS'], source: 'stascorp/rdpwrap issue 2000' },
  {
    pasted: 'Cant connect to remote computer.',
    expect: ['E-GENERAL-3', 'E-NONE', 'E-TIMEOUT', 'E-CANT-CONNECT'],
    source: 'azure-docs issue 17094',
  },
  {
    pasted: `Remote Desktop Connection

---------------------------

An authentication error has occurred.

The Local Security Authority cannot be contacted

Remote computer: mycloudservice.cloudapp.net`,
    expect: ['E-CS-LSA', 'E-LSA'],
    source: 'MSDN blog on Cloud Services RDP, 2014',
  },
  {
    pasted: `We couldn't connect to the remote PC. Make sure the PC is turned on and connected to the network, and that remote access is enabled.
Error code: 0x204`,
    expect: ['E-204-MAC'],
    source: 'mGalarnyk tutorial issue 5',
  },
  {
    pasted:
      'Network security group bastion-nsg does not have necessary rules for Azure Bastion Subnet AzureBastionSubnet. (Code: NetworkSecurityGroupNotCompliantForAzureBastionSubnet)',
    expect: ['E-BAS-NSG'],
    source: 'Azure/GPT-RAG pull request 224',
  },
  {
    pasted:
      "VM 'vm1' has not reported status for VM agent or extensions. Please verify the VM has a running VM agent, and can establish outbound connections to Azure storage. ErrorCode: VMAgentStatusCommunicationError",
    expect: ['E-VMACCESS-AGENT'],
    source: 'azure-powershell issue 5741',
  },
  {
    pasted: 'freerdp_set_last_error_ex ERRCONNECT_DNS_NAME_NOT_FOUND [0x00020005]',
    expect: ['E-FREERDP'],
    source: 'FreeRDP issue 9003',
  },
  {
    pasted: 'An authentication error has occurred (Code: 0x800004005).',
    expect: ['E-AUTH-CODE'],
    source: 'mRemoteNG issue 716',
  },
  {
    pasted: "this sign-in method you're trying to use isn't allowed",
    expect: ['E-LOGON-TYPE'],
    source: 'CIS Intune profile issue 11',
  },
  {
    pasted: `Failure Reason:		**Unknown user name or bad password.**
	Status:			0xC000006D
	Sub Status:		0xC0000064`,
    expect: ['E-EVENT-4625'],
    source: 'MeshCentral issue 5805',
  },
  { pasted: 'Incorrect username or password', expect: ['E-CREDS'], source: 'SC-300 course issue 187' },
  { pasted: 'An internal error occurred.', expect: ['E-INTERNAL'], source: 'stascorp/rdpwrap issue 122' },
  {
    pasted: '[Failed to reset password] Deploy failed with deploymentStatusCode (Failure)',
    expect: ['E-VMACCESS-AGENT', 'E-NONE'],
    source: 'azure-docs issue 103170',
  },
  {
    pasted: 'Authentifizierungsfehler. Die lokale Sicherheitsautorität (LSA) ist nicht erreichbar.',
    expect: ['E-LSA'],
    source: 'German edition of the authentication article',
  },
  {
    pasted:
      'Dieser Computer kann keine Verbindung mit dem Remotecomputer herstellen. Versuchen Sie noch einmal, die Verbindung herzustellen',
    expect: ['E-CANT-CONNECT'],
    source: 'German edition of the authentication article',
  },
  {
    pasted: 'Caution: Unknown remote connection',
    expect: ['E-RDPFILE-PROMPT'],
    source: 'press and Microsoft page, April 2026',
  },
  {
    pasted:
      'Your account is configured to prevent you from using this device. For more info, contact your system administrator.',
    expect: ['E-ENTRA-ROLE'],
    source: 'Entra sign-in article',
  },
  {
    pasted:
      "Remote Desktop can't connect to the remote computer for one of these reasons: 1) Your user account is not listed in the RD Gateway's permission list 2) You might have specified the remote computer in NetBIOS format (for example, computer1), but the RD Gateway is expecting an FQDN or IP address format",
    expect: ['E-RDG'],
    source: 'blog quoting the gateway dialog',
  },
]
