/**
 * How objects are named to people. Objects that are judged may have no name yet.
 *
 * @module
 */
import type { KubeObject, VirtualMachineNetworkConfig } from "../../core/api/types.ts";

/** `namespace/name` of an object. */
export function nameOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
}

/** `VM namespace/name` of a VirtualMachineNetworkConfig. */
export function vmOf({ metadata, spec }: VirtualMachineNetworkConfig): string {
  return `VM ${metadata.namespace ?? ""}/${spec.vmName}`;
}

/** The first few names of a list, and how many more there are. */
export function listNames(names: readonly string[], most = 5): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(", ")} and ${more} more` : names.join(", ");
}

/** What is said of a network that may come with the next object of the same manifest. Only the controller judges it then. */
export function noNetworkYet(network: string, problem: string | undefined): string {
  return `there is no NetworkAttachmentDefinition ${network} yet${
    problem === undefined ? "" : "; as it stands, this namespace may not use it"
  }`;
}
