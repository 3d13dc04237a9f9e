import assert from "node:assert/strict";
import { pool } from "../testing/harness.ts";
import { parseCidr } from "../../net/mod.ts";
import { BootRows } from "./boot/boot_rows.ts";
import { namesEnterprise } from "./reply_extras.ts";
import type { OptionBytes } from "./request_options.ts";

/** Octets of options that a full datagram has room for. */
const FULL = 1200;

/** A value that counts how often its octets are looked at. */
class Counted implements OptionBytes {
  reads = 0;
  readonly bytes: Uint8Array;
  readonly offset = 0;
  readonly length: number;

  constructor(octets: readonly number[]) {
    this.length = octets.length;
    this.bytes = new Proxy(Uint8Array.from(octets), {
      get: (target, key) => {
        this.reads++;
        return Reflect.get(target, key, target);
      },
    });
  }
}

function rows(bootFiles: readonly object[]): BootRows {
  const { config, cidr } = { config: pool().spec.ipv4Config, cidr: parseCidr("192.168.48.0/24") };
  const report = () => assert.fail("A row cannot be used");
  return new BootRows({
    config: { ...config, bootFiles: bootFiles as typeof config.bootFiles & object },
    ...{ status: {}, cidr, server: 1, report },
  });
}

function ask(table: BootRows, said: Partial<Record<"architecture" | "userClass", Counted>>) {
  const none = new Counted([]);
  const vendorClass = new Counted(ascii("PXEClient:Arch:00007:UNDI:003016"));
  return table.indexFor({ architecture: none, userClass: none, vendorClass, ...said });
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function zeros(): Counted {
  return new Counted(new Array<number>(FULL).fill(0));
}

function many<Row>(count: number, row: (index: number) => Row): Row[] {
  return Array.from({ length: count }, (_, index) => row(index));
}

Deno.test("what a row of bootFiles costs does not depend on what option 77 says (rule 106)", () => {
  const few = zeros();
  ask(rows(many(1, (i) => ({ userClass: `u${i}`, fileName: "f" }))), { userClass: few });
  const all = zeros();
  ask(rows(many(64, (i) => ({ userClass: `u${i}`, fileName: "f" }))), { userClass: all });
  assert.equal(all.reads, few.reads);
  assert.ok(all.reads < 100, `${all.reads} octets were looked at`);
});

Deno.test("what a row of bootFiles costs does not depend on what option 93 says (rule 106)", () => {
  const few = zeros();
  ask(rows([{ architecture: 1000, fileName: "f" }]), { architecture: few });
  const all = zeros();
  ask(rows(many(64, (i) => ({ architecture: 1000 + i, fileName: "f" }))), { architecture: all });
  assert.ok(all.reads <= few.reads * 2, `${all.reads} octets were looked at`);
  assert.ok(all.reads < 100, `${all.reads} octets were looked at`);
});

Deno.test("each octet of option 77 is looked at once or twice, however long the classes are", () => {
  const start = "x".repeat(62);
  const table = rows(many(64, (i) => ({ userClass: start + String(i), fileName: `f${i}` })));
  const said = new Counted(many(18, () => [64, ...ascii(`${start}zz`)]).flat());
  assert.equal(ask(table, { userClass: said }), -1);
  assert.ok(said.reads <= said.length * 2, `${said.reads} of ${said.length}`);
});

Deno.test("what an enterprise costs does not depend on what options 124 and 125 say (rule 106)", () => {
  for (const option of ["vendorClasses", "vendorInformation"] as const) {
    const enterprises = new Set(many(64, (i) => 1000 + i));
    const said = zeros();
    const none = new Counted([]);
    const request = { vendorClasses: none, vendorInformation: none, [option]: said };
    assert.equal(namesEnterprise(request, enterprises), false);
    assert.ok(said.reads < 200, `${said.reads} octets were looked at`);
  }
});

Deno.test("the first row of bootFiles that is for a client is found, whatever else it says", () => {
  const table = rows([
    { userClass: "iPXE", architecture: 7, fileName: "a" },
    { userClass: "iPX", fileName: "b" },
    { userClass: "iPXE", fileName: "c" },
    { architecture: 0x1234, vendorClass: "PXEClient:Arch", fileName: "d" },
    { vendorClass: "PXEClientX", fileName: "e" },
    { vendorClass: "PXEClient", fileName: "f" },
  ]);
  const ipxe = new Counted(ascii("iPXE"));
  const classes = new Counted([1, 0x41, 4, ...ascii("iPXE")]);
  const number = (value: number) => new Counted([0, 9, value >> 8, value & 255]);
  assert.equal(ask(table, { userClass: ipxe, architecture: number(7) }), 0);
  assert.equal(ask(table, { userClass: ipxe }), 2);
  assert.equal(ask(table, { userClass: classes }), 2);
  assert.equal(ask(table, { userClass: new Counted([3, ...ascii("iPX")]) }), 1);
  assert.equal(ask(table, { architecture: number(0x1234) }), 3);
  assert.equal(ask(table, { userClass: new Counted([4, ...ascii("iPX")]) }), 5);
  assert.equal(ask(table, {}), 5);
});
