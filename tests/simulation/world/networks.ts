/**
 * All networks of a world, and the machines on them.
 *
 * @module
 */
import { streamOf } from "../engine/random.ts";
import type { Timeline } from "../engine/timeline.ts";
import type { Trace } from "../engine/trace.ts";
import { type ClientEvents, SimClient } from "./dhcp_client.ts";
import { NetworkSegment } from "./segment.ts";

/** What networks are made with. */
interface NetworksGround {
  readonly seed: number;
  readonly timeline: Timeline;
  readonly trace: Trace;
  /** Of every client, also of copies. */
  readonly events: ClientEvents;
}

/** Something that is on a network for a while only. */
interface Guest {
  goAway(): void;
}

/** The networks, each made when it is first asked for. */
export class Networks {
  /** Network -> MAC address -> client. */
  readonly clients = new Map<string, Map<number, SimClient>>();
  readonly #ground: NetworksGround;
  /** Network -> where it is now. */
  readonly #segments = new Map<string, NetworkSegment>();
  /** Network and VLAN -> each that was ever asked for. */
  readonly #vlans = new Map<string, NetworkSegment>();
  readonly #guests = new Set<Guest>();
  #copies = 0;

  constructor(ground: NetworksGround) {
    this.#ground = ground;
  }

  get all(): readonly NetworkSegment[] {
    return [...this.#vlans.values()];
  }

  /** Every client that there ever was, without copies. */
  get allClients(): readonly SimClient[] {
    return [...this.clients.values()].flatMap((clients) => [...clients.values()]);
  }

  /** The network of a NetworkAttachmentDefinition, `namespace/name`. */
  segment(nad: string): NetworkSegment {
    return this.#segments.get(nad) ?? this.#onVlan(nad, 0);
  }

  /**
   * A network is on another VLAN from now on, and so are its VMs' machines, which people start again for that. Whoever else is attached stays
   * where it is.
   */
  move(nad: string, vlan: number): void {
    const before = this.segment(nad);
    const after = this.#onVlan(nad, vlan);
    if (after === before) return;
    for (const client of this.clients.get(nad)?.values() ?? []) client.moveTo(after);
  }

  #onVlan(nad: string, vlan: number): NetworkSegment {
    const name = vlan === 0 ? nad : `${nad} ${vlan}`;
    const { seed, timeline, trace } = this.#ground;
    const random = streamOf(seed, `segment ${name}`);
    const segment = this.#vlans.get(name) ?? new NetworkSegment(nad, { timeline, random, trace });
    this.#vlans.set(name, segment);
    this.#segments.set(nad, segment);
    return segment;
  }

  /** The client of a MAC address on a network. */
  clientOf(network: string, mac: number): SimClient {
    const clients = this.clients.get(network) ?? new Map<number, SimClient>();
    this.clients.set(network, clients);
    const present = clients.get(mac);
    if (present !== undefined) return present;
    const { seed, timeline, events } = this.#ground;
    const client = new SimClient(mac, {
      segment: this.segment(network),
      timeline,
      random: streamOf(seed, `client ${network} ${mac}`),
      events,
    });
    clients.set(mac, client);
    return client;
  }

  /** Another machine with the hardware address of a client begins to ask, for a while. */
  copy({ mac, segment, name }: SimClient, forMs: number): void {
    const { seed, timeline, events } = this.#ground;
    const number = ++this.#copies;
    const copy = new SimClient(mac, {
      segment,
      timeline,
      random: streamOf(seed, `copy ${number} of ${segment.name} ${mac}`),
      events,
      name: `${name} copy ${number}`,
      isCopy: true,
    });
    copy.powerOn(false);
    this.visit({ goAway: () => copy.powerOff(false) }, forMs);
  }

  /** Has somebody on a network for a while. */
  visit(guest: Guest, forMs: number): void {
    this.#guests.add(guest);
    this.#ground.timeline.after(forMs, () => {
      if (this.#guests.delete(guest)) guest.goAway();
    });
  }

  /** All guests go. */
  sendHome(): void {
    for (const guest of this.#guests) guest.goAway();
    this.#guests.clear();
  }
}
