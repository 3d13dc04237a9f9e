/**
 * One network of the agent: an IPPool on an interface, from socket to report.
 *
 * @module
 */
import type { PoolReport } from "../core/api/agent_report.ts";
import type { Responder, ServedNetwork } from "../core/dhcp/mod.ts";
import { formatCidr, formatIPv4 } from "../core/net/mod.ts";
import type { Clock, Random } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import { AddressProbe } from "./address_probe.ts";
import type { OpenPort } from "./datagram_port.ts";
import { DeclinedAddresses } from "./declined_addresses.ts";
import type { HostNetwork, HostState, Link } from "./host_network.ts";
import { PacketCounters } from "./packet_counters.ts";
import { type PacketContext, servePackets } from "./packet_loop.ts";
import { PoolCompiler } from "./pool_compiler.ts";
import type { PoolView } from "./pool_watch.ts";
import { PortKeeper } from "./port_keeper.ts";
import { ServerAddress } from "./server_address.ts";
import type { AgentNetwork } from "./types.ts";

/** What all networks of an agent share. */
export interface PoolServerContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly openPort: OpenPort;
  readonly host: HostNetwork;
  readonly responder: Responder;
  readonly dryRun: boolean;
  readonly apiServerAddresses: readonly string[];
  readonly reopenMaxMs: number;
  /** Asks for {@linkcode PoolServer.reconcile}. */
  readonly wake: () => void;
}

/** What {@linkcode PoolServer.reconcile} looks at. */
export interface PoolServerInput {
  readonly network: AgentNetwork;
  readonly host: HostState;
  readonly view: PoolView;
  readonly leading: boolean;
}

/** Not serving for these is nothing to worry about. */
const QUIET: ReadonlySet<PoolReport["reason"]> = new Set(["NotSynced", "Paused"]);

/** A rung of the ladder: what is reported, and what that means for the server address. */
interface Outcome {
  readonly report: Pick<PoolReport, "ready" | "reason" | "message">;
  /** `keep` while what is wrong may pass: taking the address away would only make it worse. */
  readonly address: "remove" | "keep";
  /** What is answered from; absent: silence. */
  readonly network?: ServedNetwork;
}

/** Serves one network. Nothing that happens to it is felt by another. */
export class PoolServer {
  readonly counters: PacketCounters;
  readonly #context: PoolServerContext;
  readonly #log: Logger;
  readonly #port: PortKeeper;
  readonly #address: ServerAddress;
  readonly #probe: AddressProbe;
  readonly #compiler: PoolCompiler;
  readonly #packets: PacketContext;
  #report: Outcome["report"] = { ready: false, reason: "NotSynced", message: "Not looked at yet" };
  #resourceVersion: string | undefined;
  #stopped = false;

