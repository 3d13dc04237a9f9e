/**
 * The options of a write, from its query.
 *
 * @module
 */
import type { ApiRequest } from "./answer.ts";
import { isTrue } from "./read.ts";

/** How strict unknown and repeated fields are taken. */
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

/** Reads the options of a write. */
export function writeOptions(request: ApiRequest): WriteOptions {
  const { query, userAgent } = request;
  const named = query.get("fieldManager") ?? "";
  const validation = query.get("fieldValidation");
  return {
    dryRun: query.getAll("dryRun").includes("All"),
    fieldManager: named !== "" ? named : userAgent.split("/")[0] || "unknown",
    namedManager: named !== "",
    fieldValidation: validation === "Strict" || validation === "Ignore" ? validation : "Warn",
    force: isTrue(query.get("force")),
  };
}
