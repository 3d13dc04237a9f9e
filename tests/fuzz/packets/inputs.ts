/**
 * Packets that are nearly right.
 *
 * @module
 */
import fc from "fast-check";
import { ALL } from "../../../core/dhcp/fixtures/all.ts";
import { CLIENTS, knownNetwork, type NetworkPlan, networkPlans } from "./scene.ts";

/** A packet and where it came from. */
export interface SentPacket {
  /** Which network. */
  readonly network: number;
  /** The UDP payload as hex digits. */
  readonly payload: string;
  /** IPv4 source address, unsigned 32 bits. */
  readonly source: number;
  readonly port: number;
  /** Milliseconds since the packet before. */
  readonly wait: number;
}

/** Networks and a conversation. */
export interface PacketInput {
  readonly networks: readonly NetworkPlan[];
  readonly packets: readonly SentPacket[];
}

const octet = fc.nat(255);
const octets = (minLength: number, maxLength: number): fc.Arbitrary<number[]> =>
  fc.array(octet, { minLength, maxLength });
const COOKIE = [0x63, 0x82, 0x53, 0x63];

/** Stands for an address of the packet's own network: its host part, or the client's lease. */
const OWN = 0xfe000000;
const LEASE = 0xff;

/** Addresses that mean something on the packet's network, and some that do not. */
const address: fc.Arbitrary<number> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(LEASE, LEASE, LEASE, 1, 1, 1, 3, 4, 5, 6, 2, 0, 200)
      .map((host) => OWN + host),
  },
  fc.constantFrom(0, 0, 1, 0x7f000001, 0xe0000001, 0xffffffff, 0x08080101, 0x0a400003, 0xc0a83001),
  fc.integer({ min: 0, max: 0xffffffff }),
);
const four = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);

/** Options as octets, with their code and length. */
const type = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(1, 1, 3, 3, 3, 8, 4, 7) },
  octet,
).map((one) => [53, 1, one]);
const addressOption = fc.tuple(fc.constantFrom(50, 50, 54, 54, 51), address)
  .map(([code, value]) => [code, 4, ...four(value)]);
const list = fc.array(
  fc.oneof(
    fc.constantFrom(
      ...[1, 3, 6, 15, 28, 42, 51, 54, 58, 59, 119, 12, 26, 121, 255, 0],
      ...[66, 67, 43, 60, 81, 97, 125, 160, 161, 200, 249],
    ),
    octet,
  ),
  { minLength: 1, maxLength: 40 },
).map((codes) => [55, codes.length, ...codes]);
const size = fc.constantFrom(0, 1, 300, 548, 576, 577, 600, 1_000, 1_500, 65_535)
  .map((most) => [57, 2, most >> 8, most & 255]);
