/**
 * The life of a packet: received, answered, sent.
 *
 * @module
 */
import {
  MessageType,
  type Reply,
  type Responder,
  type ServedNetwork,
  Verdict,
} from "../../core/dhcp/mod.ts";
import type { Declined } from "../../core/neighbours/decline_checks.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { HeardMemory } from "../heard/heard_memory.ts";
import type { PacketWatchers } from "../heard/packet_watchers.ts";
import { standstillsOf } from "../../runtime/standstill.ts";
import type { LineBound } from "../../runtime/line_bound.ts";
import type { Logger } from "../../runtime/log.ts";
import type { AnswerTimes } from "./answer_times.ts";
import type { DatagramPort } from "./datagram_port.ts";
import type { PacketCounters } from "./packet_counters.ts";
import { logPacket } from "./packet_log.ts";

/** What packets are answered from. */
export interface PacketContext {
  /** `namespace/name`. */
  readonly pool: string;
  /** The pool as it is now; `undefined`: silence. Looked at for each batch. */
  network: ServedNetwork | undefined;
  readonly responder: Responder;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counters: PacketCounters;
  /** What was last heard of each client. */
  readonly heard: HeardMemory;
  readonly watchers: PacketWatchers;
  readonly times: AnswerTimes;
  readonly dryRun: boolean;
  /** Bounds what a dry run tells. */
  readonly dryRunLines: LineBound;
  /** Called with the code of an option that a reply had no room for. */
  readonly onLeftOut: (code: number) => void;
  /** Called when a client is sent its address; unset: nobody wants to know. */
  readonly onAcknowledged?: ((mac: number, address: number) => void) | undefined;
  /** Called when a client declines its address; anybody on the link can do so in its name. */
  readonly onDeclined: (declined: Declined) => void;
  /** Called when packets meet silence, as there is nothing that they are answered from. */
  readonly onSilence: () => void;
  /** Called when a client names another server, by its identifier. */
  readonly onOtherServer: (address: number) => void;
}

const MAC_HALF = 0x100_0000;

/** Answers what comes until the port is closed. Rejects where its socket is dead. */
export async function servePackets(port: DatagramPort, context: PacketContext): Promise<void> {
  const { log, dryRun, clock } = context;
  const standstills = standstillsOf(clock);
  const batch = context.times.batch();
  /** The millisecond of the last batch that was timed: one in each is enough, for a look at the clock costs as much as a reply. */
  let timedAt = -Infinity;
  /** Why the kernel took none of these replies. */
  const refused = new Map<Reply, string>();
  port.onRefused = (reply, reason) => {
    context.counters.addRefused(reason);
    refused.set(reply, reason);
  };
  while (true) {
    const count = await port.receive();
    if (count === 0) return;
    const now = clock.now();
    // What waited while the process stood still is from clients that have asked again since, or are another's by now.
    const network = standstills.isJustBack(now) ? undefined : context.network;
    const readAt = now === timedAt ? undefined : clock.monotonic();
    if (context.network === undefined) context.onSilence();
    answer(port, { count, network, context, batch, now });
    if (!dryRun) {
      const sent = port.send(count, network?.serverAddress ?? 0);
      if (sent !== undefined) await sent;
      if (readAt !== undefined) {
        batch.end(clock.monotonic() - readAt);
        timedAt = now;
      }
    }
    // When all are on their way: nobody waits for what is remembered, shown and logged.
    if (context.heard.hears) remember(port, { count, network, refused, context });
    if (dryRun || log.enabled("debug")) {
      logPackets(port, { count, network, refused, context });
    }
    if (refused.size > 0) refused.clear();
  }
}

/** A batch that was answered. */
interface Answered {
  readonly count: number;
  readonly network: ServedNetwork | undefined;
  readonly refused: ReadonlyMap<Reply, string>;
  readonly context: PacketContext;
}

/** Keeps who was heard, and shows it to those that watch. */
function remember(port: DatagramPort, { count, network, refused, context }: Answered): void {
  const { heard, watchers, pool, dryRun } = context;
  const { requests, replies, link: { name: interfaceName } } = port;
  const batch = { requests, replies, count, pool, interfaceName, network, dryRun, refused };
  heard.note(batch);
  if (watchers.any) watchers.show(batch);
}

function answer(
  port: DatagramPort,
  { count, network, context, batch, now }: {
    readonly count: number;
    readonly network: ServedNetwork | undefined;
    readonly context: PacketContext;
    readonly batch: ReturnType<AnswerTimes["batch"]>;
    /** Milliseconds since the epoch. */
    readonly now: number;
  },
): void {
  const { requests, replies } = port;
  for (let slot = 0; slot < count; slot++) {
    const request = requests[slot];
    const reply = replies[slot];
    if (request === undefined || reply === undefined) return;
    request.receivedAt = now;
    const verdict = context.responder.respond(network, request, reply);
    if (reply.length > 0) batch.add(reply.requestType);
    account({ reply, verdict, context });
  }
}

function account(
  { reply, verdict, context }: {
    readonly reply: Reply;
    readonly verdict: Verdict;
    readonly context: PacketContext;
  },
): void {
  context.counters.add(reply.requestType, verdict);
  if (reply.omitted > 0) {
    context.counters.addOmitted(reply.omitted);
    context.onLeftOut(reply.omittedCode);
  }
  if (verdict === Verdict.Ack && context.onAcknowledged !== undefined) {
    context.onAcknowledged(macOf(reply), reply.lease);
  } else if (verdict === Verdict.Declined) {
    context.onDeclined({ address: reply.lease, mac: macOf(reply) });
  } else if (verdict === Verdict.OtherServer && reply.requestType === MessageType.Request) {
    context.onOtherServer(context.responder.request.serverIdentifier);
  }
}

function macOf({ chaddrHigh, chaddrLow }: Reply): number {
  return chaddrHigh * MAC_HALF + chaddrLow;
}

function logPackets(
  port: DatagramPort,
  { count, network, refused, context: { log, dryRun, dryRunLines } }: Answered,
): void {
  for (let slot = 0; slot < count; slot++) {
    const request = port.requests[slot];
    const reply = port.replies[slot];
    if (request === undefined || reply === undefined) return;
    const reason = refused.get(reply);
    logPacket(log, {
      request,
      reply,
      interfaceName: port.link.name,
      serverAddress: network?.serverAddress ?? 0,
      dryRun,
      dryRunLines,
      ...(reason === undefined ? {} : { refused: reason }),
    });
  }
}