  constructor(pool: string, context: PoolServerContext) {
    const { clock, random, responder, dryRun, wake } = context;
    const log = context.log.with({ ippool: pool });
    this.#context = context;
    this.#log = log;
    this.counters = new PacketCounters({ dryRun });
    this.#packets = {
      network: undefined,
      responder,
      clock,
      log,
      counters: this.counters,
      declined: new DeclinedAddresses(),
      dryRun,
      onDeclined: wake,
    };
    this.#port = new PortKeeper({
      clock,
      random,
      log,
      open: context.openPort,
      serve: (port) => servePackets(port, this.#packets),
      reopenMaxMs: context.reopenMaxMs,
      onChange: wake,
    });
    this.#address = new ServerAddress({
      host: context.host,
      log,
      apiServerAddresses: context.apiServerAddresses,
    });
    this.#probe = new AddressProbe({ host: context.host, clock, log });
    this.#compiler = new PoolCompiler((problems) =>
      log.warn("Values of the pool cannot be used", { problems })
    );
  }

  /** What is answered from now; `undefined` while silent. */
  get network(): ServedNetwork | undefined {
    return this.#packets.network;
  }

  /** How often its socket was opened. */
  get opened(): number {
    return this.#port.opened;
  }

  /** Its state at `now`, but for the interface's name. */
  report(now: number): Omit<PoolReport, "interfaceName"> {
    const declined = this.#packets.declined.list(now);
    return {
      ...this.#report,
      ...(this.#resourceVersion === undefined ? {} : { resourceVersion: this.#resourceVersion }),
      ...(declined.length === 0 ? {} : { declined }),
    };
  }

  /** Makes socket, address and answers what they are to be now. */
  reconcile(input: PoolServerInput): void {
    if (this.#stopped) return;
    const { network, host, view } = input;
    const link = network.problem === undefined ? host.links.get(network.interfaceName) : undefined;
    if (!this.#context.dryRun) this.#address.leave(host, link);
    const outcome = this.#decide(input, link);
    if (outcome.address === "remove" && link !== undefined && !this.#context.dryRun) {
      this.#address.ensure(host, { link });
    }
    if (outcome.network === undefined) this.#probe.forget();
    this.#packets.network = outcome.network;
    this.#resourceVersion = view.pool?.metadata.resourceVersion;
    this.#tell(outcome.report, network.interfaceName);
  }

  /** Goes silent and removes the address at once. Resolves when the socket is closed, too. */
  async stop(host: HostState): Promise<void> {
    this.#stopped = true;
    this.#packets.network = undefined;
    this.#address.leave(host, undefined);
    await this.#port.close();
  }

  /** A fault in one network stays in it. */
  #decide(input: PoolServerInput, link: Link | undefined): Outcome {
    try {
      return this.#ladder(input, link);
    } catch (error) {
      this.#log.error("Cannot serve the pool", { error });
      return never(
        "InvalidPool",
        `Cannot serve the pool: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  #ladder({ network, host, view, leading }: PoolServerInput, link: Link | undefined): Outcome {
    if (link === undefined) {
      this.#port.release();
      return no(
        "InterfaceMissing",
        network.problem ?? `Interface ${network.interfaceName} does not exist`,
      );
    }
    const closed = this.#port.ensure(link);
    if (!link.up) return no("InterfaceMissing", `Interface ${link.name} is down`);
    if (closed !== undefined) return no("SocketFailed", `No socket on ${link.name}: ${closed}`);
    if (!view.synced) return no("NotSynced", "The API server has not answered yet");
    if (view.pool === undefined) return never("PoolNotFound", "The IPPool does not exist");
    if (view.pool.spec?.paused === true) return never("Paused", "spec.paused is true");
    const { served, problems } = this.#compiler.compile(view.pool, link.mtu);
    if (served === undefined) return never("InvalidPool", problems);
    const where = `${formatCidr(served.cidr)} from ${
      formatIPv4(served.serverAddress)
    } on ${link.name}`;
    const notes = [view.note, problems === "" ? undefined : `left out: ${problems}`];
    if (this.#context.dryRun) {
      return { ...standby("Dry run: would answer", where, notes), network: served };
    }
    if (!leading) return standby("Standing by to answer", where, notes);
    const wanted = { link, cidr: served.cidr, address: served.serverAddress };
    const address = this.#address.ensure(host, { link, wanted });
    if (!address.present) {
      return no(
        "AddressMissing",
        `${formatIPv4(served.serverAddress)} is not on ${link.name}: ${address.note}`,
      );
    }
    const owner = this.#probe.look(host, { link, address: served.serverAddress });
    const shared = owner === undefined
      ? undefined
      : `another machine, ${owner}, has ${formatIPv4(served.serverAddress)} too`;
    const message = sentence(`Answering ${where}`, [shared, address.note, ...notes]);
    return {
      report: shared === undefined
        ? { ready: true, reason: "Serving", message }
        : { ready: false, reason: "AddressInUse", message },
      address: "keep",
      network: served,
    };
  }

  #tell(report: Outcome["report"], interfaceName: string): void {
    const { ready, reason, message } = report;
    const changed = reason !== this.#report.reason || message !== this.#report.message;
    this.#report = report;
    if (!changed) return;
    const keys = { reason, state: message, interface: interfaceName };
    if (ready || QUIET.has(reason)) this.#log.info("State of the pool", keys);
    else this.#log.warn("State of the pool", keys);
  }
}

/** Not served now, and it may pass by itself. */
function no(reason: PoolReport["reason"], message: string): Outcome {
  return { report: { ready: false, reason, message }, address: "keep" };
}

/** Not to be served. */
function never(reason: PoolReport["reason"], message: string): Outcome {
  return { report: { ready: false, reason, message }, address: "remove" };
}

function standby(what: string, where: string, notes: readonly (string | undefined)[]): Outcome {
  const message = sentence(`${what} ${where}`, notes);
  return { report: { ready: true, reason: "Standby", message }, address: "remove" };
}

function sentence(text: string, notes: readonly (string | undefined)[]): string {
  return [text, ...notes.filter((note) => note !== undefined)].join("; ");
}
