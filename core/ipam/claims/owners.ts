import { namespaceOfNetwork } from "../../api/network.ts";
import { readIPv4 } from "../../net/mod.ts";
import { NONE, type RecordEntry } from "../../record/entries.ts";
import type { Claim } from "../types.ts";

/** The claims with one MAC address, by what they are entitled to. */
export interface Owners {
  /** The claim that decides which address the MAC address gets; `undefined` where all are releasing. */
  readonly primary: Claim | undefined;
  /** Claims that get the same address: of the same VM, and, of the same namespace, of stopped VMs and reservations. */
  readonly sharing: readonly Claim[];
  /** Claims of other running VMs, and everything of other namespaces. */
  readonly refused: readonly Claim[];
  /** Claims that give the address back. */
  readonly releasing: readonly Claim[];
}

/** What is known of a MAC address when its claims are sorted out. */
export interface Standing {
  /** `namespace/name` of the network; unset: its namespace is nobody's. */
  readonly network?: string | undefined;
  /** What is recorded for the MAC address. */
  readonly entries?: readonly RecordEntry[];
  /** Addresses that rest because the MAC address declined them. */
  readonly resting?: readonly string[] | undefined;
  /** Address that is recorded, or rests -> the claim that decided on it in the last plan. */
  readonly holders?: ReadonlyMap<string, Claim> | undefined;
}

/** How well a claim shows that it has the address, best first. */
const Hold = {
  /** It had it in the last plan. */
  KNOWN: 0,
  /** Its status says so. */
  SHOWN: 1,
  /** It lost in the last plan what its guest declined. */
  DECLINED: 2,
  /** Its status shows another address: it is moving, or the record was lost. */
  MOVING: 3,
  /** It had one, and remembers it. */
  REMEMBERED: 4,
  NONE: 5,
} as const;

/**
 * Sorts out claims with the same MAC address.
 *
 * The incumbent is who the record and its own status name: it keeps the address while it wants it, whatever the ages and
 * states. It gives way only in its own namespace, and only while its VM does not run: to a VM that does, as to a restored
 * copy. Without an incumbent the network's own namespace comes first, then running VMs, then the older claim.
 */
export function ownersOf(claims: readonly Claim[], standing: Standing = {}): Owners {
  const releasing = claims.filter(({ state }) => state === "releasing");
  const wanted = claims.filter(({ state }) => state === "wanted");
  const ranked = wanted.map((claim) => ({ claim, hold: holdOf(claim, standing) })).sort((a, b) =>
    a.hold - b.hold || compare(a.claim, b.claim, standing)
  );
  const [first] = ranked;
  if (first === undefined) return { primary: undefined, sharing: [], refused: [], releasing };
  const isCompatriot = (claim: Claim) => claim.owner.namespace === first.claim.owner.namespace;
  const primary = isRunning(first.claim)
    ? first.claim
    : ranked.find(({ claim }) => isCompatriot(claim) && isRunning(claim))?.claim ?? first.claim;
  const others = ranked.map(({ claim }) => claim).filter((claim) => claim !== primary);
  const isRefused = (claim: Claim) =>
    !isCompatriot(claim) || isRunning(claim) && !isSameMachine(claim, primary);
  return {
    primary,
    sharing: others.filter((claim) => !isRefused(claim)),
    refused: others.filter(isRefused),
    releasing,
  };
}

/** Whether a claim has the address that is recorded for its MAC address, as far as anybody can tell. */
export function isIncumbent(claim: Claim, standing: Standing): boolean {
  return holdOf(claim, standing) <= Hold.SHOWN;
}

function holdOf(claim: Claim, { entries = [], resting = [], holders }: Standing): number {
  const isHolder = (key: string) => {
    const holder = holders?.get(key);
    return holder !== undefined && isSameMachine(holder, claim);
  };
  if (entries.some(({ key }) => isHolder(key))) return Hold.KNOWN;
  const shown = isShown(claim) ? readIPv4(claim.previous ?? "") : NONE;
  if (entries.some(({ address }) => address === shown)) return Hold.SHOWN;
  if (resting.some(isHolder)) return Hold.DECLINED;
  if (claim.previous === undefined) return Hold.NONE;
  return claim.holds === true ? Hold.MOVING : Hold.REMEMBERED;
}

/** Whether a status shows an address, or did until its pool was gone or in trouble: what had it goes on using it. */
export function isShown({ holds, interrupted }: Claim): boolean {
  return holds === true || interrupted === true;
}

function compare(a: Claim, b: Claim, { network }: Standing): number {
  const home = network === undefined ? undefined : namespaceOfNetwork(network);
  const isHome = ({ owner }: Claim) => owner.namespace === home;
  return Number(isHome(b)) - Number(isHome(a)) ||
    Number(isRunning(b)) - Number(isRunning(a)) || a.createdAt - b.createdAt ||
    (a.id < b.id ? -1 : 1);
}

function isRunning({ vm }: Claim): boolean {
  return vm?.running === true;
}

function isSameMachine(a: Claim, b: Claim): boolean {
  return a.owner.uid === b.owner.uid || a.vm !== undefined && b.vm !== undefined &&
      a.vm.namespace === b.vm.namespace && a.vm.name === b.vm.name;
}

/** Names the one behind a claim: its VM, or the object that reserves. */
export function nameOf({ vm, owner }: Claim): string {
  return vm === undefined
    ? `VirtualMachineNetworkConfig ${owner.namespace}/${owner.name}`
    : `VM ${vm.namespace}/${vm.name}`;
}
