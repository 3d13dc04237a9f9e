/**
 * Where the answers of the verbs and of the page come from: the controller, or a standalone server.
 *
 * @module
 */
import type { AgentReport } from "../core/api/agent/agent_report.ts";
import type { Tenancy } from "../core/api/tenancy.ts";
import type {
  IPPool,
  KubeObject,
  VirtualMachine,
  VirtualMachineInstance,
  VirtualMachineNetworkConfig,
} from "../core/api/types.ts";
import type { RecordChange } from "../core/history/record_change.ts";
import type { HeardAnswers, HeardQuery, PacketsQuery } from "../core/inspect/heard.ts";
import type { InspectedNetwork } from "../core/inspect/world.ts";

/** What one agent says of itself. */
export interface InspectedAgent {
  /** `namespace/name` of the Lease by which agents elect who answers. */
  readonly lease: string;
  /** What it last reported. Only who leads reports. */
  readonly report: AgentReport;
  /** Since when it leads, RFC 3339, where the Lease says it. */
  readonly leadsSince?: string;
  /** When it last renewed its Lease, RFC 3339. */
  readonly renewedAt?: string;
  /** Seconds for which a renewal holds. */
  readonly durationSeconds: number;
  /** How often another pod took over. */
  readonly transitions: number;
}

/** One thing that the whole needs, looked at. */
export interface Finding {
  /** What was looked at, such as `CustomResourceDefinitions`. */
  readonly check: string;
  readonly state: "ok" | "warning" | "failed" | "unknown";
  /** One sentence, with the values in it. */
  readonly says: string;
  /** What to do about it. */
  readonly todo?: string;
}

/** What can be asked. What is known is answered at once; what agents or the API server must be asked for is a promise. */
export interface InspectSource {
  /** Milliseconds since the epoch. */
  now(): number;
  /** How tenants stand to each other. */
  readonly tenancy: Tenancy;
  /** Why what is known may be old or not whole, one sentence each; none: all is well. */
  notReady(): readonly string[];
  pools(): readonly IPPool[];
  configs(): readonly VirtualMachineNetworkConfig[];
  vms(): readonly VirtualMachine[];
  vmis(): readonly VirtualMachineInstance[];
  networks(): readonly InspectedNetwork[];
  namespaces(): readonly KubeObject[];
  /** The agents that lead, and what they report. */
  agents(): readonly InspectedAgent[];
  /** What agents last heard. Never rejects: who does not answer is told of. */
  heard(query: HeardQuery, signal: AbortSignal): Promise<HeardAnswers>;
  /** Packets of a pool as they come. Answers an error response where no agent can be asked. */
  packets(query: PacketsQuery, signal: AbortSignal): Promise<Response>;
  /** Changes of a pool's records, oldest first; `undefined` where none are kept. */
  history(pool: string, signal: AbortSignal): Promise<readonly RecordChange[] | undefined>;
  /** What only this source can look at: rights, definitions, webhooks. */
  checks(signal: AbortSignal): Promise<readonly Finding[]>;
}
