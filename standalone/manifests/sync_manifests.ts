/**
 * Makes the objects of an API follow the manifest files.
 *
 * @module
 */
import type { KubeObject } from "../../core/api/types.ts";
import { errorText } from "../../core/error_text.ts";
import { ApiError, isAlreadyExists, isConflict, isNotFound, statusOf } from "../../kube/errors.ts";
import { formatKey, NAMESPACES } from "../../kube/objects/resources.ts";
import type { KubeClient, Resource } from "../../kube/types.ts";
import { SYSTEM_NAMESPACES } from "../api/write/namespaces.ts";
import { MANIFEST_RESOURCES } from "./kinds.ts";
import { applyPatch } from "./apply_patch.ts";
import { contentHash, MANIFEST_LABEL, type Origin, originOf, withOrigin } from "./marks.ts";
import { mergeManifests } from "./merge_manifests.ts";
import { parseManifestFile } from "./parse_manifests.ts";
import type { DirectoryContent } from "./read_directory.ts";
import type { Manifest, ManifestFile, ManifestProblem, Manifests } from "./types.ts";

/** What one pass did. */
export interface SyncResult {
  /** Ids of objects that were created or changed. */
  readonly applied: readonly string[];
  /** Ids of objects that were removed. */
  readonly removed: readonly string[];
  /** The objects that the files describe and the API has. */
  readonly present: readonly Manifest[];
  readonly problems: readonly ManifestProblem[];
  /** Whether another pass should follow soon: a request failed, or an object that is wanted is still going. */
  readonly again: boolean;
}

/** What one pass works with. */
interface SyncOptions {
  readonly content: DirectoryContent;
  readonly signal: AbortSignal;
  /** Reads a file; by default anew each time. */
  readonly parse?: (file: ManifestFile) => Manifests | Promise<Manifests>;
}

const EMPTY_FILE = "is empty: what came from it stays until it says something, or is removed";
const NO_FILE =
  "has no manifest file, as where its disk is not mounted: all that came from files stays; to have it removed, delete it through the API, or put a file with a comment there";

/** An object that is there and came from a file. */
interface Present {
  readonly resource: Resource<KubeObject>;
  readonly object: KubeObject;
  readonly origin: Origin;
}

/**
 * One pass: applies every object whose file says something new or which is missing, and removes every object that came
 * from a file and is in none any more; a namespace with what is in none stays, without what its file said. Objects of a file
 * that cannot be read whole, or is empty, stay as they are, and all do while there is no file. Objects that never came from a file
 * are not touched. Rejects where the API cannot be listed.
 */
export async function syncManifests(
  client: KubeClient,
  options: SyncOptions,
): Promise<SyncResult> {
  const { content, signal, parse = parseManifestFile } = options;
  const parsed: Manifests[] = [];
  for (const file of content.files) parsed.push(await parse(file));
  const { manifests, problems } = mergeManifests(parsed);
  const pass = new Pass(client, { problems: [...content.problems, ...problems], signal });
  const present = await pass.list();
  const applied: Manifest[] = [];
  for (const manifest of inOrder(manifests)) {
    if (await pass.apply(manifest, present.get(manifest.id))) applied.push(manifest);
  }
  const wanted = new Set(manifests.map(({ id }) => id));
  const needed = new Set(manifests.map(({ object }) => object.metadata.namespace));
  // Whoever writes a file anew, as the shell does for a command's output, begins with an empty one.
  const empty = new Set(content.files.flatMap(({ path, text }) => text.trim() ? [] : [path]));
  // So is the folder of a disk that is not mounted.
  const isBare = content.files.length === 0;
  // Namespaces come last: those of what stays are needed, too.
  for (const [id, one] of [...present].reverse()) {
    const { resource, object: { metadata }, origin: { file } } = one;
    if (wanted.has(id)) continue;
    const isEmpty = isBare || empty.has(file);
    if (isEmpty) pass.keep(isBare ? "." : file, isBare ? NO_FILE : EMPTY_FILE);
    if (isEmpty || isBroken(file, pass.broken)) needed.add(metadata.namespace);
    else if (resource.kind !== NAMESPACES.kind) await pass.remove(id, one);
    else if (needed.has(metadata.name)) await pass.empty(id, one);
    else await pass.removeNamespace(id, one);
  }
  return { ...pass.result(), present: applied };
}

function inOrder(manifests: readonly Manifest[]): readonly Manifest[] {
  return MANIFEST_RESOURCES.flatMap((resource) =>
    manifests.filter((manifest) => manifest.resource === resource)
  );
}

/** Whether a file, or a folder it is in, has a problem. */
function isBroken(file: string, broken: ReadonlySet<string>): boolean {
  if (broken.has(file)) return true;
  return [...broken].some((folder) => file.startsWith(`${folder}/`));
}

/** The requests of one pass, and what came of them. */
class Pass {
  readonly #client: KubeClient;
  readonly #signal: AbortSignal;
  readonly #problems: ManifestProblem[];
  readonly #applied: string[] = [];
  readonly #removed: string[] = [];
  readonly #namespaces = new Set<string>();
  #again = false;
  /** Files that cannot be read whole. What the API refuses is no reason to keep what they no longer say. */
  readonly broken: ReadonlySet<string>;

  constructor(
    client: KubeClient,
    options: { readonly problems: readonly ManifestProblem[]; readonly signal: AbortSignal },
  ) {
    this.#client = client;
    this.#signal = options.signal;
    this.#problems = [...options.problems];
    this.broken = new Set(options.problems.map(({ file }) => file));
  }

