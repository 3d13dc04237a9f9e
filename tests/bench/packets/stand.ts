/**
 * Where a server is measured: interfaces of it, and the machine that its clients' frames come from.
 *
 * @module
 */
import { entering, ipLines, run } from "../../network/command.ts";
import type { Lab } from "../../network/lab.ts";
import { generate, type Load, type LoadResult, type LoadSource } from "../packet_generator.ts";
import {
  firstAddress,
  relayAddress,
  serverAddress,
  type ServerOptions,
} from "../servers/network.ts";

/** The generator, and the bridge that the machines' own interfaces are on, which nobody uses. */
export interface StandContext {
  readonly lab: Lab;
  readonly bridge: string;
  readonly generator: string;
}

/** What a stand is to be. */
interface StandOptions {
  /** At most 8 characters. */
  readonly name: string;
  readonly clients: number;
  readonly networks?: number;
  /** The server has a network namespace of its own: what binds a port for all interfaces disturbs nobody. */
  readonly apart: boolean;
}

/** How clients are asked for. */
export type Way = "direct" | "relay" | "renew";

/** Veth pairs, the server's ends with its addresses, and a namespace with the clients' ends. */
export class Stand {
  /** What a server there is to be told. */
  readonly server: ServerOptions;
  readonly #context: StandContext;
  readonly #source: LoadSource;
  readonly #serverMac: string;

  /** Makes one, which lasts as long as its laboratory. */
  static async open(context: StandContext, options: StandOptions): Promise<Stand> {
    const { name, clients, networks = 1, apart } = options;
    const { lab, bridge } = context;
    const guest = await lab.guest({ bridge });
    const host = apart ? await lab.guest({ bridge }) : undefined;
    const names = Array.from({ length: networks }, (_, n) => networks > 1 ? `${name}${n}` : name);
    const theirs = networks > 1 ? "clients" : "clients0";
    const lines = names.flatMap((own, n) => [
      `link add ${own} type veth peer name clients${n} netns ${guest.processId}`,
      ...(host === undefined ? [] : [`link set ${own} netns ${host.processId}`]),
    ]);
    await ipLines(lines);
    await ipLines(
      names.flatMap((
        own,
        n,
      ) => [`address add ${serverAddress(n)}/16 dev ${own}`, `link set ${own} up`]),
      host?.processId,
    );
    await ipLines([
      ...names.map((_, n) => `link set clients${n} up`),
      `address add ${relayAddress(0)}/16 dev clients0`,
    ], guest.processId);
    const [first = ""] = names;
    const link = await run(
      ...entering(host?.processId),
      ...["ip", "-j", "link", "show", "dev", first],
    );
    const [{ address }] = JSON.parse(link) as [{ readonly address: string }];
    return new Stand(context, {
      server: {
        interfaceNames: names,
        clients,
        ...(host === undefined ? {} : { namespaceOf: host.processId }),
      },
      source: { processId: guest.processId, interfaceName: theirs, clients, networks },
      serverMac: address,
    });
  }

  private constructor(
    context: StandContext,
    { server, source, serverMac }: {
      readonly server: ServerOptions;
      readonly source: LoadSource;
      readonly serverMac: string;
    },
  ) {
    this.server = server;
    this.#context = context;
    this.#source = source;
    this.#serverMac = serverMac;
  }

  /** Puts a load on the server. */
  load(load: Load, way: Way = "direct", stamps = false): Promise<LoadResult> {
    const address = way === "relay" ? relayAddress(0) : firstAddress(0);
    const by = way === "direct" ? undefined : {
      kind: way,
      address,
      server: serverAddress(0),
      serverMac: this.#serverMac,
    };
    return generate(
      this.#context.generator,
      { ...this.#source, stamps, ...(by === undefined ? {} : { by }) },
      load,
    );
  }
}
