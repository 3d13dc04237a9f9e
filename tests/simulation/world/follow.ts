/**
 * What is in the API server at this moment, for those who must not be wrong: the kubelet and the judge.
 *
 * @module
 */
import type { KubeObject } from "../../../core/api/types.ts";
import { keyOf, type Resource } from "../../../kube/mod.ts";
import type { ApiServer } from "./cluster.ts";

/** Called with every change, at the moment of its commit. */
type OnChange<T> = (key: string, before: T | undefined, after: T | undefined) => void;

/** All objects of one resource. */
export class Follow<T extends KubeObject> {
  readonly #cluster: ApiServer;
  readonly #resource: Resource<T>;
  readonly #objects = new Map<string, T>();
  readonly #handlers: OnChange<T>[] = [];
  #life = 0;

  constructor(cluster: ApiServer, resource: Resource<T>) {
    this.#cluster = cluster;
    this.#resource = resource;
    cluster.onRestore(() => void this.begin());
  }

  onChange(handler: OnChange<T>): void {
    this.#handlers.push(handler);
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): readonly T[] {
    return [...this.#objects.values()];
  }

  /** Lists, then watches until the server is put back. */
  async begin(): Promise<void> {
    const life = ++this.#life;
    const client = this.#cluster.kube.of(this.#resource);
    const { items, resourceVersion } = await client.list();
    const listed = new Map(items.map((item) => [keyOf(item), item]));
    for (const key of [...this.#objects.keys()]) if (!listed.has(key)) this.#set(key, undefined);
    for (const [key, item] of listed) this.#set(key, item);
    void this.#watch(life, resourceVersion);
  }

  async #watch(life: number, from: string): Promise<void> {
    let resourceVersion = from;
    while (life === this.#life) {
      const events = this.#cluster.kube.of(this.#resource).watch({ resourceVersion });
      try {
        for await (const event of events) {
          if (life !== this.#life) return;
          if (event.type === "BOOKMARK") resourceVersion = event.resourceVersion;
          else {
            resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
            this.#set(keyOf(event.object), event.type === "DELETED" ? undefined : event.object);
          }
        }
      } catch {
        return; // The server was put back, or closed: who restores it begins anew.
      }
    }
  }

  #set(key: string, after: T | undefined): void {
    const before = this.#objects.get(key);
    if (before === undefined && after === undefined) return;
    if (after === undefined) this.#objects.delete(key);
    else this.#objects.set(key, after);
    for (const handler of this.#handlers) handler(key, before, after);
  }
}
