import { readFileSync } from 'node:fs'

/** In which the kernel counts the time of processes: USER_HZ, which is the same on all machines of today. */
const TICK_MS = 10

/** Processor time that a process has used in all its threads, in milliseconds. */
export function processorMs(pid: number | undefined): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // Behind the name, which may hold spaces, utime and stime are the 12th and 13th field (proc_pid_stat(5)).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** Resident memory of a process, in MB. */
export function residentMb(pid: number | undefined): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kib) / 1_024
}
