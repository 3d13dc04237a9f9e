import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import recorded from "../recorded/go-objects.json" with { type: "json" };
import { NET_48, NET_48_SERVED, TEST_VM_SERVED } from "../../core/api/fixtures/documents.ts";
import type { IPPool, RecordChange, VirtualMachineNetworkConfig } from "../../core/api/mod.ts";
import { withChanges } from "../../core/history/bounded_history.ts";
import type { JsonObject } from "../../standalone/api/json.ts";
import { FOREIGN_CRDS } from "../real/crds.ts";
import { type RealCluster, startRealCluster } from "../real/mod.ts";
import { EVERY_FIELD } from "./every_field.ts";

const FOLDER = new URL("../../deploy/crds", import.meta.url).pathname;

/** Runs kubectl and gives back what it wrote; throws where it failed. */
async function kubectl(cluster: RealCluster, args: string[], stdin?: unknown): Promise<string> {
  const { code, stdout, stderr } = await tryKubectl(cluster, args, stdin);
  strictEqual(code, 0, `kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

async function tryKubectl(
  cluster: RealCluster,
  args: string[],
  stdin?: unknown,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return await cluster.kubectl(args, stdin === undefined ? {} : { stdin: JSON.stringify(stdin) });
}

/** Creates an object with its status, as a controller does, and gives back what the server keeps of it. */
async function keep(cluster: RealCluster, object: JsonObject): Promise<JsonObject> {
  const { metadata, status } = object as { metadata: Record<string, unknown>; status?: unknown };
  const { uid: _, resourceVersion: __, creationTimestamp: ___, ownerReferences: ____, ...mine } =
    metadata;
  const create = { ...object, metadata: { ...mine, finalizers: [] } };
  const created = JSON.parse(await kubectl(cluster, ["create", "-o", "json", "-f", "-"], create));
  if (status === undefined) return created;
  const shown = { ...created, status };
  return JSON.parse(
    await kubectl(cluster, ["replace", "--subresource=status", "-o", "json", "-f", "-"], shown),
  );
}

/** Why the server refuses a merge patch of an object's spec; empty where it takes it. */
async function refusal(cluster: RealCluster, object: string, spec: unknown): Promise<string> {
  const patch = JSON.stringify({ spec });
  const args = ["patch", ...object.split(" "), "--type=merge", "-p", patch];
  return (await tryKubectl(cluster, args)).stderr.trim();
}

const NIC = { networkName: "default/net-48", macAddress: "52:54:00:12:34:56" };
const LONG_NAME = Array(4).fill("a".repeat(62)).join(".") + ".a";

Deno.test("the CRDs on a real kube-apiserver", async (t) => {
  await using cluster = await startRealCluster({ crds: FOREIGN_CRDS });

  await t.step(
    "kubectl applies deploy/crds, and the server accepts the schemas as structural",
    async () => {
      await kubectl(cluster, ["apply", "-f", FOLDER]);
      await kubectl(cluster, [
        "wait",
        "--for=condition=Established",
        "--timeout=30s",
        "-f",
        FOLDER,
      ]);
      const crds = JSON.parse(await kubectl(cluster, ["get", "-o", "json", "-f", FOLDER]));
      deepStrictEqual(
        crds.items.map((crd: { status: { conditions: { type: string; status: string }[] } }) =>
          crd.status.conditions.map(({ type, status }) => `${type}=${status}`).sort()
        ),
        Array(3).fill(["Established=True", "NamesAccepted=True"]),
      );
    },
  );

  await t.step(
    "every object that the Go version wrote is kept whole, with its status",
    async () => {
      for (const namespace of ["prod", "tenant-a"]) {
        await kubectl(cluster, [
          "create",
          "ns",
          namespace,
        ]);
      }
      let count = 0;
      for (const item of recorded.items as unknown as JsonObject[]) {
        if (item.apiVersion !== "network.harvesterhci.io/v1alpha1") continue;
        const kept = await keep(cluster, item);
        deepStrictEqual({ spec: kept.spec, status: kept.status }, {
          spec: item.spec,
          status: item.status,
        });
        count++;
      }
      strictEqual(count, 15);
      await kubectl(cluster, ["delete", "ippools,vmnetcfgs", "--all", "-A"]);
    },
  );

  await t.step("every field of our types is kept: nothing is pruned", async () => {
    for (const object of EVERY_FIELD) {
      const kept = await keep(cluster, object);
      deepStrictEqual({ spec: kept.spec, status: kept.status }, {
        spec: object.spec,
        status: object.status,
      });
    }
    await kubectl(cluster, ["delete", "ippools,vmnetcfgs", "--all"]);
  });

  await t.step(
    "a history is kept whole, up to its bounds, and refused where it makes no sense",
    async () => {
      const change: Required<RecordChange> = {
        at: "2026-01-01T00:00:00Z",
        event: "moved",
        address: "192.168.48.81",
        macAddress: "52:54:00:12:34:56",
        vm: `default/${LONG_NAME}`,
        uid: "5c1bb2d4-0d4c-4e7c-9f0e-2a3d2c6d9b01",
        from: "192.168.48.82",
        why: "Requested",
      };
      const changes = withChanges([], Array(2_000).fill(change), { known: true });
      ok(changes.length > 1_000, `${changes.length} rows of the longest kind`);
      const history = {
        apiVersion: "network.harvesterhci.io/v1alpha1",
        kind: "IPPoolHistory",
        metadata: { name: "net-48", namespace: "default" },
        changes,
      };
      const kept = await keep(cluster, history as unknown as JsonObject);
      deepStrictEqual(kept["changes"], changes);
      const wrong = { ...history, changes: [{ ...change, event: "stolen" }] };
      const refused = await tryKubectl(cluster, ["replace", "-f", "-"], wrong);
      match(refused.stderr, /changes\[0\]\.event: Unsupported value: "stolen"/);
      match(await kubectl(cluster, ["get", "network-all", "-o=name"]), /ippoolhistory.*\/net-48/);
      await kubectl(cluster, ["delete", "ipplh", "net-48"]);
    },
  );

  await t.step(
    "kubectl shows the columns of the documentation, and more with -o wide",
    async () => {
      await keep(cluster, NET_48_SERVED);
      const status = { ...TEST_VM_SERVED.status as object, addresses: "192.168.48.84" };
      await keep(cluster, { ...TEST_VM_SERVED, status } as JsonObject);
      const table = async (...args: string[]) =>
        (await kubectl(cluster, ["get", ...args])).trim().split("\n").map((line) =>
          line.trim().split(/\s+/).slice(0, -1)
        );
      deepStrictEqual(await table("ippl"), [
        ["NAME", "NETWORK", "AVAILABLE", "USED", "REGISTERED", "CACHEREADY", "AGENTREADY"],
        ["net-48", "default/net-48", "7", "1", "True", "True", "True"],
      ]);
      deepStrictEqual((await table("ippls", "-o", "wide"))[1]?.slice(-2), [
        "192.168.48.0/24",
        "default-net-48-agent",
      ]);
      deepStrictEqual(await table("vmnetcfg"), [
        ["NAME", "VMNAME", "ALLOCATED", "DISABLED", "INSYNCED", "ADDRESS"],
        ["test-vm", "test-vm", "True", "False", "192.168.48.84"],
      ]);
      deepStrictEqual((await table("vmnetcfgs", "-o", "wide"))[1], [
        "test-vm",
        "test-vm",
        "True",
        "False",
        "192.168.48.84",
      ]);
    },
  );

  await t.step("kubectl explain tells what a field is for", async () => {
    const text = await kubectl(cluster, ["explain", "ippool.spec.ipv4Config.leaseTime"]);
    match(text, /How long a lease lasts, in seconds \(option 51\)\. If unset, one year\./);
    for (
      const [field, example] of [
        [
          "ippool.spec.ipv4Config.options.value",
          /A\s+number\s+stands\s+in\s+quotes\.\s+Examples:\s+"192/,
        ],
        ["ippool.spec.ipv4Config.bootFiles.architecture", /Examples: x64-uefi, 7\./],
        ["vmnetcfg.spec.networkConfig.options.routes", /gateway:\s+192\.168\.48\.2}\]\./],
        ["vmnetcfg.spec.networkConfigs.options.timezone.tzdb", /Example: Europe\/Zurich\./],
      ] as const
    ) match(await kubectl(cluster, ["explain", field]), example);
  });

  await t.step("what clients are told is kept, and refused where it has another type", async () => {
    const told = (more: object) =>
      refusal(cluster, "ippool net-48", { ipv4Config: { mtu: 1450, ...more } });
    strictEqual(await told({ bootFiles: [{ architecture: "x64-uefi", fileName: "a" }] }), "");
    strictEqual(await told({ bootFiles: [{ architecture: 7, fileName: "a" }] }), "");
    match(await told({ mtu: "1450" }), /mtu: Invalid value: "string"/);
    match(await told({ bootFiles: [{ architecture: true, fileName: "a" }] }), /architecture/);
    match(await told({ routes: [{ destination: "10.0.0.0/8" }] }), /gateway: Required value/);
    match(
      await told({ options: [{ code: 150, type: "string", value: "a" }] }),
      /supported values: "ipv4", "uint8"/,
    );
    match(
      await told({ routes: Array(65).fill({ destination: "a", gateway: "b" }) }),
      /must have at most 64 items/,
    );
    const none = { networkConfig: [{ ...NIC, options: { router: "", dns: [] } }] };
    strictEqual(await refusal(cluster, "vmnetcfg test-vm", none), "");
    const jsonpath = "-o=jsonpath={.spec.networkConfig[0].options}";
    deepStrictEqual(
      JSON.parse(await kubectl(cluster, ["get", "vmnetcfg", "test-vm", jsonpath])),
      { router: "", dns: [] },
    );
  });

  await t.step("T17: a subnet where no host can have an address is refused", async () => {
    for (
      const cidr of ["0.0.0.0/8", "127.0.0.0/24", "239.1.2.0/24", "240.0.0.0/4", "255.255.255.0/24"]
    ) {
      const spec = { networkName: "default/net", ipv4Config: { cidr } };
      const pool = { ...NET_48, metadata: { name: "no-hosts" }, spec };
      const { stderr } = await tryKubectl(cluster, ["create", "--dry-run=server", "-f", "-"], pool);
      match(stderr, /CIDR must not be in 0\.0\.0\.0/);
    }
  });

  await t.step("network, subnet and VM are immutable; everything else may change", async () => {
    const pool = "ippool net-48";
    const vmnetcfg = "vmnetcfg test-vm";
    match(
      await refusal(cluster, pool, { networkName: "default/other" }),
      /NetworkName is immutable/,
    );
    match(
      await refusal(cluster, pool, { ipv4Config: { cidr: "192.168.0.0/16" } }),
      /CIDR is immutable/,
    );
    match(await refusal(cluster, vmnetcfg, { vmName: "other" }), /VMName is immutable/);
    for (
      const gone of [{ networkName: null }, { ipv4Config: null }, { ipv4Config: { cidr: null } }]
    ) {
      match(await refusal(cluster, pool, gone), /Required value/);
    }
    strictEqual(
      await refusal(cluster, pool, {
        paused: true,
        ipv4Config: {
          serverIP: "192.168.48.2",
          router: null,
          dns: null,
          pool: { start: "192.168.48.10", end: null, exclude: ["192.168.48.20"] },
        },
      }),
      "",
    );
    strictEqual(await refusal(cluster, pool, { ipv4Config: { serverIP: null, pool: null } }), "");
  });

  await t.step("one spelling may replace the other, but not stand beside it", async () => {
    const refused = await refusal(cluster, "vmnetcfg test-vm", { networkConfigs: [NIC] });
    match(refused, /Only one of networkConfig and networkConfigs may be set/);
    const swap = { networkConfig: null, networkConfigs: [NIC] };
    strictEqual(await refusal(cluster, "vmnetcfg test-vm", swap), "");
  });

  await t.step(
    "the limits are 317 and 253 characters, 32 NICs, 3 DNS and 4 NTP servers",
    async () => {
      const longest: VirtualMachineNetworkConfig = {
        apiVersion: "network.harvesterhci.io/v1alpha1",
        kind: "VirtualMachineNetworkConfig",
        metadata: { name: "longest", namespace: "default" },
        spec: {
          vmName: LONG_NAME,
          networkConfig: Array(32).fill({ ...NIC, networkName: `${"n".repeat(63)}/${LONG_NAME}` }),
        },
      };
      await kubectl(cluster, ["create", "-f", "-"], longest);
      const nics = longest.spec.networkConfig ?? [];
      const more = { networkConfig: [...nics, NIC] };
      match(await refusal(cluster, "vmnetcfg longest", more), /must have at most 32 items/);
      const longer = { networkConfig: [{ ...NIC, networkName: "n".repeat(318) }] };
      // The older words are those of Kubernetes 1.30.
      const words = /may not be (more than 317 bytes|longer than 317)/;
      match(await refusal(cluster, "vmnetcfg longest", longer), words);
      const dns = { ipv4Config: { dns: ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"] } };
      match(await refusal(cluster, "ippool net-48", dns), /must have at most 3 items/);
      const ntp = { ipv4Config: { ntp: ["a", "b", "c", "d", "e"] } };
      match(await refusal(cluster, "ippool net-48", ntp), /must have at most 4 items/);
    },
  );

  await t.step("a status that says neither Allocated nor Pending is refused", async () => {
    const bad = { status: { networkConfigs: [{ ...NIC, state: "Failed" }] } };
    const args = [
      "patch",
      "vmnetcfg",
      "test-vm",
      "--subresource=status",
      "--type=merge",
      "-p",
      JSON.stringify(bad),
    ];
    match((await tryKubectl(cluster, args)).stderr, /supported values: "Allocated", "Pending"/);
  });

  await t.step("the record of a pool is one field to managedFields", async () => {
    const pool: IPPool = { ...NET_48, metadata: { name: "big", namespace: "default" } };
    const allocated = Object.fromEntries(
      Array.from(
        { length: 250 },
        (
          _,
          i,
        ) => [`192.168.48.${i + 1}`, `02:00:00:00:00:${(i + 1).toString(16).padStart(2, "0")}`],
      ),
    );
    const told = { hostName: "test-vm", options: { mtu: 1450, router: "" } };
    const clients = Object.fromEntries(Object.values(allocated).map((mac) => [mac, told]));
    const ipv4 = { allocated, clients, used: 250, available: 0 };
    await keep(cluster, { ...pool, status: { ipv4 } } as unknown as JsonObject);
    const args = ["get", "ippool", "big", "-o", "json", "--show-managed-fields"];
    const { metadata } = JSON.parse(await kubectl(cluster, args));
    const size = JSON.stringify(metadata.managedFields).length;
    strictEqual(size < 1500, true, `managedFields take ${size} characters`);
  });
});
