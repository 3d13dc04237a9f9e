/**
 * The link that counts: whether the pool records an address for the NIC, and if not, why.
 *
 * @module
 */
import { Mark } from "../../api/names.ts";
import { networkNameProblem } from "../../api/network.ts";
import type { IPPool } from "../../api/types.ts";
import { readMac } from "../../net/mod.ts";
import { nicKey, shownNics } from "../../vmnetcfg/nics.ts";
import { advised } from "../advice.ts";
import type { Link } from "../chain.ts";
import type { NicFacts } from "../nic_facts.ts";
import { nameOf } from "../world.ts";
import { indexOf } from "../world_index.ts";

/** Reasons that somebody wants so. */
const WANTED: ReadonlySet<string> = new Set(["Paused", "PoolPaused", "Released"]);

/** The address that is recorded for the NIC; `undefined` where none is. */
export function recordedAddress({ world, pool, macAddress = "" }: NicFacts): string | undefined {
  const mac = readMac(macAddress);
  return pool === undefined || mac < 0 ? undefined : indexOf(world).addressesIn(pool, mac)[0];
}

/** Whether an address is recorded. */
export function recordLink(facts: NicFacts): Link | undefined {
  const { pool, vm, config, inTheWay, network, macAddress, optedOut, address } = facts;
  if (address !== undefined && pool !== undefined) return addressLink(pool, { address, facts });
  if (network !== undefined && networkNameProblem(network) !== undefined) return undefined;
  if (pool === undefined || macAddress === undefined) return undefined;
  const recorded = recordedAddress(facts);
  const link = (rest: Omit<Link, "kind" | "name">): Link => ({
    kind: "Record",
    name: rest.state === "ok" ? recorded ?? "" : "",
    ...rest,
  });
  const key = nicKey(network ?? "", macAddress);
  const shown = config && shownNics(config).find((nic) => nic.key === key);
  const isAnothers = shown?.state === "Pending" && shown.reason !== undefined;
  if (recorded !== undefined && !isAnothers && optedOut === undefined) {
    return link({ state: "ok", says: `It is recorded for ${macAddress}` });
  }
  if (optedOut !== undefined) {
    return link({ state: "off", reason: "OptedOut", says: "No address is kept for it" });
  }
  if (vm === undefined && config === undefined) {
    return link({
      state: "broken",
      reason: "UnknownMac",
      says: `No IPPool records ${macAddress}`,
    });
  }
  if (inTheWay !== undefined && config === undefined) {
    const reason = "NameTaken";
    const says = `VirtualMachineNetworkConfig ${nameOf(inTheWay)} is for another VirtualMachine`;
    return link({ state: "broken", reason, says, ...advised(reason) });
  }
  const why = { todo: "Look whether the controller runs, and at its log and the VM's Events." };
  if (config === undefined) {
    const says = "No VirtualMachineNetworkConfig asks for an address for it";
    return link({ state: "broken", reason: "NotPlanned", says, ...why });
  }
  if (config.metadata.deletionTimestamp !== undefined) {
    const says = `VirtualMachineNetworkConfig ${nameOf(config)} is being deleted`;
    return link({ state: "off", reason: "Deleting", says });
  }
  if (shown?.reason === undefined) {
    const says = `The controller has not yet planned VirtualMachineNetworkConfig ${
      nameOf(config)
    } for it`;
    return link({ state: "broken", reason: "NotPlanned", says, ...why });
  }
  const { reason, message: says = "" } = shown;
  return link({ state: WANTED.has(reason) ? "off" : "broken", reason, says, ...advised(reason) });
}

const MARKS: Readonly<Record<Mark, string>> = {
  [Mark.EXCLUDED]: "it is excluded by spec.ipv4Config.pool.exclude",
  [Mark.RESERVED]: "it is the server's or the router's",
  [Mark.CONFLICT]: "another machine has it",
};

/** What becomes of an address that no NIC has. */
function addressLink(
  pool: IPPool,
  { address, facts }: { readonly address: string; readonly facts: NicFacts },
): Link {
  const { allocated, released, conflicts } = pool.status?.ipv4 ?? {};
  const value = allocated?.[address];
  const link = (rest: Omit<Link, "kind" | "name">): Link => ({
    kind: "Record",
    name: address,
    ...rest,
  });
  if (value === undefined) {
    const hold = released?.[address];
    if (hold !== undefined) {
      const says = `It was given back by ${hold.macAddress ?? "somebody"}, and is kept for that ` +
        `MAC address until ${hold.until}`;
      return link({ state: "off", reason: "Released", says });
    }
    return link({ state: "off", reason: "Free", says: "Nobody has it" });
  }
  const mark = Object.values(Mark).find((one) => one === value);
  if (mark === undefined) {
    return link({
      state: "broken",
      reason: "NoOwner",
      says: `It is recorded for ${
        facts.macAddress ?? value
      }, of which no VM and no vmnetcfg is known`,
      todo: "Nothing: it is freed when it was seen so twice.",
    });
  }
  const { usedBy, until } = conflicts?.[address] ?? {};
  const who = usedBy === undefined ? "" : `: ${usedBy}`;
  const end = until === undefined ? "" : `, until ${until}`;
  const reason = mark === Mark.CONFLICT ? "AddressConflict" : undefined;
  return link({
    state: mark === Mark.CONFLICT ? "broken" : "off",
    reason: reason ?? mark,
    says: `Nobody gets it: ${MARKS[mark]}${who}${end}`,
    ...(reason === undefined ? {} : advised(reason)),
  });
}
