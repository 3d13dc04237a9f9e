/**
 * Who may ask an agent what it hears.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { AGENT_AUDIENCE } from "../../core/api/agent/agent_audience.ts";
import { errorText } from "../../core/error_text.ts";
import { reviewToken } from "../../kube/connect/token_review.ts";
import { TokenBuckets } from "../../kube/events/token_buckets.ts";
import type { RestClient } from "../../kube/rest_client.ts";
import type { Clock } from "../../runtime/clock.ts";
import { isLoopbackAddress, strangerReason } from "../../runtime/http/same_machine.ts";

/** How long the API server's word on a token counts. */
const KEPT_MS = 60_000;
/** Tokens whose word is kept. */
const MOST_KEPT = 64;
/** Tokens that one address may have asked about at once, and the time for one more. */
const REVIEWS = { size: 5, refillMs: 1_000 };
/** Questions that are under way at once, whoever asks. */
const MOST_UNDER_WAY = 8;

/** What {@linkcode controllerOnly} is given. */
interface DoorOptions {
  /** Tells whose token it is. */
  readonly rest: RestClient;
  readonly clock: Clock;
  /** Who is let in: such as `system:serviceaccount:vm-dhcp:vm-dhcp-controller`. Unset: who asks from this machine alone. */
  readonly user: string | undefined;
}

/** Answers why somebody is not let in; `undefined`: he is. */
type Door = (
  request: Request,
  peer: { readonly address: string },
) => Promise<Response | undefined>;

/**
 * Lets in who asks from this machine itself (`kubectl port-forward`, `kubectl exec`), and who shows a token of the user's for the
 * audience {@linkcode AGENT_AUDIENCE}. 401: no token, or none that counts. 403: it is somebody else's. 503: the API server does not say
 * whose it is, or is asked too much.
 */
export function controllerOnly({ rest, clock, user }: DoorOptions): Door {
  const buckets = new TokenBuckets({ ...REVIEWS, clock });
  /** By the token's digest. */
  const kept = new Map<string, { readonly name: string | undefined; readonly until: number }>();
  let underWay = 0;

  return async (request, { address }) => {
    if (isLoopbackAddress(address)) {
      const stranger = strangerReason(request);
      return stranger === undefined
        ? undefined
        : refusal(403, `Only this machine and the controller are answered: ${stranger}`);
    }
    if (user === undefined) {
      return refusal(403, "Only this machine is answered: nobody else was named to this agent");
    }
    const [, token] = /^Bearer ([\x21-\x7e]{1,8192})$/.exec(
      request.headers.get("authorization") ?? "",
    ) ?? [];
    if (token === undefined) {
      return refusal(401, "Only the controller is answered: the request has no bearer token");
    }
    const digest = createHash("sha256").update(token).digest("base64");
    const known = kept.get(digest);
    if (known !== undefined && known.until > clock.monotonic()) return judge(known.name);
    if (underWay >= MOST_UNDER_WAY || !buckets.take(address)) {
      return refusal(503, "The API server is not asked whose token it is: too many are shown");
    }
    underWay++;
    try {
      const name = await reviewToken(rest, { token, audience: AGENT_AUDIENCE }, request.signal);
      keep(digest, name);
      return judge(name);
    } catch (error) {
      return refusal(503, `The API server does not say whose token it is: ${errorText(error)}`);
    } finally {
      underWay--;
    }
  };

  function judge(name: string | undefined): Response | undefined {
    if (name === user) return undefined;
    return name === undefined
      ? refusal(401, `The token is none of this cluster's for the audience ${AGENT_AUDIENCE}`)
      : refusal(403, `Only the controller, ${user}, is answered: the token is of ${name}`);
  }

  function keep(digest: string, name: string | undefined): void {
    kept.delete(digest);
    kept.set(digest, { name, until: clock.monotonic() + KEPT_MS });
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
  }
}

function refusal(status: number, error: string): Response {
  const headers = status === 401 ? { "www-authenticate": "Bearer" } : undefined;
  return Response.json({ error }, { status, ...(headers && { headers }) });
}
