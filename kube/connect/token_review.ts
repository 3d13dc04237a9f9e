/**
 * Whose token somebody shows.
 *
 * @module
 */
import { requestJson } from "../objects/request_json.ts";
import type { RestClient } from "../rest_client.ts";

/** A token, and for whom it has to be. */
interface TokenClaim {
  readonly token: string;
  readonly audience: string;
}

const API_VERSION = "authentication.k8s.io/v1";

/**
 * Asks the API server whose token it is: answers the user's name, such as `system:serviceaccount:vm-dhcp:vm-dhcp-controller`;
 * `undefined` for one that is none, is no longer, or is for somebody else. Rejects where the API server does not say.
 *
 * Source: Kubernetes API reference, TokenReview v1.
 */
export async function reviewToken(
  rest: RestClient,
  { token, audience }: TokenClaim,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const answer = await requestJson(rest, {
    method: "POST",
    path: `/apis/${API_VERSION}/tokenreviews`,
    body: {
      apiVersion: API_VERSION,
      kind: "TokenReview",
      spec: { token, audiences: [audience] },
    },
    signal,
  });
  const { status } = answer as {
    readonly status?: {
      readonly authenticated?: boolean;
      readonly audiences?: readonly string[];
      readonly user?: { readonly username?: string };
    };
  };
  // An API server that knows no audiences says none, and has not looked at them.
  const isForUs = status?.audiences?.includes(audience) === true;
  return status?.authenticated === true && isForUs ? status.user?.username : undefined;
}
