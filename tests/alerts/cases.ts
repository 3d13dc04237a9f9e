/**
 * For each alert, series with which it fires, and series with which it does not, as `promtool test rules` writes them:
 * `VALUE+STEPxTIMES`, one value a minute.
 *
 * @module
 */

/** What a series does -> its values. */
type Series = Readonly<Record<string, string>>;

/** How an alert is tried. */
export interface AlertCase {
  /** With these it fires after `after`. */
  readonly fires: Series;
  /** What its labels say then, but for those that every alert has. */
  readonly labels: Readonly<Record<string, string>>;
  /** Its annotation `description`, with the values in it. */
  readonly description: string;
  /** What almost fires -> series. */
  readonly silent: Readonly<Record<string, Series>>;
  /** When it is looked at; default two hours. */
  readonly after?: string;
}

const POOL = 'ippool="default/net-48"';
const NET = { ippool: "default/net-48" };
const of = (name: string, ...labels: readonly string[]) => `${name}{${labels.join(",")}}`;

const FILL = of("vmdhcpcontroller_ippool_fill_ratio", POOL, 'pod="c-1"');
const FULL_IN = of("vmdhcpcontroller_ippool_full_in_seconds", POOL);
const ADDRESSES = [POOL, 'cidr="192.168.48.0/24"', 'network="default/net-48"'];
const AVAILABLE = of("vmdhcpcontroller_ippool_available", ...ADDRESSES);
const USED = of("vmdhcpcontroller_ippool_used", ...ADDRESSES);
const REGISTERED = of(
  "vmdhcpcontroller_ippool_condition",
  POOL,
  'condition="Registered"',
  'status="True"',
);
const state = (reason: string, pod = "a-1") =>
  of("vmdhcpagent_pool_state", POOL, `reason="${reason}"`, `pod="${pod}"`);
const transitions = (program: string, lease: string, pod: string) =>
  of(`vmdhcp${program}_lease_transitions_total`, `lease="${lease}"`, `pod="${pod}"`);
const EXPIRY = of("vmdhcpwebhook_certificate_expiry_timestamp_seconds", 'certificate="serving"');
const SILENT = of("vmdhcpagent_api_silent_seconds", POOL, 'pod="a-1"');
const REFUSED = of("vmdhcpagent_send_failures_total", POOL, 'reason="ENOBUFS"', 'pod="a-1"');
const FAILING = of(
  "vmdhcpcontroller_write_failing",
  'resource="ippools/status"',
  'verb="update"',
  'reason="no_right"',
);

