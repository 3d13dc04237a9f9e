/**
 * Which network the kubelet or the scheduler speaks of when a pod does not start. The words are those of Multus 3.8 to 4.2
 * (`pkg/multus/multus.go`, `pkg/k8sclient/k8sclient.go`), Kubernetes' kubelet and scheduler, as seen on a real node.
 *
 * @module
 */

/** What is accused. */
export type Accused =
  /** The networks whose CNI configuration has this name. Anybody may choose any name for his. */
  | { readonly what: "configuration"; readonly name: string }
  /** The NetworkAttachmentDefinition `namespace/name`, which is not there. */
  | { readonly what: "missing"; readonly name: string }
  /** All networks of a namespace: Multus' `namespaceIsolation` keeps the agents' namespace from them. */
  | { readonly what: "isolated"; readonly name: string }
  /** The networks of these extended resources; without a name, all that have one. */
  | { readonly what: "devices"; readonly names?: readonly string[] }
  /** Some network, or the node: nobody is named. */
  | { readonly what: "unnamed" };

/** What is looked for, as Multus writes it: its own words come before those that a plugin, or a configuration, adds. */
const ADDING =
  /\[[a-z0-9.-]+\/[a-z0-9.-]+(?:\/[0-9a-f-]+)?:([^\]]+)\]: error adding container to network /;
const MISSING =
  /cannot find a network-attachment-definition \(([a-z0-9.-]+)\) in namespace \(([a-z0-9-]+)\): .* not found/;
const ISOLATED = /namespace isolation enabled, .* refers to target namespace ([a-z0-9-]+)/;
/** Multus does not reach the API server. */
const NOT_BEGUN = /^[^[]*\[[^\]]*\]: error waiting for pod: /;
const NO_DEVICES = /getKubernetesDelegate: failed to get (?:a ResourceClient|resourceMap)/;
const INSUFFICIENT = /\bInsufficient ([A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?)/g;

/** What the message of an Event `FailedCreatePodSandBox` accuses; `undefined` where Multus did not come as far as the networks. */
export function accusedBySandbox(message: string): Accused | undefined {
  if (NOT_BEGUN.test(message)) return undefined;
  const [, configuration] = ADDING.exec(message) ?? [];
  if (configuration !== undefined) return { what: "configuration", name: configuration };
  const [, missing, namespace] = MISSING.exec(message) ?? [];
  if (missing !== undefined) return { what: "missing", name: `${namespace}/${missing}` };
  const [, isolated] = ISOLATED.exec(message) ?? [];
  if (isolated !== undefined) return { what: "isolated", name: isolated };
  return { what: NO_DEVICES.test(message) ? "devices" : "unnamed" };
}

/** What the scheduler's message accuses; `undefined` where no extended resource is missing. */
export function accusedByScheduler(message: string): Accused | undefined {
  const names = [...message.matchAll(INSUFFICIENT)].map(([, name = ""]) => name)
    .filter((name) => name.includes("/"));
  return names.length === 0 ? undefined : { what: "devices", names };
}

/** The kubelet's words without what differs from try to try, so that a condition that bears them stays as it is. */
export function plainWords(message: string): string {
  return message
    .replace(/^\(combined from similar events\): /, "")
    .replace(/^Failed to create pod sandbox: /, "")
    .replace(/^rpc error: code = \w+ desc = /, "")
    .replace(/'?ContainerID:.*? ERRORED: /s, "")
    .replace(/(?:Multus: )?\[[a-z0-9.-]+\/[a-z0-9.-]+(?:\/[0-9a-f-]+)?(?::[^\]]+)?\]:? /g, "")
    .replace(/ "[0-9a-f]{64}"/g, "")
    .replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "...");
}
