/**
 * The schema of an IPPoolHistory: what the API server enforces, and what `kubectl explain` says. The CRD is generated from it.
 *
 * @module
 */
import { z } from "zod";
import type { IPPoolHistory, RecordChange, RecordEvent } from "./ippool_history.ts";
import { API_VERSION } from "./names.ts";
import { objectMetaSchema } from "./object_schema.ts";

const EVENTS: readonly RecordEvent[] = [
  "given",
  "moved",
  "released",
  "declined",
  "adopted",
  "held",
  "freed",
];

const text = (description: string): z.ZodString => z.string().meta({ description });

const recordChangeSchema: z.ZodType<RecordChange> = z.looseObject({
  at: z.string().meta({ format: "date-time", description: "When the change was written." }),
  event: z.enum(EVENTS).meta({
    description:
      "given: a NIC got the address. moved: it had another one before, from. released: it has it no longer. declined: it found another machine using it. adopted: it is recorded for a NIC that had it already. held: nobody is given it. freed: it can be given out again.",
  }),
  address: text("The address."),
  macAddress: text("MAC address of the NIC; of a held address, of the machine that uses it."),
  vm: z.exactOptional(text("The VirtualMachine of the NIC, as namespace/name.")),
  uid: z.exactOptional(text("UID of the VirtualMachine.")),
  from: z.exactOptional(text("The address that the NIC had before, if it moved.")),
  why: text("Why: a stable CamelCase word for programs."),
});

/**
 * Schema of an {@linkcode IPPoolHistory}: types and required fields, which is what the API server enforces. Unknown fields are
 * let through.
 */
export const ipPoolHistorySchema: z.ZodType<IPPoolHistory> = z.looseObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal("IPPoolHistory"),
  metadata: objectMetaSchema,
  changes: z.array(recordChangeSchema).meta({
    description: "The changes, the oldest first: the last 2,000, or what fits into 512 KiB.",
    "x-kubernetes-list-type": "atomic",
  }),
}).meta({
  description:
    "What became of the addresses of the IPPool of the same name: who got which when, and why. It is kept when the pool is deleted.",
});
