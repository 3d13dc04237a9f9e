/**
 * What is answered where a question cannot be.
 *
 * @module
 */
import { printable } from "./output/table.ts";

/** A question that cannot be answered, and why. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: 400 | 404 | 503;

  constructor(code: Refusal["code"], message: string) {
    super(message);
    this.code = code;
  }
}

const REASONS = {
  400: "BadRequest",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  500: "InternalError",
  503: "ServiceUnavailable",
} as const;

/** A refusal as the Kubernetes API words it: `kubectl get --raw` shows the message of such an answer, and of no other. */
export function statusResponse(code: keyof typeof REASONS, message: string): Response {
  return Response.json({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    // kubectl shows it as it is.
    message: printable(message),
    reason: REASONS[code],
    code,
  }, { status: code });
}
