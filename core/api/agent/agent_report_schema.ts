/**
 * The schema of what an agent reports.
 *
 * @module
 */
import * as z from "zod";
import {
  type AgentReport,
  type DeclinedAddress,
  type ForeignServerReport,
  POOL_SERVING_REASONS,
  type PoolReport,
} from "./agent_report.ts";

const declinedAddressSchema: z.ZodType<DeclinedAddress> = z.looseObject({
  address: z.string(),
  macAddress: z.string(),
  usedBy: z.exactOptional(z.string()),
  at: z.string(),
});

const foreignServerSchema: z.ZodType<ForeignServerReport> = z.looseObject({
  address: z.string(),
  macAddress: z.exactOptional(z.string()),
});

const poolReportSchema: z.ZodType<PoolReport> = z.looseObject({
  ready: z.boolean(),
  reason: z.enum(POOL_SERVING_REASONS),
  message: z.string(),
  interfaceName: z.string(),
  resourceVersion: z.exactOptional(z.string()),
  declined: z.exactOptional(z.array(declinedAddressSchema)),
  inUse: z.exactOptional(z.string()),
  lost: z.exactOptional(z.string()),
  foreignServers: z.exactOptional(z.array(foreignServerSchema)),
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
