/**
 * Claims that stay the same objects while nothing about them changes, by which the planner saves its work.
 *
 * @module
 */
import type { VirtualMachineNetworkConfig } from "../../core/api/types.ts";
import type { Claim, ClaimVm } from "../../core/ipam/types.ts";
import { claimsOf, type ClaimSource } from "./claims.ts";

interface Made {
  readonly vm: ClaimVm | undefined;
  readonly byNetwork: Map<string, readonly Claim[]>;
}

const memo = new WeakMap<VirtualMachineNetworkConfig, Made>();

/** What {@linkcode claimsOf} answers; the very same answer for the same object and VM. */
export function sameClaimsOf(source: ClaimSource, network: string): readonly Claim[] {
  const made = madeFor(source);
  const before = made.byNetwork.get(network);
  if (before !== undefined) return before;
  const claims = claimsOf(source, network);
  made.byNetwork.set(network, claims);
  return claims;
}

function madeFor({ config, vm }: ClaimSource): Made {
  const before = memo.get(config);
  if (before !== undefined && sameVm(before.vm, vm)) return before;
  const made = { vm, byNetwork: new Map() };
  memo.set(config, made);
  return made;
}

function sameVm(one: ClaimVm | undefined, other: ClaimVm | undefined): boolean {
  return one?.uid === other?.uid && one?.running === other?.running && one?.name === other?.name;
}
