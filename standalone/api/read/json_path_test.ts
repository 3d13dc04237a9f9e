import { deepStrictEqual, throws } from "node:assert/strict";
import { jsonPath } from "./json_path.ts";

const STATUS = {
  conditions: [{ type: "Registered", status: "True" }, { type: "AgentReady", status: "False" }],
  networkConfigs: [{ allocatedIPAddress: "192.168.48.84" }],
};

const FOUND: Readonly<Record<string, readonly unknown[]>> = {
  ".status.conditions[?(@.type=='AgentReady')].status": ["False"],
  ".status.conditions[?(@.type=='Stopped')].status": [],
  ".status.conditions[*].type": ["Registered", "AgentReady"],
  ".status.conditions[0].type": ["Registered"],
  ".status.conditions[-1].type": ["AgentReady"],
  ".status['networkConfig','networkConfigs'][0].allocatedIPAddress": ["192.168.48.84"],
  ".status.nothing.at.all": [],
};

for (const [path, values] of Object.entries(FOUND)) {
  Deno.test(`jsonPath finds ${values.length} values at ${path}`, () => {
    deepStrictEqual(jsonPath(path)({ status: STATUS }), values);
  });
}

Deno.test("jsonPath refuses what it cannot read", () => {
  throws(
    () => jsonPath(".status[(@.length-1)]"),
    /Cannot read a JSON path: \.status\[\(@\.length-1\)\]/,
  );
});
