/**
 * Writes a moment the way Slack's `<!date^…>` asks for it, in the reader's time zone.
 *
 * The first letter of the whole becomes a capital, as in Slack ("Today at 14:05"). Unknown tokens stay as they are written.
 * Source: docs.slack.dev, "Formatting message text", date formatting (stored copy, read 2026-11-21).
 */

type Reader = { now: number; timeZone?: string | undefined }

export function writeSlackDate(format: string, at: number, reader: Reader): string {
  const text = format.replace(/\{(\w+)\}/g, (whole, token: string) => writeToken(token, at, reader) ?? whole)
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function writeToken(token: string, at: number, reader: Reader): string | undefined {
  const write = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { timeZone: reader.timeZone, ...options }).format(at)
  const short = () => write({ day: 'numeric', month: 'short', year: 'numeric' })
  const long = () => write({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
  const plain = () => write({ day: 'numeric', month: 'long', year: 'numeric' })
  switch (token) {
    case 'date_num':
      // The only common locale whose dates are written as 2026-11-21.
      return new Intl.DateTimeFormat('sv-SE', { timeZone: reader.timeZone }).format(at)
    case 'date':
      return plain()
    case 'date_short':
      return short()
    case 'date_long':
      return long()
    case 'date_pretty':
      return nearDay(at, reader) ?? plain()
    case 'date_short_pretty':
      return nearDay(at, reader) ?? short()
    case 'date_long_pretty':
      return nearDay(at, reader) ?? long()
    case 'time':
      return write({ hour: '2-digit', minute: '2-digit' })
    case 'time_secs':
      return write({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
    case 'ago':
      return ago(at - reader.now)
    default:
      return undefined
  }
}

function nearDay(at: number, { now, timeZone }: Reader): string | undefined {
  const dayOf = (moment: number) => {
    const day = new Intl.DateTimeFormat('sv-SE', { timeZone }).format(moment)
    return Date.parse(`${day}T00:00:00Z`) / 86_400_000
  }
  const names: Readonly<Record<number, string>> = { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' }
  return names[dayOf(at) - dayOf(now)]
}

function ago(aheadMs: number): string {
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
  const minutes = Math.round(aheadMs / 60_000)
  if (Math.abs(minutes) < 60) return words.format(minutes, 'minute')
  if (Math.abs(minutes) < 1440) return words.format(Math.round(minutes / 60), 'hour')
  return words.format(Math.round(minutes / 1440), 'day')
}