const clientId = octets(1, 30).map((value) => [61, value.length, ...value]);
const longClientId = fc.tuple(octet, fc.constantFrom(200, 255)).map((
  [value, length],
) => [61, length, ...new Array<number>(length).fill(value)]);
const relayInfo = fc.array(
  fc.tuple(fc.constantFrom(1, 2, 5, 11, 19, 19), octets(0, 12))
    .map(([code, value]) => [code, value.length, ...value]),
  { minLength: 1, maxLength: 4 },
).map((parts) => parts.flat()).map((value) => [82, value.length, ...value]);
const overload = fc.constantFrom(0, 1, 2, 3, 3, 4, 255).map((value) => [52, 1, value]);
const wrongLength = fc.tuple(
  fc.constantFrom(50, 51, 52, 53, 54, 55, 57, 61, 82),
  octets(0, 9),
).map(([code, value]) => [code, value.length, ...value]);
const liar = fc.tuple(octet, octet, octets(0, 8)).map(([code, length, value]) => [
  code,
  length,
  ...value,
]);
const chars = (text: string): number[] => [...text].map((one) => one.charCodeAt(0));
const sized = (code: number, value: readonly number[]): number[] => [code, value.length, ...value];
/** What firmware says, and what names clients and vendors. */
const booting = fc.oneof(
  fc.constantFrom("PXEClient:Arch:00007", "HTTPClient", "HTTPClient:Arch:00016", "PXE", "udhcp")
    .map((kind) => sized(60, chars(kind))),
  fc.constantFrom("iPXE", "\x04iPXE", "\x02ab\x04iPXE", "\x09iPXE").map((one) =>
    sized(77, chars(one))
  ),
  fc.constantFrom([0, 7], [0, 0], [0, 7, 0, 16], [7]).map((value) => sized(93, value)),
  octets(0, 20).map((value) => sized(97, value)),
  fc.tuple(octet, octets(0, 30)).map(([flags, name]) => sized(81, [flags, 0, 0, ...name])),
  fc.constantFrom(sized(80, []), sized(80, [1])),
  fc.tuple(fc.constantFrom(124, 125), fc.constantFrom(4491, 9), octets(0, 5)).map((
    [code, enterprise, data],
  ) => sized(code, [...four(enterprise), data.length, ...data])),
);
const anyOption: fc.Arbitrary<readonly number[]> = fc.oneof(
  { weight: 6, arbitrary: booting },
  { weight: 6, arbitrary: addressOption },
  { weight: 3, arbitrary: list },
  { weight: 2, arbitrary: size },
  { weight: 3, arbitrary: clientId },
  longClientId,
  { weight: 2, arbitrary: relayInfo },
  overload,
  wrongLength,
  type,
  fc.constant([0]),
  fc.constantFrom([255], [0, 0, 0], [12, 4, 116, 101, 115, 116], [60, 3, 77, 83, 70]),
  fc.tuple(octet, octets(0, 40)).map(([code, value]) => [code, value.length, ...value]),
);

/** One value, and seldom another. */
function mostly<T>(value: T, others: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof({ weight: 30, arbitrary: fc.constant(value) }, fc.constantFrom(...others));
}

const header = fc.record({
  op: mostly(1, [2, 0]),
  htype: mostly(1, [6, 0]),
  hlen: mostly(6, [0, 5, 16, 17, 255]),
  hops: fc.constantFrom(0, 1, 255),
  xid: fc.integer({ min: 0, max: 0xffffffff }),
  secs: fc.constantFrom(0, 0, 7, 65_535),
  flags: fc.constantFrom(0, 0, 0x8000, 0x8000, 0x7fff, 0xffff),
  ciaddr: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, address),
  yiaddr: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, address),
  siaddr: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, address),
  giaddr: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, address),
  client: fc.nat(CLIENTS.length - 1),
  tail: fc.constantFrom(0, 0, 0, 255),
}, { noNullPrototype: true });

const fields = fc.record({
  file: fc.array(anyOption, { maxLength: 3 }).map((options) => options.flat().slice(0, 128)),
  sname: fc.array(anyOption, { maxLength: 2 }).map((options) => options.flat().slice(0, 64)),
  cookie: mostly(COOKIE, [[0, 0, 0, 0], [0x63, 0x82, 0x53, 0x64]]),
}, { noNullPrototype: true });

const end = fc.constantFrom([255], [255], [255], [255, 0, 0, 0, 0], [], [0, 0, 0], [255, 53, 1, 7]);

/** What clients say in each of their states: option 53 and what goes with it, and whether `ciaddr` is the lease. */
const lease = four(OWN + LEASE);
const server = four(OWN + 1);
const state = fc.constantFrom<{ readonly options: readonly number[]; readonly bound?: boolean }>(
  { options: [53, 1, 1] },
  { options: [53, 1, 3, 50, 4, ...lease, 54, 4, ...server] },
  { options: [53, 1, 3, 50, 4, ...lease] },
  { options: [53, 1, 3], bound: true },
  { options: [53, 1, 3, 54, 4, ...server], bound: true },
  { options: [53, 1, 4, 50, 4, ...lease, 54, 4, ...server] },
  { options: [53, 1, 7, 54, 4, ...server], bound: true },
  { options: [53, 1, 8], bound: true },
  { options: [], bound: true },
);

