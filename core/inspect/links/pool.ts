/**
 * The links between a NIC and its agent: the network, the pool that serves it, and whether an agent answers for it.
 *
 * @module
 */
import { getCondition } from "../../api/condition.ts";
import { IPPoolCondition } from "../../api/names.ts";
import { networkNameProblem, networkOfPool } from "../../api/network.ts";
import type { IPPool } from "../../api/types.ts";
import { nearest } from "../../nearest.ts";
import { advised } from "../advice.ts";
import type { Link } from "../chain.ts";
import type { NicFacts } from "../nic_facts.ts";
import { named, nameOf } from "../world.ts";

/** Whether there is such a network, and one that a pod can be attached to. */
export function networkLink({ world, network, pool }: NicFacts): Link | undefined {
  if (network === undefined || network === "") return undefined;
  const link = (rest: Omit<Link, "kind" | "name">): Link => ({
    kind: "Network",
    name: network,
    ...rest,
  });
  const wrong = networkNameProblem(network);
  if (wrong !== undefined) {
    const reason = "InvalidNetworkName";
    return link({
      state: "broken",
      reason,
      says: `It is no network's name: it ${wrong}`,
      ...advised(reason),
    });
  }
  const nad = named(world.networks, network);
  if (nad === undefined) {
    const reason = "NetworkNotFound";
    const meant = nearest(network, world.networks.map(nameOf));
    return link({
      // An agent that answers on it knows better: standalone servers need no such object.
      state: isServed(pool) ? "unknown" : "broken",
      reason,
      says: `There is no NetworkAttachmentDefinition ${network}${
        meant === undefined ? "" : `; did you mean ${meant}?`
      }`,
      todo: "Create it, or repair the name of the network in the VM.",
    });
  }
  if (nad.problem !== undefined) {
    const reason = "NetworkInvalid";
    const says = `No pod can be attached to it: ${nad.problem}`;
    return link({ state: "broken", reason, says, ...advised(reason) });
  }
  return link({ state: "ok", says: "Its NetworkAttachmentDefinition is there" });
}

function isServed(pool: IPPool | undefined): boolean {
  return getCondition(pool?.status?.conditions, IPPoolCondition.AgentReady)?.status === "True";
}

/** Reasons of `CacheReady` for which nobody new gets an address. */
const STOPPING: ReadonlySet<string> = new Set(["PoolInvalid", "WriteRefused"]);

/** Whether a pool serves the network. */
export function poolLink({ world, network, pool, optedOut }: NicFacts): Link | undefined {
  if (network === undefined || networkNameProblem(network) !== undefined) return undefined;
  if (pool === undefined) {
    const networks = world.pools.map(networkOfPool).filter((one) => one !== undefined);
    const meant = nearest(network, networks);
    const reason = "NoPool";
    return {
      kind: "Pool",
      name: "",
      state: optedOut === undefined ? "broken" : "off",
      reason,
      says: `No IPPool serves network ${network}${
        meant === undefined ? "" : `; one serves ${meant}`
      }`,
      ...advised(reason),
    };
  }
  const name = nameOf(pool);
  const link = (rest: Omit<Link, "kind" | "name">): Link => ({ kind: "Pool", name, ...rest });
  if (pool.metadata.deletionTimestamp !== undefined) {
    return link({
      state: "broken",
      reason: "Deleting",
      says: "It is being deleted: nobody new gets an address of it",
      todo: "Make an IPPool for the network anew when it is gone.",
    });
  }
  if (pool.spec?.paused === true) {
    const reason = "PoolPaused";
    return link({
      state: "off",
      reason,
      says: "It is paused: nothing new is given, and no agent answers",
      ...advised(reason),
    });
  }
  for (const type of [IPPoolCondition.Registered, IPPoolCondition.CacheReady]) {
    const condition = getCondition(pool.status?.conditions, type);
    if (condition?.status !== "False" || !STOPPING.has(condition.reason ?? "")) continue;
    const { reason = "", message = "" } = condition;
    return link({ state: "broken", reason, says: message, ...advised(reason) });
  }
  const { used, available } = pool.status?.ipv4 ?? {};
  const room = used === undefined ? "" : `: ${used} used, ${available} free`;
  return link({ state: "ok", says: `It serves ${network}${room}` });
}

/** Whether an agent answers for the pool. */
export function agentLink({ pool }: NicFacts): Link | undefined {
  if (pool === undefined) return undefined;
  const { namespace, name } = pool.status?.agentPodRef ?? {};
  const pod = name === undefined ? "" : `${namespace ?? ""}/${name}`;
  const link = (rest: Omit<Link, "kind" | "name">): Link => ({ kind: "Agent", name: pod, ...rest });
  const condition = getCondition(pool.status?.conditions, IPPoolCondition.AgentReady);
  if (condition === undefined) {
    return link({
      state: "unknown",
      reason: "NotPlanned",
      says: `Nothing is known of agents of IPPool ${nameOf(pool)} yet`,
      todo: "Look whether the controller runs, and at its log.",
    });
  }
  const { status, reason = "", message: says = "" } = condition;
  if (status === "True") return link({ state: "ok", says });
  if (pool.spec?.paused === true) return link({ state: "off", reason: "PoolPaused", says });
  return link({ state: "broken", reason, says, ...advised(reason) });
}
