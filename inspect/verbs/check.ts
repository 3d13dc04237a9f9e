/**
 * `check`: whether everything is as it must be, and will be tomorrow.
 *
 * @module
 */
import { getCondition } from "../../core/api/condition.ts";
import { readVirtualMachine } from "../../core/api/foreign/foreign.ts";
import { IPPoolCondition } from "../../core/api/names.ts";
import { networkOfPool } from "../../core/api/network.ts";
import { nameOf } from "../../core/inspect/world.ts";
import { indexOf } from "../../core/inspect/world_index.ts";
import { interfacesOf } from "../../core/ipam/vm/interfaces_of.ts";
import { restoreChanges } from "../../core/inspect/restore_changes.ts";
import { shownNics } from "../../core/vmnetcfg/nics.ts";
import type { Answer } from "../output/answer.ts";
import { printable } from "../output/table.ts";
import type { Finding, InspectSource } from "../source.ts";
import { worldOf } from "../world_of.ts";
import { summaryOf } from "./pools.ts";
import type { Verb } from "./verb.ts";

/** A pool is nearly full where less than this share of its addresses is free. */
const NEARLY_FULL = 0.1;
/** Names that a sentence tells; more are counted. */
const MOST_NAMES = 5;

const MEANINGS = { ok: "good", warning: "doubtful", failed: "bad", unknown: "quiet" } as const;

/** Everything that is looked at, what is wrong first. */
export const check: Verb = {
  about: "Preflight and health: definitions, rights, webhook, Multus, agents, pools, backups",
  parameters: [],
  answer: async ({ source, signal }) => {
    const findings = [...await source.checks(signal), ...findingsOf(source)];
    const widest = findings.reduce((most, { check }) => Math.max(most, check.length), 0);
    const failed = findings.filter(({ state }) => state === "failed").length;
    const warnings = findings.filter(({ state }) => state === "warning").length;
    const verdict = failed + warnings === 0
      ? "All is well"
      : `${failed} failed, ${warnings} to be looked at`;
    return {
      data: { findings, failed, warnings },
      columns: ["CHECK", "STATE", "SAYS", "ADVICE"],
      rows: findings.map(({ check, state, says, todo }) => [check, state, says, todo]),
      text: (paint) =>
        findings.map(({ check, state, says, todo }) => {
          const word = state === "failed" ? "FAILED" : state;
          return `${paint(word.padEnd(7), MEANINGS[state])}  ${check.padEnd(widest)}  ${
            printable(says)
          }\n${
            todo === undefined || state === "ok"
              ? ""
              : `${" ".repeat(widest + 11)}${printable(todo)}\n`
          }`;
        }).join("") + `\n${verdict}\n`,
      isBroken: failed > 0,
    } satisfies Answer;
  },
};

/** What can be seen in the objects, whoever knows them. */
function findingsOf(source: InspectSource): readonly Finding[] {
  return [
    ...following(source),
    ...served(source),
    ...neighbours(source),
    ...room(source),
    ...waiting(source),
    ...restoring(source),
  ];
}

function following(source: InspectSource): readonly Finding[] {
  const sentences = source.notReady();
  if (sentences.length === 0) {
    return [{ check: "Following", state: "ok", says: "Everything is known and followed" }];
  }
  return sentences.map((says) => ({
    check: "Following",
    state: "failed",
    says,
    todo: "Look at the way to the API server, and at the program's rights and log.",
  }));
}

function served(source: InspectSource): readonly Finding[] {
  const pools = source.pools();
  if (pools.length === 0) {
    return [{
      check: "Pools",
      state: "warning",
      says: "There is no IPPool",
      todo: "Make one for each network whose VMs are to get addresses.",
    }];
  }
  const summaries = pools.map(summaryOf);
  const findings = summaries.filter(({ ready, paused, reason }) =>
    !ready && !paused && reason !== "ForeignDHCPServer"
  ).map(({ pool, reason = "", message = "" }): Finding => ({
    check: "Pools",
    state: reason === "AddressesInUse" ? "warning" : "failed",
    says: `${pool}: ${reason}: ${message}`,
    todo: `See docs/events.md, ${reason}.`,
  }));
  const paused = summaries.filter((one) => one.paused).map(({ pool }) => pool);
  const good = summaries.filter(({ ready }) => ready).length;
  return [
    ...findings,
    ...(paused.length === 0 ? [] : [{
      check: "Pools",
      state: "warning" as const,
      says: `Paused: ${namesText(paused)}`,
      todo: "Resume them by spec.paused: false.",
    }]),
    { check: "Pools", state: "ok", says: `${good} of ${pools.length} are served` },
  ];
}

