/**
 * What a dry run tells the administrator.
 *
 * @module
 */
import type { IPPool } from "../core/api/types.ts";
import { readMac } from "../core/net/mac.ts";
import { type ObjectChange, unifiedDiff } from "./unified_diff.ts";

/** The diffs of all objects that would change, and a summary that says what becomes of the allocations. */
export function dryRunReport(changes: readonly ObjectChange[]): string {
  const diffs = changes.map((change) => ({ change, diff: unifiedDiff(change) }))
    .filter(({ diff }) => diff !== "");
  const count = (is: (change: ObjectChange) => boolean) =>
    diffs.filter(({ change }) => is(change)).length;
  const created = count(({ before }) => before === undefined);
  const deleted = count(({ after }) => after === undefined);
  const changed = diffs.length - created - deleted;
  return [
    ...diffs.map(({ diff }) => diff),
    `Objects: ${created} would be created, ${changed} changed, ${deleted} deleted\n`,
    allocationsText(changes),
  ].join("");
}

/** One line per allocation that would change, and their number. */
function allocationsText(changes: readonly ObjectChange[]): string {
  const lines: string[] = [];
  for (const { name, before, after } of changes) {
    if (!name.startsWith("ippools ")) continue;
    const [was, is] = [allocationsOf(before), allocationsOf(after)];
    for (const [mac, address] of was) {
      const now = is.get(mac);
      if (now === undefined) lines.push(`  ${name}: ${mac} would give ${address} back\n`);
      else if (now !== address) {
        lines.push(`  ${name}: ${mac} would move from ${address} to ${now}\n`);
      }
    }
    for (const [mac, address] of is) {
      if (!was.has(mac)) lines.push(`  ${name}: ${mac} would get ${address}\n`);
    }
  }
  return lines.length === 0
    ? "Allocations: none would change\n"
    : `Allocations: ${lines.length} would change\n${lines.join("")}`;
}

/** MAC address as recorded -> address. */
function allocationsOf(object: unknown): ReadonlyMap<string, string> {
  const allocated = (object as IPPool | undefined)?.status?.ipv4?.allocated ?? {};
  const entries = Object.entries(allocated).filter(([, mac]) => readMac(mac) >= 0);
  return new Map(entries.map(([address, mac]) => [mac, address]));
}
