import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import {
  getCondition,
  type IPPool,
  nadConfigOf,
  type VirtualMachineNetworkConfig,
} from "../../core/api/mod.ts";
import { DEFAULT_SERVER_IP_ANNOTATION } from "../../core/api/names.ts";
import {
  createKubeClient,
  IPPOOLS,
  NAMESPACES,
  NETWORK_ATTACHMENT_DEFINITIONS,
  VIRTUAL_MACHINES,
  VMNETCFGS,
} from "../../kube/mod.ts";
import type { JsonObject } from "../../standalone/api/json.ts";
import { EmbeddedApi } from "../../standalone/api/mod.ts";
import { parseManifestFile } from "../../standalone/manifests/parse_manifests.ts";
import { KUBECTL_SCALARS } from "../../standalone/manifests/testing/kubectl_scalars.ts";
import { mac, nad, pool, reservation, vm } from "../controller/objects.ts";
import { GO_CRDS } from "../deploy/go_crds.ts";
import { until } from "../network/wait.ts";
import { OWN_CRDS } from "../real/crds.ts";
import { kubeconfigText } from "../real/kubeconfig.ts";
import { type RealCluster, startRealCluster } from "../real/mod.ts";
import { EMPTY_FORMS, keptOf, manifestOf } from "./empty_forms.ts";
import { Scene } from "./scene.ts";

const OWN = "apiVersion: network.harvesterhci.io/v1alpha1";

/** A network with its pool and a reservation, as one manifest may bring them in any order. */
function parts(name: string, octet: number): Readonly<Record<string, string>> {
  const config =
    `'{"cniVersion":"0.3.1","type":"bridge","bridge":"br${octet}","vlan":null,"ipam":{}}'`;
  return {
    network: `apiVersion: k8s.cni.cncf.io/v1
kind: NetworkAttachmentDefinition
metadata: {name: ${name}, namespace: default}
spec: {config: ${config}}
`,
    pool: `${OWN}
kind: IPPool
metadata: {name: ${name}, namespace: default}
spec:
  networkName: default/${name}
  ipv4Config: {cidr: 192.168.${octet}.0/24, router: 192.168.${octet}.1, leaseTime: 300}
`,
    reservation: `${OWN}
kind: VirtualMachineNetworkConfig
metadata: {name: ${name}, namespace: default}
spec:
  vmName: ${name}
  networkConfig: [{networkName: default/${name}, macAddress: "52:54:00:75:00:01", ipAddress: ""}]
`,
  };
}

/** `kubectl apply` of a text. */
async function apply(
  cluster: RealCluster,
  text: string,
  flags: readonly string[] = [],
): Promise<string> {
  const args = ["apply", "--filename=-", ...flags];
  const { code, stderr } = await cluster.kubectl(args, { stdin: text });
  strictEqual(code, 0, `${stderr}\n${text}`);
  return stderr;
}

/** Puts CustomResourceDefinitions in place of those that are there, as `kubectl replace` does. */
async function replaceCrds(cluster: RealCluster, crds: readonly JsonObject[]): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items: crds };
  const { code, stderr } = await cluster.kubectl(["replace", "--filename=-"], {
    stdin: JSON.stringify(list),
  });
  strictEqual(code, 0, stderr);
}

/** The embedded API as the standalone server has it, over HTTP. */
class StandaloneDoor implements AsyncDisposable {
  readonly api = new EmbeddedApi({ emptyIsLeftOut: true });
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => this.api.fetch(request),
  );

  async kubeconfig(folder: string): Promise<string> {
    const file = `${folder}/standalone.kubeconfig`;
    const server = `http://127.0.0.1:${this.#server.addr.port}`;
    const text = kubeconfigText({ server, user: "nobody", namespace: "default" });
    await Deno.writeTextFile(file, text);
    return file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
    this.api.close();
  }
}