  result(): Omit<SyncResult, "present"> {
    return {
      applied: this.#applied,
      removed: this.#removed,
      problems: this.#problems,
      again: this.#again,
    };
  }

  /** Every object that came from a file, by id. */
  async list(): Promise<Map<string, Present>> {
    const present = new Map<string, Present>();
    for (const resource of MANIFEST_RESOURCES) {
      const { items } = await this.#client.of(resource).list({
        labelSelector: `${MANIFEST_LABEL}=true`,
        signal: this.#signal,
      });
      for (const object of items) {
        const { namespace, name = "" } = object.metadata;
        const id = `${resource.kind} ${
          formatKey(namespace === undefined ? { name } : { namespace, name })
        }`;
        present.set(id, { resource, object, origin: originOf(object) });
      }
    }
    return present;
  }

  /** Applies an object whose file says something new, or which is missing. Tells whether it is there now. */
  async apply(manifest: Manifest, present: Present | undefined): Promise<boolean> {
    if (present?.object.metadata.deletionTimestamp !== undefined) {
      this.#again = true;
      return false;
    }
    const origin = { file: manifest.place.file, hash: manifest.hash };
    if (present?.origin.hash === origin.hash && present.origin.file === origin.file) return true;
    const { namespace, name = "" } = manifest.object.metadata;
    const key = namespace === undefined ? { name } : { namespace, name };
    const client = this.#client.of(manifest.resource);
    const options = { signal: this.#signal };
    const wanted = withOrigin(manifest.object, origin);
    try {
      if (namespace !== undefined) await this.#ensureNamespace(namespace);
      const object = present?.object ?? await client.get(key, options);
      if (object === undefined) await client.create(wanted, options);
      else await client.patch(key, { type: "merge", body: applyPatch(object, wanted) }, options);
      this.#applied.push(manifest.id);
      return true;
    } catch (error) {
      this.#refused(manifest, error);
      return present !== undefined;
    }
  }

  /** Tells of a file, or folder, that is empty, once, and leaves what came from it as it is. */
  keep(file: string, message: string): void {
    const isTold = this.#problems.some((one) => one.file === file && one.message === message);
    if (!isTold) this.#problems.push({ file, line: 1, column: 1, message });
  }

  /** Removes an object, unless it changed hands meanwhile. */
  async remove(id: string, { resource, object, origin }: Present): Promise<void> {
    const { namespace, name = "", uid, deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined) return;
    try {
      await this.#client.of(resource).delete(
        namespace === undefined ? { name } : { namespace, name },
        {
          signal: this.#signal,
          ...(uid === undefined ? {} : { uid }),
        },
      );
      this.#removed.push(id);
    } catch (error) {
      this.#signal.throwIfAborted();
      this.#again = true;
      this.#problems.push({
        file: origin.file,
        line: 1,
        column: 1,
        message: `Cannot remove ${id}: ${textOf(error)}`,
      });
    }
  }

  /** Removes a namespace, unless it is one that is always there, or has objects that never came from a file. */
  async removeNamespace(id: string, one: Present): Promise<void> {
    const { name = "" } = one.object.metadata;
    const stays = SYSTEM_NAMESPACES.includes(name) || await this.#hasOthers(name);
    await (stays ? this.empty(id, one) : this.remove(id, one));
  }

  /** Takes from a namespace that stays what its file said. */
  async empty(id: string, one: Present): Promise<void> {
    const { apiVersion, kind, metadata: { name = "" } } = one.object;
    const object = { apiVersion, kind, metadata: { name } };
    const place = { file: one.origin.file, line: 1, column: 1 };
    const { resource } = one;
    const hash = contentHash(object);
    await this.apply({ id, resource, object, hash, place, locate: () => place }, one);
  }

  async #hasOthers(namespace: string): Promise<boolean> {
    for (const resource of MANIFEST_RESOURCES.filter(({ namespaced }) => namespaced)) {
      const { items } = await this.#client.of(resource).list({ namespace, signal: this.#signal });
      const isOther = ({ metadata: { labels, ownerReferences = [] } }: KubeObject) =>
        labels?.[MANIFEST_LABEL] !== "true" && ownerReferences.length === 0;
      if (items.some(isOther)) return true;
    }
    return false;
  }

  async #ensureNamespace(name: string): Promise<void> {
    if (this.#namespaces.has(name)) return;
    const namespaces = this.#client.of(NAMESPACES);
    if (await namespaces.get({ name }, { signal: this.#signal }) === undefined) {
      try {
        await namespaces.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, {
          signal: this.#signal,
        });
      } catch (error) {
        if (!isAlreadyExists(error)) throw error;
      }
    }
    this.#namespaces.add(name);
  }

  #refused(manifest: Manifest, error: unknown): void {
    this.#signal.throwIfAborted();
    const causes = error instanceof ApiError
      ? error.causes.filter(({ field }) => field !== undefined)
      : [];
    for (const { field = "", message = "" } of causes) {
      this.#problems.push({ ...manifest.locate(field), field, message });
    }
    if (causes.length === 0) {
      this.#problems.push({
        ...manifest.place,
        message: `Cannot apply ${manifest.id}: ${textOf(error)}`,
      });
    }
    const status = statusOf(error);
    if (status === undefined || status >= 500 || isMissed(error)) this.#again = true;
  }
}

function textOf(error: unknown): string {
  if (error instanceof ApiError && error.serverMessage !== "") return error.serverMessage;
  return errorText(error);
}

/** Whether somebody else made, changed or removed the object meanwhile. */
function isMissed(error: unknown): boolean {
  return isConflict(error) || isAlreadyExists(error) || isNotFound(error);
}
