/**
 * `why`: what keeps a VM, a NIC, a MAC address or an address from being as it is to be.
 *
 * @module
 */
import type { Chain, Link, LinkState } from "../../core/inspect/chain.ts";
import { explain } from "../../core/inspect/explain.ts";
import { findSubjects } from "../../core/inspect/find_subjects.ts";
import type { NicFacts } from "../../core/inspect/nic_facts.ts";
import { nameOf } from "../../core/inspect/world.ts";
import { nearest } from "../../core/nearest.ts";
import { formatMac, readMac } from "../../core/net/mod.ts";
import type { Answer, Paint } from "../output/answer.ts";
import { printable } from "../output/table.ts";
import type { Query } from "../query.ts";
import { Refusal } from "../refusal.ts";
import type { InspectSource } from "../source.ts";
import { doubts, worldOf } from "../world_of.ts";
import type { Asking, Verb } from "./verb.ts";

/** More than this are not explained at once. */
const MOST_CHAINS = 100;

/** The chain of every NIC that is meant. */
export const why: Verb = {
  about: "Why a VM, vmnetcfg, MAC address or IP address has, or has not, its address",
  parameters: ["of", "namespace"],
  answer: async ({ source, query, signal }) => {
    const chains = await chainsOf({ source, query, signal });
    const notes = doubts(source);
    return {
      data: { chains, ...(notes.length === 0 ? {} : { notes }) },
      columns: ["SUBJECT", "LINK", "NAME", "STATE", "REASON", "SAYS", "ADVICE"],
      rows: chains.flatMap(({ subject, links }) =>
        links.map((
          { kind, name, state, reason, says, todo },
        ) => [subject, kind, name, state, reason, says, todo])
      ),
      text: (paint) => chains.map((chain) => chainText(chain, paint)).join("\n"),
      notes,
      isBroken: chains.some(({ state }) => state === "broken"),
    } satisfies Answer;
  },
};

/** The chains that `why` shows. Throws a `Refusal` where nothing is asked, or nothing of the kind is known. */
export async function chainsOf(
  { source, query, signal }: Pick<Asking, "source" | "signal"> & {
    readonly query: Pick<Query, "of" | "namespace">;
  },
): Promise<readonly Chain[]> {
  const { of, namespace } = query;
  if (of === "") {
    throw new Refusal(
      400,
      "Cannot tell whom is meant: of: a VM, a vmnetcfg, a MAC address or an IP address is wanted",
    );
  }
  const world = worldOf(source);
  const subjects = findSubjects(world, { of, namespace }, MOST_CHAINS);
  if (subjects.length === 0) throw nothingFound(source, query);
  const heard = await source.heard({ macAddresses: macsOf(subjects) }, signal);
  return subjects.map((facts) => explain(facts, heard));
}

function macsOf(subjects: readonly NicFacts[]): readonly string[] {
  const macs = subjects.map(({ macAddress = "" }) => readMac(macAddress)).filter((mac) => mac >= 0);
  return [...new Set(macs)].map(formatMac);
}

function nothingFound(
  source: InspectSource,
  { of, namespace }: Pick<Query, "of" | "namespace">,
): Refusal {
  const where = namespace === undefined || of.includes("/") ? "" : ` in namespace ${namespace}`;
  if (/^[\d.]+$/.test(of)) {
    return new Refusal(404, `No IPPool${where} has the address ${of} in its subnet`);
  }
  const all = [...source.vms(), ...source.configs()].map(nameOf);
  const names = of.includes("/") ? all : all.map((name) => name.slice(name.indexOf("/") + 1));
  const meant = nearest(of, names);
  return new Refusal(
    404,
    `There is no VM and no vmnetcfg ${of}${where}${
      meant === undefined || meant === of ? "" : `; did you mean ${meant}?`
    }`,
  );
}

const WORDS: Readonly<Record<LinkState, string>> = {
  ok: "ok",
  broken: "BROKEN",
  unknown: "unknown",
  off: "off",
};
const MEANINGS = { ok: "good", broken: "bad", unknown: "doubtful", off: "quiet" } as const;
const INDENT = " ".repeat(11);

/** One chain, for people: a line for each link, then what it comes to and what to do. */
function chainText({ subject, links, state, verdict, todo }: Chain, paint: Paint): string {
  const kinds = Math.max(...links.map(({ kind }) => kind.length));
  const line = ({ kind, name, state, says }: Link) => {
    const what = name === "" ? "" : `${name}: `;
    return `  ${paint(WORDS[state].padEnd(7), MEANINGS[state])}  ${kind.padEnd(kinds)}  ${
      printable(what + says)
    }\n`;
  };
  return `${printable(subject)}\n${links.map(line).join("")}` +
    `  ${paint("=>".padEnd(7), MEANINGS[state])}  ${printable(verdict)}\n` +
    (todo === undefined ? "" : `${INDENT}${printable(todo)}\n`);
}
