/**
 * The parts of Kubernetes' own objects that vm-dhcp reads or writes.
 *
 * @module
 */
import type { KubeObject, ObjectMeta } from "../core/api/types.ts";
import type { JsonValue } from "./seam.ts";

/** `core/v1` Namespace. */
export interface Namespace extends KubeObject {
  readonly status?: { readonly phase?: string };
}

/** `core/v1` ObjectReference. */
export interface ObjectReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** `core/v1` Event. Times are RFC 3339 text. */
export interface KubeEvent extends KubeObject {
  readonly involvedObject: ObjectReference;
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly source?: { readonly component?: string; readonly host?: string };
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly count?: number;
  readonly reportingComponent?: string;
  readonly reportingInstance?: string;
}

/** `coordination.k8s.io/v1` Lease. Times are RFC 3339 text with microseconds. */
export interface Lease extends KubeObject {
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
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly { readonly name: string; readonly image?: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly conditions?: readonly BuiltinCondition[];
    readonly containerStatuses?: readonly {
      readonly name: string;
      readonly image?: string;
      readonly ready?: boolean;
      readonly restartCount?: number;
    }[];
  };
}

/** A condition of a built-in object. */
export interface BuiltinCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** `core/v1` PodTemplateSpec; the pod's spec as plain JSON. */
export interface PodTemplate {
  readonly metadata?: ObjectMeta;
  readonly spec?: Readonly<Record<string, JsonValue>>;
}

/** `apps/v1` Deployment. */
export interface Deployment extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template: PodTemplate;
    readonly strategy?: JsonValue;
    readonly minReadySeconds?: number;
    readonly revisionHistoryLimit?: number;
    readonly progressDeadlineSeconds?: number;
  };
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
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

/** `core/v1` ConfigMap. */
export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** `core/v1` Node. */
export interface Node extends KubeObject {
  readonly status?: { readonly conditions?: readonly BuiltinCondition[] };
}

/** `apiextensions.k8s.io/v1` CustomResourceDefinition; its spec as plain JSON. */
export interface CustomResourceDefinition extends KubeObject {
  readonly spec?: Readonly<Record<string, JsonValue>>;
  readonly status?: { readonly conditions?: readonly BuiltinCondition[] };
}
