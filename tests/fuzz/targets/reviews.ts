/**
 * Admission reviews through the webhook.
 *
 * @module
 */
import fc from "fast-check";
import { applyPatch } from "rfc6902";
import { compilePool } from "../../../core/dhcp/mod.ts";
import type { IPPool } from "../../../core/api/types.ts";
import { createWebhook } from "../../../webhook/http/handler.ts";
import { viewOfObjects } from "../../../webhook/cluster/cluster_view.ts";
import { ALL_CASES } from "../../../webhook/testing/all_cases.ts";
import { CONFIGS, NETWORKS, POOLS } from "../../../webhook/testing/objects.ts";
import { damaged, edited, type Json, textOf, withUnspeakable } from "../arbitraries.ts";
import type { FuzzTarget } from "../target.ts";

/** A request. */
interface ReviewInput {
  readonly path: string;
  readonly body: string;
}

const errors: unknown[] = [];
const webhook = createWebhook({
  cluster: viewOfObjects({ networks: NETWORKS, pools: POOLS, configs: CONFIGS }),
  serviceCidrs: ["10.96.0.0/12"],
  trustedUsers: ["controller"],
  log: { debug: () => undefined, error: (_message, keys) => void errors.push(keys?.error) },
});

/** The bodies of the webhook's own cases, and the objects that it knows as reviews. */
const BODIES: readonly Json[] = Object.values(ALL_CASES).flat().flatMap(({ request }) => {
  try {
    return [JSON.parse(request.body ?? "")];
  } catch {
    return [];
  }
});

const body = edited(BODIES).map(textOf);

/** Whatever is asked: an answer below 500, with the uid of the question; what is let through works. */
export const reviews: FuzzTarget<ReviewInput> = {
  inputs: fc.record({
    path: fc.constantFrom("/mutate", "/validate"),
    body: fc.oneof({ weight: 9, arbitrary: body }, damaged(body)),
  }, { noNullPrototype: true }),
  always: withUnspeakable(BODIES).flatMap((body) =>
    ["/mutate", "/validate"].map((path) => ({ path, body: textOf(body) }))
  ),
  async check({ path, body }) {
    const { status, response } = await ask(path, body);
    const uid = uidOf(body);
    if (uid === undefined) {
      if (status < 400 || status >= 500) throw new Error(`HTTP ${status} to what is no review`);
      return;
    }
    if (status !== 200) throw new Error(`HTTP ${status} to a review`);
    if (response?.uid !== uid) throw new Error(`The uid is ${JSON.stringify(response?.uid)}`);
    if (typeof response.allowed !== "boolean") throw new Error("The answer has no allowed");
    if (!response.allowed) return checkRefusal(response);
    const { request } = JSON.parse(body.replace(/^\ufeff/, ""));
    if (response.patch !== undefined) await checkPatch(response.patch, request);
    else if (path === "/validate") checkAllowed(request);
  },
};

interface ReviewAnswer {
  readonly uid?: unknown;
  readonly allowed?: unknown;
  readonly patch?: string;
  readonly status?: { readonly code?: unknown; readonly message?: unknown };
}

async function ask(
  path: string,
  body: string,
): Promise<{ readonly status: number; readonly response: ReviewAnswer | undefined }> {
  errors.length = 0;
  const headers = { "content-type": "application/json" };
  const answer = await webhook(
    new Request(`http://webhook${path}`, { method: "POST", headers, body }),
  );
  return { status: answer.status, response: (await answer.json()).response };
}

/** The uid that the answer must have; `undefined` where there is none to repeat. */
function uidOf(body: string): string | undefined {
  try {
    // A byte order mark is no part of the text.
    const review = JSON.parse(body.replace(/^\ufeff/, ""));
    const isReview = review.kind === "AdmissionReview" || typeof review === "object";
    const uid = isReview && !Array.isArray(review.request) ? review.request.uid : undefined;
    return typeof uid === "string" && uid !== "" && !Array.isArray(review) ? uid : undefined;
  } catch {
    return undefined;
  }
}

function checkRefusal({ status }: ReviewAnswer): void {
  const { code, message } = status ?? {};
  if (typeof code !== "number" || code < 400 || code >= 500) {
    throw new Error(`Refused by ${code}: ${message}`, { cause: errors[0] });
  }
  if (typeof message !== "string" || message === "") throw new Error("Refused without a word");
  if (message.length > 100_000) throw new Error(`Refused by ${message.length} characters`);
}

/** What was filled in can be applied, and then there is nothing more to fill in. */
async function checkPatch(patch: string, request: { readonly object: object }): Promise<void> {
  const operations = JSON.parse(new TextDecoder().decode(Uint8Array.fromBase64(patch)));
  const failed = applyPatch(request.object, operations).find((one) => one !== null);
  if (failed !== undefined) throw new Error(`The patch cannot be applied: ${failed?.message}`);
  const body = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
  const again = await ask("/mutate", JSON.stringify(body));
  if (again.response?.patch !== undefined) throw new Error("The object is filled in twice");
}

/** A new pool that was let through can be served as it is. */
function checkAllowed(request: Readonly<Record<string, unknown>>): void {
  const { kind, operation, subResource, userInfo } = request as {
    readonly kind?: { readonly kind?: unknown };
    readonly operation?: unknown;
    readonly subResource?: unknown;
    readonly userInfo?: { readonly username?: unknown } | null;
  };
  const object = request.object as IPPool;
  const unseen = userInfo?.username === "controller" ||
    (typeof subResource === "string" && subResource !== "") ||
    object?.metadata?.deletionTimestamp !== undefined;
  if (kind?.kind !== "IPPool" || operation !== "CREATE" || unseen) return;
  const { status: _, ...asked } = object;
  const { network, problems } = compilePool(asked);
  // The server's address may be left out: it is filled in before.
  const others = problems.filter(({ path }) => path.at(-1) !== "serverIP");
  if (others.length > 0) throw new Error(`Let through, and then: ${JSON.stringify(others)}`);
  if (problems.length === 0 && network === undefined) throw new Error("Let through, not served");
}
