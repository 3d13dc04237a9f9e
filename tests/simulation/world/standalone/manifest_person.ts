/**
 * How people write on a machine without a cluster: most of it in files, some by `kubectl`, and no webhook looks at it.
 *
 * @module
 */
import type { KubeObject } from "../../../../core/api/types.ts";
import { keyOf, type KubeClient, parseKey, type Resource } from "../../../../kube/mod.ts";
import type { Random } from "../../../../runtime/clock.ts";
import { resourceOfKind } from "../../../../standalone/manifests/kinds.ts";
import type { Mutable, Writer } from "../admission.ts";
import type { ManifestFolder } from "./manifest_folder.ts";

/** Part of the objects that are made in files. */
const IN_FILES = 0.7;

/** A person with an editor and `kubectl`. */
export class ManifestPerson implements Writer {
  readonly #kube: () => KubeClient;
  readonly #folder: ManifestFolder;
  readonly #random: Random;

  constructor({ kube, folder, random }: {
    readonly kube: () => KubeClient;
    readonly folder: ManifestFolder;
    readonly random: Random;
  }) {
    this.#kube = kube;
    this.#folder = folder;
    this.#random = random;
  }

  async create<T extends KubeObject>(resource: Resource<T>, object: object): Promise<T> {
    const { apiVersion, kind } = resource;
    const whole = { apiVersion, kind, ...object } as unknown as T;
    const path = pathOf(resource, keyOf(whole));
    const isFile = resourceOfKind(kind) !== undefined &&
      (this.#folder.read(path) !== undefined || this.#random() < IN_FILES);
    if (!isFile) return await this.#kube().of(resource).create(whole);
    this.#folder.write(path, JSON.stringify(whole));
    return whole;
  }

  async edit<T extends KubeObject>(
    resource: Resource<T>,
    key: string,
    change: (object: Mutable<T>) => void,
  ): Promise<void> {
    const path = pathOf(resource, key);
    const text = this.#folder.read(path);
    const whole = text === undefined ? undefined : parsed<T>(text);
    if (whole !== undefined) {
      change(whole);
      return this.#folder.write(path, JSON.stringify(whole));
    }
    const client = this.#kube().of(resource);
    const before = await client.get(parseKey(key));
    if (before === undefined) return;
    const after = structuredClone(before) as unknown as Mutable<T>;
    change(after);
    await client.update(after as unknown as T);
  }

  async delete(resource: Resource<KubeObject>, key: string): Promise<void> {
    const path = pathOf(resource, key);
    if (this.#folder.read(path) !== undefined) return this.#folder.remove(path);
    await this.#kube().of(resource).delete(parseKey(key));
  }
}

function pathOf({ kind }: Resource<KubeObject>, key: string): string {
  return `${kind}/${key.replace("/", "-")}.json`;
}

/** What a file says; `undefined` where it is being written. */
function parsed<T>(text: string): Mutable<T> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
