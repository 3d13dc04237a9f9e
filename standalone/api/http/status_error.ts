/**
 * The errors of the Kubernetes API, as `metav1.Status` objects with the wording of the real API server.
 *
 * @module
 */
import { errorText } from "../../../core/error_text.ts";
import type { JsonValue } from "../../../kube/rest_client.ts";
import type { FieldError } from "./field_error.ts";
import { describeFieldError } from "./field_error.ts";
import type { JsonObject } from "../json.ts";
import { type Kind, resourceName } from "../kinds/kind.ts";

/**
 * An answer of 400 or more: `httpCode` is the HTTP status, `status` the `Status` object.
 */
export class StatusError extends Error {
  /** `StatusError`. */
  override readonly name = "StatusError";
  /** HTTP status. */
  readonly httpCode: number;
  /** `metav1.Status`. */
  readonly status: JsonObject;

  /** An error with an HTTP status, Kubernetes' reason, a message and `details`. */
  constructor(code: number, reason: string, message: string, details?: JsonObject) {
    super(message);
    this.httpCode = code;
    this.status = {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      ...(reason === "" ? {} : { reason }),
      ...(details === undefined ? {} : { details }),
      code,
    };
  }

  /** `reason` of the Status. */
  get reason(): string {
    return String(this.status.reason ?? "");
  }
}

function detailsOf({ group, plural }: Kind, name: string, more: JsonObject = {}): JsonObject {
  return {
    ...(name === "" ? {} : { name }),
    ...(group === "" ? {} : { group }),
    kind: plural,
    ...more,
  };
}

/** 404: no such object. */
export function notFound(kind: Kind, name: string): StatusError {
  const message = `${resourceName(kind)} ${JSON.stringify(name)} not found`;
  return new StatusError(404, "NotFound", message, detailsOf(kind, name));
}

/** 404: no such path. Over HTTP the body is plain text, but for what could be one of Kubernetes' own kinds. */
export function pathNotFound(path: string): StatusError {
  return path.startsWith("/api/")
    ? new StatusError(404, "NotFound", "the server could not find the requested resource", {})
    : new StatusError(404, "", "404 page not found");
}

/** 409: the name is taken. */
export function alreadyExists(kind: Kind, name: string, beingDeleted = false): StatusError {
  const prefix = beingDeleted ? "object is being deleted: " : "";
  const message = `${prefix}${resourceName(kind)} ${JSON.stringify(name)} already exists`;
  return new StatusError(409, "AlreadyExists", message, detailsOf(kind, name));
}

/** What the API server says when a resourceVersion is not the newest. */
const STALE =
  "the object has been modified; please apply your changes to the latest version and try again";

/** 409: the object changed meanwhile, or a precondition does not hold. */
export function conflict(kind: Kind, name: string, why: string = STALE): StatusError {
  const message = `Operation cannot be fulfilled on ${resourceName(kind)} ${
    JSON.stringify(name)
  }: ${why}`;
  return new StatusError(409, "Conflict", message, detailsOf(kind, name));
}

/** 409: a precondition of a deletion does not hold; it names the kind in the resource's place. */
export function preconditionFailed(kind: Kind, name: string, why: string): StatusError {
  return conflict({ ...kind, plural: kind.name }, name, why);
}

/** 403. */
export function forbidden(
  kind: Kind,
  name: string,
  options: { readonly why: string; readonly causes?: JsonValue[] },
): StatusError {
  const message = `${resourceName(kind)} ${JSON.stringify(name)} is forbidden: ${options.why}`;
  const more: JsonObject = options.causes === undefined ? {} : { causes: options.causes };
  return new StatusError(403, "Forbidden", message, detailsOf(kind, name, more));
}

/** 400. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, "BadRequest", message);
}

/** 410: the resourceVersion, or the continue token, is older than what is kept. */
export function expired(message: string): StatusError {
  return new StatusError(410, "Expired", message);
}

/** 405. */
export function methodNotAllowed(): StatusError {
  return new StatusError(
    405,
    "MethodNotAllowed",
    "the server does not allow this method on the requested resource",
    {},
  );
}

/** 415. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  return new StatusError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${
      accepted.join(", ")
    }`,
  );
}

/** 413. */
export function requestEntityTooLarge(why: string): StatusError {
  return new StatusError(413, "RequestEntityTooLarge", `Request entity too large: ${why}`);
}

/** 406. */
export function notAcceptable(accepted: readonly string[]): StatusError {
  return new StatusError(
    406,
    "NotAcceptable",
    `only the following media types are accepted: ${accepted.join(", ")}`,
  );
}

/** 503. */
export function serviceUnavailable(message: string): StatusError {
  return new StatusError(503, "ServiceUnavailable", message);
}

/** 422 with one cause per field error. */
export function invalid(
  { group, name: kind }: Pick<Kind, "group" | "name">,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const texts = errors.map((error) => `${error.field}: ${describeFieldError(error)}`);
  const all = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const qualified = group === "" ? kind : `${kind}.${group}`;
  const message = `${qualified} ${JSON.stringify(name)} is invalid: ${all}`;
  return new StatusError(422, "Invalid", message, {
    ...(name === "" ? {} : { name }),
    ...(group === "" ? {} : { group }),
    kind,
    causes: errors.map((error) => ({
      reason: error.type,
      message: describeFieldError(error),
      field: error.field,
    })),
  });
}

/** 500. */
export function internalError(cause: unknown): StatusError {
  const text = errorText(cause);
  const error = new StatusError(500, "InternalError", `Internal error occurred: ${text}`, {
    causes: [{ message: text }],
  });
  error.cause = cause;
  return error;
}
