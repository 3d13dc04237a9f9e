import assert from "node:assert/strict";
import { parseCidr, parseIPv4 } from "../../core/net/mod.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { MemoryHost } from "../testing/memory_host.ts";
import { ArpAnswers } from "./arp_answers.ts";
import { LinkAlias } from "./link_alias.ts";
import { LinkPrecautions } from "./link_precautions.ts";
import { presentLink } from "./present_link.ts";
import { ServerAddress } from "./server_address.ts";

Deno.test("presentLink finds an interface by whatever name it has, and no other one of its name", () => {
  const host = new MemoryHost();
  const link = host.link("eth1");
  host.rename("eth1", "old1");
  host.link("eth1");
  assert.equal(presentLink(host.read(), link)?.name, "old1");
  assert.equal(presentLink(host.read(), undefined), undefined);
  host.unlink("old1");
  assert.equal(presentLink(host.read(), link), undefined);
});

Deno.test("an interface that is renamed, and another one has its name, gets back what was changed on it", () => {
  const host = new MemoryHost();
  const found = { forwarding: 1, rpFilter: 0, acceptLocal: 0, arpIgnore: 0 };
  const link = host.link("eth1", { settings: found });
  const context = { host, log: memoryLogger() };
  const address = new ServerAddress(context);
  const alias = new LinkAlias("default/net-48", context);
  const precautions = new LinkPrecautions({ ...context, keepForwarding: false });
  const arp = new ArpAnswers({ ...context, leaveToKernel: false });
  const wanted = { cidr: parseCidr("192.168.48.0/24"), address: parseIPv4("192.168.48.77") };
  address.ensure(host.read(), { link, wanted });
  alias.ensure(host.read(), link);
  precautions.ensure(host.read(), link);
  arp.ensure(host.read(), link, wanted.address);
  host.rename("eth1", "old1");
  const other = host.link("eth1");
  const state = host.read();
  address.leave(state, other);
  alias.ensure(state, other);
  precautions.ensure(state, other);
  arp.ensure(state, other, wanted.address);
  const { addresses, links } = host.read();
  const left = links.get("old1");
  assert.deepEqual([addresses, left?.alias, left?.settings], [[], "", found]);
});
