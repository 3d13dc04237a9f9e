/**
 * What a dry run tells the administrator.
 *
 * @module
 */
import type { IPPool, VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import { NONE, readEntries } from "../../core/record/entries.ts";
import { type ShownNic, shownNics, wantedNics } from "../../core/vmnetcfg/nics.ts";
import { notedNics } from "../../core/vmnetcfg/noted_addresses.ts";
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
    addressesText(changes),
  ].join("");
}

/** Whose address would be another than its object shows or notes, by name: after a restore, none may be. */
function addressesText(changes: readonly ObjectChange[]): string {
  const lines: string[] = [];
  for (const { name, before, after } of changes) {
    if (!name.startsWith("virtualmachinenetworkconfigs ")) continue;
    const [was, is] = [before, after] as (VirtualMachineNetworkConfig | undefined)[];
    // What is deleted or paused gives its addresses back because somebody wants that.
    if (was?.metadata.deletionTimestamp !== undefined || was?.spec?.paused === true) continue;
    const [had, now] = [addressesOf(was, () => true), addressesOf(is, isAllocated)];
    const fresh = [...now].filter(([nic]) => !had.has(nic));
    for (const [nic, address] of had) {
      const other = now.get(nic);
      if (other === address) continue;
      // Its NIC may have another MAC address.
      const isMoved = fresh.some(([key, its]) =>
        its === address && networkIn(key) === networkIn(nic)
      );
      if (other === undefined && isMoved) continue;
      const what = other === undefined
        ? `would lose ${address}`
        : `has ${address}, would have ${other}`;
      lines.push(`  ${name}: ${nic} ${what}\n`);
    }
  }
  const count = `${lines.length} ${lines.length === 1 ? "address" : "addresses"}`;
  return `${count} would change\n${lines.join("")}`;
}

/** The network in the key of a NIC. */
function networkIn(key: string): string | undefined {
  return key.split(" ")[0];
}

function isAllocated({ state }: ShownNic): boolean {
  return state === "Allocated";
}

/** Network and MAC address -> the address that the status shows, where it counts, else the one that is noted of a NIC which asks for one. */
function addressesOf(
  config: VirtualMachineNetworkConfig | undefined,
  counts: (nic: ShownNic) => boolean,
): ReadonlyMap<string, string> {
  if (config === undefined) return new Map();
  const shown = shownNics(config);
  const wanted = new Set(wantedNics(config).map(({ key }) => key));
  const nics = shown.length === 0
    ? [...notedNics(config)].filter(([key]) => wanted.has(key))
    : shown.filter(counts).map((nic) => [nic.key, nic] as const);
  return new Map(
    nics.flatMap(([key, { address }]) => address === undefined ? [] : [[key, address] as const]),
  );
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
  const entries = readEntries((object as IPPool | undefined)?.status?.ipv4?.allocated);
  return new Map(entries.filter(({ mac }) => mac !== NONE).map(({ key, value }) => [value, key]));
}
