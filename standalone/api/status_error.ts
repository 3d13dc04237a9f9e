/**
 * The errors of the Kubernetes API, as `metav1.Status` objects with the wording of the real API server.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import type { FieldError } from "./field_error.ts";
import { describeFieldError } from "./field_error.ts";
import type { JsonObject } from "./json.ts";
import type { ResourceType } from "./resource_type.ts";

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

function qualified(type: ResourceType): string {
  return type.group === "" ? type.plural : `${type.plural}.${type.group}`;
}

function detailsOf(type: ResourceType, name: string, more: JsonObject = {}): JsonObject {
  return {
    ...(name === "" ? {} : { name }),
    ...(type.group === "" ? {} : { group: type.group }),
    kind: type.plural,
    ...more,
  };
}

/** 404: no such object. */
export function notFound(type: ResourceType, name: string): StatusError {
  const message = `${qualified(type)} ${quote(name)} not found`;
  return new StatusError(404, "NotFound", message, detailsOf(type, name));
}

/** 404: no such path. Over HTTP its body is plain text. */
export function pathNotFound(): StatusError {
  return new StatusError(404, "", "404 page not found");
}

/** 404: the resource has no such subresource. */
export function subresourceNotFound(): StatusError {
  return new StatusError(404, "NotFound", "the server could not find the requested resource", {});
}

/** 409: the name is taken. */
export function alreadyExists(type: ResourceType, name: string, beingDeleted = false): StatusError {
  const prefix = beingDeleted ? "object is being deleted: " : "";
  const message = `${prefix}${qualified(type)} ${quote(name)} already exists`;
  return new StatusError(409, "AlreadyExists", message, detailsOf(type, name));
}

/** What the API server says when a resourceVersion is not the newest. */
export const STALE =
  "the object has been modified; please apply your changes to the latest version and try again";

/** 409: the object changed meanwhile, or a precondition does not hold. */
export function conflict(type: ResourceType, name: string, why: string = STALE): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(type)} ${quote(name)}: ${why}`;
  return new StatusError(409, "Conflict", message, detailsOf(type, name));
}

/** 409: a precondition of a deletion does not hold; it names the kind in the resource's place. */
export function preconditionFailed(type: ResourceType, name: string, why: string): StatusError {
  return conflict({ ...type, plural: type.kind }, name, why);
}

/** 403. */
export function forbidden(
  type: ResourceType,
  name: string,
  options: { readonly why: string; readonly causes?: JsonValue[] },
): StatusError {
  const message = `${qualified(type)} ${quote(name)} is forbidden: ${options.why}`;
  const more: JsonObject = options.causes === undefined ? {} : { causes: options.causes };
  return new StatusError(403, "Forbidden", message, detailsOf(type, name, more));
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
  type: ResourceType,
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const kind = type.group === "" ? type.kind : `${type.kind}.${type.group}`;
  const texts = [
    ...new Set(errors.map((error) => `${error.field}: ${describeFieldError(error)}`)),
  ];
  const all = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const message = `${kind} ${quote(name)} is invalid: ${all}`;
  return new StatusError(422, "Invalid", message, {
    ...(name === "" ? {} : { name }),
    ...(type.group === "" ? {} : { group: type.group }),
    kind: type.kind,
    causes: errors.map((error) => ({
      reason: error.type,
      message: describeFieldError(error),
      field: error.field,
    })),
  });
}

/** 500. */
export function internalError(cause: unknown): StatusError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const error = new StatusError(500, "InternalError", `Internal error occurred: ${text}`, {
    causes: [{ message: text }],
  });
  error.cause = cause;
  return error;
}

/** Text in double quotes, escaped as Go's `%q` does for what occurs in names and messages. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
