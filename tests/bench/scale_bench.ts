/**
 * Many VMs on many networks on a real kube-apiserver: what is written, how long it takes beside a bare client with 8 connections that
 * makes the same writes in the same run, and what a restart costs. `deno task bench scale [-- --vms=30000 --networks=300]`; ends with
 * 1 where a goal of the project is missed.
 *
 * @module
 */
import { createKubeClient, IPPOOLS, VIRTUAL_MACHINES, VMNETCFGS } from "../../kube/mod.ts";
import type { RestClient } from "../../kube/mod.ts";
import { integer, valueOr } from "../../runtime/settings.ts";
import { taskFlags } from "../../tools/task_flags.ts";
import { enterPrivateNetwork } from "../network/namespaces.ts";
import { startRealCluster } from "../real/mod.ts";
import { apiWrites, count, type Writes, writesBetween } from "./api_writes.ts";
import { ControllerProcess } from "./controller_process.ts";
import { isMet, line, print, type Row } from "./rows.ts";
import { bareFleet } from "./scale/bare_fleet.ts";
import { addInterfaces, agentFigures } from "./scale/agent_memory.ts";
import { Fleet } from "./scale/fleet.ts";

const CONNECTIONS = 8;
const ROUNDS = 9;
const POOLS_PER_AGENT = 100;

/** How much there is. */
interface Size {
  readonly vms: number;
  readonly networks: number;
}

/** Everything that is measured from. */
interface Stand {
  readonly size: Size;
  readonly rest: RestClient;
  readonly kubeconfig: string;
  readonly fleet: Fleet;
}

/** VMs are created while the controller runs. */
async function growth(
  { size, rest, fleet }: Stand,
  controller: ControllerProcess,
): Promise<{ readonly rows: readonly Row[]; readonly ms: number; readonly poolWrites: number }> {
  const { vms, networks } = size;
  const idle = await controller.usage();
  const before = await apiWrites(rest);
  await fleet.createPools("a", networks);
  const [ms] = await Promise.all([fleet.untilAllocated("a", vms), fleet.createVms("a", size)]);
  const early = writesBetween(before, await apiWrites(rest));
  const { cpuSeconds, residentMb, peakMb } = await controller.usage();
  const notedMs = await fleet.untilNoted("a");
  const writes = writesBetween(before, await apiWrites(rest));
  print(table(writes));
  const pools = await fleet.pools("a");
  const used = pools.reduce((sum, { status }) => sum + (status?.ipv4?.used ?? 0), 0);
  const perVm = (writes: Writes, pattern: RegExp) => count(writes, pattern) / vms;
  const ours = /^(?!POST ippools )\w+ (ippool|virtualmachinenetworkconfig)/;
  const rows: readonly Row[] = [
    { name: "from the first VM created until all are Allocated", value: ms, unit: "ms" },
    {
      name: "writes per VM until then",
      value: perVm(early, ours),
      unit: "",
      most: 2.15,
    },
    { name: "of these, records of pools", value: perVm(early, /^PUT ippools\/status/), unit: "" },
    { name: "of these, histories", value: perVm(early, HISTORIES), unit: "" },
    { name: "of these, notes", value: perVm(early, NOTES), unit: "" },
    {
      name: "writes per VM with all notes",
      value: perVm(writes, ours),
      unit: "",
      most: 3.15,
    },
    { name: "Events written meanwhile", value: count(writes, /^POST events 201$/), unit: "" },
    { name: "from the last Allocated to the last note", value: notedMs, unit: "ms" },
    { name: "answers 409", value: count(writes, / 409$/), unit: "", most: 0 },
    { name: "VMs without an address in the records", value: vms - used, unit: "", most: 0 },
    { name: "processor time of the controller", value: cpuSeconds - idle.cpuSeconds, unit: "s" },
    { name: "resident memory of the controller then", value: residentMb, unit: "MB" },
    { name: "the same, greatest", value: peakMb, unit: "MB" },
  ];
  return { rows, ms, poolWrites: Math.round(count(early, /^PUT ippools\/status/) / networks) };
}

const HISTORIES = /^\w+ ippoolhistories /;
const NOTES = /^PATCH virtualmachinenetworkconfigs /;

/** One VM among many: until it is Allocated, half of the times. */
async function loneVm({ fleet, size }: Stand): Promise<Row> {
  const times: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const start = performance.now();
    await fleet.createVm(`lone-${round}`, { n: size.vms + round, network: "a-1" });
    await fleet.untilAllocated("lone", round);
    times.push(performance.now() - start);
    await fleet.untilNoted("lone");
  }
  return { name: "one VM alone, until it is Allocated, median", value: median(times), unit: "ms" };
}

