/**
 * The manifests of the pages: a real kube-apiserver takes them with every field known, and the webhook lets them pass.
 *
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import type { IPPool, KubeObject } from "../../core/api/mod.ts";
import { validate } from "../../webhook/judge/judge.ts";
import { viewOfObjects } from "../../webhook/cluster/cluster_view.ts";
import { runCommand, startRealCluster } from "../real/mod.ts";
import { type Block, blocksOfPages, placeOf, ROOT } from "./blocks.ts";

/** Kinds that a cluster with vm-dhcp, KubeVirt, Multus and external-dns has. */
const KINDS =
  /^(IPPool|VirtualMachineNetworkConfig|VirtualMachine|NetworkAttachmentDefinition|DNSEndpoint|ClusterRole|Role|RoleBinding|ClusterRoleBinding|Namespace|ResourceQuota|NetworkPolicy)$/;

interface Manifest {
  readonly place: string;
  readonly object: KubeObject;
}

/** Whole objects in blocks of YAML. A block that shows a part of one has no `kind`. */
function manifestsIn(block: Block): readonly Manifest[] {
  return parseAllDocuments(block.text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`${placeOf(block)}: ${document.errors[0]}`);
    const object = document.toJS();
    return KINDS.test(object?.kind ?? "") ? [{ place: placeOf(block), object }] : [];
  });
}

const blocks = await blocksOfPages();
const yaml = blocks.filter(({ language }) => language === "yaml");
const manifests = yaml.flatMap(manifestsIn);

Deno.test("every block of YAML in the pages can be read, and there are manifests among them", () => {
  ok(manifests.length > 8, `${manifests.length} manifests found`);
});

Deno.test("the webhook lets every manifest of the pages pass", async () => {
  const refused: string[] = [];
  for (const { place, object } of manifests) {
    if (!/^(IPPool|VirtualMachineNetworkConfig)$/.test(object.kind)) continue;
    const names = networksOf(object);
    const networks = names.map((name) => {
      const [namespace = "", network = ""] = name.split("/");
      return {
        apiVersion: "k8s.cni.cncf.io/v1",
        kind: "NetworkAttachmentDefinition",
        metadata: { namespace, name: network },
        spec: { config: '{"cniVersion": "0.3.1", "type": "bridge", "bridge": "br0", "ipam": {}}' },
      };
    });
    const pools = object.kind === "IPPool" ? [] : names.map(poolOf);
    const decision = await validate({
      uid: "1",
      operation: "CREATE",
      kind: { group: "network.harvesterhci.io", version: "v1alpha1", kind: object.kind },
      subResource: "",
      namespace: object.metadata.namespace ?? "default",
      name: object.metadata.name ?? "",
      username: "somebody",
      object,
      oldObject: undefined,
    }, {
      cluster: viewOfObjects({ networks, pools, configs: [] }),
      serviceCidrs: [],
      tenancy: "shared",
      ownAddresses: [],
      trusted: new Set(),
    });
    if (!decision.allowed) refused.push(`${place}: ${JSON.stringify(decision)}`);
  }
  deepStrictEqual(refused, []);
});

/** The networks that an object names. */
function networksOf({ spec, metadata }: KubeObject & { readonly spec?: unknown }): string[] {
  const names = [...JSON.stringify(spec).matchAll(/"networkName":"([^"]+)"/g)];
  return names.map(([, name = ""]) =>
    name.includes("/") ? name : `${metadata.namespace ?? "default"}/${name}`
  );
}

/** The pool of a network, as far as a page that shows a NIC means one. */
function poolOf(network: string): IPPool {
  const [namespace = "", name = ""] = network.split("/");
  const [third = "48"] = /\d+/.exec(name) ?? ["100"];
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { namespace, name },
    spec: { networkName: network, ipv4Config: { cidr: `192.168.${third}.0/24` } },
  };
}

Deno.test("a real kube-apiserver with the CRDs takes every manifest of the pages, and knows every field", async () => {
  await using cluster = await startRealCluster();
  const { kubectl } = cluster.programs;
  const env = { KUBECONFIG: cluster.kubeconfig, HOME: "/nonexistent", PATH: "/usr/bin:/bin" };
  const crd = `${ROOT}/tests/docs/external_dns_0.23.0_dnsendpoints.yaml`;
  const installed = await runCommand(kubectl, ["apply", "-f", crd], { env });
  deepStrictEqual(installed.code, 0, installed.stderr);
  await runCommand(kubectl, ["wait", "--for=condition=Established", "crd", "--all"], { env });
  const refused: string[] = [];
  for (const { place, object } of manifests) {
    const args = ["create", "--dry-run=server", "--validate=strict", "-f", "-"];
    const { code, stderr } = await runCommand(kubectl, args, {
      env,
      stdin: JSON.stringify(object),
    });
    // A page may show objects of a namespace that its reader has.
    const isOfNamespace = /namespaces "[^"]+" not found/.test(stderr);
    if (code !== 0 && !isOfNamespace) refused.push(`${place}: ${stderr.trim()}`);
  }
  deepStrictEqual(refused, []);
});
