/**
 * The HTTP side of the webhook.
 *
 * @module
 */
import { parseCidr } from "../core/net/mod.ts";
import { type AdmissionRequest, readReview } from "./admission_review.ts";
import { answerReview, failure, refusedReview } from "./answers.ts";
import type { ClusterView } from "./cluster_view.ts";
import type { Decision } from "./decision.ts";
import { type Judge, mutate, UnknownKindError, validate } from "./judge.ts";
import type { WebhookLog } from "./log.ts";
import { readBody } from "./read_body.ts";

/** What {@linkcode createWebhook} is made of. */
export interface WebhookOptions {
  /** What there is in the cluster. */
  readonly cluster: ClusterView;
  /** The cluster's Service ranges, such as `10.53.0.0/16`: a pool that overlaps one is warned about. */
  readonly serviceCidrs?: readonly string[];
  /** Users whose writes are let through unseen: the controller and the garbage collector. */
  readonly trustedUsers?: readonly string[];
  /** Why requests cannot be judged yet, one sentence each; unset: they can. */
  readonly notReady?: () => readonly string[];
  /** Longest body, bytes. Default 8 MiB: an API server's largest object twice. */
  readonly maxBodyBytes?: number;
  /** Unset: nothing is said. */
  readonly log?: WebhookLog;
}

/** Answers one HTTP request. It never throws. */
export type WebhookHandler = (request: Request) => Promise<Response>;

const MAX_BODY_BYTES = 8 * 1024 * 1024;
const JSON_TYPE = /^application\/json\s*(;|$)/i;

/**
 * The webhook as a function from `Request` to `Response`:
 *
 * - `POST /mutate` and `POST /validate` take an AdmissionReview (`admission.k8s.io/v1`) and answer one with the same uid,
 *   also where judging failed (code 500) or cannot be done (400). Refusals carry every bad field in `status.details.causes`.
 * - `GET /healthz` and `GET /readyz`: 200, or 503 with the reasons.
 * - What is no review has no uid to repeat and is answered by HTTP status and a `metav1.Status`: 400, 404, 405, 413, 415.
 *
 * Source: Kubernetes, "Dynamic Admission Control".
 *
 * @throws {AddressError} If a Service range is no IPv4 subnet
 *
 * @example
 * ```ts
 * import { createWebhook, viewOfObjects } from "@vm-dhcp/vm-dhcp/webhook";
 * import { strictEqual } from "node:assert/strict";
 *
 * const handle = createWebhook({ cluster: viewOfObjects({ networks: [], pools: [], configs: [] }) });
 * const answer = await handle(
 *   new Request("https://webhook/validate", {
 *     method: "POST",
 *     headers: { "content-type": "application/json" },
 *     body: JSON.stringify({
 *       apiVersion: "admission.k8s.io/v1",
 *       kind: "AdmissionReview",
 *       request: {
 *         uid: "705ab4f5",
 *         kind: { group: "network.harvesterhci.io", version: "v1alpha1", kind: "IPPool" },
 *         operation: "CREATE",
 *         object: {
 *           apiVersion: "network.harvesterhci.io/v1alpha1",
 *           kind: "IPPool",
 *           metadata: { name: "net-48", namespace: "default" },
 *           spec: { networkName: "net-48", ipv4Config: { cidr: "192.168.48.0/24" } },
 *         },
 *       },
 *     }),
 *   }),
 * );
 * const { response } = await answer.json();
 * strictEqual(response.uid, "705ab4f5");
 * strictEqual(
 *   response.status.message,
 *   'IPPool "net-48" is invalid: spec.networkName: Invalid value: "net-48": ' +
 *     "must name a NetworkAttachmentDefinition: there is no default/net-48",
 * );
 * ```
 */
export function createWebhook(options: WebhookOptions): WebhookHandler {
  const { cluster, notReady = () => [], maxBodyBytes = MAX_BODY_BYTES, log } = options;
  const judge: Judge = {
    cluster,
    serviceCidrs: (options.serviceCidrs ?? []).map(parseCidr),
    trusted: new Set(options.trustedUsers ?? []),
  };
  const review = (decide: Decide) => (request: Request) =>
    answer(request, { judge, decide, maxBodyBytes, log });
  const routes: Readonly<Record<string, Route>> = {
    "/mutate": { methods: ["POST"], handle: review(mutate) },
    "/validate": { methods: ["POST"], handle: review(validate) },
    "/healthz": { methods: PROBE, handle: () => probe("alive", []) },
    "/readyz": { methods: PROBE, handle: () => probe("ready", notReady()) },
  };
  return async (request) => {
    const { pathname } = new URL(request.url);
    const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
    if (route === undefined) {
      const message = `No such page: ${pathname}`;
      return failure({ code: 404, reason: "NotFound", message });
    }
    if (!route.methods.includes(request.method)) {
      const message = `Cannot ${request.method} ${pathname}`;
      const allow = route.methods.join(", ");
      return failure({ code: 405, reason: "MethodNotAllowed", message }, { allow });
    }
    return await route.handle(request);
  };
}

interface Route {
  readonly methods: readonly string[];
  readonly handle: (request: Request) => Response | Promise<Response>;
}

type Decide = (request: AdmissionRequest, judge: Judge) => Decision | Promise<Decision>;

const PROBE = ["GET", "HEAD"];

function probe(name: string, reasons: readonly string[]): Response {
  const good = reasons.length === 0;
  return Response.json({ [name]: good, reasons }, { status: good ? 200 : 503 });
}

interface AnswerOptions {
  readonly judge: Judge;
  readonly decide: Decide;
  readonly maxBodyBytes: number;
  readonly log: WebhookLog | undefined;
}

async function answer(request: Request, options: AnswerOptions): Promise<Response> {
  const type = request.headers.get("content-type") ?? "";
  if (!JSON_TYPE.test(type)) {
    const message = `Cannot read a body that is not application/json: ${JSON.stringify(type)}`;
    return failure({ code: 415, reason: "UnsupportedMediaType", message });
  }
  let body: unknown;
  try {
    const text = await readBody(request, options.maxBodyBytes);
    if (text === undefined) {
      const message = `Cannot read a body of more than ${options.maxBodyBytes} bytes`;
      return failure({ code: 413, reason: "RequestEntityTooLarge", message });
    }
    body = JSON.parse(text);
  } catch {
    const message = "Cannot read the body: it is no JSON";
    return failure({ code: 400, reason: "BadRequest", message });
  }
  const read = readReview(body);
  if (read.ok) return await judged(read.request, options);
  const status = { code: 400, reason: "BadRequest", message: read.message };
  return read.uid === undefined ? failure(status) : refusedReview(read.uid, status);
}

async function judged(request: AdmissionRequest, options: AnswerOptions): Promise<Response> {
  const { judge, decide, log } = options;
  const { uid, operation, kind: { kind }, namespace, name, username } = request;
  const about = { uid, operation, kind, namespace, name, username };
  try {
    const decision = await decide(request, judge);
    log?.debug("Request judged", { ...about, allowed: decision.allowed });
    return answerReview(request, decision);
  } catch (error) {
    log?.error("Request cannot be judged", { ...about, error });
    if (error instanceof UnknownKindError) {
      return refusedReview(uid, { code: 400, reason: "BadRequest", message: error.message });
    }
    // The detail is in the log; the world outside learns only that it failed.
    const message = `Cannot judge ${operation} of ${kind}: internal error`;
    return refusedReview(uid, { code: 500, reason: "InternalError", message });
  }
}
