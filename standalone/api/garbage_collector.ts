/**
 * What follows from a change: dependents of what is gone, contents of a namespace that is being deleted.
 *
 * @module
 */
import type { ApiContext } from "./api_context.ts";
import { isObject, type JsonObject, listAt, objectAt, sorted, textAt } from "./json.ts";
import { metadataOf } from "./metadata.ts";
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER, remove } from "./remove.ts";
import type { Change, ObjectId } from "./store.ts";
import { removeNow } from "./write.ts";

/** Does what Kubernetes' garbage collector and namespace controller do, right after each change. */
export class GarbageCollector {
  readonly #context: ApiContext;
  #changes: Change[] = [];
  #running = false;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  /** Notes changes to look at. */
  note(changes: readonly Change[]): void {
    this.#changes.push(...changes);
  }

  /** Looks at everything noted, and at what follows from that. */
  run(): void {
    if (this.#running) return;
    this.#running = true;
    try {
      for (
        let change = this.#changes.shift();
        change !== undefined;
        change = this.#changes.shift()
      ) {
        this.#follow(change);
      }
    } finally {
      this.#running = false;
    }
  }

  #follow(change: Change): void {
    const metadata = metadataOf(change.object ?? JSON.parse(change.body));
    if (change.type === "DELETED") {
      for (const id of this.#context.store.dependents(textAt(metadata, "uid"))) this.#collect(id);
      this.#releaseOwners(metadata);
      if (change.namespace !== "") this.#finishNamespace(change.namespace);
      return;
    }
    if (metadata.ownerReferences !== undefined) this.#collect(change);
    if (metadata.deletionTimestamp === undefined) return;
    const finalizers = listAt(metadata, "finalizers");
    if (finalizers.includes(ORPHAN_FINALIZER)) this.#orphan(change, metadata);
    if (finalizers.includes(FOREGROUND_FINALIZER)) this.#foreground(change, metadata);
    if (change.resource === "namespaces") this.#empty(change.name);
    if (change.resource === "namespaces") this.#finishNamespace(change.name);
  }

  /** Deletes an object none of whose owners exists; drops references to owners that do not. */
  #collect(id: ObjectId): void {
    this.#change(id, (object) => {
      const references = listAt(metadataOf(object), "ownerReferences").filter(isObject);
      const present = references.filter((one) => this.#exists(one, id.namespace));
      if (references.length === 0 || present.length === references.length) return;
      if (present.length > 0) {
        metadataOf(object).ownerReferences = present;
        this.#write(id, object);
      } else remove(this.#context, id, { object, options: { propagationPolicy: "Background" } });
    });
  }

  #exists(reference: JsonObject, namespace: string): boolean {
    const { registry, store } = this.#context;
    const type = registry.byKind(textAt(reference, "apiVersion"), textAt(reference, "kind"));
    if (type === undefined) return true;
    const owner = store.byUid(textAt(reference, "uid"));
    if (owner === undefined || owner.name !== reference.name) return false;
    return owner.namespace === "" || owner.namespace === namespace;
  }

  #orphan(id: ObjectId, metadata: JsonObject): void {
    for (const dependent of this.#context.store.dependents(textAt(metadata, "uid"))) {
      this.#change(dependent, (object) => {
        const kept = listAt(metadataOf(object), "ownerReferences").filter((one) =>
          !isObject(one) || one.uid !== metadata.uid
        );
        if (kept.length > 0) metadataOf(object).ownerReferences = kept;
        else delete metadataOf(object).ownerReferences;
        this.#write(dependent, object);
      });
    }
    this.#dropFinalizer(id, ORPHAN_FINALIZER);
  }

  #foreground(id: ObjectId, metadata: JsonObject): void {
    const dependents = this.#context.store.dependents(textAt(metadata, "uid"));
    let blocked = false;
    for (const dependent of dependents) {
      this.#change(dependent, (object) => {
        if (blocks(object, textAt(metadata, "uid"))) blocked = true;
        if (metadataOf(object).deletionTimestamp !== undefined) return;
        remove(this.#context, dependent, { object, options: { propagationPolicy: "Foreground" } });
      });
    }
    if (!blocked) this.#dropFinalizer(id, FOREGROUND_FINALIZER);
  }

  /** A dependent is gone: owners in foreground deletion may go too. */
  #releaseOwners(metadata: JsonObject): void {
    for (const reference of listAt(metadata, "ownerReferences").filter(isObject)) {
      const owner = this.#context.store.byUid(textAt(reference, "uid"));
      if (owner === undefined) continue;
      this.#change(owner, (object) => {
        const finalizers = listAt(metadataOf(object), "finalizers");
        if (finalizers.includes(FOREGROUND_FINALIZER)) this.#foreground(owner, metadataOf(object));
      });
    }
  }

  #empty(namespace: string): void {
    for (const id of this.#context.store.inNamespace(namespace)) {
      this.#change(id, (object) => {
        if (metadataOf(object).deletionTimestamp !== undefined) return;
        remove(this.#context, id, { object, options: { propagationPolicy: "Background" } });
      });
    }
  }

  #finishNamespace(name: string): void {
    const id: ObjectId = { resource: "namespaces", namespace: "", name };
    this.#change(id, (object) => {
      if (metadataOf(object).deletionTimestamp === undefined) return;
      if (this.#context.store.inNamespace(name).length > 0) return;
      const spec = objectAt(object, "spec");
      spec.finalizers = listAt(spec, "finalizers").filter((one) => one !== "kubernetes");
      if (listAt(spec, "finalizers").length > 0) return this.#write(id, object);
      if (listAt(metadataOf(object), "finalizers").length > 0) return this.#write(id, object);
      removeNow(this.#context, id, object);
    });
  }

  #dropFinalizer(id: ObjectId, finalizer: string): void {
    this.#change(id, (object) => {
      const metadata = metadataOf(object);
      const kept = listAt(metadata, "finalizers").filter((one) => one !== finalizer);
      if (kept.length === listAt(metadata, "finalizers").length) return;
      if (kept.length > 0) {
        metadata.finalizers = kept;
        this.#write(id, object);
      } else {
        delete metadata.finalizers;
        removeNow(this.#context, id, object);
      }
    });
  }

  #change(id: ObjectId, work: (object: JsonObject) => void): void {
    const { store } = this.#context;
    const stored = store.get(id);
    if (stored !== undefined) store.transaction(() => work(JSON.parse(stored.body) as JsonObject));
  }

  #write(id: ObjectId, object: JsonObject): void {
    this.#context.store.write(id, "MODIFIED", (revision) => {
      metadataOf(object).resourceVersion = String(revision);
      return sorted(object);
    });
  }
}

function blocks(dependent: JsonObject, uid: string): boolean {
  return listAt(metadataOf(dependent), "ownerReferences").some((one) =>
    isObject(one) && one.uid === uid && one.blockOwnerDeletion === true
  );
}
