/**
 * The last link: what agents heard of the NIC, and whether it took its address.
 *
 * @module
 */
import { getCondition } from "../../api/condition.ts";
import { IPPoolCondition } from "../../api/names.ts";
import { fromTimestamp } from "../../api/timestamp.ts";
import type { IPPool } from "../../api/types.ts";
import { leaseSeconds } from "../../dhcp/options/exchange/lease_time.ts";
import { readMac } from "../../net/mod.ts";
import type { Link } from "../chain.ts";
import type { ClientHeard, HeardAnswers, PoolHeard } from "../heard.ts";
import { newestHeard } from "../newest_heard.ts";
import type { NicFacts } from "../nic_facts.ts";
import { silenceMeaning } from "../silence.ts";
import { nameOf } from "../world.ts";
import { recordedAddress } from "./record.ts";

/** OFFERs without a REQUEST that are no accident any more. */
const UNTAKEN = 3;
/** One packet is heard on two networks within this time. */
const LEAK_MS = 2_000;
/** A guest boots before it asks. */
const BOOT_MS = 90_000;

/** What was heard of the NIC; `undefined` where there is no MAC address to be heard. */
export function packetsLink(facts: NicFacts, heard: HeardAnswers): Link | undefined {
  const { pool, macAddress = "", vm, vmi } = facts;
  const mac = readMac(macAddress);
  if (mac < 0) return undefined;
  const link = (rest: Omit<Link, "kind" | "name">): Link => ({
    kind: "Packets",
    name: macAddress,
    ...rest,
  });
  const all = newestHeard(heard.answers)
    .filter((client) => readMac(client.macAddress) === mac);
  const here = newest(all.filter((client) => pool !== undefined && client.pool === nameOf(pool)));
  const elsewhere = newest(all.filter((client) => client.pool !== here?.pool));
  if (here !== undefined) {
    const told = heardHere(here, facts);
    return elsewhere !== undefined && hasMoved({ here, elsewhere, told })
      ? link(onOther(elsewhere, facts))
      : link(told);
  }
  if (elsewhere !== undefined) return link(onOther(elsewhere, facts));
  if (pool === undefined) return undefined;
  const silent = heard.problems.map((problem) => `; ${problem}`).join("");
  const word = listening(heard, nameOf(pool));
  if (word === undefined) {
    const says = heard.answers.length === 0
      ? "What the agents heard is not known"
      : `No agent that answers hears the network of IPPool ${nameOf(pool)}`;
    return link({ state: "unknown", reason: "NotHeard", says: says + silent });
  }
  if (vm !== undefined && vmi === undefined && facts.world.vmis.length > 0) {
    return link({ state: "off", reason: "NeverAsked", says: "Nothing was heard of it" });
  }
  return link(never(facts, { word, pool, silent }));
}

/**
 * Whether what is heard on another network now counts more: here it is not well, or it has no record there, and has not been heard here
 * for a while. A packet that leaks to both networks is heard on both at once.
 */
function hasMoved(
  { here, elsewhere, told }: {
    readonly here: ClientHeard;
    readonly elsewhere: ClientHeard;
    readonly told: Pick<Link, "state">;
  },
): boolean {
  if (told.state === "broken") return elsewhere.at > here.at;
  const [hereMs = 0, elsewhereMs = 0] = [here.at, elsewhere.at].map(fromTimestamp);
  return !elsewhere.known && elsewhereMs - hereMs > LEAK_MS;
}

/** Who has listened to the network of a pool for the longest time. */
function listening({ answers }: HeardAnswers, name: string): PoolHeard | undefined {
  return answers.flatMap(({ pools }) => pools)
    .filter(({ pool, since }) => pool === name && since !== "")
    .slice().sort((one, other) => one.since.localeCompare(other.since))[0];
}

function newest(clients: readonly ClientHeard[]): ClientHeard | undefined {
  return [...clients].sort((one, other) => other.at.localeCompare(one.at))[0];
}

type Said = Omit<Link, "kind" | "name">;

