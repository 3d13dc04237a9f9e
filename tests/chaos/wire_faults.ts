/**
 * Interfaces, bridges and links that fail, and frames that are lost, come twice or go nowhere.
 *
 * @module
 */
import { NODE_ADDRESS } from "../cluster/node_config.ts";
import { mustRun } from "../real/command.ts";
import { type Fault, inNetwork, leading, portOf } from "./fault.ts";
import { bridgeOf, type ChaosScene } from "./scene.ts";

/** The network that most of them befall. */
const NETWORK = "blue";
const TABLE = "chaos";
/** Where the API server is asked by pods. */
const API_SERVICE = "10.96.0.1";

/** They need the node's network, and nftables. */
export const WIRE_FAULTS: readonly Fault[] = [
  {
    name: "agent-interface-down",
    about: "an interface of the agent that answers: down, up",
    seconds: 10,
    begin: async (scene) => {
      const leader = await leading(scene, "agent");
      const { inside } = await portOf(scene, leader, NETWORK);
      const set = (state: string) => inNetwork(leader.pid, "ip", "link", "set", inside, state);
      await set("down");
      return { end: async () => void await set("up") };
    },
  },
  {
    name: "agent-interface-removed",
    about: "an interface of the agent that answers: removed; later somebody deletes the pod",
    seconds: 10,
    begin: async (scene) => {
      const leader = await leading(scene, "agent");
      const { inside } = await portOf(scene, leader, NETWORK);
      await inNetwork(leader.pid, "ip", "link", "del", inside);
      const remove = ["-n", "vm-dhcp", "delete", "pod", leader.pod, "--wait=false"];
      return { end: async () => void await scene.cluster.node.kubectl(remove) };
    },
  },
  {
    name: "agent-link-down",
    about: "a cable of the agent that answers: pulled out, put in",
    seconds: 10,
    begin: async (scene) => {
      const { outside } = await portOf(scene, await leading(scene, "agent"), NETWORK);
      const set = (state: string) => ip(scene, "link", "set", outside, state);
      await set("down");
      return { end: () => set("up") };
    },
  },
  {
    name: "agent-cut-off",
    about: "a network does not reach the agent that answers, and nothing tells it so",
    seconds: 20,
    begin: async (scene) => {
      const { outside } = await portOf(scene, await leading(scene, "agent"), NETWORK);
      return await filter(
        scene,
        `table bridge ${TABLE} {
          chain forward { type filter hook forward priority 0;
            iifname "${outside}" drop; oifname "${outside}" drop;
          }
        }`,
      );
    },
  },
  {
    name: "agent-without-api",
    about: "the agent that answers does not reach the API server",
    seconds: 30,
    begin: async (scene) => {
      const { pid } = await leading(scene, "agent");
      const rules = `table inet ${TABLE} {
        chain output { type filter hook output priority 0;
          ip daddr { ${API_SERVICE}, ${NODE_ADDRESS} } drop;
        }
      }`;
      await mustRun("nsenter", [`--target=${pid}`, "--net", "nft", "-f", "-"], { stdin: rules });
      const end = async () => void await inNetwork(pid, "nft", "delete", "table", "inet", TABLE);
      return { end };
    },
  },
  {
    name: "bridge-down",
    about: "the bridge of a network: down, up",
    seconds: 5,
    begin: async (scene) => {
      const set = (state: string) => ip(scene, "link", "set", bridgeOf(NETWORK), state);
      await set("down");
      return { end: () => set("up") };
    },
  },
  {
    name: "frames-lost",
    about: "all networks lose three frames of ten",
    seconds: 15,
    begin: (scene) =>
      filter(
        scene,
        `table bridge ${TABLE} {
          chain forward { type filter hook forward priority 0; numgen random mod 10 < 3 drop; }
        }`,
      ),
  },
  {
    name: "frames-doubled",
    about: "what clients say reaches the agent that answers twice",
    seconds: 10,
    begin: async (scene) => {
      const { outside } = await portOf(scene, await leading(scene, "agent"), NETWORK);
      const ports = scene.guestsOf(NETWORK).map(({ name }) => `"p-${name}"`).join(", ");
      return await filter(
        scene,
        `table netdev ${TABLE} {
          chain ingress { type filter hook ingress devices = { ${ports} } priority 0;
            ether type ip udp dport 67 dup to "${outside}";
          }
        }`,
      );
    },
  },
];

async function ip({ cluster }: ChaosScene, ...args: readonly string[]): Promise<void> {
  await cluster.node.mustRun("ip", args);
}

/** Adds a table in the node's network; the end takes it away. */
async function filter(
  { cluster: { node } }: ChaosScene,
  rules: string,
): Promise<{ end(): Promise<void> }> {
  await node.mustRun("nft", ["-f", "-"], { stdin: rules });
  const [, family = ""] = rules.split(" ");
  return { end: async () => void await node.mustRun("nft", ["delete", "table", family, TABLE]) };
}
