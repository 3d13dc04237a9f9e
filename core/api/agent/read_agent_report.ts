/**
 * Reads what agents report.
 *
 * @module
 */
import { errorText } from "../../error_text.ts";
import type { AgentReport } from "./agent_report.ts";
import { agentReportSchema } from "./agent_report_schema.ts";
import { checkSchema } from "../fields/check_schema.ts";
import type { Checked } from "../fields/field_error.ts";

/**
 * Reads the annotation in which an agent reports: an {@linkcode AgentReport} as JSON. Never throws.
 *
 * @example
 * ```ts
 * import { parseAgentReport } from "@vm-dhcp/vm-dhcp/api";
 * import { deepStrictEqual as deepEqual } from "node:assert/strict";
 *
 * deepEqual(parseAgentReport('{"pod":{"name":"agent-0"},"pools":{}}'), {
 *   ok: true,
 *   value: { pod: { name: "agent-0" }, pools: {} },
 * });
 * deepEqual(parseAgentReport('{"pools":{}}'), {
 *   ok: false,
 *   errors: [{ path: ["pod"], value: undefined, message: "is required" }],
 * });
 * ```
 */
export function parseAgentReport(text: string): Checked<AgentReport> {
  let report: unknown;
  try {
    report = JSON.parse(text);
  } catch (error) {
    const message = `must be JSON: ${errorText(error)}`;
    return { ok: false, errors: [{ path: [], value: text, message }] };
  }
  return checkSchema(agentReportSchema, report);
}
