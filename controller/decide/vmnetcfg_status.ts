/**
 * What a VirtualMachineNetworkConfig is to show, from what is committed in its pools.
 *
 * @module
 */
import { VmNetCfgCondition } from "../../core/api/names.ts";
import { withNetworkStatus } from "../../core/api/network_configs.ts";
import type {
  Condition,
  ConditionStatus,
  NetworkConfigStatus,
  VirtualMachineNetworkConfig,
} from "../../core/api/types.ts";
import { withAnswer } from "./conditions.ts";
import { sameJson } from "./same_json.ts";
import { type Nic, type ShownNic, shownNics } from "./nics.ts";
import type { ConditionReason, NicReason } from "./reasons.ts";

/** What is known of a NIC: committed in its pool, or certain without one. */
export interface NicResult {
  readonly reason: NicReason;
  readonly message: string;
  /** Present where, and only where, the pool's record gives it to the NIC. */
  readonly address?: string;
}

/** A NIC, and what is known of it. */
export interface KnownNic {
  readonly nic: Nic;
  readonly result: NicResult;
}

/** A NIC whose state changes with the next status. */
export interface NicChange {
  readonly nic: Nic;
  readonly before?: ShownNic;
  readonly result: NicResult;
}

/** Reasons for which a NIC that has its address lacks nothing: the rest is its pool's business. */
const CONTENT: ReadonlySet<NicReason> = new Set([
  "Allocated",
  "PoolPaused",
  "PoolInvalid",
  "NetworkAlreadyServed",
]);

/** The next status, and what changes with it. */
export interface StatusPlan {
  /** The object with its next status; the very same object where nothing changes. */
  readonly object: VirtualMachineNetworkConfig;
  readonly changes: readonly NicChange[];
}

/** Reasons for which the address that a NIC had is remembered, to be asked for again. */
const REMEMBERING: ReadonlySet<NicReason> = new Set([
  "Released",
  "Paused",
  "NoPool",
  "PoolInvalid",
  "PoolPaused",
  "PoolNotWritten",
  "NetworkAlreadyServed",
]);

/**
 * The next status of an object.
 *
 * @param known What is known of each NIC of its spec, in the spec's order.
 * @param now RFC 3339.
 */
export function vmnetcfgStatus(
  config: VirtualMachineNetworkConfig,
  { known, now }: { readonly known: readonly KnownNic[]; readonly now: string },
): StatusPlan {
  const before = new Map(shownNics(config).map((nic) => [nic.key, nic]));
  const results = known.map(({ nic, result }) => ({ nic, before: before.get(nic.key), result }));
  const networks = results.map(({ nic, before, result }) => statusOf(nic, result, before?.address));
  const conditions = conditionsOf(
    config,
    results.map(({ result }, index) => ({ result, nic: networks[index] })),
    now,
  );
  const next = withNetworkStatus(config, { networks, conditions });
  if (sameJson(next.status, config.status)) return { object: config, changes: [] };
  const changes = results.filter(({ before, result }) =>
    (before?.state === "Allocated" ? before.address : undefined) !== result.address ||
    before?.reason !== shownReason(result)
  ).map(({ nic, before, result }) => ({ nic, ...(before && { before }), result }));
  return { object: next, changes };
}

function statusOf(nic: Nic, result: NicResult, previous: string | undefined): NetworkConfigStatus {
  const { networkName, macAddress } = nic;
  const { address, message } = result;
  const reason = shownReason(result);
  const shown = address ?? (REMEMBERING.has(result.reason) ? previous : undefined);
  return {
    ...(shown === undefined ? {} : { allocatedIPAddress: shown }),
    macAddress,
    networkName,
    state: address === undefined ? "Pending" : "Allocated",
    ...(reason === undefined ? {} : { reason, message }),
  };
}

/** The reason that is shown for a NIC: none while it has what it wants. */
function shownReason({ address, reason }: NicResult): NicReason | undefined {
  return address !== undefined && CONTENT.has(reason) ? undefined : reason;
}

interface Shown {
  readonly result: NicResult;
  readonly nic: NetworkConfigStatus | undefined;
}

/** All conditions, in a fixed order, by the one setter. */
function conditionsOf(
  config: VirtualMachineNetworkConfig,
  shown: readonly Shown[],
  now: string,
): readonly Condition[] {
  const paused = config.spec?.paused === true;
  const pausedText = "The VirtualMachineNetworkConfig is paused";
  const updates = [
    {
      type: VmNetCfgCondition.Allocated,
      ...(paused ? no("Paused", pausedText) : allocatedOf(shown)),
    },
    {
      type: VmNetCfgCondition.Disabled,
      ...(paused
        ? yes("Paused", pausedText)
        : no("NotPaused", "The VirtualMachineNetworkConfig is not paused")),
    },
    {
      type: VmNetCfgCondition.InSynced,
      ...(paused ? no("Paused", pausedText) : yes("Synced", "The status answers the spec")),
    },
  ];
  return updates.reduce(
    (conditions, update) => withAnswer(conditions, update, now),
    config.status?.conditions ?? [],
  );
}

function allocatedOf(shown: readonly Shown[]): Answer {
  const failed = shown.filter(({ result }) => shownReason(result) !== undefined);
  const [first] = failed;
  if (first !== undefined) {
    return no(
      first.result.reason,
      failed.map(({ result }) => result.message).join("; "),
    );
  }
  if (shown.length === 0) {
    return no("NoInterfaces", "The VirtualMachineNetworkConfig names no network interface");
  }
  return yes(
    "Allocated",
    shown.map(({ nic }) => `${nic?.allocatedIPAddress} on ${nic?.networkName}`).join(", "),
  );
}

interface Answer {
  readonly status: ConditionStatus;
  readonly reason: NicReason | ConditionReason;
  readonly message: string;
}

function yes(reason: Answer["reason"], message: string): Answer {
  return { status: "True", reason, message };
}

function no(reason: Answer["reason"], message: string): Answer {
  return { status: "False", reason, message };
}
