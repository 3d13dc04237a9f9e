import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { DEFAULT_SETTINGS } from "../../deploy/settings.ts";
import { findGoProgram, mustRun, runCommand, startRealCluster } from "../real/mod.ts";
import { kubectl } from "./deployed.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const CHART = `${ROOT}deploy/helm/vm-dhcp`;
const HELM = { path: "helm.sh/helm/v3/cmd/helm", version: "v3.19.4" };
const KUBERNETES = "--kube-version=v1.36.0";

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** Everything but what only `kubectl apply` and `helm install` need: `kind namespace/name`, sorted. */
function namesIn(yaml: string): readonly string[] {
  return objectsIn(yaml)
    .filter(({ kind }) => kind !== "Namespace" && kind !== "CustomResourceDefinition")
    .map(({ kind, metadata: { namespace = "", name } }) => `${kind} ${namespace}/${name}`).sort();
}

function objectsIn(yaml: string): readonly Rendered[] {
  return parseAllDocuments(yaml).map((document) => {
    deepStrictEqual("errors" in document ? document.errors : [], []);
    return document.toJS() as Rendered | null;
  }).filter((object) => object !== null);
}

Deno.test("a real kube-apiserver accepts everything that is generated", async (t) => {
  await using cluster = await startRealCluster({ crds: false });
  await kubectl(cluster, ["create", "namespace", DEFAULT_SETTINGS.namespace]);
  const manifest = await Deno.readTextFile(`${ROOT}deploy/manifests/vm-dhcp.yaml`);
  const names = namesIn(manifest);
  const dryRun = ["apply", "--server-side", "--dry-run=server", "-f", "-"];

  /** Asks the server about the objects, each of which must be accepted. */
  const accepted = async (yaml: string, ...args: readonly string[]): Promise<void> => {
    const said = await kubectl(cluster, [...dryRun, ...args], yaml);
    const lines = said.trimEnd().split("\n");
    strictEqual(lines.length, objectsIn(yaml).length, said);
    for (const line of lines) ok(line.endsWith("serverside-applied (server dry run)"), line);
  };

  await t.step("the manifest with everything", async () => {
    // The namespace was made by somebody else.
    await accepted(manifest, "--force-conflicts");
    const clientSide = await kubectl(cluster, ["apply", "--dry-run=server", "-f", "-"], manifest);
    match(clientSide, /^deployment\.apps\/vm-dhcp-controller created \(server dry run\)$/m);
  });

  await t.step("the kustomize base, with the same objects", async () => {
    const built = await kubectl(cluster, ["kustomize", `${ROOT}deploy/kustomize`]);
    deepStrictEqual(namesIn(built), names);
    await accepted(built, "--force-conflicts");
  });

  const helm = await findGoProgram(HELM);
  const template = (...args: readonly string[]) =>
    runCommand(helm, ["template", "any-name", CHART, "--namespace=vm-dhcp", KUBERNETES, ...args]);

  await t.step("the Helm chart, with the same objects", async () => {
    const { code, stdout, stderr } = await template();
    strictEqual(code, 0, stderr);
    deepStrictEqual(namesIn(stdout), names);
    await accepted(stdout);
  });

  await t.step("the Helm chart with every setting changed", async () => {
    await mustRun(helm, ["lint", "--strict", CHART]);
    const file = `${cluster.folder}/values.yaml`;
    await Deno.writeTextFile(file, JSON.stringify(OTHER_VALUES));
    const { code, stdout, stderr } = await template(`--values=${file}`, "--set=monitor=false");
    strictEqual(code, 0, stderr);
    await accepted(stdout);
    const agent = objectsIn(stdout).find(({ kind, metadata }) =>
      kind === "Deployment" && metadata.name === "vm-dhcp-agent"
    ) as unknown as { spec: { template: { spec: Record<string, unknown> } } };
    const { nodeSelector, tolerations, imagePullSecrets } = agent.spec.template.spec;
    deepStrictEqual({ nodeSelector, tolerations, imagePullSecrets }, {
      nodeSelector: OTHER_VALUES.agent.nodeSelector,
      tolerations: OTHER_VALUES.agent.tolerations,
      imagePullSecrets: OTHER_VALUES.imagePullSecrets,
    });
    match(stdout, /image: "?registry\.example\/vm-dhcp@sha256:/);
    match(stdout, /--pools-per-agent=7/);
    const monitored = await template("--set=monitor=true");
    match(monitored.stdout, /^kind: PodMonitor$/m);
  });

  const refused: Readonly<Record<string, readonly [string, RegExp]>> = {
    "text for a number": ["controller.replicas=many", /controller.*replicas|replicas.*integer/s],
    "too many replicas": ["agent.replicas=99", /replicas/],
    "a word that is none of the choice": ["agent.antiAffinity=never", /antiAffinity/],
    "a setting that is not known": ["agent.colour=red", /colour/],
  };
  for (const [name, [value, problem]] of Object.entries(refused)) {
    await t.step(`the chart's schema refuses ${name}`, async () => {
      const { code, stderr } = await template(`--set=${value}`);
      strictEqual(code, 1);
      match(stderr, problem);
    });
  }
});

const RESOURCES = { requests: { cpu: "1" }, limits: { cpu: "2", memory: "1Gi" } };
const OTHER_VALUES = {
  image: `registry.example/vm-dhcp@sha256:${"0".repeat(64)}`,
  imagePullPolicy: "Always",
  imagePullSecrets: [{ name: "registry" }],
  controller: { replicas: 3, resources: RESOURCES, nodeSelector: { a: "b" } },
  webhook: { serviceCidr: "10.53.0.0/16", priorityClassName: "" },
  agent: {
    replicas: 1,
    antiAffinity: "required",
    poolsPerAgent: 7,
    nodeSelector: { "kubernetes.io/os": "linux" },
    tolerations: [{ key: "dedicated", operator: "Equal", value: "net", effect: "NoExecute" }],
  },
};
