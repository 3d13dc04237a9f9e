/**
 * Why a NIC has, or has not, its address: from what objects say and what agents heard.
 *
 * @module
 */
import { type Chain, decidingLink, type Link } from "./chain.ts";
import { nicLink, vmLink } from "./links/machine.ts";
import { packetsLink } from "./links/packets.ts";
import { agentLink, networkLink, poolLink } from "./links/pool.ts";
import { recordedAddress, recordLink } from "./links/record.ts";
import type { HeardAnswers } from "./heard.ts";
import type { NicFacts } from "./nic_facts.ts";

const NOBODY_ASKED: HeardAnswers = { answers: [], problems: [] };

/**
 * The chain of one NIC: VM, NIC, network, pool, record, agent, last packets. Every link is looked at, also behind one that is broken;
 * those of which nothing can be said are left out. Never throws.
 */
export function explain(facts: NicFacts, heard: HeardAnswers = NOBODY_ASKED): Chain {
  const links = asWanted([
    vmLink(facts),
    nicLink(facts),
    networkLink(facts),
    poolLink(facts),
    recordLink(facts),
    agentLink(facts),
    packetsLink(facts, heard),
  ].filter((link) => link !== undefined));
  const { subject } = facts;
  const deciding = decidingLink(links);
  if (deciding === undefined || isBound(links, deciding)) {
    const address = recordedAddress(facts);
    const former = links.find(({ reason }) => reason === "FormerAddress");
    if (former !== undefined) return { subject, links, state: "ok", verdict: former.says };
    const verdict = address === undefined
      ? "Nothing is wrong"
      : `It has ${address} on ${facts.network ?? ""}, and nothing is wrong`;
    return { subject, links, state: "ok", verdict };
  }
  const { state, kind, says, todo } = deciding;
  const verdict = `${kind}: ${says}`;
  return { subject, links, state, verdict, ...(todo === undefined ? {} : { todo }) };
}

/** Where somebody wants that there is no answer, its packets are no fault. */
function asWanted(links: readonly Link[]): readonly Link[] {
  if (!links.some(({ state }) => state === "off")) return links;
  return links.map((link) => {
    if (link.kind !== "Packets" || link.state !== "broken") return link;
    const { todo: _, ...rest } = link;
    return { ...rest, state: "off" };
  });
}

/** Whether the packets show that all is well though of another link nothing is known. */
function isBound(links: readonly Link[], { state, reason }: Link): boolean {
  return (state === "unknown" || reason === "NoVirtualMachine") &&
    links.some((link) => link.kind === "Packets" && link.state === "ok") &&
    links.some((link) => link.kind === "Record" && link.state === "ok");
}
