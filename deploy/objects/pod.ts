/**
 * What the pods of all roles have in common.
 *
 * @module
 */
import { labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings, RoleSettings } from "../settings.ts";

/**
 * How the roles use memory. Each change of a pool is its whole allocation anew, and the one before is garbage: an agent of
 * 300,000 addresses whose pools changed all the time grew to 360 MB without these flags, to 205 MB with them, and answered
 * as many packets per second.
 */
const SMALL_HEAP = "--v8-flags=--max-semi-space-size=2,--heap-growing-percent=30";

/** What one role adds. */
export interface RolePod {
  readonly role: string;
  /** More labels of the pods. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Name of the container. */
  readonly container: string;
  readonly settings: Omit<RoleSettings, "replicas">;
  /** What Deno allows it, as flags. */
  readonly permissions: readonly string[];
  /** The program and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  /** Environment: a value, or a field of the pod. */
  readonly env: readonly EnvVar[];
  readonly port: { readonly name: string; readonly containerPort: number };
  readonly scheme: "HTTP" | "HTTPS";
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly Volume[];
  readonly affinity?: unknown;
  readonly terminationGracePeriodSeconds: number;
}

/** An environment variable. */
export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

/** An empty folder for a container. */
export interface Volume {
  readonly name: string;
  readonly mountPath: string;
}

/** An environment variable that holds a field of the pod, such as `metadata.name`. */
export function fieldEnv(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/** Without root, without capabilities. */
export const UNPRIVILEGED = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 65532,
  runAsGroup: 65532,
  seccompProfile: { type: "RuntimeDefault" },
} as const;

/** Prefer nodes that have no pod of the same role yet. */
export function spread(role: string): unknown {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [{
        weight: 100,
        podAffinityTerm: {
          topologyKey: "kubernetes.io/hostname",
          labelSelector: { matchLabels: selectorOf(role) },
        },
      }],
    },
  };
}

/** The pod template of a role. */
export function podTemplate(pod: RolePod, settings: DeploySettings): unknown {
  const volumes = pod.volumes ?? [];
  return {
    metadata: { labels: { ...labelsOf(pod.role), ...pod.labels } },
    spec: {
      serviceAccountName: pod.role,
      priorityClassName: pod.settings.priorityClassName,
      terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
      imagePullSecrets: settings.imagePullSecrets,
      nodeSelector: pod.settings.nodeSelector,
      tolerations: pod.settings.tolerations,
      ...(pod.affinity === undefined ? {} : { affinity: pod.affinity }),
      containers: [{
        name: pod.container,
        image: settings.image,
        imagePullPolicy: settings.imagePullPolicy,
        args: [
          "run",
          "--cached-only",
          "--no-prompt",
          SMALL_HEAP,
          ...pod.permissions,
          pod.program,
          ...pod.args,
        ],
        env: pod.env,
        ports: [pod.port],
        readinessProbe: probe(pod, { path: "/readyz", periodSeconds: 2, failureThreshold: 2 }),
        livenessProbe: probe(pod, { path: "/healthz", periodSeconds: 10, failureThreshold: 3 }),
        resources: pod.settings.resources,
        securityContext: pod.securityContext,
        ...(volumes.length === 0
          ? {}
          : { volumeMounts: volumes.map(({ name, mountPath }) => ({ name, mountPath })) }),
      }],
      ...(volumes.length === 0
        ? {}
        : { volumes: volumes.map(({ name }) => ({ name, emptyDir: {} })) }),
    },
  };
}

function probe(
  pod: RolePod,
  options: {
    readonly path: string;
    readonly periodSeconds: number;
    readonly failureThreshold: number;
  },
): unknown {
  const { path, ...rest } = options;
  return { httpGet: { path, port: pod.port.name, scheme: pod.scheme }, timeoutSeconds: 2, ...rest };
}
