/**
 * Screens of Windows VMs as boot diagnostics photograph them, as pages that a browser draws: real wording, a console of 1024 by 768.
 *
 * Wording: learn.microsoft.com/troubleshoot/azure/virtual-machines/windows, pages on boot errors, stuck updates, BitLocker and check disk
 * (read 2026-11-21).
 */

export type DrawnScreen = {
  name: string
  /** The cause that the picture alone shows; undefined: it shows that Windows has started. */
  shows: string | undefined
  html: string
}

const FULL = 'margin:0;width:1024px;height:768px;overflow:hidden;position:relative;'
const SANS = "font-family:'Segoe UI','Open Sans','Noto Sans','DejaVu Sans',sans-serif;"
const MONO = "font-family:Consolas,'DejaVu Sans Mono',monospace;"

const page = (style: string, body: string): string =>
  `<!doctype html><meta charset="utf-8"><body style="${FULL}${style}">${body}</body>`

/** Words below a ring of dots, in the middle of one colour. */
const working = (colour: string, ...lines: readonly string[]): string =>
  page(
    `${SANS}background:${colour};color:#fff;`,
    `<div style="position:absolute;top:330px;width:100%;text-align:center;font-size:25px;line-height:36px">
      <div style="font-size:40px;letter-spacing:6px;margin-bottom:24px">· · ·</div>${lines.join('<br>')}</div>`,
  )

const blue = (stop: string): string =>
  page(
    `${SANS}background:#0078d7;color:#fff;`,
    `<div style="position:absolute;left:110px;top:90px;width:790px">
      <div style="font-size:120px;line-height:130px">:(</div>
      <div style="font-size:25px;line-height:36px;margin-top:24px">Your device ran into a problem and needs to restart. We're just
      collecting some error info, and then we'll restart for you.</div>
      <div style="font-size:25px;margin-top:28px">0% complete</div>
      <div style="font-size:14px;line-height:20px;margin-top:40px">For more information about this issue and possible fixes, visit
      https://www.windows.com/stopcode<br><br>If you call a support person, give them this info:<br>Stop code: ${stop}</div></div>`,
  )

const manager = (body: string): string =>
  page(
    `${MONO}background:#000;color:#c0c0c0;font-size:16px;line-height:20px;`,
    `<div style="background:#c0c0c0;color:#000;text-align:center;margin:8px 16px">Windows Boot Manager</div>
     <pre style="${MONO}margin:16px 24px;white-space:pre-wrap">${body}</pre>`,
  )

const lock = page(
  `${SANS}background:radial-gradient(circle at 70% 30%,#4aa3df,#123a63 60%,#06182b);color:#fff;`,
  `<div style="position:absolute;left:60px;bottom:150px;font-size:110px;font-weight:300;line-height:110px">9:00</div>
   <div style="position:absolute;left:64px;bottom:90px;font-size:40px;font-weight:300">Friday, November 20</div>
   <div style="position:absolute;top:60px;width:100%;text-align:center;font-size:22px">Press Ctrl+Alt+Delete to unlock.</div>`,
)

export const WINDOWS_SCREENS: readonly DrawnScreen[] = [
  { name: 'stop-error', shows: 'boot.bluescreen', html: blue('CRITICAL_PROCESS_DIED') },
  { name: 'stop-error-disk', shows: 'boot.bootmgr', html: blue('INACCESSIBLE_BOOT_DEVICE') },
  {
    name: 'boot-manager',
    shows: 'boot.bootmgr',
    html: manager(`Windows failed to start. A recent hardware or software change might be the
cause. To fix the problem:

  1. Insert your Windows installation disc and restart your computer.
  2. Choose your language settings, and then click "Next."
  3. Click "Repair your computer."

If you do not have this disc, contact your system administrator or computer
manufacturer for assistance.

    File: \\Boot\\BCD

    Status: 0xc000000f

    Info: An error occurred while attempting to read the boot configuration
          data.`),
  },
  {
    name: 'recovery',
    shows: 'boot.bootmgr',
    html: page(
      `${SANS}background:#0078d7;color:#fff;`,
      `<div style="position:absolute;left:110px;top:110px;width:780px"><div style="font-size:56px;font-weight:300">Recovery</div>
       <div style="font-size:24px;line-height:34px;margin-top:30px">It looks like Windows didn't load correctly<br><br>If you'd like to
       restart and try again, choose "Restart my PC" below. Otherwise, choose "See advanced repair options" for troubleshooting tools and
       advanced options.</div><div style="position:absolute;top:470px;font-size:20px">
       <span style="border:2px solid #fff;padding:8px 14px">See advanced repair options</span>
       <span style="border:2px solid #fff;padding:8px 14px;margin-left:16px">Restart my PC</span></div></div>`,
    ),
  },
  {
    name: 'bitlocker',
    shows: 'boot.bitlocker',
    html: page(
      `${SANS}background:#0078d7;color:#fff;`,
      `<div style="position:absolute;left:110px;top:110px;width:780px"><div style="font-size:56px;font-weight:300">BitLocker recovery</div>
       <div style="font-size:24px;line-height:34px;margin-top:30px">Enter the recovery key for this drive</div>
       <div style="border:2px solid #fff;height:36px;margin-top:14px;width:640px"></div>
       <div style="font-size:15px;line-height:22px;margin-top:20px">Use the number keys or function keys F1-F10 (use F10 for 0).<br>
       Recovery key ID (to identify your key): 5C1D9F3A-9E21-4B0A-8C55-0F0D3C2B1A90</div></div>`,
    ),
  },
  {
    name: 'updates',
    shows: 'boot.updating',
    html: working('#005a9e', 'Working on updates', '30% complete', "Don't turn off your computer"),
  },
  {
    name: 'updates-undone',
    shows: 'boot.update_stuck',
    html: working(
      '#000',
      "We couldn't complete the updates",
      'Undoing changes',
      "Don't turn off your computer",
    ),
  },
  {
    name: 'update-operation',
    shows: 'boot.update_stuck',
    html: page(
      `${SANS}background:#000;color:#fff;font-size:16px;`,
      '<div style="position:absolute;left:24px;top:24px">Applying update operation 82 of 1204 (amd64_microsoft-windows-tcpip)</div>',
    ),
  },
  {
    name: 'getting-ready',
    shows: 'boot.getting_ready',
    html: working('#000', 'Getting Windows ready', "Don't turn off your computer"),
  },
  {
    name: 'check-disk',
    shows: 'boot.chkdsk',
    html: working('#000', 'Scanning and repairing drive (C:): 11% complete.'),
  },
  {
    name: 'policy',
    shows: 'boot.policy_stuck',
    html: working('#005a9e', 'Please wait for the Group Policy Client'),
  },
  { name: 'shutting-down', shows: 'boot.shutdown_stuck', html: working('#005a9e', 'Shutting down') },
  { name: 'lock', shows: undefined, html: lock },
]