/** Everything that a client could say, mostly as one would. */
const built = fc.record({
  header,
  fields,
  said: fc.oneof(
    { weight: 3, arbitrary: state },
    { weight: 2, arbitrary: type.map((options) => ({ options, bound: false })) },
  ),
  options: fc.array(anyOption, { maxLength: 6 }),
  liar: fc.oneof({ weight: 20, arbitrary: fc.constant([]) }, liar),
  end,
}, { noNullPrototype: true }).map((parts): number[] => {
  const { header: head, fields: { sname, file, cookie } } = parts;
  const mac = hexOctets(CLIENTS[head.client] ?? "");
  const chaddr = [...mac, ...new Array<number>(10).fill(head.tail)];
  const pad = (value: readonly number[], length: number): number[] => [
    ...value,
    ...new Array<number>(length - value.length).fill(0),
  ];
  return [
    head.op,
    head.htype,
    head.hlen,
    head.hops,
    ...four(head.xid),
    head.secs >> 8,
    head.secs & 255,
    head.flags >> 8,
    head.flags & 255,
    ...four(parts.said.bound === true ? OWN + LEASE : head.ciaddr),
    ...four(head.yiaddr),
    ...four(head.siaddr),
    ...four(head.giaddr),
    ...chaddr,
    ...pad(sname, 64),
    ...pad(file, 128),
    ...cookie,
    ...parts.said.options,
    ...parts.options.flat(),
    ...parts.liar,
    ...parts.end,
  ];
});

const real: fc.Arbitrary<number[]> = fc.constantFrom(...ALL).map((packet) => [...packet]);

/** A packet, and a few octets of it to be changed, or the end to be cut off. */
const payload = fc.tuple(
  fc.oneof({ weight: 8, arbitrary: built }, real),
  fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    fc.array(fc.tuple(fc.nat(400), octet), { maxLength: 5 }),
  ),
  fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, fc.nat(420)),
);

const packet = fc.record({
  network: fc.nat(1),
  payload,
  source: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, address),
  port: fc.constantFrom(68, 68, 67, 1_067, 0, 65_535),
  wait: fc.constantFrom(0, 0, 1, 999, 1_000, 5_000, 4_000_000, -5_000),
}, { noNullPrototype: true });

/** Two networks, whose clients have the same MAC addresses, and what comes from them. */
export const packetInputs: fc.Arbitrary<PacketInput> = fc.record({
  networks: fc.array(networkPlans, { minLength: 2, maxLength: 2 }),
  packets: fc.array(packet, { minLength: 1, maxLength: 6 }),
}, { noNullPrototype: true }).map(({ networks, packets }) => ({
  networks,
  packets: packets.map(({ payload: [octets, changes, cut], ...rest }): SentPacket => {
    const { leases, base } = knownNetwork(networks[rest.network] as NetworkPlan);
    const lease = leases.get(hexDigits(octets.slice(28, 34))) ?? 0;
    const own = (host: number): number => host === LEASE ? lease : base + host;
    const result = withOwn(octets, own).slice(0, cut);
    for (const [at, value] of changes) if (at < result.length) result[at] = value;
    const source = rest.source >= OWN && rest.source <= OWN + LEASE
      ? own(rest.source - OWN)
      : rest.source;
    return { ...rest, source, payload: hexDigits(result) };
  }),
}));

/** The octets with each address that stands for one of the network replaced by that. */
function withOwn(octets: readonly number[], own: (host: number) => number): number[] {
  const result = [...octets];
  for (let at = 0; at + 3 < result.length; at++) {
    const [first, second, third, host = 0] = result.slice(at, at + 4);
    if (first === OWN >>> 24 && second === 0 && third === 0) {
      result.splice(at, 4, ...four(own(host)));
    }
  }
  return result;
}

function hexDigits(octets: readonly number[]): string {
  return octets.map((one) => one.toString(16).padStart(2, "0")).join("");
}

/** The octets that hex digits stand for. */
export function hexOctets(digits: string): number[] {
  return (digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}
