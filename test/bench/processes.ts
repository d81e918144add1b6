/** What another process has used so far, as the kernel counts it. Linux only: says so anywhere else. */
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

/** The kernel counts in hundredths of a second: USER_HZ is 100 on every Linux that Node runs on. */
const TICK_MS = 10

/** User and system time of a process and all its threads, ms. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => {
    throw new Error(`There is nothing to read of process ${pid}; the benchmarks need Linux.`)
  })
  // The name in parentheses may hold anything; what follows it is numbers. User and system time are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Resident memory in MB, as it is now. */
export async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024
}

/** Resolves when the process has used next to nothing for a second. */
export async function idle(pid: number): Promise<void> {
  for (let before = await cpuMs(pid); ; ) {
    await pause(1000)
    const now = await cpuMs(pid)
    if (now - before < 60) return
    before = now
  }
}
