/**
 * What the pods of all roles have in common.
 *
 * @module
 */
import { labelsOf, selectorOf } from "../names.ts";
import type { DeploySettings, RoleSettings } from "../settings.ts";
import { filled, isEmpty } from "../values/merge.ts";

/**
 * How the roles use memory. Each change of a pool is its whole allocation anew, and the one before is garbage: an agent of
 * 300,000 addresses whose pools changed all the time grew to 360 MB without these flags, to 205 MB with them, and answered
 * as many packets per second. A role whose lists are long has more room for what is new (docs/performance.md).
 */
function smallHeap({ semiSpaceMb = 2 }: Pick<RolePod, "semiSpaceMb">): string {
  return `--v8-flags=--max-semi-space-size=${semiSpaceMb},--heap-growing-percent=30`;
}

/** What one role adds. */
interface RolePod {
  readonly role: string;
  /** More labels of the pods. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Name of the container. */
  readonly container: string;
  readonly settings: Omit<RoleSettings, "replicas">;
  /** V8's room for what is new, megabytes. Default 2. */
  readonly semiSpaceMb?: number;
  /** What Deno allows it, as flags. */
  readonly permissions: readonly string[];
  /** The program and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  /** Environment: a value, or a field of the pod. */
  readonly env: readonly EnvVar[];
  readonly port: ContainerPort;
  /** Ports beside that of the probes. */
  readonly morePorts?: readonly ContainerPort[];
  readonly scheme: "HTTP" | "HTTPS";
  readonly volumes?: readonly Volume[];
  /** Where the pods go, if the settings do not say. */
  readonly affinity?: unknown;
  readonly terminationGracePeriodSeconds: number;
}

/** A port on which a container listens. */
interface ContainerPort {
  readonly name: string;
  readonly containerPort: number;
}

/** An environment variable. */
interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
}

/** A folder for a container: an empty one, or what the source says. */
interface Volume {
  readonly name: string;
  readonly mountPath: string;
  readonly source?: Readonly<Record<string, unknown>>;
}

/** An environment variable that holds a field of the pod, such as `metadata.name`. */
export function fieldEnv(name: string, fieldPath: string): EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}

/** The port for probes and metrics. */
export const HTTP_PORT = 8080;

/** The files by which a pod reaches its cluster. */
export const ACCOUNT_FILES = "/var/run/secrets/kubernetes.io/serviceaccount";

/** What Deno allows a program, as its flag. */
export function allow(
  what: "net" | "env" | "read" | "write",
  ...values: readonly string[]
): string {
  return `--allow-${what}=${values.join()}`;
}

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

/** The flag for how much a program logs, if it needs one. */
function logFlags({ logLevel }: Pick<DeploySettings, "logLevel">): readonly string[] {
  return logLevel === "info" ? [] : [`--log-level=${logLevel}`];
}

/** The pod template of a role. */
export function podTemplate(pod: RolePod, settings: DeploySettings): unknown {
  const { settings: role, volumes = [] } = pod;
  const mounts = volumes.map(({ name, mountPath }) => ({ name, mountPath }));
  const sources = volumes.map(({ name, source = { emptyDir: {} } }) => ({ name, ...source }));
  return {
    metadata: {
      labels: { ...role.podLabels, ...labelsOf(pod.role), ...pod.labels },
      ...filled({ annotations: role.podAnnotations }),
    },
    spec: {
      serviceAccountName: role.serviceAccount.name,
      terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
      ...filled({
        priorityClassName: role.priorityClassName,
        imagePullSecrets: settings.imagePullSecrets,
        nodeSelector: role.nodeSelector,
        tolerations: role.tolerations,
        affinity: isEmpty(role.affinity) ? pod.affinity : role.affinity,
        topologySpreadConstraints: role.topologySpreadConstraints,
        securityContext: role.podSecurityContext,
      }),
      containers: [{
        name: pod.container,
        image: role.image ?? settings.image,
        imagePullPolicy: role.imagePullPolicy,
        args: [
          "run",
          "--cached-only",
          "--no-prompt",
          smallHeap(pod),
          ...pod.permissions,
          pod.program,
          ...pod.args,
          ...logFlags(settings),
          ...role.extraArgs,
        ],
        env: [...pod.env, ...role.extraEnv],
        ports: [pod.port, ...pod.morePorts ?? []],
        // A node that starts again starts all its pods at once: nobody is killed for being slow then.
        startupProbe: probe(pod, { path: "/healthz", periodSeconds: 1, failureThreshold: 180 }),
        readinessProbe: probe(pod, { path: "/readyz", periodSeconds: 2, failureThreshold: 2 }),
        livenessProbe: probe(pod, { path: "/healthz", periodSeconds: 10, failureThreshold: 3 }),
        ...filled({
          resources: filled(role.resources),
          securityContext: role.securityContext,
          volumeMounts: [...mounts, ...role.volumeMounts],
        }),
      }],
      ...filled({ volumes: [...sources, ...role.volumes] }),
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
