/**
 * Harvester's Addon: the switch with which Harvester installs the chart.
 *
 * @module
 */
import { yamlText } from "./yaml_text.ts";

/** Where the chart and the image are. */
interface AddonOptions {
  /** URL of the chart's repository. */
  readonly repository: string;
  /** Version of the chart there. */
  readonly version: string;
  /** Full reference of the image; unset: the chart's. */
  readonly image?: string;
}

/** Harvester's range of Services. */
const SERVICE_CIDR = "10.53.0.0/16";

/**
 * The Addon, with the name that the Go version's has: applied over that one, Harvester upgrades its release to this chart. It names
 * only values that differ from the chart's.
 */
export function harvesterAddon({ repository, version, image }: AddonOptions): unknown {
  const values = {
    ...(image === undefined ? {} : { image }),
    webhook: { serviceCidr: SERVICE_CIDR },
  };
  return {
    apiVersion: "harvesterhci.io/v1beta1",
    kind: "Addon",
    metadata: {
      name: "harvester-vm-dhcp-controller",
      namespace: "harvester-system",
      labels: { "addon.harvesterhci.io/experimental": "true" },
    },
    spec: {
      enabled: false,
      repo: repository,
      chart: "vm-dhcp",
      version,
      valuesContent: yamlText([values]),
    },
  };
}
