/**
 * The HTTP side of the webhook.
 *
 * @module
 */
import { type Context, Hono, type Next } from "hono";
import { methodNotAllowed } from "hono/method-not-allowed";
import type { Tenancy } from "../../core/api/tenancy.ts";
import { parseCidr } from "../../core/net/mod.ts";
import { Bodies, BodyError } from "../../runtime/http/bodies.ts";
import { parseJsonBody } from "../../runtime/http/json_body.ts";
import { type AdmissionRequest, readReview } from "./admission_review.ts";
import { answerReview, failure, refusedReview } from "./answers.ts";
import { type Judged, judgedOf } from "./judged.ts";
import type { ClusterView } from "../cluster/cluster_view.ts";
import type { Decision, JudgeOptions, OwnAddress } from "../judge/decision.ts";
import { mutate, UnknownKindError, validate } from "../judge/judge.ts";

/** Takes a constant message and what varies; a `Logger` of `runtime/log.ts` is one. */
export interface WebhookLog {
  /** One line per request. */
  debug(message: string, keys?: Readonly<Record<string, unknown>>): void;
  /** A request that could not be judged. */
  error(message: string, keys?: Readonly<Record<string, unknown>>): void;
}

/** What {@linkcode createWebhook} is made of. */
export interface WebhookOptions {
  /** What there is in the cluster. */
  readonly cluster: ClusterView;
  /** The cluster's Service ranges, such as `10.53.0.0/16`: a pool that overlaps one is warned about, a server in one refused. */
  readonly serviceCidrs?: readonly string[];
  /** Whether a network is for every namespace, or only for its own and those that it names. Default `shared`. */
  readonly tenancy?: Tenancy;
  /** Addresses that the cluster needs itself: none may be a pool's `serverIP`. */
  readonly ownAddresses?: readonly OwnAddress[];
  /** Users whose writes are let through unseen: the controller and the garbage collector. */
  readonly trustedUsers?: readonly string[];
  /** Why requests cannot be judged yet, one sentence each; unset: they can. */
  readonly notReady?: () => readonly string[];
  /** The metrics, Prometheus text. Unset: no `/metrics`. */
  readonly metrics?: { render(): Promise<string>; readonly contentType: string };
  /** Longest body, bytes. Default 3 MiB: what an API server takes, and the largest IPPool twice. */
  readonly maxBodyBytes?: number;
  /** Unset: nothing is said. */
  readonly log?: WebhookLog;
  /** Called with what became of each review, for metrics. */
  readonly onJudged?: (judged: Judged) => void;
  /** A clock that does not go back, milliseconds, for `onJudged`. Default: `performance.now`. */
  readonly now?: () => number;
}

/** Answers one HTTP request. It never throws. */
export type WebhookHandler = (request: Request) => Promise<Response>;

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/**
 * The webhook as a function from `Request` to `Response`:
 *
 * - `POST /mutate` and `POST /validate` take an AdmissionReview (`admission.k8s.io/v1`) and answer one with the same uid,
 *   also where judging failed (code 500) or cannot be done (400). Refusals carry every bad field in `status.details.causes`.
 * - `GET /healthz` and `GET /readyz`: 200, or 503 with the reasons. `GET /metrics`, where there are any.
 * - What is no review has no uid to repeat and is answered by HTTP status and a `metav1.Status`: 400, 404, 405, 413, 415,
 *   503 where too many bodies come at once.
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
 *           spec: { networkName: "net-48", ipv4Config: { cidr: "192.168.48.0/33" } },
 *         },
 *       },
 *     }),
 *   }),
 * );
 * const { response } = await answer.json();
 * strictEqual(response.uid, "705ab4f5");
 * strictEqual(
 *   response.status.message,
 *   'IPPool "net-48" is invalid: spec.ipv4Config.cidr: Invalid value: "192.168.48.0/33": ' +
 *     "must be an IPv4 subnet such as 192.168.48.0/24: a prefix length from 0 to 32 wanted",
 * );
 * ```
 */
