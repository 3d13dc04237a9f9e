/**
 * A boot storm on a real kube-apiserver: 1,000 VMs at once on one pool, beside a bare client with 8 connections that
 * makes the same writes in the same run. `deno task bench boot_storm`; ends with 1 where a goal of the project is missed.
 *
 * @module
 */
import type { VirtualMachineNetworkConfig } from "../../core/api/mod.ts";
import {
  createInformer,
  createKubeClient,
  IPPOOLS,
  type KubeClient,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import { vm } from "../controller/objects.ts";
import { Storm, VMS } from "./storm.ts";
import { type RealCluster, startRealCluster } from "../real/mod.ts";
import { BareClient } from "./bare_client.ts";
import { ControllerProcess } from "./controller_process.ts";
import { apiWrites, count, type Writes, writesBetween } from "./api_writes.ts";
import { isMet, line, print, type Row } from "./rows.ts";

const CONNECTIONS = 8;

/** What the storm on a running controller showed. */
interface Measured {
  readonly ms: number;
  /** Until all are Allocated. */
  readonly early: Writes;
  /** Until all note their addresses, too. */
  readonly writes: Writes;
  /** From the last Allocated to the last note. */
  readonly notedMs: number;
  readonly configs: readonly VirtualMachineNetworkConfig[];
}

/** VMs are created while the controller runs: the whole way, from the first VM to the last Allocated. */
async function stormOfVms(storm: Storm, cluster: RealCluster): Promise<Measured> {
  await storm.createPool("a");
  await storm.untilUsed("a", 0, performance.now());
  const before = await apiWrites(cluster.rest);
  const start = performance.now();
  const [ms] = await Promise.all([storm.untilAllocated("a", VMS, start), storm.createVms("a")]);
  const early = writesBetween(before, await apiWrites(cluster.rest));
  const notedMs = await storm.untilNoted("a", performance.now());
  return {
    ms,
    early,
    notedMs,
    writes: writesBetween(before, await apiWrites(cluster.rest)),
    configs: storm.own("a"),
  };
}

/** VMs are there, and a pool appears for all of them: the controller's own part alone. */
async function stormOfPool(storm: Storm): Promise<number> {
  await storm.createVms("b");
  const start = performance.now();
  await storm.createPool("b");
  return await storm.untilAllocated("b", VMS, start);
}

/** Every other VM is deleted as soon as it is created; then all others. */
async function stormOfDeletes(
  storm: Storm,
): Promise<{ readonly leaks: number; readonly ms: number }> {
  await storm.createPool("c");
  const start = performance.now();
  await storm.createVms("c", (n) => n % 2 === 0);
  await storm.untilAllocated("c", VMS / 2, start);
  await storm.untilUsed("c", VMS / 2, start);
  const { leaks } = await storm.faults("c");
  const deleting = performance.now();
  for (const prefix of ["a", "b", "c"]) await storm.deleteVms(prefix);
  for (const prefix of ["a", "b", "c"]) await storm.untilUsed(prefix, 0, deleting);
  return { leaks, ms: performance.now() - deleting };
}

/** The same writes by the bare client, alone or while the same VMs are created. */
async function bare(
  storm: Storm,
  { kube, like, name, poolWrites, withVms }: {
    readonly kube: KubeClient;
    readonly like: readonly VirtualMachineNetworkConfig[];
    readonly name: string;
    readonly poolWrites: number;
    readonly withVms: boolean;
  },
): Promise<number> {
  await storm.createPool(name);
  const empty = await kube.of(IPPOOLS).get({ namespace: "default", name });
  const { apiVersion, kind } = VIRTUAL_MACHINES;
  // One owner for all: the garbage collector would delete what nobody owns.
  const anchor = await kube.of(VIRTUAL_MACHINES).create(
    { apiVersion, kind, ...vm(`default/${name}`, []) } as never,
  );
  const owner = { apiVersion, kind, name, uid: anchor.metadata.uid ?? "" };
  const configs = like.map((config) => ({
    ...config,
    metadata: {
      namespace: "default",
      name: `${name}-${config.metadata.name}`,
      labels: config.metadata.labels ?? {},
      finalizers: config.metadata.finalizers ?? [],
      ownerReferences: [owner],
    },
  }));
  const allocated = Object.fromEntries(like.map(({ status, spec }) => [
    status?.networkConfig?.[0]?.allocatedIPAddress ?? "",
    spec.networkConfig?.[0]?.macAddress ?? "",
  ]));
  if (empty === undefined) throw new Error(`Cannot find the IPPool ${name}`);
  const status = { ipv4: { allocated, used: 0, available: 0 } };
  const client = new BareClient(kube, CONNECTIONS);
  const start = performance.now();
  await Promise.all([
    client.write([{ configs, pool: { ...empty, status }, poolWrites }]),
    storm.untilAllocated(name, like.length, start),
    ...(withVms ? [storm.createVms(`vm-${name}`)] : []),
  ]);
  return performance.now() - start;
}

async function main(): Promise<boolean> {
  await using cluster = await startRealCluster({ controllerManager: true });
  const kube = createKubeClient(cluster.rest);
  const following = new AbortController();
  const configs = createInformer({ client: kube.of(VMNETCFGS) });
  const watching = configs.run(following.signal);
  await configs.whenSynced(following.signal);
  const storm = new Storm(kube, configs);
  const rows: Row[] = [];
  {
    await using controller = await ControllerProcess.start(cluster.kubeconfig);
    const idle = await controller.usage();
    const vms = await stormOfVms(storm, cluster);
    const { cpuSeconds, peakMb } = await controller.usage();
    const { duplicates, leaks } = await storm.faults("a");
    const poolMs = await stormOfPool(storm);
    const deletes = await stormOfDeletes(storm);
    const { peakMb: greatestMb } = await controller.usage();
    await controller.kill();
    const poolWrites = count(vms.writes, /^PUT ippools\/status 200$/);
    const bareWithVms = await bare(storm, {
      kube,
      like: vms.configs,
      name: "x",
      poolWrites,
      withVms: true,
    });
    const bareAlone = await bare(storm, {
      kube,
      like: vms.configs,
      name: "y",
      poolWrites,
      withVms: false,
    });
    const ours = /^\w+ (ippools|virtualmachinenetworkconfigs)/;
    const notes = /^PATCH virtualmachinenetworkconfigs 200$/;
    rows.push(
      {
        name: "1,000 VMs created while the controller runs, until all Allocated",
        value: vms.ms,
        unit: "ms",
      },
      {
        name: "bare client, 8 connections, the same writes while VMs are created",
        value: bareWithVms,
        unit: "ms",
      },
      { name: "ratio", value: vms.ms / bareWithVms, unit: "", most: 1.5 },
      { name: "1,000 VMs there, a pool appears, until all Allocated", value: poolMs, unit: "ms" },
      { name: "bare client, 8 connections, the same writes alone", value: bareAlone, unit: "ms" },
      { name: "ratio", value: poolMs / bareAlone, unit: "", most: 1.5 },
      { name: "writes of the pool", value: poolWrites, unit: "", most: 20 },
      {
        name: "writes per VM, all of them",
        value: count(vms.writes, ours) / VMS,
        unit: "",
        most: 3.1,
      },
      {
        name: "the same until all are Allocated",
        value: count(vms.early, ours) / VMS,
        unit: "",
        most: 2.1,
      },
      { name: "notes written before all were Allocated", value: count(vms.early, notes), unit: "" },
      { name: "from the last Allocated to the last note", value: vms.notedMs, unit: "ms" },
      { name: "answers 409", value: count(vms.writes, / 409$/), unit: "", most: 0 },
      { name: "Events written meanwhile", value: count(vms.writes, /^POST events 201$/), unit: "" },
      { name: "addresses given twice", value: duplicates, unit: "", most: 0 },
      { name: "addresses leaked", value: leaks, unit: "", most: 0 },
      {
        name: "addresses leaked, every other VM deleted at once",
        value: deletes.leaks,
        unit: "",
        most: 0,
      },
      { name: "all 2,500 VMs deleted, until every address is back", value: deletes.ms, unit: "ms" },
      {
        name: "processor time of the controller for the first storm",
        value: (cpuSeconds - idle.cpuSeconds) * 1000,
        unit: "ms",
      },
      {
        name: "resident memory of the controller, greatest in the first storm",
        value: peakMb,
        unit: "MB",
        most: 120,
      },
      { name: "the same over all storms, up to 2,500 VMs", value: greatestMb, unit: "MB" },
    );
    print([...vms.writes].map(([name, times]) => `  ${name}: ${times}\n`).sort().join(""));
  }
  following.abort();
  await watching;
  for (const row of rows) print(line(row));
  return rows.every(isMet);
}

if (!await main()) throw new Error("A goal is missed");
