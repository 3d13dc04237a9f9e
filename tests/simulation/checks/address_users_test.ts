import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { formatMac, parseIPv4 } from "../../../core/net/mod.ts";
import type { SimClient } from "../world/dhcp_client.ts";
import { AddressUsers, AT_ONCE_MS } from "./address_users.ts";

const ID = "default/net-48 192.168.48.81";

function client(mac: number): SimClient {
  const segment = { name: "default/net-48" };
  return { mac, segment, address: parseIPv4("192.168.48.81") } as unknown as SimClient;
}

Deno.test("who uses an address goes on using it where another one that did so, too, stops", () => {
  const users = new AddressUsers();
  const [one, other] = [client(1), client(2)];
  strictEqual(users.onBound(one), undefined);
  strictEqual(users.onBound(other), one);
  strictEqual(users.onBound(other), other);
  users.onUnbound(other, 1_000);
  strictEqual(users.at(ID), one);
  const used = (own: readonly number[], now: number) =>
    users.usedByAnother(ID, own.map(formatMac), now);
  deepStrictEqual([used([2], 1_000), used([1], 1_000), used([1, 2], 1_000)], [true, true, false]);
  strictEqual(used([1], 1_000 + AT_ONCE_MS), false);
  users.onUnbound(one, 2_000);
  strictEqual(users.at(ID), undefined);
});
