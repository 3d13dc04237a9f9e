import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { parse } from "yaml";
import { DEFAULT_SETTINGS, type DeploySettings } from "../../deploy/settings.ts";
import { mustRun, startRealCluster } from "../real/mod.ts";
import {
  chartObjects,
  comparable,
  helmTemplate,
  objectsIn,
  objectsOf,
  type Rendered,
  ROOT,
} from "./chart.ts";
import { VALUE_SETS, valuesOf } from "./chart_values.ts";
import { kubectl } from "./deployed.ts";

/** Everything but what only `kubectl apply` and `helm install` need. */
function withoutFrame(objects: readonly Rendered[]): readonly Rendered[] {
  return objects.filter(({ kind }) => kind !== "Namespace" && kind !== "CustomResourceDefinition");
}

/** Namespaces that a cluster-wide object was given by kustomize, which does not know its kind. */
function asServed(objects: readonly Rendered[]): readonly Rendered[] {
  return objects.map((object) => {
    if (!object.kind.startsWith("ValidatingAdmissionPolicy")) return object;
    const { namespace: _, ...metadata } = object.metadata;
    return { ...object, metadata };
  });
}

/** Example of an overlay -> the settings that it stands for. */
const OVERLAYS: Readonly<Record<string, DeploySettings>> = {
  "other-namespace": {
    ...DEFAULT_SETTINGS,
    namespace: "dhcp-system",
    lockNamespace: "dhcp-system",
    image: "registry.example.com/vm-dhcp:0.2.0",
  },
};

Deno.test("a real kube-apiserver accepts everything that is generated", async (t) => {
  await using cluster = await startRealCluster({ crds: false });
  for (const namespace of [DEFAULT_SETTINGS.namespace, "dhcp-system", "locks"]) {
    await kubectl(cluster, ["create", "namespace", namespace]);
  }
  const manifest = await Deno.readTextFile(`${ROOT}deploy/manifests/vm-dhcp.yaml`);
  const dryRun = ["apply", "--server-side", "--dry-run=server", "--force-conflicts", "-f", "-"];
  /** Kinds that only other products bring. */
  const foreign = /^(cert-manager\.io|monitoring\.coreos\.com|security\.openshift\.io)\//;

  /** Asks the server about the objects, each of which must be accepted. */
  const accepted = async (objects: readonly Rendered[]): Promise<void> => {
    const known = objects.filter((object) =>
      !foreign.test((object as unknown as { apiVersion: string }).apiVersion)
    );
    const text = known.map((object) => JSON.stringify(object)).join("\n---\n");
    const said = await kubectl(cluster, dryRun, text);
    const lines = said.trimEnd().split("\n");
    strictEqual(lines.length, known.length, said);
    for (const line of lines) ok(line.endsWith("serverside-applied (server dry run)"), line);
  };

  await t.step("the manifest with everything", async () => {
    // The namespace was made by somebody else.
    await accepted(objectsIn(manifest));
    const clientSide = await kubectl(cluster, ["apply", "--dry-run=server", "-f", "-"], manifest);
    match(clientSide, /^deployment\.apps\/vm-dhcp-controller created \(server dry run\)$/m);
  });

  await t.step("the kustomize bases, with the same objects", async () => {
    const crds = await Deno.readTextFile(`${ROOT}deploy/manifests/crds.yaml`);
    for (const [folder, same] of [["kustomize", manifest], ["kustomize/crds", crds]] as const) {
      const built = objectsIn(await kubectl(cluster, ["kustomize", `${ROOT}deploy/${folder}`]));
      deepStrictEqual(comparable(built), comparable(objectsIn(same)));
      await accepted(built);
    }
  });

  await t.step("I12: what takes the rest away takes no CRD along", () => {
    const kinds = objectsIn(manifest).map(({ kind }) => kind);
    deepStrictEqual(kinds.filter((kind) => kind === "CustomResourceDefinition"), []);
  });

  for await (const { name } of Deno.readDir(`${ROOT}examples/kustomize`)) {
    await t.step(`I2: the kustomize overlay ${name}`, async () => {
      const built = objectsIn(
        await kubectl(cluster, ["kustomize", `${ROOT}examples/kustomize/${name}`]),
      );
      await accepted(built);
      const settings = OVERLAYS[name];
      if (settings === undefined) return;
      deepStrictEqual(
        comparable(asServed(withoutFrame(built))),
        comparable(objectsOf(settings)),
      );
    });
  }

  await t.step("I2: an overlay with patches", async () => {
    const built = objectsIn(
      await kubectl(cluster, ["kustomize", `${ROOT}examples/kustomize/one-replica`]),
    );
    const controller = built.find(({ kind, metadata }) =>
      kind === "Deployment" && metadata.name === "vm-dhcp-controller"
    ) as unknown as {
      spec: {
        replicas: number;
        template: { spec: { containers: [{ image: string; args: string[] }] } };
      };
    };
    const { replicas, template: { spec: { containers: [{ image, args }] } } } = controller.spec;
    strictEqual(replicas, 1);
    match(image, /^registry\.example\.com\/vm-dhcp@sha256:0{64}$/);
    deepStrictEqual(args.slice(-2), ["--debug", "--agent-replicas=1"]);
  });

  await t.step("the Helm chart", async () => await accepted(await chartObjects({})));
  for (const [name, rows] of Object.entries(VALUE_SETS)) {
    await t.step(`the Helm chart with other values: ${name}`, async () => {
      // What is a number in the values stays one; claims need what the pod declares.
      const values = valuesOf(rows.filter(({ value }) => !value.endsWith(".claims")));
      await accepted(await chartObjects(values));
    });
  }

  await t.step("the Helm chart of a cluster before Kubernetes 1.30", async () => {
    const { stdout } = await helmTemplate({}, ["--kube-version=v1.29.9"]);
    ok(!stdout.includes("ValidatingAdmissionPolicy"));
    match(stdout, /^kind: NetworkPolicy$/m);
  });
});

Deno.test("I3: Harvester's Addon is rendered for any repository, and its values are the chart's", async () => {
  const printed = await mustRun(Deno.execPath(), [
    ...["task", "--quiet", "render", "--chart-repository=https://charts.example.org/vm"],
    ...["--chart-version=1.2.3", "--image=registry.example.org/vm-dhcp:1.2.3"],
  ], { cwd: ROOT });
  const addon = parse(printed);
  // The Go version's, so that applying it upgrades that one in place.
  deepStrictEqual([addon.metadata.name, addon.metadata.namespace], [
    "harvester-vm-dhcp-controller",
    "harvester-system",
  ]);
  const { repo, chart, version, valuesContent } = addon.spec;
  deepStrictEqual({ repo, chart, version }, {
    repo: "https://charts.example.org/vm",
    chart: "vm-dhcp",
    version: "1.2.3",
  });
  const release = ["--namespace=harvester-system", "--kube-version=v1.30.0"];
  const { code, stdout, stderr } = await helmTemplate(parse(valuesContent), release);
  strictEqual(code, 0, stderr);
  match(stdout, /image: "registry\.example\.org\/vm-dhcp:1\.2\.3"/);
  match(stdout, /--service-cidr=10\.53\.0\.0\/16/);
  match(stdout, /"system:serviceaccount:harvester-system:vm-dhcp-controller"/);
  ok(!stdout.includes("serviceaccount:vm-dhcp:"));
});
