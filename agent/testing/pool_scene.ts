/**
 * One network of an agent, for tests.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { PoolReport } from "../../core/api/agent/agent_report.ts";
import { Responder } from "../../core/dhcp/mod.ts";
import { LineBound } from "../../runtime/line_bound.ts";
import { ManualClock } from "../../runtime/testing/manual_clock.ts";
import { type MemoryLogger, memoryLogger } from "../../runtime/testing/memory_logger.ts";
import { PacketWatchers } from "../heard/packet_watchers.ts";
import { PoolServer, type PoolServerContext, type PoolServerInput } from "../pool/pool_server.ts";
import { AnswerTimes } from "../socket/answer_times.ts";
import { poolWith } from "./dhcp.ts";
import { MemoryHost } from "./memory_host.ts";
import { MemoryPort } from "./memory_port.ts";

/** What an agent that answers says it does. */
export const ON = "192.168.48.0/24 from 192.168.48.77 on eth1";

/** A network, and what its agent does there. */
interface PoolScene {
  readonly clock: ManualClock;
  readonly host: MemoryHost;
  readonly log: MemoryLogger;
  readonly server: PoolServer;
  /** Takes in what is so now: where nothing else is said, this agent leads, and everything is there. */
  reconcile(input?: Partial<PoolServerInput>): Pick<PoolReport, "ready" | "reason" | "message"> & {
    readonly answers: boolean;
  };
  end(): Promise<void>;
}

/** Serves `default/net-48` on `eth1`, without a kernel. */
export function poolScene(fields: Partial<PoolServerContext> = {}): PoolScene {
  const clock = new ManualClock();
  const host = new MemoryHost();
  host.link("eth1");
  const log = memoryLogger();
  const server = new PoolServer("default/net-48", {
    clock,
    random: () => 0.5,
    log,
    openPort: (link) => new MemoryPort(link),
    host,
    responder: new Responder(),
    times: new AnswerTimes(),
    dryRun: false,
    dryRunLines: new LineBound({ clock, onLeftOut: () => undefined }),
    needed: () => [],
    served: () => new Set(["eth1"]),
    keepForwarding: false,
    watchers: new PacketWatchers(clock, new AbortController().signal),
    wake: () => undefined,
    ...fields,
  });
  const reconcile = (input: Partial<PoolServerInput> = {}) => {
    server.reconcile({
      network: { pool: "default/net-48", interfaceName: "eth1" },
      host: host.read(),
      view: { synced: true, pool: poolWith() },
      leading: true,
      ...input,
    });
    const { ready, reason, message } = server.report(clock.now());
    return { ready, reason, message, answers: server.network !== undefined };
  };
  const end = async () => {
    server.stop(host.read());
    await clock.settle();
    assert.equal(clock.sleeping, 0);
  };
  return { clock, host, log, server, reconcile, end };
}
