import assert from "node:assert/strict";
import { parseIPv4 } from "../../core/net/mod.ts";
import { memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { MemoryHost } from "../testing/memory_host.ts";
import { ArpAnswers } from "./arp_answers.ts";

const SERVER = "192.168.48.77";

function setUp({ arpIgnore = 0, leaveToKernel = false } = {}) {
  const host = new MemoryHost();
  const log = memoryLogger();
  const link = host.link("eth1");
  host.link("eth1", { settings: { ...link.settings, arpIgnore } });
  const answers = new ArpAnswers({ host, log, leaveToKernel });
  const ensure = (address?: string) => {
    const state = host.read();
    const present = state.links.get("eth1");
    assert.ok(present);
    answers.ensure(state, present, address === undefined ? undefined : parseIPv4(address));
  };
  const ignores = () => host.read().links.get("eth1")?.settings.arpIgnore;
  return { host, log, answers, ensure, ignores, answered: () => [...host.answering.keys()] };
}

Deno.test("ArpAnswers: the agent answers for the server's address and the kernel no more, until it leads no longer", async () => {
  const { host, answers, ensure, ignores, answered } = setUp();
  host.address(host.link("eth1"), `${SERVER}/32`, true);
  for (const _look of [1, 2]) ensure(SERVER);
  assert.deepEqual([answered(), ignores()], [[`eth1 ${SERVER}`], 8]);
  assert.deepEqual(host.calls, ["arpIgnore 8 eth1"]);
  ensure(undefined);
  assert.deepEqual([answered(), ignores()], [[], 0]);
  ensure(SERVER);
  answers.leave(host.read());
  await answers.closed();
  assert.deepEqual([answered(), ignores()], [[], 0]);
});

Deno.test("ArpAnswers leaves it to the kernel where somebody else has an address on the interface, and on a machine of its own", () => {
  const { host, ensure, ignores, answered } = setUp();
  ensure(SERVER);
  host.address(host.link("eth1", host.read().links.get("eth1")), "192.168.48.2/24");
  ensure(SERVER);
  assert.deepEqual([answered(), ignores()], [[], 0]);
  const alone = setUp({ leaveToKernel: true });
  alone.ensure(SERVER);
  assert.deepEqual([alone.answered(), alone.ignores(), alone.host.calls], [[], 0, []]);
});

Deno.test("ArpAnswers answers for a new address, and from a new hardware address, without a gap", () => {
  const { host, ensure, ignores, answered } = setUp();
  ensure(SERVER);
  ensure("192.168.48.78");
  assert.deepEqual([answered(), ignores()], [["eth1 192.168.48.78"], 8]);
  const before = host.answering.get("eth1 192.168.48.78");
  host.link("eth1", {
    ...host.read().links.get("eth1"),
    hardwareAddress: Uint8Array.of(2, 0, 0, 0, 0, 9),
  });
  ensure("192.168.48.78");
  assert.notEqual(host.answering.get("eth1 192.168.48.78"), before);
  assert.equal(ignores(), 8);
  assert.deepEqual(host.calls, ["arpIgnore 8 eth1"]);
});

Deno.test("ArpAnswers leaves no interface silent that the pool moves away from, also one that is made again", () => {
  const { host, answers, ensure, ignores, answered } = setUp();
  ensure(SERVER);
  const other = host.link("eth2");
  answers.ensure(host.read(), other, parseIPv4(SERVER));
  assert.deepEqual([answered(), ignores()], [[`eth2 ${SERVER}`], 0]);
  host.unlink("eth2");
  const again = host.link("eth2");
  answers.ensure(host.read(), again, parseIPv4(SERVER));
  assert.equal(host.read().links.get("eth2")?.settings.arpIgnore, 8);
  host.unlink("eth2");
  answers.leave(host.read());
  assert.deepEqual(answered(), []);
});

Deno.test("ArpAnswers: where the agent cannot answer, or no longer, the kernel does, and it is told once", () => {
  const { host, log, ensure, ignores, answered } = setUp();
  host.dumb = new Error("EPERM");
  for (const _look of [1, 2]) ensure(SERVER);
  assert.deepEqual([answered(), ignores(), log.lines.length], [[], 0, 1]);
  host.dumb = undefined;
  ensure(SERVER);
  assert.equal(ignores(), 8);
  host.answering.get(`eth1 ${SERVER}`)?.(new Error("EBADF"));
  assert.deepEqual([answered(), ignores()], [[], 0]);
  const warnings = log.lines.filter(({ level }) => level === "warn");
  assert.deepEqual(warnings.map(({ message }) => message), [
    "The kernel answers ARP for the server, the agent cannot",
    "The kernel answers ARP for the server, the agent cannot",
  ]);
});

Deno.test("ArpAnswers: where the kernel's setting is refused, both answer and nothing is left half done", () => {
  const { host, log, ensure, ignores, answered } = setUp();
  host.failure = new Error("EACCES");
  ensure(SERVER);
  assert.deepEqual([answered(), ignores()], [[], 0]);
  assert.equal(log.lines.filter(({ level }) => level === "warn").length, 1);
});

Deno.test("ArpAnswers: an agent that was killed leaves no interface silent; what an administrator set comes back", () => {
  const { ensure, ignores } = setUp({ arpIgnore: 8 });
  ensure(undefined);
  assert.equal(ignores(), 0);
  const set = setUp({ arpIgnore: 1 });
  set.ensure(SERVER);
  assert.equal(set.ignores(), 8);
  set.ensure(undefined);
  assert.equal(set.ignores(), 1);
});
