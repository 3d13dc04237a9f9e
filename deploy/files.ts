/**
 * Every file below `deploy/` that is generated: the manifests of CRDs and of everything else, the kustomize bases of both, what of the Helm chart is not
 * written by hand, Harvester's Addon. The CRDs beside them are made by `tools/crds.ts`.
 *
 * @module
 */
import { crdFiles } from "../tools/crd_files.ts";
import { harvesterAddon } from "./harvester_addon.ts";
import { dashboardConfigMap, dashboardFiles } from "./dashboards/dashboards.ts";
import { helmChart } from "./helm.ts";
import { kustomizeBase } from "./kustomize_base.ts";
import { ruleGroups } from "./monitoring/rules.ts";
import { openshiftObjects } from "./objects/openshift.ts";
import { monitorPart, namespacePart, renderParts } from "./render.ts";
import { DEFAULT_SETTINGS } from "./settings.ts";
import { yamlText } from "./yaml_text.ts";

const HEAD = "# Made by `deno task render`. Do not edit.\n";

const ADDON_HEAD = `${HEAD}# An example. The one for your chart repository and image is printed by
#   deno task render --chart-repository URL --chart-version VERSION --image IMAGE
`;

/** The files: path below `deploy/` -> text. `version` is the release's. */
export function deployFiles(version: string): Map<string, string> {
  const files = new Map<string, string>();
  const parts = [namespacePart(DEFAULT_SETTINGS), ...renderParts(DEFAULT_SETTINGS)];
  const crds = [...crdFiles()];

  files.set("manifests/crds.yaml", HEAD + crds.map(([, text]) => text).join("---\n"));
  const everything = parts.map(({ objects }) => yamlText(objects));
  files.set("manifests/vm-dhcp.yaml", HEAD + everything.join("---\n"));
  const openshift = openshiftObjects({ ...DEFAULT_SETTINGS, openshift: true });
  files.set("manifests/openshift.yaml", HEAD + yamlText(openshift));
  files.set("manifests/monitors.yaml", HEAD + yamlText(monitorPart(DEFAULT_SETTINGS).objects));

  files.set("manifests/alerts.yaml", HEAD + yamlText([ruleGroups()]));
  files.set("manifests/dashboards.yaml", HEAD + yamlText([dashboardConfigMap(DEFAULT_SETTINGS)]));
  for (const [name, text] of Object.entries(dashboardFiles())) {
    files.set(`manifests/dashboards/${name}`, text);
  }

  for (const [name, text] of kustomizeBase(crds, parts)) {
    files.set(`kustomize/${name}`, text.startsWith("#") ? text : HEAD + text);
  }

  for (const [name, text] of Object.entries(helmChart(version, crds))) {
    files.set(`helm/vm-dhcp/${name}`, text);
  }
  files.set(
    "harvester/addon.yaml",
    ADDON_HEAD + yamlText([harvesterAddon({ repository: "https://charts.example.com", version })]),
  );
  return files;
}
