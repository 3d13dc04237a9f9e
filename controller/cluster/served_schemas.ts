/**
 * What the CustomResourceDefinitions of the cluster keep of what is written.
 *
 * An older release's (the Go version's, or one that an upgrade by Helm left in place) drop fields silently. The controller
 * says so, writes what they keep, and looks again until they are whole. A status that is not kept as it was written has it look at once.
 *
 * @module
 */
import { customResourceDefinitions } from "../../core/api/crd/crd.ts";
import {
  type FieldPattern,
  missingFields,
  patternText,
  withoutFields,
} from "../../core/api/crd/missing_fields.ts";
import { API_VERSION, GROUP } from "../../core/api/names.ts";
import { respelled, type Spelling } from "../../core/api/network_configs.ts";
import { sameJson } from "../../core/api/same_json.ts";
import type { KubeObject } from "../../core/api/types.ts";
import type { RestClient } from "../../kube/rest_client.ts";
import { abortable, after, LinkedAbort } from "../../runtime/abort.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/log.ts";

/** What {@linkcode ServedSchemas} works with. */
interface ServedSchemasOptions {
  readonly rest: RestClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often it is looked again, in milliseconds: while something is missing or could not be read, and otherwise. */
  readonly againMs: { readonly lacking: number; readonly whole: number };
  /** Called when something else is missing than before. */
  readonly onChange: () => void;
}

/** Every service account may read it: no right is needed. */
const PATH = `/openapi/v3/apis/${API_VERSION}`;

const VMNETCFG = "VirtualMachineNetworkConfig";

/** The longest one look may take: the controller begins without it, then. */
const LOOK_MS = 10_000;

/** The schemas that are needed, by kind. A history is no record: where it cannot be kept, nothing else is the worse for it. */
const NEEDED = customResourceDefinitions().flatMap(({ spec: { names: { kind }, versions } }) =>
  versions.filter(({ subresources }) => subresources !== undefined)
    .map(({ schema }) => ({ kind, schema: schema.openAPIV3Schema }))
);

/** Follows the schemas that the API server publishes. Until the first look all fields count as known. */
export class ServedSchemas {
  readonly #options: ServedSchemasOptions;
  #missing: ReadonlyMap<string, readonly FieldPattern[]> = new Map();
  #isKnown = false;
  /** Until when what was seen is not asked about again at once, by the monotonic clock. */
  #doubtedUntil = -Infinity;
  #hurry: () => void = () => undefined;

  constructor(options: ServedSchemasOptions) {
    this.#options = options;
  }

  /**
   * The object as the API server keeps it; the object itself where it keeps all of it. A list of NICs is spelled as it is kept: what
   * was read here may be older than what is served, and an object without its list would give all its addresses back.
   */
  kept<T extends KubeObject>(object: T): T {
    const missing = this.#missing.get(object.kind) ?? [];
    const isSpelled = object.kind !== VMNETCFG || this.spelling === "networkConfig";
    return withoutFields(isSpelled ? object : respelled(object, this.spelling), missing);
  }

  /** How a new list of NICs is to be spelled, so that it is kept. */
  get spelling(): Spelling {
    const missing = this.#missing.get(VMNETCFG) ?? [];
    return missing.some((pattern) => patternText(pattern) === "spec.networkConfig")
      ? "networkConfigs"
      : "networkConfig";
  }

  /** What is missing, one sentence; `undefined` where nothing is. */
  get problem(): string | undefined {
    const lacking = [...this.#missing].map(([kind, patterns]) =>
      `${kind} lacks ${patterns.map(patternText).join(", ")}`
    );
    if (lacking.length === 0) return undefined;
    return `The CustomResourceDefinitions are of another release: ${lacking.join("; ")}. ` +
      "What would stand there is not kept. Apply those of this release";
  }

  /** How many fields each kind lacks. */
  *counts(): Generator<readonly [kind: string, count: number]> {
    for (const { kind } of NEEDED) yield [kind, this.#missing.get(kind)?.length ?? 0];
  }

  /** Looks at what is served now. What cannot be read leaves everything as it was. Rejects only when aborted. */
  async look(signal: AbortSignal): Promise<void> {
    const { rest, clock, log } = this.#options;
    let document: unknown;
    using limit = new LinkedAbort(signal);
    limit.abortAfter(LOOK_MS, { clock, reason: () => new Error("The API server did not answer") });
    try {
      document = await abortable(
        rest.performRequest({
          method: "GET",
          path: PATH,
          expectJson: true,
          abortSignal: limit.signal,
        }),
        limit.signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      this.#isKnown = false;
      log.debug("Cannot read the schemas of the CustomResourceDefinitions", { error });
      return;
    }
    this.#isKnown = true;
    this.#take(document);
  }

  /** Looks at once where a status came back from the server as something else: others may have replaced the schemas, and may do so again. */
  compare(sent: KubeObject, written: KubeObject): void {
    const { clock, againMs } = this.#options;
    const now = clock.monotonic();
    if (now < this.#doubtedUntil || sameJson(statusOf(sent), statusOf(written))) return;
    this.#doubtedUntil = now + againMs.lacking;
    this.#hurry();
  }

  /** Looks again and again, until the signal aborts. Resolves then; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, againMs } = this.#options;
    while (!signal.aborted) {
      const isDoubted = clock.monotonic() < this.#doubtedUntil;
      const isGood = this.#isKnown && this.#missing.size === 0 && !isDoubted;
      const waitMs = isGood ? againMs.whole : againMs.lacking;
      await this.#wait(waitMs, signal).then(() => this.look(signal)).catch(() => undefined);
    }
  }

  async #wait(ms: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#hurry = resolve;
    const cancel = after(this.#options.clock, ms, resolve);
    try {
      await abortable(promise, signal);
    } finally {
      cancel();
    }
  }

  #take(document: unknown): void {
    const { log, onChange } = this.#options;
    const served = publishedSchemas(document);
    const before = this.problem;
    this.#missing = new Map(
      NEEDED.filter(({ kind }) => served.has(kind))
        .map(({ kind, schema }) => [kind, missingFields(schema, served.get(kind))] as const)
        .filter(([, patterns]) => patterns.length > 0),
    );
    const { problem } = this;
    if (problem === before) return;
    if (problem === undefined) log.info("The CustomResourceDefinitions keep every field again");
    else {
      log.warn("The CustomResourceDefinitions are of another release: apply those of this one", {
        missing: Object.fromEntries(
          [...this.#missing].map(([kind, patterns]) => [kind, patterns.map(patternText)]),
        ),
      });
    }
    onChange();
  }
}

function statusOf(object: KubeObject & { readonly status?: unknown }): unknown {
  return object.status;
}

/** The schemas of our kinds in an OpenAPI v3 document, by kind; one without spec and status says nothing of either. */
function publishedSchemas(document: unknown): ReadonlyMap<string, unknown> {
  const { components } = (document ?? {}) as {
    readonly components?: { readonly schemas?: object };
  };
  const found = new Map<string, unknown>();
  for (const schema of Object.values(components?.schemas ?? {})) {
    const names = schema?.["x-kubernetes-group-version-kind"];
    const isWhole = schema?.properties?.spec !== undefined &&
      schema.properties.status !== undefined;
    for (const { group, kind } of Array.isArray(names) ? names : []) {
      if (group === GROUP && isWhole) found.set(kind, schema);
    }
  }
  return found;
}
