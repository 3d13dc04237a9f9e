/**
 * What a Kubernetes API server answers when it refuses, and how to tell the kinds of refusal apart, whichever
 * client threw it.
 *
 * @module
 */
import { errorText } from "../core/error_text.ts";

/** One cause of a refusal, usually one bad field: `metav1.StatusCause`. */
export interface StatusCause {
  /** CamelCase, such as `FieldValueInvalid`. */
  readonly reason?: string;
  /** For people. */
  readonly message?: string;
  /** Path of the field, such as `spec.ipv4Config.cidr`. */
  readonly field?: string;
}

/** The part of `metav1.Status` that tells why a request failed. */
export interface Status {
  /** HTTP status. */
  readonly code?: number;
  /** CamelCase, such as `NotFound`, `AlreadyExists`, `Conflict`, `Invalid`, `Expired`. */
  readonly reason?: string;
  /** For people. */
  readonly message?: string;
  /** What the refusal is about. */
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
}

/** What was asked for when it failed. */
export interface FailedRequest {
  /** HTTP method, or `WATCH`. */
  readonly method: string;
  /** Path below the server's address. */
  readonly path: string;
}

/**
 * An answer of the API server with a status of 400 or more, or an `ERROR` event of a watch. Its message names the
 * method, the path, the status and what the server said.
 *
 * Source: API conventions, "Response Status Kind".
 *
 * @example A refusal, told apart by its status
 * ```ts
 * import { ApiError, isNotFound } from "@vm-dhcp/vm-dhcp/kube";
 *
 * const error = new ApiError({ code: 404, reason: "NotFound", message: "ippools \"net-48\" not found" }, {
 *   method: "GET",
 *   path: "/apis/network.harvesterhci.io/v1alpha1/namespaces/default/ippools/net-48",
 * });
 * if (!isNotFound(error) || error.status !== 404) throw new Error("Expected a 404");
 * ```
 */
export class ApiError extends Error {
  /** Always `ApiError`. */
  override readonly name = "ApiError";
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** Kubernetes' reason, CamelCase; empty where the server gave none. */
  readonly reason: string;
  /** Name, kind and causes, where the server gave them. */
  readonly details: NonNullable<Status["details"]>;
  /** What the server said, without the request. */
  readonly serverMessage: string;

  /** Makes the error of a Status; `code` counts as 500 where there is none. */
  constructor(status: Status, request: FailedRequest, options?: { readonly cause?: unknown }) {
    const code = status.code ?? 500;
    const reason = status.reason ?? "";
    const said = status.message ?? "";
    const title = [code, reason].filter((part) => part !== "").join(" ");
    super(
      `Cannot ${request.method} ${request.path}: ${title}${said === "" ? "" : `: ${said}`}`,
      options,
    );
    this.status = code;
    this.reason = reason;
    this.details = status.details ?? {};
    this.serverMessage = said;
  }

  /** The bad fields, in the server's order. */
  get causes(): readonly StatusCause[] {
    return this.details.causes ?? [];
  }
}

/** No whole answer came from the API server: it was not reached, did not answer in time, or broke off. */
export class ConnectionError extends Error {
  /** Always `ConnectionError`. */
  override readonly name = "ConnectionError";

  /** Makes the error of a request and of what happened to it. */
  constructor(request: FailedRequest, why: string, options?: { readonly cause?: unknown }) {
    super(`Cannot ${request.method} ${request.path}: ${why}`, options);
  }
}

/** HTTP status that an error carries: an {@linkcode ApiError}'s, or a foreign client's `httpCode` or `status`. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof ApiError) return error.status;
  if (typeof error !== "object" || error === null) return undefined;
  const { httpCode, status } = error as { httpCode?: unknown; status?: unknown };
  if (typeof httpCode === "number") return httpCode;
  if (typeof status === "number") return status;
  return isStatusObject(status) ? status.code : undefined;
}

/** Kubernetes' reason that an error carries; empty where there is none. */
export function reasonOf(error: unknown): string {
  if (error instanceof ApiError) return error.reason;
  if (typeof error !== "object" || error === null) return "";
  const { reason, status } = error as { reason?: unknown; status?: unknown };
  if (typeof reason === "string") return reason;
  return isStatusObject(status) ? status.reason ?? "" : "";
}

/**
 * Any error as an {@linkcode ApiError} where it carries an HTTP status (a foreign client's has `httpCode`, and the
 * `Status` object as `status`); every other error is returned unchanged.
 */
export function toApiError(error: unknown, request: FailedRequest): unknown {
  if (error instanceof ApiError) return error;
  const code = statusOf(error);
  if (code === undefined || code < 400) return error;
  const status = (error as { status?: unknown }).status;
  const body: Status = isStatusObject(status)
    ? { ...status, code }
    : { code, reason: reasonOf(error), message: errorText(error) };
  return new ApiError(body, request, { cause: error });
}

/** 404: no such object, or the resource is not served. */
export function isNotFound(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** 409 of a write whose resourceVersion or precondition is not the newest. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 409 && reasonOf(error) !== "AlreadyExists";
}

/** 409 of a create whose name is taken. */
export function isAlreadyExists(error: unknown): boolean {
  return statusOf(error) === 409 && reasonOf(error) === "AlreadyExists";
}

/** 410: the resourceVersion or the continue token is too old; list again. */
export function isGone(error: unknown): boolean {
  return statusOf(error) === 410;
}

/** Whether a value looks like a `metav1.Status` that says why a request failed. */
export function isStatusObject(value: unknown): value is Status {
  return typeof value === "object" && value !== null &&
    ((value as { kind?: unknown }).kind === "Status" ||
      typeof (value as { code?: unknown }).code === "number");
}
