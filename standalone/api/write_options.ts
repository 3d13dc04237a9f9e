/**
 * The options of a write, from its query.
 *
 * @module
 */
import type { JsonValue } from "../../kube/seam.ts";
import type { ApiRequest } from "./answer.ts";
import { describeFieldError, type FieldError } from "./field_error.ts";
import { isTrue } from "./read.ts";
import { StatusError } from "./status_error.ts";

/** How strict unknown fields are taken. */
export type FieldValidation = "Ignore" | "Warn" | "Strict";

/** Options of a write. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldManager: string;
  /** Whether the client named the manager itself. */
  readonly namedManager: boolean;
  readonly fieldValidation: FieldValidation;
  readonly force: boolean;
}

/** The kinds of options, as refusals name them. */
export type OptionsKind = "CreateOptions" | "UpdateOptions" | "PatchOptions" | "DeleteOptions";

const KINDS: Readonly<Record<string, OptionsKind>> = {
  POST: "CreateOptions",
  PUT: "UpdateOptions",
  PATCH: "PatchOptions",
};

const VALIDATIONS = ["Ignore", "Strict", "Warn"] as const;

/** Reads the options of a write. Throws a 422 for values that are not known. */
export function writeOptions(request: ApiRequest): WriteOptions {
  const { query, userAgent } = request;
  const kind = KINDS[request.method] ?? "UpdateOptions";
  checkOptions(kind, query);
  const named = query.get("fieldManager") ?? "";
  const validation = query.get("fieldValidation") ?? "";
  const fieldValidation = VALIDATIONS.find((one) => one === validation);
  if (fieldValidation === undefined && validation !== "") {
    throw refusedOption(kind, {
      field: "fieldValidation",
      value: validation,
      supported: ["", ...VALIDATIONS],
    });
  }
  return {
    dryRun: query.getAll("dryRun").includes("All"),
    fieldManager: named !== "" ? named : userAgent.split("/")[0] || "unknown",
    namedManager: named !== "",
    fieldValidation: fieldValidation ?? "Warn",
    force: isTrue(query.get("force")),
  };
}

/** Checks what all kinds of options have. Throws a 422. */
export function checkOptions(kind: OptionsKind, query: URLSearchParams): void {
  const values = query.getAll("dryRun");
  if (values.some((one) => one !== "All")) {
    throw refusedOption(kind, { field: "dryRun", value: values, supported: ["All"] });
  }
}

/** 422: an option has a value that is not known. */
export function refusedOption(
  kind: OptionsKind,
  { field, value, supported }: {
    readonly field: string;
    readonly value: JsonValue;
    readonly supported: readonly string[];
  },
): StatusError {
  const detail = `supported values: ${supported.map((one) => JSON.stringify(one)).join(", ")}`;
  return badOption(kind, { type: "FieldValueNotSupported", field, value, detail });
}

/** 422: an option is missing or bad. */
export function badOption(kind: OptionsKind, error: FieldError): StatusError {
  const said = describeFieldError(error);
  const message = `${kind}.meta.k8s.io "" is invalid: ${error.field}: ${said}`;
  return new StatusError(422, "Invalid", message, {
    group: "meta.k8s.io",
    kind,
    causes: [{ reason: error.type, message: said, field: error.field }],
  });
}