export function createWebhook(options: WebhookOptions): WebhookHandler {
  const { cluster, notReady = () => [], metrics, maxBodyBytes, log } = options;
  const { onJudged = () => undefined, now = () => performance.now() } = options;
  const judge: JudgeOptions = {
    cluster,
    serviceCidrs: (options.serviceCidrs ?? []).map(parseCidr),
    tenancy: options.tenancy ?? "shared",
    ownAddresses: options.ownAddresses ?? [],
    trusted: new Set(options.trustedUsers ?? []),
  };
  const app = new Hono();
  app.use(methodNotAllowed({
    app,
    onMethodNotAllowed: ({ req }, methods) => {
      const message = `Cannot ${req.method} ${req.path}`;
      const allow = methods.join(", ");
      return failure({ code: 405, reason: "MethodNotAllowed", message }, { allow });
    },
  }));
  const bodies = new Bodies(maxBodyBytes === undefined ? {} : { most: maxBodyBytes });
  for (const [webhook, decide] of [["mutate", mutate], ["validate", validate]] as const) {
    const asked = { judge, webhook, decide, bodies, log, onJudged, now };
    app.post(`/${webhook}`, onlyJson, ({ req }) => answer(req.raw, asked));
  }
  app.get("/healthz", () => probe("alive", []));
  app.get("/readyz", () => probe("ready", notReady()));
  if (metrics !== undefined) {
    app.get("/metrics", async ({ body }) => {
      return body(await metrics.render(), 200, { "content-type": metrics.contentType });
    });
  }
  app.notFound(({ req }) =>
    failure({ code: 404, reason: "NotFound", message: `No such page: ${req.path}` })
  );
  app.onError((error) => {
    log?.error("Request cannot be answered", { error });
    return failure({ code: 500, reason: "InternalError", message: "Internal error" });
  });
  return async (request) => await app.fetch(request);
}

function probe(name: string, reasons: readonly string[]): Response {
  const good = reasons.length === 0;
  return Response.json({ [name]: good, reasons }, { status: good ? 200 : 503 });
}

/** Lets a request with a JSON body through. */
async function onlyJson({ req }: Context, next: Next): Promise<Response | void> {
  const type = req.header("content-type") ?? "";
  if (JSON_TYPE.test(type)) return await next();
  const message = `Cannot read a body that is not application/json: ${JSON.stringify(type)}`;
  return failure({ code: 415, reason: "UnsupportedMediaType", message });
}

const REASONS: Readonly<Record<BodyError["code"], string>> = {
  400: "BadRequest",
  413: "RequestEntityTooLarge",
  503: "ServiceUnavailable",
};

interface AnswerOptions {
  readonly judge: JudgeOptions;
  readonly decide: (request: AdmissionRequest, judge: JudgeOptions) => Decision | Promise<Decision>;
  readonly webhook: Judged["webhook"];
  readonly bodies: Bodies;
  readonly log: WebhookLog | undefined;
  readonly onJudged: (judged: Judged) => void;
  readonly now: () => number;
}

async function answer(request: Request, options: AnswerOptions): Promise<Response> {
  try {
    const body = await options.bodies.read(request);
    try {
      return await answerText(body.text, options);
    } finally {
      body.release();
    }
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    const { code, message } = error;
    return failure({ code, reason: REASONS[code], message });
  }
}

async function answerText(text: () => string, options: AnswerOptions): Promise<Response> {
  let body: unknown;
  try {
    body = parseJsonBody(text());
  } catch {
    const message = "Cannot read the body: it is no JSON";
    return failure({ code: 400, reason: "BadRequest", message });
  }
  const read = readReview(body);
  if (read.ok) return await judged(read.request, options);
  const status = { code: 400, reason: "BadRequest", message: read.message };
  return read.uid === undefined ? failure(status) : refusedReview(read.uid, status);
}

/** Characters of a uid that are logged; an API server's has 36. */
const LOGGED_UID = 128;

async function judged(request: AdmissionRequest, options: AnswerOptions): Promise<Response> {
  const { judge, webhook, decide, log, onJudged, now } = options;
  const startedAt = now();
  const tell = (became: Decision | UnknownKindError | undefined) =>
    onJudged({ webhook, ...judgedOf(request, became), seconds: (now() - startedAt) / 1000 });
  const { uid, operation, kind: { kind }, namespace, name, username } = request;
  // The answer repeats the whole uid, the log its beginning.
  const about = { uid: uid.slice(0, LOGGED_UID), operation, kind, namespace, name, username };
  try {
    const decision = await decide(request, judge);
    log?.debug("Request judged", { ...about, allowed: decision.allowed });
    tell(decision);
    return answerReview(request, decision);
  } catch (error) {
    // No API server is told to ask about other kinds, and whoever does is not to fill the log.
    const isUnknown = error instanceof UnknownKindError;
    tell(isUnknown ? error : undefined);
    log?.[isUnknown ? "debug" : "error"]("Request cannot be judged", { ...about, error });
    if (isUnknown) {
      return refusedReview(uid, { code: 400, reason: "BadRequest", message: error.message });
    }
    // The detail is in the log; the world outside learns only that it failed.
    const message = `Cannot judge ${operation} of ${kind}: internal error`;
    return refusedReview(uid, { code: 500, reason: "InternalError", message });
  }
}
