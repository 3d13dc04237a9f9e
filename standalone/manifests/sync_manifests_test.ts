import { deepStrictEqual as deepEqual, match, strictEqual as equal } from "node:assert/strict";
import { createKubeClient } from "../../kube/objects/client.ts";
import { IPPOOLS, NAMESPACES, VIRTUAL_MACHINES } from "../../kube/objects/resources.ts";
import type { KubeClient } from "../../kube/types.ts";
import { EmbeddedApi } from "../api/mod.ts";
import { syncManifests, type SyncResult } from "./sync_manifests.ts";
import { formatProblem } from "./types.ts";

const NET = `apiVersion: network.harvesterhci.io/v1alpha1
kind: IPPool
metadata: {name: net-48}
spec:
  networkName: default/net-48
  ipv4Config: {cidr: 192.168.48.0/24, leaseTime: 300, dns: [1.1.1.1]}
`;
const VM =
  "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: test-vm, namespace: blue}\n";

/** One directory's files over one API. */
class Fixture {
  readonly #api = new EmbeddedApi();
  readonly client: KubeClient = createKubeClient(this.#api.rest());
  readonly files = new Map<string, string>();

  sync(): Promise<SyncResult> {
    const files = [...this.files].map(([path, text]) => ({ path, text }));
    return syncManifests(this.client, {
      content: { files, problems: [] },
      signal: AbortSignal.timeout(10_000),
    });
  }

  /** Leaves a file that says nothing. */
  empty(): void {
    this.files.clear();
    this.files.set("none.yaml", "# Nothing is served here.\n");
  }

  /** `namespace/name` of all pools and VMs. */
  async objects(): Promise<string[]> {
    const pools = await this.client.of(IPPOOLS).list();
    const vms = await this.client.of(VIRTUAL_MACHINES).list();
    return [...pools.items, ...vms.items].map(({ metadata }) =>
      `${metadata.namespace}/${metadata.name}`
    );
  }

  [Symbol.dispose](): void {
    this.#api.close();
  }
}

Deno.test("syncManifests applies what files say, with the namespaces they need, and nothing the second time", async () => {
  using fixture = new Fixture();
  fixture.files.set("net.yaml", NET).set("vms/a.yaml", VM);
  const { present, ...rest } = await fixture.sync();
  deepEqual(rest, {
    applied: ["IPPool default/net-48", "VirtualMachine blue/test-vm"],
    removed: [],
    problems: [],
    again: false,
  });
  deepEqual(present.map(({ id }) => id), rest.applied);
  deepEqual(await fixture.objects(), ["default/net-48", "blue/test-vm"]);
  deepEqual((await fixture.sync()).applied, []);
});

Deno.test("syncManifests takes away a field that its file no longer has", async () => {
  using fixture = new Fixture();
  fixture.files.set("net.yaml", NET);
  await fixture.sync();
  fixture.files.set("net.yaml", NET.replace("leaseTime: 300, ", "").replace("1.1.1.1", "9.9.9.9"));
  deepEqual((await fixture.sync()).applied, ["IPPool default/net-48"]);
  const pool = await fixture.client.of(IPPOOLS).get({ namespace: "default", name: "net-48" });
  deepEqual(pool?.spec.ipv4Config, { cidr: "192.168.48.0/24", dns: ["9.9.9.9"] });
});

Deno.test("syncManifests keeps what others wrote into an object, also into one that it did not make", async () => {
  using fixture = new Fixture();
  const pools = fixture.client.of(IPPOOLS);
  const key = { namespace: "default", name: "net-48" };
  await pools.create({
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { ...key, labels: { by: "hand" }, finalizers: ["example.com/mine"] },
    spec: {
      networkName: "default/net-48",
      ipv4Config: { cidr: "192.168.48.0/24", ntp: ["1.1.1.9"] },
    },
  });
  fixture.files.set("net.yaml", NET);
  deepEqual((await fixture.sync()).applied, ["IPPool default/net-48"]);
  fixture.files.set("net.yaml", NET.replace("leaseTime: 300, ", ""));
  deepEqual((await fixture.sync()).applied, ["IPPool default/net-48"]);
  const { metadata, spec } = await pools.get(key) ?? {};
  deepEqual(metadata?.labels?.["by"], "hand");
  deepEqual(metadata?.finalizers, ["example.com/mine"]);
  deepEqual(spec?.ipv4Config, { cidr: "192.168.48.0/24", ntp: ["1.1.1.9"], dns: ["1.1.1.1"] });
});

Deno.test("syncManifests removes what its files no longer say, and leaves what never came from a file", async () => {
  using fixture = new Fixture();
  fixture.files.set("net.yaml", NET).set("vm.yaml", VM);
  await fixture.sync();
  await fixture.client.of(VIRTUAL_MACHINES).create({
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { namespace: "default", name: "by-hand" },
  });
  fixture.empty();
  deepEqual((await fixture.sync()).removed, [
    "VirtualMachine blue/test-vm",
    "IPPool default/net-48",
  ]);
  deepEqual(await fixture.objects(), ["default/by-hand"]);
});

Deno.test("syncManifests keeps the objects of a file that cannot be read whole", async () => {
  using fixture = new Fixture();
  fixture.files.set("both.yaml", `${NET}---\n${VM}`);
  await fixture.sync();
  fixture.files.set("both.yaml", `${NET.replace("[1.1.1.1]", "[1.1.1.1")}---\n${VM}`);
  const { removed, problems } = await fixture.sync();
  deepEqual(removed, []);
  equal(problems.map(({ file, line }) => `${file}:${line}`).join(), "both.yaml:6");
  deepEqual(await fixture.objects(), ["default/net-48", "blue/test-vm"]);
});

Deno.test("syncManifests keeps the objects of a file that is empty for a while, since somebody writes it anew", async () => {
  using fixture = new Fixture();
  fixture.files.set("both.yaml", `${NET}---\n${VM}`).set("other.yaml", "");
  deepEqual((await fixture.sync()).problems, []);
  fixture.files.set("both.yaml", "");
  const { removed, problems, again } = await fixture.sync();
  deepEqual({ removed, again }, { removed: [], again: false });
  deepEqual(problems.map(formatProblem), [
    "both.yaml:1:1: is empty: what came from it stays until it says something, or is removed",
  ]);
  fixture.files.set("both.yaml", NET);
  deepEqual((await fixture.sync()).removed, ["VirtualMachine blue/test-vm"]);
  fixture.files.set("both.yaml", "# Nothing any more\n");
  deepEqual((await fixture.sync()).removed, ["IPPool default/net-48"]);
});

Deno.test("syncManifests keeps all objects while there is no file, as where a disk is not mounted, but not beside a file of comments", async () => {
  using fixture = new Fixture();
  deepEqual((await fixture.sync()).problems, []);
  fixture.files.set("net.yaml", NET).set("vms/a.yaml", VM);
  await fixture.sync();
  fixture.files.clear();
  const { removed, problems, again } = await fixture.sync();
  deepEqual({ removed, again }, { removed: [], again: false });
  match(
    problems.map(formatProblem).join(),
    /^\.:1:1: has no manifest file.* all that came from files stays/,
  );
  deepEqual(await fixture.objects(), ["default/net-48", "blue/test-vm"]);
  fixture.empty();
  deepEqual((await fixture.sync()).removed.length, 2);
  deepEqual(await fixture.objects(), []);
});

Deno.test("syncManifests leaves an edit made by hand until its file changes, and makes again what was deleted", async () => {
  using fixture = new Fixture();
  fixture.files.set("net.yaml", NET);
  await fixture.sync();
  const pools = fixture.client.of(IPPOOLS);
  const key = { namespace: "default", name: "net-48" };
  await pools.patch(key, { type: "merge", body: { spec: { ipv4Config: { leaseTime: 60 } } } });
  deepEqual((await fixture.sync()).applied, []);
  fixture.files.set("net.yaml", NET.replace("1.1.1.1", "9.9.9.9"));
  await fixture.sync();
  equal((await pools.get(key))?.spec.ipv4Config.leaseTime, 300);
  await pools.delete(key);
  deepEqual((await fixture.sync()).applied, ["IPPool default/net-48"]);
});

Deno.test("syncManifests names the line of what the API refuses, and applies the rest", async () => {
  using fixture = new Fixture();
  fixture.files.set("net.yaml", NET).set("vm.yaml", VM);
  await fixture.sync();
  fixture.files.set("net.yaml", NET.replace("192.168.48.0/24", "192.168.49.0/24"));
  fixture.files.set("vm.yaml", VM.replace("test-vm", "other-vm"));
  const { applied, removed, problems, again } = await fixture.sync();
  deepEqual([applied, removed, again], [["VirtualMachine blue/other-vm"], [
    "VirtualMachine blue/test-vm",
  ], false]);
  deepEqual(problems.map(formatProblem).map((text) => text.slice(0, 45)), [
    "net.yaml:6:16: spec.ipv4Config.cidr: Invalid ",
  ]);
  deepEqual(await fixture.objects(), ["default/net-48", "blue/other-vm"]);
});

Deno.test("syncManifests removes a namespace with its file, but not while objects of other files are in it", async () => {
  using fixture = new Fixture();
  fixture.files.set(
    "ns.yaml",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: blue, labels: {a: b}}\n",
  ).set("vm.yaml", VM);
  await fixture.sync();
  fixture.files.delete("ns.yaml");
  deepEqual((await fixture.sync()).removed, []);
  const kept = await fixture.client.of(NAMESPACES).get({ name: "blue" });
  equal(kept?.metadata.labels?.["a"], undefined, "What the file said of it goes with the file");
  deepEqual((await fixture.sync()).applied, []);
  fixture.empty();
  deepEqual((await fixture.sync()).removed, ["VirtualMachine blue/test-vm", "Namespace blue"]);
  const namespace = await fixture.client.of(NAMESPACES).get({ name: "blue" });
  equal(namespace === undefined || namespace.metadata.deletionTimestamp !== undefined, true);
});

