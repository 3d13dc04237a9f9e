/**
 * The alerts, tried with what the programs really tell.
 *
 * @module
 */
import { rejects } from "node:assert/strict";
import { ALERTS } from "../../deploy/monitoring/alerts.ts";
import { agentText, controllerText, webhookText } from "./texts.ts";
import { ruleGroups } from "../../deploy/monitoring/rules.ts";
import { tryRules } from "./try_rules.ts";

/** Alert -> the labels with which it fires, but for those that are the alert's own. */
type Firing = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The rules without their words, which other tests look at. */
function rules(): unknown {
  const without = (name: string, value: unknown) => name === "annotations" ? undefined : value;
  return JSON.parse(JSON.stringify(ruleGroups(), without));
}

/** Pod -> what it tells, the same every minute for two hours: then these alerts fire, and no other. */
async function firing(pods: Readonly<Record<string, string>>, wanted: Firing): Promise<void> {
  const series = Object.entries(pods).flatMap(([pod, text]) => seriesOf(text, pod));
  await tryRules([{
    interval: "1m",
    input_series: series,
    alert_rule_test: ALERTS.map(({ name, severity }) => ({
      eval_time: "2h",
      alertname: name,
      exp_alerts: wanted[name] === undefined ? [] : [{
        exp_labels: { ...wanted[name], severity, app_kubernetes_io_part_of: "vm-dhcp" },
      }],
    })),
  }], rules());
}

/** Series of a text with the label that a PodMonitor adds. */
function seriesOf(text: string, pod: string): readonly unknown[] {
  const lines = text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? (\S+)$/gm);
  return Array.from(lines, ([, name, labels = "", value]) => ({
    series: `${name}{${[labels, `pod="${pod}"`].filter((part) => part !== "").join(",")}}`,
    values: `${value}x120`,
  }));
}

const POOL = { ippool: "default/net-48" };

Deno.test("no alert fires while controller, agents and webhook are well", async () => {
  const pods = {
    "c-1": await controllerText(3),
    "a-1": await agentText(),
    "a-2": await agentText({ state: "Standby" }),
    "w-1": await webhookText(),
  };
  await firing(pods, {});
  // It would be noticed if one did.
  await rejects(firing(pods, { VmDhcpPoolExhausted: POOL }), /FAILED/);
});

Deno.test("alerts name the full pool that nobody serves, and the webhook that is gone", async () => {
  await firing({
    "c-1": await controllerText(12),
    "a-1": await agentText({ state: "InterfaceMissing" }),
  }, {
    VmDhcpPoolExhausted: POOL,
    VmDhcpPoolNotServed: POOL,
    VmDhcpWebhookDown: {},
  });
});

Deno.test("alerts name who else is on the network, the standby that is missing, and the agent that hears nothing", async () => {
  await firing({
    "c-1": await controllerText(),
    "a-1": await agentText({ inUse: 2, foreignServers: 1, heardAgo: 900_000 }),
    "w-1": await webhookText(),
  }, {
    VmDhcpAddressConflict: POOL,
    VmDhcpForeignServer: POOL,
    VmDhcpStandbyMissing: POOL,
    VmDhcpLeasesStale: { ...POOL, pod: "a-1" },
  });
});

Deno.test("an alert tells that nothing tells anything", async () => {
  await firing({ "a-1": "vmdhcpagent_leading 0\n" }, {
    VmDhcpControllerDown: {},
    VmDhcpWebhookDown: {},
  });
});