/** What a client did that was heard on the network of its pool. */
function heardHere(client: ClientHeard, facts: NicFacts): Said {
  const { asked, answer, address, why, at, ackedAt, offersUntaken, relay } = client;
  const by = relay === "" ? "" : ` by relay ${relay}`;
  const acked = ackedAt === "" ? "" : `; its last ACK was at ${ackedAt}`;
  if (offersUntaken >= UNTAKEN) {
    const foreign = getCondition(
      facts.pool?.status?.conditions,
      IPPoolCondition.ForeignDHCPServer,
    );
    const other = foreign?.status === "True" ? `; ${foreign.message ?? ""}` : "";
    return {
      state: "broken",
      reason: "OffersNotTaken",
      says:
        `It was offered ${address} ${offersUntaken} times, last at ${at}${by}, and did not take it${other}`,
      todo: foreign?.status === "True"
        ? "Turn the other DHCP server off, or use another network."
        : "Look at the way back to the guest: a firewall in it, another DHCP server that answers first, a bridge that filters broadcasts, an MTU that differs on the way.",
    };
  }
  if (answer === "NAK") {
    const { meaning, todo } = silenceMeaning(why);
    return {
      state: "broken",
      reason: "Refused",
      says: `It asked by ${asked} at ${at}${by} and was refused: ${meaning} (${why})${acked}`,
      todo: todo ??
        "It starts anew and gets its own. Where it goes on so, look what it asks for: kubectl vmdhcp packets",
    };
  }
  if (answer === "" && asked !== "RELEASE" && asked !== "DECLINE") {
    const { meaning, todo } = silenceMeaning(why);
    return {
      state: "broken",
      reason: "NotAnswered",
      says: `It asked by ${asked} at ${at}${by} and got no answer: ${meaning} (${why})${acked}`,
      ...withTodo(todo),
    };
  }
  if (asked === "RELEASE") {
    return {
      state: "off",
      reason: "ReleasedByGuest",
      says: `The guest gave its address back at ${at}; the record stays`,
      todo: "Let the guest ask again, such as by a restart of its network.",
    };
  }
  if (asked === "DECLINE") {
    return {
      state: "broken",
      reason: "Declined",
      says: `The guest declined its address at ${at}: it found another machine there`,
      todo: "See docs/conflicts.md.",
    };
  }
  const says = `${asked} at ${at}${by}, answered by ${answer} of ${address}`;
  const recorded = recordedAddress(facts);
  return asked === "REQUEST" && recorded !== undefined && recorded !== address
    ? {
      state: "ok",
      reason: "FormerAddress",
      says: `${says}; it gets ${recorded} when it renews, or when its network is restarted`,
    }
    : { state: "ok", says };
}

/** It asked, on the network of another pool. */
function onOther(client: ClientHeard, { pool, network }: NicFacts): Said {
  const where = pool === undefined ? "" : `, not of ${nameOf(pool)}`;
  return {
    state: "broken",
    reason: "OtherNetwork",
    says: `It asked by ${client.asked} at ${client.at} on the network of IPPool ${client.pool}` +
      where,
    todo: pool === undefined
      ? `Look which network the NIC is to be on: no IPPool serves ${network ?? "its own"}.`
      : "Look at the VLAN and the bridge of the NIC's network on the VM's node: its frames come out on another network.",
  };
}

/** Nothing was heard of it, though somebody listens. */
function never(
  { vmi, world, macAddress = "" }: NicFacts,
  { word, pool, silent }: {
    readonly word: PoolHeard;
    readonly pool: IPPool;
    /** Of agents that did not answer. */
    readonly silent: string;
  },
): Said {
  const { since, forgotten } = word;
  const listensMs = world.now - (fromTimestamp(since) ?? world.now);
  const startedAt = fromTimestamp(vmi?.metadata.creationTimestamp);
  const startedMs = startedAt === undefined ? Infinity : world.now - startedAt;
  const says = `No packet of ${macAddress} was heard since ${since}`;
  const renewsMs = leaseSeconds(pool.spec?.ipv4Config ?? {}) * 500 + BOOT_MS;
  const reason = "NeverAsked";
  if (startedMs < BOOT_MS) {
    const seconds = Math.round(startedMs / 1000);
    return {
      state: "unknown",
      reason,
      says: `${says}: the VM started ${seconds} seconds ago${silent}`,
    };
  }
  if (startedMs > listensMs && listensMs < renewsMs) {
    return {
      state: "unknown",
      reason,
      says: `${says}, when the agent began to listen: who has a lease from before asks again ` +
        `within ${Math.round(renewsMs / 1000)} seconds of that${silent}`,
    };
  }
  const lost = forgotten === 0
    ? ""
    : `; ${forgotten} other clients without a record were forgotten`;
  return {
    state: "broken",
    reason,
    says: `${says}${lost}${silent}`,
    todo:
      "Its packets do not reach the agent. Look at the bridge and VLAN on the VM's node and on the agent's, at macspoofchk, and inside the guest: udhcpc -f -i eth0.",
  };
}

function withTodo(todo: string | undefined): Pick<Link, "todo"> {
  return todo === undefined ? {} : { todo };
}
