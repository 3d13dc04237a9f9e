import type { Claim } from "./types.ts";

/** The claims with one MAC address, by what they are entitled to. */
export interface Owners {
  /** The claim that decides which address the MAC address gets; `undefined` where all are releasing. */
  readonly primary: Claim | undefined;
  /** Claims that get the same address: of the same VM, of stopped VMs, of reservations. */
  readonly sharing: readonly Claim[];
  /** Claims of other running VMs: two stations with one MAC address cannot work on one network. */
  readonly refused: readonly Claim[];
  /** Claims that give the address back. */
  readonly releasing: readonly Claim[];
}

const NOBODY: readonly Claim[] = [];

/** The one claim with a MAC address. */
export function soleOwner(claim: Claim): Owners {
  return claim.state === "wanted"
    ? { primary: claim, sharing: NOBODY, refused: NOBODY, releasing: NOBODY }
    : { primary: undefined, sharing: NOBODY, refused: NOBODY, releasing: [claim] };
}

/** Sorts out claims with the same MAC address: running VMs come first, then the older claim. */
export function ownersOf(claims: readonly Claim[]): Owners {
  const wanted = claims.filter(({ state }) => state === "wanted").sort(compareOwners);
  const releasing = claims.filter(({ state }) => state === "releasing");
  const [primary, ...others] = wanted;
  if (primary === undefined) return { primary, sharing: [], refused: [], releasing };
  const isRefused = (claim: Claim) => isRunning(claim) && !isSameMachine(claim, primary);
  return {
    primary,
    sharing: others.filter((claim) => !isRefused(claim)),
    refused: others.filter(isRefused),
    releasing,
  };
}

function compareOwners(a: Claim, b: Claim): number {
  return Number(isRunning(b)) - Number(isRunning(a)) || a.createdAt - b.createdAt ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function isRunning({ vm }: Claim): boolean {
  return vm?.running === true;
}

function isSameMachine(a: Claim, b: Claim): boolean {
  return a.owner.uid === b.owner.uid ||
    a.vm?.namespace === b.vm?.namespace && a.vm?.name === b.vm?.name;
}

/** Names the one behind a claim: its VM, or the object that reserves. */
export function nameOf({ vm, owner }: Claim): string {
  return vm === undefined
    ? `VirtualMachineNetworkConfig ${owner.namespace}/${owner.name}`
    : `VM ${vm.namespace}/${vm.name}`;
}
