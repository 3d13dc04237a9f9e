/**
 * The interfaces of the Kubernetes client: what the controller and the agent program against.
 *
 * @module
 */
import type { KubeObject } from "../core/api/types.ts";
import type { JsonValue } from "./rest_client.ts";

/** Names one API resource. `T` is the type of its objects. */
export interface Resource<T extends KubeObject> {
  /** Such as `v1` or `network.harvesterhci.io/v1alpha1`. */
  readonly apiVersion: string;
  /** Such as `IPPool`. */
  readonly kind: string;
  /** Plural, lower case, as in the path. */
  readonly plural: string;
  /** Whether its objects live in namespaces. */
  readonly namespaced: boolean;
  /** Carries the type only; never present at run time. */
  readonly __object?: T;
}

/** Names an object of a known resource. */
export interface ObjectKey {
  /** Unset for cluster-scoped objects. */
  readonly namespace?: string;
  /** `metadata.name`. */
  readonly name: string;
}

/** Narrows a list or a watch. */
export interface ListOptions<T extends KubeObject = KubeObject> {
  /** Unset: all namespaces. */
  readonly namespace?: string;
  /** Such as `app=x,tier!=y`. */
  readonly labelSelector?: string;
  /** Such as `metadata.name=x`. */
  readonly fieldSelector?: string;
  /** A list asks for no more objects than these. Unset: all. */
  readonly most?: number;
  /** Called with each object as it arrives: what it drops is never held together with all the others. */
  transform?(object: T): T;
  /** Ends the request. */
  readonly signal?: AbortSignal;
}

/** A watch: where it begins, and how long it may last. */
export interface WatchOptions<T extends KubeObject = KubeObject> extends ListOptions<T> {
  /** As a list or an event gave it. */
  readonly resourceVersion: string;
  /** The server ends the watch after so many seconds; unset: when it likes. */
  readonly timeoutSeconds?: number;
  /** Called once when the server has accepted the watch. */
  readonly onOpen?: () => void;
}

/** A list answer. */
export interface ObjectList<T extends KubeObject> {
  /** Where a watch goes on from. */
  readonly resourceVersion: string;
  /** Every item with its `apiVersion` and `kind`. */
  readonly items: readonly T[];
}

/** One watch event. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

/** How a patch's body, which is JSON, is to be read. */
export type Patch =
  | { readonly type: "merge"; readonly body: JsonValue | object }
  | { readonly type: "json"; readonly body: readonly (JsonValue | object)[] }
  | {
    readonly type: "apply";
    readonly body: JsonValue | object;
    readonly fieldManager: string;
    readonly force?: boolean;
  };

/** Options of a write. */
export interface WriteOptions {
  /** Ends the request. */
  readonly signal?: AbortSignal;
  /** Whose fields these are in `managedFields`. */
  readonly fieldManager?: string;
  /** The server checks everything and keeps nothing. */
  readonly dryRun?: boolean;
}

/** Options of a patch. */
export interface PatchOptions extends WriteOptions {
  /** Unset: the object itself. */
  readonly subresource?: "status";
}

/** Options of a delete. */
export interface DeleteOptions {
  /** Ends the request. */
  readonly signal?: AbortSignal;
  /** 409 where the object has another uid. */
  readonly uid?: string;
  /** 409 where the object has another resourceVersion. */
  readonly resourceVersion?: string;
  /** What becomes of the objects that the object owns. */
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan";
}

/**
 * Reads and writes the objects of one resource. Every method throws {@linkcode ApiError} for an answer of 400 or more
 * unless it says otherwise, and the signal's reason when aborted.
 */
export interface ResourceClient<T extends KubeObject> {
  /** The resource. */
  readonly resource: Resource<T>;
  /** The object, or `undefined` where there is none (404). */
  get(key: ObjectKey, options?: { readonly signal?: AbortSignal }): Promise<T | undefined>;
  /** All objects, page by page behind the scenes. */
  list(options?: ListOptions<T>): Promise<ObjectList<T>>;
  /** Events after `resourceVersion` until the server ends the watch. Throws {@linkcode ApiError} 410 when too old. */
  watch(options: WatchOptions<T>): AsyncIterable<WatchEvent<T>>;
  /** POST: 409 `AlreadyExists` where the name is taken. */
  create(object: T, options?: WriteOptions): Promise<T>;
  /** PUT, guarded by the object's resourceVersion: 409 where it is not the newest. */
  update(object: T, options?: WriteOptions): Promise<T>;
  /** PUT of the status subresource, guarded by the object's resourceVersion. */
  updateStatus(object: T, options?: WriteOptions): Promise<T>;
  /** PATCH: guarded where the body has a resourceVersion. */
  patch(key: ObjectKey, patch: Patch, options?: PatchOptions): Promise<T>;
  /** Deletes; `false` where there was nothing to delete (404). */
  delete(key: ObjectKey, options?: DeleteOptions): Promise<boolean>;
}

/** A client of one cluster. */
export interface KubeClient {
  /** The client of one resource. */
  of<T extends KubeObject>(resource: Resource<T>): ResourceClient<T>;
  /** Whether the server serves this resource now (discovery; not cached). */
  serves(resource: Resource<KubeObject>, signal?: AbortSignal): Promise<boolean>;
  /** `gitVersion` of the server. */
  version(signal?: AbortSignal): Promise<string>;
}