Deno.test("every door, every order: a real kube-apiserver with the webhook, and the standalone API", async (t) => {
  await using cluster = await startRealCluster({ controllerManager: true });
  const scene = new Scene(cluster);
  const { real } = scene;
  await scene.deploy();
  await using _webhook = await scene.startWebhook();
  await replaceCrds(cluster, GO_CRDS);
  await using controller = await scene.startController();

  await t.step(
    "S6: under the Go version's CRDs the controller says what they lack, and works again by itself",
    async () => {
      const key = "default/old";
      await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(key));
      await real.create(
        IPPOOLS,
        pool(key, { cidr: "192.168.99.0/24", serverIP: "192.168.99.1", pool: {} }),
      );
      await real.create(VIRTUAL_MACHINES, vm(key, [{ network: key, mac: mac(7) }]));
      const config = await real.config(
        key,
        ({ status }) => status?.networkConfigs?.[0]?.state === "Allocated",
      );
      strictEqual(config.spec.networkConfig, undefined);
      const reasonIs = (reason: string) => ({ status }: IPPool) =>
        getCondition(status?.conditions, "CacheReady")?.reason === reason;
      await real.pool(key, reasonIs("OutdatedSchema"));
      const lines = controller.log.split("\n").filter((line) =>
        line.includes("of another release")
      );
      strictEqual(lines.length, 1, controller.log);
      const { missing } = JSON.parse(lines[0] ?? "");
      deepStrictEqual(Object.keys(missing), ["IPPool", "VirtualMachineNetworkConfig"]);
      deepStrictEqual(missing.IPPool.slice(-4), [
        "status.ipv4.released",
        "status.ipv4.conflicts",
        "status.ipv4.ntpServers",
        "status.ipv4.clients",
      ]);
      await replaceCrds(cluster, OWN_CRDS);
      await until(async () => reasonIs("Planned")(await real.pool(key)), {
        what: "the condition says no more that a field is missing",
        timeoutMs: 90_000,
      });
      match(controller.log, /The CustomResourceDefinitions keep every field again/);
    },
  );

  await t.step(
    "S7: network, pool and reservation in any order, each with a warning where it comes early",
    async () => {
      const orders = [
        ["pool", "network", "reservation"],
        ["reservation", "pool", "network"],
        ["network", "reservation", "pool"],
      ];
      for (const [index, order] of orders.entries()) {
        const name = `order-${index}`;
        const found = parts(name, 70 + index);
        const text = order.map((part) => found[part]).join("---\n");
        // A dry run of the server keeps nothing, so that nothing of it is ever there yet.
        const dry = await apply(cluster, text, ["--dry-run=server"]);
        strictEqual(
          dry.includes(`there is no NetworkAttachmentDefinition default/${name} yet`),
          true,
        );
        const said = await apply(cluster, text);
        strictEqual(said.includes("Warning: "), true, said);
        await real.config(
          `default/${name}`,
          ({ status }) => status?.networkConfig?.[0]?.state === "Allocated",
        );
        const nads = await real.get(NETWORK_ATTACHMENT_DEFINITIONS, `default/${name}`);
        const read = nads && nadConfigOf(nads);
        deepStrictEqual(read?.ok && read.value, { type: "bridge", bridge: `br${70 + index}` });
      }
      const bad = parts("bad", 80).pool?.replace("192.168.80.0/24", "192.168.80.0/33") ?? "";
      const { code, stderr } = await cluster.kubectl(["apply", "--filename=-"], { stdin: bad });
      strictEqual(code, 1);
      match(
        stderr,
        /spec\.ipv4Config\.cidr: Invalid value: "192\.168\.80\.0\/33": must be an IPv4 subnet/,
      );
    },
  );

  await t.step(
    "S10: what is null or empty is left out at every door, at the first write and at the next",
    async () => {
      await using door = new StandaloneDoor();
      const kubeconfig = await door.kubeconfig(cluster.folder);
      const standalone = createKubeClient(door.api.rest()).of(IPPOOLS);
      const names = EMPTY_FORMS.map((_, index) => `form-${index}`);
      const text = EMPTY_FORMS.map((form, index) => manifestOf(form, names[index] ?? "")).join(
        "---\n",
      );
      const { manifests, problems } = parseManifestFile({ path: "forms.yaml", text });
      deepStrictEqual(problems, []);
      const found: Record<string, IPPool[]> = {
        manifest: manifests.map(({ object }) => object as IPPool),
      };
      for (const round of ["first", "second"]) {
        await apply(cluster, text);
        found[`kube-apiserver, ${round}`] = await Promise.all(
          names.map((name) => real.pool(`default/${name}`)),
        );
        const { code, stderr } = await cluster.kubectl(["apply", "--filename=-"], {
          stdin: text,
          kubeconfig,
        });
        strictEqual(code, 0, stderr);
        found[`standalone, ${round}`] = await Promise.all(
          names.map(async (name) => await standalone.get({ namespace: "default", name }) as IPPool),
        );
      }
      for (const [which, pools] of Object.entries(found)) {
        deepStrictEqual(
          pools.map(({ spec }, index) => {
            const form = EMPTY_FORMS[index];
            return form && [form.name, keptOf(spec.ipv4Config, form)];
          }),
          EMPTY_FORMS.map(({ name, kept }) => [name, kept]),
          which,
        );
      }
    },
  );

  await t.step(
    "what clients are told passes the webhook as it is, and a bad word is named",
    async () => {
      const text = await Deno.readTextFile(
        new URL("../../examples/network-boot.yaml", import.meta.url),
      );
      await apply(cluster, text);
      const { manifests } = parseManifestFile({ path: "network-boot.yaml", text });
      const [, asked, reserved] = manifests.map(({ object }) => object) as [
        unknown,
        IPPool,
        VirtualMachineNetworkConfig,
      ];
      deepStrictEqual((await real.pool("default/net-60")).spec, asked.spec);
      const { spec } = await real.config("default/build-1", () => true);
      deepStrictEqual(spec, reserved.spec);
      const { stderr } = await cluster.kubectl(["apply", "--filename=-"], {
        stdin: text.replace("mtu: 1450\n", "mtu: 67\n").replace("bootFiles: []", "mtu: 9"),
      });
      match(stderr, /spec\.ipv4Config\.mtu: Invalid value: 67: must be from 68 to 65535 octets/);
      match(stderr, /spec\.networkConfig\[0\]\.options\.mtu: Invalid value: 9: must be from 68/);
    },
  );

  await t.step("S10: kubectl reads plain scalars as manifest files are read", async () => {
    const fields = KUBECTL_SCALARS.map(([form], index) => `  f${index}: ${form}\n`).join("");
    const stdin =
      `apiVersion: k8s.cni.cncf.io/v1\nkind: NetworkAttachmentDefinition\nmetadata: {name: a}\nspec:\n${fields}`;
    const args = ["create", "--dry-run=client", "--validate=false", "-o", "json", "-f", "-"];
    const { stdout, stderr } = await cluster.kubectl(args, { stdin });
    strictEqual(stderr, "");
    const { spec } = JSON.parse(stdout);
    deepStrictEqual(
      KUBECTL_SCALARS.map(([form], index) => [form, spec[`f${index}`]]),
      KUBECTL_SCALARS.map(([form, value]) => [form, value]),
    );
  });

  await t.step(
    "S11: a chosen server address gives way to the router, and stays over kubectl replace",
    async () => {
      const key = "default/chosen";
      const bare = (config: string) =>
        `${OWN}\nkind: IPPool\nmetadata: {name: chosen, namespace: default}\n` +
        `spec: {networkName: default/chosen, ipv4Config: {cidr: 192.168.90.0/24${config}}}\n`;
      const server = async () => {
        const { spec, metadata } = await real.pool(key);
        const { [DEFAULT_SERVER_IP_ANNOTATION]: chosen } = metadata.annotations ?? {};
        return [spec.ipv4Config.serverIP, chosen];
      };
      await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad(key));
      await apply(cluster, bare(""));
      deepStrictEqual(await server(), ["192.168.90.1", "192.168.90.1"]);
      await apply(cluster, bare(", router: 192.168.90.1"));
      deepStrictEqual(await server(), ["192.168.90.2", "192.168.90.2"]);
      const replaced = bare(", leaseTime: 600");
      const { code, stderr } = await cluster.kubectl(["replace", "--filename=-"], {
        stdin: replaced,
      });
      strictEqual(code, 0, stderr);
      deepStrictEqual(await server(), ["192.168.90.2", "192.168.90.2"]);
      await apply(cluster, bare(", serverIP: 192.168.90.7"));
      deepStrictEqual(await server(), ["192.168.90.7", undefined]);
      const refused = await cluster.kubectl(["apply", "--filename=-"], {
        stdin: bare(", serverIP: 192.168.90.7, router: 192.168.90.7"),
      });
      match(
        refused.stderr,
        /spec\.ipv4Config\.router: Invalid value: "192\.168\.90\.7": must not be the address of serverIP/,
      );
    },
  );

  await t.step("S12: a namespace that cannot end names the pool that keeps it", async () => {
    await real.create(NAMESPACES, { metadata: { name: "going" } });
    await real.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/kept"));
    await real.create(
      IPPOOLS,
      pool("going/kept", { cidr: "192.168.95.0/24", serverIP: "192.168.95.1", pool: {} }, {
        networkName: "default/kept",
      }),
    );
    const nic = { networkName: "default/kept", macAddress: mac(1) };
    await real.create(VMNETCFGS, reservation("default/keeper", [nic]));
    await real.delete(NAMESPACES, "going");
    await until(async () => {
      const { stdout } = await cluster.kubectl(["get", "namespace", "going", "-o", "json"]);
      const { status } = JSON.parse(stdout) as {
        readonly status: { readonly conditions?: readonly { readonly message: string }[] };
      };
      return status.conditions?.some(({ message }) =>
        message.includes('IPPool "kept" serves the network default/kept, which is in use by')
      ) === true;
    }, { what: "the namespace's condition names the pool", timeoutMs: 30_000 });
  });
});
