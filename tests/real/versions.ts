/**
 * Which Kubernetes the tests run against.
 *
 * @module
 */

/** Version of kube-apiserver, kube-controller-manager and kubectl that every run of the tests has. */
export const KUBERNETES_VERSION = "v1.36.1";

/** The others that `deno task kubernetes` runs them against, by minor version: the oldest that is supported first. */
export const OTHER_VERSIONS: Readonly<Record<string, string>> = {
  "1.30": "v1.30.14",
  "1.31": "v1.31.14",
  "1.32": "v1.32.10",
  "1.33": "v1.33.6",
  "1.34": "v1.34.2",
  "1.35": "v1.35.0",
};

/** Version of the modules that a Kubernetes keeps in its own tree. */
export function stagingVersion(version: string): string {
  return version.replace(/^v1\./, "v0.");
}

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
