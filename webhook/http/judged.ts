/**
 * What became of a review, in few words: for metrics.
 *
 * @module
 */
import type { AdmissionRequest } from "./admission_review.ts";
import type { Decision } from "../judge/decision.ts";
import type { UnknownKindError } from "../judge/judge.ts";

/** What became of one review. */
export interface Judged {
  /** Which of the two webhooks was asked. */
  readonly webhook: "mutate" | "validate";
  /** `IPPool` or `VirtualMachineNetworkConfig`; `other` for what the webhook should not be asked about. */
  readonly kind: string;
  /** `failed`: it could not be judged, and the request was refused for that. */
  readonly result: "allowed" | "refused" | "failed";
  /** Kubernetes' reason of a refusal: `Invalid`, `Conflict`, `BadRequest` or `InternalError`; empty where it is allowed. */
  readonly reason: string;
  /** The first bad field without indexes, such as `spec.ipv4Config.cidr`; empty where no field is bad. */
  readonly field: string;
  /** How long it took, seconds. */
  readonly seconds: number;
}

const KINDS = ["IPPool", "VirtualMachineNetworkConfig"];
/** A name of a field; what somebody made up may be any text. */
const FIELD = /^[A-Za-z]\w{0,40}$/;
const DEEPEST = 4;

/** What became of a request: a decision, none for its kind, or nothing because something failed. */
export function judgedOf(
  { kind: { kind } }: AdmissionRequest,
  became: Decision | UnknownKindError | undefined,
): Omit<Judged, "webhook" | "seconds"> {
  const about = { kind: KINDS.includes(kind) ? kind : "other", field: "" };
  if (became === undefined) return { ...about, result: "failed", reason: "InternalError" };
  if (became instanceof Error) return { ...about, result: "failed", reason: "BadRequest" };
  if (became.allowed) return { ...about, result: "allowed", reason: "" };
  const { refusal } = became;
  const path = refusal.reason === "Invalid" ? refusal.errors[0]?.path ?? [] : [];
  const field = path.filter((key) => typeof key === "string" && FIELD.test(key))
    .slice(0, DEEPEST).join(".");
  return { ...about, result: "refused", reason: refusal.reason, field };
}
