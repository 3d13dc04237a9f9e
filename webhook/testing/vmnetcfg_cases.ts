/**
 * Cases of VirtualMachineNetworkConfigs.
 *
 * @module
 */
import { type Case, invalid, review } from "./cases.ts";
import { DB_MAC, vmnetcfg } from "./objects.ts";

const KIND = "VirtualMachineNetworkConfig";
const allowed = { allowed: true };
const MAC = "52:54:00:00:00:02";
const on50 = (more: { readonly macAddress?: string; readonly ipAddress?: string } = {}) => ({
  networkName: "default/net-50",
  macAddress: MAC,
  ...more,
});

function refusedAddress(name: string, ipAddress: string, message: string): Case {
  return review(name, { object: vmnetcfg("tenant/web", [on50({ ipAddress })]) }, {
    allowed: false,
    status: invalid(KIND, "web", [[
      "spec.networkConfig[0].ipAddress",
      `Invalid value: "${ipAddress}": ${message}`,
    ]]),
  });
}

/** The cases. */
export const VMNETCFG_CASES: readonly Case[] = [
  review("a NIC on a served network is allowed", {
    object: vmnetcfg("tenant/web", [on50({ ipAddress: "10.50.0.200" })]),
  }, allowed),
  review("every bad field of every NIC is named at once", {
    object: vmnetcfg("tenant/web", [
      { networkName: "net-50", macAddress: "52:54:00" },
      { networkName: "default/Net", macAddress: MAC, ipAddress: "10.50.0" },
    ]),
  }, {
    allowed: false,
    status: invalid(KIND, "web", [
      [
        "spec.networkConfig[0].macAddress",
        'Invalid value: "52:54:00": must be a MAC address such as 52:54:00:12:34:56: six octets wanted',
      ],
      [
        "spec.networkConfig[1].networkName",
        'Invalid value: "default/Net": must be "namespace/name" or "name": "Net" is not a lower-case DNS name',
      ],
      [
        "spec.networkConfig[1].ipAddress",
        'Invalid value: "10.50.0": must be an IPv4 address such as 192.168.48.10: four decimal parts from 0 to 255 wanted',
      ],
      [
        "spec.networkConfig[0].networkName",
        'Invalid value: "net-50": must name a NetworkAttachmentDefinition: there is no tenant/net-50',
      ],
    ]),
  }),
  review("the released spelling is judged alike", {
    object: vmnetcfg("tenant/web", undefined, {
      networkConfigs: [{ networkName: "default/net-51", macAddress: MAC }],
      networkConfig: undefined as never,
    }),
  }, {
    allowed: false,
    status: invalid(KIND, "web", [[
      "spec.networkConfigs[0].networkName",
      'Invalid value: "default/net-51": must name a NetworkAttachmentDefinition: there is no default/net-51',
    ]]),
  }),
  review("a network without a pool is warned about", {
    object: vmnetcfg("tenant/web", [{ networkName: "default/net-48", macAddress: MAC }]),
  }, {
    allowed: true,
    warnings: ["spec.networkConfig[0].networkName: no IPPool serves default/net-48 yet"],
  }),
  refusedAddress(
    "a wanted address outside the subnet is refused",
    "10.51.0.10",
    "must be a host address of 10.50.0.0/24, IPPool pools/fifty",
  ),
  refusedAddress(
    "the router's address is refused",
    "10.50.0.1",
    "must not be the server's or the router's address of IPPool pools/fifty",
  ),
  refusedAddress(
    "an excluded address is refused",
    "10.50.0.20",
    "must not be an address that IPPool pools/fifty excludes",
  ),
  review("a wanted address in use and a MAC address in use are warned about", {
    object: vmnetcfg("tenant/web", [
      on50({ ipAddress: "10.50.0.10" }),
      on50({ macAddress: "52-54-00-00-00-01" }),
    ]),
  }, {
    allowed: true,
    warnings: [
      `spec.networkConfig[0].ipAddress: 10.50.0.10 is in use by ${DB_MAC}: the VM waits until it is free`,
      "spec.networkConfig[1].macAddress: VM tenant/db has 52-54-00-00-00-01 on default/net-50 too: only one of both can run",
    ],
  }),
  review("vmName may not change", {
    operation: "UPDATE",
    object: vmnetcfg("tenant/web", [on50()], { vmName: "other" }),
    oldObject: vmnetcfg("tenant/web", [on50()]),
  }, {
    allowed: false,
    status: invalid(KIND, "web", [[
      "spec.vmName",
      'Invalid value: "other": must not change: it was "web"',
    ]]),
  }),
  review("a NIC whose network is gone does not stand in the way of another edit", {
    operation: "UPDATE",
    object: vmnetcfg("tenant/web", [{ networkName: "default/gone", macAddress: MAC }], {
      paused: true,
    }),
    oldObject: vmnetcfg("tenant/web", [{ networkName: "default/gone", macAddress: MAC }]),
  }, allowed),
  review("a deletion is allowed", {
    operation: "DELETE",
    oldObject: vmnetcfg("tenant/web", [on50()]),
  }, allowed),
  review("nothing of it is defaulted", {
    path: "/mutate",
    object: vmnetcfg("tenant/web", [on50()]),
  }, allowed),
];
