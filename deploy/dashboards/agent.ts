/**
 * The dashboard of the agents.
 *
 * @module
 */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard, series, stat, table } from "./panels.ts";

const OF = '{pod=~"$pod"}';

/** The dashboard. */
export function agent(): Dashboard {
  return dashboard({
    uid: "vm-dhcp-agent",
    title: "vm-dhcp: agents",
    description:
      "The agents: who leads, how fast they answer, and how well they hear the API server.",
    chosen: { pod: "vmdhcpagent_leading" },
    rows: [
      {
        title: "Who leads",
        panels: [
          stat({
            title: "Agents that answer",
            description: "One of each Deployment; the others stand by.",
            query: { expr: `sum(vmdhcpagent_leading${OF})` },
          }),
          stat({
            title: "Agents that stand by",
            description: "Ready to take over.",
            query: { expr: `count(vmdhcpagent_leading${OF} == 0) or vector(0)` },
          }),
          stat({
            title: "Takeovers in a day",
            description: "How often Leases changed hands.",
            query: {
              expr: `sum(max by (lease) (increase(vmdhcpagent_lease_transitions_total${OF}[1d])))`,
            },
          }),
          stat({
            title: "Longest gap of the last takeovers",
            description: "For how long nobody had written a Lease when another agent took it.",
            unit: "s",
            query: { expr: `max(vmdhcpagent_takeover_gap_seconds${OF})` },
          }),
          table({
            title: "Agents",
            description: "1 leads, 0 stands by; the version that runs.",
            queries: [{
              expr: `max by (pod, version, revision) (vmdhcp_build_info${OF})` +
                " * on (pod) group_left () max by (pod) (vmdhcpagent_leading)",
              column: "leads",
            }],
          }),
        ],
      },
      {
        title: "Answers",
        panels: [
          series({
            title: "Replies",
            description: "A second, by type of the request.",
            unit: "pps",
            queries: [{
              expr:
                `sum by (pod, type) (rate(vmdhcpagent_answer_seconds_count${OF}[$__rate_interval]))`,
              legend: "{{pod}} {{type}}",
            }],
          }),
          series({
            title: "Time of answers",
            description: "99 % took no longer, from reading until the kernel had the reply.",
            unit: "s",
            queries: [{
              expr: "histogram_quantile(0.99," +
                ` sum by (le, pod) (rate(vmdhcpagent_answer_seconds_bucket${OF}[$__rate_interval])))`,
              legend: "{{pod}}",
            }],
          }),
          series({
            title: "Pools by state",
            description: "How many pools are in which state.",
            queries: [{
              expr: `count by (pod, reason) (vmdhcpagent_pool_state${OF})`,
              legend: "{{pod}} {{reason}}",
            }],
          }),
          series({
            title: "Options left out",
            description: "A reply had no room for them; in an hour.",
            queries: [{
              expr: `sum by (ippool) (increase(vmdhcpagent_omitted_options_total${OF}[1h]))`,
              legend: "{{ippool}}",
            }],
          }),
        ],
      },
      {
        title: "The API server",
        panels: [
          series({
            title: "Silence",
            description: "Time since the API server was last heard about a pool.",
            unit: "s",
            queries: [{
              expr: `max by (pod) (vmdhcpagent_api_silent_seconds${OF})`,
              legend: "{{pod}}",
            }],
          }),
          series({
            title: "Age of the Lease",
            description: "Time since the Lease was last seen written; it is renewed every second.",
            unit: "s",
            queries: [{ expr: `vmdhcpagent_lease_age_seconds${OF}`, legend: "{{pod}}" }],
          }),
          series({
            title: "Failed requests",
            description: "A second, by reason.",
            unit: "reqps",
            queries: [{
              expr:
                `sum by (pod, reason) (rate(vmdhcpagent_api_errors_total${OF}[$__rate_interval]))`,
              legend: "{{pod}} {{reason}}",
            }],
          }),
          series({
            title: "Resources that cannot be followed",
            description: "For how long.",
            unit: "s",
            queries: [{
              expr: `max by (pod, resource) (vmdhcpagent_api_unfollowed_seconds${OF})`,
              legend: "{{pod}} {{resource}}",
            }],
          }),
        ],
      },
      {
        title: "Processes",
        panels: [
          series({
            title: "Memory",
            description: "Of the process, and of its heap.",
            unit: "bytes",
            queries: [
              { expr: `process_resident_memory_bytes${OF}`, legend: "{{pod}}" },
              { expr: `process_heap_bytes${OF}`, legend: "{{pod}} heap" },
            ],
          }),
          series({
            title: "Processor",
            description: "Processors that are used.",
            queries: [{
              expr: `rate(process_cpu_seconds_total${OF}[$__rate_interval])`,
              legend: "{{pod}}",
            }],
          }),
        ],
      },
    ],
  });
}
