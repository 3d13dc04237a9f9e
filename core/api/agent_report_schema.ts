/**
 * The schema of what an agent reports.
 *
 * @module
 */
import { z } from "zod";
import type {
  AgentReport,
  DeclinedAddress,
  PoolReport,
  PoolServingReason,
} from "./agent_report.ts";

const declinedAddressSchema: z.ZodType<DeclinedAddress> = z.looseObject({
  address: z.string(),
  macAddress: z.string(),
  at: z.string(),
});

const REASONS = [
  "Serving",
  "Standby",
  "NotSynced",
  "Paused",
  "PoolNotFound",
  "InvalidPool",
  "InterfaceMissing",
  "SocketFailed",
  "AddressMissing",
  "AddressInUse",
] as const satisfies readonly PoolServingReason[];

const poolReportSchema: z.ZodType<PoolReport> = z.looseObject({
  ready: z.boolean(),
  reason: z.enum(REASONS),
  message: z.string(),
  interfaceName: z.string(),
  resourceVersion: z.exactOptional(z.string()),
  declined: z.exactOptional(z.array(declinedAddressSchema)),
});

/** Schema of an {@linkcode AgentReport}. Unknown fields are let through. */
export const agentReportSchema: z.ZodType<AgentReport> = z.looseObject({
  pod: z.looseObject({
    namespace: z.exactOptional(z.string()),
    name: z.exactOptional(z.string()),
    image: z.exactOptional(z.string()),
    uid: z.exactOptional(z.string()),
  }),
  pools: z.record(z.string(), poolReportSchema),
});
