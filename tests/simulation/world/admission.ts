/**
 * How people write: through the webhooks, as the API server asks them.
 *
 * @module
 */
import { dequal } from "dequal";
import type { KubeObject } from "../../../core/api/types.ts";
import { ApiError, keyOf, type KubeClient, parseKey, type Resource } from "../../../kube/mod.ts";
import { applyPatch } from "rfc6902";
import type { Random } from "../../../runtime/clock.ts";
import type { Timeline } from "../engine/timeline.ts";
import { oneOf } from "../engine/random.ts";
import type { SimWebhook } from "./programs.ts";

/** What people write with. */
interface PersonGround {
  /** The server may be another one each time. */
  readonly kube: () => KubeClient;
  /** The webhooks' processes, also those that died or stand still. */
  readonly judges: () => readonly SimWebhook[];
  readonly timeline: Timeline;
  readonly random: Random;
}

interface Review {
  readonly response: {
    readonly allowed: boolean;
    readonly patch?: string;
    readonly status?: { readonly code?: number; readonly message?: string };
  };
}

/** What is to be done with an object. */
interface Asked {
  readonly resource: Resource<KubeObject>;
  /** As it would be; unset for a deletion. */
  readonly object?: KubeObject;
  /** As it is; unset for a creation. */
  readonly before?: KubeObject;
}

/** `timeoutSeconds` of the webhook's configurations. */
const REVIEW_MS = 5_000;
/** Longest way to a webhook or back, milliseconds. */
const HOP_MS = 4;
/** Part of the reviews that go to whomever the Service still names, ready or not. */
const STALE_ENDPOINTS = 0.2;

/** Whoever writes. */
export type Writer = Pick<Person, keyof Person>;

/** A person with `kubectl`. */
export class Person {
  readonly #ground: PersonGround;
  #reviews = 0;

  constructor(ground: PersonGround) {
    this.#ground = ground;
  }

  /** Makes an object. */
  async create<T extends KubeObject>(resource: Resource<T>, object: object): Promise<T> {
    const { apiVersion, kind } = resource;
    const whole = { apiVersion, kind, ...object } as unknown as T;
    return await this.#of(resource).create(await this.#admitted(resource, whole, undefined));
  }

  /** Changes an object, if it is there. */
  async edit<T extends KubeObject>(
    resource: Resource<T>,
    key: string,
    change: (object: Mutable<T>) => void,
  ): Promise<void> {
    const before = await this.#of(resource).get(parseKey(key));
    if (before === undefined) return;
    const after = structuredClone(before) as unknown as Mutable<T>;
    change(after);
    await this.#of(resource).update(
      await this.#admitted(resource, after as unknown as T, before),
    );
  }

  /** Deletes an object, if it is there; the webhooks are asked about a pool, where they are not passed over. */
  async delete(
    resource: Resource<KubeObject>,
    key: string,
    { isJudged = false }: { readonly isJudged?: boolean } = {},
  ): Promise<void> {
    if (isJudged) {
      const before = await this.#of(resource).get(parseKey(key));
      if (before === undefined) return;
      await this.#validate({ resource, before });
    }
    await this.#of(resource).delete(parseKey(key));
  }

  #of<T extends KubeObject>(resource: Resource<T>) {
    return this.#ground.kube().of(resource);
  }

  /** The object as it is to be written. Throws where a webhook refuses it, or none answers. */
  async #admitted<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    before: T | undefined,
  ): Promise<T> {
    if (!resource.apiVersion.startsWith("network.harvesterhci.io/")) return object;
    if (before !== undefined && dequal(specOf(before), specOf(object))) return object;
    let admitted = object;
    const asked = { resource, ...(before === undefined ? {} : { before }) };
    const mutated = await this.#ask("mutate", { ...asked, object });
    if (mutated?.patch !== undefined) {
      admitted = structuredClone(admitted);
      applyPatch(
        admitted,
        JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(mutated.patch))),
      );
    }
    await this.#validate({ ...asked, object: admitted });
    return admitted;
  }

  async #validate(asked: Asked): Promise<void> {
    const { object = asked.before } = asked;
    const validated = await this.#ask("validate", asked);
    if (validated !== undefined || object === undefined) return;
    throw refusal(500, "no webhook answers", keyOf(object));
  }

  /** What a webhook answers; `undefined` where none does in time. Throws where it refuses. */
  async #ask(what: "mutate" | "validate", asked: Asked): Promise<Review["response"] | undefined> {
    const { judges, random } = this.#ground;
    const ready = judges().filter(({ process, notReady }) =>
      process.running && notReady().length === 0
    );
    const endpoints = random() < STALE_ENDPOINTS ? judges() : ready;
    if (endpoints.length === 0) return undefined;
    const { object = asked.before } = asked;
    const response = await this.#review(what, asked, oneOf(random, endpoints));
    if (response === undefined || response.allowed) return response;
    const { code = 403, message = "refused" } = response.status ?? {};
    throw refusal(code, message, object === undefined ? "" : keyOf(object));
  }

  /** One review: the way there, the judgement, the way back; `undefined` where that takes too long. */
  #review(
    what: "mutate" | "validate",
    asked: Asked,
    { process, handle }: SimWebhook,
  ): Promise<Review["response"] | undefined> {
    const { timeline, random } = this.#ground;
    const request = this.#requestOf(what, asked);
    return new Promise((resolve) => {
      const later = (work: () => void) => timeline.after(random() * HOP_MS, work);
      later(() => {
        if (!process.alive) return resolve(undefined);
        process.deliver(() =>
          void handle(request).then((answer) => answer.json()).then(({ response }: Review) =>
            later(() => {
              if (process.alive) resolve(response);
            })
          )
        );
      });
      timeline.after(REVIEW_MS, () => resolve(undefined));
    });
  }

  #requestOf(what: "mutate" | "validate", { resource, object, before }: Asked): Request {
    const [group = "", version = ""] = resource.apiVersion.split("/");
    const { namespace = "", name = "" } = (object ?? before)?.metadata ?? {};
    const updates = before === undefined ? "CREATE" : "UPDATE";
    return new Request(`https://webhook/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        apiVersion: "admission.k8s.io/v1",
        kind: "AdmissionReview",
        request: {
          uid: `review-${++this.#reviews}`,
          kind: { group, version, kind: resource.kind },
          operation: object === undefined ? "DELETE" : updates,
          namespace,
          name,
          userInfo: { username: "somebody" },
          ...(object === undefined ? {} : { object }),
          ...(before === undefined ? {} : { oldObject: before }),
        },
      }),
    });
  }
}

function specOf(object: KubeObject): unknown {
  return (object as { readonly spec?: unknown }).spec;
}

function refusal(code: number, message: string, path: string): ApiError {
  return new ApiError({ code, reason: "Refused", message }, { method: "ADMIT", path });
}

/** What may be edited in place. */
export type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
