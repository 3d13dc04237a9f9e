/**
 * Objects that are made by server-side apply. What was applied last may be forgotten: then it is applied once more.
 *
 * @module
 */
import { sameJson } from "../../core/api/same_json.ts";
import type { KubeObject } from "../../core/api/types.ts";
import type { JsonValue } from "../../kube/rest_client.ts";
import type { Informer, ResourceClient } from "../../kube/types.ts";

/** Field manager of what is applied. */
const FIELD_MANAGER = "vm-dhcp-controller";

/** What an {@linkcode AppliedObjects} works with. */
interface AppliedObjectsOptions<T extends KubeObject> {
  readonly client: ResourceClient<T>;
  readonly namespace: string;
  /** The informer that knows the object of a name. */
  readonly informerOf: (name: string) => Informer<T>;
}

/** Objects of one kind in one namespace: applied when they, or what is wanted of them, changed since the last time. */
export class AppliedObjects<T extends KubeObject> {
  readonly #options: AppliedObjectsOptions<T>;
  /** Name -> what was applied last, and the generation that the server gave it. */
  readonly #last = new Map<
    string,
    { readonly body: JsonValue; readonly generation: number | undefined }
  >();

  /** Name -> UID of what was removed: a late watch goes on telling of it. */
  readonly #removed = new Map<string, string | undefined>();

  constructor(options: AppliedObjectsOptions<T>) {
    this.#options = options;
  }

  /** The object as it is known. */
  get(name: string): T | undefined {
    return this.#options.informerOf(name).get(`${this.#options.namespace}/${name}`);
  }

  /** Whether the object of a name, as it is known, was removed from here. */
  isRemoved(name: string): boolean {
    return this.#removed.has(name) && this.#removed.get(name) === this.get(name)?.metadata.uid;
  }

  /** Forgets what was applied and removed: somebody else may have worked meanwhile. */
  forget(): void {
    this.#last.clear();
    this.#removed.clear();
  }

  /** Makes the object as it is wanted; nothing is written where it is known to be so. */
  async apply(name: string, body: JsonValue, signal: AbortSignal): Promise<T> {
    const { client, namespace, informerOf } = this.#options;
    const present = this.get(name);
    const last = this.#last.get(name);
    const isCurrent = present !== undefined && last !== undefined &&
      present.metadata.generation === last.generation && sameJson(last.body, body);
    if (isCurrent) return present;
    const patch = { type: "apply", body, fieldManager: FIELD_MANAGER, force: true } as const;
    const answer = await client.patch({ namespace, name }, patch, { signal });
    this.#last.set(name, { body, generation: answer.metadata.generation });
    this.#removed.delete(name);
    informerOf(name).observe(answer);
    return answer;
  }

  /** Removes the object, and what it owns. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    const { client, namespace } = this.#options;
    this.#last.delete(name);
    const uid = this.get(name)?.metadata.uid;
    await client.delete({ namespace, name }, { propagationPolicy: "Background", signal });
    this.#removed.set(name, uid);
  }
}
