/**
 * Objects for the cases.
 *
 * @module
 */
import type { JsonValue } from "../../kube/rest_client.ts";
import type { JsonObject } from "../../standalone/api/json.ts";

/** An IPPool as an administrator writes it. */
export function pool(
  name: string,
  more: { metadata?: JsonObject; spec?: JsonObject } = {},
): JsonObject {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "IPPool",
    metadata: { name, ...more.metadata },
    spec: {
      networkName: "default/net-48",
      ipv4Config: { cidr: "192.168.48.0/24", serverIP: "192.168.48.77", dns: ["1.1.1.1"] },
      ...more.spec,
    },
  };
}

/** A VirtualMachineNetworkConfig with one NIC. */
export function vmnetcfg(
  name: string,
  more: { metadata?: JsonObject; spec?: JsonObject } = {},
): JsonObject {
  return {
    apiVersion: "network.harvesterhci.io/v1alpha1",
    kind: "VirtualMachineNetworkConfig",
    metadata: { name, ...more.metadata },
    spec: {
      vmName: name,
      networkConfig: [{ networkName: "default/net-48", macAddress: "ca:70:82:e6:84:6e" }],
      ...more.spec,
    },
  };
}

/** A VirtualMachine. */
export function machine(name: string, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "kubevirt.io/v1",
    kind: "VirtualMachine",
    metadata: { name, ...metadata },
    spec: { runStrategy: "Always", template: { spec: { domain: {} } } },
  };
}

/** A Lease. */
export function lease(name: string, spec: JsonObject = {}, metadata: JsonObject = {}): JsonObject {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { name, ...metadata },
    spec: { holderIdentity: "me", ...spec },
  };
}

/** An Event about an IPPool. */
export function eventAbout(namespace: string, name: string): JsonObject {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${name}.1` },
    involvedObject: {
      apiVersion: "network.harvesterhci.io/v1alpha1",
      kind: "IPPool",
      namespace,
      name,
    },
    reason: "Exhausted",
    message: "No address is free",
    type: "Warning",
    source: { component: "vm-dhcp" },
    firstTimestamp: "2024-02-15T13:17:21Z",
    lastTimestamp: "2024-02-15T13:17:21Z",
    count: 1,
  };
}

/** A reference to an owner. */
export function ownerOf(object: JsonObject, more: JsonObject = {}): JsonObject {
  const metadata = object.metadata as JsonObject;
  return {
    apiVersion: object.apiVersion as JsonValue,
    kind: object.kind as JsonValue,
    name: metadata.name as JsonValue,
    uid: metadata.uid as JsonValue,
    ...more,
  };
}

/** An object's metadata. */
export function meta(
  object: JsonObject,
): Record<string, JsonValue> & { uid: string; resourceVersion: string } {
  return object.metadata as Record<string, JsonValue> & { uid: string; resourceVersion: string };
}
