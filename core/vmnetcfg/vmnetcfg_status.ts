/**
 * What a VirtualMachineNetworkConfig is to show, from what is committed in its pools.
 *
 * @module
 */
import type { ClientOptions } from "../api/client_options.ts";
import { getCondition } from "../api/condition.ts";
import { fewOf } from "../api/fields/few_of.ts";
import { VmNetCfgCondition } from "../api/names.ts";
import { networkStatusesOf, withNetworkStatus } from "../api/network_configs.ts";
import { sameJson } from "../api/same_json.ts";
import type {
  Condition,
  NetworkConfigStatus,
  UnservedNic,
  VirtualMachineNetworkConfig,
} from "../api/types.ts";
import type { OptionsProblem } from "../ipam/types.ts";
import { type ConditionAnswer, no, withAnswers, yes } from "../reasons/condition_answer.ts";
import { readyFrom } from "../reasons/ready.ts";
import type { ConditionReason, NicReason, UnservedReason } from "../reasons/reasons.ts";
import { type Nic, type ShownNic, shownNics, wantedNics } from "./nics.ts";
import { notedNics } from "./noted_addresses.ts";

/** What is known of a NIC: committed in its pool, or certain without one. */
export interface NicResult {
  readonly reason: NicReason;
  readonly message: string;
  /** Present where, and only where, the pool's record gives it to the NIC. */
  readonly address?: string;
  /** Who has the address that it had before, in words; present where it has another one for that reason. */
  readonly instead?: string;
  /** What its pool's record tells it in place of the pool's words. */
  readonly options?: ClientOptions;
  /** Why it is not told all that it is to be told. */
  readonly optionsProblem?: OptionsProblem;
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
  /** The address that it had, if any is known. */
  readonly former?: string;
  readonly result: NicResult;
}

/** Reasons for which a NIC that has its address lacks nothing: the rest is its pool's business. */
const CONTENT: ReadonlySet<NicReason> = new Set([
  "Allocated",
  "PoolPaused",
  "PoolInvalid",
  "AwaitingAgents",
  "NetworkAlreadyServed",
]);

/** What an object needs to be well: addresses first. */
const NEEDED = [
  VmNetCfgCondition.Allocated,
  VmNetCfgCondition.InSynced,
  VmNetCfgCondition.OptionsApplied,
];

/** The next status, and what changes with it. */
export interface StatusPlan {
  /** The object with its next status; the very same object where nothing changes. */
  readonly object: VirtualMachineNetworkConfig;
  readonly changes: readonly NicChange[];
  /** What keeps NICs from being told all that they are to be told, and was not shown before. */
  readonly problems: readonly OptionsProblem[];
}

/** Reasons that are the pool's: a NIC that had an address gave nothing back, and goes on using it. */
export const INTERRUPTING: ReadonlySet<string> = new Set<NicReason>([
  "NoPool",
  "PoolInvalid",
  "PoolPaused",
  "AwaitingAgents",
  "PoolNotWritten",
  "NetworkAlreadyServed",
]);

/** Reasons for which the address that a NIC had is remembered, to be asked for again. */
const REMEMBERING: ReadonlySet<string> = new Set<string>([
  ...INTERRUPTING,
  ...["Released", "Paused"] satisfies NicReason[],
]);

/**
 * The next status of an object.
 *
 * @param known What is known of each NIC of its spec, in the spec's order.
 * @param unserved The NICs of its VM that it does not ask an address for.
 * @param unreadable What of the VM's annotations cannot be read as options.
 * @param now RFC 3339.
 */
export function vmnetcfgStatus(
  config: VirtualMachineNetworkConfig,
  { known, unserved = [], unreadable = [], now }: {
    readonly known: readonly KnownNic[];
    readonly unserved?: readonly UnservedNic[];
    readonly unreadable?: readonly string[];
    readonly now: string;
  },
): StatusPlan {
  const before = new Map(shownNics(config).map((nic) => [nic.key, nic]));
  const results = known.map(({ nic, result }) => ({ nic, before: before.get(nic.key), result }));
  const networks = results.map(({ nic, before, result }) => statusOf(nic, result, before?.address));
  const changed = results.filter(({ before, result }) =>
    (before?.state === "Allocated" ? before.address : undefined) !== result.address ||
    before?.reason !== shownReason(result)
  );
  const noted = changed.every(({ before }) => before?.address !== undefined)
    ? undefined
    : notedNics(config);
  const changes = changed.map(({ nic, before, result }): NicChange => {
    const former = before?.address ?? noted?.get(nic.key)?.address;
    return { nic, ...(before && { before }), ...(former && { former }), result };
  });
  const conditions = conditionsOf(config, {
    shown: results.map(({ result }, index) => ({ result, nic: networks[index] })),
    changes,
    unserved,
    unreadable,
    now,
  });
  const shown = withSummary(withNetworkStatus(config, { networks, conditions }));
  const next = withUnserved(shown, unserved);
  return sameJson(next.status, config.status)
    ? { object: config, changes: [], problems: [] }
    : { object: next, changes, problems: newProblems(config, known) };
}

/** The object with what its status says of the whole: which spec it is about, and all addresses. */
function withSummary(config: VirtualMachineNetworkConfig): VirtualMachineNetworkConfig {
  const { generation } = config.metadata;
  const addresses = networkStatusesOf(config).flatMap(({ state, allocatedIPAddress }) =>
    state === "Allocated" ? allocatedIPAddress ?? [] : []
  );
  const summary = {
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(addresses.length === 0 ? {} : { addresses: addresses.join() }),
  };
  return { ...config, status: { ...summary, ...config.status } };
}

