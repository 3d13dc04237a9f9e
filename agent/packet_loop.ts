/**
 * The life of a packet: received, answered, sent.
 *
 * @module
 */
import {
  type Datagram,
  MESSAGE_TYPE_NAMES,
  type Reply,
  type Responder,
  type ServedNetwork,
  Verdict,
  VERDICT_NAMES,
} from "../core/dhcp/mod.ts";
import { formatIPv4, formatMac } from "../core/net/mod.ts";
import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/log.ts";
import type { DatagramPort } from "./datagram_port.ts";
import type { DeclinedAddresses } from "./declined_addresses.ts";
import type { PacketCounters } from "./packet_counters.ts";

/** What packets are answered from. */
export interface PacketContext {
  /** The pool as it is now; `undefined`: silence. Looked at for each batch. */
  network: ServedNetwork | undefined;
  readonly responder: Responder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: PacketCounters;
  readonly declined: DeclinedAddresses;
  readonly dryRun: boolean;
  /** Called after an address was declined. */
  readonly onDeclined: () => void;
}

const MAC_HALF = 0x100_0000;

/** Answers what comes until the port is closed. Rejects where its socket is dead. */
export async function servePackets(port: DatagramPort, context: PacketContext): Promise<void> {
  port.onRefused = (reply, reason) => {
    context.counters.addRefused(reason);
    if (context.log.enabled("debug")) {
      logPacket("Reply refused by the system", { reply, reason, context });
    }
  };
  while (true) {
    const count = await port.receive();
    if (count === 0) return;
    const { network } = context;
    answer(port, { count, network, context });
    const sent = port.send(count, network?.serverAddress ?? 0);
    if (sent !== undefined) await sent;
  }
}

function answer(
  port: DatagramPort,
  { count, network, context }: {
    readonly count: number;
    readonly network: ServedNetwork | undefined;
    readonly context: PacketContext;
  },
): void {
  const now = context.clock.now();
  for (let slot = 0; slot < count; slot++) {
    const request = port.requests[slot];
    const reply = port.replies[slot];
    if (request === undefined || reply === undefined) return;
    request.receivedAt = now;
    const verdict = context.responder.respond(network, request, reply);
    account(request, { reply, verdict, context });
    if (context.dryRun) reply.length = 0;
  }
}

function account(
  request: Datagram,
  { reply, verdict, context }: {
    readonly reply: Reply;
    readonly verdict: Verdict;
    readonly context: PacketContext;
  },
): void {
  context.counters.add(reply.requestType, verdict);
  if (reply.omitted > 0) context.counters.addOmitted(reply.omitted);
  if (verdict === Verdict.Declined) {
    const mac = reply.chaddrHigh * MAC_HALF + reply.chaddrLow;
    context.declined.add({ address: reply.lease, mac }, request.receivedAt);
    context.log.warn("A client declined its address", {
      macAddress: formatMac(mac),
      address: formatIPv4(reply.lease),
    });
    context.onDeclined();
  }
  if (context.dryRun && reply.length > 0) logPacket("Would answer", { reply, context });
  else if (context.log.enabled("debug")) logPacket("Packet", { reply, context });
}

function logPacket(
  message: "Packet" | "Would answer" | "Reply refused by the system",
  { reply, reason, context }: {
    readonly reply: Reply;
    readonly reason?: string;
    readonly context: PacketContext;
  },
): void {
  const keys = {
    type: MESSAGE_TYPE_NAMES[reply.requestType] ?? String(reply.requestType),
    verdict: VERDICT_NAMES[reply.verdict],
    macAddress: formatMac(reply.chaddrHigh * MAC_HALF + reply.chaddrLow),
    ...(reply.lease === 0 ? {} : { address: formatIPv4(reply.lease) }),
    ...(reply.destinationAddress === 0
      ? {}
      : { to: `${formatIPv4(reply.destinationAddress)}:${reply.destinationPort}` }),
    ...(reason === undefined ? {} : { reason }),
  };
  if (message === "Would answer") context.log.info(message, keys);
  else context.log.debug(message, keys);
}