/** Alert -> how it is tried. */
export const ALERT_CASES: Readonly<Record<string, AlertCase>> = {
  VmDhcpPoolNearlyFull: {
    fires: { [FILL]: "0.95x120" },
    labels: NET,
    description: "95% of its addresses are in use.",
    silent: {
      "at nine tenths": { [FILL]: "0.9x120" },
      "where it is full, which another alert tells": { [FILL]: "1x120" },
      "where it is so for ten minutes only": { [FILL]: "0.5x109 0.95x10" },
    },
  },
  VmDhcpPoolFullSoon: {
    fires: { [FULL_IN]: "172800x120" },
    labels: NET,
    description: "If it goes on to fill as during the last day, no address is left in 2d 0h 0m 0s.",
    silent: {
      "in four days": { [FULL_IN]: "345600x120" },
      "where it is full, which another alert tells": { [FULL_IN]: "0x120" },
      "where some VMs came at once, and no more": { [FULL_IN]: "900000x90 172800x29" },
    },
  },
  VmDhcpPoolExhausted: {
    fires: { [AVAILABLE]: "0x120", [USED]: "8x120" },
    labels: NET,
    description: "New VMs on its network get none.",
    silent: {
      "with one address left": { [AVAILABLE]: "1x120", [USED]: "7x120" },
      "where the pool never had one to give": { [AVAILABLE]: "0x120", [USED]: "0x120" },
      "for a moment": { [AVAILABLE]: "3x116 0x3", [USED]: "8x120" },
    },
  },
  VmDhcpPoolNotServed: {
    fires: { [REGISTERED]: "1x120", [state("InterfaceMissing")]: "1x120" },
    labels: NET,
    description:
      "No agent says that it serves the IPPool: VMs that start get no address, and those that run lose theirs when their lease ends.",
    silent: {
      "where one of two agents serves": {
        [REGISTERED]: "1x120",
        [state("InterfaceMissing", "a-2")]: "1x120",
        [state("Serving")]: "1x120",
      },
      "where the pool is paused": { [REGISTERED]: "1x120", [state("Paused")]: "1x120" },
      "where the address is shared, and it is answered nevertheless": {
        [REGISTERED]: "1x120",
        [state("AddressInUse")]: "1x120",
      },
      "while an agent is replaced": {
        [REGISTERED]: "1x120",
        [state("Serving")]: "1x112 _x3",
        [state("Serving", "a-2")]: "_x117 1x3",
      },
    },
  },
  VmDhcpStandbyMissing: {
    fires: { [state("Serving")]: "1x120", [state("InterfaceMissing", "a-2")]: "1x120" },
    labels: NET,
    description: "One agent answers; if its node fails, nobody does until a new pod runs.",
    silent: {
      "where one stands by": { [state("Serving")]: "1x120", [state("Standby", "a-2")]: "1x120" },
      "where nobody serves, which another alert tells": { [state("InterfaceMissing")]: "1x120" },
    },
  },
  VmDhcpTakeoversTooOften: {
    fires: { [transitions("agent", "agent-1", "a-1")]: "0+1x120" },
    labels: { lease: "agent-1" },
    description:
      "It changed hands 60 times in an hour: pods restart, or do not reach the API server in time.",
    silent: {
      "three times in an hour": {
        [transitions("agent", "agent-1", "a-1")]: "7x70 8x20 9x10 10x17",
      },
      "where a new pod tells the Lease's long past": {
        [transitions("controller", "vm-dhcp-controllers", "c-2")]: "_x100 250x20",
      },
    },
  },
  VmDhcpControllerDown: {
    fires: { 'vmdhcpcontroller_leading{pod="c-1"}': "0x120" },
    labels: {},
    description: "New VMs get no address. Those that have one keep it.",
    silent: {
      "where one of two works": {
        'vmdhcpcontroller_leading{pod="c-1"}': "0x120",
        'vmdhcpcontroller_leading{pod="c-2"}': "1x120",
      },
    },
  },
  VmDhcpWebhookDown: {
    fires: { 'vmdhcpwebhook_ready{pod="w-1"}': "1x60", [FILL]: "0.5x120" },
    labels: {},
    description:
      "What people write to IPPools and VirtualMachineNetworkConfigs is refused until one does. What VMs get does not depend on it.",
    silent: {
      "where one of two is ready": {
        'vmdhcpwebhook_ready{pod="w-1"}': "0x120",
        'vmdhcpwebhook_ready{pod="w-2"}': "1x120",
      },
    },
  },
  VmDhcpCertificateExpires: {
    // The time of a test begins at 0: two hours of these ten days are over.
    fires: { [EXPIRY]: "864000x120" },
    labels: { certificate: "serving" },
    description: "It expires in 9d 22h 0m 0s; API servers call it no more then.",
    silent: { "a month before": { [EXPIRY]: "2592000x120" } },
  },
  VmDhcpAddressConflict: {
    // What the agent heard is not in the record yet.
    fires: {
      [of("vmdhcpcontroller_ippool_conflicts", POOL)]: "0x120",
      [of("vmdhcpagent_addresses_in_use", POOL)]: "2x120",
    },
    labels: NET,
    description:
      "Addresses that are not given for that: 2. Somebody set them by hand, or another server gives them.",
    silent: {
      "where nobody has any": {
        [of("vmdhcpcontroller_ippool_conflicts", POOL)]: "0x120",
        [of("vmdhcpagent_addresses_in_use", POOL)]: "0x120",
      },
    },
  },
  VmDhcpForeignServer: {
    fires: { [of("vmdhcpagent_foreign_dhcp_servers", POOL, 'pod="a-1"')]: "1x120" },
    labels: NET,
    description:
      "VMs take the first offer that comes: they may get addresses that nobody recorded.",
    silent: {
      "where none is heard": {
        [of("vmdhcpagent_foreign_dhcp_servers", POOL, 'pod="a-1"')]: "0x120",
      },
      "one that was there and went": {
        [of("vmdhcpagent_foreign_dhcp_servers", POOL, 'pod="a-1"')]: "1x100 0x20",
      },
    },
  },
  VmDhcpLeasesStale: {
    fires: { [SILENT]: "0+60x120" },
    labels: { ...NET, pod: "a-1" },
    description:
      "It answers from what it knew 2h 0m 0s ago: addresses that were given since are not served.",
    silent: { "where it is heard every minute": { [SILENT]: "75x120" } },
  },
  VmDhcpSendsRefused: {
    fires: { [REFUSED]: "0+1x120" },
    labels: { ...NET, reason: "ENOBUFS" },
    description: "The system refused 15 in a quarter of an hour: ENOBUFS.",
    silent: { "of one or two, long ago": { [REFUSED]: "0x20 2x100" } },
  },
  VmDhcpWritesFail: {
    fires: { [FAILING]: "1x120" },
    labels: { resource: "ippools/status", verb: "update", reason: "no_right" },
    description: "Why: no_right. What it decides is not recorded, and new VMs get no address.",
    silent: { "for five minutes": { [FAILING]: "_x114 1x5" } },
  },
};
