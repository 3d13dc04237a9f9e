/**
 * Everything that an operator is woken for, or told. Each alert has a page in `docs/runbooks`, and a row in `tests/alerts` that has it fire
 * and not fire.
 *
 * @module
 */

/** One alert. */
interface Alert {
  /** CamelCase; the name of its page in `docs/runbooks`. */
  readonly name: string;
  /** What Prometheus asks, PromQL. */
  readonly expr: string;
  /** How long it must hold, as Prometheus writes durations. */
  readonly for: string;
  /** `critical`: VMs do not get what they need, now. `warning`: they will not, or something else is wrong. */
  readonly severity: "critical" | "warning";
  /** One line, with the labels of the series in it. */
  readonly summary: string;
  /** What it means, with values. */
  readonly description: string;
}

/** So full is nearly full. */
const NEARLY_FULL = 0.9;
/** A pool that is full sooner than this is to be looked at. */
const SOON_S = 3 * 86_400;
/** The webhook renews its own certificate 30 days before its end; cert-manager does after two thirds of its life. */
const CERTIFICATE_S = 14 * 86_400;
/** An API server that is there is heard at least every 75 s. */
const SILENT_S = 300;
/** More hands in an hour than an upgrade, a drained node and a fault together take. */
const TAKEOVERS = 3;
/** Prometheus' answer to a pool that some agent answers for. */
const SERVED = 'vmdhcpagent_pool_state{reason=~"Serving|AddressInUse"}';

/** All alerts. */
export const ALERTS: readonly Alert[] = [
  {
    name: "VmDhcpPoolNearlyFull",
    expr: `(max by (ippool) (vmdhcpcontroller_ippool_fill_ratio) > ${NEARLY_FULL}) < 1`,
    for: "15m",
    severity: "warning",
    summary: "IPPool {{ $labels.ippool }} is nearly full",
    description: "{{ $value | humanizePercentage }} of its addresses are in use.",
  },
  {
    name: "VmDhcpPoolFullSoon",
    expr: `(min by (ippool) (vmdhcpcontroller_ippool_full_in_seconds) < ${SOON_S}) > 0`,
    for: "1h",
    severity: "warning",
    summary: "IPPool {{ $labels.ippool }} will soon be full",
    description:
      "If it goes on to fill as during the last day, no address is left in {{ $value | humanizeDuration }}.",
  },
  {
    name: "VmDhcpPoolExhausted",
    expr: "(min by (ippool) (vmdhcpcontroller_ippool_available) == 0)" +
      " and (max by (ippool) (vmdhcpcontroller_ippool_used) > 0)",
    for: "5m",
    severity: "critical",
    summary: "IPPool {{ $labels.ippool }} has no address left",
    description: "New VMs on its network get none.",
  },
  {
    name: "VmDhcpPoolNotServed",
    expr:
      '(max by (ippool) (vmdhcpcontroller_ippool_condition{condition="Registered",status="True"}))' +
      ' unless (max by (ippool) (vmdhcpagent_pool_state{reason=~"Serving|AddressInUse|Paused"}))',
    for: "5m",
    severity: "critical",
    summary: "Nobody answers DHCP clients on the network of IPPool {{ $labels.ippool }}",
    description:
      "No agent says that it serves the IPPool: VMs that start get no address, and those that run lose theirs when their lease ends.",
  },
  {
    name: "VmDhcpStandbyMissing",
    expr: `(max by (ippool) (${SERVED}))` +
      ' unless (max by (ippool) (vmdhcpagent_pool_state{reason="Standby"}))',
    for: "15m",
    severity: "warning",
    summary: "No agent stands by for IPPool {{ $labels.ippool }}",
    description: "One agent answers; if its node fails, nobody does until a new pod runs.",
  },
  {
    name: "VmDhcpTakeoversTooOften",
    expr: `((max by (lease) (increase(vmdhcpagent_lease_transitions_total[1h])))` +
      ` or (max by (lease) (increase(vmdhcpcontroller_lease_transitions_total[1h])))) > ${TAKEOVERS}`,
    for: "0m",
    severity: "warning",
    summary: "Who leads by Lease {{ $labels.lease }} changes too often",
    description:
      'It changed hands {{ $value | printf "%.0f" }} times in an hour: pods restart, or do not reach the API server in time.',
  },
  {
    name: "VmDhcpControllerDown",
    expr: "(sum(vmdhcpcontroller_leading) or vector(0)) < 1",
    for: "5m",
    severity: "critical",
    summary: "No controller works",
    description: "New VMs get no address. Those that have one keep it.",
  },
  {
    name: "VmDhcpWebhookDown",
    expr: "(sum(vmdhcpwebhook_ready) or vector(0)) < 1",
    for: "5m",
    severity: "critical",
    summary: "No webhook judges requests",
    description:
      "What people write to IPPools and VirtualMachineNetworkConfigs is refused until one does. What VMs get does not depend on it.",
  },
  {
    name: "VmDhcpCertificateExpires",
    expr: `min by (certificate) (vmdhcpwebhook_certificate_expiry_timestamp_seconds) - time()` +
      ` < ${CERTIFICATE_S}`,
    for: "1h",
    severity: "warning",
    summary: "The webhook's certificate is not renewed",
    description: "It expires in {{ $value | humanizeDuration }}; API servers call it no more then.",
  },
  {
    name: "VmDhcpAddressConflict",
    expr: "(max by (ippool) (vmdhcpcontroller_ippool_conflicts) > 0)" +
      " or (max by (ippool) (vmdhcpagent_addresses_in_use) > 0)",
    for: "5m",
    severity: "warning",
    summary: "Other machines have addresses of IPPool {{ $labels.ippool }}",
    description:
      'Addresses that are not given for that: {{ $value | printf "%.0f" }}. Somebody set them by hand, or another server gives them.',
  },
  {
    name: "VmDhcpForeignServer",
    expr: "max by (ippool) (vmdhcpagent_foreign_dhcp_servers) > 0",
    for: "2m",
    severity: "critical",
    summary: "Another DHCP server answers on the network of IPPool {{ $labels.ippool }}",
    description:
      "VMs take the first offer that comes: they may get addresses that nobody recorded.",
  },
  {
    name: "VmDhcpLeasesStale",
    expr: `max by (ippool, pod) (vmdhcpagent_api_silent_seconds) > ${SILENT_S}`,
    for: "5m",
    severity: "warning",
    summary: "An agent does not hear of changes of IPPool {{ $labels.ippool }}",
    description:
      "It answers from what it knew {{ $value | humanizeDuration }} ago: addresses that were given since are not served.",
  },
  {
    name: "VmDhcpSendsRefused",
    expr: "sum by (ippool, reason) (increase(vmdhcpagent_send_failures_total[15m])) > 3",
    for: "0m",
    severity: "warning",
    summary: "Replies to DHCP clients of IPPool {{ $labels.ippool }} are not sent",
    description:
      'The system refused {{ $value | printf "%.0f" }} in a quarter of an hour: {{ $labels.reason }}.',
  },
  {
    name: "VmDhcpWritesFail",
    expr: "max by (resource, verb, reason) (vmdhcpcontroller_write_failing) > 0",
    for: "10m",
    severity: "critical",
    summary: "The controller cannot {{ $labels.verb }} {{ $labels.resource }}",
    description:
      "Why: {{ $labels.reason }}. What it decides is not recorded, and new VMs get no address.",
  },
];
