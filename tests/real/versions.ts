/**
 * Which Kubernetes the tests run against.
 *
 * @module
 */

/** Version of kube-apiserver, kube-controller-manager and kubectl. */
export const KUBERNETES_VERSION = "v1.36.1";

/** Version of the modules that Kubernetes keeps in its own tree. */
export const STAGING_VERSION = KUBERNETES_VERSION.replace(/^v1\./, "v0.");

/** Programs that are built. */
export const KUBERNETES_PROGRAMS = [
  "kube-apiserver",
  "kubectl",
  "kube-controller-manager",
] as const;

/** One of {@linkcode KUBERNETES_PROGRAMS}. */
export type KubernetesProgram = typeof KUBERNETES_PROGRAMS[number];
