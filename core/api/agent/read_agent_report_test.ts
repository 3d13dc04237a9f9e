import { deepStrictEqual as deepEqual } from "node:assert/strict";
import type { AgentReport } from "./agent_report.ts";
import { parseAgentReport } from "./read_agent_report.ts";
import { shown } from "../testing/shown_errors.ts";

const REPORT: AgentReport = {
  pod: {
    namespace: "harvester-system",
    name: "agent-mgmt-0",
    uid: "u",
    image: "localhost/vm-dhcp:1",
  },
  pools: {
    "default/net-48": {
      ready: true,
      reason: "Serving",
      message: "192.168.48.77 on p1a2b3c4",
      interfaceName: "p1a2b3c4",
      resourceVersion: "826813",
      declined: [{
        address: "192.168.48.82",
        macAddress: "52:54:00:11:22:01",
        usedBy: "52:54:00:11:22:99",
        at: "2024-02-15T13:17:21Z",
      }],
      inUse: "c0a83053525400112298",
      foreignServers: [{ address: "192.168.48.2", macAddress: "52:54:00:11:22:97" }, {
        address: "192.168.48.3",
      }],
    },
    "tenant-a/isolated": {
      ready: false,
      reason: "NotSynced",
      message: "",
      interfaceName: "p5e6f7a8",
    },
  },
};

Deno.test("parseAgentReport reads what an agent writes", () => {
  deepEqual(parseAgentReport(JSON.stringify(REPORT)), { ok: true, value: REPORT });
});

Deno.test("parseAgentReport names every bad field", () => {
  const pool = { ready: "yes", reason: "Sleeping", message: "", interfaceName: "a" };
  deepEqual(
    shown(parseAgentReport(JSON.stringify({ pod: {}, pools: { "default/net-48": pool } }))),
    {
      ok: false,
      errors: [
        { path: "pools[default/net-48].ready", value: "yes", message: "must be true or false" },
        {
          path: "pools[default/net-48].reason",
          value: "Sleeping",
          message:
            'must be one of "Serving", "Paused", "AddressInUse", "AddressMissing", "SocketFailed", "InterfaceMissing", "InvalidPool", "NotSynced", "Standby", "PoolNotFound"',
        },
      ],
    },
  );
});

Deno.test("parseAgentReport answers text that is not JSON with an error, not a throw", () => {
  for (const text of ["", "{", "null"]) deepEqual(parseAgentReport(text).ok, false, text);
});
