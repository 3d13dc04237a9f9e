/**
 * The dashboard of one IPPool.
 *
 * @module
 */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard, series, stat, table } from "./panels.ts";

const OF = '{ippool=~"$ippool"}';

/** The dashboard. */
export function pool(): Dashboard {
  return dashboard({
    uid: "vm-dhcp-pool",
    title: "vm-dhcp: pool",
    description: "One IPPool: its addresses, who answers, and what is asked.",
    chosen: { ippool: "vmdhcpcontroller_ippool_used" },
    rows: [
      {
        title: "Addresses",
        panels: [
          stat({
            title: "Used",
            description: "Addresses that VMs have.",
            query: { expr: `sum(max by (ippool) (vmdhcpcontroller_ippool_used${OF}))` },
          }),
          stat({
            title: "Left",
            description: "Addresses that can still be given.",
            query: { expr: `sum(min by (ippool) (vmdhcpcontroller_ippool_available${OF}))` },
          }),
          stat({
            title: "Full in",
            description: "If it goes on to fill as during the last day.",
            unit: "s",
            query: { expr: `min(vmdhcpcontroller_ippool_full_in_seconds${OF})` },
          }),
          stat({
            title: "In conflict",
            description: "Addresses that other machines have.",
            query: { expr: `sum(max by (ippool) (vmdhcpcontroller_ippool_conflicts${OF}))` },
            warnsFrom: 1,
          }),
          series({
            title: "Used and left",
            description: "The curve of the addresses.",
            queries: [
              {
                expr: `max by (ippool) (vmdhcpcontroller_ippool_used${OF})`,
                legend: "{{ippool}} used",
              },
              {
                expr: `min by (ippool) (vmdhcpcontroller_ippool_available${OF})`,
                legend: "{{ippool}} left",
              },
            ],
          }),
          series({
            title: "Leases that are served",
            description:
              "What each agent answers from; behind the record, it does not hear the API server.",
            queries: [{ expr: `vmdhcpagent_leases${OF}`, legend: "{{pod}} {{ippool}}" }],
          }),
        ],
      },
      {
        title: "Who answers",
        panels: [
          table({
            title: "State in each agent",
            description: "Serving answers, Standby would; docs/events.md has all others.",
            queries: [{ expr: `vmdhcpagent_pool_state${OF} == 1` }],
            without: ["Value", "__name__", "instance", "job", "container", "endpoint", "service"],
          }),
          table({
            title: "Conditions",
            description: "As the IPPool shows them.",
            queries: [{
              expr: `max by (ippool, condition, status) (vmdhcpcontroller_ippool_condition${OF})`,
            }],
            without: ["Value"],
          }),
        ],
      },
      {
        title: "What is asked",
        panels: [
          series({
            title: "Packets by type",
            description: "A second.",
            unit: "pps",
            queries: [{
              expr: `sum by (type) (rate(vmdhcpagent_packets_total${OF}[$__rate_interval]))`,
              legend: "{{type}}",
            }],
          }),
          series({
            title: "What became of them",
            description: "A second, by why; docs/troubleshooting.md says what each reason means.",
            unit: "pps",
            queries: [{
              expr:
                `sum by (result, reason) (rate(vmdhcpagent_packets_total${OF}[$__rate_interval]))`,
              legend: "{{result}} {{reason}}",
            }],
          }),
          series({
            title: "Lost",
            description: "Dropped before they were read, and replies that were not sent, a second.",
            unit: "pps",
            queries: [
              {
                expr: `sum(rate(vmdhcpagent_unread_packets_total${OF}[$__rate_interval]))`,
                legend: "unread",
              },
              {
                expr:
                  `sum by (reason) (rate(vmdhcpagent_send_failures_total${OF}[$__rate_interval]))`,
                legend: "not sent: {{reason}}",
              },
            ],
          }),
          series({
            title: "Who else is on the network",
            description:
              "Machines that have addresses of the range, other DHCP servers, declined addresses in an hour.",
            queries: [
              {
                expr: `max by (ippool) (vmdhcpagent_addresses_in_use${OF})`,
                legend: "{{ippool}} in use",
              },
              {
                expr: `max by (ippool) (vmdhcpagent_foreign_dhcp_servers${OF})`,
                legend: "{{ippool}} servers",
              },
              {
                expr: `sum by (result) (increase(vmdhcpagent_declines_total${OF}[1h]))`,
                legend: "declined: {{result}}",
              },
            ],
          }),
        ],
      },
    ],
  });
}
