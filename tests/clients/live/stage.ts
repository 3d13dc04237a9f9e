/**
 * A network of its own for one client and one deed: a pool, an agent, a guest.
 *
 * @module
 */
import type { DissectedPacket } from "../../../core/dhcp/wire/dissect.ts";
import type { RunningAgent } from "../../../agent/types.ts";
import type { IPv4Config } from "../../../core/api/types.ts";
import type { Guest } from "../../network/guest.ts";
import { type ServedLab, serving, whenPool } from "../../network/served_lab.ts";
import { until } from "../../network/wait.ts";

/** The pool's own words. */
const CONFIG: IPv4Config = {
  cidr: "192.168.48.0/24",
  serverIP: "192.168.48.77",
  router: "192.168.48.1",
  dns: ["192.168.48.53"],
};

/** The address that the client is given. */
export const ADDRESS = "192.168.48.81";

/** What is written of a pool. */
interface Written {
  readonly config?: Partial<IPv4Config>;
  /** Default: the client has {@linkcode ADDRESS}. */
  readonly leases?: Readonly<Record<string, string>>;
  readonly hostNames?: Readonly<Record<string, string>>;
}

/** One of the networks of a laboratory. */
export class Stage {
  readonly served: ServedLab;
  readonly name: string;
  readonly guest: Guest;
  /** Serves this network alone. */
  readonly agent: RunningAgent;

  /** Makes bridge and guest, and serves the pool. */
  static async open(served: ServedLab, name: string, config?: Partial<IPv4Config>): Promise<Stage> {
    await served.lab.bridge(name);
    const stage = new Stage(served, name, await served.lab.guest({ bridge: name }));
    await stage.write({ ...(config && { config }) });
    await whenPool(stage.agent, `default/${name}`, serving);
    return stage;
  }

  private constructor(served: ServedLab, name: string, guest: Guest) {
    this.served = served;
    this.name = name;
    this.guest = guest;
    this.agent = served.agent([{ pool: `default/${name}`, interfaceName: name }]);
  }

  /** Writes the pool anew; resolves when it is served so. */
  async write({ config, leases, hostNames = {} }: Written): Promise<void> {
    await this.served.pool({
      name: this.name,
      config: { ...CONFIG, ...config },
      leases: leases ?? { [ADDRESS]: this.guest.macAddress },
      hostNames,
    });
  }

  /** Another machine on the network. */
  another(): Promise<Guest> {
    return this.served.lab.guest({ bridge: this.name });
  }

  /** What the guest asked and was answered so far, in order, such as `DISCOVER: offer`. */
  exchange(): string[] {
    return exchangeOf(this.served, this.name, this.guest.macAddress);
  }

  /** The client identifiers that were sent on this network. */
  clientIds(): string[] {
    return this.served.log.lines
      .filter(({ message, keys }) =>
        message === "Packet received" && keys["interface"] === this.name
      )
      .flatMap(({ keys }) => (keys["packet"] as DissectedPacket).options)
      .filter(({ code }) => code === 61)
      .map((option) => JSON.stringify(option));
  }

  /** Waits until a step of this form is among those after the first `after`. */
  async sees(wanted: RegExp, { after = 0, timeoutMs = 20_000 } = {}): Promise<void> {
    await until(() => this.exchange().slice(after).some((step) => wanted.test(step)), {
      what: `${this.guest.name} is seen to ${wanted}`,
      timeoutMs,
    });
  }
}

/** What was asked and answered on a stage, in order: of everybody, or of one MAC address. */
export function exchangeOf(served: ServedLab, name: string, macAddress?: string): string[] {
  const steps: string[] = [];
  let form = "";
  for (const { message, keys } of served.log.lines) {
    if (keys["ippool"] !== `default/${name}`) continue;
    if (macAddress !== undefined && keys["macAddress"] !== macAddress) continue;
    if (message === "Packet received") form = formOf(keys["packet"] as DissectedPacket);
    if (message === "Packet") steps.push(`${form}: ${keys["verdict"]}`);
  }
  return steps;
}

/** What a packet is, and which of the four requests of RFC 2131 section 4.3.2. */
function formOf({ ciaddr, options }: DissectedPacket): string {
  const has = (code: number) => options.some((option) => option.code === code);
  const type = String(options.find(({ code }) => code === 53)?.value).toUpperCase();
  if (type !== "REQUEST") return has(80) ? `${type} (rapid commit)` : type;
  if (has(54)) return "REQUEST (selecting)";
  return ciaddr === "0.0.0.0" ? "REQUEST (rebooting)" : "REQUEST (extending)";
}
