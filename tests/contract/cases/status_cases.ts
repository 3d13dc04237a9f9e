/**
 * The status subresource.
 *
 * @module
 */
import { cases, type ContractCase } from "../contract_case.ts";
import { machine, meta, pool } from "../objects.ts";

const MERGE = { contentType: "application/merge-patch+json" };
const STATUS = { ipv4: { used: 0, available: 8, allocated: { "192.168.48.81": "EXCLUDED" } } };

/** The cases. */
export const STATUS_CASES: readonly ContractCase[] = cases({
  "status is written through its subresource, and nothing else with it": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PUT", `${s.pools}/a/status`, {
      body: {
        ...made.body,
        metadata: { ...meta(made.body), labels: { not: "written" } },
        spec: { ...made.body.spec as object, paused: true },
        status: STATUS,
      },
    });
    await s.ask("GET", `${s.pools}/a`);
  },
  "status is ignored by a replace of the object": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PUT", `${s.pools}/a`, { body: { ...made.body, status: STATUS } });
  },
  "status is kept by a replace of the object": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    const told = await s.quietly("PATCH", `${s.pools}/a/status`, {
      ...MERGE,
      body: { status: STATUS },
    });
    const { status: _status, ...rest } = told.body;
    await s.ask("PUT", `${s.pools}/a`, {
      body: { ...rest, spec: { ...rest.spec as object, paused: true } },
    });
  },
  "status is patched without a change of generation": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PATCH", `${s.pools}/a/status`, { ...MERGE, body: { status: STATUS } });
  },
  "status of an old resourceVersion is a conflict": async (s) => {
    const made = await s.quietly("POST", s.pools, { body: pool("a") });
    await s.quietly("PATCH", `${s.pools}/a/status`, { ...MERGE, body: { status: STATUS } });
    await s.ask("PUT", `${s.pools}/a/status`, { body: { ...made.body, status: STATUS } });
  },
  "status without a resourceVersion is refused": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PUT", `${s.pools}/a/status`, { body: { ...pool("a"), status: STATUS } });
  },
  "status of what is not there is refused": async (s) => {
    await s.ask("PATCH", `${s.pools}/nobody/status`, { ...MERGE, body: { status: STATUS } });
  },
  "status is checked by the schema": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("PATCH", `${s.pools}/a/status`, {
      ...MERGE,
      body: { status: { ipv4: { used: "one" } } },
    });
  },
  "status can be read alone": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    await s.ask("GET", `${s.pools}/a/status`);
  },
  "status has no collection and no create": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    const answer = await s.quietly("POST", `${s.pools}/a/status`, { body: pool("a") });
    s.note([answer.code, answer.body.reason ?? ""]);
  },
  "status of a VirtualMachine keeps any field": async (s) => {
    await s.quietly("POST", s.machines, { body: machine("vm") });
    await s.ask("PATCH", `${s.machines}/vm/status`, {
      ...MERGE,
      body: { status: { printableStatus: "Running", ready: true, anything: { goes: [1] } } },
    });
  },
  "a subresource that is not there is refused": async (s) => {
    await s.quietly("POST", s.pools, { body: pool("a") });
    const answer = await s.quietly("GET", `${s.pools}/a/scale`);
    s.note([answer.code, answer.body.reason ?? ""]);
  },
});
