/**
 * What follows from a change: dependents of what is gone, contents of a namespace that is being deleted.
 *
 * @module
 */
import type { ApiContext } from "../context.ts";
import { isObject, type JsonObject, listAt, metadataOf, objectAt, textAt } from "../json.ts";
import { apiVersionOf } from "../kinds/kind.ts";
import type { Change } from "../store/store.ts";
import type { ObjectId } from "../store/versions.ts";
import { isHeld } from "./metadata.ts";
import { namespaceId } from "./namespaces.ts";
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER, remove } from "./remove.ts";

/** Has something done at a moment of its choice. */
export type Later = (work: () => void) => void;

/** Does what Kubernetes' garbage collector and namespace controller do: right after each change, or when `later` says so. */
export class GarbageCollector {
  readonly #context: ApiContext;
  readonly #later: Later | undefined;
  #changes: Change[] = [];
  #running = false;

  constructor(context: ApiContext, later?: Later) {
    this.#context = context;
    this.#later = later;
  }

  /** Notes changes to look at: those that anything may follow from. */
  note(changes: readonly Change[]): void {
    for (const change of changes) {
      const { ownerReferences, deletionTimestamp } = metadataOf(change.object);
      const isPlain = ownerReferences === undefined && deletionTimestamp === undefined;
      if (isPlain && change.type !== "DELETED") continue;
      if (this.#later === undefined) this.#changes.push(change);
      else this.#sometime(() => this.#changes.push(change));
    }
  }

  /** Notes what an end at a bad moment may have left: dependents, and namespaces that are being deleted. */
  noteAll(): void {
    const { store } = this.#context;
    const ids = [...store.owned(), ...store.list({ resource: "namespaces" })];
    for (const id of ids) {
      const stored = store.get(id);
      if (stored === undefined) continue;
      this.note([{ ...stored, type: "MODIFIED", object: JSON.parse(stored.body) }]);
    }
  }

  /**
   * Looks at everything noted, and at what follows from that. What cannot be written now, as on a full disk, is looked at
   * again by the next call. Never throws: what it all follows from is done.
   */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    const failed: Change[] = [];
    for (let next = this.#changes.shift(); next !== undefined; next = this.#changes.shift()) {
      try {
        this.#follow(next);
      } catch {
        failed.push(next);
      }
    }
    this.#changes = failed;
    this.#running = false;
  }

  #follow(change: Change): void {
    const metadata = metadataOf(change.object);
    const uid = textAt(metadata, "uid");
    if (change.type === "DELETED") {
      for (const id of this.#context.store.dependents(uid)) this.#sometime(() => this.#collect(id));
      for (const owner of listAt(metadata, "ownerReferences").filter(isObject)) {
        const id = this.#context.store.byUid(textAt(owner, "uid"));
        if (id !== undefined) this.#foreground(id);
      }
      if (change.namespace !== "") this.#finishNamespace(change.namespace);
      return;
    }
    if (metadata.ownerReferences !== undefined) this.#collect(change);
    if (metadata.deletionTimestamp === undefined) return;
    if (listAt(metadata, "finalizers").includes(ORPHAN_FINALIZER)) this.#orphan(change, uid);
    this.#foreground(change);
    if (change.resource !== "namespaces") return;
    for (const id of this.#context.store.inNamespace(change.name)) {
      this.#sometime(() => this.#remove(id, "Background"));
    }
    this.#finishNamespace(change.name);
  }

