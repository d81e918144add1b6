# Sessions inside Windows: lists them, speaks to one, or signs one out. The same text for everybody; what differs comes as checked parameters.
# A session is named by its number and its moment of logon together, because Windows uses numbers again.
# On a domain controller nothing is done. Prints one line of JSON at the end.
param([string]$Do = 'list', [string]$Id = '', [string]$LoggedOn = '', [string]$Minutes = '')
$ErrorActionPreference = 'Stop'

function Tell($answer) {
  $json = ConvertTo-Json $answer -Compress -Depth 4
  # Run Command garbles what is not ASCII.
  [regex]::Replace($json, '[^\x20-\x7e]', { param($found) '\u{0:x4}' -f [int][char]$found.Value })
}

if ((Get-CimInstance Win32_ComputerSystem).DomainRole -ge 4) { Tell @{ kind = 'domain-controller' }; return }

Add-Type -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;

public sealed class LatchkeySession {
  public int Id; public int State; public string User; public string Station; public long LogonTime;
}

public static class LatchkeySessions {
  [StructLayout(LayoutKind.Sequential)]
  struct Entry { public int Id; public IntPtr Station; public int State; }

  [DllImport("wtsapi32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
  static extern bool WTSEnumerateSessionsW(IntPtr server, int reserved, int version, out IntPtr list, out int count);
  [DllImport("wtsapi32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
  static extern bool WTSQuerySessionInformationW(IntPtr server, int id, int what, out IntPtr found, out int bytes);
  [DllImport("wtsapi32.dll", CharSet = CharSet.Unicode, SetLastError = true)]
  static extern bool WTSSendMessageW(IntPtr server, int id, string title, int titleBytes, string text, int textBytes,
    int style, int seconds, out int pressed, bool wait);
  [DllImport("wtsapi32.dll", SetLastError = true)]
  static extern bool WTSLogoffSession(IntPtr server, int id, bool wait);
  [DllImport("wtsapi32.dll")]
  static extern void WTSFreeMemory(IntPtr memory);

  static string Text(int id, int what) {
    IntPtr found; int bytes;
    if (!WTSQuerySessionInformationW(IntPtr.Zero, id, what, out found, out bytes)) return "";
    try { return Marshal.PtrToStringUni(found) ?? ""; } finally { WTSFreeMemory(found); }
  }

  // WTSSessionInfo (24) fills a WTSINFOW; its LogonTime stands 200 bytes from the start.
  static long Logon(int id) {
    IntPtr found; int bytes;
    if (!WTSQuerySessionInformationW(IntPtr.Zero, id, 24, out found, out bytes)) return 0;
    try { return bytes < 216 ? 0 : Marshal.ReadInt64(found, 200); } finally { WTSFreeMemory(found); }
  }

  public static List<LatchkeySession> All() {
    var all = new List<LatchkeySession>();
    IntPtr list; int count;
    if (!WTSEnumerateSessionsW(IntPtr.Zero, 0, 1, out list, out count)) throw new System.ComponentModel.Win32Exception();
    try {
      for (int i = 0; i < count; i++) {
        var entry = (Entry)Marshal.PtrToStructure(IntPtr.Add(list, i * Marshal.SizeOf(typeof(Entry))), typeof(Entry));
        var user = Text(entry.Id, 5);
        if (entry.Id == 0 || user == "") continue;
        var domain = Text(entry.Id, 7);
        all.Add(new LatchkeySession {
          Id = entry.Id, State = entry.State, Station = Marshal.PtrToStringUni(entry.Station) ?? "",
          User = domain == "" ? user : domain + "\\" + user, LogonTime = Logon(entry.Id)
        });
      }
    } finally { WTSFreeMemory(list); }
    return all;
  }

  public static bool Say(int id, string title, string text) {
    int pressed;
    return WTSSendMessageW(IntPtr.Zero, id, title, title.Length * 2, text, text.Length * 2, 0x40, 0, out pressed, false);
  }

  public static bool End(int id) { return WTSLogoffSession(IntPtr.Zero, id, false); }
}
'@

function Since($session) {
  if ($session.LogonTime -le 0) { return $null }
  [DateTime]::FromFileTimeUtc($session.LogonTime).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'")
}

# The console is somebody's own keyboard, or Azure's.
$sessions = @([LatchkeySessions]::All() | Where-Object { $_.Station -ne 'Console' })

if ($Do -eq 'list') {
  $addresses = @{}
  try {
    # 21: signed in. 25: came back to a session. Both name the address that the connection came from; newest first.
    $log = 'Microsoft-Windows-TerminalServices-LocalSessionManager/Operational'
    foreach ($event in Get-WinEvent -FilterHashtable @{ LogName = $log; Id = 21, 25 } -MaxEvents 500) {
      $told = ([xml]$event.ToXml()).Event.UserData.EventXML
      $number = [int]$told.SessionID
      if (-not $addresses.ContainsKey($number)) { $addresses[$number] = @{ at = $event.TimeCreated.ToUniversalTime(); from = [string]$told.Address } }
    }
  } catch { }
  $newest = $sessions | Sort-Object LogonTime -Descending | Select-Object -First 20
  $told = @(foreach ($session in $newest) {
    $one = @{ id = $session.Id; user = $session.User.Substring(0, [Math]::Min(50, $session.User.Length)) }
    $one.state = if ($session.State -eq 0) { 'active' } else { 'disconnected' }
    $since = Since $session
    if ($since) { $one.since = $since }
    $address = $addresses[$session.Id]
    # An older entry is about another session of the same number.
    if ($since -and $address -and $address.at -ge [DateTime]::FromFileTimeUtc($session.LogonTime).AddMinutes(-1)) { $one.client = $address.from }
    $one
  })
  Tell @{ kind = 'sessions'; sessions = $told }
  return
}

$own = $sessions | Where-Object { $_.Id -eq [int]$Id -and (Since $_) -eq $LoggedOn } | Select-Object -First 1
if (-not $own) { Tell @{ kind = 'gone' }; return }
$done = $false
if ($Do -eq 'warn') {
  $count = [int]$Minutes
  $left = if ($count -eq 1) { '1 minute' } else { "$count minutes" }
  $text = "Your access to this computer ends in $left. Please save your work: you will be signed out then."
  $done = [LatchkeySessions]::Say($own.Id, 'Latchkey', $text)
}
if ($Do -eq 'end') { $done = [LatchkeySessions]::End($own.Id) }
if ($done) { Tell @{ kind = 'done' } } else { Tell @{ kind = 'failed' } }
