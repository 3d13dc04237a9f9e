/**
 * What people do to one VM on one network, and what the judge says of that.
 *
 * @module
 */
import type { Tenancy } from "../../../core/api/tenancy.ts";
import { mac } from "../../controller/objects.ts";
import type { Deed } from "../deeds/deeds.ts";
import { simulate } from "../simulate.ts";

export const NETWORK = "default/net-48";
export const VM = "default/vm-1";
export const SECONDS = 1_000;

/** Seconds from the beginning, and what is done then. */
export type Timed = readonly [number, Deed];

export function vm(name: string, n: number): Deed {
  return { do: "create vm", vm: name, nics: [{ network: NETWORK, mac: mac(n) }] };
}

export function nic(name: string, n: number): Deed {
  return { do: "edit nics", vm: name, nics: [{ network: NETWORK, mac: mac(n) }] };
}

/** How all begins where nothing else is said. */
export const BEGINNING: readonly Timed[] = [[2, { do: "create pool", pool: 0 }], [4, vm(VM, 1)]];

/** What the judge says of what people did. */
export function judged(...deeds: readonly Timed[]): Promise<readonly string[]> {
  return judgedAll([...BEGINNING, ...deeds], "shared");
}

export async function judgedAll(
  all: readonly Timed[],
  tenancy: Tenancy,
): Promise<readonly string[]> {
  const { violations } = await simulate({
    seed: 1,
    tenancy,
    untilMs: (Math.max(...all.map(([at]) => at)) + 40) * SECONDS,
    deeds: all.map(([at, deed]) => ({ at: at * SECONDS, deed })),
  }, { restMs: 0 });
  return violations.map(({ rule, what }) => `${rule}: ${what}`);
}

/** It has an address that it would not get anew. */
export const MOVED: readonly Timed[] = [
  [20, { do: "static address", vm: VM, address: "192.168.48.95" }],
  [30, { do: "static address", vm: VM, address: null }],
];
