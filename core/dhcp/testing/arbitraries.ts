/**
 * Random messages and octets for the property tests beside. No test of its own: it would run with each of them.
 *
 * @module
 */
import fc from "fast-check";
import * as captured from "../fixtures/all.ts";
import type { DhcpMessage } from "../wire/message.ts";
import type { DhcpOption } from "../options/option.ts";

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0xffffffff));
const label = fc.stringMatching(/^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,20}[a-zA-Z0-9_])?$/);
const domain = fc.array(label, { minLength: 1, maxLength: 6 }).map((labels) => labels.join("."));
const octets = (maxLength: number) => fc.uint8Array({ maxLength });
const latin = (maxLength: number) =>
  fc.array(fc.integer({ min: 1, max: 255 }), { maxLength })
    .map((codes) => String.fromCharCode(...codes));
const text = latin(400).filter((value) => value.length > 0);

const route = fc.record({ prefix: fc.nat(32), bits: u32, gateway: u32 }).map((
  { prefix, bits, gateway },
) => {
  const size = 2 ** (32 - prefix);
  return { destination: bits - bits % size, prefix, gateway };
});
const routes = fc.array(route, { minLength: 1, maxLength: 40 });

const vendors = fc.array(
  fc.record({ enterprise: u32, data: octets(255) }, { noNullPrototype: true }),
  { minLength: 1, maxLength: 4 },
);

/** Code -> values of that option. */
const VALUES: Readonly<Record<number, fc.Arbitrary<unknown>>> = {
  ...Object.fromEntries([1, 28, 50, 51, 54, 58, 59, 108].map((code) => [code, u32])),
  ...Object.fromEntries([56, 60, 66, 67, 100, 101, 114, 252].map((code) => [code, text])),
  ...Object.fromEntries(
    [3, 6, 42].map((code) => [code, fc.array(u32, { minLength: 1, maxLength: 100 })]),
  ),
  12: label,
  26: u16,
  15: domain,
  53: u8,
  55: fc.array(u8, { minLength: 1, maxLength: 300 }),
  57: u16,
  61: octets(600),
  77: octets(300),
  80: fc.constant(new Uint8Array(0)),
  81: fc.record({
    flags: u8,
    rcodes: fc.tuple(u8, u8),
    name: octets(300),
  }, { noNullPrototype: true }),
  93: fc.array(u16, { minLength: 1, maxLength: 20 }),
  97: octets(40),
  124: vendors,
  125: vendors,
  82: fc.array(fc.record({ code: u8, value: octets(255) }, { noNullPrototype: true }), {
    minLength: 1,
    maxLength: 4,
  }),
  119: fc.array(domain, { minLength: 1, maxLength: 30 }),
  121: routes,
  249: routes,
};

const unknown = fc.integer({ min: 1, max: 254 })
  .filter((code) => VALUES[code] === undefined && code !== 52)
  .map((code) => ({ code, values: octets(600) as fc.Arbitrary<unknown> }));
const known = fc.constantFrom(
  ...Object.entries(VALUES).map(([code, values]) => ({ code: Number(code), values })),
);
const option: fc.Arbitrary<DhcpOption> = fc.oneof(known, unknown).chain(({ code, values }) =>
  values.map((value) => ({ code, value }) as DhcpOption)
);

/** Messages as {@linkcode decode} gives them: 53 is the first option, 82 the last, none comes twice. */
export const messages: fc.Arbitrary<DhcpMessage> = fc.record({
  op: u8,
  htype: u8,
  hlen: fc.nat(16),
  hops: u8,
  xid: u32,
  secs: u16,
  flags: u16,
  ciaddr: u32,
  yiaddr: u32,
  siaddr: u32,
  giaddr: u32,
  chaddr: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  sname: latin(63),
  file: latin(127),
  options: fc.uniqueArray(option, { selector: ({ code }) => code, maxLength: 12 }).map((options) =>
    [...options].sort((a, b) => place(a) - place(b))
  ),
}, { noNullPrototype: true });

function place({ code }: DhcpOption): number {
  return code === 53 ? 0 : code === 82 ? 2 : 1;
}

/** Real packets with some octets changed, removed or added. */
export const mutants: fc.Arbitrary<Uint8Array> = fc.record({
  packet: fc.constantFrom(...captured.ALL),
  changes: fc.array(fc.record({ at: fc.nat(420), value: u8 }), { maxLength: 8 }),
  cut: fc.option(fc.nat(420)),
  tail: octets(64),
}).map(({ packet, changes, cut, tail }) => {
  const mutant = new Uint8Array([...packet.subarray(0, cut ?? packet.length), ...tail]);
  for (const { at, value } of changes) mutant[at] = value;
  return mutant;
});

/** Option codes that the server reads, and the two that are no options. */
const READ = [0, 50, 51, 52, 53, 54, 55, 57, 60, 61, 77, 80, 81, 82, 93, 97, 124, 125, 255];
/** Codes whose values have parts that may be cut short. */
const WRITTEN = [66, 67, 100, 101, 108, 114, 119, 121, 249, 252];

/** Option fields that are nearly right, behind a right header. */
const optionFields: fc.Arbitrary<Uint8Array> = fc.record({
  packet: fc.constantFrom(...captured.ALL),
  options: fc.array(
    fc.record({
      code: fc.oneof(fc.constantFrom(...READ, ...WRITTEN), u8),
      length: fc.option(u8, { freq: 5 }),
      value: fc.oneof(octets(20), octets(255)),
    }),
    { maxLength: 30 },
  ),
  sname: octets(64),
  file: octets(128),
}).map(({ packet, options, sname, file }) => {
  const octetsOf = options.flatMap(({ code, length, value }) =>
    code === 0 || code === 255 ? [code] : [code, length ?? value.length, ...value]
  );
  const bytes = new Uint8Array([...packet.subarray(0, 240), ...octetsOf]);
  bytes.set(sname, 44);
  bytes.set(file, 108);
  return bytes;
});

/** Any octets at all, right and wrong ones. */
export const anything: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 700 }),
  mutants,
  optionFields,
);