/** The controller is killed, a VM is created, and a new controller starts. */
async function restart(
  { fleet, kubeconfig, size }: Stand,
  old: ControllerProcess,
): Promise<readonly Row[]> {
  await old.kill();
  await fleet.createVm("late-1", { n: size.vms + ROUNDS + 1, network: "a-1" });
  const start = performance.now();
  const allocated = fleet.untilAllocated("late", 1);
  await using controller = await ControllerProcess.start(kubeconfig);
  const readyMs = performance.now() - start;
  const firstMs = await allocated;
  await fleet.untilNoted("late");
  const { residentMb, cpuSeconds } = await controller.usage();
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const asked = performance.now();
    await controller.metrics();
    times.push(performance.now() - asked);
  }
  return [
    { name: "a new controller, until it is ready", value: readyMs, unit: "ms", most: 6_000 },
    { name: "the same, until a VM that waited is Allocated", value: firstMs, unit: "ms" },
    { name: "its processor time until all is done", value: cpuSeconds, unit: "s" },
    { name: "its resident memory then", value: residentMb, unit: "MB" },
    { name: "its /metrics, median", value: median(times), unit: "ms" },
  ];
}

/** Agents of as many pools as one Deployment has by default, and of all. */
async function agentRows({ fleet, kubeconfig }: Stand): Promise<readonly Row[]> {
  const pools = await fleet.pools("a");
  const rows: Row[] = [];
  for (const count of new Set([Math.min(POOLS_PER_AGENT, pools.length), pools.length])) {
    const { readyMs, residentMb } = await agentFigures(kubeconfig, pools.slice(0, count));
    rows.push({
      name: `an agent of ${count} pools, until it is ready`,
      value: readyMs,
      unit: "ms",
    });
    rows.push({ name: "its resident memory", value: residentMb, unit: "MB" });
  }
  return rows;
}

/** What the API server answers when everything of a kind is listed at once. */
async function listRows(rest: RestClient): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { apiVersion, plural } of [VIRTUAL_MACHINES, VMNETCFGS, IPPOOLS]) {
    const path = `/apis/${apiVersion}/${plural}`;
    const { byteLength } = await rest.performRequest({ method: "GET", path });
    rows.push({ name: `list of all ${plural}`, value: byteLength / 1e6, unit: "MB" });
  }
  return rows;
}

async function main(): Promise<boolean> {
  const { values: { vms, networks, bareVms } } = taskFlags({
    usage: "deno task bench scale --",
    about: "Measures a controller with many VMs on many networks.",
    settings: {
      vms: valueOr(3_000, { help: "how many VMs", parse: integer(1, 60_000) }),
      networks: valueOr(30, { help: "on how many networks", parse: integer(1, 1_000) }),
      "bare-vms": valueOr(6_000, {
        help: "for how many of them, at most, the bare client writes",
        parse: integer(1, 60_000),
      }),
    },
  }, { args: Deno.args });
  using _network = enterPrivateNetwork();
  await addInterfaces(networks);
  await using cluster = await startRealCluster({
    controllerManager: true,
  });
  const { rest, kubeconfig } = cluster;
  const kube = createKubeClient(rest);
  const fleet = new Fleet(kube);
  const following = new AbortController();
  const watching = fleet.configs.run(following.signal);
  await fleet.configs.whenSynced(following.signal);
  const stand = { size: { vms, networks }, rest, kubeconfig, fleet };
  const controller = await ControllerProcess.start(kubeconfig);
  const { rows, ms, poolWrites } = await growth(stand, controller);
  const all = [
    ...rows,
    await loneVm(stand),
    ...await restart(stand, controller),
    ...await agentRows(stand),
    ...await listRows(rest),
  ];
  const part = Math.min(1, bareVms / vms);
  const bareMs = await bareFleet({
    ...{ kube, fleet, connections: CONNECTIONS, poolWrites },
    like: fleet.own("a").slice(0, Math.round(vms * part)),
    networks: Math.round(networks * part),
  });
  const name = `bare client, ${CONNECTIONS} connections, the same writes while VMs are created`;
  all.push({ name, value: bareMs / part, unit: "ms" });
  all.push({ name: "ratio", value: ms * part / bareMs, unit: "", most: 1.3 });
  following.abort();
  await watching;
  const etcd = await etcdVersion(cluster.etcdMetricsUrl);
  const load = Deno.loadavg()[0]?.toFixed(1);
  print(`${vms} VMs on ${networks} networks, etcd ${etcd}; load average ${load} at the end\n`);
  for (const row of all) print(line(row));
  return all.every(isMet);
}

/** Which etcd it is: from an old one each list is read, where a newer one lets the API server answer from its memory. */
async function etcdVersion(metricsUrl: string): Promise<string> {
  const text = await (await fetch(metricsUrl)).text();
  return /server_version="([^"]+)"/.exec(text)?.[1] ?? "of an unknown version";
}

function table(writes: Writes): string {
  return [...writes].map(([name, times]) => `  ${name}: ${times}\n`).sort().join("");
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? NaN;
}

if (!await main()) throw new Error("A goal is missed");
