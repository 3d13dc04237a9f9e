/**
 * Which nodes may run an agent: those of its network, away from other agents of it, and what an administrator adds.
 *
 * @module
 */
import * as z from "zod";
import type { JsonValue } from "../../kube/rest_client.ts";

type Json = Readonly<Record<string, JsonValue>>;

/** `spec.affinity` of a pod, as far as we add to it. */
export interface Affinity {
  readonly nodeAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: {
      readonly nodeSelectorTerms?: readonly {
        readonly matchExpressions?: readonly JsonValue[];
        readonly matchFields?: readonly JsonValue[];
      }[];
    };
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly JsonValue[];
  };
  readonly podAffinity?: Json;
  readonly podAntiAffinity?: {
    readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly JsonValue[];
    readonly preferredDuringSchedulingIgnoredDuringExecution?: readonly JsonValue[];
  };
}

/** What one agent asks of its nodes. */
interface AgentPlace {
  /** The administrator's. */
  readonly given: Affinity;
  /** How much the agents of a network stay apart. */
  readonly placement: "preferred" | "required";
  /** Label that all pods of this agent bear, and no others. */
  readonly agent: Readonly<Record<string, string>>;
  /** Label of the nodes that reach its networks; unset: all do. */
  readonly node: string | undefined;
}

/** Harvester's witness nodes carry the label of every cluster network, and reach none. */
const WITNESS_LABEL = "node-role.harvesterhci.io/witness";
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

const list = z.exactOptional(z.array(z.looseObject({})));
const strengths = { [REQUIRED]: list, [PREFERRED]: list };
const term = z.looseObject({ matchExpressions: list, matchFields: list });

/** What ours is added to has to be there in this form; the rest is for the API server to judge. */
export const affinitySchema: z.ZodType<Affinity> = z.looseObject({
  nodeAffinity: z.exactOptional(z.looseObject({
    ...strengths,
    [REQUIRED]: z.exactOptional(
      z.looseObject({ nodeSelectorTerms: z.exactOptional(z.array(term)) }),
    ),
  })),
  podAffinity: z.exactOptional(z.looseObject(strengths)),
  podAntiAffinity: z.exactOptional(z.looseObject(strengths)),
}) as unknown as z.ZodType<Affinity>;

/** The affinity of an agent's pod: whatever is given, and ours as well. */
export function agentAffinity({ given, placement, agent, node }: AgentPlace): JsonValue {
  const ours: readonly JsonValue[] = [
    ...(node === undefined ? [] : [{ key: node, operator: "In", values: ["true"] }]),
    { key: WITNESS_LABEL, operator: "NotIn", values: ["true"] },
  ];
  const others = {
    topologyKey: "kubernetes.io/hostname",
    labelSelector: {
      matchExpressions: Object.entries(agent)
        .map(([key, value]) => ({ key, operator: "In", values: [value] })),
    },
  };
  const apart = placement === "required"
    ? { [REQUIRED]: [others] }
    : { [PREFERRED]: [{ weight: 100, podAffinityTerm: others }] };
  const { nodeAffinity, podAntiAffinity } = given;
  // One of the terms has to hold, so ours go into each.
  const terms = nodeAffinity?.[REQUIRED]?.nodeSelectorTerms ?? [{}];
  const affinity = {
    ...given,
    nodeAffinity: {
      ...nodeAffinity,
      [REQUIRED]: {
        nodeSelectorTerms: terms.map((term) => ({
          ...term,
          matchExpressions: [...(term.matchExpressions ?? []), ...ours],
        })),
      },
    },
    podAntiAffinity: {
      ...podAntiAffinity,
      ...Object.fromEntries(
        Object.entries(apart).map(([strength, added]) => [
          strength,
          [...(podAntiAffinity?.[strength as typeof REQUIRED] ?? []), ...added],
        ]),
      ),
    },
  };
  return affinity as unknown as JsonValue;
}
