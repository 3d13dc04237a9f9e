/**
 * Every file below `deploy/` that is generated: one manifest with everything, the kustomize base, the Helm chart, Harvester's
 * Addon. The CRDs beside them are made by `tools/crds.ts`.
 *
 * @module
 */
import { crdFiles } from "../tools/crd_files.ts";
import { helmChart } from "./helm.ts";
import { monitorPart, namespacePart, renderParts } from "./render.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import { yamlText } from "./yaml_text.ts";

const HEAD = "# Made by `deno task render`. Do not edit.\n";

/** The files: path below `deploy/` -> text. `version` is the release's. */
export function deployFiles(version: string): Map<string, string> {
  const files = new Map<string, string>();
  const parts = [namespacePart(DEFAULT_SETTINGS), ...renderParts(DEFAULT_SETTINGS)];
  const crds = [...crdFiles()];

  const everything = [
    ...crds.map(([, text]) => text),
    ...parts.map(({ objects }) => yamlText(objects)),
  ];
  files.set("manifests/vm-dhcp.yaml", HEAD + everything.join("---\n"));
  files.set("manifests/monitors.yaml", HEAD + yamlText(monitorPart(DEFAULT_SETTINGS).objects));

  for (const [name, text] of crds) {
    files.set(`kustomize/crd-${name}`, text);
    files.set(`helm/vm-dhcp/crds/${name}`, text);
  }
  for (const { name, objects } of parts) {
    files.set(`kustomize/${name}.yaml`, HEAD + yamlText(objects));
  }
  files.set("kustomize/kustomization.yaml", HEAD + yamlText([kustomization(crds, parts)]));

  for (const [name, text] of Object.entries(helmChart(version))) {
    files.set(`helm/vm-dhcp/${name}`, text);
  }
  files.set("harvester/addon.yaml", HEAD + yamlText([harvesterAddon(version)]));
  return files;
}

function kustomization(
  crds: readonly (readonly [string, string])[],
  parts: readonly { readonly name: string }[],
): unknown {
  const image = DEFAULT_SETTINGS.image;
  const [name = "", tag = ""] = image.split(/:(?=[^:/]+$)/);
  return {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [
      ...crds.map(([file]) => `crd-${file}`),
      ...parts.map((part) => `${part.name}.yaml`),
    ],
    images: [{ name, newName: name, newTag: tag }],
  };
}

/** Harvester installs the chart from a repository that serves it within the cluster, and shows a switch for it. */
function harvesterAddon(version: string): unknown {
  const { namespace: _, ...values } = DEFAULT_SETTINGS;
  return {
    apiVersion: "harvesterhci.io/v1beta1",
    kind: "Addon",
    metadata: {
      name: "vm-dhcp",
      namespace: "harvester-system",
      labels: { "addon.harvesterhci.io/experimental": "true" },
    },
    spec: {
      enabled: false,
      repo: "http://harvester-cluster-repo.cattle-system.svc/charts",
      chart: "vm-dhcp",
      version,
      valuesContent: yamlText([{
        ...values,
        webhook: { ...values.webhook, serviceCidr: "10.53.0.0/16" },
      }]),
    },
  };
}