/** The object with the NICs that get nothing. */
function withUnserved(
  config: VirtualMachineNetworkConfig,
  nics: readonly UnservedNic[],
): VirtualMachineNetworkConfig {
  const { unserved: _, ...status } = config.status ?? {};
  return { ...config, status: nics.length === 0 ? status : { ...status, unserved: nics } };
}

/** Whether an object shows that NICs have something of their own to be told. */
export function showsOptions({ status }: VirtualMachineNetworkConfig): boolean {
  return getCondition(status?.conditions, VmNetCfgCondition.OptionsApplied) !== undefined;
}

function newProblems(
  config: VirtualMachineNetworkConfig,
  known: readonly KnownNic[],
): readonly OptionsProblem[] {
  const { message = "" } =
    getCondition(config.status?.conditions, VmNetCfgCondition.OptionsApplied) ?? {};
  return known.flatMap(({ result: { optionsProblem } }) => optionsProblem ?? [])
    .filter((problem) => !message.includes(problem.message));
}

/** What became of the address that a NIC had, in words; `undefined` where it has that, or none. */
export function addressChange({ nic, former, result }: NicChange): string | undefined {
  const { address, instead } = result;
  if (former === undefined || address === undefined || former === address) return undefined;
  const why = instead === undefined ? `it had ${former}` : instead;
  return `${nic.macAddress} on ${nic.networkName} has ${address} now; ${why}`;
}

function statusOf(nic: Nic, result: NicResult, previous: string | undefined): NetworkConfigStatus {
  const { networkName, macAddress } = nic;
  const { address, message, options } = result;
  const reason = shownReason(result);
  const shown = address ?? (REMEMBERING.has(result.reason) ? previous : undefined);
  return {
    ...(shown === undefined ? {} : { allocatedIPAddress: shown }),
    macAddress,
    networkName,
    ...(options === undefined ? {} : { options }),
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
  { shown, changes, unserved, unreadable, now }: {
    readonly shown: readonly Shown[];
    readonly changes: readonly NicChange[];
    readonly unserved: readonly UnservedNic[];
    readonly unreadable: readonly string[];
    readonly now: string;
  },
): readonly Condition[] {
  const paused = config.spec?.paused === true;
  const pausedText = "The VirtualMachineNetworkConfig is paused";
  const updates = [
    {
      type: VmNetCfgCondition.Allocated,
      ...(paused ? no("Paused", pausedText) : allocatedOf(shown, unserved)),
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
  const moved = addressesChanged(config, changes);
  const isNews = moved !== undefined || changes.some(({ result }) => result.address !== undefined);
  const applied = optionsApplied(shown.map(({ result }) => result), unreadable);
  const ended = [
    ...(isNews ? [VmNetCfgCondition.AddressChanged] : []),
    ...(applied === undefined ? [VmNetCfgCondition.OptionsApplied] : []),
  ] as readonly string[];
  const kept = config.status?.conditions?.filter(({ type }) => !ended.includes(type));
  const answers = [...updates, ...(moved ? [moved] : []), ...(applied ? [applied] : [])];
  const ready = readyFrom(answers, NEEDED, "Every NIC has its address");
  return withAnswers(kept, [...answers, ready], now);
}

/** Says whether the NICs are told what is said of them alone; `undefined` where nothing is. */
function optionsApplied(
  results: readonly NicResult[],
  unreadable: readonly string[],
): Answer & { readonly type: string } | undefined {
  const type = VmNetCfgCondition.OptionsApplied;
  const problems = results.flatMap(({ optionsProblem }) => optionsProblem ?? []);
  const texts = [...unreadable, ...problems.map(({ message }) => message)];
  if (texts.length > 0) {
    const isLeftOut = problems.some(({ reason }) => reason === "OptionsLeftOut");
    return { type, ...no(isLeftOut ? "OptionsLeftOut" : "InvalidOptions", fewOf(texts)) };
  }
  if (results.every(({ options }) => options === undefined)) return undefined;
  return { type, ...yes("OptionsApplied", "Every NIC is told its own options") };
}

/** Says which NICs have another address than before though nobody asked for that; it stands until addresses change again. */
function addressesChanged(
  config: VirtualMachineNetworkConfig,
  changes: readonly NicChange[],
): Answer & { readonly type: string } | undefined {
  const asked = new Set(wantedNics(config).map(({ key, ipAddress }) => `${key} ${ipAddress}`));
  const texts = changes.filter(({ nic, result }) => !asked.has(`${nic.key} ${result.address}`))
    .flatMap((change) => addressChange(change) ?? []);
  if (texts.length === 0) return undefined;
  return { type: VmNetCfgCondition.AddressChanged, ...yes("AddressChanged", texts.join("; ")) };
}

/** NICs that are not asked for count only where there are no others: who is opted out keeps nobody from being ready. */
function allocatedOf(shown: readonly Shown[], unserved: readonly UnservedNic[]): Answer {
  const failed = shown.filter(({ result }) => shownReason(result) !== undefined);
  const [first] = failed;
  if (first !== undefined) {
    return no(first.result.reason, fewOf(failed.map(({ result }) => result.message)));
  }
  const [silent] = unserved;
  if (shown.length === 0 && silent !== undefined) {
    return no(silent.reason as UnservedReason, fewOf(unserved.map(({ message }) => message)));
  }
  if (shown.length === 0) {
    return no("NoInterfaces", "The VirtualMachineNetworkConfig names no network interface");
  }
  return yes(
    "Allocated",
    shown.map(({ nic }) => `${nic?.allocatedIPAddress} on ${nic?.networkName}`).join(", "),
  );
}

type Answer = ConditionAnswer<UnservedReason | ConditionReason>;
