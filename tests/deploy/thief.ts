/**
 * Somebody who has stolen a token, and tries what it is good for. Nothing that is tried is kept: every write is a dry run, which
 * authorization and admission judge like any other.
 *
 * @module
 */
import { connect } from "../../kube/connect/connect.ts";
import type { HttpMethod, JsonValue, RestClient } from "../../kube/rest_client.ts";

/** What somebody tries, in words and as a request. */
export interface Attempt {
  readonly what: string;
  readonly method: HttpMethod;
  /** With the query, if any. */
  readonly path: string;
  readonly body?: unknown;
  /** Of a PATCH; default `merge`. */
  readonly patch?: "merge" | "apply" | "json";
}

const CONTENT_TYPES = {
  merge: "application/merge-patch+json",
  apply: "application/apply-patch+yaml",
  json: "application/json-patch+json",
} as const;
const DENIED = /ValidatingAdmissionPolicy '[^']+' with binding '[^']+' denied request: (.*)$/s;

/** Tries with the token of a kubeconfig. */
export class Thief implements Disposable {
  readonly #rest: RestClient & Disposable;

  private constructor(rest: RestClient & Disposable) {
    this.#rest = rest;
  }

  static async with(kubeconfig: string): Promise<Thief> {
    return new Thief(await connect({ kubeconfig, env: {}, userAgent: "thief" }));
  }

  /** Tries it: `yes`, or who refused it. Throws where it fails for another reason than that it is forbidden. */
  async tries({ what, method, path, body, patch = "merge" }: Attempt): Promise<string> {
    const [plain = "", query = ""] = path.split("?");
    const querystring = new URLSearchParams(query);
    if (method !== "GET" && !plain.endsWith("/token")) querystring.set("dryRun", "All");
    if (patch === "apply") querystring.set("fieldManager", "thief");
    if (patch === "apply") querystring.set("force", "true");
    try {
      await this.#rest.performRequest({
        method,
        path: plain,
        querystring,
        expectJson: true,
        ...(body === undefined ? {} : { bodyJson: body as JsonValue }),
        ...(method === "PATCH" ? { contentType: CONTENT_TYPES[patch] } : {}),
      });
      return "yes";
    } catch (error) {
      const { status, message } = error as { readonly status?: number; readonly message: string };
      if (status !== 403) throw new Error(`Cannot try "${what}": ${message}`, { cause: error });
      const [, said] = DENIED.exec(message) ?? [];
      if (said !== undefined) return `no: ${said}`;
      return /cannot \w+ resource/.test(message) ? "no: RBAC" : `no: ${message}`;
    }
  }

  [Symbol.dispose](): void {
    this.#rest[Symbol.dispose]();
  }
}
