/**
 * What Multus and its plugins make of a network, and what the kubelet says where they fail.
 *
 * @module
 */
import { multusConfigOf } from "../../../core/api/foreign/multus_config.ts";
import type { NetworkAttachmentDefinition } from "../../../core/api/types.ts";
import { EVENTS, type KubeEvent } from "../../../kube/mod.ts";
import { FAULTS } from "../../agents/rollout.ts";
import type { ApiServer } from "./cluster.ts";

/** A bridge that no node has. */
export const NO_BRIDGE = "nowhere";

/** What of a CNI configuration matters to the simulation. */
interface NetworkConfig {
  readonly bridge?: string;
  readonly vlan?: number;
}

/** The VLAN of a network. */
export function vlanOf(nad: NetworkAttachmentDefinition): number {
  return configOf(nad).vlan ?? 0;
}

/** Why no pod can be attached to a network, in the words of a real node; `undefined` where pods can. */
export function attachFault(
  key: string,
  nad: NetworkAttachmentDefinition | undefined,
): string | undefined {
  if (nad === undefined) return FAULTS.missing(key).sandbox;
  const { problem, cniName } = multusConfigOf(nad);
  if (problem !== undefined) return FAULTS.refused.sandbox;
  return configOf(nad).bridge === NO_BRIDGE
    ? FAULTS.plugin(cniName, "no such bridge").sandbox
    : undefined;
}

/** Says why a pod is not attached. */
export async function tellSandbox(
  { kube }: ApiServer,
  { namespace, name, uid, words, at }: {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly words: string;
    /** RFC 3339. */
    readonly at: string;
  },
): Promise<void> {
  const event = {
    apiVersion: "v1",
    kind: "Event",
    metadata: { namespace, name: `${name}.${at.replace(/\D/g, "")}` },
    involvedObject: { kind: "Pod", namespace, name, uid },
    reason: "FailedCreatePodSandBox",
    type: "Warning",
    message: `Failed to create pod sandbox: ${words.replace("{pod}", `${namespace}/${name}`)}`,
    firstTimestamp: at,
    lastTimestamp: at,
  };
  await kube.of(EVENTS).create(event as unknown as KubeEvent);
}

function configOf({ spec }: NetworkAttachmentDefinition): NetworkConfig {
  try {
    return JSON.parse(spec?.config ?? "{}");
  } catch {
    return {};
  }
}
