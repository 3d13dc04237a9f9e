/**
 * The dashboard of the whole: is it well, and will it be.
 *
 * @module
 */
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import { dashboard, series, stat, table } from "./panels.ts";

const SERVED = 'vmdhcpagent_pool_state{reason=~"Serving|AddressInUse"}';
const REGISTERED = 'vmdhcpcontroller_ippool_condition{condition="Registered",status="True"}';

/** The dashboard. */
export function overview(): Dashboard {
  return dashboard({
    uid: "vm-dhcp-overview",
    title: "vm-dhcp: overview",
    description: "Whether VMs get their addresses, and whether they will tomorrow.",
    rows: [
      {
        title: "Now",
        panels: [
          stat({
            title: "Controllers that work",
            description: "One works, the others stand by.",
            query: { expr: "sum(vmdhcpcontroller_leading)" },
          }),
          stat({
            title: "Webhooks that are ready",
            description: "All of them answer.",
            query: { expr: "sum(vmdhcpwebhook_ready)" },
          }),
          stat({
            title: "Pools that nobody serves",
            description:
              "IPPools that serve their network by their conditions, and no agent answers there.",
            query: {
              expr: `count((max by (ippool) (${REGISTERED}))` +
                ' unless (max by (ippool) (vmdhcpagent_pool_state{reason=~"Serving|AddressInUse|Paused"}))) or vector(0)',
            },
            failsFrom: 1,
          }),
          stat({
            title: "Pools without a standby",
            description: "One agent answers, and no other one stands by.",
            query: {
              expr: `count((max by (ippool) (${SERVED}))` +
                ' unless (max by (ippool) (vmdhcpagent_pool_state{reason="Standby"}))) or vector(0)',
            },
            warnsFrom: 1,
          }),
          stat({
            title: "Pools that are full",
            description: "No address is left in them.",
            query: {
              expr: "count((min by (ippool) (vmdhcpcontroller_ippool_available) == 0)" +
                " and (max by (ippool) (vmdhcpcontroller_ippool_used) > 0)) or vector(0)",
            },
            failsFrom: 1,
          }),
          stat({
            title: "Addresses in conflict",
            description: "Addresses that other machines have.",
            query: { expr: "sum(max by (ippool) (vmdhcpcontroller_ippool_conflicts))" },
            warnsFrom: 1,
          }),
          stat({
            title: "Other DHCP servers",
            description: "Heard on the networks of IPPools.",
            query: { expr: "sum(max by (ippool) (vmdhcpagent_foreign_dhcp_servers))" },
            failsFrom: 1,
          }),
          stat({
            title: "Webhook's certificate ends in",
            description: "It is renewed 30 days before.",
            unit: "s",
            query: {
              expr: "min(vmdhcpwebhook_certificate_expiry_timestamp_seconds) - time()",
            },
          }),
        ],
      },
      {
        title: "Pools",
        panels: [
          table({
            title: "Pools",
            description:
              "Addresses that are used and left, and seconds until a pool is full, if it goes on so.",
            queries: [
              { expr: "max by (ippool) (vmdhcpcontroller_ippool_used)", column: "used" },
              { expr: "min by (ippool) (vmdhcpcontroller_ippool_available)", column: "left" },
              { expr: "max by (ippool) (vmdhcpcontroller_ippool_fill_ratio)", column: "fill" },
              {
                expr: "min by (ippool) (vmdhcpcontroller_ippool_full_in_seconds)",
                column: "full in, seconds",
              },
            ],
          }),
          series({
            title: "The ten fullest pools",
            description: "Part of the addresses that VMs have.",
            unit: "percentunit",
            queries: [{
              expr: "topk(10, max by (ippool) (vmdhcpcontroller_ippool_fill_ratio))",
              legend: "{{ippool}}",
            }],
          }),
          series({
            title: "NICs by state",
            description: "Of all VirtualMachineNetworkConfigs.",
            queries: [{
              expr:
                "count by (state) (max by (vmnetcfg, network, mac, state) (vmdhcpcontroller_vmnetcfg_status))",
              legend: "{{state}}",
            }],
          }),
        ],
      },
      {
        title: "How fast",
        panels: [
          series({
            title: "From VM to address",
            description: "How long new VMs waited until their first address was recorded.",
            unit: "s",
            queries: ["0.5", "0.99"].map((part) => ({
              expr: `histogram_quantile(${part},` +
                " sum by (le) (rate(vmdhcpcontroller_address_seconds_bucket[$__rate_interval])))",
              legend: `${Number(part) * 100} %`,
            })),
          }),
          series({
            title: "Answers of agents",
            description:
              "From when a packet was read until its reply was handed to the kernel: 99 % took no longer.",
            unit: "s",
            queries: [{
              expr: "histogram_quantile(0.99," +
                " sum by (le, type) (rate(vmdhcpagent_answer_seconds_bucket[$__rate_interval])))",
              legend: "{{type}}",
            }],
          }),
          series({
            title: "Reviews of the webhook",
            description: "99 % took no longer.",
            unit: "s",
            queries: [{
              expr: "histogram_quantile(0.99," +
                " sum by (le, webhook) (rate(vmdhcpwebhook_request_seconds_bucket[$__rate_interval])))",
              legend: "{{webhook}}",
            }],
          }),
          series({
            title: "Refused by the webhook",
            description: "By reason and first bad field, a minute.",
            queries: [{
              expr:
                "60 * sum by (kind, reason, field) (rate(vmdhcpwebhook_refusals_total[$__rate_interval]))",
              legend: "{{kind}} {{reason}} {{field}}",
            }],
          }),
          series({
            title: "Failed API requests",
            description: "By program and reason, a second; conflicts are a part of normal work.",
            unit: "reqps",
            queries: ["controller", "agent", "webhook"].map((program) => ({
              expr: `sum by (reason) (rate(vmdhcp${program}_api_errors_total[$__rate_interval]))`,
              legend: `${program} {{reason}}`,
            })),
          }),
          series({
            title: "Work of the controller",
            description: "Keys that wait or are being worked on.",
            queries: [{
              expr: "sum by (queue) (vmdhcpcontroller_queue_depth)",
              legend: "{{queue}}",
            }],
          }),
          series({
            title: "Lag of histories",
            description:
              "For how long the oldest change waits that is not in its pool's history; a minute is usual.",
            unit: "s",
            queries: [{ expr: "max(vmdhcpcontroller_history_lag_seconds)", legend: "lag" }],
          }),
        ],
      },
    ],
  });
}
