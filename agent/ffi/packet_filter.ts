/**
 * Which packets a socket hears: programs of the kernel's filter (`<linux/filter.h>`).
 *
 * @module
 */
import { checked, libc, Sys } from "./libc.ts";

/** One `struct sock_filter` (`<linux/filter.h>`). */
type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, value: number];

/** Operations of the filter's machine. Places count from the network header. */
const LOAD_8 = 0x30;
const LOAD_16 = 0x28;
const LOAD_32 = 0x20;
const LOAD_16_AFTER_HEADER = 0x48;
const LOAD_HEADER_LENGTH = 0xb1;
const IF_EQUAL = 0x15;
const IF_ANY_BIT = 0x45;
const TAKE = 0x06;

const ALL_OF_IT = 0xffff;
const NOTHING = 0;

/** What a socket hears: a protocol, and which of its packets. */
export interface PacketKind {
  readonly protocol: number;
  readonly filter: readonly Instruction[];
}

/** ARP answers, and questions of those who have an address: what somebody says of themselves. */
export const ARP_CLAIMS: PacketKind = {
  protocol: Sys.ETH_P_ARP,
  filter: [
    [LOAD_16, 0, 0, 6], // the operation
    [IF_EQUAL, 3, 0, 2],
    [IF_EQUAL, 0, 3, 1],
    [LOAD_32, 0, 0, 14], // the sender's address
    [IF_EQUAL, 1, 0, 0],
    [TAKE, 0, 0, ALL_OF_IT],
    [TAKE, 0, 0, NOTHING],
  ],
};

/** ARP questions for an address, an unsigned 32-bit number. */
export function arpQuestionsFor(address: number): PacketKind {
  return {
    protocol: Sys.ETH_P_ARP,
    filter: [
      [LOAD_16, 0, 0, 6], // the operation
      [IF_EQUAL, 0, 3, 1],
      [LOAD_32, 0, 0, 24], // the address that is asked for
      [IF_EQUAL, 0, 1, address],
      [TAKE, 0, 0, ALL_OF_IT],
      [TAKE, 0, 0, NOTHING],
    ],
  };
}

/** UDP datagrams to the port of DHCP clients. */
export const DHCP_REPLIES: PacketKind = {
  protocol: Sys.ETH_P_IP,
  filter: [
    [LOAD_8, 0, 0, 9], // the protocol
    [IF_EQUAL, 0, 6, 17],
    [LOAD_16, 0, 0, 6], // the place of a fragment
    [IF_ANY_BIT, 4, 0, 0x1fff],
    [LOAD_HEADER_LENGTH, 0, 0, 0],
    [LOAD_16_AFTER_HEADER, 0, 0, 2],
    [IF_EQUAL, 0, 1, 68],
    [TAKE, 0, 0, ALL_OF_IT],
    [TAKE, 0, 0, NOTHING],
  ],
};

const INSTRUCTION_BYTES = 8;

/** Has a socket hear what the filter takes, and nothing else. */
export function attachFilter(descriptor: number, filter: PacketKind["filter"]): void {
  const code = new Uint8Array(filter.length * INSTRUCTION_BYTES);
  const instructions = new DataView(code.buffer);
  for (const [at, [operation, ifTrue, ifFalse, value]] of filter.entries()) {
    instructions.setUint16(at * INSTRUCTION_BYTES, operation, true);
    instructions.setUint8(at * INSTRUCTION_BYTES + 2, ifTrue);
    instructions.setUint8(at * INSTRUCTION_BYTES + 3, ifFalse);
    instructions.setUint32(at * INSTRUCTION_BYTES + 4, value, true);
  }
  // `struct sock_fprog`: length 0, filter 8.
  const program = new Uint8Array(16);
  const view = new DataView(program.buffer);
  view.setUint16(0, filter.length, true);
  view.setBigUint64(8, Deno.UnsafePointer.value(Deno.UnsafePointer.of(code)), true);
  const { SOL_SOCKET, SO_ATTACH_FILTER } = Sys;
  checked(libc().setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, program, program.length), {
    action: "Cannot filter a packet socket",
    call: "setsockopt",
  });
}
