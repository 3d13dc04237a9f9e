/**
 * A packet and what became of it, for the log.
 *
 * @module
 */
import {
  type Datagram,
  Destination,
  dissect,
  MESSAGE_TYPE_NAMES,
  type Reply,
  SERVER_PORT,
  VERDICT_NAMES,
} from "../../core/dhcp/mod.ts";
import { formatIPv4, formatMac } from "../../core/net/mod.ts";
import type { LineBound } from "../../runtime/line_bound.ts";
import type { Logger, LogKeys } from "../../runtime/log.ts";

/** One exchange. */
interface PacketLogEntry {
  readonly request: Datagram;
  readonly reply: Reply;
  readonly interfaceName: string;
  /** Whom replies come from, unsigned 32 bits. */
  readonly serverAddress: number;
  /** Replies are made and not sent. */
  readonly dryRun: boolean;
  /** Bounds what is told of that. */
  readonly dryRunLines: LineBound;
  /** Why the kernel did not take the reply; unset: it did. */
  readonly refused?: string;
}

const MAC_HALF = 0x100_0000;

/** How replies travel, in words. */
const WAYS: ReadonlyMap<number, string> = new Map(
  Object.entries(Destination).map(([name, value]) => [value, name.toLowerCase()]),
);

/**
 * Logs a packet: at `debug` one line that says who, what and why; at `trace` the packet and its reply whole, both ways, every
 * octet (rule 107). In a dry run what would be answered is told at `info`, as often as the bound lets.
 */
export function logPacket(log: Logger, entry: PacketLogEntry): void {
  const { reply, dryRun, dryRunLines } = entry;
  const macAddress = formatMac(reply.chaddrHigh * MAC_HALF + reply.chaddrLow);
  // Cheap refusals first: a flood is to cost little where only one machine's packets are wanted.
  const keys = { macAddress };
  const isWanted = log.enabled("debug", keys);
  if (isWanted && log.enabled("trace", keys)) logWhole(log, { ...entry, macAddress });
  if (dryRun && reply.length > 0) {
    if (dryRunLines.admit()) log.info("Would answer", summary(entry, macAddress));
  } else if (isWanted) {
    const message = entry.refused === undefined ? "Packet" : "Reply refused by the system";
    log.debug(message, summary(entry, macAddress));
  }
}

function logWhole(log: Logger, entry: PacketLogEntry & { readonly macAddress: string }): void {
  const { request, reply, interfaceName, serverAddress, macAddress, dryRun, refused } = entry;
  log.trace("Packet received", {
    macAddress,
    interface: interfaceName,
    from: `${formatIPv4(request.sourceAddress)}:${request.sourcePort}`,
    packet: dissect(request.bytes.subarray(request.offset, request.offset + request.length)),
  });
  if (reply.length === 0) return;
  log.trace(dryRun || refused !== undefined ? "Packet not sent" : "Packet sent", {
    macAddress,
    interface: interfaceName,
    from: `${formatIPv4(serverAddress)}:${SERVER_PORT}`,
    to: `${formatIPv4(reply.destinationAddress)}:${reply.destinationPort}`,
    way: WAYS.get(reply.destination),
    packet: dissect(reply.bytes.subarray(reply.offset, reply.offset + reply.length)),
  });
}

function summary({ reply, refused }: PacketLogEntry, macAddress: string): LogKeys {
  return {
    type: MESSAGE_TYPE_NAMES[reply.requestType] ?? String(reply.requestType),
    verdict: VERDICT_NAMES[reply.verdict],
    macAddress,
    ...(reply.lease === 0 ? {} : { address: formatIPv4(reply.lease) }),
    ...(reply.destinationAddress === 0
      ? {}
      : { to: `${formatIPv4(reply.destinationAddress)}:${reply.destinationPort}` }),
    ...(refused === undefined ? {} : { reason: refused }),
  };
}
