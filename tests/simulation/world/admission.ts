/**
 * How people write: through the webhooks, as the API server asks them.
 *
 * @module
 */
import type { KubeObject } from "../../../core/api/types.ts";
import { ApiError, keyOf, type KubeClient, parseKey, type Resource } from "../../../kube/mod.ts";
import { applyPatch } from "rfc6902";
import type { SimWebhook } from "./programs.ts";

/** Who judges now. */
type Judges = () => readonly SimWebhook[];

interface Review {
  readonly response: {
    readonly allowed: boolean;
    readonly patch?: string;
    readonly status?: { readonly code?: number; readonly message?: string };
  };
}

/** A person with `kubectl`. */
export class Person {
  readonly #kube: KubeClient;
  readonly #judges: Judges;
  #reviews = 0;

  constructor(kube: () => KubeClient, judges: Judges) {
    // The server may be another one each time.
    this.#kube = { of: (resource) => kube().of(resource) } as KubeClient;
    this.#judges = judges;
  }

  /** Makes an object. */
  async create<T extends KubeObject>(resource: Resource<T>, object: object): Promise<T> {
    const { apiVersion, kind } = resource;
    const whole = { apiVersion, kind, ...object } as unknown as T;
    return await this.#kube.of(resource).create(await this.#admitted(resource, whole, undefined));
  }

  /** Changes an object, if it is there. */
  async edit<T extends KubeObject>(
    resource: Resource<T>,
    key: string,
    change: (object: Mutable<T>) => void,
  ): Promise<void> {
    const before = await this.#kube.of(resource).get(parseKey(key));
    if (before === undefined) return;
    const after = structuredClone(before) as unknown as Mutable<T>;
    change(after);
    await this.#kube.of(resource).update(
      await this.#admitted(resource, after as unknown as T, before),
    );
  }

  /** Deletes an object, if it is there. */
  async delete(resource: Resource<KubeObject>, key: string): Promise<void> {
    await this.#kube.of(resource).delete(parseKey(key));
  }

  /** The object as it is to be written. Throws where a webhook refuses it, or none answers. */
  async #admitted<T extends KubeObject>(
    resource: Resource<T>,
    object: T,
    before: T | undefined,
  ): Promise<T> {
    if (!resource.apiVersion.startsWith("network.harvesterhci.io/")) return object;
    let admitted = object;
    const mutated = await this.#ask("mutate", { resource, object: admitted, before });
    if (mutated?.patch !== undefined) {
      admitted = structuredClone(admitted);
      applyPatch(
        admitted,
        JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(mutated.patch))),
      );
    }
    const validated = await this.#ask("validate", { resource, object: admitted, before });
    if (validated === undefined) throw refusal(500, "no webhook answers", keyOf(object));
    return admitted;
  }

  /** What a webhook answers; `undefined` where none does. Throws where it refuses. */
  async #ask(
    what: "mutate" | "validate",
    { resource, object, before }: {
      readonly resource: Resource<KubeObject>;
      readonly object: KubeObject;
      readonly before: KubeObject | undefined;
    },
  ): Promise<Review["response"] | undefined> {
    const judge = this.#judges().find(({ process, notReady }) =>
      process.running && notReady().length === 0
    );
    if (judge === undefined) return undefined;
    const [group = "", version = ""] = resource.apiVersion.split("/");
    const { namespace = "", name = "" } = object.metadata;
    const request = new Request(`https://webhook/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        apiVersion: "admission.k8s.io/v1",
        kind: "AdmissionReview",
        request: {
          uid: `review-${++this.#reviews}`,
          kind: { group, version, kind: resource.kind },
          operation: before === undefined ? "CREATE" : "UPDATE",
          namespace,
          name,
          userInfo: { username: "somebody" },
          object,
          ...(before === undefined ? {} : { oldObject: before }),
        },
      }),
    });
    const { response } = await (await judge.handle(request)).json() as Review;
    const { code = 403, message = "refused" } = response.status ?? {};
    if (!response.allowed) throw refusal(code, message, keyOf(object));
    return response;
  }
}

function refusal(code: number, message: string, path: string): ApiError {
  return new ApiError({ code, reason: "Refused", message }, { method: "ADMIT", path });
}

type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;
