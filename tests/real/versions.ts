/**
 * Which Kubernetes the tests run against.
 *
 * @module
 */

/** Version of kube-apiserver, kube-controller-manager and kubectl. */
export const KUBERNETES_VERSION = "v1.36.1";

/** Version of the modules that Kubernetes keeps in its own tree. */
export const STAGING_VERSION = KUBERNETES_VERSION.replace(/^v1\./, "v0.");

/** Programs that every real cluster needs. */
export const KUBERNETES_PROGRAMS = [
  "kube-apiserver",
  "kubectl",
  "kube-controller-manager",
] as const;

/** Programs that only a whole node needs. */
export const NODE_PROGRAMS = ["kubelet", "kube-scheduler", "kube-proxy"] as const;

/** One of {@linkcode KUBERNETES_PROGRAMS} or {@linkcode NODE_PROGRAMS}. */
export type KubernetesProgram =
  | typeof KUBERNETES_PROGRAMS[number]
  | typeof NODE_PROGRAMS[number];
