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
import { type Nic, type ShownNic, shownNics, wantedNics } from "./nics.ts";
import type { NicReason } from "./reasons.ts";

/** What is known of a NIC: committed in its pool, or certain without one. */
export interface NicResult {
  readonly reason: NicReason;
  readonly message: string;
  /** Present where, and only where, the pool's record gives it to the NIC. */
  readonly address?: string;
}

/** A NIC whose state changes with the next status. */
export interface NicChange {
  readonly nic: Nic;
  readonly before?: ShownNic;
  readonly result: NicResult;
}

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
 * @param resultOf What is known of each NIC of its spec.
 * @param now RFC 3339.
 */
export function vmnetcfgStatus(
  config: VirtualMachineNetworkConfig,
  { resultOf, now }: { readonly resultOf: (nic: Nic) => NicResult; readonly now: string },
): StatusPlan {
  const before = new Map(shownNics(config).map((nic) => [nic.key, nic]));
  const results = wantedNics(config).map((nic) => ({
    nic,
    before: before.get(nic.key),
    result: resultOf(nic),
  }));
  const networks = results.map(({ nic, before, result }) => statusOf(nic, result, before?.address));
  const conditions = conditionsOf(
    config,
    results.map(({ result }, index) => ({ result, nic: networks[index] })),
    now,
  );
  const next = withNetworkStatus(config, { networks, conditions });
  if (sameJson(next.status, config.status)) return { object: config, changes: [] };
  const changes = results.filter(({ before, result }) =>
    before?.address !== result.address ||
    (before?.state === "Allocated") !== (result.address !== undefined) ||
    (result.address === undefined && before?.reason !== result.reason)
  ).map(({ nic, before, result }) => ({
    nic,
    ...(before === undefined ? {} : { before }),
    result,
  }));
  return { object: next, changes };
}

function statusOf(nic: Nic, result: NicResult, previous: string | undefined): NetworkConfigStatus {
  const { networkName, macAddress } = nic;
  if (result.address !== undefined) {
    return { networkName, macAddress, allocatedIPAddress: result.address, state: "Allocated" };
  }
  const remembered = REMEMBERING.has(result.reason) ? previous : undefined;
  return {
    networkName,
    macAddress,
    ...(remembered === undefined ? {} : { allocatedIPAddress: remembered }),
    state: "Pending",
    reason: result.reason,
    message: result.message,
  };
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
      ...(paused ? yes("Paused", pausedText) : no("NotPaused", "")),
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
  const failed = shown.filter(({ result }) => result.address === undefined);
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
  readonly reason: string;
  readonly message: string;
}

function yes(reason: string, message: string): Answer {
  return { status: "True", reason, message };
}

function no(reason: string, message: string): Answer {
  return { status: "False", reason, message };
}
