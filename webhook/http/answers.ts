/**
 * What the API server is answered.
 *
 * @module
 */
import { GROUP } from "../../core/api/names.ts";
import { type FieldError, fieldPath, shortJson } from "../../core/api/fields/field_error.ts";
import { type AdmissionRequest, REVIEW_VERSION } from "./admission_review.ts";
import type { Decision, JsonPatchOperation, Refusal } from "../judge/decision.ts";

const PIECE_BYTES = 8_192;

/** A failure as `metav1.Status`. */
interface FailureStatus {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An answer outside of any review: HTTP status and a `metav1.Status`. */
export function failure(
  status: FailureStatus,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json(statusObject(status), { status: status.code, headers });
}

/** The answer to a review that could not be judged. */
export function refusedReview(uid: string, status: FailureStatus): Response {
  return review({ uid, allowed: false, status: statusObject(status) });
}

/** The answer to a review. */
export function answerReview(request: AdmissionRequest, decision: Decision): Response {
  const warnings = decision.warnings.length === 0 ? {} : { warnings: decision.warnings };
  const { uid } = request;
  if (!decision.allowed) {
    const status = statusObject(statusOf(request, decision.refusal));
    return review({ uid, allowed: false, status, ...warnings });
  }
  return review({ uid, allowed: true, ...patchOf(decision.patch), ...warnings });
}

function review(response: Readonly<Record<string, unknown>>): Response {
  return Response.json({ apiVersion: REVIEW_VERSION, kind: "AdmissionReview", response });
}

function statusObject(status: FailureStatus): Readonly<Record<string, unknown>> {
  return { apiVersion: "v1", kind: "Status", metadata: {}, status: "Failure", ...status };
}

function patchOf(
  patch: readonly JsonPatchOperation[],
): { readonly patchType?: "JSONPatch"; readonly patch?: string } {
  if (patch.length === 0) return {};
  return { patchType: "JSONPatch", patch: base64(JSON.stringify(patch)) };
}

/** Base64 of the UTF-8 form, with what every runtime has; piece by piece, since a call takes only so many arguments. */
function base64(text: string): string {
  const bytes = new TextEncoder().encode(text);
  let binary = "";
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    binary += String.fromCharCode(...bytes.subarray(at, at + PIECE_BYTES));
  }
  return btoa(binary);
}

function statusOf(request: AdmissionRequest, refusal: Refusal): FailureStatus {
  const { name, kind: { kind } } = request;
  const object = { name, group: GROUP, kind };
  if (refusal.reason === "Conflict") {
    const message = `${kind} ${JSON.stringify(name)} ${refusal.message}`;
    return { code: 409, reason: "Conflict", message, details: object };
  }
  const causes = refusal.errors.map(causeOf);
  const all = causes.map(({ field, message }) => `${field}: ${message}`);
  return {
    code: 422,
    reason: "Invalid",
    message: `${kind} ${JSON.stringify(name)} is invalid: ${
      all.length === 1 ? all[0] : `[${all.join(", ")}]`
    }`,
    details: { ...object, causes },
  };
}

/** A cause as Kubernetes words it, so that kubectl shows it like its own. */
function causeOf({ path, value, message }: FieldError): {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
} {
  const field = path.length === 0 ? "<nil>" : fieldPath(path);
  if (value === undefined) return { reason: "FieldValueRequired", message, field };
  return {
    reason: "FieldValueInvalid",
    message: `Invalid value: ${shortJson(value)}: ${message}`,
    field,
  };
}