/** Called with the key of a changed object, its old and its new state (`undefined`: absent). */
export type ChangeHandler<T> = (key: string, before: T | undefined, after: T | undefined) => void;

/** Read access to a synced, indexed copy of a resource's objects. Objects are shared: never change one. */
export interface Store<T extends KubeObject> {
  /** Whether the first list is complete. */
  readonly synced: boolean;
  /** By `namespace/name`, or `name` for cluster-scoped objects. */
  get(key: string): T | undefined;
  /** All objects, in no particular order. */
  list(): Iterable<T>;
  /** Number of objects. */
  readonly size: number;
  /** Objects whose index function gave `value`. Throws for an index that was not declared. */
  byIndex(index: string, value: string): readonly T[];
}

/** That the server cannot be followed. */
export interface Trouble {
  /** For how long, milliseconds (monotonic clock). */
  readonly forMs: number;
  /** What was thrown last. */
  readonly error: unknown;
}

/** What an {@linkcode Informer} counts. */
export interface FollowFigures {
  /** How often the server was found to be put back to an earlier state. */
  readonly newHistories: number;
  /** Watches that were ended because they brought nothing for too long. */
  readonly silentWatches: number;
}

/**
 * Keeps a {@linkcode Store} in step with the server: list, watch, resume, re-list after 410, back-off. Where the server was put
 * back to an earlier state (etcd restored from a backup: resourceVersions go back), everything is replaced by what it has.
 */
export interface Informer<T extends KubeObject> extends Store<T> {
  /** The resource. */
  readonly resource: Resource<T>;
  /**
   * Takes in the answer to a write of our own at once, so that the next plan sees it before the watch brings it. An
   * answer that is older than what is known is ignored.
   */
  observe(object: T): void;
  /**
   * Sends a request about one object (`namespace/name`) that answers its newest state, such as a GET, and takes the answer in as
   * {@linkcode observe} does. An answer that is older than what was known when it was asked for is of a new history: it is taken,
   * and everything is listed anew.
   */
  ask(key: string, request: () => Promise<T | undefined>): Promise<T | undefined>;
  /**
   * Lists everything anew. Resolves when that is done, or the resource is not served; rejects with the signal's reason. `since`: a
   * list that was asked for after that moment of the monotonic clock will do.
   */
  relist(signal: AbortSignal, options?: { readonly since?: number }): Promise<void>;
  /** Adds a handler that is called when a new history was listed, before the handlers of the changes are. */
  onNewHistory(handler: () => void): void;
  /** Adds a handler. It is called for every present object first. */
  onChange(handler: ChangeHandler<T>): void;
  /** Runs until the signal aborts. Resolves then; never rejects. A resource that is not served is retried. */
  run(signal: AbortSignal): Promise<void>;
  /** Resolves at the first complete list; or, with `orMissing`, when the server says that it does not serve it. */
  whenSynced(signal: AbortSignal, options?: { readonly orMissing?: boolean }): Promise<void>;
  /** Milliseconds (monotonic clock) since the server was last heard; `undefined` before the first answer. */
  readonly heardAgo: number | undefined;
  /** Why the server cannot be followed now; `undefined` while a watch is open, and before anything has failed. */
  readonly trouble: Trouble | undefined;
  /** What was counted since it was made. */
  readonly figures: FollowFigures;
}

/** What a {@linkcode WorkQueue}'s worker returns: when to look at the key again, if at all. */
export interface WorkResult {
  /** Unset: not again until it is added. */
  readonly requeueAfterMs?: number;
}

/** A queue of keys: one key never runs twice at once, what is added meanwhile coalesces, a throw means back-off with jitter. */
export interface WorkQueue {
  /**
   * Adds the key; one that waits already is not added twice. `later`: it lets those go first that are added without, but for one of
   * it after every seven of those.
   */
  add(key: string, options?: { readonly later?: boolean }): void;
  /** Adds the key after so many milliseconds; the earliest time asked for counts. */
  addAfter(key: string, ms: number): void;
  /** Number of keys that wait or run. */
  readonly depth: number;
  /** Runs until the signal aborts and the running keys have ended. */
  run(
    worker: (key: string, signal: AbortSignal) => Promise<WorkResult | void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Resolves when nothing waits or runs (delayed keys do not count). */
  whenIdle(signal?: AbortSignal): Promise<void>;
}

/** One thing worth telling the owner of an object. */
export interface EventNote {
  /** `Warning` where somebody may have to do something. */
  readonly type: "Normal" | "Warning";
  /** Stable, CamelCase. */
  readonly reason: string;
  /** For people, with the values in it; at most 1,024 characters are kept. */
  readonly message: string;
}

/** Writes core/v1 Events: aggregated, rate limited, after all other writes, never failing its caller. */
export interface EventRecorder {
  /** Notes it; the Event is written later. */
  record(about: KubeObject, note: EventNote): void;
  /** Writes what waits. */
  flush(signal?: AbortSignal): Promise<void>;
}
