/**
 * The parts of Kubernetes' own objects that vm-dhcp reads or writes.
 *
 * @module
 */
import type { KubeObject, ObjectMeta } from "../../core/api/types.ts";
import type { JsonValue } from "../rest_client.ts";

/** `core/v1` Namespace. */
export interface Namespace extends KubeObject {
  /** `Active` or `Terminating`, and what is left in one that ends. */
  readonly status?: { readonly phase?: string; readonly conditions?: readonly BuiltinCondition[] };
}

/** `core/v1` ObjectReference. */
export interface ObjectReference {
  /** Such as `v1`. */
  readonly apiVersion?: string;
  /** Such as `Pod`. */
  readonly kind?: string;
  /** Unset for cluster-scoped objects. */
  readonly namespace?: string;
  /** `metadata.name`. */
  readonly name?: string;
  /** `metadata.uid`. */
  readonly uid?: string;
  /** `metadata.resourceVersion`. */
  readonly resourceVersion?: string;
}

/** `core/v1` Event. Times are RFC 3339 text. */
export interface KubeEvent extends KubeObject {
  /** What the Event is about. */
  readonly involvedObject: ObjectReference;
  /** `Normal` or `Warning`. */
  readonly type?: string;
  /** CamelCase, stable. */
  readonly reason?: string;
  /** For people. */
  readonly message?: string;
  /** Who reports. */
  readonly source?: { readonly component?: string; readonly host?: string };
  /** When it happened first. */
  readonly firstTimestamp?: string | null;
  /** When it happened last. */
  readonly lastTimestamp?: string | null;
  /** How often it happened. */
  readonly count?: number;
  /** Who reports. */
  readonly reportingComponent?: string;
  /** Which process reports. */
  readonly reportingInstance?: string;
}

/** `coordination.k8s.io/v1` Lease. Times are RFC 3339 text with microseconds. */
export interface Lease extends KubeObject {
  /** Who holds the Lease, since when and for how long. */
  readonly spec?: {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly acquireTime?: string;
    readonly renewTime?: string;
    readonly leaseTransitions?: number;
  };
}

/** `core/v1` Pod. */
export interface Pod extends KubeObject {
  /** Where it runs and what. */
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly { readonly name: string; readonly image?: string }[];
  };
  /** How it is. */
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly BuiltinCondition[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly image?: string;
      readonly ready?: boolean;
      readonly restartCount?: number;
      /** One of `waiting`, `running`, `terminated`; the last is not read. */
      readonly state?: {
        readonly running?: { readonly startedAt?: string };
        readonly waiting?: { readonly reason?: string; readonly message?: string };
      };
    }[];
  };
}

/** A condition of a built-in object. */
export interface BuiltinCondition {
  /** Such as `Ready`. */
  readonly type: string;
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
  /** CamelCase, stable. */
  readonly reason?: string;
  /** For people. */
  readonly message?: string;
}

/** `core/v1` PodTemplateSpec; the pod's spec as plain JSON. */
export interface PodTemplate {
  /** Labels and annotations of the pods. */
  readonly metadata?: ObjectMeta;
  /** The `PodSpec`. */
  readonly spec?: Readonly<Record<string, JsonValue>>;
}

/** `apps/v1` Deployment. */
export interface Deployment extends KubeObject {
  /** What is wanted. */
  readonly spec?: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template: PodTemplate;
    readonly strategy?: JsonValue;
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly progressDeadlineSeconds?: number;
  };
  /** What is there. */
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly BuiltinCondition[];
  };
}

/** `core/v1` Secret. Values of `data` are base64. */
export interface Secret extends KubeObject {
  /** Such as `kubernetes.io/tls`. */
  readonly type?: string;
  /** Key -> value in base64. */
  readonly data?: Readonly<Record<string, string>>;
}