/** Who else is on the networks. */
function neighbours(source: InspectSource): readonly Finding[] {
  const foreign = source.pools().flatMap((pool) => {
    const condition = getCondition(pool.status?.conditions, IPPoolCondition.ForeignDHCPServer);
    return condition?.status === "True" ? [`${nameOf(pool)}: ${condition.message ?? ""}`] : [];
  });
  if (foreign.length === 0) {
    return [{ check: "Neighbours", state: "ok", says: "No other DHCP server was heard" }];
  }
  return foreign.map((says) => ({
    check: "Neighbours",
    state: "warning",
    says,
    todo: "Turn it off, or use another network.",
  }));
}

function room(source: InspectSource): readonly Finding[] {
  const full = source.pools().map(summaryOf).filter(({ used, available }) =>
    used > 0 && available < NEARLY_FULL * (used + available)
  );
  if (full.length === 0) {
    return [{ check: "Room", state: "ok", says: "Every pool has 10 % or more of its range free" }];
  }
  return full.map(({ pool, used, available }) => ({
    check: "Room",
    state: "warning",
    says: `${pool}: ${available} of ${used + available} addresses are free`,
    todo: "Enlarge spec.ipv4Config.pool, or plan a second network.",
  }));
}

function waiting(source: InspectSource): readonly Finding[] {
  const pending = source.configs().filter((config) =>
    config.spec?.paused !== true && shownNics(config).some(({ state }) => state === "Pending")
  ).map(nameOf);
  const names = [...pending, ...unplanned(source)];
  return names.length === 0
    ? [{ check: "Addresses", state: "ok", says: "Every NIC that asks has its address" }]
    : [{
      check: "Addresses",
      state: "warning",
      says: `NICs without an address: ${namesText(names)}`,
      todo: `Ask why: kubectl vmdhcp why ${names[0]}`,
    }];
}

/** VMs that want an address of an IPPool and have no vmnetcfg: nobody has looked at them yet, or its write is refused. */
function unplanned(source: InspectSource): readonly string[] {
  const index = indexOf(worldOf(source));
  const served = new Set(source.pools().map(networkOfPool));
  return source.vms().filter((vm) => {
    if (vm.metadata.deletionTimestamp !== undefined) return false;
    const key = nameOf(vm);
    if (index.configOfVm(key) !== undefined) return false;
    const read = readVirtualMachine(vm);
    if (!read.ok) return false;
    const namespaceLabel = index.managedLabel(vm.metadata.namespace);
    const { nics } = interfacesOf(
      read.value,
      namespaceLabel === undefined ? {} : { namespaceLabel },
    );
    return nics.some(({ network, macAddress }) => macAddress !== undefined && served.has(network));
  }).map(nameOf);
}

function restoring(source: InspectSource): readonly Finding[] {
  const changes = restoreChanges(worldOf(source));
  const lost = changes.filter(({ forgotten }) => forgotten.length > 0);
  if (lost.length === 0) {
    const count = changes.reduce((sum, { recorded }) => sum + recorded, 0);
    const says = `A restore without status would give all ${count} addresses back to who has them`;
    return [{ check: "Restore", state: "ok", says }];
  }
  return lost.map(({ pool, recorded, forgotten }) => ({
    check: "Restore",
    state: "warning",
    says: `${
      nameOf(pool)
    }: a restore without status could change ${forgotten.length} of ${recorded} addresses: ${
      namesText(forgotten)
    }`,
    todo: "No vmnetcfg notes them yet; wait a minute, or back up with status: docs/backup.md.",
  }));
}

function namesText(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}
