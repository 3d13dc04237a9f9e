/**
 * Packets through the responder, against an oracle of its own.
 *
 * @module
 */
import {
  type CompileOptions,
  compilePool,
  Datagram,
  Reply,
  Responder,
  type ServedNetwork,
} from "../../../core/dhcp/mod.ts";
import { hexOctets, type PacketInput, packetInputs, type SentPacket } from "../packets/inputs.ts";
import { judge } from "../packets/oracle.ts";
import { BEGIN, type KnownNetwork, knownNetwork, poolOf } from "../packets/scene.ts";
import type { FuzzTarget } from "../target.ts";

/** What stands in a buffer beside what belongs there. */
const MARGIN = 64;

interface Answered {
  readonly octets: readonly number[];
  readonly address: number;
  readonly port: number;
}

/**
 * Every answer is judged by the oracle; nothing is written outside a reply's room or into the request; and the answer is
 * the same whatever was asked before and whatever stands in the buffer behind the packet.
 */
export const packets: FuzzTarget<PacketInput> = {
  inputs: packetInputs,
  check(input) {
    const known = input.networks.map(knownNetwork);
    const served = known.map(compiled);
    const responder = new Responder();
    const naks = known.map(() => 0);
    let now = BEGIN;
    for (const [index, packet] of input.packets.entries()) {
      const network = known[packet.network];
      if (network === undefined) throw new Error(`Input has no network ${packet.network}`);
      now += packet.wait;
      // A clock that went back may hold a NAK up for a moment.
      if (packet.wait < 0) naks.fill(Infinity);
      const asked = {
        network: served[packet.network],
        packet,
        now,
        capacity: network.plan.capacity,
      };
      try {
        const said = ask(responder, { ...asked, filler: 0xa5 });
        const answer = judge({
          octets: hexOctets(packet.payload),
          network,
          source: packet.source,
          port: packet.port,
          now,
          naks: naks[packet.network] ?? 0,
        }, said);
        if (answer === "nak") naks[packet.network] = (naks[packet.network] ?? 0) + 1;
        const again = ask(new Responder(), { ...asked, filler: 53 });
        const limited = said.octets.length === 0 && (naks[packet.network] ?? 0) > 0;
        if (!limited && String(again.octets) !== String(said.octets)) {
          throw new Error("The answer depends on what came before, or on what stands behind it");
        }
      } catch (cause) {
        const message = cause instanceof Error ? cause.message : String(cause);
        throw new Error(`Packet ${index}: ${message}`, { cause });
      }
    }
  },
};

function compiled(network: KnownNetwork, index: number): ServedNetwork {
  const options: CompileOptions = {
    mtu: network.plan.mtu,
    previousServerIds: network.servers.slice(1),
  };
  const { network: served, problems } = compilePool(poolOf(network, `net-${index}`), options);
  if (served === undefined || problems.length > 0) {
    throw new Error(`Pool is not served: ${JSON.stringify(problems)}`);
  }
  return served;
}

function ask(responder: Responder, { network, packet, now, capacity, filler }: {
  readonly network: ServedNetwork | undefined;
  readonly packet: SentPacket;
  readonly now: number;
  readonly capacity: number;
  readonly filler: number;
}): Answered {
  const payload = hexOctets(packet.payload);
  const received = new Uint8Array(payload.length + 2 * MARGIN).fill(filler);
  received.set(payload, MARGIN);
  const before = received.slice();
  const datagram = new Datagram(received, MARGIN, payload.length);
  datagram.sourceAddress = packet.source;
  datagram.sourcePort = packet.port;
  datagram.receivedAt = now;
  const room = new Uint8Array(capacity + 2 * MARGIN).fill(filler);
  const reply = new Reply(room, MARGIN, capacity);
  responder.respond(network, datagram, reply);
  if (received.some((octet, at) => octet !== before[at])) {
    throw new Error("The request was written into");
  }
  const isWritten = (octet: number): boolean => octet !== filler;
  if (
    room.subarray(0, MARGIN).some(isWritten) || room.subarray(MARGIN + capacity).some(isWritten)
  ) {
    throw new Error("Written outside of the reply's room");
  }
  return {
    octets: [...room.subarray(MARGIN, MARGIN + reply.length)],
    address: reply.destinationAddress,
    port: reply.destinationPort,
  };
}
