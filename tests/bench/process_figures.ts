/**
 * What a process uses.
 *
 * @module
 */
import { run } from "../network/command.ts";

const TICKS_PER_SECOND = 100;

/** Processor time that a process has used, seconds. */
export async function cpuSeconds(processId: number): Promise<number> {
  const stat = await run("cat", `/proc/${processId}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process, megabytes (10^6). */
export async function residentMb(processId: number): Promise<number> {
  const status = await run("cat", `/proc/${processId}/status`);
  const [, kb] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
  return Number(kb) * 1.024 / 1_000;
}