  /** Does something, and what follows from it: now, or when it is time. */
  #sometime(work: () => void): void {
    if (this.#later === undefined) return work();
    this.#later(() => {
      if (this.#context.closing.aborted) return;
      work();
      this.run();
    });
  }

  /** Deletes an object none of whose owners exists; drops references to owners that do not. */
  #collect(id: ObjectId): void {
    this.#change(id, (object) => {
      const references = listAt(metadataOf(object), "ownerReferences").filter(isObject);
      const present = references.filter((one) => this.#exists(one, id.namespace));
      if (present.length === references.length) return;
      if (present.length === 0) {
        remove(this.#context, id, { object, propagationPolicy: "Background" });
      } else this.#write(id, object, { ownerReferences: present });
    });
  }

  /** Whether an owner is there; one of a kind that is not served may be. */
  #exists(reference: JsonObject, namespace: string): boolean {
    const { kinds, store } = this.#context;
    const isServed = kinds.some((kind) =>
      kind.name === reference.kind && apiVersionOf(kind) === reference.apiVersion
    );
    if (!isServed) return true;
    const owner = store.byUid(textAt(reference, "uid"));
    return owner?.name === reference.name && ["", namespace].includes(owner?.namespace ?? "");
  }

  /** Takes the references to an owner from its dependents, and lets it go. */
  #orphan(id: ObjectId, uid: string): void {
    for (const dependent of this.#context.store.dependents(uid)) {
      this.#change(dependent, (object) => {
        const ownerReferences = listAt(metadataOf(object), "ownerReferences").filter((one) =>
          !isObject(one) || one.uid !== uid
        );
        this.#write(dependent, object, { ownerReferences });
      });
    }
    this.#dropFinalizer(id, ORPHAN_FINALIZER);
  }

  /** Deletes the dependents of an owner that waits for them, and lets it go when none blocks it any more. */
  #foreground(owner: ObjectId): void {
    this.#change(owner, (object) => {
      const metadata = metadataOf(object);
      if (!listAt(metadata, "finalizers").includes(FOREGROUND_FINALIZER)) return;
      const dependents = this.#context.store.dependents(textAt(metadata, "uid"));
      let blocked = false;
      for (const id of dependents) {
        this.#change(id, (dependent) => {
          blocked ||= listAt(metadataOf(dependent), "ownerReferences").some((one) =>
            isObject(one) && one.uid === metadata.uid && one.blockOwnerDeletion === true
          );
        });
        this.#remove(id, "Foreground");
      }
      if (!blocked) this.#dropFinalizer(owner, FOREGROUND_FINALIZER);
    });
  }

  /** Lets a namespace go that is being deleted and empty. */
  #finishNamespace(name: string): void {
    const id = namespaceId(name);
    this.#change(id, (object) => {
      if (metadataOf(object).deletionTimestamp === undefined) return;
      if (this.#context.store.inNamespace(name).length > 0) return;
      const spec = objectAt(object, "spec");
      const before = listAt(spec, "finalizers");
      spec.finalizers = before.filter((one) => one !== "kubernetes");
      if (spec.finalizers.length < before.length) this.#write(id, object, {});
    });
  }

  #dropFinalizer(id: ObjectId, finalizer: string): void {
    this.#change(id, (object) => {
      const before = listAt(metadataOf(object), "finalizers");
      const finalizers = before.filter((one) => one !== finalizer);
      if (finalizers.length < before.length) this.#write(id, object, { finalizers });
    });
  }

  #remove(id: ObjectId, propagationPolicy: string): void {
    this.#change(id, (object) => {
      if (metadataOf(object).deletionTimestamp !== undefined) return;
      remove(this.#context, id, { object, propagationPolicy });
    });
  }

  #change(id: ObjectId, work: (object: JsonObject) => void): void {
    const { store } = this.#context;
    const stored = store.get(id);
    if (stored !== undefined) store.transaction(() => work(JSON.parse(stored.body)));
  }

  /** Writes an object with some of its metadata's lists changed; one that waited for nothing else is gone then. */
  #write(id: ObjectId, object: JsonObject, lists: JsonObject): void {
    const metadata = { ...metadataOf(object), ...lists };
    for (const [key, list] of Object.entries(lists)) {
      if (Array.isArray(list) && list.length === 0) delete (metadata as JsonObject)[key];
    }
    const after = { ...object, metadata };
    const isDone = metadata.deletionTimestamp !== undefined && !isHeld(after);
    this.#context.store.write(id, isDone ? "DELETED" : "MODIFIED", after);
  }
}