Deno.test("syncManifests removes no namespace with objects of a file that cannot be read", async () => {
  using fixture = new Fixture();
  fixture.files.set("ns.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: blue}\n")
    .set("vm.yaml", VM);
  await fixture.sync();
  fixture.files.delete("ns.yaml");
  for (const text of ["{", ""]) {
    fixture.files.set("vm.yaml", text);
    deepEqual((await fixture.sync()).removed, []);
    deepEqual(await fixture.objects(), ["blue/test-vm"]);
  }
});

Deno.test("syncManifests takes from a namespace that is always there what its file said, and does not try to remove it", async () => {
  using fixture = new Fixture();
  const labels = async () =>
    (await fixture.client.of(NAMESPACES).get({ name: "default" }))?.metadata.labels;
  const optOut = "network.harvesterhci.io/managed-dhcp";
  fixture.files.set(
    "ns.yaml",
    `apiVersion: v1\nkind: Namespace\nmetadata: {name: default, labels: {${optOut}: "false"}}\n`,
  );
  await fixture.sync();
  equal((await labels())?.[optOut], "false");
  fixture.empty();
  const { removed, problems, again } = await fixture.sync();
  deepEqual({ removed, problems, again }, { removed: [], problems: [], again: false });
  equal((await labels())?.[optOut], undefined);
  deepEqual((await fixture.sync()).applied, []);
});

Deno.test("syncManifests removes no namespace with objects that never came from a file", async () => {
  using fixture = new Fixture();
  fixture.files.set("ns.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: blue}\n");
  await fixture.sync();
  const vms = fixture.client.of(VIRTUAL_MACHINES);
  const byHand = { namespace: "blue", name: "by-hand" };
  await vms.create({ apiVersion: "kubevirt.io/v1", kind: "VirtualMachine", metadata: byHand });
  fixture.empty();
  deepEqual((await fixture.sync()).removed, []);
  deepEqual(await fixture.objects(), ["blue/by-hand"]);
  await vms.delete(byHand);
  deepEqual((await fixture.sync()).removed, ["Namespace blue"]);
});
