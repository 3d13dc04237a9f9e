import { deepStrictEqual } from "node:assert/strict";
import { agentAffinity } from "./agent_affinity.ts";

const WITNESS = {
  key: "node-role.harvesterhci.io/witness",
  operator: "NotIn",
  values: ["true"],
};
const OTHERS = {
  topologyKey: "kubernetes.io/hostname",
  labelSelector: { matchExpressions: [{ key: "agent", operator: "In", values: ["a"] }] },
};
const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

Deno.test("an agent goes to the nodes of its network, away from other agents of it", () => {
  deepStrictEqual(
    agentAffinity({ given: {}, placement: "preferred", agent: { agent: "a" }, node: "net/mgmt" }),
    {
      nodeAffinity: {
        [REQUIRED]: {
          nodeSelectorTerms: [{
            matchExpressions: [{ key: "net/mgmt", operator: "In", values: ["true"] }, WITNESS],
          }],
        },
      },
      podAntiAffinity: { [PREFERRED]: [{ weight: 100, podAffinityTerm: OTHERS }] },
    },
  );
});

Deno.test("I1: what an administrator adds to an agent's affinity holds beside that, in each of its terms", () => {
  const zone = (name: string) => ({ key: "zone", operator: "In", values: [name] });
  const far = { topologyKey: "zone", labelSelector: {} };
  deepStrictEqual(
    agentAffinity({
      given: {
        nodeAffinity: {
          [REQUIRED]: {
            nodeSelectorTerms: [
              { matchExpressions: [zone("one")] },
              { matchFields: [{ key: "metadata.name", operator: "In", values: ["node-2"] }] },
            ],
          },
          [PREFERRED]: [{ weight: 1, preference: {} }],
        },
        podAffinity: { [REQUIRED]: [far] },
        podAntiAffinity: { [REQUIRED]: [far], [PREFERRED]: [{ weight: 3, podAffinityTerm: far }] },
      },
      placement: "required",
      agent: { agent: "a" },
      node: undefined,
    }),
    {
      nodeAffinity: {
        [REQUIRED]: {
          nodeSelectorTerms: [
            { matchExpressions: [zone("one"), WITNESS] },
            {
              matchFields: [{ key: "metadata.name", operator: "In", values: ["node-2"] }],
              matchExpressions: [WITNESS],
            },
          ],
        },
        [PREFERRED]: [{ weight: 1, preference: {} }],
      },
      podAffinity: { [REQUIRED]: [far] },
      podAntiAffinity: {
        [REQUIRED]: [far, OTHERS],
        [PREFERRED]: [{ weight: 3, podAffinityTerm: far }],
      },
    },
  );
});
