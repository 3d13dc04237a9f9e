/**
 * Kubernetes' kinds that one host does not need, for tests that hand them into an embedded API. Any field is kept, none is
 * checked: what kube-apiserver does with them is tested with a real one.
 *
 * @module
 */
import { type Kind, kindOf, type KindOptions } from "../../standalone/api/kinds/kind.ts";

const OTHERS: readonly KindOptions[] = [
  { apiVersion: "v1", kind: "Secret" },
  { apiVersion: "v1", kind: "Pod", statusSubresource: true },
  { apiVersion: "apps/v1", kind: "Deployment", statusSubresource: true },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
  ...["Mutating", "Validating"].map((what) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: `${what}WebhookConfiguration`,
    clusterScoped: true,
  })),
];

/** Secret, Pod, Deployment, PodDisruptionBudget and the webhook configurations. */
export const OTHER_KINDS: readonly Kind[] = OTHERS.map(kindOf);
