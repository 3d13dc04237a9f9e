/**
 * Leaves the records of a cluster from which vm-dhcp goes: nothing of it holds an object back any more, and none says that it is
 * served.
 *
 * @module
 */
import { setCondition } from "../../core/api/condition.ts";
import { fewOf } from "../../core/api/fields/few_of.ts";
import { IPPOOL_FINALIZER, IPPoolCondition, VMNETCFG_FINALIZER } from "../../core/api/names.ts";
import { toTimestamp } from "../../core/api/timestamp.ts";
import type { IPPool, KubeObject } from "../../core/api/types.ts";
import { errorText } from "../../core/error_text.ts";
import type { PoolReason } from "../../core/reasons/reasons.ts";
import { isConflict, isNotFound } from "../../kube/errors.ts";
import { IPPOOLS, keyOf, parseKey, VMNETCFGS } from "../../kube/objects/resources.ts";
import type { KubeClient, ResourceClient } from "../../kube/types.ts";
import { isPermanent } from "../write/permanent_error.ts";

/** What the work needs. */
interface LeaveOptions {
  readonly client: KubeClient;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Called with `IPPool namespace/name` and the like for each object that was changed. */
  readonly onLeft: (object: string) => void;
  readonly signal: AbortSignal;
}

/** How often an object is tried that somebody else writes, too. */
const TRIES = 5;
const REASON: PoolReason = "NotInstalled";
const MESSAGE = "vm-dhcp was taken away: nobody answers on the network";

/**
 * Takes our finalizers off all IPPools and VirtualMachineNetworkConfigs, so that they can be deleted with nobody there to agree, and
 * sets `AgentReady` and `Ready` to False. The record of who has which address stays: a controller that comes later puts the finalizers back and
 * goes on from it. No controller may run meanwhile.
 *
 * @throws {Error} when all is done but for objects of which the API server refused that; it names them.
 */
export async function leaveRecords(options: LeaveOptions): Promise<void> {
  const { client } = options;
  const pools = { client: client.of(IPPOOLS), finalizer: IPPOOL_FINALIZER, before: unserved };
  const configs = { client: client.of(VMNETCFGS), finalizer: VMNETCFG_FINALIZER };
  const refusals = [...await leaveAll(pools, options), ...await leaveAll(configs, options)];
  if (refusals.length === 0) return;
  throw new Error(`${refusals.length} records could not be left: ${fewOf(refusals)}`);
}

/** Which finalizer goes, and what is said in the status before. */
interface Leaving<T extends KubeObject> {
  readonly client: ResourceClient<T>;
  readonly finalizer: string;
  /** The same object where nothing is to be said. */
  readonly before?: (object: T, now: string) => T;
}

/** Leaves all objects of a kind. Answers why the API server refused that of some, which keeps no other from being left. */
async function leaveAll<T extends KubeObject>(
  how: Leaving<T>,
  options: LeaveOptions,
): Promise<readonly string[]> {
  const { client, signal } = options;
  if (!await client.serves(how.client.resource, signal)) return [];
  const refusals: string[] = [];
  for (const object of (await how.client.list({ signal })).items) {
    try {
      await leave(object, how, options);
    } catch (error) {
      if (!isConflict(error) && !isPermanent(error)) throw error;
      refusals.push(errorText(error));
    }
  }
  return refusals;
}

async function leave<T extends KubeObject>(
  object: T,
  { client, finalizer, before }: Leaving<T>,
  { now, onLeft, signal }: LeaveOptions,
): Promise<void> {
  const key = parseKey(keyOf(object));
  let found: T | undefined = object;
  for (let left = TRIES; found !== undefined; left--) {
    try {
      const said: T = before?.(found, toTimestamp(now())) ?? found;
      const written: T = said === found ? found : await client.updateStatus(said, { signal });
      const { finalizers = [], resourceVersion = "" } = written.metadata;
      const others = finalizers.filter((name) => name !== finalizer);
      if (others.length < finalizers.length) {
        const body = { metadata: { resourceVersion, finalizers: others } };
        await client.patch(key, { type: "merge", body }, { signal });
      } else if (written === found) return;
      return onLeft(`${object.kind} ${keyOf(object)}`);
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || left <= 1) throw error;
      found = await client.get(key, { signal });
    }
  }
}

/** The pool, saying that nobody serves it; one without a status has said nothing yet. */
function unserved(pool: IPPool, now: string): IPPool {
  if (pool.status === undefined) return pool;
  const { agentPodRef, ...status } = pool.status;
  const update = { status: "False", reason: REASON, message: MESSAGE } as const;
  const { AgentReady, Ready } = IPPoolCondition;
  const unserved = setCondition(status.conditions, { type: AgentReady, ...update }, now);
  const conditions = setCondition(unserved, { type: Ready, ...update }, now);
  if (agentPodRef === undefined && conditions === status.conditions) return pool;
  return { ...pool, status: { ...status, conditions } };
}
