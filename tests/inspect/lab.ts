/**
 * Who operators ask: a controller and an agent, on the embedded API under simulated time.
 *
 * @module
 */
import { runAgent } from "../../agent/agent.ts";
import { MemoryHost } from "../../agent/testing/memory_host.ts";
import { MemoryPort } from "../../agent/testing/memory_port.ts";
import type { RunningAgent } from "../../agent/types.ts";
import { type DhcpOption, encode, type MessageType } from "../../core/dhcp/mod.ts";
import { macToBytes, parseMac } from "../../core/net/mod.ts";
import { inspectApp } from "../../inspect/app.ts";
import {
  IPPOOLS,
  NETWORK_ATTACHMENT_DEFINITIONS,
  parseKey,
  VIRTUAL_MACHINE_INSTANCES,
  VIRTUAL_MACHINES,
} from "../../kube/mod.ts";
import { Lab } from "../controller/lab.ts";
import { mac, nad, pool, vm, vmi } from "../controller/objects.ts";

/** The MAC address of the VM `default/web`. */
export const MAC = mac(1);

/** A VM of a test. */
interface WebOptions extends NonNullable<Parameters<typeof vm>[2]> {
  readonly nic?: Parameters<typeof vm>[1][number];
  /** Of its instance; `null`: it has none. */
  readonly phase?: string | null;
}

/** Makes the network and the pool `default/net-48`, what is said laid over the pool's spec. */
export async function makeNetwork(
  lab: Lab,
  config: Parameters<typeof pool>[1] = {},
  spec: Parameters<typeof pool>[2] = {},
): Promise<void> {
  await lab.create(NETWORK_ATTACHMENT_DEFINITIONS, nad("default/net-48"));
  await lab.create(IPPOOLS, pool("default/net-48", config, spec));
}

/** Makes the VM `default/web` and its instance. */
export async function makeWeb(
  lab: Lab,
  { nic = { mac: MAC }, phase = "Running", ...options }: WebOptions = {},
): Promise<void> {
  await lab.create(VIRTUAL_MACHINES, vm("default/web", [nic], options));
  if (phase === null) return;
  const instance = vmi("default/web", [nic]);
  await lab.create(VIRTUAL_MACHINE_INSTANCES, instance);
  await lab.kube.of(VIRTUAL_MACHINE_INSTANCES).patch(parseKey("default/web"), {
    type: "merge",
    body: { status: { phase } },
  }, { subresource: "status" });
}

/** What somebody is told who asks the controller, with every time of day left out. */
export async function ask(lab: Lab, path: string): Promise<string> {
  const app = inspectApp(lab.controller.inspect);
  const response = await app.fetch(new Request(`http://controller/v1/${path}`));
  return (await response.text()).replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "TIME");
}

/** A controller and an agent that asks and is asked, in one process: the agent's sockets and interfaces are memory. */
export class InspectLab extends Lab {
  readonly #stop = new AbortController();
  readonly #host = new MemoryHost();
  readonly #ports = new Map<string, MemoryPort>();
  #agent: RunningAgent | undefined;

  constructor() {
    super();
    this.#host.link("eth1");
    this.#host.link("eth2");
    this.start({
      inspect: {
        heard: (query) =>
          Promise.resolve(
            this.#agent === undefined
              ? { answers: [], problems: ["No pod of an agent runs"] }
              : { answers: [this.#agent.heard.answer(query)], problems: [] },
          ),
      },
    });
  }

  /** Starts the agent: `default/net-48` is its eth1, `default/net-49` its eth2. */
  async serve(): Promise<void> {
    this.#agent = runAgent({
      rest: this.rest(),
      clock: this.clock,
      random: this.random,
      log: this.log,
      host: this.#host,
      openPort: (link) => {
        const port = new MemoryPort(link);
        this.#ports.set(link.name, port);
        return port;
      },
      name: "agent",
      namespace: "default",
      pod: { namespace: "default", name: "agent-0" },
      networks: [
        { pool: "default/net-48", interfaceName: "eth1" },
        { pool: "default/net-49", interfaceName: "eth2" },
      ],
    }, this.#stop.signal);
    await this.pass(5_000);
  }

  /** Lets a packet of the client come in on an interface, and a second pass. */
  async packet(
    interfaceName: "eth1" | "eth2",
    { type, options = [], macAddress = MAC }: {
      readonly type: MessageType;
      readonly options?: readonly DhcpOption[];
      readonly macAddress?: string;
    },
  ): Promise<void> {
    const message = encode({
      op: 1,
      xid: 7,
      chaddr: macToBytes(parseMac(macAddress)),
      options: [{ code: 53, value: type }, ...options],
    });
    this.#ports.get(interfaceName)?.arrive(message);
    await this.pass(1_000);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new DOMException("The test ends it", "AbortError"));
    await this.clock.advance(10_000);
    await this.#agent?.done;
    await super[Symbol.asyncDispose]();
  }
}
